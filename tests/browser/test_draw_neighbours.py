"""Neighbours settle their line in the browser, stretch by stretch; and an assembly's decision is entered."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
import shapely
from on_map import on_screen
from playwright.sync_api import Locator, Page, expect
from registers import published
from servers import serving
from shapely import MultiPolygon

from territory.demo import region
from territory.geo.crs import area_m2
from territory.geo.repair import canonical_shapes
from territory.profiles import load_profile
from territory.records import Role
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

on_phone = pytest.mark.parametrize("size", ["phone"], indirect=True)
on_desktop = pytest.mark.parametrize("size", ["desktop"], indirect=True)

TODAY = datetime.date.today()
GRAFFITI = '<img src=x onerror="document.title=\'hurt\'"><script>document.title="hurt"</script>'
MODULES = ("neighbours.js", "border.js", "talk.js", "act.js")


@dataclass(frozen=True)
class Pair:
    """Two councils with a common line, of which the first has drawn into the second."""

    one: str
    other: str
    names: dict[str, str]
    secrets: dict[str, str]
    bulge: MultiPolygon
    """Where the first draws its line."""


@dataclass
class Register:
    address: str
    unused: list[Pair] = field(default_factory=list)


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Register]:
    demo = region(300, faults=False)
    councils = demo.layer[demo.layer["level"] == "council"]
    store = published(tmp_path_factory.mktemp("neighbours") / "territory.db", demo.layer, demo.surroundings)
    register = open_register(str(store), load_profile())
    pairs = []
    lines = {str(id_): shape for id_, shape in councils.geometry.items()}
    for one, other in apart(lines):
        secrets = {
            each: keys.issue(
                register,
                OPERATOR,
                role=Role.SPOKESPERSON,
                ends=TODAY + datetime.timedelta(days=30),
                name=f"vocera-{each}",
                territories=[each],
            ).whole
            for each in (one, other)
        }
        names = dict(councils["name"][[one, other]])
        pairs.append(Pair(one, other, names, secrets, bulging(lines[one], lines[other])))
    register.store.close()
    with serving(store) as address:
        yield Register(address, pairs)


def apart(councils: dict[str, MultiPolygon]) -> list[tuple[str, str]]:
    """Neighbours with some line in common, each pair far from the others."""
    chosen: list[tuple[str, str]] = []
    for one, shape in councils.items():
        taken = [councils[each] for pair in chosen for each in pair]
        if any(shape.distance(each) < 0.003 for each in taken):
            continue
        common = {each: shapely.intersection(shape, met).length for each, met in councils.items() if each != one}
        other = max(common, key=lambda each: common[each])
        if common[other] > 0.004 and all(councils[other].distance(each) > 0.003 for each in taken):
            chosen.append((one, other))
    return chosen


def bulging(own: MultiPolygon, met: MultiPolygon) -> MultiPolygon:
    """A line drawn into the neighbour, along the middle of what both have in common."""
    edges = shapely.get_parts(shapely.line_merge(shapely.intersection(own, met)))
    edge = max(edges, key=lambda each: each.length)
    disc = edge.interpolate(0.5, normalized=True).buffer(edge.length / 6, quad_segs=3)
    [drawn] = canonical_shapes(np.array([shapely.union(own, shapely.intersection(disc, met))]))
    return drawn


@pytest.fixture(scope="module")
def server(served) -> str:
    return served.address


@pytest.fixture
def pair(served, page) -> Pair:
    found = served.unused.pop()
    put_line(page, found, found.bulge)
    return found


def put_line(page: Page, pair: Pair, shape: MultiPolygon, version: int = 1) -> None:
    """What the first one's spokesperson keeps on another phone."""
    answer = ask(
        page,
        pair,
        pair.one,
        "PUT",
        f"/api/territories/{pair.one}/boundary",
        headers={"Content-Type": "application/geo+json", "If-Match": f'"v{version}"'},
        data=json.dumps({"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(shape))}),
    )
    assert answer.status == 201, answer.text()


def ask(page: Page, pair: Pair, who: str, method: str, path: str, **rest):
    headers = {"Authorization": f"Bearer {pair.secrets[who]}", **rest.pop("headers", {})}
    return page.request.fetch(path, method=method, headers=headers, **rest)


def border(page: Page, pair: Pair) -> dict:
    return ask(page, pair, pair.one, "GET", f"/api/borders/{pair.one}/{pair.other}").json()


def kept(page: Page, pair: Pair, who: str) -> MultiPolygon:
    told = ask(page, pair, who, "GET", f"/api/territories/{who}/boundary").json()
    return shapely.geometry.shape(told["geometry"])


def enter(page: Page, pair: Pair, who: str) -> Page:
    """Open a territory with the key of its spokesperson."""
    page.goto("/key?lang=es")
    page.locator("#key").fill(pair.secrets[who])
    page.locator("#enter button").click()
    expect(page.locator("#inside")).to_be_visible()
    page.goto(f"/draw?lang=es&territory={who}")
    page.wait_for_function(
        "() => drawing.now().closed && drawing.map.around.loaded && !drawing.map.view.getAnimating()"
    )
    return page


def to_border(page: Page, pair: Pair, who: str) -> Page:
    """Open the line with the other one of the pair."""
    enter(page, pair, who)
    page.locator("#neighbours-title").click()
    [other] = {pair.one, pair.other} - {who}
    row = page.locator(".around .row", has_text=pair.names[other])
    expect(row).to_contain_text("de línea")
    row.click()
    expect(page.get_by_role("heading", name=f"Línea con {pair.names[other]}")).to_be_focused()
    return page


def stretch(page: Page, word: str) -> Locator:
    """The stretch that stands so."""
    return page.locator(".stretches > li").filter(has=page.get_by_role("heading", name=re.compile(f": {word}$")))


def press(row: Locator, name: str) -> None:
    row.get_by_role("button", name=re.compile(f"^{name}: tramo")).click()


def renew(page: Page) -> None:
    page.get_by_role("button", name="Actualizar").click()


def words_on_map(page: Page) -> list[str]:
    """How the stretches on the map stand."""
    found = page.evaluate(
        "drawing.map.map.getLayers().getArray().flatMap((l) => l.getSource().getFeatures?.() ?? [])"
        ".map((f) => f.get('word')).filter(Boolean)"
    )
    return sorted(found)


def card(page: Page) -> Locator:
    return page.locator("#deciding")


def propose_middle(page: Page, row: Locator, reasons: str = "") -> None:
    press(row, "Proponer")
    choice = card(page).locator(".choice", has_text="La línea pasa por el medio")
    expect(choice).to_contain_text("pierde")
    choice.click()
    page.wait_for_function("() => drawing.map.preview.getFeatures().length === 2")
    card(page).locator("textarea").fill(reasons)
    card(page).get_by_role("button", name="Proponer").click()
    expect(card(page)).to_be_hidden()


def sides_told(row: Locator) -> list[str]:
    return row.locator(".side").all_inner_texts()


def test_two_neighbours_settle_ground_that_both_claim(page, other_page, pair, accessible):
    ana, ben = to_border(page, pair, pair.one), to_border(other_page, pair, pair.other)
    disputed = stretch(ana, "En disputa")
    expect(disputed.locator(".side")).to_have_count(2)
    accessible(ana)
    propose_middle(ana, disputed, GRAFFITI)
    waiting = stretch(ana, "Propuesto")
    expect(waiting).to_be_focused()
    expect(waiting).to_contain_text("Ustedes proponen")
    assert waiting.get_by_role("button", name=re.compile("Aceptar")).count() == 0

    # The other side sees it, with the reasons as they were typed, and says why not.
    renew(ben)
    expect(stretch(ben, "Propuesto").locator("q")).to_have_text(GRAFFITI)
    press(stretch(ben, "Propuesto"), "No estamos de acuerdo")
    expect(card(ben)).to_be_focused()
    card(ben).get_by_role("button", name="Enviar").click()
    expect(ben.locator("#status")).to_have_text("Escriban por qué no están de acuerdo.")
    accessible(ben)
    card(ben).locator("textarea").fill("La quebrada es la línea")
    card(ben).get_by_role("button", name="Enviar").click()
    objected = stretch(ben, "En desacuerdo")
    expect(objected).to_contain_text("Ustedes no están de acuerdo")
    accessible(ben)

    # Both read the same of both sides, in the same order.
    renew(ana)
    answered = stretch(ana, "En desacuerdo")
    expect(answered).to_contain_text("no está de acuerdo con lo que ustedes propusieron")
    expect(answered.locator(".side").last).to_contain_text(re.compile("quebrada|onerror"))
    assert sides_told(answered) == sides_told(objected)
    left, right = sides_told(answered)
    first, second = sorted((pair.one, pair.other))
    assert left.startswith(pair.names[first])
    assert right.startswith(pair.names[second])
    assert {GRAFFITI in left, GRAFFITI in right} == {"quebrada" in left, "quebrada" in right} == {True, False}

    # What is shown before the proposal and before the answer is what both lines become.
    propose_middle(ana, answered)
    renew(ben)
    press(stretch(ben, "Propuesto"), "Aceptar")
    expect(card(ben)).to_contain_text("Ustedes:")
    accessible(ben)
    assert ben.evaluate("drawing.map.preview.getFeatures().length") == 2
    card(ben).get_by_role("button", name="Sí, aceptar").click()
    expect(stretch(ben, "Acordado")).to_have_count(1)
    settled, met = kept(ben, pair, pair.one), kept(ben, pair, pair.other)
    assert area_m2(shapely.intersection(settled, met)) < 0.01
    [agreed] = [each for each in border(ben, pair)["pieces"] if each["state"] == "agreed"]
    line = shapely.geometry.shape(agreed["stretch"]["line"])
    vertices = {tuple(each) for each in shapely.get_coordinates(line)}
    assert len(vertices) > 2
    for shape in (settled, met):
        assert vertices <= {tuple(each) for each in shapely.get_coordinates(shape)}

    # Both pages have their new line, and the map says how each stretch stands.
    renew(ana)
    expect(stretch(ana, "Acordado")).to_have_count(1)
    for side, shape in ((ana, settled), (ben, met)):
        side.wait_for_function("() => document.querySelector('#save').getAttribute('aria-disabled') === 'true'")
        assert shapely.Polygon(side.evaluate("drawing.now().points")).equals(shape.geoms[0])
        assert words_on_map(side) == sorted(
            side.locator(".stretches h4").evaluate_all("all => all.map(h => h.textContent.split(': ')[1])")
        )
        assert side.title() != "hurt"
        assert side.locator("img[src=x]").count() == 0
        accessible(side)


def propose(page: Page, pair: Pair, who: str, piece: str, **more: object) -> str:
    [other] = {pair.one, pair.other} - {who}
    answer = ask(
        page,
        pair,
        who,
        "POST",
        f"/api/borders/{who}/{other}/proposals",
        headers={"Content-Type": "application/json"},
        data=json.dumps({"from": who, "piece": piece, **more}),
    )
    assert answer.status == 201, answer.text()
    return str(answer.json()["id"])


def take_back(page: Page, pair: Pair, who: str, id_: str, version: int) -> None:
    headers = {"If-Match": f'"v{version}"'}
    assert ask(page, pair, who, "DELETE", f"/api/stretches/{id_}", headers=headers).status == 200


def strip_of(page: Page, pair: Pair) -> str:
    [piece] = [each for each in border(page, pair)["pieces"] if each["kind"] == "overlap"]
    return str(piece["id"])


def test_ground_is_settled_along_a_line_drawn_by_hand(page, pair, size, accessible):
    ana = to_border(page, pair, pair.one)
    press(stretch(ana, "En disputa"), "Proponer")
    card(ana).get_by_label(re.compile("^Trazar la línea en el mapa")).check()
    told = card(ana).locator(".between [role=status]")
    ana.wait_for_function("() => !drawing.map.view.getAnimating()")
    before = ana.evaluate("drawing.now()")
    [piece] = [each for each in border(ana, pair)["pieces"] if each["kind"] == "overlap"]
    ways = ask(ana, pair, pair.one, "GET", f"/api/borders/{pair.one}/{pair.other}/ways?piece={piece['id']}").json()
    [divided] = [each["divided"]["coordinates"] for each in ways if each["way"] == "middle"]
    path = divided[0][1:-1]
    at = on_screen(ana, path[0])
    (ana.touchscreen.tap if size == "phone" else ana.mouse.click)(*at)
    for place in path[1:]:
        ana.evaluate("(place) => drawing.map.asked(place)", place)
    expect(told).to_contain_text(re.compile(r"Ustedes: .*pierde"))
    # One's own line and the one that both would have.
    ana.wait_for_function("() => drawing.map.preview.getFeatures().length === 2")
    accessible()
    # A point too much is taken back.
    areas = told.inner_text()
    ana.evaluate("(place) => drawing.map.asked(place)", path[0])
    with ana.expect_request(lambda sent: sent.method == "POST" and "/ways" in sent.url) as sent:
        card(ana).get_by_role("button", name="Quitar el último").click()
    # Beside the points that were set there are the ends, and a little beyond each.
    assert len(sent.value.post_data_json["line"]["coordinates"]) == len(path) + 4
    expect(told).to_have_text(areas)
    assert ana.evaluate("drawing.now()") == before
    card(ana).get_by_role("button", name="Proponer").click()
    expect(card(ana)).to_be_hidden()
    [asked] = [each["stretch"] for each in border(ana, pair)["pieces"] if each["stretch"]]
    assert (asked["way"], asked["along"]) == ("along", None)
    said = ask(
        ana,
        pair,
        pair.other,
        "POST",
        f"/api/stretches/{asked['id']}/answer",
        headers={"Content-Type": "application/json", "If-Match": '"v1"'},
        data=json.dumps({"answer": "accept"}),
    )
    assert said.status == 200, said.text()
    both = kept(ana, pair, pair.one), kept(ana, pair, pair.other)
    assert shapely.intersection(*both).area < 1e-14
    line = shapely.intersection(both[0].boundary, both[1].boundary)
    # A pixel of the phone's map is a few metres wide.
    assert max(line.distance(shapely.Point(place)) for place in path) < 1e-4


@on_phone
def test_what_changed_while_somebody_wrote_is_told_and_nothing_typed_is_lost(page, pair, accessible):
    said = propose(page, pair, pair.one, strip_of(page, pair), way="middle")
    ben = to_border(page, pair, pair.other)
    press(stretch(ben, "Propuesto"), "No estamos de acuerdo")
    card(ben).locator("textarea").fill("Así no es")
    # Meanwhile the first one proposes something else.
    take_back(page, pair, pair.one, said, 1)
    propose(page, pair, pair.one, strip_of(page, pair), way="shared")
    card(ben).get_by_role("button", name="Enviar").click()
    expect(card(ben)).to_contain_text(re.compile("Antes: .* por el medio.* Ahora: .* se comparte"))
    expect(card(ben).locator("textarea")).to_have_value("Así no es")
    accessible()
    card(ben).get_by_role("button", name="Enviar").click()
    expect(stretch(ben, "En desacuerdo").locator("q")).to_have_text("Así no es")


@on_phone
def test_an_answer_to_what_was_withdrawn_comes_back_to_whoever_wrote_it(page, pair, accessible):
    said = propose(page, pair, pair.one, strip_of(page, pair), way="middle")
    ben = to_border(page, pair, pair.other)
    press(stretch(ben, "Propuesto"), "No estamos de acuerdo")
    card(ben).locator("textarea").fill("Así no es")
    take_back(page, pair, pair.one, said, 1)
    card(ben).get_by_role("button", name="Enviar").click()
    expect(card(ben).get_by_label("Lo que escribió")).to_have_value("Así no es")
    expect(stretch(ben, "En disputa")).to_have_count(1)
    accessible()
    card(ben).get_by_role("button", name="Entendido").click()
    expect(card(ben)).to_be_hidden()


@on_desktop
def test_by_keyboard_alone_both_say_that_a_line_is_theirs(page, other_page, pair):
    ana = enter(page, pair, pair.one)
    ana.locator("#neighbours-title").focus()
    ana.keyboard.press("Enter")
    row = ana.locator(".around .row", has_text=pair.names[pair.other])
    row.focus()
    ana.keyboard.press("Enter")
    title = ana.get_by_role("heading", name=f"Línea con {pair.names[pair.other]}")
    expect(title).to_be_focused()
    number = stretch(ana, "Sin preguntar").count()
    own = stretch(ana, "Sin preguntar").first.get_by_role("button", name=re.compile("^Esta es nuestra línea"))
    own.focus()
    ana.keyboard.press("Enter")
    expect(card(ana)).to_be_focused()
    ana.keyboard.press("Tab")
    ana.keyboard.type("Siempre fue así")
    ana.keyboard.press("Tab")
    ana.keyboard.press("Enter")
    expect(stretch(ana, "Propuesto")).to_be_focused()
    expect(stretch(ana, "Sin preguntar")).to_have_count(number - 1)

    ben = to_border(other_page, pair, pair.other)
    expect(stretch(ben, "Propuesto")).to_contain_text("Siempre fue así")
    press(stretch(ben, "Propuesto"), "Aceptar")
    card(ben).get_by_role("button", name="Sí, aceptar").click()
    expect(stretch(ben, "Acordado")).to_be_focused()
    stretch(ben, "Acordado").get_by_role("button", name=re.compile("^Historia")).click()
    expect(stretch(ben, "Acordado").locator(".history > li")).to_have_text(
        [re.compile("Siempre fue así"), re.compile("Acordado por las dos")]
    )
    ben.get_by_role("button", name="Todos los vecinos").click()
    row = ben.locator(".around .row", has_text=pair.names[pair.one])
    expect(row).to_contain_text(re.compile("acordado .* · sin preguntar .* · en disputa"))


@on_phone
def test_both_can_agree_to_disagree_and_take_back_what_waits(page, other_page, pair, accessible):
    ana, ben = to_border(page, pair, pair.one), to_border(other_page, pair, pair.other)
    press(stretch(ana, "En disputa"), "Proponer")
    card(ana).get_by_role("button", name="No, volver").click()
    expect(stretch(ana, "En disputa")).to_be_focused()
    before = kept(ana, pair, pair.one)
    propose_middle(ana, stretch(ana, "En disputa"))
    press(stretch(ana, "Propuesto"), "Retirar")
    card(ana).get_by_role("button", name="Sí, retirar").click()
    propose_middle(ana, stretch(ana, "En disputa"))
    renew(ben)
    press(stretch(ben, "Propuesto"), "Dejarlo sin resolver")
    card(ben).get_by_role("button", name="Proponer").click()
    expect(stretch(ben, "Propuesto")).to_contain_text("Ustedes proponen")
    renew(ana)
    press(stretch(ana, "Propuesto"), "Aceptar")
    card(ana).get_by_role("button", name="Sí, aceptar").click()
    expect(stretch(ana, "Sin resolver")).to_contain_text("dejarlo sin resolver")
    accessible(ana)
    assert kept(ana, pair, pair.one).equals(before)
    [piece] = [each for each in border(ana, pair)["pieces"] if each["kind"] == "overlap"]
    assert piece["state"] == "disagreed"


@on_desktop
def test_the_map_shows_how_all_lines_stand_when_asked(page, pair, accessible):
    ana = enter(page, pair, pair.one)
    ana.locator("#neighbours-title").click()
    expect(ana.locator(".around .row").first).to_be_visible()
    assert words_on_map(ana) == []
    switch = ana.get_by_role("button", name="Ver en el mapa")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(ana.locator("#status")).to_have_text("En el mapa: cada tramo con su estado.")
    assert words_on_map(ana).count("En disputa") == 1
    assert words_on_map(ana).count("Sin preguntar") >= 2
    ana.locator("summary", has_text="Cómo se ve en el mapa").click()
    expect(ana.locator(".looks li")).to_have_count(4)
    accessible()
    switch.click()
    expect(ana.locator("#status")).to_contain_text("ya no muestra")
    assert words_on_map(ana) == []


@on_phone
def test_nothing_of_this_is_loaded_or_shown_without_a_key(page, pair):
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/draw?lang=es&territory={pair.one}")
    page.wait_for_function("() => drawing.now().closed")
    for box in ("#neighbours-box", "#act-box", "#sheet"):
        expect(page.locator(box)).to_be_hidden()
    enter(page, pair, pair.one)
    assert [url for url in asked if url.endswith(MODULES) or "/parts/" in url] == []
    expect(page.locator("#neighbours-box")).to_be_visible()
    expect(page.get_by_role("link", name="Ver la hoja para firmar")).to_be_visible()
    page.locator("#neighbours-title").click()
    expect(page.locator(".around .row").first).to_be_visible()
    assert [url for url in asked if url.endswith(MODULES[0])]


def act(page: Page) -> Page:
    """Open what the assembly decided."""
    page.locator("#act-box > summary").click()
    expect(page.locator("#act-bound")).to_contain_text("huella")
    return page


def test_an_act_is_entered_about_exactly_the_line_that_is_kept(page, pair, accessible):
    ana = act(enter(page, pair, pair.one))
    told = ask(ana, pair, pair.one, "GET", f"/api/territories/{pair.one}/boundary").json()["properties"]
    expect(ana.locator("#act-bound")).to_contain_text(
        f"versión {told['version']}, huella {told['fingerprint'][:12]}"
    )
    accessible()
    ana.get_by_label("Referendo").check()
    expect(ana.locator("#act-rule")).to_contain_text("15\xa0% de quienes pueden votar")
    for label, number in (("Podían votar", 400), ("Votaron", 40), ("A favor", 30), ("En contra", 10)):
        ana.get_by_label(label).fill(str(number))
    expect(ana.locator("#act-share")).to_contain_text("10\xa0%")
    send = ana.get_by_role("button", name="Anotar el acta")
    send.click()
    ana.locator("#sure-yes").click()
    expect(ana.locator("#status")).to_contain_text("hace falta al menos el 15")
    ana.get_by_label("Votaron").fill("140")
    ana.get_by_label("A favor").fill("ciento")
    send.click()
    expect(ana.get_by_label("A favor")).to_be_focused()
    expect(ana.locator("#status")).to_contain_text("solo números")
    ana.get_by_label("A favor").fill("120")
    send.click()
    expect(ana.locator("#sure")).to_contain_text("no se borra")
    ana.locator("#sure-yes").click()
    sheet = ana.get_by_role("link", name="Ver la hoja de esta versión")
    expect(sheet).to_be_focused()
    expect(ana.locator("#acts li").last).to_contain_text("Es la línea de ahora")
    accessible()
    entered = ask(ana, pair, pair.one, "GET", f"/api/territories/{pair.one}/acts").json()[-1]
    assert (entered["kind"], entered["form"], entered["subject"]) == ("ratify", "referendum", told["fingerprint"])
    assert [entered[each] for each in ("eligible", "attended", "in_favour", "against")] == [400, 140, 120, 10]
    sheet.click()
    expect(ana).to_have_url(re.compile(f"/t/{pair.one}/sheet\\?version={told['version']}"))
    expect(ana.locator("main")).to_contain_text("No es un documento de registro")


@on_phone
def test_no_act_is_entered_while_the_drawing_has_changes(page, pair, accessible):
    ana = act(enter(page, pair, pair.one))
    send = ana.get_by_role("button", name="Anotar el acta")
    ana.evaluate(
        "() => { const { desk } = drawing; const [first, ...rest] = desk.now.points;"
        "desk.to({ ...desk.now, points: rest }, ''); }"
    )
    expect(send).to_be_disabled()
    expect(ana.locator("#act-unsaved")).to_contain_text("Tiene cambios sin guardar")
    accessible()
    send.click(force=True)
    expect(ana.locator("#sure")).to_be_hidden()
    # Once it is saved, an act is about the new version.
    ana.get_by_role("button", name="Guardar", exact=True).click()
    expect(ana.locator("#act-bound")).to_contain_text("versión 3")
    expect(send).to_be_enabled()
    expect(ana.locator("#act-unsaved")).to_be_empty()
    ana.get_by_label("Ratificarla y publicarla").check()
    ana.get_by_label("Qué verá todo el mundo").select_option("general")
    send.click()
    expect(ana.locator("#sure")).to_contain_text("La línea simplificada")
    ana.locator("#sure-yes").click()
    expect(ana.locator("#acts li").last).to_contain_text("publica la versión 3")
    public = ana.request.get(f"/api/territories/{pair.one}", headers={"Cookie": ""}).json()
    assert public["properties"]["publication"] == "general"


def test_what_a_neighbour_does_meanwhile_is_told_and_replaces_nothing(page, pair, size, accessible):
    ben = enter(page, pair, pair.other)
    ben.wait_for_function("() => drawing.news?.known")
    before = ben.evaluate("drawing.now()")
    # Nothing happened: the server says so in a line.
    with ben.expect_response(lambda answer: "/news" in answer.url) as told:
        ben.evaluate("drawing.news.look()")
    assert told.value.status == 304
    put_line(page, pair, pair.bulge, version=2)
    propose(page, pair, pair.one, strip_of(page, pair), way="middle")
    ben.evaluate("drawing.news.look()")
    card = ben.locator("#news")
    expect(card).to_contain_text(f"{pair.names[pair.one]} cambió su límite.")
    expect(card).to_contain_text(f"{pair.names[pair.one]} propone algo sobre la línea común.")
    accessible()
    assert ben.evaluate("drawing.now()") == before
    card.get_by_role("button", name="Ver").click()
    expect(card).to_be_hidden()
    expect(ben.locator(".around .row", has_text=pair.names[pair.one])).to_be_visible()
    assert ben.evaluate("drawing.now()") == before


@on_phone
def test_a_territory_is_withdrawn_from_the_public_whatever_is_drawn_meanwhile(page, pair, accessible):
    ana = act(enter(page, pair, pair.one))
    ana.evaluate("() => drawing.desk.to({ ...drawing.now(), points: drawing.now().points.slice(1) })")
    send = ana.get_by_role("button", name="Anotar el acta")
    expect(send).to_be_disabled()
    ana.get_by_label("Dejar de publicarla").check()
    expect(ana.locator("#act-unsaved")).to_be_empty()
    expect(ana.locator("#act-bound")).to_contain_text("nadie de afuera ve este territorio")
    accessible()
    send.click()
    expect(ana.locator("#sure")).to_contain_text("Se puede publicar otra vez")
    ana.locator("#sure-yes").click()
    expect(ana.locator("#acts li").last).to_contain_text("deja de publicarse")
    # There is nothing left to withdraw.
    expect(ana.locator("#act-withdraw")).to_be_hidden()
    assert ana.request.get(f"/api/territories/{pair.one}", headers={"Cookie": ""}).status in (401, 404)


@on_phone
def test_an_agreement_does_not_take_away_what_is_drawn_and_not_saved(page, pair):
    propose(page, pair, pair.one, strip_of(page, pair), way="middle")
    ben = to_border(page, pair, pair.other)
    ben.evaluate(
        "() => { const { desk } = drawing; const [first, ...rest] = desk.now.points;"
        "desk.to({ ...desk.now, points: rest }, ''); }"
    )
    mine = ben.evaluate("drawing.now()")
    expect(ben.locator("#neighbours-here")).to_contain_text("Usted tiene cambios sin guardar")
    press(stretch(ben, "Propuesto"), "Aceptar")
    expect(ben.locator("#status")).to_contain_text("Guárdelos primero")
    expect(card(ben)).to_be_hidden()
    assert ben.evaluate("drawing.now()") == mine
    ben.get_by_role("button", name="Deshacer").click()
    expect(ben.locator("#neighbours-here")).not_to_contain_text("Usted tiene cambios sin guardar")


@on_phone
def test_without_a_connection_they_say_that_they_need_one(chromium, server, pair):
    size = {"width": 360, "height": 640}
    context = chromium.new_context(base_url=server, viewport=size, service_workers="block")
    ana = enter(context.new_page(), pair, pair.one)
    context.set_offline(True)
    ana.locator("#neighbours-title").click()
    expect(ana.locator("#status")).to_contain_text("hace falta conexión")
    ana.locator("#act-box > summary").click()
    expect(ana.locator("#act-box")).not_to_have_attribute("open", "")
    context.set_offline(False)
    ana.locator("#neighbours-title").click()
    expect(ana.locator(".around .row").first).to_be_visible()
    context.set_offline(True)
    ana.locator(".around .row").first.click()
    expect(ana.locator("#status")).to_contain_text("hace falta conexión")
    context.close()
