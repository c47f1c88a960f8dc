"""The live index against a plain scan."""

import numpy as np
from geopandas import GeoSeries
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from shapely import MultiPolygon, box

from territory.geo.index import NeighbourIndex


def square(x, y):
    return box(x, y, x + 1, y + 1)


class LiveIndex(RuleBasedStateMachine):
    """Any order of insertions and deletions leaves what a dictionary would hold."""

    def __init__(self):
        super().__init__()
        self.kept = {"first": square(0, 0)}
        self.index = NeighbourIndex(GeoSeries(self.kept))

    @rule(unit=st.sampled_from("abc"), x=st.integers(0, 5), y=st.integers(0, 5), apart=st.booleans())
    def insert(self, unit, x, y, apart):
        self.kept[unit] = MultiPolygon([square(x, y), square(x + 9, y)]) if apart else square(x, y)
        self.index.insert(unit, self.kept[unit])

    @rule(unit=st.sampled_from("abc"))
    def delete(self, unit):
        self.kept.pop(unit, None)
        self.index.delete(unit)

    @invariant()
    def finds_what_a_scan_finds(self):
        window = box(2.5, 2.5, 11.5, 4.5)
        boxes = {unit: [box(*part.bounds) for part in getattr(s, "geoms", [s])] for unit, s in self.kept.items()}
        assert self.index.around(window) == sorted(
            u for u, b in boxes.items() if any(window.intersects(p) for p in b)
        )
        assert set(self.index) == set(self.kept)


TestLiveIndex = LiveIndex.TestCase
TestLiveIndex.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)


def test_a_far_part_makes_nobody_a_neighbour():
    spread = MultiPolygon([square(0, 0), square(100, 0)])
    index = NeighbourIndex(GeoSeries({"spread": spread}))
    assert index.around(square(50, 0)) == []
    assert index.around(square(99, 0)) == ["spread"]


def test_an_empty_index_finds_nobody():
    empty = NeighbourIndex(GeoSeries([], dtype="geometry"))
    assert empty.around(square(0, 0)) == []
    assert len(empty) == 0
    empty.insert("a", square(0, 0))
    assert "a" in empty
    assert np.array(empty.around(square(0, 0))).tolist() == ["a"]
