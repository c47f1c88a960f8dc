"""The working projection and the grid: degrees to keep, metres to measure, there and back.

Boundaries are kept in WGS 84 on a grid of 1e-7 degrees (about 1 cm), so that browser, API and store hold the
same bits. They are measured in one equal-area projection per layer, centred on it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely
from geopandas import GeoSeries
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from territory.geo.errors import NotGeographic, NotProjected
from territory.geo.threads import in_chunks

WGS84 = CRS.from_epsg(4326)
GRID_DEG = 1e-7
_GRID_DIGITS = 7

# An edge that is straight in degrees bends in metres: 100 m by 0.04 mm, 10 km by decimetres (at 10° N).
# Neighbours must bend alike, or a vertex on a long edge opens a false sliver.
LONGEST_EDGE_M = 100.0
_METRES_PER_DEGREE = 111_320.0
MOST_M2_PER_SQUARE_DEGREE = 111_700.0**2
"""No square degree on earth is larger."""
# Points set on an edge from either end must agree bit for bit; they differ in the last ulp without this.
_DENSIFIED_DIGITS = 11


def require_projected(units: GeoSeries) -> None:
    """Raise `NotProjected` unless lengths and areas of ``units`` are metres."""
    crs = units.crs
    if crs is None or not crs.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        raise NotProjected(f"a CRS in metres is needed, got {crs.to_string() if crs else 'none'}")


def require_geographic(shapes: GeoSeries) -> None:
    """Raise `NotGeographic` unless ``shapes`` are in WGS 84."""
    crs = shapes.crs
    if crs is WGS84:
        return
    # Comparing CRS objects takes longer than checking a drawing, hence the string first.
    if crs is None or (crs.to_string() not in ("EPSG:4326", "OGC:CRS84") and not WGS84.equals(crs, True)):
        raise NotGeographic(f"WGS 84 is needed, got {crs.to_string() if crs else 'no CRS'}")


def to_grid(shapes: GeoSeries) -> GeoSeries:
    """Round every coordinate to the 1e-7 degree grid, point by point.

    A vertex shared by two boundaries rounds the same way in both, which `shapely.set_precision` does not
    promise; whether the result is still valid must be tested afterwards.

    Examples
    --------
    >>> from shapely import Point
    >>> to_grid(GeoSeries([Point(-69.123456789, 10.0)], crs=4326)).x.tolist()
    [-69.1234568]
    """
    require_geographic(shapes)
    return GeoSeries(on_grid(np.asarray(shapes.array)).copy(), index=shapes.index, crs=shapes.crs)


def on_grid(shapes: np.ndarray) -> np.ndarray:
    """The same of bare shapes: for one or a few, making a GeoSeries takes longer than what is done with it."""
    coords = shapely.get_coordinates(shapes)
    if (np.round(coords, _GRID_DIGITS) == coords).all():
        return shapes
    return np.asarray(shapely.transform(shapes, lambda coords: np.round(coords, _GRID_DIGITS)))


def working_crs(shapes: GeoSeries) -> CRS:
    """An equal-area projection in metres, centred on the layer.

    The centre is rounded to 0.01°, so that a layer keeps its projection when a boundary changes a little.

    Parameters
    ----------
    shapes
        (n,) geometries in WGS 84.

    References
    ----------
    .. [1] Snyder, Map Projections: A Working Manual, USGS 1395 (1987), p. 182: Lambert azimuthal equal-area.
    """
    require_geographic(shapes)
    bounds = shapely.total_bounds(shapes.array) if len(shapes) else np.zeros(4)
    if not np.isfinite(bounds).all():
        bounds = np.zeros(4)
    west, south, east, north = bounds
    return _laea(round((west + east) / 2, 2), round((south + north) / 2, 2))


@lru_cache(maxsize=64)
def _laea(lon: float, lat: float) -> CRS:
    return CRS.from_proj4(f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m +no_defs")


@lru_cache(maxsize=64)
def _forward(definition: str) -> Transformer:
    return Transformer.from_crs(WGS84, CRS.from_user_input(definition), always_xy=True)


def to_metres(shapes: GeoSeries, crs: CRS | None = None) -> GeoSeries:
    """Project a layer to metres, in a working copy whose long edges follow the ground.

    Parameters
    ----------
    shapes
        (n,) geometries in WGS 84.
    crs
        A projected CRS in metres; by default `working_crs` of the layer.

    Raises
    ------
    NotGeographic
        ``shapes`` are not in WGS 84.
    """
    require_geographic(shapes)
    crs = crs or working_crs(shapes)
    return GeoSeries(in_metres(np.asarray(shapes.array), crs), index=shapes.index, crs=crs)


def in_metres(shapes: np.ndarray, crs: CRS) -> np.ndarray:
    """The same of bare shapes in WGS 84, see `on_grid`."""
    project = _project(crs)
    return in_chunks(lambda some: shapely.transform(_densified(some), project), shapes)


def to_degrees(shapes: GeoSeries) -> GeoSeries:
    """Bring geometries in metres back to WGS 84, on the grid."""
    require_projected(shapes)

    def unproject(coords: np.ndarray) -> np.ndarray:
        x, y = _forward(shapes.crs.srs).transform(coords[:, 0], coords[:, 1], direction="INVERSE")
        return np.round(np.column_stack([x, y]), _GRID_DIGITS)

    return GeoSeries(shapely.transform(np.asarray(shapes.array), unproject), index=shapes.index, crs=WGS84)


def _project(crs: CRS):  # type: ignore[no-untyped-def]
    transformer = _forward(crs.srs)

    def project(coords: np.ndarray) -> np.ndarray:
        return np.column_stack(transformer.transform(coords[:, 0], coords[:, 1]))

    return project


def _densified(shapes: np.ndarray) -> np.ndarray:
    """Set points on edges longer than `LONGEST_EDGE_M`, where there are any."""
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    if len(coords) < 2:
        return shapes
    step = np.diff(coords, axis=0)
    step[:, 0] *= np.cos(np.radians(coords[:-1, 1]))
    is_long = (np.hypot(step[:, 0], step[:, 1]) > LONGEST_EDGE_M / _METRES_PER_DEGREE) & (owner[1:] == owner[:-1])
    long = np.unique(owner[1:][is_long])
    if not len(long):
        return shapes
    shapes = shapes.copy()
    finer = shapely.segmentize(shapes[long], LONGEST_EDGE_M / _METRES_PER_DEGREE)
    shapes[long] = shapely.transform(finer, lambda c: np.round(c, _DENSIFIED_DIGITS))
    return shapes


def area_m2(shape: BaseGeometry) -> float:
    """Area of one shape in WGS 84, measured in its own working projection."""
    return float(to_metres(GeoSeries([shape], crs=WGS84)).area.iloc[0])
