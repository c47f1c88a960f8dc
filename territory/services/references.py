"""Reference layers in the register: what territories lie among, each with its source, date and licence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pandas as pd
from geopandas import GeoDataFrame

from territory.model import Surroundings
from territory.records import Link, Record, Reference, ReferenceLayer, SharedPlace
from territory.services.register import new_id


def of_surroundings(surroundings: Surroundings) -> Iterator[Record]:
    """Everything that lies around territories as records."""
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
            level=None if pd.isna(level) else level,
            value=None if pd.isna(value) else float(value),
            shape=shape,
        )
