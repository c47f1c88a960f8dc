"""Who is around a boundary: an index that follows every change, where an STRtree would be built anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import shapely
from geopandas import GeoSeries
from rtree.index import Index
from shapely.geometry.base import BaseGeometry


class NeighbourIndex:
    """Bounding boxes of the parts of a layer, by unit id.

    Parts, not units: a unit with a far detached part would otherwise be everybody's neighbour.

    Examples
    --------
    >>> from shapely import box
    >>> index = NeighbourIndex(GeoSeries([box(0, 0, 1, 1), box(5, 5, 6, 6)], ["a", "b"]))
    >>> index.around(box(0, 0, 2, 2)), index.around(box(0, 0, 2, 2), within=3)
    (['a'], ['a', 'b'])
    """

    def __init__(self, units: GeoSeries) -> None:
        self._parts: dict[str, list[tuple[int, tuple[float, ...]]]] = {}
        self._owner: dict[int, str] = {}
        parts, owner = shapely.get_parts(np.asarray(units.array), return_index=True)
        boxes = shapely.bounds(parts)
        for number, (unit, box) in enumerate(zip(units.index[owner], boxes.tolist(), strict=True)):
            self._parts.setdefault(unit, []).append((number, tuple(box)))
            self._owner[number] = unit
        self._next = len(boxes)
        numbers = np.arange(len(boxes), dtype=np.int64)
        self._tree = Index((numbers, boxes[:, :2].copy(), boxes[:, 2:].copy())) if len(boxes) else Index()

    def insert(self, unit: str, shape: BaseGeometry) -> None:
        """Add a unit, or put a new shape in the place of its old one."""
        self.delete(unit)
        kept = self._parts.setdefault(unit, [])
        for part in shapely.get_parts(shape):
            self._tree.insert(self._next, part.bounds)
            kept.append((self._next, part.bounds))
            self._owner[self._next] = unit
            self._next += 1

    def delete(self, unit: str) -> None:
        """Forget a unit, if it is there."""
        for number, box in self._parts.pop(unit, []):
            self._tree.delete(number, box)
            del self._owner[number]

    def around(self, shape: BaseGeometry, *, within: float = 0.0) -> list[str]:
        """Ids, sorted, of the units whose boxes come within a distance of the shape's parts."""
        return sorted(
            {self._owner[number] for box in _boxes(shape, within) for number in self._tree.intersection(box)}
        )

    def __contains__(self, unit: str) -> bool:
        return unit in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)


def _boxes(shape: BaseGeometry, within: float) -> Iterable[tuple[float, ...]]:
    grown = shapely.bounds(shapely.get_parts(shape)) + np.array([-within, -within, within, within])
    return (tuple(box) for box in grown.tolist())
