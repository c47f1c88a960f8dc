"""The pages without a connection: what opens, what is kept, what is sent later, and what leaves with its owner."""

from __future__ import annotations

import datetime
import itertools
import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from territory.profiles import load_profile
from territory.records import Role
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

AXE = Path(__file__).with_name("axe.min.js")
SIZES = {"phone": (360, 640), "desktop": (1440, 900)}
on_phone = pytest.mark.parametrize("size", ["phone"], indirect=True)


@dataclass(frozen=True)
class Council:
    """One of the demo, with a key to it."""

    id: str
    name: str
    key: str


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return itertools.count(40, 5)


@pytest.fixture
def council(store: Path, numbers: Iterator[int]) -> Council:
    """Every test changes one of its own."""
    register = open_register(str(store), load_profile())
    layer = register.current().mosaic.layer
    row = layer[layer["level"] == "council"].iloc[next(numbers)]
    ends = datetime.date.today() + datetime.timedelta(days=90)
    key = keys.issue(register, OPERATOR, role=Role.SPOKESPERSON, ends=ends, territories=[row.name]).whole
    register.store.close()
    return Council(str(row.name), row["name"], key)


def come_in(page: Page, council: Council) -> None:
    page.goto(f"/key?lang=es#{council.key}")
    expect(page.get_by_role("heading", name="Vocera o vocero")).to_be_visible()


def rows(page: Page) -> dict[str, int]:
    """How many rows every table of the browser holds."""
    return page.evaluate(
        """() => new Promise((resolve, reject) => {
            const asked = indexedDB.open("territory");
            asked.onerror = () => reject(asked.error);
            asked.onsuccess = () => {
                const found = asked.result;
                const counts = {};
                const transaction = found.transaction([...found.objectStoreNames]);
                for (const name of found.objectStoreNames) {
                    const count = transaction.objectStore(name).count();
                    count.onsuccess = () => { counts[name] = count.result; };
                }
                transaction.oncomplete = () => { found.close(); resolve(counts); };
            };
        })"""
    )


def keep_row(page: Page, table: str, row: dict) -> None:
    page.evaluate(
        """([name, row]) => new Promise((resolve, reject) => {
            const asked = indexedDB.open("territory");
            asked.onsuccess = () => {
                const found = asked.result;
                const transaction = found.transaction([name], "readwrite");
                transaction.objectStore(name).put(row);
                transaction.oncomplete = () => { found.close(); resolve(); };
                transaction.onerror = () => reject(transaction.error);
            };
        })""",
        [table, row],
    )


def quiet(page: Page) -> Page:
    """A page whose faults are collected; what a lost connection makes a browser say is none."""
    page.wrong = []  # type: ignore[attr-defined]

    def note(message) -> None:  # type: ignore[no-untyped-def]
        if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
            page.wrong.append(message.text)  # type: ignore[attr-defined]

    page.on("console", note)
    page.on("pageerror", lambda error: page.wrong.append(str(error)))  # type: ignore[attr-defined]
    return page


@pytest.fixture
def phone(chromium: Browser, server: str, size: str):  # type: ignore[no-untyped-def]
    """A browser that keeps what pages give it, as long as a test lasts."""
    width, height = SIZES[size]
    context = chromium.new_context(
        base_url=server,
        viewport={"width": width, "height": height},
        has_touch=size == "phone",
        is_mobile=size == "phone",
        locale="es-VE",
    )
    opened: list[Page] = []
    context.on("page", lambda page: opened.append(quiet(page)))
    yield context
    wrong = [each for page in opened for each in page.wrong]  # type: ignore[attr-defined]
    context.close()
    assert wrong == []


def visit(context: BrowserContext, path: str) -> Page:
    page = context.new_page()
    page.goto(path)
    return page


def kept(page: Page) -> None:
    """Wait until the worker has everything."""
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def test_after_one_visit_the_pages_open_with_no_connection(phone, size):
    kept(visit(phone, "/draw?lang=es"))
    phone.set_offline(True)
    for path, heading in (
        ("/draw?lang=es", "Dibujar un límite"),
        ("/key?lang=es", "Mi llave"),
        ("/?lang=es", "El territorio que define cada comunidad"),
        ("/draw?territory=c-1&lang=en", "Dibujar un límite"),
    ):
        page = visit(phone, path)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        expect(page.locator("#connection")).to_contain_text("Sin conexión")
        page.close()


@on_phone
def test_other_ways_to_a_boundary_open_for_the_first_time_with_no_connection(phone, size, tmp_path):
    phone.grant_permissions(["geolocation"])
    phone.set_geolocation({"longitude": -69.2, "latitude": 10.0, "accuracy": 5})
    kept(visit(phone, "/draw?lang=es"))
    phone.set_offline(True)
    page = visit(phone, "/draw?lang=es")
    page.locator("summary", has_text="Caminar el límite").click()
    page.get_by_role("button", name="Empezar a caminar").click()
    expect(page.get_by_role("group", name="Caminando el límite")).to_be_visible()
    # Where the phone was before does not count.
    phone.set_geolocation({"longitude": -69.2, "latitude": 10.0, "accuracy": 5})
    page.wait_for_function("() => drawing.now().points.length === 1")
    page.get_by_role("button", name="Dejar de caminar").click()
    path = tmp_path / "croquis.png"
    Image.new("RGB", (400, 300), "white").save(path)
    page.locator("#croquis-box summary").click()
    page.locator("#photo").set_input_files(path)
    expect(page.locator("#croquis-step")).to_contain_text("Lugar 1 de 3")
    page.locator("#import-box summary").click()
    page.get_by_label("O pegue aquí").fill("10.0, -69.2")
    page.get_by_role("button", name="Ver cómo queda").click()
    expect(page.locator("#status")).to_contain_text("conexión")


@on_phone
def test_a_page_that_is_not_kept_says_so_and_where_to_go(phone, size):
    kept(visit(phone, "/key?lang=es"))
    phone.set_offline(True)
    page = visit(phone, "/check?lang=es")
    expect(page.get_by_role("heading", name="Sin conexión")).to_be_visible()
    page.get_by_role("link", name="Dibujar un lindero").click()
    expect(page.get_by_role("heading", name="Dibujar un límite")).to_be_visible()


@on_phone
def test_a_kept_page_stands_under_its_own_policy(phone, size):
    kept(visit(phone, "/draw?lang=es"))
    phone.set_offline(True)
    page = phone.new_page()
    answer = page.goto("/draw?lang=es")
    assert answer.from_service_worker
    [nonce] = re.findall(r"script-src 'nonce-([^']+)'", answer.headers["content-security-policy"])
    assert f'nonce="{nonce}"' in answer.text()
    page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"window.intruder = true\">')"
    )
    page.wait_for_timeout(300)
    assert page.evaluate("window.intruder") is None
    assert [said for said in page.wrong if "Content Security Policy" in said]  # type: ignore[attr-defined]
    page.wrong.clear()  # type: ignore[attr-defined]


def test_the_page_says_when_the_connection_goes_and_when_it_is_back(phone, size):
    page = visit(phone, "/draw?lang=es")
    kept(page)
    line = page.locator("#connection")
    expect(line).to_be_empty()
    phone.set_offline(True)
    expect(line).to_contain_text("Sin conexión: todo queda guardado aquí")
    phone.set_offline(False)
    expect(line).to_contain_text("Volvió la conexión")


@contextmanager
def program(store: Path, port: int, version: str) -> Iterator[str]:
    """A server of one version of the program, at a port of its own."""
    code = (
        f"from territory.api import assets; assets.assets_version = lambda: {version!r}\n"
        "from territory.cli import main; main()"
    )
    command = [sys.executable, "-c", code, "serve", "--store", str(store), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5).read()
                    break
                except OSError:
                    assert process.poll() is None, "the server ended"
                    time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def keeps_only(page: Page, version: str) -> None:
    """Wait until the worker has the files and pages of one version, and no others."""
    assert page.evaluate(
        """async (wanted) => {
            for (let look = 0; look < 150; look++) {
                if ((await caches.keys()).sort().join() === wanted) return true;
                await new Promise((resolve) => setTimeout(resolve, 100));
            }
            return false;
        }""",
        f"assets {version},pages {version}",
    )


@on_phone
def test_a_new_version_of_the_program_takes_the_place_of_the_old_one_whole(phone, size, store):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with program(store, port, "1111111111111111") as address:
        page = visit(phone, f"{address}/draw?lang=es")
        kept(page)
        keeps_only(page, "1111111111111111")
    page.close()
    with program(store, port, "2222222222222222") as address:
        page = visit(phone, f"{address}/draw?lang=es")
        keeps_only(page, "2222222222222222")
    phone.set_offline(True)
    page = ready(visit(phone, f"{address}/draw?lang=es"))
    expect(page.locator("#connection")).to_contain_text("Sin conexión")
    named = page.evaluate(
        "[...document.querySelectorAll('script[src], link[href]')].map(({ src, href }) => src || href)"
    )
    assert named
    assert [address for address in named if "/static/2222222222222222/" not in address] == []


@on_phone
def test_only_public_pages_and_files_are_in_the_worker_s_keeping(phone, size):
    page = visit(phone, "/draw?lang=es")
    kept(page)
    page.evaluate("fetch('/api/territories?limit=5').then((answer) => answer.text())")
    page.evaluate("fetch('/api/key').catch(() => null)")
    page.wrong.clear()  # type: ignore[attr-defined]
    addresses = page.evaluate(
        """async () => {
            const names = await caches.keys();
            const caught = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
            return caught.flat().map(({ url }) => new URL(url).pathname);
        }"""
    )
    assert {"/", "/draw", "/key", "/offline"} <= set(addresses)
    assert [path for path in addresses if path.startswith("/static/")]
    assert not [path for path in addresses if path.startswith(("/api", "/tiles", "/t/"))]


def test_leaving_the_phone_leaves_nothing_private_on_it(phone, size, council):
    page = visit(phone, "/key?lang=es")
    come_in(page, council)
    keep_row(page, "drafts", {"id": "d-1", "kept": "2026-11-21T10:00:00Z"})
    keep_row(page, "areas", {"id": "c-1", "name": "", "size": 1, "answer": {"made": "2026-11-21T10:00:00Z"}})
    page.evaluate("localStorage.setItem('territory.draft.old', '{}')")
    page.get_by_role("button", name="Salir de este teléfono").click()
    asked = page.get_by_role("dialog", name="¿Salir de este teléfono?")
    expect(asked).to_contain_text("los dibujos (1)")
    asked.get_by_role("button", name="No, volver").click()
    assert rows(page)["drafts"] == 1
    page.get_by_role("button", name="Salir de este teléfono").click()
    asked.get_by_role("button", name="Salir y borrar").click()
    expect(page.locator("#status")).to_have_text("Este teléfono ya no guarda la llave.")
    assert set(rows(page).values()) == {0}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert phone.cookies() == []
    expect(page.get_by_role("button", name="Entrar")).to_be_visible()


@on_phone
def test_who_leaves_without_a_connection_gives_the_key_back_when_it_returns(phone, size, council):
    page = visit(phone, "/key?lang=es")
    come_in(page, council)
    kept(page)
    other = visit(phone, "/draw?lang=es")
    phone.set_offline(True)
    page.get_by_role("button", name="Salir de este teléfono").click()
    expect(page.locator("#status")).to_contain_text("La llave misma se quita cuando vuelva la conexión")
    other.wait_for_url("**/?lang=es")
    assert len(phone.cookies()) == 1
    # Whichever of the two pages is the first to notice.
    with phone.expect_event("response", lambda answer: answer.request.method == "DELETE"):
        phone.set_offline(False)
    expect(other.locator("#connection")).to_contain_text("Volvió la conexión")
    assert phone.cookies() == []


def accessible(page: Page) -> None:
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found["violations"]] == []


def ready(page: Page) -> Page:
    page.wait_for_function("() => typeof drawing !== 'undefined'")
    return page


def move_a_point(page: Page, metres: int = 10) -> None:
    page.evaluate(
        """(metres) => {
            const { desk } = drawing;
            const [lon, lat] = desk.now.points[0];
            const moved = [Number((lon + metres / 110000).toFixed(7)), lat];
            desk.to({ ...desk.now, points: [moved, ...desk.now.points.slice(1)] });
        }""",
        metres,
    )


def save_for_later(phone: BrowserContext, page: Page) -> None:
    phone.set_offline(True)
    move_a_point(page)
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.locator("#connection")).to_contain_text("Por enviar: 1")


def drawn(page: Page) -> dict:
    return page.evaluate(
        "({ past: drawing.desk.history.past, now: drawing.desk.now, future: drawing.desk.history.future })"
    )


def put_points(page: Page) -> None:
    """Some points, of which one is taken back."""
    page.evaluate(
        """() => {
            const { desk } = drawing;
            for (const place of [[-69.2, 10], [-69.19, 10], [-69.19, 10.01], [-69.2, 10.01]]) {
                desk.to({ ...desk.now, points: [...desk.now.points, place] });
            }
            desk.step("undo", "");
        }"""
    )


def written(page: Page) -> None:
    page.evaluate("drawing.offline.keep.writing")


def own_line(server: str, council: Council, **change: object) -> tuple[int, dict]:
    """The council's line as the register has it; changed by somebody else, where asked."""
    address = f"{server}/api/territories/{council.id}/boundary"
    headers = {"Authorization": f"Bearer {council.key}", "Content-Type": "application/geo+json"}
    if change:
        body = json.dumps(change["feature"]).encode()
        asked = urllib.request.Request(
            address, body, {**headers, "If-Match": f'"v{change["version"]}"'}, method="PUT"
        )
        urllib.request.urlopen(asked).read()
    told = json.load(urllib.request.urlopen(urllib.request.Request(address, headers=headers)))
    return told["properties"]["version"], told


def open_own(phone: BrowserContext, council: Council) -> Page:
    page = visit(phone, "/key?lang=es")
    come_in(page, council)
    page.goto(f"/draw?territory={council.id}&lang=es")
    ready(page)
    expect(page.locator("#whose")).to_contain_text(council.name)
    return page


def test_a_tab_that_is_killed_in_the_middle_of_a_drawing_loses_nothing(phone, size):
    first = visit(phone, "/draw?lang=es")
    kept(first)
    first.close()
    phone.set_offline(True)
    page = ready(visit(phone, "/draw?lang=es"))
    put_points(page)
    written(page)
    before = drawn(page)
    assert len(before["future"]) == 1
    with pytest.raises(Error, match="crash"):
        page.goto("chrome://crash")
    page.close()
    page = ready(visit(phone, "/draw?lang=es"))
    expect(page.locator("#drafts")).to_contain_text(re.compile(r"Dibujo nuevo: .*sin cerrar \(puntos: 3\)"))
    accessible(page)
    page.get_by_role("button", name="Continuar").click()
    assert drawn(page) == before
    page.get_by_role("button", name="Rehacer").click()
    assert len(drawn(page)["now"]["points"]) == 4


@on_phone
def test_a_drawing_that_goes_on_in_another_tab_is_told_and_overwritten_by_neither(phone, size):
    first = ready(visit(phone, "/draw?lang=es"))
    put_points(first)
    written(first)
    second = ready(visit(phone, "/draw?lang=es"))
    second.get_by_role("button", name="Continuar").click()
    second.evaluate("drawing.desk.step('redo', '')")
    expect(first.locator("#status")).to_contain_text("se cambió en otra pestaña")
    first.evaluate("drawing.desk.step('undo', '')")
    written(first)
    written(second)
    third = ready(visit(phone, "/draw?lang=es"))
    expect(third.locator("#drafts")).to_contain_text("puntos: 4")
    expect(third.locator("#drafts")).to_contain_text("puntos: 2")


def test_a_kept_area_serves_to_draw_without_a_connection(phone, size, council):
    page = open_own(phone, council)
    kept(page)
    page.get_by_text("Trabajar sin conexión").click()
    page.get_by_role("button", name="Guardar esta zona en el teléfono").click()
    expect(page.locator("#area-told")).to_contain_text(re.compile(r"Zona guardada: \d+ territorios"))
    expect(page.locator("#areas")).to_contain_text(council.name)
    expect(page.locator("#quota")).to_contain_text("libres")
    accessible(page)
    page.close()
    phone.set_offline(True)
    page = ready(visit(phone, f"/draw?territory={council.id}&lang=es"))
    expect(page.locator("#whose")).to_contain_text(council.name)
    page.wait_for_function("() => !drawing.map.view.getAnimating()")
    page.evaluate("drawing.map.loadNeighbours().then(() => undefined)")
    expect(page.locator("#neighbours")).to_contain_text("se usan los vecinos de la zona guardada")
    assert page.evaluate("drawing.map.around.exact.getFeatures().length") > 0
    page.get_by_text("Trabajar sin conexión").click()
    page.get_by_role("button", name=f"Borrar esta zona: {council.name}").click()
    expect(page.locator("#areas")).to_be_hidden()
    assert rows(page)["areas"] == 0


def test_a_drawing_that_is_saved_without_a_connection_is_sent_when_it_is_back(phone, size, server, council):
    version, before = own_line(server, council)
    page = open_own(phone, council)
    kept(page)
    save_for_later(phone, page)
    page.close()
    page = ready(visit(phone, "/draw?lang=es"))
    expect(page.locator("#unsent")).to_contain_text(f"{council.name}: guardado el")
    accessible(page)
    assert own_line(server, council)[0] == version
    phone.set_offline(False)
    expect(page.locator("#connection")).to_contain_text("se envió lo que esperaba")
    expect(page.locator("#outbox")).to_be_hidden()
    newest, after = own_line(server, council)
    assert newest == version + 1
    assert after["geometry"] != before["geometry"]
    assert rows(page)["outbox"] == 0


def test_a_line_that_somebody_else_changed_meanwhile_is_shown_beside_the_own_one(phone, size, server, council):
    version, line = own_line(server, council)
    page = open_own(phone, council)
    kept(page)
    save_for_later(phone, page)
    page.close()
    theirs = {**line, "properties": {}}
    theirs["geometry"]["coordinates"][0][0] = [
        [round(lon + 0.00005, 7), lat] for lon, lat in line["geometry"]["coordinates"][0][0]
    ]
    own_line(server, council, feature=theirs, version=version)
    phone.set_offline(False)
    page = ready(visit(phone, "/draw?lang=es"))
    expect(page.locator("#unsent")).to_contain_text("otra persona cambió esta línea antes")
    expect(page.locator("#connection")).to_contain_text("No se pudo enviar: 1")
    accessible(page)
    page.locator("#unsent").get_by_role("button", name="Abrir").click()
    expect(page.locator("#conflict")).to_be_visible()
    accessible(page)
    assert own_line(server, council)[0] == version + 1
    page.get_by_role("button", name="Guardar la mía").click()
    expect(page.locator("#status")).to_contain_text(f"versión {version + 2}")
    assert rows(page)["outbox"] == 0
    page.wrong[:] = [said for said in page.wrong if "412" not in said]  # type: ignore[attr-defined]


@on_phone
def test_a_drawing_whose_key_is_gone_stays_and_says_why(phone, size, server, council):
    version, _ = own_line(server, council)
    page = open_own(phone, council)
    save_for_later(phone, page)
    phone.clear_cookies()
    phone.set_offline(False)
    expect(page.locator("#unsent")).to_contain_text("Su llave no lo permite, o ya no vale. Su dibujo sigue aquí.")
    assert own_line(server, council)[0] == version
    come_in(page, council)
    page.goto("/draw?lang=es")
    page.get_by_role("button", name="Enviar otra vez").click()
    expect(page.locator("#status")).to_contain_text("Se envió el dibujo")
    assert own_line(server, council)[0] == version + 1
    page.wrong[:] = [said for said in page.wrong if "401" not in said]  # type: ignore[attr-defined]
