from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from territory.checks import check_layer
from territory.demo import region
from territory.findings import Code
from territory.geo import coverage, gaps
from territory.geo.crs import to_metres
from territory.profiles import load_profile

PROFILE = load_profile()


@pytest.fixture(scope="module")
def faulty():
    return region()


@pytest.fixture(scope="module")
def clean():
    return region(faults=False)


def councils(made):
    return made.layer[made.layer["level"] == "council"]


def facts(codes, territories, levels):
    """Code and territories; a municipal and a state line may cross the same council, so the level too."""
    return Counter(
        (str(code), ids, level if isinstance(level, str) else "")
        for code, ids, level in zip(codes, territories, levels, strict=True)
    )


def found_in(layer, surroundings):
    found = check_layer(layer, profile=PROFILE, surroundings=surroundings)
    return facts(
        [finding.code for finding in found],
        [finding.territories for finding in found],
        [finding.args.get("level") for finding in found],
    )


def true_of(truth):
    return facts(truth["code"], truth["territories"], truth["level"])


def test_every_code_is_injected(faulty):
    assert set(faulty.truth["code"]) == set(Code)


def test_the_truth_is_found_and_nothing_else(faulty):
    in_layer = faulty.truth[faulty.truth["needs"] != "file"]
    assert found_in(faulty.layer, faulty.surroundings) == true_of(in_layer)


@pytest.mark.parametrize("seed", [2, 3])
def test_another_region_has_other_faults_that_are_found_just_the_same(seed):
    made = region(900, seed=seed)
    assert found_in(made.layer, made.surroundings) == true_of(made.truth[made.truth["needs"] != "file"])


def test_without_land_and_lines_only_what_the_layer_shows_is_found(faulty):
    alone = found_in(faulty.layer, None)
    # A place declared shared is an overlap to whoever does not know of it, and a declared link unknown is a break.
    unknown = len(faulty.surroundings.shared_places) + len(faulty.surroundings.links)
    expected = true_of(faulty.truth[faulty.truth["needs"] == ""])
    assert not expected - alone
    assert (alone - expected).total() == unknown


def test_a_region_without_faults_has_none_but_lines_that_communes_cross(clean):
    assert found_in(clean.layer, clean.surroundings) == Counter()
    assert clean.truth.empty


def test_a_clean_region_is_a_coverage_of_its_land(clean):
    metres = to_metres(councils(clean).geometry)
    assert shapely.coverage_is_valid(np.asarray(metres.array))
    land = to_metres(clean.surroundings.land.geometry, metres.crs).area.sum()
    assert metres.area.sum() == pytest.approx(land, rel=1e-9)
    assert shapely.coverage_union_all(np.asarray(councils(clean).geometry.array)).equals(
        clean.surroundings.land.geometry.iloc[0].geoms[0]
    )


def test_measures_of_the_truth_are_those_of_the_shapes(faulty):
    """Plain shapely on pairs of boundaries in metres, none of the code under test."""
    metres = to_metres(faulty.layer.geometry)
    pairs = faulty.truth[
        faulty.truth["code"].isin([Code.OVERLAP, Code.SLIVER_OVERLAP, Code.DUPLICATE, Code.CONTAINS])
    ]
    assert len(pairs) >= 8
    for row in pairs.itertuples():
        left, right = (metres.loc[each] for each in row.territories)
        assert left.intersection(right).area == pytest.approx(row.area_m2, abs=row.tolerance_m2)


def test_what_crosses_a_line_is_what_a_plain_overlay_says(faulty):
    metres = to_metres(faulty.layer.geometry)
    places = faulty.surroundings.jurisdictions
    ground = to_metres(places.geometry, metres.crs)
    told = {
        (ids[0], level)
        for code, ids, level in zip(
            faulty.truth["code"], faulty.truth["territories"], faulty.truth["level"], strict=True
        )
        if code == Code.CROSSES
    }
    for unit in faulty.layer.index[faulty.layer["level"] != "corridor"]:
        for level in ("municipality", "state"):
            shared = metres.loc[unit].intersection(ground[places["level"] == level])
            counted = (shared.area >= 0.01 * metres.loc[unit].area) & ~shared.buffer(-5).is_empty
            assert (counted.sum() > 1) == ((unit, level) in told), (unit, level)


def test_one_commune_lies_in_both_states(faulty):
    crossing = faulty.truth[(faulty.truth["code"] == Code.CROSSES) & (faulty.truth["level"] == "state")]
    assert any(ids[0].startswith("k") for ids in crossing["territories"])


def test_communes_and_councils_are_as_many_as_promised(faulty):
    counts = faulty.layer["level"].value_counts()
    assert counts["council"] == 600
    assert 36 <= counts["commune"] <= 54
    assert counts["corridor"] == 1
    assert faulty.layer["parent"].isna().any()
    assert set(councils(faulty)["kind"]) == {"urban", "rural", "indigenous"}


def test_towns_are_dense_and_mountains_wide(clean):
    areas = to_metres(councils(clean).geometry).area / 1e4
    kinds = councils(clean)["kind"]
    assert areas[kinds == "urban"].median() < 30
    assert areas[kinds != "urban"].median() > 100
    assert areas.max() > 1_000


def test_everything_lies_where_it_is_said_to(faulty):
    west, south, east, north = faulty.layer.total_bounds
    assert west < -69.2 < east
    assert south < 10.0 < north
    assert north - south < 1.0


def test_nobody_forgets_that_it_is_fictitious(faulty):
    assert faulty.surroundings.is_fictitious


def test_rivers_follow_boundaries(clean):
    """Every stretch of a river is a stretch of two boundaries, bit by bit."""
    edges = Counter()
    for ring in shapely.get_rings(shapely.get_parts(np.asarray(councils(clean).geometry.array))):
        line = shapely.get_coordinates(ring).tolist()
        edges.update(frozenset(map(tuple, pair)) for pair in pairwise(line))
    assert len(clean.rivers)
    for river in clean.rivers.geometry:
        line = shapely.get_coordinates(river).tolist()
        assert all(edges[frozenset(map(tuple, pair))] == 2 for pair in pairwise(line))


@given(size=st.integers(20, 150), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_size_and_seed_gives_a_valid_layer_on_the_grid(size, seed):
    made = region(size, seed=seed)
    assert len(councils(made)) == size
    shapes = np.asarray(made.layer.geometry.array)
    assert shapely.is_valid(shapes).all()
    coords = shapely.get_coordinates(shapes)
    assert (np.round(coords, 7) == coords).all()
    assert shapely.is_valid(np.asarray(made.surroundings.jurisdictions.geometry.array)).all()
    assert not made.truth.empty


@given(size=st.integers(20, 200), seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_truth_holds_for_any_size_and_seed(size, seed):
    made = region(size, seed=seed)
    assert found_in(made.layer, made.surroundings) == true_of(made.truth[made.truth["needs"] != "file"])


def test_the_same_seed_gives_the_same_region():
    first, second = region(60, seed=7), region(60, seed=7)
    assert first.layer.equals(second.layer)
    assert first.truth.equals(second.truth)
    assert not first.layer.geometry.equals(region(60, seed=8).layer.geometry)


def test_too_few_councils_are_refused():
    with pytest.raises(ValueError, match="at least 20"):
        region(19)


NOISE_M = 10.0


@pytest.fixture(scope="module")
def drawn():
    return region(300, hand_drawn_m=NOISE_M)


def test_no_two_councils_share_a_point(drawn):
    coords, owner = shapely.get_coordinates(np.asarray(councils(drawn).geometry.array), return_index=True)
    own = {(x, y, at) for (x, y), at in zip(coords.tolist(), owner.tolist(), strict=True)}
    assert len({(x, y) for x, y, _ in own}) == len(own)


def test_no_line_strays_farther_than_it_may(drawn):
    ours = to_metres(councils(drawn).geometry)
    true = to_metres(councils(region(300)).geometry, ours.crs)
    assert shapely.is_valid(np.asarray(ours.array)).all()
    astray = shapely.hausdorff_distance(ours.boundary.array, true.boundary.array, densify=0.5)
    assert astray.max() <= NOISE_M
    assert astray.mean() > NOISE_M / 2


def test_neighbours_are_still_known(drawn):
    metres = to_metres(councils(drawn).geometry)
    found = coverage.neighbours(metres, tolerance_m=10, min_edge_m=10)
    ours = {tuple(sorted(pair)) for pair in zip(found["left"], found["right"], strict=True)}
    true = set(zip(drawn.neighbours["left"], drawn.neighbours["right"], strict=True))
    assert len(ours & true) >= 0.98 * len(true)
    assert len(ours & true) >= 0.98 * len(ours)


def test_only_hamlets_are_wider_than_two_lines_can_be_apart(drawn):
    metres = to_metres(councils(drawn).geometry)
    found = gaps.gaps(metres, width_m=2 * NOISE_M)
    wide = found[found["is_wide"]]
    is_hamlet = (drawn.truth["code"] == Code.GAP) & (drawn.truth["needs"] == "")
    hamlets = to_metres(drawn.truth.geometry[is_hamlet], metres.crs)
    assert len(wide) == len(hamlets)
    assert all(hamlets.intersects(gap).any() for gap in wide.geometry)


def test_neighbours_of_a_clean_layer_are_exact(faulty):
    metres = to_metres(councils(faulty).geometry)
    found = coverage.neighbours(metres, tolerance_m=10, min_edge_m=10)
    nested = faulty.truth["code"].isin([Code.DUPLICATE, Code.CONTAINS])
    twice = {unit for ids in faulty.truth["territories"][nested] for unit in ids}
    ours, true = (
        {pair for pair in map(frozenset, zip(table["left"], table["right"], strict=True)) if not pair & twice}
        for table in (found, faulty.neighbours)
    )
    assert ours == true
