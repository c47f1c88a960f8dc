"""``territory gaps``, ``propose`` and ``corridor``: as lines, as JSON and as a layer."""

import json

import pytest
from places import grid, layer
from registers import published

from territory.model import Publication


@pytest.fixture
def store(tmp_path):
    """Six rural councils in a row that no commune has."""
    councils = layer(grid(6, 1), kind="rural", families=100)
    return published(tmp_path / "register.db", councils, publication=Publication.PRIVATE)


def test_gaps_are_told_with_what_closes_them(run, store, capsys):
    run("gaps", "--store", store, "--lang", "es")
    said = capsys.readouterr().out
    assert "6 consejos que se tocan no pertenecen a ninguna comuna" in said
    assert "Prepare un plan" in said
    assert "Población desconocida" in said


def test_gaps_are_written_as_a_layer(run, store, tmp_path):
    file = tmp_path / "gaps.geojson"
    run("gaps", "--store", store, "--format", "geojson", "--output", file)
    [gap] = json.loads(file.read_text("utf-8"))["features"]
    assert gap["properties"]["kind"] == "B"
    assert gap["geometry"]["type"] in ("Polygon", "MultiPolygon")


def test_an_area_is_read_from_a_file(run, store, tmp_path, capsys):
    area = tmp_path / "area.geojson"
    ring = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    area.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}), "utf-8")
    run("gaps", "--store", store, "--area", area, "--format", "json")
    told = json.loads(capsys.readouterr().out)
    assert told["coverage"]["councils"] == 0


@pytest.mark.parametrize("text", ["no es un mapa", '{"type": "Point", "coordinates": [0, 0]}'])
def test_an_area_that_is_none_is_refused_with_a_sentence(run, store, tmp_path, capsys, text):
    area = tmp_path / "area.geojson"
    area.write_text(text, "utf-8")
    run("gaps", "--store", store, "--area", area, "--lang", "es", code=2)
    assert "area.geojson" in capsys.readouterr().err


def test_candidate_communes_are_proposed_and_written_as_a_layer(run, store, tmp_path, capsys):
    run("propose", "--store", store, "--least", 2, "--most", 3, "--plans", 1, "--lang", "es")
    said = capsys.readouterr().out
    assert "6 consejos sin comuna" in said
    assert "quedan fuera 0 (mínimo posible 0)" in said
    file = tmp_path / "plan.geojson"
    run("propose", "--store", store, "--least", 2, "--most", 3, "--format", "geojson", "--output", file)
    groups = json.loads(file.read_text("utf-8"))["features"]
    assert sum(len(each["properties"]["councils"]) for each in groups) == 6


def test_sizes_that_make_no_sense_are_refused(run, store, capsys):
    run("propose", "--store", store, "--least", 5, "--most", 2, "--lang", "es", code=2)
    assert "no puede ser menor" in capsys.readouterr().err


def test_a_corridor_says_with_whom_to_talk(run, store, capsys):
    first, last = sorted(grid(6, 1))[0], sorted(grid(6, 1))[-1]
    run("corridor", first, last, "--store", store, "--width", 50, "--lang", "es")
    said = capsys.readouterr().out
    assert said.startswith("Corredor de ")
    assert said.count("Hablar con") == 4
    run("corridor", first, last, "--store", store, "--width", 50, "--format", "geojson")
    kinds = {each["properties"]["kind"] for each in json.loads(capsys.readouterr().out)["features"]}
    assert "backbone" in kinds


def test_a_member_that_is_none_is_refused(run, store, capsys):
    run("corridor", sorted(grid(6, 1))[0], "nobody", "--store", store, "--lang", "es", code=2)
    assert "nobody" in capsys.readouterr().err
