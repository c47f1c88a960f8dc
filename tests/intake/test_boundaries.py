"""What a file's shapes become, and what is said of every one that was changed."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon
from written import LAT, LON, codes, collection, reasons, square


def scaled(*corners):
    return Polygon([(LON + x * 0.01, LAT + y * 0.01) for x, y in corners])


FAULTS = {
    "self_crossing": scaled((0, 0), (1, 1), (1, 0), (0, 1)),
    "spike": scaled((0, 0), (1, 0), (1, 1), (1, 3), (1, 1), (0, 1)),
    "zero_area": scaled((0, 0), (1, 1), (2, 2), (0, 0)),
    "sliver_part": MultiPolygon([square(), shapely.box(LON + 0.02, LAT, LON + 0.0200001, LAT + 0.0000002)]),
    "hole_outside": Polygon(square().exterior.coords, [square(2).exterior.coords]),
}


@pytest.mark.parametrize("reason", FAULTS)
def test_every_fault_is_a_finding_with_the_area_that_changed(reader, reason):
    got = reader.json(collection(square(5), FAULTS[reason]))
    [finding] = got.findings
    assert finding.territories == ("c2",)
    assert finding.args["reason"] == reason
    is_lost = reason == "zero_area"
    assert finding.code == ("geometry.invalid" if is_lost else "geometry.repaired")
    assert ("c2" in got.layer.index) == (not is_lost)
    weighs = finding.args["changed_m2"] >= 1
    assert finding.severity == ("error" if is_lost else "warning" if weighs else "note")


def test_a_bow_tie_changes_the_ground_that_its_two_readings_differ_by(reader):
    got = reader.json(collection(FAULTS["self_crossing"]))
    boundary = got.layer.geometry.iloc[0]
    assert got.findings[0].place.distance(Point(LON + 0.005, LAT + 0.005)) < 1e-6
    assert boundary.area == pytest.approx(0.5e-4, rel=1e-6)


def test_repeated_points_and_winding_need_no_telling(reader):
    ring = list(square().exterior.coords)
    clockwise = Polygon([point for point in ring[::-1] for _ in range(3)])
    got = reader.json(collection(clockwise))
    assert (got.findings, got.notices) == ([], ())
    assert got.layer.geometry.iloc[0].geoms[0].exterior.is_ccw
    assert len(got.layer.geometry.iloc[0].geoms[0].exterior.coords) == 5


def test_duplicate_features_stay(reader):
    assert len(reader.json(collection(square(), square())).layer) == 2


def test_mixed_types_are_sorted_out_and_counted(reader):
    shapes = [
        square(0),
        Point(LON, LAT),
        LineString([(LON, LAT), (LON + 1, LAT)]),
        LineString(square(1).exterior.coords),
        shapely.MultiLineString([square(2).exterior.coords[:3], square(2).exterior.coords[2:]]),
        GeometryCollection([square(3), Point(LON, LAT), GeometryCollection([square(5)])]),
        GeometryCollection([Point(LON, LAT)]),
    ]
    got = reader.json(collection(*shapes))
    assert got.layer.index.tolist() == ["c1", "c4", "c5", "c6"]
    assert len(got.layer.geometry["c6"].geoms) == 2
    said = {notice.code: notice.args for notice in got.notices}
    assert said["shapes.left_out"] == {"points": 2, "lines": 1}
    assert said["lines.closed"] == {"lines": 2}
    assert said["shapes.collections"] == {"collections": 1}


def test_points_and_lines_alone_are_refused_with_their_numbers(reader):
    error = reader.refused(reader.json, collection(Point(1, 1), Point(2, 2), LineString([(0, 0), (1, 1)])))
    assert (error.code, error.details["points"], error.details["lines"]) == ("shapes.no_polygons", 2, 1)


def test_a_file_of_nothing_but_broken_boundaries_is_an_empty_layer_with_findings(reader):
    got = reader.json(collection(None, FAULTS["zero_area"]))
    assert (len(got.layer), len(got.findings)) == (0, 2)
    assert set(reasons(got)) == {"c1", "c2"}


@pytest.mark.parametrize("points", [300, 6000])
def test_a_scribble_is_refused_in_good_time(reader, points):
    corners = np.random.default_rng(1).random((points, 2))
    scribble = Polygon(corners * 0.01 + (LON, LAT))
    got = reader.json(collection(square(3), scribble))
    assert (got.layer.index.tolist(), reasons(got)) == (["c1"], {"c2": "tangled"})


angles = st.lists(st.floats(0.2, 1), min_size=3, max_size=12)


@given(st.lists(angles, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_valid_boundaries_pass_through_in_any_order_with_their_ground(profile, radii, random):
    """Stars around a point never cross themselves."""
    import json

    from territory.intake import read_shapes

    stars = []
    for i, star in enumerate(radii):
        turn = 2 * math.pi * np.arange(len(star)) / len(star)
        rays = 0.01 * np.array(star)
        stars.append(Polygon(np.column_stack([LON + i + rays * np.cos(turn), LAT + rays * np.sin(turn)])))
    stars = [star for star in stars if star.is_valid and star.area > 1e-6]
    if not stars:
        return
    said = collection(*stars)
    random.shuffle(said["features"])
    got = read_shapes(json.dumps(said), profile=profile)
    assert sorted(got.layer.index) == sorted(f"c{i}" for i in range(1, len(stars) + 1))
    for i, star in enumerate(stars, 1):
        assert got.layer.geometry[f"c{i}"].area == pytest.approx(star.area, abs=1e-8)
    assert codes(got) == []
