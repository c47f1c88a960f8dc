"""The store on SQLite and on PostgreSQL with PostGIS: the same tables, the same code."""

from __future__ import annotations

import datetime
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pandas as pd
from sqlalchemy import Column, Select, Table, false, func, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import ColumnElement

from territory.records import Record
from territory.store import chain, rows, schema
from territory.store.base import (
    DanglingRecord,
    Entry,
    R,
    StaleRecord,
    StoreBusy,
    StoreError,
    UnreadableStore,
    Unstorable,
)
from territory.store.columns import pack_document
from territory.store.engine import BUSY_S, engine_for, told
from territory.store.rows import Row
from territory.store.soundness import broken
from territory.store.tables import IDENTITY, LOG, TABLES, has_own_id, sort_in


class SqlStore:
    """A store in an SQLite file or a PostGIS database, see `territory.store.base.Store`.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://…``; its tables are there already, see `territory.store.open_store`.
    """

    def __init__(self, url: str, *, busy_s: float = BUSY_S) -> None:
        self.url = url
        self._busy_s = busy_s
        self._engine = engine_for(url, busy_s=busy_s)
        # Writers of this process wait here and not in the database, where waiting is asking again and again.
        self._writer = threading.Lock()

    def is_current(self) -> bool:
        """Whether its tables are there, and of the version of this program."""
        return schema.is_current(self._engine)

    def sequence(self) -> int:
        """Number of the newest log entry."""
        with told(), self._engine.connect() as connection:
            return _sequence(connection)

    @contextmanager
    def reading(self) -> Iterator[SqlReading]:
        """Read at one moment."""
        with told(), self._engine.connect() as connection, connection.begin():
            yield SqlReading(connection)

    @contextmanager
    def writing(self, *, by: str, action: str) -> Iterator[SqlWriting]:
        """Change something, under one log entry."""
        with self.changing() as connection:
            change = SqlWriting(connection, by=by, action=action)
            yield change
            change.finish()

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A connection of the only writer; what it did is kept in the end, or undone by an exception."""
        with self._turn(), told():
            connection = self._engine.connect().execution_options(territory_writes=True)
            with connection, connection.begin():
                if connection.dialect.name == "postgresql":
                    # One writer at a time, in all processes: entries are chained, and numbered without gaps.
                    connection.execute(text("LOCK TABLE log IN EXCLUSIVE MODE"))
                yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._writer.acquire(timeout=self._busy_s):
            raise StoreBusy("another writer of this process")
        try:
            yield
        finally:
            self._writer.release()

    def faults(self) -> Iterator[str]:
        """What is broken in the file, the references and the chain of the log."""
        try:
            with self.reading() as reading:
                yield from broken(reading.connection)
        except UnreadableStore as error:
            yield f"file: {error}"

    def close(self) -> None:
        """Let go of files and connections."""
        self._engine.dispose()


def opened(url: str, *, busy_s: float = BUSY_S) -> SqlStore:
    """A store whose tables are there, and of the version of this program."""
    store = SqlStore(url, busy_s=busy_s)
    try:
        if not store.is_current():
            store.close()
            schema.upgrade(url, busy_s=busy_s)
    except BaseException:
        store.close()
        raise
    return store


class SqlReading:
    """One moment of a store."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._dialect = connection.dialect.name
        self._began = _sequence(connection)

    @property
    def sequence(self) -> int:
        """Number of the newest log entry at that moment."""
        return self._began

    def get(self, kind: type[R], id_: str, revision: int | None = None) -> R | None:
        """The newest revision of a record, or one of them."""
        table = TABLES[kind]
        query = self._of(table, id_)
        if revision is not None:
            query = query.where(table.c.revision.in_(rows.sought(table.c.revision, [revision])))
        found = self._records(kind, query.order_by(table.c.revision.desc()).limit(1))
        return found[0] if found else None

    def find(self, kind: type[R], /, **equals: Any) -> list[R]:
        """Newest revisions whose fields equal what is given."""
        table = TABLES[kind]
        query = _newest(table, rows.plain_select(table, self._dialect))
        for name, value in equals.items():
            query = query.where(self._equals(table.c[name], value))
        return self._records(kind, query.order_by(table.c.id))

    def history(self, kind: type[R], id_: str) -> list[R]:
        """Every revision of a record, oldest first."""
        table = TABLES[kind]
        return self._records(kind, self._of(table, id_).order_by(table.c.revision))

    def written(self, kind: type[R], after: int) -> list[R]:
        """Every revision that was written after a log entry."""
        table = TABLES[kind]
        query = rows.plain_select(table, self._dialect).where(table.c.seq > after)
        return self._records(kind, query.order_by(table.c.seq, table.c.id, table.c.revision))

    def touched(self, kind: type[Record], after: int, *, by: str = "id") -> set[str]:
        """What stands in a column of the records that were written after a log entry."""
        table = TABLES[kind]
        return set(self.connection.execute(select(table.c[by]).where(table.c.seq > after)).scalars())

    def rows(
        self,
        kind: type[Record],
        columns: Sequence[str],
        *,
        ids: Collection[str] | None = None,
        by: str = "id",
        every_revision: bool = False,
    ) -> list[tuple[Any, ...]]:
        """Some columns of newest revisions, or of all; geometries are WKB."""
        table = TABLES[kind]
        return rows.values(table, columns, self._plain(table, columns, ids, by, every_revision))

    def table(
        self,
        kind: type[Record],
        *,
        ids: Collection[str] | None = None,
        by: str = "id",
        every_revision: bool = False,
        without: Collection[str] = (),
    ) -> pd.DataFrame:
        """Newest revisions, or all, as a table; geometries are WKB."""
        table = TABLES[kind]
        columns = [name for name in rows.names_of(table) if name not in without]
        return rows.frame(table, columns, self._plain(table, columns, ids, by, every_revision))

    def _plain(
        self, table: Table, columns: Sequence[str], ids: Collection[str] | None, by: str, every_revision: bool
    ) -> Sequence[Row]:
        query = select(*rows.plain_columns(table, columns, self._dialect))
        if not every_revision:
            query = _newest(table, query)
        if ids is not None:
            query = query.where(self._equals(table.c[by], list(ids)))
        return self.connection.execute(query.order_by(table.c.id, table.c.revision)).all()

    def log(self, *, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Log entries in order."""
        query = select(LOG).where(LOG.c.seq > after).order_by(LOG.c.seq).limit(limit)
        for row in self.connection.execute(query).mappings():
            yield Entry(**{**row, "detail": orjson.loads(row["detail"])})

    def _of(self, table: Table, id_: str) -> Select[Any]:
        return rows.plain_select(table, self._dialect).where(self._equals(table.c.id, id_))

    def _records(self, kind: type[R], query: Select[Any]) -> list[R]:
        return rows.unpack(kind, self.connection.execute(query).all())

    def _equals(self, column: Column[Any], value: Any) -> ColumnElement[bool]:
        plain = sort_in(column).read(column, self._dialect)
        if value is None:
            return plain.is_(None)
        if isinstance(value, list):
            return rows.among(plain, rows.sought(column, value), self._dialect)
        wanted = rows.sought(column, [value])
        return plain == wanted[0] if wanted else false()


class SqlWriting(SqlReading):
    """One change to a store."""

    def __init__(self, connection: Connection, *, by: str, action: str) -> None:
        super().__init__(connection)
        self._by, self._action = rows.packed(LOG.c.by, [by])[0], rows.packed(LOG.c.action, [action])[0]
        self._detail: dict[str, Any] = {}
        self._hashes: list[bytes] = []
        self._failure: StoreError | None = None
        self.seq = self._began + 1

    def put(self, record: R) -> R:
        """Write a record as the revision after the one it carries."""
        self.put_all([record])
        return replace(record, revision=record.revision + 1, seq=self.seq)

    def put_all(self, records: Iterable[Record]) -> None:
        """Write many records at once."""
        by_kind: dict[type[Record], list[Record]] = defaultdict(list)
        for record in records:
            by_kind[type(record)].append(record)
        # Everything that can be refused is refused before anything is written.
        packed = {TABLES[kind]: rows.pack(some, seq=self.seq) for kind, some in by_kind.items()}
        new_ids: dict[str, str] = {}
        for kind, some in by_kind.items():
            for id_ in self._newcomers(kind, some):
                if id_ in new_ids:
                    raise StaleRecord(kind.name(), id_, 0)
                new_ids[id_] = kind.name()
        try:
            with told():
                # Whatever is referred to has an id first, in whatever order the kinds come.
                rows.write(self.connection, IDENTITY, list(new_ids.items()))
                for table, some_rows in packed.items():
                    rows.write(self.connection, table, some_rows)
        except StoreError as error:
            self._failure = error
            raise
        for table, some_rows in packed.items():
            names = rows.names_of(table)
            self._hashes += [chain.row_hash(table.name, names, row) for row in some_rows]

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the log will say of this change so far."""
        return self._detail

    def note(self, **detail: Any) -> None:
        """Add to what the log says of this change."""
        self._detail.update(detail)

    def finish(self) -> None:
        """Write the log entry; nothing when nothing was put."""
        if self._failure is not None:
            # Whoever went on regardless does so without what a database kept or dropped in the middle of a put.
            raise self._failure
        if not self._hashes:
            return
        at = datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")
        newest = select(LOG.c.hash).where(LOG.c.seq == self._began)
        before = self.connection.execute(newest).scalar() or chain.START
        try:
            detail = pack_document(self._detail)
        except (TypeError, ValueError) as error:
            raise Unstorable(f"log.detail: {error}") from error
        hashed = chain.entry_hash(
            before, seq=self.seq, at=at, by=self._by, action=self._action, detail=detail, rows=self._hashes
        )
        rows.write(self.connection, LOG, [(self.seq, at, self._by, self._action, detail, hashed)])

    def _newcomers(self, kind: type[Record], records: Sequence[Record]) -> Collection[str]:
        """The ids that records take; all of them carry the newest revision, or one is refused."""
        table, name = TABLES[kind], kind.name()
        newest = self._newest_revisions(table, [each.id for each in records])
        first = dict.fromkeys(each.id for each in records if each.revision == 0)
        if has_own_id(kind) and first:
            newest = dict.fromkeys(self._taken(first), -1) | newest
        for each in records:
            there = newest.get(each.id, 0)
            if there < each.revision and each.revision > 0:
                raise DanglingRecord(f"{name} {each.id} has no revision {each.revision} to change")
            if there != each.revision:
                raise StaleRecord(name, each.id, each.revision)
            newest[each.id] = each.revision + 1
        return first if has_own_id(kind) else ()

    def _newest_revisions(self, table: Table, ids: Sequence[str]) -> dict[str, int]:
        query = select(table.c.id, func.max(table.c.revision)).group_by(table.c.id)
        found = self.connection.execute(query.where(rows.among(table.c.id, ids, self._dialect)))
        return dict(found.all())

    def _taken(self, ids: Iterable[str]) -> Sequence[str]:
        """Which ids belong to a record already, of whatever kind."""
        query = select(IDENTITY.c.id).where(rows.among(IDENTITY.c.id, sorted(ids), self._dialect))
        return self.connection.execute(query).scalars().all()


def _sequence(connection: Connection) -> int:
    return connection.execute(select(func.max(LOG.c.seq))).scalar() or 0


def _newest(table: Table, query: Select[Any]) -> Select[Any]:
    """Rows that have no later revision."""
    later = table.alias("later")
    has_later = select(later.c.id).where(later.c.id == table.c.id, later.c.revision > table.c.revision).exists()
    return query.where(~has_later)
