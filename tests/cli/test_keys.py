"""``territory key``: the link is printed once, and nothing else ever holds the secret."""

import datetime
import json

import geopandas
import pytest
from places import cell, grid, layer
from registers import published

from territory.profiles import load_profile
from territory.records import Key, Role
from territory.services.keys import recognise
from territory.services.storing import open_register

ENDS = (datetime.date.today() + datetime.timedelta(days=100)).isoformat()


@pytest.fixture
def store(tmp_path):
    return published(tmp_path / "register.db", layer(grid(2, 2)))


@pytest.fixture
def register(store):
    register = open_register(str(store), load_profile())
    yield register
    register.store.close()


def test_a_link_opens_what_was_asked_for(run, store, register, capsys):
    run("key", "issue", "--role", "spokesperson", "--ends", ENDS, "--territory", "c00", "--territory", "c01",
        "--name", "valle-1", "--base-url", "https://valle.example/", "--store", store)  # fmt: skip
    link = capsys.readouterr().out.strip()
    address, _, whole = link.partition("#")
    assert address == "https://valle.example/key"
    access, key = recognise(register, whole)
    assert (access.role, access.territories) == (Role.SPOKESPERSON, {"c00", "c01"})
    assert (key.id, key.ends.isoformat()) == ("valle-1", ENDS)


def test_the_secret_is_kept_nowhere(run, store, register, capsys):
    run("key", "issue", "--role", "steward", "--ends", ENDS, "--name", "st", "--store", store, "--format", "json")
    told = json.loads(capsys.readouterr().out)
    secret = told["key"].partition(".")[2]
    assert told["link"].endswith(f"/key#st.{secret}")
    run("key", "list", "--store", store)
    run("key", "list", "--store", store, "--format", "json")
    assert secret not in capsys.readouterr().out
    with register.reading() as reading:
        assert all(secret not in repr(each) for each in reading.log())
    for file in store.parent.iterdir():
        assert secret.encode() not in file.read_bytes()


def test_a_key_holds_for_an_area(run, store, register, capsys, tmp_path):
    area = geopandas.GeoDataFrame({"id": ["a", "b"]}, geometry=[cell(0, 0), cell(1, 0)], crs=4326)
    area.to_file(tmp_path / "area.geojson")
    run(
        "key",
        "issue",
        "--role",
        "organizer",
        "--ends",
        ENDS,
        "--area",
        tmp_path / "area.geojson",
        "--store",
        store,
    )
    access, _ = recognise(register, capsys.readouterr().out.strip().partition("#")[2])
    covered = {each for each in register.current().standing if access.covers(each, register.current())}
    assert covered == {"c00", "c10"}


def test_a_list_tells_role_scope_and_state(run, store, register, capsys):
    for name in ("una", "otra"):
        run(
            "key",
            "issue",
            "--role",
            "helper",
            "--ends",
            ENDS,
            "--name",
            name,
            "--territory",
            "c00",
            "--store",
            store,
        )
    run("key", "revoke", "otra", "--store", store)
    capsys.readouterr()
    run("key", "list", "--store", store, "--lang", "en")
    told = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert ENDS in told["una"]
    assert "c00" in told["una"]
    assert "revoked" in told["otra"]
    with register.reading() as reading:
        assert reading.get(Key, "otra").revoked


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--role", "spokesperson"], "ámbito"),
        (["--role", "spokesperson", "--territory", "nadie"], "nadie"),
        (["--role", "steward", "--name", "Ana Pérez"], "Ana Pérez"),
    ],
)
def test_what_makes_no_key_is_said(run, store, capsys, options, said):
    run("key", "issue", "--ends", ENDS, *options, "--store", store, code=2)
    assert said in capsys.readouterr().err


def test_an_unknown_key_cannot_be_revoked(run, store, capsys):
    run("key", "revoke", "nadie", "--store", store, code=2)
    assert "nadie" in capsys.readouterr().err


def test_no_keys_are_said_to_be_none(run, store, capsys):
    run("key", "list", "--store", store)
    assert capsys.readouterr().out == ""
