"""Ways out of a finding: ground changes hands whole, with the neighbour's own vertices, and nothing else moves."""

from __future__ import annotations

import json
import re

import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box
from strategies import coverages, in_degrees

from territory.findings import Code
from territory.geo.crs import area_m2
from territory.geo.repair import canonical
from territory.model import WGS84, as_layer
from territory.mosaic import Mosaic
from territory.profiles import load_profile
from territory.services.drawing import Drawing, check_drawing
from territory.services.errors import Stale, Unusable
from territory.services.remedies import OFFERED, PROPOSED, Remedy, apply
from territory.words import WEB

PROFILE = load_profile()
CRUMBS_M2 = 2.0


def mosaic_of(**shapes: Polygon) -> Mosaic:
    return Mosaic(as_layer(canonical(GeoSeries(list(shapes.values()), list(shapes), crs=WGS84))))


def found(drawing: Drawing, mosaic: Mosaic, code: Code):
    checked = check_drawing(drawing, mosaic, profile=PROFILE)
    return next(each for each in checked.findings if each.code is code)


def outcome(drawing: Drawing, mosaic: Mosaic, code: Code, remedy: Remedy):
    return apply(drawing, mosaic, found(drawing, mosaic, code).id, remedy, profile=PROFILE)


def codes(shape: MultiPolygon, mosaic: Mosaic, **said: object) -> set[Code]:
    checked = check_drawing(Drawing(shape=shape, **said), mosaic, profile=PROFILE)
    return {each.code for each in checked.findings}


def vertices(shape) -> set[tuple[float, float]]:
    return set(map(tuple, shapely.get_coordinates(shape)))


EAST = box(-69.29, 10.0, -69.28, 10.01)
"""The neighbour, about a kilometre wide."""
MOSAIC = mosaic_of(east=EAST)
INTO = Drawing(shape=box(-69.30, 10.0, -69.288, 10.01))
"""A drawing that takes a fifth of it."""


def test_trimming_takes_exactly_the_strip_off_and_leaves_the_neighbour_s_vertices():
    done = outcome(INTO, MOSAIC, Code.OVERLAP, Remedy.TRIM)
    strip = found(INTO, MOSAIC, Code.OVERLAP).args["area_m2"]
    assert -done.gain_m2 == pytest.approx(strip, rel=1e-4)
    assert done.boundary.equals(MultiPolygon([box(-69.30, 10.0, -69.29, 10.01)]))
    assert not {Code.OVERLAP, Code.GAP} & codes(done.boundary, MOSAIC)
    assert done.neighbour is None


@pytest.mark.parametrize(
    ("remedy", "mine", "theirs"), [(Remedy.ASK, 0, -1), (Remedy.MIDDLE, -0.5, -0.5), (Remedy.SHARED, 0, 0)]
)
def test_what_needs_the_neighbour_s_yes_says_what_both_would_gain(remedy, mine, theirs):
    strip = found(INTO, MOSAIC, Code.OVERLAP).args["area_m2"]
    done = outcome(INTO, MOSAIC, Code.OVERLAP, remedy)
    assert remedy in PROPOSED
    assert done.neighbour == "east"
    assert done.gain_m2 == pytest.approx(mine * strip, abs=strip / 50)
    assert done.neighbour_gain_m2 == pytest.approx(theirs * strip, abs=strip / 50)


def test_a_line_drawn_twice_is_laid_on_the_neighbour_s_from_either_side():
    metre = 1 / 109_640
    for code, east in ((Code.SLIVER_OVERLAP, -69.29 + 3 * metre), (Code.SLIVER_OVERLAP, -69.29 + metre)):
        drawing = Drawing(shape=box(-69.30, 10.0, east, 10.01))
        done = outcome(drawing, MOSAIC, code, Remedy.SNAP)
        assert vertices(done.boundary) == vertices(box(-69.30, 10.0, -69.29, 10.01))
    # A gap only counts where it is closed in.
    around = mosaic_of(east=EAST, north=box(-69.31, 10.01, -69.28, 10.02), south=box(-69.31, 9.99, -69.28, 10.0))
    drawing = Drawing(shape=box(-69.30, 10.0, -69.29 - 3 * metre, 10.01))
    done = outcome(drawing, around, Code.SLIVER_GAP, Remedy.SNAP)
    assert vertices(done.boundary) >= vertices(box(-69.30, 10.0, -69.29, 10.01))
    assert Code.SLIVER_GAP not in codes(done.boundary, around)


def test_filling_takes_the_ground_that_nobody_has():
    around = mosaic_of(east=EAST, north=box(-69.31, 10.01, -69.28, 10.02), south=box(-69.31, 9.99, -69.28, 10.0))
    drawing = Drawing(shape=box(-69.30, 10.0, -69.293, 10.01))
    gap = found(drawing, around, Code.GAP)
    done = apply(drawing, around, gap.id, Remedy.FILL, profile=PROFILE)
    assert done.gain_m2 == pytest.approx(gap.args["area_m2"], rel=1e-3)
    assert not {Code.GAP, Code.SLIVER_GAP, Code.OVERLAP, Code.SLIVER_OVERLAP} & codes(done.boundary, around)
    with pytest.raises(Unusable, match=r"remedy\.several"):
        apply(drawing, around, gap.id, Remedy.GIVE, profile=PROFILE)


def test_ground_between_two_is_offered_to_the_neighbour():
    ring = box(-69.32, 9.98, -69.27, 10.03) - box(-69.30, 10.0, -69.29, 10.01)
    around = mosaic_of(ring=ring)
    drawing = Drawing(shape=box(-69.30, 10.0, -69.293, 10.01))
    gap = found(drawing, around, Code.GAP).args["area_m2"]
    done = outcome(drawing, around, Code.GAP, Remedy.GIVE)
    assert (done.neighbour, done.gain_m2) == ("ring", 0)
    assert done.neighbour_gain_m2 == pytest.approx(gap, rel=1e-3)


def test_a_hole_of_one_s_own_is_filled():
    drawing = Drawing(shape=box(-69.30, 10.0, -69.29, 10.01) - box(-69.297, 10.003, -69.294, 10.006))
    done = outcome(drawing, MOSAIC, Code.GAP, Remedy.FILL)
    assert done.boundary.equals(MultiPolygon([box(-69.30, 10.0, -69.29, 10.01)]))


def test_a_mended_line_is_taken_as_it_was_shown():
    bow = Polygon([(-69.4, 10.0), (-69.39, 10.01), (-69.39, 10.0), (-69.4, 10.01)])
    done = outcome(Drawing(shape=bow), MOSAIC, Code.REPAIRED, Remedy.REPAIR)
    assert done.boundary.is_valid
    assert Code.REPAIRED not in codes(done.boundary, MOSAIC)


def test_the_line_of_a_territory_that_exists_is_no_neighbour_of_itself():
    both = mosaic_of(west=box(-69.30, 10.0, -69.29, 10.01), east=EAST)
    drawing = Drawing(shape=INTO.shape, replaces="west")
    done = outcome(drawing, both, Code.OVERLAP, Remedy.TRIM)
    assert done.boundary.equals(both.boundary("west"))


def test_what_does_not_fit_is_refused():
    overlap = found(INTO, MOSAIC, Code.OVERLAP).id
    with pytest.raises(Unusable, match=r"remedy\.none"):
        apply(INTO, MOSAIC, overlap, Remedy.FILL, profile=PROFILE)
    with pytest.raises(Stale, match=r"remedy\.gone"):
        apply(Drawing(shape=box(-69.30, 10.0, -69.29, 10.01)), MOSAIC, overlap, Remedy.TRIM, profile=PROFILE)
    inside = Drawing(shape=box(-69.288, 10.002, -69.286, 10.004))
    with pytest.raises(Unusable, match=r"remedy\.impossible"):
        outcome(inside, MOSAIC, Code.CONTAINS, Remedy.TRIM)


@settings(max_examples=30, deadline=None)
@given(units=coverages(), which=st.integers(0, 50), by=st.sampled_from([-60, -20, 20, 60]))
def test_on_any_coverage_remedies_share_out_ground_and_make_or_lose_none(units, which, by):
    own = units.iloc[which % len(units)]
    others = in_degrees(units.drop(units.index[which % len(units)]))
    moved = in_degrees(GeoSeries([own.buffer(by, join_style="mitre")], crs=units.crs)).iloc[0]
    assume(not moved.is_empty and moved.is_valid)
    mosaic = mosaic_of(**dict(others.items()))
    drawing = Drawing(shape=moved)
    for finding in check_drawing(drawing, mosaic, profile=PROFILE).findings:
        for remedy in set(OFFERED.get(finding.code, ())) - PROPOSED:
            try:
                done = apply(drawing, mosaic, finding.id, remedy, profile=PROFILE)
            except Unusable:
                continue
            strip = finding.args["area_m2"]
            assert abs(done.gain_m2) == pytest.approx(strip, rel=0.01, abs=CRUMBS_M2)
            assert area_m2(done.boundary) - area_m2(moved) == pytest.approx(done.gain_m2, abs=CRUMBS_M2)
            assert done.boundary.is_valid


def test_the_page_offers_what_the_server_does():
    page = (WEB / "draw" / "remedies.js").read_text("utf-8")
    [table] = re.findall(r"export const OFFERED = (\{.*?\});", page, flags=re.DOTALL)
    told = json.loads(re.sub(r",\s*\}", "}", table))
    assert told == {code.value: [each.value for each in remedies] for code, remedies in OFFERED.items()}
