"""The benchmark of corridors runs, integer programming finds what we find, and nobody finds less."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_peer_finds_a_cheaper_tree_and_integer_programming_the_same():
    command = [sys.executable, "-m", "benchmarks.corridors", "--runs", "1", "--json"]
    command += ["--tasks", "tree", "milp", "--trees", "200,4", "120,8"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in run.stdout.splitlines()]
    figures = [row for row in rows if "bar" not in row]
    assert [row["equal"] for row in figures if row["task"] == "milp"] == [True]
    assert [row["holds"] for row in rows if "bar" in row] == [None, True]
    trees = [row["peer_excess"] for row in figures if row["task"] == "tree"]
    assert trees
    assert min(trees) >= -1e-9


def test_the_whole_proof_of_a_corridor_is_measured():
    command = [sys.executable, "-m", "benchmarks.corridors", "--runs", "1", "--json"]
    run = subprocess.run(
        [*command, "--tasks", "pack", "--councils", "300"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    row, bar = map(json.loads, run.stdout.splitlines())
    assert bar["holds"] is None
    assert row["units"] >= 300
    assert row["taken"] > 4
    assert row["length_km"] > 0
