"""Other ways to a boundary than drawing it: walked, on a photographed sketch, told in words, pasted."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import shapely
from playwright.sync_api import Page, expect
from pyproj import Transformer
from registers import published
from servers import serving

from territory.demo import region
from territory.profiles import load_profile
from territory.records import Role
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

on_phone = pytest.mark.parametrize("size", ["phone"], indirect=True)
on_desktop = pytest.mark.parametrize("size", ["desktop"], indirect=True)


@dataclass(frozen=True)
class Served:
    """A served register with one council and the key of its spokesperson."""

    address: str
    council: str
    line: shapely.MultiPolygon
    key: str


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    demo = region(60, faults=False)
    councils = demo.layer[demo.layer["level"] == "council"].geometry
    council = str(councils.index[20])
    store = published(tmp_path_factory.mktemp("ways") / "territory.db", demo.layer, demo.surroundings)
    register = open_register(str(store), load_profile())
    ends = datetime.date.today() + datetime.timedelta(days=30)
    issued = keys.issue(register, OPERATOR, role=Role.SPOKESPERSON, ends=ends, territories=[council])
    register.store.close()
    with serving(store) as address:
        yield Served(address, council, councils[council], issued.whole)


@pytest.fixture(scope="module")
def server(served) -> str:
    return served.address


def open_page(page: Page, language: str = "es", **asked: str) -> None:
    page.goto(f"/draw?lang={language}" + "".join(f"&{name}={value}" for name, value in asked.items()))
    page.wait_for_function("() => window.drawing !== undefined")


def drawn(page: Page) -> dict:
    return page.evaluate("drawing.now()")


def near(points, corners, within_deg: float) -> None:
    """Whether two rings have the same corners, wherever they begin and whichever way they go."""
    mine, theirs = shapely.Polygon(points), shapely.Polygon(corners)
    assert mine.hausdorff_distance(theirs) < within_deg


GRID = [(456_000, 1_050_000), (457_000, 1_050_000), (457_000, 1_051_000), (456_000, 1_051_000)]


def in_degrees(code: int) -> list[tuple[float, float]]:
    move = Transformer.from_crs(code, 4326, always_xy=True)
    return [move.transform(*corner) for corner in GRID]


def paste(page: Page, text: str) -> None:
    box = page.locator("#import-box")
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    page.get_by_label("O pegue aquí").fill(text)
    page.get_by_role("button", name="Ver cómo queda").click()


def test_pasted_utm_is_shown_before_it_is_used(page, size, accessible):
    open_page(page)
    paste(page, "\n".join(f"19P {east} {north}" for east, north in GRID))
    card = page.get_by_role("group", name=re.compile("^En verde, lo que se leyó: 4 puntos"))
    expect(card).to_be_focused()
    assert page.evaluate("drawing.map.preview.getFeatures().length") == 1
    assert drawn(page)["points"] == []
    page.wait_for_function("() => !drawing.map.view.getAnimating()")
    accessible()
    card.get_by_role("button", name="No, volver").click()
    assert drawn(page)["points"] == []
    page.get_by_role("button", name="Ver cómo queda").click()
    card.get_by_role("button", name="Sí, usarlo").click()
    near(drawn(page)["points"], in_degrees(32619), 2e-7)
    assert drawn(page)["made"] == {"method": "imported", "datum": "EPSG:32619"}


@on_phone
def test_an_old_datum_is_chosen_for_pasted_metres(page, size, accessible):
    open_page(page)
    paste(page, "\n".join(f"{east} {north}" for east, north in GRID))
    expect(page.locator("#bring-told")).to_contain_text("parece UTM, zona 19N")
    expect(page.get_by_label("Zona UTM")).to_be_focused()
    accessible()
    page.get_by_label("Datum").select_option("La Canoa (PSAD 56)")
    page.get_by_role("button", name="Ver cómo queda").click()
    page.get_by_role("button", name="Sí, usarlo").click()
    near(drawn(page)["points"], in_degrees(24719), 2e-7)


@on_desktop
def test_a_file_that_does_not_say_its_reference_is_read_again_in_the_chosen_one(page, size, tmp_path):
    path = tmp_path / "linderos.csv"
    path.write_text("este;norte\n" + "\n".join(f"{east};{north}" for east, north in GRID))
    open_page(page)
    page.locator("#import-box summary").click()
    page.locator("#file").set_input_files(path)
    expect(page.locator("#bring-told")).to_contain_text("No dice en qué coordenadas está")
    page.get_by_role("button", name="Leer otra vez el archivo").click()
    page.get_by_role("button", name="Sí, usarlo").click()
    near(drawn(page)["points"], in_degrees(32619), 2e-7)


@on_phone
def test_lines_that_cannot_be_read_are_told_one_by_one(page, size, accessible):
    open_page(page)
    rows = [f"19P {east} {north}" for east, north in GRID]
    paste(page, "\n".join([*rows[:3], "19P 1051000", "la quebrada", rows[3]]))
    told = page.locator("#bring-told")
    expect(told).to_contain_text("Línea 4: falta la coordenada Este")
    expect(told).to_contain_text("Línea 5: «la quebrada» no es una coordenada")
    expect(page.get_by_label("O pegue aquí")).to_be_focused()
    accessible()


@on_desktop
def test_well_known_text_and_degrees_with_minutes_are_pasted_too(page, size):
    square = [(-69.3, 10.0), (-69.29, 10.0), (-69.29, 10.01), (-69.3, 10.01)]
    ways = ("10°00'00\" N", "10°00'36\" N"), ("69°18'00\" O", "69°17'24\" O")
    angles = "\n".join(f"{ways[0][north]} {ways[1][east]}" for east, north in ((0, 0), (1, 0), (1, 1), (0, 1)))
    geojson = json.dumps({"type": "Polygon", "coordinates": [[*square, square[0]]]})
    open_page(page)
    for text in (shapely.Polygon(square).wkt, angles, geojson):
        paste(page, text)
        page.get_by_role("button", name="Sí, usarlo").click()
        near(drawn(page)["points"], square, 2e-7)
        assert drawn(page)["closed"]
