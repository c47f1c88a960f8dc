"""To take a whole layer into the register: every territory with its line, its groups and its act, or nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pandas as pd
from geopandas import GeoDataFrame

from territory.model import Publication, Surroundings
from territory.records import (
    ABOUT,
    About,
    Act,
    ActKind,
    Boundary,
    Link,
    Membership,
    Method,
    Record,
    Reference,
    ReferenceLayer,
    SharedPlace,
    Territory,
)
from territory.services.access import OPERATOR
from territory.services.register import Register, new_id, today


def keep_region(
    register: Register,
    layer: GeoDataFrame,
    surroundings: Surroundings,
    *,
    publication: Publication = Publication.PRIVATE,
    shown: bool = True,
    since: datetime.date | None = None,
) -> None:
    """Fill an empty register with a layer and its surroundings.

    Parameters
    ----------
    register
        Where to keep them.
    layer
        In the form of `territory.model`; ids stay as they are.
    surroundings
        Reference layers, shared places and links.
    publication
        What everybody sees of each territory; above private, each gets an act that says so.
    shown
        Whether neighbours see each other's lines.
    since
        Day from which the boundaries count, and of the acts; by default today.
    """
    day = since or today()
    with register.writing(OPERATOR, "import") as writing:
        writing.put(About(id=ABOUT, fictitious=surroundings.is_fictitious, profile=register.profile.name))
        writing.put_all(_territories(layer, publication, shown, day))
        writing.put_all(memberships(layer, set(layer.index)))
        writing.put_all(_surroundings(surroundings))
        writing.note(territories=len(layer))


def _territories(
    layer: GeoDataFrame, publication: Publication, shown: bool, day: datetime.date
) -> Iterator[Record]:
    is_public = publication is not Publication.PRIVATE
    columns = zip(layer.index, layer["name"], layer["level"], layer["kind"], layer["families"], strict=True)
    for (id_, name, level, kind, families), shape in zip(columns, layer.geometry.array, strict=True):
        yield Territory(
            id=id_,
            level=level,
            called=name,
            kind=kind,
            families=None if pd.isna(families) else int(families),
            publication=publication,
            published=1 if is_public else None,
        )
        line = Boundary(id=id_, shape=shape, method=Method.IMPORTED, valid_from=day, shown=shown)
        yield line
        if is_public:
            yield Act(
                id=new_id("a"),
                territory=id_,
                kind=ActKind.PUBLISH,
                date=day,
                subject=line.fingerprint,
                version=1,
                terms={"publication": publication},
            )


def memberships(layer: GeoDataFrame, known: set[str]) -> Iterator[Membership]:
    """Memberships that a layer tells, in groups that are known.

    Parameters
    ----------
    layer
        With the ids of groups in ``parent``, joined by ``;``.
    known
        Ids of the groups there are.
    """
    for id_, parents in zip(layer.index, layer["parent"], strict=True):
        for group in parents.split(";") if isinstance(parents, str) else ():
            if group.strip() in known:
                yield Membership(id=new_id("m"), member=id_, group=group.strip())


def _surroundings(surroundings: Surroundings) -> Iterator[Record]:
    if surroundings.jurisdictions is not None:
        for source, places in surroundings.jurisdictions.groupby("source", sort=True):
            yield from reference_layer(places, kind="jurisdictions", called=str(source), source=str(source))
    if surroundings.land is not None:
        land = surroundings.land.assign(name="", level=None)
        yield from reference_layer(land, kind="land", called="land", source="")
    if surroundings.shared_places is not None:
        for id_, row in surroundings.shared_places.iterrows():
            yield SharedPlace(id=str(id_), called=str(row["name"]), territories=(), shape=row.geometry)
    if surroundings.links is not None:
        for left, right, kind in surroundings.links[["left", "right", "kind"]].itertuples(index=False):
            yield Link(id=new_id("w"), left=left, right=right, kind=kind)


def reference_layer(
    places: GeoDataFrame,
    *,
    kind: str,
    called: str,
    source: str,
    date: datetime.date | None = None,
    licence: str | None = None,
    disputed: str | None = None,
) -> Iterator[Record]:
    """A reference layer and its features as records.

    Parameters
    ----------
    places
        Index id; ``name``, ``level``, perhaps ``value``, geometry in WGS 84.
    kind, called, source, date, licence, disputed
        As for `territory.records.ReferenceLayer`.
    """
    layer = ReferenceLayer(
        id=new_id("r"), kind=kind, called=called, source=source, date=date, licence=licence, disputed=disputed
    )
    yield layer
    values = places["value"] if "value" in places else [None] * len(places)
    rows = zip(places.index, places["name"], places["level"], values, places.geometry.array, strict=True)
    for id_, name, level, value, shape in rows:
        yield Reference(
            id=f"{layer.id}.{id_}",
            layer=layer.id,
            called=name,
            level=level,
            value=None if pd.isna(value) else float(value),
            shape=shape,
        )
