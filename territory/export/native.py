"""Formats that GDAL and Arrow write: GeoPackage, zipped shapefile, GeoParquet."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet
import pyogrio
import shapely
from pyproj import CRS

from territory.exchange import SIDECAR, field_names, field_text
from territory.export.forms import Form
from territory.export.sheet import Cell, Sheet
from territory.export.table import write_table

_LAYER = "territories"
_GEOMETRY = "geometry"
_CRS = "EPSG:4326"
# Files tell the day they were made; the same layer must give the same bytes, so it is always the same day.
_DAY = "2000-01-01"
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
_READABLE = 0o644 << 16
_UNIX = 3


def _write_gpkg(sheet: Sheet, path: Path) -> None:
    write_gpkg_table(sheet, path, layer=_LAYER, geometry_type="MultiPolygon")


def write_gpkg_table(sheet: Sheet, path: Path, *, layer: str, geometry_type: str | None) -> None:
    """Write one table of a GeoPackage, which may have others.

    Parameters
    ----------
    sheet
        What to write.
    path
        The file; a new one if there is none.
    layer
        Name of the table.
    geometry_type
        Of all its shapes, as OGC calls it; none, and it is a table without a place.
    """
    table = sheet.table(list(sheet.columns), _GEOMETRY)
    if geometry_type is None:
        table = table.drop_columns([_GEOMETRY])
    pyogrio.write_arrow(
        table,
        path,
        driver="GPKG",
        layer=layer,
        geometry_name=None if geometry_type is None else _GEOMETRY,
        geometry_type=geometry_type,
        crs=_CRS,
        append=path.exists(),
    )
    # GDAL could be told the time, but only for the whole process at once.
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE gpkg_contents SET last_change = ?", (f"{_DAY}T00:00:00.000Z",))


def _write_parquet(sheet: Sheet, path: Path) -> None:
    table = sheet.table(list(sheet.columns), _GEOMETRY)
    about = {
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon"],
        "crs": CRS.from_user_input("OGC:CRS84").to_json_dict(),
        "orientation": "counterclockwise",
    }
    if not shapely.is_missing(sheet.shapes).all():
        about["bbox"] = shapely.total_bounds(sheet.shapes).tolist()
    said = {"version": "1.1.0", "primary_column": _GEOMETRY, "columns": {_GEOMETRY: about}}
    pyarrow.parquet.write_table(table.replace_schema_metadata({"geo": json.dumps(said)}), path, compression="zstd")


def _write_zip(sheet: Sheet, path: Path) -> None:
    """A shapefile, and beside it what its table has no room for.

    The table holds ten letters of each name and 254 bytes of each text; a CSV with the ending
    `territory.exchange.SIDECAR` holds all of it.
    """
    names = field_names(list(sheet.columns))
    cut: Mapping[str, list[Cell]] = {name: _field(sheet, name) for name in sheet.columns}
    table = replace(sheet, columns=cut).table(names, _GEOMETRY)
    file = path.with_name(f"{_LAYER}.shp")
    pyogrio.write_arrow(
        table,
        file,
        driver="ESRI Shapefile",
        layer=_LAYER,
        geometry_name=_GEOMETRY,
        geometry_type="Polygon",
        crs=_CRS,
        encoding="UTF-8",
        layer_options={"DBF_DATE_LAST_UPDATE": _DAY},
    )
    write_table(sheet, file.with_suffix(SIDECAR), has_lines=False)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg", SIDECAR):
            member = zipfile.ZipInfo(file.with_suffix(suffix).name, _ZIP_DAY)
            member.compress_type, member.create_system = zipfile.ZIP_DEFLATED, _UNIX
            member.external_attr = _READABLE
            archive.writestr(member, file.with_suffix(suffix).read_bytes())


def _field(sheet: Sheet, name: str) -> list[Cell]:
    """A column as the table of a shapefile holds it: fractions as text, for which it would keep too few digits."""
    if sheet.kind(name) is int:
        return sheet.columns[name]
    return [None if cell is None else field_text(cell) for cell in sheet.texts(name)]


WRITERS: Mapping[Form, Callable[[Sheet, Path], None]] = {
    Form.GPKG: _write_gpkg,
    Form.PARQUET: _write_parquet,
    Form.ZIP: _write_zip,
}
"""By form, what writes a sheet to a path whose ending is the form's."""
