"""One command runs every benchmark there is, and says what was found beside the bar."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import bars
from benchmarks.__main__ import QUICK

ROOT = Path(__file__).parents[2]
PARTS = {"layers", "truth"}
"""They have a command line, and serve another benchmark."""


def _run(*names):
    return subprocess.run([sys.executable, "-m", "benchmarks", *names], cwd=ROOT, capture_output=True, text=True)


def test_every_benchmark_is_part_of_the_one_run():
    modules = [path for path in (ROOT / "benchmarks").glob("*.py") if not path.stem.startswith("__")]
    commands = {path.stem for path in modules if '__name__ == "__main__"' in path.read_text("utf-8")}
    assert commands - PARTS == set(QUICK)


def test_the_small_run_of_one_tells_figures_and_bars():
    run = _run("--quick", "access")
    assert run.returncode == 0, run.stderr
    assert re.search(r"== access\naccess +400 networkx .* equal\nbar .*networkx", run.stdout)


def test_a_benchmark_that_is_not_there_is_refused():
    run = _run("nothing")
    assert run.returncode == 2
    assert "there is no benchmark nothing" in run.stderr


@pytest.mark.parametrize(
    ("holds", "is_its_size", "said"),
    [(True, True, "holds"), (False, True, "DOES NOT HOLD"), (True, False, "another size")],
)
def test_a_bar_is_decided_at_its_own_size_alone(holds, is_its_size, said):
    row = bars.verdict("pack", "1.2 s", holds=holds, is_its_size=is_its_size)
    assert row["bar"] == bars.BARS["pack"]
    assert bars.line(row).endswith(f"found: 1.2 s  →  {said}")


def test_gaps_drawn_by_hand_are_found_and_nothing_else(tmp_path):
    command = [sys.executable, "-m", "benchmarks.gaps", "--size", "300", "--noise", "10", "--runs", "1", "--json"]
    run = subprocess.run(
        [*command, "--folder", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *rows, bar = map(json.loads, run.stdout.splitlines())
    ours, difference, cleaned = rows
    assert bar["holds"] is True
    assert (ours["false"], ours["both"], ours["emptied"]) == (0, ours["true"], 0)
    assert ours["alike"] > 0.9
    # The reason why neither of them is our way.
    assert difference["false"] > 100
    assert cleaned["emptied"] > 0
