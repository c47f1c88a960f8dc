"""Keys over HTTP: to enter, to leave, to be kept out."""

import datetime

import pytest
from desk import ENDS, ORIGIN, Desk, desk, square
from fastapi.testclient import TestClient

from territory.model import Publication
from territory.records import Role

WRONG = "ana." + "a" * 26


@pytest.fixture
def opened(tmp_path):
    shapes = {"a": square(0), "b": square(1)}
    app = desk(str(tmp_path / "keys.db"), shapes, {"a": Publication.PRIVATE})
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["a"])
        made.issue("guardia", Role.STEWARD)
        yield made


def enter(opened, whole, **headers):
    return opened.client.post("/api/key", json={"key": whole}, headers={"Origin": ORIGIN, **headers})


def test_a_key_is_exchanged_for_a_cookie_that_scripts_cannot_read(opened):
    answer = enter(opened, opened.secrets["ana"])
    assert answer.status_code == 200
    assert answer.json() == {
        "name": "ana",
        "role": "spokesperson",
        "territories": ["a"],
        "has_area": False,
        "ends": ENDS.isoformat(),
        "revoked": False,
        "valid": True,
    }
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert opened.client.get("/api/key").json()["name"] == "ana"
    assert opened.client.get("/api/territories/a").status_code == 200


def test_leaving_takes_the_cookie_away(opened):
    enter(opened, opened.secrets["ana"])
    assert opened.client.delete("/api/key", headers={"Origin": ORIGIN}).status_code == 204
    assert opened.client.get("/api/key").status_code == 401
    assert opened.client.get("/api/territories/a").status_code == 404


def test_a_change_with_a_cookie_must_come_from_the_same_site(opened):
    enter(opened, opened.secrets["ana"])
    for headers in ({}, {"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = opened.client.patch(
            "/api/territories/a", json={"name": "Otro"}, headers={"If-Match": '"v2"', **headers}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "request.cross_site")
    answer = opened.client.patch(
        "/api/territories/a", json={"name": "Otro"}, headers={"If-Match": '"v2"', "Origin": ORIGIN}
    )
    assert answer.status_code == 200


def test_with_a_bearer_token_no_cookie_counts(opened):
    enter(opened, opened.secrets["ana"])
    answer = opened.client.get("/api/territories/a", headers={"Authorization": f"Bearer {WRONG}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("shown", [WRONG, WRONG.replace("ana", "nobody"), "x", "ñ", "", "ana", "a" * 90])
def test_a_wrong_key_of_any_kind_gets_the_same_answer(opened, shown):
    answer = enter(opened, shown) if shown else opened.client.get("/api/key", headers={"Authorization": "Bearer "})
    assert (answer.status_code, answer.json()["code"]) == (401, "key.wrong")


def test_who_guesses_has_to_wait_and_others_do_not(opened):
    for _ in range(10):
        enter(opened, WRONG)
    locked = enter(opened, opened.secrets["ana"])
    assert (locked.status_code, locked.json()["code"]) == (429, "key.locked")
    assert locked.headers["retry-after"]
    # The public goes on reading.
    assert opened.client.get("/api/territories").status_code == 200


def test_a_revoked_key_ends_at_once(opened):
    assert opened.ask("ana", "GET", "/api/territories/a").status_code == 200
    assert opened.ask("guardia", "DELETE", "/api/keys/ana").json()["revoked"] is True
    assert opened.ask("ana", "GET", "/api/territories/a").json()["code"] == "key.wrong"


def test_only_stewards_issue_list_and_revoke(opened):
    body = {"role": "helper", "ends": ENDS.isoformat(), "territories": ["a"]}
    for who, status in ((None, 401), ("ana", 403)):
        assert opened.ask(who, "POST", "/api/keys", json=body).status_code == status
        assert opened.ask(who, "GET", "/api/keys").status_code == status
        assert opened.ask(who, "DELETE", "/api/keys/guardia").status_code == status


def test_a_new_key_opens_the_door_and_its_secret_is_told_once(opened):
    body = {"role": "helper", "ends": ENDS.isoformat(), "territories": ["a"], "name": "beto"}
    headers = {"Idempotency-Key": "k-1"}
    made = opened.ask("guardia", "POST", "/api/keys", json=body, headers=headers)
    assert made.status_code == 201
    opened.secrets["beto"] = made.json()["key"]
    assert opened.ask("beto", "GET", "/api/territories/a").status_code == 200
    again = opened.ask("guardia", "POST", "/api/keys", json=body, headers=headers)
    assert (again.status_code, again.json()["code"]) == (422, "key.issued_before")
    listed = opened.ask("guardia", "GET", "/api/keys")
    assert {key["name"] for key in listed.json()} == {"ana", "beto", "guardia"}
    assert made.json()["key"].partition(".")[2] not in listed.text
    assert "hash" not in listed.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "king"}, "field.one_of"),
        ({"ends": "2020-01-01"}, "key.ends"),
        ({"ends": "2200-01-01"}, "key.ends"),
        ({"ends": "soon"}, "field.date"),
        ({"name": "Ana Pérez 0414"}, "key.name"),
        ({"name": "ana"}, "key.taken"),
        ({"territories": []}, "key.scope"),
        ({"territories": ["nowhere"]}, "territory.unknown"),
        ({"area": {"type": "Point", "coordinates": [0, 0]}}, "geojson.type"),
        ({"colour": "red"}, "field.unknown"),
    ],
)
def test_a_key_that_makes_no_sense_is_refused_in_a_sentence(opened, change, code):
    body = {"role": "helper", "ends": ENDS.isoformat(), "territories": ["a"]} | change
    answer = opened.ask("guardia", "POST", "/api/keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["detail"].endswith((".", "}"))


def test_a_key_that_has_ended_is_none(opened, monkeypatch):
    tomorrow = ENDS + datetime.timedelta(days=1)
    monkeypatch.setattr("territory.services.keys.today", lambda: tomorrow)
    assert opened.ask("ana", "GET", "/api/territories/a").json()["code"] == "key.wrong"


def test_an_area_covers_what_lies_in_it(opened):
    area = square(-0.1, -0.1, 1.2)
    opened.issue("zona", Role.SPOKESPERSON, area=area)
    assert "families" in opened.ask("zona", "GET", "/api/territories/a").json()["properties"]
    assert (
        opened.ask(
            "zona", "PATCH", "/api/territories/b", json={"name": "x"}, headers={"If-Match": '"v1"'}
        ).status_code
        == 403
    )


def test_too_many_changes_have_to_wait(tmp_path):
    app = desk(str(tmp_path / "busy.db"), {"a": square(0)}, {}, writes_per_minute=5)
    with TestClient(app) as client:
        codes = [client.post("/api/territories", json={}).json()["code"] for _ in range(8)]
    assert codes[-1] == "request.too_often"
    assert codes[0] == "key.needed"
