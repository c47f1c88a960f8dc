"""Writers that are killed lose nothing that they told of, and leave nothing by half."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_killed_writers_lose_nothing_and_leave_nothing_by_half(store_url):
    command = [sys.executable, "benchmarks/crash.py", "--rounds", "10", "--every", "1", "--store", store_url]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    assert (found["rounds"], found["lost"], found["half"], found["faults"]) == (10, 0, 0, 0)
    assert found["written"] >= found["acknowledged"] >= 10
