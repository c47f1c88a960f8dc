"""Mapbox Vector Tiles written by whole arrays: quantise, orient and encode without a loop over features.

Everything inside a feature of a tile is a varint, so all features of a layer are laid out as one array of
integers and encoded at once.

References
----------
.. [1] Vector Tile Specification 2.1.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

POINT, LINE, POLYGON = 1, 2, 3

_MOVE_TO_ONE = 9
_LINE_TO = 2
_CLOSE_PATH = 15
_TYPES = {0: POINT, 4: POINT, 1: LINE, 2: LINE, 5: LINE, 3: POLYGON, 6: POLYGON}
_MOST_PASSES = 8


@dataclass(frozen=True, slots=True)
class Paths:
    """Points, lines or rings in flat arrays: all coordinates, where each path begins, and whose it is."""

    xy: npt.NDArray[Any]
    """(n, 2) coordinates of one path after another; a ring does not repeat its first vertex."""
    starts: Ints
    """(paths + 1,) where each path begins in `xy`, and the end of the last."""
    feature: Ints
    """(paths,) the feature each path belongs to, ascending."""
    part: Ints
    """(paths,) the polygon that a ring belongs to; unused for points and lines."""
    is_hole: Bools
    """(paths,) the ring is an inner one of its polygon; the outer one comes first."""

    @property
    def sizes(self) -> Ints:
        """Vertices of each path."""
        return np.diff(self.starts)

    def vertices(self, chosen: Bools) -> Paths:
        """Only some vertices, and no path that is left without any."""
        starts = np.concatenate([[0], np.cumsum(chosen)])[self.starts]
        left = Paths(self.xy[chosen], starts, self.feature, self.part, self.is_hole)
        return left.paths(np.flatnonzero(left.sizes))

    def paths(self, chosen: Ints) -> Paths:
        """Only some paths, in the order given."""
        if len(chosen) == len(self.feature) and np.array_equal(chosen, np.arange(len(chosen))):
            return self
        sizes = self.sizes[chosen]
        starts = np.concatenate([[0], np.cumsum(sizes)])
        at = np.repeat(self.starts[chosen] - starts[:-1], sizes) + np.arange(starts[-1])
        return Paths(self.xy[at], starts, self.feature[chosen], self.part[chosen], self.is_hole[chosen])

    def owned_by(self, feature: Ints) -> Paths:
        """The same paths with other owners."""
        return Paths(self.xy, self.starts, feature, self.part, self.is_hole)


def paths_of(shapes: npt.NDArray[Any], feature: Ints) -> dict[int, Paths]:
    """Flat arrays of geometries of any type, by the type they have in a tile.

    Parameters
    ----------
    shapes
        Geometries; a collection counts as its parts, an empty one as nothing.
    feature
        The feature each belongs to, ascending.
    """
    shapes, at = shapely.get_parts(shapes, return_index=True)
    if np.any(shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION):
        return paths_of(shapes, feature[at])
    feature = feature[at]
    present = ~(shapely.is_empty(shapes) | shapely.is_missing(shapes))
    shapes, feature = shapes[present], feature[present]
    kinds = np.array([_TYPES[kind] for kind in shapely.get_type_id(shapes).tolist()], dtype=np.int64)
    return {
        int(kind): _paths_of_kind(int(kind), shapes[kinds == kind], feature[kinds == kind]) for kind in set(kinds)
    }


def _paths_of_kind(kind: int, shapes: npt.NDArray[Any], feature: Ints) -> Paths:
    if kind == POINT:
        return single(shapely.get_coordinates(shapes), np.arange(len(shapes) + 1), feature)
    if kind == LINE:
        xy, at = shapely.get_coordinates(shapes, return_index=True)
        starts = np.searchsorted(at, np.arange(len(shapes) + 1))
        return single(xy, starts, feature)
    _, xy, (rings, polygons) = shapely.to_ragged_array(shapes, include_z=False)
    is_hole = np.ones(len(rings) - 1, dtype=bool)
    is_hole[polygons[:-1]] = False
    closing = np.zeros(len(xy), dtype=bool)
    closing[np.asarray(rings[1:]) - 1] = True
    part = np.repeat(np.arange(len(shapes)), np.diff(polygons))
    return Paths(xy, np.asarray(rings, np.int64), feature[part], part, is_hole).vertices(~closing)


def no_paths() -> Paths:
    """Nothing at all."""
    return single(np.empty((0, 2)), np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64))


def single(xy: npt.NDArray[Any], starts: Ints, feature: Ints) -> Paths:
    """Paths that are no rings: points and lines."""
    count = len(feature)
    return Paths(xy, starts, feature, np.arange(count), np.zeros(count, dtype=bool))


def quantised(paths: Paths, *, scale: float, origin: tuple[float, float], step: int = 1) -> Paths:
    """Paths on the integer grid of a tile, without vertices that say nothing there.

    Rounding is by point, so what neighbours share stays shared.

    Parameters
    ----------
    paths
        Of any type.
    scale, origin
        A coordinate becomes ``scale * coordinate - origin``.
    step
        Multiples of this many units are used: larger is coarser and smaller to send.
    """
    xy = np.rint((paths.xy * scale - np.asarray(origin)) / step).astype(np.int64) * step
    return Paths(xy, paths.starts, paths.feature, paths.part, paths.is_hole)


def plain_rings(rings: Paths) -> Paths:
    """Quantised rings without repeated and collinear vertices and spikes.

    A ring that has no area left is gone; one that has is turned as the specification asks: exteriors have a
    positive area, holes a negative one.
    """
    for _ in range(_MOST_PASSES):
        dx, dy = _steps(rings, 0), _steps(rings, 1)
        next_dx, next_dy = _following(rings, dx), _following(rings, dy)
        moves = (dx != 0) | (dy != 0)
        turns = dx * next_dy != dy * next_dx
        # Of repeated vertices the first stays and is judged in the next pass, with its true neighbours.
        chosen = moves & (turns | ((next_dx == 0) & (next_dy == 0)))
        if chosen.all():
            break
        rings = rings.vertices(chosen)
    return _oriented(rings)


def _steps(rings: Paths, axis: int) -> Ints:
    """How far each vertex lies from the one before, around each ring."""
    along = np.ascontiguousarray(rings.xy[:, axis])
    steps = np.diff(along, prepend=0)
    first, last = rings.starts[:-1], rings.starts[1:] - 1
    steps[first] = along[first] - along[last]
    return steps


def _following(rings: Paths, values: Ints) -> Ints:
    """The value of the vertex after each, around each ring."""
    following = np.roll(values, -1)
    following[rings.starts[1:] - 1] = values[rings.starts[:-1]]
    return following


def _oriented(rings: Paths) -> Paths:
    if not len(rings.feature):
        return rings
    x, y = np.ascontiguousarray(rings.xy.T)
    twice_area = np.add.reduceat(x * _following(rings, y) - _following(rings, x) * y, rings.starts[:-1])
    # A hole whose exterior is gone would be read as one.
    has_area = twice_area != 0
    sound = has_area & np.isin(rings.part, rings.part[has_area & ~rings.is_hole])
    turned = (twice_area > 0) == rings.is_hole
    if not turned.any():
        return rings.paths(np.flatnonzero(sound))
    sizes = rings.sizes
    first = np.repeat(rings.starts[:-1], sizes)
    last = np.repeat(rings.starts[1:] - 1, sizes)
    at = np.arange(len(rings.xy))
    at = np.where(np.repeat(turned, sizes), first + last - at, at)
    whole = Paths(rings.xy[at], rings.starts, rings.feature, rings.part, rings.is_hole)
    return whole.paths(np.flatnonzero(sound))


class Columns:
    """Properties of features, with every distinct value encoded once.

    Parameters
    ----------
    table
        One row per feature; text, numbers or truth values, missing ones are left out.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.keys = [str(key) for key in table.columns]
        self._columns = [_factorized(table[key]) for key in table.columns]

    def tags(self, rows: Ints) -> tuple[Ints, list[bytes]]:
        """Tags of some features, (rows, 2 × columns) with -1 where missing, and the values they point to."""
        values: list[bytes] = []
        tags = np.full((len(rows), 2 * len(self.keys)), -1, dtype=np.int64)
        for column, (codes, messages) in enumerate(self._columns):
            code = codes[rows]
            known = code >= 0
            used, at = np.unique(code[known], return_inverse=True)
            tags[known, 2 * column] = column
            tags[known, 2 * column + 1] = len(values) + at
            values.extend(messages[value] for value in used.tolist())
        return tags, values


def _factorized(column: pd.Series[Any]) -> tuple[Ints, list[bytes]]:
    codes, distinct = pd.factorize(column, use_na_sentinel=True)
    return np.asarray(codes, np.int64), [_field(4, _value(value)) for value in distinct.tolist()]


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return b"\x38" + bytes([value])
    if isinstance(value, int):
        return b"\x20" + _varint(value & 0xFFFFFFFFFFFFFFFF)
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    text = str(value).encode()
    return b"\x0a" + _varint(len(text)) + text


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def layer(name: str, drawn: Sequence[tuple[int, Paths]], columns: Columns, *, extent: int) -> bytes:
    """One layer as a whole tile.

    Parameters
    ----------
    name
        Of the layer.
    drawn
        What is drawn, as type and quantised paths whose ``feature`` is a row of ``columns``.
    columns
        Properties.
    extent
        Units along the side of the tile.

    Returns
    -------
    bytes
        Empty when nothing is drawn.
    """
    drawn = [(kind, paths) for kind, paths in drawn if len(paths.feature)]
    if not drawn:
        return b""
    rows = np.concatenate([np.unique(paths.feature) for _, paths in drawn])
    tags, values = columns.tags(rows)
    features, done = [], 0
    for kind, paths in drawn:
        count = len(np.unique(paths.feature))
        features.append(_features(kind, paths, tags[done : done + count]))
        done += count
    body = b"".join(
        (
            _field(1, name.encode()),
            *features,
            *(_field(3, key.encode()) for key in columns.keys),
            *values,
            b"\x28" + _varint(extent),
            b"\x78\x02",
        )
    )
    return _field(3, body)


def _features(kind: int, paths: Paths, tags: Ints) -> bytes:
    """Every feature of one type as encoded messages."""
    commands = _Commands.of(kind, paths)
    rows = np.unique(paths.feature)
    count = len(rows)
    command_sizes = np.bincount(commands.owner, minlength=count)
    command_bytes = np.bincount(commands.owner, weights=_sizes(commands.values), minlength=count).astype(np.int64)
    given = tags >= 0
    tag_sizes = given.sum(axis=1)
    tag_bytes = np.where(given, _sizes(np.maximum(tags, 0)), 0).sum(axis=1)
    ids = rows + 1
    # id, tags, type and geometry: one byte of key each, the rest varints.
    body = 4 + 1 + _sizes(ids) + _sizes(tag_bytes) + tag_bytes + _sizes(command_bytes) + command_bytes
    head = _table(count, 0x12, body, 0x08, ids, 0x12, tag_bytes)
    middle = _table(count, 0x18, kind, 0x22, command_bytes)
    whole = np.empty(count * 10 + int(tag_sizes.sum()) + len(commands.values), dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(10 + tag_sizes + command_sizes)[:-1]])
    whole[starts[:, None] + np.arange(6)] = head
    whole[_spread(starts + 6, tag_sizes)] = tags[given]
    whole[(starts + 6 + tag_sizes)[:, None] + np.arange(4)] = middle
    whole[_spread(starts + 10 + tag_sizes, command_sizes)] = commands.values
    return _varints(whole)


def _table(count: int, *columns: Ints | int) -> Ints:
    return np.stack([np.broadcast_to(column, count) for column in columns], axis=1)


def _spread(starts: Ints, sizes: Ints) -> Ints:
    """Indices of runs, one after another: from each start, as many as its size."""
    begins = np.concatenate([[0], np.cumsum(sizes)])
    return np.repeat(starts - begins[:-1], sizes) + np.arange(begins[-1])


@dataclass(frozen=True, slots=True)
class _Commands:
    """Drawing commands of paths as integers, and whose they are: the first feature's, the second's …"""

    values: Ints
    owner: Ints

    @classmethod
    def of(cls, kind: int, paths: Paths) -> _Commands:
        sizes = paths.sizes
        # The pen goes on from path to path and starts anew with each feature.
        deltas = np.diff(paths.xy, axis=0, prepend=np.zeros((1, 2), np.int64))
        begins = np.concatenate([[True], np.diff(paths.feature) != 0])
        first = paths.starts[:-1][begins]
        deltas[first] = paths.xy[first]
        steps = (deltas << 1) ^ (deltas >> 63)
        if kind == POINT:
            return cls._points(steps, begins)
        lengths = 2 * sizes + (3 if kind == POLYGON else 2)
        starts = np.concatenate([[0], np.cumsum(lengths)])
        values = np.empty(starts[-1], dtype=np.int64)
        values[starts[:-1]] = _MOVE_TO_ONE
        values[starts[:-1] + 3] = (sizes - 1) << 3 | _LINE_TO
        if kind == POLYGON:
            values[starts[1:] - 1] = _CLOSE_PATH
        # The first vertex stands after its MoveTo, the others after the LineTo.
        at = _spread(starts[:-1] + 1, 2 * sizes).reshape(-1, 2)
        is_later = np.ones(len(at), dtype=bool)
        is_later[paths.starts[:-1]] = False
        values[at + is_later[:, None]] = steps
        return cls(values, np.repeat(np.cumsum(begins) - 1, lengths))

    @classmethod
    def _points(cls, steps: Ints, begins: Bools) -> _Commands:
        """All points of a feature under one MoveTo."""
        counts = np.diff(np.append(np.flatnonzero(begins), len(begins)))
        starts = np.concatenate([[0], np.cumsum(2 * counts + 1)])
        values = np.empty(starts[-1], dtype=np.int64)
        values[starts[:-1]] = counts << 3 | 1
        values[_spread(starts[:-1] + 1, 2 * counts)] = steps.ravel()
        return cls(values, np.repeat(np.arange(len(counts)), 2 * counts + 1))


def _sizes(values: Ints) -> Ints:
    """Bytes of each value as a varint."""
    sizes = np.ones(values.shape, dtype=np.int64)
    largest, limit = int(values.max(initial=0)), 1 << 7
    while limit <= largest:
        sizes += values >= limit
        limit <<= 7
    return sizes


def _varints(values: Ints) -> bytes:
    sizes = _sizes(values)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    out = np.empty(int(ends[-1]), dtype=np.uint8)
    for place in range(int(sizes.max())):
        longer = np.flatnonzero(sizes > place)
        byte = values[longer] >> 7 * place & 0x7F
        out[starts[longer] + place] = byte | np.where(sizes[longer] > place + 1, 0x80, 0)
    return out.tobytes()
