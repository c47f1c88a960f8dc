"""What a server says of itself to whoever watches it, while its store is well and while it is not."""

import os
import shutil

import pytest
from desk import Desk, desk, feature, square
from fastapi.testclient import TestClient
from postgis import server
from sqlalchemy import NullPool, create_engine, make_url, text
from stores import behind

from territory.api.app import create_app
from territory.records import Role
from territory.settings import Settings

OTHER_VERSION = text("UPDATE alembic_version SET version_num = :version")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "register.db"


@pytest.fixture
def served(file):
    with TestClient(desk(str(file), {"a": square(0)}, {})) as client:
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["a"])
        yield made


def says(client):
    """Whether it is alive; whether it is ready; the code of what is wrong."""
    ready = client.get("/readyz")
    return client.get("/healthz").status_code, ready.status_code, ready.json().get("code")


def test_it_is_alive_and_ready(served):
    assert says(served.client) == (200, 200, None)


def test_it_is_not_ready_before_the_territories_are_read(file, served):
    early = TestClient(create_app(Settings(store=str(file))))  # not entered: its lifespan has not begun
    assert says(early) == (200, 503, "store.unavailable")


def test_a_file_that_was_taken_away_is_noticed_and_so_is_that_it_is_back(file, served):
    file.rename(file.with_name("away.db"))
    assert says(served.client) == (200, 503, "store.gone")
    assert list(file.parent.glob("register.db")) == []
    file.with_name("away.db").rename(file)
    assert says(served.client) == (200, 200, None)


def test_nothing_is_written_to_a_file_that_was_taken_away_or_replaced(file, served):
    copy = file.with_name("copy.db")
    shutil.copy(file, copy)
    for what in (file.unlink, lambda: copy.rename(file)):
        what()
        drawn = {"json": feature(square(0.1)), "headers": {"If-Match": '"v1"'}}
        answer = served.ask("ana", "PUT", "/api/territories/a/boundary", **drawn)
        assert (answer.status_code, answer.json()["code"]) == (503, "store.gone")
        assert served.client.get("/api/territories").status_code == 503
        assert says(served.client) == (200, 503, "store.gone")


@pytest.mark.parametrize("version", ["0000", "9999"])
def test_a_store_of_an_older_or_a_newer_program_is_not_ready(file, served, version):
    with behind(f"sqlite:///{file}") as connection:
        before = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(OTHER_VERSION, {"version": version})
    assert says(served.client) == (200, 503, "store.version")
    with behind(f"sqlite:///{file}") as connection:
        connection.execute(OTHER_VERSION, {"version": before})
    assert says(served.client) == (200, 200, None)


def test_a_file_that_was_overwritten_is_not_ready(file, served):
    served.client.app.state.live.register.store.close()
    with file.open("r+b") as opened:
        opened.write(b"no store at all " * 64)
    assert says(served.client) == (200, 503, "store.broken")


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_wrong_is_told_as_every_error_is(file, served, language):
    file.rename(file.with_name("away.db"))
    answer = served.client.get("/readyz", headers={"accept-language": language})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    assert int(answer.headers["retry-after"]) > 0
    assert file.name not in answer.text


@pytest.mark.postgis
def test_a_database_server_that_stopped_is_noticed():
    if "TERRITORY_TEST_POSTGIS" not in os.environ:
        pytest.skip("needs PostGIS")
    with server() as template:
        url = make_url(template)
        engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE register TEMPLATE {url.database}"))
        store = url.set(database="register").render_as_string(hide_password=False)
        client = TestClient(desk(store, {"a": square(0)}, {}))
        client.__enter__()
        assert says(client) == (200, 200, None)
    assert says(client) == (200, 503, "store.gone")
    client.__exit__(None, None, None)
