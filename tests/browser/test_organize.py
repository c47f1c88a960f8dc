"""The organizers' page: from "what is missing here" to a printed list, at phone and desktop size."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from paper import Printed
from playwright.sync_api import Page, expect

from territory.profiles import load_profile
from territory.records import Role
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

GROUPS = "window.organizing.missing.plans.plan.groups.features"


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
    """The page, for somebody who came in."""
    page.goto(f"/key?lang=es#{key}")
    expect(page.get_by_role("heading", name="Organizadora u organizador")).to_be_visible()
    page.goto("/organize?lang=es")
    return page


def look(page: Page) -> None:
    page.get_by_role("button", name="Buscar lo que falta").click()
    expect(page.locator("#found")).to_be_visible(timeout=60_000)


def test_who_has_no_key_is_led_to_where_it_is_entered(page: Page, accessible):
    page.goto("/organize?lang=es")
    expect(page.get_by_text("Esta página es para quienes organizan")).to_be_visible()
    accessible()
    page.get_by_role("button", name="Buscar lo que falta").click()
    expect(page.locator("#status")).to_contain_text("llave")


def test_what_is_missing_is_listed_and_shown_and_taken_along(organizing: Page, accessible):
    page = organizing
    accessible()
    look(page)
    rows = page.locator("#gaps > li")
    assert rows.count() >= 3
    expect(rows.first).to_contain_text("no pertenecen a ninguna comuna")
    accessible()
    show = rows.first.get_by_role("button", name="Ver en el mapa")
    show.click()
    expect(show).to_have_attribute("aria-pressed", "true")
    chosen = page.evaluate("() => window.organizing.missing.list.chosen")
    assert rows.first.get_attribute("id") == f"gap-{chosen}"
    with page.expect_download() as download:
        page.get_by_role("button", name="Descargar").click()
    told = json.loads(download.value.path().read_text("utf-8"))
    assert told["features"][0]["id"] == chosen


def test_kinds_are_left_out_of_list_and_map_alike(organizing: Page):
    page = organizing
    look(page)
    count = page.locator("#gaps > li").count()
    page.get_by_role("checkbox", name="Podrían formar una comuna").uncheck()
    left = page.locator("#gaps > li").count()
    assert left < count
    drawn = page.evaluate(
        "() => window.organizing.missing.gaps.source.getFeatures().map((each) => each.get('kind'))"
    )
    assert "B" not in drawn
    assert len(drawn) == left


def test_one_municipality_is_looked_at_on_its_own(organizing: Page):
    page = organizing
    places = page.locator("#where optgroup[label^=Municipios] option")
    page.locator("#where").select_option(places.first.get_attribute("value"))
    look(page)
    expect(page.locator("#coverage")).to_contain_text("Terreno en consejos")
    area = page.evaluate("() => window.organizing.missing.area.source.getFeatures().length")
    assert area == 1


def test_the_map_leads_to_the_list(organizing: Page):
    page = organizing
    look(page)
    last = page.evaluate("() => window.organizing.missing.list.gaps.at(-1).id")
    page.evaluate("(id) => window.organizing.missing.list.choose(id)", last)
    expect(page.locator(f"#gap-{last}")).to_have_class("chosen")
    expect(page.locator(f"#gap-{last} button")).to_be_focused()


def test_from_a_gap_to_a_plan_in_two_taps_moved_by_hand_and_kept(organizing: Page, accessible):
    page = organizing
    look(page)
    page.get_by_role("button", name="Preparar un plan").first.click()
    expect(page.locator("#plans")).to_be_visible(timeout=60_000)
    accessible()
    expect(page.get_by_role("button", name="Plan 1")).to_have_attribute("aria-pressed", "true")
    drawn = page.evaluate("() => window.organizing.missing.groups.source.getFeatures().length")
    assert drawn == page.locator("#groups > li h3", has_text="Comuna").count() > 0
    page.locator("#groups summary").first.click()
    page.locator("#groups select").first.select_option("")
    expect(page.locator("#groups > li h3", has_text="Fuera")).to_be_visible()
    assert page.locator("#status").inner_text().startswith("Así ")
    page.get_by_label("Nombre del plan").fill("<b>Eje</b> del río")
    page.get_by_role("button", name="Guardar el plan").click()
    expect(page.locator("#kept-plans")).to_contain_text("<b>Eje</b> del río")
    accessible()


def test_a_plan_is_printed_on_one_page_with_its_councils_and_without_the_list_of_gaps(organizing: Page):
    page = organizing
    look(page)
    page.get_by_role("button", name="Preparar un plan").first.click()
    expect(page.locator("#groups > li").first).to_be_visible(timeout=60_000)
    councils = page.evaluate(f"() => {GROUPS}.flatMap((g) => g.properties.councils.map((c) => c.name))")
    pages = Printed.of(page.pdf(format="A4")).texts
    assert len(pages) == 1
    printed = " ".join(pages[0].split())
    assert all(each in printed for each in councils)
    assert "Lo que falta" not in printed
    assert "Dejar esta comuna" not in printed


def test_wishes_weigh_and_are_told_beside_the_plans(organizing: Page, accessible):
    page = organizing
    look(page)
    page.get_by_role("button", name="Preparar un plan").first.click()
    expect(page.locator("#plans")).to_be_visible(timeout=60_000)
    expect(page.locator("#compare")).not_to_contain_text("Viaje desde el centro")
    page.get_by_text("Más deseos").click()
    page.get_by_label("Que los viajes sean cortos").select_option("Importa mucho")
    page.get_by_label("Que no crucen líneas municipales").select_option("Importa algo")
    page.get_by_label("ríos", exact=True).check()
    accessible()
    with page.expect_request("**/api/jobs?*") as asked:
        page.get_by_role("button", name="Proponer de nuevo").click()
    sent = asked.value.post_data_json
    assert (sent["travel_weight"], sent["crossing_weight"], sent["barriers"]) == (1, 0.2, ["rivers"])
    expect(page.locator("#compare")).to_contain_text("Viaje desde el centro", timeout=60_000)


def test_other_sizes_give_other_plans_and_a_settled_commune_stays(organizing: Page):
    page = organizing
    look(page)
    page.get_by_role("button", name="Preparar un plan").first.click()
    expect(page.locator("#plans")).to_be_visible(timeout=60_000)
    page.get_by_label("Consejos por comuna, al menos").fill("2")
    page.get_by_label("a lo más").fill("4")
    page.get_by_role("button", name="Proponer de nuevo").click()
    expect(page.locator("#groups > li").nth(1)).to_be_visible(timeout=60_000)
    first = page.evaluate(
        "() => window.organizing.missing.plans.plan.groups.features[0].properties.councils.map((c) => c.id)"
    )
    page.locator("#groups > li").first.get_by_role("checkbox").check()
    page.get_by_role("button", name="Proponer de nuevo").click()
    page.wait_for_function(
        "() => window.organizing.missing.plans.locked.size === 1 && window.organizing.missing.plans.found.seed > 2"
    )
    [kept] = page.evaluate(f"() => ({GROUPS}).filter((each) => each.properties.is_locked)")
    kept = [each["id"] for each in kept["properties"]["councils"]]
    assert sorted(kept) == sorted(first)
