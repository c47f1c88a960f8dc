"""Territories found by a part of their name or by a place, for whoever organizes."""

from __future__ import annotations

import pytest
from desk import STEP, Desk, desk, square
from fastapi.testclient import TestClient

from territory.records import Role


@pytest.fixture
def served(tmp_path):
    shapes = {f"c{column}": square(column) for column in range(3)}
    app = desk(f"{tmp_path}/names.db", shapes, {})
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("all", Role.ORGANIZER)
        made.issue("one", Role.ORGANIZER, territories=["c2"])
        made.issue("voice", Role.SPOKESPERSON, territories=["c0"])
        yield made


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.json()]


def test_a_part_of_a_name_finds_it_whatever_its_capitals(served):
    name = served.ask("all", "GET", "/api/territories/c1").json()["properties"]["name"]
    found = served.ask("all", "GET", "/api/names", params={"q": name[1:].upper()})
    assert "c1" in ids(found)
    lon, lat = found.json()[0]["at"]
    assert -70 < lon < -69
    assert 9 < lat < 11


def test_a_place_finds_who_is_there(served):
    middle = square(1).representative_point()
    at = f"{middle.x},{middle.y}"
    assert ids(served.ask("all", "GET", "/api/names", params={"at": at, "level": "council"})) == ["c1"]
    assert ids(served.ask("all", "GET", "/api/names", params={"at": f"{middle.x + 50 * STEP},10"})) == []


def test_only_what_a_key_holds_is_found(served):
    middle = square(1).representative_point()
    assert ids(served.ask("one", "GET", "/api/names", params={"at": f"{middle.x},{middle.y}"})) == []
    assert served.ask(None, "GET", "/api/names?q=c").status_code == 401
    assert served.ask("voice", "GET", "/api/names?q=c").status_code == 403


@pytest.mark.parametrize("query", ["", "?q=", "?at=1", "?at=nan,nan", "?at=200,0"])
def test_what_cannot_be_found_is_refused(served, query):
    assert served.ask("all", "GET", f"/api/names{query}").status_code == 422
