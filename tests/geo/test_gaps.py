"""Ground that nobody covers."""

import pytest
import shapely
from geopandas import GeoSeries
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import box
from strategies import SIDE_M, UTM, coverages, moved_apart

from territory.geo import gaps as module
from territory.geo.gaps import cover, dissolve, gaps


@given(coverages(), st.data())
def test_a_unit_taken_away_is_a_gap_of_its_size(units, data):
    inner = [unit for unit in units.index if units[unit].distance(box(0, 0, SIDE_M, SIDE_M).exterior) > 1]
    assume(inner)
    missing = data.draw(st.sampled_from(inner))
    assume(shapely.maximum_inscribed_circle(units[missing], tolerance=0.1).length > 6)
    found = gaps(units.drop(missing), width_m=10)
    assert found.is_wide.any()
    assert units[missing].buffer(0.01).covers(found.geometry[found.is_wide].union_all())


@given(coverages())
def test_a_coverage_has_no_gap(units):
    assert gaps(units, width_m=10).empty


@given(coverages(), st.integers(0, 3))
def test_gaps_lie_outside_every_unit_and_inside_the_land(units, removed):
    land = box(-200, -200, SIDE_M + 200, SIDE_M + 200)
    kept = units.iloc[removed:]
    assume(len(kept))
    found = gaps(kept, width_m=10, land=land)
    uncovered = land.area - kept.union_all().area
    assert found.union_all().intersection(kept.union_all()).area == pytest.approx(0, abs=1e-3)
    # The opening rounds corners off; it invents nothing.
    assert found.area_m2.sum() <= uncovered + 1e-3
    assert found.area_m2.sum() >= 0.9 * uncovered


@given(coverages(max_cuts=8), st.integers(0, 2**16), st.sampled_from([0.0, 0.3, 1.0]), st.integers(0, 2))
def test_wide_gaps_are_the_same_when_slivers_are_not_asked_for(units, seed, shaken_share, removed):
    """Where lines are drawn twice they are found beside grown units, not in the holes of a union."""
    units = moved_apart(units.iloc[removed:], seed, by_m=9, share=shaken_share)
    assume(len(units))
    land = box(-200, -50, SIDE_M + 200, SIDE_M - 50)

    def wide(width_m, *, with_slivers):
        found = gaps(units, width_m=width_m, land=land, with_slivers=with_slivers)
        return found.geometry[found.is_wide]

    found = wide(30, with_slivers=False)
    assert found.intersection(units.union_all()).area.sum() == pytest.approx(0, abs=1e-3)
    assert found.difference(land).area.sum() == pytest.approx(0, abs=1e-3)
    # GEOS moves a line that it buffers by up to a hundredth of the distance: a passage of just that width may be
    # there in one and not in the other, but not where a little less is asked of the other.
    for one, other in ((True, False), (False, True)):
        narrower = wide(29, with_slivers=other).union_all().buffer(2)
        assert wide(30, with_slivers=one).difference(narrower).area.sum() == pytest.approx(0, abs=1)


@given(coverages(max_cuts=8), st.integers(0, 2**16), st.randoms(use_true_random=False))
def test_the_order_of_the_units_does_not_matter(units, seed, random):
    units = moved_apart(units.iloc[1:], seed, by_m=9, share=1.0)
    assume(len(units))
    shuffled = units.iloc[random.sample(range(len(units)), len(units))]
    land = box(0, 0, SIDE_M, SIDE_M)
    one, two = (gaps(each, width_m=30, land=land, with_slivers=False) for each in (units, shuffled))
    assert len(one) == len(two)
    assert one.union_all().symmetric_difference(two.union_all()).area == pytest.approx(0, abs=1)


@pytest.mark.parametrize("with_slivers", [True, False])
def test_a_gap_does_not_reach_over_a_narrow_unit(with_slivers):
    """The corner of a gap is pointed, the disc that fits into it is not: it must not find other ground there."""
    wedge = shapely.Polygon([(0, 0), (200, 90), (200, -90)])
    behind = shapely.Polygon([(-3, -0.5), (-0.5, -0.5), (-0.5, 0.5), (-3, 0.5)])
    ground = box(-300, -300, 500, 300) - wedge - behind
    [found] = (
        gaps(GeoSeries([ground], crs=UTM), width_m=20, land=box(-300, -300, 500, 300), with_slivers=with_slivers)
        .query("is_wide")
        .geometry
    )
    assert found.geom_type == "Polygon"
    assert found.disjoint(behind)


def test_two_gaps_joined_by_a_sliver_are_two():
    ground = box(0, 0, 300, 100) - box(20, 20, 80, 80) - box(220, 20, 280, 80) - box(80, 49, 220, 51)
    found = gaps(GeoSeries([ground], crs=UTM), width_m=10)
    assert found.is_wide.tolist() == [True, True]
    assert found.area_m2.sum() == pytest.approx(2 * 3600, rel=0.01)


def test_a_narrow_hole_is_a_sliver():
    found = gaps(GeoSeries([box(0, 0, 300, 100) - box(20, 50, 280, 54)], crs=UTM), width_m=10)
    assert found.is_wide.tolist() == [False]
    assert found.area_m2.tolist() == pytest.approx([260 * 4])


def test_an_island_in_a_hole_is_no_gap():
    ring, island = box(0, 0, 300, 300) - box(100, 100, 200, 200), box(140, 140, 160, 160)
    found = gaps(GeoSeries([ring, island], crs=UTM), width_m=10)
    assert found.area_m2.sum() == pytest.approx(100 * 100 - 20 * 20)


def test_open_land_counts_only_where_land_is_known():
    units = GeoSeries([box(0, 0, 100, 100)], crs=UTM)
    assert gaps(units, width_m=10).empty
    [beyond] = gaps(units, width_m=10, land=box(0, 0, 200, 100)).itertuples()
    assert beyond.area_m2 == pytest.approx(100 * 100)


@given(coverages(max_cuts=8), st.integers(0, 2**16), st.sampled_from([0.0, 0.3, 1.0]))
def test_covered_ground_is_the_same_by_faces_and_by_union(units, seed, shaken_share):
    """However many lines are drawn twice, whichever way is taken."""
    units = moved_apart(units, seed, by_m=9, share=shaken_share)
    outlines = module.Outlines.of(units)
    faces = module._covered_faces(units, outlines.edges[module.lone_edges(outlines)])
    assert faces.symmetric_difference(units.union_all()).area == pytest.approx(0, abs=1e-3)


def test_a_large_layer_is_covered_by_faces_as_by_union(monkeypatch):
    grid = [
        box(x, y, x + 10, y + 10) for x in range(0, 300, 10) for y in range(0, 300, 10) if (x, y) != (150, 150)
    ]
    units = GeoSeries(grid, crs=UTM)
    by_faces = cover(units)
    monkeypatch.setattr(module, "_MOST_LONE", -1)
    assert by_faces.symmetric_difference(cover(units)).area == pytest.approx(0)
    assert by_faces.area == pytest.approx(300 * 300 - 100)


def test_dissolving_keeps_the_ground_of_every_group():
    units = GeoSeries([box(0, 0, 1, 1), box(5, 0, 6, 1), box(1, 0, 2, 1)], crs=UTM)
    together = dissolve(units, ["b", "a", "b"])
    assert together.index.tolist() == ["a", "b"]
    assert together.area.tolist() == pytest.approx([1, 2])
