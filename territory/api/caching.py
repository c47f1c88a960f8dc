"""What caches may keep: a validator per version of the data, and nothing for anybody but whom it is for."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from territory.api.changes import PRIVATE


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


def say_for_whom(headers: MutableHeaders, scope: Scope) -> None:
    """Tell caches that an answer depends on the key, where it does, and keep what a key brings out of them."""
    state = scope.get("state", {})
    # Noted by whatever asks for a key, see `territory.api.keys`.
    if "key" not in state:
        return
    if "cookie" not in headers.get("vary", "").lower():
        headers.add_vary_header("Cookie, Authorization")
    if state["key"] is not None and headers.get("cache-control") in (None, "no-store"):
        headers["Cache-Control"] = PRIVATE
