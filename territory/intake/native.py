"""Formats that GDAL and Arrow read: GeoPackage, shapefile, FlatGeobuf, GeoParquet."""

from __future__ import annotations

import json
import struct
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow
import pyarrow.parquet
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from territory.exchange import SIDECAR
from territory.intake.columns import texts
from territory.intake.errors import IntakeError, Notice
from territory.intake.formats import Format
from territory.intake.guard import MAX_BYTES
from territory.intake.ours import Cells, completed, our_table
from territory.intake.reference import WGS84, file_crs
from territory.intake.source import Choose, Source
from territory.intake.text import best_encoding

_SUFFIX = {Format.GEOPACKAGE: ".gpkg", Format.SHAPEFILE: ".shp", Format.FLATGEOBUF: ".fgb"}
_MAX_ROWS = 5_000_000
# How a .cpg calls them; what is called Latin-1 was written on Windows, in its superset.
_LATIN = ("1252", "ansi 1252", "iso-8859-1", "iso8859-1", "iso88591", "88591", "latin1", "latin-1")
_ENCODINGS = {"utf8": "utf-8", "65001": "utf-8", **dict.fromkeys(_LATIN, "cp1252")}
_DBF_SAMPLE = 2_000_000
# Everything that GDAL and Arrow raise on a damaged file; anything else is a fault of ours.
_NATIVE_ERRORS = (
    DataLayerError,
    DataSourceError,
    FieldError,
    GeometryError,
    pyarrow.ArrowException,
    shapely.errors.GEOSException,
    UnicodeError,
    OverflowError,
    MemoryError,
    ValueError,
    RuntimeError,
    LookupError,
    NameError,  # pyogrio, on a projection that it cannot read
    OSError,
)


def suffix_of(kind: Format) -> str:
    """The ending that GDAL expects of a format."""
    return _SUFFIX[kind]


def read_gdal(path: Path, kind: Format, choose: Choose, *, layer: str | None, name: str) -> Source:
    """Read a GeoPackage, shapefile or FlatGeobuf.

    Parameters
    ----------
    path
        A file whose ending is the format's.
    kind
        Which of the three.
    choose
        Which columns are worth reading.
    layer
        The layer of a GeoPackage with several.
    name
        What its owner calls the file.

    Raises
    ------
    IntakeError
        Damaged, incomplete, or without such a layer.
    """
    notices: list[Notice] = []
    encoding, beside = None, None
    if kind is Format.SHAPEFILE:
        _require_whole_shapefile(path, name)
        beside = _values_beside(path, name)
        # What we wrote is as it says; names in letters of far away would be taken for something else.
        encoding, told = (_said_encoding(path) or "utf-8", []) if beside else _dbf_encoding(path)
        notices += told
    try:
        # GDAL warns of every odd thing it meets; what matters to people is told by notices of our own.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if kind is Format.GEOPACKAGE:
                layer, told = _polygon_layer(path, layer, name)
                notices += told
            info = pyogrio.read_info(path, layer=layer, encoding=encoding)
            if info["geometry_type"] is None:
                raise IntakeError("shapes.none", name=name)
            fields = [str(field) for field in info["fields"]]
            if kind is Format.GEOPACKAGE:
                wkb, columns = _by_arrow(path, layer, choose(fields))
            elif beside and "id" in fields:
                wkb, table = _by_rows(path, layer, fields, encoding)
                full = completed({field: texts(table[field], is_exact=True) for field in fields}, beside)
                columns = {column: full[column] for column in choose(list(full))}
            else:
                wkb, columns = _by_rows(path, layer, choose(fields), encoding)
            shapes = shapely.from_wkb(wkb, on_invalid="fix")
    except _NATIVE_ERRORS as error:
        raise IntakeError("file.damaged", name=name, kind=str(kind)) from error
    if kind is not Format.GEOPACKAGE and 0 <= info["features"] != len(shapes):
        raise IntakeError("file.truncated", name=name, expected=int(info["features"]), found=len(shapes))
    return Source(
        shapes=shapes,
        crs=file_crs(info["crs"]),
        columns=columns,
        reasons=_unbuilt(wkb, shapes),
        notices=notices,
    )


def _by_arrow(path: Path, layer: str | None, chosen: list[str]) -> tuple[np.ndarray[Any, Any], Mapping[str, Any]]:
    """Twice as fast as by rows for a GeoPackage, which GDAL reads straight into Arrow."""
    meta, table = pyogrio.raw.read_arrow(path, layer=layer, columns=chosen)
    wkb = table[meta["geometry_name"] or "wkb_geometry"].to_numpy(zero_copy_only=False)
    return wkb, {field: _values(table[field]) for field in chosen}


def _by_rows(
    path: Path, layer: str | None, chosen: list[str], encoding: str | None
) -> tuple[np.ndarray[Any, Any], Mapping[str, Any]]:
    meta, _, wkb, values = pyogrio.raw.read(path, layer=layer, columns=chosen, encoding=encoding)
    return wkb, dict(zip([str(field) for field in meta["fields"]], values, strict=True))


def _values(column: pyarrow.ChunkedArray) -> Any:
    return column.to_numpy(zero_copy_only=False)


def _unbuilt(wkb: np.ndarray[Any, Any], shapes: np.ndarray[Any, Any]) -> dict[int, str]:
    """Rows that had a geometry which could not be built: rings too short, or bytes that mean nothing."""
    is_missing = shapely.is_missing(shapes)
    if not is_missing.any():
        return {}
    return {int(i): "broken" for i in np.flatnonzero(is_missing) if wkb[i] is not None}


def _polygon_layer(path: Path, asked: str | None, name: str) -> tuple[str, list[Notice]]:
    """The layer that was asked for, or the one with most polygons."""
    layers = {str(layer): str(kind) for layer, kind in pyogrio.list_layers(path)}
    if asked is not None:
        if asked not in layers:
            raise IntakeError("layer.unknown", name=name, layer=asked, layers=list(layers))
        return asked, []
    likely = [layer for layer, kind in layers.items() if "Polygon" in kind]
    likely = likely or [layer for layer, kind in layers.items() if kind != "None"]
    if not likely:
        raise IntakeError("shapes.none", name=name)
    if len(likely) == 1:
        return likely[0], []
    sizes = {layer: pyogrio.read_info(path, layer=layer)["features"] for layer in likely}
    largest = max(likely, key=lambda layer: sizes[layer])
    others = [layer for layer in likely if layer != largest]
    return largest, [Notice(code="layer.chosen", args={"layer": largest, "others": others})]


def read_parquet(path: Path, choose: Choose, *, name: str) -> Source:
    """Read a GeoParquet.

    Raises
    ------
    IntakeError
        Damaged, no geometry in it, or more rows than can be read.
    """
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            _require_rows(file.metadata, name)
            geo = _geo(file.schema_arrow, name)
            column = geo["primary_column"]
            chosen = choose([field for field in file.schema_arrow.names if field != column])
            about = geo["columns"][column]
            if about.get("encoding") == "WKB":
                table = file.read(columns=[column, *chosen])
                wkb = table[column].combine_chunks().to_numpy(zero_copy_only=False)
                shapes = shapely.from_wkb(wkb, on_invalid="fix")
                columns = {field: _values(table[field]) for field in chosen}
                reasons = _unbuilt(wkb, shapes)
            else:
                frame = geopandas.read_parquet(path, columns=[column, *chosen])
                shapes, reasons = np.asarray(frame.geometry.array), {}
                columns = {field: frame[field].to_numpy() for field in chosen}
            # A file without the key is in WGS 84 (GeoParquet 1.1); one with an empty key does not know.
            crs = file_crs(about["crs"]) if "crs" in about else WGS84
    except (*_NATIVE_ERRORS, TypeError, AttributeError) as error:
        raise IntakeError("file.damaged", name=name, kind=str(Format.PARQUET)) from error
    return Source(shapes=shapes, crs=crs, columns=columns, reasons=reasons)


def _require_rows(metadata: pyarrow.parquet.FileMetaData, name: str) -> None:
    size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    if metadata.num_rows > _MAX_ROWS or size > 2 * MAX_BYTES:
        raise IntakeError("file.too_many", name=name, coordinates=size // 16, limit=2 * MAX_BYTES // 16)


def _geo(schema: pyarrow.Schema, name: str) -> dict[str, Any]:
    said = (schema.metadata or {}).get(b"geo")
    if said is None:
        raise IntakeError("shapes.none", name=name)
    return dict(json.loads(said))


def _require_whole_shapefile(path: Path, name: str) -> None:
    """Refuse a shapefile without its index, or shorter than it says."""
    if not _part(path, ".shx"):
        raise IntakeError("shapefile.part", name=name, needed=Path(name).with_suffix(".shx").name)
    with path.open("rb") as file:
        [words] = struct.unpack(">i", file.read(28)[24:28])
    size = path.stat().st_size
    if size < 2 * words:
        raise IntakeError("file.short", name=name, size=size, expected=2 * words)


def _part(path: Path, suffix: str) -> Path | None:
    for ending in (suffix, suffix.upper()):
        if (part := path.with_suffix(ending)).exists():
            return part
    return None


def _values_beside(path: Path, name: str) -> dict[str, Cells] | None:
    """What lies beside a shapefile of ours, its values in full."""
    table = _part(path, SIDECAR)
    return None if table is None else our_table(table.read_bytes().decode("utf-8-sig", errors="replace"), name)


def _said_encoding(path: Path) -> str | None:
    cpg = _part(path, ".cpg")
    said = cpg.read_text("ascii", errors="replace").strip().lower()[:20] if cpg else None
    return _ENCODINGS.get(said or "", said)


def _dbf_encoding(path: Path) -> tuple[str | None, list[Notice]]:
    """How the table of a shapefile is encoded: what it says, unless the letters say otherwise."""
    table = _part(path, ".dbf")
    if table is None:
        return None, []
    said = _said_encoding(path)
    with table.open("rb") as file:
        header = file.read(32)
        if len(header) < 32:
            return None, []
        [length] = struct.unpack("<H", header[8:10])
        file.seek(length)
        data = file.read(_DBF_SAMPLE)
    if data.isascii():
        # It reads the same under any, so an encoding that nobody knows does no harm.
        return "utf-8", []
    best = best_encoding(data, said)
    return best, [] if best == said else [Notice(code="encoding.guessed", args={"encoding": best})]
