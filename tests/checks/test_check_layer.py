"""Each rule on a map that is broken in just that way."""

import pandas as pd
import pytest
from geopandas import GeoDataFrame
from places import SIDE, cell, grid, layer, municipalities
from shapely import MultiPolygon, affinity

from territory.checks import check_layer
from territory.findings import Code, Severity, findings_frame, sentence
from territory.model import WGS84, Surroundings


def test_a_map_that_fits_has_no_findings(profile):
    assert check_layer(layer(grid()), profile=profile) == []


def test_an_empty_layer_has_no_findings(profile):
    assert check_layer(layer({}), profile=profile) == []


def one(found):
    [finding] = found
    return finding


@pytest.mark.parametrize(
    ("shape", "code", "severity"),
    [
        (cell(0.5, 0), Code.OVERLAP, Severity.WARNING),
        (cell(0.99, 0), Code.SLIVER_OVERLAP, Severity.NOTE),
        (cell(0, 0), Code.DUPLICATE, Severity.WARNING),
        (cell(0.2, 0.2, 0.3, 0.3), Code.CONTAINS, Severity.WARNING),
    ],
    ids=["overlap", "sliver", "duplicate", "contained"],
)
def test_ground_claimed_twice_is_found_once(profile, shape, code, severity):
    found = one(check_layer(layer({"a": cell(0, 0), "b": shape}), profile=profile))
    assert (found.code, found.severity, found.territories) == (code, severity, ("a", "b"))
    assert found.place.within(found.geometry)
    assert found.geometry.area == pytest.approx(cell(0, 0).intersection(shape).area, rel=1e-3)


def test_who_contains_whom_is_said(profile):
    found = one(check_layer(layer({"a": cell(0.2, 0.2, 0.3, 0.3), "b": cell(0, 0)}), profile=profile))
    assert (found.args["inner"], found.args["outer"]) == ("a", "b")


def test_a_council_taken_out_leaves_a_gap_between_its_neighbours(profile):
    shapes = grid(3, 3)
    missing = shapes.pop("c11")
    found = one(check_layer(layer(shapes), profile=profile))
    assert found.code == Code.GAP
    assert set(found.territories) == set(shapes)
    assert found.geometry.area == pytest.approx(missing.area, rel=0.02)


def test_a_thin_gap_is_a_note(profile):
    shapes = grid(3, 3) | {"c11": cell(1.01, 1, 0.99, 1)}
    found = one(check_layer(layer(shapes), profile=profile))
    assert (found.code, found.severity) == (Code.SLIVER_GAP, Severity.NOTE)
    assert found.args["width_m"] == pytest.approx(5.5, rel=0.05)


def test_land_that_nobody_covers_is_a_gap_too(profile):
    land = GeoDataFrame(geometry=[cell(0, 0, 3, 1)], crs=WGS84)
    surroundings = Surroundings(land=land)
    found = one(check_layer(layer(grid(2, 1)), profile=profile, surroundings=surroundings))
    assert (found.code, found.territories) == (Code.GAP, ("c10",))


def test_ground_declared_shared_is_no_overlap(profile):
    park = GeoDataFrame({"name": ["Plaza"]}, geometry=[cell(0.5, 0, 0.5, 1)], crs=WGS84)
    both = layer({"a": cell(0, 0), "b": cell(0.5, 0)})
    assert check_layer(both, profile=profile, surroundings=Surroundings(shared_places=park)) == []


def communes(**parents):
    shapes = grid(4, 1)
    return layer(shapes, parent=[parents.get(unit) for unit in shapes], kind=["rural"] * 4)


def about(found, *wanted):
    return [finding for finding in found if finding.code in wanted]


def test_members_that_do_not_touch_are_listed_as_pieces(profile):
    found = check_layer(communes(c00="k", c10="k", c30="k"), profile=profile)
    piece = one(about(found, Code.PIECES, Code.CORNER_ONLY))
    assert (piece.code, piece.territories, piece.args["pieces"]) == (Code.PIECES, ("c30",), 2)


def test_a_declared_link_joins_them(profile):
    links = pd.DataFrame({"left": ["c10"], "right": ["c30"], "kind": ["bridge"]})
    found = check_layer(
        communes(c00="k", c10="k", c30="k"), profile=profile, surroundings=Surroundings(links=links)
    )
    assert about(found, Code.PIECES, Code.CORNER_ONLY) == []


def test_members_that_meet_at_a_corner_are_said_to(profile):
    shapes = {"a": cell(0, 0), "b": cell(1, 1)}
    found = check_layer(layer(shapes, parent=["k", "k"]), profile=profile)
    assert one(about(found, Code.PIECES, Code.CORNER_ONLY)).code == Code.CORNER_ONLY


def test_a_council_inside_a_commune_it_is_no_part_of_is_an_enclave(profile):
    shapes = grid(3, 3)
    parents = [None if unit == "c11" else "k" for unit in shapes]
    found = one(about(check_layer(layer(shapes, parent=parents), profile=profile), Code.ENCLAVE))
    assert (found.territories, found.args["group"]) == (("c11",), "k")


def test_a_corridor_may_have_breaks(profile):
    shapes = {"k1": cell(0, 0), "k2": cell(5, 0), "axis": MultiPolygon([cell(0, 0), cell(5, 0)])}
    levels = ["commune", "commune", "corridor"]
    found = check_layer(layer(shapes, level=levels, parent=["axis", "axis", None]), profile=profile)
    assert found == []


@pytest.mark.parametrize(
    ("kind", "families", "is_said"),
    [
        ("urban", 71, True),
        ("urban", 150, False),
        ("urban", 500, True),
        ("rural", 19, True),
        ("rural", 900, False),
        ("indigenous", 10, False),
        (None, 12, False),
        ("mixed", 9, True),
        ("urban", None, False),
    ],
)
def test_families_outside_the_reference_cite_the_law(profile, kind, families, is_said):
    found = check_layer(layer({"a": cell(0, 0)}, kind=[kind], families=[families]), profile=profile)
    assert [finding.code for finding in found] == [Code.FAMILIES] * is_said
    if is_said:
        assert "art. 4.3" in sentence(found[0], {}, "es")


def test_a_practice_is_never_called_a_law(profile):
    found = one(about(check_layer(communes(c00="k"), profile=profile), Code.COUNCILS))
    assert found.args["how_sure"] == "seen"
    assert "práctica observada" in sentence(found, {}, "es")
    assert "observed practice" in sentence(found, {}, "en")


def test_crossing_a_line_is_information_with_shares(profile):
    surroundings = Surroundings(jurisdictions=municipalities())
    found = one(check_layer(layer({"a": cell(0, 0)}), profile=profile, surroundings=surroundings))
    assert (found.code, found.severity) == (Code.CROSSES, Severity.NOTE)
    assert "64\xa0% Palavecino, 36\xa0% Araure" in sentence(found, {}, "es")
    assert "(según demo)" in sentence(found, {}, "es")


def test_each_source_is_asked_on_its_own(profile):
    other = municipalities().assign(source="otra", geometry=lambda f: f.geometry.translate(SIDE))
    both = pd.concat([municipalities(), other.set_axis(["o1", "o2"])])
    found = check_layer(layer({"a": cell(0, 0)}), profile=profile, surroundings=Surroundings(jurisdictions=both))
    assert [finding.args["source"] for finding in found] == ["demo"]


def test_a_council_that_reaches_out_of_its_commune_is_said_to(profile):
    shapes = {"a": cell(0, 0), "k": cell(0, 0, 0.8, 1)}
    found = check_layer(layer(shapes, level=["council", "commune"], parent=["k", None]), profile=profile)
    outside = one(about(found, Code.OUTSIDE_PARENT))
    assert outside.territories == ("a",)
    assert outside.args["share"] == pytest.approx(0.2, abs=0.001)


def test_a_council_listed_twice_is_told_where(profile):
    found = check_layer(layer({"a": cell(0, 0)}, parent=["k1; k2"]), profile=profile)
    assert one(about(found, Code.SEVERAL_PARENTS)).territories == ("a", "k1", "k2")


def test_overlaps_of_communes_that_come_from_their_councils_are_not_said_twice(profile):
    shapes = {"a": cell(0, 0), "b": cell(0.5, 0), "k1": cell(0, 0), "k2": cell(0.5, 0)}
    levels = ["council", "council", "commune", "commune"]
    found = check_layer(layer(shapes, level=levels), profile=profile)
    assert one(about(found, Code.OVERLAP)).territories == ("a", "b")


def test_findings_do_not_depend_on_the_order_of_the_layer(profile):
    shapes = grid(3, 3) | {"extra": affinity.translate(cell(1, 1), 0.002, 0.002)}
    backwards = dict(reversed(shapes.items()))
    ids = [sorted(f.id for f in check_layer(layer(s), profile=profile)) for s in (shapes, backwards)]
    assert ids[0] == ids[1]


def test_the_same_fault_keeps_its_id(profile):
    shapes = {"a": cell(0, 0), "b": cell(0.5, 0)}
    before = one(check_layer(layer(shapes), profile=profile))
    after = check_layer(layer(shapes | {"far": cell(9, 9)}), profile=profile)
    assert before.id in {finding.id for finding in after}


def test_findings_make_a_table_with_sentences(profile):
    found = check_layer(layer({"a": cell(0, 0), "b": cell(0.5, 0)}), profile=profile)
    table = findings_frame(found, {"a": "La Ceiba"}, "es")
    assert table.message.tolist() == ["La Ceiba y b se superponen en 15,2\xa0ha."]
    assert table.crs == WGS84
    assert findings_frame([], {}, "es").empty
