"""Notebooks run from the first cell to the last, and what is kept in them is what they show."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest

from notebooks.run import NOTEBOOKS, executed

ROOT = Path(__file__).parents[2]
SHARED_DATA = ROOT.parent / "shared" / "data"
MOST_BYTES = 1_500_000
NAMES = [path.stem for path in NOTEBOOKS]


def path_of(name):
    return ROOT / "notebooks" / f"{name}.ipynb"


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def words(cell):
    """What a cell prints and the tables it shows; pictures and maps are left to people."""
    if "varies" in cell.metadata.get("tags", ()):
        return ""
    if "shared/data" in cell.source and not SHARED_DATA.exists():
        return ""
    told = [output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return re.sub(r" at 0x[0-9a-f]+", "", "\n".join(told))


def test_there_are_notebooks():
    assert set(NAMES) == {"check_a_layer", "coverage_and_gaps", "corridor", "candidate_communes"}


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_shows_what_is_kept_in_it(name):
    kept, shown = code(nbformat.read(path_of(name), as_version=4)), code(executed(path_of(name)))
    # After a change that is meant: python notebooks/run.py
    assert [words(cell) for cell in kept] == [words(cell) for cell in shown]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_reads_well_without_running(name):
    notebook = nbformat.read(path_of(name), as_version=4)
    assert notebook.cells[0].cell_type == "markdown"
    assert notebook.cells[0].source.startswith("# ")
    assert [cell.execution_count for cell in code(notebook)] == list(range(1, len(code(notebook)) + 1))
    outputs = [output for cell in code(notebook) for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    kinds = [kind for output in outputs for kind in output.get("data", {})]
    assert kinds.count("image/png") >= 2
    maps = [
        output.data["text/html"] for output in outputs if "<iframe" in output.get("data", {}).get("text/html", "")
    ]
    assert maps
    assert path_of(name).stat().st_size < MOST_BYTES
