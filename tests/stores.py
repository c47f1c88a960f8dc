"""Stores for tests: an empty one on each database, records to put into them, and a way behind their back."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from shapely import MultiPolygon, box
from sqlalchemy import Connection, event

from territory.records import Boundary, Membership, Record, Territory
from territory.store.append_only import guards, without_guards
from territory.store.engine import engine_for
from territory.store.tables import METADATA

DATABASES = ("sqlite", pytest.param("postgis", marks=pytest.mark.postgis))
"""What to parametrize a fixture with that gives each database in turn."""

DAY = datetime.date(2026, 1, 1)


def url_on(database: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Where a new store can be made on a database.

    Parameters
    ----------
    database
        One of `DATABASES`.
    request
        Of the fixture that asks.
    folder
        For the file, where it is one.
    """
    if database == "postgis":
        return str(request.getfixturevalue("postgis_url"))
    return f"sqlite:///{folder}/register.db"


def council(id_: str, **fields: object) -> Territory:
    return Territory(**({"id": id_, "level": "council", "called": f"Consejo {id_}"} | fields))  # type: ignore[arg-type]


def boundary(id_: str, east: float = 0.0, **fields: object) -> Boundary:
    shape = MultiPolygon([box(east, 10.0, east + 0.01, 10.01)])
    return Boundary(**({"id": id_, "shape": shape, "valid_from": DAY} | fields))  # type: ignore[arg-type]


def settled(name: str) -> list[Record]:
    """A council in a commune, drawn: four records that make sense together only."""
    commune = Territory(id=f"{name}-commune", level="commune", called=name)
    member = council(f"{name}-council")
    return [member, commune, boundary(member.id), Membership(id=f"{name}-in", member=member.id, group=commune.id)]


@contextmanager
def behind(url: str, *, lawless: bool = False) -> Iterator[Connection]:
    """A connection to a store's database behind the store's back; what it did is kept in the end.

    Parameters
    ----------
    url
        Of the store.
    lawless
        Whether the database shall forget its guards and references meanwhile.
    """
    engine = engine_for(url)
    if lawless and engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def allow_anything(connection: sqlite3.Connection, _: object) -> None:
            connection.execute("PRAGMA foreign_keys = OFF")

    try:
        with engine.connect().execution_options(territory_writes=True) as connection, connection.begin():
            if lawless and engine.dialect.name == "sqlite":
                for table in METADATA.tables:
                    for statement in without_guards(table, "sqlite"):
                        connection.exec_driver_sql(statement)
            elif lawless:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            yield connection
            if lawless and engine.dialect.name == "sqlite":
                for table in METADATA.tables:
                    for statement in guards(table, "sqlite"):
                        connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


@contextmanager
def tampered(url: str) -> Iterator[Connection]:
    """As `behind`, with no laws; but what was done is undone in the end."""

    class Undone(Exception):
        pass

    with suppress(Undone), behind(url, lawless=True) as connection:
        yield connection
        raise Undone


def at_once(count: int, task: Callable[[int], None]) -> None:
    """Run a task in threads, with their numbers, and raise what one of them raised."""
    with ThreadPoolExecutor(count) as pool:
        for each in [pool.submit(task, number) for number in range(count)]:
            each.result()
