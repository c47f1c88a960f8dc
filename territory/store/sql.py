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
from sqlalchemy import Table, select, text
from sqlalchemy.engine import Connection

from territory.records import Record
from territory.store import chain, questions, rows, schema
from territory.store.base import (
    DanglingRecord,
    Entry,
    OtherVersion,
    R,
    StaleRecord,
    StoreBusy,
    StoreError,
    StoreUnavailable,
    UnreadableStore,
    Unstorable,
)
from territory.store.columns import pack_document
from territory.store.engine import BUSY_S, engine_for, sqlite_file, told
from territory.store.questions import Is
from territory.store.rows import Row
from territory.store.soundness import broken
from territory.store.tables import IDENTITY, LOG, TABLES, has_own_id


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
        self._file = sqlite_file(url)
        self._place: tuple[int, int] | None = None
        # Writers of this process wait here and not in the database, where waiting is asking again and again.
        self._writer = threading.Lock()

    def is_current(self) -> bool:
        """Whether its tables are there, and of the version of this program."""
        return schema.is_current(self._engine)

    def require_ready(self) -> None:
        """Raise unless the database answers, is the one that was opened, and has the tables of this program."""
        self._require_file()
        if not self.is_current():
            raise OtherVersion("the tables are those of another version of this program")

    def _require_file(self) -> None:
        """Raise where the file is gone: its connections would go on in what nobody can open any more."""
        if self._file is None:
            return
        try:
            there = self._file.stat()
        except OSError as error:
            raise StoreUnavailable(f"the file is gone: {error.strerror}") from error
        place = there.st_dev, there.st_ino
        self._place = self._place or place
        if place != self._place:
            raise StoreUnavailable("the file was replaced by another one")

    def sequence(self) -> int:
        """Number of the newest log entry."""
        self._require_file()
        with told(), self._engine.connect() as connection:
            return _sequence(connection)

    @contextmanager
    def reading(self) -> Iterator[SqlReading]:
        """Read at one moment."""
        self._require_file()
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
        self._require_file()
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
        wanted = {"id": id_} if revision is None else {"id": id_, "revision": revision}
        found = self._records(kind, wanted, newest=revision is None)
        return found[0] if found else None

    def find(self, kind: type[R], /, **equals: Any) -> list[R]:
        """Newest revisions whose fields equal what is given."""
        return self._records(kind, equals, newest=True)

    def history(self, kind: type[R], id_: str) -> list[R]:
        """Every revision of a record, oldest first."""
        return self._records(kind, {"id": id_}, newest=False)

    def written(self, kind: type[R], after: int) -> list[R]:
        """Every revision that was written after a log entry."""
        query = questions.after(TABLES[kind], self._dialect)
        return rows.unpack(kind, self.connection.execute(query, {"after": after}).all())

    def touched(self, columns: Mapping[type[Record], str], after: int) -> dict[type[Record], set[str]]:
        """What stands in a column of each kind of record, of those written after a log entry."""
        query = questions.touched(tuple(TABLES[kind].c[name] for kind, name in columns.items()))
        found: dict[type[Record], set[str]] = {kind: set() for kind in columns}
        kinds = list(columns)
        for position, value in self.connection.execute(query, {"after": after}):
            found[kinds[position]].add(value)
        return found

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
        wanted = {} if ids is None else {by: list(ids)}
        return rows.values(table, columns, self._plain(table, columns, wanted, newest=not every_revision))

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
        wanted = {} if ids is None else {by: list(ids)}
        return rows.frame(table, columns, self._plain(table, columns, wanted, newest=not every_revision))

    def _records(self, kind: type[R], wanted: Mapping[str, Any], *, newest: bool) -> list[R]:
        table = TABLES[kind]
        return rows.unpack(kind, self._plain(table, rows.names_of(table), wanted, newest=newest))

    def _plain(
        self, table: Table, columns: Sequence[str], wanted: Mapping[str, Any], *, newest: bool
    ) -> Sequence[Row]:
        """Columns of the revisions whose fields equal what is wanted, or are in it where that is a list."""
        where = tuple((name, Is.asked_by(value)) for name, value in wanted.items())
        parameters = questions.parameters(table, wanted, self._dialect)
        if parameters is None:
            return []
        query = questions.some(table, tuple(columns), where, self._dialect, newest=newest)
        return self.connection.execute(query, parameters).all()

    def log(self, *, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Log entries in order."""
        query = select(LOG).where(LOG.c.seq > after).order_by(LOG.c.seq).limit(limit)
        for row in self.connection.execute(query).mappings():
            yield Entry(**{**row, "detail": orjson.loads(row["detail"])})


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
        before = self.connection.execute(questions.HASH_OF_ENTRY, {"seq": self._began}).scalar() or chain.START
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
        query = questions.newest_revisions(table, self._dialect)
        return dict(self.connection.execute(query, self._many(ids)).all())

    def _taken(self, ids: Iterable[str]) -> Sequence[str]:
        """Which ids belong to a record already, of whatever kind."""
        query = questions.taken(self._dialect)
        return self.connection.execute(query, self._many(sorted(ids))).scalars().all()

    def _many(self, ids: Sequence[str]) -> dict[str, Any]:
        return {questions.MANY: questions.many(ids, self._dialect)}


def _sequence(connection: Connection) -> int:
    return connection.execute(questions.NEWEST_ENTRY).scalar() or 0
