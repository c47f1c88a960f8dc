"""Answers that stay the same as long as the data do: a validator per version, and nothing sent twice."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response


def revalidated(
    request: Request,
    version: str,
    answer: Callable[[], bytes],
    *,
    media_type: str,
    max_age_s: int = 0,
    status: int = 200,
) -> Response:
    """An answer under an ``ETag`` of the data's version, or 304 when the asker has it.

    Parameters
    ----------
    request
        What was asked; same URL and same version, same answer.
    version
        Changes with the data.
    answer
        Makes the body; not called when the asker has it.
    media_type
        Of the body.
    max_age_s
        For how long a cache may answer without asking.
    status
        Of an answer with a body.
    """
    headers, is_known = validated(request, version, max_age_s=max_age_s)
    if is_known:
        return Response(status_code=304, headers=headers)
    return Response(answer(), status, headers=headers, media_type=media_type)


def validated(request: Request, version: str, *, max_age_s: int = 0) -> tuple[dict[str, str], bool]:
    """The headers under which a cache may keep an answer, and whether the asker has it already.

    Parameters
    ----------
    request, version, max_age_s
        As for `revalidated`.
    """
    # The validator is weak because compression changes the bytes.
    digest = hashlib.sha256(f"{version} {request.url.path}?{request.url.query}".encode()).hexdigest()[:20]
    tag = f'W/"{digest}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={max_age_s}" if max_age_s else "no-cache",
    }
    known = {each.strip() for each in request.headers.get("if-none-match", "").split(",")}
    return headers, tag in known or tag.removeprefix("W/") in known or "*" in known
