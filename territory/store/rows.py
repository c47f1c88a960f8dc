"""Rows of tables as tuples of plain values, the same on every database: see `territory.store.columns`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeAlias

import pandas as pd
from shapely.errors import GEOSException
from sqlalchemy import Column, Select, Table, select
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql.elements import ColumnElement

from territory.records import Record
from territory.store.base import R, UnreadableStore, Unstorable
from territory.store.columns import SHAPE, Values
from territory.store.tables import TABLES, sort_in

Row: TypeAlias = tuple[Any, ...]

_BATCH = 5_000


@functools.cache
def names_of(table: Table) -> tuple[str, ...]:
    """Names of a table's columns, in the order of its rows."""
    return tuple(str(name) for name in table.c.keys())  # noqa: SIM118, a collection of columns is no mapping


@functools.cache
def plain_select(table: Table, dialect: str) -> Select[Any]:
    """All rows of a table, in plain values."""
    return select(*plain_columns(table, names_of(table), dialect))


def plain_columns(table: Table, names: Iterable[str], dialect: str) -> list[ColumnElement[Any]]:
    """Columns of a table as plain values."""
    return [sort_in(table.c[name]).read(table.c[name], dialect).label(name) for name in names]


def pack(records: Sequence[Record], *, seq: int) -> list[Row]:
    """Records of one kind as the rows that a log entry writes.

    Raises
    ------
    Unstorable
        A value is not what the record declares, or not every database could keep it.
    """
    table = TABLES[type(records[0])]
    names = names_of(table)
    columns: dict[str, Values] = dict(zip(names, zip(*map(attrgetter(*names), records), strict=True), strict=True))
    columns["revision"] = [record.revision + 1 for record in records]
    columns["seq"] = [seq] * len(records)
    return list(zip(*(_packed(table.c[name], values) for name, values in columns.items()), strict=True))


def packed(column: Column[Any], values: Values) -> list[Any]:
    """Values of a column as plain ones.

    Raises
    ------
    Unstorable
        One is not of the column's sort, or not every database could keep it.
    """
    try:
        return sort_in(column).pack(values)
    except (LookupError, TypeError, ValueError) as error:
        raise Unstorable(f"{column}: {error}") from error


def sought(column: Column[Any], values: Iterable[Any]) -> list[Any]:
    """Plain values to look for, without those that no store can hold."""
    wanted = list(values)
    try:
        return packed(column, wanted)
    except Unstorable:
        return [plain for value in wanted for plain in _kept_if_possible(column, value)]


def _kept_if_possible(column: Column[Any], value: Any) -> list[Any]:
    try:
        return packed(column, [value])
    except Unstorable:
        return []


def _packed(column: Column[Any], values: Values) -> list[Any]:
    if not column.nullable and None in values:
        raise Unstorable(f"{column}: missing")
    return packed(column, values)


def unpack(kind: type[R], rows: Sequence[Row]) -> list[R]:
    """The records of rows.

    Raises
    ------
    UnreadableStore
        A row holds what no record does.
    """
    table = TABLES[kind]
    names = names_of(table)
    columns = [
        _unpacked(table.c[name], values) for name, values in zip(names, zip(*rows, strict=True), strict=False)
    ]
    return [kind(**dict(zip(names, values, strict=True))) for values in zip(*columns, strict=True)]


def values(table: Table, names: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """What rows of some columns mean, but geometries stay WKB.

    Raises
    ------
    UnreadableStore
        A row holds what no record does.
    """
    if not rows:
        return []
    columns: list[Values] = list(zip(*rows, strict=True))
    for position, name in enumerate(names):
        if sort_in(table.c[name]) is not SHAPE:
            columns[position] = _unpacked(table.c[name], columns[position])
    return list(zip(*columns, strict=True))


def frame(table: Table, names: Sequence[str], rows: Sequence[Row]) -> pd.DataFrame:
    """Rows of some columns as a data frame; geometries stay WKB, and words stay text.

    Raises
    ------
    UnreadableStore
        A row holds what no record does.
    """
    # Of SQLAlchemy's rows pandas would ask, each, what they are.
    made = pd.DataFrame.from_records(list(map(tuple, rows)), columns=list(names))
    for position, name in enumerate(names):
        if not sort_in(table.c[name]).is_plain_in_frames:
            made[name] = _unpacked(table.c[name], [row[position] for row in rows])
    return made


def _unpacked(column: Column[Any], values: Values) -> list[Any]:
    try:
        return sort_in(column).unpack(values)
    except (TypeError, ValueError, KeyError, GEOSException) as error:
        raise UnreadableStore(f"{column}: {error}") from error


def read(connection: Connection, table: Table) -> Iterator[Sequence[Row]]:
    """All rows of a table, some at a time, in no order."""
    query = plain_select(table, connection.dialect.name).execution_options(yield_per=_BATCH)
    for some in connection.execute(query).partitions():
        yield [tuple(row) for row in some]


def write(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Add rows to a table."""
    statement = _insert(table, connection.dialect)
    for start in range(0, len(rows), _BATCH):
        connection.exec_driver_sql(statement, rows[start : start + _BATCH])


@functools.cache
def _insert(table: Table, dialect: Dialect) -> str:
    # Written by hand: making a statement's parameters costs SQLAlchemy more than the database needs to write them.
    quoted = dialect.identifier_preparer.quote_identifier
    names = ", ".join(quoted(name) for name in names_of(table))
    is_postgres = dialect.name == "postgresql"
    values = ", ".join(sort_in(column).to_postgres if is_postgres else "?" for column in table.c)
    return f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({values})"  # noqa: S608, names are ours
