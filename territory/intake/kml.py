"""KML: each Placemark with its shapes, its name and its data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely

from territory.intake.errors import IntakeError, Notice
from territory.intake.markup import Reader, parse
from territory.intake.reference import WGS84
from territory.intake.source import Choose, Source

_DATA = ("Data", "SimpleData")


def read_kml(data: bytes, choose: Choose, *, name: str) -> Source:
    """Read the Placemarks of a KML.

    Parameters
    ----------
    data
        The whole file.
    choose
        Which columns are worth keeping; the columns are ``name`` and those of ``ExtendedData``.
    name
        What its owner calls it.

    Raises
    ------
    IntakeError
        It is not well formed, or declares entities.
    """
    reader = _Placemarks()
    parse(data, reader, name=name, kind="KML")
    if reader.links and not reader.shapes:
        raise IntakeError("kml.only_links", name=name, links=reader.links)
    shapes = np.full(len(reader.shapes), None, dtype=object)
    shapes[:] = reader.shapes
    names = list(dict.fromkeys([*reader.fields, *(key for told in reader.told for key in told)]))
    return Source(
        shapes=shapes,
        crs=WGS84,
        columns={column: [told.get(column) for told in reader.told] for column in choose(names)},
        reasons=reader.reasons,
        notices=[Notice(code="kml.links", args={"links": reader.links})] if reader.links else [],
    )


class _Placemarks(Reader):
    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[shapely.Geometry | None] = []
        self.fields = ["name"]
        """What a Placemark can tell: its name, and what the Schema declares."""
        self.told: list[dict[str, str]] = []
        self.reasons: dict[int, str] = {}
        self.links = 0
        self._parts: list[shapely.Geometry] = []
        self._rings: list[list[tuple[float, ...]]] = []
        self._track: list[tuple[float, ...]] = []
        self._attributes: dict[str, str] = {}
        self._key = ""
        self._reason = ""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "Placemark":
            self._parts, self._attributes, self._reason = [], {}, ""
        elif name == "Polygon":
            self._rings = []
        elif name == "Track":
            self._track = []
        elif name == "SimpleField":
            self.fields.append(attributes.get("name", ""))
        elif name in _DATA:
            self._key = attributes.get("name", "")
        elif name == "NetworkLink":
            self.links += 1

    def closed(self, name: str, text: str) -> None:
        if "Placemark" not in self.path and name != "Placemark":
            return
        if name == "Placemark":
            self._finish()
        elif name == "name" and self.path[-1] == "Placemark":
            self._attributes["name"] = text
        elif name == "SimpleData" or (name == "value" and self.path[-1] == "Data"):
            self._attributes[self._key] = text
        elif name == "coordinates":
            self._coordinates(text)
        elif name == "coord":
            lon, lat, *_ = text.split()
            self._track.append((float(lon), float(lat)))
        elif name == "Polygon" and self._rings:
            self._polygon()
        elif name == "Track" and len(self._track) > 1:
            self._parts.append(shapely.LineString(self._track))

    def _coordinates(self, text: str) -> None:
        try:
            positions = _positions(text)
        except ValueError:
            self._reason = "not_a_number"
            return
        if "Polygon" in self.path:
            if positions:
                self._rings.append(positions)
        elif self.path[-1] == "Point":
            self._parts += [shapely.Point(positions[0])] if positions else []
        elif len(positions) > 1:
            self._parts.append(shapely.LineString(positions))

    def _polygon(self) -> None:
        if any(len(set(ring)) < 3 for ring in self._rings):
            self._reason = "too_few_points"
        else:
            self._parts.append(shapely.Polygon(self._rings[0], self._rings[1:]))

    def _finish(self) -> None:
        if self._reason:
            self.reasons[len(self.shapes)] = self._reason
        parts = [] if self._reason else self._parts
        shape = parts[0] if len(parts) == 1 else shapely.GeometryCollection(parts) if parts else None
        self.shapes.append(shape)
        self.told.append(self._attributes)


def _positions(text: str) -> list[tuple[float, ...]]:
    """Positions of a ``coordinates`` element; heights are left out.

    >>> _positions(" -69.1,10.2,0 -69.2, 10.3 ")
    [(-69.1, 10.2), (-69.2, 10.3)]
    """
    if ", " in text or " ," in text:
        # A space after the comma is against the standard, and common.
        text = ",".join(part.strip() for part in text.split(","))
    return [(float(lon), float(lat)) for lon, lat, *_ in (item.split(",") for item in text.split())]
