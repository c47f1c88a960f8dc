"""Ways to settle a strip: who gets what, and that both boundaries end up with the very same line."""


import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon

from territory.geo.crs import area_m2
from territory.geo.repair import are_boundaries, canonical
from territory.geo.settle import (
    Settlement,
    Way,
    settle,
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
        found |= set(zip(coords, coords[1:], strict=False))
    return found


def reversed_edges(some) -> set:
    return {(stop, start) for start, stop in some}


def vertices(boundary) -> set:
    return set(map(tuple, shapely.get_coordinates(boundary).tolist()))


def roughly(shape, metres=0.05):
    """A shape with the width of rounding around it."""
    return shape.buffer(metres * METRE)


@st.composite
def neighbours(draw, *, offset_m=st.integers(-60, 60), noise_m=10.0, corners=st.integers(3, 32)):
    """Two councils of about 70 vertices whose common line was drawn twice by hand: overlaps, gaps and weaving."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    offset = draw(offset_m)
    sway = rng.uniform(20, 120) * np.sin(np.linspace(0, rng.uniform(1, 9), 200))

    def drawn(move_m):
        y = np.sort(rng.uniform(10, 990, draw(corners)))
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
            assert near.intersects(shapely.Point(vertex))
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
        found |= set(zip(coords, coords[1:], strict=False))
    return found


@given(neighbours(), st.sampled_from([Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE]))
@settings(max_examples=300)
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
