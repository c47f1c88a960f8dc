"""Who reaches whom by road, over HTTP: at once, as a job, and in candidate communes."""

from __future__ import annotations

import pytest
from desk import STEP, Desk, desk, square
from fastapi.testclient import TestClient
from shapely import LineString, Point

from territory.records import Membership, Place, Reference, ReferenceLayer, Role, Territory
from territory.services.access import OPERATOR


def along(*columns):
    return LineString([(-69.3 + column * STEP, 10 + STEP / 2) for column in columns])


@pytest.fixture
def served(tmp_path):
    """A commune of two councils, one of them off the road; and six in two rows that a road alone joins."""
    joined = {f"c{column}": square(column) for column in (0, 1, 2, 6, 7, 8)}
    app = desk(f"{tmp_path}/access.db", joined | {"own": square(9), "isle": square(9, 5)}, {})
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("all", Role.ORGANIZER)
        made.issue("voice", Role.SPOKESPERSON, territories=["c0"])
        with client.app.state.live.register.writing(OPERATOR, "test") as writing:
            writing.put(Territory(id="maizal", level="commune", called="El Maizal"))
            for each in ("own", "isle"):
                writing.put(Membership(id=f"m-{each}", member=each, group="maizal"))
            seat = Point(-69.3 + 9.5 * STEP, 10 + STEP / 2)
            writing.put(Place(id="seat", territory="maizal", kind="seat", called="Sede", at=seat))
            writing.put(ReferenceLayer(id="r", kind="roads", called="Vías", source="OSM"))
            shape = along(*(k + 0.5 for k in range(10)))
            writing.put(Reference(id="r.1", layer="r", called="", level="primary", shape=shape))
        yield made


def test_each_council_is_told_its_nearest_seat_and_who_is_cut_off(served):
    answer = served.ask("all", "GET", "/api/access?lang=es")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = answer.json()
    assert told["counts"] == {"councils": 8, "unreached": 1, "cut_off": 1, "leaning": 0}
    of = {each["id"]: each["properties"] for each in told["features"]}
    assert of["c8"]["seat"] == {"id": "maizal", "name": "El Maizal"}
    assert 60 < of["c8"]["seat_s"] < 90
    assert (of["isle"]["is_cut_off"], of["isle"]["reason"]) == (True, "off_road")
    assert "No hay carretera cerca de isle" in of["isle"]["why"]
    [seat] = told["seats"]["features"]
    assert seat["properties"] == {"name": "El Maizal", "is_told": True}


def test_an_area_is_asked_as_for_gaps(served):
    box = f"{-69.3 + 6.1 * STEP},10.001,{-69.3 + 6.9 * STEP},10.009"
    assert [each["id"] for each in served.ask("all", "GET", f"/api/access?bbox={box}").json()["features"]] == [
        "c6"
    ]
    assert served.ask("all", "GET", "/api/access?bbox=1,2,3").status_code == 422
    assert served.ask("all", "GET", "/api/access?jurisdiction=m9").status_code == 404


NAMED_ONLY = (Role.HELPER, Role.SPOKESPERSON)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (role, scope)
        for role in Role
        for scope in ("everywhere", "named")
        if scope == "named" or role not in NAMED_ONLY
    ],
)
def test_only_organizers_may_ask(served, role, scope):
    served.issue("key", role, **({} if scope == "everywhere" else {"territories": ["c0"]}))
    status = 200 if role is Role.ORGANIZER else 403
    answer = served.ask("key", "GET", "/api/access")
    assert answer.status_code == status
    assert served.ask("key", "POST", "/api/jobs", json={"kind": "access"}).status_code in (status, 202)
    if status == 200:
        assert len(answer.json()["features"]) == (8 if scope == "everywhere" else 1)


def test_nobody_is_told_without_a_key(served):
    assert served.ask(None, "GET", "/api/access").status_code == 401
    assert served.ask(None, "POST", "/api/jobs", json={"kind": "access"}).status_code == 401


def test_it_is_a_job_too_and_finds_the_same(served):
    started = served.ask("all", "POST", "/api/jobs?lang=es", json={"kind": "access"})
    assert started.status_code == 202
    place = started.headers["Location"]
    assert "done" in served.ask("all", "GET", f"{place}/events").text
    assert (
        served.ask("all", "GET", f"{place}/result").json()
        == served.ask("all", "GET", "/api/access?lang=es").json()
    )


def test_gaps_tell_who_is_cut_off_and_the_nearest_seat(served):
    told = served.ask("all", "GET", "/api/gaps?lang=es").json()
    of = {
        each["properties"]["because"] or each["properties"]["kind"]: each["properties"]
        for each in told["features"]
    }
    assert of["cut_off"]["kind"] == "C"
    assert [each["name"] for each in of["cut_off"]["around"]] == ["El Maizal"]
    assert of["C"]["by_road"]["seat"]["name"] == "El Maizal"
    assert told["roads"] == [{"called": "Vías", "source": "OSM", "date": None}]


def test_neighbours_by_road_are_grouped_only_when_asked(served):
    def grouped(**wishes):
        sent = {"least": 6, "most": 6, "plans": 1, **wishes}
        answer = served.ask("all", "POST", "/api/proposals", json=sent)
        assert answer.status_code == 200, answer.text
        return len(answer.json()["plans"][0]["groups"]["features"])

    assert grouped() == 0
    assert grouped(road_minutes=6) == 1
    for wrong in (0, 61, "ten"):
        refused = served.ask("all", "POST", "/api/proposals", json={"road_minutes": wrong})
        assert refused.status_code == 422


def test_without_roads_it_is_said_that_there_are_none(tmp_path):
    with TestClient(desk(f"{tmp_path}/bare.db", {"a": square(0)}, {})) as client:
        made = Desk(client, {})
        made.issue("all", Role.ORGANIZER)
        for method, path, sent in (
            ("GET", "/api/access?lang=es", None),
            ("POST", "/api/proposals?lang=es", {"road_minutes": 5}),
        ):
            refused = made.ask("all", method, path, json=sent)
            assert refused.status_code == 422
            assert refused.json()["code"] == "access.no_roads"
            assert "vías" in refused.json()["detail"]
