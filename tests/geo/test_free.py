"""The ground that is left free, with the very vertices of those around it."""

from __future__ import annotations

import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box
from strategies import coverages

from territory.geo.crs import WGS84, area_m2
from territory.geo.free import NothingFree, filled, free_ground, touches_window, union_on_grid
from territory.geo.repair import canonical

WINDOW = box(-70, 9, -69, 11)


def on_grid(units: GeoSeries) -> GeoSeries:
    """A coverage of metres laid onto the grid, where a corner on another one's edge comes off it a little."""
    degrees = shapely.transform(units.array, lambda coords: coords * 1e-5 + (-69.5, 10))
    return canonical(GeoSeries(degrees, index=units.index, crs=WGS84))


def vertices(shape) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(shape)))


@settings(max_examples=40, deadline=None)
@given(units=coverages(), which=st.integers(0, 100))
def test_what_one_unit_leaves_is_its_ground_with_the_vertices_of_its_neighbours(units, which):
    shapes = on_grid(units)
    own = shapes.iloc[which % len(shapes)]
    others = shapes.drop(shapes.index[which % len(shapes)])
    free = free_ground(others, own.point_on_surface(), own.envelope.buffer(1e-4), width_m=0.001)
    taken = union_on_grid(others.array)
    assert free.is_valid
    # A centimetre's grid along every edge.
    assert shapely.intersection(free, taken).area <= 1e-7 * taken.length
    assert shapely.difference(own, free).area <= 1e-7 * own.length
    near = {
        each for each in vertices(taken) if Point(each).distance(own) < 1e-8 and Point(each).within(own.envelope)
    }
    assert near <= vertices(free) | vertices(own)


def test_a_corner_on_a_neighbour_s_edge_becomes_a_corner_of_both():
    south, north = box(0, 0, 0.002, 0.001), box(0, 0.002, 0.002, 0.003)
    west, east = box(-0.001, 0, 0, 0.003), box(0.002, 0.0013, 0.003, 0.003)
    units = GeoSeries([south, north, west, east], crs=WGS84)
    free = free_ground(units, Point(0.001, 0.0015), box(-0.001, 0, 0.0025, 0.003), width_m=5)
    assert {(0.002, 0.0013), (0.002, 0.001), (0, 0.001), (0, 0.002), (0.002, 0.002)} <= vertices(free)
    assert touches_window(free, box(-0.001, 0, 0.0025, 0.003))


def test_a_finger_between_two_neighbours_is_cut_off_and_a_sharp_corner_is_not():
    # Two neighbours three metres apart, north of the free ground.
    left, right = box(0, 0.001, 0.0005, 0.003), box(0.00053, 0.001, 0.001, 0.003)
    walls = [box(-0.001, -0.001, 0, 0.003), box(0.001, -0.001, 0.002, 0.003), box(0, -0.001, 0.001, 0)]
    units = GeoSeries([left, right, *walls], crs=WGS84)
    free = free_ground(units, Point(0.0005, 0.0005), box(-0.001, -0.001, 0.002, 0.0029), width_m=5)
    assert free.bounds[3] < 0.0012
    assert not touches_window(free, box(-0.001, -0.001, 0.002, 0.0029))
    assert area_m2(free) == pytest.approx(area_m2(box(0, 0, 0.001, 0.001)), rel=0.01)
    wedge = shapely.Polygon([(0, 0), (0.002, 0), (0.002, 0.0012)])
    around = GeoSeries([box(-0.001, -0.001, 0.003, 0.003) - wedge], crs=WGS84)
    assert free_ground(around, wedge.centroid, WINDOW.envelope.union(box(-1, -1, 1, 1)), width_m=5).equals(wedge)


def test_land_ends_free_ground_and_taken_ground_is_none():
    land = box(0, 0, 0.01, 0.01)
    units = GeoSeries([box(0, 0, 0.005, 0.01)], crs=WGS84)
    free = free_ground(units, Point(0.007, 0.005), box(-1, -1, 1, 1), width_m=5, land=land)
    assert free.equals(box(0.005, 0, 0.01, 0.01))
    for nowhere in (Point(0.002, 0.005), Point(0.02, 0.005), Point()):
        with pytest.raises(NothingFree):
            free_ground(units, nowhere, box(-1, -1, 1, 1), width_m=5, land=land)


def test_only_the_holes_that_are_meant_are_filled():
    whole = MultiPolygon([box(0, 0, 9, 9) - box(1, 1, 2, 2) - box(4, 4, 6, 6)])
    mended = filled(whole, box(0.9, 0.9, 2.1, 2.1))
    assert mended.equals(MultiPolygon([box(0, 0, 9, 9) - box(4, 4, 6, 6)]))
