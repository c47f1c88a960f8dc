"""A corridor from the plan to the territory that its members affirm, over HTTP."""

from __future__ import annotations

import datetime

import pytest
from desk import Desk, desk, square
from fastapi.testclient import TestClient

from territory.model import Publication
from territory.records import Membership, Role, Territory
from territory.services.access import OPERATOR

TODAY = datetime.date.today().isoformat()
WISHES = {"members": ["west", "east"], "width_m": 100}
PLAN = {
    "kind": "corridor",
    "name": "Eje del río",
    "settings": WISHES,
    "groups": {"members": ["west", "east"], "on_the_way": ["c2", "c3"]},
}


@pytest.fixture
def served(tmp_path):
    """Two communes with two councils between them; organizers, and a voice of each commune."""
    shapes = {f"c{column}": square(column) for column in range(6)}
    app = desk(f"{tmp_path}/plans.db", shapes, {}, publication=Publication.PRIVATE)
    with TestClient(app) as client:
        made = Desk(client, {})
        register = client.app.state.live.register
        with register.writing(OPERATOR, "test") as writing:
            for commune, members in {"west": ["c0", "c1"], "east": ["c4", "c5"]}.items():
                writing.put(Territory(id=commune, level="commune", called=f"Comuna {commune}"))
                writing.put_all(Membership(id=f"m-{each}", member=each, group=commune) for each in members)
        made.issue("all", Role.ORGANIZER)
        made.issue("another", Role.ORGANIZER)
        for commune in ("west", "east"):
            made.issue(f"of-{commune}", Role.SPOKESPERSON, territories=[commune])
        made.issue("of-c2", Role.SPOKESPERSON, territories=["c2"])
        made.issue("steward", Role.STEWARD)
        yield made


def kept(served):
    answer = served.ask("all", "POST", "/api/plans", json=PLAN)
    assert answer.status_code == 201
    return answer.headers["Location"]


def founded(served, place):
    tag = served.ask("all", "GET", place).headers["ETag"]
    answer = served.ask("all", "POST", f"{place}/territory", headers={"If-Match": tag})
    assert answer.status_code == 201
    return answer.json()["id"]


def states(served, place, who="all"):
    told = served.ask(who, "GET", place).json()
    return {each["id"]: (each["affirmed"], each["since"]) for each in told["members"]}


def join(served, who, member, corridor):
    act = {"kind": "join", "group": corridor, "date": TODAY}
    return served.ask(who, "POST", f"/api/territories/{member}/acts", json=act)


def test_a_plan_of_a_corridor_says_that_nobody_affirmed_it_yet(served):
    place = kept(served)
    told = served.ask("all", "GET", place).json()
    assert [each["id"] for each in told["members"]] == ["west", "east"]
    assert [each["name"] for each in told["members"]] == ["Comuna west", "Comuna east"]
    assert all(each["can"] and each["planned"] for each in told["members"])
    assert states(served, place) == {"west": (False, None), "east": (False, None)}
    assert told["territory"] is None
    assert served.ask("of-west", "GET", place).status_code == 404


def test_each_member_affirms_by_an_act_of_its_own(served):
    place = kept(served)
    corridor = founded(served, place)
    assert served.ask("of-west", "GET", place).status_code == 200
    made = join(served, "of-west", "west", corridor)
    assert made.status_code == 201
    assert states(served, place) == {"west": (True, TODAY), "east": (False, None)}
    told = served.ask("all", "GET", place).json()
    assert told["members"][0]["act"] == made.json()["acts"][0]["id"]
    assert told["territory"] == corridor
    # Nobody decides for another one.
    assert join(served, "of-west", "east", corridor).status_code in (403, 404)
    assert join(served, "all", "east", corridor).status_code == 403
    assert states(served, place)["east"] == (False, None)
    left = {"kind": "leave", "group": corridor, "date": TODAY}
    assert served.ask("of-west", "POST", "/api/territories/west/acts", json=left).status_code == 201
    assert states(served, place)["west"] == (False, None)


def test_its_ground_is_that_of_who_affirmed_and_the_rest_is_told_as_planned(served):
    place = kept(served)
    corridor = founded(served, place)
    join(served, "of-east", "east", corridor)
    told = served.ask("all", "GET", f"{place}/ground").json()
    kinds = {each["id"]: each["properties"]["kind"] for each in told["features"]}
    assert kinds == {"west": "planned", "east": "affirmed", "c2": "on_the_way", "c3": "on_the_way"}
    assert all(each["geometry"] for each in told["features"])
    # A member is told of lines that are its own to see, and of no other private one.
    seen = served.ask("of-east", "GET", f"{place}/ground").json()
    drawn = {each["id"] for each in seen["features"] if each["geometry"]}
    assert drawn.isdisjoint({"west", "c2", "c3"})
    names = {each["id"]: each["name"] for each in served.ask("of-east", "GET", place).json()["members"]}
    assert names == {"east": "Comuna east", "west": None}


def test_a_corridor_is_made_once_and_only_by_whoever_planned_it(served):
    place = kept(served)
    tag = {"If-Match": served.ask("all", "GET", place).headers["ETag"]}
    path = f"{place}/territory"
    assert served.ask("another", "POST", path, headers=tag).status_code == 404
    assert served.ask("of-west", "POST", path, headers=tag).status_code == 403
    assert served.ask("steward", "POST", path, headers=tag).status_code == 403
    assert served.ask(None, "POST", path, headers=tag).status_code == 401
    assert served.ask("all", "POST", path).status_code == 428
    assert served.ask("all", "POST", path, headers={"If-Match": '"v9"'}).status_code == 412
    once = tag | {"Idempotency-Key": "once"}
    first, again = (served.ask("all", "POST", path, headers=once) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert served.ask("all", "POST", path, headers={"If-Match": '"v2"'}).status_code == 422
    communes = PLAN | {"kind": "communes"}
    other = served.ask("all", "POST", "/api/plans", json=communes).headers["Location"]
    refused = served.ask("all", "POST", f"{other}/territory?lang=es", headers={"If-Match": '"v1"'})
    assert refused.status_code == 422
    assert "corredor" in refused.json()["detail"]


def test_who_is_not_named_cannot_tell_that_there_is_a_corridor(served):
    place = kept(served)
    corridor = founded(served, place)
    served.issue("of-c0", Role.SPOKESPERSON, territories=["c0"])
    assert served.ask("of-c0", "GET", place).status_code == 404
    refused = join(served, "of-c0", "c0", corridor)
    unknown = join(served, "of-c0", "c0", "t-nothing")
    assert refused.status_code == unknown.status_code == 404
    assert refused.json()["detail"].replace(corridor, "t-nothing") == unknown.json()["detail"]


def test_a_corridor_joins_another_one_but_never_itself(served):
    register = served.client.app.state.live.register
    with register.writing(OPERATOR, "test") as writing:
        for each in ("axis", "whole"):
            writing.put(Territory(id=each, level="corridor", called=each, publication=Publication.LISTED))
    served.issue("of-axis", Role.SPOKESPERSON, territories=["axis"])
    served.issue("of-whole", Role.SPOKESPERSON, territories=["whole", "axis"])
    assert join(served, "of-axis", "axis", "axis").status_code == 422
    assert join(served, "of-whole", "axis", "whole").status_code == 201
    assert join(served, "of-whole", "whole", "axis").status_code == 422


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("of-west", 403), ("steward", 403), ("all", 200)])
def test_only_organizers_ask_for_corridors(served, who, status):
    wishes = WISHES | {"factors": {"protected": 0.5}, "barriers": {"rivers": None}, "costs": {"council": 3}}
    assert served.ask(who, "POST", "/api/corridors", json=wishes).status_code == status


@pytest.mark.parametrize(
    "more",
    [
        {"alternatives": 4},
        {"factors": {"protected": -1}},
        {"factors": {"population": 2}},
        {"barriers": {"population": 2}},
        {"barriers": []},
        {"costs": 3},
        {"costs": {"gold": 1}},
        {"families": "yes"},
    ],
)
def test_prices_that_make_no_sense_are_refused_with_a_sentence(served, more):
    refused = served.ask("all", "POST", "/api/corridors", json=WISHES | more)
    assert refused.status_code == 422
    assert refused.json()["detail"]
