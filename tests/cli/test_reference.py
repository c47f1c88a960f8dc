"""``territory reference``: layers added, shown and taken away where the store is."""

import json

import pytest
from fastapi.testclient import TestClient
from geopandas import GeoDataFrame
from places import grid, layer
from registers import published
from shapely import LineString, box

from territory.api.app import create_app
from territory.cli.options import ReferenceKind
from territory.services.reference import KINDS
from territory.settings import Settings
from territory.words import LANGUAGES, catalogue


@pytest.fixture
def store(tmp_path):
    return published(tmp_path / "register.db", layer(grid(2, 2)))


@pytest.fixture
def rivers(tmp_path):
    path = tmp_path / "rios.geojson"
    lines = [LineString([(-69.3, 10), (-69.2, 10.1)]), LineString([(-69.3, 10.1), (-69.2, 10.2)])]
    GeoDataFrame({"nombre": ["Turbio", "Claro"]}, geometry=lines, crs=4326).to_file(path)
    return path


def add(run, store, file, *more, kind="rivers", name="Ríos", source="Instituto", code=0):
    run(
        "reference",
        "add",
        file,
        "--kind",
        kind,
        "--name",
        name,
        "--source",
        source,
        "--store",
        store,
        *more,
        code=code,
    )


def listed(run, store, capsys):
    capsys.readouterr()
    run("reference", "list", "--store", store, "--format", "json")
    return json.loads(capsys.readouterr().out)["references"]


def test_what_is_added_is_listed_with_all_that_is_said_of_it(run, store, rivers, capsys):
    add(run, store, rivers, "--date", "2024-05-01", "--licence", "CC0", "--disputed", "el cauce")
    said = capsys.readouterr()
    assert "Elementos: 2" in said.err
    [told] = listed(run, store, capsys)
    assert told == {
        "id": said.out.strip(),
        "kind": "rivers",
        "name": "Ríos",
        "source": "Instituto",
        "date": "2024-05-01",
        "licence": "CC0",
        "disputed": "el cauce",
    }
    run("reference", "list", "--store", store)
    [line] = capsys.readouterr().out.splitlines()
    for each in (told["id"], "Ríos", "Instituto", "2024-05-01", "CC0", "en disputa: el cauce"):
        assert each in line


def test_everybody_can_read_the_same_list_over_http(run, store, rivers, capsys):
    add(run, store, rivers, "--licence", "CC0")
    told = listed(run, store, capsys)
    with TestClient(create_app(Settings(store=str(store)))) as client:
        answer = client.get("/api/references")
        assert answer.json() == {"references": told}
        again = client.get("/api/references", headers={"if-none-match": answer.headers["etag"]})
        assert again.status_code == 304
        run("reference", "remove", told[0]["id"], "--store", store)
        later = client.get("/api/references", headers={"if-none-match": answer.headers["etag"]})
        assert later.json() == {"references": []}


def test_what_is_removed_is_no_longer_listed(run, store, rivers, capsys):
    add(run, store, rivers)
    add(run, store, rivers, source="Vecinos")
    first, second = listed(run, store, capsys)
    run("reference", "remove", first["id"], "--store", store)
    assert listed(run, store, capsys) == [second]
    run("reference", "remove", first["id"], "--store", store, code=2)
    assert first["id"] in capsys.readouterr().err


def test_no_layers_is_said(run, store, capsys):
    run("reference", "list", "--store", store)
    assert "Todavía no hay" in capsys.readouterr().err


def test_the_same_edition_twice_ends_with_2_and_its_id(run, store, rivers, capsys):
    add(run, store, rivers)
    id_ = capsys.readouterr().out.strip()
    add(run, store, rivers, code=2)
    assert id_ in capsys.readouterr().err


def test_a_file_of_other_shapes_ends_with_2_and_some_others_are_counted(run, store, rivers, capsys, tmp_path):
    add(run, store, rivers, kind="protected", code=2)
    assert "rios.geojson" in capsys.readouterr().err
    mixed = tmp_path / "mixed.geojson"
    shapes = [box(-69.3, 10, -69.2, 10.1), LineString([(-69.3, 10), (-69.2, 10.1)])]
    GeoDataFrame(geometry=shapes, crs=4326).to_file(mixed)
    add(run, store, mixed, kind="protected")
    assert "quedaron fuera" in capsys.readouterr().err


def test_a_municipality_that_is_added_is_found_by_the_check_of_a_drawing(run, store, tmp_path, capsys):
    from geopandas import GeoSeries

    from territory.profiles import load_profile
    from territory.services.storing import open_register

    register = open_register(str(store), load_profile())
    west, south, east, north = GeoSeries(register.current().mosaic.layer.geometry).total_bounds
    register.store.close()
    middle = (west + east) / 2 + (east - west) / 8
    halves = [box(west - 1, south - 1, middle, north + 1), box(middle, south - 1, east + 1, north + 1)]
    file = tmp_path / "municipios.geojson"
    GeoDataFrame({"name": ["Oeste", "Este"]}, geometry=halves, crs=4326).to_file(file)
    add(run, store, file, kind="jurisdictions", name="Municipios", source="Instituto")
    with TestClient(create_app(Settings(store=str(store)))) as client:
        found = client.app.state.live.public().findings(patience_s=300)
        assert "jurisdiction.crosses" in {str(each.code) for each in found}


def test_every_kind_can_be_typed_and_has_a_word():
    assert [each.value for each in ReferenceKind] == list(KINDS)
    for language in LANGUAGES:
        assert {f"reference.kind.{kind}" for kind in KINDS} <= set(catalogue(language)["cli"])
