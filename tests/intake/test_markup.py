"""KML, KMZ and GPX."""

from __future__ import annotations

import zipfile

import pytest
import shapely
from written import codes, reasons, square

RING = "-69.3,10.0,0 -69.29,10.0,0 -69.29,10.01,0 -69.3,10.01,0 -69.3,10.0,0"
LINE = f"<coordinates>{RING}</coordinates>"
POLYGON = f"<Polygon><outerBoundaryIs><LinearRing>{LINE}</LinearRing></outerBoundaryIs></Polygon>"
HOLE = "-69.297,10.003 -69.294,10.003 -69.294,10.006 -69.297,10.003"


def kml(*placemarks, head='<?xml version="1.0" encoding="UTF-8"?>'):
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{"".join(placemarks)}</Document></kml>'


def placemark(inside, name="El Maizal", data=""):
    return f"<Placemark><name>{name}</name>{data}{inside}</Placemark>"


def test_a_placemark_with_its_name_and_data(reader):
    data = (
        '<ExtendedData><Data name="familias"><value>120</value></Data>'
        '<SchemaData><SimpleData name="codigo">CC-1</SimpleData>'
        '<SimpleData name="telefono">0414</SimpleData></SchemaData></ExtendedData>'
    )
    got = reader.file(kml(placemark(POLYGON, data=data)), "a.kml")
    assert got.layer.loc["CC-1", ["name", "families"]].tolist() == ["El Maizal", 120]
    assert got.layer.geometry.iloc[0].equals(square())
    assert codes(got) == ["columns.personal"]


def test_a_hole_is_a_hole(reader):
    inner = (
        f"<innerBoundaryIs><LinearRing><coordinates>{HOLE}</coordinates></LinearRing></innerBoundaryIs></Polygon>"
    )
    [boundary] = reader.text(kml(placemark(POLYGON.replace("</Polygon>", inner)))).layer.geometry
    assert len(boundary.geoms[0].interiors) == 1


def test_points_and_lines_are_left_out_and_counted(reader):
    point = "<Point><coordinates>-69.3,10.0</coordinates></Point>"
    line = "<LineString><coordinates>-69.3,10 -69.2,10.1</coordinates></LineString>"
    got = reader.text(kml(*(placemark(each) for each in (POLYGON, point, line))))
    [notice] = [n for n in got.notices if n.code == "shapes.left_out"]
    assert notice.args == {"points": 1, "lines": 1}


def test_a_closed_line_is_a_boundary(reader):
    line = f"<LineString><coordinates>{RING}</coordinates></LineString>"
    got = reader.text(kml(placemark(line)))
    assert codes(got) == ["lines.closed"]
    assert got.layer.geometry.iloc[0].equals(square())


def test_a_mixed_collection_gives_its_polygons(reader):
    point = "<Point><coordinates>-69.3,10.0</coordinates></Point>"
    got = reader.text(kml(placemark(f"<MultiGeometry>{POLYGON}{point}</MultiGeometry>")))
    assert codes(got) == ["shapes.collections"]
    assert got.layer.geometry.iloc[0].equals(square())


def test_prefixes_that_nobody_declared_and_blanks_after_commas(reader):
    text = kml(placemark(POLYGON.replace(",", ", ") + "<gx:balloon>x</gx:balloon>"))
    assert reader.text(text).layer.geometry.iloc[0].equals(square())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_kml_in_other_encodings(reader, encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    text = kml(placemark(POLYGON, name="Simón Ñ"), head=head)
    assert reader.file(text.encode(encoding), "a.kml").layer["name"].tolist() == ["Simón Ñ"]


def test_coordinates_that_are_no_numbers_lose_only_their_placemark(reader):
    got = reader.text(kml(placemark(POLYGON), placemark(POLYGON.replace("-69.29", "aquí"))))
    assert (len(got.layer), reasons(got)) == (1, {"2": "not_a_number"})


BOMB = '<!DOCTYPE kml [<!ENTITY a "ja"><!ENTITY b "&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE kml [<!ENTITY f SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("doctype", [BOMB, FILE, "<!DOCTYPE kml>"])
def test_entities_and_document_types_are_refused(reader, doctype):
    text = kml(placemark(POLYGON, name="&b;")).replace("?><kml", f"?>{doctype}<kml")
    assert reader.refused(reader.text, text).code == "xml.entities"
    gpx = f'<?xml version="1.0"?>{doctype}<gpx><trk/></gpx>'
    assert reader.refused(reader.file, gpx, "a.gpx").code == "xml.entities"


def test_broken_xml_says_the_line(reader):
    error = reader.refused(reader.text, kml(placemark(POLYGON)).replace("<Document>", "\n<Document>\n<b>"))
    assert (error.code, error.details["line"]) == ("xml.broken", 3)


def test_a_kml_that_only_links_elsewhere_is_refused(reader):
    text = kml("<NetworkLink><Link><href>http://x/y.kml</href></Link></NetworkLink>")
    assert reader.refused(reader.text, text).code == "kml.only_links"


def test_xml_nested_to_death_is_refused(reader):
    assert reader.refused(reader.text, "<kml>" + "<Folder>" * 100_000).code in {"file.damaged", "xml.broken"}


def test_a_kmz(reader, tmp_path):
    path = tmp_path / "mapa.kmz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("files/leyenda.kml", "<kml/>")
        archive.writestr("doc.kml", kml(placemark(POLYGON)))
        archive.writestr("files/logo.png", b"\x89PNG")
    assert reader.file(path).layer.geometry.iloc[0].equals(square())


def gpx(*parts):
    return (
        f'<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">{"".join(parts)}</gpx>'
    )


def walk(points, tag="trk"):
    inner = {"trk": "trkpt", "rte": "rtept"}[tag]
    said = "".join(f'<{inner} lat="{lat}" lon="{lon}"><ele>800</ele></{inner}>' for lon, lat in points)
    return f"<{tag}><name>Lindero</name>{f'<trkseg>{said}</trkseg>' if tag == 'trk' else said}</{tag}>"


CORNERS = shapely.get_coordinates(square())


def test_a_walked_track_becomes_a_polygon_and_its_gap_is_told_in_metres(reader):
    got = reader.file(gpx(walk(CORNERS[:4])), "a.gpx")
    assert got.layer.geometry.iloc[0].equals(square())
    assert got.layer["name"].tolist() == ["Lindero"]
    [notice] = got.notices
    assert notice.code == "track.closed"
    # One side of the square, from the north-west corner down: 0.01° of latitude at 10° N.
    assert notice.args["gap_m"] == pytest.approx(1106.1, abs=0.5)


def test_the_segments_of_a_track_are_one_walk(reader):
    corner = '<trkpt lat="10.01" lon="-69.29">'
    split = walk(CORNERS).replace(corner, f"</trkseg><trkseg>{corner}")
    assert "</trkseg><trkseg>" in split
    assert reader.file(gpx(split), "a.gpx").layer.geometry.iloc[0].equals(square())


def test_several_tracks_name_the_widest_gap(reader):
    got = reader.file(gpx(walk(CORNERS), walk(shapely.get_coordinates(square(2))[:4]), walk(CORNERS[:2])), "a.gpx")
    assert len(got.layer) == 2
    assert codes(got) == ["tracks.closed", "ids.none"]
    assert reasons(got) == {"3": "too_few_points"}


def test_a_route_is_read_when_there_is_no_track(reader):
    assert reader.file(gpx(walk(CORNERS, "rte")), "a.gpx").layer.geometry.iloc[0].equals(square())


def test_waypoints_alone_are_no_boundary(reader):
    error = reader.refused(reader.file, gpx('<wpt lat="10" lon="-69"/>' * 5), "a.gpx")
    assert (error.code, error.details["points"]) == ("shapes.no_polygons", 5)


def test_a_gpx_without_positions_is_refused(reader):
    assert reader.refused(reader.file, gpx("<trk><trkseg><trkpt/></trkseg></trk>"), "a.gpx").code == "file.damaged"
    assert reader.refused(reader.file, gpx(), "a.gpx").code == "features.none"
