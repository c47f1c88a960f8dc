"""Joining terminals at the least cost."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, lil_array
from trees import as_networkx, by_brute_force

from territory.geo import steiner as module
from territory.geo.steiner import BadCosts, Graph, cheapest_path, distances, near_tree, steiner_tree

COSTS = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.25, 7.0])


@st.composite
def graphs(draw, *, most_nodes=9):
    """A few nodes and edges, parallel ones among them, hanging together or not, and some of its nodes."""
    size = draw(st.integers(2, most_nodes))
    pairs = draw(st.lists(st.sampled_from(list(combinations(range(size), 2))), min_size=1, max_size=3 * size))
    cost = draw(st.lists(COSTS, min_size=size, max_size=size))
    edge_cost = draw(st.lists(COSTS, min_size=len(pairs), max_size=len(pairs)))
    terminals = draw(st.lists(st.integers(0, size - 1), min_size=1, max_size=5))
    return Graph(np.array(cost), np.array(pairs), np.array(edge_cost)), terminals


def grid(side, seed):
    """A square of nodes with random costs, each joined to those beside it."""
    rng = np.random.default_rng(seed)
    at = np.arange(side * side).reshape(side, side)
    ends = np.concatenate(
        [
            np.column_stack(pair)
            for pair in zip(
                (at[:, :-1].ravel(), at[:-1].ravel()), (at[:, 1:].ravel(), at[1:].ravel()), strict=True
            )
        ]
    )
    return Graph(rng.uniform(0, 10, side * side), ends, rng.uniform(0, 3, len(ends)))


def by_milp(graph, terminals):
    """Least cost by integer programming: one unit flows from the first terminal to each of the others."""
    root, *sinks = terminals
    size, m = len(graph.cost), len(graph.ends)
    tails, heads = np.concatenate([graph.ends, graph.ends[:, ::-1]]).T
    arc_cost = np.tile(graph.edge_cost, 2) + graph.cost[heads]
    flows = len(sinks)
    variables = 2 * m * (1 + flows)
    balance = lil_array((flows * size, variables))
    within = lil_array((flows * 2 * m, variables))
    wanted = np.zeros(flows * size)
    for k, sink in enumerate(sinks):
        for a in range(2 * m):
            flow = 2 * m * (1 + k) + a
            balance[k * size + heads[a], flow] += 1
            balance[k * size + tails[a], flow] -= 1
            within[k * 2 * m + a, flow] = 1
            within[k * 2 * m + a, a] = -1
        wanted[k * size + sink], wanted[k * size + root] = 1, -1
    answer = milp(
        np.r_[arc_cost, np.zeros(2 * m * flows)],
        constraints=[
            LinearConstraint(csr_array(balance), wanted, wanted),
            LinearConstraint(csr_array(within), -np.inf, 0),
        ],
        integrality=np.r_[np.ones(2 * m), np.zeros(2 * m * flows)],
        bounds=Bounds(0, 1),
    )
    return answer.fun + graph.cost[root]


def assert_is_tree(graph, tree, terminals):
    """What is told is one tree of the graph, holds every terminal it should, and costs what it says."""
    ends = graph.ends[tree.edges]
    assert set(ends.ravel()) <= set(tree.nodes)
    if len(tree.nodes):
        part = nx.Graph(ends.tolist())
        part.add_nodes_from(tree.nodes.tolist())
        assert nx.is_tree(part)
    assert set(tree.unreached) | (set(tree.nodes) & set(terminals)) == set(terminals)
    assert not set(tree.unreached) & set(tree.nodes)
    assert tree.cost == pytest.approx(graph.cost[tree.nodes].sum() + graph.edge_cost[tree.edges].sum())


@given(graphs())
def test_the_tree_costs_what_the_cheapest_of_all_sets_of_nodes_costs(asked):
    graph, terminals = asked
    tree, near = steiner_tree(graph, terminals), near_tree(graph, terminals)
    assert_is_tree(graph, tree, terminals)
    assert_is_tree(graph, near, terminals)
    assert tree.is_optimal
    reached = sorted(set(terminals) - set(tree.unreached))
    assert tree.cost == pytest.approx(by_brute_force(graph, reached))
    assert near.cost >= tree.cost - 1e-9
    assert near.unreached.tolist() == tree.unreached.tolist()


@given(graphs())
def test_terminals_that_cannot_be_reached_are_told(asked):
    graph, terminals = asked
    tree = steiner_tree(graph, terminals)
    groups = [set(terminals) & group for group in nx.connected_components(as_networkx(graph))]
    assert len(set(terminals) - set(tree.unreached)) == max(map(len, groups))


@pytest.mark.parametrize("seed", range(6))
def test_the_tree_costs_what_integer_programming_finds(seed):
    graph = grid(6, seed)
    terminals = np.random.default_rng(seed).choice(36, 5, replace=False)
    assert steiner_tree(graph, terminals).cost == pytest.approx(by_milp(graph, terminals.tolist()), abs=1e-6)


@settings(max_examples=25)
@given(st.integers(0, 2**20), st.integers(2, 8), st.randoms())
def test_neither_the_order_of_terminals_nor_that_of_edges_matters(seed, count, random):
    graph = grid(8, seed)
    terminals = np.random.default_rng(seed).choice(64, count, replace=False).tolist()
    tree = steiner_tree(graph, terminals)
    edges = random.sample(range(len(graph.ends)), len(graph.ends))
    turned = Graph(graph.cost, graph.ends[edges][:, ::-1], graph.edge_cost[edges])
    again = steiner_tree(turned, random.sample(terminals, count))
    assert again.nodes.tolist() == tree.nodes.tolist()
    assert sorted(np.array(edges)[again.edges]) == tree.edges.tolist()


@settings(max_examples=25)
@given(st.integers(0, 2**20), st.integers(3, 9))
def test_the_optimum_never_costs_more_than_the_good_tree(seed, count):
    graph = grid(10, seed)
    terminals = np.random.default_rng(seed).choice(100, count, replace=False)
    tree, near = steiner_tree(graph, terminals), near_tree(graph, terminals)
    assert tree.is_optimal
    assert tree.cost <= near.cost + 1e-9
    assert near.cost <= 1.2 * tree.cost
    assert_is_tree(graph, tree, terminals)
    assert_is_tree(graph, near, terminals)


def test_many_terminals_are_joined_and_the_answer_claims_no_proof():
    graph = grid(20, 1)
    terminals = np.arange(0, 400, 19)
    tree = steiner_tree(graph, terminals)
    assert not tree.is_optimal
    assert not len(tree.unreached)
    assert_is_tree(graph, tree, terminals)


def test_too_large_a_problem_is_answered_without_proof(monkeypatch):
    monkeypatch.setattr(module, "_MOST_LABELS", 1000)
    tree = steiner_tree(grid(20, 1), [0, 19, 380, 399, 210, 7])
    assert not tree.is_optimal
    assert len(tree.nodes) > 30


def test_paths_are_exchanged_for_cheaper_ones(monkeypatch):
    monkeypatch.setattr(module, "_branched_anew", lambda _, tree, *__: tree)
    asked = [(grid(12, seed), np.random.default_rng(seed).choice(144, 8, replace=False)) for seed in range(8)]
    exchanged = [near_tree(*each).cost for each in asked]
    monkeypatch.setattr(module, "_exchanged", lambda *_: None)
    grown = [near_tree(*each).cost for each in asked]
    assert all(after <= before + 1e-9 for after, before in zip(exchanged, grown, strict=True))
    assert sum(after < before - 1e-9 for after, before in zip(exchanged, grown, strict=True)) >= 2


def test_branchings_are_joined_anew_until_nothing_is_gained(monkeypatch):
    asked = [(grid(14, seed), np.random.default_rng(seed).choice(196, 10, replace=False)) for seed in range(12)]
    least = np.array([steiner_tree(*each).cost for each in asked])
    after = np.array([near_tree(*each).cost for each in asked]) / least - 1
    monkeypatch.setattr(module, "_branched_anew", lambda _, tree, *__: tree)
    before = np.array([near_tree(*each).cost for each in asked]) / least - 1
    assert (after <= before + 1e-9).all()
    assert after.mean() < 0.75 * before.mean()
    assert after.max() < 0.03


def test_branchings_are_joined_anew_where_there_is_no_room_for_an_optimum(monkeypatch):
    graph, terminals = grid(14, 3), np.random.default_rng(3).choice(196, 10, replace=False)
    monkeypatch.setattr(module, "_MOST_LABELS", 10)
    assert_is_tree(graph, steiner_tree(graph, terminals), terminals)


def test_a_hub_is_taken_where_it_is_cheaper_than_what_it_replaces():
    ends = np.array([[0, 1], [1, 2], [0, 2], [0, 3], [1, 3], [2, 3]])
    cost = np.array([0.0, 0.0, 0.0, 0.4])
    dear = Graph(cost, ends, np.array([2.0, 2.0, 2.0, 1.3, 1.3, 1.3]))
    assert steiner_tree(dear, [0, 1, 2]).nodes.tolist() == [0, 1, 2]
    cheap = Graph(cost, ends, np.array([2.0, 2.0, 2.0, 1.0, 1.0, 1.0]))
    assert steiner_tree(cheap, [0, 1, 2]).nodes.tolist() == [0, 1, 2, 3]


def test_one_terminal_and_one_named_twice_need_nothing_else():
    graph = grid(4, 0)
    for terminals in ([5], [5, 5]):
        tree = steiner_tree(graph, terminals)
        assert (tree.nodes.tolist(), tree.edges.tolist(), tree.is_optimal) == ([5], [], True)
        assert tree.cost == graph.cost[5]


def test_what_costs_nothing_costs_nothing():
    tree = steiner_tree(Graph(np.zeros(4), np.array([[0, 1], [1, 2], [1, 3]]), np.zeros(3)), [0, 2, 3])
    assert (tree.nodes.tolist(), tree.cost, tree.is_optimal) == ([0, 1, 2, 3], 0.0, True)


def test_no_terminals_need_no_tree():
    tree = steiner_tree(grid(3, 0), [])
    assert (len(tree.nodes), tree.cost) == (0, 0.0)


def test_what_cannot_be_taken_or_crossed_is_gone_around():
    ends = np.array([[0, 1], [1, 2], [0, 3], [3, 4], [4, 2]])
    around = Graph(np.array([1, np.inf, 1, 5, 5]), ends, np.ones(5))
    assert steiner_tree(around, [0, 2]).nodes.tolist() == [0, 2, 3, 4]
    blocked = Graph(np.array([1, np.inf, 1, 5, 5]), ends, np.array([1, 1, np.inf, 1, 1]))
    assert steiner_tree(blocked, [0, 2]).unreached.tolist() == [2]
    assert steiner_tree(blocked, [1]).unreached.tolist() == [1]


@pytest.mark.parametrize("wrong", [-1.0, np.nan])
def test_costs_that_are_no_costs_are_refused(wrong):
    with pytest.raises(BadCosts):
        Graph(np.array([0.0, wrong]), np.array([[0, 1]]), np.ones(1))
    with pytest.raises(BadCosts):
        Graph(np.zeros(2), np.array([[0, 1]]), np.array([wrong]))


def test_the_search_can_be_cancelled_and_tells_how_far_it_is():
    class Cancelled(Exception):
        pass

    told = []

    def progress(what, done, of):
        told.append((what, done, of))
        if what == "exact_tree" and done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        steiner_tree(grid(10, 3), [0, 9, 90, 99, 45, 17], progress=progress)
    assert [step for step in told if step[0] == "exact_tree"] == [("exact_tree", done, 5) for done in range(4)]


@given(graphs())
def test_distances_and_paths_are_those_of_dijkstra(asked):
    graph, (source, *_) = asked
    arcs = nx.MultiDiGraph()
    arcs.add_nodes_from(range(len(graph.cost)))
    for (a, b), cost in zip(graph.ends.tolist(), graph.edge_cost, strict=True):
        arcs.add_edge(a, b, weight=cost + graph.cost[b])
        arcs.add_edge(b, a, weight=cost + graph.cost[a])
    known = nx.single_source_dijkstra_path_length(arcs, source)
    far = distances(graph, [source])
    for node in arcs:
        expected = known[node] + graph.cost[source] if node in known else np.inf
        assert far[node] == pytest.approx(expected)
        path = cheapest_path(graph, [source], [node])
        assert path.cost == pytest.approx(expected)
        assert (len(path.nodes) > 0) == (node in known)
