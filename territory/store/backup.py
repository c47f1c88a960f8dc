"""A store copied into one file while it is in use, and brought back into either database.

The copy is a store itself, whichever database it was made from: the chain of the log does not know databases.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.engine import Connection

from territory.store import chain, rows
from territory.store.base import (
    DanglingRecord,
    Store,
    StoreFull,
    StoreNotEmpty,
    StoreUnavailable,
    UnreadableStore,
)
from territory.store.engine import engine_for, sqlite_file, told
from territory.store.schema import upgrade
from territory.store.soundness import broken
from territory.store.sql import SqlStore, opened
from territory.store.tables import IDENTITY, LOG, TABLES

_MOST_TOLD = 3
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied."""

    sequence: int
    """Number of the newest log entry."""
    hash: str
    """Its hash: who keeps it elsewhere can tell later whether a store goes back to this one."""
    revisions: int
    """Rows of records."""
    faults: tuple[str, ...]
    """What is broken in the copy because it was broken before."""


def backup(store: Store, file: Path) -> Copied:
    """Copy a store, as it is at one moment, into one file; writers go on meanwhile.

    Parameters
    ----------
    store
        On either database.
    file
        Is whole in the end, or what it was before: the copy is made beside it and moved into its place. Only its
        owner may read it.

    Raises
    ------
    ValueError
        The file is the store's own.
    StoreFull
        No space is left for the copy.
    StoreUnavailable
        The folder may not be written.
    UnreadableStore
        So much of the store is broken that it cannot be read.
    """
    own = sqlite_file(store.url)
    if own is not None and file.exists() and file.samefile(own):
        raise ValueError(f"{file} is the store itself")
    with _files_told(), _draft(file) as draft:
        url = f"sqlite:///{draft}"
        upgrade(url)
        copied = _filled(store.url, url)
        _sync(draft)
        draft.replace(file)
        _sync(file.parent)
    return copied


def restore(file: Path, url: str) -> Copied:
    """Bring a backup into a store that does not exist, or is empty.

    Parameters
    ----------
    file
        The backup, which is only read; it may be of an older version of this program.
    url
        Of the store, on either database.

    Raises
    ------
    FileNotFoundError
        There is no backup.
    UnreadableStore
        The backup is broken or was tampered with; the store stays empty.
    StoreNotEmpty
        The store holds something already.
    StoreBusy, StoreFull, StoreUnavailable
        Nothing was written.
    """
    own = sqlite_file(url)
    is_new = own is not None and not own.exists()
    with _files_told(), tempfile.TemporaryDirectory(dir=own and own.parent) as folder:
        # To be brought to this version, and because a store on a read-only medium cannot be opened.
        copy = Path(folder) / "backup.db"
        shutil.copyfile(file, copy)
        source, target = opened(f"sqlite:///{copy}"), opened(url)
        try:
            return _poured(source, target)
        except BaseException:
            target.close()
            if is_new and own is not None:
                for made in (own, own.with_name(f"{own.name}-wal"), own.with_name(f"{own.name}-shm")):
                    made.unlink(missing_ok=True)
            raise
        finally:
            source.close()
            target.close()


def _filled(from_url: str, draft_url: str) -> Copied:
    source = SqlStore(from_url)
    # Until it is moved into its place a draft may be lost, and what is broken shall be kept as it is.
    engine = engine_for(draft_url, journal="OFF")
    event.listen(engine, "connect", _careless)
    try:
        with (
            source.reading() as reading,
            told(),
            engine.connect().execution_options(territory_writes=True) as connection,
            connection.begin(),
        ):
            _copy(reading.connection, connection)
            return _summary(connection)
    finally:
        engine.dispose()
        source.close()


def _careless(connection: sqlite3.Connection, _: Any) -> None:
    for pragma in ("foreign_keys = OFF", "synchronous = OFF"):
        connection.execute(f"PRAGMA {pragma}")


def _poured(source: SqlStore, target: SqlStore) -> Copied:
    with source.reading() as reading, target.changing() as connection:
        if connection.execute(select(func.count()).select_from(IDENTITY)).scalar_one():
            raise StoreNotEmpty(target.url)
        try:
            with told():
                _copy(reading.connection, connection)
        except DanglingRecord as error:
            raise UnreadableStore(str(error)) from error
        copied = _summary(connection)
        if copied.faults:
            raise UnreadableStore("; ".join(copied.faults[:_MOST_TOLD]))
        return copied


def _copy(source: Connection, target: Connection) -> None:
    for table in (IDENTITY, LOG, *TABLES.values()):
        for some in rows.read(source, table):
            rows.write(target, table, some)


def _summary(connection: Connection) -> Copied:
    newest = connection.execute(select(LOG.c.seq, LOG.c.hash).order_by(LOG.c.seq.desc()).limit(1)).first()
    counts = (select(func.count()).select_from(table) for table in TABLES.values())
    return Copied(
        sequence=newest.seq if newest else 0,
        hash=newest.hash if newest else chain.START,
        revisions=sum(connection.execute(count).scalar_one() for count in counts),
        faults=tuple(broken(connection)),
    )


@contextmanager
def _draft(file: Path) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(prefix=f".{file.name}.", suffix=".draft", dir=file.parent)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _files_told() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise (StoreFull if error.errno in _FULL else StoreUnavailable)(str(error)) from error
