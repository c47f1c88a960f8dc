"""Places, codes and links: hidden unless opted in, dated, and never overwritten."""

import datetime

import pytest
from desk import Desk, desk, square
from fastapi.testclient import TestClient

from territory.model import Publication
from territory.records import Place, Role

SEAT = {"kind": "seat", "name": "La sede", "lon": -69.295, "lat": 10.005}


@pytest.fixture
def opened(tmp_path):
    shapes = {"a": square(0), "b": square(1), "far": square(30)}
    levels = {"a": Publication.EXACT, "b": Publication.GENERAL, "far": Publication.PRIVATE}
    with TestClient(desk(str(tmp_path / "own.db"), shapes, levels)) as client:
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["a"])
        made.issue("ben", Role.SPOKESPERSON, territories=["b"])
        yield made


def seen(opened, who, territory="a"):
    return [place["name"] for place in opened.ask(who, "GET", f"/api/territories/{territory}/places").json()]


def test_a_place_is_hidden_until_its_own_opt_in(opened):
    made = opened.ask("ana", "POST", "/api/territories/a/places", json=SEAT)
    assert made.status_code == 201
    assert (seen(opened, "ana"), seen(opened, "ben"), seen(opened, None)) == (["La sede"], [], [])
    path = f"/api/territories/a/places/{made.json()['id']}"
    shown = opened.ask("ana", "PATCH", path, json={"visible": True}, headers={"If-Match": '"v1"'})
    assert shown.json()["visible"] is True
    assert seen(opened, None) == ["La sede"]


def test_a_coarse_territory_shows_no_place_whatever_was_opted_in(opened):
    body = SEAT | {"lon": -69.285, "visible": True}
    assert opened.ask("ben", "POST", "/api/territories/b/places", json=body).status_code == 201
    assert (seen(opened, "ben", "b"), seen(opened, None, "b")) == (["La sede"], [])


def test_a_place_that_ended_stays_in_the_history(opened):
    made = opened.ask("ana", "POST", "/api/territories/a/places", json=SEAT).json()["id"]
    path = f"/api/territories/a/places/{made}"
    stale = opened.ask("ana", "PATCH", path, json={"ends": True}, headers={"If-Match": '"v7"'})
    assert stale.status_code == 412
    assert opened.ask("ana", "PATCH", path, json={"ends": True}, headers={"If-Match": '"v1"'}).status_code == 200
    assert seen(opened, "ana") == []
    with opened.client.app.state.live.register.reading() as reading:
        assert [each.until for each in reading.history(Place, made)] == [None, datetime.date.today()]
    again = opened.ask("ana", "PATCH", path, json={"visible": True}, headers={"If-Match": '"v2"'})
    assert again.json()["code"] == "place.unknown"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "palace"}, "place.kind"),
        ({"lon": 10.005, "lat": -69.295}, "place.outside"),
        ({"lon": 999}, "field.number"),
        ({"name": None}, "field.missing"),
        ({"lat": None}, "field.missing"),
        ({"phone": "0414"}, "field.unknown"),
    ],
)
def test_a_place_that_makes_no_sense_is_refused_in_a_sentence(opened, change, code):
    answer = opened.ask("ana", "POST", "/api/territories/a/places", json=SEAT | change)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_territory_has_one_code_of_a_system(opened):
    body = {"system": "MinComunas", "code": "C-13-07"}
    assert opened.ask("ana", "POST", "/api/territories/a/codes", json=body).status_code == 201
    assert opened.ask("ana", "POST", "/api/territories/a/codes", json=body).json()["code"] == "code.taken"
    assert opened.ask("ana", "GET", "/api/territories/a").json()["properties"]["codes"] == {
        "MinComunas": "C-13-07"
    }
    assert "C-13-07" not in opened.client.get("/api/territories/a").text


def test_a_link_is_declared_for_a_time_and_ended(opened):
    body = {"to": "b", "kind": "bridge", "evidence": "puente nuevo", "until": "2999-01-01"}
    made = opened.ask("ana", "POST", "/api/territories/a/links", json=body).json()["id"]
    links = opened.client.app.state.live.current().mosaic.surroundings.links
    assert links.to_dict("records") == [{"left": "a", "right": "b", "kind": "bridge"}]
    [told] = opened.ask("ana", "GET", "/api/territories/a/links").json()
    assert (told["evidence"], told["until"]) == ("puente nuevo", "2999-01-01")
    path = f"/api/territories/a/links/{made}"
    assert opened.ask("ana", "DELETE", path, headers={"If-Match": '"v1"'}).status_code == 200
    assert opened.client.app.state.live.current().mosaic.surroundings.links is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": "a"}, "link.same"),
        ({"to": "far"}, "territory.unknown"),
        ({"to": "nothing"}, "territory.unknown"),
        ({"kind": "wormhole"}, "link.kind"),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "link.dates"),
    ],
)
def test_a_link_that_makes_no_sense_is_refused_in_a_sentence(opened, change, code):
    body = {"to": "b", "kind": "road"} | change
    assert opened.ask("ana", "POST", "/api/territories/a/links", json=body).json()["code"] == code
