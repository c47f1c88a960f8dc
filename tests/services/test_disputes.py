"""Ground claimed twice opens a dispute in the change that claims it, and ends in the one that gives it up."""

import datetime
from dataclasses import replace

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neighbours import PROFILE, disputes, draw, empty_store, filled, made, shape_of
from neighbours import the_dispute as the_one
from places import SIDE, cell, grid
from stores import DATABASES

from territory.records import Boundary, Dispute, DisputeState, Role, SharedPlace, Territory
from territory.services.access import OPERATOR, Access
from territory.services.boundaries import Making, keep
from territory.services.disputes import disputes_of, follow
from territory.services.errors import NotFound
from territory.services.register import Register

__all__ = ["empty_store", "filled", "made"]

on_each_database = pytest.mark.parametrize("made", DATABASES, indirect=True)
TENTH_M2 = 0.1 * 548 * 553
# A cell is about 550 m wide: this much of it is wider than any tolerance, that much is not.
WIDE, THIN = 0.1, 0.01


def wider(column, row, by=WIDE):
    """A cell that reaches into its neighbour in the east."""
    return cell(column, row, width=1 + by)


@on_each_database
def test_a_layer_opens_a_dispute_for_every_wide_overlap_and_for_nothing_else(made):
    shapes = grid(3, 2) | {"c00": wider(0, 0), "c01": wider(0, 1, THIN)}
    register = made(shapes)
    found = the_one(register)
    assert (found.left, found.right, found.state) == ("c00", "c10", DisputeState.OPEN)
    assert found.area_m2 == pytest.approx(TENTH_M2, rel=0.02)
    assert found.strip.equals(shape_of(wider(0, 0)) & shape_of(cell(1, 0)))
    assert (found.left_version, found.right_version, found.opened) == (1, 1, datetime.date.today())


@on_each_database
def test_a_line_drawn_into_a_neighbour_opens_a_dispute_and_one_drawn_back_ends_it(made):
    register = made(grid(2, 1))
    assert disputes(register) == {}
    draw(register, "c10", cell(0.9, 0, 1.1))
    opened = the_one(register)
    assert (opened.state, opened.left_version, opened.right_version) == (DisputeState.OPEN, 1, 2)
    draw(register, "c10", cell(0.8, 0, 1.2))
    more = the_one(register)
    assert (more.id, more.revision, more.right_version) == (opened.id, 2, 3)
    assert more.area_m2 == pytest.approx(2 * TENTH_M2, rel=0.02)
    draw(register, "c00", cell(0, 0, 0.8))
    gone = the_one(register)
    assert (gone.id, gone.state) == (opened.id, DisputeState.VANISHED)
    draw(register, "c00", cell(0, 0, 1))
    again = the_one(register)
    assert (again.id, again.state, again.revision) == (opened.id, DisputeState.OPEN, 4)


@on_each_database
def test_a_line_that_moves_elsewhere_says_nothing_new_of_a_dispute(made):
    register = made(grid(2, 1) | {"c00": wider(0, 0)})
    draw(register, "c00", cell(-0.5, 0, 1.5 + WIDE))
    assert the_one(register).revision == 1


@on_each_database
def test_a_line_kept_from_the_neighbours_opens_no_dispute_until_it_is_shown(made):
    register = made(grid(2, 1))
    draw(register, "c00", wider(0, 0), shown=False)
    assert disputes(register) == {}
    draw(register, "c10", cell(0.95, 0, 1.05))
    assert disputes(register) == {}
    draw(register, "c00", wider(0, 0))
    assert the_one(register).area_m2 == pytest.approx(1.5 * TENTH_M2, rel=0.02)


@on_each_database
def test_keeping_a_line_back_ends_no_dispute_but_giving_up_ground_does(made):
    register = made(grid(2, 1) | {"c00": wider(0, 0)})
    draw(register, "c00", cell(0, 0), shown=False)
    assert (the_one(register).state, the_one(register).revision) == (DisputeState.OPEN, 1)
    draw(register, "c10", cell(1.05, 0, 0.95))
    assert the_one(register).area_m2 == pytest.approx(0.5 * TENTH_M2, rel=0.02)
    draw(register, "c10", cell(0.9, 0, 1.1))
    assert the_one(register).area_m2 == pytest.approx(0.5 * TENTH_M2, rel=0.02)
    draw(register, "c10", cell(1.5, 0, 0.5))
    assert the_one(register).state is DisputeState.VANISHED


@on_each_database
def test_what_nobody_may_see_is_in_no_dispute_of_a_layer(made):
    assert disputes(made(grid(2, 1) | {"c00": wider(0, 0)}, shown=False)) == {}


@on_each_database
def test_other_levels_share_ground_without_a_dispute(made):
    register = made(grid(2, 1) | {"commune": cell(0, 0, 2)}, level=["council", "council", "commune"])
    assert disputes(register) == {}


@on_each_database
def test_ground_declared_shared_by_all_or_by_both_is_not_disputed(made):
    register = made(grid(2, 1))
    with register.writing(OPERATOR, "test") as writing:
        strip = shape_of(cell(1, 0, WIDE))
        writing.put(SharedPlace(id="s-1", called="Parque", territories=("c00", "c99"), shape=strip))
    draw(register, "c00", wider(0, 0))
    assert the_one(register).state is DisputeState.OPEN
    with register.writing(OPERATOR, "test") as writing:
        writing.put(SharedPlace(id="s-2", called="Parque", territories=("c00", "c10"), shape=strip))
        follow(
            writing,
            register,
            {"c00": shape_of(wider(0, 0))},
            settled={("c00", "c10"): DisputeState.SHARED},
        )
    assert the_one(register).state is DisputeState.SHARED
    draw(register, "c00", wider(0, 0, 3 * WIDE))
    beyond = the_one(register)
    # Less the 10 m around the place in which its line may lie.
    assert (beyond.state, beyond.area_m2) == (DisputeState.OPEN, pytest.approx(1.82 * TENTH_M2, rel=0.02))


@on_each_database
def test_a_shared_place_ends_with_its_last_day(made):
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    register = made(grid(2, 1))
    with register.writing(OPERATOR, "test") as writing:
        strip = shape_of(cell(1, 0, WIDE))
        writing.put(SharedPlace(id="s-1", called="Parque", territories=(), shape=strip, until=yesterday))
    draw(register, "c00", wider(0, 0))
    assert the_one(register).state is DisputeState.OPEN


@on_each_database
def test_what_both_leave_unsettled_stays_so_until_more_is_claimed(made):
    register = made(grid(2, 1) | {"c00": wider(0, 0)})
    with register.writing(OPERATOR, "test") as writing:
        writing.put(replace(writing.find(Dispute)[0], state=DisputeState.DISAGREED))
    draw(register, "c00", wider(0, 0, WIDE / 2))
    assert the_one(register).state is DisputeState.DISAGREED
    assert the_one(register).area_m2 == pytest.approx(TENTH_M2 / 2, rel=0.02)
    draw(register, "c00", wider(0, 0, 2 * WIDE))
    assert the_one(register).state is DisputeState.OPEN


@on_each_database
def test_a_territory_without_a_line_or_an_end_disputes_nothing(made):
    register = made(grid(3, 1) | {"c00": wider(0, 0), "c10": wider(1, 0)})
    with register.writing(OPERATOR, "test") as writing:
        follow(writing, register, {"c00": None})
    assert {pair: each.state for pair, each in disputes(register).items()} == {
        ("c00", "c10"): DisputeState.VANISHED,
        ("c10", "c20"): DisputeState.OPEN,
    }


@on_each_database
def test_two_lines_changed_at_once_are_held_against_each_other(made):
    register = made(grid(4, 1))
    east, west = shape_of(cell(1, 0, 1.5)), shape_of(cell(1.5, 0, 1.5))
    with register.writing(OPERATOR, "test") as writing:
        for each, shape in {"c10": east, "c20": west}.items():
            writing.put(Boundary(id=each, revision=1, shape=shape, shown=True, valid_from=datetime.date.today()))
        written = follow(writing, register, {"c10": east, "c20": west})
    assert [(each.left, each.right) for each in written] == [("c10", "c20")]
    assert the_one(register).strip.equals(east & west)


@on_each_database
def test_what_another_process_drew_meanwhile_is_seen(made):
    register = made(grid(2, 1))
    register.current()
    draw(Register(register.store, PROFILE), "c00", wider(0, 0))
    draw(register, "c10", cell(0.95, 0, 1.05))
    assert the_one(register).area_m2 == pytest.approx(1.5 * TENTH_M2, rel=0.02)


@on_each_database
def test_nothing_is_written_when_the_change_fails(made):
    register = made(grid(2, 1))

    def fail():
        with register.writing(OPERATOR, "test") as writing:
            keep(writing, register, "c00", shape_of(wider(0, 0)), Making(), based_on=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert disputes(register) == {}


@on_each_database
def test_only_disputes_with_neighbours_that_show_their_line_are_told(made):
    register = made(grid(3, 1) | {"c00": wider(0, 0), "c10": wider(1, 0)})
    ana = Access("ana", Role.SPOKESPERSON, frozenset({"c10"}))
    assert {(each.left, each.right) for each in disputes_of(register, ana, "c10")} == {
        ("c00", "c10"),
        ("c10", "c20"),
    }
    draw(register, "c20", cell(2, 0), shown=False)
    assert [(each.left, each.right) for each in disputes_of(register, ana, "c10")] == [("c00", "c10")]
    with pytest.raises(NotFound):
        disputes_of(register, Access("far", Role.SPOKESPERSON, frozenset({"none"})), "c10")


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reaches=st.lists(
        st.tuples(st.sampled_from(["c00", "c10", "c20"]), st.integers(-20, 40), st.integers(-20, 40)),
        min_size=1,
        max_size=4,
    )
)
def test_whatever_is_drawn_open_disputes_are_the_wide_overlaps_of_what_is_shown(filled, reaches):
    """Against intersections of the stored lines, pair by pair."""
    register = filled(grid(3, 1))
    for territory, west, east in reaches:
        column = int(territory[1])
        draw(register, territory, cell(column - west / 100, 0, 1 + (west + east) / 100))
    open_pairs = {pair: each for pair, each in disputes(register).items() if each.state is DisputeState.OPEN}
    with register.reading() as reading:
        lines = {each.id: each.shape for each in reading.find(Boundary)}
    for left, right in (("c00", "c10"), ("c00", "c20"), ("c10", "c20")):
        shared = lines[left] & lines[right]
        width_m = 0 if shared.area == 0 else (shared.bounds[2] - shared.bounds[0]) / SIDE * 548
        assert ((left, right) in open_pairs) == (width_m >= PROFILE.tolerances.sliver_m)
        if (left, right) in open_pairs:
            assert shapely.equals(open_pairs[left, right].strip, shared)


def test_a_territory_that_has_no_line_yet_disputes_nothing(filled):
    register = filled(grid(2, 1))
    with register.writing(OPERATOR, "test") as writing:
        writing.put(Territory(id="new", level="council", called="Nuevo"))
        assert follow(writing, register, {"new": None}) == []
