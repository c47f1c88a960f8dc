"""GeoJSON (RFC 7946), a feature a line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from territory.export.sheet import Sheet


def write_geojson(sheet: Sheet, path: Path) -> None:
    """Write a FeatureCollection; the id of a territory is the id of its feature.

    Parameters
    ----------
    sheet
        What to write.
    path
        Where.
    """
    names = [name for name in sheet.columns if name != "id"]
    rows = zip(*(sheet.columns[name] for name in names), strict=True)
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","features":[')
        between = b"\n"
        for id_, drawn, cells in zip(sheet.columns["id"], _coordinates(sheet.shapes), rows, strict=True):
            feature = {
                "type": "Feature",
                "id": id_,
                "properties": dict(zip(names, cells, strict=True)),
                "geometry": None if drawn is None else {"type": "MultiPolygon", "coordinates": drawn},
            }
            file.write(between + orjson.dumps(feature, option=orjson.OPT_SERIALIZE_NUMPY))
            between = b",\n"
        file.write(b"\n]}\n")


def _coordinates(shapes: np.ndarray[Any, Any]) -> list[list[list[np.ndarray[Any, Any]]] | None]:
    """Positions by polygon and ring, of each shape; all are taken apart at once, one by one is far slower."""
    polygons, of_shape = shapely.get_parts(shapes, return_index=True)
    rings, of_polygon = shapely.get_rings(polygons, return_index=True)
    coords, of_ring = shapely.get_coordinates(rings, return_index=True)
    drawn: list[list[list[np.ndarray[Any, Any]]] | None] = [None] * len(shapes)
    by_polygon: list[list[np.ndarray[Any, Any]]] = [[] for _ in polygons]
    ends = np.searchsorted(of_ring, np.arange(len(rings)), side="right").tolist()
    start = 0
    for polygon, end in zip(of_polygon.tolist(), ends, strict=True):
        by_polygon[polygon].append(coords[start:end])
        start = end
    for shape, parts in zip(of_shape.tolist(), by_polygon, strict=True):
        drawn[shape] = [*(drawn[shape] or []), parts]
    return drawn
