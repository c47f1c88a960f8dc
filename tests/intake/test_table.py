"""Lists of coordinates, as people type and paste them."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from written import codes, reasons

CORNERS = [(-69.3, 10.0), (-69.29, 10.0), (-69.29, 10.01), (-69.3, 10.01)]
SQUARE = shapely.Polygon(CORNERS)


def listing(write, corners=CORNERS, head=()):
    return "\n".join([*head, *(write(lon, lat) for lon, lat in corners)])


def es(number):
    return f"{number:.6f}".replace(".", ",")


def dms(number, letters):
    seconds = round(abs(number) * 3600, 3)
    letter = letters[number < 0]
    return f"{int(seconds // 3600)}°{int(seconds % 3600 // 60):02d}'{seconds % 60:06.3f}\" {letter}"


WAYS = {
    "lon, lat": lambda lon, lat: f"{lon}, {lat}",
    "lat, lon": lambda lon, lat: f"{lat}, {lon}",
    "blank": lambda lon, lat: f"{lon} {lat}",
    "tab": lambda lon, lat: f"{lat}\t{lon}",
    "semicolon and decimal commas": lambda lon, lat: f"{es(lon)};{es(lat)}",
    "blank and decimal commas": lambda lon, lat: f"{es(lat)} {es(lon)}",
    "comma and decimal commas": lambda lon, lat: f"{es(lon)}, {es(lat)}",
    "commas only": lambda lon, lat: f"{es(lon)},{es(lat)}",
    "minus of a word processor": lambda lon, lat: f"{lon}, {lat}".replace("-", "−"),
    "dms in Spanish": lambda lon, lat: f"{dms(lat, 'NS')} {dms(lon, 'EO')}",
    "dms in English": lambda lon, lat: f"{dms(lon, 'EW')}, {dms(lat, 'NS')}",
    "dms with a comma": lambda lon, lat: f"{dms(lat, 'NS')},{dms(lon, 'EO')}".replace(" ", ""),
    "letter first": lambda lon, lat: f"N{lat} W{-lon}",
    "words": lambda lon, lat: f"Lat: {lat} Lon: {lon}",
    "numbered": lambda lon, lat: f"{1 + CORNERS.index((lon, lat))};{lon};{lat}",
    "with a height": lambda lon, lat: f"{lon};{lat};812,5",
    "point labels": lambda lon, lat: f"P{1 + CORNERS.index((lon, lat))} {dms(lat, 'NS')} {dms(lon, 'EO')}",
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_write_a_square_gives_the_square(reader, way):
    got = reader.text(listing(WAYS[way]))
    assert got.layer.geometry.iloc[0].equals(SQUARE), got.layer.geometry.iloc[0].wkt


@pytest.mark.parametrize(
    ("head", "write"),
    [
        ("lon,lat", lambda lon, lat: f"{lon},{lat}"),
        ("Latitud;Longitud", lambda lon, lat: f"{es(lat)};{es(lon)}"),
        ("punto,x,y,z", lambda lon, lat: f"1,{lon},{lat},800"),
        ("Punto;Coordenadas", lambda lon, lat: f"1;{dms(lat, 'NS')} {dms(lon, 'EO')}"),
        ('"LAT","LONG"', lambda lon, lat: f'"{lat}","{lon}"'),
        ("lat\tlong", lambda lon, lat: f"{dms(lat, 'NS')}\t{dms(lon, 'EO')}"),
    ],
)
def test_a_header_says_which_is_which_and_nothing_needs_telling(reader, head, write):
    got = reader.text(listing(write, head=[head]))
    assert got.layer.geometry.iloc[0].equals(SQUARE)
    assert codes(got) == []


def test_an_order_that_was_guessed_is_told(reader):
    assert codes(reader.text(listing(WAYS["lat, lon"]))) == ["table.lat_lon"]
    assert codes(reader.text(listing(WAYS["lon, lat"]))) == ["table.lon_lat"]
    assert codes(reader.text(listing(WAYS["dms in Spanish"]))) == []


def test_an_order_that_nothing_tells_is_asked_for(reader):
    corners = [(12.5, 41.9), (12.6, 41.9), (12.6, 42.0)]
    assert reader.refused(reader.text, listing(WAYS["lon, lat"], corners)).code == "table.order"
    assert len(reader.text(listing(WAYS["lon, lat"], corners, ["lon,lat"])).layer) == 1


UTM = [(450_000, 1_110_000), (451_000, 1_110_000), (451_000, 1_111_000), (450_000, 1_111_000)]


@pytest.mark.parametrize(
    ("text", "crs", "moved_m"),
    [
        (listing(lambda e, n: f"19P {e} {n}", UTM), None, 0),
        (listing(lambda e, n: f"{e};{n};19 N", UTM), None, 0),
        (listing(lambda e, n: f"{e} {n}", UTM, ["UTM huso 19, WGS84"]), None, 0),
        (listing(lambda e, n: f"{e} {n}", UTM, ["REGVEN zona 19"]), None, 0),
        (listing(lambda e, n: f"{e} {n}", UTM), "EPSG:2202", 0),
        (listing(lambda e, n: f"{e} {n}", UTM), "REGVEN 19", 0),
        (listing(lambda e, n: f"{n},00;{e},00", UTM), "19N", 0),
        (listing(lambda e, n: f"{e:,}.50;{n:,}.50", UTM), "2202", 0.7),
        (listing(lambda e, n: f"V;{e};{n}", UTM, ["id;este;norte"]), "2202", 0),
        (listing(lambda e, n: f"{e};{n};19", UTM, ["este;norte;huso"]), None, 0),
        (listing(lambda e, n: f"{e} {n}", UTM, ["Datum La Canoa, huso 19"]), None, 427),
        (listing(lambda e, n: f"{e} {n}", UTM), "EPSG:24719", 427),
    ],
)
def test_utm_is_read_in_the_zone_and_datum_that_are_told(reader, text, crs, moved_m):
    """The shift of La Canoa at this place is PROJ's own, EPSG operation 1771 and its kin."""
    [boundary] = reader.text(text, crs=crs).layer.geometry
    east, north = -69.4562761, 10.0411781  # of 450000, 1110000 in EPSG:2202, by PROJ
    west, south = boundary.bounds[:2]
    away = math.hypot((west - east) * 109_600, (south - north) * 110_600)
    assert away == pytest.approx(moved_m, abs=max(1.5, 0.1 * moved_m))


def test_utm_across_two_zones_makes_one_polygon(reader):
    rows = ["18P 830000 1110000", "19P 172000 1110000", "19P 172000 1120000", "18P 830000 1120000"]
    [boundary] = reader.text("\n".join(rows)).layer.geometry
    assert boundary.bounds[0] == pytest.approx(-71.99, abs=0.02)
    assert boundary.bounds[2] == pytest.approx(-71.99, abs=0.02)


def test_utm_without_a_zone_is_refused_with_the_likely_ones(reader):
    error = reader.refused(reader.text, listing(lambda e, n: f"{e} {n}", UTM))
    assert (error.code, error.details["crs"][:2]) == ("crs.missing", ["EPSG:2202", "EPSG:2203"])


def test_an_id_column_makes_several_polygons_with_what_is_said_of_them(reader):
    rows = ["consejo;comuna;familias;lon;lat;teléfono"]
    for i, called in enumerate(("El Maizal", "La Piedad")):
        rows += [f"{called};C-1;{100 + i};{es(lon + i)};{es(lat)};0414" for lon, lat in CORNERS]
    got = reader.text("\n".join(rows))
    assert got.layer["name"].tolist() == ["El Maizal", "La Piedad"]
    assert got.layer["families"].tolist() == [100, 101]
    assert got.layer["parent"].tolist() == ["C-1", "C-1"]
    assert got.layer.geometry.iloc[1].equals(shapely.transform(SQUARE, lambda corners: np.add(corners, (1, 0))))
    assert codes(got) == ["columns.personal", "ids.none"]


def test_vertex_numbers_are_no_ids(reader):
    text = listing(lambda lon, lat: f"P{CORNERS.index((lon, lat))},{lon},{lat}", head=["id,lon,lat"])
    assert len(reader.text(text).layer) == 1


def test_single_places_are_no_polygons(reader):
    text = "id,lat,lon\nmercado,10.1,-69.3\nterminal,10.2,-69.2\nmuseo,10.3,-69.2\nplaza,10.1,-69.1\n"
    error = reader.refused(reader.text, text)
    assert (error.code, error.details["points"]) == ("table.points", 4)


def test_two_vertices_lose_only_their_polygon(reader):
    rows = [f"a,{lon},{lat}" for lon, lat in CORNERS] + [f"b,{lon},{lat}" for lon, lat in CORNERS[:2]]
    got = reader.text("\n".join(["id,lon,lat", *rows]))
    assert (got.layer.index.tolist(), reasons(got)) == (["a"], {"b": "too_few_points"})


def test_a_line_that_cannot_be_read_is_named(reader):
    text = "lon,lat\n-69.3,10.0\n\n# esquina\n-69.29,diez\n-69.29,10.01\n"
    error = reader.refused(reader.text, text)
    assert error.code == "table.lines"
    assert error.details["faults"] == [{"line": 5, "fault": "no_coordinate", "text": "diez"}]


def test_a_line_with_too_few_cells_is_named(reader):
    error = reader.refused(reader.text, "lon,lat\n-69.3,10.0\n-69.29\n-69.29,10.01\n")
    assert error.details["faults"] == [{"line": 3, "fault": "no_lat", "text": "-69.29"}]


def test_minutes_beyond_sixty_are_refused(reader):
    text = "10°04'12\" N 69°18'04\" O\n10°74'12\" N 69°18'04\" O\n10°05'12\" N 69°19'04\" O"
    assert reader.refused(reader.text, text).details["line"] == 2


def test_letters_that_change_sides_are_refused(reader):
    text = "10°04' N 69°18' O\n69°19' O 10°04' N\n10°05' N 69°19' O"
    assert reader.refused(reader.text, text).details["line"] == 2


def test_two_points_are_too_few(reader):
    assert reader.refused(reader.text, "-69.3, 10.0\n-69.2, 10.0").code == "table.few"


def test_columns_without_known_names_are_asked_for(reader):
    assert reader.refused(reader.text, "lon,b\n-69.3,10\n-69.2,10\n-69.2,10.1").code == "table.header"


def test_wkt_in_a_table(reader):
    text = f'WKT,nombre\n"{SQUARE.wkt}",El Maizal\n"POLYGON ((0 0, 1",Roto\n'
    got = reader.file(text, "qgis.csv")
    assert got.layer["name"].tolist() == ["El Maizal"]
    assert reasons(got) == {"2": "broken"}
    utm = shapely.Polygon(UTM).wkt
    assert reader.refused(reader.file, f'WKT;nombre\n"{utm}";a', "m.csv").code == "crs.missing"
    assert len(reader.file(f'WKT;nombre\n"{utm}";a', "m.csv", crs="2202").layer) == 1


degrees = st.tuples(st.floats(-73, -60), st.floats(1, 12)).map(lambda p: (round(p[0], 5), round(p[1], 5)))


@given(st.lists(degrees, min_size=3, max_size=6, unique=True), st.sampled_from(sorted(WAYS)[:9]))
def test_any_vertices_come_back_in_the_order_they_were_typed(profile, corners, way):
    if way in ("numbered", "point labels"):
        return
    from territory.intake.columns import Chooser
    from territory.intake.table import read_table

    source = read_table(listing(WAYS[way], corners), Chooser({}), profile=profile, name="")
    got = shapely.get_coordinates(source.shapes)[:-1]
    assert got == pytest.approx(shapely.get_coordinates(shapely.LineString(corners)), abs=1e-6)


@given(st.text("0123456789-+.,;°'\"NSEWO \t\nlatonid", max_size=120))
def test_any_typing_is_read_or_refused(profile, text):
    from territory.intake import IntakeError, read_shapes

    try:
        read_shapes(text, profile=profile)
    except IntakeError as error:
        said = error
    else:
        return
    assert said.said("es") != said.said("en")
