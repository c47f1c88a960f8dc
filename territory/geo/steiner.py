"""The cheapest connected part of a graph that holds given terminals, when nodes and edges both cost.

Up to `MOST_EXACT` terminals the answer is the optimum, by Dreyfus and Wagner's dynamic program over sets of
terminals; above, it is a good tree, by Takahashi and Matsuyama's, an exchange of key paths, and what meets in one
or two nodes joined anew at the least cost. To step along an edge from v to u costs the edge and u, so that the
costs of nodes count exactly, wherever the tree branches.

References
----------
.. [1] S. E. Dreyfus, R. A. Wagner, The Steiner problem in graphs, Networks 1 (1971), 195–207.
.. [2] H. Takahashi, A. Matsuyama, An approximate solution for the Steiner problem in graphs, Math. Jap. 24 (1980).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from territory.geo.errors import GeoError
from territory.geo.paths import arcs_of, grow_tree, lightest_forest, lower_bound, reach, solve_sets, twins_of
from territory.geo.progress import Progress, silent
from territory.geo.threads import WORKERS, in_chunks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_Path = tuple[int, int, Ints, Ints]
"""Both ends, the nodes between them, and edges."""

MOST_EXACT = 13
"""So many terminals are joined at the least cost; each one more doubles time and memory."""
# Rows of the dynamic program, one number and one edge for each node; beyond, memory would run out: 1.6 GB.
_MOST_LABELS = 130_000_000
# Steps in which the lower bound rises: finer gives a better one, more slowly, which pays off where sets are many.
_MOST_STEPS, _SETS_PER_STEP = 100, 8
# So few terminals are joined by the dynamic program sooner than a better tree to begin with is found.
_FEW = 6
# Pieces that are joined anew at once; a tree on the ground has three or four ways at a branching.
_MOST_PIECES = 8
# Trees whose costs differ by less cost the same.
_ROUNDING = 1e-9


class BadCosts(GeoError):
    """Costs must be numbers from 0 to infinity."""


@dataclass(frozen=True)
class Graph:
    """Nodes by position, the crossings between them, and what each costs."""

    cost: Floats
    """(n,) of taking each node; infinite where it cannot be taken."""
    ends: Ints
    """(m, 2) nodes that an edge joins. Edges may be parallel."""
    edge_cost: Floats
    """(m,) of each edge; infinite where it cannot be crossed."""

    def __post_init__(self) -> None:
        for values in (self.cost, self.edge_cost):
            if len(values) and not values.min() >= 0:  # also where it is no number
                raise BadCosts("costs must be numbers from 0 to infinity")

    @cached_property
    def arcs(self) -> tuple[Ints, Ints, Ints, Floats]:
        """What the kernels read: where the arcs of each node start, their heads, edges, and costs of these."""
        first, head, edge = arcs_of(self.ends, len(self.cost))
        return first, head, edge, self.edge_cost[edge]

    @cached_property
    def components(self) -> Ints:
        """(n,) number of the connected component of each node, over what can be taken and crossed."""
        usable = np.isfinite(self.edge_cost) & np.isfinite(self.cost[self.ends]).all(axis=1)
        return _components(self.ends[usable], len(self.cost))

    def contracted(self, group: Ints) -> tuple[Graph, Ints]:
        """The graph of groups of nodes, numbered from 0: each costs what its nodes cost together.

        Edges within a group go; the positions here of those that stay are the second answer.
        """
        ends = group[self.ends]
        kept = np.flatnonzero(ends[:, 0] != ends[:, 1])
        return Graph(np.bincount(group, self.cost).astype(np.float64), ends[kept], self.edge_cost[kept]), kept


@dataclass(frozen=True, kw_only=True)
class Tree:
    """Nodes that hang together by edges, without a way round."""

    nodes: Ints
    """Positions of the nodes, rising."""
    edges: Ints
    """Positions of the edges, rising; one less than nodes."""
    cost: float
    """Of nodes and edges together."""
    is_optimal: bool
    """Proved to cost least."""
    unreached: Ints
    """Terminals that nothing joins to those of the tree, rising."""


def steiner_tree(graph: Graph, terminals: ArrayLike, *, progress: Progress = silent) -> Tree:
    """Join terminals at the least cost, or nearly so when they are more than `MOST_EXACT`.

    Parameters
    ----------
    graph
        Costs of nodes and edges.
    terminals
        (k,) positions of nodes, in any order; one named twice counts once.
    progress
        Told after each size of sets; what it raises ends the search.

    Returns
    -------
    Tree
        Through those terminals that hang together; of several groups, the one with the most terminals (the first
        among equals). The others are told in ``unreached``.

    Examples
    --------
    >>> graph = Graph(np.array([0.0, 5, 1, 1, 0]), np.array([[0, 1], [1, 4], [0, 2], [2, 3], [3, 4]]), np.zeros(5))
    >>> steiner_tree(graph, [4, 0]).nodes.tolist()
    [0, 2, 3, 4]
    """
    wanted = np.unique(np.asarray(terminals, dtype=np.int64))
    joined, unreached = _joined(graph, wanted)
    near = _near_tree(graph, joined, progress, exchange=len(joined) > _FEW)
    least = _cost(graph, *near)
    if len(joined) <= 2 or least == 0.0:
        # The tree that grows from one terminal is the cheapest path to the other, and nothing costs less than 0.
        return _tree(graph, near, unreached, is_optimal=True)
    few = len(joined) <= MOST_EXACT
    exact = _exact_tree(graph, joined, least, progress) if few else None
    if exact is None:
        return _tree(graph, _branched_anew(graph, near, joined, progress), unreached, is_optimal=False)
    return _tree(graph, exact, unreached, is_optimal=True)


def near_tree(graph: Graph, terminals: ArrayLike, *, progress: Progress = silent) -> Tree:
    """Join terminals at a low cost, proved least for two at most; see `steiner_tree`."""
    joined, unreached = _joined(graph, np.unique(np.asarray(terminals, dtype=np.int64)))
    near = _branched_anew(graph, _near_tree(graph, joined, progress, exchange=True), joined, progress)
    return _tree(graph, near, unreached, is_optimal=len(joined) <= 2)


def distances(graph: Graph, sources: ArrayLike) -> Floats:
    """(n,) cost of the cheapest path from any of some nodes to each node, the costs of both ends included."""
    return _spread_over(graph.arcs, graph.cost, np.asarray(sources, dtype=np.int64))


def _spread_over(arcs: tuple[Ints, Ints, Ints, Floats], cost: Floats, sources: Ints) -> Floats:
    far = np.full(len(cost), np.inf)
    far[sources] = cost[sources]
    reach(arcs, cost, far, np.zeros(len(far), dtype=np.bool_), np.inf)
    return far


def cheapest_path(graph: Graph, sources: ArrayLike, goals: ArrayLike) -> Tree:
    """The cheapest path from any of some nodes to any of others; none has no nodes and costs infinity."""
    start = np.asarray(sources, dtype=np.int64)
    goal = np.zeros(len(graph.cost), dtype=np.bool_)
    goal[np.asarray(goals, dtype=np.int64)] = True
    far = np.full(len(graph.cost), np.inf)
    far[start] = graph.cost[start]
    end, via = reach(graph.arcs, graph.cost, far, goal, np.inf)
    none = np.empty(0, dtype=np.int64)
    if end < 0:
        return Tree(nodes=none, edges=none, cost=np.inf, is_optimal=True, unreached=none)
    nodes, edges = _traced(graph, via, end)
    return _tree(graph, (np.sort(nodes), np.sort(edges)), none, is_optimal=True)


def _tree(graph: Graph, found: tuple[Ints, Ints], unreached: Ints, *, is_optimal: bool) -> Tree:
    return Tree(
        nodes=found[0], edges=found[1], cost=_cost(graph, *found), is_optimal=is_optimal, unreached=unreached
    )


def _cost(graph: Graph, nodes: Ints, edges: Ints) -> float:
    return float(graph.cost[nodes].sum() + graph.edge_cost[edges].sum())


def _joined(graph: Graph, wanted: Ints) -> tuple[Ints, Ints]:
    """The most terminals that hang together, and the others."""
    usable = wanted[np.isfinite(graph.cost[wanted])]
    if not len(usable):
        return usable, wanted
    groups, group = np.unique(graph.components[usable], return_inverse=True)
    # np.unique sorts by number of component, so ties are settled by where a terminal stands, not by that number.
    counts = np.bincount(group)
    first = np.array([np.flatnonzero(group == k)[0] for k in range(len(groups))])
    best = np.lexsort((first, -counts))[0]
    joined = usable[group == best]
    return joined, np.setdiff1d(wanted, joined)


def _traced(graph: Graph, via: Ints, end: int) -> tuple[Ints, Ints]:
    """Nodes and edges back from a node to where labels began."""
    nodes, edges = [end], []
    while (edge := via[end]) >= 0:
        end = int(graph.ends[edge].sum() - end)
        nodes.append(end)
        edges.append(edge)
    return np.array(nodes, dtype=np.int64), np.array(edges, dtype=np.int64)


def _tidied(graph: Graph, nodes: Ints, terminals: Ints) -> tuple[Ints, Ints]:
    """The cheapest edges that join the given nodes, without the ends that are no terminals."""
    taken = np.zeros(len(graph.cost), dtype=np.bool_)
    taken[nodes] = True
    among = np.flatnonzero(taken[graph.ends].all(axis=1))
    among = among[np.argsort(graph.edge_cost[among], kind="stable")]
    edges = among[lightest_forest(graph.ends[among], len(taken))]
    is_terminal = np.zeros(len(taken), dtype=np.bool_)
    is_terminal[terminals] = True
    while True:
        degree = np.bincount(graph.ends[edges].ravel(), minlength=len(taken))
        ends = taken & ~is_terminal & (degree <= 1)
        if not ends.any():
            return np.flatnonzero(taken), np.sort(edges)
        taken &= ~ends
        edges = edges[taken[graph.ends[edges]].all(axis=1)]


def _near_tree(graph: Graph, terminals: Ints, progress: Progress, *, exchange: bool) -> tuple[Ints, Ints]:
    """The best of Takahashi and Matsuyama's trees from every terminal; if asked, a better one.

    Then one more is grown where the lower bound leaves nothing to pay, and both have paths exchanged.
    """
    best: tuple[Ints, Ints] = (terminals, np.empty(0, dtype=np.int64))
    least = np.inf
    for done, start in enumerate(terminals if len(terminals) > 1 else ()):
        progress("near_tree", done, len(terminals))
        found = _tidied(graph, grow_tree(graph.arcs, graph.ends, graph.cost, terminals, start), terminals)
        if (cost := _cost(graph, *found)) < least:
            best, least = found, cost
    if not exchange or len(terminals) <= 2 or least == 0.0:
        return best
    bound = _bounded(graph, terminals, least, steps=_MOST_STEPS)
    small, nodes = bound.part(graph, bound.least + _ROUNDING * least)
    inner, _ = _near_tree(small, np.searchsorted(nodes, terminals), progress, exchange=False)
    both = [best, _tidied(graph, nodes[inner], terminals)]
    for at, tree in enumerate(both):
        progress("exchange", at, len(both))
        better: tuple[Ints, Ints] | None = tree
        while better is not None:
            both[at] = better
            better = _exchanged(graph, *better, terminals)
    return min(both, key=lambda tree: _cost(graph, *tree))


def _exchanged(graph: Graph, nodes: Ints, edges: Ints, terminals: Ints) -> tuple[Ints, Ints] | None:
    """The tree with one path or one branching replaced by cheaper ways between what it joins, if there are any."""
    for gone_nodes, gone_edges in _replaceable(graph, edges, terminals):
        rest = np.setdiff1d(nodes, gone_nodes)
        piece = _pieces(graph, rest, np.setdiff1d(edges, gone_edges))
        more = _rejoined(graph, rest, piece, _cost(graph, gone_nodes, gone_edges) * (1 - _ROUNDING))
        if more is not None:
            return _tidied(graph, np.union1d(rest, more), terminals)
    return None


def _branched_anew(
    graph: Graph, tree: tuple[Ints, Ints], terminals: Ints, progress: Progress
) -> tuple[Ints, Ints]:
    """The tree, what meets in a terminal or branching, or in two side by side, joined anew at the least cost.

    What no tree as cheap as this one uses is left out, so that many small searches for an optimum are quick.
    """
    least = _cost(graph, *tree)
    if len(terminals) <= 2 or least == 0.0:
        return tree
    bound = _bounded(graph, terminals, least, steps=_MOST_STEPS)
    small, back = bound.part(graph, least * (1 + _ROUNDING))
    own = np.searchsorted(back, terminals)
    found = _tidied(small, np.searchsorted(back, tree[0]), own)
    better: tuple[Ints, Ints] | None = found
    rounds = 0
    while better is not None:
        progress("branchings", rounds, rounds + 1)
        found, rounds = better, rounds + 1
        better = _with_a_better_branching(small, *found, own)
    return min((tree, _tidied(graph, back[found[0]], terminals)), key=lambda each: _cost(graph, *each))


def _with_a_better_branching(graph: Graph, nodes: Ints, edges: Ints, terminals: Ints) -> tuple[Ints, Ints] | None:
    """The tree after the first such exchange that makes it cheaper, if any does."""
    kept = set(terminals.tolist())
    for around, own in _surroundings(list(_key_paths(graph, edges, kept))):
        gone_nodes, gone_edges = _together([at for at in around if at not in kept], own)
        rest = np.setdiff1d(nodes, gone_nodes)
        piece = _pieces(graph, rest, np.setdiff1d(edges, gone_edges))
        if piece.max() < _MOST_PIECES:
            more, cost = _joining(graph, rest, piece)
            if cost < _cost(graph, gone_nodes, gone_edges) * (1 - _ROUNDING):
                return _tidied(graph, np.union1d(rest, more), terminals)
    return None


def _joining(graph: Graph, nodes: Ints, piece: Ints) -> tuple[Ints, float]:
    """Nodes that join the pieces of a tree at the least cost, and that cost; the pieces cost nothing."""
    count = int(piece.max()) + 1
    group, cost = np.full(len(graph.cost), -1), graph.cost.copy()
    group[nodes], cost[nodes] = piece, 0.0
    others = np.flatnonzero(group < 0)
    group[others] = count + np.arange(len(others))
    small, _ = Graph(cost, graph.ends, graph.edge_cost).contracted(group)
    found = _near_tree(small, np.arange(count), silent, exchange=False)
    if count > 2 and (most := _cost(small, *found)) > 0.0:
        found = _exact_tree(small, np.arange(count), most, silent) or found
    return others[found[0][found[0] >= count] - count], _cost(small, *found)


def _rejoined(graph: Graph, nodes: Ints, piece: Ints, most: float) -> Ints | None:
    """Nodes that join the pieces of a tree to its first, nearest piece first, for less than ``most`` in all."""
    cost = graph.cost.copy()
    cost[nodes] = 0.0
    goal = np.zeros(len(cost), dtype=np.bool_)
    goal[nodes] = True
    here: Ints = nodes[piece == piece[0]]
    while True:
        goal[here] = False
        if not goal.any():
            return here
        far = np.full(len(cost), np.inf)
        far[here] = 0.0
        end, via = reach(graph.arcs, cost, far, goal, most)
        if end < 0 or (most := most - far[end]) <= 0:
            return None
        path = _traced(graph, via, end)[0]
        cost[path] = 0.0
        reached = nodes[piece == piece[np.searchsorted(nodes, end)]]
        here = np.unique(np.concatenate([here, path, reached]))


def _pieces(graph: Graph, nodes: Ints, edges: Ints) -> Ints:
    """Which of some nodes hang together by some edges: a number for each, aligned."""
    return _components(np.searchsorted(nodes, graph.ends[edges]), len(nodes))


def _components(ends: Ints, size: int) -> Ints:
    joined = coo_array((np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(size, size))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)


def _replaceable(graph: Graph, edges: Ints, terminals: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Nodes and edges of the tree's paths between terminals and branchings, and of branchings with their paths."""
    kept = set(terminals.tolist())
    paths = list(_key_paths(graph, edges, kept))
    for _, _, between, along in paths:
        yield between, along
    for at, own in _meeting(paths).items():
        if at not in kept:
            yield _together([at], own)


def _meeting(paths: list[_Path]) -> dict[int, list[_Path]]:
    """The paths that meet in each terminal and branching."""
    around: dict[int, list[_Path]] = {}
    for path in paths:
        for end in path[:2]:
            around.setdefault(end, []).append(path)
    return around


def _surroundings(paths: list[_Path]) -> Iterator[tuple[list[int], list[_Path]]]:
    """Each terminal and branching, and each two that a path joins, with the paths that meet there."""
    around = _meeting(paths)
    for at, own in around.items():
        yield [at], own
    for path in paths:
        start, end = path[:2]
        yield [start, end], [*around[start], *(other for other in around[end] if other is not path)]


def _together(nodes: list[int], paths: list[_Path]) -> tuple[Ints, Ints]:
    """All of some nodes and paths: nodes and edges."""
    return (
        np.concatenate([np.array(nodes, dtype=np.int64), *(between for _, _, between, _ in paths)]),
        np.concatenate([along for *_, along in paths]),
    )


def _key_paths(graph: Graph, edges: Ints, kept: set[int]) -> Iterator[_Path]:
    """The paths of a tree between nodes to keep and branchings: both ends, the nodes between them, and edges."""
    around: dict[int, list[int]] = {}
    for edge in edges.tolist():
        for node in graph.ends[edge].tolist():
            around.setdefault(node, []).append(edge)
    is_key = {node: node in kept or len(own) != 2 for node, own in around.items()}
    for start in sorted(node for node in around if is_key[node]):
        for edge in around[start]:
            between, along, at = [], [edge], int(graph.ends[edge].sum()) - start
            while not is_key[at]:
                between.append(at)
                [onward] = [other for other in around[at] if other != along[-1]]
                along.append(onward)
                at = int(graph.ends[onward].sum()) - at
            if start < at:
                yield start, at, np.array(between, dtype=np.int64), np.array(along, dtype=np.int64)


def _exact_tree(graph: Graph, terminals: Ints, most: float, progress: Progress) -> tuple[Ints, Ints] | None:
    """The optimum, knowing a tree of cost ``most``; ``None`` where the rows would not fit into memory."""
    most *= 1 + _ROUNDING
    sets = 1 << (len(terminals) - 1)
    bound = _bounded(graph, terminals, most, steps=min(_MOST_STEPS, -(-sets // _SETS_PER_STEP)))
    small, nodes = bound.part(graph, most)
    own = np.searchsorted(nodes, terminals)
    if sets * len(nodes) > _MOST_LABELS:
        return None
    rows = np.full((sets, len(nodes)), np.inf)
    via = np.full(rows.shape, -1, dtype=np.int32)
    rows[1 << np.arange(len(own) - 1), own[:-1]] = small.cost[own[:-1]]
    missing = np.array([distances(small, [terminal]) for terminal in own]) - small.cost
    size = np.array([bits.bit_count() for bits in range(sets)])
    for count in range(1, len(own)):
        progress("exact_tree", count - 1, len(own) - 1)
        masks = np.flatnonzero(size == count)

        def solve(some: Ints) -> Ints:
            solve_sets(some, small.arcs, small.cost, missing, rows, via, most)
            return some

        in_chunks(solve, masks, chunk=max(1, len(masks) // (4 * WORKERS)))
    found = _unfolded(small, rows, via, int(own[-1]))
    return _tidied(graph, np.union1d(nodes[found], terminals), terminals)


@dataclass(frozen=True, kw_only=True)
class _Bounded:
    """What joining terminals costs at least: at all, and by way of each node and edge."""

    least: float
    by_node: Floats
    by_edge: Floats

    def part(self, graph: Graph, most: float) -> tuple[Graph, Ints]:
        """The graph without what no tree of at most ``most`` uses; the positions of the nodes that stay."""
        nodes, edges = np.flatnonzero(self.by_node <= most), np.flatnonzero(self.by_edge <= most)
        return Graph(graph.cost[nodes], np.searchsorted(nodes, graph.ends[edges]), graph.edge_cost[edges]), nodes


def _bounded(graph: Graph, terminals: Ints, most: float, *, steps: int) -> _Bounded:
    """Bound trees from below, knowing one of cost ``most``.

    A tree costs no less than the lower bound together with what is left of the cost of its arcs once the bound
    has been paid; one that uses an arc comes to it from the last terminal and goes on to some other [1]_.

    References
    ----------
    .. [1] R. T. Wong, A dual ascent approach for Steiner tree problems on a directed graph, Mathematical
       Programming 28 (1984), 271–287.
    """
    first, head, edge, edge_cost = graph.arcs
    twin, tail = twins_of(edge), np.repeat(np.arange(len(graph.cost)), np.diff(first))
    left = edge_cost + graph.cost[head]
    least = graph.cost[terminals[-1]] + lower_bound(first, head, twin, left, terminals, most / steps)
    free = np.zeros(len(graph.cost))
    ahead = _spread_over((first, head, edge, left), free, terminals[-1:])
    behind = _spread_over((first, head, edge, left[twin]), free, terminals[:-1])
    by_edge = np.full(len(graph.ends), np.inf)
    np.minimum.at(by_edge, edge, least + ahead[tail] + left + behind[head])
    return _Bounded(least=least, by_node=least + ahead + behind, by_edge=by_edge)


def _unfolded(graph: Graph, rows: Floats, via: NDArray[np.int32], root: int) -> Ints:
    """The nodes of the tree that joins the full set to the root."""
    nodes: set[int] = set()
    open_: list[tuple[int, int]] = [(len(rows) - 1, root)]
    while open_:
        mask, node = open_.pop()
        nodes.add(node)
        if (edge := via[mask, node]) >= 0:
            open_.append((mask, int(graph.ends[edge].sum()) - node))
        elif mask & (mask - 1):
            # A merge, of which only the sum is kept: the same sum is formed again.
            inside = np.arange(mask, dtype=np.int64)
            inside = inside[(inside & mask == inside) & (inside > 0)]
            half = int(inside[np.argmin(rows[inside, node] + rows[mask ^ inside, node])])
            open_ += [(half, node), (mask ^ half, node)]
    return np.array(sorted(nodes), dtype=np.int64)
