"""To gather what stands on the printed sheet of a territory: for its own, and for everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon

from territory.findings import Finding
from territory.geo.crs import area_m2
from territory.geo.jurisdictions import shares
from territory.geo.linderos import Walk, walk
from territory.maps.sheet import Share, Sheet, Stretch
from territory.model import WGS84, Publication, Surroundings
from territory.mosaic import Mosaic, Standing
from territory.profiles import Profile
from territory.records import Boundary, Reference, ReferenceLayer
from territory.services.access import Eyes, Operation, Sight, require
from territory.services.disputes import OPEN_STATES, disputes_of
from territory.services.drawing import Drawing, check_drawing
from territory.services.errors import NotFound
from territory.services.publishing import PublicRegister
from territory.services.register import Register, today
from territory.services.sheet_stretches import own_stretches, public_stretches
from territory.store.base import Reading

_AROUND = 0.2
"""How far around a territory its map shows, as a share of its size."""
_FOLLOWED = ("rivers", "roads")

_Seen = tuple[Mosaic, Callable[[str], bool], Callable[[str], MultiPolygon | None]]
"""Boundaries, which of them whoever asks may see, and as what."""


def sheet_of(
    register: Register,
    eyes: Eyes,
    territory: str,
    *,
    public: Callable[[], PublicRegister],
    base_url: str,
    version: int | None = None,
) -> Sheet:
    """The sheet of a version of a boundary, as far as whoever asks may see it.

    Parameters
    ----------
    register, eyes, territory
        Where, who, and of what.
    public
        What everybody sees; asked for only where it is needed.
    base_url
        Where this register is served, as ``https://…``; its code leads there.
    version
        By default the newest that they may see.

    Raises
    ------
    NotFound
        There is no such territory, version or line, or none that they may know of.
    NeedsKey, Forbidden
        They see it, but not whole, and it is not published exactly.
    """
    if eyes.sight(territory) is Sight.ALL:
        gathered = _own(register, eyes, territory, version, public)
    else:
        gathered = _published(register, eyes, territory, version, public())
    return _sheet(register, territory, base_url, gathered)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Gathered:
    """What whoever asks may know of a version of a boundary."""

    standing: Standing
    line: Boundary
    newest: int
    boundary: MultiPolygon
    """The line as they see it, in WGS 84."""
    around: GeoDataFrame
    """``name``, ``level`` and line of those around, as they see them."""
    beside: GeoSeries
    """The same lines, with the contested ground that they claim."""
    contested: GeoSeries
    stretches: Callable[[Walk], list[Stretch]]
    families: int | str | None
    words: Mapping[str, str]
    findings: list[Finding]
    mosaic: Mosaic
    is_public: bool


def _own(
    register: Register, eyes: Eyes, territory: str, version: int | None, public: Callable[[], PublicRegister]
) -> _Gathered:
    """What those whose it is see."""
    current = register.current()
    standing = require(eyes, Operation.SEE, territory)
    with register.reading() as reading:
        newest = reading.get(Boundary, territory)
        line = newest if version is None else reading.get(Boundary, territory, version)
        if newest is None or line is None or line.shape is None:
            raise _no_version(territory, version)
    seen: list[_Seen] = [(current.mosaic, eyes.sees_line, current.mosaic.boundary)]
    # Whoever sees every line has no need of what is public.
    if not eyes.access.is_everywhere:
        drawn = _drawn(everybody := public())
        seen.append((everybody.mosaic, lambda each: each in drawn and not eyes.sees_line(each), drawn.get))
    around = _around(territory, line.shape, standing.level, seen, register.profile)
    is_newest = line.revision == newest.revision
    disputes = disputes_of(register, eyes.access, territory) if is_newest else []
    found = check_drawing(
        Drawing(
            shape=line.shape,
            level=standing.level,
            kind=standing.kind,
            families=standing.families,
            replaces=territory,
        ),
        current.mosaic,
        profile=register.profile,
        visible=eyes.sees_line,
    )
    return _Gathered(
        standing=standing,
        line=line,
        newest=newest.revision,
        boundary=line.shape,
        around=around,
        beside=around.geometry,
        contested=GeoSeries([each.strip for each in disputes if each.state in OPEN_STATES], crs=WGS84),
        stretches=lambda told: own_stretches(register, eyes, territory, told, around, is_newest=is_newest),
        families=standing.families,
        words=line.words,
        findings=found.findings,
        mosaic=current.mosaic,
        is_public=False,
    )


def _published(
    register: Register, eyes: Eyes, territory: str, version: int | None, public: PublicRegister
) -> _Gathered:
    """What everybody sees: nothing of neighbours that are not published as they are, and no contested ground."""
    current = register.current()
    drawn = _drawn(public)
    if territory not in drawn:
        require(eyes, Operation.SEE, territory)
        raise NotFound("boundary.none", id=territory)
    standing = current.standing[territory]
    with register.reading() as reading:
        line = reading.get(Boundary, territory, standing.published)
    if line is None or version not in (None, line.revision):
        raise _no_version(territory, version)
    boundary = drawn[territory]
    strips = public.contested[(public.contested[["left", "right"]] == territory).any(axis=1)]
    seen: list[_Seen] = [(public.mosaic, drawn.__contains__, drawn.get)]
    around = _around(territory, boundary, standing.level, seen, register.profile)
    # Contested ground is nobody's, and whoever claims it is the neighbour there all the same.
    beside = around.geometry.copy()
    for row in strips.itertuples():
        other = row.right if row.left == territory else row.left
        if other in beside.index:
            beside[other] = shapely.union(beside[other], row.geometry)
    # Without families: their number is for the territory's own.
    found = check_drawing(
        Drawing(shape=public.mosaic.boundary(territory), level=standing.level, replaces=territory),
        public.mosaic,
        profile=register.profile,
    )
    return _Gathered(
        standing=standing,
        line=line,
        newest=line.revision,
        boundary=boundary,
        around=around,
        beside=beside,
        contested=strips.geometry,
        stretches=lambda told: public_stretches(told, strips.geometry, register.profile),
        families=public.layer.at[territory, "families"],
        words={},
        findings=found.findings,
        mosaic=public.mosaic,
        is_public=True,
    )


def _sheet(register: Register, territory: str, base_url: str, gathered: _Gathered) -> Sheet:
    profile, mosaic, line = register.profile, gathered.mosaic, gathered.line
    with register.reading() as reading:
        lines = _lines(reading, mosaic.surroundings, gathered.boundary)
    walked = walk(gathered.boundary, gathered.beside, tolerance_m=profile.tolerances.sliver_m, lines=lines)
    return Sheet(
        called=gathered.standing.name,
        level=gathered.standing.level,
        version=line.revision,
        newest=gathered.newest,
        fingerprint=line.fingerprint,
        address=f"{base_url.rstrip('/')}/t/{quote(territory, safe='')}/sheet?version={line.revision}",
        # When a line was drawn is for its own to tell.
        drawn=None if gathered.is_public else line.valid_from,
        printed=today(),
        families=gathered.families,
        boundary=gathered.boundary,
        area_m2=area_m2(gathered.boundary),
        walk=walked,
        stretches=gathered.stretches(walked),
        words=gathered.words,
        around=gathered.around,
        contested=gathered.contested,
        lines=lines,
        shares=_shares(gathered.boundary, mosaic, profile),
        findings=gathered.findings,
        names=mosaic.names,
        profile=profile,
        is_public=gathered.is_public,
        is_fictitious=mosaic.surroundings.is_fictitious,
    )


def _drawn(public: PublicRegister) -> dict[str, MultiPolygon]:
    """The lines that everybody sees as they are, contested ground left out."""
    is_exact = (public.layer["publication"] == Publication.EXACT) & ~public.layer.geometry.is_empty
    return dict(public.layer.geometry[is_exact].items())


def _no_version(territory: str, version: int | None) -> NotFound:
    if version is None:
        return NotFound("boundary.none", id=territory)
    return NotFound("sheet.version", id=territory, version=str(version))


def _around(
    territory: str,
    boundary: MultiPolygon,
    level: str,
    seen: Sequence[_Seen],
    profile: Profile,
) -> GeoDataFrame:
    """Those of the same level who lie around, and those of the level below who belong to nobody of this one."""
    below = profile.level(level).members
    rows: dict[str, tuple[str, str, MultiPolygon]] = {}
    for mosaic, is_seen, shape_of in seen:
        own = mosaic.project(boundary)
        west, south, east, north = own.bounds
        reach_m = _AROUND * max(east - west, north - south)
        for each_level in filter(None, (level, below)):
            near = mosaic.near(own, level=each_level, within_m=reach_m, of=is_seen)
            for each in near.index:
                shape = shape_of(each)
                is_grouped = each_level == below and pd.notna(mosaic.layer.at[each, "parent"])
                if each != territory and shape is not None and not is_grouped:
                    rows[each] = mosaic.names[each], each_level, shape
    return GeoDataFrame(
        {"name": [row[0] for row in rows.values()], "level": [row[1] for row in rows.values()]},
        index=pd.Index(list(rows), dtype=object),
        geometry=[row[2] for row in rows.values()],
        crs=WGS84,
    )


def _lines(reading: Reading, surroundings: Surroundings, boundary: MultiPolygon) -> GeoDataFrame:
    """Rivers, roads and official lines about a boundary, as far as it can follow them."""
    west, south, east, north = boundary.bounds
    room = _AROUND * max(east - west, north - south)
    box = (west - room, south - room, east + room, north + room)
    kinds: list[str] = []
    names: list[str] = []
    shapes: list[Any] = []
    known = reading.find(ReferenceLayer, kind=list(_FOLLOWED))
    layers = {layer.id: layer.kind for layer in known if layer.until is None}
    rows = reading.rows(Reference, ("layer", "called", "shape"), ids=list(layers), by="layer") if layers else []
    for layer, called, wkb in rows:
        kinds.append(layers[layer])
        names.append(called)
        shapes.append(shapely.from_wkb(wkb))
    if surroundings.jurisdictions is not None:
        kinds += ["jurisdictions"] * len(surroundings.jurisdictions)
        names += list(surroundings.jurisdictions["name"])
        shapes += list(surroundings.jurisdictions.geometry.array)
    held = np.empty(len(shapes), dtype=object)
    held[:] = shapes
    held = np.where(shapely.get_dimensions(held) == 2, shapely.boundary(held), held)
    held = shapely.clip_by_rect(held, *box)
    is_line = (shapely.get_dimensions(held) == 1) & ~shapely.is_empty(held)
    found = GeoDataFrame({"kind": kinds, "name": names}, geometry=held, crs=WGS84)
    return found[is_line].reset_index(drop=True)


def _shares(boundary: MultiPolygon, mosaic: Mosaic, profile: Profile) -> list[Share]:
    """How much of the ground lies in each state, municipality and parish, the largest first, source by source."""
    places = mosaic.jurisdictions
    if places is None:
        return []
    own = GeoSeries([mosaic.project(boundary)], crs=mosaic.crs)
    found = shares(own, places.geometry, theirs=places.outlines)
    told = []
    for id_, share in found[["jurisdiction", "share"]].itertuples(index=False):
        source, level = places.kinds[id_]
        if share >= profile.tolerances.jurisdiction_share:
            told.append(Share(name=places.names[id_], level=level, source=source, share=float(share)))
    return sorted(told, key=lambda each: (each.level, each.source, -each.share))
