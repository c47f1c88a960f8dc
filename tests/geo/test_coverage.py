"""Overlaps, contacts and what counts as a sliver."""

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given, note
from hypothesis import strategies as st
from libpysal.graph import Graph
from shapely import MultiPolygon, Polygon, box
from strategies import UTM, coverages, moved_apart, polygons

from territory.geo.coverage import contacts, is_wide, neighbours, overlaps, shared_ground
from territory.geo.errors import NotProjected


def units_of(*shapes):
    return GeoSeries(list(shapes), index=[chr(97 + k) for k in range(len(shapes))], crs=UTM)


@given(coverages())
def test_a_coverage_has_no_overlap(units):
    assert overlaps(units).empty


@given(coverages())
def test_a_unit_drawn_twice_overlaps_itself(units):
    note(str(units.to_wkt().to_list()))
    assume(units.iloc[0].area >= 1)
    twice = pd.concat([units, units.iloc[[0]].set_axis(["copy"])])
    [pair] = overlaps(twice).itertuples()
    assert pair.area_m2 == pytest.approx(units.iloc[0].area)
    assert pair.left_share == pytest.approx(1)


@given(st.lists(polygons(), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(shapes, random):
    units = GeoSeries(shapes, index=[f"u{k}" for k in range(len(shapes))], crs=UTM)
    shuffled = units.loc[random.sample(list(units.index), len(units))]
    areas = [
        {frozenset((pair.left, pair.right)): round(pair.area_m2, 3) for pair in overlaps(order).itertuples()}
        for order in (units, shuffled)
    ]
    assert areas[0] == areas[1]


@given(st.lists(polygons(), min_size=2, max_size=5))
def test_overlaps_are_those_of_every_pair_intersected(shapes):
    units = GeoSeries(shapes, index=range(len(shapes)), crs=UTM)
    found = {(pair.left, pair.right): pair.geometry.area for pair in overlaps(units).itertuples()}
    expected = {
        (a, b): area
        for a in units.index
        for b in units.index
        if a < b and (area := units[a].intersection(units[b]).area) >= 1
    }
    assert found == pytest.approx(expected, abs=1e-3)


def test_parts_of_one_unit_are_summed_and_do_not_overlap_each_other():
    spread = MultiPolygon([box(0, 0, 10, 10), box(20, 0, 30, 10)])
    [pair] = overlaps(units_of(spread, box(5, 0, 25, 10))).itertuples()
    assert pair.area_m2 == pytest.approx(100)
    assert overlaps(units_of(spread)).empty


def test_areas_below_the_least_are_rounding():
    assert overlaps(units_of(box(0, 0, 10, 10), box(9.95, 0, 20, 10))).empty
    assert len(overlaps(units_of(box(0, 0, 10, 10), box(9.95, 0, 20, 10)), min_area_m2=0.1)) == 1


def test_lengths_in_degrees_are_refused():
    with pytest.raises(NotProjected):
        overlaps(GeoSeries([box(0, 0, 1, 1)], crs=4326))


@given(coverages())
def test_the_neighbours_of_a_coverage_are_its_rook_graph(units):
    """The width of a crossing is the shared edge, so an oracle that measures edges agrees."""
    graph = Graph.build_contiguity(units, rook=True, by_perimeter=True, strict=True)
    long_edges = {
        frozenset((focal, neighbour))
        for (focal, neighbour), _ in graph.adjacency.items()
        if focal != neighbour and units[focal].intersection(units[neighbour]).length > 40
    }
    found = neighbours(units, tolerance_m=1, min_edge_m=20)
    assert long_edges <= {frozenset(pair) for pair in zip(found.left, found.right, strict=True)}


@given(coverages(), st.integers(0, 2**16))
def test_lines_drawn_twice_by_hand_are_still_neighbours(units, seed):
    """Every unit moves on its own by up to 3 m: no vertex is shared any more."""
    shaken = moved_apart(units, seed, by_m=3)
    exact = neighbours(units, tolerance_m=0.5, min_edge_m=60)
    found = neighbours(shaken, tolerance_m=10, min_edge_m=20)
    assert set(zip(exact.left, exact.right, strict=True)) <= set(zip(found.left, found.right, strict=True))


def test_units_that_meet_at_a_corner_are_no_rook_neighbours():
    [pair] = contacts(units_of(box(0, 0, 50, 50), box(50, 50, 99, 99)), tolerance_m=5, min_edge_m=10).itertuples()
    assert not pair.is_rook
    assert pair.width_m == 0


def test_the_width_of_a_crossing_is_the_shared_edge():
    [pair] = neighbours(units_of(box(0, 0, 50, 80), box(50, 20, 99, 90)), tolerance_m=1, min_edge_m=5).itertuples()
    assert pair.width_m == pytest.approx(60, abs=1)


def test_units_farther_apart_than_the_tolerance_are_strangers():
    assert contacts(units_of(box(0, 0, 50, 50), box(61, 0, 99, 50)), tolerance_m=10, min_edge_m=10).empty


@given(polygons(), st.floats(1, 80))
def test_wide_means_that_a_disc_fits(shape, width_m):
    radius_m = shapely.maximum_inscribed_circle(shape, tolerance=0.01).length
    assume(abs(radius_m - width_m / 2) > 0.1)
    assert is_wide(GeoSeries([shape], crs=UTM), width_m=width_m)[0] == (radius_m > width_m / 2)


def test_units_that_meet_along_a_line_and_at_a_point_share_no_ground():
    left, right = box(0, 0, 10, 10), Polygon([(10, 0), (20, 0), (20, 10), (10, 8), (12, 5), (10, 4)])
    assert shared_ground(np.array([left]), np.array([right]))[0].is_empty
