"""To cut ground and to put it together: nothing is lost, and parts share their line bit for bit."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPolygon, Polygon, affinity, box
from strategies import coverages, in_degrees, polygons

from territory.geo.crs import WGS84, area_m2
from territory.geo.repair import are_boundaries, canonical
from territory.geo.splitting import NotDivided, merge, misfits, split_along

WEST, SOUTH, SIDE = -69.3, 10.0, 0.01
SQUARE = canonical(GeoSeries([box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE)], crs=WGS84)).iloc[0]
CELL_DEG = 1e-7
FEW = settings(max_examples=60)


def ground(shape) -> MultiPolygon:
    return canonical(GeoSeries([shape], crs=WGS84)).iloc[0]


def across(*coords) -> LineString:
    """A line in shares of the square's sides."""
    return LineString([(WEST + x * SIDE, SOUTH + y * SIDE) for x, y in coords])


def edges(shape) -> set:
    """Edges in their direction: outlines of neighbours run along a shared one the other way."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    return {edge for ring in rings for edge in pairwise(map(tuple, shapely.get_coordinates(ring).tolist()))}


def vertices(shape) -> set:
    return set(map(tuple, shapely.get_coordinates(shape).tolist()))


def give_m2(shape) -> float:
    """What areas may differ by: a cell of 1.1 cm along the whole line, which is more than is ever seen."""
    return 0.012 * 111_320 * shape.length


def assert_divides(parts, shape):
    """Parts are boundaries, add up to the shape, and lie against each other without gap or overlap."""
    assert are_boundaries(np.array(parts)).all()
    assert sum(map(area_m2, parts)) == pytest.approx(area_m2(shape), abs=give_m2(shape))
    assert area_m2(merge(parts).symmetric_difference(shape)) <= give_m2(shape)
    assert shapely.coverage_is_valid(np.array(parts))
    # Largest first by degrees, which are a little wider in the south.
    assert all(area_m2(one) >= 0.999 * area_m2(next_) for one, next_ in pairwise(parts))


@st.composite
def cuts(draw, shape):
    """A line with up to six corners from outside a shape to outside, mostly through it."""
    west, south, east, north = shape.bounds
    width, height = east - west, north - south
    inner = draw(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=4))
    ends = [(-0.5, draw(st.floats(-0.2, 1.2))), (1.5, draw(st.floats(-0.2, 1.2)))]
    coords = [(west + x * width, south + y * height) for x, y in [ends[0], *inner, ends[1]]]
    return LineString(coords)


@FEW
@given(st.data())
def test_parts_add_up_to_the_shape_and_share_their_line_bit_for_bit(data):
    [shape] = in_degrees(GeoSeries([data.draw(polygons())], crs="EPSG:32619"))
    assume(are_boundaries(np.array([shape])).all())
    line = data.draw(cuts(shape))
    note(shapely.to_wkt([shape, line], rounding_precision=-1))
    try:
        parts = split_along(shape, line)
    except NotDivided:
        inside = shapely.difference(shape, line.buffer(2 * CELL_DEG))
        largest = max(map(area_m2, shapely.get_parts(inside)), default=0.0)
        # It divides nothing, or only what is no ground of its own.
        assert sum(map(area_m2, shapely.get_parts(inside))) - largest < 2 + 2 * give_m2(shape)
        return
    assert_divides(parts, shape)
    own = edges(shape)
    new = [edge for part in parts for edge in edges(part) if edge not in own]
    # What is new is shared, edge against edge, but for outline edges that got a vertex at the end of a cut.
    unshared = [(a, b) for a, b in new if (b, a) not in new]
    drawn = shapely.boundary(shape).buffer(3 * CELL_DEG)
    assert all(drawn.covers(LineString(edge)) for edge in unshared)


@FEW
@given(st.data())
def test_vertices_of_the_outline_stay_where_they_are(data):
    [shape] = in_degrees(GeoSeries([data.draw(polygons(max_holes=0))], crs="EPSG:32619"))
    assume(are_boundaries(np.array([shape])).all())
    line = data.draw(cuts(shape))
    try:
        parts = split_along(shape, line)
    except NotDivided:
        return
    near = line.buffer(2 * CELL_DEG)
    kept = set.union(*map(vertices, parts))
    gone = [each for each in vertices(shape) - kept if not near.intersects(shapely.Point(each))]
    assert gone == []


@FEW
@given(coverages(), st.randoms())
def test_merging_all_parts_of_a_map_gives_its_outline_in_whatever_order(units, random):
    shapes = list(in_degrees(units))
    assume(are_boundaries(np.array(shapes)).all())
    whole = merge(shapes)
    random.shuffle(shapes)
    again = merge(shapes)
    assert shapely.equals(whole, again)
    assert len(shapely.get_parts(whole)) == 1
    assert shapely.get_num_interior_rings(shapely.get_parts(whole)).sum() == 0
    assert area_m2(whole) == pytest.approx(sum(map(area_m2, shapes)), abs=give_m2(whole))


@FEW
@given(st.data())
def test_the_direction_of_the_line_and_the_order_of_its_parts_do_not_matter(data):
    line, other = data.draw(cuts(SQUARE)), data.draw(cuts(SQUARE))
    try:
        parts = split_along(SQUARE, MultiLineString([line, other]))
    except NotDivided:
        return
    turned = split_along(SQUARE, MultiLineString([other.reverse(), line.reverse()]))
    assert len(parts) == len(turned)
    assert all(shapely.equals(one, two) for one, two in zip(parts, turned, strict=True))


@FEW
@given(st.integers(-10_000, 10_000), st.integers(-10_000, 10_000), st.floats(0.1, 0.9))
def test_moving_the_map_by_whole_cells_moves_the_parts(east, north, middle):
    def moved(shape):
        return affinity.translate(shape, east * 1e-5, north * 1e-5)

    line = across((middle, -1), (1 - middle, 2))
    parts = split_along(SQUARE, line)
    there = split_along(ground(moved(SQUARE)), moved(line))
    for one, two in zip(parts, there, strict=True):
        assert shapely.hausdorff_distance(moved(one), two) < 3 * CELL_DEG


def test_a_straight_cut_makes_two_with_the_very_same_edge():
    east, west = split_along(SQUARE, across((0.4, -1), (0.4, 2)))
    x = -69.296
    assert ((x, 10.0), (x, 10.01)) in edges(west)
    assert ((x, 10.01), (x, 10.0)) in edges(east)
    assert_divides([east, west], SQUARE)


def test_several_lines_make_several_parts_at_once():
    lines = MultiLineString([across((0.5, -1), (0.5, 2)), across((-1, 0.25), (2, 0.25))])
    parts = split_along(SQUARE, lines)
    assert_divides(parts, SQUARE)
    assert [area_m2(part) / area_m2(SQUARE) for part in parts] == pytest.approx([0.375, 0.375, 0.125, 0.125], 1e-3)


def test_a_closed_line_inside_cuts_out_what_it_encloses():
    ring = across((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75), (0.25, 0.25))
    around, inner = split_along(SQUARE, ring)
    assert_divides([around, inner], SQUARE)
    assert len(shapely.get_parts(around)) == 1
    assert area_m2(inner) / area_m2(SQUARE) == pytest.approx(0.25, rel=1e-3)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (across((2, 2), (3, 3)), "outside"),
        (across((-1, 0.5), (0.5, 0.5)), "ends inside"),
        (across((0.2, 0.2), (0.8, 0.8)), "wholly inside"),
        (across((0, 0), (1, 0)), "along the outline"),
        (across((-1, 1), (1, 3)), "touches a corner only"),
        (across((-1, 1e-6), (2, 1e-6)), "cuts off a crumb"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_run_through_divides_nothing(line, why):
    with pytest.raises(NotDivided):
        split_along(SQUARE, line)


def test_an_end_near_the_outline_is_led_to_it_and_no_farther_than_asked():
    line = across((0.5, 0.005), (0.5, 0.995))  # 5.5 m short on both ends
    assert_divides(split_along(SQUARE, line), SQUARE)
    with pytest.raises(NotDivided):
        split_along(SQUARE, line, reach_m=3.0)


def test_islands_stay_whole_with_the_nearest_part():
    islands = ground(
        MultiPolygon(
            [box(WEST, SOUTH, WEST + SIDE, SOUTH + SIDE), box(WEST + 1.1 * SIDE, SOUTH, WEST + 1.2 * SIDE, 10.001)]
        )
    )
    larger, smaller = split_along(islands, across((0.6, -1), (0.6, 2)))
    assert (len(larger.geoms), len(smaller.geoms)) == (1, 2)
    assert_divides([larger, smaller], islands)


def test_a_cut_may_run_through_a_hole():
    outer, inner = SQUARE.geoms[0].exterior, across((0.4, 0.4), (0.4, 0.6), (0.6, 0.6), (0.6, 0.4), (0.4, 0.4))
    ring = ground(Polygon(outer.coords, [inner.coords]))
    parts = split_along(ring, across((0.5, -1), (0.5, 2)))
    assert len(parts) == 2
    assert_divides(parts, ring)


def test_a_needle_is_divided_though_its_corners_pull_the_cut_aside():
    """Nodes on the grid lie up to .7 cells off the line that was drawn; found at random."""
    corners = [(-69.0034775, 9.9470421), (-69.0044308, 9.9489325), (-69.0017534, 9.9432247)]
    needle = ground(Polygon(corners))
    parts = split_along(needle, LineString([(-69.0057695, 9.9432247), (-69.0004147, 9.9460786)]))
    assert [round(area_m2(part)) for part in parts] == [1991, 312]
    assert_divides(parts, needle)


def test_merging_keeps_apart_what_does_not_touch():
    beyond = affinity.translate(SQUARE, 2 * SIDE, 0)
    assert len(merge([SQUARE, ground(beyond)]).geoms) == 2


def test_merging_one_changes_nothing_and_twice_the_same_neither():
    assert shapely.equals_exact(merge([SQUARE]), SQUARE, normalize=True)
    assert shapely.equals_exact(merge([SQUARE, SQUARE]), SQUARE, normalize=True)


def told(parts, *, whole=SQUARE, tolerance_m=10.0):
    found = misfits([ground(part) for part in parts], whole, tolerance_m=tolerance_m)
    return list(zip(found["kind"], found["area_m2"].round(-3), strict=True))


def share(x, y, width, height):
    """A box in shares of the square's sides, which are 1,096 and 1,106 m long."""
    return box(WEST + x * SIDE, SOUTH + y * SIDE, WEST + (x + width) * SIDE, SOUTH + (y + height) * SIDE)


HALVES = (share(0, 0, 0.5, 1), share(0.5, 0, 0.5, 1))


@FEW
@given(st.data())
def test_what_was_cut_fits_what_it_was_cut_from(data):
    parts = data.draw(cuts(SQUARE)), data.draw(cuts(SQUARE))
    try:
        parts = split_along(SQUARE, MultiLineString(parts))
    except NotDivided:
        return
    assert misfits(parts, SQUARE, tolerance_m=0.1).empty
    assert misfits(parts[1:], SQUARE, tolerance_m=0.1)["area_m2"].sum() == pytest.approx(
        area_m2(parts[0]), abs=give_m2(SQUARE)
    )


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        (HALVES, []),
        (HALVES[:1], [("missing", 606_000)]),
        ((share(0, 0, 0.6, 1), HALVES[1]), [("overlap", 121_000)]),
        ((HALVES[0], share(0.5, 0, 0.6, 1)), [("beyond", 121_000)]),
        ((share(0, 0, 0.4, 1), HALVES[1]), [("missing", 121_000)]),
        # 5 m beyond the outline is the width of a line; 5 m between the parts is not, nor claimed by both.
        ((HALVES[0], share(0.5, 0, 0.505, 1)), []),
        ((share(0, 0, 0.495, 1), HALVES[1]), [("missing", 6_000)]),
        ((share(0, 0, 0.505, 1), HALVES[1]), [("overlap", 6_000)]),
    ],
    ids=["fits", "half", "twice", "too much", "left over", "outline anew", "gap between", "both"],
)
def test_what_does_not_fit_is_told_by_kind_and_size(parts, found):
    assert told(parts) == found


def test_a_vertex_more_on_one_side_is_no_misfit():
    finer = ground(shapely.segmentize(HALVES[0], 0.0003))
    assert told([finer, HALVES[1]]) == []
