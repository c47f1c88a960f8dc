"""What every answer carries: an id, the time it took, for whom it is, and what a browser may not do with it."""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from territory import logs
from territory.api.caching import say_for_whom
from territory.services.errors import TooLarge

# What is data can do nothing in a browser; a page brings its own policy with a nonce.
_DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE_HEADERS = {
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
"""Anything can be sent as a method; of others nothing is written down."""

_log = logging.getLogger("territory.access")


class Envelope:
    """Outermost middleware: an id, security headers, ``Server-Timing``, an answer to bugs, and a log line."""

    def __init__(self, app: ASGIApp, bug: Callable[[Request, Exception], Response]) -> None:
        self.app = app
        self.bug = bug

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # Ours, and not one that came with the request: whoever asks decides nothing of what is written down.
        id_ = secrets.token_hex(8)
        asked = logs.request_id.set(id_)
        status = sent_bytes = 0
        began = time.perf_counter()
        name = "check" if scope["path"].startswith("/api/check") else "total"

        async def finish(message: Message) -> None:
            nonlocal status, sent_bytes
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                # A page loads some sixty files: what only pages need is not sent with each of them.
                is_page = headers.get("content-type", "").startswith("text/html")
                for key, value in (_HEADERS | _PAGE_HEADERS if is_page else _HEADERS).items():
                    headers.setdefault(key, value)
                headers.setdefault("Content-Security-Policy", _DATA_POLICY)
                say_for_whom(headers, scope)
                headers["X-Request-Id"] = id_
                headers.append("Server-Timing", f"{name};dur={1000 * (time.perf_counter() - began):.2f}")
            sent_bytes += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, finish)
        except Exception as error:
            if status:
                raise
            await self.bug(Request(scope), error)(scope, receive, finish)
        finally:
            logs.note(
                _log,
                "request",
                method=scope["method"] if scope["method"] in _METHODS else "*",
                route=route_of(scope),
                status=status,
                ms=logs.elapsed_ms(began),
                bytes=sent_bytes,
            )
            logs.request_id.reset(asked)


def route_of(scope: Scope) -> str:
    """The template of the address that was asked for; of one that is none of ours nothing is told."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    return f"{scope['root_path']}/*" if "endpoint" in scope else "*"


def told_bytes(count: int) -> str:
    """A number of bytes as people say it.

    >>> told_bytes(4_000_000), told_bytes(20_500)
    ('4\\xa0MB', '0.0205\\xa0MB')
    """
    return f"{count / 1e6:.3g}\u00a0MB"


class BodyLimit:
    """Stops reading a body that is larger than its path takes, whatever its headers say.

    ``limits`` are by path, or by ``*/`` and its last part.
    """

    def __init__(self, app: ASGIApp, limits: Mapping[str, int], otherwise: int = 100_000) -> None:
        self.app = app
        self.limits = limits
        self.otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path: str = scope["path"]
        limit = self.limits.get(path, self.limits.get(f"*/{path.rpartition('/')[2]}", self.otherwise))
        read = 0

        async def counted() -> Any:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise TooLarge("request.too_large", limit=told_bytes(limit))
            return message

        await self.app(scope, counted, send)
