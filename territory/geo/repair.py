"""What keeps a shape from being a boundary, and what a repair would change. Nothing is repaired silently."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from territory.geo.crs import area_m2, on_grid, require_geographic

_METRES_PER_DEGREE = 111_320.0

_NOTHING = MultiPolygon()

# What GEOS says, in our words; anything else is "broken".
_REASONS = {
    "Self-intersection": "self_crossing",
    "Ring Self-intersection": "self_touching",
    "Too few points": "too_few_points",
    "Hole lies outside shell": "hole_outside",
    "Holes are nested": "nested_holes",
    "Nested shells": "nested_parts",
    "Duplicate Rings": "repeated_ring",
    "Interior is disconnected": "pinched",
    "Invalid Coordinate": "not_a_number",
}


def canonical(shapes: GeoSeries) -> GeoSeries:
    """The one form in which a boundary is kept, as far as it needs no judgement.

    Two dimensions, on the 1e-7° grid, without repeated points, MultiPolygon, exterior rings counter-clockwise
    (RFC 7946). Points and lines in a collection are left out. Validity is neither tested nor mended.

    Parameters
    ----------
    shapes
        (n,) geometries in WGS 84; missing ones become empty.

    Returns
    -------
    GeoSeries
        (n,) MultiPolygon in WGS 84, on the same index.

    Examples
    --------
    >>> from shapely import Polygon
    >>> clockwise = Polygon([(0, 0), (0, 1), (1, 1), (1, 0)])
    >>> canonical(GeoSeries([clockwise], crs=4326)).to_wkt().tolist()
    ['MULTIPOLYGON (((0 0, 1 0, 1 1, 0 1, 0 0)))']
    """
    require_geographic(shapes)
    return GeoSeries(canonical_shapes(np.asarray(shapes.array)), index=shapes.index, crs=shapes.crs)


def canonical_shapes(shapes: np.ndarray) -> np.ndarray:
    """The same of bare shapes in WGS 84, see `territory.geo.crs.on_grid`."""
    clean = _as_multipolygons(on_grid(shapely.force_2d(shapes)))
    stutters = _has_repeated_points(clean)
    clean[stutters] = [_without_repeated_points(shape) for shape in clean[stutters]]
    return np.asarray(shapely.orient_polygons(clean))


def canonical_shape(shape: BaseGeometry) -> MultiPolygon:
    """The same of one shape in WGS 84."""
    return canonical_shapes(np.array([shape], dtype=object))[0]


def _has_repeated_points(shapes: np.ndarray) -> np.ndarray:
    """Which shapes may have equal points in a row; asking is five times as fast as removing."""
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    same = (coords[1:] == coords[:-1]).all(axis=1) & (owner[1:] == owner[:-1])
    found = np.zeros(len(shapes), dtype=bool)
    found[owner[1:][same]] = True
    return found


def _without_repeated_points(shape: MultiPolygon) -> MultiPolygon:
    """A ring of fewer than three different points stays as drawn: that it has no area is for `repairs` to say."""
    try:
        return shapely.remove_repeated_points(shape)
    except shapely.GEOSException:
        return shape


def _as_multipolygons(shapes: np.ndarray) -> np.ndarray:
    """Only the polygons of each shape, as one MultiPolygon each."""
    kind = shapely.get_type_id(shapes)
    if (kind == 6).all():
        return shapes
    parts, owner = shapely.get_parts(shapes, return_index=True)
    # Collections may hold collections: take them apart until nothing is left to take apart.
    while (nested := np.isin(shapely.get_type_id(parts), (6, 7))).any():
        inner, which = shapely.get_parts(parts[nested], return_index=True)
        parts, owner = np.append(parts[~nested], inner), np.append(owner[~nested], owner[nested][which])
    polygons = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
    order = np.argsort(owner[polygons], kind="stable")
    result = np.full(len(shapes), _NOTHING, dtype=object)
    if polygons.any():
        shapely.multipolygons(parts[polygons][order], indices=owner[polygons][order], out=result)
    return result


def are_boundaries(shapes: np.ndarray, *, min_part_m2: float = 1.0) -> np.ndarray:
    """(n,) whether canonical shapes in WGS 84 can stand as boundaries: valid, not empty, without crumbs."""
    broken = shapely.is_empty(shapes) | ~shapely.is_valid(shapes) | _has_sliver_part(shapes, min_part_m2)
    return np.asarray(~broken)


def repairs(shapes: GeoSeries, *, min_part_m2: float = 1.0) -> GeoDataFrame:
    """List what keeps shapes from being boundaries, each with the repair that could be offered.

    Parameters
    ----------
    shapes
        (n,) canonical shapes in WGS 84, see `canonical`.
    min_part_m2
        A detached part smaller than this is a slip of the hand.

    Returns
    -------
    GeoDataFrame
        One row per shape that is no valid boundary, on its id: ``reason`` (``self_crossing``, ``spike``,
        ``sliver_part``, ``zero_area``, ``empty`` …), ``place`` (a point where it can be seen), ``area_m2`` of
        the repaired shape, ``changed_m2`` and ``changed`` (the ground on which the drawing and its repair
        differ), and the repaired shape, canonical and valid, as geometry; empty when there is no repair.

    Notes
    -----
    Which ground a crossed ring means is open to reading. The repair keeps everything that the ring goes round
    in either direction; ``changed`` is where that differs from the even-odd reading of the same line, or what
    was thrown away with slivers.
    """
    require_geographic(shapes)
    drawn = np.asarray(shapes.array)
    broken = ~are_boundaries(drawn, min_part_m2=min_part_m2)
    rows = [_repair(shape, min_part_m2) for shape in drawn[broken]]
    columns = ["reason", "place", "area_m2", "changed_m2", "changed", "geometry"]
    frame = pd.DataFrame(rows, columns=columns, index=shapes.index[broken])
    return GeoDataFrame(frame, geometry="geometry", crs=shapes.crs)


def _has_sliver_part(shapes: np.ndarray, min_part_m2: float) -> np.ndarray:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    found = np.zeros(len(shapes), dtype=bool)
    found[owner[_rough_area_m2(parts) < min_part_m2]] = True
    return found


def _rough_area_m2(parts: np.ndarray) -> np.ndarray:
    """Areas good to one percent: enough to tell a slip of the hand from a field."""
    south, north = shapely.bounds(parts)[:, [1, 3]].T
    shrink = np.cos(np.radians((south + north) / 2))
    return np.asarray(shapely.area(parts) * shrink * _METRES_PER_DEGREE**2)


def _repair(shape: BaseGeometry, min_part_m2: float) -> dict[str, object]:
    """One row of `repairs`."""
    if shape.is_empty:
        return _row("empty", Point(), _NOTHING, _NOTHING)
    reason, place = _diagnosis(shape)
    mended = _valid_on_grid(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    parts = shapely.get_parts(mended)
    is_sliver = _rough_area_m2(parts) < min_part_m2
    kept = MultiPolygon(list(parts[~is_sliver]))
    if kept.is_empty:
        reason = "zero_area"
    elif reason is None:
        reason, place = "sliver_part", shapely.point_on_surface(parts[is_sliver][0])
    even_odd = _polygons(shapely.make_valid(shape, method="linework"))
    changed = _polygons(shapely.symmetric_difference(even_odd, kept))
    # A line that goes out and comes back the same way is longer than what it goes round.
    if changed.is_empty and shape.length > kept.length * (1 + 1e-9) and not kept.is_empty:
        reason = "spike"
    if place.is_empty:
        place = Point(shapely.get_coordinates(shape)[0])
    return _row(reason or "broken", place, kept, changed)


def _row(reason: str, place: Point, repaired: MultiPolygon, changed: BaseGeometry) -> dict[str, object]:
    return {
        "reason": reason,
        "place": place,
        "area_m2": 0.0 if repaired.is_empty else area_m2(repaired),
        "changed_m2": 0.0 if changed.is_empty else area_m2(changed),
        "changed": changed,
        "geometry": repaired,
    }


def _diagnosis(shape: BaseGeometry) -> tuple[str | None, Point]:
    """The first thing wrong with a shape and where; no reason when it is valid."""
    said = shapely.is_valid_reason(shape)
    if said == "Valid Geometry":
        return None, Point()
    match = re.match(r"([^\[]+)(?:\[(\S+) (\S+)\])?", said)
    reason = _REASONS.get(match[1].strip(), "broken") if match else "broken"
    try:
        place = Point(float(match[2]), float(match[3])) if match and match[2] else Point()
    except ValueError:
        place = Point()
    return reason, place


def _polygons(shape: BaseGeometry) -> MultiPolygon:
    return _as_multipolygons(np.array([shape], dtype=object))[0]


def _valid_on_grid(shape: BaseGeometry) -> MultiPolygon:
    """Canonical and valid: rounding may cross lines again, so it is repeated until it does not."""
    for _ in range(4):
        rounded = canonical_shape(shape)
        if rounded.is_valid:
            return rounded
        shape = shapely.make_valid(rounded, method="structure", keep_collapsed=False)
    # A corner that keeps crossing on the grid: step back from it by one grid cell.
    rounded = canonical_shape(shape.buffer(-1e-7))
    return rounded if rounded.is_valid else _NOTHING
