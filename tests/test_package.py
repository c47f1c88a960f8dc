"""The door for analysts, and what comes with an installed package."""

import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas
import pytest
from places import grid
from shapely import Polygon, box

import territory
from territory.intake import IntakeError

ROOT = Path(__file__).parent.parent


def frame(**columns):
    shapes = grid(2, 1)
    return geopandas.GeoDataFrame(columns, index=list(shapes), geometry=list(shapes.values()), crs=4326)


def test_a_layer_that_fits_has_an_empty_table():
    assert territory.check(frame()).empty


def test_ids_names_and_groups_are_found_by_their_usual_names():
    layer = frame(
        nombre=["La Ceiba", "El Samán"], comuna=["k", "k"], familias=[71, 200], tipo=["urbano", "urbano"]
    )
    [row] = territory.check(layer, language="en").query("code == 'reference.families'").itertuples()
    assert row.territories == "c00"
    assert row.message.startswith("La Ceiba has 71 families")


def test_a_layer_in_metres_is_checked_in_its_own_place():
    twice = geopandas.GeoDataFrame(geometry=[box(5e5, 1.1e6, 5.01e5, 1.101e6)] * 2, crs=32619)
    [row] = territory.check(twice).itertuples()
    assert row.code == "coverage.duplicate"
    assert row.geometry.centroid.x == pytest.approx(-69, abs=0.01)


def test_broken_shapes_are_among_the_findings():
    bow = Polygon([(-69, 10), (-68.99, 10.01), (-68.99, 10), (-69, 10.01)])
    assert territory.check(geopandas.GeoDataFrame(geometry=[bow], crs=4326)).code.tolist() == ["geometry.repaired"]


def test_a_layer_without_a_crs_is_refused_with_a_sentence():
    nowhere = geopandas.GeoDataFrame(geometry=[box(5e5, 1.1e6, 5.01e5, 1.101e6)])
    with pytest.raises(IntakeError):
        territory.check(nowhere)


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, territory; print(sorted({'numpy', 'geopandas', 'fastapi', 'folium'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_wheel_brings_the_pages_with_it(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", tmp_path, ROOT], check=True)
    [wheel] = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "territory/web/i18n/es.json",
        "territory/web/vendor/ol/ol.js",
        "territory/web/pages/draw.html",
        "territory/profiles/venezuela.toml",
    } <= names
    assert not any("node_modules" in name for name in names)
