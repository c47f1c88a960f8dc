"""The tables: one for each kind of record, made from it; the log; and the ids that are taken.

In a table of records a row is a revision, and rows are only ever added. An id belongs to one record of one kind
(a boundary goes by the id of its territory), so that a foreign key can stand for a record of any revision.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy import Column, ForeignKey, Index, MetaData, PrimaryKeyConstraint, Table

from territory.records import KINDS, Boundary, Record
from territory.store.columns import ID, NUMBER, TEXT, Sort, sort_of

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "ix": "%(table_name)s_by_%(column_0_name)s",
    }
)


def _column(name: str, sort: Sort, *refers: ForeignKey, **options: typing.Any) -> Column[typing.Any]:
    return Column(name, sort.type, *refers, info={"sort": sort}, **{"nullable": False} | options)


LOG = Table(
    "log",
    METADATA,
    _column("seq", NUMBER, primary_key=True, autoincrement=False),
    *(_column(name, TEXT) for name in ("at", "by", "action", "detail", "hash")),
)

IDENTITY = Table(
    "identity",
    METADATA,
    _column("id", ID, primary_key=True),
    _column("kind", TEXT),
)


def _table_of(kind: type[Record]) -> Table:
    hints = typing.get_type_hints(kind)
    own: list[Column[typing.Any]] = []
    for each in fields(kind):
        if each.name in ("id", "revision", "seq"):
            continue
        sort, may_miss = sort_of(hints[each.name])
        if each.metadata.get("refers"):
            own.append(_column(each.name, ID, ForeignKey(IDENTITY.c.id), nullable=may_miss, index=True))
        else:
            own.append(_column(each.name, sort, nullable=may_miss))
    return Table(
        kind.name(),
        METADATA,
        _column("id", ID, ForeignKey(IDENTITY.c.id)),
        _column("revision", NUMBER),
        # The entry's hash needs every row that it wrote, so the entry comes last.
        _column("seq", NUMBER, ForeignKey(LOG.c.seq, deferrable=True, initially="DEFERRED")),
        *own,
        PrimaryKeyConstraint("id", "revision"),
        Index(f"{kind.name()}_by_seq", "seq"),
    )


TABLES: Mapping[type[Record], Table] = {kind: _table_of(kind) for kind in KINDS}
"""Where each kind of record is kept."""


def sort_in(column: Column[typing.Any]) -> Sort:
    """The sort of values that a column holds."""
    return typing.cast(Sort, column.info["sort"])


def has_own_id(kind: type[Record]) -> bool:
    """Whether a record takes an id of its own; a boundary goes by its territory's."""
    return kind is not Boundary
