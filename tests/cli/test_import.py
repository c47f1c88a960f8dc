"""``territory import``: a file, a report, and an exit status that a script can use."""

import json

import geopandas
import pytest
from places import cell

from territory.profiles import load_profile
from territory.records import Territory
from territory.services.storing import open_register


@pytest.fixture
def councils(tmp_path):
    """Write councils side by side into a file."""

    def councils(count=3, name="valle.geojson", **columns):
        frame = geopandas.GeoDataFrame(
            {
                "codigo": [f"c{i}" for i in range(1, count + 1)],
                "nombre": [f"Consejo {i}" for i in range(1, count + 1)],
                **columns,
            },
            geometry=[cell(i, 0) for i in range(count)],
            crs=4326,
        )
        path = tmp_path / name
        path.unlink(missing_ok=True)
        frame.to_file(path)
        return path

    return councils


@pytest.fixture
def store(tmp_path):
    return tmp_path / "register.db"


def kept(store):
    register = open_register(str(store), load_profile())
    with register.reading() as reading:
        found = {each.id: each for each in reading.find(Territory)}
    register.store.close()
    return found


def test_a_file_makes_a_store_and_says_what_is_in_it(run, councils, store, capsys):
    run("import", councils(), "--store", store)
    assert set(kept(store)) == {"c1", "c2", "c3"}
    told = capsys.readouterr().out
    assert "3 nuevos, 0 cambiados, 0 sin cambios, 0 rechazados" in told
    assert "Guardado." in told


def test_the_same_file_again_has_nothing_to_keep(run, councils, store, capsys):
    run("import", councils(), "--store", store)
    run("import", councils(), "--store", store, "--lang", "en")
    told = capsys.readouterr().out
    assert "0 new, 0 changed, 3 unchanged, 0 refused" in told
    assert "Nothing to keep." in told


def test_what_is_refused_is_told_by_row_and_nothing_is_kept(run, councils, store, capsys):
    file = councils(comuna=["Nada", None, None])
    run("import", file, "--store", store, code=1)
    told = capsys.readouterr().out
    assert "fila 1  Consejo 1: Pertenece a «Nada»" in told
    assert not store.exists()
    run("import", file, "--store", store, "--skip-refused")
    assert set(kept(store)) == {"c2", "c3"}


def test_a_rehearsal_leaves_no_store_behind(run, councils, store, capsys, tmp_path):
    run("import", councils(), "--store", store, "--dry-run")
    assert "Ensayo" in capsys.readouterr().out
    assert [each.name for each in tmp_path.iterdir()] == ["valle.geojson"]


def test_a_program_gets_every_row(run, councils, store, capsys):
    run("import", councils(situr=["01", "02", "03"]), "--store", store, "--code", "SITUR=situr")
    capsys.readouterr()
    changed = councils(situr=["01", "02", "03"], nombre=["Consejo 1", "Otro", "x" * 300])
    run("import", changed, "--store", store, "--code", "SITUR=situr", "--format", "json", code=1)
    told = json.loads(capsys.readouterr().out)
    assert (told["new"], told["changed"], told["unchanged"], told["refused"]) == (0, 1, 1, 1)
    assert told["written"] is False
    assert told["rows"][1] == {
        "row": 2, "id": "c2", "name": "Otro", "did": "changed", "by": "id", "fields": ["name"], "changed_m2": 0.0,
    }  # fmt: skip
    assert told["rows"][2]["code"] == "import.name"


def test_a_report_goes_into_a_file(run, councils, store, tmp_path, capsys):
    run("import", councils(), "--store", store, "--format", "json", "--output", tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text())["new"] == 3
    assert capsys.readouterr().out == ""


def test_publishing_takes_the_date_of_an_act(run, councils, store, capsys):
    run("import", councils(), "--store", store, "--publish", "general", code=2)
    assert "--act-date" in capsys.readouterr().err
    assert not store.exists()
    run("import", councils(), "--store", store, "--publish", "general", "--act-date", "2026-03-15")
    assert {each.publication.value for each in kept(store).values()} == {"general"}
    assert "3 actas" in capsys.readouterr().out


def test_columns_about_people_are_named_and_stay_out(run, councils, store, capsys):
    run("import", councils(cedula_vocero=["V-1", "V-2", "V-3"]), "--store", store)
    assert "cedula_vocero" in capsys.readouterr().out
    assert b"V-1" not in store.read_bytes()


@pytest.mark.parametrize("given", ["SITUR", "=situr", "SITUR="])
def test_a_code_needs_system_and_column(run, councils, store, capsys, given):
    run("import", councils(), "--store", store, "--code", given, code=2)
    assert "SITUR=cod_situr" in capsys.readouterr().err


def test_a_file_that_is_none_leaves_no_store_behind(run, store, tmp_path, capsys):
    (tmp_path / "x.geojson").write_text("nothing")
    run("import", tmp_path / "x.geojson", "--store", store, code=2)
    assert not store.exists()
    assert "x.geojson" in capsys.readouterr().err


def test_columns_are_named_as_the_sender_says(run, tmp_path, store):
    frame = geopandas.GeoDataFrame(
        {"cual": ["a"], "dicen": ["El Ají"], "rango": ["comuna"], "gente": [77]}, geometry=[cell(0, 0)], crs=4326
    )
    frame.to_file(tmp_path / "a.gpkg")
    options = (
        "--id-column",
        "cual",
        "--name-column",
        "dicen",
        "--level-column",
        "rango",
        "--families-column",
        "gente",
    )
    run("import", tmp_path / "a.gpkg", "--store", store, *options)
    only = kept(store)["a"]
    assert (only.called, only.level, only.families) == ("El Ají", "commune", 77)
