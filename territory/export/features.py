"""Things of any shape as files: what an analysis found, with points, lines and areas side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import shapely

from territory.exchange import GEOMETRY
from territory.export.forms import Form
from territory.export.place import whole
from territory.export.sheet import Sheet, cells_of
from territory.export.table import write_table

FORMS = (Form.GEOJSON, Form.GPKG, Form.CSV)
"""What things of any shape can be written in."""

_NOWHERE = -1
# By dimension: name and kind of the table.
_TABLES = {
    2: ("areas", "MultiPolygon"),
    1: ("lines", "MultiLineString"),
    0: ("points", "MultiPoint"),
    _NOWHERE: ("records", None),
}


def write_features(features: Sequence[dict[str, Any]], path: Path, *, form: Form) -> None:
    """Write features; the file appears when it is whole.

    Parameters
    ----------
    features
        GeoJSON features in WGS 84; ``geometry`` may be any, or none, or text that is GeoJSON already.
    path
        Where; a file that stands there is replaced.
    form
        One of `FORMS`. A GeoPackage has a table for areas, one for lines and one for points, as far as there are
        any, and one of ``records`` for what has no place.

    Raises
    ------
    ValueError
        The form is none of `FORMS`.
    OSError
        The file cannot be written there.

    Examples
    --------
    >>> import tempfile
    >>> line = {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}
    >>> found = [{"type": "Feature", "id": "b", "properties": {"length_m": 7.5}, "geometry": line}]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "found.csv"
    ...     write_features(found, file, form=Form.CSV)
    ...     file.read_text("utf-8-sig").splitlines()
    ['id,length_m,wkt', 'b,7.5,"LINESTRING (0 0, 1 1)"']
    """
    if form not in FORMS:
        raise ValueError(f"features are not written as {form}")
    with whole(path, f"found{form.suffix}") as draft:
        if form is Form.GEOJSON:
            told = {"type": "FeatureCollection", "features": list(features)}
            draft.write_bytes(orjson.dumps(told, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE))
        elif form is Form.CSV:
            write_table(_sheet(features), draft)
        else:
            _write_tables(_sheet(features), draft)


def _sheet(features: Sequence[dict[str, Any]]) -> Sheet:
    """A row for each feature, and a column for each property that any of them has."""
    names = dict.fromkeys(name for each in features for name in each["properties"])
    columns = {"id": cells_of(pd.Series([str(each.get("id", "")) for each in features], dtype=object))}
    for name in names:
        values = [each["properties"].get(name) for each in features]
        # The id of a thing has a column already; a format may need a name for itself.
        called = f"{name}_" if name.lower() in ("id", "fid", "geom", GEOMETRY) else name
        columns[called] = cells_of(pd.Series(values, dtype=object))
    shapes = np.array([_shape(each["geometry"]) for each in features], dtype=object)
    return Sheet(columns=columns, shapes=shapes)


def _shape(geometry: Any) -> Any:
    return None if geometry is None else shapely.from_geojson(orjson.dumps(geometry))


def _write_tables(sheet: Sheet, path: Path) -> None:
    # GDAL takes a second to import, and text does not need it.
    from territory.export.native import write_gpkg_table

    dimension = shapely.get_dimensions(sheet.shapes)
    for of, (name, kind) in _TABLES.items():
        rows = np.flatnonzero(dimension == of)
        # A file without any table would be none.
        if len(rows) or (of == _NOWHERE and not len(sheet)):
            part = {each: [cells[at] for at in rows] for each, cells in sheet.columns.items()}
            shapes = _many(sheet.shapes[rows])
            write_gpkg_table(Sheet(columns=part, shapes=shapes), path, layer=name, geometry_type=kind)


def _many(shapes: np.ndarray) -> np.ndarray:
    """Each shape as one of several, for a table holds one kind."""
    kinds = {0: shapely.multipoints, 1: shapely.multilinestrings, 2: shapely.multipolygons}
    made = shapes.copy()
    for of, build in kinds.items():
        for at in np.flatnonzero(shapely.get_dimensions(shapes) == of):
            made[at] = build(shapely.get_parts(shapes[at]))
    return made
