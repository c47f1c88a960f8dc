"""From the shapes of a file to boundaries: in WGS 84, canonical and valid, with everything said that was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyproj import CRS
from shapely import MultiPolygon, Point

from territory.findings import Code, Finding, Severity
from territory.geo.repair import canonical, repairs
from territory.intake.columns import Chooser, attributes
from territory.intake.errors import IntakeError, Notice
from territory.intake.reference import WGS84, is_wgs84, label, parse_crs, proposals, to_wgs84
from territory.intake.source import Source
from territory.model import as_layer
from territory.profiles import Profile

_POINTS, _LINES, _POLYGONS = (0, 4), (1, 2, 5), (3, 6)
_COLLECTION = 7

# Farther than this, "degrees" are metres of some other system.
_NO_DEGREES = 1080.0
# A file whose shapes mostly fit once the axes are exchanged was written the other way round.
_MOSTLY = 0.9
_TANGLED = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a file holds, ready to be checked."""

    layer: GeoDataFrame
    """In the form of `territory.model.as_layer`, every boundary canonical and valid; the others left out."""
    findings: list[Finding]
    """Boundaries that were repaired, could not be read, or lie outside."""
    notices: tuple[Notice, ...]
    """About the whole file."""


def settle(
    source: Source,
    chooser: Chooser,
    *,
    profile: Profile,
    name: str,
    crs: str | None,
    level: str | None,
    swap_axes: bool,
    within_country: bool,
) -> Intake:
    """Make a layer of what a reader read.

    Raises
    ------
    IntakeError
        No polygons, no CRS, or axes the wrong way round.
    """
    notices = list(source.notices)
    shapes, rows = _only_areas(source.shapes, notices, name)
    reasons = dict(source.reasons)
    shapes = _flat(shapes, notices)
    _drop_not_numbers(shapes, rows, reasons)
    shapes, is_astray = _located(shapes, source.crs, crs, swap_axes, notices, profile, name)
    # Columns come before the geometry is judged: a finding names its territory.
    frame, told = attributes(source.columns, rows, chooser, profile, level)
    notices += told

    boundaries = canonical(GeoSeries(shapes, index=frame.index, crs=WGS84))
    outside = is_astray | _is_outside(boundaries, profile, within_country)
    findings = [_outside_finding(i, boundary) for i, boundary in boundaries[outside].items()]
    boundaries, frame, rows = boundaries[~outside], frame[~outside], rows[~outside]

    untangled = _set_tangled_aside(boundaries, rows, reasons)
    broken = repairs(untangled)
    if len(broken):
        why = {str(i): reasons[row] for i, row in zip(frame.index, rows, strict=True) if row in reasons}
        findings += _repair_findings(broken, why, profile)
        untangled.loc[broken.index] = broken.geometry.array
        kept = ~untangled.is_empty.to_numpy()
        untangled, frame = untangled[kept], frame[kept]
    layer = as_layer(untangled, **{column: frame[column] for column in frame.columns})
    return Intake(layer=layer, findings=findings, notices=tuple(notices))


def _only_areas(
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
        line = shapely.line_merge(shapes[i]) if kind[i] == 5 else shapes[i]
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


def _flat(shapes: np.ndarray[Any, Any], notices: list[Notice]) -> np.ndarray[Any, Any]:
    """Without heights and measures, which say nothing about a boundary."""
    has_more = shapely.has_z(shapes) | shapely.has_m(shapes)
    if not has_more.any():
        return shapes
    notices.append(Notice(code="heights.dropped", args={"shapes": int(has_more.sum())}))
    return np.asarray(shapely.force_2d(shapes))


def _drop_not_numbers(shapes: np.ndarray[Any, Any], rows: np.ndarray[Any, Any], reasons: dict[int, str]) -> None:
    """Empty, in place, the shapes with a coordinate that is no number."""
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    is_number = np.isfinite(coords)
    if is_number.all():
        return
    for i in np.unique(owner[~is_number.all(axis=1)]):
        shapes[i] = None
        reasons[int(rows[i])] = "not_a_number"


def _located(
    shapes: np.ndarray[Any, Any],
    said: CRS | None,
    given: str | None,
    swap_axes: bool,
    notices: list[Notice],
    profile: Profile,
    name: str,
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Shapes in WGS 84, east before north; those off the globe emptied, and which they are."""
    crs = _crs(said, given, notices)
    coords, owner = shapely.get_coordinates(shapes, return_index=True)
    if not len(coords):
        return shapes, np.zeros(len(shapes), dtype=bool)
    bounds = (*coords.min(axis=0), *coords.max(axis=0))
    if crs is None:
        raise _crs_needed("crs.missing", bounds, profile, name)
    if swap_axes:
        coords = coords[:, ::-1]
        notices.append(Notice(code="axes.swapped"))
    if crs.is_geographic and np.median(np.abs(coords).max(axis=1)) > _NO_DEGREES:
        raise _crs_needed("crs.contradicted", bounds, profile, name)
    moved = to_wgs84(coords, crs)
    moved = _wrapped(moved, owner, len(shapes), notices)
    if not swap_axes:
        _refuse_swapped(moved, owner, len(shapes), profile, name)
    if moved is not coords or swap_axes:
        shapes = np.asarray(shapely.set_coordinates(shapes.copy(), moved))
    is_astray = np.zeros(len(shapes), dtype=bool)
    with np.errstate(invalid="ignore"):
        is_on_globe = (np.abs(moved[:, 0]) <= 180) & (np.abs(moved[:, 1]) <= 90)
    if not is_on_globe.all():
        is_astray[owner[~is_on_globe]] = True
        shapes = shapes.copy()
        shapes[is_astray] = None
    return shapes, is_astray


def _crs(said: CRS | None, given: str | None, notices: list[Notice]) -> CRS | None:
    if given is None:
        return said
    crs = parse_crs(given)
    if said is not None and not said.equals(crs, ignore_axis_order=True) and not _is_unsaid(said):
        notices.append(Notice(code="crs.overruled", args={"said": label(said), "crs": label(crs)}))
    return crs


def _is_unsaid(crs: CRS) -> bool:
    """GeoJSON, KML and GPX are in WGS 84 by definition; nobody wrote it there."""
    return is_wgs84(crs)


def _crs_needed(code: str, bounds: tuple[float, ...], profile: Profile, name: str) -> IntakeError:
    likely = proposals((bounds[0], bounds[1], bounds[2], bounds[3]), profile)
    suffix = "" if likely else "_unlike"
    return IntakeError(code + suffix, name=name, x=_told(bounds[0]), y=_told(bounds[1]), crs=likely[:3])


def _told(value: float) -> str:
    return f"{value:.7g}"


def _wrapped(
    coords: np.ndarray[Any, Any], owner: np.ndarray[Any, Any], n: int, notices: list[Notice]
) -> np.ndarray[Any, Any]:
    """Longitudes beyond ±180 brought back by whole turns, each shape in one piece."""
    x = coords[:, 0]
    is_beyond = (np.abs(x) > 180) & (np.abs(x) <= _NO_DEGREES)
    if not is_beyond.any():
        return coords
    middle = np.zeros(n)
    np.add.at(middle, owner, np.where(np.isfinite(x), x, 0.0))
    middle /= np.maximum(np.bincount(owner, minlength=n), 1)
    turns = np.where(np.abs(middle) <= _NO_DEGREES, np.floor((middle + 180) / 360), 0)
    if not turns.any():
        return coords
    notices.append(Notice(code="longitudes.wrapped", args={"shapes": int(np.count_nonzero(turns))}))
    coords = coords.copy()
    coords[:, 0] -= 360 * turns[owner]
    return coords


def _middles(coords: np.ndarray[Any, Any], owner: np.ndarray[Any, Any], n: int) -> np.ndarray[Any, Any]:
    count = np.maximum(np.bincount(owner, minlength=n), 1)
    sums = [np.bincount(owner, weights=coords[:, axis], minlength=n) for axis in (0, 1)]
    return np.column_stack(sums) / count[:, None]


def _refuse_swapped(
    coords: np.ndarray[Any, Any], owner: np.ndarray[Any, Any], n: int, profile: Profile, name: str
) -> None:
    """Raise when nearly everything would lie in the country once latitude and longitude are exchanged."""
    middles = _middles(np.nan_to_num(coords, posinf=1e9, neginf=-1e9), owner, n)[np.unique(owner)]
    x, y = middles.T
    if _is_swapped(x, y, profile).mean() >= _MOSTLY:
        raise IntakeError("axes.look_swapped", name=name, x=_told(float(x[0])), y=_told(float(y[0])))


def _is_swapped(x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], profile: Profile) -> np.ndarray[Any, Any]:
    west, south, east, north = profile.extent
    is_inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    would_be = (y >= west) & (y <= east) & (x >= south) & (x <= north)
    return np.asarray(would_be & ~is_inside)


def _is_outside(boundaries: GeoSeries, profile: Profile, within_country: bool) -> np.ndarray[Any, Any]:
    """Which boundaries would lie in the country only with their axes exchanged, or not in it at all."""
    west, south, east, north = shapely.bounds(boundaries.array).T
    outside = _is_swapped((west + east) / 2, (south + north) / 2, profile)
    if within_country:
        w, s, e, n = profile.extent
        outside |= ~((west >= w) & (east <= e) & (south >= s) & (north <= n))
    return np.asarray(outside & ~boundaries.is_empty.to_numpy())


def _outside_finding(territory: str, boundary: MultiPolygon) -> Finding:
    # Off the globe there is nothing to show.
    place = Point() if boundary.is_empty else Point(shapely.get_coordinates(boundary)[0])
    geometry = place if boundary.is_empty else boundary
    return Finding(
        code=Code.OUTSIDE, severity=Severity.ERROR, territories=(territory,), geometry=geometry, place=place
    )


def _set_tangled_aside(boundaries: GeoSeries, rows: np.ndarray[Any, Any], reasons: dict[int, str]) -> GeoSeries:
    """Empty the scribbles: mending a line that crosses itself thousands of times would never end."""
    drawn = np.asarray(boundaries.array)
    large = np.flatnonzero(shapely.get_num_coordinates(drawn) > _TANGLED)
    tangled = [i for i in large if not shapely.is_valid(drawn[i]) and _is_tangle(drawn[i])]
    if not tangled:
        return boundaries
    drawn = drawn.copy()
    for i in tangled:
        drawn[i] = MultiPolygon()
        reasons[int(rows[i])] = "tangled"
    return GeoSeries(drawn, index=boundaries.index, crs=boundaries.crs)


def _is_tangle(shape: MultiPolygon) -> bool:
    coords, ring = shapely.get_coordinates(shapely.get_rings(shape), return_index=True)
    edges = shapely.linestrings(np.stack([coords[:-1], coords[1:]], axis=1)[ring[1:] == ring[:-1]])
    # A sample tells a tangle from a slip without listing a hundred million crossings.
    step = max(1, len(edges) // 200)
    crossings = len(shapely.STRtree(edges).query(edges[::step], predicate="crosses")[0]) * step // 2
    return crossings > 4 * _TANGLED


def _repair_findings(broken: GeoDataFrame, why: Mapping[str, str], profile: Profile) -> list[Finding]:
    found = []
    for row in broken.itertuples():
        territory = str(row.Index)
        is_lost = row.geometry.is_empty
        weighs = row.changed_m2 >= profile.tolerances.repair_m2
        found.append(
            Finding(
                code=Code.INVALID if is_lost else Code.REPAIRED,
                severity=Severity.ERROR if is_lost else Severity.WARNING if weighs else Severity.NOTE,
                territories=(territory,),
                geometry=row.place if row.changed.is_empty else row.changed,
                place=row.place,
                args={
                    "reason": why.get(territory, row.reason) if is_lost else row.reason,
                    "changed_m2": row.changed_m2,
                },
            )
        )
    return found
