"""Every format, under its own name and under a wrong one."""

from __future__ import annotations

import gzip
import json
import zipfile

import geopandas
import pytest
import shapely
from written import codes, collection, square

NATIVE = {
    "gpkg": "GPKG",
    "fgb": "FlatGeobuf",
    "geojson": "GeoJSON",
    "geojsonl": "GeoJSONSeq",
    "shp": "ESRI Shapefile",
}


def written(councils, folder, ending):
    path = folder / f"councils.{ending}"
    if ending == "parquet":
        councils.to_parquet(path)
    else:
        councils.to_file(path, driver=NATIVE[ending])
    return path


@pytest.mark.parametrize("ending", [*NATIVE, "parquet"])
def test_every_format_gives_the_same_layer(reader, councils, tmp_path, ending):
    got = reader.file(written(councils, tmp_path, ending))
    # FlatGeobuf keeps its features in the order of a curve through space.
    layer = got.layer.sort_index()
    assert layer.index.tolist() == ["CC-1", "CC-2", "CC-3"]
    assert layer["name"].tolist() == ["El Maizal", "Simón Planas", "La Piedad Ñ"]
    assert layer["parent"].tolist() == ["C-1", "C-1", "C-2"]
    assert layer["families"].tolist() == [120, 85, 300]
    assert set(layer["level"]) == {"council"}
    assert layer.geometry.geom_equals(councils.geometry.set_axis(layer.index)).all()
    assert got.findings == []


@pytest.mark.parametrize("ending", [*NATIVE, "parquet"])
def test_a_column_about_people_is_dropped_and_named(reader, councils, tmp_path, ending):
    got = reader.file(written(councils, tmp_path, ending))
    [notice] = got.notices
    assert (notice.code, notice.args["columns"]) == ("columns.personal", ["ced_vocero"])
    assert set(got.layer.columns) == {"name", "level", "parent", "kind", "families", "geometry"}


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "geojson", "parquet"])
@pytest.mark.parametrize("wrong", ["map.txt", "map.zip", "map.shp", "sin nombre"])
def test_the_content_tells_the_format_and_not_the_name(reader, councils, tmp_path, ending, wrong):
    renamed = written(councils, tmp_path, ending).rename(tmp_path / wrong)
    assert len(reader.file(renamed).layer) == 3


def test_a_zipped_shapefile(reader, councils, tmp_path):
    written(councils, tmp_path, "shp")
    path = tmp_path / "councils.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in tmp_path.glob("councils.*"):
            if part != path:
                archive.write(part, f"mapa/Consejos{part.suffix.upper()}")
        archive.writestr("__MACOSX/mapa/._Consejos.shp", b"junk")
    assert reader.file(path).layer["name"].tolist()[1] == "Simón Planas"


def test_any_part_of_a_shapefile_stands_for_it(reader, councils, tmp_path):
    path = written(councils, tmp_path, "shp")
    assert len(reader.file(path.with_suffix(".dbf")).layer) == 3


def test_a_shapefile_without_its_index_is_refused(reader, councils, tmp_path):
    path = written(councils, tmp_path, "shp")
    path.with_suffix(".shx").unlink()
    error = reader.refused(reader.file, path)
    assert (error.code, error.details["needed"]) == ("shapefile.part", "councils.shx")


def test_a_lonely_part_of_a_shapefile_is_refused(reader, councils, tmp_path):
    table = written(councils, tmp_path, "shp").with_suffix(".dbf").read_bytes()
    assert reader.refused(reader.file, table, "other.dbf").code == "shapefile.part"


def test_a_gzipped_geojson(reader, councils, tmp_path):
    packed = gzip.compress(written(councils, tmp_path, "geojson").read_bytes())
    assert len(reader.file(packed, "councils.geojson.gz").layer) == 3


def test_a_geopackage_with_several_layers_says_which_one_it_took(reader, councils, tmp_path):
    path = tmp_path / "two.gpkg"
    councils.to_file(path, layer="consejos")
    councils[:1].to_file(path, layer="comunas")
    got = reader.file(path)
    assert (len(got.layer), codes(got)) == (3, ["layer.chosen", "columns.personal"])
    assert len(reader.file(path, layer="comunas").layer) == 1
    assert reader.refused(reader.file, path, layer="calles").details["layers"] == ["consejos", "comunas"]


def test_a_geopackage_with_curves_in_three_dimensions_and_measures(reader, tmp_path):
    frame = geopandas.GeoDataFrame(geometry=shapely.force_3d([square(0), square(1)], 120.0), crs=4326)
    frame.to_file(tmp_path / "z.gpkg")
    got = reader.file(tmp_path / "z.gpkg")
    assert "heights.dropped" in codes(got)
    assert not got.layer.has_z.any()


def test_a_table_without_geometry_is_refused(reader, tmp_path):
    import pandas as pd

    pd.DataFrame({"nombre": ["a"]}).to_parquet(tmp_path / "t.parquet")
    assert reader.refused(reader.file, tmp_path / "t.parquet").code == "shapes.none"


TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.01, 0.01], "translate": [-69.3, 10.0]},
    "arcs": [[[1, 0], [0, 1]], [[1, 1], [-1, 0], [0, -1], [1, 0]], [[1, 0], [1, 0], [0, 1], [-1, 0]]],
    "objects": {
        "councils": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Polygon", "id": "a", "properties": {"nombre": "Oeste"}, "arcs": [[0, 1]]},
                {"type": "MultiPolygon", "id": "b", "properties": {"nombre": "Este"}, "arcs": [[[2, -1]]]},
                {"type": "Point", "coordinates": [1, 1]},
                {"type": None},
            ],
        }
    },
}


def test_topojson_puts_shared_arcs_together(reader):
    got = reader.json(TOPOLOGY, id="id")
    assert got.layer.geometry.iloc[0].equals(square(0))
    assert got.layer.geometry.iloc[1].equals(square(1))
    assert got.layer["name"].tolist() == ["Oeste", "Este"]
    assert [f.args["reason"] for f in got.findings] == ["empty"]


def test_topojson_with_a_missing_arc_is_refused(reader):
    broken = json.loads(json.dumps(TOPOLOGY).replace("[2, -1]", "[7, -1]"))
    assert reader.refused(reader.json, broken).code == "file.damaged"


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "map.geojson", "file.empty"),
        (b" \r\n ", "map.csv", "file.empty"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "map.geojson", "format.other"),
        (b"<html>Iniciar sesi\xf3n</html>", "map.kml", "format.other"),
        (b"<?xml version='1.0'?><osm version='0.6'/>", "map.xml", "format.other"),
        (b"%PDF-1.7 ...", "croquis.pdf", "format.other"),
        (b"\x89PNG\r\n\x1a\n", "croquis.png", "format.other"),
        (bytes(range(256)) * 40, "map.bin", "format.unknown"),
        (b"\x00" * 500, "map.geojson", "format.unknown"),
        (b"hola, esto no es un mapa", "map.txt", "table.no_coordinates"),
    ],
)
def test_what_is_no_map_is_refused_with_a_sentence(reader, content, name, code):
    assert reader.refused(reader.file, content, name).code == code


def test_a_file_that_is_not_there(reader, tmp_path):
    assert reader.refused(reader.file, tmp_path / "nada.kml").code == "file.missing"


@pytest.mark.parametrize("ending", ["gpkg", "fgb", "shp", "parquet", "geojson"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_file_is_refused_and_never_half_read(reader, tmp_path, ending, share):
    many = geopandas.GeoDataFrame(
        {"codigo": [str(i) for i in range(400)]}, geometry=[square(i % 20, i // 20) for i in range(400)], crs=4326
    )
    path = written(many, tmp_path, ending)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert reader.refused(reader.file, path).code in {
        "file.damaged", "file.short", "file.truncated", "json.truncated", "json.broken", "shapes.none",
    }  # fmt: skip


def test_a_collection_without_features_is_refused(reader):
    assert reader.refused(reader.json, collection()).code == "features.none"
