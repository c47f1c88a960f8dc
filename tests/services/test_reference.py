from pathlib import Path

import geopandas as gpd
import pytest
from shapely import Polygon, box

from territory.services.errors import NotFound, Unusable
from territory.services.reference import read_jurisdictions, read_profile, read_surroundings

REAL = Path(__file__).parents[3] / "shared" / "data" / "ve"


def test_a_layer_in_metres_comes_in_degrees(tmp_path):
    path = tmp_path / "muni.gpkg"
    frame = gpd.GeoDataFrame({"NOMBRE": ["Iribarren"]}, geometry=[box(-69.5, 9.8, -69.0, 10.2)], crs=4326)
    frame.to_crs(2202).to_file(path)
    read = read_jurisdictions(path)
    assert read.crs == "EPSG:4326"
    assert read["name"].tolist() == ["Iribarren"]
    assert read.total_bounds == pytest.approx([-69.5, 9.8, -69.0, 10.2], abs=0.01)
    assert read["source"].tolist() == ["muni.gpkg"]


def test_a_crossed_line_does_not_stop_a_check(tmp_path):
    path = tmp_path / "states.geojson"
    bow = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    gpd.GeoDataFrame({"name": ["A"]}, geometry=[bow], crs=4326).to_file(path)
    assert read_jurisdictions(path).is_valid.all()


def test_nothing_asked_is_nothing_known():
    around = read_surroundings()
    assert around.jurisdictions is around.land is None


def test_a_table_without_shapes_is_no_layer(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(Unusable):
        read_jurisdictions(path)


def test_a_profile_must_be_there():
    assert read_profile("venezuela").country == "VE"
    with pytest.raises(NotFound):
        read_profile("atlantis")


@pytest.mark.real
@pytest.mark.skipif(not REAL.is_dir(), reason="needs ../shared/data")
@pytest.mark.parametrize(
    ("name", "count", "level"),
    [("wof_ve_municipios.geojson", 336, "municipality"), ("wof_ve_estados.geojson", 26, "state")],
)
def test_the_municipalities_and_states_of_venezuela_can_be_read(name, count, level):
    read = read_jurisdictions(REAL / name)
    assert len(read) == count
    assert read.index.is_unique
    assert read.is_valid.all()
    assert set(read["level"]) == {level}
    assert read["name"].str.len().min() > 0
