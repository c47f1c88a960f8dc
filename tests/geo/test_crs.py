"""Degrees to keep, metres to measure."""

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box

from territory.geo.crs import require_projected, to_degrees, to_grid, to_metres, working_crs
from territory.geo.errors import NotGeographic, NotProjected


@given(st.floats(-73, -60), st.floats(1, 12), st.floats(0.0005, 0.05))
def test_there_and_back_is_where_it_was(lon, lat, side):
    drawn = to_grid(GeoSeries([box(lon, lat, lon + side, lat + side)], crs=4326))
    there = to_metres(drawn)
    back = to_degrees(there)
    # Points set on long edges stay; the corners come back bit for bit.
    assert set(map(tuple, shapely.get_coordinates(drawn.array))) <= set(
        map(tuple, shapely.get_coordinates(back.array))
    )


@given(st.floats(-73, -60), st.floats(1, 12))
def test_areas_are_true(lon, lat):
    """A hundredth of a degree square, against the geodesic area."""
    from pyproj import Geod

    cell = box(lon, lat, lon + 0.01, lat + 0.01)
    fine = shapely.segmentize(cell, 0.0001)
    geodesic_m2 = Geod(ellps="WGS84").geometry_area_perimeter(fine)[0]
    assert to_metres(GeoSeries([cell], crs=4326)).area.iloc[0] == pytest.approx(geodesic_m2, rel=1e-5)


def test_long_edges_bend_alike_for_both_neighbours():
    """A vertex on a neighbour's edge of 10 km opens no sliver."""
    south = Polygon([(-70, 10), (-69.9, 10), (-69.9, 10.05), (-70, 10.05)])
    north = Polygon([(-70, 10.05), (-69.96, 10.05), (-69.9, 10.05), (-69.9, 10.1), (-70, 10.1)])
    metres = to_metres(GeoSeries([south, north], crs=4326))
    assert metres.iloc[0].intersection(metres.iloc[1]).area < 0.05
    plain = GeoSeries([south, north], crs=4326).to_crs(working_crs(GeoSeries([south, north], crs=4326)))
    assert plain.iloc[0].symmetric_difference(metres.iloc[0]).area > 100


def test_a_layer_keeps_its_projection_when_it_grows_a_little():
    one = GeoSeries([box(-69.5, 9.5, -69, 10)], crs=4326)
    other = GeoSeries([box(-69.5001, 9.5, -69, 10)], crs=4326)
    assert working_crs(one) == working_crs(other)


def test_an_empty_layer_has_a_projection_too():
    require_projected(to_metres(GeoSeries([], crs=4326)))


@pytest.mark.parametrize("crs", [None, 4326, "ESRI:102729"], ids=["none", "degrees", "feet"])
def test_only_metres_are_metres(crs):
    with pytest.raises(NotProjected):
        require_projected(GeoSeries([box(0, 0, 1, 1)], crs=crs))


def test_only_wgs84_is_wgs84():
    with pytest.raises(NotGeographic):
        to_metres(GeoSeries([box(0, 0, 1, 1)], crs=32619))
    assert np.isfinite(to_metres(GeoSeries([box(0, 0, 1, 1)], crs="OGC:CRS84")).area).all()
