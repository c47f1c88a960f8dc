"""Trees through terminals as anyone would look for them: all sets of nodes, one after the other."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
import numpy as np


def as_networkx(graph):
    known = nx.MultiGraph()
    known.add_nodes_from(range(len(graph.cost)))
    known.add_weighted_edges_from((a, b, cost) for (a, b), cost in zip(graph.ends, graph.edge_cost, strict=True))
    return known


def by_brute_force(graph, terminals):
    """Least cost over all sets of nodes that hold the terminals and hang together."""
    known, least = as_networkx(graph), np.inf
    others = [node for node in known if node not in terminals]
    for count in range(len(others) + 1):
        for more in combinations(others, count):
            part = known.subgraph({*terminals, *more})
            if nx.is_connected(part):
                edges = nx.minimum_spanning_tree(part).size("weight")
                least = min(least, graph.cost[list(part)].sum() + edges)
    return least
