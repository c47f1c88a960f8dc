"""KML 2.2: a Placemark for each territory, its columns as data under a Schema."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import shapely

from territory.export.sheet import Sheet

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">\n<Document>\n'
_FOOT = "</Document>\n</kml>\n"
_TYPES = {str: "string", int: "int", float: "double"}
# XML reads a bare carriage return as a line feed.
_ENTITIES = {"\r": "&#13;"}


def write_kml(sheet: Sheet, path: Path) -> None:
    """Write Placemarks; what is not known is left out.

    Parameters
    ----------
    sheet
        What to write.
    path
        Where.
    """
    data = [name for name in sheet.columns if name != "name"]
    opened = {name: f"<SimpleData name={quoteattr(name, _ENTITIES)}>" for name in data}
    rows = zip(*(sheet.texts(name) for name in data), strict=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(_HEAD)
        file.write('<Schema name="territory" id="territory">\n')
        for name in data:
            kind = _TYPES[sheet.kind(name)]
            file.write(f'<SimpleField type="{kind}" name={quoteattr(name, _ENTITIES)}/>\n')
        file.write("</Schema>\n")
        for called, cells, drawn in zip(sheet.texts("name"), rows, _drawn(sheet), strict=True):
            file.write("<Placemark>")
            if called is not None:
                file.write(f"<name>{escape(called, _ENTITIES)}</name>")
            file.write('<ExtendedData><SchemaData schemaUrl="#territory">')
            for name, cell in zip(data, cells, strict=True):
                if cell is not None:
                    file.write(f"{opened[name]}{escape(cell, _ENTITIES)}</SimpleData>")
            file.write(f"</SchemaData></ExtendedData>{drawn}</Placemark>\n")
        file.write(_FOOT)


def _drawn(sheet: Sheet) -> Iterator[str]:
    """The shapes as elements, out of their WKT, which is written at once for all."""
    for wkt in shapely.to_wkt(sheet.shapes, rounding_precision=7, trim=True):
        if wkt is None:
            yield ""
            continue
        polygons = [_polygon(rings) for rings in wkt[len("MULTIPOLYGON (((") : -3].split(")), ((")]
        yield polygons[0] if len(polygons) == 1 else f"<MultiGeometry>{''.join(polygons)}</MultiGeometry>"


def _polygon(rings: str) -> str:
    outer, *inner = (
        f"<LinearRing><coordinates>{_positions(ring)}</coordinates></LinearRing>" for ring in rings.split("), (")
    )
    holes = "".join(f"<innerBoundaryIs>{ring}</innerBoundaryIs>" for ring in inner)
    return f"<Polygon><outerBoundaryIs>{outer}</outerBoundaryIs>{holes}</Polygon>"


def _positions(ring: str) -> str:
    """From ``x y, x y`` to ``x,y x,y``."""
    return ring.replace(", ", ";").replace(" ", ",").replace(";", " ")
