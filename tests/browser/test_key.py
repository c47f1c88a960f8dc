"""A key from a link: to come in with it, see what it is for, and leave; at phone and desktop size."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from territory.profiles import load_profile
from territory.records import Role
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

ENDS = datetime.date.today() + datetime.timedelta(days=90)
WRONG = "nadie." + "a" * 26


@dataclass(frozen=True)
class Handed:
    """Keys that were handed out, whole, and the councils that the spokesperson's is for."""

    spokesperson: str
    steward: str
    councils: list[str]


@pytest.fixture(scope="module")
def handed(store: Path) -> Handed:
    register = open_register(str(store), load_profile())
    layer = register.current().mosaic.layer
    some = layer[layer["level"] == "council"].iloc[:3]
    spokesperson, steward = (
        keys.issue(register, OPERATOR, role=role, ends=ENDS, territories=scope).whole
        for role, scope in ((Role.SPOKESPERSON, list(some.index)), (Role.STEWARD, []))
    )
    register.store.close()
    return Handed(spokesperson, steward, list(some["name"]))


def cookies(page: Page) -> list[dict]:
    return [each for each in page.context.cookies() if each["name"] == "territory_key"]


def paste(page: Page, text: str) -> None:
    page.goto("/key?lang=es")
    page.get_by_label("Llave o enlace").fill(text)
    page.get_by_role("button", name="Entrar").click()


def test_a_link_comes_in_and_leaves_no_trace_in_the_address(page: Page, handed, accessible):
    page.goto(f"/key?lang=es#{handed.spokesperson}")
    expect(page.locator("#status")).to_have_text("Ya entró con su llave.")
    expect(page.get_by_role("heading", name="Vocera o vocero")).to_be_visible()
    expect(page.get_by_role("main")).to_be_focused()
    assert page.get_by_role("listitem").filter(has_text=re.compile(".")).all_inner_texts()[-3:] == handed.councils
    expect(page.get_by_text("Vale hasta el")).to_contain_text(str(ENDS.year))
    expect(page.get_by_label("Llave o enlace")).to_be_hidden()
    assert page.url.endswith("/key?lang=es")
    page.go_back()
    page.go_forward()
    assert handed.spokesperson.partition(".")[2] not in page.url
    accessible()


def test_the_key_is_kept_where_no_script_reads_it(page: Page, handed):
    page.goto(f"/key?lang=es#{handed.spokesperson}")
    expect(page.locator("#status")).to_contain_text("Ya entró")
    [cookie] = cookies(page)
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    secret = handed.spokesperson.partition(".")[2]
    assert secret not in page.content()
    assert secret not in page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})")


@pytest.mark.parametrize("form", ["{key}", "  {key} ", "https://mapa.example.org/key#{key}"])
def test_a_key_or_its_link_can_be_pasted(page: Page, handed, form):
    paste(page, form.format(key=handed.steward))
    expect(page.get_by_role("heading", name="Guardián de llaves")).to_be_visible()
    expect(page.get_by_text("Vale para todos los territorios.")).to_be_visible()
    expect(page.get_by_label("Llave o enlace")).to_have_value("")


def test_who_is_in_stays_in_until_they_leave(page: Page, handed, accessible):
    page.goto(f"/key?lang=es#{handed.spokesperson}")
    expect(page.locator("#status")).to_contain_text("Ya entró")
    page.goto("/key?lang=es")
    expect(page.get_by_role("heading", name="Vocera o vocero")).to_be_visible()
    page.get_by_role("button", name="Salir de este teléfono").click()
    expect(page.locator("#status")).to_have_text("Este teléfono ya no guarda la llave.")
    expect(page.get_by_label("Llave o enlace")).to_be_focused()
    expect(page.get_by_role("heading", name="Vocera o vocero")).to_be_hidden()
    assert cookies(page) == []
    page.reload()
    expect(page.get_by_label("Llave o enlace")).to_be_visible()
    accessible()


def test_a_wrong_key_is_told_and_can_be_corrected(page: Page, handed, accessible):
    # Few, on purpose: a server lets one address try ten wrong keys.
    paste(page, WRONG)
    expect(page.locator("#status")).to_contain_text("Esta llave no sirve")
    expect(page.get_by_label("Llave o enlace")).to_be_focused()
    expect(page.get_by_label("Llave o enlace")).to_have_value(WRONG)
    assert cookies(page) == []
    accessible()
    page.get_by_label("Llave o enlace").fill(handed.steward)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Guardián de llaves")).to_be_visible()


def test_a_link_that_is_opened_on_the_page_itself_comes_in_too(page: Page, handed):
    page.goto("/key?lang=es")
    expect(page.get_by_label("Llave o enlace")).to_be_visible()
    page.evaluate("key => { location.hash = key; }", handed.steward)
    expect(page.get_by_role("heading", name="Guardián de llaves")).to_be_visible()
    assert page.url.endswith("/key?lang=es")


def test_who_has_no_key_is_not_asked_about_one(page: Page, accessible):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/key" in request.url else None)
    page.goto("/key?lang=es")
    expect(page.get_by_role("button", name="Entrar")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert asked == []
    accessible()


def test_without_a_connection_it_is_told(page: Page, handed):
    page.goto("/key?lang=es")
    # Chromium would list a real failure as an error of the page.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')); }")
    page.get_by_label("Llave o enlace").fill(handed.steward)
    page.get_by_role("button", name="Entrar").click()
    expect(page.locator("#status")).to_contain_text("No hay conexión")
    expect(page.get_by_label("Llave o enlace")).to_have_value(handed.steward)


def test_nothing_is_cut_and_what_is_touched_is_big_enough(page: Page, handed):
    for address in ("/key?lang=es", f"/key?lang=es#{handed.spokesperson}"):
        page.goto("/healthz")
        page.goto(address)
        target = page.get_by_role("button", name="Salir" if "#" in address else "Entrar")
        expect(target).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert target.bounding_box()["height"] >= 40
