"""Connections to both databases, and what their errors mean."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
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
_CONNECT_S = 5
_AGAIN_S = 0.01

APPLICATION_ID = 0x54455252
"""What an SQLite file says of the program it belongs to: TERR."""

# What the databases say, by the start of SQLite's name for it or of PostgreSQL's SQLSTATE. SQLite calls it a
# failed write when a quota or the largest size of a file is reached.
_FULL = ("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "53100")
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03", "40001", "40P01")
_UNREADABLE = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_IOERR_SHORT_READ", "XX001", "XX002", "42P01")
_DANGLING = ("SQLITE_CONSTRAINT_FOREIGNKEY", "23503")
_AWAY = ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "08", "57", "28", "3D", "53", "25006", "42501")
# What SQLite has no name for.
_BROKEN_TEXT, _NO_TABLE = "Could not decode to UTF-8", "no such table"


def engine_for(url: str, *, busy_s: float = BUSY_S, journal: str = "WAL") -> Engine:
    """An engine for ``sqlite:///FILE`` or ``postgresql+psycopg://…``.

    Parameters
    ----------
    url
        Of the database.
    busy_s
        How long a writer waits for another one.
    journal
        How an SQLite store guards its transactions.
    """
    engine = _sqlite(url, busy_s, journal) if url.startswith("sqlite") else _postgres(url, busy_s)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes the lock at once: one that first reads and then writes could be refused in between.
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing(connection) else "BEGIN")

    return engine


def is_writing(connection: Connection) -> bool:
    """Whether a connection was opened to write."""
    return bool(connection.get_execution_options().get("territory_writes"))


def _sqlite(url: str, busy_s: float, journal: str) -> Engine:
    engine = create_engine(
        url,
        # Transactions are begun by us, see above.
        connect_args={"isolation_level": None, "timeout": busy_s, "check_same_thread": False},
        pool_size=_READERS,
        max_overflow=_READERS,
        pool_timeout=busy_s,
    )

    @event.listens_for(engine, "connect")
    def connect(connection: sqlite3.Connection, _: Any) -> None:
        try:
            for pragma in ("synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
                connection.execute(f"PRAGMA {pragma}")
        except UnicodeDecodeError as error:
            # SQLite quotes what it cannot read, and Python cannot read that either.
            raise UnreadableStore("the names of the tables are broken") from error
        # The journal is remembered in the file, and somebody else's file is not ours to change.
        if connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,):
            _set_journal(connection, journal, busy_s)

    return engine


def _set_journal(connection: sqlite3.Connection, journal: str, busy_s: float) -> None:
    until = time.monotonic() + busy_s
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode = {journal}")
            return
        except sqlite3.OperationalError as error:
            # In a new store, while others open it too: SQLite does not wait here, lest two wait for each other.
            if not error.sqlite_errorname.startswith(_BUSY) or time.monotonic() > until:
                raise
            time.sleep(_AGAIN_S)


def _postgres(url: str, busy_s: float) -> Engine:
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=_READERS,
        max_overflow=_READERS,
        pool_timeout=busy_s,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        connect_args={
            "options": f"-c lock_timeout={int(busy_s * 1000)} -c timezone=UTC",
            # A machine that is gone says nothing; without this whoever asks would wait for minutes.
            "connect_timeout": _CONNECT_S,
        },
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
    name = str(getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or "")
    if name.startswith(_DANGLING):
        return DanglingRecord(said)
    if name.startswith(_BUSY):
        return StoreBusy(said)
    if name.startswith(_FULL):
        return StoreFull(said)
    if name.startswith(_UNREADABLE) or _BROKEN_TEXT in said or _NO_TABLE in said:
        return UnreadableStore(said)
    if name.startswith(_AWAY) or isinstance(error, OperationalError):
        return StoreUnavailable(said)
    return StoreError(said)
