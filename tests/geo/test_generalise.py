import numpy as np
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import MultiPolygon, affinity, box
from strategies import coverages, in_degrees, polygons

from territory.geo.generalise import general, veiled, without
from territory.geo.lattice import Lattice, cells_of, distinct, outlines_of
from territory.geo.repair import canonical

CELL = 0.002
LATTICE = Lattice(CELL)


@st.composite
def shapes(draw: st.DrawFn) -> GeoSeries:
    """One polygon on the ground."""
    drawn = in_degrees(GeoSeries([draw(polygons())], ["a"], crs=32619))
    assume(drawn.is_valid.all() and not drawn.is_empty.any())
    return drawn


@st.composite
def zones(draw: st.DrawFn, shape: MultiPolygon) -> np.ndarray:
    """Some of the cells in and around a shape's box."""
    west, south, east, north = (np.array(shape.bounds) // CELL).astype(int)
    row, column = np.mgrid[south - 1 : north + 2, west - 1 : east + 2].reshape(2, -1)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    some = rng.random(len(row)) < draw(st.sampled_from([0.1, 0.5, 0.9, 1.0]))
    return distinct(LATTICE.keys(np.zeros(some.sum(), dtype=np.int64), row[some], column[some]))


def shaken(drawn: GeoSeries, seed: int) -> GeoSeries:
    """Every corner a metre or two from where it was, the same corner always the same way."""
    rng = np.random.default_rng(seed)
    angle, turn = rng.uniform(1e6, 2e6, 2), rng.uniform(0, 6, 2)
    return canonical(drawn.transform(lambda at: at + 2e-5 * np.sin(at * angle + turn)))


def is_lattice(shape) -> bool:
    steps = shapely.get_coordinates(shape) / CELL
    return bool((np.abs(steps - np.round(steps)) < 1e-4).all())


def has_point_on_a_side(shape) -> bool:
    """Whether a point lies between two others on one line of the lattice."""
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        at = shapely.get_coordinates(ring)[:-1]
        same = (at == np.roll(at, 1, axis=0)) & (at == np.roll(at, -1, axis=0))
        on_line = np.abs(at / CELL - np.round(at / CELL)) < 1e-6
        if (same & on_line).any():
            return True
    return False


@given(shapes())
def test_a_coarse_outline_has_corners_of_the_lattice_and_no_other(drawn):
    [coarse] = general(drawn, cell_deg=CELL)
    assert coarse.is_valid
    assert not coarse.is_empty
    assert is_lattice(coarse)


@given(shapes(), st.integers(0, 2**32 - 1))
def test_a_line_that_moves_without_flipping_a_centre_changes_nothing(drawn, seed):
    moved = shaken(drawn, seed)
    assume(moved.is_valid.all())
    assume(np.array_equal(cells_of(drawn, LATTICE), cells_of(moved, LATTICE)))
    assert shapely.equals_identical(general(drawn, cell_deg=CELL).array, general(moved, cell_deg=CELL).array).all()


@given(coverages())
def test_coarse_outlines_of_neighbours_do_not_overlap(units):
    drawn = in_degrees(units)
    coarse = general(drawn, cell_deg=CELL)
    big = coarse[[len(cells_of(drawn[[each]], LATTICE)) > 1 for each in drawn.index]]
    area = shapely.area(np.asarray(big.array)).sum()
    assert abs(area - shapely.area(shapely.union_all(big.array))) < 1e-12


def test_nothing_stays_nothing():
    [none] = general(GeoSeries([MultiPolygon()], crs=4326), cell_deg=CELL)
    assert none.is_empty


@given(st.data())
def test_a_shape_is_exact_outside_a_zone_and_coarse_inside(data):
    drawn = data.draw(shapes())
    zone = data.draw(zones(drawn.iloc[0]))
    [shown] = veiled(drawn, zone, LATTICE)
    assert shown.is_valid
    assert not shown.is_empty
    [ground] = outlines_of(zone, LATTICE, 1)
    [coarse] = general(drawn, cell_deg=CELL)
    expected = shapely.union(drawn.iloc[0].difference(ground), coarse.intersection(ground))
    if expected.area > 1e-9:
        # The grid, and crumbs of a square metre.
        assert shapely.symmetric_difference(shown, expected).area < 2e-9
        assert not has_point_on_a_side(shown) or shown is drawn.iloc[0]


@given(st.data())
def test_no_point_of_the_line_is_left_in_a_zone(data):
    drawn = data.draw(shapes())
    zone = data.draw(zones(drawn.iloc[0]))
    [shown] = veiled(drawn, zone, LATTICE)
    [ground] = outlines_of(zone, LATTICE, 1)
    at = shapely.get_coordinates(shown)
    inside = at[shapely.contains_xy(shapely.buffer(ground, -1e-6), at)]
    assert is_lattice(shapely.multipoints(inside))


@given(st.data())
def test_what_moves_in_a_zone_without_flipping_a_centre_is_not_seen(data):
    # A corner in the middle of the zone, with both ends of its sides in it.
    low, high = data.draw(st.floats(0.0042, 0.0048)), data.draw(st.floats(0.0042, 0.0048))
    other = data.draw(st.floats(0.0042, 0.0048)), data.draw(st.floats(0.0042, 0.0048))
    zone = cells_in(box(0.0, 0.0, 0.008, 0.008))
    corners = [(0.0015, 0.0015), (0.0063, 0.0021), (0.0021, 0.0063)]
    rings = [shapely.Polygon([*corners[:2], at, corners[2]]) for at in ((low, high), other)]
    one, two = (canonical(GeoSeries([ring], crs=4326)) for ring in rings)
    shown = [veiled(each, zone, LATTICE).iloc[0] for each in (one, two)]
    assert shapely.equals_identical(*shown)


def cells_in(around) -> np.ndarray:
    """Cells of a box."""
    return cells_of(GeoSeries([around], crs=4326), LATTICE)


def test_a_shape_that_does_not_meet_its_zone_is_the_same_object():
    drawn = canonical(GeoSeries([box(0, 0, 0.01, 0.01), box(1, 1, 1.01, 1.01)], crs=4326))
    far = LATTICE.keys(np.array([0, 1]), np.array([900, 0]), np.array([900, 0]))
    assert all(a is b for a, b in zip(veiled(drawn, far, LATTICE).array, drawn.array, strict=True))


def test_a_zone_inside_a_shape_leaves_no_trace():
    drawn = canonical(GeoSeries([box(0.0001, 0.0001, 0.0199, 0.0199)], crs=4326))
    inner = cells_in(box(0.006, 0.006, 0.01, 0.01))
    assert veiled(drawn, inner, LATTICE).iloc[0] is drawn.iloc[0]


def test_a_shape_of_which_nothing_would_be_left_is_drawn_as_its_cell():
    drawn = canonical(GeoSeries([box(0.0022, 0.0022, 0.0026, 0.0026)], crs=4326))
    zone = LATTICE.keys(np.array([0]), np.array([1]), np.array([1]))
    [shown] = veiled(drawn, zone, LATTICE)
    assert shown.bounds == (0.002, 0.002, 0.004, 0.004)


@given(shapes(), st.floats(-0.01, 0.01), st.floats(-0.01, 0.01))
def test_ground_that_is_taken_away_is_gone_and_no_crumb_is_left(drawn, east, north):
    other = canonical(GeoSeries([affinity.translate(drawn.iloc[0], east, north)], crs=4326))
    assume(other.is_valid.all())
    [rest] = without(np.asarray(drawn.array), np.asarray(other.array), LATTICE)
    assert rest.is_valid
    assert shapely.intersection(rest, other.iloc[0]).area < 1e-9
    assert rest.area >= drawn.iloc[0].area - other.iloc[0].area - 1e-9
    assert (shapely.area(shapely.get_parts(rest)) >= 1e-10).all()
