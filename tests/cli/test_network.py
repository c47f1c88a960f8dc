"""``territory network``: who could give what to whom, in every form."""

import csv
import json

import pytest
from places import grid, layer
from registers import published

from territory.profiles import load_profile
from territory.records import Exchange, Side
from territory.services.access import OPERATOR
from territory.services.storing import open_register


@pytest.fixture
def store(tmp_path):
    """Three councils in a row: the first offers more maize than the last needs, and nobody has milk."""
    councils = layer(grid(3, 1), name=["El Ají", "La Ceiba", "El Cují"], level="council", kind="rural")
    path = published(tmp_path / "register.db", councils)
    register = open_register(str(path), load_profile())
    noted = [
        ("e-1", "c00", Side.OFFERS, "maíz", 12, "kg"),
        ("e-2", "c20", Side.NEEDS, "maíz", 10, "kg"),
        ("e-3", "c10", Side.NEEDS, "leche", 2.5, "l"),
    ]
    with register.writing(OPERATOR, "test") as writing:
        for id_, territory, side, product, amount, unit in noted:
            writing.put(
                Exchange(id=id_, territory=territory, side=side, product=product, amount=amount, unit=unit)
            )
    register.store.close()
    return path


def test_flows_and_what_stays_open_are_told_in_lines(run, store, capsys):
    run("network", "--store", store)
    assert capsys.readouterr().out.splitlines() == [
        "Intercambios posibles: 1",
        "  maíz: 10\xa0kg al mes de El Ají a El Cují, a 1,1\xa0km.",
        "Necesidades que nadie cubre: 1",
        "  La Ceiba necesita 2,5\xa0l de leche al mes, y nadie los ofrece.",
        "Ofertas que nadie pide: 1",
        "  El Ají ofrece 2\xa0kg de maíz al mes, y nadie los pide.",
    ]
    run("network", "--store", store, "--lang", "en")
    assert "Possible exchanges: 1\n" in capsys.readouterr().out


def test_the_same_comes_as_a_layer_and_as_a_table(run, store, tmp_path, capsys):
    run("network", "--store", store, "--format", "json")
    told = json.loads(capsys.readouterr().out)
    run("network", "--store", store, "--format", "geojson", "--output", tmp_path / "network.geojson")
    assert json.loads((tmp_path / "network.geojson").read_text("utf-8"))["features"] == told["features"]
    run("network", "--store", store, "--format", "csv", "--output", tmp_path / "network.csv")
    with (tmp_path / "network.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["kind"], row["amount"], row["unit"]) for row in rows] == [
        ("flow", "10", "kg"),
        ("needs", "2.5", "l"),
        ("offers", "2", "kg"),
    ]
    assert rows[0]["giver"] == "El Ají (c00)"
    assert rows[0]["wkt"].startswith("LINESTRING")


def test_where_nobody_noted_anything_that_is_said(run, tmp_path, capsys):
    path = published(tmp_path / "empty.db", layer(grid(2, 1), level="council"))
    run("network", "--store", path)
    assert capsys.readouterr().out == "Aquí nadie ha anotado qué ofrece ni qué necesita.\n"
