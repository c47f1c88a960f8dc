"""The tables: one for each kind of record, made from it; the log; and the ids that are taken.

In a table of records a row is a revision, and rows are only ever added. An id belongs to one record of one kind
(a boundary goes by the id of its territory), so that a foreign key can stand for a record of any revision.
"""

from __future__ import annotations

import typing
from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, PrimaryKeyConstraint, Table, Text

from territory.records import KINDS, Boundary, Record
from territory.store.columns import column_type, is_geometry

METADATA = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "ix": "%(table_name)s_by_%(column_0_name)s",
    }
)

LOG = Table(
    "log",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

IDENTITY = Table(
    "identity",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
)


def _table_of(kind: type[Record]) -> Table:
    hints = typing.get_type_hints(kind)
    own: list[Column[typing.Any]] = []
    for each in fields(kind):
        if each.name in ("id", "revision", "seq"):
            continue
        type_, may_miss = column_type(hints[each.name])
        refers = [ForeignKey(IDENTITY.c.id)] if each.metadata.get("refers") else []
        own.append(
            Column(
                each.name,
                type_,
                *refers,
                nullable=may_miss,
                index=bool(refers),
                info={"shape": is_geometry(type_)},
            )
        )
    return Table(
        kind.name(),
        METADATA,
        Column("id", Text, ForeignKey(IDENTITY.c.id), nullable=False),
        Column("revision", Integer, nullable=False),
        # The entry's hash needs every row that it wrote, so the entry comes last.
        Column("seq", Integer, ForeignKey(LOG.c.seq, deferrable=True, initially="DEFERRED"), nullable=False),
        *own,
        PrimaryKeyConstraint("id", "revision"),
        Index(f"{kind.name()}_by_seq", "seq"),
    )


TABLES: Mapping[type[Record], Table] = {kind: _table_of(kind) for kind in KINDS}
"""Where each kind of record is kept."""


def is_shape(column: Column[typing.Any]) -> bool:
    """Whether a column holds geometries."""
    return bool(column.info.get("shape"))


def has_own_id(kind: type[Record]) -> bool:
    """Whether a record takes an id of its own; a boundary goes by its territory's."""
    return kind is not Boundary
