"""From the body of a request to a drawing, saying exactly what cannot be read, where, and what to do.

Coordinates are walked by hand: a model of 20,000 positions would take longer than the whole check.
"""

from __future__ import annotations

import math
from typing import Any

import orjson
from shapely import MultiLineString, MultiPolygon, Polygon

from territory.geo.repair import canonical_shape
from territory.profiles import Profile
from territory.services.drawing import KINDS, Drawing
from territory.services.errors import Malformed, TooLarge, Unusable

_LONGEST_ID = 200
_MOST_FAMILIES = 1_000_000
_MOST_AREA_VERTICES = 20_000

Ring = list[tuple[float, float]]


def read_drawing(body: bytes, *, profile: Profile, max_vertices: int) -> tuple[Drawing, list[str]]:
    """Read a GeoJSON Feature or geometry; with the codes of what its sender should know.

    Parameters
    ----------
    body
        JSON text.
    profile
        Where a drawing can lie: tells swapped coordinates from far ones.
    max_vertices
        More vertices than this are refused.

    Raises
    ------
    Malformed
        No JSON.
    Unusable
        JSON, but no polygon that could be a boundary.
    TooLarge
        Too many vertices.

    Examples
    --------
    >>> from territory.profiles import load_profile
    >>> ring = b"[[-69.2,10],[-69.1,10],[-69.1,10.1],[-69.2,10]]"
    >>> drawing, notices = read_drawing(
    ...     b'{"type":"Polygon","coordinates":[%s]}' % ring, profile=load_profile(), max_vertices=10
    ... )
    >>> drawing.shape.wkt, drawing.level, notices
    ('POLYGON ((-69.2 10, -69.1 10, -69.1 10.1, -69.2 10))', 'council', [])
    """
    try:
        sent = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed("json.malformed", line=error.lineno, column=error.colno) from None
    if not isinstance(sent, dict):
        raise Unusable("geojson.not_object")
    if sent.get("type") == "FeatureCollection":
        raise Unusable("geojson.collection", type="FeatureCollection")
    is_feature = sent.get("type") == "Feature"
    said = sent.get("properties") if is_feature else None
    if said is not None and not isinstance(said, dict):
        raise Unusable("geojson.properties")
    geometry: Any = sent.get("geometry") if is_feature else sent
    shape = _shape(geometry, max_vertices)
    _refuse_swapped(shape, profile)
    notices = ["drawing.height"] if _has_heights(geometry["coordinates"]) else []
    return Drawing(shape=shape, **_attributes(said or {})), notices


def read_area(geometry: Any) -> MultiPolygon:
    """The area of a scope, from GeoJSON.

    Raises
    ------
    Unusable, TooLarge
        It is no polygon, or crosses itself.
    """
    area = canonical_shape(_shape(geometry, _MOST_AREA_VERTICES))
    if area.is_empty or not area.is_valid:
        raise Unusable("geojson.area")
    return area


def read_line(geometry: Any, *, max_vertices: int) -> MultiLineString:
    """A drawn line, from GeoJSON.

    Raises
    ------
    Unusable, TooLarge
        It is no line, or has too many vertices.

    Examples
    --------
    >>> read_line({"type": "LineString", "coordinates": [[-69.2, 10], [-69.1, 10.1]]}, max_vertices=9).wkt
    'MULTILINESTRING ((-69.2 10, -69.1 10.1))'
    """
    if not isinstance(geometry, dict):
        raise Unusable("geojson.not_geometry")
    kind: Any = geometry.get("type")
    coordinates: Any = geometry.get("coordinates")
    if kind not in ("LineString", "MultiLineString"):
        raise Unusable("geojson.line_type", type=str(kind)[:40])
    _require_list(coordinates, "coordinates")
    lines = [coordinates] if kind == "LineString" else coordinates
    if (vertices := _count(lines, 2)) > max_vertices:
        raise TooLarge("geojson.vertices", vertices=vertices, limit=max_vertices)
    return MultiLineString([_line(each, f"coordinates[{i}]") for i, each in enumerate(lines)])


def drawing_of(sent: dict[str, Any], *, profile: Profile, max_vertices: int) -> Drawing:
    """The shape of a JSON object's ``geometry``, as `read_drawing` reads it.

    Raises
    ------
    Unusable, TooLarge
        See `read_drawing`.
    """
    shape = _shape(sent.get("geometry"), max_vertices)
    _refuse_swapped(shape, profile)
    return Drawing(shape=shape)


def _has_heights(coordinates: Any) -> bool:
    """Whether any position has more than two numbers."""
    if isinstance(coordinates[0], list):
        return any(map(_has_heights, coordinates))
    return len(coordinates) > 2


def _attributes(said: dict[str, Any]) -> dict[str, Any]:
    families = said.get("families")
    if families is not None and (type(families) is not int or not 0 <= families <= _MOST_FAMILIES):
        raise Unusable("drawing.families", limit=_MOST_FAMILIES)
    kind = said.get("kind")
    if kind is not None and kind not in KINDS:
        raise Unusable("drawing.kind", kinds=KINDS)
    for name in ("level", "replaces"):
        value = said.get(name)
        if value is not None and not (isinstance(value, str) and 0 < len(value) <= _LONGEST_ID):
            raise Unusable("drawing.text", where=name, limit=_LONGEST_ID)
    return {
        "level": said.get("level") or "council",
        "kind": kind,
        "families": families,
        "replaces": said.get("replaces"),
    }


def _shape(geometry: Any, max_vertices: int) -> Polygon | MultiPolygon:
    if geometry is None:
        raise Unusable("geojson.no_geometry")
    if not isinstance(geometry, dict) or not isinstance(geometry.get("type"), str):
        raise Unusable("geojson.not_geometry")
    kind: str = geometry["type"]
    coordinates: Any = geometry.get("coordinates")
    if kind == "GeometryCollection":
        raise Unusable("geojson.collection", type=kind)
    if kind not in ("Polygon", "MultiPolygon"):
        raise Unusable("geojson.type", type=kind[:40])
    if coordinates == []:
        raise Unusable("geojson.empty")
    _require_list(coordinates, "coordinates")
    if (vertices := _count(coordinates, 2 if kind == "Polygon" else 3)) > max_vertices:
        raise TooLarge("geojson.vertices", vertices=vertices, limit=max_vertices)
    if kind == "Polygon":
        return _polygon(coordinates, "coordinates")
    return MultiPolygon([_polygon(part, f"coordinates[{i}]") for i, part in enumerate(coordinates)])


def _count(coordinates: Any, depth: int) -> int:
    """How many positions nested lists hold, before any of them is looked at."""
    if not isinstance(coordinates, list):
        return 0
    return len(coordinates) if depth == 1 else sum(_count(each, depth - 1) for each in coordinates)


def _polygon(rings: Any, where: str) -> Polygon:
    _require_list(rings, where)
    if not rings:
        raise Unusable("geojson.empty")
    shell, *holes = [_ring(ring, f"{where}[{i}]") for i, ring in enumerate(rings)]
    return Polygon(shell, holes)


def _line(positions: Any, where: str) -> Ring:
    _require_list(positions, where)
    line = [_position(position, where, i) for i, position in enumerate(positions)]
    if len(set(line)) < 2:
        raise Unusable("geojson.few_line_points", where=where)
    return line


def _ring(positions: Any, where: str) -> Ring:
    _require_list(positions, where)
    ring = [_position(position, where, i) for i, position in enumerate(positions)]
    if len(set(ring)) < 3:
        raise Unusable("geojson.few_points", where=where, points=len(set(ring)))
    return ring


def _position(position: Any, where: str, i: int) -> tuple[float, float]:
    # A height or a time after longitude and latitude is legal GeoJSON, and says nothing about a boundary.
    if type(position) is not list or not 2 <= len(position) <= 4:
        raise Unusable("geojson.position", where=f"{where}[{i}]")
    lon, lat = position[0], position[1]
    if type(lon) not in (int, float) or type(lat) not in (int, float):
        raise Unusable("geojson.position", where=f"{where}[{i}]")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        code = "geojson.swapped" if abs(lon) <= 90 and abs(lat) <= 180 else "geojson.range"
        raise Unusable(code, where=f"{where}[{i}]", lon=_told(lon), lat=_told(lat))
    return float(lon), float(lat)


def _told(degrees: float) -> str:
    return f"{degrees:.7g}" if math.isfinite(degrees) else str(degrees)


def _require_list(value: Any, where: str) -> None:
    if not isinstance(value, list):
        raise Unusable("geojson.coordinates", where=where)


def _refuse_swapped(shape: Polygon | MultiPolygon, profile: Profile) -> None:
    """Raise `Unusable` when a drawing lies in the profile's country only with its axes exchanged."""
    west, south, east, north = profile.extent
    x0, y0, x1, y1 = shape.bounds
    is_inside = x1 >= west and x0 <= east and y1 >= south and y0 <= north
    would_be_inside = west <= y0 and y1 <= east and south <= x0 and x1 <= north
    if would_be_inside and not is_inside:
        raise Unusable("geojson.swapped", where="coordinates", lon=_told(x0), lat=_told(y0))
