"""A common line moved with the neighbour's: drawn by one, accepted by the other, the same line to the last bit."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
import shapely
from on_map import on_screen
from playwright.sync_api import Page, expect
from registers import published
from servers import serving
from shapely import MultiPolygon, Point

from territory.demo import region
from territory.geo.crs import area_m2
from territory.profiles import load_profile
from territory.records import Role
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

on_phone = pytest.mark.parametrize("size", ["phone"], indirect=True)
on_desktop = pytest.mark.parametrize("size", ["desktop"], indirect=True)


@dataclass(frozen=True)
class Pair:
    """Two neighbours, and a corner of the first that lies on the second's line alone."""

    one: str
    other: str
    name: str
    """Of the other."""
    corner: tuple[float, float]
    goal: tuple[float, float]
    """A place in the other's ground."""
    before: dict[str, MultiPolygon]
    secrets: dict[str, str]


@dataclass(frozen=True)
class Register:
    """A served register, with pairs that no other test of this module has used."""

    address: str
    unused: list[Pair]


@pytest.fixture(scope="module")
def served(request, tmp_path_factory) -> Iterator[Register]:
    demo = region(200, faults=False)
    councils = demo.layer[demo.layer["level"] == "council"]
    store = published(tmp_path_factory.mktemp("together") / "territory.db", demo.layer, demo.surroundings)
    register = open_register(str(store), load_profile())
    ends = datetime.date.today() + datetime.timedelta(days=30)

    def key(council: str) -> str:
        who = {"role": Role.SPOKESPERSON, "ends": ends, "name": f"vocera-{council}", "territories": [council]}
        return keys.issue(register, OPERATOR, **who).whole

    lines = dict(councils.geometry.items())
    pairs = []
    for one, other, corner, goal in corners(lines):
        secrets = {each: key(each) for each in (one, other)}
        before = {each: lines[each] for each in (one, other)}
        pairs.append(Pair(one, other, councils["name"][other], corner, goal, before, secrets))
    register.store.close()
    tests = [each for each in request.session.items if each.path == request.path]
    assert len(pairs) >= len(tests), "more tests than pairs: make the region larger"
    with serving(store) as address:
        yield Register(address, pairs)


def corners(lines: dict[str, MultiPolygon]):
    """Pairs far from each other, each with a corner that only those two have."""
    taken: list[MultiPolygon] = []
    for one, shape in lines.items():
        if any(shape.distance(each) < 0.006 for each in taken):
            continue
        near = {each: line for each, line in lines.items() if each != one and line.distance(shape) < 1e-9}
        for point in shape.geoms[0].exterior.coords[:-1]:
            holders = [each for each, line in near.items() if line.distance(Point(point)) < 1e-9]
            goal = lines[holders[0]].representative_point() if len(holders) == 1 else None
            if (
                goal is None
                or Point(point).distance(goal) < 0.0015
                or all(lines[each].distance(shape) > 0 for each in holders)
            ):
                continue
            place = tuple(round(a + 0.25 * (b - a), 7) for a, b in zip(point, goal.coords[0], strict=True))
            taken += [shape, lines[holders[0]]]
            yield one, holders[0], point, place
            break


@pytest.fixture(scope="module")
def server(served) -> str:
    return served.address


@pytest.fixture
def pair(served) -> Pair:
    return served.unused.pop()


def enter(page: Page, pair: Pair, who: str) -> Page:
    page.goto("/key?lang=es")
    page.locator("#key").fill(pair.secrets[who])
    page.locator("#enter button").click()
    expect(page.locator("#inside")).to_be_visible()
    page.goto(f"/draw?lang=es&territory={who}")
    ready = "() => drawing.now().closed && drawing.map.around.loaded && !drawing.map.view.getAnimating()"
    page.wait_for_function(ready)
    return page


def still(page: Page) -> None:
    page.wait_for_function("() => !drawing.map.view.getAnimating()")


def pull(page: Page, pair: Pair) -> None:
    """Pull the common corner into the neighbour's ground, with the mouse or by the finger's way: the cross."""
    page.evaluate("(place) => drawing.map.lookAt([place])", list(pair.corner))
    still(page)
    page.mouse.move(*on_screen(page, pair.corner))
    page.mouse.down()
    page.mouse.move(*on_screen(page, pair.goal), steps=5)
    page.mouse.up()


def place_corner(page: Page, pair: Pair) -> None:
    """The same with the keyboard: choose the point in the list, bring the cross to its place, press Enter."""
    number = page.evaluate(
        "(corner) => drawing.now().points.findIndex((p) => String(p) === String(corner))", list(pair.corner)
    )
    assert number >= 0
    page.evaluate("(at) => drawing.desk.choose(at)", number)
    page.evaluate("(place) => drawing.map.lookAt([place])", list(pair.goal))
    still(page)
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")


def asked(page: Page, pair: Pair, who: str, path: str) -> dict:
    return page.request.get(path, headers={"Authorization": f"Bearer {pair.secrets[who]}"}).json()


def line(page: Page, pair: Pair, who: str) -> MultiPolygon:
    return shapely.geometry.shape(asked(page, pair, who, f"/api/territories/{who}/boundary")["geometry"])


def edges(shape: MultiPolygon) -> set:
    rings = shapely.get_rings(shapely.get_parts(shape))
    return {each for ring in rings for each in pairwise(map(tuple, shapely.get_coordinates(ring).tolist()))}


def preview(page: Page) -> list[str]:
    return page.evaluate("drawing.map.following.getFeatures().map((each) => each.getGeometry().getType())")


TOGETHER = "Mover con el vecino"


def test_a_common_corner_is_moved_and_the_neighbour_follows(page, other_page, pair, size, accessible):
    enter(page, pair, pair.one)
    pull(page, pair)
    told = page.locator("#together-told")
    expect(told).to_contain_text(f"se separa de la de {pair.name}")
    expect(told).to_contain_text(TOGETHER)
    assert preview(page) == []
    toggle = page.get_by_role("button", name=TOGETHER)
    toggle.click()
    expect(toggle).to_have_attribute("aria-pressed", "true")
    expect(told).to_contain_text(f"que la línea de {pair.name} siga la suya")
    assert sorted(preview(page)) == ["LineString", "Polygon"]
    accessible()
    # Both undo: that they are asked, and the move.
    undo = page.get_by_role("button", name="Deshacer")
    undo.click()
    assert preview(page) == []
    undo.click()
    expect(told).to_be_empty()
    for _ in range(2):
        page.get_by_role("button", name="Rehacer").click()
    assert sorted(preview(page)) == ["LineString", "Polygon"]
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.locator("#status")).to_contain_text(f"Se pidió a {pair.name}")
    assert line(page, pair, pair.other).equals(pair.before[pair.other])
    mine = line(page, pair, pair.one)
    accept(other_page, pair)
    both = line(page, pair, pair.one), line(page, pair, pair.other)
    assert both[0].equals(mine)
    # My line may have got the neighbour's vertices; all that is common now is common to the last bit.
    common = {(stop, start) for start, stop in edges(both[0])} & edges(both[1])
    assert any(corner == stop for _, stop in common for corner in [moved_to(mine, pair)])
    assert shapely.intersection(*both).area < 1e-14
    before, now = (sum(map(area_m2, each)) for each in (pair.before.values(), both))
    assert now == pytest.approx(before, rel=1e-7)


def moved_to(mine: MultiPolygon, pair: Pair) -> tuple[float, float]:
    """The corner of a line that was not there before."""
    before = {stop for _, stop in edges(pair.before[pair.one])}
    [new] = {stop for _, stop in edges(mine)} - before
    return new


def accept(page: Page, pair: Pair) -> None:
    """What the neighbour does on another phone."""
    enter(page, pair, pair.other)
    page.locator("#neighbours-title").click()
    [mine] = [
        each["name"]
        for each in asked(page, pair, pair.other, f"/api/territories/{pair.other}/neighbours")
        if each["id"] == pair.one
    ]
    page.locator(".around .row", has_text=mine).click()
    row = page.locator(".stretches > li").filter(has_text=re.compile("va por donde la trazó"))
    expect(row.first).to_contain_text(mine)
    row.first.get_by_role("button", name=re.compile("^Aceptar")).click()
    card = page.locator("#deciding")
    expect(card).to_contain_text("pierde")
    card.get_by_role("button", name="Sí, aceptar").click()
    expect(page.locator("#status")).to_contain_text("Acordado con")


@on_desktop
def test_the_keyboard_alone_moves_a_line_together(page, pair, size):
    enter(page, pair, pair.one)
    page.locator("#map").focus()
    page.keyboard.press("v")
    expect(page.locator("#status")).to_contain_text("Al guardar se pide a los vecinos")
    # Nothing moved yet: there is nothing to save.
    expect(page.get_by_role("button", name="Guardar", exact=True)).to_be_disabled()
    place_corner(page, pair)
    expect(page.locator("#together-told")).to_contain_text(pair.name)
    page.keyboard.press("v")
    expect(page.locator("#together-told")).to_contain_text("se separa")
    assert preview(page) == []


@on_phone
def test_without_a_connection_the_request_waits_with_the_line(page, pair, size):
    enter(page, pair, pair.one)
    page.get_by_role("button", name=TOGETHER).click()
    place_corner(page, pair)
    page.context.set_offline(True)
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.locator("#status")).to_contain_text("se envía solo")
    page.context.set_offline(False)
    expect(page.locator("#status")).to_contain_text(f"Se pidió a {pair.name}")
    expect(page.locator("#outbox")).to_be_hidden()
    border = asked(page, pair, pair.one, f"/api/borders/{pair.one}/{pair.other}")
    said = [each["stretch"] for each in border["pieces"] if each["stretch"]]
    assert {(each["way"], each["state"]) for each in said} in (
        {("as_left", "proposed")},
        {("as_right", "proposed")},
    )
