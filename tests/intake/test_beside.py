"""What an import needs beside the layer: rows, columns kept as they are, what has no line, and the datum."""

from __future__ import annotations

import json

from shapely import Polygon
from written import collection, square


def file(reader, shapes, rows, **options):
    said = collection(*shapes)
    for feature, row in zip(said["features"], rows, strict=True):
        feature["properties"] = row
    return reader.file(json.dumps(said), **options)


def test_columns_that_were_asked_for_are_kept_as_text(reader):
    rows = [{"id": "a", "situr": 17, "otro": 1}, {"id": "b", "situr": "007", "otro": 2}]
    got = file(reader, [square(0), square(1)], rows, beside=["situr"])
    assert got.beside.to_dict() == {"situr": {"a": "17", "b": "007"}}


def test_codes_of_our_own_files_are_kept_unasked_and_as_json(reader):
    got = file(reader, [square(0), square(1)], [{"id": "a", "codes": {"SITUR": "1"}}, {"id": "b", "codes": None}])
    assert got.beside["codes"].tolist() == ['{"SITUR":"1"}', None]


def test_a_column_that_is_not_there_or_names_people_is_not_kept(reader):
    rows = [{"id": "a", "telefono": "0"}]
    assert reader.refused(file, reader, [square()], rows, beside=["situr"]).code == "columns.unknown"
    assert reader.refused(file, reader, [square()], rows, beside=["telefono"]).code == "columns.personal_asked"


def test_every_row_is_told_also_one_that_is_left_out(reader):
    crossed = Polygon([(0, 0), (0, 0), (0, 0), (0, 0)])
    got = file(reader, [square(0), crossed, square(2)], [{"id": i, "nombre": i.upper()} for i in "abc"])
    assert got.layer.index.tolist() == ["a", "c"]
    assert got.told["row"].to_dict() == {"a": 1, "b": 2, "c": 3}
    assert got.told.loc["b", "name"] == "B"
    assert got.undrawn.empty


def test_a_territory_without_a_line_is_told_apart_from_one_with_a_broken_line(reader):
    broken = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}
    got = file(reader, [square(0), None, broken], [{"id": i} for i in "abc"])
    assert got.undrawn.tolist() == ["b"]
    assert got.layer.index.tolist() == ["a"]


def test_whether_ids_are_the_files_own_and_what_it_was_in_are_told(reader, councils, tmp_path):
    councils.to_crs(2202).to_file(tmp_path / "a.gpkg")
    got = reader.file(tmp_path / "a.gpkg")
    assert (got.has_ids, got.datum) == (True, "EPSG:2202")
    got = reader.json(
        collection(square(0))
        | {"features": [{"type": "Feature", "properties": {}, "geometry": square(0).__geo_interface__}]}
    )
    assert (got.has_ids, got.datum) == (False, "EPSG:4326")
