"""The real thing: a server in a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from geopandas import GeoSeries
from registers import published
from shapely import MultiPolygon, box

from territory.model import WGS84, as_layer


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("serve") / "small.db"
    boundary = GeoSeries([MultiPolygon([box(-69.2, 10.0, -69.19, 10.01)])], ["a"], crs=WGS84)
    published(path, as_layer(boundary, name=["El Ají"]))
    return path


@pytest.fixture(scope="module")
def server(store):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "territory", "serve", "--store", str(store), "--port", str(port)]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={**os.environ, "TERRITORY_LOG": "json"}
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(f"{url}/readyz").close()
            break
        except (urllib.error.URLError, ConnectionError):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.1)
    yield url
    process.send_signal(signal.SIGINT)
    _, log = process.communicate(timeout=20)
    assert "hushhush" not in log
    told = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {"start", "request", "job", "server", "stop"} == {line["event"] for line in told}
    assert ("/api/territories", 200) in [(line.get("route"), line.get("status")) for line in told]
    assert "Traceback" not in log


def test_it_answers_and_does_not_say_what_it_runs_on(server):
    with urllib.request.urlopen(f"{server}/api/territories?cursor=&hushhush=1") as answer:
        assert [each["id"] for each in json.load(answer)["features"]] == ["a"]
        assert answer.headers["Server"] is None


def test_a_drawing_is_checked(server):
    ring = [[-69.195, 10.0], [-69.185, 10.0], [-69.185, 10.01], [-69.195, 10.01], [-69.195, 10.0]]
    body = json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()
    asked = urllib.request.Request(f"{server}/api/check", body, {"content-type": "application/json"})
    with urllib.request.urlopen(asked) as answer:
        assert "coverage.overlap" in [each["code"] for each in json.load(answer)["findings"]]
        assert re.fullmatch(r"check;dur=[0-9.]+", answer.headers["Server-Timing"])


def test_a_store_that_is_not_there_ends_with_2_and_what_to_do(run, capsys, tmp_path):
    run("serve", "--store", tmp_path / "none.db", code=2)
    assert "territory demo" in capsys.readouterr().err


def test_a_store_that_is_none_ends_with_2_and_what_to_do(run, capsys, tmp_path):
    (tmp_path / "text.db").write_text("no store")
    run("serve", "--store", tmp_path / "text.db", code=2)
    assert "text.db" in capsys.readouterr().err


def test_a_port_that_is_taken_ends_with_2_and_what_to_do(run, capsys, store):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run("serve", "--store", store, "--port", taken.getsockname()[1], code=2)
    assert "--port" in capsys.readouterr().err


def test_a_setting_that_cannot_be_ends_with_2_and_its_name(run, capsys, store, monkeypatch):
    monkeypatch.setenv("TERRITORY_LOG", "verses")
    run("serve", "--store", store, code=2)
    assert "TERRITORY_LOG" in capsys.readouterr().err


def test_only_this_machine_is_served_unless_somebody_says_otherwise():
    from territory.cli.commands import command

    [host] = [each for each in command("es").commands["serve"].params if each.name == "host"]
    assert host.default == "127.0.0.1"


def test_serving_leaves_the_environment_as_it_was(run, tmp_path):
    before = dict(os.environ)
    run("serve", "--store", tmp_path / "none.db", code=2)
    assert dict(os.environ) == before
