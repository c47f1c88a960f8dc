"""Whoever changes what was written, behind the store's back, is found out; the chain is the same everywhere."""

from __future__ import annotations

import datetime

import pytest
from recorded import one_of_each
from sqlalchemy import Boolean, Date, Double, Integer, delete, insert, select, update
from stores import behind, boundary, council, settled, tampered, url_on

from territory.records import Boundary, Territory
from territory.store import chain, open_store, sql
from territory.store.base import UnreadableStore
from territory.store.columns import IdType, ShapeType
from territory.store.rows import names_of
from territory.store.soundness import broken
from territory.store.tables import IDENTITY, LOG, TABLES


@pytest.fixture
def store(store):
    """A store with a record of every kind, and several entries in its log."""
    for some in (one_of_each(), settled("valle"), [council("a", revision=1)], [boundary("a", revision=1)]):
        with store.writing(by="k-test", action="test") as change:
            change.put_all(some)
            change.note(count=len(some))
    assert list(store.faults()) == []
    return store


def other_than(column):
    """Another value of the same type, as SQL."""
    if isinstance(column.type, ShapeType):
        return select(TABLES[Boundary].c.shape).where(TABLES[Boundary].c.id == "valle-council").scalar_subquery()
    if isinstance(column.type, Integer | Double):
        return column + 1
    if isinstance(column.type, Date):
        return datetime.date(1999, 1, 1)
    if isinstance(column.type, Boolean):
        return ~column
    if isinstance(column.type, IdType):
        return "valle-council"
    return column.concat("'")


def found_after(connection, change):
    """What is found broken after a change, which is undone."""
    with connection.begin_nested() as trial:
        assert connection.execute(change).rowcount != 0
        found = list(broken(connection))
        trial.rollback()
    return found


def test_a_change_in_any_column_of_any_table_is_found(store, store_url):
    with tampered(store_url) as connection:
        for table in (LOG, *TABLES.values()):
            for column in table.c:
                if column.name in ("id", "revision") or column is LOG.c.seq:
                    continue
                change = update(table).where(table.c.seq == 1).values({column.name: other_than(column)})
                found = found_after(connection, change)
                assert any(fault.startswith("log: entry 1 ") for fault in found), column
        assert list(broken(connection)) == []


def test_a_dropped_row_of_any_table_is_found(store, store_url):
    with tampered(store_url) as connection:
        for table in TABLES.values():
            found = found_after(connection, delete(table).where(table.c.seq == 1))
            assert any(fault.startswith("log: entry 1 ") for fault in found), table


def test_a_row_put_into_any_table_is_found(store, store_url):
    with tampered(store_url) as connection:
        for table in TABLES.values():
            copy = [column + 10 if column.name == "revision" else column for column in table.c]
            first = select(*copy).where(table.c.seq == 1).limit(1)
            found = found_after(connection, insert(table).from_select([column.name for column in table.c], first))
            assert any(fault.startswith("log: entry 1 ") for fault in found), table


def test_a_revision_that_goes_by_another_number_is_found(store, store_url):
    table = TABLES[Boundary]
    with tampered(store_url) as connection:
        connection.execute(update(table).where(table.c.id == "a", table.c.revision == 2).values(revision=3))
        found = list(broken(connection))
    assert "history: revisions of boundary a are missing" in found
    assert any(fault.startswith("log: entry 4 ") for fault in found)


def test_two_rows_that_swapped_their_ids_are_found(store, store_url):
    table = TABLES[Territory]
    with tampered(store_url) as connection:
        for old, new in (
            ("valle-council", "third"),
            ("valle-commune", "valle-council"),
            ("third", "valle-commune"),
        ):
            connection.execute(update(table).where(table.c.id == old).values(id=new))
        assert any(fault.startswith("log: entry 2 ") for fault in broken(connection))


@pytest.mark.parametrize("seq", [1, 2, 4])
def test_a_dropped_line_of_the_log_is_found(store, store_url, seq):
    with tampered(store_url) as connection:
        connection.execute(delete(LOG).where(LOG.c.seq == seq))
        found = list(broken(connection))
    assert f"log: records of entry {seq}, which does not exist" in found
    if seq < 4:
        assert f"log: entry {seq} is missing" in found


def test_the_end_of_the_log_dropped_with_all_that_it_wrote_shows_in_the_newest_hash_alone(store, store_url):
    """Which is why a backup tells it: nothing in a store says how long it once was."""
    with store.reading() as reading:
        *_, before, newest = reading.log()
    with tampered(store_url) as connection:
        connection.execute(delete(TABLES[Boundary]).where(TABLES[Boundary].c.seq == newest.seq))
        connection.execute(delete(LOG).where(LOG.c.seq == newest.seq))
        assert list(broken(connection)) == []
        assert connection.execute(select(LOG.c.hash).order_by(LOG.c.seq.desc())).scalars().first() == before.hash


def test_two_lines_of_the_log_that_swapped_places_are_found(store, store_url):
    with tampered(store_url) as connection:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            connection.execute(update(LOG).where(LOG.c.seq == old).values(seq=new))
        assert len([fault for fault in broken(connection) if fault.startswith("log: entry")]) >= 2


def test_two_writings_that_swapped_places_with_all_they_wrote_are_found(store, store_url):
    with tampered(store_url) as connection:
        for old, new in ((2, 99), (3, 2), (99, 3)):
            for table in (LOG, *TABLES.values()):
                connection.execute(update(table).where(table.c.seq == old).values(seq=new))
        assert any(fault.startswith("log: entry 2 ") for fault in broken(connection))


def test_a_line_written_anew_with_a_hash_that_fits_breaks_the_next_one(store, store_url):
    with store.reading() as reading:
        first, second, *_ = reading.log()
    forged = chain.entry_hash(
        first.hash, seq=2, at=second.at, by="k-forged", action=second.action, detail='{"count":4}', rows=[]
    )
    with tampered(store_url) as connection:
        connection.execute(update(LOG).where(LOG.c.seq == 2).values(by="k-forged", hash=forged))
        assert any(fault.startswith("log: entry 3 ") for fault in broken(connection))


def test_ids_that_belong_to_nobody_or_somebody_else_are_found(store, store_url):
    with tampered(store_url) as connection:
        for change in (
            insert(IDENTITY).values(id="nobody", kind="territory"),
            insert(IDENTITY).values(id="nothing", kind="unheard of"),
            delete(IDENTITY).where(IDENTITY.c.id == "valle-in"),
            update(IDENTITY).where(IDENTITY.c.id == "valle-council").values(kind="act"),
        ):
            found = found_after(connection, change)
            assert any(fault.startswith("identity: ") for fault in found), str(change)


def test_a_reference_to_nothing_is_found(store, store_url):
    with tampered(store_url) as connection:
        connection.execute(delete(IDENTITY).where(IDENTITY.c.id == "valle-commune"))
        connection.execute(delete(TABLES[Territory]).where(TABLES[Territory].c.id == "valle-commune"))
        assert "reference: 1 of membership.group refer to what does not exist" in list(broken(connection))


def test_what_was_tampered_with_for_good_is_told_by_the_store(store, store_url):
    with behind(store_url, lawless=True) as connection:
        connection.execute(update(TABLES[Territory]).where(TABLES[Territory].c.seq == 2).values(called="x"))
    assert list(store.faults()) == ["log: entry 2 (test) or what it wrote was changed afterwards"]


def test_a_word_that_no_record_knows_is_an_unreadable_store(store, store_url):
    with behind(store_url, lawless=True) as connection:
        connection.execute(
            update(TABLES[Territory]).where(TABLES[Territory].c.id == "a").values(recognition="known")
        )
    with store.reading() as reading, pytest.raises(UnreadableStore, match="recognition"):
        reading.get(Territory, "a")


def test_a_column_that_a_later_version_adds_leaves_the_chain_whole():
    names = names_of(TABLES[Territory])
    row = ["value"] * len(names)
    assert chain.row_hash("territory", names, row) == chain.row_hash("territory", [*names, "later"], [*row, None])
    assert chain.row_hash("territory", names, row) == chain.row_hash("territory", names[::-1], row)


@pytest.mark.postgis
def test_the_same_content_has_the_same_chain_on_every_database(request, tmp_path, monkeypatch):
    class Stopped(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2026, 1, 1, tzinfo=tz)

    monkeypatch.setattr(sql.datetime, "datetime", Stopped)
    hashes = []
    for database in ("sqlite", "postgis"):
        opened = open_store(url_on(database, request, tmp_path), create=True)
        for some in (one_of_each(), settled("valle")):
            with opened.writing(by="k-test", action="test") as change:
                change.put_all(some)
        with opened.reading() as reading:
            hashes.append([entry.hash for entry in reading.log()])
        opened.close()
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) == 2
