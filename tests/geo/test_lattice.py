import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shapely import MultiPolygon, box
from strategies import coverages, in_degrees, polygons

from territory.geo.errors import NotGeographic
from territory.geo.lattice import (
    Lattice,
    cells_around,
    cells_beside,
    cells_held,
    cells_of,
    distinct,
    outlines_of,
    rings,
)

LATTICE = Lattice(0.002)
PATTERNS = arrays(bool, (5, 6))
"""Cells of one unit: any of thirty, so that holes, pieces and corners that touch all come up."""


def cells_in(pattern: np.ndarray, unit: int = 0) -> np.ndarray:
    """Keys of the cells of a pattern, on both sides of the equator."""
    row, column = np.nonzero(pattern)
    return LATTICE.keys(np.full(len(row), unit), row - 2, column - 35_000)


def squares(keys: np.ndarray) -> np.ndarray:
    _, row, column = LATTICE.cells(keys)
    return shapely.box(*(np.array([column, row, column + 1, row + 1]) * 0.002))


def centres(shape) -> np.ndarray:
    """(n, 2) row and column of every cell about a shape, asked one by one."""
    west, south, east, north = (np.array(shape.bounds) // 0.002).astype(int)
    row, column = np.mgrid[south - 1 : north + 2, west - 1 : east + 2].reshape(2, -1)
    held = shapely.contains_xy(shape, (column + 0.5) * 0.002, (row + 0.5) * 0.002)
    return np.column_stack([row, column])[held]


@given(st.integers(0, 60_000), st.integers(-45_000, 45_000), st.integers(-90_000, 90_000))
def test_a_key_tells_its_cell(unit, row, column):
    key = LATTICE.keys(np.array([unit]), np.array([row]), np.array([column]))
    assert [part.tolist() for part in LATTICE.cells(key)] == [[unit], [row], [column]]
    assert (
        LATTICE.places(key).tolist() == LATTICE.keys(np.array([0]), np.array([row]), np.array([column])).tolist()
    )


@pytest.mark.parametrize("side", [0.0, 1e-8, 0.00200005, -0.002])
def test_a_lattice_that_is_not_on_the_grid_is_refused(side):
    with pytest.raises(ValueError, match="multiple"):
        Lattice(side)


def test_metres_are_refused():
    with pytest.raises(NotGeographic):
        cells_held(GeoSeries([box(0, 0, 1, 1)], crs=32619), LATTICE)
    with pytest.raises(NotGeographic):
        cells_beside(GeoSeries([box(0, 0, 1, 1)], crs=32619), LATTICE, reach_m=1)


@given(polygons())
def test_a_cell_is_held_when_its_centre_is(shape):
    [drawn] = in_degrees(GeoSeries([shape], crs=32619))
    _, row, column = LATTICE.cells(cells_held(GeoSeries([drawn], crs=4326), LATTICE))
    assert np.column_stack([row, column]).tolist() == centres(drawn).tolist()


@given(coverages())
def test_units_that_fit_edge_to_edge_share_out_the_cells(units):
    drawn = in_degrees(units)
    of_each = LATTICE.cells(cells_held(drawn, LATTICE))
    told = list(zip(of_each[1].tolist(), of_each[2].tolist(), strict=True))
    assert len(told) == len(set(told))
    assert sorted(told) == sorted(map(tuple, centres(shapely.union_all(drawn.array)).tolist()))


def test_a_centre_on_a_common_edge_is_held_by_one_side():
    # Centres lie at odd thousandths; the edge runs through five of them, and both ends are centres.
    west, east = box(0.0, 0.001, 0.001, 0.009), box(0.001, 0.001, 0.003, 0.009)
    held = LATTICE.cells(cells_held(GeoSeries([west, east], crs=4326), LATTICE))
    assert len(set(zip(*held[1:], strict=True))) == len(held[0])


def test_what_holds_no_centre_has_the_cell_it_lies_in():
    small = GeoSeries([box(0.0022, 0.0002, 0.0024, 0.0004), MultiPolygon()], crs=4326)
    assert not len(cells_held(small, LATTICE))
    assert [part.tolist() for part in LATTICE.cells(cells_of(small, LATTICE))] == [[0], [0], [1]]


@given(PATTERNS, PATTERNS)
def test_cells_dissolve_into_their_ground_without_a_point_too_many(first, third):
    keys = np.concatenate([cells_in(first), cells_in(third, unit=2)])
    drawn = outlines_of(keys, LATTICE, 3)
    assert drawn[1].is_empty
    for shape, pattern in ((drawn[0], first), (drawn[2], third)):
        assert shape.is_valid
        assert shapely.symmetric_difference(shape, shapely.union_all(squares(cells_in(pattern)))).area < 1e-12
        for ring in shapely.get_rings(shapely.get_parts(shape)):
            across, up = np.diff(np.vstack([ring.coords, ring.coords[1]]), axis=0).T
            assert ((across[:-1] == 0) == (up[1:] == 0)).all()
    again = cells_held(GeoSeries(drawn, crs=4326), LATTICE)
    assert again.tolist() == keys.tolist()


@given(PATTERNS)
def test_rings_are_the_cells_whose_answer_a_neighbour_does_not_share(pattern):
    wide = np.pad(pattern, 2)
    views = [np.roll(wide, (up, along), (0, 1)) for up in (-1, 0, 1) for along in (-1, 0, 1)]
    differs = np.any(views, axis=0) & ~np.all(views, axis=0)
    row, column = np.nonzero(differs)
    expected = LATTICE.keys(np.zeros(len(row), dtype=np.int64), row - 4, column - 35_002)
    assert rings(cells_in(pattern), LATTICE).tolist() == expected.tolist()


@given(polygons(), st.sampled_from([0.0, 2.0, 150.0]))
def test_every_cell_that_a_line_comes_near_is_beside_it(shape, reach_m):
    drawn = in_degrees(GeoSeries([shape, shape], crs=32619))
    found = cells_beside(drawn, LATTICE, reach_m=reach_m)
    unit, _, _ = LATTICE.cells(found)
    assert (unit == 0).sum() == (unit == 1).sum()
    around = np.arange(-25, 26)
    at = np.floor(np.array(shapely.centroid(drawn.iloc[0]).coords[0]) / 0.002).astype(int)
    row, column = (part.ravel() for part in np.meshgrid(at[1] + around, at[0] + around))
    all_keys = np.sort(LATTICE.keys(np.zeros(len(row), dtype=np.int64), row, column))
    metres = GeoSeries(squares(all_keys), crs=4326).to_crs(32619)
    distance_m = shapely.distance(np.asarray(metres.array), shapely.boundary(drawn.to_crs(32619).iloc[0]))
    near = distance_m < max(reach_m - 0.02, 0.001)
    assert near.any()
    assert set(all_keys[near]) <= set(found)
    # The box around a quarter of a cell, and around the reach in degrees, has corners.
    assert not set(all_keys[distance_m > 1.5 * reach_m + 90]) & set(found)


@given(PATTERNS, PATTERNS)
def test_cells_around_a_shape_are_those_in_its_box(pattern, other):
    shapes = GeoSeries([*outlines_of(cells_in(pattern), LATTICE, 1), MultiPolygon(), box(0, 0, 1, 1)], crs=4326)
    places = distinct(cells_in(pattern | other))
    unit, row, column = LATTICE.cells(cells_around(shapes, places, LATTICE))
    assert set(unit.tolist()) <= {0}
    if pattern.any():
        rows, columns = np.nonzero(pattern.any(axis=1))[0], np.nonzero(pattern.any(axis=0))[0]
        boxed = np.zeros_like(pattern)
        boxed[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = (pattern | other)[
            rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1
        ]
        # The box ends where a cell begins, so the cells beyond may be among them.
        assert set(cells_in(boxed)) <= set(LATTICE.keys(unit, row, column))


def test_cells_of_some_units_are_numbered_by_their_place():
    keys = distinct(np.concatenate([cells_in(np.eye(5, 6, dtype=bool), unit=each) for each in (0, 3, 7)]))
    chosen = LATTICE.of_units(keys, np.array([3, 5, 7]))
    assert np.unique(LATTICE.cells(chosen)[0]).tolist() == [0, 2]
    assert LATTICE.places(chosen).tolist() == cells_in(np.eye(5, 6, dtype=bool)).tolist()
