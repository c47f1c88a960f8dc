"""What we encode, a decoder of somebody else's reads back."""

from __future__ import annotations

import mapbox_vector_tile
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiPoint, MultiPolygon, Point, Polygon, box
from shapely.geometry import shape

from territory.maps import mvt

DOWN = {"y_coord_down": True}


def encoded(shapes, table=None, *, extent=4096, step=1) -> dict:
    """The one layer of what becomes of shapes given in tile units."""
    table = pd.DataFrame({"id": [str(row) for row in range(len(shapes))]}) if table is None else table
    drawn = []
    for kind, paths in mvt.paths_of(np.array(shapes, dtype=object), np.arange(len(shapes))).items():
        on_grid = mvt.quantised(paths, scale=1, origin=(0, 0), step=step)
        drawn.append((kind, mvt.plain_rings(on_grid) if kind == mvt.POLYGON else on_grid))
    tile = mvt.layer("layer", drawn, mvt.Columns(table), extent=extent)
    return mapbox_vector_tile.decode(tile, default_options=DOWN).get("layer", {"features": []})


def test_a_polygon_with_a_hole_comes_back_as_it_was():
    ring = Polygon([(0, 0), (100, 0), (100, 80), (0, 80)], [[(10, 10), (30, 10), (30, 30), (10, 30)]])
    [feature] = encoded([ring])["features"]
    assert shape(feature["geometry"]).equals(ring)
    assert feature["id"] == 1


def test_parts_stay_parts_of_one_feature():
    both = MultiPolygon([box(0, 0, 10, 10), box(20, 20, 30, 30)])
    [feature] = encoded([both])["features"]
    assert shape(feature["geometry"]).equals(both)


def test_lines_and_points_come_back_too():
    line, points = LineString([(0, 0), (7, 3), (2, 9)]), MultiPoint([(5, 5), (1, 2)])
    features = encoded([line, points, Point(8, 8)])["features"]
    back = {feature["properties"]["id"]: shape(feature["geometry"]) for feature in features}
    assert back["0"].equals(line)
    assert back["1"].equals(points)
    assert back["2"].equals(Point(8, 8))


def test_a_collection_counts_as_its_parts():
    mixed = shapely.GeometryCollection(
        [box(0, 0, 4, 4), Point(9, 9), shapely.GeometryCollection([box(5, 5, 8, 8)])]
    )
    kinds = sorted(feature["geometry"]["type"] for feature in encoded([mixed])["features"])
    assert kinds == ["MultiPolygon", "Point"]


@pytest.mark.parametrize(
    ("shape_given", "why"),
    [
        (Polygon(), "empty"),
        (None, "missing"),
        (box(0.1, 0.1, 0.2, 0.2), "too small"),
        (Polygon([(0, 0), (50, 0), (100, 0.2)]), "flat once rounded"),
    ],
)
def test_what_has_no_area_on_the_grid_is_not_a_polygon(shape_given, why):
    assert encoded([shape_given, box(0, 0, 5, 5)])["features"][0]["properties"] == {"id": "1"}, why


def test_a_spike_is_cut_off():
    spiked = Polygon([(0, 0), (10, 0), (10, 5), (60, 5), (10, 5.2), (10, 10), (0, 10)])
    [feature] = encoded([spiked])["features"]
    assert shape(feature["geometry"]).equals(box(0, 0, 10, 10))


def test_values_keep_their_type_and_missing_ones_are_left_out():
    table = pd.DataFrame(
        {
            "name": ["Río", None, "Río"],
            "count": pd.array([3, None, -7], dtype="Int64"),
            "share": [0.5, np.nan, 2.0],
            "is_joined": [True, False, True],
        }
    )
    features = encoded([box(0, 0, 5, 5)] * 3, table)["features"]
    assert [feature["properties"] for feature in features] == [
        {"name": "Río", "count": 3, "share": 0.5, "is_joined": True},
        {"is_joined": False},
        {"name": "Río", "count": -7, "share": 2.0, "is_joined": True},
    ]


def test_nothing_makes_no_layer():
    assert mvt.layer("layer", [], mvt.Columns(pd.DataFrame({"id": []})), extent=4096) == b""


coordinates = st.integers(-300, 5000)


@st.composite
def boxes(draw):
    """Rectangles of which some are turned the wrong way, and some have a hole."""
    x, y = draw(coordinates), draw(coordinates)
    width, height = draw(st.integers(6, 400)), draw(st.integers(6, 400))
    outer = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
    hole = [(x + 1, y + 1), (x + width - 2, y + 1), (x + width - 2, y + height - 2), (x + 1, y + height - 2)]
    turned = outer[::-1] if draw(st.booleans()) else outer
    return Polygon(turned, [hole[::-1] if draw(st.booleans()) else hole] if draw(st.booleans()) else [])


@given(st.lists(boxes(), min_size=1, max_size=12))
def test_every_shape_survives_with_its_winding(shapes):
    features = encoded(shapes)["features"]
    assert len(features) == len(shapes)
    for feature, given_shape in zip(features, shapes, strict=True):
        back = shape(feature["geometry"])
        assert back.is_valid
        assert back.equals(given_shape)


@given(st.lists(boxes(), min_size=1, max_size=6))
def test_exteriors_have_a_positive_area_and_holes_a_negative_one(shapes):
    paths = mvt.paths_of(np.array(shapes, dtype=object), np.arange(len(shapes)))[mvt.POLYGON]
    rings = mvt.plain_rings(mvt.quantised(paths, scale=1, origin=(0, 0)))
    for ring, is_hole in enumerate(rings.is_hole):
        x, y = rings.xy[rings.starts[ring] : rings.starts[ring + 1]].T
        area = np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)
        assert (area < 0) == is_hole
        assert area != 0


@given(st.lists(st.integers(0, 2**62), min_size=1))
def test_varints_are_those_of_the_specification(values):
    expected = b"".join(mvt._varint(value) for value in values)
    assert mvt._varints(np.array(values, dtype=np.int64)) == expected
