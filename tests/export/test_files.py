"""What a written file is to everybody else: other readers, spreadsheets, people who edit it, and a full disk."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from pathlib import Path

import geopandas
import pyarrow.parquet
import pyogrio
import pytest
import shapely
from exported import EXTRA, require_same, shape
from geopandas import GeoDataFrame, GeoSeries

from territory.export import ExportError, Form, form_of, write
from territory.export.place import whole
from territory.intake import IntakeError, read
from territory.model import WGS84, as_layer
from territory.words import LANGUAGES


@pytest.fixture
def layer() -> GeoDataFrame:
    """Three councils, the last one listed only, and a name that no field of a shapefile has room for."""
    boundaries = GeoSeries([shape(0, 1, 1, 0), shape(1, 2, 0, 1), None], index=["c-1", "c-2", "c-3"], crs=WGS84)
    layer = as_layer(boundaries, name=["=El Ají", "Ñ" * 300, "La Ceiba"], families=[120, None, 30], parent="m-1")
    return layer.assign(
        codes=[{"SITUR": "007"}, None, {"SITUR": ["1", "2"]}],
        publication="exact",
        revision=[1, 2, 3],
        valid_from="2024-04-21",
        method=None,
        **{"nota: otra": ["@a", None, "b"]},
    )


@pytest.fixture
def written(layer, tmp_path):
    """Write the councils into a file of some form."""

    def written(form: Form, name: str = "territorios") -> Path:
        path = tmp_path / f"{name}{form.suffix}"
        write(layer, path, form=form, extra=EXTRA)
        return path

    return written


@pytest.mark.parametrize("form", Form)
def test_the_same_layer_gives_the_same_bytes(written, form):
    assert written(form, "uno").read_bytes() == written(form, "dos").read_bytes()


@pytest.mark.parametrize("form", sorted(set(Form) - {Form.CSV, Form.PARQUET}))
def test_gdal_reads_the_same_shapes_and_names(written, layer, form):
    file = written(form)
    frame = pyogrio.read_dataframe(f"/vsizip/{file}/territories.shp" if form is Form.ZIP else file)
    names = "Name" if form is Form.KML else "name"
    limit = 254 // len("Ñ".encode()) if form is Form.ZIP else None
    assert frame[names].tolist() == [name[:limit] for name in layer["name"]]
    assert frame.crs == WGS84
    is_drawn = layer.geometry.notna().to_numpy()
    assert frame.geometry.notna().to_numpy().tolist() == is_drawn.tolist()
    assert shapely.equals(frame.geometry.array[is_drawn], layer.geometry.array[is_drawn]).all()


def test_geopandas_reads_the_geoparquet_and_its_metadata_say_what_the_standard_asks(written, layer):
    file = written(Form.PARQUET)
    frame = geopandas.read_parquet(file)
    assert frame.geometry.to_wkb().tolist() == layer.geometry.to_wkb().tolist()
    said = json.loads(pyarrow.parquet.read_metadata(file).metadata[b"geo"])
    about = said["columns"][said["primary_column"]]
    assert said["version"] == "1.1.0"
    assert (about["encoding"], about["crs"]["id"]) == ("WKB", {"authority": "OGC", "code": "CRS84"})


def test_a_geopackage_is_sound_and_tells_no_hour(written):
    connection = sqlite3.connect(written(Form.GPKG))
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        [[changed]] = connection.execute("SELECT last_change FROM gpkg_contents").fetchall()
    finally:
        connection.close()
    assert changed == "2000-01-01T00:00:00.000Z"


def test_no_cell_of_a_csv_begins_like_a_formula(written):
    with written(Form.CSV).open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert rows[0][header.index("name")] == "'=El Ají"
    assert not {cell[:1] for row in rows for cell in row} & set("=+-@\t\r")


def test_a_csv_that_a_spreadsheet_saved_with_semicolons_is_still_ours(written, layer, reader):
    file = written(Form.CSV)
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened, delimiter=";").writerows(rows)
    require_same(layer, reader.file(file))


def test_a_csv_that_was_cut_off_is_refused_with_its_line(written, reader):
    file = written(Form.CSV)
    lines = file.read_text("utf-8-sig").splitlines()
    file.write_text("\n".join([*lines[:2], lines[2][:20]]), "utf-8")
    refusal = reader.refused(file)
    assert (refusal.code, refusal.details["line"]) == ("table.row", 3)


def edited(file: Path, change) -> Path:
    """The shapefile of a ZIP as somebody saves it again who changed its table."""
    folder = file.parent / "edited"
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder)
    frame = change(pyogrio.read_dataframe(folder / "territories.shp"))
    pyogrio.write_dataframe(frame, folder / "territories.shp", geometry_type="Polygon", encoding="ISO-8859-1")
    return folder / "territories.shp"


def test_what_was_changed_in_a_shapefile_since_is_not_undone_by_the_table_beside_it(written, layer, reader):
    def change(frame):
        frame.loc[0, "name"] = "Otra Ñ"
        return frame.iloc[[1, 0]].assign(nuevo="sí")

    got = reader.file(edited(written(Form.ZIP), change))
    assert got.told["name"].to_dict() == {"c-2": "Ñ" * 300, "c-1": "Otra Ñ"}
    assert got.beside["publication"].tolist() == ["exact", "exact"]
    assert got.beside["nuevo"].tolist() == ["sí", "sí"]
    assert got.beside["nota: otra"].to_dict() == {"c-2": None, "c-1": "@a"}


def test_a_row_that_was_added_to_a_shapefile_has_what_its_own_table_says(written, reader):
    def change(frame):
        return frame.iloc[[0, 0]].assign(id=["c-1", "c-9"], name=["=El Ají", "Nuevo"])

    got = reader.file(edited(written(Form.ZIP), change))
    assert got.told["name"].to_dict() == {"c-1": "=El Ají", "c-9": "Nuevo"}


def test_a_shapefile_without_its_table_beside_is_read_as_far_as_it_goes(written, reader):
    file = edited(written(Form.ZIP), lambda frame: frame)
    file.with_suffix(".values.csv").unlink()
    got = reader.file(file)
    assert got.told.index.tolist() == ["c-1", "c-2", "c-3"]
    assert got.told.loc["c-2", "name"] == "Ñ" * 127


def test_an_unknown_ending_is_refused_in_every_language(tmp_path):
    with pytest.raises(ExportError) as caught:
        form_of(tmp_path / "mapa.dwg")
    for language in LANGUAGES:
        assert "mapa.dwg" in caught.value.said(language)
        assert ".geojson" in caught.value.said(language)


@pytest.mark.parametrize("form", Form)
def test_what_no_file_can_hold_is_refused_before_there_is_a_file(layer, tmp_path, form):
    layer.loc["c-2", "name"] = "a\0b"
    path = tmp_path / f"a{form.suffix}"
    with pytest.raises(ExportError) as caught:
        write(layer, path, form=form)
    assert (caught.value.code, caught.value.details["territory"]) == ("text.control", "c-2")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("extra", "change"),
    [
        (["none"], lambda layer: layer),
        (["ID"], lambda layer: layer.assign(ID=1)),
        (["geom"], lambda layer: layer.assign(geom=1)),
        (["a", "A"], lambda layer: layer.assign(a=1, A=1)),
        ([], lambda layer: layer.iloc[[0, 0]]),
        ([], lambda layer: layer.drop(columns="kind")),
        ([], lambda layer: layer.to_crs(32619)),
    ],
)
def test_what_is_no_layer_is_not_written(layer, tmp_path, extra, change):
    with pytest.raises(ValueError, match=r"layer|repeat|column"):
        write(change(layer), tmp_path / "a.csv", form=Form.CSV, extra=extra)


@pytest.mark.parametrize("form", Form)
def test_a_file_that_could_not_be_finished_leaves_what_stood_there(written, layer, form, monkeypatch):
    path = written(form)
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("territory.export.place.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write(layer.iloc[:1], path, form=form, extra=EXTRA)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_nothing_stands_in_its_place_until_a_file_is_whole(tmp_path):
    path = tmp_path / "a.csv"
    with whole(path, "draft.csv") as draft:
        draft.write_text("half")
        assert not path.exists()
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("form", Form)
def test_a_layer_without_any_territory_is_a_file_without_rows(layer, tmp_path, profile, form):
    path = tmp_path / f"a{form.suffix}"
    write(layer.iloc[:0], path, form=form, extra=EXTRA)
    with pytest.raises(IntakeError) as caught:
        read(path, profile=profile)
    assert caught.value.code == "features.none"
