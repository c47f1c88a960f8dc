"""Changes over HTTP: made from a version, done once, refused in words, and seen by the other process."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from desk import Desk, desk, feature, newest, square
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from territory.api.app import create_app
from territory.model import Publication
from territory.records import Role
from territory.settings import Settings

FIRST = {"If-Match": '"v1"'}


@pytest.fixture
def opened(tmp_path):
    shapes = {"a": square(0), "b": square(1), "far": square(30)}
    app = desk(str(tmp_path / "changes.db"), shapes, dict.fromkeys(shapes, Publication.PRIVATE))
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["a"])
        made.issue("ben", Role.SPOKESPERSON, territories=["b"])
        made.issue("heli", Role.HELPER, territories=["a"])
        made.issue("orga", Role.ORGANIZER)
        made.issue("stew", Role.STEWARD)
        yield made


def draw(opened, who, drawn, version=1, territory="a", **properties):
    return opened.ask(
        who,
        "PUT",
        f"/api/territories/{territory}/boundary",
        json=feature(drawn, **properties),
        headers={"If-Match": f'"v{version}"'},
    )


def create(opened, level):
    body = {"level": level, "name": "El Cedro"}
    return opened.ask("orga", "POST", "/api/territories", json=body).json()["id"]


def propose(opened, drawn):
    return opened.ask("heli", "POST", "/api/territories/a/proposals", json=feature(drawn), headers=FIRST)


def test_a_new_line_is_a_new_version_and_the_old_one_stays(opened):
    drawn = square(0, 0, 0.9)
    answer = draw(opened, "ana", drawn, method="walked", accuracy_m=4.5, reasons="el río", datum="EPSG:4189")
    assert (answer.status_code, answer.json(), answer.headers["etag"]) == (
        201,
        {"version": 2, "asked": []},
        '"v2"',
    )
    versions = opened.ask("ana", "GET", "/api/territories/a/versions").json()
    assert [each["properties"]["version"] for each in versions] == [1, 2]
    assert shape(versions[1]["geometry"]).equals(drawn)
    told = versions[1]["properties"]
    assert (told["method"], told["accuracy_m"], told["reasons"], told["datum"]) == (
        "walked",
        4.5,
        "el río",
        "EPSG:4189",
    )
    assert told["fingerprint"] != versions[0]["properties"]["fingerprint"]


def test_who_comes_second_is_told_what_changed_and_keeps_the_drawing(opened):
    assert draw(opened, "ana", square(0, 0, 0.9)).status_code == 201
    second = draw(opened, "ana", square(0, 0, 0.8))
    told = second.json()
    assert (second.status_code, told["code"]) == (412, "boundary.stale")
    assert (told["args"]["yours"], told["args"]["newest"]) == (1, 2)
    # The first one took away a tenth of each side of about 1.1 km.
    assert 200_000 < told["args"]["changed_m2"] < 260_000
    assert newest(opened.client, "a").shape.equals(square(0, 0, 0.9))


def test_of_many_at_once_exactly_one_wins(opened):
    sizes = [0.5 + i / 100 for i in range(12)]
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda size: draw(opened, "ana", square(0, 0, size)), sizes))
    assert sorted(answer.status_code for answer in answers) == [201] + [412] * 11
    won = next(size for size, answer in zip(sizes, answers, strict=True) if answer.status_code == 201)
    assert newest(opened.client, "a").shape.equals(square(0, 0, won))


def test_a_change_that_does_not_say_what_it_was_made_from_is_not_made(opened):
    answer = opened.ask("ana", "PUT", "/api/territories/a/boundary", json=feature(square(0)))
    assert (answer.status_code, answer.json()["code"]) == (428, "request.if_match")


def test_the_same_request_twice_is_done_once(opened):
    headers = {"Idempotency-Key": "phone-7"}
    body = {"level": "council", "name": "El Cedro"}
    answers = [opened.ask("orga", "POST", "/api/territories", json=body, headers=headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = opened.ask("orga", "POST", "/api/territories", json={**body, "name": "La Palma"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "request.reused")


def test_a_line_that_was_sent_twice_is_one_version(opened):
    sent = {"json": feature(square(0, 0, 0.7)), "headers": {**FIRST, "Idempotency-Key": "line-1"}}
    answers = [opened.ask("ana", "PUT", "/api/territories/a/boundary", **sent) for _ in range(2)]
    assert [answer.json() for answer in answers] == [{"version": 2, "asked": []}] * 2


def test_the_same_name_for_a_request_of_somebody_else_is_another_request(opened):
    opened.issue("orgb", Role.ORGANIZER)
    sent = {"json": {"level": "council", "name": "El Cedro"}, "headers": {"Idempotency-Key": "1"}}
    made = {opened.ask(who, "POST", "/api/territories", **sent).json()["id"] for who in ("orga", "orgb")}
    assert len(made) == 2


def test_a_first_line_starts_from_nothing(opened):
    made = opened.ask("orga", "POST", "/api/territories", json={"level": "council", "name": "El Cedro"}).json()[
        "id"
    ]
    opened.issue("nuevo", Role.SPOKESPERSON, territories=[made])
    path = f"/api/territories/{made}/boundary"
    assert opened.ask("nuevo", "GET", path).json()["code"] == "boundary.none"
    sent = {"json": feature(square(5)), "headers": {"If-None-Match": "*"}}
    assert opened.ask("nuevo", "PUT", path, **sent).json() == {"version": 1, "asked": []}
    assert opened.ask("nuevo", "PUT", path, **sent).status_code == 412


def tell(opened, words, version=1, territory="a", who="ana"):
    headers = {"If-Match": f'"v{version}"'} if version else {"If-None-Match": "*"}
    return opened.ask(who, "PUT", f"/api/territories/{territory}/words", json=words, headers=headers)


WORDS = {
    "north": "Con la quebrada La Vieja, del puente a la escuela",
    "east": "Por el camino real\nhasta el samán",
}


def test_a_line_is_told_in_words_before_it_is_drawn_and_they_stay_when_it_is(opened):
    made = create(opened, "council")
    opened.issue("nueva", Role.SPOKESPERSON, territories=[made])
    answer = tell(opened, WORDS, 0, made, "nueva")
    assert (answer.status_code, answer.json()) == (200, {"version": 1})
    path = f"/api/territories/{made}"
    kept = opened.ask("nueva", "GET", f"{path}/boundary").json()
    assert (kept["properties"]["words"], kept["properties"]["method"], kept["geometry"]) == (
        WORDS,
        "described",
        None,
    )
    whole = opened.ask("nueva", "GET", path).json()
    assert (whole["geometry"], whole["properties"]["version"]) == (None, 1)
    assert draw(opened, "nueva", square(5), 1, made).status_code == 201
    drawn = opened.ask("nueva", "GET", f"{path}/boundary").json()
    assert (drawn["properties"]["words"], drawn["properties"]["method"]) == (WORDS, "drawn")
    assert shape(drawn["geometry"]).equals(square(5))


def test_words_for_a_line_that_is_drawn_leave_it_where_it_is(opened):
    assert tell(opened, WORDS).json() == {"version": 2}
    kept = newest(opened.client, "a")
    assert kept.shape.equals(square(0))
    assert kept.words == WORDS
    stale = tell(opened, {"south": "El río"})
    assert (stale.status_code, stale.json()["code"]) == (412, "boundary.stale")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ({}, "boundary.sides"),
        ({"north": ""}, "field.text"),
        ({"north": None}, "field.missing"),
        ({"up": "El cielo"}, "field.unknown"),
        ({"north": "x" * 10_000}, "field.text"),
    ],
)
def test_words_that_tell_nothing_are_refused(opened, words, code):
    answer = tell(opened, words)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_neighbour_does_not_read_the_words(opened):
    tell(opened, WORDS)
    assert "quebrada" not in opened.ask("ben", "GET", "/api/territories/a/boundary").text


def test_a_helper_proposes_and_a_spokesperson_decides(opened):
    drawn = square(0, 0, 0.6)
    assert draw(opened, "heli", drawn).status_code == 403
    made = propose(opened, drawn)
    assert made.status_code == 201
    [waiting] = opened.ask("ana", "GET", "/api/territories/a/proposals").json()
    assert (waiting["id"], waiting["properties"]["proposed_by"]) == (made.json()["id"], "heli")
    assert newest(opened.client, "a").revision == 1
    path = f"/api/territories/a/proposals/{waiting['id']}"
    assert opened.ask("heli", "POST", path, json={"takes": True}, headers=FIRST).status_code == 403
    assert opened.ask("ben", "POST", path, json={"takes": True}, headers=FIRST).status_code in (403, 404)
    assert opened.ask("ana", "POST", path, json={"takes": True}, headers=FIRST).json() == {"version": 2}
    assert newest(opened.client, "a").shape.equals(drawn)
    assert opened.ask("ana", "GET", "/api/territories/a/proposals").json() == []
    again = opened.ask("ana", "POST", path, json={"takes": True}, headers={"If-Match": '"v2"'})
    assert again.json()["code"] == "proposal.unknown"


def test_a_refused_proposal_changes_nothing(opened):
    made = opened.ask(
        "heli", "POST", "/api/territories/a/proposals", json=feature(square(0, 0, 0.6)), headers=FIRST
    )
    path = f"/api/territories/a/proposals/{made.json()['id']}"
    assert opened.ask("ana", "POST", path, json={"takes": False}, headers=FIRST).json() == {"version": None}
    assert newest(opened.client, "a").revision == 1


def test_a_neighbour_sees_the_line_and_nothing_else(opened):
    whole = opened.ask("ana", "GET", "/api/territories/a/boundary").json()
    seen = opened.ask("ben", "GET", "/api/territories/a/boundary").json()
    assert seen["geometry"] == whole["geometry"]
    assert set(seen["properties"]) == {"version"}
    assert opened.ask("ben", "GET", "/api/territories/far/boundary").status_code == 404
    assert draw(opened, "ana", square(0, 0, 0.9), shown=False).status_code == 201
    assert opened.ask("ben", "GET", "/api/territories/a/boundary").status_code == 404


def test_what_is_kept_tells_how_it_fits(opened):
    draw(opened, "ana", square(0, 0, 1.2))
    found = opened.ask("ana", "GET", "/api/territories/a/findings").json()
    overlap = next(each for each in found if each["code"] == "coverage.overlap")
    assert {each["id"] for each in overlap["territories"]} == {"a", "b"}
    # Whoever does not know of a neighbour is not told of it.
    draw(opened, "ben", square(1), version=1, territory="b", shown=False)
    found = opened.ask("ana", "GET", "/api/territories/a/findings").json()
    assert "coverage.overlap" not in {each["code"] for each in found}


def test_checking_with_a_key_tells_of_what_the_key_sees(opened):
    drawn = feature(square(0, 0, 1.2), replaces="a")
    codes = {
        who: {
            each["code"] for each in opened.ask(who, "POST", "/api/check", json=drawn).json().get("findings", [])
        }
        for who in ("ana", "stew")
    }
    assert "coverage.overlap" in codes["ana"] & codes["stew"]
    # Without a key nothing here is known of, not even what would be replaced.
    assert opened.ask(None, "POST", "/api/check", json=drawn).json()["code"] == "drawing.replaces"
    own = opened.ask(None, "POST", "/api/check", json=feature(square(0, 0, 1.2)))
    assert own.json()["findings"] == []


def test_facts_change_from_a_revision(opened):
    path = "/api/territories/a"
    whole = opened.ask("ana", "GET", path)
    assert whole.headers["cache-control"] == "private, no-store"
    etag = whole.headers["etag"]
    change = {"name": "Los Mangos", "families": 212, "kind": "rural", "recognition": "registered"}
    done = opened.ask("ana", "PATCH", path, json=change, headers={"If-Match": etag})
    assert done.status_code == 200
    told = opened.ask("ana", "GET", path).json()["properties"]
    assert {key: told[key] for key in change} == change
    stale = opened.ask("ana", "PATCH", path, json={"name": "Otro"}, headers={"If-Match": etag})
    assert (stale.status_code, stale.json()["code"]) == (412, "territory.stale")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": ""}, "field.text"),
        ({"name": None}, "field.missing"),
        ({"name": "x\u0000y"}, "field.text"),
        ({"name": "abc\u202egnp"}, "field.text"),
        ({"name": "x" * 201}, "field.text"),
        ({"name": 7}, "field.text"),
        ({"families": -1}, "field.count"),
        ({"families": 1.5}, "field.count"),
        ({"families": True}, "field.count"),
        ({"kind": "lunar"}, "drawing.kind"),
        ({"recognition": "famous"}, "field.one_of"),
        ({"cedula": "V-1"}, "field.unknown"),
    ],
)
def test_facts_that_make_no_sense_are_refused_in_a_sentence(opened, change, code):
    answer = opened.ask("ana", "PATCH", "/api/territories/a", json=change, headers={"If-Match": '"v2"'})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"valid_from": "2999-01-01"}, "date.future"),
        ({"method": "guessed"}, "field.one_of"),
        ({"accuracy_m": -3}, "field.number"),
        ({"reasons": "x" * 501}, "field.text"),
        ({"owner": "Ana"}, "field.unknown"),
    ],
)
def test_how_a_line_was_made_has_to_make_sense(opened, properties, code):
    answer = draw(opened, "ana", square(0, 0, 0.9), **properties)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_line_that_crosses_itself_is_kept_only_repaired_and_on_request(opened):
    west, south, east, north = square(0).bounds
    # A bow: the upper half as it should be, and a small knot below.
    middle = (west + east) / 2
    ring = [[west, south], [middle, south], [east, north], [west, north], [east, south], [west, south]]
    crossed = {"type": "Polygon", "coordinates": [ring]}
    sent = {"type": "Feature", "geometry": crossed, "properties": {}}
    path = "/api/territories/a/boundary"
    refused = opened.ask("ana", "PUT", path, json=sent, headers=FIRST)
    assert refused.json()["code"] == "boundary.repair"
    sent["properties"] = {"takes_repair": True}
    assert opened.ask("ana", "PUT", path, json=sent, headers=FIRST).status_code == 201
    assert newest(opened.client, "a").shape.is_valid


def test_another_process_sees_a_change_at_once(opened):
    other = create_app(Settings(store=opened.client.app.state.settings.store))
    with TestClient(other) as second:
        there = Desk(second, opened.secrets)
        for size in (0.9, 0.8, 0.7):
            version = newest(opened.client, "a").revision
            assert draw(opened, "ana", square(0, 0, size), version).status_code == 201
            seen = there.ask("ana", "GET", "/api/territories/a/findings")
            assert seen.status_code == 200
            kept = there.client.app.state.live.current().mosaic.boundary("a")
            assert kept.equals(square(0, 0, size))
        assert there.ask("stew", "DELETE", "/api/keys/ana").status_code == 200
        assert draw(opened, "ana", square(0), 4).status_code == 401


def test_the_mosaic_that_followed_is_the_one_that_would_be_loaded(opened):
    for size, version in ((0.9, 1), (0.8, 2)):
        draw(opened, "ana", square(0, 0, size), version)
    made = create(opened, "commune")
    opened.issue("com", Role.SPOKESPERSON, territories=[made])
    sent = {"json": feature(square(7, 7)), "headers": {"If-None-Match": "*"}}
    opened.ask("com", "PUT", f"/api/territories/{made}/boundary", **sent)
    followed = opened.client.app.state.live.current()
    with TestClient(create_app(Settings(store=opened.client.app.state.settings.store))) as fresh:
        loaded = fresh.app.state.live.current()
    one, other = (each.mosaic.layer.sort_index() for each in (followed, loaded))
    assert one.equals(other)
    assert followed.standing == loaded.standing


def test_what_was_on_a_day_is_read_for_that_day(tmp_path):
    app = desk(str(tmp_path / "days.db"), {"a": square(0)}, {})
    with TestClient(app) as client:
        today = datetime.date.today()
        before = client.get(f"/api/territories?date={today - datetime.timedelta(days=1)}").json()
        assert before["features"] == []
        assert len(client.get(f"/api/territories?date={today}").json()["features"]) == 1
        assert client.get("/api/territories?date=yesterday").json()["code"] == "parameter.date"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    body=json_values, which=st.sampled_from(["POST keys", "PATCH", "PUT", "POST proposals", "POST", "POST key"])
)
def test_whatever_is_sent_the_answer_is_never_a_bug(opened, body, which):
    who, method, path = {
        "POST keys": ("stew", "POST", "/api/keys"),
        "PATCH": ("ana", "PATCH", "/api/territories/a"),
        "PUT": ("ana", "PUT", "/api/territories/a/boundary"),
        "POST proposals": ("heli", "POST", "/api/territories/a/proposals"),
        "POST": ("orga", "POST", "/api/territories"),
        "POST key": (None, "POST", "/api/key"),
    }[which]
    answer = opened.ask(who, method, path, json=body, headers={**FIRST, "Origin": "http://testserver"})
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert {"type", "title", "status", "detail", "code", "args"} == set(answer.json())
