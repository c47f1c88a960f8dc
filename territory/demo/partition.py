"""A plane cut into cells by wiggly lines, each line drawn once and used by the cells on both its sides.

Cells are the duals of a Delaunay triangulation: in each triangle lies a *node*, and across each side ``p q`` of
two triangles runs an *arc* from node to node that parts the cells of ``p`` and ``q``. Seen from the side, a
point of the arc is ``h·node + (1 - h)·(p + w·(q - p))``: while ``h`` falls from 1 to 0 and rises again and ``w``
stays between 0 and 1, the arc keeps to the two triangles beside ``p q`` and cannot meet another one or itself.
Everything a fault does to an arc is a change of ``w``, so it touches nobody but the two cells.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from territory.demo.terrain import Floats, Ints

_WIDEST = 0.92
_NODE_SPREAD = 0.2
"""Least weight of each corner of a triangle in its node: nodes stay away from the sides."""


@dataclass(slots=True, kw_only=True)
class Partition:
    """Cells and the arcs between them.

    ``left`` and ``right`` are the cells beside each arc, ``start`` and ``end`` its nodes; going from start to
    end, ``left`` is on the left. ``w`` holds the points of all arcs, ``offset`` where each arc's begin.
    """

    seeds: Floats
    nodes: Floats
    left: Ints
    right: Ints
    start: Ints
    end: Ints
    w: Floats = field(default_factory=lambda: np.empty(0))
    offset: Ints = field(default_factory=lambda: np.zeros(1, dtype=np.int64))
    own_w: dict[tuple[int, int], Floats] = field(default_factory=dict)
    """By arc and cell: what a cell draws for itself, where it does not keep to the common line."""
    collapsed: set[int] = field(default_factory=set)
    """Arcs of no length: their cells meet in a corner."""

    @classmethod
    def of(cls, rng: np.random.Generator, seeds: Floats) -> Partition:
        """Cut the plane between points; arcs have no shape yet, see `wiggle`."""
        mesh = Delaunay(seeds)
        weights = rng.dirichlet((3.0, 3.0, 3.0), len(mesh.simplices)) * (1 - 3 * _NODE_SPREAD) + _NODE_SPREAD
        nodes = np.einsum("tk,tkx->tx", weights, seeds[mesh.simplices])
        triangle, corner = np.nonzero(mesh.neighbors > np.arange(len(mesh.simplices))[:, None])
        return cls(
            seeds=seeds,
            nodes=nodes,
            left=mesh.simplices[triangle, (corner + 1) % 3].astype(np.int64),
            right=mesh.simplices[triangle, (corner + 2) % 3].astype(np.int64),
            start=mesh.neighbors[triangle, corner].astype(np.int64),
            end=triangle.astype(np.int64),
        )

    def wiggle(self, rng: np.random.Generator, points: Ints, amplitude: Floats) -> None:
        """Give every arc its shape.

        Parameters
        ----------
        points
            How many points each arc has between its nodes.
        amplitude
            How far each arc strays, as a share of the distance between the seeds beside it.
        """
        self.offset = np.concatenate([[0], np.cumsum(points)])
        arc = np.repeat(np.arange(len(points)), points)
        along = self._along(arc, np.arange(len(arc)))
        bend = np.zeros(len(arc))
        for octave in range(4):
            phase = rng.uniform(0, 2 * np.pi, len(points))
            pitch = 1.3 * 2**octave * rng.uniform(0.8, 1.3, len(points))
            bend += np.sin(pitch[arc] * along * np.pi / 2 + phase[arc]) * 0.62**octave
        self.w = np.clip(self._straight()[arc] + amplitude[arc] * bend / 2, 1 - _WIDEST, _WIDEST)

    def redraw(self, arc: int, cell: int, by_m: float) -> None:
        """Let one cell draw an arc for itself, ``by_m`` metres out of its own ground; negative, into it."""
        reach_m = np.linalg.norm(self.seeds[self.right[arc]] - self.seeds[self.left[arc]])
        outwards = 1.0 if cell == self.left[arc] else -1.0
        drawn = self.w[self.offset[arc] : self.offset[arc + 1]] + outwards * by_m / reach_m
        self.own_w[arc, cell] = np.clip(drawn, 0.03, 0.97)

    def collapse(self, arc: int) -> None:
        """Shrink an arc to a point half way between its cells, which then meet in a corner."""
        middle = (self.seeds[self.left[arc]] + self.seeds[self.right[arc]]) / 2
        self.nodes[[self.start[arc], self.end[arc]]] = middle
        self.collapsed.add(arc)

    def straighten(self, arcs: Ints) -> None:
        """Take the wiggle out of some arcs."""
        for arc in arcs:
            self.w[self.offset[arc] : self.offset[arc + 1]] = 0.5

    def arcs_of(self, *cells: int) -> Ints:
        """The arcs around some cells."""
        return np.flatnonzero(np.isin(self.left, cells) | np.isin(self.right, cells))

    def lengths_m(self) -> Floats:
        """How long each arc is."""
        table, _ = self.table()
        count = np.diff(self.offset)
        arc = np.repeat(np.arange(len(count)), count + 1)
        step = np.arange(len(arc)) - (self.offset[:-1] + np.arange(len(count)))[arc]
        inner = len(self.nodes) + self.offset[arc] + step
        begin = np.where(step == 0, self.start[arc], inner - 1)
        end = np.where(step == count[arc], self.end[arc], inner)
        step_m = np.linalg.norm(table[end] - table[begin], axis=1)
        return np.bincount(arc, step_m, minlength=len(count)).astype(np.float64)

    def table(self) -> tuple[Floats, dict[tuple[int, int], int]]:
        """Coordinates of all nodes, then of all points of all arcs, then of what cells drew for themselves.

        Returns
        -------
        tuple
            The coordinates, and where the points begin that a cell drew for itself, by arc and cell.
        """
        arc = np.repeat(np.arange(len(self.left)), np.diff(self.offset))
        parts = [self.nodes, self._points(arc, np.arange(len(arc)), self.w)]
        own, begin = {}, len(self.nodes) + len(arc)
        for (redrawn, cell), w in self.own_w.items():
            at = np.arange(self.offset[redrawn], self.offset[redrawn + 1])
            parts.append(self._points(np.full(len(at), redrawn), at, w))
            own[redrawn, cell] = begin
            begin += len(at)
        return np.concatenate(parts), own

    def rings(self, cells: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """The rings of cells as rows of `table`, counter-clockwise, not closed.

        Returns
        -------
        tuple
            Row of the table and cell of each point, ordered by cell.
        """
        _, own = self.table_layout()
        arc = np.tile(np.arange(len(self.left)), 2)
        is_left = np.arange(len(arc)) < len(self.left)
        cell = np.where(is_left, self.left[arc], self.right[arc])
        other = np.where(is_left, self.right[arc], self.left[arc])
        wanted = np.flatnonzero(cells[cell])
        towards = self.seeds[other[wanted]] - self.seeds[cell[wanted]]
        wanted = wanted[np.lexsort((np.arctan2(towards[:, 1], towards[:, 0]), cell[wanted]))]
        arc, is_left, cell = arc[wanted], is_left[wanted], cell[wanted]
        count = np.diff(self.offset)[arc]
        base = len(self.nodes) + self.offset[arc]
        for at in np.flatnonzero(np.isin(arc, [redrawn for redrawn, _ in own])):
            base[at] = own.get((int(arc[at]), int(cell[at])), base[at])
        lengths = np.where(np.isin(arc, list(self.collapsed)), 0, count + 1)
        half = np.repeat(np.arange(len(arc)), lengths)
        step = np.arange(len(half)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        node = np.where(is_left, self.start[arc], self.end[arc])
        inner = np.where(is_left[half], base[half] + step - 1, base[half] + count[half] - step)
        return np.where(step == 0, node[half], inner), cell[half]

    def table_layout(self) -> tuple[int, dict[tuple[int, int], int]]:
        """Rows of `table`, and where the points begin that cells drew for themselves."""
        own, begin = {}, len(self.nodes) + int(self.offset[-1])
        for key, w in self.own_w.items():
            own[key] = begin
            begin += len(w)
        return begin, own

    def _along(self, arc: Ints, at: Ints) -> Floats:
        """Where points lie between the nodes of their arc: -1 to 1, neither of them reached."""
        count = np.diff(self.offset)[arc]
        return np.asarray(2.0 * (at - self.offset[arc] + 1) / (count + 1) - 1)

    def _points(self, arc: Ints, at: Ints, w: Floats) -> Floats:
        along = self._along(arc, at)
        height = np.abs(along)[:, None]
        node = self.nodes[np.where(along < 0, self.start[arc], self.end[arc])]
        p, q = self.seeds[self.left[arc]], self.seeds[self.right[arc]]
        return height * node + (1 - height) * (p + w[:, None] * (q - p))

    def _straight(self) -> Floats:
        """Where the straight line from node to node crosses from seed to seed, kept to the middle."""
        p, across = self.seeds[self.left], self.seeds[self.right] - self.seeds[self.left]
        begin, run = self.nodes[self.start] - p, self.nodes[self.end] - self.nodes[self.start]
        crossing = begin[:, 0] * run[:, 1] - begin[:, 1] * run[:, 0]
        return np.clip(crossing / (across[:, 0] * run[:, 1] - across[:, 1] * run[:, 0]), 0.3, 0.7)


def polygons(table: Floats, rows: Ints, cells: Ints) -> tuple[Ints, NDArray[np.object_]]:
    """Polygons of rings given as rows of a table of coordinates: ids of the cells, and their shapes."""
    ids, ring = np.unique(cells, return_inverse=True)
    return ids, shapely.polygons(shapely.linearrings(table[rows], indices=ring))
