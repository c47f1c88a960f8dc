"""Every error in one shape: RFC 9457 problem details, with a code and the sentence in the asker's language."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from territory import logs
from territory.api.language import language_of
from territory.intake import IntakeError
from territory.services.errors import (
    Forbidden,
    Malformed,
    NeedsKey,
    NotFound,
    NotReady,
    Refusal,
    Stale,
    TooLarge,
    TooMany,
    Unconditional,
    Unusable,
    WrongKey,
    WrongMedia,
)
from territory.store.base import (
    OtherVersion,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreUnavailable,
    UnreadableStore,
)
from territory.words import catalogue, say

MEDIA_TYPE = "application/problem+json"

STATUS: Mapping[type[Exception], int] = {
    Malformed: 400,
    NeedsKey: 401,
    WrongKey: 401,
    Forbidden: 403,
    NotFound: 404,
    Stale: 412,
    TooLarge: 413,
    WrongMedia: 415,
    Unusable: 422,
    IntakeError: 422,
    Unconditional: 428,
    TooMany: 429,
    NotReady: 503,
    StoreBusy: 503,
    StoreUnavailable: 503,
    UnreadableStore: 503,
    StoreFull: 507,
}
"""What each refusal is in HTTP."""

# Refused by the framework before any of our code runs.
_FRAMEWORK = {400: "request.malformed", 404: "request.path", 405: "request.method", 413: "request.too_large"}

# What pydantic calls a fault in a parameter, in our words; anything else is "invalid".
_PARAMETER = {
    "missing": "missing",
    "int_parsing": "whole_number",
    "int_from_float": "whole_number",
    "int_type": "whole_number",
    "bool_parsing": "yes_no",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "literal_error": "one_of",
    "string_too_long": "too_long",
    "date_from_datetime_parsing": "date",
    "date_parsing": "date",
}

_log = logging.getLogger("territory.errors")


def install(app: FastAPI) -> None:
    """Make an app answer every error with problem details."""
    for kind in STATUS:
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(RequestValidationError, _parameter)
    app.add_exception_handler(HTTPException, _framework)


def problem(
    request: Request,
    status: int,
    code: str,
    detail: str,
    args: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Problem details, or a page with the same sentence for somebody who opened a page."""
    language = language_of(request)
    title = say(language, f"errors.status.{status}")
    headers = {
        "Content-Language": language,
        "Cache-Control": "no-store",
        **(headers or {}),
    }
    if _opens_a_page(request):
        page: Response = request.app.state.pages.respond(
            request, "error.html", status=status, title=title, detail=detail
        )
        page.headers.update(headers)
        return page
    body = {
        "type": f"/docs#{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "args": dict(args),
    }
    return Response(orjson.dumps(body, default=str), status, headers=headers, media_type=MEDIA_TYPE)


def _opens_a_page(request: Request) -> bool:
    is_page = not request.url.path.startswith(("/api/", "/tiles/", "/static/"))
    return is_page and "text/html" in request.headers.get("accept", "")


def _status(error: Exception) -> int:
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def explained(error: Refusal | IntakeError, language: str) -> tuple[int, str]:
    """The status of a refusal, and the sentence."""
    return _status(error), error.said(language)


_HEADERS: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "30"},
    503: {"Retry-After": "5"},
    507: {"Retry-After": "60"},
}
_STORE = {
    StoreBusy: "store.busy",
    StoreUnavailable: "store.gone",
    StoreFull: "store.full",
    OtherVersion: "store.version",
    UnreadableStore: "store.broken",
}


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, StoreError):
        return _store_failed(request, error)
    assert isinstance(error, Refusal | IntakeError)
    status, sentence = explained(error, language_of(request))
    code = error.code if isinstance(error, Refusal) else f"intake.{error.code}"
    return problem(request, status, code, sentence, error.details, _HEADERS.get(status))


def _store_failed(request: Request, error: StoreError) -> Response:
    """What the store cannot do now: nothing was written, and whoever sent it still has it."""
    status, code = _status(error), next(code for kind, code in _STORE.items() if isinstance(error, kind))
    logs.note(_log, "store", error=error, database=_said_by_database(error))
    return problem(request, status, code, say(language_of(request), f"errors.{code}"), {}, _HEADERS.get(status))


def _said_by_database(error: StoreError) -> str | None:
    """The code that the database gave, as ``SQLITE_FULL`` or ``53100``: its words may quote what was written."""
    said = getattr(error.__cause__, "orig", None)
    return getattr(said, "sqlite_errorname", None) or getattr(said, "sqlstate", None)


async def _parameter(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    language = language_of(request)
    first = error.errors()[0]
    fault = _PARAMETER.get(first["type"], "invalid")
    context = first.get("ctx", {})
    args = {
        "where": str(first["loc"][-1]),
        "limit": context.get("ge", context.get("le", context.get("max_length", 0))),
        "expected": str(context.get("expected", "")),
    }
    detail = say(language, f"errors.parameter.{fault}", **args)
    return problem(request, 422, f"parameter.{fault}", detail, {"where": args["where"]})


async def _framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    code = _FRAMEWORK.get(status, "request.malformed")
    args = {"path": request.url.path, "method": request.method}
    detail = say(language_of(request), f"errors.{code}", **args)
    return problem(request, status, code, detail, args, error.headers)


def bug(request: Request, error: Exception) -> Response:
    """The answer to a bug: the trace goes to the log of whoever runs the server, never to who asked."""
    logs.note(_log, "bug", error=error)
    return problem(request, 500, "bug", say(language_of(request), "errors.bug"), {})


def known_codes(language: str) -> dict[str, str]:
    """Every code of ours with its sentence, for the page that lists them."""
    return {code: text for code, text in catalogue(language)["errors"].items() if not code.startswith("status.")}
