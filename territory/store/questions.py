"""What is asked of the tables. A question is worded once and then asked again with other values.

Wording a statement costs more than answering it: SQLAlchemy takes longer to build one than a database needs to
find some rows by their index.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import orjson
from sqlalchemy import ARRAY, Column, Select, Table, Text, any_, bindparam, func, literal, select, union_all
from sqlalchemy.sql.elements import ColumnElement

from territory.store import rows
from territory.store.tables import IDENTITY, LOG, sort_in

MANY = "many"
"""Name of the parameter of questions about many ids."""


class Is(Enum):
    """How the values of a column are narrowed."""

    ONE = 1
    AMONG = 2
    MISSING = 3

    @classmethod
    def asked_by(cls, value: Any) -> Is:
        """What a value asks for: itself, one of a list, or nothing at all."""
        return cls.MISSING if value is None else cls.AMONG if isinstance(value, list) else cls.ONE


Conditions = tuple[tuple[str, Is], ...]
"""Names of columns, and how each is narrowed; the values come as parameters of these names."""


@functools.cache
def some(table: Table, columns: tuple[str, ...], where: Conditions, dialect: str, *, newest: bool) -> Select[Any]:
    """Columns of the revisions of a table, or of the newest ones, as plain values; by id and revision."""
    query = select(*rows.plain_columns(table, columns, dialect))
    if newest:
        later = table.alias("later")
        has_later = select(later.c.id).where(later.c.id == table.c.id, later.c.revision > table.c.revision)
        query = query.where(~has_later.exists())
    for name, how in where:
        query = query.where(_narrowed(table.c[name], how, dialect))
    return query.order_by(table.c.id, table.c.revision)


@functools.cache
def after(table: Table, dialect: str) -> Select[Any]:
    """Everything written to a table after the log entry ``after``."""
    query = rows.plain_select(table, dialect).where(table.c.seq > bindparam("after"))
    return query.order_by(table.c.seq, table.c.id, table.c.revision)


@functools.cache
def touched(columns: tuple[Column[Any], ...]) -> Any:
    """What was written in columns, and the position of each, after the log entry ``after``."""
    return union_all(
        *(
            select(literal(position), column).where(column.table.c.seq > bindparam("after"))
            for position, column in enumerate(columns)
        )
    )


@functools.cache
def newest_revisions(table: Table, dialect: str) -> Select[Any]:
    """Id and newest revision of records, by the ids that `MANY` says."""
    query = select(table.c.id, func.max(table.c.revision)).group_by(table.c.id)
    return query.where(_among(table.c.id, MANY, dialect))


@functools.cache
def taken(dialect: str) -> Select[Any]:
    """Which of the ids that `MANY` says belong to a record, of whatever kind."""
    return select(IDENTITY.c.id).where(_among(IDENTITY.c.id, MANY, dialect))


NEWEST_ENTRY = select(func.max(LOG.c.seq))
HASH_OF_ENTRY = select(LOG.c.hash).where(LOG.c.seq == bindparam("seq"))


def many(values: Sequence[Any], dialect: str) -> Any:
    """Plain values as one parameter: a statement takes only so many."""
    return list(values) if dialect == "postgresql" else orjson.dumps(list(values)).decode()


def parameters(table: Table, wanted: Mapping[str, Any], dialect: str) -> dict[str, Any] | None:
    """The parameters of a question; none when no record can hold what is wanted."""
    told: dict[str, Any] = {}
    for name, value in wanted.items():
        if value is None:
            continue
        sought = rows.sought(table.c[name], value if isinstance(value, list) else [value])
        if not sought:
            return None
        told[name] = many(sought, dialect) if isinstance(value, list) else sought[0]
    return told


def _narrowed(column: Column[Any], how: Is, dialect: str) -> ColumnElement[bool]:
    plain = sort_in(column).read(column, dialect)
    if how is Is.MISSING:
        return plain.is_(None)
    if how is Is.AMONG:
        return _among(plain, column.name, dialect)
    return plain == bindparam(column.name, type_=plain.type)


def _among(plain: ColumnElement[Any], name: str, dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return plain == any_(bindparam(name, type_=ARRAY(plain.type)))
    each = func.json_each(bindparam(name, type_=Text())).table_valued("value")
    return plain.in_(select(each.c.value))
