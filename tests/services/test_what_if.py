"""What changes would mean: of any set of groups, in any order, and nothing that nobody asked about."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import cell, grid, layer
from registers import published
from shapely import LineString

from territory.profiles import load_profile
from territory.records import Membership
from territory.services.access import OPERATOR
from territory.services.acts import Found, Join, Leave, Merge, Split, what_if
from territory.services.errors import Unusable
from territory.services.storing import open_register

COUNCILS = [f"c{column}{row}" for column in range(4) for row in range(3)]
WEST, EAST = COUNCILS[:6], COUNCILS[6:]
SHAPES = grid() | {"west": cell(0, 0, 2, 3), "east": cell(2, 0, 2, 3), "valle": cell(0, 0, 4, 3)}
LEVELS = ["council"] * 12 + ["commune"] * 2 + ["corridor"]
SOME = st.sets(st.sampled_from(WEST), min_size=1).map(lambda some: tuple(sorted(some)))


@pytest.fixture(scope="module")
def valley(tmp_path_factory):
    """Two communes of six councils each, in a corridor; properties only read it."""
    path = published(tmp_path_factory.mktemp("valley") / "register.db", layer(SHAPES, level=LEVELS))
    register = open_register(str(path), load_profile())
    with register.writing(OPERATOR, "test") as writing:
        for group, members in (("west", WEST), ("east", EAST), ("valle", ["west", "east"])):
            for each in members:
                writing.put(Membership(id=f"in-{each}", member=each, group=group))
    yield register
    register.store.close()


def ids(members):
    return set(members.known)


@settings(max_examples=12)
@given(SOME)
def test_who_leaves_and_joins_again_leaves_all_as_it_is(valley, some):
    report = what_if(valley, OPERATOR, [Leave(members=some, group="west"), Join(members=some, group="west")])
    assert (report.shifts, report.chains, report.made, report.ended) == ((), (), (), ())
    assert (report.orphans.count, report.elsewhere.count) == (0, 0)


@settings(max_examples=12)
@given(SOME, st.booleans())
def test_pieces_and_those_without_a_line_are_all_the_members(valley, some, go_east):
    changes = [Leave(members=some, group="west"), *([Join(members=some, group="east")] if go_east else [])]
    report = what_if(valley, OPERATOR, changes)
    sides = [side for shift in report.shifts for side in (shift.before, shift.after, shift.apart) if side]
    for side in sides:
        within = [ids(piece.members) for piece in side.pieces]
        assert sum(map(len, within)) + side.undrawn.count == side.members.count
        assert set().union(*within) | ids(side.undrawn) == ids(side.members)
        assert [len(each) for each in within] == sorted(map(len, within), reverse=True)
    west = report.of("west")
    assert ids(west.after.members) == set(WEST) - set(some)
    assert ids(report.orphans) == (set() if go_east else set(some))
    assert (west.apart is None) == go_east
    # The corridor keeps its ground where they go east, and loses it where they go nowhere.
    [chain] = report.chains
    assert chain.id == "valle"
    if go_east:
        assert not chain.breaks


@settings(max_examples=12)
@given(SOME)
def test_ground_and_families_are_handed_over_whole(valley, some):
    report = what_if(valley, OPERATOR, [Leave(members=some, group="west"), Found(members=some, called="Nueva")])
    west, new = report.of("west"), report.of("new-2")
    assert west.after.area_m2 + new.after.area_m2 == pytest.approx(west.before.area_m2)
    assert (west.apart, report.orphans.count) == (None, 0)
    before, after = (sum(piece.ground.area for piece in side.pieces) for side in (west.before, new.after))
    assert after / before == pytest.approx(len(some) / len(WEST))


@settings(max_examples=12)
@given(st.lists(st.sampled_from(WEST), min_size=2, max_size=3, unique=True), st.floats(0.2, 0.8))
def test_a_council_that_was_parted_and_made_one_again_is_as_large_as_before(valley, members, where):
    column, row = (int(each) for each in members[0][1:])
    west = cell(column + where, row).bounds[0]
    line = LineString([(west, 9.8), (west, 10.1)])
    report = what_if(
        valley,
        OPERATOR,
        [Split(territory=members[0], line=line), Merge(members=("new-1-1", "new-1-2"), called="Otra vez")],
    )
    [made] = report.made
    assert made.area_m2 == pytest.approx(what_if_area(valley, members[0]), rel=1e-4)
    shift = report.of("west")
    assert (shift.before.members.count, shift.after.members.count) == (6, 6)
    assert (shift.after.vacant, shift.cut_off.count, report.orphans.count) == (None, 0, 0)
    assert report.ended == (members[0],)
    assert [piece.members.count for piece in shift.after.pieces] == [6]


def what_if_area(register, council):
    """Of a council alone, as the report of its leaving tells it."""
    return what_if(register, OPERATOR, [Leave(members=(council,), group="west")]).of("west").apart.area_m2


def test_the_corridor_breaks_where_a_commune_leaves_it(valley):
    report = what_if(valley, OPERATOR, [Leave(members=("west",), group="valle")])
    shift = report.of("valle")
    assert (ids(shift.leaving), shift.after.members.count, shift.before.quorum) == ({"west"}, 1, None)
    assert ids(report.orphans) == {"west"}
    assert [(each.id, each.before, each.after) for each in report.chains] == [("valle", 1, 1)]


def test_the_corridor_breaks_where_the_councils_between_leave(valley):
    report = what_if(valley, OPERATOR, [Leave(members=tuple(WEST[3:]), group="west")])
    [chain] = report.chains
    assert (chain.before, chain.after, chain.breaks) == (1, 2, True)


def test_communes_that_become_one_hold_their_corridor_together(valley):
    report = what_if(valley, OPERATOR, [Merge(members=("west", "east"), called="El Valle")])
    new = report.of("new-1")
    assert (new.before, new.after.members.count) == (None, 12)
    assert [piece.members.count for piece in new.after.pieces] == [12]
    assert (report.of("west").after, report.of("west").cut_off.count, report.orphans.count) == (None, 0, 0)
    assert [(each.before, each.after) for each in report.chains] == [(1, 1)]


def test_who_is_merged_from_two_communes_is_in_none(valley):
    report = what_if(valley, OPERATOR, [Merge(members=("c10", "c20"), called="Las Dos")])
    assert ids(report.orphans) == {"new-1"}
    assert [shift.after.members.count for shift in report.shifts] == [5, 5]
    assert report.of("west").after.vacant is None


def test_a_name_that_is_taken_is_told_and_nothing_mistaken_for_it(tmp_path):
    path = published(tmp_path / "taken.db", layer(grid(2, 1) | {"new-1": cell(2, 0)}, level="council"))
    register = open_register(str(path), load_profile())
    with pytest.raises(Unusable) as refused:
        what_if(register, OPERATOR, [Found(members=("c00",), called="x")])
    register.store.close()
    assert refused.value.code == "what_if.taken"
