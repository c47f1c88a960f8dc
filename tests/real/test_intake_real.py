"""Every vector file of the shared data reads, with the counts of its MANIFEST and of issue 2."""

from __future__ import annotations

import pytest
import shapely

from territory.intake import IntakeError, read

pytestmark = pytest.mark.real

COUNCILS = {
    "ve/wof_ve_municipios.geojson": 336,
    "ve/wof_ve_estados.geojson": 26,
    "ve/osm_parroquias_dc_miranda_laguaira.geojson": 102,
    "overlap/albuquerque_neighborhood_associations.geojson": 231,
    "overlap/la-county-neighborhoods-v6.geojson": 318,
    "overlap/coi_Ohio_clusters/OH_20211007_phaseC_summary/OH_20211007_phaseC_summary.shp": 22,
    "overlap/coi_Missouri_clusters/MO_20210924_phase_C_summary/MO_20210924_phase_C_summary.shp": 39,
    "repair/DenverCo_precincts2020_orig/DenverCo_precincts2020_orig.shp": 356,
    "repair/DenverCo_precincts2020_repaired/DenverCo_precincts2020_repaired.shp": 356,
    "repair/DenverCo_blocks/DenverCo_blocks.shp": 10_149,
    "repair/bad_gap_region/bad_gap_region.shp": 15,
    "br/geojs-31-mun.json": 853,
    "br/geojs-35-mun.json": 645,
    "br/geojs-41-mun.json": 399,
    "fr/communes-01-ain.geojson": 407,
    "fr/communes-26-drome.geojson": 367,
    "fr/communes-38-isere.geojson": 521,
    "fr/communes-69-rhone.geojson": 278,
    "fr/communes-73-savoie.geojson": 285,
}


@pytest.mark.parametrize("name", COUNCILS)
def test_every_boundary_is_read_and_none_is_lost(shared_data, profile, name):
    got = read(shared_data / name, profile=profile)
    assert len(got.layer) == COUNCILS[name]
    assert got.layer.geometry.is_valid.all()
    assert {str(finding.code) for finding in got.findings} <= {"geometry.repaired"}


@pytest.mark.parametrize(
    ("names", "invalid"),
    [
        (["overlap/la-county-neighborhoods-v6.geojson"], 4),
        (["overlap/albuquerque_neighborhood_associations.geojson"], 1),
        (["br/geojs-31-mun.json", "br/geojs-35-mun.json", "br/geojs-41-mun.json"], 7),
    ],
)
def test_the_invalid_ones_are_those_that_were_counted(shared_data, profile, names, invalid):
    found = [finding for name in names for finding in read(shared_data / name, profile=profile).findings]
    assert len(found) == invalid


@pytest.mark.parametrize("name", COUNCILS)
def test_the_bare_reader_sees_the_same_ground(shared_data, profile, name):
    import geopandas

    bare = geopandas.read_file(shared_data / name).to_crs(4326)
    ours = shapely.area(read(shared_data / name, profile=profile).layer.geometry.array).sum()
    assert ours == pytest.approx(shapely.area(bare.make_valid().array).sum(), rel=1e-4)


@pytest.mark.parametrize(
    ("name", "code", "counted"),
    [
        ("ve/wof_lpy_places_points.geojson", "shapes.no_polygons", ("points", 2_280)),
        ("ve/wof_ve_places_points.geojson.gz", "shapes.no_polygons", ("points", 23_357)),
        ("ve/gshhg_rivers_lpy.geojson", "shapes.no_polygons", ("lines", 136)),
        ("ve/gshhg_rivers_ve.geojson", "shapes.no_polygons", ("lines", 832)),
        ("roads/poa_hexgrid.csv", "table.points", ("points", 1_227)),
        ("roads/poa_points_of_interest.csv", "table.points", ("points", 15)),
        ("roads/poa_osm.pbf", "format.other", ("kind", "OSM PBF")),
        ("roads/poa_elevation.tif", "format.other", ("kind", "TIFF")),
    ],
)
def test_what_holds_no_boundaries_is_refused_with_a_sentence(shared_data, profile, name, code, counted):
    with pytest.raises(IntakeError) as caught:
        read(shared_data / name, profile=profile)
    assert caught.value.code == code
    assert caught.value.details[counted[0]] == counted[1]
    assert caught.value.said("es") != caught.value.said("en")
