"""The server that tests get, see postgis.py, and their databases on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
from databases import copied
from shapely import Polygon
from sqlalchemy import NullPool, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

pytestmark = pytest.mark.postgis

SERVER = [sys.executable, str(Path(__file__).with_name("postgis.py")), "--"]
SAY_URL = 'echo "$TERRITORY_TEST_POSTGIS"'


def ask(url: str, question: str, **values: object) -> object:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        return connection.execute(text(question), values).scalar()


def template_url() -> str:
    return os.environ["TERRITORY_TEST_POSTGIS"]


def folder_of(url: str) -> Path:
    return Path(str(make_url(url.strip()).query["host"]))


def test_postgis_is_a_version_we_support(postgis_url):
    version = str(ask(postgis_url, "SELECT postgis_lib_version()"))
    assert tuple(map(int, version.split(".")[:2])) >= (3, 3)


def test_a_boundary_comes_back_from_postgis_to_the_last_bit(postgis_url):
    ring = [(-69.3154321, 10.0678123), (-69.2 - 1e-13, 10.1), (-69.25, 10.2 + 1 / 3), (-69.3154321, 10.0678123)]
    boundary = shapely.set_srid(Polygon(ring), 4326)
    engine = create_engine(postgis_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE drawn (boundary geometry(Polygon, 4326))"))
        wkb = shapely.to_wkb(boundary, include_srid=True)
        connection.execute(text("INSERT INTO drawn VALUES (ST_GeomFromEWKB(:wkb))"), {"wkb": wkb})
    with engine.begin() as connection:
        kept = connection.execute(text("SELECT ST_AsEWKB(boundary, 'NDR') FROM drawn")).scalar_one()
    assert bytes(kept) == wkb


def test_every_copy_is_empty_and_alone(postgis_url):
    with create_engine(postgis_url, poolclass=NullPool).begin() as connection:
        connection.execute(text("CREATE TABLE mine ()"))
    with copied(template_url()) as other:
        assert other != postgis_url
        assert ask(other, "SELECT to_regclass('mine')") is None
    with pytest.raises(OperationalError, match="does not exist"):
        ask(other, "SELECT 1")


def test_a_copy_is_dropped_although_somebody_is_still_connected(postgis_url):
    with copied(template_url()) as url:
        open_still = create_engine(url, poolclass=NullPool).connect()
        open_still.execute(text("SELECT 1"))
    with pytest.raises(OperationalError, match="terminating connection"):
        open_still.execute(text("SELECT 1"))
    open_still.invalidate()


def test_names_are_sorted_as_people_there_sort_them(postgis_url):
    in_order = ask(
        postgis_url,
        "SELECT string_agg(name, ' ' ORDER BY name) FROM unnest(ARRAY['Z', 'ñ', 'n', 'o', 'a']) AS name",
    )
    assert in_order == "a n ñ o Z"


def test_the_status_of_the_command_is_passed_on_and_nothing_stays(postgis_url):
    done = subprocess.run([*SERVER, "sh", "-c", f"{SAY_URL}; exit 7"], stdout=subprocess.PIPE, text=True)
    assert done.returncode == 7
    assert not folder_of(done.stdout).exists()
    assert folder_of(postgis_url).exists()  # the other server's, which runs at the same time


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_signal_ends_command_and_server_and_nothing_stays(postgis_url, number):
    # In a session of its own, as under CI: no keyboard tells the command, so the signal has to be passed on.
    command = [*SERVER, "sh", "-c", f"{SAY_URL}; exec sleep 600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as running:
        folder = folder_of(running.stdout.readline())
        server = int((folder / "data/postmaster.pid").read_text().splitlines()[0])
        running.send_signal(number)
        assert running.wait() == 128 + number
    assert not folder.exists()
    assert not Path(f"/proc/{server}").exists()
