"""A boundary drawn by mouse, by touch and by keyboard alone, and what the page says of it."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# Somewhere in the middle of the region, at a zoom where neighbours are exact.
CENTRE = (-69.2, 10.0)


def open_at(page: Page, zoom: float = 15, centre: tuple[float, float] = CENTRE) -> None:
    page.goto("/draw?lang=es")
    expect(page.get_by_role("heading", name="Dibujar un límite")).to_be_visible()
    look_at(page, zoom, centre)


def look_at(page: Page, zoom: float, centre: tuple[float, float]) -> None:
    with page.expect_response(re.compile("/api/territories")):
        page.evaluate(
            """([lon, lat, zoom]) => {
                const view = drawing.map.map.getView();
                const north = Math.log(Math.tan(((90 + lat) * Math.PI) / 360)) / Math.PI;
                view.setCenter([(lon / 180) * 20037508.342789244, north * 20037508.342789244]);
                view.setZoom(zoom);
            }""",
            [*centre, zoom],
        )
    expect(page.locator("#neighbours")).to_contain_text("se pegan")


def drawn(page: Page) -> dict:
    return page.evaluate("drawing.now()")


def tap(page: Page, size: str, x: float, y: float) -> None:
    """Tap the map at shares of its width and height, and wait for the point: a tap may be half of a double tap."""
    box = page.locator("#map").bounding_box()
    before = len(drawn(page)["points"])
    at = (box["x"] + x * box["width"], box["y"] + y * box["height"])
    if size == "phone":
        page.touchscreen.tap(*at)
    else:
        page.mouse.click(*at)
    page.wait_for_function("n => drawing.now().points.length > n || drawing.now().closed", arg=before)


SQUARE = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)]


def draw_square(page: Page, size: str) -> None:
    page.locator("#map").scroll_into_view_if_needed()
    for corner in SQUARE:
        tap(page, size, *corner)
    page.get_by_role("button", name="Cerrar el límite").click()


def test_findings_appear_when_a_boundary_is_closed(page, size, accessible):
    open_at(page)
    draw_square(page, size)
    expect(page.locator("#status")).to_contain_text(re.compile("observaci"))
    first = page.get_by_role("list", name="Observaciones").get_by_role("listitem").first
    expect(first).to_contain_text("este dibujo")
    expect(page.locator("#measures")).to_contain_text("Área")
    first.get_by_role("button", name=re.compile("^Mostrar en el mapa")).click()
    assert page.evaluate("drawing.map.marked.getFeatures().length") >= 1
    accessible()


def test_an_empty_page_and_an_open_line_are_accessible_too(page, size, accessible):
    open_at(page)
    accessible()
    page.locator("#map").scroll_into_view_if_needed()
    tap(page, size, *SQUARE[0])
    accessible()


def test_a_point_near_a_neighbour_s_vertex_lands_on_it_to_the_last_digit(page, size):
    open_at(page, 17)
    vertex = page.evaluate(
        """async ([lon, lat]) => {
            const bbox = [lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01];
            const answer = await (await fetch(`/api/territories?bbox=${bbox}&level=council`)).json();
            const all = answer.features.flatMap((feature) => feature.geometry.coordinates.flat(2));
            const away = ([x, y]) => Math.hypot(x - lon, y - lat);
            return all.sort((a, b) => away(a) - away(b))[0];
        }""",
        CENTRE,
    )
    nudge = 0.00002  # about two metres, some pixels at this zoom
    look_at(page, 18, (vertex[0] + nudge, vertex[1] - nudge))
    page.get_by_role("button", name="+ Punto").click()
    assert drawn(page)["points"] == [vertex]


def test_every_step_can_be_taken_back_and_done_again(page, size):
    open_at(page)
    draw_square(page, size)
    closed = drawn(page)
    assert closed["closed"]
    undo, redo = page.get_by_role("button", name="Deshacer"), page.get_by_role("button", name="Rehacer")
    for _ in range(5):
        undo.click()
    assert drawn(page) == {"points": [], "closed": False}
    expect(undo).to_be_disabled()
    for _ in range(5):
        redo.click()
    assert drawn(page) == closed


def test_starting_over_asks_first_and_can_be_taken_back(page, size):
    open_at(page)
    draw_square(page, size)
    page.get_by_role("button", name="Empezar de nuevo").click()
    page.get_by_role("button", name="No, seguir").click()
    assert len(drawn(page)["points"]) == 4
    page.get_by_role("button", name="Empezar de nuevo").click()
    page.get_by_role("button", name="Sí, empezar de nuevo").click()
    assert drawn(page)["points"] == []
    page.get_by_role("button", name="Deshacer").click()
    assert len(drawn(page)["points"]) == 4


def test_a_closed_tab_loses_nothing(page, size):
    open_at(page)
    draw_square(page, size)
    before = drawn(page)
    page.goto("/draw?lang=es")
    expect(page.get_by_text("Hay un dibujo sin terminar")).to_be_visible()
    page.get_by_role("button", name="Continuar ese dibujo").click()
    assert drawn(page) == before
    expect(page.locator("#status")).to_contain_text(re.compile("observaci"))


def test_the_keyboard_alone_draws_and_checks(page, size, accessible):
    open_at(page)
    page.locator("#map").focus()
    for keys in (["ArrowLeft"], ["ArrowUp"], ["ArrowRight", "ArrowRight"], ["ArrowDown", "ArrowDown"]):
        for key in keys:
            page.keyboard.press(key)
            page.wait_for_timeout(250)  # the map glides
        page.keyboard.press("Enter")
    assert len(drawn(page)["points"]) == 4
    page.get_by_role("button", name="Cerrar el límite").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#status")).to_contain_text(re.compile("observaci"))
    page.keyboard.press("Control+z")
    assert not drawn(page)["closed"]


def test_a_point_is_chosen_moved_and_deleted(page, size):
    open_at(page)
    draw_square(page, size)
    page.get_by_text("Lista de puntos").click()
    page.get_by_role("button", name=re.compile("^Punto 2:")).click()
    expect(page.get_by_text("Punto 2", exact=True)).to_be_visible()
    page.wait_for_timeout(400)  # the map glides to the point
    look_at(page, 16, (CENTRE[0] + 0.004, CENTRE[1] + 0.004))
    page.get_by_role("button", name="Mover a la cruz").click()
    moved = drawn(page)["points"][1]
    assert moved == pytest.approx([CENTRE[0] + 0.004, CENTRE[1] + 0.004], abs=5e-4)
    page.get_by_role("button", name="Borrar punto").click()
    assert moved not in drawn(page)["points"]


def test_a_file_with_one_boundary_is_brought_in_and_saved_again(page, size, tmp_path):
    open_at(page)
    ring = [[-69.2, 10.0], [-69.19, 10.0], [-69.19, 10.01], [-69.2, 10.01], [-69.2, 10.0]]
    source = tmp_path / "one.geojson"
    source.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    page.get_by_text("Traer un límite de un archivo").click()
    page.locator("#file").set_input_files(source)
    page.wait_for_function("() => drawing.now().closed")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Guardar archivo").click()
    whole = json.loads(saved.value.path().read_text("utf-8"))
    assert sorted(map(tuple, whole["geometry"]["coordinates"][0][:-1])) == sorted(map(tuple, ring[:-1]))


def test_a_file_that_cannot_be_read_says_why_and_loses_nothing(page, size, tmp_path):
    open_at(page)
    draw_square(page, size)
    before = drawn(page)
    broken = tmp_path / "notes.geojson"
    broken.write_text('{"type": "FeatureCollection", "features": []}')
    page.get_by_text("Traer un límite de un archivo").click()
    with page.expect_response(re.compile("/api/check/file")) as answer:
        page.locator("#file").set_input_files(broken)
    expect(page.locator("#status")).to_have_text(answer.value.json()["detail"])
    assert drawn(page) == before


def test_my_position_is_asked_for_only_on_request(page, size):
    open_at(page, 14, (-69.3, 10.05))
    page.get_by_role("button", name="Mi ubicación").click()
    expect(page.locator("#status")).to_contain_text("El mapa está en su ubicación")


def test_nothing_is_wider_than_a_small_phone_even_with_large_text(page, size):
    if size == "phone":
        page.set_viewport_size({"width": 320, "height": 568})
    open_at(page)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1]
