import random

import pytest
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import translate

from territory.findings import Code, Severity
from territory.model import WGS84, as_layer
from territory.mosaic import Mosaic
from territory.profiles import load_profile
from territory.services.drawing import Drawing, check_drawing
from territory.services.errors import Unusable

PROFILE = load_profile()
LEFT, RIGHT = box(-69.30, 10.0, -69.29, 10.01), box(-69.29, 10.0, -69.28, 10.01)


@pytest.fixture(scope="module")
def mosaic():
    boundaries = GeoSeries([MultiPolygon([LEFT]), MultiPolygon([RIGHT])], ["l", "r"], crs=WGS84)
    return Mosaic(as_layer(boundaries, name=["Left", "Right"]))


def check(shape, mosaic, **said):
    return check_drawing(Drawing(shape=shape, **said), mosaic, profile=PROFILE)


def codes(checked):
    return {finding.code for finding in checked.findings}


@given(overlap=st.floats(0.05, 0.95))
def test_the_ground_claimed_twice_is_measured(mosaic, overlap):
    checked = check(translate(LEFT, -0.01 * (1 - overlap)), mosaic)
    [found] = [each for each in checked.findings if each.code in (Code.OVERLAP, Code.CONTAINS)]
    assert found.args["area_m2"] == pytest.approx(overlap * checked.area_m2, rel=1e-3)


@given(start=st.integers(0, 3), is_backwards=st.booleans())
def test_where_a_line_begins_and_which_way_it_runs_does_not_matter(mosaic, start, is_backwards):
    corners = list(translate(LEFT, 0.005).exterior.coords)[:-1]
    corners = corners[start:] + corners[:start]
    drawn = Polygon(corners[::-1] if is_backwards else corners)
    reference = check(translate(LEFT, 0.005), mosaic)
    checked = check(drawn, mosaic)
    assert checked.area_m2 == pytest.approx(reference.area_m2)
    assert codes(checked) == codes(reference)
    assert checked.boundary.geoms[0].exterior.is_ccw


def test_a_boundary_drawn_again_is_no_repetition_of_itself(mosaic):
    assert Code.DUPLICATE in codes(check(LEFT, mosaic))
    assert not {Code.DUPLICATE, Code.OVERLAP} & codes(check(LEFT, mosaic, replaces="l"))


def test_a_repair_says_how_much_it_changes(mosaic):
    bow = Polygon([(-69.4, 10.0), (-69.39, 10.01), (-69.39, 10.0), (-69.4, 10.01)])
    checked = check(bow, mosaic)
    [repaired] = [each for each in checked.findings if each.code is Code.REPAIRED]
    assert repaired.args["reason"] == "self_crossing"
    assert checked.boundary.is_valid
    assert checked.area_m2 > 0


def test_without_ground_there_is_nothing_to_check(mosaic):
    checked = check(Polygon([(-69.4, 10.0), (-69.39, 10.0), (-69.38, 10.0)]), mosaic)
    [invalid] = checked.findings
    assert (invalid.code, invalid.severity) == (Code.INVALID, Severity.ERROR)
    assert checked.area_m2 == checked.perimeter_m == 0


def test_a_scribble_is_refused_however_many_points_it_has(mosaic):
    rng = random.Random(7)
    for points in (60, 600, 6_000):
        scribble = Polygon([(-69.3 + rng.random() / 100, 10 + rng.random() / 100) for _ in range(points)])
        if points > 60:
            with pytest.raises(Unusable, match=r"geometry\.tangled"):
                check(scribble, mosaic)
        else:
            assert Code.REPAIRED in codes(check(scribble, mosaic))


def test_an_island_far_away_counts_in_the_measures(mosaic):
    near, far = translate(LEFT, -0.05), translate(LEFT, 3.0)
    both, one = check(MultiPolygon([near, far]), mosaic), check(near, mosaic)
    assert both.area_m2 == pytest.approx(2 * one.area_m2, rel=1e-3)
    assert both.perimeter_m == pytest.approx(2 * one.perimeter_m, rel=1e-6)


@pytest.mark.parametrize("said", [{"level": "planet"}, {"replaces": "nobody"}])
def test_what_does_not_exist_is_refused(mosaic, said):
    with pytest.raises(Unusable):
        check(LEFT, mosaic, **said)
