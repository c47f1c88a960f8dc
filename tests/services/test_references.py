"""Reference layers in the register: side by side, from a file or not, and ended without being lost."""

import datetime
import itertools
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from PIL import Image
from places import grid, layer
from registers import published
from shapely import LineString, MultiPolygon, Point, Polygon, box

from territory.profiles import load_profile
from territory.records import Reference, ReferenceLayer, Role
from territory.services import publishing, references
from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.errors import Forbidden, NeedsKey, NotFound, Unusable
from territory.services.reference import KINDS, read_layer
from territory.services.storing import open_register

STEWARD = Access("st", Role.STEWARD)
SPOKESPERSON = Access("sp", Role.SPOKESPERSON, frozenset({"c00"}))
TODAY = datetime.date.today()
SHAPES = {
    "point": Point(-69.2, 10.0),
    "line": LineString([(-69.3, 10.0), (-69.2, 10.1)]),
    "area": box(-69.3, 10.0, -69.2, 10.1),
}
TAKES = {
    "jurisdictions": {"area"},
    "land": {"area"},
    "rivers": {"line", "area"},
    "roads": {"line"},
    "protected": {"area"},
    "indigenous": {"area"},
    "hazards": {"line", "area"},
    "population": {"point", "area"},
    "seats": {"point"},
}


@pytest.fixture
def register(tmp_path):
    register = open_register(str(published(tmp_path / "register.db", layer(grid(2, 2)))), load_profile())
    yield register
    register.store.close()


def told(**fields: object) -> ReferenceLayer:
    given = {"id": "", "kind": "jurisdictions", "called": "Municipios", "source": "Instituto", "licence": "CC0"}
    return ReferenceLayer(**given | fields)


def municipalities(*names: str, south: float = 9.0) -> GeoDataFrame:
    """Strips from west to east, over all of the grid."""
    edges = np.linspace(-71, -67, len(names) + 1)
    shapes = [MultiPolygon([box(west, south, east, 12)]) for west, east in itertools.pairwise(edges)]
    ids = [f"m-{number}" for number in range(len(names))]
    return GeoDataFrame({"name": names, "level": "municipality"}, geometry=shapes, index=ids, crs=4326)


def sources(register) -> set[str]:
    places = register.current().mosaic.surroundings.jurisdictions
    return set() if places is None else set(places["source"])


def file_of(folder, shapes, crs=4326, **columns):
    path = folder / "places.gpkg"
    GeoDataFrame(columns, geometry=shapes, crs=4326).to_crs(crs).to_file(path)
    return path


def test_two_sources_of_the_same_thing_stand_side_by_side(register):
    references.add(register, STEWARD, municipalities("Oeste", "Este"), told(source="Instituto"))
    references.add(register, STEWARD, municipalities("Todo"), told(source="Vecinos", disputed="los límites"))
    assert sources(register) == {"Instituto", "Vecinos"}
    assert [(each.source, each.disputed) for each in references.listed(register)] == [
        ("Instituto", None),
        ("Vecinos", "los límites"),
    ]


def test_a_layer_counts_from_the_moment_it_is_there_until_the_day_it_is_removed(register):
    before = register.current().mosaic
    id_ = references.add(register, OPERATOR, municipalities("Oeste", "Este"), told())
    assert register.current().mosaic is not before
    assert sources(register) == {"Instituto"}
    ended = references.remove(register, OPERATOR, id_)
    assert ended.until == TODAY
    assert sources(register) == set()
    assert references.listed(register) == []


def test_what_was_removed_today_still_counted_yesterday(register):
    id_ = references.add(register, OPERATOR, municipalities("Oeste"), told())
    references.remove(register, OPERATOR, id_)
    past = publishing.public_register(register, TODAY - datetime.timedelta(days=1))
    assert set(past.mosaic.surroundings.jurisdictions["source"]) == {"Instituto"}
    with register.reading() as reading:
        assert len(reading.history(ReferenceLayer, id_)) == 2
        assert [each.called for each in reading.find(Reference, layer=id_)] == ["Oeste"]


def test_the_same_edition_is_not_added_twice_and_a_newer_one_is(register):
    edition = told(date=datetime.date(2024, 1, 1))
    id_ = references.add(register, OPERATOR, municipalities("Oeste"), edition)
    with pytest.raises(Unusable) as refused:
        references.add(register, OPERATOR, municipalities("Oeste"), edition)
    assert refused.value.details == {"id": id_}
    references.add(register, OPERATOR, municipalities("Oeste"), replace(edition, date=datetime.date(2025, 1, 1)))
    references.remove(register, OPERATOR, id_)
    references.add(register, OPERATOR, municipalities("Oeste"), edition)
    assert len(references.listed(register)) == 2


def test_a_layer_of_tomorrow_is_refused(register):
    with pytest.raises(Unusable):
        references.add(register, OPERATOR, municipalities("Oeste"), told(date=TODAY + datetime.timedelta(days=1)))
    assert register.store.sequence() == 1


@pytest.mark.parametrize(("who", "why"), [(PUBLIC, NeedsKey), (SPOKESPERSON, Forbidden)])
def test_only_stewards_add_and_remove(register, who, why):
    id_ = references.add(register, STEWARD, municipalities("Oeste"), told())
    with pytest.raises(why):
        references.add(register, who, municipalities("Este"), told(source="x"))
    with pytest.raises(why):
        references.remove(register, who, id_)
    assert [each.id for each in references.listed(register)] == [id_]


def test_what_is_not_there_or_ended_cannot_be_removed(register):
    id_ = references.add(register, OPERATOR, municipalities("Oeste"), told())
    references.remove(register, OPERATOR, id_)
    for each in (id_, "r-none", "c00"):
        with pytest.raises(NotFound):
            references.remove(register, OPERATOR, each)


@pytest.mark.parametrize("kind", TAKES)
def test_each_kind_takes_the_shapes_it_is_made_of_and_leaves_out_others(tmp_path, kind):
    path = tmp_path / "all.geojson"
    GeoDataFrame({"value": [1, 2, 3]}, geometry=list(SHAPES.values()), crs=4326).to_file(path)
    read = read_layer(path, kind)
    assert len(read.places) == len(TAKES[kind])
    assert read.left_out == 3 - len(TAKES[kind])
    assert set(KINDS) == set(TAKES)


def test_a_file_without_any_such_shape_is_refused(tmp_path):
    with pytest.raises(Unusable):
        read_layer(file_of(tmp_path, [SHAPES["point"]]), "roads")


def test_lines_come_in_degrees_on_the_grid_and_in_two_dimensions(tmp_path):
    high = LineString([(-69.123456789, 10, 5), (-69.1, 10.1, 6), (-69.1, 10.1, 7), (-69.0, 10.2, 8)])
    [line] = read_layer(file_of(tmp_path, [high], crs=2202), "rivers").places.geometry
    coords = shapely.get_coordinates(line, include_z=True)
    assert np.isnan(coords[:, 2]).all()
    assert (coords[:, :2] == coords[:, :2].round(7)).all()
    assert coords[:, :2] == pytest.approx(np.array([(-69.1234568, 10), (-69.1, 10.1), (-69.0, 10.2)]), abs=2e-5)


def test_what_is_empty_or_not_on_earth_is_left_out_and_counted(tmp_path):
    path = tmp_path / "far.geojson"
    far = LineString([(200, 10), (201, 10)])
    gpd.GeoDataFrame(geometry=[SHAPES["line"], far, None], crs=4326).to_file(path)
    read = read_layer(path, "rivers")
    assert (len(read.places), read.left_out) == (1, 2)


def test_only_columns_that_are_needed_are_read(tmp_path):
    path = file_of(tmp_path, [SHAPES["area"]], nombre=["Parque"], telefono=["0414"], pop=[7])
    places = read_layer(path, "protected").places
    assert list(places.columns) == ["name", "level", "value", "geometry"]
    assert places["name"].tolist() == ["Parque"]
    assert places["value"].isna().all()


@pytest.mark.parametrize(("column", "code"), [("telefono", "reference.personal"), ("none", "reference.column")])
def test_a_column_about_people_or_none_is_refused(tmp_path, column, code):
    path = file_of(tmp_path, [SHAPES["area"]], telefono=["0414"])
    with pytest.raises(Unusable) as refused:
        read_layer(path, "protected", columns={"name": column})
    assert refused.value.code == code


def test_population_needs_numbers_and_keeps_what_is_unknown_apart_from_nobody(tmp_path, register):
    with pytest.raises(Unusable):
        read_layer(file_of(tmp_path, [SHAPES["area"]], name=["a"]), "population")
    path = file_of(tmp_path, [SHAPES["area"], SHAPES["point"]], gente=["0", "unknown"])
    read = read_layer(path, "population", columns={"value": "gente"})
    id_ = references.add(register, OPERATOR, read.places, told(kind="population"))
    with register.reading() as reading:
        assert [each.value for each in reading.find(Reference, layer=id_)] == [0, None]


def test_roads_keep_their_class_and_their_speed_where_it_is_a_number(tmp_path):
    lines = [LineString([(-69.3, 10 + k / 10), (-69.2, 10 + k / 10)]) for k in range(5)]
    said = ["40", "walk", "-5", "900", None]
    path = file_of(tmp_path, lines, highway=["track", "path", "primary", "primary", None], maxspeed=said)
    read = read_layer(path, "roads")
    assert read.places["level"].tolist() == ["track", "path", "primary", "primary"]
    assert read.places["value"].fillna(0).tolist() == [40, 0, 0, 0]
    assert read.left_out == 1
    plain = read_layer(path, "roads", level="track", columns={"value": "maxspeed"}).places
    assert plain["level"].tolist() == ["track"] * 5
    assert len(read_layer(file_of(tmp_path, lines, highway=[None] * 5), "roads").places) == 5


def test_of_several_layers_in_a_file_the_one_with_such_shapes_is_read(tmp_path):
    path = tmp_path / "all.gpkg"
    for name, shape in SHAPES.items():
        GeoDataFrame({"name": [name]}, geometry=[shape], crs=4326).to_file(path, layer=name)
    for kind, shape in (("roads", "line"), ("land", "area"), ("seats", "point")):
        assert read_layer(path, kind).places["name"].tolist() == [shape]


def test_a_raster_of_people_becomes_points_that_are_counted_like_any_others(tmp_path, register):
    path = tmp_path / "gente.tif"
    keys = (1, 1, 0, 3, 1024, 0, 1, 2, 1025, 0, 1, 1, 2048, 0, 1, 4326)
    place = {33550: (0.01, 0.01, 0.0), 33922: (0.0, 0.0, 0.0, -69.3, 10.02, 0.0), 34735: keys}
    cells = np.array([[12.5, 0.0], [-99.0, 30.0]], dtype=np.float32)
    Image.fromarray(cells).save(path, tiffinfo=place)
    read = read_layer(path, "population")
    assert read.cell_m == pytest.approx(1_113, abs=1)
    id_ = references.add(register, OPERATOR, read.places, told(kind="population"))
    with register.reading() as reading:
        kept = [(each.value, each.shape.coords[0]) for each in reading.find(Reference, layer=id_)]
    assert kept == [(12.5, (-69.295, 10.015)), (30.0, (-69.285, 10.005))]
    with pytest.raises(Unusable):
        read_layer(path, "land")


def test_a_crossed_line_of_a_park_is_kept_as_valid_ground(tmp_path):
    bow = Polygon([(-69, 10), (-68, 11), (-68, 10), (-69, 11)])
    [shape] = read_layer(file_of(tmp_path, [bow]), "protected").places.geometry
    assert shape.is_valid
    assert shape.area == pytest.approx(0.5)


@pytest.mark.real
def test_the_roads_of_a_real_city_come_out_of_a_file_of_everything(shared_data):
    """Lines with a class in the file; the few that are points written as lines are left out with the others."""
    read = read_layer(shared_data / "roads/poa_osm.pbf", "roads")
    assert (len(read.places), read.left_out) == (15_852, 52)
    assert {"residential", "service", "primary"} <= set(read.places["level"])


@pytest.mark.real
def test_rivers_and_two_sources_of_jurisdictions_of_a_real_country(shared_data, register):
    """Counts as in ../shared/data/MANIFEST.md; 340 of the 832 rivers are points that were written as lines."""
    ve = shared_data / "ve"
    rivers = read_layer(ve / "gshhg_rivers_ve.geojson", "rivers")
    assert (len(rivers.places), rivers.left_out) == (492, 340)
    wof = read_layer(ve / "wof_ve_municipios.geojson", "jurisdictions")
    osm = read_layer(ve / "osm_parroquias_dc_miranda_laguaira.geojson", "jurisdictions", level="parish")
    assert (len(wof.places), len(osm.places)) == (336, 102)
    references.add(register, OPERATOR, rivers.places, told(kind="rivers", source="GSHHG", licence="LGPL-3+"))
    references.add(register, OPERATOR, wof.places, told(source="Who's On First", licence="CC0"))
    references.add(register, OPERATOR, osm.places, told(source="OpenStreetMap", licence="ODbL 1.0"))
    places = register.current().mosaic.surroundings.jurisdictions
    assert places.groupby(["source", "level"]).size().to_dict() == {
        ("OpenStreetMap", "parish"): 102,
        ("Who's On First", "municipality"): 336,
    }
    assert places.is_valid.all()
    assert list(register.store.faults()) == []
    with register.reading() as reading:
        kept = [each.shape for each in reading.find(Reference) if each.shape.geom_type == "LineString"]
    given = gpd.read_file(ve / "gshhg_rivers_ve.geojson").geometry
    assert shapely.length(kept).sum() == pytest.approx(shapely.length(given.array).sum(), rel=1e-6)
