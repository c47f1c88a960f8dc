"""What all tests share: where the real data lies, the profile, and how hypothesis runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from territory.profiles import Profile, load_profile

TESTS = Path(__file__).parent
sys.path.insert(0, str(TESTS))  # for `strategies`, which tests everywhere import

from databases import copied  # noqa: E402

# The first example compiles or loads the kernels, so no deadline holds.
# The same few examples every time, for a short suite; `--hypothesis-profile=search` looks for new ones.
settings.register_profile("search", deadline=None, max_examples=500, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("search"), derandomize=True, max_examples=40)
settings.load_profile("ci")

SHARED_DATA = TESTS.parent.parent / "shared" / "data"

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real files beside the project; tests that need them are skipped where they are not."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the shared data folder is not here")
    return SHARED_DATA


@pytest.fixture(scope="session")
def profile() -> Profile:
    return load_profile()


@pytest.fixture
def postgis_url() -> Iterator[str]:
    """An empty PostGIS database of this test's own; skipped where no server is running, see postgis.py."""
    if (template := os.environ.get("TERRITORY_TEST_POSTGIS")) is None:
        pytest.skip("needs PostGIS: make test, or python tests/postgis.py -- COMMAND")
    with copied(template) as url:
        yield url


# While Playwright runs, so does its event loop, in which no other one can be run: it ends with the module.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The real browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
