"""Nothing is overwritten, one of two writers wins, and a writing happens wholly or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest
from recorded import one_of_each
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError
from stores import DAY, behind, boundary, council, settled

from territory.records import Act, ActKind, Boundary, Code, Membership, Method, Territory
from territory.store import open_store
from territory.store.base import DanglingRecord, StaleRecord
from territory.store.tables import METADATA


class Interrupted(Exception):
    """Something that goes wrong in the middle of a writing."""


def put(store, *some):
    with store.writing(by="k-test", action="test") as change:
        change.put_all(some)


@pytest.fixture
def drawn(store):
    """A council whose line was drawn three times."""
    put(store, council("a"), boundary("a", 0.0))
    put(store, boundary("a", 1.0, revision=1))
    put(store, boundary("a", 2.0, revision=2))
    return store


def west_ends(boundaries):
    return [each.shape.bounds[0] for each in boundaries]


def test_the_newest_revision_is_found_and_older_ones_stay(drawn):
    with drawn.reading() as reading:
        assert west_ends([reading.get(Boundary, "a")]) == [2.0]
        assert west_ends(reading.find(Boundary)) == [2.0]
        assert west_ends(reading.history(Boundary, "a")) == [0.0, 1.0, 2.0]
        assert west_ends([reading.get(Boundary, "a", revision=1)]) == [0.0]
        assert reading.get(Boundary, "a", revision=4) is None
        assert [(each.revision, each.seq) for each in reading.history(Boundary, "a")] == [(1, 1), (2, 2), (3, 3)]


def test_what_is_asked_about_is_the_newest_revision_alone(store):
    put(store, council("a", families=100), council("b", families=200))
    put(store, council("a", families=200, revision=1))
    with store.reading() as reading:
        assert [each.id for each in reading.find(Territory, families=200)] == ["a", "b"]
        assert reading.find(Territory, families=100) == []


def test_a_question_may_be_of_any_field(store):
    put(store, council("a"), council("b", kind="rural", since=DAY, descends=("x", "y")))
    put(store, boundary("b", words={"north": "el río"}, method=Method.WALKED, shown=True, accuracy_m=2.5))
    with store.reading() as reading:
        for asked in (
            {"kind": "rural"},
            {"since": DAY},
            {"since": [DAY]},
            {"descends": ("x", "y")},
            {"kind": ["rural", "urban"], "called": "Consejo b"},
            {"publication": ["private"], "id": ["b", "c"]},
        ):
            assert [each.id for each in reading.find(Territory, **asked)] == ["b"]
        assert [each.id for each in reading.find(Territory, kind=None)] == ["a"]
        line = reading.get(Boundary, "b")
        for asked in (
            {"words": {"north": "el río"}},
            {"method": Method.WALKED},
            {"method": [Method.WALKED, Method.DRAWN]},
            {"shown": True},
            {"shown": [True]},
            {"accuracy_m": 2.5},
            {"accuracy_m": [2.5, 3]},
            {"shape": line.shape},
        ):
            assert reading.find(Boundary, **asked) == [line]
        assert reading.find(Boundary, shown=False) == reading.find(Boundary, method=[]) == []


def test_ids_are_ordered_by_their_bytes_on_every_database(store):
    ids = ["Ñ", "a", "B", "ñ", "b", "A", "é", "z", "_", "á"]
    put(store, *map(council, ids))
    with store.reading() as reading:
        assert [each.id for each in reading.find(Territory)] == sorted(ids)
        assert [each.id for each in reading.find(Territory, level=["council"])] == sorted(ids)
        assert reading.table(Territory)["id"].tolist() == sorted(ids)
        assert reading.rows(Territory, ["id"]) == [(each,) for each in sorted(ids)]


def test_twenty_thousand_ids_are_one_question(store):
    put(store, *(council(f"t-{number:05}") for number in range(300)), council("group"))
    numbers = range(300)
    put(store, *(Membership(id=f"m-{299 - each:05}", member=f"t-{each:05}", group="group") for each in numbers))
    wanted = [f"t-{number:05}" for number in range(0, 40_000, 2)]
    with store.reading() as reading:
        kept = wanted[:150]
        assert [each.id for each in reading.find(Territory, id=wanted)] == kept
        assert [each.member for each in reading.find(Membership, member=wanted)] == kept[::-1]
        assert reading.table(Membership, ids=set(wanted), by="member")["member"].tolist() == kept[::-1]
        rows = reading.rows(Membership, ["member"], ids=set(wanted), by="member")
        assert rows == [(each,) for each in kept[::-1]]


def test_a_table_has_the_newest_revisions_or_every_one(drawn):
    with drawn.reading() as reading:
        newest = reading.table(Boundary, without=["words", "reasons"])
        every = reading.table(Boundary, every_revision=True)
        nothing = reading.table(Act)
    assert newest["revision"].tolist() == [3]
    assert {"words", "reasons"}.isdisjoint(newest.columns)
    assert every["revision"].tolist() == [1, 2, 3]
    assert every["words"].tolist() == [{}, {}, {}]
    assert every["shown"].tolist() == [False, False, False]
    assert every["valid_from"].tolist() == [DAY, DAY, DAY]
    assert every["method"].tolist() == ["drawn", "drawn", "drawn"]
    assert len(nothing) == 0
    assert list(nothing.columns) == ["id", "revision", "seq", *Act.columns()]


def test_what_was_written_after_an_entry_is_told_in_order(drawn):
    put(drawn, council("b"), boundary("b"), council("a", revision=1))
    with drawn.reading() as reading:
        lines, councils = reading.written(Boundary, 1), reading.written(Territory, 1)
        assert [(each.id, each.revision) for each in lines] == [("a", 2), ("a", 3), ("b", 1)]
        assert [(each.id, each.revision) for each in councils] == [("a", 2), ("b", 1)]
        assert reading.written(Territory, 4) == []
        watched = {Boundary: "id", Territory: "called", Act: "territory"}
        assert reading.touched(watched, 1) == {
            Boundary: {"a", "b"},
            Territory: {"Consejo a", "Consejo b"},
            Act: set(),
        }
        assert reading.touched(watched, 3) == {Boundary: {"b"}, Territory: {"Consejo a", "Consejo b"}, Act: set()}
        assert reading.touched(watched, 4) == {Boundary: set(), Territory: set(), Act: set()}


def test_every_revision_made_in_one_writing_stays(store):
    with store.writing(by="k-test", action="test") as change:
        first = change.put(council("a", families=1))
        second = change.put(replace(first, families=2))
        change.put_all([boundary("a", 0.0), boundary("a", 1.0, revision=1), replace(second, families=3)])
        assert [each.families for each in change.history(Territory, "a")] == [1, 2, 3]
    with store.reading() as reading:
        assert west_ends(reading.history(Boundary, "a")) == [0.0, 1.0]
    assert list(store.faults()) == []


@pytest.mark.parametrize("stale", [0, 1, 2])
def test_who_changes_what_was_changed_meanwhile_is_refused(drawn, stale):
    with pytest.raises(StaleRecord) as refused:
        put(drawn, boundary("a", 9.0, revision=stale))
    assert (refused.value.kind, refused.value.id, refused.value.revision) == ("boundary", "a", stale)
    with drawn.reading() as reading:
        assert west_ends(reading.history(Boundary, "a")) == [0.0, 1.0, 2.0]


def test_an_id_is_given_once_whatever_the_kind(drawn):
    with pytest.raises(StaleRecord):
        put(drawn, council("a"))
    with pytest.raises(StaleRecord):
        put(drawn, Code(id="a", territory="a", system="x", code="y"))
    with pytest.raises(StaleRecord):
        put(drawn, council("twice"), council("twice"))
    with pytest.raises(StaleRecord):
        put(drawn, council("both"), Code(id="both", territory="a", system="x", code="y"))
    assert drawn.sequence() == 3


def test_a_change_of_a_revision_that_never_was_is_refused(drawn):
    with pytest.raises(DanglingRecord):
        put(drawn, boundary("a", 9.0, revision=4))
    with pytest.raises(DanglingRecord):
        put(drawn, council("b", revision=1))
    assert drawn.sequence() == 3


@pytest.mark.parametrize(
    "dangling",
    [
        boundary("nobody"),
        Membership(id="m", member="a", group="nobody"),
        Act(id="act", territory="nobody", kind=ActKind.RATIFY, date=DAY, subject=""),
    ],
    ids=lambda record: record.name(),
)
def test_what_refers_to_nothing_is_refused_with_all_that_came_with_it(drawn, dangling):
    with pytest.raises(DanglingRecord):
        put(drawn, council("b"), boundary("b"), dangling)
    with drawn.reading() as reading:
        assert (reading.sequence, reading.get(Territory, "b"), reading.get(Boundary, "b")) == (3, None, None)
    put(drawn, council("b"))
    assert list(drawn.faults()) == []


def test_records_may_come_before_what_they_refer_to(store):
    put(store, *reversed(settled("valle")))
    with store.reading() as reading:
        assert len(reading.find(Membership, group="valle-commune")) == 1


def test_an_exception_in_a_writing_leaves_nothing(drawn):
    def give_up_halfway():
        with drawn.writing(by="k-test", action="test") as change:
            change.put_all(settled("valle"))
            raise Interrupted

    with pytest.raises(Interrupted):
        give_up_halfway()
    with drawn.reading() as reading:
        assert (reading.sequence, reading.find(Membership), len(reading.find(Territory))) == (3, [], 1)
    put(drawn, *settled("valle"))
    assert list(drawn.faults()) == []


def test_a_stale_record_among_many_leaves_none_of_them(drawn):
    with pytest.raises(StaleRecord):
        put(drawn, *settled("valle"), boundary("a", 9.0, revision=1))
    with drawn.reading() as reading:
        assert (reading.sequence, reading.find(Membership), len(reading.find(Territory))) == (3, [], 1)


def test_a_writing_may_go_on_after_a_stale_record(drawn):
    with drawn.writing(by="k-test", action="test") as change:
        with pytest.raises(StaleRecord):
            change.put_all([council("left out"), boundary("a", 9.0, revision=1)])
        change.put(boundary("a", 9.0, revision=change.get(Boundary, "a").revision))
    with drawn.reading() as reading:
        assert west_ends(reading.history(Boundary, "a")) == [0.0, 1.0, 2.0, 9.0]
        assert reading.get(Territory, "left out") is None
    assert list(drawn.faults()) == []


def test_a_writing_that_goes_on_after_a_dangling_record_writes_nothing(drawn):
    def go_on_regardless():
        with drawn.writing(by="k-test", action="test") as change:
            with pytest.raises(DanglingRecord):
                change.put_all([council("b"), boundary("nobody")])
            change.note(regardless=True)

    with pytest.raises(DanglingRecord):
        go_on_regardless()
    with drawn.reading() as reading:
        assert (reading.sequence, reading.get(Territory, "b")) == (3, None)
    assert list(drawn.faults()) == []


def test_a_writing_without_records_writes_no_log(drawn):
    with drawn.writing(by="k-test", action="look") as change:
        change.note(looked=True)
        change.put_all([])
    assert drawn.sequence() == 3


def test_the_log_says_who_did_what(drawn):
    with drawn.writing(by="k-flor", action="rename") as change:
        change.put(council("a", called="Nuevo", revision=1))
        change.note(territory="a", share=0.5)
        change.note(more=["b", None])
        assert change.detail == {"territory": "a", "share": 0.5, "more": ["b", None]}
    with drawn.reading() as reading:
        entries = list(reading.log())
        assert [entry.seq for entry in entries] == [1, 2, 3, 4]
        assert [entry.seq for entry in reading.log(after=1, limit=2)] == [2, 3]
        assert reading.sequence == drawn.sequence() == 4
    assert (entries[3].by, entries[3].action) == ("k-flor", "rename")
    assert entries[3].detail == {"territory": "a", "share": 0.5, "more": ["b", None]}
    assert sorted(entry.at for entry in entries) == [entry.at for entry in entries]
    assert len({entry.hash for entry in entries}) == 4


def test_a_reading_sees_one_moment_whatever_is_written(drawn):
    with drawn.reading() as reading:
        put(drawn, boundary("a", 3.0, revision=3), council("b"))
        assert reading.sequence == 3
        assert west_ends([reading.get(Boundary, "a")]) == [2.0]
        assert reading.find(Territory, id="b") == []
        assert [entry.seq for entry in reading.log()] == [1, 2, 3]
        assert reading.table(Boundary)["revision"].tolist() == [3]
    assert drawn.sequence() == 4


def test_a_store_opened_again_is_the_same(drawn, store_url):
    again = open_store(store_url)
    with again.reading() as reading, drawn.reading() as before:
        assert list(reading.log()) == list(before.log())
        assert reading.find(Boundary) == before.find(Boundary)
    again.close()


def test_the_database_itself_refuses_to_change_or_drop_a_row(store, store_url):
    put(store, *one_of_each())
    for table in METADATA.tables.values():
        for change in (update(table).values({"seq" if "seq" in table.c else "kind": 7}), delete(table)):
            with pytest.raises(DBAPIError, match="rows are only ever added"), behind(store_url) as connection:
                connection.execute(change)
    assert list(store.faults()) == []


@pytest.mark.postgis
def test_postgis_refuses_to_empty_a_table(store, store_url):
    if store_url.startswith("sqlite"):
        pytest.skip("SQLite knows no TRUNCATE")
    with pytest.raises(DBAPIError, match="rows are only ever added"), behind(store_url) as connection:
        connection.execute(text("TRUNCATE about"))
