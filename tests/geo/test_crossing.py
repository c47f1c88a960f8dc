"""What lies between two units: a barrier bars those whose way it meets, and nobody else."""

from __future__ import annotations

import pandas as pd
import shapely
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from territory.geo.coverage import contacts
from territory.geo.crossing import barred

SIDE, STEP_M, TOLERANCE_M = 4, 1_000.0, 2.0


def squares() -> GeoSeries:
    """A square of squares, named by column and row."""
    shapes = {
        f"{column}{row}": box(column * STEP_M, row * STEP_M, (column + 1) * STEP_M, (row + 1) * STEP_M)
        for column in range(SIDE)
        for row in range(SIDE)
    }
    return GeoSeries(shapes, crs="EPSG:32619")


def touching(units: GeoSeries) -> pd.DataFrame:
    found = contacts(units, tolerance_m=TOLERANCE_M, min_edge_m=20.0)
    return found[found["is_rook"]]


def found(units: GeoSeries, barrier: shapely.Geometry) -> set[frozenset[str]]:
    pairs = barred(units, touching(units), GeoSeries([barrier], crs=units.crs), tolerance_m=TOLERANCE_M)
    return set(map(frozenset, pairs.to_numpy().tolist()))


@given(column=st.integers(1, SIDE - 1), beside_m=st.floats(-1.0, 1.0))
def test_a_river_along_a_line_parts_those_on_both_sides_of_it(column, beside_m):
    units = squares()
    at = column * STEP_M + beside_m
    river = LineString([(at, -STEP_M), (at, (SIDE + 1) * STEP_M)])
    assert found(units, river) == {frozenset({f"{column - 1}{row}", f"{column}{row}"}) for row in range(SIDE)}


def test_a_river_that_ends_in_a_unit_without_coming_between_parts_nobody():
    units = squares()
    assert found(units, LineString([(100, 100), (200, 200)])) == set()


def test_an_area_on_the_way_bars_it_and_elsewhere_does_not():
    units = squares()
    on_the_way = Point(STEP_M, STEP_M / 2).buffer(50)
    assert found(units, on_the_way) == {frozenset({"00", "10"})}
    assert found(units, Point(10, 10).buffer(5)) == set()


@given(order=st.permutations(range(SIDE**2)))
def test_the_order_of_units_does_not_matter(order):
    units = squares()
    river = LineString([(0, 1.5 * STEP_M), (2 * STEP_M, 2 * STEP_M), (4 * STEP_M, 1.2 * STEP_M)])
    assert found(units, river) == found(units.iloc[list(order)], river)
