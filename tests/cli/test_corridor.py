"""``territory corridor``: other ways beside the cheapest, prices, files, and plans to keep."""

import csv
import json

import pyogrio
import pytest
from places import grid, layer
from registers import published

from territory.model import Publication
from territory.profiles import load_profile
from territory.services.access import OPERATOR
from territory.services.organizing import affirming, plans
from territory.services.storing import open_register


@pytest.fixture
def store(tmp_path):
    """Five by three councils that no commune has."""
    councils = layer(grid(5, 3), kind="rural", families=100)
    return published(tmp_path / "register.db", councils, publication=Publication.PRIVATE)


ENDS = ("c01", "c41")


def asked(store, *more):
    return ("corridor", *ENDS, "--store", store, "--width", 50, "--lang", "es", *more)


def test_other_ways_are_told_with_their_price(run, store, capsys):
    run(*asked(store, "--reinforced", "--alternatives", 2))
    said = capsys.readouterr().out
    assert "1. El de menor costo" in said
    assert "2. Reforzado: cuesta" in said
    assert said.count("Otro camino: cuesta") == 2


def test_all_of_them_are_written_as_layer_and_table(run, store, tmp_path):
    files = {form: tmp_path / f"found.{form}" for form in ("geojson", "gpkg", "csv")}
    for form, file in files.items():
        run(*asked(store, "--alternatives", 1, "--format", form, "--output", file))
    ids = [each["id"] for each in json.loads(files["geojson"].read_text("utf-8"))["features"]]
    with files["csv"].open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ids
    assert {row["variety"] for row in rows} == {"core", "alternative"}
    assert {"areas", "lines"} <= set(pyogrio.list_layers(files["gpkg"])[:, 0])


def test_prices_are_typed_and_what_is_none_is_refused(run, store, capsys):
    run(
        *asked(
            store, "--cost", "council=7", "--barrier", "rivers=never", "--factor", "protected=0.5", "--families"
        )
    )
    assert capsys.readouterr().out.startswith("Corredor de ")
    for wrong in (
        ("--cost", "council"),
        ("--cost", "gold=1"),
        ("--factor", "protected=-1"),
        ("--factor", "x=nan"),
    ):
        run(*asked(store, *wrong), code=2)
        assert "No se entiende" in capsys.readouterr().err
    run(*asked(store, "--factor", "population=2"), code=2)
    assert "no dice nada" in capsys.readouterr().err


def test_it_is_kept_as_a_plan_and_made_a_corridor(run, store, capsys):
    run(*asked(store, "--save", "Eje", "--make", "--format", "json"))
    told = json.loads(capsys.readouterr().out)
    register = open_register(str(store), load_profile())
    plan = plans.get(register, OPERATOR, told["plan"]["id"])
    assert plan.called == "Eje"
    assert plan.territory == told["plan"]["territory"]
    assert plan.groups["groups"][affirming.ON_THE_WAY] == ["c11", "c21", "c31"]
    assert register.current().standing[plan.territory].level == "corridor"
    assert [each.can for each in affirming.members(register, OPERATOR, plan)] == [False, False]
    register.store.close()
    run(*asked(store, "--save", "Otro"))
    assert "Guardado como plan" in capsys.readouterr().out
