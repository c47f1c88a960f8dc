"""The ground around a community, as far as somebody may see it, to take along and go on without a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiLineString, MultiPolygon

from territory.findings import Finding
from territory.geo.crs import to_metres
from territory.model import WGS84
from territory.mosaic import Mosaic
from territory.services import around, boundaries, publishing, territories
from territory.services.access import Eyes, Sight
from territory.services.around import Drawn, FollowedLines
from territory.services.errors import Unusable
from territory.services.publishing import Bbox
from territory.services.register import Register

MOST_TERRITORIES = 400
"""So many are drawn along with ease on a phone; more of them take minutes to load on a slow line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The territory that an area was asked for."""

    id: str
    name: str
    level: str
    shape: MultiPolygon
    """WGS 84; as coarse as whoever asks may see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkArea:
    """Everything that drawing in a box takes."""

    bounds: Bbox
    lines: list[Drawn]
    """Neighbours, rivers, roads, municipal lines and the edge of the land, exact."""
    findings: list[Finding]


def own(register: Register, eyes: Eyes, public: GeoDataFrame, territory: str) -> Own:
    """A territory as far as whoever asks sees it.

    Parameters
    ----------
    register, eyes
        Where, and who asks.
    public
        What everybody sees, see `territory.services.publishing.PublicRegister`.
    territory
        Id.

    Raises
    ------
    NotFound
        There is no such territory, or none that they may know of.
    Unusable
        It has no line that they may see, so that nobody can say what lies around it.
    """
    if eyes.sight(territory) in (Sight.ALL, Sight.LINE):
        standing = register.current().standing[territory]
        if not standing.version:
            raise Unusable("work_area.line")
        line = territories.line(register, eyes, territory)
        name, level, shape = standing.name, standing.level, line.shape
    else:
        row = publishing.territory(public, territory).iloc[0]
        name, level, shape = row["name"], row["level"], row.geometry
    if shape is None or shape.is_empty:
        raise Unusable("work_area.line")
    return Own(id=territory, name=name, level=level, shape=shape)


def bounds_around(shape: MultiPolygon, mosaic: Mosaic, reach_m: float) -> Bbox:
    """The box that reaches so far beyond a shape, in degrees."""
    metres = to_metres(GeoSeries([shape], crs=WGS84), mosaic.crs).buffer(reach_m)
    west, south, east, north = metres.to_crs(WGS84).total_bounds
    return float(west), float(south), float(east), float(north)


def work_area(
    register: Register,
    eyes: Eyes,
    mosaic: Mosaic,
    followed: FollowedLines,
    public_findings: list[Finding],
    bbox: Bbox,
    *,
    level: str,
    asked: str | None,
    visible: Callable[[str], bool] | None,
) -> WorkArea:
    """What somebody takes along to draw in a box.

    Parameters
    ----------
    register, eyes
        Where, and who asks.
    mosaic, visible
        The boundaries, and which of them they may know of, see `territory.api.live.Live.around`.
    followed
        Rivers and roads.
    public_findings
        What everybody is told.
    bbox, level
        Where, and of which level the neighbours are.
    asked
        Id of the territory that the area is for; its findings are told, as are those of the key's own.

    Raises
    ------
    Unusable
        There are too many territories to take along.
    """
    units = around.territories_within(mosaic, bbox, level=level, visible=visible)
    if units is None or len(units) > MOST_TERRITORIES:
        raise Unusable("work_area.large", limit=MOST_TERRITORIES)
    known = {finding.id: finding for finding in publishing.findings_within(public_findings, bbox)}
    for unit in units:
        # Not of everything that lies in a scope: each of them takes a check.
        if (unit.id == asked or unit.id in eyes.access.territories) and eyes.sight(unit.id) is Sight.ALL:
            known |= {finding.id: finding for finding in boundaries.findings(register, eyes.access, unit.id)}
    others = [*followed.within(bbox), *around.municipal_lines(mosaic, bbox), *edge_of_land(mosaic, bbox)]
    return WorkArea(bounds=bbox, lines=[*units, *others], findings=list(known.values()))


def edge_of_land(mosaic: Mosaic, bbox: Bbox) -> Iterator[Drawn]:
    """The outline of the land that territories are expected to cover, as far as it lies in a box."""
    land = mosaic.surroundings.land
    if land is None or land.empty:
        return
    edge = shapely.intersection(shapely.boundary(np.asarray(land.geometry.array)), shapely.box(*bbox))
    parts = shapely.get_parts(shapely.union_all(edge))
    # Where it only touches the box there is a point, and away from it nothing.
    lines = parts[(shapely.get_dimensions(parts) == 1) & ~shapely.is_empty(parts)]
    if len(lines):
        yield Drawn(id="land", kind="land", name="", shape=MultiLineString(list(lines)))
