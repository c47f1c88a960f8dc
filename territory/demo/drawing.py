"""From a draft to boundaries: every point brought to degrees and rounded once, then used by all who share it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from territory.demo.faults import Draft
from territory.demo.partition import Partition, polygons
from territory.demo.terrain import Floats, Ints, Waves

MIDDLE = (-69.2, 10.0)
"""Longitude and latitude of the middle of every region."""
_METRES = CRS.from_proj4(f"+proj=laea +lat_0={MIDDLE[1]} +lon_0={MIDDLE[0]} +datum=WGS84 +units=m +no_defs")
_TO_METRES = Transformer.from_crs("EPSG:4326", _METRES, always_xy=True)
_DIGITS = 7
_OTHER_SURVEY_M = 3.0
"""The municipal lines come from another survey, which differs by so much: less than the tolerance."""

Shapes = NDArray[np.object_]


def to_degrees(points: Floats) -> Floats:
    """Metres from the middle of the region to degrees on the grid."""
    lon, lat = _TO_METRES.transform(points[:, 0], points[:, 1], direction="INVERSE")
    return np.round(np.column_stack([lon, lat]), _DIGITS)


def to_metres(points: Floats) -> Floats:
    """Degrees to metres from the middle of the region."""
    return np.column_stack(_TO_METRES.transform(points[:, 0], points[:, 1]))


def areas_m2(shapes: Shapes) -> Floats:
    """Areas of shapes in degrees."""
    projected = shapely.transform(shapes, to_metres)
    return np.asarray(shapely.area(projected))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The boundaries of all cells in degrees."""

    cell: Ints
    clean: Shapes
    """As the common lines have it: a coverage."""
    own: Shapes
    """As each council drew it."""
    lens: dict[tuple[int, int], shapely.Polygon]
    """What lies between the common line and a cell's own, by arc and cell."""
    scale: float

    def rows(self, cells: Iterable[int]) -> Ints:
        """Where the boundaries of some cells are."""
        return np.searchsorted(self.cell, np.fromiter(cells, dtype=np.int64))

    def united(self, cells: Iterable[int]) -> shapely.Geometry:
        """The ground that cells hold together, as they drew it."""
        rows = self.rows(cells)
        if (self.own[rows] == self.clean[rows]).all():
            return shapely.coverage_union_all(self.clean[rows])
        return shapely.union_all(self.own[rows])


def draw(partition: Partition, cells: NDArray[np.bool_], scale: float) -> Drawn:
    """Lay out the rings of cells."""
    table, own = partition.table()
    table = to_degrees(table * scale)
    drawn_anew, partition.own_w = partition.own_w, {}
    try:
        rows, cell = partition.rings(cells)
    finally:
        partition.own_w = drawn_anew
    ids, clean = polygons(table, rows, cell)
    result = clean.copy()
    redrawn = np.zeros(len(partition.seeds), dtype=bool)
    redrawn[[each for _, each in own]] = True
    if own:
        changed, shapes = polygons(table, *partition.rings(redrawn))
        result[np.searchsorted(ids, changed)] = shapes
    lens = {key: _lens(partition, table, key, begin) for key, begin in own.items()}
    return Drawn(cell=ids, clean=clean, own=result, lens=lens, scale=scale)


def _lens(partition: Partition, table: Floats, key: tuple[int, int], begin: int) -> shapely.Polygon:
    arc, _ = key
    first, last = int(partition.offset[arc]), int(partition.offset[arc + 1])
    common = np.arange(len(partition.nodes) + first, len(partition.nodes) + last)
    own = np.arange(begin, begin + last - first)
    ring = [partition.start[arc], *common, partition.end[arc], *own[::-1]]
    return shapely.polygons(table[ring])


def inset(shape: shapely.Geometry, share: float) -> shapely.Geometry:
    """A shape drawn just inside itself, smaller by about a share of its area."""
    drawn = shape.buffer(-share * shape.area / shape.length, join_style="mitre")
    return shapely.transform(drawn, lambda coords: np.round(coords, _DIGITS))


def scaled(shape: shapely.Geometry, around: Floats, scale: float) -> shapely.Geometry:
    """A shape drawn smaller around a point."""
    return shapely.transform(shape, lambda coords: np.round(around + scale * (coords - around), _DIGITS))


def jurisdictions(draft: Draft, drawn: Drawn, rng: np.random.Generator) -> tuple[Shapes, Shapes, dict[int, float]]:
    """Municipalities and states, as another survey drew them.

    Returns
    -------
    tuple
        Municipalities, states, and for each council that a line cuts the share beyond the line.
    """
    groups = draft.groups
    shapes, home = drawn.clean.copy(), groups.municipality[drawn.cell]
    beyond: dict[int, float] = {}
    for cell, there in draft.cuts:
        row = drawn.rows([cell])[0]
        near, far = _parted(draft, drawn, cell, there)
        beyond[cell] = far.area / drawn.clean[row].area
        shapes[row] = near
        shapes, home = np.append(shapes, far), np.append(home, there)
    survey = _other_survey(rng)
    municipalities, states = (
        np.array([shapely.coverage_union_all(shapes[of == each]) for each in range(of.max() + 1)], dtype=object)
        for of in (home, groups.state[home])
    )
    return shapely.transform(municipalities, survey), shapely.transform(states, survey), beyond


def _parted(draft: Draft, drawn: Drawn, cell: int, there: int) -> tuple[shapely.Polygon, shapely.Polygon]:
    """A cell parted from node to node by way of its seed: what stays, and what goes to a municipality beside."""
    partition = draft.partition
    arcs = draft.neighbours.arcs(cell)
    towards = np.mean([partition.seeds[c] for c in arcs if draft.groups.municipality[c] == there], axis=0)
    seed = partition.seeds[cell]
    nodes = np.unique([[partition.start[arc], partition.end[arc]] for arc in arcs.values()])
    ahead = _angle(partition.nodes[nodes] - seed) - _angle((towards - seed)[None])
    ahead = (ahead + np.pi) % (2 * np.pi) - np.pi
    # The nodes nearest to a right angle on either side.
    ends = [nodes[np.abs(ahead + side).argmin()] for side in (np.pi / 2, -np.pi / 2)]
    points = to_degrees(np.vstack([partition.nodes[ends], seed]) * drawn.scale)
    ring = shapely.get_coordinates(drawn.clean[drawn.rows([cell])[0]])[:-1]
    first, last = ((ring == point).all(axis=1).argmax() for point in points[:2])
    ring = np.roll(ring, -first, axis=0)
    size = (last - first) % len(ring)
    far = shapely.polygons([*ring[: size + 1], points[2]])
    near = shapely.polygons([*ring[size:], ring[0], points[2]])
    return near, far


def _angle(vectors: Floats) -> Floats:
    return np.arctan2(vectors[:, 1], vectors[:, 0])


def _other_survey(rng: np.random.Generator):  # type: ignore[no-untyped-def]
    """A smooth field that moves every point a little, and the same point the same way."""
    fields = [Waves.of(rng, shortest_m=400, longest_m=2_000, count=6) for _ in range(2)]

    def moved(coords: Floats) -> Floats:
        metres = to_metres(coords)
        shift = np.column_stack([field.at(metres) for field in fields])
        return to_degrees(metres + _OTHER_SURVEY_M * shift)

    return moved
