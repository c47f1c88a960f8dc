"""Files to take away: for everybody what is published, for a key all that it sees whole, and never mixed up."""

import html
import re
import sqlite3
import threading
from pathlib import Path

import anyio
import geopandas
import pytest
from desk import Desk, desk, feature, square
from fastapi.testclient import TestClient

from territory import intake
from territory.api.routes import exports
from territory.export import Form
from territory.model import Publication
from territory.profiles import load_profile
from territory.records import Role

PROFILE = load_profile()
LEVELS = {
    "a": Publication.EXACT,
    "b": Publication.GENERAL,
    "c": Publication.LISTED,
    "d": Publication.PRIVATE,
}
SHAPES = {name: square(2 * i, size=0.9) for i, name in enumerate(LEVELS)}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "export.db"
    with TestClient(desk(str(path), SHAPES, LEVELS)) as client:
        made = Desk(client, {})
        made.issue("sofia", Role.STEWARD)
        made.issue("ana", Role.SPOKESPERSON, territories=["d"])
        yield made


@pytest.fixture
def read(tmp_path):
    """What an answer holds."""

    def read(answer, form=Form.GPKG):
        assert answer.status_code == 200, answer.text
        path = tmp_path / f"answer{form.suffix}"
        path.write_bytes(answer.content)
        return intake.read(path, profile=PROFILE)

    return read


@pytest.mark.parametrize("form", Form)
def test_everybody_gets_what_is_published_in_every_form(opened, read, form):
    answer = opened.ask(None, "GET", f"/export.{form}")
    got = read(answer, form)
    assert got.told.index.tolist() == ["a", "b", "c"]
    assert got.undrawn.tolist() == ["c"]
    assert got.layer.geometry["a"].equals(SHAPES["a"])
    assert not got.layer.geometry["b"].equals(SHAPES["b"])
    assert got.beside["publication"].tolist() == ["exact", "general", "listed"]
    assert answer.headers["content-type"] == form.media_type
    assert answer.headers["content-disposition"] == f'attachment; filename="territorios.{form}"'


@pytest.mark.parametrize("form", Form)
def test_a_steward_gets_everything_and_nobody_else_may_keep_it(opened, read, form):
    answer = opened.ask("sofia", "GET", f"/export.{form}")
    got = read(answer, form)
    assert got.told.index.tolist() == list(LEVELS)
    assert got.told["families"].tolist() == [180] * 4
    for name, shape in SHAPES.items():
        assert got.layer.geometry[name].equals(shape)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"] == f'attachment; filename="territorios-privado.{form}"'


def test_a_spokesperson_gets_its_own(opened, read):
    got = read(opened.ask("ana", "GET", "/export.gpkg"))
    assert got.told.index.tolist() == ["d"]
    assert got.layer.geometry["d"].equals(SHAPES["d"])


def test_who_has_a_key_can_ask_for_what_everybody_gets(opened):
    everybody = opened.ask(None, "GET", "/export.csv")
    assert opened.ask("sofia", "GET", "/export.csv?public=true").content == everybody.content


def test_a_public_file_is_kept_as_long_as_nothing_public_changes(opened):
    first = opened.ask(None, "GET", "/export.kml")
    assert first.headers["cache-control"] == "public, max-age=60"
    assert {each.strip() for each in first.headers["vary"].split(",")} >= {"Cookie", "Authorization"}
    known = {"If-None-Match": first.headers["etag"]}
    again = opened.ask(None, "GET", "/export.kml", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    assert opened.ask("sofia", "GET", "/export.kml", headers=known).status_code == 200
    sent = {"json": feature(square(6, size=0.8)), "headers": {"If-Match": '"v1"'}}
    assert opened.ask("ana", "PUT", "/api/territories/d/boundary", **sent).status_code == 201
    assert opened.ask(None, "GET", "/export.kml", headers=known).status_code == 304
    back = {"json": feature(SHAPES["d"]), "headers": {"If-Match": '"v2"'}}
    assert opened.ask("ana", "PUT", "/api/territories/d/boundary", **back).status_code == 201


def test_a_place_a_level_and_a_day_can_be_asked_for(opened, read):
    box = ",".join(map(str, SHAPES["a"].bounds))
    assert read(opened.ask(None, "GET", f"/export.gpkg?bbox={box}&level=council")).told.index.tolist() == ["a"]
    answer = opened.ask("sofia", "GET", "/export.geojson?date=2020-01-01")
    assert 'filename="territorios-privado-2020-01-01.geojson"' in answer.headers["content-disposition"]
    assert [each["geometry"] for each in answer.json()["features"]] == [None] * 4
    assert opened.ask(None, "GET", "/export.geojson?level=commune").json()["features"] == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/export.dwg", 422),
        ("/export.csv?level=galaxy", 422),
        ("/export.csv?bbox=1,2,3", 422),
        ("/export.csv?date=someday", 422),
        ("/export", 404),
    ],
)
def test_what_cannot_be_had_is_refused_in_words(opened, path, status):
    answer = opened.ask(None, "GET", path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_file_comes_whole_or_not_at_all(opened):
    """The next one may be of another version: a piece of it would not fit the pieces that somebody has."""
    answer = opened.ask(None, "GET", "/export.csv", headers={"Range": "bytes=5-9"})
    assert (answer.status_code, answer.headers["accept-ranges"]) == (200, "none")


def test_a_wrong_key_gets_nothing(opened):
    answer = opened.client.get("/export.csv", headers={"Authorization": "Bearer nobody.nothing"})
    assert answer.status_code == 401


def test_nothing_is_left_on_the_disk(opened, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for form in Form:
        assert opened.ask(None, "GET", f"/export.{form}").status_code == 200
    assert opened.ask(None, "GET", "/export.csv?level=galaxy").status_code == 422
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_nobody_waits_for_any_more_is_gone_too(tmp_path):
    path = tmp_path / "draft" / "a.csv"
    path.parent.mkdir()
    path.write_text("a")

    async def hang_up():
        return {"type": "http.disconnect"}

    async def send(_):
        await anyio.sleep_forever()

    scope = {"type": "http", "method": "GET", "headers": []}
    anyio.run(exports._Handed(path), scope, hang_up, send)
    assert list(tmp_path.iterdir()) == []


def test_files_are_made_one_after_the_other_and_too_many_are_sent_away(opened, monkeypatch):
    began, go, at_once, most = threading.Event(), threading.Event(), [], []

    def slowly(layer, path: Path, form):
        at_once.append(form)
        most.append(len(at_once))
        began.set()
        assert go.wait(60)
        path.write_bytes(b"x")
        at_once.pop()

    monkeypatch.setattr(exports.exporting, "write_layer", slowly)
    monkeypatch.setattr(exports, "_MOST_WAITING", 2)
    answers = []
    askers = [
        threading.Thread(target=lambda: answers.append(opened.ask(None, "GET", "/export.csv").status_code))
        for _ in range(4)
    ]
    limiter = opened.client.app.state.export_limiter
    askers[0].start()
    assert began.wait(60)
    for waiting, asker in enumerate(askers[1:3], 1):
        asker.start()
        while limiter.statistics().tasks_waiting < waiting:
            asker.join(0.01)
    refused = opened.ask(None, "GET", "/export.csv")
    go.set()
    for asker in askers[:3]:
        asker.join()
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")
    assert answers == [200, 200, 200]
    assert max(most) == 1


def links(page: str) -> list[str]:
    """The files that a page offers."""
    return [html.unescape(each) for each in re.findall(r'<a href="(/export[^"]+)" download', page)]


@pytest.mark.parametrize(
    "path", ["/", "/map/territories", "/map/territories?lang=en", "/map/territories?date=2024-05-01"]
)
def test_the_map_offers_what_everybody_sees_whoever_looks_at_it(opened, path):
    offered = links(opened.ask("sofia", "GET", path).text)
    assert [each.partition("?")[0] for each in offered] == [
        f"/export.{form}" for form in ("geojson", "kml", "csv", "gpkg", "zip")
    ]
    for each in offered:
        answer = opened.ask("sofia", "GET", each)
        assert answer.status_code == 200
        assert "privado" not in answer.headers["content-disposition"]
        assert answer.content == opened.ask(None, "GET", each).content
        assert ("2024-05-01" in each) == ("date" in path)


def test_findings_and_maps_in_frames_offer_no_files(opened):
    opened.client.app.state.live.public().findings(patience_s=300)
    for path in ("/map/coverage", "/map/territories?embed=1"):
        answer = opened.ask(None, "GET", path)
        assert answer.status_code == 200
        assert links(answer.text) == []


def test_a_geopackage_opens_in_other_programs(opened, tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(opened.ask(None, "GET", "/export.gpkg").content)
    assert geopandas.read_file(path)["name"].tolist() == ["Consejo a", "Consejo b", "Consejo c"]
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
