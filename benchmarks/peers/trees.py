"""One tree through terminals by one of several, timed; what it costs is counted the same for all.

The graph is like a layer of councils: points spread at random, each joined to those beside it, some dear and some
cheap to take. networkx and rustworkx know costs of edges only, so they get half of either end's cost with each.
"""

from __future__ import annotations

import argparse
import json
import time

import networkx as nx
import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_diag, csr_array, eye_array, hstack, vstack
from scipy.spatial import Delaunay

from territory.geo.steiner import Graph, near_tree, steiner_tree


def graph_of(size: int, seed: int) -> Graph:
    """A planar graph whose nodes cost once, twice or four times what their size is."""
    rng = np.random.default_rng(seed)
    corners = Delaunay(rng.uniform(size=(size, 2))).simplices
    ends = np.unique(np.sort(np.concatenate([corners[:, :2], corners[:, 1:], corners[:, ::2]]), axis=1), axis=0)
    cost = rng.choice([1.0, 2.0, 4.0], size) * rng.uniform(0.5, 1.5, size)
    return Graph(cost, ends.astype(np.int64), rng.uniform(0.0, 0.3, len(ends)))


def cost_of(graph: Graph, nodes: set[int]) -> float:
    """What a set of nodes costs with the cheapest edges that join it."""
    among = np.isin(graph.ends, list(nodes)).all(axis=1)
    known = nx.Graph()
    known.add_nodes_from(nodes)
    known.add_weighted_edges_from(zip(*graph.ends[among].T.tolist(), graph.edge_cost[among].tolist(), strict=True))
    if not nx.is_connected(known):
        raise SystemExit("the answer does not hang together")
    return float(graph.cost[list(nodes)].sum() + nx.minimum_spanning_tree(known).size("weight"))


def halved(graph: Graph) -> np.ndarray:
    """Costs of edges with half of either end's."""
    return np.asarray(graph.edge_cost + graph.cost[graph.ends].sum(axis=1) / 2)


class Us:
    """The optimum up to thirteen terminals."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def nodes(self, terminals: list[int]) -> set[int]:
        """Positions of the nodes of the tree."""
        tree = steiner_tree(self.graph, terminals)
        if len(terminals) <= 13 and not tree.is_optimal:
            raise SystemExit("no proof")
        return set(tree.nodes.tolist())


class Near(Us):
    """Our good tree, as for more than thirteen terminals."""

    def nodes(self, terminals: list[int]) -> set[int]:
        """Positions of the nodes of the tree."""
        return set(near_tree(self.graph, terminals).nodes.tolist())


class Networkx:
    """`networkx.algorithms.approximation.steiner_tree`."""

    def __init__(self, graph: Graph) -> None:
        self.graph = nx.Graph()
        self.graph.add_weighted_edges_from(zip(*graph.ends.T.tolist(), halved(graph).tolist(), strict=True))

    def nodes(self, terminals: list[int]) -> set[int]:
        """Positions of the nodes of the tree."""
        return set(nx.algorithms.approximation.steiner_tree(self.graph, terminals))


class Rustworkx:
    """`rustworkx.steiner_tree`."""

    def __init__(self, graph: Graph) -> None:
        import rustworkx

        self.find = rustworkx.steiner_tree
        self.graph = rustworkx.PyGraph()
        self.graph.add_nodes_from(range(len(graph.cost)))
        self.graph.add_edges_from(list(zip(*graph.ends.T.tolist(), halved(graph).tolist(), strict=True)))

    def nodes(self, terminals: list[int]) -> set[int]:
        """Positions of the nodes of the tree."""
        tree = self.find(self.graph, terminals, float)
        return {node for edge in tree.edge_list() for node in edge}


class Milp:
    """The optimum by integer programming: one unit flows from the last terminal to each of the others."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def nodes(self, terminals: list[int]) -> set[int]:
        """Positions of the nodes of the tree."""
        *sinks, root = terminals
        size, arcs = len(self.graph.cost), 2 * len(self.graph.ends)
        tails, heads = np.concatenate([self.graph.ends, self.graph.ends[:, ::-1]]).T
        one, at = np.ones(arcs), np.arange(arcs)
        net = csr_array((one, (heads, at)), shape=(size, arcs)) - csr_array((one, (tails, at)), shape=(size, arcs))
        flows = len(sinks)
        balance = hstack([csr_array((size * flows, arcs)), block_diag([net] * flows)])
        within = hstack([vstack([-eye_array(arcs)] * flows), eye_array(arcs * flows)])
        wanted = np.zeros((flows, size))
        wanted[np.arange(flows), sinks], wanted[:, root] = 1, -1
        answer = milp(
            np.r_[np.tile(self.graph.edge_cost, 2) + self.graph.cost[heads], np.zeros(arcs * flows)],
            constraints=[
                LinearConstraint(csr_array(balance), wanted.ravel(), wanted.ravel()),
                LinearConstraint(csr_array(within), -np.inf, 0),
            ],
            integrality=np.r_[np.ones(arcs), np.zeros(arcs * flows)],
            bounds=Bounds(0, 1),
        )
        taken = np.flatnonzero(answer.x[:arcs] > 0.5)
        return {*tails[taken].tolist(), *heads[taken].tolist()}


PEERS = {"us": Us, "near": Near, "networkx": Networkx, "rustworkx": Rustworkx, "milp": Milp}


def main() -> None:
    """Find trees in this process; print the seconds that they took together, and what each costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("size", type=int)
    parser.add_argument("terminals", type=int)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    asked = parser.parse_args()
    peer = PEERS[asked.peer]
    # Once on a small graph, so that what is imported or compiled late is not measured.
    peer(graph_of(60, 0)).nodes([1, 20, 40])
    took_s, costs = 0.0, []
    for seed in asked.seeds:
        graph = graph_of(asked.size, seed)
        terminals = np.random.default_rng(seed).choice(asked.size, asked.terminals, replace=False).tolist()
        search = peer(graph)
        began = time.perf_counter()
        nodes = search.nodes(terminals)
        took_s += time.perf_counter() - began
        costs.append(cost_of(graph, nodes))
    print(json.dumps({"seconds": took_s, "costs": costs}))


if __name__ == "__main__":
    main()
