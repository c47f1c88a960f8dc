"""The numbers of a large GeoJSON read as numbers, never as millions of Python lists.

The arrays after ``"coordinates"`` are cut out of the text, which leaves JSON a hundredth of the size; their
brackets and commas alone tell where rings, polygons and geometries begin and end. Anything unusual in them makes
`cut_out` or `Coordinates.polygons` give up, and the caller parses the text in the ordinary way.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import shapely

# Three brackets: only polygons and their like; digits and brackets only: no null, no string, no boolean.
_ARRAY = re.compile(rb'"coordinates"\s*:\s*(\[\s*\[\s*\[[][\d\s.,eE+-]*\])')
_NOT_STRUCTURE = b"0123456789+-.eE \t\r\n"
_TO_LINES = bytes.maketrans(b"[], \t\r", b"\n\n\n\n\n\n")
_ONE_COLUMN = pyarrow.csv.ReadOptions(column_names=["n"])
_OF_NUMBERS = pyarrow.csv.ConvertOptions(column_types={"n": pyarrow.float64()})
_OPEN, _CLOSE, _COMMA = b"[],"
_DEEPEST = 3

Array = np.ndarray[Any, Any]


class Unusual(Exception):
    """These coordinates need the slow way."""


@dataclass(frozen=True, slots=True)
class Coordinates:
    """All coordinate arrays of a text, one after another."""

    text: bytes
    count: int

    def polygons(self, depths: Sequence[int]) -> Array:
        """One MultiPolygon for each array.

        Parameters
        ----------
        depths
            2 for an array that is said to be a Polygon, 3 for a MultiPolygon.

        Raises
        ------
        Unusual
            The arrays are not of that form, or some position or ring is.
        """
        starts, dimensions, opened, closed, is_last = self._structure()
        numbers = self._numbers(len(starts) * dimensions)
        ends = np.flatnonzero(is_last)
        depth = np.asarray(depths)
        if len(ends) != self.count or len(depth) != self.count or (closed[ends] != depth).any():
            raise Unusual
        # Within a geometry, what one position closes the next one opens, and never everything.
        sizes = np.diff(ends, prepend=-1)
        inner = ~is_last
        is_first = np.roll(is_last, 1)
        if (
            (opened[is_first] != depth).any()
            or (closed[:-1][inner[:-1]] != opened[1:][inner[:-1]]).any()
            or (closed[inner] >= np.repeat(depth, sizes)[inner]).any()
        ):
            raise Unusual
        ring_ends = np.flatnonzero(closed >= 1)
        polygon_ends = np.flatnonzero(closed >= 2)
        coords = numbers.reshape(-1, dimensions)[:, :3]
        try:
            return _assembled(coords, ring_ends, polygon_ends, ends)
        except (ValueError, shapely.errors.GEOSException):
            raise Unusual from None

    def _structure(self) -> tuple[Array, int, Array, Array, Array]:
        """Where positions begin among brackets and commas, their size, and how much opens and closes at each."""
        s = np.frombuffer(b",,," + self.text.translate(None, _NOT_STRUCTURE) + b",,,,", np.uint8)
        is_open = s == _OPEN
        starts = np.flatnonzero(is_open[:-1] & ~is_open[1:])
        if not len(starts):
            raise Unusual
        dimensions = int(np.argmax(s[starts[0] :] == _CLOSE))
        at_end = starts + dimensions
        if not 2 <= dimensions <= 4 or at_end[-1] >= len(s) - 3:
            raise Unusual
        if any((s[starts + i] != _COMMA).any() for i in range(1, dimensions)) or (s[at_end] != _CLOSE).any():
            raise Unusual
        opened, closed = np.zeros(len(starts), np.int8), np.zeros(len(starts), np.int8)
        runs_on, runs_back = np.ones(len(starts), bool), np.ones(len(starts), bool)
        for step in range(1, _DEEPEST + 1):
            runs_back &= s[starts - step] == _OPEN
            runs_on &= s[at_end + step] == _CLOSE
            opened += runs_back
            closed += runs_on
        is_last = s[at_end + closed + 1] == _OPEN
        is_last[-1] = True
        # Every bracket and comma is accounted for, so there are none in odd places.
        used = len(starts) * (dimensions + 1) + int(opened.sum()) + int(closed.sum()) + int((~is_last).sum())
        if used != len(s) - 7:
            raise Unusual
        return starts, dimensions, opened, closed, is_last

    def _numbers(self, expected: int) -> Array:
        # Each number on a line of its own, whatever stood around it; there must be as many as there are slots.
        lines = pyarrow.BufferReader(self.text.translate(_TO_LINES))
        try:
            column = pyarrow.csv.read_csv(lines, read_options=_ONE_COLUMN, convert_options=_OF_NUMBERS)["n"]
        except pyarrow.ArrowException:
            raise Unusual from None
        numbers: Array = column.to_numpy()
        if len(numbers) != expected or not np.isfinite(numbers).all():
            raise Unusual
        return numbers


def cut_out(data: bytes) -> tuple[bytes, Coordinates]:
    """Cut the coordinate arrays out of a text, leaving the number of each in its place.

    Examples
    --------
    >>> lean, found = cut_out(b'{"type": "Polygon", "coordinates": [[[0,0],[1,0],[1,1],[0,0]]]}')
    >>> lean
    b'{"type": "Polygon", "coordinates":0}'
    >>> found.polygons([2])[0].wkt
    'MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)))'
    """
    arrays: list[bytes] = []

    def keep(match: re.Match[bytes]) -> bytes:
        arrays.append(match[1])
        return b'"coordinates":%d' % (len(arrays) - 1)

    lean = _ARRAY.sub(keep, data)
    return lean, Coordinates(b"".join(arrays), len(arrays))


def _assembled(coords: Array, ring_ends: Array, polygon_ends: Array, ends: Array) -> Array:
    """Geometries from their vertices and the last vertex of each ring, polygon and geometry."""
    rings = shapely.linearrings(coords, indices=_owners(ring_ends, len(coords)))
    polygons = shapely.polygons(rings, indices=np.searchsorted(polygon_ends, ring_ends))
    return np.asarray(shapely.multipolygons(polygons, indices=np.searchsorted(ends, polygon_ends)))


def _owners(ends: Array, n: int) -> Array:
    """Which group each of n things belongs to, from the last of each group."""
    return np.repeat(np.arange(len(ends)), np.diff(ends, prepend=-1))[:n]
