"""The forms of a file, and which one a name asks for."""

from __future__ import annotations

from enum import StrEnum
from pathlib import PurePath

from territory.export.errors import ExportError


class Form(StrEnum):
    """Every form that a layer can be written in."""

    GEOJSON = "geojson"
    GPKG = "gpkg"
    KML = "kml"
    ZIP = "zip"
    """A shapefile, all its parts in a ZIP."""
    PARQUET = "parquet"
    """GeoParquet 1.1."""
    CSV = "csv"

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return f".{self.value}"

    @property
    def media_type(self) -> str:
        """What a server calls it (IANA where registered)."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Form.GEOJSON: "application/geo+json",
    Form.GPKG: "application/geopackage+sqlite3",
    Form.KML: "application/vnd.google-earth.kml+xml",
    Form.ZIP: "application/zip",
    Form.PARQUET: "application/vnd.apache.parquet",
    Form.CSV: "text/csv; charset=utf-8",
}

_BY_SUFFIX = {form.suffix: form for form in Form} | {".json": Form.GEOJSON, ".geoparquet": Form.PARQUET}


def form_of(path: PurePath) -> Form:
    """The form that the name of a file asks for.

    Raises
    ------
    ExportError
        The ending is of no form that can be written.

    Examples
    --------
    >>> from pathlib import PurePath
    >>> form_of(PurePath("lara.KML")), form_of(PurePath("lara.json"))
    (<Form.KML: 'kml'>, <Form.GEOJSON: 'geojson'>)
    """
    form = _BY_SUFFIX.get(path.suffix.lower())
    if form is None:
        raise ExportError("form.unknown", name=path.name, endings=", ".join(form.suffix for form in Form))
    return form
