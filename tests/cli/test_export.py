"""``territory export``: a file that ``territory import`` reads back, and a word on whom it may be passed to."""

import datetime

import geopandas
import pytest
from places import grid, layer
from registers import FOUNDED, published

from territory.model import Publication
from territory.profiles import load_profile
from territory.records import Boundary, Territory
from territory.services.storing import open_register

FORMS = ["geojson", "gpkg", "kml", "zip", "parquet", "csv"]


@pytest.fixture
def store(tmp_path):
    councils = layer(
        grid(2, 2), name=["=El Ají", "La Ceiba", "Río Claro", "El Cardón"], families=[171, 23, 4, None]
    )
    return published(tmp_path / "register.db", councils, publication=Publication.LISTED)


def kept(store):
    """Names, families and lines of a store, by id."""
    register = open_register(str(store), load_profile())
    with register.reading() as reading:
        lines = {each.id: each.shape for each in reading.find(Boundary)}
        found = {each.id: (each.called, each.families, lines[each.id].wkb) for each in reading.find(Territory)}
    register.store.close()
    return found


@pytest.mark.parametrize("ending", FORMS)
def test_what_is_exported_can_be_imported_elsewhere(run, store, tmp_path, ending, capsys):
    file, other = tmp_path / f"todo.{ending}", tmp_path / "other.db"
    run("export", file, "--store", store)
    told = capsys.readouterr().err
    assert "4 territorios" in told
    assert "no es público" in told
    run("import", file, "--store", other)
    assert kept(other) == kept(store)


def test_a_public_file_tells_what_is_published_only(run, store, tmp_path, capsys):
    file = tmp_path / "todos.geojson"
    run("export", file, "--store", store, "--public")
    assert "como todos los pueden ver" in capsys.readouterr().err
    frame = geopandas.read_file(file)
    assert frame.geometry.isna().all()
    assert frame["families"].dropna().tolist() == ["150–199", "10–49", "< 10"]


def test_a_level_and_a_day_can_be_asked_for(run, store, tmp_path, capsys):
    run("export", tmp_path / "a.csv", "--store", store, "--level", "commune", "--lang", "en")
    assert ": 0 territories" in capsys.readouterr().err
    before = FOUNDED - datetime.timedelta(days=1)
    run("export", tmp_path / "a.gpkg", "--store", store, "--date", before)
    assert geopandas.read_file(tmp_path / "a.gpkg").geometry.isna().all()
    run("export", tmp_path / "a.csv", "--store", store, "--level", "galaxy", code=2)
    assert "galaxy" in capsys.readouterr().err


def test_an_unknown_ending_ends_with_2_and_says_which_there_are(run, store, tmp_path, capsys):
    run("export", tmp_path / "mapa.dwg", "--store", store, code=2)
    told = capsys.readouterr().err
    assert "mapa.dwg" in told
    assert ".geojson" in told


def test_a_folder_that_is_not_there_is_told_by_the_name_that_was_typed(run, store, tmp_path, capsys):
    file = tmp_path / "nada" / "a.kml"
    run("export", file, "--store", store, code=2)
    assert f"No se puede abrir {file}: no existe." in capsys.readouterr().err


def test_a_store_that_is_not_there_leaves_no_file(run, tmp_path):
    run("export", tmp_path / "a.kml", "--store", tmp_path / "none.db", code=2)
    assert list(tmp_path.iterdir()) == []
