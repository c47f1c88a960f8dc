"""The tables are those declared, older ones are brought there with all they hold, and strangers are refused."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from recorded import one_of_each
from sqlalchemy import Column, MetaData, Table, inspect, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from stores import DATABASES, behind, council, settled, url_on

from territory.records import KINDS
from territory.store import open_store, rows, schema
from territory.store.base import UnreadableStore
from territory.store.columns import PostgisType
from territory.store.engine import engine_for, sqlite_file
from territory.store.sql import SqlStore
from territory.store.tables import IDENTITY, LOG, METADATA, TABLES

OPEN_AT_ONCE = """
import sys, time
from pathlib import Path
from territory.store import open_store
print("ready", flush=True)
sys.stdin.readline()
open_store(sys.argv[1], create=True).close()
"""


class Reflected(PostgisType):
    """What PostgreSQL says of a column of geometries."""

    def __init__(self, *_: object) -> None:
        pass


@pytest.fixture(autouse=True)
def geometry_is_known(monkeypatch):
    monkeypatch.setitem(ischema_names, "geometry", Reflected)


@pytest.fixture(params=DATABASES)
def new_url(request, tmp_path):
    """Where there is no store yet."""
    return url_on(request.param, request, tmp_path)


def differences(url):
    """Where the tables of a database differ from those that are declared."""
    with behind(url) as connection:
        options = {"compare_type": True, "include_object": lambda _, name, *__: name != "spatial_ref_sys"}
        return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)


def content(store):
    with store.reading() as reading:
        return list(reading.log()), [record for kind in KINDS for record in reading.written(kind, 0)]


def test_the_migrations_make_the_declared_tables(new_url):
    schema.upgrade(new_url)
    assert differences(new_url) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE place ADD COLUMN more INTEGER",
        "DROP INDEX place_by_territory",
        "ALTER TABLE link DROP COLUMN since",
        "CREATE TABLE more (id INTEGER PRIMARY KEY)",
    ],
)
def test_a_table_that_is_not_as_declared_is_noticed(store, store_url, change):
    with behind(store_url) as connection:
        connection.execute(text(change))
    assert len(differences(store_url)) == 1


def tables_of(url):
    """The tables of a database, with the columns that it has: at an older version some were not there."""
    with behind(url) as connection:
        there = inspect(connection)
        return {
            table.name: Table(
                table.name,
                MetaData(),
                *(
                    Column(each["name"], table.c[each["name"]].type, info=table.c[each["name"]].info)
                    for each in there.get_columns(table.name)
                ),
            )
            for table in (IDENTITY, LOG, *TABLES.values())
            if there.has_table(table.name)
        }


def as_known_then(records, tables):
    """Records as a program of that version had them: what came later is not said."""
    for each in records:
        table = tables.get(each.name())
        if table is not None:
            yield replace(each, **{name: None for name in each.columns() if name not in table.c})


@pytest.mark.parametrize("version", schema.versions())
def test_an_upgrade_from_any_version_keeps_what_was_written(new_url, tmp_path, version):
    schema.upgrade(new_url, version)
    tables = tables_of(new_url)
    told = open_store(f"sqlite:///{tmp_path}/told.db", create=True)
    for some in (one_of_each(), settled("valle")):
        with told.writing(by="k-test", action="test") as change:
            change.put_all(as_known_then(some, tables))
    source = SqlStore(told.url)
    with source.reading() as reading, behind(new_url) as connection:
        for table in tables.values():
            for some in rows.read(reading.connection, table):
                rows.write(connection, table, some)
    source.close()
    upgraded = open_store(new_url)
    assert content(upgraded) == content(told)
    assert list(upgraded.faults()) == []
    with upgraded.writing(by="k-test", action="test") as change:
        change.put(council("later"))
    upgraded.close()
    told.close()


def test_opening_again_changes_nothing(store, store_url):
    with store.writing(by="k-test", action="test") as change:
        change.put_all(one_of_each())
    before = content(store)
    again = open_store(store_url)
    assert content(again) == before
    again.close()


def test_a_store_of_a_newer_program_is_refused_and_left_alone(store, store_url):
    with behind(store_url) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UnreadableStore, match="newer"):
        open_store(store_url)
    with behind(store_url) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_a_database_of_something_else_is_refused_and_left_alone(new_url):
    engine = engine_for(new_url)
    with engine.connect().execution_options(territory_writes=True) as connection, connection.begin():
        connection.execute(text("CREATE TABLE accounts (id INTEGER PRIMARY KEY)"))
    engine.dispose()
    file = sqlite_file(new_url)
    before = file.read_bytes() if file else b""
    with pytest.raises(UnreadableStore, match="something else"):
        open_store(new_url)
    with behind(new_url) as connection:
        assert "log" not in inspect(connection).get_table_names()
    if file:
        assert file.read_bytes() == before
        assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_another_program_that_uses_alembic_is_something_else(tmp_path):
    url = f"sqlite:///{tmp_path}/other.db"
    with behind(url) as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0000')"))
    with pytest.raises(UnreadableStore, match="something else"):
        open_store(url)


def test_a_store_that_is_not_there_is_made_only_when_asked(tmp_path):
    with pytest.raises(FileNotFoundError):
        open_store(f"sqlite:///{tmp_path}/none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_new_store_can_be_opened_by_several_processes_at_once(new_url):
    command = [sys.executable, "-c", OPEN_AT_ONCE, new_url]
    opening = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    for process in opening:
        assert process.stdout.readline() == "ready\n"
    for process in opening:
        process.stdin.write("\n")
        process.stdin.flush()
    said = [process.communicate()[1] for process in opening]
    assert [process.returncode for process in opening] == [0, 0, 0], said
    store = open_store(new_url)
    assert list(store.faults()) == []
    store.close()


def test_a_new_store_can_be_opened_by_several_threads_at_once(new_url):
    failed = []

    def make():
        try:
            store = open_store(new_url, create=True)
            with store.writing(by="k-test", action="test") as change:
                change.put(council(f"t-{threading.get_ident()}"))
            store.close()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    store = open_store(new_url)
    assert store.sequence() == 6
    assert list(store.faults()) == []
    store.close()
