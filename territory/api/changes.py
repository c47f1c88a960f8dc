"""What every change over HTTP shares: it says which version it was made from, and may arrive twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import orjson
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from territory.services.access import Access
from territory.services.errors import Malformed, Unconditional, Unusable, WrongMedia
from territory.services.register import Done, Once

_TAG = re.compile(r'(?:W/)?"v(\d{1,9})"')
_MOST_NAME = 200

T = TypeVar("T")

PRIVATE = "private, no-store"


def etag(version: int) -> str:
    """The validator of one version of something.

    >>> etag(3)
    '"v3"'
    """
    return f'"v{version}"'


def based_on(request: Request) -> int:
    """The version that a change was made from, by ``If-Match``; 0 by ``If-None-Match: *`` for a first one.

    Raises
    ------
    Unconditional
        The request does not say.
    """
    if request.headers.get("if-none-match", "").strip() == "*":
        return 0
    match = _TAG.fullmatch(request.headers.get("if-match", "").strip())
    if match is None:
        raise Unconditional("request.if_match")
    return int(match[1])


def once_of(request: Request, access: Access, body: bytes) -> Once | None:
    """The request by its ``Idempotency-Key``, if it has one."""
    name = request.headers.get("idempotency-key")
    if name is None:
        return None
    if not 0 < len(name) <= _MOST_NAME:
        raise Unusable("request.idempotency", limit=_MOST_NAME)
    return Once.of(access, name, request.method.encode(), request.url.path.encode(), body)


async def changed(request: Request, change: Callable[..., T], *given: Any) -> T:
    """What a change came to, made when its turn has come."""
    return await to_thread.run_sync(change, *given, limiter=request.app.state.turns)


def made_once(make: Callable[[], str]) -> str:
    """The id of what a request made, now or when it came before."""
    try:
        return make()
    except Done as done:
        return done.made


async def json_body(request: Request) -> tuple[dict[str, Any], bytes]:
    """The JSON object that was sent, and its bytes.

    Raises
    ------
    WrongMedia, Malformed, Unusable
        It is sent as something else, no JSON, or no object.
    """
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in ("application/json", "application/geo+json"):
        raise WrongMedia("request.media", sent=sent or "—", accepted=["application/json"])
    body = await request.body()
    try:
        read = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("json.malformed", line=error.lineno, column=error.colno) from None
    if not isinstance(read, dict):
        raise Unusable("request.object")
    return read, body


def answered(
    body: Mapping[str, Any] | list[Any],
    *,
    status: int = 200,
    version: int | None = None,
    location: str | None = None,
) -> Response:
    """An answer that only whoever asked may keep."""
    headers = {"Cache-Control": PRIVATE}
    if version is not None:
        headers["ETag"] = etag(version)
    if location is not None:
        headers["Location"] = location
    content = orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(content, status, headers=headers, media_type="application/json")
