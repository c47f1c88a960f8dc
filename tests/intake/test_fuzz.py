"""Whatever bytes come in, a layer or a sentence comes out."""

from __future__ import annotations

import io
import json
import zipfile

import geopandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written import collection, square

from territory.intake import Intake, IntakeError, read
from territory.words import LANGUAGES

ENDINGS = ("gpkg", "fgb", "parquet", "shp", "zip", "geojson", "topojson", "kml", "gpx", "csv")

KML = (
    "<kml><Placemark><name>a</name><Polygon><outerBoundaryIs><LinearRing>"
    "<coordinates>-69.3,10 -69.2,10 -69.2,10.1 -69.3,10</coordinates>"
    "</LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
)
GPX = (
    '<gpx><trk><trkseg><trkpt lat="10" lon="-69"/><trkpt lat="10" lon="-68"/>'
    '<trkpt lat="9" lon="-68"/></trkseg></trk></gpx>'
)
HEADS = (b"", b"{", b"[", b"<kml>", b"<gpx>", b"PK\x03\x04", b"fgb\x03fgb\x00", b"PAR1", b"SQLite format 3\0")
TOPOLOGY = {
    "type": "Topology",
    "arcs": [[[-69, 10], [1, 0], [0, 1], [-1, -1]]],
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "objects": {"a": {"type": "Polygon", "arcs": [[0]]}},
}


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """One good file of each format, as bytes; of a shapefile its main part."""
    folder = tmp_path_factory.mktemp("samples")
    frame = geopandas.GeoDataFrame({"id": ["a", "b"]}, geometry=[square(0), square(1)], crs=4326)
    for ending in ("gpkg", "fgb", "shp"):
        frame.to_file(folder / f"a.{ending}")
    frame.to_parquet(folder / "a.parquet")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in folder.glob("a.*"):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj"):
                archive.write(part, part.name)
    texts = {
        "geojson": json.dumps(collection(square(0), square(1))),
        "topojson": json.dumps(TOPOLOGY),
        "kml": KML,
        "gpx": GPX,
        "csv": "id,lon,lat\na,-69.3,10\na,-69.2,10\na,-69.2,10.1\n",
    }
    read_back = {ending: (folder / f"a.{ending}").read_bytes() for ending in ("gpkg", "fgb", "shp", "parquet")}
    return {**read_back, "zip": packed.getvalue(), **{k: v.encode() for k, v in texts.items()}}


def read_or_refused(path, profile):
    try:
        got = read(path, profile=profile)
    except IntakeError as error:
        said = [error.said(language) for language in LANGUAGES]
        assert all(said)
        return
    assert isinstance(got, Intake)
    assert got.layer.geometry.is_valid.all()
    assert not got.layer.geometry.is_empty.any()


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_samples_are_good(samples, profile, tmp_path, ending):
    if ending != "shp":
        (tmp_path / f"a.{ending}").write_bytes(samples[ending])
        assert len(read(tmp_path / f"a.{ending}", profile=profile).layer) in (1, 2)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(max_examples=60)
@given(
    edits=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 4), st.binary(max_size=4)), min_size=1, max_size=6)
)
def test_a_damaged_file_is_read_or_refused(samples, profile, tmp_path_factory, ending, edits):
    damaged = bytearray(samples[ending])
    for where, cut, put in edits:
        at = int(where * len(damaged))
        damaged[at : at + cut] = put
    path = tmp_path_factory.mktemp("fuzz") / f"a.{ending}"
    path.write_bytes(bytes(damaged))
    read_or_refused(path, profile)


@settings(max_examples=150)
@given(
    st.sampled_from(HEADS),
    st.binary(max_size=400) | st.text(max_size=200).map(str.encode),
    st.sampled_from(ENDINGS),
)
def test_any_bytes_are_read_or_refused(profile, tmp_path_factory, head, tail, ending):
    path = tmp_path_factory.mktemp("fuzz") / f"a.{ending}"
    path.write_bytes(head + tail)
    read_or_refused(path, profile)
