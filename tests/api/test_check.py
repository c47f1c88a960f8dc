import gzip
import io
import json
import re
import zipfile

import orjson
import pytest
from shapely.geometry import mapping, shape

# The corner and the step of the grid that the stored councils stand on, see conftest.py.
WEST, SOUTH, STEP = -69.3, 10.0, 0.01

RING = [[-69.25, 10.002], [-69.24, 10.002], [-69.24, 10.012], [-69.25, 10.012], [-69.25, 10.002]]
POLYGON = {"type": "Polygon", "coordinates": [RING]}


def drawn(geometry=POLYGON, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": {"level": "council", **properties}}


def at(column, row=0.0, size=1.0):
    west, south = WEST + column * STEP, SOUTH + row * STEP
    east, north = west + size * STEP, south + size * STEP
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [[[round(x, 7), round(y, 7)] for x, y in ring]]}


def test_a_drawing_that_fits_has_no_findings_but_its_measures(client):
    answer = client.post("/api/check", json=drawn(at(-1), families=200, kind="urban"))
    assert answer.status_code == 200
    checked = answer.json()
    assert set(checked) == {"boundary", "area_m2", "perimeter_m", "findings", "notices"}
    assert checked["findings"] == []
    assert checked["area_m2"] == pytest.approx(1_096.0 * 1_106.0, rel=0.01)
    assert checked["perimeter_m"] == pytest.approx(2 * (1_096.0 + 1_106.0), rel=0.01)
    assert checked["boundary"]["type"] == "MultiPolygon"


def test_a_bare_geometry_is_a_drawing_too(client):
    assert client.post("/api/check", json=at(-1)).json()["findings"] == []


def test_an_overlap_names_the_neighbour_and_points_at_the_ground(client):
    checked = client.post("/api/check?lang=en", json=drawn(at(-0.5))).json()
    [overlap] = [each for each in checked["findings"] if each["code"] == "coverage.overlap"]
    assert set(overlap) == {
        "id", "code", "severity", "territories", "message", "args", "geometry", "place"
    }  # fmt: skip
    assert {"id": "a", "name": "El Ají"} in overlap["territories"]
    assert "this drawing" in [each["name"] for each in overlap["territories"]]
    assert overlap["severity"] == "warning"
    assert overlap["args"]["area_m2"] == pytest.approx(checked["area_m2"] / 2, rel=0.01)
    west, south, east, north = shape(overlap["geometry"]).bounds
    lon, lat = overlap["place"]
    assert west < lon < east
    assert south < lat < north
    assert "El Ají" in overlap["message"]


def test_a_territory_is_no_neighbour_of_its_own_new_boundary(client):
    codes = [
        each["code"] for each in client.post("/api/check", json=drawn(at(0), replaces="a")).json()["findings"]
    ]
    assert not [code for code in codes if code.startswith("coverage.")]


def test_a_line_that_crosses_itself_is_repaired_aloud(client):
    bow = [[-69.35, 10.0], [-69.34, 10.01], [-69.34, 10.0], [-69.35, 10.01], [-69.35, 10.0]]
    checked = client.post("/api/check?lang=en", json=drawn({"type": "Polygon", "coordinates": [bow]})).json()
    assert "geometry.repaired" in [each["code"] for each in checked["findings"]]
    assert all("this drawing" in each["message"] for each in checked["findings"])
    assert shape(checked["boundary"]).is_valid
    assert checked["area_m2"] > 0


def test_what_cannot_be_repaired_is_an_error_and_not_a_failure(client):
    line = [[-69.35, 10.0], [-69.34, 10.0], [-69.33, 10.0], [-69.35, 10.0]]
    checked = client.post("/api/check", json=drawn({"type": "Polygon", "coordinates": [line]})).json()
    assert [(each["code"], each["severity"]) for each in checked["findings"]] == [("geometry.invalid", "error")]
    assert checked["area_m2"] == 0


def test_a_drawing_outside_the_country_is_an_error(client):
    abroad = {"type": "Polygon", "coordinates": [[[2.0, 48.0], [2.01, 48.0], [2.01, 48.01], [2.0, 48.0]]]}
    checked = client.post("/api/check", json=abroad).json()
    assert ("geometry.outside", "error") in [(each["code"], each["severity"]) for each in checked["findings"]]


def test_heights_are_dropped_and_said(client):
    flat, high = at(-1), at(-1)
    high["coordinates"] = [[[*position, 520.0] for position in flat["coordinates"][0]]]
    checked = client.post("/api/check?lang=en", json=high).json()
    assert checked["boundary"] == client.post("/api/check", json=flat).json()["boundary"]
    assert [each["code"] for each in checked["notices"]] == ["drawing.height"]


def test_boundaries_come_back_on_the_grid(client):
    ring = [[x + 1e-9, y - 1e-9] for x, y in RING]
    answer = client.post("/api/check", json={"type": "Polygon", "coordinates": [ring]})
    numbers = re.findall(r"\.(\d+)", json.dumps(answer.json()["boundary"]["coordinates"]))
    assert max(map(len, numbers)) <= 7


def test_the_time_taken_is_told(client):
    timing = client.post("/api/check", json=drawn()).headers["server-timing"]
    assert float(re.fullmatch(r"check;dur=([0-9.]+)", timing)[1]) > 0


# Each with the code of its problem and a word of the sentence that tells what to do.
BAD = {
    "no JSON": (b"{nope", 400, "json.malformed"),
    "nothing": (b"", 400, "json.malformed"),
    "NaN": (b'{"type":"Polygon","coordinates":[[[NaN,1],[2,2],[3,1]]]}', 400, "json.malformed"),
    "Infinity": (b'{"type":"Polygon","coordinates":[[[1e999,1],[2,2],[3,1]]]}', 400, "json.malformed"),
    "deep nesting": (b"[" * 100_000, 400, "json.malformed"),
    "a list": (b"[1,2]", 422, "geojson.not_object"),
    "a number": (b"7", 422, "geojson.not_object"),
    "a FeatureCollection": (b'{"type":"FeatureCollection","features":[]}', 422, "geojson.collection"),
    "a GeometryCollection": (b'{"type":"GeometryCollection","geometries":[]}', 422, "geojson.collection"),
    "no geometry": (b'{"type":"Feature","properties":{}}', 422, "geojson.no_geometry"),
    "null geometry": (b'{"type":"Feature","geometry":null}', 422, "geojson.no_geometry"),
    "geometry as text": (b'{"type":"Feature","geometry":"POLYGON"}', 422, "geojson.not_geometry"),
    "no type": (b"{}", 422, "geojson.not_geometry"),
    "a line": (b'{"type":"LineString","coordinates":[[1,2],[3,4]]}', 422, "geojson.type"),
    "an empty polygon": (b'{"type":"Polygon","coordinates":[]}', 422, "geojson.empty"),
    "an empty part": (b'{"type":"MultiPolygon","coordinates":[[]]}', 422, "geojson.empty"),
    "no coordinates": (b'{"type":"Polygon"}', 422, "geojson.coordinates"),
    "coordinates as text": (b'{"type":"Polygon","coordinates":"1 2"}', 422, "geojson.coordinates"),
    "a ring as object": (b'{"type":"Polygon","coordinates":[{}]}', 422, "geojson.coordinates"),
    "an empty ring": (b'{"type":"Polygon","coordinates":[[]]}', 422, "geojson.few_points"),
    "two points": (b'{"type":"Polygon","coordinates":[[[1,2],[3,4],[1,2]]]}', 422, "geojson.few_points"),
    "text for numbers": (b'{"type":"Polygon","coordinates":[[["1","2"],[3,4],[5,6]]]}', 422, "geojson.position"),
    "true for a number": (b'{"type":"Polygon","coordinates":[[[true,2],[3,4],[5,6]]]}', 422, "geojson.position"),
    "one number": (b'{"type":"Polygon","coordinates":[[[1],[3,4],[5,6]]]}', 422, "geojson.position"),
    "too deep a ring": (b'{"type":"Polygon","coordinates":[[[[1,2]]]]}', 422, "geojson.position"),
    "metres": (b'{"type":"Polygon","coordinates":[[[450000,1100000],[3,4],[5,6]]]}', 422, "geojson.range"),
    "a huge whole number": (b'{"type":"Polygon","coordinates":[[[9e300,1],[3,4],[5,6]]]}', 422, "geojson.range"),
    "axes exchanged": (
        b'{"type":"Polygon","coordinates":[[[10,-69.2],[10.01,-69.2],[10.01,-69.21],[10,-69.2]]]}',
        422,
        "geojson.swapped",
    ),
    "axes exchanged, out of range": (
        b'{"type":"Polygon","coordinates":[[[10,-169.2],[10.01,-169.2],[10.01,-169.21]]]}',
        422,
        "geojson.swapped",
    ),
    "properties as list": (b'{"type":"Feature","properties":[],"geometry":null}', 422, "geojson.properties"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "status", "code"), BAD.values(), ids=BAD.keys())
@pytest.mark.parametrize("language", ["es", "en"])
def test_what_cannot_be_read_gets_a_sentence(client, body, status, code, language):
    answer = client.post(
        "/api/check", content=body, headers={"content-type": "application/json", "accept-language": language}
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["detail"].endswith(".")
    assert "{" not in problem["detail"]


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"level": "planet"}, "drawing.level"),
        ({"level": 7}, "drawing.text"),
        ({"replaces": "nobody"}, "drawing.replaces"),
        ({"replaces": ""}, "drawing.text"),
        ({"families": -1}, "drawing.families"),
        ({"families": 12.5}, "drawing.families"),
        ({"families": True}, "drawing.families"),
        ({"kind": "lunar"}, "drawing.kind"),
        ({"kind": ["urban"]}, "drawing.kind"),
    ],
)
def test_what_a_drawing_says_of_itself_is_checked(client, properties, code):
    answer = client.post("/api/check", json=drawn(**properties))
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_place_of_a_bad_position_is_told(client):
    ring = [*RING[:2], ["x", 1], *RING[2:]]
    problem = client.post("/api/check", json=drawn({"type": "Polygon", "coordinates": [ring]})).json()
    assert problem["args"]["where"] == "coordinates[0][2]"
    parts = {"type": "MultiPolygon", "coordinates": [[RING], [RING, [[1, 2], [3, 4], [5, 600]]]]}
    assert client.post("/api/check", json=parts).json()["args"]["where"] == "coordinates[1][1][2]"


def circle(vertices):
    from math import cos, pi, sin

    turn = [2 * pi * i / vertices for i in range(vertices)]
    return {
        "type": "Polygon",
        "coordinates": [[[round(-69.4 + 0.01 * cos(a), 7), round(10 + 0.01 * sin(a), 7)] for a in turn]],
    }


def test_as_many_vertices_as_allowed_are_checked_and_one_more_is_refused(client, settings):
    most = settings.check_max_vertices
    assert client.post("/api/check", json=circle(most)).status_code == 200
    refused = client.post("/api/check", json=circle(most + 1))
    assert (refused.status_code, refused.json()["code"]) == (413, "geojson.vertices")


def test_a_body_over_the_limit_is_not_read_to_its_end(client, settings):
    sent = 0

    def endless():
        nonlocal sent
        for _ in range(1_000):
            sent += 1
            yield b" " * 10_000

    answer = client.post("/api/check", content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


def test_a_tangle_is_refused_before_it_is_mended(client):
    import random

    rng = random.Random(1)
    ring = [[round(-69.2 + rng.random() / 100, 7), round(10 + rng.random() / 100, 7)] for _ in range(1_500)]
    answer = client.post("/api/check", json={"type": "Polygon", "coordinates": [ring]})
    assert (answer.status_code, answer.json()["code"]) == (422, "geometry.tangled")


@pytest.mark.parametrize("media", ["text/plain", "application/x-www-form-urlencoded", None])
def test_a_drawing_must_be_sent_as_json(client, media):
    headers = {"content-type": media} if media else {}
    answer = client.post("/api/check", content=orjson.dumps(drawn()), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "request.media")


def upload(client, name, content, url="/api/check/file", **fields):
    return client.post(url, files={"file": (name, content)}, data=fields)


def layer_text():
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": at(column, 20)}
        for name, column in (("Uno", 0), ("Dos", 1), ("Tres", 1.8))
    ]
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def test_a_file_comes_back_as_a_layer_with_its_findings(client):
    checked = upload(client, "linderos.geojson", layer_text()).json()
    assert set(checked) == {"layer", "findings", "notices", "datum", "counts"}
    assert checked["datum"] == "EPSG:4326"
    assert [each["properties"]["name"] for each in checked["layer"]["features"]] == ["Uno", "Dos", "Tres"]
    assert checked["counts"]["coverage.overlap"]["count"] == 1
    [overlap] = [each for each in checked["findings"] if each["code"] == "coverage.overlap"]
    assert {each["name"] for each in overlap["territories"]} == {"Dos", "Tres"}


def test_only_the_ending_of_an_uploaded_name_is_used(client):
    assert upload(client, "../../../etc/ñ; rm -rf .geojson", layer_text()).status_code == 200


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.geojson", b"\x00\x01\x02 no file of any kind"),
        ("x.geojson", b'{"type":"FeatureCollection","features":['),
        ("x.shp", b"short"),
        ("x.gpkg", b"SQLite format 3\x00" + b"\x00" * 100),
        ("x.kml", b'<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "b">]><kml>&a;</kml>'),
        ("x.zip", b"PK\x03\x04 torn"),
        ("", b"1 2 3"),
        ("x", gzip.compress(b"nothing", mtime=0)),
    ],
)
def test_a_file_that_cannot_be_read_gets_a_sentence(client, name, content):
    answer = upload(client, name or "x", content)
    assert answer.status_code in (413, 422)
    assert answer.json()["code"].startswith("intake.")
    assert answer.json()["detail"].strip().endswith((".", "?"))


def test_a_zip_bomb_is_refused(client):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.geojson", b" " * 400_000_000)
    answer = upload(client, "bomb.zip", packed.getvalue())
    assert answer.status_code in (413, 422)
    assert answer.json()["code"].startswith("intake.")


def test_an_upload_over_the_limit_is_refused(client, settings):
    answer = upload(client, "x.geojson", b" " * (settings.upload_max_bytes + 100_000))
    assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large")


def test_a_form_without_a_file_is_told_so(client):
    answer = client.post("/api/check/file", files={"other": ("a", b"b")})
    assert (answer.status_code, answer.json()["code"]) == (422, "upload.missing")
    assert upload(client, "x.geojson", b"").json()["code"] == "upload.empty"
    torn = client.post("/api/check/file", content=b"x", headers={"content-type": "multipart/form-data"})
    assert (torn.status_code, torn.json()["code"]) == (400, "upload.form")
    broken = client.post(
        "/api/check/file", content=b"x", headers={"content-type": "multipart/form-data; boundary=b"}
    )
    assert broken.status_code in (400, 422)


def test_nothing_of_an_upload_stays(client, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert upload(client, "linderos.geojson", layer_text()).status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_the_page_lists_the_findings_of_a_file(client):
    page = upload(client, "linderos.geojson", layer_text(), url="/check?lang=en")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    assert "Dos" in page.text
    assert 'download="findings.geojson"' in page.text


def test_the_page_says_what_was_wrong_and_offers_the_form_again(client):
    page = upload(client, "x.geojson", b"{", url="/check")
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert 'type="file"' in page.text


def test_names_from_a_file_cannot_become_markup(client):
    text = layer_text().replace(b"Dos", b"<script>alert(1)</script>")
    page = upload(client, "linderos.geojson", text, url="/check")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in page.text


def test_the_same_drawing_gets_the_same_answer(client):
    once, twice = (client.post("/api/check", json=drawn(at(-0.3))).content for _ in range(2))
    assert once == twice


def test_a_drawing_with_a_hole_keeps_it(client):
    outer, inner = at(-3, 0, 2), at(-2.5, 0.5, 0.5)
    geometry = {"type": "Polygon", "coordinates": [*outer["coordinates"], *inner["coordinates"]]}
    checked = client.post("/api/check", json=geometry).json()
    assert len(mapping(shape(checked["boundary"]))["coordinates"][0]) == 2
