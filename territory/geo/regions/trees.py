"""Random spanning trees, and the best division of a tree into parts of allowed size.

A tree is written in the order of a walk down from its root, so that what hangs on a unit follows it without a
break, and all sums over subtrees are one run from the end to the beginning.
"""

from __future__ import annotations

from numba import njit

from territory.geo.regions.arrays import MOST_STEPS


@njit(cache=True, nogil=True)
def span(net, count, desk, rng):  # type: ignore[no-untyped-def]
    """Draw a random spanning tree through the ``count`` units found, which hang together; `Desk.at` and on.

    Ways are taken in random order unless they close a ring. `Desk.slot` then tells where in the walk each is.
    """
    found, slot, ends, root, head, link = desk.found, desk.slot, desk.ends, desk.root, desk.head, desk.link
    ways = 0
    for i in range(count):
        root[i] = i
        head[i] = -1
        unit = found[i]
        for k in range(net.start[unit], net.start[unit + 1]):
            if net.is_way[k] and slot[net.other[k]] > i:
                ends[ways, 0] = i
                ends[ways, 1] = slot[net.other[k]]
                ways += 1
    links = 0
    while ways and links < 2 * (count - 1):
        pick = int(rng.random() * ways)
        i, j = ends[pick, 0], ends[pick, 1]
        ways -= 1
        ends[pick, 0], ends[pick, 1] = ends[ways, 0], ends[ways, 1]
        a, b = _root(root, i), _root(root, j)
        if a == b:
            continue
        root[a] = b
        link[links, 0], link[links, 1] = head[i], j
        link[links + 1, 0], link[links + 1, 1] = head[j], i
        head[i], head[j] = links, links + 1
        links += 2
    _walk_down(count, desk, int(rng.random() * count))


@njit(cache=True, nogil=True)
def _root(root, i):  # type: ignore[no-untyped-def]
    while root[i] != i:
        root[i] = root[root[i]]
        i = root[i]
    return i


@njit(cache=True, nogil=True)
def _walk_down(count, desk, top):  # type: ignore[no-untyped-def]
    # `root` has done its work and now holds where the unit stands on which the one on the stack hangs.
    stack, above, at, up = desk.stack, desk.root, desk.at, desk.up
    stack[0] = top
    above[top] = -1
    waiting = 1
    stands = 0
    while waiting:
        waiting -= 1
        i = stack[waiting]
        at[stands] = desk.found[i]
        up[stands] = above[i]
        desk.depth[stands] = desk.depth[above[i]] + 1 if above[i] >= 0 else 0
        k = desk.head[i]
        while k >= 0:
            j = desk.link[k, 1]
            if stands == 0 or desk.found[j] != at[up[stands]]:
                above[j] = stands
                stack[waiting] = j
                waiting += 1
            k = desk.link[k, 0]
        stands += 1
    for stands in range(count):
        desk.hanging[stands] = 1
        desk.slot[at[stands]] = stands
    for stands in range(count - 1, 0, -1):
        desk.hanging[up[stands]] += desk.hanging[stands]


@njit(cache=True, nogil=True)
def divide(net, limits, count, desk, table):  # type: ignore[no-untyped-def]
    """Cut the tree into parts of allowed size so that they hold as much as any cuts of this tree can.

    Exact up to `MOST_STEPS` sizes; beyond, each step of size keeps the one open part that promises most.

    Returns
    -------
    tuple
        What the parts hold, and how many there are. `Desk.piece` tells the part of each unit in the order of the
        walk, -1 where it is left over.

    Notes
    -----
    For each unit and each size of the part that is open at it: the most that the closed parts below it hold.
    Children are merged one by one, so that the work grows with units × ``most``.
    """
    closed, closing = desk.steps[:, 0], desk.steps[:, 1]
    last = min(limits.most, MOST_STEPS)
    for v in range(count):
        table.value[v, : last + 1] = -1
        own = net.size[desk.at[v]]
        step = _step(own, limits.most)
        table.value[v, step] = 0
        table.size[v, step] = own
        closed[v] = 0  # what those below hold if this one is left over
    for v in range(count - 1, -1, -1):
        _close(table, v, limits, last, closed, closing)
        if v:
            closed_below = closed[v]
            p = desk.up[v]
            _merge(table, p, v, closed_below, limits.most, last, desk.steps)
            # Left over or not is decided at the parent's own turn; until then this is "if it is left over".
            closed[p] += closed_below
    return closed[0], _trace(table, count, desk, closing)


@njit(cache=True, nogil=True, inline="always")
def _step(size, most):  # type: ignore[no-untyped-def]
    return size if most <= MOST_STEPS else (size * MOST_STEPS + most - 1) // most


@njit(cache=True, nogil=True)
def _close(table, v, limits, last, closed, closing):  # type: ignore[no-untyped-def]
    """Decide how the part at a unit is closed at best: at which step, or 0 where the unit is left over."""
    closing[v] = 0
    best = closed[v]
    off_middle = limits.most
    for step in range(1, last + 1):
        below, size = table.value[v, step], table.size[v, step]
        if below < 0 or size < limits.least or size > limits.most:
            continue
        # Among equals the size in the middle, which leaves most room for moves.
        off = abs(2 * size - limits.least - limits.most)
        if below + size > best or (below + size == best and closing[v] and off < off_middle):
            best, off_middle, closing[v] = below + size, off, step
    closed[v] = best


@njit(cache=True, nogil=True)
def _merge(table, p, v, closed_below, most, last, steps):  # type: ignore[no-untyped-def]
    value, size = table.value, table.size
    # First every open part as it is, the child cut off; then what joining makes of it, where that promises more.
    highest_p = last
    while highest_p > 0 and value[p, highest_p] < 0:
        highest_p -= 1
    highest_v = last
    while highest_v > 0 and value[v, highest_v] < 0:
        highest_v -= 1
    top = min(last, highest_p + highest_v)
    old_value, old_size = value[p, : top + 1].copy(), size[p, : top + 1].copy()
    for step in range(1, top + 1):
        if old_value[step] >= 0:
            value[p, step] = old_value[step] + closed_below
            table.before[v, step] = step
            table.own[v, step] = 0
    for b in range(1, highest_p + 1):
        if old_value[b] < 0:
            continue
        for c in range(1, highest_v + 1):
            if value[v, c] < 0:
                continue
            joined = old_size[b] + size[v, c]
            if joined > most:
                continue
            step = _step(joined, most)
            promise = old_value[b] + value[v, c] + joined
            if value[p, step] < 0 or promise > value[p, step] + size[p, step]:
                value[p, step] = promise - joined
                size[p, step] = joined
                table.before[v, step] = b
                table.own[v, step] = c


@njit(cache=True, nogil=True)
def _trace(table, count, desk, closing):  # type: ignore[no-untyped-def]
    """Walk down again and write which part each unit is in; how many there are."""
    piece, stands_at = desk.piece, desk.steps[:, 2]
    made = 0
    for v in range(count):
        own = 0
        if v and piece[desk.up[v]] >= 0:
            p = desk.up[v]
            own = table.own[v, stands_at[p]]
            stands_at[p] = table.before[v, stands_at[p]]
        if own:
            piece[v] = piece[desk.up[v]]
            stands_at[v] = own
        elif closing[v]:
            piece[v] = made
            made += 1
            stands_at[v] = closing[v]
        else:
            piece[v] = -1
    return made
