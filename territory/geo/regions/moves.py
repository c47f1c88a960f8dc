"""Moves from one partition to a better one, each of which keeps every part connected and of allowed size.

`serve` draws anew what lies around units left over, `recombine` two parts that touch, `flip` hands over one unit.
"""

from __future__ import annotations

import math

from numba import njit

from territory.geo.regions.arrays import forget, score, walk
from territory.geo.regions.trees import divide, span


@njit(cache=True, nogil=True)
def first_division(net, limits, component, count, parts, desk, table, tries, rng):  # type: ignore[no-untyped-def]
    """Divide one component, nobody of which is in a part yet, along the best of some random trees."""
    for k in range(count):
        desk.found[k] = component[k]
        desk.slot[component[k]] = k
    best = 0
    whole = 0
    for k in range(count):
        whole += net.size[component[k]]
    for _ in range(tries):
        span(net, count, desk, rng)
        held, made = divide(net, limits, count, desk, table)
        if held > best:
            if best:
                _take_back(component, count, parts)
            best = held
            _write(net, limits, count, made, parts, desk)
        if best == whole:
            break
        for k in range(count):
            desk.slot[desk.found[k]] = k
    forget(desk, count)
    return best


@njit(cache=True, nogil=True)
def _take_back(units, count, parts):  # type: ignore[no-untyped-def]
    """Leave units over, and with them all of the parts they are in."""
    for k in range(count):
        part = parts.of[units[k]]
        parts.of[units[k]] = -1
        if part >= 0 and parts.anyone[part] >= 0:
            parts.anyone[part] = -1
            parts.unused[parts.unused_count[0]] = part
            parts.unused_count[0] += 1


@njit(cache=True, nogil=True)
def _write(net, limits, count, made, parts, desk):  # type: ignore[no-untyped-def]
    """Make parts of the pieces on the desk."""
    number = desk.steps[:, 3]
    for piece in range(made):
        parts.unused_count[0] -= 1
        part = parts.unused[parts.unused_count[0]]
        number[piece] = part
        parts.anyone[part] = -1
        parts.size[part] = 0
        parts.area_m2[part] = 0.0
        parts.line_m[part] = 0.0
    for v in range(count):
        if desk.piece[v] >= 0:
            part = number[desk.piece[v]]
            parts.of[desk.at[v]] = part
            parts.anyone[part] = desk.at[v]
    for v in range(count):
        if desk.piece[v] >= 0:
            unit, part = desk.at[v], number[desk.piece[v]]
            parts.size[part] += net.size[unit]
            parts.area_m2[part] += net.area_m2[unit]
            parts.line_m[part] += net.line_m[unit] - _shared_m(net, parts.of, unit, part)
    # What a part is worth is asked for member by member; the desk holds another walk at this moment.
    members = desk.stack
    for piece in range(made):
        part = number[piece]
        n = 0
        if limits.crossing_weight != 0.0 or limits.travel_weight != 0.0:
            for v in range(count):
                if desk.piece[v] == piece:
                    members[n] = desk.at[v]
                    n += 1
        parts.score[part] = score(net, limits, members, 0, n, parts.area_m2[part], parts.line_m[part], desk)


@njit(cache=True, nogil=True)
def _shared_m(net, of, unit, part):  # type: ignore[no-untyped-def]
    shared = 0.0
    for k in range(net.start[unit], net.start[unit + 1]):
        if of[net.other[k]] == part:
            shared += net.width_m[k]
    return shared


@njit(cache=True, nogil=True)
def serve(net, limits, waiting, parts, desk, table, around, rng):  # type: ignore[no-untyped-def]
    """Draw anew the surroundings of each unit that waits and is left over; how much more is served.

    A unit left over is taken together with those left over beside it and with up to ``around`` parts near by. A
    division that serves no less is taken, so that what is left over wanders to where it can be joined.
    """
    gained = 0
    for w in range(len(waiting)):
        if parts.of[waiting[w]] >= 0:
            continue
        count = walk(net, parts.of, waiting[w], 0, desk)
        # Few parts are drawn anew most often; many at times, where it takes several to make room for one more.
        wanted = 1 + int(rng.random() ** 2 * around)
        held = 0
        for _ in range(wanted):
            part = _part_beside(net, parts.of, count, desk, rng)
            if part < 0:
                break
            count = walk(net, parts.of, parts.anyone[part], count, desk)
            held += parts.size[part]
        span(net, count, desk, rng)
        now, made = divide(net, limits, count, desk, table)
        if now >= held and now > 0:
            _take_back(desk.found, count, parts)
            _write(net, limits, count, made, parts, desk)
            gained += now - held
        forget(desk, count)
    return gained


@njit(cache=True, nogil=True)
def _part_beside(net, of, count, desk, rng):  # type: ignore[no-untyped-def]
    """A part that touches the units found, at random."""
    chosen, seen = -1, 0
    for i in range(count):
        unit = desk.found[i]
        for k in range(net.start[unit], net.start[unit + 1]):
            other = net.other[k]
            if net.is_way[k] and of[other] >= 0 and desk.slot[other] < 0:
                seen += 1
                if rng.random() * seen < 1.0:
                    chosen = of[other]
    return chosen


@njit(cache=True, nogil=True)
def polish(net, limits, tries, share_of_flips, warm, parts, desk, rng):  # type: ignore[no-untyped-def]
    """Try moves at random places: flips, else recombinations; what they add to the sum of scores.

    A move that costs score is taken with probability exp(−cost / warm), one that serves more always.
    """
    gained = 0.0
    ways = len(net.other)
    for _ in range(tries):
        if ways == 0:
            break
        k = int(rng.random() * ways)
        if not net.is_way[k]:
            continue
        unit = _owner(net.start, k)
        part, other = parts.of[unit], parts.of[net.other[k]]
        if part == other or other < 0:
            continue
        if part < 0 or rng.random() < share_of_flips:
            gained += _flip(net, limits, unit, other, warm, parts, desk, rng)
        else:
            gained += _recombine(net, limits, part, other, warm, parts, desk, rng)
    return gained


@njit(cache=True, nogil=True)
def _owner(start, k):  # type: ignore[no-untyped-def]
    """The unit whose contact k is."""
    low, high = 0, len(start) - 1
    while high - low > 1:
        middle = (low + high) // 2
        if start[middle] <= k:
            low = middle
        else:
            high = middle
    return low


@njit(cache=True, nogil=True, inline="always")
def _is_taken(gain, warm, rng):  # type: ignore[no-untyped-def]
    # Less is rounding, and would let two equal plans change places for ever.
    return gain > 1e-12 or (warm > 0.0 and rng.random() < math.exp(gain / warm))


@njit(cache=True, nogil=True)
def _flip(net, limits, unit, to, warm, parts, desk, rng):  # type: ignore[no-untyped-def]
    """Hand one unit over to a part that it touches."""
    part, size = parts.of[unit], net.size[unit]
    if parts.size[to] + size > limits.most:
        return 0.0
    if part >= 0 and (parts.size[part] - size < limits.least or not _hangs_without(net, parts, unit, desk)):
        return 0.0
    line_to = parts.line_m[to] + net.line_m[unit] - 2.0 * _shared_m(net, parts.of, unit, to)
    area_to = parts.area_m2[to] + net.area_m2[unit]
    line_from, area_from = 0.0, 0.0
    if part >= 0:
        line_from = parts.line_m[part] - net.line_m[unit] + 2.0 * _shared_m(net, parts.of, unit, part)
        area_from = parts.area_m2[part] - net.area_m2[unit]
    parts.of[unit] = to
    score_to = _score_of(net, limits, unit, area_to, line_to, parts, desk)
    score_from, before = 0.0, parts.score[to]
    if part >= 0:
        if parts.anyone[part] == unit:
            parts.anyone[part] = _neighbour_in(net, parts.of, unit, part)
        score_from = _score_of(net, limits, parts.anyone[part], area_from, line_from, parts, desk)
        before += parts.score[part]
    gain = score_to + score_from - before
    if part >= 0 and not _is_taken(gain, warm, rng):
        parts.of[unit] = part
        return 0.0
    parts.size[to] += size
    parts.area_m2[to], parts.line_m[to], parts.score[to] = area_to, line_to, score_to
    if part >= 0:
        parts.size[part] -= size
        parts.area_m2[part], parts.line_m[part], parts.score[part] = area_from, line_from, score_from
    return gain


@njit(cache=True, nogil=True)
def _score_of(net, limits, member, area_m2, line_m, parts, desk):  # type: ignore[no-untyped-def]
    count = 0
    if limits.crossing_weight != 0.0 or limits.travel_weight != 0.0:
        count = walk(net, parts.of, member, 0, desk)
        forget(desk, count)
    return score(net, limits, desk.found, 0, count, area_m2, line_m, desk)


@njit(cache=True, nogil=True)
def _neighbour_in(net, of, unit, part):  # type: ignore[no-untyped-def]
    for k in range(net.start[unit], net.start[unit + 1]):
        if net.is_way[k] and of[net.other[k]] == part:
            return net.other[k]
    return -1


@njit(cache=True, nogil=True)
def _hangs_without(net, parts, unit, desk):  # type: ignore[no-untyped-def]
    """Whether the part of a unit hangs together without it."""
    part = parts.of[unit]
    first = _neighbour_in(net, parts.of, unit, part)
    if first < 0:
        return False
    desk.walks[0] += 1
    seen = desk.walks[0]
    missing = 0
    for k in range(net.start[unit], net.start[unit + 1]):
        missing += net.is_way[k] and parts.of[net.other[k]] == part
    desk.mark[unit], desk.mark[first] = seen, seen
    desk.stack[0] = first
    waiting = 1
    while waiting:
        waiting -= 1
        at = desk.stack[waiting]
        for k in range(net.start[at], net.start[at + 1]):
            other = net.other[k]
            if not net.is_way[k]:
                continue
            # Every neighbour of the unit meets it once on this walk; when all have, they hang together.
            if other == unit:
                missing -= 1
                if missing == 0:
                    return True
            elif parts.of[other] == part and desk.mark[other] != seen:
                desk.mark[other] = seen
                desk.stack[waiting] = other
                waiting += 1
    return False


@njit(cache=True, nogil=True)
def _recombine(net, limits, one, two, warm, parts, desk, rng):  # type: ignore[no-untyped-def]
    """Put two parts that touch together and cut a random tree through them where that scores best."""
    count = walk(net, parts.of, parts.anyone[one], 0, desk)
    count = walk(net, parts.of, parts.anyone[two], count, desk)
    span(net, count, desk, rng)
    whole = parts.size[one] + parts.size[two]
    _sum_up(net, count, desk)
    sums = desk.sums
    best, cut, score_one, score_two = -math.inf, 0, 0.0, 0.0
    for v in range(1, count):
        size = int(sums[v, 0])
        if not (limits.least <= size <= limits.most and limits.least <= whole - size <= limits.most):
            continue
        below, above = _scores_of_cut(net, limits, v, count, desk)
        if below + above > best:
            best, cut, score_one, score_two = below + above, v, below, above
    gain = best - parts.score[one] - parts.score[two]
    if cut == 0 or not _is_taken(gain, warm, rng):
        forget(desk, count)
        return 0.0
    last = cut + desk.hanging[cut]
    for v in range(count):
        parts.of[desk.at[v]] = one if cut <= v < last else two
    parts.anyone[one], parts.anyone[two] = desk.at[cut], desk.at[0]
    for part, sign in ((one, True), (two, False)):
        size, area_m2, line_m = _side(sums, cut, sign)
        parts.size[part], parts.area_m2[part], parts.line_m[part] = int(size), area_m2, line_m
        parts.score[part] = score_one if sign else score_two
    forget(desk, count)
    return gain


@njit(cache=True, nogil=True)
def _sum_up(net, count, desk):  # type: ignore[no-untyped-def]
    """Size, area, lines, shared line within and across, of what hangs on each unit of the tree."""
    sums, slot, at, up, depth = desk.sums, desk.slot, desk.at, desk.up, desk.depth
    for v in range(count):
        unit = at[v]
        sums[v, 0], sums[v, 1], sums[v, 2] = net.size[unit], net.area_m2[unit], net.line_m[unit]
        sums[v, 3], sums[v, 4] = 0.0, 0.0
    for v in range(count):
        unit = at[v]
        for k in range(net.start[unit], net.start[unit + 1]):
            w = slot[net.other[k]]
            if w < 0 or net.width_m[k] == 0.0:
                continue
            # All that the tree holds of this line crosses until both ends hang on the same unit.
            sums[v, 4] += net.width_m[k]
            if w > v:
                a, b = v, w
                while a != b:
                    if depth[a] < depth[b]:
                        a, b = b, a
                    a = up[a]
                sums[a, 3] += net.width_m[k]
                sums[a, 4] -= 2.0 * net.width_m[k]
    for v in range(count - 1, 0, -1):
        for column in range(5):
            sums[up[v], column] += sums[v, column]


@njit(cache=True, nogil=True, inline="always")
def _side(sums, cut, is_below):  # type: ignore[no-untyped-def]
    """Size, area and line of what hangs on a unit, or of the rest."""
    if is_below:
        return sums[cut, 0], sums[cut, 1], sums[cut, 2] - 2.0 * sums[cut, 3]
    within = sums[0, 3] - sums[cut, 3] - sums[cut, 4]
    return sums[0, 0] - sums[cut, 0], sums[0, 1] - sums[cut, 1], sums[0, 2] - sums[cut, 2] - 2.0 * within


@njit(cache=True, nogil=True)
def _scores_of_cut(net, limits, cut, count, desk):  # type: ignore[no-untyped-def]
    _, area_below, line_below = _side(desk.sums, cut, True)
    _, area_above, line_above = _side(desk.sums, cut, False)
    inside = desk.hanging[cut]
    members = desk.stack
    if limits.crossing_weight != 0.0 or limits.travel_weight != 0.0:
        for v in range(inside):
            members[v] = desk.at[cut + v]
        for v in range(cut):
            members[inside + v] = desk.at[v]
        for v in range(cut + inside, count):
            members[v] = desk.at[v]
    below = score(net, limits, members, 0, inside, area_below, line_below, desk)
    above = score(net, limits, members, inside, count, area_above, line_above, desk)
    return below, above
