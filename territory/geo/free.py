"""The ground around a place that nobody has: where a new boundary can begin."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from territory.geo.crs import WGS84, to_degrees, to_metres, working_crs
from territory.geo.errors import GeoError
from territory.geo.repair import canonical_shape, canonical_shapes

_CELLS_PER_DEGREE = 1e7
# What is left between two lines that were meant to be one is no ground to live on; two tolerances away from ground
# that is, it is cut off. Nearer, it may be the tip of a sharp corner.
_MOUTHS = 2.0


class NothingFree(GeoError):
    """The place must lie on ground that no unit covers."""


def free_ground(
    units: GeoSeries, at: Point, window: BaseGeometry, *, width_m: float, land: BaseGeometry | None = None
) -> Polygon:
    """The ground around a place that no unit covers, with the very vertices of the units around it.

    Parameters
    ----------
    units
        (n,) canonical boundaries in WGS 84.
    at
        A place on that ground, WGS 84.
    window
        Polygon in WGS 84; ground beyond it is left out.
    width_m
        Fingers between units that are narrower are cut off.
    land
        Polygons in WGS 84 outside which there is no ground.

    Returns
    -------
    Polygon
        Valid, WGS 84, on the 1e-7 degree grid. Units that lie amid the ground are holes in it.

    Raises
    ------
    NothingFree
        A unit covers the place, or it is outside the window or the land.

    Examples
    --------
    >>> units = GeoSeries([shapely.box(0, 0, 0.001, 0.003), shapely.box(0.002, 0, 0.003, 0.003)], crs=4326)
    >>> free_ground(units, Point(0.0015, 0.001), shapely.box(0, 0, 1, 0.002), width_m=5).bounds
    (0.001, 0.0, 0.002, 0.002)
    """
    # In whole cells of the grid overlays move no vertex, and a corner on another unit's edge is joined to it.
    ground = _in_cells(window if land is None else shapely.intersection(window, land))
    taken = _in_cells(union_on_grid(units.array))
    free = shapely.get_parts(shapely.difference(ground, taken, grid_size=1))
    free = free[shapely.intersects(free, _in_cells(at))]
    if not len(free) or at.is_empty:
        raise NothingFree("a place on ground that no unit covers is needed")
    whole = _in_degrees(free[0])
    parts = shapely.get_parts(_without_fingers(whole, width_m))
    chosen = parts[int(np.argmin(shapely.distance(parts, at)))]
    [[result]] = (shape.geoms for shape in canonical_shapes(np.array([chosen], dtype=object)))
    return result


def union_on_grid(shapes: Iterable[BaseGeometry]) -> MultiPolygon:
    """The ground of several boundaries with the very vertices they have, corners on one another's edges joined.

    Parameters
    ----------
    shapes
        Canonical boundaries in WGS 84.
    """
    together = shapely.union_all(_in_cells(np.array(list(shapes), dtype=object)), grid_size=1)
    united: MultiPolygon = canonical_shape(_in_degrees(together))
    return united


def touches_window(ground: BaseGeometry, window: BaseGeometry) -> bool:
    """Whether ground is cut off by the window, so that a part of its outline is nobody's line.

    >>> touches_window(shapely.box(1, 1, 2, 3), shapely.box(0, 0, 3, 3))
    True
    """
    shared = shapely.intersection(shapely.boundary(ground), shapely.boundary(window))
    return bool(shapely.length(shared) > 0)


def _without_fingers(ground: Polygon, width_m: float) -> BaseGeometry:
    """Ground without what is narrower than a width, where that reaches far from what is wider."""
    shapes = GeoSeries([ground], crs=WGS84)
    crs = working_crs(shapes)
    metres = to_metres(shapes, crs).iloc[0]
    wide = shapely.buffer(shapely.buffer(metres, -width_m / 2), width_m / 2 + _MOUTHS * width_m)
    if wide.is_empty or shapely.covers(wide, metres):
        return ground
    reach = to_degrees(GeoSeries([wide], crs=crs)).iloc[0]
    return _in_degrees(shapely.intersection(_in_cells(ground), _in_cells(reach), grid_size=1))


def _in_cells(shapes: BaseGeometry | np.ndarray) -> BaseGeometry | np.ndarray:
    return shapely.transform(shapes, lambda coords: np.rint(coords * _CELLS_PER_DEGREE))


def _in_degrees(shapes: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shapes, lambda coords: coords / _CELLS_PER_DEGREE)


def filled(shape: MultiPolygon, holes: BaseGeometry) -> MultiPolygon:
    """A shape without those of its own holes that mostly lie in given ground; all other vertices stay.

    >>> ring = MultiPolygon([shapely.box(0, 0, 3, 3) - shapely.box(1, 1, 2, 2)])
    >>> filled(ring, shapely.box(1, 1, 2, 2)).area
    9.0
    """
    return MultiPolygon(
        [
            Polygon(part.exterior, [hole for hole in part.interiors if not _lies_in(Polygon(hole), holes)])
            for part in shape.geoms
        ]
    )


def _lies_in(hole: Polygon, ground: BaseGeometry) -> bool:
    return bool(shapely.area(shapely.intersection(hole, ground)) > hole.area / 2)
