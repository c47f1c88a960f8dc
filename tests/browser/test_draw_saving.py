"""A council's own line changed with a key: remedies shown first, versions kept, nobody's work overwritten."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import shapely
from playwright.sync_api import APIResponse, Page, expect
from registers import published
from servers import serving
from shapely import Point

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

ENDS = datetime.date.today() + datetime.timedelta(days=30)
JSON = {"Content-Type": "application/geo+json"}

# So many that each test of this module has a council of its own, also where one process runs them all.
COUNCILS = 400


@dataclass
class Register:
    """A served register, with councils that no other test of this module has used."""

    address: str
    secrets: dict[str, str]
    """Keys by name: of a spokesperson (vocera) and of a helper for each of them."""
    shapes: dict[str, shapely.MultiPolygon]
    unused: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def served(request, tmp_path_factory) -> Iterator[Register]:
    demo = region(COUNCILS, faults=False)
    councils = demo.layer[demo.layer["level"] == "council"].geometry
    store = published(tmp_path_factory.mktemp("saving") / "territory.db", demo.layer, demo.surroundings)
    register = open_register(str(store), load_profile())
    secrets = {}
    for council in apart(councils):
        for role, name in ((Role.SPOKESPERSON, f"vocera-{council}"), (Role.HELPER, f"helper-{council}")):
            issued = keys.issue(register, OPERATOR, role=role, ends=ENDS, name=name, territories=[council])
            secrets[name] = issued.whole
    register.store.close()
    unused = apart(councils)
    tests = [each for each in request.session.items if each.path == request.path]
    assert len(unused) >= len(tests), "more tests than councils: make COUNCILS larger"
    with serving(store) as address:
        yield Register(address, secrets, dict(councils.items()), unused)


def apart(councils) -> list[str]:
    """Councils that are no neighbours of each other, so that what one test changes is no finding of another's."""
    chosen: list[str] = []
    for council, shape in councils.items():
        if all(shape.distance(councils[each]) > 0.01 for each in chosen):
            chosen.append(council)
    return chosen


@pytest.fixture(scope="module")
def server(served) -> str:
    return served.address


@pytest.fixture
def council(served) -> str:
    return served.unused.pop()


@pytest.fixture
def entered(page, served, council) -> Page:
    """A page whose phone holds the key of the council's spokesperson."""
    return enter(page, served, f"vocera-{council}")


def enter(page: Page, served: Register, name: str) -> Page:
    page.goto("/key?lang=es")
    page.locator("#key").fill(served.secrets[name])
    page.locator("#enter button").click()
    expect(page.locator("#inside")).to_be_visible()
    return page


@on_phone
def test_a_key_leads_to_its_territories(entered, council):
    entered.locator("#territories a").click()
    expect(entered).to_have_url(re.compile(f"/draw\\?territory={council}"))
    entered.wait_for_function("() => window.drawing?.now().closed")


def open_territory(page: Page, territory: str) -> None:
    page.goto(f"/draw?lang=es&territory={territory}")
    page.wait_for_function(
        "() => drawing.now().closed && drawing.map.around.loaded && !drawing.map.view.getAnimating()"
    )
    expect(page.locator("#neighbours")).to_contain_text("se pegan")


def rings(page: Page) -> list[list[float]]:
    return page.evaluate("drawing.now().points")


def into_a_neighbour(served: Register, council: str) -> tuple[int, list[float], str]:
    """A corner that the council shares with one neighbour, and a place well inside that one's ground."""
    points = list(served.shapes[council].geoms[0].exterior.coords)[:-1]
    near = {each: shape for each, shape in served.shapes.items() if each != council}
    for at, point in enumerate(points):
        holders = [each for each, shape in near.items() if shape.distance(Point(point)) < 1e-9]
        if len(holders) == 1:
            goal = near[holders[0]].representative_point()
            return at, [point[0] + 0.3 * (goal.x - point[0]), point[1] + 0.3 * (goal.y - point[1])], holders[0]
    raise AssertionError("no such corner")


def move_corner(page: Page, served: Register, council: str) -> str:
    """Move a corner into a neighbour's ground, as somebody would; the neighbour."""
    at, place, neighbour = into_a_neighbour(served, council)
    # The ring on the page may begin elsewhere.
    corner = list(served.shapes[council].geoms[0].exterior.coords)[at]
    number = rings(page).index(list(corner)) + 1
    page.locator("#points-box summary").click()
    expect(page.locator("#points button").first).to_be_visible()
    while not page.get_by_role("button", name=re.compile(f"^Punto {number}:")).count():
        page.get_by_role("button", name=re.compile("^Mostrar más puntos")).click()
    page.get_by_role("button", name=re.compile(f"^Punto {number}:")).click()
    page.wait_for_function("() => !drawing.map.view.getAnimating()")
    page.evaluate("(place) => drawing.map.lookAt([place])", place)
    page.wait_for_function("() => !drawing.map.view.getAnimating()")
    page.get_by_role("button", name="Mover aquí").click()
    page.get_by_role("button", name="Listo").click()
    page.locator("#points-box summary").click()
    return neighbour


def ask(page: Page, served: Register, who: str, method: str, path: str, **rest: object) -> APIResponse:
    headers = {"Authorization": f"Bearer {served.secrets[f'vocera-{who}']}", **rest.pop("headers", {})}
    return page.request.fetch(served.address + path, method=method, headers=headers, **rest)


def newest(page: Page, served: Register, council: str) -> dict:
    return ask(page, served, council, "GET", f"/api/territories/{council}/boundary").json()


def test_what_a_remedy_shows_is_what_it_does_and_undo_takes_it_back(entered, served, council, size, accessible):
    open_territory(entered, council)
    neighbour = move_corner(entered, served, council)
    overlap = entered.locator("#findings li", has_text="se superponen")
    expect(overlap).to_have_count(1)
    before = entered.evaluate("drawing.now()")
    overlap.get_by_role("button", name="Quitar de lo mío").click()
    card = entered.get_by_role("group", name=re.compile("^Así quedaría"))
    expect(card).to_be_focused()
    expect(card).to_contain_text("pierde")
    accessible()
    shown = entered.evaluate("drawing.map.preview.getFeatures()[0].getGeometry().getArea()")
    entered.get_by_role("button", name="No, dejar así").click()
    expect(card).to_be_hidden()
    assert entered.evaluate("drawing.now()") == before
    overlap.get_by_role("button", name="Quitar de lo mío").click()
    entered.get_by_role("button", name="Aplicar").click()
    expect(overlap).to_have_count(0)
    taken = entered.evaluate("drawing.map.ground.getGeometry().getArea()")
    assert taken == pytest.approx(shown, rel=1e-9)
    mine = shapely.Polygon(rings(entered))
    assert mine.intersection(served.shapes[neighbour]).area < 1e-12
    entered.get_by_role("button", name="Deshacer").click()
    assert entered.evaluate("drawing.now()") == before


@on_phone
def test_a_changed_line_is_kept_as_a_new_version_and_comes_back(entered, served, council, size, accessible):
    open_territory(entered, council)
    save = entered.get_by_role("button", name="Guardar", exact=True)
    expect(save).to_be_disabled()
    accessible()
    move_corner(entered, served, council)
    save.click()
    expect(entered.locator("#status")).to_contain_text("es la versión 2")
    expect(save).to_be_disabled()
    accessible()
    expect(entered.get_by_role("link", name="Ver la hoja para firmar")).to_have_attribute(
        "href", re.compile(f"^/t/{council}/sheet")
    )
    kept = newest(entered, served, council)
    assert kept["properties"]["version"] == 2
    drawn = shapely.Polygon(rings(entered))
    assert shapely.geometry.shape(kept["geometry"]).equals(shapely.MultiPolygon([drawn]))
    # Nothing waits to be gone on with: it is kept.
    open_territory(entered, council)
    expect(entered.locator("#draft")).to_be_hidden()
    assert shapely.Polygon(rings(entered)).equals(drawn)


def keep_another(page: Page, served: Register, council: str) -> dict:
    """What a second phone keeps meanwhile: the line without its last corner."""
    ring = list(served.shapes[council].geoms[0].exterior.coords)
    geometry = {"type": "Polygon", "coordinates": [[*ring[:-2], ring[0]]]}
    answer = ask(
        page,
        served,
        council,
        "PUT",
        f"/api/territories/{council}/boundary",
        headers={**JSON, "If-Match": '"v1"'},
        data=json.dumps({"type": "Feature", "properties": {}, "geometry": geometry}),
    )
    assert answer.status == 201, answer.text()
    return newest(page, served, council)


@on_phone
@pytest.mark.parametrize("choice", ["mine", "theirs", "both"])
def test_whoever_saved_first_is_not_overwritten_unseen(entered, served, council, choice, accessible):
    open_territory(entered, council)
    move_corner(entered, served, council)
    mine = shapely.Polygon(rings(entered))
    theirs = shapely.geometry.shape(keep_another(entered, served, council)["geometry"])
    entered.get_by_role("button", name="Guardar", exact=True).click()
    card = entered.get_by_role("group", name="Otra persona guardó antes que usted")
    expect(card).to_be_focused()
    assert entered.evaluate("drawing.map.theirs.getFeatures().length") == 1
    accessible()
    name = {"mine": "Guardar la mía", "theirs": "Tomar la otra", "both": "Que decida la asamblea"}[choice]
    card.get_by_role("button", name=name).click()
    expect(card).to_be_hidden()
    expect(entered.locator("#status")).to_contain_text(
        {"mine": "es la versión 3", "theirs": "la otra línea", "both": "decide"}[choice]
    )
    kept = newest(entered, served, council)
    line = shapely.geometry.shape(kept["geometry"])
    assert line.equals(shapely.MultiPolygon([mine]) if choice == "mine" else theirs)
    waiting = ask(entered, served, council, "GET", f"/api/territories/{council}/proposals").json()
    assert len(waiting) == (choice == "both")
    if choice == "theirs":
        assert shapely.Polygon(rings(entered)).equals(theirs.geoms[0])
        entered.get_by_role("button", name="Deshacer").click()
        assert shapely.Polygon(rings(entered)).equals(mine)


@on_phone
def test_a_helper_s_drawing_goes_as_a_proposal(page, served, council):
    enter(page, served, f"helper-{council}")
    open_territory(page, council)
    move_corner(page, served, council)
    page.get_by_role("button", name="Enviar propuesta").click()
    expect(page.locator("#status")).to_contain_text("Enviado")
    [waiting] = ask(page, served, council, "GET", f"/api/territories/{council}/proposals").json()
    assert shapely.geometry.shape(waiting["geometry"]).equals(shapely.MultiPolygon([shapely.Polygon(rings(page))]))
    assert newest(page, served, council)["properties"]["version"] == 1


@on_desktop
def test_what_needs_the_neighbour_s_yes_is_proposed_and_moves_nothing(entered, served, council, accessible):
    open_territory(entered, council)
    neighbour = move_corner(entered, served, council)
    overlap = entered.locator("#findings li", has_text="se superponen")
    overlap.get_by_role("button", name="Proponer la mitad").click()
    expect(entered.locator("#preview")).to_contain_text("Hasta que acepte no se mueve nada")
    accessible()
    entered.get_by_role("button", name="Proponer", exact=True).click()
    expect(entered.locator("#status")).to_contain_text("Propuesto a")
    border = ask(entered, served, council, "GET", f"/api/borders/{council}/{neighbour}").json()
    [proposed] = [piece for piece in border["pieces"] if piece["state"] == "proposed"]
    assert proposed["stretch"]["way"] == "middle"
    strip = shapely.geometry.shape(proposed["strip"])
    mine, theirs = shapely.Polygon(rings(entered)), served.shapes[neighbour]
    assert area_m2(strip) == pytest.approx(area_m2(mine.intersection(theirs)), rel=0.02)


@on_phone
def test_what_a_council_says_of_itself_is_kept_apart_from_its_line(entered, served, council, accessible):
    open_territory(entered, council)
    entered.locator("summary", has_text="Datos del consejo").click()
    accessible()
    for families in ("123", "124"):
        entered.get_by_label("Número de familias").fill(families)
        with entered.expect_response(lambda answer: answer.request.method == "PATCH"):
            entered.get_by_role("button", name="Guardar estos datos").click()
        expect(entered.locator("#status")).to_contain_text("quedaron guardados")
    told = ask(entered, served, council, "GET", f"/api/territories/{council}").json()["properties"]
    assert (told["families"], told["version"]) == (124, 1)


@on_phone
def test_without_a_key_it_is_a_sketch_that_cannot_be_saved(page, served, council):
    open_territory(page, council)
    expect(page.locator("#whose")).to_contain_text("hace falta la llave")
    expect(page.locator("#save")).to_be_hidden()
    move_corner(page, served, council)
    overlap = page.locator("#findings li", has_text="se superponen")
    overlap.get_by_role("button", name="Pedir la franja").click()
    expect(page.locator("#preview")).to_contain_text("con la llave de su comunidad")
    expect(page.locator("#take")).to_be_hidden()


@on_desktop
def test_a_hole_and_another_part_are_drawn_and_changed(page, served, council):
    open_territory(page, council)
    page.locator("summary", has_text="Partes separadas y huecos").click()
    page.get_by_role("button", name="Un hueco").click()
    expect(page.locator("#step")).to_contain_text("hueco")
    page.get_by_role("button", name="Seguir la línea").click()
    widest = shapely.maximum_inscribed_circle(served.shapes[council], tolerance=1e-6)
    (lon, lat), reach = widest.coords[0], widest.length / 2
    for east, north in ((0, 0), (reach, 0), (reach, reach)):
        page.evaluate("(place) => drawing.map.lookAt([place])", [lon + east, lat + north])
        page.wait_for_function("() => !drawing.map.view.getAnimating()")
        page.get_by_role("button", name="+ Punto").click()
    page.get_by_role("button", name="Cerrar").click()
    expect(page.locator("#rings button")).to_have_text([re.compile("^Parte de ")])
    assert page.evaluate("drawing.now().isHole")
    expect(page.locator("#findings")).to_contain_text("ninguna comunidad ha incluido")
    page.locator("#findings").get_by_role("button", name="Agregar a lo mío").click()
    page.get_by_role("button", name="Aplicar").click()
    expect(page.locator("#rings button")).to_have_count(0)
    page.get_by_role("button", name="Deshacer").click()
    page.locator("#rings button").click()
    assert not page.evaluate("drawing.now().isHole")
    expect(page.locator("#rings button")).to_have_text([re.compile("^Hueco de ")])
