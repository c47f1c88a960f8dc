"""Neighbours agree on their line over HTTP: both read the same, and nothing moves before both say yes."""

import datetime
from contextlib import contextmanager

import pytest
from desk import STEP, Desk, desk, feature, newest, square
from fastapi.testclient import TestClient
from neighbours import shape_of
from shapely import LineString, box

from territory.geo.crs import area_m2
from territory.geo.settle import Way
from territory.model import Publication
from territory.profiles import load_profile
from territory.records import DisputeState, Reference, ReferenceLayer, Role, StretchState
from territory.services.access import OPERATOR
from territory.services.agreement import DISAGREE, UNASKED, Kind
from territory.services.storing import open_register
from territory.words import LANGUAGES, catalogue

WEST, SOUTH = -69.3, 10.0
# The west reaches into the east for a tenth of its width, along three fifths of the line between them.
ARM = box(WEST + STEP, SOUTH + 0.2 * STEP, WEST + 1.1 * STEP, SOUTH + 0.8 * STEP)
RIVER = LineString([(WEST + 1.03 * STEP, SOUTH - STEP), (WEST + 1.06 * STEP, SOUTH + 2 * STEP)])
LINE = {"type": "LineString", "coordinates": [list(each) for each in RIVER.coords]}
BORDER = "/api/borders/a/b"


@contextmanager
def opened_at(folder):
    shapes = {"a": shape_of(square(0) | ARM), "b": square(1), "c": square(2), "far": square(30)}
    private = dict.fromkeys(shapes, Publication.PRIVATE)
    app = desk(str(folder / "agree.db"), shapes, private, check_max_vertices=1_000, writes_per_minute=1_000_000)
    register = open_register(app.state.settings.store, load_profile())
    with register.writing(OPERATOR, "test") as writing:
        writing.put(ReferenceLayer(id="r-rivers", kind="rivers", called="ríos", source="test"))
        writing.put(Reference(id="r-rivers.1", layer="r-rivers", called="Turbio", shape=RIVER))
    register.store.close()
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["a"])
        made.issue("ben", Role.SPOKESPERSON, territories=["b"])
        made.issue("eva", Role.HELPER, territories=["a"])
        made.issue("luz", Role.SPOKESPERSON, territories=["far"])
        yield made


@pytest.fixture
def opened(tmp_path):
    with opened_at(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """A register for questions that change nothing."""
    with opened_at(tmp_path_factory.mktemp("untouched")) as made:
        yield made


def border(opened, who="ana", language="es"):
    return opened.ask(who, "GET", BORDER, headers={"Accept-Language": language}).json()


def strip(opened):
    [piece] = [each for each in border(opened)["pieces"] if each["kind"] == "overlap"]
    return piece


def propose(opened, who="ana", side="a", **more):
    body = {"piece": strip(opened)["id"], "from": side, "way": "middle"} | more
    return opened.ask(who, "POST", f"{BORDER}/proposals", json=body)


def answer(opened, id_, who="ben", version=1, **body):
    headers = {"If-Match": f'"v{version}"'}
    return opened.ask(who, "POST", f"/api/stretches/{id_}/answer", json=body, headers=headers)


def test_both_sides_read_the_same_but_for_whose_side_is_theirs(untouched):
    ana, ben = border(untouched, "ana"), border(untouched, "ben")
    assert ana["left"].pop("yours") is ben["right"].pop("yours") is True
    assert ana["right"].pop("yours") is ben["left"].pop("yours") is False
    assert ana == ben
    assert [each["kind"] for each in ana["pieces"]] == ["matched", "overlap", "matched"]
    assert ana["left"].pop("area_m2") == pytest.approx(area_m2(shape_of(square(0) | ARM)), rel=1e-6)
    assert ana["left"] == {"id": "a", "name": "Consejo a", "version": 1, "shown": True}
    assert ana["dispute"]["state"] == "open"
    assert ana["pieces"][1]["message"].startswith("Terreno que reclaman las dos comunidades: 7,")
    assert ana["pieces"][1]["strip"]["type"] == "MultiPolygon"
    assert untouched.ask("ana", "GET", "/api/borders/b/a").json()["pieces"] == ana["pieces"]


def test_a_strip_is_settled_from_the_first_question_to_the_last_answer(opened):
    piece = strip(opened)["id"]
    offers = opened.ask("ben", "GET", f"{BORDER}/ways", params={"piece": piece}).json()
    assert [each["way"] for each in offers] == ["to_left", "to_right", "middle", "along", "shared"]
    assert (offers[3]["along"], offers[3]["message"]) == ("r-rivers.1", "La línea sigue: Turbio")
    assert offers[0]["message"] == "El terreno queda en Consejo a"
    middle = offers[2]
    assert -middle["left_gain_m2"] - middle["right_gain_m2"] == pytest.approx(strip(opened)["area_m2"], rel=1e-3)
    made = propose(opened, reasons="la cerca vieja")
    assert (made.status_code, made.headers["location"]) == (201, f"/api/stretches/{made.json()['id']}")
    stretch = strip(opened)["stretch"]
    assert (stretch["state"], stretch["reasons"]) == ("proposed", "la cerca vieja")
    due = datetime.date.today() + datetime.timedelta(days=30)
    assert stretch["message"] == f"Consejo a propone; espera respuesta hasta el {due}"
    assert stretch["offer"] == "La línea pasa por el medio"
    assert newest(opened.client, "a").revision == 1
    said = answer(opened, stretch["id"], answer="accept")
    assert (said.status_code, said.json(), said.headers["etag"]) == (
        200,
        {"id": stretch["id"], "revision": 2},
        '"v2"',
    )
    line = opened.ask("ana", "GET", "/api/territories/a/boundary").json()
    assert line["geometry"] == middle["left"]
    assert (line["properties"]["version"], line["properties"]["method"]) == (2, "settled")
    history = opened.ask("ana", "GET", f"/api/stretches/{stretch['id']}").json()
    assert [each["state"] for each in history] == ["proposed", "agreed"]
    [dispute] = opened.ask("ana", "GET", "/api/disputes", params={"territory": "a"}).json()
    assert (dispute["state"], dispute["message"]) == ("settled", "Disputa resuelta por las dos comunidades")


def test_sentences_are_in_the_language_of_the_asker(opened):
    propose(opened)
    told = border(opened, language="en")
    assert told["pieces"][1]["message"].startswith("Ground that both communities claim")
    assert told["pieces"][1]["stretch"]["offer"] == "The line runs along the middle"
    assert told["dispute"]["message"].startswith("Open dispute")


@pytest.mark.parametrize("line", ["r-rivers.1", LINE], ids=["reference", "drawn"])
def test_a_way_along_a_line_is_seen_before_it_is_proposed_and_then_is_that(opened, line):
    body = {"piece": strip(opened)["id"], "way": "along", "line": line}
    before = opened.client.app.state.live.register.store.sequence()
    told = opened.ask("eva", "POST", f"{BORDER}/ways", json=body)
    assert told.status_code == 200
    assert opened.client.app.state.live.register.store.sequence() == before
    id_ = propose(opened, way="along", line=line).json()["id"]
    assert answer(opened, id_, answer="accept").status_code == 200
    line = opened.ask("ben", "GET", "/api/territories/b/boundary").json()
    assert line["geometry"] == told.json()["right"]


def test_an_objection_has_reasons_and_the_other_side_may_propose_anew(opened):
    id_ = propose(opened).json()["id"]
    assert answer(opened, id_, answer="object").json()["code"] == "agreement.reasons_needed"
    assert answer(opened, id_, answer="object", reasons="el pozo es nuestro").status_code == 200
    assert strip(opened)["stretch"]["reasons"] == "el pozo es nuestro"
    again = propose(opened, "ben", "b", way="to_right")
    assert again.json()["id"] == id_
    assert answer(opened, id_, "ana", 3, answer="disagree").status_code == 200
    assert strip(opened)["stretch"]["way"] == "disagree"
    assert answer(opened, id_, "ben", 4, answer="accept").status_code == 200
    assert border(opened)["dispute"]["state"] == "disagreed"


def test_a_proposal_is_taken_back_by_those_who_made_it(opened):
    id_ = propose(opened).json()["id"]
    path, headers = f"/api/stretches/{id_}", {"If-Match": '"v1"'}
    assert opened.ask("ana", "DELETE", path).status_code == 428
    assert opened.ask("ben", "DELETE", path, headers=headers).status_code == 403
    assert opened.ask("ana", "DELETE", path, headers=headers).json() == {"id": id_, "revision": 2}
    assert opened.ask("ana", "DELETE", path, headers={"If-Match": '"v2"'}).json()["code"] == "agreement.answered"
    assert strip(opened)["state"] == "unasked"


def test_who_is_around_is_told_with_the_state_of_each_line(opened):
    propose(opened)
    [east] = opened.ask("ana", "GET", "/api/territories/a/neighbours").json()
    assert (east["id"], east["name"]) == ("b", "Consejo b")
    assert east["states"] == {"unasked": 2, "proposed": 1}
    assert sum(east["lengths_m"].values()) == pytest.approx(east["length_m"])
    assert {each["id"] for each in opened.ask("ben", "GET", "/api/territories/b/neighbours").json()} == {"a", "c"}


def test_an_answer_that_arrives_twice_counts_once(opened):
    name = {"Idempotency-Key": "x"}
    body = {"piece": strip(opened)["id"], "from": "a", "way": "middle"}
    first, second = (opened.ask("ana", "POST", f"{BORDER}/proposals", json=body, headers=name) for _ in range(2))
    assert first.json() == second.json()
    where, headers = f"/api/stretches/{first.json()['id']}/answer", name | {"If-Match": '"v1"'}
    told = [opened.ask("ben", "POST", where, json={"answer": "accept"}, headers=headers) for _ in range(2)]
    assert [each.json()["revision"] for each in told] == [2, 2]
    third = opened.ask("ben", "POST", where, json={"answer": "accept"}, headers={"If-Match": '"v1"'})
    assert (third.status_code, third.json()["code"]) == (412, "agreement.stale")


def test_what_is_not_seen_is_not_there(opened):
    id_ = propose(opened).json()["id"]
    for who, status in (("luz", 404), (None, 404)):
        assert opened.ask(who, "GET", BORDER).status_code == status
        assert opened.ask(who, "GET", f"/api/stretches/{id_}").status_code == status
    assert opened.ask("ana", "GET", "/api/borders/a/c").json()["pieces"] == []
    for who, status in (("luz", 404), (None, 401), ("eva", 403), ("ana", 403)):
        for stretch in (id_, "l-none"):
            expected = 404 if stretch == "l-none" and status == 403 and who == "ana" else status
            assert answer(opened, stretch, who, answer="accept").status_code == expected


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"piece": "0123"}, 412, "agreement.piece"),
        ({"piece": None}, 422, "field.missing"),
        ({"from": "c"}, 422, "field.one_of"),
        ({"from": "b"}, 403, "key.not_allowed"),
        ({"way": "by_force"}, 422, "field.one_of"),
        ({"way": None}, 422, "agreement.way_needed"),
        ({"way": "along"}, 422, "agreement.line_needed"),
        ({"way": "along", "line": "r-none"}, 404, "agreement.line_unknown"),
        ({"way": "along", "line": [1, 2]}, 422, "geojson.not_geometry"),
        ({"way": "along", "line": {"type": "Point", "coordinates": [1, 2]}}, 422, "geojson.line_type"),
        ({"way": "along", "line": {"type": "LineString", "coordinates": 7}}, 422, "geojson.coordinates"),
        ({"way": "along", "line": {"type": "LineString", "coordinates": []}}, 422, "geojson.few_line_points"),
        (
            {"way": "along", "line": {"type": "LineString", "coordinates": [[0, 0]] * 3}},
            422,
            "geojson.few_line_points",
        ),
        (
            {"way": "along", "line": {"type": "LineString", "coordinates": [[0, 0], [0, 99]]}},
            422,
            "geojson.swapped",
        ),
        (
            {"way": "along", "line": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}},
            422,
            "agreement.line_beside",
        ),
        ({"way": "along", "line": {"type": "MultiLineString", "coordinates": []}}, 422, "agreement.line_beside"),
        ({"way": "along", "line": LINE | {"coordinates": [[0, 0]] * 1_001}}, 413, "geojson.vertices"),
        ({"reasons": "x" * 501}, 422, "field.text"),
        ({"reasons": "a\u0007b"}, 422, "field.text"),
        ({"phone": "0414"}, 422, "field.unknown"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused_in_a_sentence(untouched, change, status, code):
    told = propose(untouched, **change)
    assert (told.status_code, told.json()["code"]) == (status, code)
    assert told.json()["detail"]
    assert strip(untouched)["state"] == "unasked"


def test_an_answer_says_what_it_is_about_and_what_it_says(opened):
    id_ = propose(opened).json()["id"]
    where = f"/api/stretches/{id_}/answer"
    assert opened.ask("ben", "POST", where, json={"answer": "accept"}).status_code == 428
    assert answer(opened, id_).json()["code"] == "field.missing"
    assert answer(opened, id_, answer="perhaps").json()["code"] == "field.one_of"
    assert answer(opened, id_, version=9, answer="accept").status_code == 412
    way = opened.ask("ana", "POST", f"{BORDER}/ways", json={"piece": strip(opened)["id"]})
    assert way.json()["code"] == "field.missing"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_state_and_way_has_words(language):
    """As the store may hold any of them, none may be missing when it is told."""
    told = {
        *(f"kind.{each}" for each in Kind),
        *(f"state.{each}" for each in (UNASKED, *StretchState)),
        *(f"way.{each}" for each in (*Way, DISAGREE, "matched", "along_reference")),
        *(f"dispute.{each}" for each in DisputeState),
    }
    assert told <= set(catalogue(language)["agreement"])


def test_nothing_of_it_is_kept_by_a_cache(untouched):
    told = untouched.ask("ana", "GET", BORDER)
    assert told.headers["cache-control"] == "private, no-store"


def test_a_line_is_kept_together_with_what_it_asks_of_the_neighbour(opened):
    bulge = shape_of(square(0) | box(WEST + STEP, SOUTH + 0.1 * STEP, WEST + 1.2 * STEP, SOUTH + 0.9 * STEP))
    headers = {"If-Match": '"v1"', "Idempotency-Key": "a-move"}
    body = feature(bulge, method="drawn", moves_neighbours=True)
    path = "/api/territories/a/boundary"
    kept = opened.ask("ana", "PUT", path, json=body, headers=headers)
    assert kept.status_code == 201, kept.text
    [asked] = kept.json()["asked"]
    assert (asked["neighbour"], asked["name"]) == ("b", "Consejo b")
    # The phone did not hear of it and sends it again.
    assert opened.ask("ana", "PUT", path, json=body, headers=headers).json() == kept.json()
    told = [each for each in border(opened, "ben")["pieces"] if each["stretch"]]
    assert [(each["stretch"]["id"], each["stretch"]["way"]) for each in told] == [(asked["id"], "as_left")]
    shown = opened.ask("ben", "POST", f"{BORDER}/ways", json={"piece": told[0]["id"], "way": "as_left"}).json()
    assert shown["left_gain_m2"] == pytest.approx(0, abs=1)
    assert answer(opened, asked["id"], answer="accept").status_code == 200
    assert newest(opened.client, "b").shape.symmetric_difference(shape_of(square(1)) - bulge).area < 1e-12


def test_a_helper_asks_no_neighbour_to_move(opened):
    body = feature(square(0), moves_neighbours=True)
    refused = opened.ask("eva", "POST", "/api/territories/a/proposals", json=body, headers={"If-Match": '"v1"'})
    assert (refused.status_code, refused.json()["code"]) == (422, "field.unknown")


def test_news_are_what_the_others_did_and_nothing_where_they_did_nothing(opened):
    def news(who="ana", side="a", **headers):
        return opened.ask(who, "GET", f"/api/territories/{side}/news", headers=headers)

    before = news()
    assert before.headers["Cache-Control"].startswith("private")
    assert news(**{"If-None-Match": before.headers["ETag"]}).status_code == 304
    made = propose(opened).json()["id"]
    # What one did oneself is no news.
    assert news(**{"If-None-Match": before.headers["ETag"]}).status_code == 304
    [to_ben] = [each for each in news("ben", "b").json()["neighbours"] if each["id"] == "a"]
    assert to_ben["asks"] == [f"{made}.1"]
    answer(opened, made, answer="accept")
    told = news().json()
    [from_ben] = [each for each in told["neighbours"] if each["id"] == "b"]
    assert (told["version"], from_ben["version"], from_ben["answers"]) == (2, 2, [f"{made}.2"])
