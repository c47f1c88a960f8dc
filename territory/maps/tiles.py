"""Vector tiles of whole layers, cut when asked for.

References
----------
.. [1] Vector Tile Specification 2.1; Web Mercator, EPSG:3857.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from shapely import STRtree

from territory.maps.mvt import (
    POINT,
    POLYGON,
    Columns,
    Floats,
    Ints,
    Paths,
    layer,
    no_paths,
    paths_of,
    plain_rings,
    quantised,
    single,
)

EXTENT = 4096
BUFFER = 128
"""Units drawn beyond the edge, so that a line along it looks the same from both tiles."""

_STEP = 4
"""Tiles are shown 512 pixels wide: this is half a pixel, which nobody sees."""
_FINE_ZOOM = 14
"""From here on half a pixel is metres, and a tile holds few boundaries: keep every unit."""
_CACHE_BYTES = 64_000_000
_LAST_LATITUDE = 85.0511287798066


def to_world(lonlat: npt.NDArray[Any]) -> Floats:
    """Web Mercator with the world as the unit square, y downwards.

    Examples
    --------
    >>> to_world(np.array([[0.0, 0.0], [-90.0, 66.51326044]])).round(6).tolist()
    [[0.5, 0.5], [0.25, 0.25]]
    """
    lon, lat = np.asarray(lonlat, dtype=np.float64).T
    lat = np.radians(np.clip(lat, -_LAST_LATITUDE, _LAST_LATITUDE))
    return np.stack([lon / 360 + 0.5, 0.5 - np.arcsinh(np.tan(lat)) / (2 * np.pi)], axis=1)


class Tileset:
    """Vector tiles of several layers.

    Parameters
    ----------
    frames
        Layer name to polygons in WGS 84; the index becomes the property ``id``, columns become properties.
    cache_bytes
        How much of what was cut is kept.
    """

    def __init__(self, frames: Mapping[str, GeoDataFrame], *, cache_bytes: int = _CACHE_BYTES) -> None:
        self._layers = {name: _Layer(name, frame) for name, frame in frames.items()}
        self._kept: OrderedDict[tuple[str, int, int, int], bytes] = OrderedDict()
        self._kept_bytes = 0
        self._cache_bytes = cache_bytes
        self._lock = threading.Lock()

    def tile(self, layer: str, z: int, x: int, y: int) -> bytes:
        """One tile as MVT 2.1; empty where there is nothing.

        Raises
        ------
        KeyError
            There is no such layer.
        """
        key = (layer, z, x, y)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        cut = self._layers[layer].cut(z, x, y)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = cut
                self._kept_bytes += len(cut)
            while self._kept_bytes > self._cache_bytes:
                self._kept_bytes -= len(self._kept.popitem(last=False)[1])
        return cut


class _Layer:
    """Polygons of one layer, by parts: a council with a far detached part must not widen its box."""

    def __init__(self, name: str, frame: GeoDataFrame) -> None:
        self.name = name
        self._frame = frame
        self._lock = threading.Lock()

    def cut(self, z: int, x: int, y: int) -> bytes:
        with self._lock:
            parts = self._parts
        across = 2.0**z
        margin = BUFFER / EXTENT
        box = np.array([x - margin, y - margin, x + 1 + margin, y + 1 + margin]) / across
        step = 1 if z >= _FINE_ZOOM else _STEP
        rings = quantised(parts.clipped(box), scale=across * EXTENT, origin=(x * EXTENT, y * EXTENT), step=step)
        plain = plain_rings(rings)
        return layer(self.name, [(POLYGON, plain), (POINT, _specks(rings, plain))], parts.columns, extent=EXTENT)

    @cached_property
    def _parts(self) -> _Parts:
        return _Parts(self._frame)


class _Parts:
    def __init__(self, frame: GeoDataFrame) -> None:
        shapes = shapely.transform(np.asarray(frame.geometry.array), to_world)
        self._shapes, self._feature = shapely.get_parts(shapes, return_index=True)
        self._rings = paths_of(self._shapes, np.arange(len(self._shapes))).get(POLYGON, no_paths())
        self._first_ring = np.searchsorted(self._rings.feature, np.arange(len(self._shapes) + 1))
        self._bounds = shapely.bounds(self._shapes)
        self._tree = STRtree(self._shapes)
        self.columns = Columns(properties(frame))

    def clipped(self, box: Floats) -> Paths:
        """Rings of what lies in a box, owned by their features; only what crosses its edge is cut."""
        hits = np.sort(self._tree.query(shapely.box(*box)))
        bounds = self._bounds[hits]
        is_inside = (bounds[:, :2] >= box[:2]).all(axis=1) & (bounds[:, 2:] <= box[2:]).all(axis=1)
        inside, crossing = hits[is_inside], hits[~is_inside]
        sizes = self._first_ring[inside + 1] - self._first_ring[inside]
        begins = np.concatenate([[0], np.cumsum(sizes)])
        at = np.repeat(self._first_ring[inside] - begins[:-1], sizes) + np.arange(begins[-1])
        whole = self._rings.paths(at)
        whole = whole.owned_by(self._feature[whole.feature])
        cut = paths_of(shapely.clip_by_rect(self._shapes[crossing], *box), self._feature[crossing])
        return _joined(whole, cut[POLYGON]) if POLYGON in cut else whole


def _joined(one: Paths, other: Paths) -> Paths:
    """The paths of both, by feature; rings of a polygon stay behind one another."""
    together = Paths(
        np.concatenate([one.xy, other.xy]),
        np.concatenate([one.starts, one.starts[-1] + other.starts[1:]]),
        np.concatenate([one.feature, other.feature]),
        np.concatenate([one.part, other.part + one.part.max(initial=0) + 1]),
        np.concatenate([one.is_hole, other.is_hole]),
    )
    return together.paths(np.argsort(together.feature, kind="stable"))


def _specks(rings: Paths, plain: Paths) -> Paths:
    """A point for each feature too small to have an area, one for each place."""
    lost = np.setdiff1d(rings.feature, plain.feature)
    at = np.searchsorted(rings.feature, lost)
    xy = rings.xy[rings.starts[:-1][at]]
    _, first = np.unique(xy, axis=0, return_index=True)
    first.sort()
    return single(xy[first], np.arange(len(first) + 1), lost[first])


def properties(frame: GeoDataFrame) -> pd.DataFrame:
    """What a tile says of each feature: its id and every column but the geometry."""
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    table.insert(0, "id", frame.index.astype(str))
    return table


def world_tile(name: str, frame: GeoDataFrame, *, extent: int) -> bytes:
    """A whole layer as one tile of zoom 0, fine enough to be drawn at any zoom.

    Parameters
    ----------
    name
        Of the layer.
    frame
        Geometries of any type in WGS 84.
    extent
        Units around the world: 2**26 makes one .6 m at the equator.
    """
    shapes = shapely.transform(np.asarray(frame.geometry.array), to_world)
    rows: Ints = np.arange(len(frame))
    drawn = []
    for kind, paths in sorted(paths_of(shapes, rows).items(), reverse=True):
        on_grid = quantised(paths, scale=extent, origin=(0, 0))
        if kind == POLYGON:
            plain = plain_rings(on_grid)
            drawn += [(POLYGON, plain), (POINT, _specks(on_grid, plain))]
        else:
            drawn.append((kind, on_grid))
    return layer(name, drawn, Columns(properties(frame)), extent=extent)
