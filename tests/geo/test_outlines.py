"""The two kernels against GEOS, and the edges that bound nothing."""

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, affinity, box
from strategies import UTM, coverages, polygons

from territory.geo.errors import NotProjected
from territory.geo.outlines import Outlines, are_one_ring, beside_lengths_m, lone_edges, shared_areas_m2

ONE_PAIR = np.array([[0, 0]])


def outlines(*shapes):
    return Outlines.of(GeoSeries(list(shapes), crs=UTM))


def shared_m2(left, right):
    return shared_areas_m2(outlines(left), outlines(right), ONE_PAIR)[0]


@given(polygons(), polygons())
def test_shared_areas_are_those_of_geos(left, right):
    assert shared_m2(left, right) == pytest.approx(shapely.intersection(left, right).area, abs=1e-6)


@given(polygons())
def test_a_polygon_shares_all_of_itself(shape):
    assert shared_m2(shape, shape) == pytest.approx(shape.area, abs=1e-6)


@given(polygons(), polygons())
def test_sharing_is_mutual(left, right):
    assert shared_m2(left, right) == pytest.approx(shared_m2(right, left), abs=1e-6)


@given(polygons(), polygons(), st.floats(-3e6, 3e6), st.floats(-3e6, 3e6))
def test_moving_the_map_moves_no_area(left, right, dx, dy):
    moved = [affinity.translate(shape, dx, dy) for shape in (left, right)]
    assert shared_m2(*moved) == pytest.approx(shared_m2(left, right), abs=1e-3)


@pytest.mark.parametrize(
    ("left", "right", "area_m2"),
    [
        (box(0, 0, 10, 10), box(10, 0, 20, 10), 0),
        (box(0, 0, 10, 10), box(10, 10, 20, 20), 0),
        (box(0, 0, 10, 10), box(2, 2, 4, 4), 4),
        (box(0, 0, 10, 10) - box(1, 1, 9, 9), box(2, 2, 4, 4), 0),
        (Polygon([(0, 0), (10, 0), (0, 10)]), Polygon([(10, 10), (10, 0), (0, 10)]), 0),
    ],
    ids=["an edge", "a corner", "nested", "in a hole", "a diagonal edge"],
)
def test_shared_areas_need_no_special_case(left, right, area_m2):
    assert shared_m2(left, right) == pytest.approx(area_m2, abs=1e-9)


@given(polygons(), polygons(), st.sampled_from([1.0, 10.0, 25.0]))
def test_lengths_beside_are_those_of_a_buffer(left, right, tolerance_m):
    pair = np.array([[0, 1]])
    layer = outlines(left, right)
    found = beside_lengths_m(layer, layer, pair, tolerance_m=tolerance_m)[0]
    expected = [
        shapely.intersection(line.boundary, area.buffer(tolerance_m, quad_segs=256)).length
        for line, area in ((left, right), (right, left))
    ]
    if min(expected) > 0.1:
        assert found == pytest.approx(expected, abs=0.05, rel=1e-4)


@given(coverages())
def test_the_lone_edges_of_a_coverage_are_its_outer_boundary(units):
    layer = Outlines.of(units)
    edges = layer.edges[lone_edges(layer)]
    length_m = np.hypot(edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]).sum()
    assert length_m == pytest.approx(units.union_all().boundary.length)


@given(coverages())
def test_edges_take_each_other_away_only_within_a_group(units):
    layer = Outlines.of(units)
    alone = np.arange(len(units))
    assert len(lone_edges(layer, alone)) == len(layer.edges)


def test_a_ring_of_units_is_no_single_ring():
    around = [box(0, 0, 30, 10), box(0, 20, 30, 30), box(0, 10, 10, 20), box(20, 10, 30, 20)]
    noded = [shapely.segmentize(unit, 10) for unit in around]
    group = np.zeros(4, dtype=np.int64)
    assert not are_one_ring(outlines(*noded), group, 1)[0]
    assert are_one_ring(outlines(*noded[:1]), group[:1], 1)[0]


def test_a_group_in_two_pieces_is_no_single_ring():
    apart = outlines(box(0, 0, 1, 1), box(5, 5, 6, 6))
    assert not are_one_ring(apart, np.zeros(2, dtype=np.int64), 1)[0]
    assert are_one_ring(apart, np.array([0, 1]), 2).all()


def test_holes_and_parts_keep_their_edges_whichever_way_they_run():
    shape = box(0, 0, 10, 10) - box(4, 4, 6, 6)
    turned = shapely.reverse(shape)
    for drawn in (shape, turned):
        assert shared_m2(MultiPolygon([drawn]), box(0, 0, 5, 5)) == pytest.approx(24)


def test_degrees_are_refused():
    with pytest.raises(NotProjected, match="metres"):
        Outlines.of(GeoSeries([box(0, 0, 1, 1)], crs=4326))


def test_a_layer_without_units_has_no_edges():
    empty = Outlines.of(GeoSeries([], crs=UTM))
    assert len(empty.edges) == 0
    assert len(empty.pairs()) == 0


@given(st.integers(0, 2**16), st.sampled_from([1.0, 15.0]))
def test_long_outlines_are_measured_like_short_ones(seed, tolerance_m):
    """A hundred times as many points on the same line change nothing."""
    rng = np.random.default_rng(seed)
    shapes = [affinity.translate(box(0, 0, 400, 300), *rng.uniform(-350, 350, 2)) for _ in range(2)]
    shapes[1] = shapes[1].difference(affinity.scale(shapes[1], 0.3, 0.3))
    pair = np.array([[0, 1]])
    short, long = outlines(*shapes), outlines(*shapely.segmentize(shapes, 1.0))
    assert len(long.edges) > 2000
    for layer in (short, long):
        assert shared_areas_m2(layer, layer, pair) == pytest.approx(shared_areas_m2(short, short, pair), abs=1e-3)
        assert beside_lengths_m(layer, layer, pair, tolerance_m=tolerance_m) == pytest.approx(
            beside_lengths_m(short, short, pair, tolerance_m=tolerance_m), abs=1e-3
        )


@pytest.mark.parametrize(
    ("place", "area_m2"),
    [
        (box(500, 20, 510, 30), 100),
        (box(480, 480, 520, 520), 0),
        (box(2000, 0, 2010, 10), 0),
        (box(395, 395, 405, 405), 75),
    ],
    ids=["within", "in the hole", "beyond", "on the hole's line"],
)
def test_a_unit_far_from_every_line_of_a_long_outline_is_wholly_on_one_side(place, area_m2):
    long = shapely.segmentize(box(0, 0, 1000, 1000) - box(400, 400, 600, 600), 1.0)
    assert shared_m2(place, long) == pytest.approx(area_m2)
    assert shared_m2(long, place) == pytest.approx(area_m2)
