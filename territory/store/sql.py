"""The store on SQLite and on PostgreSQL with PostGIS: the same tables, the same code."""

from __future__ import annotations

import datetime
import threading
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import orjson
import pandas as pd
from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from territory.records import KINDS, Record
from territory.store import chain, schema
from territory.store.base import Entry, R, StaleRecord, StoreError
from territory.store.columns import as_wkb, to_wkb
from territory.store.engine import engine_for, told
from territory.store.tables import IDENTITY, LOG, TABLES, has_own_id, is_shape

_BATCH = 5_000
# A statement takes so many values at most, whichever database it is.
_MOST_VALUES = 10_000


class SqlStore:
    """A store in an SQLite file or a PostGIS database, see `territory.store.base.Store`.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://…``; its tables are there already, see `territory.store.open_store`.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = engine_for(url)
        # Writers of this process wait here, in order, and not in the database, which would wake them by chance.
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
        with self._writer, told():
            connection = self._engine.connect().execution_options(territory_writes=True)
            with connection, connection.begin():
                if connection.dialect.name == "postgresql":
                    # One writer at a time, in all processes: entries are chained, and numbered without gaps.
                    connection.execute(text("LOCK TABLE log IN EXCLUSIVE MODE"))
                change = SqlWriting(connection, by=by, action=action)
                yield change
                change.finish()

    def faults(self) -> Iterator[str]:
        """What is broken in the file, the references and the chain of the log."""
        with self.reading() as reading:
            yield from reading.faults()

    def close(self) -> None:
        """Let go of files and connections."""
        self._engine.dispose()


class SqlReading:
    """One moment of a store."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._began = _sequence(connection)

    @property
    def sequence(self) -> int:
        """Number of the newest log entry at that moment."""
        return self._began

    def get(self, kind: type[R], id_: str, revision: int | None = None) -> R | None:
        """The newest revision of a record, or one of them."""
        table = TABLES[kind]
        query = select(table).where(table.c.id == id_)
        if revision is not None:
            query = query.where(table.c.revision == revision)
        row = self._connection.execute(query.order_by(table.c.revision.desc()).limit(1)).mappings().first()
        return None if row is None else kind(**row)

    def find(self, kind: type[R], /, **equals: Any) -> list[R]:
        """Newest revisions whose fields equal what is given."""
        table = TABLES[kind]
        found: list[R] = []
        for part in _parts(equals):
            query = _newest(table)
            for name, value in part.items():
                column = table.c[name]
                query = query.where(column.in_(value) if isinstance(value, list) else column == value)
            found += [kind(**row) for row in self._connection.execute(query.order_by(table.c.id)).mappings()]
        return found

    def history(self, kind: type[R], id_: str) -> list[R]:
        """Every revision of a record, oldest first."""
        table = TABLES[kind]
        query = select(table).where(table.c.id == id_).order_by(table.c.revision)
        return [kind(**row) for row in self._connection.execute(query).mappings()]

    def written(self, kind: type[R], after: int) -> list[R]:
        """Every revision that was written after a log entry."""
        table = TABLES[kind]
        query = select(table).where(table.c.seq > after).order_by(table.c.seq, table.c.id, table.c.revision)
        return [kind(**row) for row in self._connection.execute(query).mappings()]

    def touched(self, kind: type[Record], after: int, *, by: str = "id") -> set[str]:
        """What stands in a column of the records that were written after a log entry."""
        table = TABLES[kind]
        return set(self._connection.execute(select(table.c[by]).where(table.c.seq > after)).scalars())

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
        table, dialect = TABLES[kind], self._connection.dialect.name
        wanted = [
            as_wkb(column, dialect) if is_shape(column) else column
            for column in (table.c[name] for name in columns)
        ]
        query: Any = select(*wanted) if every_revision else _newest(table).with_only_columns(*wanted)
        query = query.order_by(table.c.id, table.c.revision)
        parts = [query] if ids is None else [query.where(table.c[by].in_(some)) for some in _some(ids)]
        return [tuple(row) for part in parts for row in self._connection.execute(part)]

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
        query: Any = select(table) if every_revision else _newest(table)
        columns = _columns(table, self._connection.dialect.name, without)
        query = query.with_only_columns(*columns).order_by(table.c.id, table.c.revision)
        parts = [query] if ids is None else [query.where(table.c[by].in_(some)) for some in _some(ids)]
        rows = [row for part in parts for row in self._connection.execute(part)]
        return pd.DataFrame.from_records(rows, columns=[column.name for column in columns])

    def log(self, *, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Log entries in order."""
        query = select(LOG).where(LOG.c.seq > after).order_by(LOG.c.seq).limit(limit)
        for row in self._connection.execute(query).mappings():
            yield Entry(**{**row, "detail": orjson.loads(row["detail"])})

    def faults(self) -> Iterator[str]:
        """What is broken in the file, the references and the chain of the log."""
        if self._connection.dialect.name == "sqlite":
            for (said,) in self._connection.execute(text("PRAGMA integrity_check")):
                if said != "ok":
                    yield f"file: {said}"
            for table, row, parent, _ in self._connection.execute(text("PRAGMA foreign_key_check")):
                yield f"reference: {table} row {row} refers to a missing {parent}"
        yield from self._broken_chain()

    def _broken_chain(self) -> Iterator[str]:
        rows: defaultdict[int, list[bytes]] = defaultdict(list)
        for kind, table in TABLES.items():
            names = [column.name for column in table.c]
            columns = _columns(table, self._connection.dialect.name)
            at = names.index("seq")
            for row in self._connection.execute(select(*columns).execution_options(yield_per=_BATCH)):
                rows[row[at]].append(chain.row_bytes(kind.name(), names, row))
        before, expected = chain.START, 1
        for entry in self._connection.execute(select(LOG).order_by(LOG.c.seq)).mappings():
            if entry["seq"] != expected:
                yield f"log: entry {expected} is missing"
            hashed = chain.entry_hash(
                before,
                seq=entry["seq"],
                at=entry["at"],
                by=entry["by"],
                action=entry["action"],
                detail=entry["detail"],
                rows=rows.pop(entry["seq"], []),
            )
            if hashed != entry["hash"]:
                yield f"log: entry {entry['seq']} ({entry['action']}) or what it wrote was changed afterwards"
            before, expected = entry["hash"], entry["seq"] + 1
        for seq in sorted(rows):
            yield f"log: records of entry {seq}, which does not exist"


class SqlWriting(SqlReading):
    """One change to a store."""

    def __init__(self, connection: Connection, *, by: str, action: str) -> None:
        super().__init__(connection)
        self._by, self._action = by, action
        self._detail: dict[str, Any] = {}
        self._rows: list[bytes] = []
        self.seq = self._began + 1

    def put(self, record: R) -> R:
        """Write a record as the revision after the one it carries."""
        self.put_all([record])
        return replace(record, revision=record.revision + 1, seq=self.seq)

    def put_all(self, records: Iterable[Record]) -> None:
        """Write many records at once."""
        by_kind: defaultdict[type[Record], list[Record]] = defaultdict(list)
        for record in records:
            by_kind[type(record)].append(record)
        # Whatever is referred to has an id first, in the order of KINDS or not.
        for kind, some in by_kind.items():
            self._take_ids(kind, some)
        for kind in KINDS:
            for start in range(0, len(by_kind[kind]), _BATCH):
                self._write(kind, by_kind[kind][start : start + _BATCH])

    def note(self, **detail: Any) -> None:
        """Add to what the log says of this change."""
        self._detail.update(detail)

    def finish(self) -> None:
        """Write the log entry; nothing when nothing was put."""
        if not self._rows:
            return
        at = datetime.datetime.now(datetime.UTC).isoformat(timespec="microseconds")
        before = (
            self._connection.execute(select(LOG.c.hash).where(LOG.c.seq == self.seq - 1)).scalar() or chain.START
        )
        detail = chain.canonical_json(self._detail)
        hashed = chain.entry_hash(
            before, seq=self.seq, at=at, by=self._by, action=self._action, detail=detail, rows=self._rows
        )
        self._connection.execute(
            insert(LOG).values(seq=self.seq, at=at, by=self._by, action=self._action, detail=detail, hash=hashed)
        )

    def _take_ids(self, kind: type[Record], records: Sequence[Record]) -> None:
        new = [{"id": each.id, "kind": kind.name()} for each in records if each.revision == 0]
        if new and has_own_id(kind):
            try:
                with self._connection.begin_nested():
                    self._connection.execute(insert(IDENTITY), new)
            except IntegrityError as error:
                taken = [each["id"] for each in new]
                known = select(IDENTITY.c.id).where(IDENTITY.c.id.in_(taken[:_MOST_VALUES])).limit(1)
                raise StaleRecord(kind.name(), self._connection.execute(known).scalar() or taken[0], 0) from error

    def _write(self, kind: type[Record], records: Sequence[Record]) -> None:
        table, columns = TABLES[kind], kind.columns()
        shapes = {column.name for column in table.c if is_shape(column)}
        values = [
            {
                "id": each.id,
                "revision": each.revision + 1,
                "seq": self.seq,
                **{name: to_wkb(value) if name in shapes else value for name, value in _fields(each, columns)},
            }
            for each in records
        ]
        try:
            with self._connection.begin_nested():
                self._connection.execute(insert(table), values)
        except IntegrityError as error:
            raise self._stale(kind, records) or error from None
        names = [column.name for column in table.c]
        self._rows += [chain.row_bytes(kind.name(), names, [row[name] for name in names]) for row in values]

    def _stale(self, kind: type[Record], records: Sequence[Record]) -> StoreError | None:
        """The record that somebody else changed, if that is why a write was refused."""
        for each in records:
            newest = self.get(kind, each.id)
            if newest is not None and newest.revision > each.revision:
                return StaleRecord(kind.name(), each.id, each.revision)
        return None


def _sequence(connection: Connection) -> int:
    return connection.execute(select(func.max(LOG.c.seq))).scalar() or 0


def _fields(record: Record, names: Iterable[str]) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(record, name)) for name in names)


def _newest(table: Table) -> Any:
    """Rows that have no later revision."""
    later = table.alias("later")
    has_later = select(later.c.id).where(later.c.id == table.c.id, later.c.revision > table.c.revision).exists()
    return select(table).where(~has_later)


def _parts(equals: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A query with a long list as several with short ones: a statement takes only so many values."""
    long = next(
        (name for name, value in equals.items() if isinstance(value, list) and len(value) > _MOST_VALUES), ""
    )
    if not long:
        yield equals
        return
    yield from ({**equals, long: some} for some in _some(equals[long]))


def _some(values: Collection[str]) -> Iterator[list[str]]:
    """Values in order, a statement's worth at a time."""
    ordered = sorted(values)
    return (ordered[start : start + _MOST_VALUES] for start in range(0, len(ordered), _MOST_VALUES))


def _columns(table: Table, dialect: str, left_out: Collection[str] = ()) -> list[ColumnElement[Any]]:
    """Columns as they are kept, geometries as WKB."""
    return [
        as_wkb(column, dialect).label(column.name) if is_shape(column) else column
        for column in table.c
        if column.name not in left_out
    ]
