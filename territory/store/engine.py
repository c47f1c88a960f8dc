"""Connections to both databases, and what their errors mean."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from territory.store.base import (
    DanglingRecord,
    StoreBusy,
    StoreError,
    StoreFull,
    StoreUnavailable,
    UnreadableStore,
)

BUSY_S = 15.0
"""How long a writer waits for another one before it gives up."""

_READERS = 20

# What PostgreSQL says, by SQLSTATE class: no space, locks, and everything that ends a connection.
_FULL, _BUSY, _AWAY = ("53100",), ("55P03", "40001", "40P01"), ("08", "57", "28", "3D")


def engine_for(url: str) -> Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql+psycopg://…``."""
    engine = _sqlite(url) if url.startswith("sqlite") else _postgres(url)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that first reads and then writes could be refused in between.
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing(connection) else "BEGIN")

    return engine


def is_writing(connection: Connection) -> bool:
    """Whether a connection was opened to write."""
    return bool(connection.get_execution_options().get("territory_writes"))


def _sqlite(url: str) -> Engine:
    engine = create_engine(
        url,
        # Transactions are begun by us, see above.
        connect_args={"isolation_level": None, "timeout": BUSY_S, "check_same_thread": False},
        pool_size=_READERS,
        max_overflow=_READERS,
        pool_timeout=BUSY_S,
    )

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: Any) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgres(url: str) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=_READERS,
        max_overflow=_READERS,
        pool_timeout=BUSY_S,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        connect_args={"options": f"-c lock_timeout={int(BUSY_S * 1000)} -c timezone=UTC"},
    )


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite store; none for a server."""
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None


@contextmanager
def told() -> Iterator[None]:
    """Turn what a database says into what the store promises to say."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreBusy(str(error)) from error
    except DBAPIError as error:
        raise _meaning(error) from error


def _meaning(error: DBAPIError) -> StoreError:
    said = str(error.orig)
    state = str(getattr(error.orig, "sqlstate", "") or "")
    code = getattr(error.orig, "sqlite_errorname", "")
    if isinstance(error, IntegrityError):
        return DanglingRecord(said)
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or state in _BUSY:
        return StoreBusy(said)
    if code == "SQLITE_FULL" or state in _FULL:
        return StoreFull(said)
    if code in ("SQLITE_NOTADB", "SQLITE_CORRUPT") or "no such table" in said:
        return UnreadableStore(said)
    if isinstance(error, OperationalError) or state.startswith(_AWAY):
        return StoreUnavailable(said)
    return StoreError(said)
