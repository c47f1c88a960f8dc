"""In which language somebody asks."""

from __future__ import annotations

import re

from starlette.requests import Request

from territory.words import LANGUAGES

_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]+)?\s*(?:;\s*q=\s*([0-9.]+))?\s*")


def preferred(accept_language: str, default: str) -> str:
    """The language of ours that an ``Accept-Language`` header likes best.

    Examples
    --------
    >>> preferred("pt-BR, en;q=0.8, es;q=0.5", "es"), preferred("", "es"), preferred("fr", "es")
    ('en', 'es', 'es')
    """
    liked: list[tuple[float, str]] = []
    for part in accept_language.split(","):
        match = _RANGE.fullmatch(part)
        if not match:
            continue
        tag = default if match[1] == "*" else match[1].lower()
        try:
            weight = float(match[2] or 1)
        except ValueError:
            continue
        if tag in LANGUAGES and weight > 0:
            liked.append((weight, tag))
    return max(liked, key=lambda each: each[0])[1] if liked else default


def language_of(request: Request) -> str:
    """The asker's language: ``?lang=``, then ``Accept-Language``, then the operator's."""
    asked = request.query_params.get("lang")
    if asked in LANGUAGES:
        return asked
    return preferred(request.headers.get("accept-language", ""), request.app.state.settings.language)
