"""Compiled searches in a graph whose nodes and edges both cost; `territory.geo.steiner` is the door to them.

Arcs are ``first, head, edge, edge_cost``: those of node v are ``first[v]:first[v + 1]``. A label is the cost of
the cheapest path or tree known to end in a node, the node included; ``via`` is the edge that it came by.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def arcs_of(ends, size):  # type: ignore[no-untyped-def]
    """Where the arcs of each node start, and their heads and edges, in the order of the edges."""
    first = np.zeros(size + 1, dtype=np.int64)
    for e in range(len(ends)):
        first[ends[e, 0] + 1] += 1
        first[ends[e, 1] + 1] += 1
    first = np.cumsum(first)
    head = np.empty(2 * len(ends), dtype=np.int64)
    edge = np.empty(2 * len(ends), dtype=np.int64)
    filled = first.copy()
    for e in range(len(ends)):
        for side in range(2):
            tail = ends[e, side]
            head[filled[tail]] = ends[e, 1 - side]
            edge[filled[tail]] = e
            filled[tail] += 1
    return first, head, edge


@njit(cache=True, nogil=True)
def lightest_forest(ends, size):  # type: ignore[no-untyped-def]
    """Positions of the edges, given in the order of their cost, that join what those before do not."""
    parent = np.arange(size)
    kept = np.empty(len(ends), dtype=np.int64)
    n = 0
    for e in range(len(ends)):
        a, b = _root(parent, ends[e, 0]), _root(parent, ends[e, 1])
        if a != b:
            parent[a] = b
            kept[n] = e
            n += 1
    return kept[:n]


@njit(cache=True, nogil=True, inline="always")
def _root(parent, node):  # type: ignore[no-untyped-def]
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node


# A heap of nodes with the cheapest label on top, four below each; ``place`` says where a node stands, −1 nowhere.


@njit(cache=True, nogil=True, inline="always")
def _raise(heap, place, size, label, node):  # type: ignore[no-untyped-def]
    """Take a node in, or move it up after its label fell; the new size."""
    at = place[node]
    if at < 0:
        at = size
        size += 1
    while at > 0:
        above = (at - 1) >> 2
        if label[heap[above]] <= label[node]:
            break
        heap[at] = heap[above]
        place[heap[at]] = at
        at = above
    heap[at] = node
    place[node] = at
    return size


@njit(cache=True, nogil=True, inline="always")
def _take(heap, place, size, label):  # type: ignore[no-untyped-def]
    """Take the top away; the new size is one less."""
    place[heap[0]] = -1
    size -= 1
    if size:
        last = heap[size]
        at = 0
        while True:
            below = 4 * at + 1
            if below >= size:
                break
            least = below
            for other in range(below + 1, min(below + 4, size)):
                if label[heap[other]] < label[heap[least]]:
                    least = other
            if label[heap[least]] >= label[last]:
                break
            heap[at] = heap[least]
            place[heap[at]] = at
            at = least
        heap[at] = last
        place[last] = at


@njit(cache=True, nogil=True)
def _spread(arcs, cost, label, via, goal, most, heap, place, size):  # type: ignore[no-untyped-def]
    """Dijkstra from the nodes in the heap; the first goal that is settled (−1: none), and the heap's size then."""
    first, head, edge, edge_cost = arcs
    while size > 0 and label[heap[0]] <= most:
        node = heap[0]
        _take(heap, place, size, label)
        size -= 1
        if goal[node]:
            return node, size
        for a in range(first[node], first[node + 1]):
            other = head[a]
            reached = label[node] + edge_cost[a] + cost[other]
            if reached < label[other]:
                label[other] = reached
                via[other] = edge[a]
                size = _raise(heap, place, size, label, other)
    return -1, size


@njit(cache=True, nogil=True)
def reach(arcs, cost, label, goal, most):  # type: ignore[no-untyped-def]
    """Spread from all nodes that have a finite label, in place, until the first goal or the given cost.

    Returns the goal reached, −1 for none, and the edge by which each label came, −1 for none.
    """
    heap = np.empty(len(label), dtype=np.int64)
    place = np.full(len(label), -1, dtype=np.int64)
    via = np.full(len(label), -1, dtype=np.int64)
    size = 0
    for node in range(len(label)):
        if label[node] < np.inf:
            size = _raise(heap, place, size, label, node)
    end, _ = _spread(arcs, cost, label, via, goal, most, heap, place, size)
    return end, via


@njit(cache=True, nogil=True)
def grow_tree(arcs, ends, cost, terminals, start):  # type: ignore[no-untyped-def]
    """Nodes of a tree that starts at a terminal and reaches for the nearest that it does not yet hold."""
    label = np.full(len(cost), np.inf)
    via = np.full(len(cost), -1, dtype=np.int64)
    heap = np.empty(len(cost), dtype=np.int64)
    place = np.full(len(cost), -1, dtype=np.int64)
    goal = np.zeros(len(cost), dtype=np.bool_)
    taken = np.zeros(len(cost), dtype=np.bool_)
    goal[terminals] = True
    goal[start] = False
    taken[start] = True
    label[start] = 0.0
    size = _raise(heap, place, 0, label, start)
    for _ in range(len(terminals) - 1):
        end, size = _spread(arcs, cost, label, via, goal, np.inf, heap, place, size)
        goal[end] = False
        # From what the tree now holds, the search goes on with the labels it has.
        while not taken[end]:
            taken[end] = True
            label[end] = 0.0
            size = _raise(heap, place, size, label, end)
            end = ends[via[end], 0] + ends[via[end], 1] - end
    return np.flatnonzero(taken)


@njit(cache=True, nogil=True)
def twins_of(edge):  # type: ignore[no-untyped-def]
    """For each arc the one that runs along its edge the other way."""
    seen = np.full(len(edge) // 2, -1, dtype=np.int64)
    twin = np.empty(len(edge), dtype=np.int64)
    for a in range(len(edge)):
        other = seen[edge[a]]
        if other < 0:
            seen[edge[a]] = a
        else:
            twin[a] = other
            twin[other] = a
    return twin


@njit(cache=True, nogil=True)
def lower_bound(first, head, twin, left, terminals, step):  # type: ignore[no-untyped-def]
    """Raise a lower bound on what it costs to reach all terminals from the last one.

    Around each terminal a ball grows, step by step, until it holds the last terminal. What it grows by is
    taken from every arc that enters it, so that whatever reaches the terminal pays it; ``left`` keeps, in place,
    what is left of the cost of arcs.
    """
    root = terminals[-1]
    label = np.full(len(first) - 1, np.inf)
    heap = np.empty(len(label), dtype=np.int64)
    place = np.full(len(label), -1, dtype=np.int64)
    touched = np.empty(len(label), dtype=np.int64)
    settled = np.zeros(len(terminals) - 1, dtype=np.int64)
    bound = 0.0
    while settled.min() < len(label):
        # The smallest ball: one that holds another would pay for arcs that the other needs.
        k = settled.argmin()
        settled[k] = 0
        label[terminals[k]] = 0.0
        touched[0] = terminals[k]
        seen = 1
        size = _raise(heap, place, 0, label, terminals[k])
        while size > 0 and label[heap[0]] < step:
            node = heap[0]
            if node == root:
                settled[k] = len(label)
                break
            _take(heap, place, size, label)
            size -= 1
            settled[k] += 1
            for a in range(first[node], first[node + 1]):
                other = head[a]
                reached = label[node] + left[twin[a]]
                if reached < label[other]:
                    if label[other] == np.inf:
                        touched[seen] = other
                        seen += 1
                    label[other] = reached
                    size = _raise(heap, place, size, label, other)
        grown = min(step, label[root])
        bound += grown
        for n in range(seen):
            node = touched[n]
            if label[node] >= grown:
                continue
            for a in range(first[node], first[node + 1]):
                paid = min(label[head[a]], grown) - label[node]
                if paid > 0.0:
                    left[twin[a]] = max(left[twin[a]] - paid, 0.0)
        for n in range(seen):
            label[touched[n]] = np.inf
            place[touched[n]] = -1
    return bound


@njit(cache=True, nogil=True)
def solve_sets(masks, arcs, cost, missing, rows, via, most):  # type: ignore[no-untyped-def]
    """Fill the rows of some sets of terminals, of one size, when those of all smaller sets are filled.

    ``rows[set, node]`` is the cost of the cheapest tree that holds the set and the node: two such trees of smaller
    sets that meet in the node, or one of the same set at a neighbour. Labels that cannot lead to a tree of at
    most ``most`` are left out: ``missing[k, node]`` is what joining terminal k to the node costs at least.
    """
    first, head, edge, edge_cost = arcs
    heap = np.empty(len(cost), dtype=np.int64)
    place = np.full(len(cost), -1, dtype=np.int64)
    ahead = np.empty(len(cost))
    for mask in masks:
        row, came = rows[mask], via[mask]
        # Each way to part the set once: the half with the lowest bit is the first.
        low = mask & -mask
        half = (mask - 1) & mask
        while half:
            if half & low:
                one, two = rows[half], rows[mask ^ half]
                for node in range(len(row)):
                    row[node] = min(row[node], one[node] + two[node] - cost[node])
            half = (half - 1) & mask
        ahead[:] = 0.0
        for k in range(len(missing)):
            if not (mask >> k) & 1:
                for node in range(len(row)):
                    ahead[node] = max(ahead[node], missing[k, node])
        size = 0
        for node in range(len(row)):
            if row[node] + ahead[node] > most:
                row[node] = np.inf
            else:
                size = _raise(heap, place, size, row, node)
        while size > 0:
            node = heap[0]
            _take(heap, place, size, row)
            size -= 1
            for a in range(first[node], first[node + 1]):
                other = head[a]
                reached = row[node] + edge_cost[a] + cost[other]
                if reached < row[other] and reached + ahead[other] <= most:
                    row[other] = reached
                    came[other] = edge[a]
                    size = _raise(heap, place, size, row, other)


@njit(cache=True, nogil=True)
def parts_members(asked, ends, member, members):  # type: ignore[no-untyped-def]
    """For some nodes, whether no piece of the others holds nodes of all members that have any left.

    ``member`` is the number of the member that a node belongs to, −1 for none; a node of −1 that is asked about
    stands for taking none away.
    """
    result = np.zeros(len(asked), dtype=np.bool_)
    parent = np.empty(len(member), dtype=np.int64)
    seen = np.empty((len(member), members), dtype=np.bool_)
    for n in range(len(asked)):
        out = asked[n]
        for node in range(len(member)):
            parent[node] = node
        for e in range(len(ends)):
            if ends[e, 0] != out and ends[e, 1] != out:
                parent[_root(parent, ends[e, 0])] = _root(parent, ends[e, 1])
        seen[:] = False
        held = np.zeros(len(member), dtype=np.int64)
        left = np.zeros(members, dtype=np.bool_)
        for node in range(len(member)):
            own = member[node]
            if own >= 0 and node != out:
                root = _root(parent, node)
                left[own] = True
                if not seen[root, own]:
                    seen[root, own] = True
                    held[root] += 1
        result[n] = len(held) > 0 and held.max() < left.sum()
    return result
