"""What the server writes down of its own work: one line for each thing that happened, as text or as JSON.

A log is copied, kept and read by others than those it is about. So a line holds only what we put there: the
template of an address and never the address itself, no query, header, cookie or body, no name, place or key, not
where anybody asked from. Of an error it tells the kind and the lines of code, not what the error says: that may
quote a row of somebody's file. What other packages write is cut down to which of them wrote it and where.
"""

from __future__ import annotations

import datetime
import logging
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import orjson

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""Of the request that is being answered; the answer carries it as well."""

_SERVER = "uvicorn"
_OURS = "territory"
_NOTED = "territory_noted"


def note(logger: logging.Logger, event: str, /, *, error: BaseException | None = None, **fields: Any) -> None:
    """Write a line.

    Parameters
    ----------
    logger
        Who says it.
    event
        What happened, in one word.
    error
        What went wrong; then the line counts as an error.
    fields
        What else there is to say: numbers and words of ours, nothing that somebody sent.
    """
    level = logging.INFO if error is None else logging.ERROR
    logger.log(level, event, exc_info=error, extra={_NOTED: fields})


@contextmanager
def job(logger: logging.Logger, name: str) -> Iterator[None]:
    """Write down how long work took that goes on beside the answers; its errors are for whoever waits for it."""
    began = time.perf_counter()
    yield
    note(logger, "job", job=name, ms=elapsed_ms(began))


def elapsed_ms(began: float) -> float:
    """Milliseconds since a moment of ``time.perf_counter``."""
    return round(1000 * (time.perf_counter() - began), 1)


def config(form: str) -> dict[str, Any]:
    """What `logging.config.dictConfig` takes for a server process.

    Parameters
    ----------
    form
        One of `FORMS`.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": FORMS[form]}},
        "handlers": {"err": {"()": _to_stderr, "formatter": "line"}},
        "root": {"handlers": ["err"], "level": "WARNING"},
        "loggers": {name: {"level": "INFO"} for name in (_OURS, _SERVER)},
    }


def _to_stderr() -> logging.Handler:
    # Python would write these there in full; GDAL's warnings quote the file that they are about.
    logging.captureWarnings(True)
    threading.excepthook = _note_thread
    return logging.StreamHandler()


def _note_thread(ended: threading.ExceptHookArgs) -> None:
    note(logging.getLogger(f"{_OURS}.jobs"), "thread", error=ended.exc_value)


class JsonLines(logging.Formatter):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        return orjson.dumps(_told(record), default=str).decode()


class TextLines(logging.Formatter):
    """``when level event field=value …``, for people; a trace follows on lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        told = _told(record)
        trace = told.pop("trace", [])
        head = " ".join(told.pop(each) for each in ("at", "level", "event"))
        fields = "".join(f" {name}={_quoted(value)}" for name, value in told.items())
        return head + fields + "".join(f"\n    {line}" for line in trace)


FORMS = {"text": TextLines, "json": JsonLines}
"""How lines can be written."""


def _quoted(value: Any) -> str:
    text = str(value)
    return orjson.dumps(text).decode() if any(c.isspace() or c in '"=' for c in text) else text


def _told(record: logging.LogRecord) -> dict[str, Any]:
    """What of a record may be written."""
    at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
    told: dict[str, Any] = {
        "at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
    }
    package = record.name.partition(".")[0]
    if package == _OURS:
        told |= {"event": record.getMessage(), **getattr(record, _NOTED, {})}
    elif package == _SERVER:
        # Processes, and where it listens. Of a trace, which would go on below, the error is noted by ourselves.
        told |= {"event": "server", "message": record.getMessage().partition("\n")[0]}
    else:
        told |= {"event": "other", "logger": record.name, "where": f"{record.module}:{record.lineno}"}
    asked = request_id.get()
    if asked is not None:
        told["request"] = asked
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        told |= {"error": type(error).__name__, "trace": list(_trace(error))}
    return told


def _trace(error: BaseException) -> Iterator[str]:
    """Where an error arose, and those that it arose from, without what any of them says."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _trace(before)
    yield type(error).__name__
    for frame in traceback.extract_tb(error.__traceback__):
        yield f"  {'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno} {frame.name}"
