"""A tile holds what a clip by shapely holds, to half a pixel."""

from __future__ import annotations

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import rotate, translate
from shapely.geometry import shape

from territory.maps.tiles import BUFFER, EXTENT, Tileset, to_world, world_tile

PIXEL = EXTENT / 512
LON, LAT = -69.2, 10.0


def decoded(tile: bytes, layer: str = "council") -> dict[str, shapely.Geometry]:
    """Shapes of a layer in tile units, by id."""
    layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return {
        one["properties"]["id"]: shape(one["geometry"]) for one in layers.get(layer, {"features": []})["features"]
    }


def at(lon: float, lat: float, z: int) -> tuple[int, int]:
    """The tile around a place."""
    [[x, y]] = to_world(np.array([[lon, lat]])) * 2**z
    return int(x), int(y)


def in_tile(geometry: shapely.Geometry, z: int, x: int, y: int) -> shapely.Geometry:
    """What the tile should hold, by shapely alone."""
    units = shapely.transform(geometry, lambda lonlat: to_world(lonlat) * 2**z * EXTENT - [x * EXTENT, y * EXTENT])
    return units.intersection(box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER))


def frame(**shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": [name.title() for name in shapes]}, index=list(shapes), geometry=list(shapes.values()), crs=4326
    )


@st.composite
def territories(draw):
    """Stars with a hole, of any size, around one place."""
    degrees = draw(st.lists(st.floats(0.3, 1), min_size=5, max_size=24))
    size = draw(st.floats(0.0005, 0.3))
    turns = np.linspace(0, 2 * np.pi, len(degrees), endpoint=False)
    reach = np.array(degrees) * size
    star = Polygon(np.stack([LON + reach * np.cos(turns), LAT + reach * np.sin(turns)], axis=1))
    hole = star.representative_point().buffer(size / 20)
    pierced = star.difference(hole) if star.contains(hole) else star
    return translate(pierced, draw(st.floats(-0.05, 0.05)), draw(st.floats(-0.05, 0.05)))


@given(territories(), st.integers(5, 16))
def test_a_tile_holds_what_a_clip_holds_to_a_pixel(territory, z):
    place = territory.representative_point()
    x, y = at(place.x, place.y, z)
    expected = in_tile(territory, z, x, y)
    held = decoded(Tileset({"council": frame(a=territory)}).tile("council", z, x, y)).get("a", Polygon())
    assert shapely.make_valid(held).difference(expected.buffer(PIXEL)).area == pytest.approx(0, abs=1e-6)
    assert expected.difference(shapely.make_valid(held).buffer(PIXEL)).area == pytest.approx(0, abs=1e-6)


def test_neighbours_share_their_line_in_a_tile_as_well():
    """A wavy line that both have: after rounding neither overlaps the other nor leaves anything between."""
    lats = np.linspace(LAT - 0.05, LAT + 0.05, 400)
    line = np.stack([LON + 0.003 * np.sin(lats * 900), lats], axis=1)
    west = Polygon([*line, (LON - 0.1, LAT + 0.05), (LON - 0.1, LAT - 0.05)])
    east = Polygon([*line, (LON + 0.1, LAT + 0.05), (LON + 0.1, LAT - 0.05)])
    x, y = at(LON, LAT, 9)
    held = decoded(Tileset({"council": frame(a=west, b=east)}).tile("council", 9, x, y))
    both = in_tile(shapely.union_all([west, east]), 9, x, y).buffer(-2 * PIXEL)
    assert held["a"].intersection(held["b"]).area == 0
    assert both.difference(shapely.union_all([held["a"], held["b"]])).area == 0


def test_where_there_is_nothing_the_tile_is_empty():
    tiles = Tileset({"council": frame(a=box(LON, LAT, LON + 0.01, LAT + 0.01))})
    assert tiles.tile("council", 12, 0, 0) == b""


def test_an_empty_layer_has_empty_tiles():
    assert Tileset({"council": frame()}).tile("council", 0, 0, 0) == b""


def test_an_empty_boundary_is_in_no_tile():
    tiles = Tileset({"council": frame(a=Polygon(), b=box(LON, LAT, LON + 1, LAT + 1))})
    assert list(decoded(tiles.tile("council", 0, 0, 0))) == ["b"]


def test_an_unknown_layer_is_a_mistake():
    with pytest.raises(KeyError):
        Tileset({}).tile("council", 0, 0, 0)


def test_what_is_too_small_to_see_is_a_point_and_only_one_in_a_place():
    tiny = {f"t{i}": box(LON + i * 1e-6, LAT, LON + i * 1e-6 + 1e-5, LAT + 1e-5) for i in range(20)}
    [held] = decoded(Tileset({"council": frame(**tiny)}).tile("council", 4, *at(LON, LAT, 4))).values()
    assert held.geom_type == "Point"


def test_a_far_detached_part_is_found_where_it_is_and_nowhere_between():
    near, far = box(LON, LAT, LON + 0.01, LAT + 0.01), box(LON + 3, LAT, LON + 3.01, LAT + 0.01)
    tiles = Tileset({"council": frame(a=MultiPolygon([near, far]))})
    assert "a" in decoded(tiles.tile("council", 12, *at(LON + 3.005, LAT + 0.005, 12)))
    assert tiles.tile("council", 12, *at(LON + 1.5, LAT + 0.005, 12)) == b""


def test_columns_are_properties():
    tile = Tileset({"council": frame(a=box(LON, LAT, LON + 0.1, LAT + 0.1))}).tile("council", 8, *at(LON, LAT, 8))
    [feature] = mapbox_vector_tile.decode(tile)["council"]["features"]
    assert feature["properties"] == {"id": "a", "name": "A"}


def test_the_cache_gives_the_same_bytes_and_forgets_the_oldest():
    tiles = Tileset({"council": frame(a=box(LON, LAT, LON + 0.1, LAT + 0.1))}, cache_bytes=250)
    wanted = [(z, *at(LON + 0.05, LAT + 0.05, z)) for z in range(2, 9)]
    first = [tiles.tile("council", *place) for place in wanted]
    assert [tiles.tile("council", *place) for place in wanted] == first
    assert sum(map(len, tiles._kept.values())) == tiles._kept_bytes <= 250
    assert 0 < len(tiles._kept) < len(wanted)


def test_a_world_tile_keeps_shapes_to_the_metre():
    star = rotate(box(LON, LAT, LON + 0.01, LAT + 0.02), 30)
    tile = world_tile("council", frame(a=star), extent=2**26)
    held = shapely.transform(decoded(tile)["a"], lambda xy: xy / 2**26)
    there = shapely.transform(star, to_world)
    metre = 1 / 40_075_017
    assert shapely.hausdorff_distance(held, there) < metre
