import numpy as np
import orjson
import pytest
from geopandas import GeoSeries
from shapely import MultiPolygon, Point, Polygon, box
from shapely.geometry import shape

from territory.findings import Code, Finding, Severity
from territory.model import WGS84, as_layer
from territory.services import reports


def overlap(area_m2, at=0.0, severity=Severity.WARNING):
    ground = box(at, 0, at + 1, 1)
    return Finding(
        code=Code.OVERLAP,
        severity=severity,
        territories=("a", "b"),
        geometry=ground,
        place=ground.centroid,
        args={"area_m2": area_m2, "share": np.float64(0.5)},
    )


def nowhere():
    return Finding(
        code=Code.INVALID,
        severity=Severity.ERROR,
        territories=("a",),
        geometry=Polygon(),
        place=Point(),
        args={"reason": "empty", "changed_m2": 0.0},
    )


def test_counts_add_up_the_ground_of_each_code():
    counts = reports.counts([overlap(10.0), nowhere(), overlap(5.5, at=2)])
    assert counts == {
        "coverage.overlap": {"count": 2, "area_m2": 15.5},
        "geometry.invalid": {"count": 1, "area_m2": 0.0},
    }


def test_errors_come_first_and_large_ground_before_small():
    found = [overlap(1.0), overlap(9.0), nowhere(), overlap(99.0, severity=Severity.NOTE)]
    ordered = reports.weightiest(found)
    assert [finding.severity for finding in ordered] == ["error", "warning", "warning", "note"]
    assert ordered[1].args["area_m2"] == 9.0


@pytest.mark.parametrize("count", [0, 1, 12_345])
def test_any_number_of_findings_makes_one_collection(count):
    found = [overlap(float(i), at=i / 1000) for i in range(count)]
    told = orjson.loads(b"".join(reports.collection(reports.finding_features(found, {"a": "Ana"}, "es"))))
    assert len(told["features"]) == count
    assert [feature["properties"]["area_m2"] for feature in told["features"]] == [float(i) for i in range(count)]
    for feature, finding in zip(told["features"][:3], found, strict=False):
        assert shape(feature["geometry"]).equals(finding.geometry)
        assert feature["id"] == finding.id
        assert "Ana" in feature["properties"]["message"]


def test_a_finding_without_a_place_has_no_geometry():
    [feature] = orjson.loads(b"".join(reports.collection(reports.finding_features([nowhere()], {}, "en"))))[
        "features"
    ]
    assert feature["geometry"] is None
    record = orjson.loads(orjson.dumps(reports.record(nowhere(), {}, "en")))
    assert record["geometry"] is None
    assert record["place"] is None


def test_words_that_come_in_every_language_are_told_in_one():
    finding = Finding(
        code=Code.FAMILIES,
        severity=Severity.NOTE,
        territories=("a",),
        geometry=box(0, 0, 1, 1),
        place=Point(0.5, 0.5),
        args={
            "families": 7,
            "reference_es": "20 o más",
            "reference_en": "20 or more",
            "source_es": "ley",
            "source_en": "law",
            "low": 20,
        },
    )
    [feature] = [orjson.loads(each) for each in reports.finding_features([finding], {}, "en")]
    assert feature["properties"]["reference"] == "20 or more"
    assert not [key for key in feature["properties"] if key.endswith(("_es", "_en"))]
    assert feature["properties"]["low"] == 20


def test_a_layer_is_told_with_the_coordinates_it_has():
    boundary = MultiPolygon([Polygon([(-69.1234567, 10.7654321), (-69.1, 10.7), (-69.0000001, 10.8)])])
    layer = as_layer(GeoSeries([boundary], ["c-1"], crs=WGS84), families=[180])
    [feature] = [orjson.loads(each) for each in reports.layer_features(layer)]
    assert shape(feature["geometry"]).equals_exact(boundary, tolerance=0)
    assert feature["properties"] == {
        "name": "c-1", "level": "council", "parent": None, "kind": None, "families": 180
    }  # fmt: skip
