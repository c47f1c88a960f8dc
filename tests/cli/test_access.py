"""``territory access``, and neighbours by road: from a file of roads to who reaches whom."""

from __future__ import annotations

import json

import pytest
from geopandas import GeoDataFrame
from places import grid, layer
from registers import published
from shapely import LineString

from territory.model import Publication


@pytest.fixture
def councils():
    return layer(grid(6, 1), kind="rural", families=100)


@pytest.fixture
def store(tmp_path, councils):
    return published(tmp_path / "register.db", councils, publication=Publication.PRIVATE)


@pytest.fixture
def roads(run, tmp_path, store, councils):
    path = tmp_path / "vias.geojson"
    middles = [each.centroid.coords[0] for each in councils.geometry]
    GeoDataFrame({"highway": ["primary"]}, geometry=[LineString(sorted(middles))], crs=4326).to_file(path)
    run("reference", "add", path, "--kind", "roads", "--name", "Vías", "--source", "Vecinos", "--store", store)


def test_without_roads_the_command_ends_with_2_and_says_what_to_do(run, store, capsys):
    run("access", "--store", store, "--lang", "es", code=2)
    assert "territory reference add" in capsys.readouterr().err


def test_councils_are_told_as_lines_and_written_as_a_layer(run, store, roads, tmp_path, capsys):
    capsys.readouterr()
    run("access", "--store", store, "--lang", "es")
    said = capsys.readouterr().out
    assert said.startswith("Consejos: 6; cortados de su comuna: 0; por carretera con otro municipio: 0.")
    assert said.count("no se llega a la sede de ninguna comuna") == 6
    file = tmp_path / "access.geojson"
    run("access", "--store", store, "--format", "geojson", "--output", file)
    features = json.loads(file.read_text("utf-8"))["features"]
    assert {each["geometry"]["type"] for each in features} == {"Point"}
    run("access", "--store", store, "--format", "json")
    assert json.loads(capsys.readouterr().out)["counts"]["councils"] == 6


def test_neighbours_by_road_are_an_option_of_proposing(run, store, roads, capsys):
    run("propose", "--store", store, "--road-minutes", 10, "--lang", "es")
    assert "6 consejos sin comuna" in capsys.readouterr().out
