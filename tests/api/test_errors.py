import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from territory.api.app import create_app
from territory.api.errors import STATUS
from territory.services.errors import Refusal
from territory.words import LANGUAGES, catalogue

ASKED = {
    "no such path": ("GET", "/api/nothing", 404),
    "no such territory": ("GET", "/api/territories/nobody", 404),
    "no such view": ("GET", "/map/moon", 422),
    "no such tile layer": ("GET", "/tiles/moon/1/0/0.mvt", 404),
    "a tile outside": ("GET", "/tiles/council/1/2/0.mvt", 404),
    "a tile in words": ("GET", "/tiles/council/a/2/0.mvt", 422),
    "no such asset": ("GET", "/static/map/nothing.js", 404),
    "above the assets": ("GET", "/static/map/..%2f..%2fpyproject.toml", 404),
    "wrong method": ("DELETE", "/api/check", 405),
    "no body": ("POST", "/api/check", 415),
    "limit in words": ("GET", "/api/territories?limit=many", 422),
    "limit of none": ("GET", "/api/territories?limit=0", 422),
    "three numbers for a box": ("GET", "/api/territories?bbox=1,2,3", 422),
    "words for a box": ("GET", "/api/territories?bbox=a,b,c,d", 422),
    "a box inside out": ("GET", "/api/territories?bbox=3,2,1,4", 422),
    "a box of nothing": ("GET", "/api/territories?bbox=nan,0,1,1", 422),
    "no such level": ("GET", "/api/territories?level=planet", 422),
    "a date that is none": ("GET", "/map/territories?date=yesterday", 422),
    "an endless cursor": ("GET", "/api/territories?cursor=" + 500 * "x", 422),
}


@pytest.mark.parametrize(("method", "path", "status"), ASKED.values(), ids=ASKED.keys())
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_one_shape(client, method, path, status, language):
    answer = client.request(method, path, headers={"accept-language": language})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    problem = answer.json()
    assert list(problem) == ["type", "title", "status", "detail", "code", "args"]
    assert problem["status"] == status
    assert problem["type"] == f"/docs#{problem['code']}"
    assert problem["title"] == catalogue(language)["errors"][f"status.{status}"]
    assert problem["detail"].endswith(".")
    assert "{" not in problem["detail"]


def test_a_method_that_is_not_taken_comes_with_those_that_are(client):
    assert client.delete("/api/check").headers["allow"] == "POST"


def test_a_bug_tells_nothing_of_its_insides(client, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the secret of line 42")

    monkeypatch.setattr("territory.services.publishing.territories", broken)
    answer = client.get("/api/territories?lang=en", headers={"if-none-match": ""})
    assert answer.status_code == 500
    assert list(answer.json()) == ["type", "title", "status", "detail", "code", "args"]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_somebody_who_opened_a_page_gets_a_page(client):
    answer = client.get("/nowhere?lang=en", headers={"accept": "text/html,*/*"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert catalogue("en")["errors"]["status.404"] in answer.text
    assert client.get("/nowhere").headers["content-type"] == "application/problem+json"


def test_every_refusal_has_a_status_and_every_status_a_title():
    def family(kind):
        return {kind}.union(*map(family, kind.__subclasses__()))

    assert all(issubclass(kind, tuple(STATUS)) for kind in family(Refusal) - {Refusal})
    for language in LANGUAGES:
        assert {f"status.{each}" for each in STATUS.values()} <= set(catalogue(language)["errors"])


def test_every_code_that_is_raised_has_its_sentence():
    import re

    package = Path(__file__).parents[2] / "territory"
    source = "".join(path.read_text("utf-8") for path in package.rglob("*.py") if "intake" not in path.parts)
    kinds = "|".join(kind.__name__ for kind in STATUS if issubclass(kind, Refusal))
    raised = set(re.findall(rf'\b(?:{kinds})\(\s*"([a-z_.]+)"', source))
    assert len(raised) > 20
    assert raised <= set(catalogue("es")["errors"])


def test_a_store_that_is_not_loaded_yet_is_said(settings):
    client = TestClient(create_app(settings))  # not entered: its lifespan has not begun
    assert client.get("/healthz").json() == {"status": "ok"}
    for path in ("/readyz", "/api/territories", "/tiles/council/0/0/0.mvt"):
        answer = client.get(path)
        assert (answer.status_code, answer.json()["code"]) == (503, "store.unavailable")
        assert int(answer.headers["retry-after"]) > 0


def test_too_many_uploads_are_asked_to_come_back(client, monkeypatch):
    monkeypatch.setattr(client.app.state.settings, "uploads_waiting", 0)
    answer = client.post("/api/check/file", files={"file": ("x.geojson", b"{}")})
    assert (answer.status_code, answer.json()["code"]) == (429, "upload.queue")
    assert int(answer.headers["retry-after"]) > 0


def test_arguments_of_an_error_are_json(client):
    problem = client.get("/api/territories?level=planet").json()
    assert json.loads(json.dumps(problem["args"])) == problem["args"]
    assert "council" in problem["args"]["levels"]
