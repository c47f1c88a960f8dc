"""A lattice of square cells over the whole world, and what it can tell of shapes: yes or no, cell by cell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from geopandas import GeoSeries
from numba import njit
from numpy.typing import NDArray
from shapely import MultiPolygon

from territory.geo.crs import GRID_DEG, require_geographic
from territory.geo.repair import canonical_shapes
from territory.geo.threads import in_chunks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GRID_DIGITS = 7
# The shortest degree of latitude has 110.57 km: what is within reach in metres is within reach in degrees.
_METRES_PER_DEGREE = 110_500.0


@dataclass(frozen=True, slots=True)
class Lattice:
    """Square cells in degrees, laid from 0° N 0° E over the whole world.

    A *cell of a unit* is kept as one number, its key: unit, row and column, in this order, in mixed radix. A set
    of cells is a rising array of keys without repetitions.

    Parameters
    ----------
    cell_deg
        Side of a cell in degrees, a multiple of the 1e-7° grid.

    Raises
    ------
    ValueError
        The side is no such multiple.

    Examples
    --------
    >>> lattice = Lattice(0.002)
    >>> [part.tolist() for part in lattice.cells(lattice.keys(np.array([3]), np.array([-1]), np.array([70])))]
    [[3], [-1], [70]]
    """

    cell_deg: float

    def __post_init__(self) -> None:
        steps = self.cell_deg / GRID_DEG
        if round(steps) < 1 or abs(steps - round(steps)) > 1e-6:
            raise ValueError(f"the side of a cell is a multiple of {GRID_DEG}°, got {self.cell_deg}")

    @property
    def columns(self) -> int:
        """Keys from one row to the next."""
        return 2 * self._west

    # Two cells beyond the world, so that a step to a neighbour stays in the row and in the unit.
    @property
    def _south(self) -> int:
        return math.ceil(90 / self.cell_deg) + 2

    @property
    def _west(self) -> int:
        return math.ceil(180 / self.cell_deg) + 2

    def keys(self, unit: Ints, row: Ints, column: Ints) -> Ints:
        """Keys of cells; row 0 begins at the equator, column 0 at 0° E, both may be negative."""
        return np.asarray(
            (unit * (2 * self._south) + row + self._south) * self.columns + column + self._west, dtype=np.int64
        )

    def cells(self, keys: Ints) -> tuple[Ints, Ints, Ints]:
        """Unit, row and column of each key."""
        line, column = np.divmod(keys, self.columns)
        unit, row = np.divmod(line, 2 * self._south)
        return unit, row - self._south, column - self._west

    def places(self, keys: Ints) -> Ints:
        """The same cells as cells of unit 0, each once."""
        return distinct(keys % (2 * self._south * self.columns))

    def of_units(self, keys: Ints, units: Ints) -> Ints:
        """The cells of the given rising units, whose numbers are their positions in ``units`` from now on."""
        unit, row, column = self.cells(keys)
        at = np.searchsorted(units, unit)
        known = at < len(units)
        known[known] = units[at[known]] == unit[known]
        return self.keys(at[known], row[known], column[known])


def distinct(keys: Ints) -> Ints:
    """Rising, each once. `numpy.unique` goes by a table of hashes, which takes ten times as long."""
    rising = np.sort(keys)
    return np.asarray(rising[np.diff(rising, prepend=-1) != 0])


def cells_held(shapes: GeoSeries, lattice: Lattice) -> Ints:
    """Cells whose centre lies inside each shape.

    Parameters
    ----------
    shapes
        (n,) valid polygons in WGS 84.
    lattice
        Whose cells are asked about.

    Returns
    -------
    ndarray
        Cells of units that are positions in ``shapes``.

    Raises
    ------
    NotGeographic
        ``shapes`` are not in WGS 84.

    Notes
    -----
    Every edge is asked once where it crosses the middle of a row. It is asked from its lower end, and a vertex is
    above or below a middle by a rule of its own, so two neighbours with the same edge get the same crossing to the
    last bit, and no centre on it falls to both or to none.
    """
    require_geographic(shapes)
    start, end, unit = _edges(np.asarray(shapes.array))
    # The first row whose middle is not below an end.
    first, last = _middle(start[:, 1], lattice), _middle(end[:, 1], lattice)
    crosses = first != last
    start, end, unit, first, last = (each[crosses] for each in (start, end, unit, first, last))
    turned = first > last
    start[turned], end[turned] = end[turned], start[turned]
    first, last = np.minimum(first, last), np.maximum(first, last)
    edge, step = _expanded(last - first)
    row = first[edge] + step
    x0, y0 = start.T
    slope = (end[:, 0] - x0) / (end[:, 1] - y0)
    x = x0[edge] + slope[edge] * ((row + 0.5) * lattice.cell_deg - y0[edge])
    crossings = np.sort(lattice.keys(unit[edge], row, _middle(x, lattice)))
    # Even-odd: on a row, a shape lies between its first crossing and its second, its third and its fourth …
    run, step = _expanded(crossings[1::2] - crossings[0::2])
    return crossings[0::2][run] + step


def cells_of(shapes: GeoSeries, lattice: Lattice) -> Ints:
    """The cells of `cells_held`; of a shape that holds no centre, the one that its point on surface lies in."""
    held = cells_held(shapes, lattice)
    given = np.asarray(shapes.array)
    has_none = ~shapely.is_empty(given)
    has_none[lattice.cells(held)[0]] = False
    small = np.flatnonzero(has_none)
    if not len(small):
        return held
    points = shapely.get_coordinates(shapely.point_on_surface(given[small]))
    column, row = np.floor(points / lattice.cell_deg).astype(np.int64).T
    return distinct(np.concatenate([held, lattice.keys(small, row, column)]))


def rings(keys: Ints, lattice: Lattice) -> Ints:
    """Cells on both sides of the outline of each unit's cells: those with a neighbour, corners too, across it."""
    if not len(keys):
        return keys
    found = []
    for up in (-lattice.columns, 0, lattice.columns):
        for step in {up - 1, up, up + 1} - {0}:
            beyond = keys + step
            across = keys[np.minimum(np.searchsorted(keys, beyond), len(keys) - 1)] != beyond
            found += [keys[across], beyond[across]]
    return distinct(np.concatenate(found))


def cells_beside(shapes: GeoSeries, lattice: Lattice, *, reach_m: float) -> Ints:
    """Cells that the line of each shape comes near.

    Parameters
    ----------
    shapes
        (n,) polygons in WGS 84.
    lattice
        Whose cells are asked about.
    reach_m
        Every cell within this distance of a line is among them, and some that are up to a quarter of a cell
        farther.

    Returns
    -------
    ndarray
        Cells of units that are positions in ``shapes``.

    Raises
    ------
    NotGeographic
        ``shapes`` are not in WGS 84.
    """
    require_geographic(shapes)
    start, end, unit = _edges(np.asarray(shapes.array))
    high_deg = reach_m / _METRES_PER_DEGREE
    # As wide as the reach gets where the layer is farthest from the equator.
    wide_deg = high_deg / math.cos(math.radians(min(float(np.abs(start[:, 1]).max(initial=0)) + 1, 89)))
    return _cells_along(start, end, unit, wide_deg, high_deg, lattice)


def cells_pointing(shapes: GeoSeries, places: Ints, lattice: Lattice) -> Ints:
    """Cells, of unit 0, that edges pass which have an end in some cells of unit 0.

    A piece of such an edge points at its end, wherever it is seen.
    """
    start, end, _ = _edges(np.asarray(shapes.array))
    ends_there = np.zeros(len(start), dtype=bool)
    for points in (start, end):
        column, row = np.floor(points / lattice.cell_deg).astype(np.int64).T
        ends_there |= np.isin(lattice.keys(np.zeros(len(row), dtype=np.int64), row, column), places)
    start, end = start[ends_there], end[ends_there]
    return _cells_along(start, end, np.zeros(len(start), dtype=np.int64), 0.0, 0.0, lattice)


def cells_around(shapes: GeoSeries, places: Ints, lattice: Lattice) -> Ints:
    """Those of some cells of unit 0 that lie in the box of each shape, as cells of its position in ``shapes``."""
    boxes = shapely.bounds(np.asarray(shapes.array))
    unit = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    west, south, east, north = np.floor(boxes[unit] / lattice.cell_deg).astype(np.int64).T
    at, up = _expanded(north - south + 1)
    row, nobody = south[at] + up, np.zeros(len(at), dtype=np.int64)
    first = np.searchsorted(places, lattice.keys(nobody, row, west[at]))
    last = np.searchsorted(places, lattice.keys(nobody, row, east[at]), side="right")
    run, step = _expanded(last - first)
    _, row, column = lattice.cells(places[first[run] + step])
    return lattice.keys(unit[at[run]], row, column)


def outlines_of(keys: Ints, lattice: Lattice, count: int) -> np.ndarray:
    """Cells dissolved into one outline for each unit.

    Returns
    -------
    ndarray
        (count,) canonical MultiPolygon in WGS 84, without points on a straight side; empty for units without
        cells.
    """
    result = np.full(count, MultiPolygon(), dtype=object)
    if not len(keys):
        return result
    is_first = np.diff(keys, prepend=-2) != 1
    unit, row, west = lattice.cells(keys[is_first])
    east = west + np.diff(np.flatnonzero(is_first), append=len(keys))
    units, index = np.unique(unit, return_inverse=True)
    ring, owner, is_ring = _rings(index, row, west, east, lattice)
    if len(ring):
        polygons = shapely.polygons(
            shapely.linearrings(np.round(ring * lattice.cell_deg, _GRID_DIGITS), indices=owner)
        )
        result[units[is_ring]] = shapely.multipolygons(polygons[:, None])
    rest = ~is_ring[index]
    if rest.any():
        bars = shapely.box(west[rest], row[rest], east[rest], row[rest] + 1)
        _, of = np.unique(index[rest], return_inverse=True)
        # Dissolved in whole numbers: no rounding opens a seam between two rows.
        held = in_chunks(_dissolved, shapely.multipolygons(bars, indices=of))
        held = shapely.transform(held, lambda at: np.round(at * lattice.cell_deg, _GRID_DIGITS))
        result[units[~is_ring]] = canonical_shapes(np.asarray(held, dtype=object))
    return result


def _rings(
    unit: Ints, row: Ints, west: Ints, east: Ints, lattice: Lattice
) -> tuple[Floats, Ints, NDArray[np.bool_]]:
    """Outlines of bars of cells, as far as they are one ring that nowhere touches itself.

    Returns
    -------
    tuple
        (m, 2) corners, column and row, of all such rings counter-clockwise, one after the other; (m,) the ring
        that each belongs to; and for every unit, whether its outline is among them.
    """
    ends = np.concatenate([west, east, west, east])
    levels = np.concatenate([row, row, row + 1, row + 1])
    keys = lattice.keys(np.tile(unit, 4), levels, ends)
    order = np.argsort(keys, kind="stable")
    keys, is_west = keys[order], np.tile(np.repeat([True, False], len(unit)), 2)[order]
    # Two bars that begin or end at one point, one above the other: a straight side goes on. When one begins where
    # the other ends, the cells touch at a corner only.
    again = np.flatnonzero(keys[1:] == keys[:-1])
    is_ring = np.ones(int(unit.max()) + 1, dtype=bool)
    is_ring[lattice.cells(keys[again[is_west[again] != is_west[again + 1]]])[0]] = False
    is_corner = np.ones(len(keys), dtype=bool)
    is_corner[again] = is_corner[again + 1] = False
    of, level, end = lattice.cells(keys[is_corner])
    # Along a row, or a column, an outline runs from the first corner to the second, from the third to the fourth.
    climbing = np.lexsort((level, end, of))
    across = np.empty(len(of), dtype=np.int64)
    across[climbing[0::2]], across[climbing[1::2]] = climbing[1::2], climbing[0::2]
    first = np.searchsorted(of, np.arange(len(is_ring) + 1))
    path, is_whole = _walked(first, across)
    is_ring &= is_whole
    path = path[is_ring[of]]
    _, owner = np.unique(of[path], return_inverse=True)
    return np.column_stack([end, level])[path].astype(np.float64), owner, is_ring


@njit(cache=True)
def _walked(first, across):  # type: ignore[no-untyped-def]
    """The corners of each unit in the order of the ring through its first one, and whether that takes them all."""
    path = np.empty(len(across), dtype=np.int64)
    is_whole = np.empty(len(first) - 1, dtype=np.bool_)
    for unit in range(len(first) - 1):
        at, n = first[unit], first[unit]
        while True:
            path[n], path[n + 1] = at, at ^ 1  # along the row: corners lie row by row, and in pairs
            n += 2
            at = across[at ^ 1]
            if at == first[unit]:
                break
        is_whole[unit] = n == first[unit + 1]
    return path, is_whole


@njit(cache=True)
def _boxes_beside(start, end, unit, wide_deg, high_deg, cell):  # type: ignore[no-untyped-def]
    """(k, 5) unit and west, south, east, north cell of the boxes around edges.

    Each stretch of a quarter of a cell has a box of its own: a diagonal edge would fill its box.
    """
    boxes = np.empty((64, 5), dtype=np.int64)
    n = 0
    for e in range(len(start)):
        dx, dy = end[e, 0] - start[e, 0], end[e, 1] - start[e, 1]
        stretches = max(1, math.ceil(max(abs(dx), abs(dy)) / cell * 4))
        for k in range(stretches):
            x0, x1 = start[e, 0] + dx * k / stretches, start[e, 0] + dx * (k + 1) / stretches
            y0, y1 = start[e, 1] + dy * k / stretches, start[e, 1] + dy * (k + 1) / stretches
            west, east = math.floor((min(x0, x1) - wide_deg) / cell), math.floor((max(x0, x1) + wide_deg) / cell)
            south, north = math.floor((min(y0, y1) - high_deg) / cell), math.floor((max(y0, y1) + high_deg) / cell)
            last = boxes[n - 1]
            # Most stretches lie in the same cells as the one before.
            same = last[1] == west and last[2] == south and last[3] == east and last[4] == north
            if n and same and last[0] == unit[e]:
                continue
            if n == len(boxes):
                boxes = np.concatenate((boxes, np.empty_like(boxes)))
            boxes[n, 0], boxes[n, 1], boxes[n, 2], boxes[n, 3], boxes[n, 4] = unit[e], west, south, east, north
            n += 1
    return boxes[:n]


def _dissolved(bars: np.ndarray) -> np.ndarray:
    # Without a tolerance, simplifying takes away the points on a straight side and no other.
    return np.asarray(shapely.normalize(shapely.simplify(shapely.union_all(bars[:, None], axis=1), 0.0)))


def _edges(shapes: np.ndarray) -> tuple[Floats, Floats, Ints]:
    """(e, 2) start and (e, 2) end of every edge of polygons, and the position of the polygon."""
    parts, unit = shapely.get_parts(shapes, return_index=True)
    lines, part = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(lines, return_index=True)
    goes_on = ring[1:] == ring[:-1]
    return coords[:-1][goes_on], coords[1:][goes_on], unit[part[ring[1:][goes_on]]].astype(np.int64)


def _cells_along(
    start: Floats, end: Floats, unit: Ints, wide_deg: float, high_deg: float, lattice: Lattice
) -> Ints:
    of, west, south, east, north = _boxes_beside(start, end, unit, wide_deg, high_deg, lattice.cell_deg).T
    box, up = _expanded(north - south + 1)
    bar, along = _expanded((east - west + 1)[box])
    at = box[bar]
    return distinct(lattice.keys(of[at], south[at] + up[bar], west[at] + along))


def _middle(degrees: Floats, lattice: Lattice) -> Ints:
    """The first row, or column, whose middle is not below."""
    return np.asarray(np.ceil(degrees / lattice.cell_deg - 0.5), dtype=np.int64)


def _expanded(lengths: Ints) -> tuple[Ints, Ints]:
    """For runs of the given lengths laid end to end: the run that each place belongs to, and its place in it."""
    which = np.repeat(np.arange(len(lengths)), lengths)
    return which, np.arange(len(which)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
