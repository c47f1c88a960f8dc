"""A server is killed a few times here, and two hundred times by `python -m benchmarks.kills`."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def test_what_a_killed_server_acknowledged_is_there_and_whole(database, tmp_path, request):
    store = str(tmp_path / "kills.db") if database == "sqlite" else request.getfixturevalue("postgis_url")
    command = [sys.executable, "-m", "benchmarks.kills", "--rounds", "6", "--store", store]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    told = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, told["lost"], told["faults"], told["rounds"]) == (0, 0, 0, 6), done.stderr
    assert told["acknowledged"] > 0
