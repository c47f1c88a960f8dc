"""The maps in a real Chromium, under the policy they are served with: quiet, alone, legible and usable."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import geopandas as gpd
import pytest
from playwright.sync_api import Page, expect

from territory.api.pages import policy
from territory.maps import page as pages
from territory.maps import views
from territory.maps.tiles import Tileset
from territory.words import WEB, say

pytestmark = pytest.mark.browser

AXE = (Path(__file__).parents[1] / "browser" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, DESKTOP = {"width": 360, "height": 640}, {"width": 1440, "height": 900}
HAS_FINDINGS = {"territories": False, "coverage": True}
TILES = "/tiles/{layer}/{z}/{x}/{y}.mvt"
DOWNLOADS = {form: f"/export.{form}?public=true" for form in ("geojson", "kml", "csv", "gpkg", "zip")}
TYPES = {"js": "text/javascript", "css": "text/css", "svg": "image/svg+xml", "png": "image/png"}


@dataclass
class Site:
    """A server of the maps of one layer."""

    address: str
    layer: gpd.GeoDataFrame
    asked: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def site(layer, surroundings, findings) -> Iterator[Site]:
    frames = {level: part.drop(columns="families") for level, part in layer.groupby("level")}
    tileset = Tileset({**frames, "jurisdictions": surroundings.jurisdictions})

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = urlsplit(self.path)
            served.asked.append(self.path)
            options = {key: values[0] for key, values in parse_qs(asked.query).items()}
            if asked.path.startswith("/static/"):
                path = WEB / asked.path.removeprefix("/static/")
                self.answer(path.read_bytes(), TYPES.get(path.suffix[1:], "application/octet-stream"))
            elif asked.path in ("/sw.js", "/healthz"):
                # Pages without a connection have tests of their own.
                self.answer(b"", TYPES["js"])
            elif asked.path.startswith("/tiles/"):
                name, z, x, y = asked.path.removesuffix(".mvt").split("/")[2:]
                self.answer(tileset.tile(name, int(z), int(x), int(y)), "application/vnd.mapbox-vector-tile")
            elif asked.path.startswith("/map/"):
                self.answer(
                    self.map(asked.path.removeprefix("/map/"), **options).encode(), "text/html; charset=utf-8"
                )
            else:
                self.send_error(404)

        def map(self, view: str, lang: str = "es", tiles: str = "", template: str = "map.html", embed: str = ""):
            common = {"language": lang, "tiles_url": {"1": TILES, "gone": "/nowhere/{z}"}.get(tiles)}
            drawn = (
                views.coverage(layer, surroundings, findings, **common)
                if view == "coverage"
                else views.territories(layer, surroundings, **common)
            )
            return pages.render(
                drawn,
                language=lang,
                title="Mapa",
                nonce="once",
                template=template,
                embed=bool(embed),
                downloads=DOWNLOADS if view == "territories" else None,
            )

        def answer(self, body: bytes, media_type: str):
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", policy("once", embed=False))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served = Site(f"http://127.0.0.1:{server.server_port}", layer)
        threading.Thread(target=functools.partial(server.serve_forever, 0.05), daemon=True).start()
        yield served
        server.shutdown()


@pytest.fixture
def open_page(chromium):
    """Opens addresses; at the end nothing was complained of and nobody else was asked."""
    complaints: list[str] = []
    opened: list[Page] = []

    def opening(address: str, viewport=DESKTOP, **options) -> Page:
        page = chromium.new_page(viewport=viewport, **options)
        page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: is_foreign(asked.url, address) and complaints.append(asked.url))
        page.goto(address)
        settled(page)
        opened.append(page)
        return page

    yield opening
    for page in opened:
        page.close()
    assert complaints == []


def is_foreign(url: str, address: str) -> bool:
    return not url.startswith(("data:", "blob:", f"{urlsplit(address).scheme}://{urlsplit(address).netloc}/"))


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


def colours(page: Page) -> int:
    """How many colours the map's canvases show: a blank one shows none."""
    return page.evaluate(
        """() => {
            const seen = new Set();
            const copy = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
            for (const canvas of document.querySelectorAll(".shapes-canvas")) {
                copy.canvas.width = canvas.width;
                copy.canvas.height = canvas.height;
                copy.drawImage(canvas, 0, 0);
                const pixels = copy.getImageData(0, 0, canvas.width, canvas.height).data;
                for (const pixel of new Uint32Array(pixels.buffer)) seen.add(pixel);
            }
            return seen.size;
        }"""
    )


def settled(page: Page) -> None:
    """Wait until every tile is drawn."""
    page.wait_for_selector(".leaflet-tile-loaded", state="attached")
    expect(page.locator(".shapes-tile:not(.leaflet-tile-loaded)")).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "viewport"),
    [
        ("territories", PHONE),
        ("coverage", PHONE),
        ("coverage", DESKTOP),
        ("coverage?embed=1", PHONE),
        ("territories?template=home.html", PHONE),
        ("territories?template=home.html&lang=en", DESKTOP),
    ],
    ids=lambda value: str(value["width"]) if isinstance(value, dict) else value,
)
def test_a_map_is_drawn_and_legible_and_quiet(open_page, site, address, viewport):
    page = open_page(f"{site.address}/map/{address}", viewport)
    assert colours(page) > 8
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize(
    ("view", "viewport"), [("territories", DESKTOP), ("coverage", PHONE)], ids=["territories", "coverage"]
)
def test_a_file_on_a_disk_shows_the_same_with_no_network(
    open_page, tmp_path, layer, surroundings, findings, view, viewport
):
    given = [layer, surroundings, findings] if view == "coverage" else [layer, surroundings]
    drawn = getattr(views, view)(*given, language="es")
    path = tmp_path / "map.html"
    path.write_text(pages.standalone(drawn, language="es", title="Mapa"), "utf-8")
    page = open_page(path.as_uri(), viewport)
    assert colours(page) > 8
    assert violations(page) == []
    assert page.locator("#list li").count() == (len(findings) if view == "coverage" else len(layer))


def test_many_boundaries_are_drawn_from_the_servers_tiles(open_page, site):
    site.asked.clear()
    page = open_page(f"{site.address}/map/territories?tiles=1")
    assert colours(page) > 8
    asked = {path.split("/")[2] for path in site.asked if path.startswith("/tiles/")}
    assert asked == {"council", "commune", "jurisdictions"}


def test_tiles_that_do_not_come_are_told(chromium, site):
    page = chromium.new_page()
    page.goto(f"{site.address}/map/territories?tiles=gone")
    expect(page.locator("#map-status")).to_have_text(say("es", "map.failed"))
    page.close()


def test_pressing_a_finding_shows_it_on_the_map_and_says_it(open_page, site):
    page = open_page(f"{site.address}/map/coverage", PHONE)
    row = page.get_by_role("button", name="9,8 ha")
    row.focus()
    page.keyboard.press("Enter")
    card = page.locator(".leaflet-popup .card")
    expect(card).to_contain_text("se superponen en 9,8")
    expect(page.locator(".leaflet-popup-close-button")).to_have_attribute("aria-label", say("es", "map.close"))
    expect(page.locator(".folium-map")).to_be_in_viewport()
    assert violations(page) == []


def test_what_is_switched_off_is_neither_drawn_nor_listed(open_page, site, findings):
    page = open_page(f"{site.address}/map/coverage")
    before = colours(page)
    for box in page.get_by_role("checkbox").all():
        box.uncheck()
    expect(page.locator("#list li")).to_have_count(0)
    expect(page.locator("#list-status")).to_have_text(say("es", "map.none"))
    assert colours(page) < before
    page.get_by_role("checkbox").first.check()
    expect(page.locator("#list li")).to_have_count(1)


def test_a_territory_is_found_by_a_part_of_its_name_without_its_accents(open_page, site):
    page = open_page(f"{site.address}/map/territories")
    page.get_by_role("searchbox").fill("aji")
    expect(page.locator("#list li")).to_have_count(1)
    page.get_by_role("button", name="El Ají").press("Enter")
    expect(page.locator(".shapes-canvas + .shapes-canvas")).not_to_have_count(0)


def test_pointing_and_tapping_say_who_is_there(open_page, site):
    page = open_page(f"{site.address}/map/territories")
    page.get_by_role("searchbox").fill("ceiba")
    page.get_by_role("button", name="La Ceiba").click()
    box = page.locator(".folium-map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    expect(page.locator(".tip")).to_contain_text("La Ceiba")
    page.mouse.click(*middle)
    card = page.locator(".leaflet-popup .card")
    expect(card).to_contain_text("La Ceiba")
    expect(card).to_contain_text("Comuna Maíz")
    expect(card).not_to_contain_text("171")


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_files_can_be_taken_away_with_the_keyboard_and_with_a_thumb(open_page, site, viewport):
    page = open_page(f"{site.address}/map/territories", viewport)
    page.get_by_text(say("es", "map.download"), exact=True).press("Enter")
    links = page.locator(".downloads a")
    expect(links).to_have_count(len(DOWNLOADS))
    expect(page.get_by_role("link", name=say("es", "map.download.kml"))).to_be_visible()
    assert all(box["height"] >= 44 for box in (link.bounding_box() for link in links.all()))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("where", ["served", "from a disk"])
def test_a_name_that_is_markup_stays_text_everywhere(
    open_page, site, tmp_path, layer, surroundings, findings, where
):
    """In a file of its own as well, where no policy would stop it."""
    hostile = layer.loc["c11", "name"]
    addresses = [f"{site.address}/map/{view}" for view in HAS_FINDINGS]
    if where == "from a disk":
        addresses = []
        for view, given in HAS_FINDINGS.items():
            drawn = getattr(views, view)(layer, surroundings, *([findings] if given else []), language="es")
            path = tmp_path / f"{view}.html"
            path.write_text(pages.standalone(drawn, language="es", title=hostile), "utf-8")
            addresses.append(path.as_uri())
    page = open_page(addresses[0])
    page.get_by_role("searchbox").fill("onerror")
    page.locator("#list button").click()
    box = page.locator(".folium-map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    expect(page.locator(".tip strong")).to_have_text(hostile)
    page.mouse.click(*middle)
    expect(page.locator(".card h3")).to_have_text(hostile)
    page = open_page(addresses[1])
    page.locator("#list button:not(:disabled)").first.click()
    expect(page.locator(".leaflet-popup .card")).to_contain_text("onerror")
    assert page.evaluate("globalThis.harmed") is None
    assert page.locator("main img").count() == 0


def test_everything_to_press_is_as_large_as_a_finger(open_page, site):
    page = open_page(f"{site.address}/map/coverage?lang=en", PHONE)
    page.locator("#list button:not(:disabled)").first.click()
    page.wait_for_selector(".leaflet-popup")
    small = page.evaluate(
        """() => ["button", "summary", "label", "header a", ".leaflet-control a", ".leaflet-popup a"]
            .flatMap((kind) => [...document.querySelectorAll(kind)])
            .filter((one) => one.checkVisibility())
            .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
            .filter(([, box]) => box.height < 44 || box.width < 44)
            .map(([html, box]) => `${html} ${box.width}×${box.height}`)"""
    )
    assert small == []


@pytest.mark.parametrize("address", ["territories?template=home.html", "coverage"])
def test_twice_the_text_size_on_the_narrowest_phone_still_fits(open_page, site, address):
    page = open_page(f"{site.address}/map/{address}", {"width": 320, "height": 568})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.wait_for_timeout(100)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_the_first_tab_skips_to_the_content_and_the_map_can_be_reached(open_page, site):
    page = open_page(f"{site.address}/map/territories")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert "folium-map" in page.evaluate("document.activeElement.className")


def test_nothing_moves_for_those_who_asked_for_stillness(open_page, site):
    page = open_page(f"{site.address}/map/territories", reduced_motion="reduce")
    assert page.locator(".leaflet-zoom-anim").count() == 0
    assert page.locator(".leaflet-fade-anim").count() == 0
