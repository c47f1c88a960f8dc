"""Sentences for people: one catalogue per language, shared with the browser.

A catalogue is ``web/i18n/LANGUAGE.json``: nested objects whose leaves are sentences with ``{name}``
placeholders. A placeholder whose name ends in a unit is written with it: ``{area_m2}`` as "1.234 m²" or
"12,3 ha", ``{width_m}`` as "12 m" or "1,2 km", ``{own_s}`` as "35 min" or "2 h 10 min", ``{share}`` as "64 %".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("es", "en")

_PACKAGE = Path(__file__).parent
WEB = _PACKAGE / "web" if (_PACKAGE / "web").is_dir() else _PACKAGE.parent / "web"
"""The browser's files: inside the package when installed, beside it in a checkout."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_NOBREAK = "\u00a0"
_MOST_LISTED = 5
"""A sentence names so many at most; the finding itself keeps them all."""


@cache
def catalogue(language: str) -> Mapping[str, Any]:
    """All sentences of one language, as nested mappings."""
    return json.loads((WEB / "i18n" / f"{language}.json").read_text("utf-8"))  # type: ignore[no-any-return]


def number(value: float, language: str, digits: int = 0) -> str:
    """A number as people of the language write it.

    >>> number(1234.5, "es", 1), number(1234.5, "en", 1)
    ('1.234,5', '1,234.5')
    """
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "es" else text


def measure(name: str, value: Any, language: str) -> str:
    """A value written with the unit that its name ends in.

    >>> measure("area_m2", 54321.0, "es"), measure("width_m", 3.456, "en"), measure("share", 0.642, "es")
    ('5,4\xa0ha', '3.5\xa0m', '64\xa0%')
    >>> measure("own_s", 20, "es"), measure("own_s", 7_800, "es"), measure("own_s", 7_200, "en")
    ('1\xa0min', '2\xa0h\xa010\xa0min', '2\xa0h')
    """
    if isinstance(value, str | bool):
        return str(value)
    if name.endswith("_m2"):
        return _area(value, language)
    if name.endswith("_m"):
        return _length(value, language)
    if name.endswith("_s"):
        return _duration(value)
    if name.endswith("share"):
        percent = 100 * value
        digits = 1 if 0 < percent < 1 or 99 < percent < 100 else 0
        return f"{number(percent, language, digits)}{_NOBREAK}%"
    return number(value, language) if isinstance(value, int | float) else str(value)


def _area(m2: float, language: str) -> str:
    if m2 < 10_000:
        return f"{number(m2, language, 1 if m2 < 10 else 0)}{_NOBREAK}m²"
    if m2 < 10_000_000:
        return f"{number(m2 / 10_000, language, 1)}{_NOBREAK}ha"
    return f"{number(m2 / 1_000_000, language, 1 if m2 < 1e9 else 0)}{_NOBREAK}km²"


def _duration(s: float) -> str:
    hours, minutes = divmod(max(1, round(s / 60)), 60)
    told = [f"{count}{_NOBREAK}{unit}" for count, unit in ((hours, "h"), (minutes, "min")) if count]
    return _NOBREAK.join(told)


def _length(m: float, language: str) -> str:
    if m < 1000:
        return f"{number(m, language, 1 if m < 10 else 0)}{_NOBREAK}m"
    return f"{number(m / 1000, language, 1)}{_NOBREAK}km"


def say(language: str, key: str, /, **args: Any) -> str:
    """The sentence filed under a dotted key, with its placeholders filled.

    Parameters
    ----------
    language
        One of `LANGUAGES`.
    key
        Section and name: ``findings.coverage.overlap`` is the entry ``coverage.overlap`` of ``findings``.
    args
        Values of the placeholders; lists of names are joined as the language does.

    Raises
    ------
    KeyError
        The catalogue has no such sentence, or a placeholder has no value.
    """
    section, _, name = key.partition(".")
    sentence: str = catalogue(language)[section][name]

    def fill(match: re.Match[str]) -> str:
        value = args[match[1]]
        if isinstance(value, tuple | list):
            return listing([str(item) for item in value], language)
        return measure(match[1], value, language)

    return _PLACEHOLDER.sub(fill, sentence)


def listing(items: list[str], language: str) -> str:
    """Names joined the way people join them.

    >>> listing(["a", "b", "c"], "es")
    'a, b y c'
    """
    if len(items) < 2:
        return "".join(items)
    if len(items) > _MOST_LISTED:
        rest = len(items) - _MOST_LISTED + 1
        items = [*items[: _MOST_LISTED - 1], f"{rest} más" if language == "es" else f"{rest} more"]
    last = items[-1]
    word = "and"
    if language == "es":
        # "y" turns into "e" before the sound i, as in "El Maizal e Iribarren".
        word = "e" if re.match(r"h?i(?![aeo])", last, re.IGNORECASE) else "y"
    return f"{', '.join(items[:-1])} {word} {last}"
