"""To check what somebody drew, alone or as a file. Nothing is stored."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyproj import Geod
from shapely import MultiPolygon, Polygon

from territory import intake
from territory.checks import DRAWING, check_boundary, check_layer
from territory.findings import Code, Finding, Severity
from territory.geo.progress import Progress
from territory.geo.repair import are_boundaries, canonical_shape, repairs
from territory.intake import Notice
from territory.model import WGS84, Surroundings
from territory.mosaic import Mosaic
from territory.profiles import Profile
from territory.services.errors import Unusable

KINDS = ("urban", "rural", "indigenous", "mixed")
"""What a council may say it is."""

# A walk with a bad GPS crosses itself a few dozen times. Mending takes .2 s at 500 crossings, 44 s at 15,000.
_MOST_CROSSINGS = 500

# The equal-area projection of the mosaic keeps areas, and lengths only near its centre.
_ELLIPSOID = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What somebody drew, and what they say of it."""

    shape: Polygon | MultiPolygon
    """In WGS 84, as drawn: it may cross itself."""
    level: str = "council"
    kind: str | None = None
    families: int | None = None
    replaces: str | None = None
    """Id of the territory that this is a new boundary of; it is no neighbour of itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDrawing:
    """A drawing as the boundary it would become, with everything found."""

    boundary: MultiPolygon
    """Canonical; valid, unless a finding says that it cannot be."""
    area_m2: float
    perimeter_m: float
    findings: list[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedFile:
    """A file as the layer it holds, with everything found."""

    layer: GeoDataFrame
    findings: list[Finding]
    notices: tuple[Notice, ...]
    datum: str | None
    """What its coordinates were in, as ``EPSG:24719``."""


def check_drawing(
    drawing: Drawing, mosaic: Mosaic, *, profile: Profile, visible: Callable[[str], bool] | None = None
) -> CheckedDrawing:
    """Find what would be wrong with a drawing among the territories that exist.

    Parameters
    ----------
    drawing
        What was drawn.
    mosaic
        The territories around it.
    profile
        The numbers to hold it against.
    visible
        Which territories of the mosaic whoever asks may know of, by id; by default all.

    Raises
    ------
    Unusable
        The level is none of the profile's, the territory to replace does not exist, or the line crosses
        itself too often to be read as a boundary.
    """
    if drawing.level not in (levels := [level.id for level in profile.levels]):
        raise Unusable("drawing.level", level=drawing.level, levels=levels)
    replaced = drawing.replaces
    if replaced is not None and visible is None and replaced not in mosaic:
        raise Unusable("drawing.replaces", id=drawing.replaces)
    boundary, findings = mended(drawing, profile)
    if boundary is None:
        drawn = canonical_shape(drawing.shape)
        return CheckedDrawing(boundary=drawn, area_m2=0.0, perimeter_m=0.0, findings=findings)
    findings += check_boundary(
        boundary,
        mosaic,
        profile=profile,
        level=drawing.level,
        replaces=drawing.replaces,
        families=drawing.families,
        kind=drawing.kind,
        visible=visible,
    )
    return CheckedDrawing(
        boundary=boundary,
        area_m2=mosaic.project(boundary).area,
        perimeter_m=_ELLIPSOID.geometry_length(boundary),
        findings=findings,
    )


def require_known(drawing: Drawing, visible: Callable[[str], bool] | None) -> None:
    """Raise `Unusable` when a drawing says to replace a territory that whoever asks may not know of."""
    if drawing.replaces is not None and visible is not None and not visible(drawing.replaces):
        raise Unusable("drawing.replaces", id=drawing.replaces)


def mended(drawing: Drawing, profile: Profile) -> tuple[MultiPolygon | None, list[Finding]]:
    """The boundary that a drawing means, if any, and what is wrong with it by itself, whoever is around.

    Raises
    ------
    Unusable
        The line crosses itself too often to be read as a boundary.
    """
    boundary, findings = _repaired(drawing, profile)
    if boundary is not None and not shapely.box(*profile.extent).covers(boundary):
        findings.append(_outside(boundary, drawing.replaces or DRAWING))
    return boundary, findings


def _repaired(drawing: Drawing, profile: Profile) -> tuple[MultiPolygon | None, list[Finding]]:
    own = drawing.replaces or DRAWING
    drawn = canonical_shape(drawing.shape)
    if are_boundaries(np.array([drawn], dtype=object)).all():
        return drawn, []
    if not drawn.is_valid:
        _refuse_tangle(drawn)
    broken = repairs(GeoSeries([drawn], [own], crs=WGS84))
    [row] = broken.itertuples()
    is_lost = row.geometry.is_empty
    weighs = not is_lost and row.changed_m2 >= profile.tolerances.repair_m2
    finding = Finding(
        code=Code.INVALID if is_lost else Code.REPAIRED,
        severity=Severity.ERROR if is_lost else Severity.WARNING if weighs else Severity.NOTE,
        territories=(own,),
        geometry=row.place if row.changed.is_empty else row.changed,
        place=row.place,
        args={"reason": row.reason, "changed_m2": row.changed_m2},
    )
    return None if is_lost else row.geometry, [finding]


def _outside(boundary: MultiPolygon, territory: str) -> Finding:
    return Finding(
        code=Code.OUTSIDE,
        severity=Severity.ERROR,
        territories=(territory,),
        geometry=boundary,
        place=boundary.point_on_surface(),
    )


def _refuse_tangle(shape: MultiPolygon) -> None:
    """Raise `Unusable` when a line crosses itself so often that mending it would never end."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    edges = shapely.linestrings(np.stack([coords[:-1], coords[1:]], axis=1)[ring[1:] == ring[:-1]])
    tree, every = shapely.STRtree(edges), max(1, len(edges) // 32)
    # A few edges tell a tangle of all, without a list of a hundred million crossings.
    crossings = len(tree.query(edges[::every], predicate="crosses")[0]) * every // 2
    if crossings < 20 * _MOST_CROSSINGS:
        crossings = len(tree.query(edges, predicate="crosses")[0]) // 2
    if crossings > _MOST_CROSSINGS:
        raise Unusable("geometry.tangled", crossings=crossings)


def names_around(mosaic: Mosaic, drawing_name: str) -> Mapping[str, str]:
    """The names of a mosaic, and what to call a drawing that is not in it."""
    # Only read; copying 50,000 names would take as long as the check.
    return ChainMap({DRAWING: drawing_name}, mosaic.names)


def beneath(surroundings: Surroundings) -> Surroundings:
    """What of a region's surroundings also holds for a file that covers only a part of it.

    Land is left out: all that the file does not cover would be a gap. Links join territories by their id,
    which the file's are not.
    """
    return replace(surroundings, land=None, links=None)


def check_file(
    path: Path,
    *,
    profile: Profile,
    surroundings: Surroundings | None = None,
    progress: Progress | None = None,
    **reading: Any,
) -> CheckedFile:
    """Find everything wrong with the boundaries of a file, among themselves.

    Parameters
    ----------
    path
        A file in any format that intake reads.
    profile
        The numbers to hold it against.
    surroundings
        Municipalities, land and shared places, where known.
    progress
        Called as the check goes on.
    reading
        What the file does not say of itself: ``crs``, ``level``, ``layer``, ``swap_axes`` and names of columns,
        as for `territory.intake.read`.

    Raises
    ------
    IntakeError
        The file cannot be read.
    """
    read = intake.read(path, profile=profile, **reading)
    found = check_layer(
        read.layer, profile=profile, surroundings=surroundings or Surroundings(), progress=progress
    )
    return CheckedFile(layer=read.layer, findings=[*read.findings, *found], notices=read.notices, datum=read.datum)
