"""Corridors on the organizers' page: from two communes to a printed, kept and affirmed corridor, at both sizes."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest
from paper import Printed
from playwright.sync_api import Page, expect

from territory.profiles import load_profile
from territory.records import Role
from territory.services import acts, keys
from territory.services.access import OPERATOR
from territory.services.acts import Minutes
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

ONE, OTHER = "Semilla Nueva", "Nuevo Horizonte 2"
ANSWER = "window.organizing.corridors.answer"
DRAWN = "window.organizing.corridors.shapes.source.getFeatures()"


@pytest.fixture(scope="module")
def key(store: Path) -> str:
    """An organizer's, for everywhere."""
    register = open_register(str(store), load_profile())
    ends = datetime.date.today() + datetime.timedelta(days=30)
    issued = keys.issue(register, OPERATOR, role=Role.ORGANIZER, ends=ends)
    register.store.close()
    return issued.whole


@pytest.fixture
def organizing(page: Page, key: str) -> Page:
    """The question, for somebody who came in."""
    page.goto(f"/key?lang=es#{key}")
    expect(page.get_by_role("heading", name="Organizadora u organizador")).to_be_visible()
    page.goto("/organize?lang=es#corridors")
    return page


def choose(page: Page, name: str) -> None:
    page.get_by_label("¿A quiénes une?").fill(name)
    page.locator("#corridor-members .offered").get_by_role("button", name=f"Comuna {name}", exact=True).click()


def look(page: Page) -> None:
    for name in (ONE, OTHER):
        choose(page, name)
    page.get_by_role("button", name="Buscar el corredor").click()
    expect(page.locator("#corridor-found")).to_be_visible(timeout=120_000)


def kinds(page: Page) -> list[str]:
    return page.evaluate(f"() => {DRAWN}.map((each) => each.get('kind'))")


def test_a_corridor_is_found_told_and_shown(organizing: Page, accessible):
    page = organizing
    accessible()
    page.get_by_role("button", name="Buscar el corredor").click()
    expect(page.locator("#status")).to_contain_text("al menos dos")
    look(page)
    accessible()
    expect(page.locator("#corridor-fragile")).to_contain_text("frágil")
    rows = page.locator("#corridor-todo > li")
    told = page.evaluate(f"() => {ANSWER}.corridor.talk_to.length + {ANSWER}.corridor.breaks.length")
    assert rows.count() == told > 0
    assert kinds(page).count("talk_to") == page.evaluate(f"() => {ANSWER}.corridor.talk_to.length")
    assert "envelope" in kinds(page)
    rows.first.get_by_role("button", name="Ver en el mapa").click()
    expect(rows.first).to_have_class("chosen")
    assert page.evaluate(f"() => {ANSWER}.shown") == rows.first.get_attribute("data-shape")
    expect(page.get_by_role("img", name="Ancho a lo largo de")).to_be_visible()
    page.get_by_text("Los anchos en una tabla").click()
    assert page.locator("#corridor-widths tbody tr").count() > 5
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_map_leads_to_the_list_and_other_corridors_stand_beside_it(organizing: Page):
    page = organizing
    look(page)
    last = page.locator("#corridor-todo > li").last.get_attribute("data-shape")
    assert page.evaluate(f"(id) => {ANSWER}.choose(id)", last)
    expect(page.locator(f'#corridor-todo [data-shape="{last}"]')).to_have_class("chosen")
    first = page.evaluate(f"() => {ANSWER}.corridor.talk_to.map((each) => each.id)")
    page.get_by_role("button", name="Reforzado").click()
    expect(page.get_by_role("button", name="Reforzado")).to_be_focused()
    expect(page.get_by_role("button", name="Reforzado")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#corridor-fragile")).to_contain_text("rodeos")
    second = page.evaluate(f"() => {ANSWER}.corridor.talk_to.map((each) => each.id)")
    assert set(second) > set(first)
    assert kinds(page).count("talk_to") == len(second)


def test_the_keyboard_alone_orders_members_and_prefers_parks(organizing: Page):
    page = organizing
    field = page.get_by_label("¿A quiénes une?")
    field.focus()
    for name in (OTHER, ONE):
        page.keyboard.type(name)
        expect(page.locator("#corridor-members .offered button").first).to_be_visible()
        page.keyboard.press("Enter")
        expect(page.locator("#corridor-members .chosen-members")).to_contain_text(name)
    page.get_by_label("En este orden").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name=f"Subir Comuna {ONE}").focus()
    page.keyboard.press("Enter")
    chosen = page.locator("#corridor-members .chosen-members > li").first
    expect(chosen).to_contain_text(f"1. Comuna {ONE}")
    page.get_by_text("Por dónde conviene que pase").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Parques y áreas protegidas").select_option("prefer")
    page.get_by_role("button", name="Buscar el corredor").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#corridor-found")).to_be_visible(timeout=120_000)
    asked = page.evaluate("() => window.organizing.corridors.asked")
    assert asked["ordered"] is True
    assert asked["factors"] == {"protected": 0.5}
    expect(page.get_by_role("button", name="En orden")).to_have_attribute("aria-pressed", "true")


def test_it_is_taken_along_as_files(organizing: Page):
    page = organizing
    look(page)
    for name, ending in (("GeoJSON", "geojson"), ("GeoPackage", "gpkg"), ("CSV", "csv")):
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        assert download.value.suggested_filename == f"corridor.{ending}"
        if ending == "geojson":
            told = json.loads(download.value.path().read_text("utf-8"))
            assert {each["properties"]["variety"] for each in told["features"]} >= {"core", "reinforced"}


def test_it_prints_on_one_page_with_map_measures_and_what_there_is_to_do(organizing: Page):
    page = organizing
    look(page)
    printed = Printed.of(page.pdf(prefer_css_page_size=True))
    paper = re.sub(r"\s+", " ", " ".join(printed.texts))
    assert len(printed.sizes) == 1
    assert max(letter.right for letter in printed.letters) < printed.sizes[0][0] - 20
    assert f"Corredor entre Comuna {ONE}" in paper
    assert "Por hacer" in paper
    assert "Costo frente al menor" in paper
    assert "no es un documento de registro" in paper
    assert not page.evaluate("document.body.classList.contains('printing')")


def test_it_is_kept_made_a_corridor_and_affirmed_by_one_member(organizing: Page, store: Path, accessible, size):
    page = organizing
    look(page)
    page.get_by_role("button", name="Guardar este corredor").first.click()
    called = f"<b>Eje</b> {size}"
    page.get_by_label("Nombre del corredor").fill(called)
    page.locator("#corridor-keep").get_by_role("button", name="Guardar este corredor").click()
    row = page.locator("#corridor-plans > li", has_text=called)
    expect(row).to_contain_text("Lo afirmaron 0 de 2")
    expect(row.locator("li").first).to_contain_text("todavía no")
    page.get_by_role("button", name=f"Hacer de {called}").click()
    expect(row).to_contain_text("Ya es un corredor")
    affirm(store, called)
    page.reload()
    expect(row).to_contain_text("Lo afirmaron 1 de 2")
    expect(row.locator("li").first).to_contain_text("lo afirmó el")
    row.get_by_role("button", name="Ver en el mapa").click()
    expect(page.locator("#status")).to_contain_text("quien lo afirmó")
    assert {"affirmed", "planned", "on_the_way"} <= set(kinds(page))
    accessible()


def affirm(store: Path, called: str) -> None:
    """The assembly of the first member decides."""
    register = open_register(str(store), load_profile())
    standing = register.current().standing
    [corridor] = [id_ for id_, row in standing.items() if row.name == called]
    [member] = [id_ for id_, row in standing.items() if row.name == f"Comuna {ONE}"]
    acts.join(register, OPERATOR, member, corridor, Minutes(date=datetime.date.today()))
    register.store.close()
