"""An empty store on every database: what is tested here, every store promises."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import copied
from stores import DATABASES

from territory.store import Store, open_store


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory) -> Path:
    """A store that nobody writes to: to copy it is faster than to make its tables again."""
    file = tmp_path_factory.mktemp("empty") / "register.db"
    open_store(f"sqlite:///{file}", create=True).close()
    return file


@pytest.fixture(scope="session")
def empty_database() -> Iterator[str]:
    """The same on PostGIS."""
    if (template := os.environ.get("TERRITORY_TEST_POSTGIS")) is None:
        pytest.skip("needs PostGIS: make test, or python tests/postgis.py -- COMMAND")
    with copied(template) as url:
        open_store(url, create=True).close()
        yield url


@pytest.fixture(params=DATABASES)
def store_url(request, tmp_path) -> Iterator[str]:
    """Where an empty store is, on every database in turn."""
    if request.param == "postgis":
        with copied(request.getfixturevalue("empty_database")) as url:
            yield url
    else:
        shutil.copyfile(request.getfixturevalue("empty_file"), tmp_path / "register.db")
        yield f"sqlite:///{tmp_path}/register.db"


@pytest.fixture
def store(store_url) -> Iterator[Store]:
    """An empty store."""
    opened = open_store(store_url)
    yield opened
    opened.close()
