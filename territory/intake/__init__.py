"""From files and pasted text to boundaries: formats, coordinate tables, columns that are dropped."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from territory.intake import guard
from territory.intake.boundaries import Intake, settle
from territory.intake.columns import ROLES, Chooser
from territory.intake.errors import IntakeError, Notice
from territory.intake.formats import Format, sniff
from territory.intake.geojson import read_geojson
from territory.intake.gpx import read_gpx
from territory.intake.kml import read_kml
from territory.intake.pasted import read_pasted
from territory.intake.source import Source
from territory.intake.text import decode, utf_encoding
from territory.profiles import Profile

__all__ = ["Intake", "IntakeError", "Notice", "from_frame", "read", "read_shapes"]


def read(
    path: Path,
    *,
    profile: Profile,
    crs: str | None = None,
    level: str | None = None,
    layer: str | None = None,
    swap_axes: bool = False,
    within_country: bool = False,
    max_bytes: int | None = None,
    beside: Sequence[str] = (),
    **columns: str | None,
) -> Intake:
    """Read the boundaries of a file, whatever its format and its name.

    GeoJSON, GeoJSON-seq, TopoJSON, GeoPackage, shapefile, KML, GPX, GeoParquet, FlatGeobuf, CSV, WKT, and any of
    them in a ZIP or GZIP.

    Parameters
    ----------
    path
        The file; for a shapefile its ``.shp`` with the others beside it, or the ZIP of all.
    profile
        Names of levels, tolerances, and where the country lies.
    crs
        What the coordinates are in, for a file that does not say it or says it wrong: a code ("EPSG:2202"), or
        "REGVEN 19", "19N", WKT.
    level
        Level of every boundary that the file does not say.
    layer
        The layer of a GeoPackage with several.
    swap_axes
        The file has latitude before longitude.
    within_country
        A boundary outside the profile's extent is an error.
    max_bytes
        Larger files are refused; at most `guard.MAX_BYTES`.
    beside
        Names of columns to keep as they are, see `Intake.beside`.
    columns
        Names of the file's columns for ``id``, ``name``, ``parent``, ``kind`` or ``families``; ``level_column``
        for the level.

    Raises
    ------
    IntakeError
        It cannot be read; the sentence says why, where, and what to do.
    TypeError
        ``columns`` has a role that no layer knows.
    """
    chooser = _chooser(columns, beside)
    path = Path(path)
    if not path.is_file():
        raise IntakeError("file.missing", name=path.name)
    with tempfile.TemporaryDirectory(prefix="territory-") as scratch:
        source = _source(_main_part(path), path.name, Path(scratch), chooser, profile, crs, layer, max_bytes)
        return settle(
            source,
            chooser,
            profile=profile,
            name=path.name,
            crs=crs,
            level=level,
            swap_axes=swap_axes,
            within_country=within_country,
        )


def read_shapes(
    text: str | bytes,
    *,
    profile: Profile,
    crs: str | None = None,
    level: str | None = None,
    swap_axes: bool = False,
    within_country: bool = False,
    max_bytes: int | None = None,
    called: str = "…",
    **columns: str | None,
) -> Intake:
    """Read boundaries from pasted text: GeoJSON in any form, KML, GPX, WKT, or a list of coordinates.

    Parameters
    ----------
    text
        What was pasted.
    called
        What to call it in sentences.
    profile, crs, level, swap_axes, within_country, max_bytes, columns
        As for `read`.

    Raises
    ------
    IntakeError
        It cannot be read.

    Examples
    --------
    >>> from territory.profiles import load_profile
    >>> pasted = "10°04'00\\" N 69°18'00\\" O\\n10°04'00\\" N 69°17'00\\" O\\n10°05'00\\" N 69°17'00\\" O"
    >>> read_shapes(pasted, profile=load_profile()).layer.geometry.iloc[0].bounds
    (-69.3, 10.0666667, -69.2833333, 10.0833333)
    """
    if isinstance(text, bytes) and utf_encoding(text):
        text = decode(text)[0]
    data = text.encode("utf-8", errors="replace") if isinstance(text, str) else text
    limit = min(max_bytes or guard.MAX_TEXT_BYTES, guard.MAX_TEXT_BYTES)
    if len(data) > limit:
        raise IntakeError(
            "file.too_large", name=called, size=guard.megabytes(len(data)), limit=guard.megabytes(limit)
        )
    if not data.strip():
        raise IntakeError("file.empty", name=called)
    chooser = _chooser(columns)
    head = data.lstrip(b"\xef\xbb\xbf \t\r\n\x1e")[:1]
    if head in (b"{", b"["):
        source = read_geojson(data, chooser, name=called, max_bytes=max_bytes)
    elif head == b"<":
        is_gpx = b"<gpx" in data[:2000]
        source = (read_gpx if is_gpx else read_kml)(data, chooser, name=called)
    else:
        source = read_pasted(decode(data)[0], chooser, profile=profile, crs=crs, name=called)
    return settle(
        source,
        chooser,
        profile=profile,
        name=called,
        crs=crs,
        level=level,
        swap_axes=swap_axes,
        within_country=within_country,
    )


def from_frame(
    frame: GeoDataFrame, *, profile: Profile, crs: str | None = None, level: str | None = None
) -> Intake:
    """Take the boundaries of a GeoDataFrame; an index of its own gives the ids unless a column does.

    Parameters
    ----------
    frame
        Polygons in any CRS, with columns named as in a file.
    profile, crs, level
        As for `read`.

    Raises
    ------
    IntakeError
        There are no polygons, or no CRS.
    """
    chooser = _chooser({})
    table = frame.drop(columns=frame.geometry.name)
    if "id" not in table and not isinstance(frame.index, pd.RangeIndex):
        table = table.assign(id=frame.index.astype(str))
    columns = {column: table[column].to_numpy() for column in chooser([str(name) for name in table.columns])}
    source = Source(shapes=np.asarray(frame.geometry.array), crs=frame.crs, columns=columns)
    return settle(
        source,
        chooser,
        profile=profile,
        name="GeoDataFrame",
        crs=crs,
        level=level,
        swap_axes=False,
        within_country=False,
    )


def _main_part(path: Path) -> Path:
    """The ``.shp`` of a shapefile of which another part was named."""
    main = path.with_suffix(".shp")
    return main if path.suffix.lower() in (".dbf", ".shx", ".prj", ".cpg") and main.is_file() else path


def _chooser(columns: Mapping[str, str | None], beside: Sequence[str] = ()) -> Chooser:
    asked = {"level" if role == "level_column" else role: column for role, column in columns.items() if column}
    if unknown := set(asked) - set(ROLES):
        raise TypeError(f"a layer has no column {', '.join(sorted(unknown))}")
    return Chooser(asked, beside)


def _source(
    path: Path,
    name: str,
    scratch: Path,
    chooser: Chooser,
    profile: Profile,
    crs: str | None,
    layer: str | None,
    max_bytes: int | None,
    depth: int = 0,
) -> Source:
    """Read by the reader of the format; archives are opened first."""
    kind = sniff(path)
    guard.require_size(path, kind, max_bytes)
    if kind in (Format.ZIP, Format.GZIP):
        if depth:
            raise IntakeError("zip.nested", name=name)
        unpack = guard.unzip if kind is Format.ZIP else guard.gunzip
        inner = unpack(path, scratch, max_bytes)
        return _source(inner, name, scratch, chooser, profile, crs, layer, max_bytes, depth + 1)
    if kind is Format.JSON:
        return read_geojson(path.read_bytes(), chooser, name=name, max_bytes=max_bytes)
    if kind is Format.KML:
        return read_kml(path.read_bytes(), chooser, name=name)
    if kind is Format.GPX:
        return read_gpx(path.read_bytes(), chooser, name=name)
    if kind is Format.TABLE:
        text, notices = decode(path.read_bytes())
        source = read_pasted(text, chooser, profile=profile, crs=crs, name=name)
        source.notices[:0] = notices
        return source
    # GDAL and Arrow take seconds to import, and text needs neither.
    from territory.intake import native

    if kind is Format.PARQUET:
        return native.read_parquet(path, chooser, name=name)
    suffix = native.suffix_of(kind)
    if path.suffix != suffix and kind is not Format.SHAPEFILE:
        path = guard.linked(path, scratch, suffix)
    return native.read_gdal(path, kind, chooser, layer=layer, name=name)
