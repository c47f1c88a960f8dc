"""GeoJSON as it is, not as it should be."""

from __future__ import annotations

import json

import pytest
import shapely
import shapely.affinity
from hypothesis import given
from hypothesis import strategies as st
from written import codes, collection, reasons, square

RING = [[-69.3, 10.0], [-69.29, 10.0], [-69.29, 10.01], [-69.3, 10.0]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding_gives_the_same_name(reader, encoding):
    said = collection(square())
    said["features"][0]["properties"]["nombre"] = "Ñengo de Agüedo"
    got = reader.text(json.dumps(said, ensure_ascii=False).encode(encoding))
    assert got.layer["name"].tolist() == ["Ñengo de Agüedo"]
    assert codes(got) == (["encoding.guessed"] if encoding == "cp1252" else [])


def test_a_bare_geometry_and_a_bare_feature_are_read(reader):
    geometry = {"type": "Polygon", "coordinates": [RING]}
    feature = {"type": "Feature", "id": 7, "properties": None, "geometry": geometry}
    assert reader.json(geometry).layer.index.tolist() == ["1"]
    assert reader.json(feature).layer.index.tolist() == ["7"]
    assert len(reader.json([feature, geometry]).layer) == 2


def test_collections_in_collections_are_taken_apart(reader):
    nested = {"type": "FeatureCollection", "features": [collection(square(0)), collection(square(1), square(2))]}
    assert len(reader.json(nested).layer) == 3


def test_a_crs_written_at_the_top_is_believed(reader):
    utm = shapely.box(450_000, 1_110_000, 451_000, 1_111_000)
    said = collection(utm, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::2202"}})
    [boundary] = reader.json(said).layer.geometry
    assert boundary.centroid.x == pytest.approx(-69.4517, abs=1e-3)
    assert boundary.centroid.y == pytest.approx(10.0457, abs=1e-3)


def test_a_crs_inside_a_geometry_is_believed_and_told(reader):
    utm = shapely.box(450_000, 1_110_000, 451_000, 1_111_000).__geo_interface__
    got = reader.json(collection({**utm, "crs": {"type": "name", "properties": {"name": "EPSG:2202"}}}))
    assert codes(got) == ["crs.inside"]
    assert got.layer.geometry.iloc[0].centroid.x == pytest.approx(-69.4517, abs=1e-3)


def test_two_different_crs_inside_geometries_are_refused(reader):
    one, two = (
        {**square(i).__geo_interface__, "crs": {"type": "name", "properties": {"name": f"EPSG:{code}"}}}
        for i, code in enumerate((2202, 2203))
    )
    assert reader.refused(reader.json, collection(one, two)).code == "crs.several"


def test_metres_in_a_geojson_without_crs_are_refused_with_the_likely_one(reader):
    error = reader.refused(reader.json, collection(shapely.box(450_000, 1_110_000, 451_000, 1_111_000)))
    assert error.code == "crs.contradicted"
    assert error.details["crs"][0] == "EPSG:2202"


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "null", '"a"', "[]", "{}", "true"])
def test_a_coordinate_that_is_no_number_loses_only_its_boundary(reader, token):
    bad = json.dumps(
        collection(square(0), {"type": "Polygon", "coordinates": [[*RING[:1], ["?", 10], *RING[1:]]]})
    )
    got = reader.text(bad.replace('"?"', token))
    assert got.layer.index.tolist() == ["c1"]
    assert reasons(got)["c2"] in {"not_a_number", "broken"}


@pytest.mark.parametrize(
    "coordinates",
    [
        [],
        [[]],
        [[[]]],
        [RING[:2]],
        [[RING[0], RING[0], RING[0], RING[0]]],
        [RING, RING[:2]],
        5,
        None,
        "x",
        [5],
        [[5]],
    ],
)
def test_a_polygon_with_too_little_in_it_loses_only_itself(reader, coordinates):
    got = reader.json(collection(square(0), {"type": "Polygon", "coordinates": coordinates}))
    assert got.layer.index.tolist() == ["c1"]
    assert [(str(f.code), f.severity) for f in got.findings] == [("geometry.invalid", "error")]


def test_a_null_geometry_is_a_finding_and_not_a_crash(reader):
    got = reader.json(collection(square(0), None, {"type": "GeometryCollection", "geometries": []}))
    assert (got.layer.index.tolist(), reasons(got)) == (["c1"], {"c2": "empty", "c3": "empty"})


def test_an_open_ring_and_a_third_dimension_are_accepted(reader):
    ring = [[*position, 312.5] for position in RING[:-1]]
    got = reader.json(collection({"type": "Polygon", "coordinates": [ring]}))
    assert codes(got) == ["heights.dropped"]
    assert got.layer.geometry.iloc[0].equals(shapely.Polygon(RING))


def test_heights_on_some_positions_only(reader):
    ring = [[*RING[0], 3.0], *RING[1:]]
    assert len(reader.json(collection({"type": "Polygon", "coordinates": [ring]})).layer) == 1


def test_broken_json_says_the_line_and_column(reader):
    error = reader.refused(reader.text, '{"type": "FeatureCollection",\n "features": [oops]}')
    assert (error.code, error.details["line"], error.details["column"]) == ("json.broken", 2, 15)


def test_a_number_too_large_for_any_computer_says_its_place(reader):
    text = json.dumps(collection(square(0))).replace("-69.29,", "1e999,")
    assert reader.refused(reader.text, text).code == "json.broken"


def test_truncated_json_is_called_truncated(reader):
    text = json.dumps(collection(square(0), square(1)))
    assert reader.refused(reader.text, text[:-20]).code == "json.truncated"


@pytest.mark.parametrize(
    "said", ['{"a": 1}', "[1, 2]", "{}", '{"type": "FeatureCollection", "features": [3]}', "[]"]
)
def test_json_that_is_no_geojson_is_refused(reader, said):
    assert reader.refused(reader.text, said).code in {"json.not_geojson", "features.none"}


def test_lines_of_features_may_have_record_separators(reader):
    lines = [json.dumps(feature) for feature in collection(square(0), square(1))["features"]]
    assert len(reader.text("\n".join(lines)).layer) == 2
    assert len(reader.text("".join(f"\x1e{line}\n" for line in lines)).layer) == 2
    error = reader.refused(reader.text, "\n".join([*lines, '{"type": ']))
    assert (error.code, error.details["line"]) == ("json.broken", 3)


def test_json_nested_to_death_is_refused(reader):
    assert reader.refused(reader.text, '{"type":"Polygon","coordinates":' + "[" * 100_000).code.startswith("json.")


def test_json_that_would_swell_in_memory_is_refused(reader):
    text = '{"type":"Polygon","coordinates":[' + "[]," * 300_000 + "[]]}"
    assert reader.refused(reader.text, text, max_bytes=1_000_000).code == "file.too_many"


numbers = st.floats(allow_nan=False, width=32) | st.integers() | st.none() | st.text(max_size=2) | st.booleans()
anything = st.recursive(numbers, lambda inner: st.lists(inner, max_size=5), max_leaves=40)


@given(st.sampled_from(["Polygon", "MultiPolygon", "LineString", "MultiPoint", "GeometryCollection"]), anything)
def test_whatever_stands_in_coordinates_the_good_boundary_is_kept(profile, kind, coordinates):
    from territory.intake import read_shapes

    got = read_shapes(
        json.dumps(collection(square(0), {"type": kind, "coordinates": coordinates})), profile=profile
    )
    assert "c1" in got.layer.index
    assert got.layer.geometry.is_valid.all()


polygon = st.integers(0, 3).map(lambda i: square(i))
pair = st.tuples(polygon, polygon).map(
    lambda both: shapely.MultiPolygon([both[0], shapely.affinity.translate(both[1], 1, 1)])
)
holed = polygon.map(lambda p: p.difference(p.centroid.buffer(0.001, quad_segs=2)))


@given(st.lists(polygon | pair | holed, min_size=1, max_size=8), st.sampled_from([None, 1, 2]), st.data())
def test_numbers_read_from_the_text_are_those_of_the_parsed_lists(shapes, indent, data):
    """The quick way against the slow one, whatever stands around and between the numbers."""
    from territory.intake.geojson import _carefully, _quickly

    said = collection(*shapes)
    said["features"].insert(
        data.draw(st.integers(0, len(shapes))), {"type": "Feature", "properties": {}, "geometry": None}
    )
    text = json.dumps(said, indent=indent).encode()
    quick, slow = _quickly(text, list), _carefully(text, list, "")
    assert quick is not None
    assert quick[0].columns == slow[0].columns
    for a, b in zip(quick[0].shapes, slow[0].shapes, strict=True):
        assert (a is None) == (b is None)
        assert a is None or shapely.get_coordinates(a).tolist() == shapely.get_coordinates(b).tolist()
        assert a is None or [len(p.interiors) for p in a.geoms] == [len(p.interiors) for p in shapely.get_parts(b)]


@given(st.data())
def test_a_text_changed_anywhere_is_never_read_otherwise_than_by_a_json_parser(data):
    import orjson

    from territory.intake.errors import IntakeError
    from territory.intake.geojson import _carefully, _quickly

    text = json.dumps(collection(square(0), shapely.MultiPolygon([square(1), square(3)]))).encode()
    at = data.draw(st.integers(text.index(b"coordinates"), len(text) - 1))
    cut = data.draw(st.integers(0, 2))
    text = text[:at] + data.draw(st.text("[],0.9- e", max_size=3)).encode() + text[at + cut :]
    quick = _quickly(text, list)
    if quick is None:
        return
    try:
        orjson.loads(text)
        slow = _carefully(text, list, "")
    except (orjson.JSONDecodeError, IntakeError):
        # Numbers such as "01" and "1." are no JSON and mean what they mean.
        return
    for a, b in zip(quick[0].shapes, slow[0].shapes, strict=True):
        if b is not None:
            assert shapely.get_coordinates(a).tolist() == shapely.get_coordinates(b).tolist()
