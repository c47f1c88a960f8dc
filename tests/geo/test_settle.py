"""Ways to settle a strip: who gets what, and that both boundaries end up with the very same line."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box

from territory.geo.borders import stretches
from territory.geo.crs import WGS84, area_m2, to_degrees, to_metres
from territory.geo.repair import are_boundaries, canonical
from territory.geo.settle import (
    LineDoesNotCross,
    NoMiddle,
    NothingContested,
    NothingLeft,
    OffGrid,
    Settlement,
    Way,
    settle,
    ways,
)

LON, LAT = -69.3, 10.05
METRE = 1 / 111_320
# A vertex put on an edge at a strip's end moves it by less than a cell: 1.1 cm along some 300 m, at few ends.
GRID_M2 = 10.0


def on_grid(shape) -> MultiPolygon:
    """A shape drawn in metres around a place, as a canonical boundary."""

    def to_degrees(metres):
        return metres * METRE / [np.cos(np.radians(LAT)), 1] + [LON, LAT]

    return canonical(GeoSeries([shapely.transform(shape, to_degrees)], crs=4326)).iloc[0]


def edges(boundary) -> set:
    found = set()
    for ring in shapely.get_rings(shapely.get_parts(boundary)):
        coords = list(map(tuple, shapely.get_coordinates(ring).tolist()))
        found |= set(pairwise(coords))
    return found


def reversed_edges(some) -> set:
    return {(stop, start) for start, stop in some}


def vertices(boundary) -> set:
    return set(map(tuple, shapely.get_coordinates(boundary).tolist()))


def roughly(shape, metres=0.05):
    """A shape with the width of rounding around it."""
    return shape.buffer(metres * METRE)


@st.composite
def neighbours(draw, *, least_m=-60, most_m=60, noise_m=10.0):
    """Two councils of about 70 vertices whose common line was drawn twice by hand: overlaps, gaps and weaving."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    offset = draw(st.integers(least_m, most_m))
    sway = rng.uniform(20, 120) * np.sin(np.linspace(0, rng.uniform(1, 9), 200))

    def drawn(move_m):
        y = np.sort(rng.uniform(10, 990, draw(st.integers(3, 32))))
        x = 1000 + np.interp(y, np.linspace(0, 1000, 200), sway) + move_m + rng.uniform(-noise_m, noise_m, len(y))
        return np.column_stack([x, y])

    def outer(x_m):
        y = np.linspace(0, 1000, 32)
        return np.column_stack([x_m + rng.uniform(-20, 20, 32), y])

    left = Polygon(
        np.vstack([outer(0)[::-1], [(1000 + offset / 2, 0)], drawn(offset / 2), [(1000 + offset / 2, 1000)]])
    )
    right = Polygon(np.vstack([outer(2000), drawn(-offset / 2)[::-1]]))
    assume(left.is_valid and right.is_valid)
    left, right = on_grid(left), on_grid(right)
    assume(are_boundaries(np.array([left, right])).all())
    note(f"{left.wkt}\n{right.wkt}")
    return left, right


def overlap_strips(left, right, least_m2=100.0):
    """The pieces of ground that both claim, without crumbs."""
    parts = shapely.get_parts(shapely.intersection(left, right))
    return [part for part in parts if part.geom_type == "Polygon" and area_m2(part) >= least_m2]


def assert_settled(left, right, strip, found: Settlement):
    """What every settlement that moves a line promises."""
    assert are_boundaries(np.array([found.left, found.right])).all()
    for boundary in (found.left, found.right):
        assert canonical(GeoSeries([boundary], crs=4326)).iloc[0].equals_exact(boundary, 0)
    # They do not overlap in the strip at all. Its own outline was rounded, so the rim of a cell is another's.
    inner = strip.buffer(-0.02 * METRE)
    assert inner.intersection(found.left).intersection(found.right).area / METRE**2 <= 1e-6
    # They meet in one line, of the same vertices in opposite order.
    own, met = edges(found.left), edges(found.right)
    shared = edges_of_lines(found.divided)
    assert shared
    assert shared <= own
    assert reversed_edges(shared) <= met
    # All that the two have in common inside the strip is that line.
    common = found.left.intersection(found.right).intersection(inner)
    assert common.area / METRE**2 <= 1e-6
    assert common.is_empty or roughly(found.divided).covers(common)
    # Elsewhere nothing moves: what is new or gone touches the strip.
    near = roughly(strip)
    for before, after in ((left, found.left), (right, found.right)):
        for vertex in vertices(before) ^ vertices(after):
            assert near.intersects(Point(vertex))
        for edge in edges(before) ^ edges(after):
            assert near.intersects(LineString(edge))
    assert found.left_pieces == len(found.left.geoms)
    assert found.right_pieces == len(found.right.geoms)
    assert found.left_gain_m2 == pytest.approx(area_m2(found.left) - area_m2(left), abs=0.1)
    assert found.right_gain_m2 == pytest.approx(area_m2(found.right) - area_m2(right), abs=0.1)


def edges_of_lines(lines) -> set:
    found = set()
    for line in shapely.get_parts(lines):
        coords = list(line.coords)
        found |= set(pairwise(coords))
    return found


@given(neighbours(), st.sampled_from([Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE]))
@settings(max_examples=150)
def test_an_overlap_drawn_by_hand_is_settled_to_the_same_line_on_both_sides(pair, way):
    left, right = pair
    strips = overlap_strips(left, right)
    assume(strips)
    united = area_m2(left.union(right))
    for strip in strips:
        found = settle(left, right, strip, way)
        assert_settled(left, right, strip, found)
        assert area_m2(found.left.union(found.right)) == pytest.approx(united, abs=GRID_M2)
        gains = {Way.TO_LEFT: (0, -1), Way.TO_RIGHT: (-1, 0)}.get(way)
        if gains:
            claimed = area_m2(strip)
            assert found.left_gain_m2 == pytest.approx(gains[0] * claimed, abs=GRID_M2)
            assert found.right_gain_m2 == pytest.approx(gains[1] * claimed, abs=GRID_M2)


@given(neighbours(), st.sampled_from([Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE]))
def test_strips_settled_one_after_the_other_leave_no_overlap(pair, way):
    left, right = pair
    assume(overlap_strips(left, right))
    steps = 0
    while strips := overlap_strips(left, right):
        found = settle(left, right, max(strips, key=shapely.area), way)
        left, right = found.left, found.right
        steps += 1
        assert steps < 40
    assert are_boundaries(np.array([left, right])).all()


@given(neighbours(), st.sampled_from([Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE]))
def test_all_strips_at_once_leave_no_overlap(pair, way):
    left, right = pair
    strips = MultiPolygon(overlap_strips(left, right, least_m2=0.0))
    assume(not strips.is_empty)
    assert_settled(left, right, strips, settle(left, right, strips, way))


@given(neighbours(), st.sampled_from([Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE]))
def test_the_order_of_both_sides_does_not_matter(pair, way):
    left, right = pair
    strips = overlap_strips(left, right)
    assume(strips)
    mirror = {Way.TO_LEFT: Way.TO_RIGHT, Way.TO_RIGHT: Way.TO_LEFT, Way.MIDDLE: Way.MIDDLE}[way]
    found, swapped = settle(left, right, strips[0], way), settle(right, left, strips[0], mirror)
    assert edges(found.left) == edges(swapped.right)
    assert edges(found.right) == edges(swapped.left)
    assert edges_of_lines(found.divided) == reversed_edges(edges_of_lines(swapped.divided))
    assert found.left_gain_m2 == pytest.approx(swapped.right_gain_m2, abs=1e-6)


WAYS = [Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE]


def strips_between(left, right, kind):
    """The strips of one kind as the border finds them: measured in metres and brought back."""
    metres = to_metres(GeoSeries([left, right], crs=WGS84))
    found = stretches(*metres, tolerance_m=10, reach_m=100)
    strips = found.strip[found.kind == kind]
    return list(to_degrees(GeoSeries(strips.tolist(), crs=metres.crs)))


@settings(max_examples=60)
@given(neighbours(least_m=-90, most_m=-25), st.sampled_from(WAYS))
def test_a_gap_between_lines_drawn_by_hand_is_settled_to_one_line(pair, way):
    left, right = pair
    for strip in strips_between(left, right, "gap"):
        assume(strip.is_valid)
        found = settle(left, right, strip, way)
        assert_settled(left, right, strip, found)
        gained = area_m2(strip)
        assert found.left_gain_m2 + found.right_gain_m2 == pytest.approx(gained, abs=GRID_M2)
        kept = {Way.TO_LEFT: found.right_gain_m2, Way.TO_RIGHT: found.left_gain_m2}.get(way)
        assert kept is None or abs(kept) < GRID_M2


@settings(max_examples=60)
@given(neighbours(least_m=0, most_m=60), st.sampled_from(WAYS))
def test_strips_of_the_border_are_settled_though_brought_back_from_metres(pair, way):
    left, right = pair
    for strip in strips_between(left, right, "overlap"):
        assume(strip.is_valid)
        assert_settled(left, right, strip, settle(left, right, strip, way))


@settings(max_examples=60)
@given(neighbours(least_m=30, most_m=60))
def test_the_middle_line_is_as_far_from_both_lines_and_has_few_corners(pair):
    left, right = pair
    strips = overlap_strips(left, right)
    assume(strips)
    strip = max(strips, key=shapely.area)
    found = settle(left, right, strip, Way.MIDDLE)
    [line] = in_metres(found.divided).geoms
    outline = in_metres(strip).exterior
    own, other = (in_metres(side).boundary.intersection(outline.buffer(0.05)) for side in (left, right))
    points = shapely.line_interpolate_point(line, np.linspace(0.05, 0.95, 50), normalized=True)
    off = np.abs(shapely.distance(points, own) - shapely.distance(points, other)) / 2
    assert np.median(off) <= 5
    assert len(line.coords) <= len(outline.coords)
    # It ends where both lines cross.
    for end in (line.coords[0], line.coords[-1]):
        assert Point(end).distance(own) <= 0.02
        assert Point(end).distance(other) <= 0.02


def in_metres(shape):
    def to_metres(degrees):
        return (degrees - [LON, LAT]) / METRE * [np.cos(np.radians(LAT)), 1]

    return shapely.transform(shape, to_metres)


WEST, EAST = on_grid(box(0, 0, 600, 900)), on_grid(box(500, 0, 1100, 900))
BOTH = WEST.intersection(EAST)
RIVER = LineString([(530, -50), (560, 300), (540, 600), (570, 950)])


def drawn(shape):
    """A line in metres around the place, in degrees but off the grid."""
    return shapely.transform(shape, lambda m: m * METRE / [np.cos(np.radians(LAT)), 1] + [LON, LAT])


def test_a_river_from_end_to_end_becomes_the_line():
    found = settle(WEST, EAST, BOTH, Way.ALONG, line=drawn(RIVER))
    assert_settled(WEST, EAST, BOTH, found)
    [line] = in_metres(found.divided).geoms
    assert [tuple(np.round(point)) for point in line.coords[1:-1]] == [(560, 300), (540, 600)]
    assert found.left_gain_m2 + found.right_gain_m2 == pytest.approx(-90_000, rel=1e-2)


def test_a_river_in_a_gap_becomes_the_line():
    west, east = on_grid(box(0, 0, 530, 900)), on_grid(box(600, 0, 1100, 900))
    [strip] = strips_between(west, east, "gap")
    found = settle(west, east, strip, Way.ALONG, line=drawn(affinity.translate(RIVER, 20, 0)))
    assert_settled(west, east, strip, found)
    assert found.left_gain_m2 > 0
    assert found.right_gain_m2 > 0


def test_a_river_in_several_lines_with_an_island_leaves_no_overlap():
    arms = [
        LineString([(550, -50), (550, 300), (530, 450), (550, 600), (550, 950)]),
        LineString([(550, 300), (580, 450), (550, 600)]),
    ]
    found = settle(WEST, EAST, BOTH, Way.ALONG, line=drawn(shapely.multilinestrings(arms)))
    assert_settled(WEST, EAST, BOTH, found)
    assert len(found.divided.geoms) == 1


@pytest.mark.parametrize(
    "line",
    [
        None,
        drawn(LineString([(0, 450), (1100, 450)])),
        drawn(LineString([(550, -50), (550, 700)])),
        drawn(LineString([(100, 0), (100, 900)])),
        drawn(LineString([(550, -50), (550, 400), (1000, 400)])),
    ],
    ids=["none", "across", "dead end", "elsewhere", "turns off"],
)
def test_a_line_that_does_not_run_from_end_to_end_is_refused(line):
    with pytest.raises(LineDoesNotCross, match="needed"):
        settle(WEST, EAST, BOTH, Way.ALONG, line=line)


def test_shared_ground_moves_nothing():
    found = settle(WEST, EAST, BOTH, Way.SHARED)
    assert found.left is WEST
    assert found.right is EAST
    assert found.divided.is_empty
    assert (found.left_gain_m2, found.right_gain_m2) == (0, 0)


def test_all_ways_that_work_are_shown():
    lines = GeoSeries([drawn(RIVER), drawn(LineString([(0, 450), (1100, 450)]))], ["river", "road"], crs=WGS84)
    found = ways(WEST, EAST, BOTH, lines=lines)
    assert [(one.way, one.along) for one in found] == [
        (Way.TO_LEFT, None),
        (Way.TO_RIGHT, None),
        (Way.MIDDLE, None),
        (Way.ALONG, "river"),
        (Way.SHARED, None),
    ]


def test_ground_inside_a_territory_can_go_to_either_but_has_no_middle():
    inner = on_grid(box(200, 200, 400, 400))
    to_inner = settle(WEST, inner, inner, Way.TO_RIGHT)
    assert len(to_inner.left.geoms[0].interiors) == 1
    assert edges_of_lines(to_inner.divided) == reversed_edges(edges(inner))
    with pytest.raises(NothingLeft):
        settle(WEST, inner, inner, Way.TO_LEFT)
    with pytest.raises(NoMiddle):
        settle(WEST, inner, inner, Way.MIDDLE)
    assert [one.way for one in ways(WEST, inner, inner)] == [Way.TO_RIGHT, Way.SHARED]


@pytest.mark.parametrize("way", WAYS)
def test_a_strip_with_a_hole_keeps_the_hole(way):
    """A school in the overlap belongs to neither: it stays out of both."""
    school = on_grid(box(540, 400, 560, 430))
    west, east = (canonical(GeoSeries([side - school], crs=4326)).iloc[0] for side in (WEST, EAST))
    strip = west.intersection(east)
    assert shapely.get_parts(strip)[0].interiors
    found = settle(west, east, strip, way)
    assert_settled(west, east, strip, found)
    assert found.left.intersection(school).area == 0
    assert found.right.intersection(school).area == 0


@pytest.mark.parametrize("way", WAYS)
def test_a_territory_that_reaches_through_another_is_parted_and_says_so(way):
    """A ribbon across: both ends of it stay the ribbon's, in two pieces, if the middle goes to the other."""
    ribbon = on_grid(box(-200, 400, 800, 450))
    strip = WEST.intersection(ribbon)
    found = settle(WEST, ribbon, strip, way)
    assert_settled(WEST, ribbon, strip, found)
    pieces = {Way.TO_LEFT: (1, 2), Way.TO_RIGHT: (2, 1)}.get(way)
    assert pieces is None or (found.left_pieces, found.right_pieces) == pieces


def test_an_overlap_elsewhere_is_left_alone():
    comb = on_grid(box(500, 0, 1100, 900) - box(490, 300, 610, 600))
    low, high = sorted(shapely.get_parts(WEST.intersection(comb)), key=lambda part: part.centroid.y)
    found = settle(WEST, comb, low, Way.MIDDLE)
    [kept] = [part for part in shapely.get_parts(found.left.intersection(found.right)) if part.area]
    assert kept.equals(high)
    assert_settled(WEST, comb, low, found)


def test_ground_that_is_not_contested_is_refused():
    with pytest.raises(NothingContested):
        settle(WEST, EAST, on_grid(box(10, 10, 20, 20)), Way.MIDDLE)


def test_a_boundary_off_the_grid_is_refused():
    off = shapely.transform(EAST, lambda coords: coords + 3e-8)
    with pytest.raises(OffGrid):
        settle(WEST, off, BOTH, Way.MIDDLE)
