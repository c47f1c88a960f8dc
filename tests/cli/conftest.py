from __future__ import annotations

import pytest
from places import cell, grid, layer
from registers import published

from territory.cli import main
from territory.model import Publication


@pytest.fixture
def run():
    """Run ``territory`` in this process; it must end with the status that is expected."""

    def run(*arguments, code=0):
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        assert (ended.value.code or 0) == code

    return run


@pytest.fixture
def row_in_a_commune(tmp_path):
    """A store of three councils in a row in a commune, and one beside it; nothing is published."""
    shapes = grid(4, 1) | {"comuna": cell(0, 0, 3)}
    councils = layer(
        shapes,
        name=["El Ají", "La Ceiba", "El Cují", "Las Tinajas", "Río Turbio"],
        level=["council"] * 4 + ["commune"],
        kind="rural",
        parent=["comuna"] * 3 + [None] * 2,
    )
    return published(tmp_path / "register.db", councils, publication=Publication.PRIVATE)
