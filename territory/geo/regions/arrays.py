"""What the kernels here read and write: units and contacts, the parts they are in, and a desk to work on.

All are flat arrays; a unit is its position. Members of a part are not listed anywhere: they are found by walking
from one of them, which is quick because parts are small.

Compiled code is kept file by file and does not notice that a function of another file, which it has taken in,
has changed: after changing a kernel here or in `trees`, remove ``__pycache__``.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOWHERE = -1
"""The part of a unit that is left over, the jurisdiction of one that lies in none known."""

MOST_STEPS = 128
"""The tree division tells so many sizes apart; where ``most`` is larger it keeps one size for each step."""

# Squares of distances that differ by less differ by rounding.
_SAME_M2 = 1e-3


class Net(NamedTuple):
    """Units, and who touches whom: the contacts of unit u are ``start[u]:start[u + 1]``."""

    start: Ints
    other: Ints
    width_m: Floats
    """Line that both share."""
    is_way: Bools
    """Whether one can cross: false at corners and barriers, true along declared links of no width."""
    travel_s: Floats
    size: Ints
    area_m2: Floats
    line_m: Floats
    jurisdiction: Ints
    place: Floats
    """(n, 2): a point of each unit."""


class Limits(NamedTuple):
    """What is asked of a part."""

    least: int
    most: int
    crossing_weight: float
    travel_weight: float


class Parts(NamedTuple):
    """A partition under way. Arrays but the first have one place for each part there can be."""

    of: Ints
    """(n,): the part of each unit, or `NOWHERE`."""
    anyone: Ints
    """A unit of each part, `NOWHERE` where there is no such part."""
    size: Ints
    area_m2: Floats
    line_m: Floats
    score: Floats
    unused: Ints
    """Numbers that no part has, the first ``unused_count[0]`` of them."""
    unused_count: Ints
    """(1,)."""


class Desk(NamedTuple):
    """Space to work on, so that no step asks for memory."""

    found: Ints
    """Units that are being looked at."""
    slot: Ints
    """(n,): where a unit stands among those, or `NOWHERE`; always put back."""
    mark: Ints
    """(n,): number of the last walk that came by."""
    walks: Ints
    """(1,)."""
    stack: Ints
    ends: Ints
    """(e, 2): ends of ways, being shuffled."""
    root: Ints
    head: Ints
    link: Ints
    """(2 n, 2): next and target of the tree's ways."""
    at: Ints
    """Units in the order of a walk down the tree: what hangs on a unit follows it without a break."""
    up: Ints
    """Where the unit that each hangs on stands in that order."""
    depth: Ints
    hanging: Ints
    """How many stand from each on that hang on it, itself counted."""
    piece: Ints
    steps: Ints
    """(n, 4): size, open step, closing step, pieces made; see `trees`."""
    sums: Floats
    """(n, 5): size, area, line, line inside, line crossing, of all that hangs on each."""
    near: Floats


class Table(NamedTuple):
    """Space of the tree division, one row for each unit and one column for each step of size."""

    value: Ints
    """What the closed parts below hold at best, -1 where there is no such open part."""
    size: Ints
    """Size of the open part."""
    before: NDArray[np.int16]
    """Written by a child: the step its parent stood at before."""
    own: NDArray[np.int16]
    """Written by a child: the step of its own open part that joined, 0 where it was cut off."""


def empty_parts(net: Net, least: int) -> Parts:
    """Everybody left over."""
    most = int(net.size.sum()) // least + 1
    return Parts(
        of=np.full(len(net.size), NOWHERE),
        anyone=np.full(most, NOWHERE),
        size=np.zeros(most, np.int64),
        area_m2=np.zeros(most),
        line_m=np.zeros(most),
        score=np.zeros(most),
        unused=np.arange(most)[::-1].copy(),
        unused_count=np.array([most]),
    )


def empty_desk(net: Net) -> Desk:
    """Space for all units at once."""
    n = len(net.size)
    rows = {name: np.zeros(n + 1, np.int64) for name in ("found", "stack", "root", "head", "at", "up", "depth")}
    return Desk(
        **rows,
        slot=np.full(n, NOWHERE),
        mark=np.zeros(n, np.int64),
        walks=np.zeros(1, np.int64),
        ends=np.zeros((len(net.other) // 2 + 1, 2), np.int64),
        link=np.zeros((2 * n + 2, 2), np.int64),
        hanging=np.zeros(n + 1, np.int64),
        piece=np.zeros(n + 1, np.int64),
        steps=np.zeros((n + 1, 4), np.int64),
        sums=np.zeros((n + 1, 5)),
        near=np.zeros(n + 1),
    )


def empty_table(rows: int, most: int) -> Table:
    """Space to divide a tree of so many units."""
    shape = (rows + 1, min(most, MOST_STEPS) + 1)
    return Table(
        value=np.zeros(shape, np.int64),
        size=np.zeros(shape, np.int64),
        before=np.zeros(shape, np.int16),
        own=np.zeros(shape, np.int16),
    )


@njit(cache=True, nogil=True)
def walk(net, of, first, count, desk):  # type: ignore[no-untyped-def]
    """Write the units of its part that hang together with one behind the ``count`` found; how many that makes."""
    part = of[first]
    desk.found[count] = first
    desk.slot[first] = count
    begin = count
    count += 1
    while begin < count:
        unit = desk.found[begin]
        begin += 1
        for k in range(net.start[unit], net.start[unit + 1]):
            other = net.other[k]
            if net.is_way[k] and of[other] == part and desk.slot[other] < 0:
                desk.slot[other] = count
                desk.found[count] = other
                count += 1
    return count


@njit(cache=True, nogil=True)
def forget(desk, count):  # type: ignore[no-untyped-def]
    """Put back what `walk` noted."""
    for k in range(count):
        desk.slot[desk.found[k]] = -1


@njit(cache=True, nogil=True)
def compactness(area_m2, line_m):  # type: ignore[no-untyped-def]
    """Polsby–Popper: 4π area / line². Where units overlap, the sums may tell of more than a circle: 1 at most."""
    if line_m <= 0.0:
        return 0.0
    return min(1.0, 4.0 * np.pi * area_m2 / (line_m * line_m))


@njit(cache=True, nogil=True)
def score(net, limits, members, first, last, area_m2, line_m, desk):  # type: ignore[no-untyped-def]
    """What a part is worth: compactness, less what its crossings of municipal lines and its ways cost.

    Its members are ``members[first:last]``; without weights they are not looked at.
    """
    worth = compactness(area_m2, line_m)
    if limits.crossing_weight != 0.0:
        worth -= limits.crossing_weight * crossings(net, members, first, last)
    if limits.travel_weight != 0.0:
        worth -= limits.travel_weight * travel_h(net, members, first, last, desk)
    return worth


@njit(cache=True, nogil=True)
def crossings(net, members, first, last):  # type: ignore[no-untyped-def]
    """How many jurisdictions a part lies in beyond the first."""
    known = 0
    for i in range(first, last):
        own = net.jurisdiction[members[i]]
        if own < 0:
            continue
        is_new = True
        for j in range(first, i):
            if net.jurisdiction[members[j]] == own:
                is_new = False
                break
        known += is_new
    return max(0, known - 1)


@njit(cache=True, nogil=True)
def travel_h(net, members, first, last, desk):  # type: ignore[no-untyped-def]
    """Hours from the unit in the middle of a part to the others, on average, through the part."""
    x, y, count = 0.0, 0.0, last - first
    for i in range(first, last):
        x += net.place[members[i], 0] / count
        y += net.place[members[i], 1] / count
    middle, nearest = 0, np.inf
    desk.walks[0] += 1
    inside = desk.walks[0]
    for i in range(first, last):
        unit = members[i]
        desk.mark[unit] = inside
        desk.near[unit] = np.inf
        away = (net.place[unit, 0] - x) ** 2 + (net.place[unit, 1] - y) ** 2
        # Of several as near, always the same one, in whatever order they come.
        if away < nearest - _SAME_M2 or (away < nearest + _SAME_M2 and unit < middle):
            middle, nearest = unit, away
    desk.near[middle] = 0.0
    total = 0.0
    # Parts have a few dozen members, among which the nearest is found as fast without a heap.
    for _ in range(count):
        nearest = np.inf
        for i in range(first, last):
            if desk.mark[members[i]] == inside and desk.near[members[i]] < nearest:
                middle, nearest = members[i], desk.near[members[i]]
        if nearest == np.inf:
            break
        desk.mark[middle] = 0
        total += nearest
        for k in range(net.start[middle], net.start[middle + 1]):
            other = net.other[k]
            if net.is_way[k] and desk.mark[other] == inside:
                desk.near[other] = min(desk.near[other], nearest + net.travel_s[k])
    return total / count / 3600.0
