"""A corridor across Lara, Portuguesa and Yaracuy, from municipality to municipality, with rivers in its way."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.geo.corridors import (
    Barrier,
    Ground,
    Problem,
    alternatives,
    core,
    cuts,
    price,
    proof,
    reinforced,
)
from territory.geo.crs import to_metres
from territory.intake import read
from territory.profiles import load_profile

pytestmark = pytest.mark.real

STATES = ("Lara", "Portuguesa", "Yaracuy")
MEMBERS = ("Guanare (Portuguesa)", "San Felipe (Yaracuy)", "Torres (Lara)")
WIDTH_M = 1000.0
RIVER_M = 20_000.0


@pytest.fixture(scope="module")
def municipalities(shared_data: Path) -> GeoDataFrame:
    """By name, in metres, with their state; names are those of the source."""
    file = shared_data / "ve" / "wof_ve_municipios.geojson"
    layer = read(file, profile=load_profile()).layer
    source = gpd.read_file(file, columns=["id", "name", "region_name"], ignore_geometry=True)
    source = source[source["region_name"].isin(STATES)]
    source = source.set_index(source.pop("id").astype(str))
    own = layer.loc[layer.index.intersection(source.index)]
    metres = to_metres(own.geometry)
    state = source["region_name"].reindex(metres.index)
    name = source["name"].reindex(metres.index)
    # Portuguesa and Yaracuy each have a Sucre.
    return GeoDataFrame({"state": state}, geometry=metres).set_axis(name + " (" + state + ")")


@pytest.fixture(scope="module")
def rivers(shared_data: Path, municipalities: GeoDataFrame) -> GeoSeries:
    lines = gpd.read_file(shared_data / "ve" / "gshhg_rivers_lpy.geojson").geometry
    return to_metres(lines, municipalities.crs)


@pytest.fixture(scope="module")
def ground(municipalities: GeoDataFrame) -> Ground:
    return Ground.of(municipalities.geometry, width_m=WIDTH_M, tolerance_m=200)


@pytest.fixture(scope="module")
def dry(ground: Ground) -> Problem:
    return price(ground, MEMBERS, pd.Series(dtype=object))


@pytest.fixture(scope="module")
def wet(ground: Ground, rivers: GeoSeries) -> Problem:
    return price(ground, MEMBERS, pd.Series(dtype=object), barriers=[Barrier(rivers, RIVER_M)])


def by_hubs(problem: Problem) -> float:
    """The least cost of joining three members: three cheapest paths that meet in one unit."""
    graph = problem.graph
    ways = nx.DiGraph()
    for (one, two), step in zip(graph.ends.tolist(), graph.edge_cost, strict=True):
        ways.add_edge(one, two, weight=step + graph.cost[two])
        ways.add_edge(two, one, weight=step + graph.cost[one])
    far = [
        nx.single_source_dijkstra_path_length(ways, start)
        for start in problem.ground.units.index.get_indexer(pd.Index(MEMBERS))
    ]
    return min(sum(each[hub] for each in far) - 2 * graph.cost[hub] for hub in far[0])


def touching(municipalities: GeoDataFrame, names: list[str]) -> nx.Graph:
    """Who touches whom, by plain geopandas, lines that lie up to 200 m apart."""
    shapes = municipalities.geometry.loc[names].buffer(100)
    known = nx.Graph()
    known.add_nodes_from(names)
    known.add_edges_from(pair for pair in combinations(names, 2) if shapes[pair[0]].intersects(shapes[pair[1]]))
    return known


@pytest.mark.parametrize("weather", ["dry", "wet"])
def test_the_corridor_joins_three_states_at_the_least_cost(municipalities, weather, request):
    problem = request.getfixturevalue(weather)
    corridor = core(problem)
    assert corridor.is_optimal
    assert not corridor.unreached
    assert corridor.cost == pytest.approx(by_hubs(problem))
    taken = [name for name in problem.ids(corridor.units) if name in municipalities.index]
    assert set(MEMBERS) <= set(taken)
    assert set(municipalities["state"].loc[taken]) == set(STATES)
    assert nx.is_connected(touching(municipalities, taken))


def test_every_river_that_the_corridor_crosses_is_paid_for_and_told(dry, wet, rivers):
    corridor = core(wet)
    told = proof(wet, corridor, crossed={"river": GeoDataFrame(geometry=rivers)})
    crossings = told.crossed["crossings"]
    spine = shapely.union_all(told.backbone.array)
    assert (crossings > 0).sum() == rivers.intersects(spine).sum()
    same = dry.graph.cost[corridor.units].sum() + dry.graph.edge_cost[corridor.crossings].sum()
    steps_over_water = (corridor.cost - same) / RIVER_M
    assert steps_over_water == pytest.approx(round(steps_over_water))
    assert 1 <= steps_over_water <= crossings.sum()
    assert core(dry).cost <= same <= corridor.cost


def test_its_proof_agrees_with_plain_geopandas(municipalities, wet):
    corridor = core(wet)
    states = municipalities.dissolve("state")
    told = proof(wet, corridor, crossed={"state": states})
    units = municipalities.geometry.reindex(list(wet.ids(corridor.units)))
    assert told.area_m2 >= units.union_all().area - 1
    assert told.area_m2 == pytest.approx(units.union_all().area, rel=0.01)
    assert told.polygon.geom_type == "Polygon"
    assert told.narrowest_m >= 0.99 * WIDTH_M
    assert told.continuity == pytest.approx(1.0)
    crossed = told.crossed.set_index("feature")["area_m2"]
    expected = states.geometry.intersection(told.polygon).area
    assert crossed.sort_index().to_numpy() == pytest.approx(expected.sort_index().to_numpy())


def test_whoever_leaves_is_gone_around_by_the_reinforced_corridor(municipalities, wet):
    corridor = core(wet)
    fragile = cuts(wet, corridor)
    assert np.isfinite(fragile["bypass_cost"]).all()
    taken = list(wet.ids(corridor.units))
    known = touching(municipalities, taken)
    for name in taken:
        rest = known.subgraph(set(taken) - {name})
        left = set(MEMBERS) - {name}
        holds = any(left <= piece for piece in nx.connected_components(rest))
        assert holds == (name not in set(fragile["unit"])), name
    stronger = reinforced(wet, corridor)
    assert cuts(wet, stronger).empty
    assert (proof(wet, stronger).belts["belts"] >= 2).all()


def test_other_ways_across_the_three_states_lead_elsewhere_and_cost_more(municipalities, wet):
    first = core(wet)
    found = alternatives(wet, first, count=2)
    assert found
    for other in found:
        taken = [name for name in wet.ids(other.units) if name in municipalities.index]
        assert set(MEMBERS) <= set(taken)
        assert nx.is_connected(touching(municipalities, taken))
        assert other.cost > first.cost
        assert set(taken) != set(wet.ids(first.units))
