"""The border between two neighbours, cut into what people would call stretches."""

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Polygon, affinity, box
from strategies import coverages, polygons

from territory.geo.borders import stretches
from territory.geo.errors import GeoError

TOLERANCE_M, REACH_M = 10.0, 100.0


def cut(left, right, tolerance_m=TOLERANCE_M, reach_m=REACH_M):
    return stretches(left, right, tolerance_m=tolerance_m, reach_m=reach_m)


def told(found):
    """Kind, length and area of each stretch."""
    return [(row.kind, round(row.length_m), round(row.area_m2)) for row in found.itertuples()]


@st.composite
def drawn_twice(draw):
    """Two councils side by side, whose common line each drew on its own, some metres off."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    offset_m, noise_m = draw(st.integers(-60, 60)), draw(st.integers(0, 15))
    sway = rng.uniform(0, 60) * np.sin(np.linspace(0, rng.uniform(1, 9), 200))

    def line(move_m):
        y = np.r_[0, np.sort(rng.uniform(0, 1000, rng.integers(3, 30))), 1000]
        x = 1000 + np.interp(y, np.linspace(0, 1000, 200), sway) + move_m + rng.uniform(-noise_m, noise_m, len(y))
        return np.column_stack([x, y])

    left = Polygon(np.vstack([line(offset_m / 2), [(0, 1000), (0, 0)]]))
    right = Polygon(np.vstack([line(-offset_m / 2)[::-1], [(2000, 0), (2000, 1000)]]))
    assume(left.is_valid and right.is_valid)
    note(f"{left.wkt}\n{right.wkt}")
    return left, right


def test_a_line_drawn_once_is_matched_over_all_its_length():
    assert told(cut(box(0, 0, 300, 900), box(300, 0, 600, 900))) == [("matched", 900, 0)]


def test_lines_within_the_tolerance_are_one():
    for west in (296, 304):
        [row] = cut(box(0, 0, 300, 900), box(west, 0, 600, 900)).itertuples()
        assert (row.kind, row.area_m2) == ("matched", 0)
        assert row.length_m == pytest.approx(900, abs=TOLERANCE_M)


def test_what_both_claim_is_an_overlap_between_their_lines():
    [row] = cut(box(0, 0, 300, 300), box(250, 100, 600, 400)).itertuples()
    assert row.kind == "overlap"
    assert row.strip.equals(box(250, 100, 300, 300))
    assert row.left_line.equals(LineString([(300, 100), (300, 300), (250, 300)]))
    assert row.right_line.equals(LineString([(250, 300), (250, 100), (300, 100)]))
    assert row.length_m == 250


def test_what_neither_claims_is_a_gap_that_ends_where_they_stop_facing_each_other():
    [row] = cut(box(0, 0, 300, 900), box(340, 200, 600, 700)).itertuples()
    assert row.kind == "gap"
    assert row.strip.equals(box(300, 200, 340, 700))


def test_a_gap_is_no_wider_than_the_reach():
    """Two lines that part at a small angle are a border as far as the reach."""
    [row] = cut(box(0, 0, 300, 1000), Polygon([(305, 0), (800, 0), (800, 1000), (500, 1000)])).itertuples()
    assert row.kind == "gap"
    ends = shapely.distance(shapely.points(shapely.get_coordinates(row.right_line)), row.left_line)
    assert ends.max() == pytest.approx(REACH_M, rel=0.05)


def test_a_pond_wider_than_the_reach_parts_a_gap():
    left = Polygon([(0, 0), (300, 0), (300, 300), (150, 450), (300, 600), (300, 900), (0, 900)])
    right = Polygon([(340, 0), (700, 0), (700, 900), (340, 900), (340, 600), (500, 450), (340, 300)])
    assert told(cut(left, right)) == [("gap", 300, 12000), ("gap", 300, 12000)]


def test_a_bulge_is_a_stretch_between_matched_ones_in_order():
    left = Polygon([(0, 0), (300, 0), (304, 500), (360, 550), (304, 600), (300, 1500), (0, 1500)])
    found = cut(left, box(300, 0, 900, 1500))
    assert found.kind.tolist() == ["matched", "overlap", "matched"]
    # The tails are thinner than the tolerance for 500 m and 900 m: they are lines drawn twice.
    assert found.length_m.tolist() == pytest.approx([500, 115, 900], abs=15)
    assert found.area_m2.iloc[1] == pytest.approx(60 * 100 / 2, abs=250)
    assert found.geometry.length.sum() == pytest.approx(LineString(left.exterior.coords[1:6]).length, abs=1e-3)


@pytest.mark.parametrize(
    "right",
    [
        box(300, 300, 600, 600),
        box(303, 303, 600, 600),
        box(296, 296, 600, 600),
        box(3000, 0, 3300, 300),
        Polygon([(300, 150), (500, 50), (500, 250)]),
        Polygon(),
    ],
    ids=["corner", "apart", "thin", "far", "wedge", "empty"],
)
def test_no_border_without_contact_or_at_corners_only(right):
    found = cut(box(0, 0, 300, 300), right)
    assert found.empty
    assert "left_line" in found


def test_one_inside_the_other_is_one_overlap_without_a_line_of_the_outer():
    inner = box(100, 100, 200, 200)
    [row] = cut(box(0, 0, 300, 300), inner).itertuples()
    assert (row.kind, row.length_m, row.area_m2) == ("overlap", 400, 10_000)
    assert row.left_line.is_empty
    assert row.right_line.equals(inner.exterior)


def test_identical_polygons_are_matched_all_around():
    place = box(0, 0, 300, 300)
    [row] = cut(place, place).itertuples()
    assert (row.kind, row.length_m) == ("matched", 1200)


def test_an_island_in_a_hole_has_a_gap_all_around():
    outer = box(0, 0, 600, 600) - box(200, 200, 400, 400)
    [row] = cut(outer, box(230, 230, 370, 370)).itertuples()
    assert (row.kind, row.area_m2) == ("gap", pytest.approx(200**2 - 140**2))
    assert row.strip.geoms[0].interiors
    assert told(cut(outer, box(200, 200, 400, 400))) == [("matched", 800, 0)]


def test_every_contact_of_multiparts_is_a_stretch_of_its_own():
    parts = MultiPolygon([box(0, 0, 300, 300), box(0, 400, 300, 700), box(0, 2000, 9, 2009)])
    found = cut(parts, box(280, 0, 600, 700))
    strips = found[found.kind == "overlap"]
    assert strips.area_m2.tolist() == pytest.approx([20 * 300, 20 * 300])


def test_pieces_shorter_than_the_tolerance_belong_to_the_stretch_beside_them():
    """Two bulges that meet in a neck of 6 m are one overlap."""
    left = Polygon([(0, 0), (300, 0), (340, 50), (300, 97), (300, 103), (340, 150), (300, 200), (0, 200)])
    found = cut(left, box(300, 0, 600, 200))
    assert found.kind.tolist() == ["overlap"]
    assert len(found.strip.iloc[0].geoms) == 2
    assert found.left_line.iloc[0].length == pytest.approx(LineString(left.exterior.coords[1:7]).length)


def test_a_reach_within_the_tolerance_is_refused():
    with pytest.raises(GeoError, match="reach"):
        cut(box(0, 0, 1, 1), box(1, 0, 2, 1), tolerance_m=10, reach_m=5)


@settings(max_examples=40)
@given(drawn_twice())
def test_the_order_of_both_sides_does_not_matter(pair):
    left, right = pair
    here, there = cut(left, right), cut(right, left)
    assert sorted(here.kind) == sorted(there.kind)
    for kind in set(here.kind):
        own, other = here[here.kind == kind], there[there.kind == kind]
        assert sorted(own.length_m) == pytest.approx(sorted(other.length_m), abs=0.01)
        assert sorted(own.area_m2) == pytest.approx(sorted(other.area_m2), abs=0.01)


@settings(max_examples=40)
@given(drawn_twice())
def test_strips_are_all_of_the_ground_in_question_that_is_wider_than_the_tolerance(pair):
    left, right = pair
    found = cut(left, right)
    claimed = left.intersection(right).buffer(0)
    overlaps, gaps = (
        MultiPolygon([part for strip in found.strip[found.kind == kind] for part in strip.geoms])
        for kind in ("overlap", "gap")
    )
    assert shapely.union_all(overlaps).area == pytest.approx(overlaps.intersection(claimed).area, abs=0.01)
    assert overlaps.area == pytest.approx(found.area_m2[found.kind == "overlap"].sum())
    assert opened(claimed).difference(overlaps).area < TOLERANCE_M
    assert gaps.intersection(left.union(right)).area < 0.01
    # Both ends are drawn apart by up to the offset, where the gap ends on the slant.
    between = box(0, 90, 2000, 910) - left.union(right)
    assert opened(between).difference(gaps).area < TOLERANCE_M


def opened(ground):
    """Where a disc twice as wide as the tolerance fits."""
    return ground.buffer(-TOLERANCE_M).buffer(TOLERANCE_M)


@settings(max_examples=40)
@given(drawn_twice())
def test_stretches_follow_each_other_along_all_of_the_border(pair):
    left, right = pair
    found = cut(left, right)
    line = LineString(left.exterior.coords[:-3])
    around = LineString([(0, 0), *left.exterior.coords[:-2]])
    starts = [around.project(shapely.Point(row.geoms[0].coords[0])) for row in found.geometry]
    assert starts == sorted(starts)
    middle = shapely.ops.substring(line, 60, line.length - 60)
    assert middle.difference(shapely.union_all(found.geometry).buffer(1e-3)).length < 1
    # No place belongs to two stretches.
    assert shapely.union_all(found.geometry).length == pytest.approx(found.geometry.length.sum(), abs=0.01)


@settings(max_examples=40)
@given(drawn_twice(), st.integers(-500_000, 500_000), st.integers(0, 9_000_000))
def test_moving_the_map_moves_the_stretches(pair, east, north):
    moved = [affinity.translate(side, east, north) for side in pair]
    here, there = cut(*pair), cut(*moved)
    assert here.kind.tolist() == there.kind.tolist()
    assert here.length_m.tolist() == pytest.approx(there.length_m.tolist(), abs=TOLERANCE_M / 4)
    assert here.area_m2.tolist() == pytest.approx(there.area_m2.tolist(), abs=TOLERANCE_M / 4 * REACH_M)


@given(coverages())
def test_units_of_a_coverage_match_along_their_shared_edge(units):
    left, right = units.iloc[0], units.iloc[-1]
    shared = left.intersection(right).length
    assume(len(units) > 1 and min(left.area, right.area) > 10_000 and (shared == 0 or shared > 50))
    found = cut(left, right, tolerance_m=1)
    matched = found[found.kind == "matched"]
    assert not (found.kind == "overlap").any()
    if shared:
        covered = shapely.union_all(matched.left_line.to_numpy()).buffer(0.01)
        assert left.intersection(right).difference(covered).length < 1


@given(polygons(), polygons())
def test_any_two_polygons_have_a_border_or_none(left, right):
    found = cut(left, right)
    assert (found.length_m > 0).all()
    assert (found.area_m2[found.kind == "matched"] == 0).all()
    assert shapely.is_valid(found.strip.to_numpy()).all()
    assert set(found.geom_type) <= {"MultiLineString"}
