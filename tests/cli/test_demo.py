import json

import pytest

from territory.findings import Code
from territory.profiles import load_profile
from territory.services.storing import open_register


def load(path):
    """What a store holds."""
    register = open_register(str(path), load_profile())
    mosaic = register.current().mosaic
    register.store.close()
    return mosaic.layer, mosaic.surroundings


def test_a_demo_is_a_store_of_councils_communes_and_faults(run, tmp_path, capsys):
    store = tmp_path / "demo.db"
    run("demo", "--councils", "60", "--store", store)
    layer, surroundings = load(store)
    counts = layer["level"].value_counts()
    assert counts["council"] >= 60
    assert counts["commune"] >= 2
    assert surroundings.jurisdictions is not None
    assert str(store) in capsys.readouterr().err


def test_the_store_can_come_from_the_environment(run, tmp_path, monkeypatch):
    monkeypatch.setenv("TERRITORY_STORE", f"sqlite:///{tmp_path / 'env.db'}")
    run("demo", "--councils", "60")
    assert (tmp_path / "env.db").is_file()


def test_a_store_is_not_lost_by_accident(run, tmp_path, capsys):
    store = tmp_path / "territory.db"
    store.write_text("somebody's work")
    run("demo", "--councils", "60", "--store", store, code=2)
    assert store.read_text() == "somebody's work"
    assert "--replace" in capsys.readouterr().err
    run("demo", "--councils", "60", "--store", store, "--replace")
    assert len(load(store)[0]) > 60


def test_a_store_of_another_kind_is_refused(run, capsys):
    run("demo", "--councils", "60", "--store", "mysql://somewhere/x", code=2)
    assert "mysql" in capsys.readouterr().err


@pytest.fixture
def files(run, tmp_path):
    run("demo", "--councils", "60", "--seed", "3", "--file", tmp_path / "valle.geojson")
    return tmp_path


def test_files_hold_the_boundaries_and_beside_them_the_truth(files):
    truth = json.loads((files / "valle-truth.geojson").read_text())["features"]
    assert {feature["properties"]["code"] for feature in truth} <= set(Code)
    names = {path.name for path in files.iterdir()}
    assert {"valle.geojson", "valle-jurisdictions.geojson", "valle-land.geojson", "valle-truth.geojson"} <= names


def test_what_the_demo_writes_the_check_reads(run, files, capsys):
    boundaries, states = files / "valle.geojson", files / "valle-jurisdictions.geojson"
    run("check", boundaries, "--jurisdictions", states, "--format", "json")
    told = json.loads(capsys.readouterr().out)
    truth = json.loads((files / "valle-truth.geojson").read_text())["features"]
    planted = [each["properties"]["code"] for each in truth].count("coverage.duplicate")
    assert told["findings"]["coverage.duplicate"]["count"] == planted > 0


def test_same_seed_same_region(run, files, tmp_path):
    again = tmp_path / "again"
    again.mkdir()
    run("demo", "--councils", "60", "--seed", "3", "--file", again / "valle.geojson")
    assert (again / "valle.geojson").read_bytes() == (files / "valle.geojson").read_bytes()
