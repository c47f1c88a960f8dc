import json
import re

import pytest

from territory.words import LANGUAGES, catalogue

PAGES = ("/", "/draw", "/check", "/docs", "/map/territories", "/map/coverage")


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_speaks_the_language_it_is_asked_in(client, path, language):
    page = client.get(path, params={"lang": language})
    assert page.status_code == 200
    assert re.search(rf'<html[^>]* lang="{language}"', page.text)
    assert page.headers["content-language"] == language


@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs_on_a_page_but_what_carries_its_nonce(client, path):
    page = client.get(path)
    policy = page.headers["content-security-policy"]
    [nonce] = re.findall(r"script-src[^;]*'nonce-([^']+)'", policy)
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in re.findall(r"script-src[^;]*", policy)[0]
    runs = [tag for tag in re.findall(r"<script\b[^>]*>", page.text) if 'type="text/plain"' not in tag]
    for tag in runs:
        assert f'nonce="{nonce}"' in tag
    assert not re.search(r"\son\w+=", re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL))
    assert client.get(path).headers["content-security-policy"] != policy


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_for_nothing_from_elsewhere(client, path):
    loads = re.findall(r'<(?:script|link|img|iframe)\b[^>]*(?:src|href)="([^"]+)"', client.get(path).text)
    assert all(url.startswith(("/", "data:", "#")) and not url.startswith("//") for url in loads)


@pytest.mark.parametrize("path", PAGES)
def test_every_asset_of_a_page_is_there(client, path):
    for url in set(re.findall(r'(?:src|href)="(/static/[^"?]+)', client.get(path).text)):
        assert client.get(url).status_code == 200, url


@pytest.mark.parametrize("part", ["neighbours", "act"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_part_of_the_drawing_page_brings_its_sentences_and_nothing_that_runs(client, part, language):
    answer = client.get(f"/draw/parts/{part}", params={"lang": language})
    assert answer.status_code == 200
    [(kind, words)] = re.findall(r"<script([^>]*)>(.*?)</script>", answer.text, re.DOTALL)
    assert kind == ' type="application/json"'
    assert json.loads(words) == catalogue(language)[part]
    assert not re.search(r"\son\w+=", answer.text)


def test_only_an_embedded_map_may_stand_in_a_frame(client):
    own = client.get("/map/territories").headers["content-security-policy"]
    embedded = client.get("/map/territories?embed=1").headers["content-security-policy"]
    assert "frame-ancestors 'self'" in own
    assert "frame-ancestors *" in embedded


def test_a_map_of_a_box_leaves_the_rest_out(client):
    whole, part = (
        client.get("/map/territories").text,
        client.get("/map/territories?bbox=-69.299,10,-69.295,10.001").text,
    )
    assert "La Ceiba" in whole
    assert "La Ceiba" not in part
    assert "El Ají" in part or "El Aj\\u00ed" in part


def test_names_on_a_map_cannot_become_markup(client):
    assert "<b>Loma</b>" not in client.get("/map/territories").text


def test_findings_that_are_still_computed_are_waited_for_on_a_page(client, monkeypatch):
    monkeypatch.setattr(client.app.state.live.public(), "findings", lambda: None)
    page = client.get("/map/coverage?lang=en&bbox=-70,9,-69,11")
    assert page.status_code == 202
    assert 'role="status"' in page.text
    assert "/map/coverage?lang=en&amp;bbox" in page.text


def test_the_docs_list_every_operation_and_every_error(client):
    page = client.get("/docs").text
    described = client.get("/openapi.json").json()
    for path, operations in described["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page
    assert 'id="geojson.swapped"' in page


def test_health_is_short(client):
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json()["territories"] == 5
