"""The public map of corridors, at both sizes."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_corridors_are_shown_with_what_there_is_to_say_of_them(page: Page, accessible):
    page.goto("/?lang=es")
    page.get_by_role("link", name="Corredores").click()
    expect(page.get_by_role("heading", name="Corredores", exact=True)).to_be_visible()
    panel = page.locator(".panel")
    expect(panel).to_contain_text("Corredor Agua Clara")
    expect(panel).to_contain_text("Miembros publicados")
    expect(panel).to_contain_text("paso más angosto")
    accessible()
    page.get_by_label("Nombre, o parte de él").fill("agua clara")
    expect(page.locator("#list > li")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
