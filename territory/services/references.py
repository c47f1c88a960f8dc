"""Reference layers in the register: what territories lie among, each with its source, date and licence.

Several sources of the same thing stand side by side: which of them is right is not for us to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd
from geopandas import GeoDataFrame

from territory.model import Surroundings
from territory.records import Link, Record, Reference, ReferenceLayer, SharedPlace
from territory.services.access import Access, Operation, require_role
from territory.services.errors import NotFound, Unusable
from territory.services.register import Register, new_id, today


def add(register: Register, access: Access, places: GeoDataFrame, layer: ReferenceLayer) -> str:
    """Take a reference layer into the register.

    Parameters
    ----------
    register, access
        Where, and who asks.
    places
        See `reference_layer`.
    layer
        What is said of it; its id is still to be made.

    Returns
    -------
    str
        Its id.

    Raises
    ------
    NeedsKey, Forbidden
        Only stewards add layers.
    Unusable
        The same edition of it is there already, or its date is to come.
    """
    require_role(access, Operation.REFER)
    if layer.date is not None and layer.date > today():
        raise Unusable("date.future", date=layer.date.isoformat())
    edition = (layer.kind, layer.called, layer.source, layer.date)
    for each in listed(register):
        if (each.kind, each.called, each.source, each.date) == edition:
            raise Unusable("reference.there", id=each.id)
    made = replace(layer, id=new_id("r"))
    with register.writing(access, "add_reference") as writing:
        writing.put_all(reference_layer(places, made))
        writing.note(made=made.id, features=len(places))
    return made.id


def remove(register: Register, access: Access, id_: str) -> ReferenceLayer:
    """End a reference layer today: it no longer counts, and stays in the history.

    Raises
    ------
    NeedsKey, Forbidden
        Only stewards remove layers.
    NotFound
        There is no such layer, or it ended before.
    """
    require_role(access, Operation.REFER)
    with register.writing(access, "remove_reference") as writing:
        layer = writing.get(ReferenceLayer, id_)
        if layer is None or layer.until is not None:
            raise NotFound("reference.unknown", id=id_[:40])
        writing.note(layer=id_)
        return writing.put(replace(layer, until=today()))


def listed(register: Register) -> list[ReferenceLayer]:
    """The reference layers that count today, by kind, name and source; everybody may know them."""
    with register.reading() as reading:
        known = [each for each in reading.find(ReferenceLayer) if each.until is None]
    return sorted(known, key=lambda each: (each.kind, each.called, each.source, each.id))


def told(layer: ReferenceLayer) -> dict[str, Any]:
    """A reference layer as it is shown to everybody."""
    return {
        "id": layer.id,
        "kind": layer.kind,
        "name": layer.called,
        "source": layer.source,
        "date": None if layer.date is None else layer.date.isoformat(),
        "licence": layer.licence,
        "disputed": layer.disputed,
    }


def jurisdictions_by_level(surroundings: Surroundings) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Level and source, and id and name of each jurisdiction of them by name; the widest level first."""
    places = surroundings.jurisdictions
    if places is None:
        return []
    order = {level: at for at, level in enumerate(_LEVELS)}
    found = []
    for (level, source), some in places.groupby(["level", "source"]):
        named = sorted(zip(some.index, some["name"].astype(str), strict=True), key=lambda each: each[1])
        found.append((str(level), str(source), named))
    return sorted(found, key=lambda each: (order.get(each[0], len(order)), each[1]))


_LEVELS = ("state", "municipality", "parish")


def of_surroundings(surroundings: Surroundings) -> Iterator[Record]:
    """Everything that lies around territories as records."""
    if surroundings.jurisdictions is not None:
        for source, places in surroundings.jurisdictions.groupby("source", sort=True):
            yield from reference_layer(places, _new("jurisdictions", str(source), str(source)))
    if surroundings.land is not None:
        land = surroundings.land.assign(name="", level=None)
        yield from reference_layer(land, _new("land", "land", ""))
    if surroundings.shared_places is not None:
        for id_, row in surroundings.shared_places.iterrows():
            yield SharedPlace(id=str(id_), called=str(row["name"]), territories=(), shape=row.geometry)
    if surroundings.links is not None:
        for left, right, kind in surroundings.links[["left", "right", "kind"]].itertuples(index=False):
            yield Link(id=new_id("w"), left=left, right=right, kind=kind)


def _new(kind: str, called: str, source: str) -> ReferenceLayer:
    return ReferenceLayer(id=new_id("r"), kind=kind, called=called, source=source)


def reference_layer(places: GeoDataFrame, layer: ReferenceLayer) -> Iterator[Record]:
    """A reference layer and its features as records.

    Parameters
    ----------
    places
        Index id; ``name``, ``level``, perhaps ``value``, geometry in WGS 84.
    layer
        With an id of its own.
    """
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
