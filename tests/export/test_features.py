"""Things of any shape written as files and read back."""

from __future__ import annotations

import csv
import json

import geopandas as gpd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, box

from territory.export import Form
from territory.export.features import write_features

SHAPES = [Point(-69, 10), LineString([(-69, 10), (-69.1, 10.2)]), MultiPolygon([box(-69, 10, -68, 11)]), None]


def feature(at, shape, **properties):
    geometry = None if shape is None else json.loads(shapely.to_geojson(shape))
    return {"type": "Feature", "id": f"f{at}", "properties": properties, "geometry": geometry}


def test_a_geopackage_has_a_table_for_each_kind_of_shape(tmp_path):
    file = tmp_path / "found.gpkg"
    write_features([feature(at, shape, n=at) for at, shape in enumerate(SHAPES)], file, form=Form.GPKG)
    assert sorted(pyogrio.list_layers(file)[:, 0]) == ["areas", "lines", "points", "records"]
    for name, at in (("points", 0), ("lines", 1), ("areas", 2)):
        [row] = gpd.read_file(file, layer=name).itertuples()
        assert (row.id, row.n) == (f"f{at}", at)
        assert row.geometry.equals(SHAPES[at])
    assert pyogrio.read_dataframe(file, layer="records")["id"].tolist() == ["f3"]


@pytest.mark.parametrize("form", [Form.GEOJSON, Form.GPKG, Form.CSV])
def test_nothing_found_is_a_file_too(tmp_path, form):
    file = tmp_path / f"found{form.suffix}"
    write_features([], file, form=form)
    assert file.stat().st_size > 0
    if form is not Form.CSV:
        assert len(pyogrio.read_dataframe(file)) == 0


def test_a_text_that_a_spreadsheet_would_run_is_protected(tmp_path):
    file = tmp_path / "found.csv"
    write_features([feature(0, None, name="=HYPERLINK(1)", id="x")], file, form=Form.CSV)
    [row] = csv.DictReader(file.read_text("utf-8-sig").splitlines())
    assert row["name"] != "=HYPERLINK(1)"
    assert (row["id"], row["id_"]) == ("f0", "x")


def test_other_forms_are_refused(tmp_path):
    with pytest.raises(ValueError, match="kml"):
        write_features([], tmp_path / "found.kml", form=Form.KML)


values = st.one_of(st.none(), st.integers(-9, 9), st.floats(-9, 9), st.text("ab ñ;,\"'", max_size=5))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    rows=st.lists(st.tuples(st.sampled_from(SHAPES), st.dictionaries(st.sampled_from("xyz"), values)), max_size=6)
)
def test_every_feature_is_in_every_form(tmp_path, rows):
    found = [feature(at, shape, **properties) for at, (shape, properties) in enumerate(rows)]
    ids = {each["id"] for each in found}
    table, layers, collection = (tmp_path / name for name in ("f.csv", "f.gpkg", "f.geojson"))
    write_features(found, table, form=Form.CSV)
    with table.open(encoding="utf-8-sig", newline="") as file:
        assert {row["id"] for row in csv.DictReader(file)} == ids
    write_features(found, layers, form=Form.GPKG)
    frames = [pyogrio.read_dataframe(layers, layer=name) for name, _ in pyogrio.list_layers(layers)]
    assert {id_ for frame in frames for id_ in frame["id"]} == ids
    layers.unlink()
    write_features(found, collection, form=Form.GEOJSON)
    assert json.loads(collection.read_text("utf-8"))["features"] == found
