"""Which shapes of a file may be boundaries: polygons, and lines that end where they begin. In the plane."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from territory.intake.errors import IntakeError, Notice

_POINTS, _LINES, _POLYGONS = (0, 4), (1, 2, 5), (3, 6)
_MULTI_LINE, _COLLECTION = 5, 7


def only_areas(
    shapes: np.ndarray[Any, Any], notices: list[Notice], name: str
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Shapes that may be boundaries and their rows: polygons, closed lines, and what is missing."""
    kind = shapely.get_type_id(shapes)
    if np.isin(kind, _POLYGONS).all():
        return shapes, np.arange(len(shapes))
    shapes = shapes.copy()
    closed = _close_lines(shapes, kind)
    kind = shapely.get_type_id(shapes)
    has_area = np.isin(kind, _POLYGONS)
    collections = np.flatnonzero(kind == _COLLECTION)
    has_area[collections] = [_has_polygon(shapes[i]) for i in collections]
    is_empty = shapely.is_empty(shapes) | shapely.is_missing(shapes)
    points = int((np.isin(kind, _POINTS) & ~is_empty).sum())
    lines = int((np.isin(kind, _LINES) & ~is_empty).sum())
    others = int(((kind == _COLLECTION) & ~has_area & ~is_empty).sum())
    if not has_area.any() and (points or lines or others):
        raise IntakeError("shapes.no_polygons", name=name, points=points + others, lines=lines)
    if closed:
        notices.append(Notice(code="lines.closed", args={"lines": closed}))
    if points or lines or others:
        notices.append(Notice(code="shapes.left_out", args={"points": points + others, "lines": lines}))
    if mixed := int(has_area[collections].sum()):
        notices.append(Notice(code="shapes.collections", args={"collections": mixed}))
    rows = np.flatnonzero(has_area | is_empty)
    return shapes[rows], rows


def _close_lines(shapes: np.ndarray[Any, Any], kind: np.ndarray[Any, Any]) -> int:
    """Make polygons, in place, of lines that end where they begin."""
    closed = 0
    for i in np.flatnonzero(np.isin(kind, _LINES)):
        line = shapely.line_merge(shapes[i]) if kind[i] == _MULTI_LINE else shapes[i]
        if line.geom_type in ("LineString", "LinearRing") and line.is_closed and len(line.coords) > 3:
            shapes[i] = shapely.Polygon(line)
            closed += 1
    return closed


def _has_polygon(collection: shapely.Geometry) -> bool:
    parts = shapely.get_parts(collection)
    while len(parts):
        kind = shapely.get_type_id(parts)
        if np.isin(kind, _POLYGONS).any():
            return True
        parts = shapely.get_parts(parts[kind == _COLLECTION])
    return False


def flat(shapes: np.ndarray[Any, Any], notices: list[Notice]) -> np.ndarray[Any, Any]:
    """Without heights and measures, which say nothing about a boundary."""
    has_more = shapely.has_z(shapes) | shapely.has_m(shapes)
    if not has_more.any():
        return shapes
    notices.append(Notice(code="heights.dropped", args={"shapes": int(has_more.sum())}))
    return np.asarray(shapely.force_2d(shapes))


def drop_not_numbers(shapes: np.ndarray[Any, Any], rows: np.ndarray[Any, Any], reasons: dict[int, str]) -> None:
    """Empty, in place, the shapes with a coordinate that is no number."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(shapely.get_coordinates(shapes).sum()):
            return
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    is_number = np.isfinite(coords)
    for i in np.unique(owner[~is_number.all(axis=1)]):
        shapes[i] = None
        reasons[int(rows[i])] = "not_a_number"
