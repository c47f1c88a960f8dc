"""The ground that a moved line opens with each neighbour, parted among them."""

from itertools import pairwise

import shapely
from geopandas import GeoSeries
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from territory.geo.moved import moved_strips
from territory.geo.settle import Way, settle

SIDE = 0.01


def cell(column: int, row: int) -> Polygon:
    return box(column * SIDE, row * SIDE, (column + 1) * SIDE, (row + 1) * SIDE)


# Mine is the south-west one of four; the three others meet it along two edges and at the corner between these.
MINE = cell(0, 0)
CORNER = (SIDE, SIDE)
OTHERS = {"east": cell(1, 0), "north": cell(0, 1), "across": cell(1, 1)}
AROUND = GeoSeries({each: MultiPolygon([shape]) for each, shape in OTHERS.items()}, crs=4326)

# By nothing, or by a metre up to about 500.
grid = st.one_of(st.just(0.0), st.integers(-40, 40).filter(bool).map(lambda steps: round(steps * 1.17e-4, 7)))


def moved_to(corner: tuple[float, float]) -> Polygon:
    return Polygon([(0, 0), (SIDE, 0), corner, (0, SIDE)])


def edges(shape) -> set:
    found = set()
    for ring in shapely.get_rings(shapely.get_parts(shapely.orient_polygons(shape))):
        coords = shapely.get_coordinates(ring).tolist()
        found |= {(tuple(a), tuple(b)) for a, b in pairwise(coords)}
    return found


def strips_of(after: Polygon) -> dict[str, MultiPolygon]:
    return moved_strips(MINE.symmetric_difference(after), MultiPolygon([after]), AROUND)


@given(grid, grid)
def test_a_moved_corner_is_followed_by_everybody_who_meets_there(east, north):
    after = moved_to((round(SIDE + east, 7), round(SIDE + north, 7)))
    assume(after.is_valid and MINE.symmetric_difference(after).area > 1e-9)
    lines = {"mine": MultiPolygon([after]), **AROUND}
    strips = strips_of(after)
    for id_, strip in strips.items():
        told = settle(lines["mine"], lines[id_], strip, Way.AS_LEFT)
        # My line may get a vertex where one of theirs ends on it; it does not move.
        assert told.left.hausdorff_distance(lines["mine"]) < 1e-7
        lines["mine"], lines[id_] = told.left, told.right
    whole = shapely.union_all([MINE, *OTHERS.values()])
    assert shapely.union_all(list(lines.values())).symmetric_difference(whole).area < 1e-13
    assert abs(sum(each.area for each in lines.values()) - whole.area) < 1e-13
    # Every edge of mine inside the whole is one of a neighbour's, in opposite order; but where the line came to
    # run along somebody who had nothing to give or to take.
    outline = shapely.buffer(whole.exterior, 1e-9)
    inner = {edge for edge in edges(lines["mine"]) if not outline.covers(shapely.LineString(edge))}
    theirs = {(stop, start) for each in OTHERS for start, stop in edges(lines[each])}
    idle = shapely.union_all([shapely.boundary(OTHERS[each]) for each in OTHERS if each not in strips])
    assert all(shapely.buffer(idle, 1e-9).covers(shapely.LineString(edge)) for edge in inner - theirs)


def test_what_a_line_left_goes_to_whoever_lies_along_it():
    strips = strips_of(Polygon([(0, 0), (SIDE, 0), (0.8 * SIDE, SIDE / 2), (SIDE, SIDE), (0, SIDE)]))
    assert set(strips) == {"east"}
    assert strips["east"].equals(Polygon([(SIDE, 0), (0.8 * SIDE, SIDE / 2), (SIDE, SIDE)]))


def test_a_line_that_did_not_move_asks_nobody():
    assert strips_of(MINE) == {}


def test_open_ground_is_nobody_s_to_give():
    wider = box(-0.2 * SIDE, 0, SIDE, SIDE)
    assert strips_of(wider) == {}


def test_a_corner_drawn_in_is_parted_where_two_neighbours_met():
    two = AROUND[["east", "north"]]
    inside = (0.7 * SIDE, 0.8 * SIDE)
    after = moved_to(inside)
    strips = moved_strips(MINE - after, MultiPolygon([after]), two)
    assert set(strips) == {"east", "north"}
    assert strips["east"].equals(Polygon([(SIDE, 0), CORNER, inside]))
    assert strips["north"].equals(Polygon([(0, SIDE), CORNER, inside]))


def test_ground_that_both_claimed_before_goes_along_and_leaves_no_island():
    before, after = box(0, 0, 1.1 * SIDE, SIDE), box(0, 0, 1.3 * SIDE, SIDE)
    strips = moved_strips(after - before, MultiPolygon([after]), AROUND)
    assert strips["east"].equals(after & OTHERS["east"])
