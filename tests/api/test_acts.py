"""Acts over HTTP: entered once, bound to a version, told to both sides in the language of whoever asks."""

import datetime

import pytest
import shapely
from desk import Desk, desk, feature, square
from fastapi.testclient import TestClient
from shapely import box
from shapely.geometry import shape

from territory.model import Publication
from territory.records import ActKind, Membership, Reference, ReferenceLayer, Role, Territory
from territory.services.access import OPERATOR

TODAY = datetime.date.today().isoformat()
YESTERDAY = (datetime.date.today() - datetime.timedelta(days=1)).isoformat()
SHAPES = {each: square(column) for column, each in enumerate("abcd")} | {"far": square(40)}
WEST, SOUTH = -69.3, 10.0
HALVES = [(WEST, SOUTH, WEST + 0.005, SOUTH + 0.01), (WEST + 0.005, SOUTH, WEST + 0.01, SOUTH + 0.01)]


@pytest.fixture
def opened(tmp_path):
    levels = dict.fromkeys(SHAPES, Publication.PRIVATE)
    with TestClient(desk(str(tmp_path / "acts.db"), SHAPES, levels)) as client:
        with client.app.state.live.register.writing(OPERATOR, "test") as writing:
            writing.put(Territory(id="comuna", level="commune", called="Río Turbio", kind="urban"))
            for each in "abcd":
                writing.put(Membership(id=f"in-{each}", member=each, group="comuna"))
            writing.put(ReferenceLayer(id="lands", kind="indigenous", called="tierras", source="test"))
            writing.put(Reference(id="land", layer="lands", called="Jirajara", shape=square(0)))
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["a", "b"])
        made.issue("all", Role.SPOKESPERSON, territories=[*"abcd", "comuna"])
        made.issue("helper", Role.HELPER, territories=["a"])
        made.issue("steward", Role.STEWARD)
        yield made


def act(opened, kind, territory="a", who="ana", headers=None, **said):
    body = {"kind": kind, "date": TODAY} | said
    return opened.ask(who, "POST", f"/api/territories/{territory}/acts", json=body, headers=headers or {})


def refused(answer):
    return answer.status_code, answer.json()["code"]


def entered(opened, who="ana", territory="a"):
    """The acts after the one by which the desk laid the territory out."""
    told = opened.ask(who, "GET", f"/api/territories/{territory}/acts").json()[1:]
    return [(each["kind"], each["version"], each["is_current"], each["is_published"]) for each in told]


def is_public(opened, territory="a"):
    return opened.client.get(f"/api/territories/{territory}").status_code == 200


def test_an_act_publishes_and_another_one_withdraws(opened):
    [made] = act(opened, "publish", version=1, publication="exact", attended=40).json()["acts"]
    assert (made["kind"], made["date"], made["attended"], made["terms"]) == (
        "publish",
        TODAY,
        40,
        {"publication": "exact"},
    )
    assert is_public(opened)
    withdrawn = opened.ask("ana", "POST", "/api/territories/a/acts", json={"kind": "withdraw"})
    assert withdrawn.json()["acts"][0]["terms"] == {"has_minutes": False}
    assert not is_public(opened)
    assert entered(opened, "helper") == [("publish", 1, True, False), ("withdraw", 1, True, False)]


def test_an_act_about_an_old_line_is_stale_and_the_new_line_waits_for_its_own(opened):
    assert act(opened, "publish", version=1, publication="exact").status_code == 201
    drawn = feature(square(0, size=0.9))
    drawing = opened.ask("ana", "PUT", "/api/territories/a/boundary", json=drawn, headers={"If-Match": '"v1"'})
    assert drawing.json()["version"] == 2
    before = opened.client.get("/api/territories/a").json()["geometry"]
    assert shape(before).equals(SHAPES["a"])
    stale = act(opened, "ratify", version=1)
    assert refused(stale) == (412, "act.stale")
    assert stale.json()["args"] == {"yours": 1, "newest": 2}
    assert entered(opened) == [("publish", 1, False, True)]
    assert act(opened, "publish", version=2, publication="exact").status_code == 201
    assert shape(opened.client.get("/api/territories/a").json()["geometry"]).area < SHAPES["a"].area


def test_a_referendum_that_too_few_voted_in_is_refused_with_its_source_in_both_languages(opened):
    said = {"form": "referendum", "eligible": 100, "attended": 14, "in_favour": 14, "against": 0}
    for language, words in (("es", "leído en la ley"), ("en", "read in the law")):
        answer = act(opened, "ratify", version=1, headers={"Accept-Language": language}, **said)
        assert refused(answer) == (422, "act.turnout")
        assert "Ley Orgánica de las Comunas" in answer.json()["detail"]
        assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"kind": None}, "field.missing"),
        ({"kind": "crown"}, "field.one_of"),
        ({"date": None}, "field.missing"),
        ({"date": "tomorrow"}, "field.date"),
        ({"date": "2999-01-01"}, "date.future"),
        ({"version": None}, "field.missing"),
        ({"attended": -1}, "field.count"),
        ({"attended": 3, "in_favour": 4}, "act.counts"),
        ({"form": "coup"}, "field.one_of"),
        ({"president": "x"}, "field.unknown"),
        ({"kind": "publish"}, "field.missing"),
        ({"kind": "publish", "publication": "private"}, "act.publish_private"),
        ({"kind": "join", "group": "comuna"}, "field.unknown"),
        ({"kind": "split", "parts": {}}, "field.objects"),
        ({"kind": "split", "parts": [{"name": "x"}, 7]}, "field.objects"),
        ({"kind": "split", "parts": [{"name": "x"}]}, "geojson.no_geometry"),
        ({"kind": "split", "line": [], "parts": []}, "geojson.not_geometry"),
        ({"kind": "merge", "name": "x", "others": [{"id": "b"}]}, "field.missing"),
        ({"kind": "merge", "name": "x"}, "act.merge_few"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(opened, said, code):
    body = {"kind": "ratify", "version": 1} | said
    answer = act(opened, body.pop("kind"), **body)
    assert refused(answer) == (422, code)
    assert entered(opened) == []


@pytest.mark.parametrize("kind", [each.value for each in ActKind])
def test_a_request_that_arrives_twice_is_answered_alike_and_done_once(opened, kind):
    line = {"type": "LineString", "coordinates": [[WEST + 0.004, 9.9], [WEST + 0.004, 10.1]]}
    said = {
        "ratify": {"version": 1},
        "publish": {"version": 1, "publication": "general"},
        "leave": {"group": "comuna", "members": ["b"]},
        "join": {"group": "comuna"},
        "split": {"version": 1, "line": line, "parts": [{"name": "Este"}, {"name": "Oeste"}]},
        "merge": {"version": 1, "name": "Las Dos", "others": [{"id": "b", "version": 1, "date": TODAY}]},
    }.get(kind, {})
    if kind == "join":
        act(opened, "leave", group="comuna", date=YESTERDAY)
    name = {"Idempotency-Key": f"the {kind}"}
    first, second = (act(opened, kind, who="all", headers=name, **said) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert {each["kind"] for each in first.json()["acts"]} == {kind}
    assert refused(act(opened, kind, who="all", headers=name, **said, eligible=9)) == (422, "request.reused")


def test_a_line_divides_as_it_was_shown_before(opened):
    line = {"type": "LineString", "coordinates": [[WEST + 0.004, 9.9], [WEST + 0.006, 10.1]]}
    supposed = [{"kind": "split", "territory": "a", "line": line}]
    shown = opened.ask("ana", "POST", "/api/what-if", json={"changes": supposed}).json()["made"]
    areas = [each["area_m2"] for each in shown]
    assert areas == sorted(areas, reverse=True)
    [made] = act(
        opened, "split", version=1, line=line, parts=[{"name": "Este", "families": 90}, {"name": "Oeste"}]
    ).json()["acts"]
    live = opened.client.app.state.live
    for id_, each, name in zip(made["terms"]["into"], shown, ("Este", "Oeste"), strict=True):
        assert live.current().mosaic.boundary(id_).equals_exact(shape(each["geometry"]), 0)
        told = opened.ask("steward", "GET", f"/api/territories/{id_}").json()["properties"]
        assert (told["name"], told["descends"], told["publication"]) == (name, ["a"], "private")
    assert opened.ask("ana", "GET", "/api/territories/a/acts").status_code == 404
    assert entered(opened, "steward") == [("split", 1, True, False)]


def test_parts_that_were_drawn_are_held_against_the_whole(opened):
    halves = [square(0), square(0.5)]
    parts = [{"name": f"n{k}", "geometry": half.__geo_interface__} for k, half in enumerate(halves)]
    answer = act(opened, "split", version=1, parts=parts)
    assert refused(answer) == (422, "act.split_overlap")
    assert answer.json()["args"]["area_m2"] == pytest.approx(0.5 * 1096 * 1106, rel=0.01)


def test_parts_may_be_drawn_as_finely_as_a_boundary(opened):
    fine = [shapely.segmentize(box(*bounds), 4e-6) for bounds in HALVES]
    parts = [{"name": f"n{k}", "geometry": half.__geo_interface__} for k, half in enumerate(fine)]
    assert sum(map(shapely.count_coordinates, fine)) > 10_000
    assert act(opened, "split", version=1, parts=parts).status_code == 201


def test_two_become_one_with_an_act_of_each(opened):
    assert refused(act(opened, "dissolve", territory="c")) == (403, "key.not_allowed")
    others = [{"id": "b", "version": 1, "date": YESTERDAY, "in_favour": 20, "against": 1}]
    made = act(opened, "merge", version=1, name="Las Dos", others=others).json()["acts"]
    assert [(each["territory"], each["date"], each["in_favour"]) for each in made] == [
        ("a", TODAY, None),
        ("b", YESTERDAY, 20),
    ]
    [heir] = made[0]["terms"]["into"]
    assert made[0]["terms"] == made[1]["terms"] == {"into": [heir], "pieces": 1}
    assert opened.ask("steward", "GET", f"/api/territories/{heir}").json()["properties"]["descends"] == ["a", "b"]


def test_leaving_and_coming_back_is_one_act_for_each_member(opened):
    made = act(opened, "leave", group="comuna", members=["b"], date=YESTERDAY).json()["acts"]
    assert [(each["territory"], each["terms"]) for each in made] == [
        ("a", {"group": "comuna"}),
        ("b", {"group": "comuna"}),
    ]
    assert refused(act(opened, "leave", group="comuna")) == (422, "act.no_member")
    assert refused(act(opened, "leave", group="comuna", members=["c"])) == (403, "key.not_allowed")
    # Outside of it, a key knows of a private commune no more than anybody.
    assert refused(act(opened, "join", group="comuna")) == (404, "territory.unknown")
    assert act(opened, "join", group="comuna", who="all").status_code == 201
    held = opened.ask("ana", "GET", "/api/territories/a").json()["properties"]["memberships"]
    assert sorted((each["since"] or "", each["until"] or "") for each in held) == [("", YESTERDAY), (TODAY, "")]


def test_consent_is_given_and_taken_back_and_hides_the_territory(opened):
    def say(given, **rest):
        body = {"land": "land", "given": given, "date": TODAY} | rest
        return opened.ask("ana", "POST", "/api/territories/a/consents", json=body)

    first = say(True)
    act(opened, "publish", version=1, publication="exact")
    assert is_public(opened)
    second = say(False)
    assert first.json() == second.json()
    assert not is_public(opened)
    assert refused(act(opened, "publish", version=1, publication="exact")) == (422, "act.consent")
    [told] = opened.ask("helper", "GET", "/api/territories/a/consents").json()
    assert (told["land"], told["given"], told["date"], told["revision"]) == ("land", False, TODAY, 2)
    assert refused(say(True, land="b")) == (404, "land.unknown")
    assert refused(say(True, date=YESTERDAY)) == (422, "consent.later")
    assert refused(say("yes")) == (422, "field.truth")
    missing = opened.ask("ana", "POST", "/api/territories/a/consents", json={"land": "land", "date": TODAY})
    assert refused(missing) == (422, "field.missing")
