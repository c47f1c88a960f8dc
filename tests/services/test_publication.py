import itertools

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from places import SIDE, cell, grid, municipalities
from places import layer as layer_of
from shapely import MultiPolygon, Polygon, box
from strategies import coverages, in_degrees

from territory.geo.lattice import Lattice, cells_beside, cells_of
from territory.geo.repair import canonical
from territory.model import WGS84, Publication, as_layer
from territory.profiles import load_profile
from territory.services.publication import PublicView, public_view

PROFILE = load_profile()
CELL = PROFILE.privacy.general_cell_deg
LATTICE = Lattice(CELL)
EXACT, GENERAL, LISTED, PRIVATE = "exact", "general", "listed", "private"
LEVELS = st.sampled_from([EXACT, EXACT, GENERAL, LISTED, PRIVATE])


def strips_of(*told: tuple[str, str, Polygon]) -> GeoDataFrame:
    left, right, ground = zip(*told, strict=True) if told else ((), (), ())
    return GeoDataFrame({"left": list(left), "right": list(right)}, geometry=list(ground), crs=WGS84)


def seen(
    layer: GeoDataFrame,
    levels: dict[str, str],
    *strips: tuple[str, str, Polygon],
    kept_back: tuple[MultiPolygon, ...] = (),
    jurisdictions: GeoDataFrame | None = None,
) -> PublicView:
    return public_view(
        layer,
        pd.Series({each: Publication(level) for each, level in levels.items()}, dtype=object),
        kept_back=GeoSeries(list(kept_back), crs=WGS84),
        strips=strips_of(*strips),
        jurisdictions=jurisdictions,
        profile=PROFILE,
    )


def frames(view: PublicView) -> tuple[GeoDataFrame, ...]:
    return view.layer, view.contested, view.checked


def told(view: PublicView) -> list[object]:
    """Everything that a view says, to the last bit."""
    return [
        [frame.index.tolist(), pd.DataFrame(frame.drop(columns="geometry")).astype(str).to_numpy().tolist(), wkb]
        for frame in frames(view)
        for wkb in [shapely.to_wkb(frame.geometry.array).tolist()]
    ]


def corners(shapes) -> set[tuple[int, int]]:
    """Corners as whole steps of the grid, without those that the lattice has anyway."""
    steps = np.rint(shapely.get_coordinates(list(shapes)) * 1e7).astype(int)
    side = round(CELL * 1e7)
    return set(map(tuple, steps[(steps % side != 0).any(axis=1)].tolist()))


def everything_shown(view: PublicView) -> list[shapely.Geometry]:
    return list(itertools.chain.from_iterable(frame.geometry.array for frame in frames(view)))


@st.composite
def published(draw: st.DrawFn, *, with_general: bool = False) -> tuple[GeoDataFrame, dict[str, str]]:
    """Councils that fit edge to edge, each published as far as chance says."""
    drawn = in_degrees(draw(coverages()))
    drawn = drawn[drawn.is_valid & ~drawn.is_empty]
    levels = {each: draw(LEVELS) for each in drawn.index}
    if with_general:
        levels[drawn.index[0]] = GENERAL
    return as_layer(drawn), levels


def lines_at(layer: GeoDataFrame, levels: dict[str, str], level: str) -> GeoSeries:
    return layer.geometry[[levels[each] == level for each in layer.index]]


@settings(max_examples=50)
@given(published(with_general=True))
def test_no_corner_of_a_general_line_is_in_anything_public(made):
    layer, levels = made
    hidden = corners(lines_at(layer, levels, GENERAL).array)
    assert not hidden & corners(everything_shown(seen(layer, levels)))


@settings(max_examples=50)
@given(published(with_general=True), st.integers(0, 2**32 - 1))
def test_a_general_line_that_moves_without_an_answer_of_the_lattice_changes_nothing_at_all(made, seed):
    """The strongest attack: whatever can be computed from the view is the same for both lines."""
    layer, levels = made
    of_general = set(map(tuple, shapely.get_coordinates(lines_at(layer, levels, GENERAL).array).tolist()))
    rng = np.random.default_rng(seed)
    step = {corner: rng.uniform(-8e-6, 8e-6, 2) for corner in sorted(of_general)}

    def moved(at: np.ndarray) -> np.ndarray:
        return at + np.array([step.get(tuple(corner), (0.0, 0.0)) for corner in at.tolist()])

    # Those who share the line move with it: both ends of what they share are the general one's.
    shaken = canonical(
        GeoSeries([shapely.transform(each, moved) for each in layer.geometry], layer.index, crs=WGS84)
    )
    assume(shaken.is_valid.all())
    for answers in (cells_of, lambda shapes, lattice: cells_beside(shapes, lattice, reach_m=0)):
        assume(np.array_equal(answers(layer.geometry, LATTICE), answers(shaken, LATTICE)))
    reach_m = PROFILE.tolerances.sliver_m
    near = [
        cells_beside(lines_at(each, levels, GENERAL), LATTICE, reach_m=reach_m)
        for each in (layer, layer.set_geometry(shaken))
    ]
    assume(np.array_equal(*near))
    assert told(seen(layer, levels)) == told(seen(layer.set_geometry(shaken), levels))


@settings(max_examples=50)
@given(published())
def test_what_is_private_influences_nothing(made):
    layer, levels = made
    is_private = np.array([levels[each] == PRIVATE for each in layer.index])
    assert told(seen(layer, levels)) == told(seen(layer[~is_private], levels))


@settings(max_examples=50)
@given(published())
def test_the_line_of_what_is_listed_influences_no_other(made):
    layer, levels = made
    as_private = {each: PRIVATE if level == LISTED else level for each, level in levels.items()}
    with_names, without = seen(layer, levels), seen(layer, as_private)
    assert told(with_names)[1:] == told(without)[1:]
    rest = with_names.layer.loc[without.layer.index]
    assert shapely.equals_identical(rest.geometry.array, without.layer.geometry.array).all()
    listed = with_names.layer[(with_names.layer["publication"] == LISTED).to_numpy(dtype=bool)]
    assert listed.geometry.is_empty.all()


@settings(max_examples=50)
@given(published(), st.data())
def test_who_withdraws_is_gone_from_everything(made, data):
    layer, levels = made
    gone = data.draw(st.sampled_from(sorted(layer.index)))
    layer = layer.assign(parent=gone)
    strips = [(gone, each, box(-72, 9.9, -71, 9.95)) for each in layer.index if each != gone]
    view = seen(layer, levels | {gone: PRIVATE}, *strips)
    assert gone not in "".join(map(str, told(view)))


@settings(max_examples=50)
@given(published())
def test_what_is_shown_is_valid_and_general_ones_are_cells(made):
    layer, levels = made
    view = seen(layer, levels)
    assert shapely.is_valid(everything_shown(view)).all()
    general = view.layer[(view.layer["publication"] == GENERAL).to_numpy(dtype=bool)]
    assert not corners(general.geometry.array)
    assert not general.geometry.is_empty.any()


def test_where_nothing_is_general_the_lines_are_the_very_same_objects():
    layer = layer_of(grid())
    view = seen(layer, dict.fromkeys(layer.index, EXACT))
    assert all(a is b for a, b in zip(view.layer.geometry.array, layer.geometry.array, strict=True))


def test_a_long_edge_that_ends_on_a_general_line_does_not_point_at_its_end():
    """Two exact ones share an edge of many cells; where it ends is a corner of the general one."""
    ends = (-69.2987654, 9.9023456), (-69.2981111, 9.9019999)
    views = []
    for end in ends:
        far, low, high = (-69.28, 9.9031234), (-69.28, 9.895), (-69.28, 9.911)
        shapes = {
            "below": Polygon([end, (-69.2985, 9.8951), low, far]),
            "above": Polygon([end, far, high, (-69.2983, 9.9109)]),
            "general": Polygon([end, (-69.2983, 9.9109), (-69.31, 9.91), (-69.31, 9.895), (-69.2985, 9.8951)]),
        }
        views.append(seen(layer_of(shapes), {"below": EXACT, "above": EXACT, "general": GENERAL}))
    assert told(views[0]) == told(views[1])


def wavy(seed: int, column: float) -> np.ndarray:
    """A line from south to north with corners at no round number."""
    rng = np.random.default_rng(seed)
    across = -69.3 + column * SIDE + rng.uniform(-4e-4, 4e-4, 12)
    return np.column_stack([across, np.linspace(9.9, 9.92, 12)]).round(7)


def between(west: np.ndarray, east: np.ndarray) -> Polygon:
    return Polygon([*west, *east[::-1]])


@pytest.fixture(scope="module")
def days():
    """An exact one beside a general one, which moves away on the second day; the exact one stays."""
    west, common, new, east = (wavy(k, column) for k, column in enumerate((0, 3, 4.5, 8)))
    first = layer_of({"exact": between(west, common), "general": between(common, east)})
    second = layer_of({"exact": between(west, common), "general": between(new, east)})
    return first, second


def test_two_days_of_a_general_line_tell_no_more_than_one(days):
    first, second = days
    levels = {"exact": EXACT, "general": GENERAL}
    lines = (first.geometry["general"], second.geometry["general"])
    hidden = corners(lines)
    views = [seen(layer, levels, kept_back=lines) for layer in days]
    for view in views:
        assert not hidden & corners(everything_shown(view))
    assert views[0].layer.geometry["exact"] == views[1].layer.geometry["exact"]
    # Without the lines of other days, the second one would tell what the first one kept back.
    assert hidden & corners(everything_shown(seen(second, levels)))


def test_a_day_before_it_was_published_does_not_tell_its_line(days):
    first, _ = days
    before = seen(first.drop("general"), {"exact": EXACT}, kept_back=(first.geometry["general"],))
    assert not corners([first.geometry["general"]]) & corners(everything_shown(before))


def test_a_group_that_follows_a_general_line_is_as_coarse_there():
    west, common, east = (wavy(k, column) for k, column in enumerate((0, 3, 8)))
    shapes = {
        "commune": between(west, common),
        "council": between(wavy(7, 1.5), common),
        "beside": between(common, east),
    }
    layer = layer_of(shapes).assign(level=["commune", "council", "council"])
    view = seen(layer, {"commune": EXACT, "council": GENERAL, "beside": PRIVATE})
    assert not corners([shapes["council"]]) & corners(everything_shown(view))
    assert corners([shapes["commune"]]) & corners(everything_shown(view))


OVERLAP = cell(0.9, 0, width=0.2)
CLAIMS = {"a": cell(0, 0, width=1.1), "b": cell(0.9, 0, width=1.1)}
HIDDEN = corners([CLAIMS["b"]]) - corners([CLAIMS["a"]])


def shares(shape, ground) -> float:
    return shapely.intersection(shape, ground).area / ground.area


def test_ground_that_two_exact_ones_claim_is_shown_as_it_is_and_as_nobodys():
    view = seen(layer_of(CLAIMS), {"a": EXACT, "b": EXACT}, ("a", "b", OVERLAP))
    assert [shares(shape, OVERLAP) for shape in view.layer.geometry] == pytest.approx([0, 0], abs=1e-3)
    [strip] = view.contested.geometry
    assert shapely.symmetric_difference(strip, OVERLAP).area < 1e-10
    # What is found is found in the claims.
    assert [shares(shape, OVERLAP) for shape in view.checked.geometry] == pytest.approx([1, 1], abs=1e-3)


def test_ground_claimed_by_a_general_one_is_shown_in_cells_and_as_nobodys():
    view = seen(layer_of(CLAIMS), {"a": EXACT, "b": GENERAL}, ("a", "b", OVERLAP))
    [strip] = view.contested.geometry
    assert not corners([strip])
    assert [shares(shape, strip) for shape in view.layer.geometry] == pytest.approx([0, 0], abs=1e-3)
    assert not HIDDEN & corners(everything_shown(view))


@pytest.mark.parametrize("level", [PRIVATE, LISTED])
def test_ground_claimed_by_one_who_is_not_shown_is_missing_in_cells_and_not_told(level):
    view = seen(layer_of(CLAIMS), {"a": EXACT, "b": level}, ("a", "b", OVERLAP))
    assert view.contested.empty
    assert "b" not in view.checked.index
    assert not HIDDEN & corners(everything_shown(view))
    cells = cells_of(canonical(GeoSeries([OVERLAP], crs=WGS84)), LATTICE)
    assert len(cells) > 0
    centres = (np.column_stack(LATTICE.cells(cells)[:0:-1]) + 0.5) * CELL
    assert not shapely.contains_xy(view.layer.geometry["a"], centres).any()


def test_of_the_groups_of_a_territory_only_those_that_are_public_are_told():
    layer = layer_of(grid(2, 1)).assign(parent=["c10;c99", None])
    assert seen(layer, dict.fromkeys(layer.index, EXACT)).layer["parent"].tolist() == ["c10", None]
    assert seen(layer, {"c00": EXACT, "c10": PRIVATE}).layer["parent"].tolist() == [None]


def test_what_is_listed_has_the_municipality_that_holds_most_of_it():
    layer = layer_of({"c00": cell(0, 0)})
    view = seen(layer, {"c00": LISTED}, jurisdictions=municipalities())
    assert view.layer.loc["c00", ["municipality", "municipality_source"]].tolist() == ["Palavecino", "demo"]
    more = municipalities().assign(name="Iribarren", source="another").set_axis(["m3", "m4"])
    other = seen(layer, {"c00": LISTED}, jurisdictions=pd.concat([municipalities(), more]))
    assert other.layer.loc["c00", ["municipality", "municipality_source"]].tolist() == ["Iribarren", "another"]


def test_families_are_told_in_bands_only():
    layer = layer_of(grid(2, 1), families=[171, 4])
    assert seen(layer, dict.fromkeys(layer.index, EXACT)).layer["families"].tolist() == ["150–199", "< 10"]


def test_a_level_that_nobody_knows_is_refused():
    layer = layer_of({"c00": cell(0, 0)})
    with pytest.raises(ValueError, match="half"):
        public_view(
            layer,
            pd.Series({"c00": "half"}),
            kept_back=GeoSeries([], crs=WGS84),
            strips=strips_of(),
            jurisdictions=None,
            profile=PROFILE,
        )
