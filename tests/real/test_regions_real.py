"""Candidate communes of real places: the blocks of Denver, and the associations of Albuquerque as they overlap."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from geopandas import GeoSeries

from territory.geo.coverage import contacts, overlaps
from territory.geo.crs import to_metres
from territory.geo.regions import Patchwork, Plan, Reason, Wanted, candidate_plans, difference
from territory.intake import read
from territory.profiles import load_profile

pytestmark = pytest.mark.real

TOLERANCE_M, MIN_EDGE_M = 10.0, 10.0


def in_metres(path: Path) -> GeoSeries:
    return to_metres(read(path, profile=load_profile()).layer.geometry)


def assert_holds(plan: Plan) -> None:
    graph = nx.Graph(list(plan.patchwork.ways.itertuples(index=False, name=None)))
    graph.add_nodes_from(plan.patchwork.ids)
    regions = plan.of.dropna()
    for members in regions.groupby(regions).groups.values():
        assert nx.is_connected(graph.subgraph(members))
        assert plan.wanted.least <= len(members) <= plan.wanted.most
    assert len(plan.left_over) == len(plan.patchwork.ids) - len(regions) >= plan.bound


def test_every_block_of_denver_finds_its_commune(shared_data):
    units = in_metres(shared_data / "repair/DenverCo_blocks/DenverCo_blocks.shp")
    patchwork = Patchwork.of(units, contacts(units, tolerance_m=TOLERANCE_M, min_edge_m=MIN_EDGE_M))
    [plan] = candidate_plans(patchwork, Wanted(least=15, most=40), seed=1, count=1, tries_per_unit=60)
    assert_holds(plan)
    assert len(plan.patchwork.ids) == 10_149
    assert plan.left_over.empty
    # Blocks are squares for the most part, and so are the regions made of them: a square scores 0.785.
    assert plan.score > 0.6
    # Compactness is measured without a union; beside it, only strips thinner than the tolerance make a difference.
    sample = plan.regions.compactness[:60]
    closed = units.buffer(0.01, join_style="mitre")  # or else hairlines between projected blocks count as line
    ground = [closed[plan.of.eq(number).fillna(False)].union_all() for number in sample.index]
    off = (sample - [4 * np.pi * each.area / each.length**2 for each in ground]).abs()
    assert off.median() < 0.01
    assert (off < 0.05).mean() > 0.9


def test_albuquerques_islands_are_named_and_overlaps_can_be_declared_as_links(shared_data):
    units = in_metres(shared_data / "overlap/albuquerque_neighborhood_associations.geojson")
    touching = contacts(units, tolerance_m=TOLERANCE_M, min_edge_m=MIN_EDGE_M)
    wanted = Wanted(least=6, most=15)
    served = []
    for links in (None, overlaps(units)[["left", "right"]]):
        patchwork = Patchwork.of(units, touching, links=links)
        plans = candidate_plans(patchwork, wanted, seed=1, count=3)
        assert len(plans) == 3
        assert all(difference(one, other) > 0 for one, other in pairwise(plans))
        for plan in plans:
            assert_holds(plan)
            # As few are left over as arithmetic allows, each for a reason that no plan can mend.
            assert len(plan.left_over) == plan.bound
            assert set(plan.left_over.reason) == {Reason.ISOLATED, Reason.TOO_FEW}
        served.append(plans[0].served)
    assert served == [158, 180]
