"""What organizers ask over HTTP: gaps at once, and as jobs that can be followed and stopped."""

from __future__ import annotations

import csv
import io
import json

import pyogrio
import pytest
from desk import Desk, desk, square
from fastapi.testclient import TestClient

from territory.records import Membership, Role, Territory
from territory.services.access import OPERATOR


@pytest.fixture
def served(tmp_path):
    """Six councils in a row without a commune, one far away; an organizer for all, one for the far one."""
    shapes = {f"c{column}": square(column) for column in range(6)} | {"far": square(20)}
    app = desk(f"{tmp_path}/organize.db", shapes, {})
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("all", Role.ORGANIZER)
        made.issue("one", Role.ORGANIZER, territories=["far"])
        made.issue("voice", Role.SPOKESPERSON, territories=["c0"])
        yield made


def test_gaps_are_told_with_why_and_what_closes_them(served):
    answer = served.ask("all", "GET", "/api/gaps?lang=es")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    told = answer.json()
    kinds = [each["properties"]["kind"] for each in told["features"]]
    assert kinds == ["B", "C"]
    first = told["features"][0]["properties"]
    assert first["called"] == "Podrían formar una comuna"
    assert "6 consejos que se tocan" in first["why"]
    assert len(first["councils"]) == 6
    assert told["coverage"]["councils"] == 7
    assert told["population"] is None


def test_a_key_is_told_of_what_it_holds_and_of_nothing_else(served):
    told = served.ask("one", "GET", "/api/gaps").json()
    assert [each["properties"]["councils"][0]["id"] for each in told["features"]] == ["far"]
    assert served.ask(None, "GET", "/api/gaps").status_code == 401
    assert served.ask("voice", "GET", "/api/gaps").status_code == 403


def test_an_area_or_a_jurisdiction_that_is_none_is_refused_with_a_sentence(served):
    assert served.ask("all", "GET", "/api/gaps?bbox=1,2,3").status_code == 422
    refused = served.ask("all", "GET", "/api/gaps?jurisdiction=m9&lang=es")
    assert refused.status_code == 404
    assert "m9" in refused.json()["detail"]


def test_a_job_is_followed_to_its_end_and_finds_the_same(served):
    started = served.ask("all", "POST", "/api/jobs?lang=es", json={"kind": "gaps"})
    assert started.status_code == 202
    place = started.headers["Location"]
    events = served.ask("all", "GET", f"{place}/events")
    assert events.headers["Content-Type"].startswith("text/event-stream")
    said = [json.loads(line.removeprefix("data: ")) for line in events.text.splitlines() if line]
    assert said[-1]["state"] == "done"
    assert said[-1]["kind"] == "gaps"
    found = served.ask("all", "GET", f"{place}/result").json()
    assert found == served.ask("all", "GET", "/api/gaps?lang=es").json()


def test_nobody_else_is_told_of_a_job(served):
    place = served.ask("all", "POST", "/api/jobs", json={"kind": "gaps"}).headers["Location"]
    for method, path in (("GET", ""), ("GET", "/events"), ("GET", "/result"), ("DELETE", "")):
        assert served.ask("one", method, place + path).status_code == 404
        assert served.ask(None, method, place + path).status_code == 404


def test_a_job_of_an_unknown_kind_or_with_unknown_fields_is_refused(served):
    assert served.ask("all", "POST", "/api/jobs", json={"kind": "magic"}).status_code == 422
    assert served.ask("all", "POST", "/api/jobs", json={"kind": "gaps", "more": 1}).status_code == 422
    assert served.ask("voice", "POST", "/api/jobs", json={"kind": "gaps"}).status_code == 403


def test_a_job_that_cannot_be_done_says_why(served):
    place = served.ask("all", "POST", "/api/jobs", json={"kind": "gaps", "jurisdiction": "m9"}).headers["Location"]
    assert "failed" in served.ask("all", "GET", f"{place}/events").text
    assert served.ask("all", "GET", f"{place}/result").status_code == 404


def test_councils_are_grouped_and_the_same_wishes_give_the_same_plans(served):
    wishes = {"least": 2, "most": 3, "seed": 7}
    told = served.ask("all", "POST", "/api/proposals?lang=es", json=wishes).json()
    assert (told["councils"], told["least"], told["most"]) == (7, 2, 3)
    best = told["plans"][0]
    assert best["served"] == 6
    assert best["bound"] == 1
    assert best["is_valid"]
    assert [each["id"] for each in best["left_over"]] == ["far"]
    assert "No se toca" in best["left_over"][0]["why"]
    sizes = [len(group["properties"]["councils"]) for group in best["groups"]["features"]]
    assert sum(sizes) == 6
    assert all(2 <= size <= 3 for size in sizes)
    assert served.ask("all", "POST", "/api/proposals?lang=es", json=wishes).json() == told


def test_a_group_that_is_settled_is_kept(served):
    told = served.ask(
        "all", "POST", "/api/proposals", json={"least": 2, "most": 3, "locked": {"mine": ["c2", "c3"]}}
    ).json()
    for plan in told["plans"]:
        kept = [
            sorted(each["id"] for each in group["properties"]["councils"])
            for group in plan["groups"]["features"]
            if group["properties"]["is_locked"]
        ]
        assert kept == [["c2", "c3"]]


def test_groups_made_by_hand_are_measured(served):
    groups = {"one": ["c0", "c1", "c5"], "two": ["c2", "c3"]}
    told = served.ask("all", "POST", "/api/proposals/measured", json={"least": 2, "most": 3, "groups": groups})
    [plan] = told.json()["plans"]
    assert not plan["is_valid"]
    one, two = (group["properties"] for group in plan["groups"]["features"])
    assert (one["is_connected"], one["is_within"]) == (False, True)
    assert (two["is_connected"], two["is_within"]) == (True, True)
    assert [each["id"] for each in plan["left_over"]] == ["c4", "far"]


@pytest.mark.parametrize(
    "wishes",
    [
        {"least": 0},
        {"least": 4, "most": 2},
        {"plans": 9},
        {"plans": 0},
        {"councils": ["nobody"]},
        {"travel_weight": -1},
        {"barriers": ["population"]},
        {"barriers": "rivers"},
        {"locked": ["c0"]},
        {"locked": {"a": "c0"}},
        {"groups": {"a": ["c0"], "b": ["c0"]}},
        {"groups": {"a": ["nobody"]}},
    ],
)
def test_wishes_that_make_no_sense_are_refused_with_a_sentence(served, wishes):
    path = "/api/proposals/measured" if "groups" in wishes else "/api/proposals"
    refused = served.ask("all", "POST", path, json=wishes)
    assert refused.status_code == 422
    assert refused.json()["detail"]


def test_candidates_come_as_a_job_too(served):
    place = served.ask("all", "POST", "/api/jobs", json={"kind": "proposals", "least": 2}).headers["Location"]
    assert "done" in served.ask("all", "GET", f"{place}/events").text
    assert served.ask("all", "GET", f"{place}/result").json()["plans"]


def test_a_plan_is_kept_shown_to_its_councils_and_thrown_away(served):
    plan = {"kind": "communes", "name": "<b>Eje</b>", "groups": {"1": ["c0", "c1"]}, "settings": {"seed": 7}}
    headers = {"Idempotency-Key": "once"}
    made = served.ask("all", "POST", "/api/plans", json=plan, headers=headers)
    assert made.status_code == 201
    again = served.ask("all", "POST", "/api/plans", json=plan, headers=headers)
    assert again.json() == made.json()
    place = made.headers["Location"]
    assert served.ask("voice", "GET", place).status_code == 404
    assert served.ask("voice", "GET", "/api/plans").json() == []
    shown = served.ask("all", "PATCH", place, json={"shared": True}, headers={"If-Match": made.headers["ETag"]})
    assert shown.status_code == 200
    assert served.ask("voice", "GET", place).json()["groups"] == {"1": ["c0", "c1"]}
    assert served.ask("one", "GET", place).status_code == 404
    assert served.ask(None, "GET", place).status_code == 404
    gone = served.ask("voice", "DELETE", place, headers={"If-Match": shown.headers["ETag"]})
    assert gone.status_code == 403
    stale = served.ask("all", "DELETE", place, headers={"If-Match": made.headers["ETag"]})
    assert stale.status_code == 412
    gone = served.ask("all", "DELETE", place, headers={"If-Match": shown.headers["ETag"]})
    assert gone.status_code == 204
    assert served.ask("all", "GET", place).status_code == 404
    assert served.ask("all", "GET", "/api/plans").json() == []


def test_a_plan_names_only_what_its_maker_sees(served):
    plan = {"name": "x", "groups": {"1": ["far", "c0"]}}
    assert served.ask("one", "POST", "/api/plans", json=plan).status_code == 422
    assert served.ask("one", "POST", "/api/plans", json={"name": "x", "groups": {}}).status_code == 422
    assert served.ask("voice", "POST", "/api/plans", json=plan).status_code == 403


@pytest.fixture
def joined(tmp_path):
    """Two communes of two councils each, three councils between them, and an organizer."""
    shapes = {f"c{column}": square(column) for column in range(7)}
    app = desk(f"{tmp_path}/corridor.db", shapes, {})
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("all", Role.ORGANIZER)
        register = client.app.state.live.register
        with register.writing(OPERATOR, "test") as writing:
            for commune, members in {"west": ["c0", "c1"], "east": ["c5", "c6"]}.items():
                writing.put(Territory(id=commune, level="commune", called=commune))
                for each in members:
                    writing.put(Membership(id=f"m-{each}", member=each, group=commune))
        yield made


def test_a_corridor_says_with_whom_to_talk_and_who_could_part_it(joined):
    answer = joined.ask("all", "POST", "/api/corridors", json={"members": ["west", "east"], "width_m": 100})
    assert answer.status_code == 200
    [told] = answer.json()["corridors"]
    assert [each["id"] for each in told["talk_to"]] == ["c2", "c3", "c4"]
    assert told["is_optimal"]
    assert told["continuity"] == 1
    assert told["narrowest_m"] >= 100 - 1e-6
    assert {each["council"]["id"] for each in told["cuts"]} >= {"c2", "c3", "c4"}
    assert all(each["bypass_cost"] is None for each in told["cuts"])
    kinds = {each["properties"]["kind"] for each in told["shapes"]["features"]}
    assert {"corridor", "backbone", "envelope"} <= kinds


def test_a_corridor_comes_as_a_job_too_and_in_order(joined):
    asked = {"kind": "corridor", "members": ["west", "c3", "east"], "ordered": True}
    place = joined.ask("all", "POST", "/api/jobs", json=asked).headers["Location"]
    assert "done" in joined.ask("all", "GET", f"{place}/events").text
    [told] = joined.ask("all", "GET", f"{place}/result").json()["corridors"]
    assert [each["id"] for each in told["talk_to"]] == ["c2", "c4"]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"members": ["west"]}, 422),
        ({"members": ["west", "nobody"]}, 404),
        ({"members": ["west", "east"], "width_m": 0}, 422),
        ({"members": "west"}, 422),
        ({"members": ["west", "east"], "wide": 3}, 422),
    ],
)
def test_a_corridor_that_makes_no_sense_is_refused_with_a_sentence(joined, asked, status):
    refused = joined.ask("all", "POST", "/api/corridors", json=asked)
    assert refused.status_code == status
    assert refused.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "features"),
    [
        ({"kind": "gaps"}, 1),
        ({"kind": "proposals", "least": 2, "most": 3, "plans": 1}, 1),
        ({"kind": "corridor", "members": ["west", "east"], "alternatives": 1, "reinforced": True}, 9),
    ],
)
def test_what_a_job_found_is_taken_along_as_a_file(joined, tmp_path, asked, features):
    place = joined.ask("all", "POST", "/api/jobs", json=asked).headers["Location"]
    assert "done" in joined.ask("all", "GET", f"{place}/events").text
    layer = joined.ask("all", "GET", f"{place}/result?format=geojson")
    assert layer.headers["Content-Type"] == "application/geo+json"
    assert layer.headers["Cache-Control"] == "private, no-store"
    ids = [each["id"] for each in layer.json()["features"]]
    assert len(set(ids)) == len(ids) >= features
    table = joined.ask("all", "GET", f"{place}/result?format=csv")
    assert f'filename="{asked["kind"]}.csv"' in table.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [row["id"] for row in rows] == list(map(str, ids))
    package = joined.ask("all", "GET", f"{place}/result?format=gpkg").content
    (tmp_path / "found.gpkg").write_bytes(package)
    layers = [name for name, _ in pyogrio.list_layers(tmp_path / "found.gpkg")]
    assert sum(len(pyogrio.read_dataframe(tmp_path / "found.gpkg", layer=each)) for each in layers) == len(ids)
    for form in ("kml", "magic", ""):
        assert joined.ask("all", "GET", f"{place}/result?format={form}").status_code == 422
