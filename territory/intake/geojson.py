"""GeoJSON, GeoJSON text sequences and TopoJSON, as people really write them."""

from __future__ import annotations

import gc
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

import numpy as np
import orjson
import shapely
from pyproj import CRS

from territory.intake import topojson
from territory.intake.coordinates import Unusual, cut_out
from territory.intake.errors import IntakeError, Notice
from territory.intake.guard import require_values
from territory.intake.reference import WGS84, file_crs
from territory.intake.source import Choose, Source, vocabulary
from territory.intake.text import decode

_GEOMETRIES = vocabulary("Point MultiPoint LineString MultiLineString Polygon MultiPolygon GeometryCollection")
_NOT_JSON_NUMBERS = re.compile(rb"(?<=[\[,:\s])-?(?:NaN|Infinity|nan|inf|Inf)(?=[\],}\s])")
_MAX_DEPTH = 100
_DEPTH = {"Polygon": 2, "MultiPolygon": 3}


def read_geojson(data: bytes, choose: Choose, *, name: str, max_bytes: int | None = None) -> Source:
    """Read GeoJSON in any of its forms.

    Parameters
    ----------
    data
        The whole text, in any encoding.
    choose
        Which properties are worth keeping.
    name
        What its owner calls it.
    max_bytes
        The caller's own limit.

    Raises
    ------
    IntakeError
        It is no JSON (with line and column), no GeoJSON, or has no feature.
    """
    data, notices = _as_utf8(data)
    require_values(data, max_bytes, name)
    # Millions of small lists are made and none of them is garbage: looking for some takes half the time.
    with _without_collecting():
        source, features, said = _quickly(data, choose) or _carefully(data, choose, name)
    source.crs = _crs(said, features, notices, name)
    source.notices[:0] = notices
    return source


def _quickly(data: bytes, choose: Choose) -> tuple[Source, list[Any], dict[str, Any]] | None:
    """Clean polygons, without making a list of each position; ``None`` when anything is unusual."""
    lean, found = cut_out(data)
    if not found.count:
        return None
    try:
        features, said = _features(lean, "")
        geometries, properties = _taken_apart(features, "")
        numbers = [g["coordinates"] for g in geometries if g is not None]
        if numbers != list(range(found.count)) or bool in set(map(type, numbers)):
            return None
        shapes = np.full(len(geometries), None, dtype=object)
        rows = [i for i, g in enumerate(geometries) if g is not None]
        shapes[rows] = found.polygons([_DEPTH[geometries[i]["type"]] for i in rows])
    except (IntakeError, Unusual, KeyError, TypeError):
        return None
    return Source(shapes=shapes, crs=None, columns=_columns(features, properties, choose)), features, said


def _carefully(data: bytes, choose: Choose, name: str) -> tuple[Source, list[Any], dict[str, Any]]:
    """Whatever there is, shape by shape where needed."""
    features, said = _features(data, name)
    geometries, properties = _taken_apart(features, name)
    shapes, reasons = _build(geometries)
    columns = _columns(features, properties, choose)
    source = Source(shapes=shapes, crs=None, columns=columns, reasons=reasons)
    if heights := sum(map(_has_heights, geometries)):
        source.notices.append(Notice(code="heights.dropped", args={"shapes": heights}))
    return source, features, said


def _as_utf8(data: bytes) -> tuple[bytes, list[Notice]]:
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        text, notices = decode(data)
        return text.encode("utf-8", errors="replace"), notices
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        text, notices = decode(data)
        return text.encode("utf-8"), notices
    return data, []


@contextmanager
def _without_collecting() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _features(data: bytes, name: str) -> tuple[list[Any], dict[str, Any]]:
    """All features of a text, and the object they were in."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        return _sequence(data, name, error), {}
    if isinstance(said, list):
        return list(_flattened(said)), {}
    if not isinstance(said, dict):
        raise IntakeError("json.not_geojson", name=name)
    if said.get("type") == "Topology":
        return topojson.features(said, name), said
    return list(_flattened([said])), said


def _flattened(given: list[Any], depth: int = 0) -> Iterator[Any]:
    """Features, out of collections in collections."""
    for each in given:
        kind = each.get("type") if isinstance(each, dict) else None
        if kind == "FeatureCollection" and depth < _MAX_DEPTH:
            inner = each.get("features")
            yield from _flattened(inner if isinstance(inner, list) else [], depth + 1)
        else:
            yield each


def _sequence(data: bytes, name: str, whole: orjson.JSONDecodeError) -> list[Any]:
    """One feature a line (RFC 8142, or JSON lines); else say where the JSON breaks off."""
    if _NOT_JSON_NUMBERS.search(data):
        # Python and R write NaN, which JSON does not have; a boundary with one is told apart later.
        features, _ = _features(_NOT_JSON_NUMBERS.sub(b"null", data), name)
        return features
    lines = [line.strip(b"\x1e \t\r") for line in data.split(b"\n")]
    lines = [line for line in lines if line]
    if len(lines) > 1 and lines[0].endswith(b"}"):
        features = []
        for i, line in enumerate(lines, 1):
            try:
                features.append(orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise IntakeError("json.broken", name=name, line=i, column=error.colno) from None
        return list(_flattened(features))
    if whole.pos >= len(data.rstrip().decode("utf-8", errors="replace")):
        raise IntakeError("json.truncated", name=name, line=whole.lineno)
    raise IntakeError("json.broken", name=name, line=whole.lineno, column=whole.colno) from None


def _taken_apart(features: list[Any], name: str) -> tuple[list[Any], list[dict[str, Any]]]:
    """Geometries and properties of features."""
    geometries, properties = [], []
    for feature in features:
        kind = feature.get("type") if isinstance(feature, dict) else None
        if kind == "Feature":
            geometry, told = feature.get("geometry"), feature.get("properties")
        elif kind in _GEOMETRIES:
            geometry, told = feature, None
        elif isinstance(feature, dict) and "geometry" in feature:
            # Old exporters forget the type of a feature.
            geometry, told = feature["geometry"], feature.get("properties")
        else:
            raise IntakeError("json.not_geojson", name=name)
        geometries.append(geometry)
        properties.append(told if isinstance(told, dict) else {})
    return geometries, properties


def _columns(features: list[Any], properties: list[dict[str, Any]], choose: Choose) -> dict[str, list[Any]]:
    # A dict keeps the order of the first feature.
    names = list(dict.fromkeys(chain.from_iterable(properties)))
    ids = [feature.get("id") for feature in features]
    if "id" not in names and any(each is not None for each in ids):
        properties = [{**told, "id": each} for told, each in zip(properties, ids, strict=True)]
        names.append("id")
    return {column: [told.get(column) for told in properties] for column in choose(names)}


def _build(geometries: list[Any]) -> tuple[np.ndarray[Any, Any], dict[int, str]]:
    """Shapes of GeoJSON geometries; ``None`` where one cannot be built, with the reason."""
    shapes = np.full(len(geometries), None, dtype=object)
    reasons = {}
    for i, geometry in enumerate(geometries):
        if geometry is None:
            continue
        try:
            shapes[i] = _shape(geometry)
        except _Unreadable as error:
            reasons[i] = str(error)
    return shapes, reasons


def _has_heights(geometry: Any) -> bool:
    """Whether the first position has more than two numbers."""
    at = geometry.get("coordinates") if isinstance(geometry, dict) else None
    while isinstance(at, list) and at and isinstance(at[0], list):
        at = at[0]
    return isinstance(at, list) and len(at) > 2


class _Unreadable(Exception):
    """A geometry that cannot be built; its text is the reason."""


def _shape(geometry: Any, depth: int = 0) -> shapely.Geometry:
    """One geometry, checked by hand."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in _GEOMETRIES or depth > _MAX_DEPTH:
        raise _Unreadable("broken")
    if kind == "GeometryCollection":
        inner = geometry.get("geometries")
        return shapely.GeometryCollection(
            [_shape(each, depth + 1) for each in (inner if isinstance(inner, list) else [])]
        )
    coordinates = geometry.get("coordinates")
    if not isinstance(coordinates, list):
        raise _Unreadable("broken")
    if kind == "Polygon":
        return _polygon(coordinates)
    if kind == "MultiPolygon":
        return shapely.MultiPolygon([_polygon(part) for part in _list(coordinates) if part])
    if kind == "LineString":
        return _line(coordinates)
    if kind == "MultiLineString":
        return shapely.MultiLineString([_line(part) for part in coordinates])
    if kind == "MultiPoint":
        return shapely.MultiPoint([_position(each) for each in coordinates])
    return shapely.Point(_position(coordinates)) if coordinates else shapely.Point()


def _polygon(rings: Any) -> shapely.Polygon:
    drawn = [[_position(each) for each in _list(ring)] for ring in _list(rings)]
    if not drawn or not drawn[0]:
        return shapely.Polygon()
    if any(len(set(ring)) < 3 for ring in drawn):
        raise _Unreadable("too_few_points")
    return shapely.Polygon(drawn[0], drawn[1:])


def _line(positions: Any) -> shapely.LineString:
    drawn = [_position(each) for each in _list(positions)]
    return shapely.LineString(drawn) if len(drawn) > 1 else shapely.LineString()


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise _Unreadable("broken")
    return given


def _position(given: Any) -> tuple[float, float]:
    if not isinstance(given, list) or len(given) < 2:
        raise _Unreadable("broken")
    x, y = given[0], given[1]
    if x is None or y is None:
        raise _Unreadable("not_a_number")
    if type(x) not in (int, float) or type(y) not in (int, float):
        raise _Unreadable("broken")
    if not (math.isfinite(x) and math.isfinite(y)):
        raise _Unreadable("not_a_number")
    return float(x), float(y)


def _crs(said: dict[str, Any], features: list[Any], notices: list[Notice], name: str) -> CRS:
    """WGS 84 (RFC 7946), unless an older file says otherwise, at its top or inside its geometries."""
    if crs := _named_crs(said.get("crs")):
        return crs
    inside = {
        orjson.dumps(geometry["crs"]): geometry["crs"]
        for feature in features
        for geometry in (feature, feature.get("geometry"))
        if isinstance(geometry, dict) and geometry.get("crs")
    }
    if not inside:
        return WGS84
    if len(inside) > 1:
        raise IntakeError("crs.several", name=name)
    crs = _named_crs(next(iter(inside.values())))
    notices.append(Notice(code="crs.inside", args={"crs": crs.name if crs else "WGS 84"}))
    return crs or WGS84


def _named_crs(said: Any) -> CRS | None:
    """The CRS of an old ``crs`` member (GeoJSON 2008)."""
    told = said.get("properties") if isinstance(said, dict) else None
    if isinstance(said, str):
        return file_crs(said[:200])
    if not isinstance(told, dict):
        return None
    given = told.get("name") or (f"EPSG:{told['code']}" if "code" in told else None)
    return file_crs(given[:200]) if isinstance(given, str) else None
