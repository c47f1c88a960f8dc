"""A boundary drawn by mouse, by touch and by keyboard alone, and what the page says of it."""

from __future__ import annotations

import json
import re

import pytest
from on_map import on_screen
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# What has nothing to do with the size of the screen is tested on one.
on_phone = pytest.mark.parametrize("size", ["phone"], indirect=True)
on_desktop = pytest.mark.parametrize("size", ["desktop"], indirect=True)

# Somewhere in the middle of the region, at a zoom where neighbours are exact.
CENTRE = (-69.2, 10.0)


def open_at(page: Page, zoom: float = 15, centre: tuple[float, float] = CENTRE) -> None:
    """Open the page on a place; lines are drawn straight, whatever neighbours are near."""
    page.goto("/draw?lang=es")
    expect(page.get_by_role("heading", name="Dibujar un límite")).to_be_visible()
    look_at(page, zoom, centre)
    page.get_by_role("button", name="Seguir la línea").click()


def look_at(page: Page, zoom: float, centre: tuple[float, float]) -> None:
    page.evaluate(
        """([lon, lat, zoom]) => {
            const view = drawing.map.view;
            const north = Math.log(Math.tan(((90 + lat) * Math.PI) / 360)) / Math.PI;
            view.cancelAnimations();
            view.setCenter([(lon / 180) * 20037508.342789244, north * 20037508.342789244]);
            view.setZoom(zoom);
        }""",
        [*centre, zoom],
    )
    page.wait_for_function(
        """([lon, lat]) => {
            const [west, south, east, north] = drawing.map.around.loaded ?? [0, 0, 0, 0];
            return west < lon && lon < east && south < lat && lat < north;
        }""",
        arg=centre,
    )
    expect(page.locator("#neighbours")).to_contain_text("se pegan")


def drawn(page: Page) -> dict:
    return page.evaluate("drawing.now()")


def tap(page: Page, size: str, x: float, y: float) -> None:
    """Tap the map at shares of its width and height."""
    at = pixel(page, x, y)
    if size == "phone":
        page.touchscreen.tap(*at)
    else:
        page.mouse.click(*at)


def pixel(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator("#map").bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def share(page: Page, place: list[float]) -> tuple[float, float]:
    """Where a place is on the map, as shares of its width and height."""
    (x, y), box = on_screen(page, place), page.locator("#map").bounding_box()
    return (x - box["x"]) / box["width"], (y - box["y"]) / box["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*pixel(page, *start))
    page.mouse.down()
    page.mouse.move(*pixel(page, *end), steps=5)
    page.mouse.up()


def vertex_near(page: Page, centre: tuple[float, float]) -> list[float]:
    """The neighbours' vertex that lies nearest."""
    return page.evaluate(
        """async ([lon, lat]) => {
            const bbox = [lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01];
            const answer = await (await fetch(`/api/territories?bbox=${bbox}&level=council`)).json();
            const all = answer.features.flatMap((feature) => feature.geometry.coordinates.flat(2));
            const away = ([x, y]) => Math.hypot(x - lon, y - lat);
            return all.sort((a, b) => away(a) - away(b))[0];
        }""",
        centre,
    )


def checked(page: Page) -> None:
    expect(page.locator("#status")).to_contain_text("La asamblea decide.")


SQUARE = [(0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7)]


def draw_square(page: Page, size: str) -> None:
    page.locator("#map").scroll_into_view_if_needed()
    for corner in SQUARE:
        tap(page, size, *corner)
    page.get_by_role("button", name="Cerrar").click()


def test_findings_appear_when_a_boundary_is_closed(page, size, accessible):
    open_at(page)
    draw_square(page, size)
    checked(page)
    listed = page.get_by_role("list", name="Hallazgos").get_by_role("listitem")
    expect(listed.first).to_contain_text("este dibujo")
    expect(page.locator("#measures")).to_contain_text("Área")
    show = listed.first.get_by_role("button", name=re.compile("^Mostrar en el mapa"))
    show.click()
    expect(show).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("drawing.map.marked.getFeatures().length") >= 1
    accessible()
    show.click()
    assert page.evaluate("drawing.map.marked.getFeatures().length") == 0


@on_desktop
def test_heavier_findings_come_first(page, size):
    open_at(page, 13)
    draw_square(page, size)
    checked(page)
    weights = page.eval_on_selector_all("#findings .finding", "rows => rows.map(row => row.classList[1])")
    assert weights == sorted(weights, key=["error", "warning", "note"].index)
    assert len(weights) > 2


def test_an_empty_page_and_an_open_line_are_accessible_too(page, size, accessible):
    open_at(page)
    accessible()
    tap(page, size, *SQUARE[0])
    accessible()
    for box in page.locator("details").all():
        box.evaluate("box => { box.open = true }")
    accessible()


@on_phone
def test_from_afar_a_tap_comes_closer_instead_of_setting_a_point(page, size):
    page.goto("/draw?lang=es")
    expect(page.locator("#step")).to_contain_text("Acérquese")
    tap(page, size, 0.5, 0.5)
    expect(page.locator("#neighbours")).to_contain_text("se pegan")
    assert drawn(page)["points"] == []
    expect(page.get_by_role("button", name="+ Punto")).to_be_visible()


def test_tapping_the_first_point_closes_the_line(page, size):
    open_at(page)
    for corner in [*SQUARE, SQUARE[0]]:
        tap(page, size, *corner)
    assert drawn(page)["closed"]
    assert len(drawn(page)["points"]) == 4


@on_desktop
def test_a_point_near_a_neighbour_s_vertex_lands_on_it_to_the_last_digit(page, size):
    open_at(page, 17)
    vertex = vertex_near(page, CENTRE)
    nudge = 0.00002  # about two metres, some pixels at this zoom
    look_at(page, 18, (vertex[0] + nudge, vertex[1] - nudge))
    page.get_by_role("button", name="+ Punto").click()
    assert drawn(page)["points"] == [vertex]
    expect(page.locator("#status")).to_contain_text(re.compile("^Punto 1: pegado a un punto de .+"))


def test_a_pulled_point_lands_on_a_neighbour_s_vertex_to_the_last_digit(page, size):
    open_at(page, 17)
    vertex = vertex_near(page, CENTRE)
    look_at(page, 18, (vertex[0], vertex[1]))
    draw_square(page, size)
    before = drawn(page)["points"]
    x, y = share(page, vertex)
    drag(page, share(page, before[2]), (x + 4 / 1440, y))
    assert drawn(page)["points"] == [*before[:2], vertex, before[3]]
    page.get_by_role("button", name="Deshacer").click()
    assert drawn(page)["points"] == before


def test_a_point_is_pulled_out_of_the_line(page, size):
    open_at(page)
    draw_square(page, size)
    before = drawn(page)["points"]
    drag(page, half_way(page, before[2], before[3]), (0.5, 0.85))
    after = drawn(page)["points"]
    assert [*after[:3], *after[4:]] == before
    tap(page, size, *half_way(page, after[4], after[0]))
    assert drawn(page)["points"][:5] == after
    assert len(drawn(page)["points"]) == 6


def half_way(page: Page, a: list[float], b: list[float]) -> tuple[float, float]:
    return share(page, [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2])


@on_phone
def test_every_step_can_be_taken_back_and_done_again(page, size):
    open_at(page)
    draw_square(page, size)
    closed = drawn(page)
    assert closed["closed"]
    undo, redo = page.get_by_role("button", name="Deshacer"), page.get_by_role("button", name="Rehacer")
    for _ in range(5):
        undo.click()
    assert drawn(page)["points"] == []
    expect(undo).to_be_disabled()
    for _ in range(5):
        redo.click()
    assert drawn(page) == closed
    expect(redo).to_be_disabled()


@on_desktop
def test_starting_over_asks_first_and_can_be_taken_back(page, size, accessible):
    open_at(page)
    draw_square(page, size)
    page.get_by_role("button", name="Empezar de nuevo").click()
    sure = page.get_by_role("dialog", name="¿Empezar de nuevo?")
    accessible()
    sure.get_by_role("button", name="No, volver").click()
    assert len(drawn(page)["points"]) == 4
    page.get_by_role("button", name="Empezar de nuevo").click()
    sure.get_by_role("button", name="Empezar de nuevo").click()
    page.wait_for_function("() => drawing.now().points.length === 0")
    page.get_by_role("button", name="Deshacer").click()
    assert len(drawn(page)["points"]) == 4


@on_desktop
def test_a_closed_tab_loses_nothing(page, size, accessible):
    open_at(page)
    page.get_by_text("Datos del consejo").click()
    page.get_by_label("Número de familias").fill("180")
    draw_square(page, size)
    before = drawn(page)
    page.goto("/draw?lang=es")
    expect(page.get_by_text("Quedó un dibujo guardado aquí")).to_be_visible()
    accessible()
    page.get_by_role("button", name="Continuar").click()
    assert drawn(page) == before
    assert page.locator("#families").input_value() == "180"
    checked(page)


@on_phone
def test_who_draws_before_answering_the_offer_overwrites_nothing(page, size):
    open_at(page)
    draw_square(page, size)
    before = drawn(page)
    open_at(page)
    tap(page, size, *SQUARE[0])
    page.goto("/draw?lang=es")
    expect(page.get_by_role("button", name="Continuar")).to_have_count(1)
    assert map_in_sight(page) >= 0.5
    page.get_by_text("Otros dibujos guardados (1)").click()
    page.get_by_role("button", name="Continuar").last.click()
    assert drawn(page) == before


def map_in_sight(page: Page) -> float:
    """How much of the map is neither below the window nor under the tools that stay in it."""
    return page.evaluate(
        """() => {
            const map = document.getElementById("stage").getBoundingClientRect();
            const tools = document.querySelector(".tools").getBoundingClientRect();
            return (Math.min(map.bottom, tools.top, innerHeight) - map.top) / map.height;
        }"""
    )


@on_phone
def test_a_kept_drawing_is_only_discarded_when_one_is_sure(page, size):
    open_at(page)
    tap(page, size, *SQUARE[0])
    page.wait_for_function(
        "async () => (await drawing.offline.keep.table.all()).some((row) => row.steps.at === 1)"
    )
    page.goto("/draw?lang=es")
    page.get_by_role("button", name="Desechar").click()
    page.get_by_role("button", name="No, volver").click()
    page.reload()
    page.get_by_role("button", name="Desechar").click()
    page.get_by_role("dialog").get_by_role("button", name="Desechar").click()
    expect(page.locator("#draft")).to_be_hidden()
    page.reload()
    expect(page.locator("#step")).to_be_visible()
    expect(page.locator("#draft")).to_be_hidden()


@on_phone
def test_a_browser_that_keeps_nothing_says_so(page, size):
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('full') }")
    open_at(page)
    tap(page, size, *SQUARE[0])
    expect(page.locator("#kept")).to_contain_text("no permite guardar")


def test_the_keyboard_alone_draws_corrects_and_checks(page, size, accessible):
    open_at(page)
    page.locator("#map").focus()
    for keys in (["ArrowLeft"], ["ArrowUp"], ["ArrowRight", "ArrowRight"], ["ArrowDown", "ArrowDown"]):
        for key in keys:
            page.keyboard.press(key)
            settled(page)
        page.keyboard.press("Enter")
    assert len(drawn(page)["points"]) == 4
    page.get_by_role("button", name="Cerrar").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reabrir")).to_be_focused()
    checked(page)
    page.keyboard.press("Control+z")
    assert not drawn(page)["closed"]
    page.keyboard.press("Control+y")
    assert drawn(page)["closed"]
    # Choose a point in the list, move it a little to the east, then delete it.
    page.get_by_text("Lista de puntos").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Punto 1:")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#map")).to_be_focused()
    settled(page)
    east = drawn(page)["points"][0][0]
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
        settled(page)
    page.keyboard.press("Enter")
    assert 0 < drawn(page)["points"][0][0] - east < 0.01
    page.keyboard.press("Delete")
    assert len(drawn(page)["points"]) == 3


def settled(page: Page) -> None:
    page.wait_for_function("() => !drawing.map.view.getAnimating()")


@on_desktop
def test_a_point_is_chosen_moved_followed_by_another_and_deleted(page, size):
    open_at(page)
    draw_square(page, size)
    page.get_by_text("Lista de puntos").click()
    page.get_by_role("button", name=re.compile("^Punto 2:")).click()
    expect(page.get_by_role("group", name="Punto 2")).to_be_visible()
    settled(page)
    away = (CENTRE[0] + 0.004, CENTRE[1] + 0.004)
    look_at(page, 16, away)
    page.get_by_role("button", name="Mover aquí").click()
    moved = drawn(page)["points"][1]
    assert moved == pytest.approx(away, abs=5e-4)
    look_at(page, 16, (away[0], away[1] - 0.002))
    page.get_by_role("button", name="+ Punto después").click()
    assert drawn(page)["points"][1] == moved
    assert drawn(page)["points"][2] == pytest.approx((away[0], away[1] - 0.002), abs=5e-4)
    page.get_by_role("button", name="Borrar").click()
    assert len(drawn(page)["points"]) == 4


RING = [[-69.2, 10.0], [-69.19, 10.0], [-69.19, 10.01], [-69.2, 10.01], [-69.2, 10.0]]
HOLE = [[-69.196, 10.004], [-69.196, 10.006], [-69.194, 10.006], [-69.196, 10.004]]
SPECK = [[-69.18, 10.0], [-69.179, 10.0], [-69.179, 10.001], [-69.18, 10.0]]


def bring(page: Page, path, geometry: dict) -> None:
    path.write_text(json.dumps(geometry))
    page.get_by_text("Traer un límite de un archivo").click()
    page.locator("#file").set_input_files(path)


def saved(page: Page) -> dict:
    with page.expect_download() as download:
        page.get_by_role("button", name="Guardar archivo").click()
    return json.loads(download.value.path().read_text("utf-8"))


@on_desktop
def test_a_file_with_one_boundary_is_brought_in_and_saved_again(page, size, tmp_path):
    open_at(page)
    bring(page, tmp_path / "one.geojson", {"type": "Polygon", "coordinates": [RING]})
    page.wait_for_function("() => drawing.now().closed")
    whole = saved(page)
    assert sorted(map(tuple, whole["geometry"]["coordinates"][0][:-1])) == sorted(map(tuple, RING[:-1]))
    checked(page)


@on_desktop
def test_holes_and_further_parts_of_a_file_are_kept_and_named(page, size, tmp_path):
    open_at(page)
    geometry = {"type": "MultiPolygon", "coordinates": [[SPECK], [RING, HOLE]]}
    bring(page, tmp_path / "parts.geojson", geometry)
    page.wait_for_function("() => drawing.now().closed")
    expect(page.locator("#rings button")).to_have_text([re.compile("^Parte de "), re.compile("^Hueco de ")])
    assert len(drawn(page)["points"]) == 4
    assert sorted(len(part) for part in saved(page)["geometry"]["coordinates"]) == [1, 2]


@on_phone
def test_of_a_file_with_several_boundaries_one_is_chosen(page, size, tmp_path):
    open_at(page)
    rings = {"El Cedral": RING, "La Loma": SPECK}
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for name, ring in rings.items()
    ]
    bring(page, tmp_path / "two.geojson", {"type": "FeatureCollection", "features": features})
    page.get_by_role("list", name="Límites del archivo").get_by_role("button", name="La Loma").click()
    assert len(drawn(page)["points"]) == 3


@on_phone
def test_pasted_coordinates_become_a_boundary(page, size):
    open_at(page)
    page.get_by_text("Traer un límite de un archivo").click()
    box = page.get_by_label("O pegue aquí")
    box.fill("\n".join(f"{lat}, {lon}" for lon, lat in RING[:-1]))
    page.get_by_role("button", name="Ver cómo queda").click()
    page.get_by_role("button", name="Sí, usarlo").click()
    page.wait_for_function("() => drawing.now().closed")
    assert sorted(drawn(page)["points"]) == sorted(RING[:-1])
    expect(page.locator("#brought")).to_contain_text("latitud, longitud")


@on_desktop
def test_a_file_that_cannot_be_read_says_why_and_loses_nothing(page, size, tmp_path):
    open_at(page)
    draw_square(page, size)
    before = drawn(page)
    with page.expect_response(re.compile("/api/check/file")) as answer:
        bring(page, tmp_path / "notes.geojson", {"type": "FeatureCollection", "features": []})
    expect(page.locator("#status")).to_have_text(answer.value.json()["detail"])
    assert drawn(page) == before


@on_phone
def test_families_go_with_the_check_and_a_wrong_number_is_told(page, size):
    open_at(page)
    draw_square(page, size)
    page.get_by_text("Datos del consejo").click()
    with page.expect_request(re.compile("/api/check")) as asked:
        page.get_by_label("Número de familias").fill("180")
    assert asked.value.post_data_json["properties"]["families"] == 180
    page.get_by_label("Número de familias").fill("1.800")
    expect(page.locator("#families-wrong")).to_contain_text("solo el número")


@on_phone
def test_my_position_is_asked_for_only_on_request_and_shown_with_its_error(page, size):
    open_at(page, 14, (-69.3, 10.05))
    assert page.evaluate("drawing.map.here.getFeatures().length") == 0
    page.get_by_role("button", name="Mi ubicación").click()
    expect(page.locator("#status")).to_contain_text("El mapa está en su ubicación, con un error de unos")
    assert page.evaluate("drawing.map.here.getFeatures().length") == 2


@on_desktop
def test_coordinates_can_be_copied_by_hand_where_the_browser_does_not_let_us(page, size):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    open_at(page)
    tap(page, size, *SQUARE[0])
    page.get_by_role("button", name="Copiar coordenadas").click()
    [[lon, lat]] = drawn(page)["points"]
    expect(page.get_by_label("Coordenadas, latitud y longitud")).to_have_value(f"{lat:.7f}, {lon:.7f}")


@on_desktop
def test_the_page_speaks_english_too(page, size, accessible):
    page.goto("/draw?lang=en")
    expect(page.get_by_role("heading", name="Draw a boundary")).to_be_visible()
    expect(page.get_by_role("button", name="Come closer here")).to_be_visible()
    accessible()


def test_nothing_is_wider_than_a_small_phone_even_with_large_text(page, size):
    width = 320 if size == "phone" else 1440
    page.set_viewport_size({"width": width, "height": 568})
    open_at(page)
    draw_square(page, size)
    checked(page)
    page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    # A phone widens its window to what overflows, so its own width says nothing.
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_that_is_pressed_is_large_enough_for_a_thumb(page, size):
    open_at(page)
    draw_square(page, size)
    checked(page)
    page.eval_on_selector_all("details", "all => all.forEach(each => { each.open = true })")
    small = page.eval_on_selector_all(
        "main button, main summary, main input, main select",
        """all => all.filter(each => each.checkVisibility())
            .map(each => [each.textContent.trim() || each.id, each.getBoundingClientRect()])
            .filter(([, box]) => box.width < 43.5 || box.height < 43.5)
            .map(([name]) => name)""",
    )
    assert small == []
