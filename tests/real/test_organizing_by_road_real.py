"""Porto Alegre as an organizer sees it: roads of OpenStreetMap, a raster of the people counted, gaps and seats."""

from __future__ import annotations

import itertools
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from PIL import Image
from scipy.spatial import KDTree
from shapely import MultiPolygon, Point, box

from territory.geo.crs import to_metres
from territory.intake.raster import read_counts
from territory.model import WGS84, Surroundings, as_layer
from territory.profiles import load_profile
from territory.records import Membership, Place, ReferenceLayer, Territory
from territory.services import references
from territory.services.access import OPERATOR
from territory.services.importing import keep_region
from territory.services.organizing import Asked, GapKind, Wishes, propose, reached, workbench
from territory.services.reference import read_layer
from territory.services.storing import open_register

pytestmark = pytest.mark.real

SIDE = 0.01
CELL = 0.002
KEYS = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)


@pytest.fixture(scope="module")
def people(shared_data: Path) -> pd.DataFrame:
    table = pd.read_csv(shared_data / "roads/poa_hexgrid.csv").drop_duplicates("id")
    return table[table["population"] > 0]


@pytest.fixture(scope="module")
def raster(people, tmp_path_factory) -> Path:
    """The same people in cells of about 200 m, as WorldPop would publish them."""
    west, north = people["lon"].min() - CELL, people["lat"].max() + CELL
    column = ((people["lon"] - west) / CELL).astype(int)
    row = ((north - people["lat"]) / CELL).astype(int)
    cells = np.full((row.max() + 2, column.max() + 2), -99999.0, dtype=np.float32)
    np.maximum.at(cells, (row, column), 0.0)
    np.add.at(cells, (row, column), people["population"])
    path = tmp_path_factory.mktemp("raster") / "poa_people.tif"
    tags = {33550: (CELL, CELL, 0.0), 33922: (0.0, 0.0, 0.0, west, north, 0.0), 34735: KEYS, 42113: "-99999"}
    Image.fromarray(cells).save(path, tiffinfo=tags, compression="tiff_lzw")
    return path


@pytest.fixture(scope="module")
def councils(people) -> GeoSeries:
    """Squares of about a kilometre wherever people were counted; a few in the middle are left out."""
    west, south = people["lon"].min(), people["lat"].min()
    column, row = ((people["lon"] - west) // SIDE).astype(int), ((people["lat"] - south) // SIDE).astype(int)
    squares = sorted(set(zip(column, row, strict=True)))
    left_out = squares[len(squares) // 3 :: 30]
    kept = {
        f"c{x:02}{y:02}": MultiPolygon(
            [
                box(
                    *(
                        round(each, 7)
                        for each in (
                            west + x * SIDE,
                            south + y * SIDE,
                            west + (x + 1) * SIDE,
                            south + (y + 1) * SIDE,
                        )
                    )
                )
            ]
        )
        for x, y in squares
        if (x, y) not in left_out
    }
    return GeoSeries(kept, crs=WGS84)


@pytest.fixture(scope="module")
def seats(shared_data: Path) -> GeoSeries:
    """Points of interest that stand for the seats of communes, each of the squares nearest to it."""
    table = pd.read_csv(shared_data / "roads/poa_points_of_interest.csv").drop_duplicates("id").set_index("id")
    return GeoSeries(gpd.points_from_xy(table["lon"], table["lat"]), index=table.index, crs=WGS84)


@pytest.fixture(scope="module")
def register(councils, seats, raster, shared_data, tmp_path_factory):
    made = open_register(str(tmp_path_factory.mktemp("poa") / "poa.db"), load_profile(), create=True)
    land = GeoDataFrame({"name": ["Porto Alegre"]}, geometry=[box(*councils.total_bounds)], crs=WGS84)
    keep_region(made, as_layer(councils, kind=["urban"] * len(councils)), Surroundings(land=land))
    for kind, path in (("roads", shared_data / "roads/poa_osm.pbf"), ("population", raster)):
        told = ReferenceLayer(id="", kind=kind, called=path.name, source="r5r", licence="ODbL")
        references.add(made, OPERATOR, read_layer(path, kind).places, told)
    middles = shapely.get_coordinates(shapely.centroid(np.asarray(councils.array)))
    nearest = KDTree(shapely.get_coordinates(np.asarray(seats.array))).query(middles)[1]
    with made.writing(OPERATOR, "test") as writing:
        for commune, at in seats.items():
            writing.put(Territory(id=commune, level="commune", called=commune))
            writing.put(Place(id=f"s-{commune}", territory=commune, kind="seat", called="Sede", at=Point(at)))
        for council, seat in zip(councils.index[:-40], nearest[:-40], strict=True):
            writing.put(Membership(id=f"m-{council}", member=council, group=seats.index[seat]))
    yield made
    made.store.close()


def test_the_raster_holds_as_many_people_as_were_counted(raster, people):
    counts = read_counts(raster)
    assert counts.places["value"].sum() == pytest.approx(people["population"].sum())
    assert counts.cell_m == pytest.approx(223, abs=1)


def test_the_highest_ground_of_a_real_raster_lies_where_the_hill_is(shared_data):
    """Morro da Polícia, 286 m, is cut off at the 255 that 8 bits hold."""
    ground = read_counts(shared_data / "roads/poa_elevation.tif", cell_m=1).places
    top = ground[ground["value"] == ground["value"].max()]
    assert top["value"].iloc[0] == 255
    x, y = top.geometry.x.mean(), top.geometry.y.mean()
    assert (x, y) == pytest.approx((-51.164, -30.087), abs=0.01)


def test_times_to_the_nearest_seat_are_those_of_networkx_on_the_same_file(register, councils, seats, shared_data):
    allowed, crs = register.profile.roads, register.current().mosaic.crs
    lines = gpd.read_file(shared_data / "roads/poa_osm.pbf", layer="lines")
    lines = lines[lines["highway"].notna()]
    graph = nx.Graph()
    for shape, kind in zip(to_metres(lines.geometry, crs), lines["highway"], strict=True):
        speed_kmh = allowed.speeds_kmh.get(kind, allowed.other_kmh)
        if speed_kmh == 0:
            continue
        for a, b in itertools.pairwise(shapely.get_coordinates(shapely.segmentize(shape, 250))):
            time_s = float(np.hypot(*(a - b))) / (speed_kmh / 3.6)
            known = graph.get_edge_data(tuple(a), tuple(b), {"weight": np.inf})["weight"]
            graph.add_edge(tuple(a), tuple(b), weight=min(time_s, known))
    main = graph.subgraph(max(nx.connected_components(graph), key=len))
    nodes = list(main)
    tree = KDTree(nodes)
    sources = {nodes[at] for at in tree.query(shapely.get_coordinates(to_metres(seats, crs).array))[1]}
    expected = nx.multi_source_dijkstra_path_length(main, sources)
    found = [each for each in reached(register, OPERATOR, Asked()).councils if each.seat_s is not None]
    assert len(found) > 0.8 * len(councils)
    at = to_metres(GeoSeries([each.at for each in found], crs=WGS84), crs)
    theirs = np.array([expected[nodes[node]] for node in tree.query(shapely.get_coordinates(at.array))[1]])
    ours = np.array([each.seat_s for each in found])
    # Ends of lines within two metres meet in ours, and where two nodes are as near the other one may be taken.
    assert (np.abs(ours - theirs) < 0.01 * theirs + 2).mean() > 0.95


def test_who_is_cut_off_and_who_is_nearer_to_another_seat_is_told(register, councils):
    found = reached(register, OPERATOR, Asked())
    assert len(found.councils) == len(councils)
    cut_off = [each for each in found.councils if each.cut_off is not None]
    assert 0 < len(cut_off) < 0.4 * len(councils)
    assert all(each.own is not None for each in cut_off)
    for each in found.councils:
        if each.own_s is not None:
            assert each.own_s >= each.seat_s


def test_gaps_count_people_by_the_raster_and_name_the_nearest_seat(register, councils, people):
    bench = workbench(register, OPERATOR, Asked())
    points = gpd.points_from_xy(people["lon"], people["lat"])
    covered = shapely.union_all(np.asarray(councils.array))
    by_points = people["population"][shapely.covers(covered, points)].sum()
    assert bench.coverage.people == pytest.approx(people["population"].sum(), rel=0.01)
    assert bench.coverage.people_in_councils == pytest.approx(by_points, rel=0.01)
    lived_in = [gap for gap in bench.gaps if gap.of is GapKind.NO_COUNCIL]
    assert len(lived_in) >= 2
    assert sum(gap.seat is not None for gap in lived_in) >= len(lived_in) - 1
    assert {gap.because for gap in bench.gaps} >= {"cut_off", None}


def test_neighbours_by_road_join_what_left_out_squares_part(register):
    def groups(**wishes):
        return propose(register, OPERATOR, Wishes(least=5, most=12, plans=1, **wishes)).plans[0]

    touching, by_road = groups(), groups(road_minutes=10)
    assert by_road.bound <= touching.bound
    assert len(by_road.left_over) <= len(touching.left_over)
