"""Whether a store still is what was written: its file, its references, its histories, and the chain of the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, exists, func, or_, select, text
from sqlalchemy.engine import Connection

from territory.store import chain, rows
from territory.store.tables import IDENTITY, LOG, TABLES, has_own_id


def broken(connection: Connection) -> Iterator[str]:
    """What is broken in a store, a sentence each; nothing in a sound one."""
    if connection.dialect.name == "sqlite":
        for (said,) in connection.execute(text("PRAGMA integrity_check")):
            if said != "ok":
                yield f"file: {said}"
    for table in TABLES.values():
        yield from _dangling(connection, table)
        yield from _torn_histories(connection, table)
    yield from _wrong_ids(connection)
    yield from _broken_chain(connection)


def _dangling(connection: Connection, table: Table) -> Iterator[str]:
    for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        is_there = exists().where(key.column == key.parent)
        count = _count(connection, table, key.parent.is_not(None), ~is_there)
        if count:
            yield f"reference: {count} of {table.name}.{key.parent.name} refer to what does not exist"


def _torn_histories(connection: Connection, table: Table) -> Iterator[str]:
    revisions = table.c.revision
    is_torn = or_(func.min(revisions) != 1, func.max(revisions) != func.count())
    for id_ in connection.execute(select(table.c.id).group_by(table.c.id).having(is_torn)).scalars():
        yield f"history: revisions of {table.name} {id_} are missing"


def _wrong_ids(connection: Connection) -> Iterator[str]:
    own = {kind.name(): table for kind, table in TABLES.items() if has_own_id(kind)}
    for name, table in own.items():
        is_taken = exists().where(IDENTITY.c.id == table.c.id, IDENTITY.c.kind == name)
        if count := _count(connection, table, ~is_taken):
            yield f"identity: {count} of {name} have an id that is not theirs"
        is_used = exists().where(table.c.id == IDENTITY.c.id)
        if count := _count(connection, IDENTITY, IDENTITY.c.kind == name, ~is_used):
            yield f"identity: {count} ids of {name} belong to no record"
    if count := _count(connection, IDENTITY, IDENTITY.c.kind.not_in(list(own))):
        yield f"identity: {count} ids of unknown kinds"


def _count(connection: Connection, table: Table, *conditions: Any) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()


def _broken_chain(connection: Connection) -> Iterator[str]:
    hashes: defaultdict[int, list[bytes]] = defaultdict(list)
    for table in TABLES.values():
        names = rows.names_of(table)
        seq = names.index("seq")
        for some in rows.read(connection, table):
            for row in some:
                hashes[row[seq]].append(chain.row_hash(table.name, names, row))
    before, expected = chain.START, 1
    for entry in connection.execute(select(LOG).order_by(LOG.c.seq)).mappings():
        if entry["seq"] != expected:
            yield f"log: entry {expected} is missing"
        told = {name: entry[name] for name in ("seq", "at", "by", "action", "detail")}
        if chain.entry_hash(before, **told, rows=hashes.pop(entry["seq"], [])) != entry["hash"]:
            yield f"log: entry {entry['seq']} ({entry['action']}) or what it wrote was changed afterwards"
        before, expected = entry["hash"], entry["seq"] + 1
    for seq in sorted(hashes):
        yield f"log: records of entry {seq}, which does not exist"
