"""The benchmark runs, and on a small layer everybody who should agree does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("noise", ["0", "10"])
def test_we_and_shapely_find_the_same_and_the_truth_is_all_found(tmp_path, noise):
    command = [
        sys.executable,
        "-m",
        "benchmarks.coverage",
        "--size",
        "300",
        "--runs",
        "1",
        "--json",
        "--noise",
        noise,
    ]
    command += ["--folder", str(tmp_path), "--tasks", "jurisdictions", "truth"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    peers = [row for row in rows if row["task"] == "jurisdictions" and row["peer"] != "PostGIS"]
    assert [row["equal"] for row in peers] == [True] * len(peers) != []
    truth = [row for row in rows if row["task"] == "truth" and row["what"] != f"gaps wider than {noise} m"]
    for row in truth:
        assert row["recall"] == 1.0, row
        assert row["precision"] >= 0.98, row
