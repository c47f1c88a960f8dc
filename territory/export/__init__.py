"""From a layer to files: all that was in it, so that `territory.intake.read` gives it back.

The mirror of `territory.intake`. What both agree on is in `territory.exchange`.

What comes back: ids, names, levels, parents, kinds and families in `Intake.layer` (and in `Intake.told` for
territories without a line, which `Intake.undrawn` lists), every coordinate bit for bit, and the other columns in
`Intake.beside`, as text. The same layer gives the same bytes again, with the same versions of the libraries.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geopandas import GeoDataFrame

from territory.export.errors import ExportError
from territory.export.forms import Form, form_of
from territory.export.geojson import write_geojson
from territory.export.kml import write_kml
from territory.export.place import whole
from territory.export.sheet import sheet_of
from territory.export.table import write_table

__all__ = ["ExportError", "Form", "form_of", "write"]


def write(layer: GeoDataFrame, path: Path, *, form: Form, extra: Sequence[str] = ()) -> None:
    """Write a layer; the file appears when it is whole.

    Parameters
    ----------
    layer
        In the form of `territory.model`, boundaries canonical; missing or empty where there is no line.
    path
        Where; a file that stands there is replaced.
    form
        What to write, see `form_of`.
    extra
        Which other columns of the layer to write. Integers, finite numbers and texts stay what they are where the
        format knows them; a mapping or a list is JSON (an object in GeoJSON, its text elsewhere); truth values,
        dates and whatever else becomes text. Intake drops a column whose name tells of people, whoever wrote it.

    Raises
    ------
    ValueError
        It is no layer, ids repeat, or a column is not there or cannot be called so in every format.
    ExportError
        A text holds control characters, which no file can.
    OSError
        The file cannot be written there.

    Examples
    --------
    >>> import tempfile
    >>> from geopandas import GeoSeries
    >>> from shapely import MultiPolygon, box
    >>> from territory.intake import read
    >>> from territory.model import as_layer
    >>> from territory.profiles import load_profile
    >>> line = MultiPolygon([box(-69.3, 10, -69.2, 10.1)])
    >>> layer = as_layer(GeoSeries([line], ["CC-1"], crs=4326), name=["=El Maizal"], families=[120])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "lara.csv"
    ...     write(layer, file, form=form_of(file))
    ...     read(file, profile=load_profile()).layer.loc["CC-1", "name"]
    '=El Maizal'
    """
    path = Path(path)
    sheet = sheet_of(layer, extra)
    with whole(path, f"territories{form.suffix}") as draft:
        match form:
            case Form.GEOJSON:
                write_geojson(sheet, draft)
            case Form.KML:
                write_kml(sheet, draft)
            case Form.CSV:
                write_table(sheet, draft)
            case _:
                # GDAL takes a second to import, and text does not need it.
                from territory.export import native

                native.WRITERS[form](sheet, draft)
