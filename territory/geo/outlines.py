"""A layer's outlines as flat arrays, and the two sums over pairs of edges that everything else is made of.

`Outlines` holds every edge of every part of a layer once. Two kernels run over pairs of parts whose bounding
boxes meet: how much ground both hold, and how far the line of one runs beside the other. Neither looks for
crossing points, so shared edges, duplicates, nesting, holes and hand-drawn noise need no case of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from geopandas import GeoSeries
from numba import njit
from numpy.typing import NDArray

from territory.geo.crs import require_projected
from territory.geo.threads import in_chunks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# From so many edges on, a part keeps them sorted; below, reading all is as fast.
_LONG = 256


@dataclass(frozen=True)
class Outlines:
    """Edges of a layer, part by part; a part is one polygon of a unit."""

    edges: Floats
    """(e, 4): x0, y0, x1, y1 in metres, exteriors counter-clockwise, holes clockwise."""
    first: Ints
    """(p + 1,): part k has the edges ``first[k]:first[k + 1]``."""
    boxes: Floats
    """(p, 4): west, south, east, north of each part."""
    tallest: Floats
    """(p,): height of the tallest edge of a long part, whose edges are kept from south to north; others ∞."""
    unit: Ints
    """(p,): position in the layer of the unit that the part belongs to."""

    @classmethod
    def of(cls, units: GeoSeries) -> Outlines:
        """Take the edges of (n,) valid polygons in metres.

        Raises
        ------
        NotProjected
            The CRS is geographic or missing.
        """
        require_projected(units)
        parts, unit = shapely.get_parts(np.asarray(units.array), return_index=True)
        if not len(parts):
            return cls(np.empty((0, 4)), np.zeros(1, np.int64), np.empty((0, 4)), np.empty(0), unit)
        _, coords, (ring_start, part_start) = shapely.to_ragged_array(parts, include_z=False)
        edges, first = _edges(coords, ring_start.astype(np.int64), part_start.astype(np.int64))
        return cls(edges, first, shapely.bounds(parts), _sort_long_parts(edges, first), unit.astype(np.int64))

    @property
    def arrays(self) -> tuple[Floats, Ints, Floats, Floats]:
        """What the kernels read."""
        return self.edges, self.first, self.boxes, self.tallest

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The boxes of the parts, to search."""
        return shapely.STRtree(shapely.box(*self.boxes.T))

    def pairs(self, *, within_m: float = 0.0) -> Ints:
        """(k, 2) parts of different units whose boxes come within a distance of each other, each pair once."""
        return self.pairs_with(self, within_m=within_m, once=True)

    def pairs_with(self, other: Outlines, *, within_m: float = 0.0, once: bool = False) -> Ints:
        """(k, 2) parts of this layer and of another whose boxes come within a distance of each other."""
        grown = self.boxes + np.array([-within_m, -within_m, within_m, within_m])
        left, right = other.tree.query(shapely.box(*grown.T))
        if once:
            keep = (left < right) & (self.unit[left] != other.unit[right])
            left, right = left[keep], right[keep]
        order = np.lexsort((right, left))
        return np.column_stack([left[order], right[order]]).astype(np.int64)


def lone_edges(outlines: Outlines, group: Ints | None = None) -> Ints:
    """Which edges no other edge runs along the other way, between the same two points.

    Where two units of a coverage meet, each edge of one is an edge of the other, turned round; taking both away
    leaves the lines across which the number of units that cover the ground changes.

    Parameters
    ----------
    outlines
        Edges of a layer.
    group
        (n,) group of each unit, from 0; only edges of one group take each other away. By default all are one.

    Returns
    -------
    ndarray
        Positions in ``outlines.edges``, rising.
    """
    if group is None:
        group = np.zeros(int(outlines.unit.max(initial=0)) + 1, dtype=np.int64)
    return np.sort(_lone_edges(outlines.edges, outlines.first, group[outlines.unit]))


def are_one_ring(outlines: Outlines, group: Ints, count: int) -> NDArray[np.bool_]:
    """(count,) whether what is left of each group's edges is one simple ring: one piece without holes."""
    lone = lone_edges(outlines, group)
    edge_group = np.repeat(group[outlines.unit], np.diff(outlines.first))[lone]
    return np.asarray(_are_one_ring(outlines.edges[lone], edge_group, count))


@njit(cache=True)
def _edges(coords, ring_start, part_start):  # type: ignore[no-untyped-def]
    """Edges of all rings, exteriors counter-clockwise and holes clockwise, and where each part starts."""
    edges = np.empty((len(coords) - len(ring_start) + 1, 4))
    first = np.empty(len(part_start), dtype=np.int64)
    n = 0
    for part in range(len(part_start) - 1):
        first[part] = n
        for ring in range(part_start[part], part_start[part + 1]):
            start, end = ring_start[ring], ring_start[ring + 1] - 1
            # Twice the area, from the ring's own corner: far from the origin products swallow the digits.
            x, y = coords[start]
            area = 0.0
            for k in range(start, end):
                area += (coords[k, 0] - x) * (coords[k + 1, 1] - y) - (coords[k + 1, 0] - x) * (coords[k, 1] - y)
            keeps = (area > 0.0) == (ring == part_start[part])
            for k in range(start, end):
                a, b = (k, k + 1) if keeps else (k + 1, k)
                edges[n, 0], edges[n, 1], edges[n, 2], edges[n, 3] = (
                    coords[a, 0],
                    coords[a, 1],
                    coords[b, 0],
                    coords[b, 1],
                )
                n += 1
    first[len(part_start) - 1] = n
    return edges, first


@njit(cache=True)
def _sort_long_parts(edges, first):  # type: ignore[no-untyped-def]
    """Put the edges of long parts in order of their southern ends, so that few are read for a place."""
    tallest = np.full(len(first) - 1, math.inf)
    for part in range(len(first) - 1):
        own = edges[first[part] : first[part + 1]]
        if len(own) >= _LONG:
            tallest[part] = np.abs(own[:, 3] - own[:, 1]).max()
            own[:] = own[np.argsort(np.minimum(own[:, 1], own[:, 3]))]
    return tallest


def shared_areas_m2(ours: Outlines, theirs: Outlines, pairs: Ints) -> Floats:
    """(k,) areas in m² that the parts of each pair both hold.

    Notes
    -----
    Seen as ``1(x, y) = Σ s_e [y < y_e(x)]`` over the edges e of a part, with s = +1 for edges that run west and
    −1 for those that run east, the shared area is ``Σ_e Σ_f s_e s_f ∫ min(y_e, y_f) dx`` over the window that
    both boxes share. The window's narrow side is taken for x, so that few edges reach into it; for long outlines,
    whose edges are sorted from south to north, it is its height.
    """

    def run(chunk: Ints) -> Floats:
        areas = np.zeros(len(chunk))
        _shared_areas(ours.arrays, theirs.arrays, chunk, areas)
        return areas

    return in_chunks(run, pairs)


def beside_lengths_m(ours: Outlines, theirs: Outlines, pairs: Ints, *, tolerance_m: float) -> Floats:
    """(k, 2) metres of each part's line that lie in the other part, grown by a tolerance."""

    def run(chunk: Ints) -> Floats:
        metres = np.zeros((len(chunk), 2))
        _beside_lengths(ours.arrays, theirs.arrays, chunk, tolerance_m, metres)
        return metres

    return in_chunks(run, pairs)


@njit(cache=True, nogil=True)
def _shared_areas(ours, theirs, pairs, result):  # type: ignore[no-untyped-def]
    edges_a, first_a, boxes_a, tallest_a = ours
    edges_b, first_b, boxes_b, tallest_b = theirs
    most_a, most_b = 0, 0
    for k in range(len(pairs)):
        i, j = pairs[k]
        most_a = max(most_a, first_a[i + 1] - first_a[i])
        most_b = max(most_b, first_b[j + 1] - first_b[j])
    # An edge that leaves the window above or below is cut in three at most.
    cut_a = np.empty((3 * most_a, 5))
    cut_b = np.empty((3 * most_b, 5))
    for k in range(len(pairs)):
        i, j = pairs[k]
        west = max(boxes_a[i, 0], boxes_b[j, 0])
        south = max(boxes_a[i, 1], boxes_b[j, 1])
        east = min(boxes_a[i, 2], boxes_b[j, 2])
        north = min(boxes_a[i, 3], boxes_b[j, 3])
        if west >= east or south >= north:
            continue
        a = edges_a[first_a[i] : first_a[i + 1]]
        b = edges_b[first_b[j] : first_b[j + 1]]
        is_long = tallest_a[i] < math.inf or tallest_b[j] < math.inf
        # Where no line of a long outline meets the other's box, all of the other is on one side of it.
        if tallest_b[j] < math.inf and not _meets(b, tallest_b[j], boxes_a[i]):
            result[k] = _area(a) if _is_inside(b, boxes_b[j], tallest_b[j], a[0, 0], a[0, 1]) else 0.0
            continue
        if tallest_a[i] < math.inf and not _meets(a, tallest_a[i], boxes_b[j]):
            result[k] = _area(b) if _is_inside(a, boxes_a[i], tallest_a[i], b[0, 0], b[0, 1]) else 0.0
            continue
        turned = is_long or east - west > north - south
        n_a = _cut(a, tallest_a[i], west, south, east, north, turned, cut_a)
        if n_a == 0:
            continue
        n_b = _cut(b, tallest_b[j], west, south, east, north, turned, cut_b)
        total = 0.0
        for e in range(n_a):
            x0, y0, x1, y1, s = cut_a[e]
            for f in range(n_b):
                left = max(x0, cut_b[f, 0])
                right = min(x1, cut_b[f, 2])
                if left < right:
                    total += s * cut_b[f, 4] * _integral_of_lower(x0, y0, x1, y1, cut_b[f], left, right)
        result[k] = max(total, 0.0)


@njit(cache=True, nogil=True)
def _meets(part, tallest, box):  # type: ignore[no-untyped-def]
    """Whether the box of any edge of a sorted part meets a box."""
    for k in range(_first_that_reaches(part, tallest, box[1]), len(part)):
        if _south(part[k]) > box[3]:
            break
        if _boxes_meet(part[k], box, 0.0):
            return True
    return False


@njit(cache=True, nogil=True)
def _area(part):  # type: ignore[no-untyped-def]
    # From a corner of its own: far from the origin products swallow the digits.
    x, y = part[0, 0], part[0, 1]
    doubled = 0.0
    for k in range(len(part)):
        doubled += (part[k, 0] - x) * (part[k, 3] - y) - (part[k, 2] - x) * (part[k, 1] - y)
    return doubled / 2.0


@njit(cache=True, nogil=True, inline="always")
def _integral_of_lower(x0, y0, x1, y1, other, left, right):  # type: ignore[no-untyped-def]
    """∫ min of two straight lines from left to right."""
    slope = (y1 - y0) / (x1 - x0)
    slope_o = (other[3] - other[1]) / (other[2] - other[0])
    a0 = y0 + slope * (left - x0)
    a1 = y0 + slope * (right - x0)
    b0 = other[1] + slope_o * (left - other[0])
    b1 = other[1] + slope_o * (right - other[0])
    d0, d1 = a0 - b0, a1 - b1
    width = right - left
    if d0 * d1 >= 0.0:
        return 0.5 * width * (a0 + a1 if d0 + d1 < 0.0 else b0 + b1)
    t = d0 / (d0 - d1)
    middle = a0 + t * (a1 - a0)
    low0, low1 = min(a0, b0), min(a1, b1)
    return 0.5 * width * (t * (low0 + middle) + (1.0 - t) * (middle + low1))


@njit(cache=True, nogil=True)
def _cut(edges, tallest, west, south, east, north, turned, out):  # type: ignore[no-untyped-def]
    """Cut edges to a window, seen from its lower left corner; edges below it vanish, edges above lie on its top.

    Rows of ``out`` are x0, y0, x1, y1 with x0 < x1, and the sign of the edge.
    """
    n = 0
    if turned:
        width, height = north - south, east - west
    else:
        width, height = east - west, north - south
    for k in range(_first_that_reaches(edges, tallest, south), len(edges)):
        if tallest < math.inf and _south(edges[k]) > north:
            break
        if turned:
            # Mirrored at the diagonal, which turns orientation round, hence the ends change places.
            x1, y1, x0, y0 = edges[k, 1] - south, edges[k, 0] - west, edges[k, 3] - south, edges[k, 2] - west
        else:
            x0, y0, x1, y1 = edges[k, 0] - west, edges[k, 1] - south, edges[k, 2] - west, edges[k, 3] - south
        sign = -1.0
        if x0 > x1:
            x0, y0, x1, y1 = x1, y1, x0, y0
            sign = 1.0
        if x0 == x1 or x1 <= 0.0 or x0 >= width or (y0 <= 0.0 and y1 <= 0.0):
            continue
        slope = (y1 - y0) / (x1 - x0)
        if x0 < 0.0:
            y0 -= slope * x0
            x0 = 0.0
        if x1 > width:
            y1 += slope * (width - x1)
            x1 = width
        # Where the line enters or leaves the window through its floor or its ceiling.
        if slope != 0.0:
            low = x0 - y0 / slope
            high = x0 + (height - y0) / slope
            first, second = min(low, high), max(low, high)
        else:
            first, second = x0, x0
        at = x0
        for stop in (first, second, x1):
            to = min(stop, x1)
            if to <= at:
                continue
            ya = min(max(y0 + slope * (at - x0), 0.0), height)
            yb = min(max(y0 + slope * (to - x0), 0.0), height)
            if ya > 0.0 or yb > 0.0:
                out[n, 0], out[n, 1], out[n, 2], out[n, 3], out[n, 4] = at, ya, to, yb, sign
                n += 1
            at = to
    return n


@njit(cache=True, nogil=True)
def _beside_lengths(ours, theirs, pairs, tolerance, result):  # type: ignore[no-untyped-def]
    edges_a, first_a, boxes_a, tallest_a = ours
    edges_b, first_b, boxes_b, tallest_b = theirs
    for k in range(len(pairs)):
        i, j = pairs[k]
        a = edges_a[first_a[i] : first_a[i + 1]]
        b = edges_b[first_b[j] : first_b[j + 1]]
        result[k, 0] = _beside(a, boxes_a[i], b, boxes_b[j], tallest_b[j], tolerance)
        if result[k, 0] > 0.0:
            result[k, 1] = _beside(b, boxes_b[j], a, boxes_a[i], tallest_a[i], tolerance)


@njit(cache=True, nogil=True, inline="always")
def _south(edge):  # type: ignore[no-untyped-def]
    return min(edge[1], edge[3])


@njit(cache=True, nogil=True, inline="always")
def _first_that_reaches(part, tallest, y):  # type: ignore[no-untyped-def]
    """Position of the first edge of a sorted part that may reach up to y."""
    low, high = 0, len(part)
    if tallest == math.inf:
        return low
    while low < high:
        middle = (low + high) // 2
        if _south(part[middle]) < y - tallest:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def _beside(line, line_box, area, area_box, tallest, tolerance):  # type: ignore[no-untyped-def]
    """Metres of a part's line that lie in another part or within a tolerance of its line."""
    near = np.empty((len(area), 4))
    n = 0
    for f in range(len(area)):
        if _boxes_meet(area[f], line_box, tolerance):
            near[n] = area[f]
            n += 1
    near = near[:n]
    starts = np.empty(n)
    ends = np.empty(n)
    total = 0.0
    for e in range(len(line)):
        if not _boxes_meet(line[e], area_box, tolerance):
            continue
        x0, y0, x1, y1 = line[e]
        length = math.hypot(x1 - x0, y1 - y0)
        if length == 0.0:
            continue
        m = 0
        covered = False
        top = max(y0, y1) + tolerance
        for g in range(_first_that_reaches(near, tallest, min(y0, y1) - tolerance), n):
            if _south(near[g]) > top and tallest < math.inf:
                break
            if not _edges_meet(line[e], near[g], tolerance):
                continue
            start, end = _stretch_near(x0, y0, x1, y1, length, near[g], tolerance)
            if start >= end:
                continue
            if start <= 0.0 and end >= 1.0:
                covered = True
                break
            # Kept in order of their starts.
            at = m
            while at > 0 and starts[at - 1] > start:
                starts[at], ends[at] = starts[at - 1], ends[at - 1]
                at -= 1
            starts[at], ends[at] = start, end
            m += 1
        if covered:
            total += length
            continue
        # Between stretches near its line, the edge is wholly inside the part or wholly outside.
        reached = 0.0
        share = 0.0
        for g in range(m + 1):
            start = starts[g] if g < m else 1.0
            if start > reached:
                middle = 0.5 * (start + reached)
                if _is_inside(area, area_box, tallest, x0 + middle * (x1 - x0), y0 + middle * (y1 - y0)):
                    share += start - reached
                reached = start
            if g < m and ends[g] > reached:
                share += ends[g] - reached
                reached = ends[g]
        total += share * length
    return total


@njit(cache=True, nogil=True, inline="always")
def _boxes_meet(edge, box, tolerance):  # type: ignore[no-untyped-def]
    return (
        max(edge[0], edge[2]) >= box[0] - tolerance
        and min(edge[0], edge[2]) <= box[2] + tolerance
        and max(edge[1], edge[3]) >= box[1] - tolerance
        and min(edge[1], edge[3]) <= box[3] + tolerance
    )


@njit(cache=True, nogil=True, inline="always")
def _edges_meet(e, f, tolerance):  # type: ignore[no-untyped-def]
    return (
        max(e[0], e[2]) >= min(f[0], f[2]) - tolerance
        and min(e[0], e[2]) <= max(f[0], f[2]) + tolerance
        and max(e[1], e[3]) >= min(f[1], f[3]) - tolerance
        and min(e[1], e[3]) <= max(f[1], f[3]) + tolerance
    )


@njit(cache=True, nogil=True)
def _stretch_near(x0, y0, x1, y1, length, f, tolerance):  # type: ignore[no-untyped-def]
    """From where to where (0–1) the edge (x0, y0)–(x1, y1) is within a tolerance of the edge f.

    The ground around f is convex, so it is one stretch: the hull of those in its two discs and its strip.
    """
    ux, uy = (x1 - x0) / length, (y1 - y0) / length
    start, end = math.inf, -math.inf
    for k in range(0, 4, 2):
        dx, dy = f[k] - x0, f[k + 1] - y0
        along = dx * ux + dy * uy
        off2 = dx * dx + dy * dy - along * along
        if off2 <= tolerance * tolerance:
            half = math.sqrt(tolerance * tolerance - max(off2, 0.0))
            start, end = min(start, along - half), max(end, along + half)
    fx, fy = f[2] - f[0], f[3] - f[1]
    f_length = math.hypot(fx, fy)
    if f_length > 0.0:
        fx, fy = fx / f_length, fy / f_length
        px, py = x0 - f[0], y0 - f[1]
        low, high = _clip(px * fx + py * fy, ux * fx + uy * fy, 0.0, f_length, -math.inf, math.inf)
        low, high = _clip(py * fx - px * fy, uy * fx - ux * fy, -tolerance, tolerance, low, high)
        if low < high:
            start, end = min(start, low), max(end, high)
    return max(start, 0.0) / length, min(end, length) / length


@njit(cache=True, nogil=True, inline="always")
def _clip(at, rate, least, most, low, high):  # type: ignore[no-untyped-def]
    """Where ``at + t · rate`` lies between two values, within a given range of t."""
    if abs(rate) < 1e-12:
        if least <= at <= most:
            return low, high
        return math.inf, -math.inf
    t0, t1 = (least - at) / rate, (most - at) / rate
    return max(low, min(t0, t1)), min(high, max(t0, t1))


@njit(cache=True, nogil=True)
def _is_inside(part, box, tallest, x, y):  # type: ignore[no-untyped-def]
    if x < box[0] or x > box[2] or y < box[1] or y > box[3]:
        return False
    inside = False
    for k in range(_first_that_reaches(part, tallest, y), len(part)):
        if _south(part[k]) > y and tallest < math.inf:
            break
        y0, y1 = part[k, 1], part[k, 3]
        if (y0 > y) != (y1 > y) and x < part[k, 0] + (y - y0) / (y1 - y0) * (part[k, 2] - part[k, 0]):
            inside = not inside
    return inside


@njit(cache=True)
def _lone_edges(edges, first, group):  # type: ignore[no-untyped-def]
    size = 16
    while size < 2 * len(edges):
        size *= 2
    holder = np.full(size, -1, dtype=np.int64)
    net = np.zeros(size, dtype=np.int32)
    group_of = np.empty(len(edges), dtype=np.int64)
    for part in range(len(first) - 1):
        for e in range(first[part], first[part + 1]):
            group_of[e] = group[part]
            x0, y0, x1, y1 = edges[e]
            runs = 1
            if x0 > x1 or (x0 == x1 and y0 > y1):
                x0, y0, x1, y1 = x1, y1, x0, y0
                runs = -1
            slot = (_mixed(x0, y0) * 31 + _mixed(x1, y1)) & (size - 1)
            while holder[slot] >= 0 and not _same_edge(
                edges[holder[slot]], x0, y0, x1, y1, group_of[holder[slot]], group_of[e]
            ):
                slot = (slot + 1) & (size - 1)
            if holder[slot] < 0:
                holder[slot] = e
            net[slot] += runs
    return holder[(holder >= 0) & (net != 0)]


@njit(cache=True, inline="always")
def _mixed(x, y):  # type: ignore[no-untyped-def]
    """A whole number from a point, spread evenly: centimetres are where neighbouring points differ."""
    a = np.int64(math.floor(x * 128.0)) * np.int64(-7046029254386353131)
    b = np.int64(math.floor(y * 128.0)) * np.int64(-4417276706812531889)
    h = a ^ (b + (a >> 29))
    return h ^ (h >> 32)


@njit(cache=True, inline="always")
def _same_edge(edge, x0, y0, x1, y1, group, other):  # type: ignore[no-untyped-def]
    if group != other:
        return False
    return (edge[0] == x0 and edge[1] == y0 and edge[2] == x1 and edge[3] == y1) or (
        edge[2] == x0 and edge[3] == y0 and edge[0] == x1 and edge[1] == y1
    )


@njit(cache=True)
def _are_one_ring(edges, group, count):  # type: ignore[no-untyped-def]
    size = 16
    while size < 4 * len(edges):
        size *= 2
    corner = np.full(size, -1, dtype=np.int64)  # 2 e or 2 e + 1: the end of an edge that stands for the point
    touching = np.zeros(size, dtype=np.int32)
    parent = np.arange(len(edges))
    rings = np.zeros(count, dtype=np.int64)
    simple = np.ones(count, dtype=np.bool_)
    for e in range(len(edges)):
        for end in range(2):
            x, y = edges[e, 2 * end], edges[e, 2 * end + 1]
            slot = (_mixed(x, y) + group[e]) & (size - 1)
            while corner[slot] >= 0:
                other = corner[slot] // 2
                at = 2 * (corner[slot] % 2)
                if group[other] == group[e] and edges[other, at] == x and edges[other, at + 1] == y:
                    break
                slot = (slot + 1) & (size - 1)
            if corner[slot] < 0:
                corner[slot] = 2 * e + end
            else:
                a, b = _root(parent, e), _root(parent, corner[slot] // 2)
                parent[a] = b
            touching[slot] += 1
            if touching[slot] > 2:
                simple[group[e]] = False
    for e in range(len(edges)):
        if _root(parent, e) == e:
            rings[group[e]] += 1
    return simple & (rings == 1)


@njit(cache=True, inline="always")
def _root(parent, e):  # type: ignore[no-untyped-def]
    while parent[e] != e:
        parent[e] = parent[parent[e]]
        e = parent[e]
    return e
