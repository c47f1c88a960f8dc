"""What would happen if, and who could exchange with whom: on the organizers' page, at phone and desktop size."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from territory.profiles import load_profile
from territory.records import Exchange, Role, Side
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

ASKED = "window.organizing"


@dataclass(frozen=True)
class Region:
    """The largest commune of the demo, and keys to it."""

    organizer: str
    spokesperson: str
    commune: str
    members: list[str]
    """Names of its councils."""
    ids: list[str]


@pytest.fixture(scope="module")
def region(store: Path) -> Region:
    """The demo, with maize that is offered on one side and needed on the other, and milk that nobody has."""
    register = open_register(str(store), load_profile())
    standing = register.current().standing
    communes: dict[str, list[str]] = {}
    for id_, known in sorted(standing.items()):
        if known.level == "council" and known.parent:
            communes.setdefault(known.parent.split(";")[0], []).append(id_)
    largest = max(communes, key=lambda each: len(communes[each]))
    councils = [id_ for id_, known in sorted(standing.items()) if known.level == "council"]
    with register.writing(OPERATOR, "test") as writing:
        for name, territory, side, product, amount in (
            ("e-q1", councils[0], Side.OFFERS, "maíz", 120),
            ("e-q2", councils[-1], Side.NEEDS, "maíz", 100),
            ("e-q3", councils[1], Side.NEEDS, "leche", 30),
        ):
            writing.put(
                Exchange(id=name, territory=territory, side=side, product=product, amount=amount, unit="kg")
            )
    ends = datetime.date.today() + datetime.timedelta(days=30)
    own = communes[largest][-1:]
    issued = [
        keys.issue(register, OPERATOR, role=role, ends=ends, **scope).whole
        for role, scope in ((Role.ORGANIZER, {}), (Role.SPOKESPERSON, {"territories": own}))
    ]
    register.store.close()
    return Region(
        organizer=issued[0],
        spokesperson=issued[1],
        commune=standing[largest].name,
        members=[standing[each].name for each in communes[largest]],
        ids=communes[largest],
    )


def enter(page: Page, key: str, question: str) -> None:
    page.goto(f"/key?lang=es#{key}")
    expect(page.locator("#inside")).to_be_visible()
    page.goto(f"/organize?lang=es#{question}")


@pytest.fixture
def supposing(page: Page, region: Region) -> Page:
    """Where an organizer asks what would happen."""
    enter(page, region.organizer, "whatif")
    return page


@pytest.fixture
def matching(page: Page, region: Region) -> Page:
    """Where an organizer asks who could exchange with whom."""
    enter(page, region.organizer, "network")
    return page


def choose(page: Page, field: str, *names: str) -> None:
    for name in names:
        page.get_by_label(field).fill(name)
        page.locator(".offered:visible button", has_text=name).first.click()


def shown(page: Page) -> list[dict]:
    """What lies on the map of what is supposed."""
    return page.evaluate(
        f"() => {ASKED}.whatif.pieces.source.getFeatures().map((f) => ({{...f.getProperties(), geometry: 0}}))"
    )


def test_some_leave_and_both_sides_are_told_side_by_side(supposing: Page, region: Region, accessible):
    page = supposing
    accessible()
    choose(page, "¿Quiénes?", *region.members[:3])
    choose(page, "¿Qué grupo?", region.commune)
    page.get_by_role("button", name="Ver qué pasaría").click()
    sides = page.locator("#sides > section").first
    expect(sides.get_by_role("heading", name=region.commune)).to_be_visible()
    today, after = sides.locator(".sides > div").nth(0), sides.locator(".sides > div").nth(1)
    expect(today).to_contain_text(f"Miembros: {len(region.members)}.")
    expect(after).to_contain_text(f"Miembros: {len(region.members) - 3}.")
    expect(page.locator("#supposed-title")).to_be_focused()
    assert sum(each["number"] is None for each in shown(page)) == 3
    accessible()
    page.get_by_role("button", name="Hoy", exact=True).click()
    assert {(each["when"], len(each["members"])) for each in shown(page)} == {("before", len(region.members))}
    with page.expect_download() as download:
        page.locator("#download-supposed").click()
    told = json.loads(download.value.path().read_text("utf-8"))
    assert {each["properties"]["when"] for each in told["features"]} == {"before", "after"}


def test_several_changes_are_made_one_after_the_other(supposing: Page, region: Region):
    page = supposing
    choose(page, "¿Quiénes?", *region.members[:2])
    choose(page, "¿Qué grupo?", region.commune)
    page.get_by_role("button", name="Añadir otro cambio").click()
    choose(page, "¿Quiénes?", *region.members[:2])
    page.get_by_label("Formar un grupo nuevo").check()
    page.get_by_label("¿Cómo se llamaría?").fill("<i>La Nueva</i>")
    page.get_by_role("button", name="Añadir otro cambio").click()
    # What the second change makes, the third one joins.
    page.get_by_label("Entrar en un grupo").check()
    choose(page, "¿Quiénes?", region.members[2])
    page.locator("#new-groups button").click()
    page.get_by_role("button", name="Ver qué pasaría").click()
    new = page.locator("#sides > section", has_text="<i>La Nueva</i>")
    expect(new.locator(".sides > div").nth(0)).to_contain_text("No existe.")
    expect(new.locator(".sides > div").nth(1)).to_contain_text("Miembros: 3.")
    expect(page.locator("#changes li")).to_have_count(3)
    expect(page.locator("#left-out")).to_be_hidden()
    page.get_by_role("button", name="Quitar el último").click()
    expect(page.locator("#changes li")).to_have_count(2)
    page.get_by_role("button", name="Empezar de nuevo").click()
    expect(page.locator("#changes-box")).to_be_hidden()


def test_one_is_parted_by_a_line_drawn_on_the_map_and_by_keys_alone(supposing: Page, region: Region):
    page = supposing
    page.get_by_label("¿Quiénes?").fill(region.members[0])
    expect(page.locator("#movers .offered button").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#movers .chosen-members li")).to_have_count(1)
    page.get_by_label("Dividirse en dos").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Por el medio, de sur a norte")).to_be_checked()
    page.get_by_role("button", name="Ver qué pasaría").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#supposed-around")).to_contain_text("viene de")
    assert page.locator("#supposed-around li", has_text="viene de").count() >= 2
    page.get_by_role("button", name="Empezar de nuevo").click()
    choose(page, "¿Quiénes?", region.members[0])
    page.get_by_label("Por una línea que dibujo en el mapa").check()
    page.get_by_role("button", name="Ver qué pasaría").click()
    expect(page.locator("#status")).to_contain_text("Falta la línea")
    place = page.evaluate(f"() => {ASKED}.whatif.movers.chosen[0].at")
    for north in (-0.4, 0.4):
        page.evaluate(f"(at) => {ASKED}.whatif.tapped(at)", [place[0], place[1] + north])
    page.get_by_role("button", name="Ver qué pasaría").click()
    expect(page.locator("#supposed-around")).to_contain_text("viene de")


def test_a_finger_on_the_map_chooses_who(supposing: Page):
    page = supposing
    page.locator("#map").click(position={"x": 180, "y": 140})
    said = page.locator("#movers [role=status]")
    expect(said).not_to_be_empty()


def test_what_is_missing_for_a_question_is_said_where_it_is_missing(supposing: Page, region: Region):
    page = supposing
    page.get_by_role("button", name="Ver qué pasaría").click()
    expect(page.locator("#status")).to_contain_text("Falta decir quiénes.")
    expect(page.get_by_label("¿Quiénes?")).to_be_focused()
    choose(page, "¿Quiénes?", region.members[0])
    page.get_by_role("button", name="Ver qué pasaría").click()
    expect(page.locator("#status")).to_contain_text("Falta decir qué grupo.")
    page.get_by_label("Unirse en uno solo").check()
    page.get_by_role("button", name="Ver qué pasaría").click()
    expect(page.locator("#status")).to_contain_text("al menos dos")


def test_exchanges_are_listed_and_lie_on_the_map_and_lead_to_each_other(matching: Page, accessible):
    page = matching
    accessible()
    page.get_by_role("button", name="Buscar intercambios").click()
    expect(page.locator("#matched")).to_be_visible(timeout=60_000)
    flow = page.locator("#flow-list > li", has_text="maíz")
    expect(flow).to_contain_text("100\xa0kg al mes")
    expect(page.locator("#needs-list")).to_contain_text("leche")
    expect(page.locator("#offers-list")).to_contain_text("20\xa0kg de maíz")
    accessible()
    flow.get_by_role("button").click()
    expect(flow.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    chosen = page.evaluate(f"() => {ASKED}.network.chosen")
    assert flow.get_attribute("data-id") == chosen
    need = page.evaluate(
        f"() => {ASKED}.network.ends.source.getFeatures().find((f) => f.get('kind') === 'needs').getId()"
    )
    page.evaluate(f"(id) => {ASKED}.network.tapped([0, 0], () => ({{ getId: () => id }}))", need)
    expect(page.locator(f'#needs-list > [data-id="{need}"] button')).to_be_focused()
    expect(flow.get_by_role("button")).to_have_attribute("aria-pressed", "false")
    page.get_by_label("Producto que se muestra").select_option("leche")
    expect(page.locator("#flow-part")).to_be_hidden()
    expect(page.locator("#needs-list > li")).to_have_count(1)


def test_without_a_layer_of_roads_nobody_is_matched_by_road_and_that_is_said(matching: Page):
    page = matching
    page.get_by_label("Contar el tiempo por carretera").check()
    page.get_by_role("button", name="Buscar intercambios").click()
    expect(page.locator("#status")).to_contain_text("capa de vías", timeout=60_000)
    expect(page.locator("#matched")).to_be_hidden()


def test_what_a_territory_noted_an_organizer_reads_and_does_not_write(matching: Page, region: Region):
    page = matching
    choose(page, "¿Qué territorio?", region.members[0])
    expect(page.locator("#entries > li")).to_have_count(1)
    expect(page.locator("#note")).to_be_hidden()
    expect(page.locator("#entries button")).to_have_count(0)


def test_a_spokesperson_notes_what_their_own_offer_and_takes_it_back(page: Page, region: Region, size, accessible):
    enter(page, region.spokesperson, "network")
    expect(page.locator("#note")).to_be_visible()
    expect(page.get_by_role("button", name="Buscar intercambios")).to_be_hidden()
    accessible()
    product = f"miel {size}"
    page.get_by_label("Producto", exact=True).fill(product)
    page.get_by_label("Cantidad al mes").fill("dos")
    page.get_by_label("Medida").fill("kg")
    page.get_by_role("button", name="Anotar").click()
    expect(page.locator("#status")).to_contain_text("mayor que cero")
    page.get_by_label("Cantidad al mes").fill("2,5")
    page.keyboard.press("Enter")
    row = page.locator("#entries > li", has_text=product)
    expect(row).to_contain_text("Ofrece 2,5\xa0kg")
    expect(page.locator(f'#products option[value="{product}"]')).to_be_attached()
    row.get_by_role("button", name="Ya no").click()
    expect(row).to_have_count(0)
    expect(page.locator("#status")).to_contain_text("Ya no cuenta")
