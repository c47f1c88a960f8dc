"""A line moved together with the neighbours': whoever redraws theirs asks the others to follow, and they may."""

from itertools import pairwise

import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from neighbours import draw, empty_store, filled, made, shape_of, the_dispute
from places import SIDE, cell
from shapely import Polygon
from stores import DATABASES

from territory.geo.crs import area_m2
from territory.geo.settle import Way
from territory.records import Boundary, DisputeState, Role, Stretch, StretchState
from territory.services import boundaries
from territory.services.access import Access
from territory.services.agreement import Reply, answer, asked_with, border, preview, withdraw
from territory.services.boundaries import Making
from territory.services.drawing import Drawing

__all__ = ["empty_store", "filled", "made"]

on_each_database = pytest.mark.parametrize("made", DATABASES, indirect=True)

ANA = Access("ana", Role.SPOKESPERSON, frozenset({"c00"}))
BEN = Access("ben", Role.SPOKESPERSON, frozenset({"c10"}))
EVA = Access("eva", Role.SPOKESPERSON, frozenset({"c01"}))
WEST, SOUTH = -69.3, 9.9
FOUR = {"c00": cell(0, 0), "c10": cell(1, 0), "c01": cell(0, 1), "c11": cell(1, 1)}


def at(x: float, y: float) -> tuple[float, float]:
    """A place in the grid, in widths of a council."""
    return WEST + x * SIDE, SOUTH + y * SIDE


def drawn(*corners: tuple[float, float]) -> Polygon:
    """The line of ``c00``, with other corners along its east side from south to north."""
    return Polygon([at(0, 0), at(1, 0), *(at(*each) for each in corners), at(0, 1)])


def save(register, polygon, *, together=True):
    """Keep a line, and what was asked with it."""
    with register.reading() as reading:
        version = reading.get(Boundary, "c00").revision
    kept = boundaries.submit(
        register,
        ANA,
        "c00",
        Drawing(shape=shape_of(polygon)),
        Making(),
        based_on=version,
        moves_neighbours=together,
    )
    return asked_with(register, ANA, "c00", kept.revision)


def line(register, id_):
    with register.reading() as reading:
        return reading.get(Boundary, id_).shape


def edges(shape) -> set:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return {each for ring in rings for each in pairwise(map(tuple, shapely.get_coordinates(ring).tolist()))}


def are_one_line(register, stretch) -> bool:
    """Whether the agreed line is in both stored boundaries, bit for bit and in opposite order."""
    agreed = {each for part in stretch.line.geoms for each in pairwise(map(tuple, part.coords))}
    turned = {(stop, start) for start, stop in agreed}
    left, right = (edges(line(register, each)) for each in (stretch.left, stretch.right))
    return bool(agreed) and agreed <= left and turned <= right


@on_each_database
def test_a_moved_corner_is_followed_once_the_neighbour_says_yes(made):
    register = made(FOUR)
    polygon = drawn((1.1, 0.5), (1, 1))
    before = line(register, "c10")
    [asked] = save(register, polygon)
    assert line(register, "c10").equals(before)
    assert (asked.way, asked.proposed_by, asked.state) == (Way.AS_LEFT, "c00", StretchState.PROPOSED)
    [piece] = [each for each in border(register, BEN, "c00", "c10").pieces if each.stretch]
    told = preview(register, BEN, "c00", "c10", piece.id, Way.AS_LEFT)
    agreed = answer(register, BEN, asked.id, Reply.ACCEPT, based_on=asked.revision)
    assert are_one_line(register, agreed)
    assert line(register, "c00").equals(shape_of(polygon))
    assert line(register, "c10").equals(told.right)
    both = [area_m2(line(register, each)) for each in ("c00", "c10")]
    assert sum(both) == pytest.approx(sum(area_m2(FOUR[each]) for each in ("c00", "c10")), rel=1e-6)
    assert the_dispute(register).state is DisputeState.SETTLED


# By at least twelve metres: two lines that are closer than the tolerance are one to the check.
step = st.one_of(st.floats(-0.2, -0.02), st.floats(0.02, 0.2))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(step, st.floats(0.1, 0.9), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_wherever_a_line_moves_all_who_were_asked_come_to_one_line(filled, east, north, dx, dy):
    register = filled(FOUR)
    polygon = drawn((1 + east, north), (1 + dx, 1 + dy))
    assume(shape_of(polygon).is_valid)
    asked = save(register, polygon)
    assert any("c10" in (each.left, each.right) for each in asked)
    keys = {"c10": BEN, "c01": EVA, "c11": Access("sol", Role.SPOKESPERSON, frozenset({"c11"}))}
    agreed = []
    for each in asked:
        other = each.right if each.left == "c00" else each.left
        agreed.append(answer(register, keys[other], each.id, Reply.ACCEPT, based_on=each.revision))
    assert all(are_one_line(register, each) for each in agreed)
    shapes = [line(register, each) for each in FOUR]
    whole = shapely.union_all(list(FOUR.values()))
    assert shapely.union_all(shapes).symmetric_difference(whole).area < 1e-12
    assert sum(map(area_m2, shapes)) == pytest.approx(sum(map(area_m2, FOUR.values())), rel=1e-6)


def test_ground_that_a_line_left_is_offered_to_who_lies_along_it(filled):
    register = filled(FOUR)
    [asked] = save(register, drawn((0.9, 0.5), (1, 1)))
    agreed = answer(register, BEN, asked.id, Reply.ACCEPT, based_on=asked.revision)
    assert are_one_line(register, agreed)
    assert area_m2(line(register, "c10")) > area_m2(FOUR["c10"])


def test_a_corner_where_three_meet_is_moved_with_both(filled):
    register = filled(FOUR)
    asked = save(register, drawn((0.9, 0.9)))
    assert sorted((each.left, each.right) for each in asked) == [("c00", "c01"), ("c00", "c10")]
    for each, who in zip(sorted(asked, key=lambda each: each.right), (EVA, BEN), strict=True):
        assert are_one_line(register, answer(register, who, each.id, Reply.ACCEPT, based_on=each.revision))
    assert shapely.union_all([line(register, each) for each in FOUR]).area == pytest.approx(4 * SIDE**2)
    # The line between those two goes on to the new corner.
    east, north = edges(line(register, "c10")), edges(line(register, "c01"))
    assert {(stop, start) for start, stop in east} & north


def test_a_move_within_the_tolerance_is_asked_and_followed_too(filled):
    register = filled(FOUR)
    [asked] = save(register, drawn((1.005, 0.5), (1, 1)))
    told = [each.stretch.id for each in border(register, BEN, "c00", "c10").pieces if each.stretch]
    assert asked.id in told
    assert are_one_line(register, answer(register, BEN, asked.id, Reply.ACCEPT, based_on=asked.revision))


def test_a_line_that_is_kept_alone_asks_nobody(filled):
    assert save(filled(FOUR), drawn((1.1, 0.5), (1, 1)), together=False) == []


def test_only_those_are_asked_along_whose_line_it_moved(filled):
    [asked] = save(filled(FOUR), drawn((1.1, 0.5), (1, 1)))
    assert (asked.left, asked.right) == ("c00", "c10")


def test_a_line_that_moves_again_asks_anew_what_waited(filled):
    register = filled(FOUR)
    [first] = save(register, drawn((1.1, 0.5), (1, 1)))
    [second] = save(register, drawn((1.2, 0.4), (1, 1)))
    assert (second.id, second.revision) == (first.id, 2)
    assert are_one_line(register, answer(register, BEN, second.id, Reply.ACCEPT, based_on=2))
    assert line(register, "c00").equals(shape_of(drawn((1.2, 0.4), (1, 1))))


def test_a_line_that_moves_back_takes_back_what_it_asked(filled):
    register = filled(FOUR)
    [asked] = save(register, drawn((1.1, 0.5), (1, 1)))
    assert save(register, drawn((1, 1))) == []
    with register.reading() as reading:
        assert reading.get(Stretch, asked.id).state is StretchState.WITHDRAWN


def test_what_was_asked_can_be_taken_back_and_objected_to(filled):
    register = filled(FOUR)
    [asked] = save(register, drawn((1.1, 0.5), (1, 1)))
    assert answer(register, BEN, asked.id, Reply.OBJECT, based_on=1, reasons="no").state is StretchState.OBJECTED
    register = filled(FOUR)
    [asked] = save(register, drawn((1.1, 0.5), (1, 1)))
    assert withdraw(register, ANA, asked.id, based_on=1).state is StretchState.WITHDRAWN


def test_a_neighbour_who_keeps_theirs_back_is_not_asked_and_the_line_is_kept(filled):
    register = filled(FOUR)
    draw(register, "c10", FOUR["c10"], shown=False)
    polygon = drawn((1.1, 0.5), (1, 1))
    assert save(register, polygon) == []
    assert line(register, "c00").equals(shape_of(polygon))


def test_ground_that_both_claim_by_a_move_is_named_as_their_dispute(filled):
    register = filled(FOUR)
    [asked] = save(register, drawn((1.1, 0.5), (1, 1)))
    assert asked.dispute == the_dispute(register).id
