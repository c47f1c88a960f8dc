"""What changes would mean, over HTTP: for all sides, in the language of whoever asks, and nothing is changed."""

from __future__ import annotations

import pytest
from desk import Desk, desk, square
from fastapi.testclient import TestClient
from shapely.geometry import shape

from territory.model import Publication
from territory.records import Membership, Role, Territory
from territory.services.access import OPERATOR

SHAPES = {each: square(column) for column, each in enumerate("abcd")} | {"far": square(40)}
THROUGH_A = {"type": "LineString", "coordinates": [[-69.296, 9.9], [-69.294, 10.1]]}


@pytest.fixture
def opened(tmp_path):
    """Four councils in a row in a commune, of which two share a key; one far away."""
    levels = dict.fromkeys(SHAPES, Publication.PRIVATE)
    with TestClient(desk(str(tmp_path / "what.db"), SHAPES, levels)) as client:
        with client.app.state.live.register.writing(OPERATOR, "test") as writing:
            writing.put(Territory(id="comuna", level="commune", called="Río Turbio", kind="urban"))
            for each in "abcd":
                writing.put(Membership(id=f"in-{each}", member=each, group="comuna"))
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["a", "b"])
        made.issue("helper", Role.HELPER, territories=["a"])
        made.issue("organizer", Role.ORGANIZER)
        made.issue("other", Role.ORGANIZER, area=SHAPES["far"].buffer(0.001, join_style="mitre"))
        yield made


def leave(*members, group="comuna"):
    return {"kind": "leave", "members": list(members), "group": group}


def ask(opened, *changes, who="organizer", language="es"):
    return opened.ask(who, "POST", f"/api/what-if?lang={language}", json={"changes": list(changes)})


def test_both_sides_are_told_in_the_language_of_the_asker(opened):
    told = ask(opened, leave("b")).json()
    [group] = told["groups"]
    assert (group["id"], group["name"], group["level"]) == ("comuna", "Río Turbio", "commune")
    assert (group["before"]["members"]["count"], group["after"]["members"]["count"]) == (4, 3)
    assert group["leaving"] == {"count": 1, "known": [{"id": "b", "name": "Consejo b"}]}
    assert [(piece["count"], piece["number"]) for piece in group["after"]["pieces"]] == [(2, 1), (1, 2)]
    assert group["apart"]["members"]["known"] == [{"id": "b", "name": "Consejo b"}]
    assert group["after"]["vacant"] == {"seats": 8, "filled": 7, "needed": 4, "spare": 3, "holds": True}
    assert (group["before"]["families"], group["after"]["families"]) == (720, 540)
    assert told["quorum_how_sure"] == "open"
    assert "Están en 2 pedazos separados, de 2 y 1 miembros." in group["after"]["said"]
    assert any("(sin confirmar)" in each for each in group["after"]["said"])
    assert not any("sin confirmar" in each and "ley" in each for each in group["after"]["said"])
    assert group["said"] == [
        "Salen: 1 (Consejo b).",
        "Se quedan, pero separados de los demás: 1 (Consejo a).",
    ]
    assert told["said"] == ["Salen y no están en otro grupo: 1 (Consejo b)."]
    english = ask(opened, leave("b"), language="en").json()
    assert "They lie in 2 separate pieces, of 2 and 1 members." in english["groups"][0]["after"]["said"]
    assert {**english, "groups": None, "said": None} == {**told, "groups": None, "said": None}


def test_pieces_are_shown_where_they_lie_and_who_is_left_out_among_them(opened):
    features = ask(opened, leave("b")).json()["shapes"]["features"]
    shown = {
        (each["properties"]["when"], each["properties"]["number"]): (
            each["properties"]["members"],
            shape(each["geometry"]).area,
        )
        for each in features
    }
    cell = SHAPES["a"].area
    assert {key: members for key, (members, _) in shown.items()} == {
        ("before", 1): ["a", "b", "c", "d"],
        ("after", 1): ["c", "d"],
        ("after", 2): ["a"],
        ("after", None): ["b"],
    }
    assert [area / cell for _, area in shown.values()] == pytest.approx([4, 2, 1, 1])


def test_nothing_is_changed(opened):
    store = opened.client.app.state.live.register.store
    before = store.sequence()
    for change in (leave("a"), {"kind": "merge", "members": ["a", "b"], "name": "Las Dos"}):
        assert ask(opened, change).status_code == 200
    assert store.sequence() == before


def test_one_is_parted_by_a_line_and_its_parts_go_different_ways(opened):
    split = {"kind": "split", "territory": "a", "line": THROUGH_A, "parts": ["Oeste", "Este"]}
    told = ask(opened, split, leave("new-1-1")).json()
    assert [(each["id"], each["name"], each["of"]) for each in told["made"]] == [
        ("new-1-1", "Oeste", [{"id": "a", "name": "Consejo a"}]),
        ("new-1-2", "Este", [{"id": "a", "name": "Consejo a"}]),
    ]
    assert told["ended"] == [{"id": "a", "name": "Consejo a"}]
    [group] = told["groups"]
    assert (group["before"]["members"]["count"], group["after"]["members"]["count"]) == (4, 4)
    assert [piece["count"] for piece in group["after"]["pieces"]] == [4]
    assert [each["id"] for each in told["orphans"]["known"]] == ["new-1-1"]
    assert [each["area_m2"] for each in told["made"]] == sorted(
        (each["area_m2"] for each in told["made"]), reverse=True
    )


def test_two_become_one_and_the_commune_has_one_seat_less(opened):
    told = ask(opened, {"kind": "merge", "members": ["b", "c"], "name": "Las Dos"}).json()
    [group] = told["groups"]
    assert (group["before"]["quorum"]["seats"], group["after"]["quorum"]["seats"]) == (8, 7)
    assert [piece["count"] for piece in group["after"]["pieces"]] == [3]
    assert (group["after"]["families"], group["after"]["vacant"], told["orphans"]["count"]) == (720, None, 0)
    assert told["said"][0].startswith("Las Dos (")


def test_communes_become_one_with_the_members_of_both(opened):
    with opened.client.app.state.live.register.writing(OPERATOR, "test") as writing:
        writing.put(Territory(id="otra", level="commune", called="El Maizal"))
        writing.put(Membership(id="in-far", member="far", group="otra"))
    told = ask(opened, {"kind": "merge", "members": ["comuna", "otra"], "name": "Juntas"}).json()
    sides = {each["name"]: (each["before"] is None, each["after"] is None) for each in told["groups"]}
    assert sides == {"Río Turbio": (False, True), "El Maizal": (False, True), "Juntas": (True, False)}
    assert [piece["count"] for piece in told["groups"][-1]["after"]["pieces"]] == [4, 1]
    assert told["orphans"]["count"] == 0
    assert "Es un grupo nuevo." in told["groups"][-1]["said"][0]


def test_a_report_counts_everybody_and_names_only_whom_the_asker_knows_of(opened):
    told = ask(opened, leave("a"), who="ana").json()["groups"][0]
    assert told["before"]["members"]["count"] == 4
    assert {each["id"] for each in told["before"]["members"]["known"]} == {"a", "b", "c", "d"} - {"far"}
    assert (told["name"], told["before"]["families"], told["before"]["area_m2"]) == ("Su grupo", None, None)
    assert "Consejo far" not in str(told)


@pytest.mark.parametrize(
    ("who", "change", "status"),
    [
        (None, leave("a"), 404),
        ("helper", leave("b"), 403),
        ("other", leave("a"), 404),
        ("ana", {"kind": "join", "members": ["a"], "group": "hidden"}, 404),
        ("ana", {"kind": "found", "members": ["a", "far"], "name": "x"}, 404),
        ("ana", {"kind": "merge", "members": ["a", "c"], "name": "x"}, 403),
        ("ana", {"kind": "merge", "members": ["a", "b"], "name": "x"}, 200),
        ("helper", {"kind": "split", "territory": "a", "line": THROUGH_A}, 200),
        ("helper", {"kind": "split", "territory": "b", "line": THROUGH_A}, 403),
    ],
)
def test_one_asks_only_about_those_whom_one_sees_whole(opened, who, change, status):
    with opened.client.app.state.live.register.writing(OPERATOR, "test") as writing:
        writing.put(Territory(id="hidden", level="commune", called="Oculta"))
    assert ask(opened, change, who=who).status_code == status


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ([], "act.nobody"),
        ([leave()], "act.nobody"),
        ([leave("far")], "act.no_member"),
        ([leave("a"), leave("a")], "act.no_member"),
        ([{"kind": "join", "members": ["a"], "group": "comuna"}], "act.member"),
        ([{"kind": "join", "members": ["a"], "group": "b"}], "act.level"),
        ([{"kind": "found", "members": ["a", "comuna"], "name": "x"}], "act.level"),
        ([{"kind": "found", "members": ["a"], "name": "x", "level": "planet"}], "act.level"),
        ([{"kind": "found", "members": [], "name": "x"}], "act.nobody"),
        ([{"kind": "merge", "members": ["a", "a"], "name": "x"}], "act.merge_few"),
        ([{"kind": "merge", "members": ["a", "comuna"], "name": "x"}], "act.merge_level"),
        ([{"kind": "split", "territory": "comuna", "line": THROUGH_A}], "act.split_group"),
        ([{"kind": "split", "territory": "b", "line": THROUGH_A}], "act.not_divided"),
        ([{"kind": "split", "territory": "a", "line": THROUGH_A, "parts": ["x"]}], "act.split_names"),
        ([{"kind": "split", "territory": "a", "line": 7}], "geojson.not_geometry"),
        ([{"kind": "crown", "members": ["a"]}], "field.one_of"),
        ([{"kind": "leave", "members": "a", "group": "comuna"}], "field.ids"),
        ([{"kind": "leave", "members": ["a"]}], "field.missing"),
        ([{**leave("a"), "why": "x"}], "field.unknown"),
        ([7], "field.objects"),
        ([leave("a")] * 51, "field.objects"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_a_sentence(opened, changes, code):
    answer = opened.ask("organizer", "POST", "/api/what-if", json={"changes": changes})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["detail"]


def test_what_earlier_changes_made_is_called_by_its_number(opened):
    found = {"kind": "found", "members": ["far"], "name": "Nueva"}
    joined = {"kind": "join", "members": ["a"], "group": "new-1"}
    told = ask(opened, found, leave("a"), joined).json()
    new = next(each for each in told["groups"] if each["id"] == "new-1")
    assert [each["id"] for each in new["after"]["members"]["known"]] == ["a", "far"]
    assert ask(opened, joined).status_code == 404
