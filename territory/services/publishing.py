"""What everybody may see of the register: territories, their tiles and findings, all of one moment."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import orjson
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from territory.findings import Finding
from territory.geo.crs import working_crs
from territory.model import LAYER_COLUMNS, WGS84, Publication, Surroundings, as_layer
from territory.mosaic import Current, Mosaic, Standing, read_day, read_surroundings, read_versions
from territory.profiles import Profile
from territory.records import Act, Boundary, Dispute, DisputeState, SharedPlace, Territory
from territory.services.bands import public_finding
from territory.services.errors import NotFound, Unusable
from territory.services.publication import PublicView, public_view
from territory.services.register import Register
from territory.store.base import Reading

_NO_LINE = MultiPolygon()

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees; west of east always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the territories asked for, and where the rest begins."""

    layer: GeoDataFrame
    """In public form; ordered by id."""
    next: str | None
    """Cursor of the next page; none on the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRegister:
    """The register as everybody sees it, at one moment. Whatever goes out is made from this alone."""

    layer: GeoDataFrame
    """As of `territory.services.publication.PublicView`."""
    contested: GeoDataFrame
    """Ground that two of them claim: nobody's."""
    mosaic: Mosaic
    """Those published exactly, before contested ground was cut out."""
    version: str
    """Changes whenever anything of it does, and with nothing else."""


def public_register(register: Register, day: datetime.date | None = None) -> PublicRegister:
    """What everybody sees, now or as of a day; on every day as far as it is published today.

    Parameters
    ----------
    register
        What there is.
    day
        None for now.
    """
    with register.still() as now, register.reading() as reading:
        origin = next(reading.log(limit=1)).hash if reading.sequence else ""
        standing = now.standing if day is None else read_day(reading, day).standing
        surroundings = now.mosaic.surroundings if day is None else read_surroundings(reading, day)
        shown = {
            each: row
            for each, row in standing.items()
            if row.publication is not Publication.PRIVATE and row.published
        }
        strips = _strips(reading.find(Dispute, state=[DisputeState.OPEN, DisputeState.DISAGREED]), standing)
        shapes = _published_shapes(reading, now, shown)
        kept_back = _lines_kept_back(reading)
        shared = {place.id: place.territories for place in reading.find(SharedPlace)}
    columns = zip(*(row.attributes for row in shown.values()), strict=True) if shown else [()] * len(LAYER_COLUMNS)
    layer = as_layer(
        GeoSeries(
            [shapes.get(each, _NO_LINE) for each in shown],
            index=pd.Index(list(shown), dtype=object),
            crs=WGS84,
        ),
        **dict(zip(LAYER_COLUMNS, map(list, columns), strict=True)),
    )
    lines = np.asarray(layer.geometry.array)
    publication = pd.Series([row.publication for row in shown.values()], index=layer.index, dtype=object)
    view = public_view(
        layer,
        publication,
        kept_back=kept_back,
        strips=strips,
        jurisdictions=surroundings.jurisdictions,
        profile=register.profile,
    )
    surroundings = _public_surroundings(surroundings, shared, view.checked)
    # The plane lies where the territories lie: on that of all of them, lengths would tell where private ones are.
    like = now.mosaic if working_crs(view.checked.geometry) == now.mosaic.crs else None
    return PublicRegister(
        layer=view.layer,
        contested=view.contested,
        mosaic=Mosaic(view.checked, surroundings, like=like),
        version=_digest(origin, view, lines, [row.published for row in shown.values()], surroundings),
    )


def _published_shapes(reading: Reading, now: Current, shown: Mapping[str, Standing]) -> dict[str, MultiPolygon]:
    """The published version of each line; what is current already need not be read, nor measured again."""
    current = {}
    for each, row in shown.items():
        known = now.standing.get(each)
        if (
            known is not None
            and known.version == row.published
            and (shape := now.mosaic.boundary(each)) is not None
        ):
            current[each] = shape
    older = {each: row.published for each, row in shown.items() if each not in current}
    return current | (read_versions(reading, older) if older else {})


def _lines_kept_back(reading: Reading) -> GeoSeries:
    """Every line that territories ever published which are general now, on whatever day and at whatever level."""
    current = reading.rows(Territory, ("id", "published"), ids=[Publication.GENERAL], by="publication")
    general = [id_ for id_, _ in current]
    acts = reading.rows(Act, ("territory", "version"), ids=general, by="territory")
    published = {*current, *acts}
    lines = reading.rows(Boundary, ("id", "revision", "shape"), ids=general, every_revision=True)
    return GeoSeries.from_wkb(
        [wkb for id_, version, wkb in lines if wkb is not None and (id_, version) in published], crs=WGS84
    )


def _public_surroundings(
    surroundings: Surroundings, shared: Mapping[str, Collection[str]], public: GeoDataFrame
) -> Surroundings:
    """Without what a territory declared together with one that is not published exactly."""
    places, links = surroundings.shared_places, surroundings.links
    known = set(public.index)
    are_known = [] if places is None else [known.issuperset(shared[each]) for each in places.index]
    join_known = [] if links is None else (links["left"].isin(known) & links["right"].isin(known)).tolist()
    if all(are_known) and all(join_known):
        # The same object: what it is in metres need not be computed again.
        return surroundings
    return replace(
        surroundings,
        shared_places=None if places is None else places[are_known],
        links=None if links is None else links[join_known],
    )


def _strips(disputes: list[Dispute], standing: Mapping[str, Standing]) -> GeoDataFrame:
    known = [each for each in disputes if each.left in standing and each.right in standing]
    return GeoDataFrame(
        {"left": [each.left for each in known], "right": [each.right for each in known]},
        geometry=[each.strip for each in known],
        crs=WGS84,
    )


def _digest(
    origin: str, view: PublicView, raw: np.ndarray, versions: list[int], surroundings: Surroundings
) -> str:
    """A name for exactly this view: lines public as they are go by their version, others by their bits."""
    shown = np.asarray(view.layer.geometry.array)
    is_raw = np.array([shape is line for shape, line in zip(shown, raw, strict=True)], dtype=bool)
    # That a line which is not shown as it is has a new version is nobody's business.
    known = np.where(is_raw, versions, 0).tolist()
    digest = hashlib.blake2b(orjson.dumps([origin, known, surroundings.is_fictitious]), digest_size=12)
    _add(digest, view.layer, shown[~is_raw])
    for frame in (view.contested, surroundings.jurisdictions, surroundings.land, surroundings.shared_places):
        if frame is not None:
            _add(digest, frame, frame.geometry.array)
    if surroundings.links is not None:
        _add(digest, surroundings.links, [])
    return digest.hexdigest()


def _add(digest: hashlib.blake2b, rows: pd.DataFrame, shapes: Iterable[BaseGeometry]) -> None:
    told = pd.DataFrame(rows.drop(columns="geometry", errors="ignore")).astype(str)
    digest.update(orjson.dumps([list(map(str, rows.index)), *told.to_numpy().T.tolist()]))
    for wkb in shapely.to_wkb(list(shapes)):
        digest.update(wkb)


def territories(
    layer: GeoDataFrame,
    *,
    profile: Profile,
    bbox: Bbox | None = None,
    level: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page:
    """Territories by place and level, a page at a time.

    Pages go by id, so that a page stays where it is when territories are added or changed meanwhile.

    Parameters
    ----------
    layer
        In public form.
    profile
        Levels that can be asked for.
    bbox
        Only those whose boundary meets this box.
    level
        Only those of this level.
    limit
        Most territories of one page.
    cursor
        Id of the last territory of the page before.

    Raises
    ------
    Unusable
        The level is none of the profile's.
    """
    if level is not None and level not in (levels := [known.id for known in profile.levels]):
        raise Unusable("drawing.level", level=level, levels=levels)
    chosen = np.ones(len(layer), dtype=bool)
    if bbox is not None:
        chosen[:] = False
        chosen[layer.sindex.query(shapely.box(*bbox), predicate="intersects")] = True
    if level is not None:
        chosen &= (layer["level"] == level).to_numpy()
    if cursor is not None:
        chosen &= np.asarray(layer.index > cursor)
    ids = np.sort(layer.index[chosen].to_numpy(dtype=object))
    shown = ids[:limit]
    return Page(layer=layer.loc[shown], next=shown[-1] if len(ids) > len(shown) else None)


def territory(layer: GeoDataFrame, territory_id: str) -> GeoDataFrame:
    """One territory in public form: a layer of one row.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    if territory_id not in layer.index:
        raise NotFound("territory.unknown", id=territory_id)
    return layer.loc[[territory_id]]


def within(layer: GeoDataFrame, bbox: Bbox | None) -> GeoDataFrame:
    """The rows of a layer whose geometry meets a box; all of them without one."""
    if bbox is None:
        return layer
    return layer.iloc[np.sort(layer.sindex.query(shapely.box(*bbox), predicate="intersects"))]


def layer_findings(mosaic: Mosaic, *, profile: Profile) -> list[Finding]:
    """Everything found in all territories together, in public form."""
    from territory.checks import check_mosaic

    found = check_mosaic(mosaic, profile=profile)
    return [public_finding(finding, profile) for finding in found]


def findings_within(findings: list[Finding], bbox: Bbox | None) -> list[Finding]:
    """The findings that meet a box; all of them without one."""
    if bbox is None or not findings:
        return findings
    box = shapely.box(*bbox)
    meets = shapely.intersects(np.array([finding.geometry for finding in findings], dtype=object), box)
    return [finding for finding, does in zip(findings, meets, strict=True) if does]


def tile_frames(drawn: GeoDataFrame, surroundings: Surroundings) -> dict[str, GeoDataFrame]:
    """What vector tiles are made of: one frame per level, and the municipalities and states if known."""
    frames = {str(level): part for level, part in drawn.groupby("level", sort=False)}
    if surroundings.jurisdictions is not None:
        frames["jurisdictions"] = surroundings.jurisdictions
    return frames
