"""The sheet over HTTP: to its own whole and never kept, to everybody as far as it is published, to nobody else."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from desk import Desk, desk, feature, square
from fastapi.testclient import TestClient
from paper import Printed, flat
from shapely.geometry import shape

from territory.geo.crs import area_m2
from territory.maps import sheet_page
from territory.model import Publication
from territory.records import Boundary, Role, Territory
from territory.services.access import OPERATOR

SHAPES = {
    "exact": square(0),
    "beside": square(1),
    "kept": square(2),
    "quiet": square(3),
    "general": square(0, 1),
    "claims": square(0, -0.9),
    "alone": square(7),
}
PUBLICATIONS = {
    "beside": Publication.EXACT,
    "kept": Publication.PRIVATE,
    "quiet": Publication.EXACT,
    "general": Publication.GENERAL,
    "alone": Publication.LISTED,
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("sheets") / "sheets.db"
    with TestClient(desk(str(path), SHAPES, PUBLICATIONS)) as client:
        made = Desk(client, {})
        register = client.app.state.live.register
        with register.writing(OPERATOR, "test") as writing:
            for each in ("general", "quiet"):
                writing.put(replace(writing.get(Boundary, each), shown=False))
            told = {"north": "por la quebrada La Honda", "west": "donde el samán"}
            writing.put(replace(writing.get(Boundary, "kept"), words=told))
            known = writing.get(Territory, "quiet")
            writing.put(replace(known, published=2))
        made.issue("spokesperson", Role.SPOKESPERSON, territories=["exact", "kept"])
        made.issue("neighbour", Role.SPOKESPERSON, territories=["beside"])
        made.issue("organizer", Role.ORGANIZER)
        yield made


def words(answer) -> str:
    """A page as it is read."""
    return flat(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(style|svg).*?</\1>", " ", answer.text)))


def test_its_own_get_it_whole_and_no_cache_keeps_it(opened):
    answer = opened.ask("spokesperson", "GET", "/t/exact/sheet")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert {"Cookie", "Authorization"} <= set(answer.headers["vary"].split(", "))
    told = words(answer)
    assert "Consejo exact" in told or "exact" in told
    assert "Familias 180" in told
    assert "rige desde" in told
    assert "Muestra solo lo que la comunidad ha publicado" not in told


def test_everybody_gets_what_is_published_and_no_more(opened):
    answer = opened.ask(None, "GET", "/t/beside/sheet")
    assert answer.headers["cache-control"] == "no-cache"
    told = words(answer)
    assert "Muestra solo lo que la comunidad ha publicado" in told
    assert "Familias 150–199" in told
    assert "180" not in told.split("Linderos")[0].split("Datos")[1]
    assert "rige desde" not in told
    assert "sin preguntar" not in told
    # To the west lies what is published, to the east what is not.
    assert re.search(r"Oeste .*Con exact \(consejo comunal\)", told)
    assert re.search(r"Este Sin vecino conocido", told)
    assert "kept" not in answer.text


def test_a_spokesperson_of_it_sees_the_neighbour_who_shows_its_line(opened):
    told = words(opened.ask("neighbour", "GET", "/t/beside/sheet"))
    assert re.search(r"Este Con Consejo kept", told)
    assert "sin preguntar al vecino" in told


def test_a_neighbour_who_keeps_its_line_back_is_nobody(opened):
    told = words(opened.ask("spokesperson", "GET", "/t/exact/sheet"))
    assert re.search(r"Norte Sin vecino conocido", told)
    assert re.search(r"Norte Con Consejo general", words(opened.ask("organizer", "GET", "/t/exact/sheet")))


def test_of_a_neighbour_who_is_public_but_shows_no_line_nothing_is_said_to_be_asked(opened):
    told = words(opened.ask("spokesperson", "GET", "/t/kept/sheet"))
    assert re.search(r"Este Con Consejo quiet [^:]*Estado: con vecino", told)
    assert re.search(r"Oeste Con Consejo beside [^:]*Estado: sin preguntar al vecino", told)


def test_what_the_community_says_of_its_line_stands_beside_what_was_measured(opened):
    told = words(opened.ask("spokesperson", "GET", "/t/kept/sheet"))
    assert "En palabras de la comunidad Norte por la quebrada La Honda Oeste donde el samán" in told
    assert "En palabras" not in words(opened.ask("spokesperson", "GET", "/t/exact/sheet"))


def test_contested_ground_is_neither_side_s_in_public_and_said_to_be_contested(opened):
    everybody = opened.ask(None, "GET", "/t/exact/sheet")
    own = opened.ask("spokesperson", "GET", "/t/exact/sheet")
    area = r"Superficie ([\d.,]+) ha"
    public_ha, own_ha = (
        float(re.search(area, words(each))[1].replace(".", "").replace(",", ".")) for each in (everybody, own)
    )
    shown = shape(opened.ask(None, "GET", "/api/territories/exact").json()["geometry"])
    assert public_ha == pytest.approx(area_m2(shown) / 1e4, abs=0.01)
    assert own_ha == pytest.approx(area_m2(SHAPES["exact"]) / 1e4, abs=0.01)
    assert public_ha < 0.95 * own_ha
    assert re.search(r"Sur Con .*claims .*Estado: en disputa", words(everybody))
    assert re.search(r"Sur Con .*claims .*Estado: en disputa", words(own))


@pytest.mark.parametrize(
    ("who", "territory", "status"),
    [
        (None, "kept", 404),
        (None, "nothing-here", 404),
        (None, "general", 401),
        (None, "alone", 401),
        ("spokesperson", "alone", 403),
        ("neighbour", "kept", 403),
        ("neighbour", "exact", 200),
        ("spokesperson", "kept", 200),
    ],
)
@pytest.mark.parametrize("form", ["html", "pdf"])
def test_who_may_not_see_it_does_not_get_it_in_any_form(opened, who, territory, status, form):
    answer = opened.ask(who, "GET", f"/t/{territory}/sheet?format={form}")
    assert answer.status_code == status
    if status != 200:
        assert "no-store" in answer.headers["cache-control"]
        assert "Linderos" not in answer.text


def test_what_one_may_not_know_of_looks_like_what_is_not_there(opened):
    kept, nothing = (opened.ask(None, "GET", f"/t/{each}/sheet") for each in ("kept", "nothing-here"))
    assert kept.text.replace("kept", "X") == nothing.text.replace("nothing-here", "X")


def test_a_version_of_ones_own_is_had_by_its_number_and_everybody_gets_only_the_published_one(opened):
    drawn = feature(square(7, 0, 0.5))
    opened.issue("of-alone", Role.SPOKESPERSON, territories=["alone"])
    put = opened.ask(
        "of-alone", "PUT", "/api/territories/alone/boundary", json=drawn, headers={"If-Match": '"v1"'}
    )
    assert put.status_code == 201, put.text
    first = words(opened.ask("of-alone", "GET", "/t/alone/sheet?version=1"))
    newest = words(opened.ask("of-alone", "GET", "/t/alone/sheet"))
    assert "Hay una versión más nueva: la 2" in first
    assert "Versión 2 del límite" in newest
    assert "Hay una versión más nueva" not in newest
    assert opened.ask("of-alone", "GET", "/t/alone/sheet?version=3").json()["code"] == "sheet.version"
    register = opened.client.app.state.live.register
    with register.writing(OPERATOR, "test") as writing:
        writing.put(replace(writing.get(Territory, "alone"), publication=Publication.EXACT, published=1))
    assert "Versión 1 del límite" in words(opened.ask(None, "GET", "/t/alone/sheet"))
    assert opened.ask(None, "GET", "/t/alone/sheet?version=2").status_code == 404


def test_pdf_is_the_same_sheet_to_be_kept_as_a_file(opened):
    answer = opened.ask("spokesperson", "GET", "/t/exact/sheet?format=pdf&lang=en&paper=a4")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == 'attachment; filename="exact-v1.pdf"'
    assert answer.headers["cache-control"] == "private, no-store"
    printed = Printed.of(answer.content)
    assert "Sheet of the territory" in printed.text
    assert printed.sizes[0] == pytest.approx((595.28, 841.89), abs=0.5)
    page = words(opened.ask("spokesperson", "GET", "/t/exact/sheet?lang=en"))
    for run in re.findall(r"With [^.]+\.", page):
        assert run in printed.text
    fingerprint = printed.code.partition("#")[2]
    assert printed.code == f"http://testserver/t/exact/sheet?version=1#{fingerprint}"
    versions = opened.ask("spokesperson", "GET", "/api/territories/exact/versions").json()
    assert fingerprint in str(versions)


def test_the_page_lets_nothing_run_and_loads_nothing_from_elsewhere(opened):
    answer = opened.ask("spokesperson", "GET", "/t/exact/sheet")
    [nonce] = re.findall(r"style-src 'self' 'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert re.findall(r"<style[^>]*>", answer.text) == [f'<style nonce="{nonce}">']
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    loads = re.findall(r'<(?:link|img)\b[^>]*(?:src|href)="([^"]+)"', answer.text)
    assert loads
    assert all(opened.client.get(each).status_code == 200 for each in loads)


def test_where_no_pdf_can_be_written_that_is_said_in_a_sentence(opened, monkeypatch):
    def cannot(*_, **__):
        raise sheet_page.NoPaper("libpango")

    monkeypatch.setattr(sheet_page, "pdf", cannot)
    answer = opened.ask("spokesperson", "GET", "/t/exact/sheet?format=pdf")
    assert (answer.status_code, answer.json()["code"]) == (503, "sheet.no_pdf")
    assert "Imprimir" in answer.json()["detail"]


@pytest.mark.parametrize("asked", ["version=0", "version=x", "format=png", "paper=a0"])
def test_what_cannot_be_asked_is_refused_with_a_sentence(opened, asked):
    answer = opened.ask("spokesperson", "GET", f"/t/exact/sheet?{asked}")
    assert answer.status_code == 422
    assert answer.json()["detail"]
