"""A real server on the demo region, and a real Chromium at phone and desktop size."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from registers import published
from servers import serving

from territory.demo import region

SIZES = {"phone": (360, 640), "desktop": (1440, 900)}
AXE = Path(__file__).with_name("axe.min.js")

expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with the demo region."""
    demo = region(600)
    return published(tmp_path_factory.mktemp("browser") / "territory.db", demo.layer, demo.surroundings)


@pytest.fixture(scope="session")
def server(store: Path) -> Iterator[str]:
    """The address of a server on the demo region."""
    with serving(store) as address:
        yield address


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> str:
    """Phone or desktop: every test of a page runs at both."""
    return str(request.param)


@pytest.fixture
def page(chromium: Browser, server: str, size: str) -> Iterator[Page]:
    """A page that must stay silent: no error in its console, no request to another machine."""
    with _silent(chromium, server, size) as page:
        yield page


@pytest.fixture
def other_page(chromium: Browser, server: str, size: str) -> Iterator[Page]:
    """The same on somebody else's phone or desktop."""
    with _silent(chromium, server, size) as page:
        yield page


@contextmanager
def _silent(chromium: Browser, server: str, size: str) -> Iterator[Page]:
    width, height = SIZES[size]
    context = chromium.new_context(
        base_url=server,
        viewport={"width": width, "height": height},
        has_touch=size == "phone",
        is_mobile=size == "phone",
        locale="es-VE",
        geolocation={"longitude": -69.2, "latitude": 10.0},
        permissions=["geolocation"],
        # Pages without a connection have tests of their own.
        service_workers="block",
    )
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if _is_fault(message) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if _is_ours(request.url, server) else wrong.append(request.url))
    yield page
    context.close()
    assert wrong == []


def _is_fault(message: ConsoleMessage) -> bool:
    # A refusal of bad input, of a wrong key or of what somebody else changed before is an answer, and a connection
    # that a test takes away is no fault of the page; Chromium lists them as errors all the same.
    is_answer = any(f"status of {status}" in message.text for status in (401, 412, 422))
    return message.type == "error" and not is_answer and "ERR_INTERNET_DISCONNECTED" not in message.text


def _is_ours(url: str, server: str) -> bool:
    return url.startswith((server, "data:", "blob:"))


@pytest.fixture
def accessible(page: Page):  # type: ignore[no-untyped-def]
    """Asks axe-core about the page as it stands, or about another one."""

    def check(seen: Page = page) -> None:
        # Run in the tools' world: the page's own policy lets no foreign script in.
        seen.evaluate(AXE.read_text("utf-8"))
        found = seen.evaluate("axe.run(document, {resultTypes: ['violations']})")
        told = [(v["id"], [node["target"] for node in v["nodes"]][:3]) for v in found["violations"]]
        assert told == []

    return check
