"""Porto Alegre by road: who reaches which place first, beside networkx on the same lines."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
from geopandas import GeoSeries

from territory.geo.access import CutOff, affinity, nearest_seats
from territory.geo.crs import to_metres, working_crs
from territory.geo.roads import Roads

pytestmark = pytest.mark.real

# What a car does on each kind of road; ways of other kinds are not for cars.
SPEEDS_KMH = {
    "motorway": 80.0, "trunk": 60.0, "primary": 50.0, "secondary": 40.0, "tertiary": 35.0,
    "motorway_link": 40.0, "trunk_link": 40.0, "primary_link": 40.0, "secondary_link": 35.0, "tertiary_link": 30.0,
    "unclassified": 25.0, "residential": 25.0, "living_street": 10.0, "service": 15.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def streets(shared_data: Path) -> gpd.GeoDataFrame:
    lines = gpd.read_file(shared_data / "roads/poa_osm.pbf", layer="lines", use_arrow=True)
    lines = lines[lines["highway"].isin(SPEEDS_KMH)]
    tags = lines["other_tags"].fillna("")
    return lines.assign(speed=lines["highway"].map(SPEEDS_KMH), oneway=tags.str.contains('"oneway"=>"yes"'))


@pytest.fixture(scope="module")
def roads(streets: gpd.GeoDataFrame) -> Roads:
    lines = to_metres(streets.geometry, working_crs(streets.geometry))
    return Roads.of(lines, speeds_kmh=streets["speed"], oneway=streets["oneway"])


def points(path: Path, crs: object) -> gpd.GeoDataFrame:
    table = pd.read_csv(path)
    table = table.drop_duplicates("id").set_index("id")
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs=4326).to_crs(crs)


@pytest.fixture(scope="module")
def seats(roads: Roads, shared_data: Path) -> pd.DataFrame:
    return roads.snap(points(shared_data / "roads/poa_points_of_interest.csv", roads.crs).geometry, within_m=300)


@pytest.fixture(scope="module")
def places(roads: Roads, shared_data: Path) -> pd.DataFrame:
    cells: GeoSeries = points(shared_data / "roads/poa_hexgrid.csv", roads.crs).geometry
    return roads.snap(cells, within_m=100)


def test_times_from_everywhere_are_those_of_networkx(roads, seats):
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(roads.nodes)))
    times = roads.times.tocoo()
    graph.add_weighted_edges_from(zip(times.coords[1], times.coords[0], times.data, strict=True))
    expected = nx.multi_source_dijkstra_path_length(graph, set(seats["node"][seats["node"] >= 0]))
    found = nearest_seats(roads, seats)
    assert len(roads.nodes) > 20_000
    assert set(np.flatnonzero(np.isfinite(found["time_s"]))) == set(expected)
    nodes = list(expected)
    assert found["time_s"].to_numpy()[nodes] == pytest.approx(np.array([expected[node] for node in nodes]))


def test_nearly_all_of_the_city_hangs_together_and_some_of_it_is_far_from_roads(roads, places):
    assert (roads.component == 0).mean() > 0.9
    assert (places["node"] < 0).any()
    assert (places["node"] >= 0).mean() > 0.8


def test_places_on_the_map_with_one_and_by_road_with_another_are_found(roads, places, seats, shared_data):
    """Each cell belongs to the point of interest nearest as the crow flies; the road says otherwise for some."""
    near = points(shared_data / "roads/poa_points_of_interest.csv", roads.crs)
    near = near.geometry[seats["node"] >= 0]
    cells = points(shared_data / "roads/poa_hexgrid.csv", roads.crs).geometry
    own = pd.Series(near.index[near.sindex.nearest(cells, return_all=False)[1]], index=cells.index)
    found = affinity(roads, places, seats, own, ratio=1.5)
    on_road = found[np.isfinite(found["own_s"])]
    assert (on_road["own_s"] >= on_road["nearest_s"] * (1 - 1e-9)).all()
    cut_off = found[found["is_cut_off"]]
    assert set(cut_off["reason"]) >= {CutOff.OFF_ROAD, CutOff.SLOW}
    slow = cut_off[cut_off["reason"] == CutOff.SLOW]
    assert (slow["own"] != slow["nearest"]).all()
    assert (slow["ratio"] > 1.5).all()
    assert 0 < len(slow) < 0.2 * len(found)
