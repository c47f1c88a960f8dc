"""From the shapes of a file to boundaries: in WGS 84, canonical and valid, with everything said that was done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon, Point

from territory.findings import Code, Finding, Severity
from territory.geo.repair import canonical, repairs
from territory.geo.threads import in_chunks
from territory.intake.areas import drop_not_numbers, flat, only_areas
from territory.intake.columns import Chooser, attributes, beside
from territory.intake.errors import IntakeError, Notice
from territory.intake.place import is_swapped, locate, system_of
from territory.intake.reference import datum
from territory.intake.source import Source
from territory.model import WGS84, as_layer
from territory.profiles import Profile

# Mending a line that crosses itself this often takes half a second; a random scribble of 300 points takes 15.
_MOST_CROSSINGS = 1_000
# About 12 m² at the equator: nothing larger in one part can be a slip of the hand.
_SPECK_DEG2 = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a file holds, ready to be checked."""

    layer: GeoDataFrame
    """In the form of `territory.model.as_layer`, every boundary canonical and valid; the others left out."""
    findings: list[Finding]
    """Boundaries that were repaired, could not be read, or lie outside."""
    notices: tuple[Notice, ...]
    """About the whole file."""
    told: pd.DataFrame
    """What the file says of every territory, also of those that `layer` leaves out: on the ids, the columns of a
    layer but its geometry, and ``row``, the number of its row in the file, from 1."""
    beside: pd.DataFrame
    """On the same ids, as text: columns that were asked for by name, and ``codes`` of a file of ours."""
    undrawn: pd.Index
    """Ids of territories for which the file has no line."""
    has_ids: bool
    """Whether the ids stand in the file; else they are the numbers of the rows."""
    datum: str | None
    """What the coordinates were in, as ``EPSG:24719``."""


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
        No features, no polygons, no CRS, or axes the wrong way round.
    """
    if not len(source.shapes):
        raise IntakeError("features.none", name=name)
    notices = list(source.notices)
    reasons = dict(source.reasons)
    shapes, rows = only_areas(source.shapes, notices, name)
    shapes = flat(shapes, notices)
    has_line = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes)) | np.isin(rows, list(reasons))
    drop_not_numbers(shapes, rows, reasons)
    system = system_of(source.crs, crs, notices)
    shapes, is_astray, told = locate(shapes, system, swap_axes=swap_axes, profile=profile, name=name)
    notices += told
    # Columns come before the geometry is judged: a finding names its territory.
    frame, told, has_ids = attributes(source.columns, rows, chooser, profile, level)
    notices += told
    every, numbers = frame, rows + 1

    boundaries = canonical(GeoSeries(shapes, index=frame.index, crs=WGS84))
    outside = is_astray | _is_outside(boundaries, profile, within_country)
    findings = [_outside_finding(i, boundary) for i, boundary in boundaries[outside].items()]
    boundaries, frame, rows = boundaries[~outside], frame[~outside], rows[~outside]

    boundaries, found = _mended(boundaries, rows, reasons, profile)
    kept = ~boundaries.is_empty.to_numpy()
    layer = as_layer(boundaries[kept], **{column: frame[column][kept] for column in frame.columns})
    return Intake(
        layer=layer,
        findings=findings + found,
        notices=tuple(notices),
        told=every.assign(row=numbers),
        beside=beside(source.columns, numbers - 1, chooser).set_axis(every.index),
        undrawn=every.index[~has_line],
        has_ids=has_ids,
        datum=None if system is None else datum(system),
    )


def _mended(
    boundaries: GeoSeries, rows: np.ndarray[Any, Any], reasons: dict[int, str], profile: Profile
) -> tuple[GeoSeries, list[Finding]]:
    """Boundaries as a repair would have them, empty where there is none, and a finding for each that changed."""
    drawn = np.asarray(boundaries.array).copy()
    is_valid = in_chunks(shapely.is_valid, drawn)
    for i in np.flatnonzero(~is_valid):
        if _is_tangle(drawn[i]):
            drawn[i] = MultiPolygon()
            reasons[int(rows[i])] = "tangled"
    # Only these can need a repair; testing all others again would take half the time of reading.
    suspect = ~is_valid | (shapely.get_num_geometries(drawn) != 1) | (shapely.area(drawn) < _SPECK_DEG2)
    broken = repairs(GeoSeries(drawn[suspect], index=boundaries.index[suspect], crs=WGS84))
    mended = GeoSeries(drawn, index=boundaries.index, crs=WGS84)
    mended.loc[broken.index] = broken.geometry.array
    if broken.empty:
        return mended, []
    why = {str(i): reasons[row] for i, row in zip(boundaries.index, rows, strict=True) if row in reasons}
    return mended, _repair_findings(broken, why, profile)


def _is_outside(boundaries: GeoSeries, profile: Profile, within_country: bool) -> np.ndarray[Any, Any]:
    """Which boundaries would lie in the country only with their axes exchanged, or not in it at all."""
    west, south, east, north = shapely.bounds(boundaries.array).T
    outside = is_swapped((west + east) / 2, (south + north) / 2, profile)
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


def _is_tangle(shape: MultiPolygon) -> bool:
    coords, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    edges = shapely.linestrings(np.stack([coords[:-1], coords[1:]], axis=1)[ring[1:] == ring[:-1]])
    # A sample tells a tangle from a slip without listing a hundred million crossings.
    step = max(1, len(edges) // 200)
    crossings = len(shapely.STRtree(edges).query(edges[::step], predicate="crosses")[0]) * step // 2
    return crossings > _MOST_CROSSINGS


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
