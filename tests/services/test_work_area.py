"""The edge of the land in the ground that somebody takes along."""

import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon, box

from territory.model import WGS84, Surroundings, as_layer
from territory.mosaic import Mosaic
from territory.services.work_area import bounds_around, edge_of_land

LAND = box(-69.3, 10, -69.2, 10.1)


def mosaic(*land):
    layer = as_layer(GeoSeries([MultiPolygon([box(-69.26, 10.04, -69.24, 10.06)])], ["a"], crs=WGS84))
    surroundings = Surroundings(land=GeoDataFrame(geometry=list(land), crs=WGS84) if land else None)
    return Mosaic(layer, surroundings)


@pytest.mark.parametrize(
    ("bbox", "degrees"),
    [
        ((-69.31, 10.02, -69.29, 10.03), 0.01),
        ((-69.31, 9.99, -69.28, 10.02), 0.04),
        ((-69.31, 9.9, -69.1, 10.2), 0.4),
        ((-69.27, 10.03, -69.23, 10.07), 0),
        ((-69.4, 9.9, -69.3, 10.0), 0),
        ((-69.5, 9.5, -69.4, 9.6), 0),
    ],
    ids=["a side", "a corner", "all of it", "inside", "touched at a corner", "far away"],
)
def test_the_edge_is_told_as_far_as_it_lies_in_the_box(bbox, degrees):
    lines = [each.shape for each in edge_of_land(mosaic(LAND), bbox)]
    assert sum(shapely.length(lines)) == pytest.approx(degrees)
    assert all(line.geom_type == "MultiLineString" for line in lines)


def test_where_nobody_knows_the_land_there_is_no_edge():
    assert list(edge_of_land(mosaic(), (-69.31, 9.9, -69.1, 10.2))) == []


def test_the_box_reaches_so_far_on_every_side():
    known = mosaic()
    west, south, east, north = bounds_around(known.boundary("a"), known, 1000)
    inner = box(-69.26, 10.04, -69.24, 10.06)
    for line in shapely.boundary(box(west, south, east, north)).segmentize(0.01).coords:
        assert 0.0088 < shapely.distance(inner, shapely.Point(line)) < 0.0132
