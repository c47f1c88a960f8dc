"""Where shapes lie: no CRS, the wrong one, feet, swapped axes, turns around the globe."""

from __future__ import annotations

import geopandas
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from written import codes, collection, square

UTM = shapely.box(450_000, 1_110_000, 451_000, 1_111_000)


def shapefile(folder, shape, crs=None):
    geopandas.GeoDataFrame({"id": ["a"]}, geometry=[shape], crs=crs).to_file(folder / "a.shp")
    return folder / "a.shp"


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize(
    ("shape", "likely"),
    [(UTM, "EPSG:2202"), (square(), "EPSG:4326"), (shapely.box(830_000, 9.5e5, 831_000, 9.51e5), "EPSG:2201")],
)
def test_a_shapefile_without_a_prj_is_asked_for_its_crs_and_the_likely_one_works(reader, tmp_path, shape, likely):
    path = shapefile(tmp_path, shape)
    error = reader.refused(reader.file, path)
    assert (error.code, error.details["crs"][0]) == ("crs.missing", likely)
    assert len(reader.file(path, crs=error.details["crs"][0]).layer) == 1


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
def test_coordinates_that_fit_nothing_are_asked_about_without_a_guess(reader, tmp_path):
    path = shapefile(tmp_path, shapely.box(3e7, 3e7, 3.1e7, 3.1e7))
    assert reader.refused(reader.file, path).code == "crs.missing_unlike"


def test_feet_are_not_taken_for_metres(reader, tmp_path):
    feet = 0.3048006096012192
    to_feet = pyproj.Transformer.from_crs(4326, 2232, always_xy=True)
    east, north = to_feet.transform(-104.99, 39.74)
    path = shapefile(tmp_path, shapely.box(east, north, east + 1000 / feet, north + 1000 / feet), 2232)
    [boundary] = reader.file(path).layer.geometry
    assert boundary.bounds[0] == pytest.approx(-104.99, abs=1e-4)
    [metres] = geopandas.GeoSeries([boundary], crs=4326).to_crs(32613).area
    assert metres == pytest.approx(1e6, rel=2e-3)


@pytest.mark.parametrize("crs", ["EPSG:4189", "EPSG:2201", "EPSG:2202", "EPSG:2203", "EPSG:24719", "EPSG:24720"])
def test_every_national_crs_is_carried_to_wgs84_by_proj(reader, tmp_path, crs):
    shape = UTM if pyproj.CRS(crs).is_projected else square()
    [boundary] = reader.file(shapefile(tmp_path, shape, crs)).layer.geometry
    [expected] = geopandas.GeoSeries([shape], crs=crs).to_crs(4326)
    assert boundary.hausdorff_distance(expected) < 1e-6


def test_a_crs_that_is_asked_for_overrules_the_file_and_says_so(reader, tmp_path):
    path = shapefile(tmp_path, UTM, "EPSG:2202")
    got = reader.file(path, crs="La Canoa 19")
    assert codes(got) == ["crs.overruled"]
    moved = got.layer.geometry.iloc[0].centroid.distance(reader.file(path).layer.geometry.iloc[0].centroid)
    assert 300 < moved * 110_000 < 600


def test_degrees_that_are_metres_are_refused(reader, tmp_path):
    error = reader.refused(reader.file, shapefile(tmp_path, UTM, 4326))
    assert (error.code, error.details["crs"][0]) == ("crs.contradicted", "EPSG:2202")


@pytest.mark.parametrize("given", ["", "hola", "EPSG:999999", "EPSG:5703", "99N", "sirgas 1"])
def test_a_crs_that_nobody_knows_is_refused(reader, given):
    if given:
        assert reader.refused(reader.json, collection(square()), crs=given).code == "crs.unknown"


def swapped(*shapes):
    return [shapely.transform(shape, lambda c: c[:, ::-1]) for shape in shapes]


def test_a_file_with_swapped_axes_is_refused_and_read_when_asked(reader):
    said = collection(*swapped(square(0), square(1)))
    assert reader.refused(reader.json, said).code == "axes.look_swapped"
    got = reader.json(said, swap_axes=True)
    assert codes(got) == ["axes.swapped"]
    assert got.layer.geometry.iloc[1].equals(square(1))


def test_one_swapped_boundary_among_many_is_an_error_and_left_out(reader):
    got = reader.json(collection(*(square(i) for i in range(12)), *swapped(square(12))))
    assert (len(got.layer), codes(got)) == (12, [])
    [finding] = got.findings
    assert (finding.code, finding.severity, finding.territories) == ("geometry.outside", "error", ("c13",))


PARIS, ALBUQUERQUE, CURITIBA = (shapely.box(x, y, x + 1, y + 1) for x, y in ((2, 48), (-106, 35), (-50, -25)))


@pytest.mark.parametrize("shape", [PARIS, ALBUQUERQUE, CURITIBA])
def test_other_countries_are_outside_only_when_asked(reader, shape):
    assert reader.json(collection(shape)).findings == []
    [finding] = reader.json(collection(shape, square()), within_country=True).findings
    assert finding.territories == ("c1",)


@given(st.integers(-2, 2))
def test_whole_turns_around_the_globe_change_nothing(profile, turns):
    import json

    from territory.intake import read_shapes

    far = shapely.transform(square(), lambda c: c + (360 * turns, 0))  # noqa: RUF005 - an array
    got = read_shapes(json.dumps(collection(far)), profile=profile)
    assert got.layer.geometry.iloc[0].equals(square())
    assert codes(got) == (["longitudes.wrapped"] if turns else [])


@pytest.mark.parametrize("at", [(10, 95), (1e9, 10), (1e300, 1e300), (-1e300, 5), (200, 91)])
def test_off_the_globe_is_an_error_that_leaves_the_others_alone(reader, at):
    off = shapely.transform(shapely.box(0, 0, 1, 1), lambda c: c + at)
    got = reader.json(collection(square(0), square(1), square(2), off))
    assert len(got.layer) == 3
    [finding] = got.findings
    assert (finding.code, finding.severity) == ("geometry.outside", "error")
