"""What keeps a shape from being a boundary."""

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from territory.geo.crs import to_grid
from territory.geo.errors import NotGeographic
from territory.geo.repair import canonical, repairs

HA = 0.001  # degrees: a square of about a hectare at the equator


def boundary(*corners):
    return Polygon([(x * HA, y * HA) for x, y in corners])


def repair_of(shape):
    return repairs(canonical(GeoSeries([shape], ["a"], crs=4326)))


BROKEN = {
    "self_crossing": boundary((0, 0), (1, 1), (1, 0), (0, 1)),
    "spike": boundary((0, 0), (1, 0), (1, 1), (2, 1), (1, 1), (0, 1)),
    "zero_area": boundary((0, 0), (1, 0), (2, 0)),
    "sliver_part": MultiPolygon([boundary((0, 0), (1, 0), (1, 1)), box(1, 1, 1 + 3e-7, 1 + 3e-7)]),
    "empty": GeometryCollection([Point(0, 0), LineString([(0, 0), (1, 1)])]),
}


@pytest.mark.parametrize(("reason", "shape"), BROKEN.items(), ids=BROKEN)
def test_every_fault_is_named(reason, shape):
    assert repair_of(shape).reason.tolist() == [reason]


def test_a_clean_boundary_needs_nothing():
    assert repair_of(boundary((0, 0), (1, 0), (1, 1))).empty


def test_a_crossed_line_keeps_all_that_it_goes_round():
    [row] = repair_of(BROKEN["self_crossing"]).itertuples()
    assert len(row.geometry.geoms) == 2
    assert row.place.equals(Point(HA / 2, HA / 2))


def test_a_part_crossed_twice_says_how_much_ground_is_in_doubt():
    [row] = repair_of(MultiPolygon([box(0, 0, 2 * HA, 2 * HA), box(HA, HA, 3 * HA, 3 * HA)])).itertuples()
    assert row.changed_m2 == pytest.approx(110.57 * 111.32, rel=0.01)


def test_what_cannot_be_repaired_is_left_empty():
    assert repair_of(BROKEN["zero_area"]).geometry.iloc[0].is_empty


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=3, max_size=15))
def test_every_repair_is_canonical_and_valid(corners):
    found = repair_of(boundary(*corners))
    for shape in found.geometry[~found.is_empty]:
        assert shape.is_valid
        assert canonical(GeoSeries([shape], crs=4326)).iloc[0].equals_exact(shape, 0)


@given(st.lists(st.tuples(st.floats(-70, -69), st.floats(9, 10)), min_size=3, max_size=9))
def test_rounding_is_pointwise_and_settles_at_once(corners):
    once = to_grid(GeoSeries([Polygon(corners)], crs=4326))
    assert to_grid(once).iloc[0].equals_exact(once.iloc[0], 0)
    assert (
        np.abs(shapely.get_coordinates(once.array) - shapely.get_coordinates(Polygon(corners))).max() <= 0.5001e-7
    )


def test_canonical_boundaries_are_flat_turned_and_without_repeated_points():
    drawn = Polygon([(0, 0, 7), (0, 1, 7), (0, 1, 7), (1, 1, 7), (1, 0, 7)])
    [shape] = canonical(GeoSeries([drawn], crs=4326))
    assert not shape.has_z
    assert shape.geoms[0].exterior.is_ccw
    assert shapely.get_num_coordinates(shape) == 5


def test_collections_are_taken_apart_and_missing_shapes_are_empty():
    deep = GeometryCollection(
        [Point(0, 0), GeometryCollection([box(0, 0, 1, 1), MultiPolygon([box(2, 2, 3, 3)])])]
    )
    first, second = canonical(GeoSeries([deep, None], crs=4326))
    assert len(first.geoms) == 2
    assert second.is_empty


def test_metres_are_refused():
    with pytest.raises(NotGeographic):
        canonical(GeoSeries([box(0, 0, 1, 1)], crs=32619))
