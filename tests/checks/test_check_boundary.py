"""One drawing against those around it."""

import numpy as np
import pytest
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from places import cell, grid, layer, municipalities
from shapely import affinity

from territory.checks import DRAWING, check_boundary, check_layer
from territory.findings import Code
from territory.geo.repair import canonical
from territory.model import WGS84, Surroundings
from territory.mosaic import Mosaic
from territory.profiles import load_profile


def drawn(shape):
    return canonical(GeoSeries([shape], crs=WGS84)).iloc[0]


@pytest.fixture(scope="module")
def around():
    shapes = grid(3, 3)
    del shapes["c11"]
    return Mosaic(layer(shapes))


def test_a_drawing_that_fills_the_gap_fits(around, profile):
    assert check_boundary(drawn(cell(1, 1)), around, profile=profile) == []


def test_a_drawing_that_reaches_over_is_told_whose_ground_it_is(around, profile):
    [found] = check_boundary(drawn(cell(1, 1, 1.5, 1)), around, profile=profile)
    assert (found.code, found.territories) == (Code.OVERLAP, ("c21", DRAWING))


def test_a_drawing_that_leaves_ground_over_is_told_how_much(around, profile):
    [found] = check_boundary(drawn(cell(1, 1, 0.5, 1)), around, profile=profile)
    assert found.code == Code.GAP
    assert DRAWING in found.territories
    assert found.geometry.area == pytest.approx(cell(0, 0).area / 2, rel=0.02)


def test_what_it_replaces_is_no_neighbour(around, profile):
    shape = drawn(affinity.scale(cell(0, 0), 1.2, 1.2))
    ids = {t for f in check_boundary(shape, around, profile=profile, replaces="c00") for t in f.territories}
    assert ids == {"c00", "c01", "c10"}


def test_faults_of_others_are_not_the_drawing_s(profile):
    shapes = grid(4, 3) | {"twice": cell(3, 0)}
    del shapes["c11"]
    found = check_boundary(drawn(cell(1, 1)), Mosaic(layer(shapes)), profile=profile)
    assert found == []


def test_families_and_jurisdictions_are_told_of_the_drawing_alone(profile):
    around = Mosaic(layer(grid(3, 3)), Surroundings(jurisdictions=municipalities()))
    found = check_boundary(drawn(cell(0, 0)), around, profile=profile, replaces="c00", families=71, kind="urban")
    assert {finding.code for finding in found} == {Code.FAMILIES, Code.CROSSES}
    assert all(finding.territories == ("c00",) for finding in found)


def test_other_levels_are_no_neighbours(around, profile):
    assert check_boundary(drawn(cell(0, 0)), around, profile=profile, level="commune") == []


@given(st.floats(-0.4, 0.4), st.floats(-0.4, 0.4))
def test_a_drawing_is_judged_as_it_would_be_in_the_layer(dx, dy):
    """Overlaps of one drawing are those that the whole layer would have with it."""
    profile = load_profile()
    shapes = grid(3, 3)
    del shapes["c11"]
    shape = cell(1 + dx, 1 + dy)
    alone = check_boundary(drawn(shape), Mosaic(layer(shapes)), profile=profile)
    together = check_layer(layer(shapes | {DRAWING: shape}), profile=profile)

    def told(found):
        kept = [f for f in found if f.code.startswith("coverage") and DRAWING in f.territories]
        return sorted((f.code, *f.territories, round(float(np.log(f.args["area_m2"])), 1)) for f in kept)

    assert told(alone) == told(together)
