"""gerrychain: the dual graph that districting plans are drawn on, and the plans it draws."""

from __future__ import annotations

import random
import warnings
from contextlib import suppress
from functools import partial

import networkx as nx
import numpy as np
import pandas as pd
from gerrychain import Graph, Partition, constraints, proposals, updaters
from gerrychain.optimization import SingleMetricOptimizer
from gerrychain.tree.bipartition_tree import PopulationBalanceError

from benchmarks.peers.dividing import Problem
from benchmarks.peers.task import Given

BURSTS, STEPS = 150, 10


def neighbours(given: Given) -> pd.DataFrame:
    """Rook adjacency of its dual graph."""
    with warnings.catch_warnings():
        # It warns of every overlap and of islands; we know.
        warnings.simplefilter("ignore")
        graph = Graph.from_geodataframe(given.units[["geometry"]], adjacency="rook", ignore_errors=True)
    pairs = [tuple(sorted(pair)) for pair in graph.edges]
    return pd.DataFrame(pairs, columns=["left", "right"])


def divide(problem: Problem) -> pd.Series:
    """A recursive tree partition of each component, improved by short bursts of ReCom for compactness."""
    whole = nx.Graph()
    areas, lines = problem.units.area.to_numpy(), problem.units.length.to_numpy()
    whole.add_nodes_from((k, {"count": 1, "area": areas[k], "line": lines[k]}) for k in range(len(areas)))
    whole.add_weighted_edges_from(problem.ways.itertuples(index=False, name=None), weight="width")
    labels, used = np.full(len(areas), -1), 0
    for units in problem.components():
        parts = max(1, round(len(units) / problem.target))
        own = dict.fromkeys(units.tolist(), 0)
        if parts > 1:
            try:
                own = _plan(whole.subgraph(units.tolist()).copy(), parts, problem)
            except PopulationBalanceError:
                continue  # it found no plan for this group, and leaves nobody over
        labels[units] = [used + own[unit] for unit in units.tolist()]
        used += parts
    return problem.labelled(labels)


def _plan(graph: nx.Graph, parts: int, problem: Problem) -> dict[int, int]:
    size = len(graph)
    # What its tolerance is told from: the ideal size, which is not quite the middle.
    ideal = size / parts
    epsilon = min(problem.most / ideal - 1, 1 - problem.least / ideal)
    tallies = {name: updaters.Tally(name, alias=name) for name in ("count", "area", "line")}
    rng = random.Random(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start = Partition.from_random_assignment(
            Graph.from_networkx(graph),
            parts,
            epsilon,
            "count",
            {**tallies, "cut_edges": updaters.cut_edges},
            rng=rng,
        )

        def propose(partition: Partition) -> Partition:
            return proposals.recom(partition, "count", ideal, epsilon, rng=rng)

        inside = constraints.within_percent_of_ideal_population(start, epsilon, pop_key="count")
        nodes = {start.graph.node_data(node)["__networkx_node__"]: node for node in start.graph.nodes}
        widths = [(nodes[a], nodes[b], width) for a, b, width in graph.edges(data="width")]
        search = SingleMetricOptimizer(propose, [inside], start, partial(_compactness, widths), rng=rng)
        # A pair of regions that it cannot divide in another way ends its search; what it found until then counts.
        with suppress(RuntimeError):
            for _ in search.short_bursts(STEPS, BURSTS):
                pass
    best = search.best_part
    return {best.graph.node_data(node)["__networkx_node__"]: part for node, part in best.assignment.items()}


def _compactness(widths: list[tuple[int, int, float]], partition: Partition) -> float:
    """Mean Polsby–Popper, from lengths that units share."""
    line, part = dict(partition["line"]), partition.assignment
    for a, b, width in widths:
        if part[a] == part[b]:
            line[part[a]] -= 2 * width
    return float(np.mean([4 * np.pi * area / line[part] ** 2 for part, area in partition["area"].items()]))
