"""Which units a corridor takes: core, axis in a given order, alternatives, and one that bears departures."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from territory.geo.corridors.ground import Bools, Ints
from territory.geo.corridors.pricing import NoSuchMember, Problem
from territory.geo.paths import lightest_forest, parts_members
from territory.geo.progress import Progress, silent
from territory.geo.steiner import Graph, Tree, cheapest_path, distances, steiner_tree


@dataclass(frozen=True, kw_only=True)
class Corridor:
    """Units that hang together and join members."""

    units: Ints
    """Positions in the ground of all units taken, rising; of a member, the piece that is joined."""
    crossings: Ints
    """Positions in the ground of the crossings that the backbone takes from member to member, rising."""
    cost: float
    is_optimal: bool
    """Proved to cost least."""
    unreached: tuple[Hashable, ...]
    """Members that nothing joins to the others."""
    legs: tuple[tuple[int, int], ...]
    """Pairs of members, by position, that follow each other along the corridor."""


def core(problem: Problem, *, progress: Progress = silent) -> Corridor:
    """Join all members at the least cost.

    Parameters
    ----------
    problem
        Ground with prices and members.
    progress
        Told while trees are searched; what it raises ends the search.
    """
    graph, _ = problem.contracted
    return _corridor(problem, steiner_tree(graph, problem.terminals, progress=progress))


def axis(problem: Problem, order: Sequence[Hashable], *, progress: Progress = silent) -> Corridor:
    """Join members in a given order, each to the next by the cheapest way; what is taken once costs once.

    Parameters
    ----------
    problem
        Ground with prices and members.
    order
        Members, at least one; the last may be the first again. One that cannot be reached is left out and told
        in ``unreached``.

    Raises
    ------
    NoSuchMember
        One is no member of the problem.
    """
    graph, _ = problem.contracted
    stops = _stops(problem, order)
    nodes, edges, legs = _along(graph, problem.terminals, stops, progress)
    tree = Tree(
        nodes=nodes,
        edges=edges,
        cost=float(graph.cost[nodes].sum() + graph.edge_cost[edges].sum()),
        is_optimal=len(legs) <= 1,
        unreached=np.setdiff1d(problem.terminals[stops], nodes),
    )
    return replace(_corridor(problem, tree), legs=legs)


def _stops(problem: Problem, order: Sequence[Hashable]) -> list[int]:
    """Members by position, in a given order."""
    stops = problem.members.get_indexer(pd.Index(list(order), dtype=object))
    if (stops < 0).any():
        raise NoSuchMember(f"not among the members: {order[int(np.argmin(stops))]}")
    return [int(stop) for stop in stops]


def _along(
    graph: Graph, terminals: Ints, stops: Sequence[int], progress: Progress
) -> tuple[Ints, Ints, tuple[tuple[int, int], ...]]:
    """Nodes and edges of the cheapest ways from stop to stop, and which stops these join."""
    start, *onward = stops
    legs, paths = [], []
    for done, end in enumerate(onward):
        progress("axis", done, len(onward))
        path = cheapest_path(graph, terminals[[start]], terminals[[end]])
        if len(path.nodes):
            legs.append((start, end))
            paths.append(path)
            start = end
    nodes = np.unique(np.concatenate([path.nodes for path in paths] or [terminals[[stops[0]]]]))
    edges = np.unique(np.concatenate([path.edges for path in paths] or [np.empty(0, dtype=np.int64)]))
    return nodes, edges, tuple(legs)


def alternatives(
    problem: Problem,
    first: Corridor,
    *,
    order: Sequence[Hashable] | None = None,
    count: int = 2,
    dearer: float = 2.0,
    most_shared: float = 0.7,
    tries: int = 6,
    progress: Progress = silent,
) -> list[Corridor]:
    """Other corridors: what earlier ones took outside the members is made dearer, and the search repeated.

    Parameters
    ----------
    problem, first
        The corridor to differ from; what it costs is told at the true prices, as for all.
    order
        Members in the order that each alternative keeps too; see `axis`. Without it the order is free.
    count, tries
        How many are wanted, and how often to search at most.
    dearer
        What the price of units taken before is multiplied by, each time they are taken.
    most_shared
        Share of a corridor's units outside its members that an earlier one may have as well.

    Returns
    -------
    list of Corridor
        Each joins whom the first one joins, and none is said to cost least; fewer than wanted, or none, where
        nothing else leads from member to member.

    Raises
    ------
    NoSuchMember
        One of the order is no member of the problem.
    """
    stops = None if order is None else _stops(problem, order)
    graph, back = problem.contracted
    found = [_outside(problem, first)]
    kept: list[Corridor] = []
    cost = graph.cost.copy()
    cost[problem.group[found[0]]] *= dearer
    for done in range(tries):
        if len(kept) == count:
            break
        progress("alternatives", done, tries)
        other = _otherwise(problem, Graph(cost, graph.ends, graph.edge_cost), back, stops)
        taken = _outside(problem, other)
        cost[problem.group[taken]] *= dearer
        if len(taken) and all(np.isin(taken, before).mean() <= most_shared for before in found):
            found.append(taken)
            kept.append(other)
    return kept


def _otherwise(problem: Problem, graph: Graph, back: Ints, stops: Sequence[int] | None) -> Corridor:
    """The corridor that would be chosen at other prices, told at the true ones."""
    terminals = problem.terminals
    if stops is None:
        tree, legs = steiner_tree(graph, terminals), None
    else:
        nodes, edges, legs = _along(graph, terminals, stops, silent)
        lost = np.setdiff1d(terminals[list(stops)], nodes)
        tree = Tree(nodes=nodes, edges=edges, cost=0.0, is_optimal=False, unreached=lost)
    cost = _price(problem, tree.nodes, back[tree.edges])
    found = _corridor(problem, replace(tree, cost=cost, is_optimal=False))
    return found if legs is None else replace(found, legs=legs)


def envelope(problem: Problem, corridor: Corridor, *, within: float) -> pd.Series:
    """The belt of influence: what a way from member to member through each unit costs more than the cheapest.

    Parameters
    ----------
    problem, corridor
        The corridor whose legs are looked at.
    within
        The most that it may cost more, as costs are counted: not a share, for a few hundredths of a long way would
        already take in half the map.

    Returns
    -------
    Series
        ``excess`` by unit id, units of the belt only.
    """
    graph, _ = problem.contracted
    ends = sorted({member for leg in corridor.legs for member in leg})
    far = {member: distances(graph, problem.terminals[[member]]) for member in ends}
    excess = np.full(len(graph.cost), np.inf)
    for start, end in corridor.legs:
        through = far[start] + far[end] - np.where(np.isfinite(graph.cost), graph.cost, 0.0)
        excess = np.minimum(excess, through - far[start][problem.terminals[end]])
    by_unit = pd.Series(excess[problem.group], index=problem.ground.units.index, name="excess")
    return by_unit[by_unit <= within].clip(lower=0.0)


def cuts(problem: Problem, corridor: Corridor, *, progress: Progress = silent) -> pd.DataFrame:
    """Units whose leaving would part the corridor, and the cheapest way around each.

    Returns
    -------
    DataFrame
        ``unit``, ``bypass_cost`` (infinite where there is no way around) and ``bypass``, the ids of the units of
        the way around that the corridor does not hold yet.
    """
    parted = _cut_nodes(problem, corridor.units)
    found = []
    for done, (node, parts) in enumerate(parted):
        progress("cuts", done, len(parted))
        way = _bypass(problem, corridor.units, node, parts)
        more = np.setdiff1d(way.nodes, corridor.units)
        found.append((problem.ground.units.index[node], way.cost, problem.ids(more)))
    table = pd.DataFrame(found, columns=["unit", "bypass_cost", "bypass"])
    return table.astype({"bypass_cost": np.float64})


def reinforced(problem: Problem, corridor: Corridor, *, progress: Progress = silent) -> Corridor:
    """The corridor with ways around its cut units, dearest first, without what these make needless.

    Units that nothing can go around stay cuts: `cuts` of the answer tells them.
    """
    units, crossings = corridor.units, corridor.crossings
    first = _cut_nodes(problem, units)
    cost = [_bypass(problem, units, node, parts).cost for node, parts in first]
    order = [first[k][0] for k in np.argsort(cost, kind="stable")[::-1] if np.isfinite(cost[k])]
    for done, node in enumerate(order):
        progress("reinforced", done, len(order))
        for _, parts in _cut_nodes(problem, units, only=node):
            way = _bypass(problem, units, node, parts)
            units, crossings = np.union1d(units, way.nodes), np.union1d(crossings, way.edges)
    units = _without_needless(problem, corridor.units, units)
    crossings = crossings[np.isin(problem.graph.ends[crossings], units).all(axis=1)]
    return replace(
        corridor,
        units=units,
        crossings=crossings[~problem.is_inside[crossings]],
        cost=_price(problem, np.unique(problem.group[units]), crossings),
        is_optimal=False,
    )


def _corridor(problem: Problem, tree: Tree) -> Corridor:
    graph, back = problem.contracted
    lost = np.flatnonzero(np.isin(problem.terminals, tree.unreached))
    return Corridor(
        units=np.flatnonzero(np.isin(problem.group, tree.nodes)),
        crossings=back[tree.edges],
        cost=tree.cost,
        is_optimal=tree.is_optimal,
        unreached=tuple(problem.members[lost]),
        legs=_legs(graph, tree, problem.terminals),
    )


def _price(problem: Problem, groups: Ints, crossings: Ints) -> float:
    graph, _ = problem.contracted
    return float(graph.cost[groups].sum() + problem.graph.edge_cost[crossings].sum())


def _outside(problem: Problem, corridor: Corridor) -> Ints:
    """The units of a corridor that are no member's."""
    return corridor.units[problem.member[corridor.units] < 0]


def _legs(graph: Graph, tree: Tree, terminals: Ints) -> tuple[tuple[int, int], ...]:
    """Pairs of terminals, by position, that are nearest to each other along a tree, all joined by them."""
    own = np.flatnonzero(np.isin(terminals, tree.nodes))
    ends = np.searchsorted(tree.nodes, graph.ends[tree.edges])
    small = Graph(graph.cost[tree.nodes], ends, graph.edge_cost[tree.edges])
    at = np.searchsorted(tree.nodes, terminals[own])
    far = np.array([distances(small, [place])[at] for place in at]).reshape(len(own), len(own))
    # By costs first; where members cost nothing and touch, by the number of steps.
    steps = Graph(np.ones(len(small.cost)), small.ends, np.zeros(len(small.ends)))
    count = np.array([distances(steps, [place])[at] for place in at]).reshape(len(own), len(own))
    one, two = np.triu_indices(len(own), 1)
    order = np.lexsort((count[one, two], far[one, two]))
    pairs = np.column_stack([one, two])[order].astype(np.int64)
    return tuple((int(own[a]), int(own[b])) for a, b in pairs[lightest_forest(pairs, len(own))])


def _without_needless(problem: Problem, core_units: Ints, units: Ints) -> Ints:
    """Units without those, dearest first, that the corridor holds together without, with no cut unit more."""
    most = _parting(problem, units, np.arange(len(units))).sum()
    added = np.setdiff1d(units, core_units)
    for node in added[np.argsort(problem.graph.cost[added], kind="stable")[::-1]]:
        fewer = units[units != node]
        nobody, *each = _parting(problem, fewer, np.arange(-1, len(fewer)))
        if not nobody and sum(each) <= most:
            units = fewer
    return units


def _among(problem: Problem, units: Ints) -> tuple[Ints, Ints]:
    """Crossings among some units, by their places among these, and the members that they belong to."""
    taken = np.zeros(len(problem.member), dtype=np.bool_)
    taken[units] = True
    one, two = problem.graph.ends.T
    ends = problem.graph.ends[taken[one] & taken[two]]
    return np.searchsorted(units, ends), problem.member[units]


def _parting(problem: Problem, units: Ints, asked: Ints) -> Bools:
    """Whether members are parted by the leaving of each of the units asked about, by place; −1 for nobody's."""
    return np.asarray(parts_members(asked, *_among(problem, units), len(problem.members)))


def _cut_nodes(problem: Problem, units: Ints, *, only: int | None = None) -> list[tuple[int, list[Ints]]]:
    """Units whose leaving parts members, and what it leaves apart: of each member the largest piece, each once."""
    ends, member = _among(problem, units)
    asked = np.arange(len(units)) if only is None else np.flatnonzero(units == only)
    cut = asked[_parting(problem, units, asked)]
    return [(int(units[at]), [units[part] for part in _parts_without(at, ends, member)]) for at in cut]


def _parts_without(left_out: int, ends: Ints, member: Ints) -> list[Ints]:
    ends = ends[(ends != left_out).all(axis=1)]
    piece = Graph(np.zeros(len(member)), ends, np.zeros(len(ends))).components
    size = np.bincount(piece)
    largest = set()
    for k in np.unique(member[member >= 0]):
        own = piece[(member == k) & (np.arange(len(member)) != left_out)]
        if len(own):
            largest.add(int(own[np.argmax(size[own])]))
    return [np.flatnonzero(piece == one) for one in sorted(largest)]


def _bypass(problem: Problem, units: Ints, left_out: int, parts: list[Ints]) -> Tree:
    """The cheapest way to join parts of a corridor again without one of its units; what it holds costs nothing."""
    graph = problem.graph
    cost = graph.cost.copy()
    cost[units] = 0.0
    taken = np.isin(np.arange(len(cost)), units)
    is_free = taken[graph.ends[:, 0]] & taken[graph.ends[:, 1]]
    cost[left_out] = np.inf
    free = Graph(cost, graph.ends, np.where(is_free, 0.0, graph.edge_cost))
    if len(parts) == 2:
        return cheapest_path(free, *parts)
    group = np.arange(len(cost))
    for part in parts:
        group[part] = part[0]
    _, group = np.unique(group, return_inverse=True)
    small, back = free.contracted(group)
    tree = steiner_tree(small, [group[part[0]] for part in parts])
    if len(tree.unreached):
        return replace(tree, nodes=np.empty(0, dtype=np.int64), edges=np.empty(0, dtype=np.int64), cost=np.inf)
    return replace(tree, nodes=np.flatnonzero(np.isin(group, tree.nodes)), edges=back[tree.edges])
