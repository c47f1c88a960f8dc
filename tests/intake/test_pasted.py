"""What people paste: well-known text, and lists of which every bad line is told."""

import contextlib

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from written import codes

from territory.intake import IntakeError, read_shapes
from territory.profiles import load_profile

RING = [(-69.3, 10.0), (-69.29, 10.0), (-69.29, 10.01), (-69.3, 10.01)]
SQUARE = shapely.Polygon(RING)
GRID = [(456_000, 1_050_000), (457_000, 1_050_000), (457_000, 1_051_000), (456_000, 1_051_000)]


@pytest.mark.parametrize(
    "text",
    [
        SQUARE.wkt,
        SQUARE.wkt.replace(", ", ",\n  "),
        f"SRID=4326;{SQUARE.wkt}",
        shapely.MultiPolygon([SQUARE]).wkt,
        shapely.LineString([*RING, RING[0]]).wkt,
        " ".join(f"{lat},{lon}" for lon, lat in RING),
        "\n".join(f"({lat}, {lon})" for lon, lat in RING),
        "\n".join(f"Punto {letter}: {lat}, {lon}" for letter, (lon, lat) in zip("ABCD", RING, strict=True)),
    ],
)
def test_a_square_is_read_however_it_was_copied(reader, text):
    assert reader.text(text).layer.geometry.iloc[0].equals(SQUARE)


def test_a_file_of_well_known_text_is_read_as_a_pasted_one(reader):
    assert reader.file(SQUARE.wkt, "square.txt").layer.geometry.iloc[0].equals(SQUARE)


def test_several_geometries_one_a_line_are_several_boundaries(reader):
    other = shapely.transform(SQUARE, lambda corners: np.add(corners, (1, 0)))
    assert len(reader.text(f"{SQUARE.wkt}\n{other.wkt}").layer) == 2


def test_the_number_before_well_known_text_says_its_system_unless_somebody_knows_better(reader):
    text = f"SRID=24719;{shapely.Polygon(GRID).wkt}"
    assert reader.text(text).datum == "EPSG:24719"
    assert reader.text(text, crs="REGVEN 19").datum == "EPSG:2202"


def test_metres_in_well_known_text_are_asked_about(reader):
    assert reader.refused(reader.text, shapely.Polygon(GRID).wkt).code == "crs.missing"


def test_well_known_text_that_ends_early_says_in_which_line(reader):
    error = reader.refused(reader.text, f"{SQUARE.wkt}\nPOLYGON ((-69.3 10, -69.29 10")
    assert (error.code, error.details["line"]) == ("wkt.broken", 2)


def utm(*rows):
    return "\n".join([*(f"19P {east} {north}" for east, north in GRID), *rows])


def listed(form, corners):
    return "\n".join(form.format(i=i, e=e, n=n) for i, (e, n) in enumerate(corners, 1))


def angles(row):
    return f"10°04'12\" N 69°18'04\" O\n{row}\n10°05'12\" N 69°17'04\" O"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (utm("19P 1052000"), [(5, "no_east", "19P 1052000")]),
        (utm("19P 455000"), [(5, "no_north", "19P 455000")]),
        (utm("19P 455000 esquina"), [(5, "no_coordinate", "esquina")]),
        (utm("19P 455000", "casa"), [(5, "no_north", "19P 455000"), (6, "no_coordinate", "casa")]),
        (listed("{e};{n}", GRID) + "\n;1052000", [(5, "no_east", "1052000")]),
        ("este,norte\n" + listed("{e},{n}", GRID) + "\n455000,", [(6, "no_north", "455000")]),
        (listed("{i} {e} {n}", GRID) + "\n5 1052000", [(5, "no_east", "5 1052000")]),
        (listed("{n}, {e}", RING) + "\n10.02,", [(5, "no_lon", "10.02")]),
        (listed("{n} {e}", RING) + "\n-69.31", [(5, "no_lat", "-69.31")]),
        (listed("{n} {e}", RING) + "\n10.02 -69.31 812", [(5, "too_much", "10.02 -69.31 812")]),
        (angles("10°05'12\" N"), [(2, "no_lon", "10°05'12\" N")]),
        (angles("10°05'72\" N 69°17'04\" O"), [(2, "sixty", "10°05'72\" N 69°17'04\" O")]),
    ],
)
def test_every_line_that_cannot_be_read_is_told_with_what_it_lacks(reader, text, faults):
    crs = None if "°" in text or "-69" in text else "REGVEN 19"
    error = reader.refused(reader.text, text, crs=crs)
    assert [(each["line"], each["fault"], each["text"]) for each in error.details["faults"]] == faults


def test_the_sentence_names_the_line_and_the_coordinate(reader):
    error = reader.refused(reader.text, utm("19P 1052000"))
    assert error.said("es") == "Línea 5: falta la coordenada Este («19P 1052000»)."
    assert error.said("en") == "Line 5: the easting is missing (“19P 1052000”)."


def test_of_many_bad_lines_only_some_are_told(reader):
    text = "\n".join([f"{456_000 + i} {1_050_000 + i}" for i in range(30)] + ["455000"] * 20)
    error = reader.refused(reader.text, text, crs="REGVEN 19")
    assert len(error.details["faults"]) == 6
    assert error.said("es").splitlines()[-1] == "Y 14 líneas más."


def test_prose_is_no_list_with_bad_lines(reader):
    text = "Desde la escuela 10 12\nhasta la quebrada\npor el camino\nhasta el puente"
    assert reader.refused(reader.text, text).code != "table.lines"


def test_a_choice_of_datum_moves_the_boundary_by_hundreds_of_metres(reader):
    text = "\n".join(f"{east} {north}" for east, north in GRID)
    regven, canoa = (reader.text(text, crs=f"{datum} 19N").layer.geometry.iloc[0] for datum in ("wgs84", "canoa"))
    assert 300 < regven.centroid.distance(canoa.centroid) * 110_000 < 500
    assert codes(reader.text(text, crs="wgs84 19N")) == ["table.east_north"]


def test_who_knows_the_datum_alone_leaves_the_zone_to_the_rows(reader):
    told = reader.text(utm(), crs="canoa")
    assert told.datum == "EPSG:24719"
    assert told.layer.geometry.iloc[0].equals(reader.text(utm(), crs="La Canoa 19N").layer.geometry.iloc[0])
    rows = ["18P 830000 1110000", "19P 172000 1110000", "19P 172000 1120000", "18P 830000 1120000"]
    here, old = (reader.text("\n".join(rows), crs=datum).layer.geometry.iloc[0] for datum in ("wgs84", "canoa"))
    assert 300 < here.centroid.distance(old.centroid) * 110_000 < 500


ROWS = ["19P 456000 1050000", "10.07, -69.3", "10°04' N", "19P", "POLYGON ((", "x", "", ";1", "(1, 2)", "9e9 1"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(ROWS)))
def test_whatever_is_pasted_is_read_or_refused_with_a_sentence(rows):
    with contextlib.suppress(IntakeError):
        read_shapes("\n".join(rows), profile=load_profile())
