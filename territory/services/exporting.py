"""To give a layer out of the register: what everybody sees, or all that somebody sees whole."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

import pandas as pd
from geopandas import GeoDataFrame, GeoSeries

from territory.export import ExportError, Form, write
from territory.model import LAYER_COLUMNS, WGS84, as_layer
from territory.mosaic import Day, read_day
from territory.profiles import Profile
from territory.records import ABOUT, About, Boundary, Code, Method
from territory.services.access import PUBLIC, Access, Operation
from territory.services.errors import Unusable
from territory.services.publishing import Bbox, public_register, within
from territory.services.register import Register, today
from territory.store.base import Reading

Date = datetime.date


def layer_for(
    register: Register,
    access: Access,
    *,
    level: str | None = None,
    bbox: Bbox | None = None,
    day: Date | None = None,
) -> GeoDataFrame:
    """What somebody may take out of the register.

    Parameters
    ----------
    register, access
        Of what, and who asks: `PUBLIC` gets what is published, everybody else what `whole_layer` gives them.
    level, bbox
        See `chosen`.
    day
        As it was on that day; none for now.

    Raises
    ------
    Unusable
        The level is none of the profile's.
    """
    if access is PUBLIC:
        public = public_register(register, day)
        layer = public_layer(public.layer, is_fictitious=public.mosaic.surroundings.is_fictitious)
    else:
        layer = whole_layer(register, access, day)
    return chosen(layer, register.profile, level=level, bbox=bbox)


def whole_layer(register: Register, access: Access, day: Date | None = None) -> GeoDataFrame:
    """The territories that somebody sees whole, private ones and those without a line included, ordered by id.

    Parameters
    ----------
    register, access, day
        As for `layer_for`.

    Returns
    -------
    GeoDataFrame
        The columns of a layer, and ``codes`` (system to code, or to several), ``publication``, ``version`` of the
        line with its ``method`` and ``valid_from``; ``fictitious`` in a register that is. Geometry: canonical,
        missing where there is no line.
    """
    current = register.current()
    ids: Collection[str] | None = None
    if not (access.is_everywhere and access.may(Operation.SEE)):
        own = current.standing if access.may(Operation.SEE) else ()
        ids = [each for each in own if access.covers(each, current)]
    day = min(day or today(), today())
    with register.reading() as reading:
        known = read_day(reading, day, ids=ids)
        about = reading.get(About, ABOUT)
        versions = _versions(reading, known, ids)
        codes = _codes(reading, day, ids)
    names = sorted(known.standing)
    standing = [known.standing[each] for each in names]
    columns = zip(*(row.attributes for row in standing), strict=True) if names else [()] * len(LAYER_COLUMNS)
    layer = as_layer(
        GeoSeries([known.shapes.get(each) for each in names], index=pd.Index(names, dtype=object), crs=WGS84),
        **dict(zip(LAYER_COLUMNS, map(list, columns), strict=True)),
    )
    made = [versions.get(each, (None, None)) for each in names]
    beside = {
        "codes": [codes.get(each) for each in names],
        "publication": [row.publication.value for row in standing],
        "version": [row.version or None for row in standing],
        "method": [method for method, _ in made],
        "valid_from": [since for _, since in made],
    }
    told = pd.DataFrame(beside, index=layer.index, dtype=object)
    return _marked(layer.assign(**told), is_fictitious=about is not None and about.fictitious)


def public_layer(layer: GeoDataFrame, *, is_fictitious: bool) -> GeoDataFrame:
    """What everybody sees of the territories, ordered by id.

    Parameters
    ----------
    layer
        In public form, see `territory.services.publication.PublicView`; nothing is added to it.
    is_fictitious
        Whether the territories are invented.
    """
    return _marked(layer.sort_index(), is_fictitious=is_fictitious)


def chosen(layer: GeoDataFrame, profile: Profile, *, level: str | None, bbox: Bbox | None) -> GeoDataFrame:
    """The territories of one level whose line meets a box; all of them without level and box.

    Raises
    ------
    Unusable
        The level is none of the profile's.
    """
    if level is not None:
        if level not in (levels := [known.id for known in profile.levels]):
            raise Unusable("drawing.level", level=level, levels=levels)
        layer = layer[layer["level"] == level]
    return within(layer, bbox)


def write_layer(layer: GeoDataFrame, path: Path, form: Form) -> None:
    """Write a layer with all its columns; see `territory.export.write`.

    Raises
    ------
    Unusable
        A text holds characters that no file can.
    """
    known = {*LAYER_COLUMNS, layer.geometry.name}
    try:
        write(layer, path, form=form, extra=[name for name in layer.columns if name not in known])
    except ExportError as error:
        raise Unusable(f"export.{error.code}", **error.details) from error


def _marked(layer: GeoDataFrame, *, is_fictitious: bool) -> GeoDataFrame:
    """Files are passed on without the page that said it: each row tells that it is invented."""
    return layer.assign(fictitious=True) if is_fictitious else layer


def _versions(reading: Reading, known: Day, ids: Collection[str] | None) -> dict[str, tuple[Method, Date]]:
    """How the line of each territory was made, and from when on it holds."""
    rows = reading.rows(Boundary, ("id", "revision", "method", "valid_from"), ids=ids, every_revision=True)
    standing = known.standing
    return {
        id_: (method, since)
        for id_, version, method, since in rows
        if id_ in standing and standing[id_].version == version
    }


def _codes(reading: Reading, day: Date, ids: Collection[str] | None) -> dict[str, dict[str, str | list[str]]]:
    """What other systems call each territory."""
    found: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    rows = reading.rows(Code, ("territory", "system", "code", "until"), ids=ids, by="territory")
    for territory, system, code, until in sorted(rows, key=lambda row: row[:3]):
        if until is None or day < until:
            found[territory].setdefault(system, []).append(code)
    return {
        territory: {system: codes[0] if len(codes) == 1 else codes for system, codes in by_system.items()}
        for territory, by_system in found.items()
    }
