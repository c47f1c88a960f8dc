"""A council that is missing from the map is drawn again along its neighbours: every vertex theirs, no finding."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from geopandas import GeoDataFrame
from on_map import on_screen
from playwright.sync_api import Page, expect
from registers import published
from servers import serving

from territory.checks import check_boundary
from territory.demo import region
from territory.mosaic import Mosaic
from territory.profiles import load_profile

pytestmark = pytest.mark.browser

on_phone = pytest.mark.parametrize("size", ["phone"], indirect=True)
on_desktop = pytest.mark.parametrize("size", ["desktop"], indirect=True)

Ring = list[tuple[float, float]]


@pytest.fixture(scope="module")
def demo():
    return region(600)


@pytest.fixture(scope="module")
def missing(demo) -> str:
    """A council closed in by its neighbours, whose own line has no fault."""
    profile, layer = load_profile(), demo.layer
    councils = layer[layer["level"] == "council"]
    for territory in councils.index:
        shape = councils.geometry[territory]
        if len(shape.geoms) == 1 and 4 <= len(corners(councils, territory)) <= 6:
            around = Mosaic(layer.drop(territory), demo.surroundings)
            if is_closed_in(councils, territory) and not check_boundary(shape, around, profile=profile):
                return str(territory)
    raise AssertionError("no such council in the demo")


def ring(layer: GeoDataFrame, territory: str) -> Ring:
    [part] = layer.geometry[territory].geoms
    return list(part.exterior.coords)[:-1]


def owners(layer: GeoDataFrame, territory: str) -> dict[tuple[float, float], int]:
    """How many neighbours have each vertex of a council."""
    near = layer.drop(territory)
    near = near[near.intersects(layer.geometry[territory])]
    theirs = [set(shape_vertices(shape)) for shape in near.geometry]
    return {vertex: sum(vertex in each for each in theirs) for vertex in ring(layer, territory)}


def shape_vertices(shape) -> Iterator[tuple[float, float]]:
    for part in shape.geoms:
        for line in (part.exterior, *part.interiors):
            yield from line.coords


def corners(layer: GeoDataFrame, territory: str) -> Ring:
    """Where one neighbour ends and the next begins, in the order of the line."""
    return [vertex for vertex, count in owners(layer, territory).items() if count >= 2]


def is_closed_in(layer: GeoDataFrame, territory: str) -> bool:
    return all(owners(layer, territory).values())


@pytest.fixture(scope="module")
def councils(demo) -> GeoDataFrame:
    return demo.layer[demo.layer["level"] == "council"]


@pytest.fixture(scope="module")
def server(demo, missing, tmp_path_factory) -> Iterator[str]:
    """A server on the demo without that council."""
    store = tmp_path_factory.mktemp("follow") / "territory.db"
    published(store, without(demo.layer, missing), demo.surroundings)
    with serving(store) as address:
        yield address


def without(layer: GeoDataFrame, territory: str) -> GeoDataFrame:
    return layer.drop(territory)


@pytest.fixture
def opened(page: Page, councils, missing) -> Page:
    """The drawing page on the empty place, with what is around it."""
    page.goto("/draw?lang=es")
    west, south, east, north = councils.geometry[missing].bounds
    page.evaluate("([points]) => drawing.map.lookAt(points)", [[[west, south], [east, north]]])
    page.wait_for_function("() => !drawing.map.view.getAnimating() && drawing.map.around.loaded")
    expect(page.locator("#neighbours")).to_contain_text("se pegan")
    return page


def drawn(page: Page) -> Ring:
    return [tuple(each) for each in page.evaluate("drawing.now().points")]


def tap(page: Page, size: str, place: tuple[float, float]) -> None:
    at = on_screen(page, place)
    if size == "phone":
        page.touchscreen.tap(*at)
    else:
        page.mouse.click(*at)


def is_same_ring(one: Ring, other: Ring) -> bool:
    """Whether two rings are one, wherever they begin and whichever way they run."""
    start = one.index(other[0]) if other[0] in one else 0
    turned = one[start:] + one[:start]
    return other in (turned, [turned[0], *turned[:0:-1]])


def nothing_found(page: Page) -> None:
    expect(page.locator("#status")).to_contain_text("Sin hallazgos")
    expect(page.locator("#findings li")).to_have_count(0)


def test_one_tap_a_corner_redraws_a_council_to_the_last_digit(opened, size, councils, missing, accessible):
    taps = corners(councils, missing)
    for corner in [*taps, taps[0]]:
        tap(opened, size, corner)
    assert opened.evaluate("drawing.now().closed")
    assert is_same_ring(drawn(opened), ring(councils, missing))
    nothing_found(opened)
    accessible()
    opened.get_by_role("button", name="Deshacer").click()
    assert not opened.evaluate("drawing.now().closed")


@on_desktop
def test_the_keyboard_alone_redraws_it_too(opened, size, councils, missing):
    opened.locator("#map").focus()
    for corner in corners(councils, missing):
        walk_to(opened, corner)
        opened.keyboard.press("Enter")
    opened.get_by_role("button", name="Cerrar").focus()
    opened.keyboard.press("Enter")
    assert is_same_ring(drawn(opened), ring(councils, missing))
    nothing_found(opened)


def walk_to(page: Page, place: tuple[float, float]) -> None:
    """Bring the cross to a place with the arrow keys."""
    for _ in range(60):
        box = page.locator("#map").bounding_box()
        x, y = on_screen(page, place)
        east, south = x - box["x"] - box["width"] / 2, y - box["y"] - box["height"] / 2
        key, by = max(
            ("ArrowRight", east),
            ("ArrowLeft", -east),
            ("ArrowDown", south),
            ("ArrowUp", -south),
            key=lambda k: k[1],
        )
        if by <= 4:
            return
        page.keyboard.press(key if by >= 100 else f"Shift+{key}")
        page.wait_for_function("() => !drawing.map.view.getAnimating()")
    raise AssertionError(f"the cross does not come to {place}")


def test_the_ground_that_is_left_free_is_taken_with_one_press(opened, size, councils, missing, accessible):
    free = opened.get_by_role("button", name="Usar lo libre")
    # The cross stands in the middle of its box; all of it is seen, and what is around.
    assert councils.geometry[missing].contains(councils.geometry[missing].envelope.centroid)
    accessible()
    free.click()
    opened.wait_for_function("() => drawing.now().closed")
    assert is_same_ring(drawn(opened), ring(councils, missing))
    nothing_found(opened)
    opened.get_by_role("button", name="Deshacer").click()
    assert drawn(opened) == []
    expect(free).to_be_visible()


@on_desktop
def test_the_line_that_would_be_taken_is_seen_before(opened, size, councils, missing):
    first, second, *_ = corners(councils, missing)
    tap(opened, size, first)
    opened.mouse.move(*on_screen(opened, second))
    seen = opened.evaluate("drawing.map.rubber.getGeometry().getCoordinates().length")
    tap(opened, size, second)
    assert seen == len(drawn(opened)) > 2
    expect(opened.locator("#status")).to_contain_text("La línea sigue a")


@on_phone
def test_following_can_be_left_at_any_time(opened, size, councils, missing):
    first, second, third, *_ = corners(councils, missing)
    tap(opened, size, first)
    opened.get_by_role("button", name="Seguir la línea").click()
    expect(opened.get_by_role("button", name="Seguir la línea")).to_have_attribute("aria-pressed", "false")
    tap(opened, size, second)
    assert drawn(opened) == [first, second]
    opened.get_by_role("button", name="Seguir la línea").click()
    tap(opened, size, third)
    assert len(drawn(opened)) > 3
    assert drawn(opened)[-1] == third


@on_phone
def test_the_first_view_that_can_be_drawn_on_is_light(page, size):
    """All that is loaded until the map can be drawn on, as it goes over the line."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    received: list[int] = []
    session.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto("/draw?lang=es")
    expect(page.locator("#add")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert 50_000 < sum(received) < 250_000
