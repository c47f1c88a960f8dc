"""``territory backup``, ``restore`` and ``verify``: what somebody does who looks after a store."""

import datetime
import json
import sqlite3
import sys
from dataclasses import replace

import pytest
from places import grid, layer
from registers import published
from shapely import MultiPolygon, Polygon
from stores import behind

from territory.profiles import load_profile
from territory.records import Act, ActKind, Boundary, Membership, Territory
from territory.services.access import OPERATOR
from territory.services.storing import open_register


@pytest.fixture
def store(tmp_path):
    return published(tmp_path / "register.db", layer(grid(2, 2)))


def change(store, *records):
    """Write what no service would."""
    register = open_register(str(store), load_profile())
    with register.writing(OPERATOR, "test") as writing:
        for each in records:
            known = writing.get(type(each), each.id)
            writing.put(each if known is None else replace(each, revision=known.revision))
    register.store.close()


def test_a_store_that_is_sound_ends_with_0(run, store, capsys):
    run("verify", "--store", store)
    assert "entero. 4 territorios, 4 versiones, 1 cambios" in capsys.readouterr().out


def test_postgis_without_its_driver_is_a_sentence(run, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    run("verify", "--store", "postgresql://localhost/valle", "--lang", "en", code=2)
    assert "territory[postgis]" in capsys.readouterr().err


def test_a_register_begins_without_territories_once(run, tmp_path, capsys):
    store = tmp_path / "new.db"
    run("init", "--store", store)
    run("key", "issue", "--role", "organizer", "--ends", datetime.date.today().isoformat(), "--store", store)
    run("verify", "--store", store)
    assert "0 territorios" in capsys.readouterr().out
    before = store.read_bytes()
    run("init", "--store", store, code=2)
    assert "new.db" in capsys.readouterr().err
    assert store.read_bytes() == before


def test_a_copy_is_a_store_and_can_be_brought_back(run, store, tmp_path, capsys):
    copy, again = tmp_path / "copy.db", tmp_path / "again.db"
    run("backup", copy, "--store", store)
    assert "cambio 1" in capsys.readouterr().err
    run("verify", "--store", copy)
    run("restore", copy, "--store", again)
    run("verify", "--store", again, "--format", "json")
    told = json.loads(capsys.readouterr().out.partition("\n")[2])
    assert (told["territories"], told["faults"]) == (4, [])


def test_a_copy_goes_over_nothing_that_matters(run, store, tmp_path, capsys):
    run("backup", store, "--store", store, code=2)
    assert "almacén mismo" in capsys.readouterr().err
    run("backup", tmp_path / "copy.db", "--store", store)
    run("restore", tmp_path / "copy.db", "--store", store, code=2)
    assert "ya tiene contenido" in capsys.readouterr().err
    run("verify", "--store", store)


def test_what_is_no_copy_is_not_brought_back(run, store, tmp_path, capsys):
    run("restore", tmp_path / "none.db", "--store", tmp_path / "new.db", code=2)
    (tmp_path / "text.db").write_text("no copy")
    run("restore", tmp_path / "text.db", "--store", tmp_path / "new.db", code=2)
    assert "text.db" in capsys.readouterr().err
    assert not (tmp_path / "new.db").exists()


def test_a_row_that_was_changed_secretly_is_found(run, store, capsys, tmp_path):
    with behind(f"sqlite:///{store}", lawless=True) as connection:
        connection.exec_driver_sql("UPDATE territory SET called = 'Otro' WHERE id = 'c00'")
    run("verify", "--store", store, code=1)
    assert "was changed afterwards" in capsys.readouterr().out
    run("backup", tmp_path / "copy.db", "--store", store, code=1)
    run("restore", tmp_path / "copy.db", "--store", tmp_path / "new.db", code=2)


DAY = datetime.date(2026, 1, 1)


@pytest.mark.parametrize(
    ("code", "record"),
    [
        (
            "line_invalid",
            Boundary(id="c00", shape=MultiPolygon([Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])]), valid_from=DAY),
        ),
        (
            "line_form",
            Boundary(
                id="c00", shape=MultiPolygon([Polygon([(0, 0), (0, 1), (1, 1.00000000001)])]), valid_from=DAY
            ),
        ),
        ("act", Act(id="a-1", territory="c00", kind=ActKind.RATIFY, date=DAY, subject="something else")),
        ("published", Territory(id="c00", level="council", called="c00", published=7)),
    ],
)
def test_what_no_service_would_have_written_is_found(run, store, capsys, code, record):
    change(store, record)
    run("verify", "--store", store, "--format", "json", code=1)
    told = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in told["faults"]] == [code]
    assert "c00" in told["faults"][0]["message"]


def test_a_membership_in_what_is_no_territory_is_found(run, store, capsys):
    [act] = _ids(store, "act")[:1]
    change(store, Membership(id="m-1", member="c00", group=act))
    run("verify", "--store", store, code=1)
    assert act in capsys.readouterr().out


def _ids(store, table):
    connection = sqlite3.connect(store)
    try:
        return [row[0] for row in connection.execute(f"SELECT id FROM {table} ORDER BY id")]
    finally:
        connection.close()


def test_a_store_that_is_not_there_or_none_ends_with_2(run, tmp_path, capsys):
    run("verify", "--store", tmp_path / "none.db", code=2)
    (tmp_path / "text.db").write_text("no store")
    run("verify", "--store", tmp_path / "text.db", code=2)
    run("backup", tmp_path / "copy.db", "--store", tmp_path / "text.db", code=2)
    assert not (tmp_path / "copy.db").exists()
