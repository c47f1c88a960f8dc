"""``territory what-if``: changes typed in order, told for all sides, and nothing kept."""

import json

import pytest

from territory.profiles import load_profile
from territory.services.storing import open_register


@pytest.fixture
def store(row_in_a_commune):
    """Councils to decide for."""
    return row_in_a_commune


def test_the_same_is_said_in_both_languages_and_nothing_changes(run, store, capsys):
    told = ("what-if", "leave comuna c10", "join comuna c30", "--store", store)
    run(*told)
    spanish = capsys.readouterr().out
    assert spanish.startswith("Río Turbio\n  Hoy\n    Miembros: 3.\n")
    assert "    Están en 2 pedazos separados, de 2 y 1 miembros.\n" in spanish
    assert "    Salen: 1 (La Ceiba).\n    Entran: 1 (Las Tinajas).\n" in spanish
    run(*told, "--lang", "en")
    assert "    They lie in 2 separate pieces, of 2 and 1 members.\n" in capsys.readouterr().out
    run(*told, "--format", "json")
    [group] = json.loads(capsys.readouterr().out)["groups"]
    assert (group["after"]["members"]["count"], group["cut_off"]["known"]) == (
        3,
        [{"id": "c00", "name": "El Ají"}],
    )
    register = open_register(str(store), load_profile())
    assert register.current().standing["c10"].parent == "comuna"
    register.store.close()


def test_one_is_parted_and_two_found_a_commune_whose_pieces_come_as_a_layer(run, store, tmp_path, capsys):
    line = tmp_path / "la línea.geojson"
    through = {"type": "LineString", "coordinates": [[-69.2975, 9.8], [-69.2975, 10]]}
    line.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": through}), "utf-8")
    changes = ("what-if", f"split c00 {line}", "leave comuna new-1-1", "found La Nueva Comuna c30,new-1-1")
    run(*changes, "--store", store, "--format", "geojson")
    shown = json.loads(capsys.readouterr().out)["features"]
    pieces = [each["properties"]["members"] for each in shown if each["properties"]["group"] == "new-3"]
    assert pieces == [["c30"], ["new-1-1"]]
    run(*changes, "--store", store)
    told = capsys.readouterr().out
    assert "La Nueva Comuna\n" in told
    assert "El Ají 1 (" in told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("leave", "No se entiende el cambio «leave»"),
        ("leave comuna", "No se entiende el cambio"),
        ("crown comuna c00", "No se entiende el cambio"),
        ("leave comuna c30", "no es parte de ese grupo"),
        ("split c00 nothing.geojson", "nothing.geojson"),
    ],
)
def test_what_cannot_be_is_said(run, store, capsys, change, said):
    run("what-if", change, "--store", store, code=2)
    assert said in capsys.readouterr().err
