"""The sheet in Chromium: read on a screen, and printed without a cut word."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from paper import Printed, flat
from playwright.sync_api import Browser, Page
from printing import in_two_states, sheet, twelve

from territory.demo import region
from territory.maps import sheet_page
from territory.profiles import load_profile
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

PAPERS = {"letter": (612, 792), "a4": (595.28, 841.89)}
KEPT = os.environ.get("TERRITORY_TEST_SHEETS")
"""A folder to keep printed sheets in, to be looked at."""


@pytest.fixture(scope="module")
def two_states() -> str:
    """The commune of the demo that lies most evenly in two states."""
    return in_two_states(region(600))


@pytest.fixture(scope="module")
def with_twelve_neighbours(tmp_path_factory) -> dict[str, str]:
    """The sheet of a council with twelve neighbours, for each size of paper."""
    register = open_register(str(twelve(tmp_path_factory.mktemp("twelve"))), load_profile())
    found = sheet(register, "own")
    register.store.close()
    return {paper: sheet_page.html(found, language="es", paper=paper, is_alone=True) for paper in PAPERS}


def print_out(page: Page, name: str) -> Printed:
    """What comes out of the printer, on the paper that the page asks for."""
    pdf = page.pdf(prefer_css_page_size=True)
    if KEPT:
        Path(KEPT, f"{name}.pdf").write_bytes(pdf)
    return Printed.of(pdf)


def assert_whole(page: Page, printed: Printed, paper: str) -> None:
    """Every word of the page is on paper, in its place, and on every page what the whole is."""
    assert printed.sizes == [pytest.approx(PAPERS[paper], abs=1)] * len(printed.sizes)
    assert printed.cut(margin_mm=6) == []
    assert printed.across(below_mm=20, above_mm=14) == []
    rows = page.locator("main :is(li, dd, td, th, h1, h2, h3, h4, p, figcaption)").all_inner_texts()
    told = [flat(row) for row in rows if row.strip()]
    assert len(told) > 40
    assert [row for row in told if row not in printed.text] == []
    for number, text in enumerate(printed.texts, start=1):
        assert "No es un documento de registro" in flat(text)
        assert f"Página {number} de {len(printed.texts)}" in flat(text)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_commune_in_two_states_is_printed_without_a_cut_word(chromium: Browser, server, two_states, paper):
    page = chromium.new_page(base_url=server)
    page.goto(f"/t/{two_states}/sheet?lang=es&paper={paper}")
    printed = print_out(page, f"two-states-{paper}")
    assert_whole(page, printed, paper)
    [states] = page.locator("dl > div", has_text="Estado").all_inner_texts()
    assert states.count("%") == 2
    assert printed.code.startswith(f"{server}/t/{two_states}/sheet?version=1#")
    # What leads somewhere on a screen leads nowhere on paper.
    assert "Guardar como PDF" not in printed.text
    page.close()


@pytest.mark.parametrize("paper", PAPERS)
def test_a_council_with_twelve_neighbours_is_printed_without_a_cut_word(
    chromium: Browser, with_twelve_neighbours, paper
):
    page = chromium.new_page()
    page.set_content(with_twelve_neighbours[paper])
    printed = print_out(page, f"twelve-{paper}")
    assert_whole(page, printed, paper)
    assert printed.text.count("Consejo Comunal") >= 11 * 2
    page.close()


def test_it_is_read_on_any_screen(page: Page, two_states, accessible):
    page.goto(f"/t/{two_states}/sheet?lang=es")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.get_by_role("heading", level=2).all_inner_texts() == [
        "Mapa",
        "Datos",
        "Linderos",
        "Hallazgos abiertos",
        "Vértices",
        "Acta de la asamblea",
        "Verificación de linderos con los vecinos",
    ]
    accessible()
    # A PDF is a few seconds' work, and many times as long on a busy machine.
    with page.expect_download(timeout=180_000) as download:
        page.get_by_role("link", name="Guardar como PDF").click(timeout=180_000)
    assert download.value.suggested_filename == f"{two_states}-v1.pdf"
    assert Printed.of(download.value.path().read_bytes()).text.count("Linderos") == 1
