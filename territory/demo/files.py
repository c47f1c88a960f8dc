"""A region as a community might send it: Spanish columns, one that names people, and broken boundaries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from geopandas import GeoDataFrame

from territory.findings import Code
from territory.model import WGS84

if TYPE_CHECKING:
    from territory.demo.region import Region

_DRIVERS = {".gpkg": "GPKG", ".geojson": "GeoJSON", ".json": "GeoJSON", ".fgb": "FlatGeobuf"}
_NOBODY = "0000-0000000"
_AWAY_DEG = 0.05
"""Broken councils lie so far east of the others, and of each other."""


def write(region: Region, path: Path) -> None:
    """Write a region with what only a file can have: boundaries that are none, and a column about people.

    Parameters
    ----------
    path
        The ending tells the format: ``.gpkg``, ``.geojson``, ``.fgb`` or ``.parquet``.

    Raises
    ------
    ValueError
        Another ending.
    """
    raw = region.layer
    if (region.truth["needs"] == "file").any():
        raw = pd.concat([_with_spike(raw), broken(raw)])
    table = GeoDataFrame(
        {
            "codigo": raw.index,
            "nombre": raw["name"].to_numpy(),
            "nivel": raw["level"].to_numpy(),
            "pertenece_a": raw["parent"].to_numpy(),
            "clase": raw["kind"].to_numpy(),
            "familias": raw["families"].to_numpy(),
            "telefono_vocero": _NOBODY,
        },
        geometry=np.asarray(raw.geometry.array),
        crs=WGS84,
    )
    if path.suffix == ".parquet":
        table.to_parquet(path, index=False)
    elif path.suffix in _DRIVERS:
        options = {"COORDINATE_PRECISION": 7} if _DRIVERS[path.suffix] == "GeoJSON" else {}
        pyogrio.write_dataframe(table, path, driver=_DRIVERS[path.suffix], **options)
    else:
        raise ValueError(f"no format ends in {path.suffix!r}: use {', '.join([*_DRIVERS, '.parquet'])}")


def truth_of_file(layer: GeoDataFrame) -> list[dict[str, Any]]:
    """What is wrong with the boundaries that only a file has."""
    bow_tie, collapsed, swapped = broken(layer).itertuples()
    return [
        _row(Code.REPAIRED, bow_tie.Index, bow_tie.geometry),
        _row(Code.INVALID, collapsed.Index, collapsed.geometry),
        _row(Code.OUTSIDE, swapped.Index, swapped.geometry),
        _row(Code.REPAIRED, str(layer.index[0]), layer.geometry.iloc[0]),
    ]


def broken(layer: GeoDataFrame) -> GeoDataFrame:
    """A bow tie, a council without area and one with latitude before longitude, away from all others."""
    _, _, east, north = layer.total_bounds
    shapes = [
        _placed([(0, 0), (0.01, 0.01), (0.01, 0), (0, 0.01)], east + _AWAY_DEG, north),
        _placed([(0, 0), (0.01, 0.01), (0.02, 0.02)], east + 2 * _AWAY_DEG, north),
        _placed([(0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01)], north, east + 3 * _AWAY_DEG),
    ]
    count = int((layer["level"] == "council").sum())
    width = len(str(layer.index[0])) - 1
    ids = [f"c{count + at:0{width}d}" for at in (1, 2, 3)]
    frame = GeoDataFrame(
        {"name": "Consejo Comunal Prueba", "level": "council", "parent": None, "kind": "rural", "families": 64},
        index=pd.Index(ids, name="id"),
        geometry=shapes,
        crs=WGS84,
    )
    return frame.astype({"families": "Int64", "parent": object})


def _with_spike(layer: GeoDataFrame) -> GeoDataFrame:
    """The layer with a line in its first council that goes out and comes back the same way."""
    ring = shapely.get_coordinates(layer.geometry.iloc[0])
    tip = np.round(ring[0] + 3 * (ring[0] - ring.mean(axis=0)), 7)
    shapes = np.asarray(layer.geometry.array).copy()
    shapes[0] = shapely.multipolygons([shapely.polygons(np.vstack([ring[:-1], ring[0], tip, ring[0]]))])
    return layer.set_geometry(shapes).set_crs(WGS84)


def _placed(points: list[tuple[float, float]], x: float, y: float) -> shapely.MultiPolygon:
    return shapely.multipolygons([shapely.polygons(np.round(np.add(points, (x, y)), 7))])


def _row(code: Code, territory: str, ground: shapely.Geometry) -> dict[str, Any]:
    return {"code": code, "territories": (territory,), "needs": "file", "geometry": ground}
