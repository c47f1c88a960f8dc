"""A boundary told by its sides, compared with walks written another way."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import given, settings
from hypothesis import strategies as st
from places import SIDE, cell
from pyproj import Geod
from shapely import LineString, MultiPolygon, Point, Polygon, affinity, box
from strategies import UTM, coverages, moved_apart, polygons

from territory.geo.linderos import OUTER_SIDES, Side, grid_coordinates, quadrant_bearing, walk
from territory.geo.repair import canonical
from territory.model import WGS84

NOBODY = GeoSeries([], crs=WGS84)
GEOD = Geod(ellps="WGS84")


def in_degrees(units: GeoSeries) -> GeoSeries:
    """Units near the false origin, moved into the valley and made canonical."""
    return canonical(GeoSeries(units.translate(500_000, 1_100_000).array, units.index, crs=UTM).to_crs(WGS84))


def kept(shape) -> MultiPolygon:
    return canonical(GeoSeries([shape], crs=WGS84)).iloc[0]


def places(**shapes) -> GeoSeries:
    return canonical(GeoSeries(list(shapes.values()), list(shapes), crs=WGS84))


def told(found):
    return [
        (run.side.value, run.neighbours, run.start.vertex, run.stop.vertex) for run in found.runs if not run.part
    ]


def assert_whole(found, boundary):
    """Lengths add up, runs follow each other, and every vertex is there once."""
    rings = shapely.get_rings(boundary.geoms)
    perimeter_m = sum(GEOD.line_length(*shapely.get_coordinates(ring).T) for ring in rings)
    assert found.length_m == pytest.approx(perimeter_m, rel=1e-7)
    listed = found.vertices[["longitude", "latitude"]].to_numpy()
    expected = np.vstack([shapely.get_coordinates(ring)[:-1] for ring in rings])
    assert sorted(map(tuple, listed)) == sorted(map(tuple, expected))
    assert found.vertices.index.tolist() == list(range(1, len(expected) + 1))
    for _, ring in found.vertices.groupby(["part", "ring"]):
        runs = [run for run in found.runs if run.start.vertex in ring.index]
        assert runs
        for run, following in zip(runs, [*runs[1:], runs[0]], strict=True):
            assert run.stop == following.start
        walked = np.vstack([shapely.get_coordinates(run.line)[:-1] for run in runs])
        marks = sum(run.start.beyond_m > 0 for run in runs)
        assert len(walked) == len(ring) + marks
        assert set(map(tuple, ring[["longitude", "latitude"]].to_numpy())) <= set(map(tuple, walked))


@settings(max_examples=40)
@given(coverages(), st.integers(0, 2**32 - 1))
def test_the_neighbours_are_those_who_share_the_edge(units, seed):
    """The other walk knows no distance: an edge is shared when the other one has the same two ends."""
    shapes = in_degrees(units)
    owners: dict[frozenset, set[str]] = {}
    for id_, shape in shapes.items():
        coords = list(map(tuple, shapely.get_coordinates(shape)))
        for edge in pairwise(coords):
            owners.setdefault(frozenset(edge), set()).add(id_)
    own = shapes.index[seed % len(shapes)]
    around = shapes.drop(own)
    found = walk(shapes[own], around, tolerance_m=0.5)
    assert_whole(found, shapes[own])
    metres = around.to_crs(UTM)
    for run in found.runs:
        ends = list(map(tuple, shapely.get_coordinates(run.line)))
        for edge in pairwise(ends):
            length_m = GEOD.line_length(*np.transpose(edge))
            if frozenset(edge) not in owners or length_m < 4:
                continue
            shared = owners[frozenset(edge)] - {own}
            assert shared <= set(run.neighbours)
            # A wedge may be so thin that who lies behind it is as near as who lies in it.
            middle = GeoSeries([Point(np.mean(edge, axis=0))], crs=WGS84).to_crs(UTM).iloc[0]
            assert all(metres[each].distance(middle) < 0.51 for each in set(run.neighbours) - shared)


@settings(max_examples=40)
@given(coverages(max_cuts=3), st.integers(0, 2**32 - 1))
def test_lines_drawn_by_hand_have_the_neighbour_who_alone_is_near(units, seed):
    shapes = in_degrees(moved_apart(units, seed, by_m=3))
    own = shapes.index[seed % len(shapes)]
    around = shapes.drop(own)
    found = walk(shapes[own], around, tolerance_m=10)
    assert_whole(found, shapes[own])
    metres = around.to_crs(UTM)
    core = shapes[[own]].to_crs(UTM).buffer(-20).iloc[0]
    for run in found.runs:
        line = GeoSeries([run.line], crs=WGS84).to_crs(UTM).iloc[0]
        for place in np.arange(15, line.length - 15, 25):
            at = line.interpolate(place)
            distance = metres.distance(at)
            near = distance[distance < 40]
            # Where the ground is narrow, both its lines are near the same neighbour's.
            if core.is_empty or core.distance(at) > 21:
                continue
            if near.empty:
                assert run.neighbours == ()
            elif len(near) == 1 and near.iloc[0] < 5:
                assert run.neighbours == (near.index[0],)


@given(polygons(), st.integers(0, 40))
def test_the_walk_is_the_same_wherever_a_ring_begins_and_whichever_way_it_turns(polygon, steps):
    shape = in_degrees(GeoSeries([polygon], crs=UTM)).iloc[0]
    coords = shapely.get_coordinates(shape.geoms[0].exterior)[:-1]
    turned = np.roll(coords, steps, axis=0)[:: -1 if steps % 2 else 1]
    other = MultiPolygon([Polygon(turned, shape.geoms[0].interiors)])
    first, second = walk(shape, NOBODY, tolerance_m=10), walk(other, NOBODY, tolerance_m=10)
    assert first.vertices.equals(second.vertices)
    assert told(first) == told(second)
    assert_whole(first, shape)


@given(polygons(max_holes=0))
def test_sides_come_in_order_and_look_their_way(polygon):
    shape = in_degrees(GeoSeries([polygon], crs=UTM)).iloc[0]
    found = walk(shape, NOBODY, tolerance_m=10)
    sides = [run.side for run in found.runs]
    assert sides == [side for side in OUTER_SIDES if side in sides]
    # No other vertices to part the sides at look more their ways.
    ring = found.vertices[["longitude", "latitude"]].to_numpy()
    x, y = (ring * [np.cos(np.radians(ring[:, 1].mean())), 1]).T
    gain = {Side.NORTH: x, Side.EAST: -y, Side.SOUTH: -x, Side.WEST: y}
    looks = sum(gain[run.side][run.stop.vertex - 1] - gain[run.side][run.start.vertex - 1] for run in found.runs)
    best = max(y - x) + max(x + y) + max(x - y) + max(-x - y)
    assert looks == pytest.approx(best, abs=1e-8)


def test_several_neighbours_in_a_row_and_free_ground_are_told_apart():
    own = kept(cell(0, 0, 2, 2))
    around = places(n1=cell(0, 2), n2=cell(1, 2), e=cell(2, 1), far=cell(9, 9), corner=cell(2, 2))
    found = walk(own, around, tolerance_m=10)
    middle_m = found.runs[0].length_m
    assert [(run.side.value, run.neighbours) for run in found.runs] == [
        ("north", ("n1",)),
        ("north", ("n2",)),
        ("east", ("e",)),
        ("east", ()),
        ("south", ()),
        ("west", ()),
    ]
    # Where two neighbours meet there need be no vertex of one's own.
    assert found.runs[0].stop == found.runs[1].start
    assert (found.runs[0].stop.vertex, found.runs[0].stop.beyond_m) == (1, pytest.approx(middle_m, abs=0.1))
    assert_whole(found, own)


def test_the_order_of_neighbours_changes_nothing():
    own = kept(cell(0, 0, 2, 2))
    around = places(n1=cell(0, 2), n2=cell(1, 2), e=cell(2, 0, 1, 2), s=cell(0, -1, 2, 1))
    assert walk(own, around, tolerance_m=10).runs == walk(own, around[::-1], tolerance_m=10).runs


def test_a_neighbour_who_claims_the_same_ground_is_a_neighbour_there():
    found = walk(kept(cell(0, 0)), places(b=cell(0.9, 0)), tolerance_m=10)
    [east] = [run for run in found.runs if run.side is Side.EAST]
    assert east.neighbours == ("b",)


def test_two_who_claim_the_same_ground_are_told_together():
    found = walk(kept(cell(0, 0)), places(a=cell(1, 0), b=cell(1, 0, 2, 1)), tolerance_m=10)
    [east] = [run for run in found.runs if run.side is Side.EAST]
    assert east.neighbours == ("a", "b")


def test_holes_and_parts_are_walked_after_the_largest_exterior():
    outer = Polygon(cell(0, 0, 4, 4).exterior, [cell(1, 1, 2, 2).exterior])
    own = kept(MultiPolygon([cell(6, 0), outer]))
    found = walk(own, places(enclave=cell(1, 1, 2, 2), beside=cell(7, 0)), tolerance_m=10)
    assert_whole(found, own)
    assert found.vertices.groupby(["part", "ring"]).size().to_dict() == {(0, 0): 4, (0, 1): 4, (1, 0): 4}
    [hole] = [run for run in found.runs if run.side is Side.INSIDE]
    assert (hole.neighbours, hole.start, hole.stop, hole.azimuth_deg) == (
        ("enclave",),
        hole.stop,
        hole.start,
        None,
    )
    assert [run.neighbours for run in found.of_side(Side.EAST, part=1)] == [("beside",)]


def test_a_side_on_which_the_ground_comes_to_a_point_has_no_run():
    corner = cell(0, 0)
    west, south, east, north = corner.bounds
    found = walk(
        kept(Polygon([((west + east) / 2, north + SIDE), (east, south), (west, south)])), NOBODY, tolerance_m=10
    )
    assert [run.side for run in found.runs] == [Side.EAST, Side.SOUTH, Side.WEST]
    assert found.of_side(Side.NORTH, part=0) == []


def test_a_river_is_followed_and_a_road_that_crosses_is_not():
    own = kept(cell(0, 0))
    west, south, east, north = cell(0, 0).bounds
    wind = 0.00003
    river = LineString(
        [(west - SIDE, north), (west, north + wind), ((west + east) / 2, north - wind), (east, north)]
    )
    road = LineString([(west + 0.001, north + SIDE), (west + 0.001, south - SIDE)])
    lines = GeoDataFrame({"name": ["road", "river"]}, geometry=[road, river], crs=WGS84)
    found = walk(own, NOBODY, tolerance_m=10, lines=lines)
    follows = {run.side: [lines["name"].iloc[each.line] for each in run.follows] for run in found.runs}
    assert follows == {Side.NORTH: ["river"], Side.EAST: [], Side.SOUTH: [], Side.WEST: []}
    [along] = found.runs[0].follows
    assert along.along_m == pytest.approx(found.runs[0].length_m, rel=0.01)


def test_lengths_and_bearings_are_those_of_the_ellipsoid():
    found = walk(kept(cell(0, 0)), NOBODY, tolerance_m=10)
    west, _, east, north = cell(0, 0).bounds
    azimuth, _, length_m = GEOD.inv(west, north, east, north)
    assert found.runs[0].length_m == pytest.approx(length_m, abs=1e-3)
    assert found.runs[0].azimuth_deg == pytest.approx(azimuth, abs=1e-3)
    assert [round(run.azimuth_deg or 0) for run in found.runs] == [90, 180, 270, 0]


@pytest.mark.parametrize(
    ("azimuth_deg", "bearing"),
    [
        (0, ("north", 0, 0, "east")),
        (45.5, ("north", 45, 30, "east")),
        (89.9999, ("north", 90, 0, "east")),
        (180, ("south", 0, 0, "west")),
        (225.25, ("south", 45, 15, "west")),
        (315.75, ("north", 44, 15, "west")),
        (359.999, ("north", 0, 0, "west")),
    ],
)
def test_bearings_are_said_as_surveyors_do(azimuth_deg, bearing):
    assert quadrant_bearing(azimuth_deg) == bearing


def test_vertices_on_both_sides_of_a_zone_are_told_in_their_own():
    own = kept(box(-72.01, 10.0, -71.99, 10.02))
    grid = grid_coordinates(walk(own, NOBODY, tolerance_m=10).vertices, {18: 2201, 19: 2202, 20: 2203})
    assert grid["zone"].tolist() == [18, 19, 19, 18]
    assert grid["crs"].tolist() == [2201, 2202, 2202, 2201]
    # 6° of a zone at 10° N: its edges are 329 km from the middle, which lies at 500 km.
    assert grid["east_m"].round(-4).tolist() == [830_000, 170_000, 170_000, 830_000]
    assert grid["north_m"].between(1_105_000, 1_110_000).all()


def test_a_datum_without_a_grid_for_a_zone_is_told_in_wgs84_and_the_south_too():
    own = walk(kept(box(-58.01, 5.0, -58.0, 5.02)), NOBODY, tolerance_m=10).vertices
    assert set(grid_coordinates(own, {20: 2203})["crs"]) == {32621}
    south = own.assign(latitude=-own["latitude"])
    assert set(grid_coordinates(south, {})["crs"]) == {32721}


def test_a_neighbour_detached_and_a_territory_of_two_parts_keep_their_runs_apart():
    own = kept(MultiPolygon([cell(0, 0), cell(5, 0)]))
    around = places(b=MultiPolygon([cell(1, 0), cell(6, 0)]))
    found = walk(own, around, tolerance_m=10)
    assert [run.part for run in found.runs if run.neighbours] == [0, 1]
    west, east = sorted((found.runs[0].line, found.runs[4].line), key=lambda line: line.bounds)
    assert affinity.translate(west, 5 * SIDE).equals_exact(east, 1e-9)
