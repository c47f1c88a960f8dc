"""What the register says of one day: the territories that stood then, their lines, and who belonged to whom."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon

from territory.model import LAYER_COLUMNS, WGS84, Publication, Surroundings, as_layer
from territory.records import (
    ABOUT,
    About,
    Act,
    ActKind,
    Boundary,
    Link,
    Membership,
    Reference,
    ReferenceLayer,
    SharedPlace,
    Territory,
)
from territory.store.base import Reading

Date = datetime.date

_FEW = 2_000
"""Up to so many are asked for by their ids; more, and the whole table is read."""
_NO_LINE = (0, False, None)
_SAID = ("called", "level", "kind", "families", "revision", "publication", "published")


class Standing(NamedTuple):
    """What is known of a territory on a day, beside its line."""

    name: str
    level: str
    parent: str | None
    """Ids of all groups it belongs to, joined by ``;``."""
    kind: str | None
    families: int | None
    revision: int
    """Of its record."""
    version: int
    """Of its line; 0 while it has none."""
    shown: bool
    """Whether the neighbours may see the line."""
    publication: Publication
    """As it is *now*: what is withdrawn today is withdrawn for the past as well."""
    published: int
    """Version of the line that the public sees; 0: none."""

    @property
    def attributes(self) -> tuple[str, str, str | None, str | None, int | None]:
        """The columns of a layer, see `territory.model.LAYER_COLUMNS`."""
        return self.name, self.level, self.parent, self.kind, self.families


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The register as of one day."""

    standing: dict[str, Standing]
    """Every territory that stood then, with a line or without."""
    shapes: dict[str, MultiPolygon]
    """The boundaries there were, in WGS 84."""


def read_day(reading: Reading, day: Date, *, ids: Collection[str] | None = None) -> Day:
    """Read the territories that stood on a day, all or some.

    Parameters
    ----------
    reading
        A moment of the store.
    day
        A boundary counts from its ``valid_from`` on, a territory and a membership between their two dates.
    ids
        Only these.
    """
    columns = ("id", *_SAID, "since", "until")
    stood = {
        id_: rest
        for id_, *rest, since, until in reading.rows(Territory, columns, ids=ids)
        if _holds(since, until, day)
    }
    lines = _lines(reading, day, ids)
    is_past = day < Date.today()
    public = [each for each, (*_, publication, _) in stood.items() if publication is not Publication.PRIVATE]
    # Today it stands in the record itself; what was published before, only its acts tell.
    published = _published(reading, day, public) if is_past else {each: stood[each][-1] or 0 for each in public}
    parents = _parents(reading, day, ids)
    standing, drawn = {}, []
    for id_, (name, level, kind, families, revision, publication, _) in stood.items():
        version, shown, wkb = lines.get(id_, _NO_LINE)
        standing[id_] = Standing(
            name,
            level,
            parents.get(id_),
            kind,
            families,
            revision,
            version,
            shown,
            publication,
            published.get(id_, 0),
        )
        if wkb is not None:
            drawn.append((id_, wkb))
    shapes = shapely.from_wkb([wkb for _, wkb in drawn])
    return Day(standing=standing, shapes=dict(zip((id_ for id_, _ in drawn), shapes, strict=True)))


def layer_of(day: Day) -> GeoDataFrame:
    """The territories of a day that have a line, in the form of `territory.model`."""
    ids = list(day.shapes)
    columns = zip(*(day.standing[each].attributes for each in ids), strict=True) if ids else [()] * 5
    boundaries = GeoSeries(list(day.shapes.values()), index=pd.Index(ids, dtype=object), crs=WGS84)
    return as_layer(boundaries, **dict(zip(LAYER_COLUMNS, map(list, columns), strict=True)))


def read_versions(reading: Reading, versions: Mapping[str, int]) -> dict[str, MultiPolygon]:
    """Certain versions of boundaries, in WGS 84; those that were only words are left out.

    Parameters
    ----------
    reading
        A moment of the store.
    versions
        Version by id of the territory.
    """
    ids = list(versions) if len(versions) <= _FEW else None
    rows = reading.rows(Boundary, ("id", "revision", "shape"), ids=ids, every_revision=True)
    found = [(id_, wkb) for id_, version, wkb in rows if versions.get(id_) == version and wkb is not None]
    shapes = shapely.from_wkb([wkb for _, wkb in found])
    return dict(zip((id_ for id_, _ in found), shapes, strict=True))


def read_surroundings(reading: Reading, day: Date) -> Surroundings:
    """Read the reference layers and what neighbours declared, as of a day."""
    about = reading.get(About, ABOUT)
    known = reading.find(ReferenceLayer, kind=["jurisdictions", "land"])
    layers = {layer.id: layer for layer in known if _holds(None, layer.until, day)}
    features = reading.find(Reference, layer=sorted(layers)) if layers else []
    links = [link for link in reading.find(Link) if _holds(link.since, link.until, day)]
    shared = [place for place in reading.find(SharedPlace) if _holds(place.since, place.until, day)]
    return Surroundings(
        jurisdictions=_features([each for each in features if layers[each.layer].kind == "jurisdictions"], layers),
        land=_features([each for each in features if layers[each.layer].kind == "land"], layers),
        shared_places=GeoDataFrame(
            {"name": [place.called for place in shared]},
            index=pd.Index([place.id for place in shared], name="id", dtype=object),
            geometry=[place.shape for place in shared],
            crs=WGS84,
        )
        if shared
        else None,
        links=pd.DataFrame(
            [(link.left, link.right, link.kind) for link in links], columns=["left", "right", "kind"]
        )
        if links
        else None,
        is_fictitious=about is not None and about.fictitious,
    )


def _lines(reading: Reading, day: Date, ids: Collection[str] | None) -> dict[str, tuple[int, bool, bytes | None]]:
    """The newest version of each boundary that holds on a day: its number, whether it is shown, WKB."""
    is_past = day < Date.today()
    columns = ("id", "revision", "shown", "shape", "valid_from")
    rows = reading.rows(Boundary, columns, ids=ids, every_revision=is_past)
    return {id_: line for id_, *line, valid_from in rows if not is_past or valid_from <= day}  # type: ignore[misc]


def _published(reading: Reading, day: Date, public: Sequence[str]) -> dict[str, int]:
    """The version that the public saw on a day: the one of the last act before it that published the territory."""
    if not public:
        return {}
    ids = public if len(public) <= _FEW else None
    acts = reading.rows(Act, ("date", "seq", "territory", "version", "kind"), ids=ids, by="territory")
    wanted = sorted(act[:4] for act in acts if act[4] is ActKind.PUBLISH and act[0] <= day)
    return {territory: version or 0 for _, _, territory, version in wanted}


def _parents(reading: Reading, day: Date, ids: Collection[str] | None) -> dict[str, str]:
    parents: dict[str, str] = {}
    columns = ("member", "group", "since", "until")
    for member, group, since, until in reading.rows(Membership, columns, ids=ids, by="member"):
        if _holds(since, until, day):
            parents[member] = (
                ";".join(sorted({*parents[member].split(";"), group})) if member in parents else group
            )
    return parents


def _holds(since: Date | None, until: Date | None, day: Date) -> bool:
    return (since is None or since <= day) and (until is None or day < until)


def _features(features: list[Reference], layers: dict[str, ReferenceLayer]) -> GeoDataFrame | None:
    if not features:
        return None
    return GeoDataFrame(
        {
            "name": [each.called for each in features],
            "level": [each.level for each in features],
            "source": [layers[each.layer].source for each in features],
        },
        index=pd.Index([each.id for each in features], name="id", dtype=object),
        geometry=[each.shape for each in features],
        crs=WGS84,
    )
