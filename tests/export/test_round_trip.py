"""What is written is read back by intake to the letter, in every form."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import shapely
from exported import EXTRA, layers, require_same, shape
from geopandas import GeoSeries
from hypothesis import given, settings

from territory.export import Form, write
from territory.intake import read
from territory.intake.people import is_personal
from territory.model import WGS84, as_layer
from territory.profiles import load_profile

PROFILE = load_profile()


def through(layer, form, extra=EXTRA):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"territorios{form.suffix}"
        write(layer, path, form=form, extra=extra)
        return read(path, profile=PROFILE)


@pytest.mark.parametrize("form", Form)
@given(layer=layers())
@settings(max_examples=40)
def test_everything_comes_back(form, layer):
    got = through(layer, form)
    require_same(layer, got)
    assert [notice.code for notice in got.notices if notice.code != "shapes.collections"] == []


@pytest.mark.parametrize("form", sorted(set(Form) - {Form.ZIP}))
def test_boundaries_come_back_bit_for_bit(form):
    shapes = [shape(i, parts=1 + i % 3, holes=i % 2, seed=i) for i in range(30)]
    layer = as_layer(GeoSeries(shapes, index=[f"c{i}" for i in range(30)], crs=WGS84))
    got = through(layer, form, extra=()).layer.geometry
    assert shapely.to_wkb(got.array).tolist() == shapely.to_wkb(layer.geometry.array).tolist()


@pytest.mark.parametrize("form", Form)
def test_a_territory_of_a_single_part_comes_back_bit_for_bit_also_from_a_shapefile(form):
    layer = as_layer(GeoSeries([shape(0, parts=1, holes=1, seed=3)], index=["c"], crs=WGS84))
    got = through(layer, form, extra=()).layer.geometry
    assert got.to_wkb().tolist() == layer.geometry.to_wkb().tolist()


@pytest.mark.parametrize("form", Form)
def test_numbers_with_a_fraction_come_back_as_they_were(form):
    numbers = [0.1 + 0.2, 1e-300, -1.5e300, 3.0, None, float("inf")]
    ids = list("abcdef")
    layer = as_layer(GeoSeries([shape(i, 1, 0, i) for i in range(6)], index=ids, crs=WGS84)).assign(share=numbers)
    got = through(layer, form, extra=("share",)).beside["share"].tolist()
    assert [None if each is None else float(each) for each in got] == numbers


@pytest.mark.parametrize("form", Form)
def test_a_column_about_people_is_not_taken_back_whoever_wrote_it(form):
    layer = as_layer(GeoSeries([shape(0, 1, 0, 0)], index=["c"], crs=WGS84)).assign(telefono="0414")
    assert is_personal("telefono")
    got = through(layer, form, extra=("telefono",))
    assert "telefono" not in got.beside
    assert [notice.code for notice in got.notices] == ["columns.personal"]


@pytest.mark.parametrize("form", Form)
def test_families_in_bands_are_written_and_not_read_as_numbers(form):
    layer = as_layer(GeoSeries([shape(0, 1, 0, 0)], index=["c"], crs=WGS84)).assign(families="150–199")
    got = through(layer, form, extra=())
    assert got.layer["families"].isna().all()
    assert [notice.code for notice in got.notices] == ["families.not_whole"]
