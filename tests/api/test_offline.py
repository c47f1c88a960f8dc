"""What a phone may keep: pages and files that everybody gets, and ground around a drawing for its asker alone."""

import json
import re

import pytest
import shapely
from desk import Desk, desk, square
from fastapi.testclient import TestClient
from shapely.geometry import shape as read

from territory.api import assets
from territory.api.keys import COOKIE
from territory.api.routes.offline import PAGES, RENEWED, page_assets
from territory.model import Publication
from territory.records import Role
from territory.words import LANGUAGES

SHAPES = {
    "own": square(0),
    "private": square(1),
    "exact": square(0, 1),
    "general": square(-1),
    "far": square(40),
}
PUBLICATIONS = {
    "own": Publication.PRIVATE,
    "private": Publication.PRIVATE,
    "exact": Publication.EXACT,
    "general": Publication.GENERAL,
    "far": Publication.PRIVATE,
}
BOX = "-69.33,9.98,-69.26,10.04"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("offline") / "offline.db"
    with TestClient(desk(str(path), SHAPES, PUBLICATIONS)) as client:
        client.app.state.live.public().findings(patience_s=300)
        made = Desk(client, {})
        made.issue("spokes", Role.SPOKESPERSON, territories=["own"])
        made.issue("distant", Role.SPOKESPERSON, territories=["far"])
        yield made


def kept(client, language="es"):
    code = client.get(f"/sw.js?lang={language}").text
    return json.loads(re.match(r"self\.kept = (.*);\n", code)[1])


def ids(area):
    return {each["id"] for each in area["around"]["features"] if each["properties"]["kind"] == "territory"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_worker_is_told_the_pages_and_every_file_that_they_name(client, language):
    told = kept(client, language)
    assert told["language"] == language
    for path in told["pages"]:
        page = client.get(path, params={"lang": language})
        assert page.status_code == 200
        named = set(re.findall(rf'"({re.escape(assets.STATIC)}[^"]+)"', page.text))
        assert named
        assert named <= set(told["assets"]), path


def test_every_file_on_the_worker_s_list_is_there_and_never_asked_for_again(client):
    for path in kept(client)["assets"]:
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


def test_files_follow_what_they_load_and_leave_out_what_only_developers_use():
    listed = page_assets()
    assert {"draw/main.js", "vendor/ol/ol.js", "map/main.js", "vendor/pbf/pbf.js", "css/draw.css"} <= set(listed)
    assert "vendor/leaflet/images/layers.png" in listed
    # What is loaded when it is first used, and what that loads.
    assert {"draw/neighbours.js", "draw/talk.js", "draw/act.js"} <= set(listed)
    assert not [path for path in listed if path.endswith((".test.js", ".ts", "LICENSE", ".json"))]


def test_another_version_of_a_file_has_another_address(monkeypatch, tmp_path):
    before = assets.assets_version()
    for folder in assets.FOLDERS:
        (tmp_path / folder).mkdir()
    (tmp_path / "css" / "site.css").write_text("a {}")
    monkeypatch.setattr(assets, "WEB", tmp_path)
    versions = []
    for text in ("a {}", "b {}", "a {}"):
        (tmp_path / "css" / "site.css").write_text(text)
        assets.assets_version.cache_clear()
        versions.append(assets.assets_version())
    assets.assets_version.cache_clear()
    monkeypatch.undo()
    assert versions[0] == versions[2] != versions[1]
    assert assets.assets_version() == before


def test_an_address_of_another_version_gives_nothing(client):
    assert client.get("/static/0123456789abcdef/css/site.css").status_code == 404
    assert client.get("/static/css/site.css").headers["cache-control"] == "no-cache"


def test_the_worker_may_fetch_from_here_and_do_nothing_else(client):
    answer = client.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["content-security-policy"] == "default-src 'none'; connect-src 'self'"
    assert answer.headers["cache-control"] == "no-cache"


def test_no_page_that_the_worker_takes_from_a_visit_depends_on_a_key(opened):
    def plain(page):
        nonces = re.findall(r"'nonce-([^']+)'", page.headers["content-security-policy"])
        return page.text.replace(nonces[0], "")

    assert set(RENEWED) < set(PAGES)
    cookie = {"Cookie": f"{COOKIE}={opened.secrets['spokes']}"}
    for path in RENEWED:
        assert plain(opened.ask(None, "GET", path, headers=cookie)) == plain(opened.ask(None, "GET", path)), path


def test_without_a_key_an_area_holds_what_everybody_sees(opened):
    answer = opened.ask(None, "GET", f"/api/work-area?bbox={BOX}")
    assert answer.status_code == 200
    assert ids(answer.json()) == {"exact"}
    for name in ("own", "private", "far"):
        assert f"Consejo {name}" not in answer.text


def test_an_area_around_a_territory_holds_what_its_key_sees_and_no_more(opened):
    answer = opened.ask("spokes", "GET", "/api/work-area?territory=own")
    area = answer.json()
    assert ids(area) == {"own", "private", "exact", "general"}
    assert area["territory"] == {"id": "own", "name": "Consejo own"}
    west, south, east, north = area["bounds"]
    around = shapely.box(west, south, east, north)
    assert around.contains(SHAPES["own"].buffer(0.017))
    assert SHAPES["own"].buffer(0.02, join_style="mitre").contains(around)
    for each in area["around"]["features"]:
        assert read(each["geometry"]).equals_exact(SHAPES[each["id"]], tolerance=0), each["id"]
    assert ids(opened.ask("distant", "GET", f"/api/work-area?bbox={BOX}").json()) == {"exact"}


def test_findings_of_the_own_territory_come_along(opened):
    told = opened.ask("spokes", "GET", "/api/territories/own/findings?lang=en").json()
    area = opened.ask("spokes", "GET", "/api/work-area?territory=own&lang=en").json()
    assert {each["id"] for each in told} <= {each["id"] for each in area["findings"]}


def test_nobody_but_its_asker_may_keep_an_area(opened):
    for who in (None, "spokes"):
        headers = opened.ask(who, "GET", f"/api/work-area?bbox={BOX}").headers
        assert headers["cache-control"] == "private, no-store"
        assert "Cookie" in headers["vary"]


@pytest.mark.parametrize(
    ("who", "query", "status", "code"),
    [
        (None, "", 422, "work_area.which"),
        ("spokes", f"territory=own&bbox={BOX}", 422, "work_area.which"),
        (None, "territory=own", 404, "territory.unknown"),
        ("distant", "territory=own", 404, "territory.unknown"),
        ("spokes", "territory=none", 404, "territory.unknown"),
        (None, "bbox=1,2,3", 422, "bbox.numbers"),
    ],
)
def test_an_area_that_cannot_be_told_says_why(opened, who, query, status, code):
    answer = opened.ask(who, "GET", f"/api/work-area?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_territory_without_a_line_has_no_area(opened):
    opened.issue("maker", Role.ORGANIZER)
    made = opened.ask("maker", "POST", "/api/territories", json={"level": "council", "name": "La Nueva"}).json()
    answer = opened.ask("maker", "GET", f"/api/work-area?territory={made['id']}")
    assert (answer.status_code, answer.json()["code"]) == (422, "work_area.line")


def test_more_territories_than_a_phone_draws_along_are_refused(opened, monkeypatch):
    monkeypatch.setattr("territory.services.work_area.MOST_TERRITORIES", 2)
    answer = opened.ask("spokes", "GET", "/api/work-area?territory=own")
    assert (answer.status_code, answer.json()["code"]) == (422, "work_area.large")


def test_municipal_lines_come_along(client):
    area = client.get("/api/work-area?bbox=-69.301,9.99,-69.27,10.02").json()
    kinds = {each["properties"]["kind"] for each in area["around"]["features"]}
    assert {"territory", "municipality"} <= kinds
