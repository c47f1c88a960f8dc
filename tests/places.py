"""A plain grid of councils in a valley, for tests that break it in one way."""

from __future__ import annotations

import pandas as pd
from geopandas import GeoDataFrame, GeoSeries
from shapely import Polygon, box

from territory.geo.repair import canonical
from territory.model import WGS84, as_layer

SIDE = 0.005  # degrees, about 550 m


def cell(column: float, row: float, width: float = 1, height: float = 1) -> Polygon:
    """A council of the grid, or a piece or a multiple of one."""
    west, south = -69.3 + column * SIDE, 9.9 + row * SIDE
    return box(west, south, west + width * SIDE, south + height * SIDE)


def grid(columns: int = 4, rows: int = 3) -> dict[str, Polygon]:
    """Councils ``c00``, ``c01`` … by column and row."""
    return {f"c{x}{y}": cell(x, y) for x in range(columns) for y in range(rows)}


def layer(shapes: dict[str, Polygon], **columns: object) -> GeoDataFrame:
    """Shapes by id as a layer."""
    boundaries = canonical(GeoSeries(list(shapes.values()), index=list(shapes), crs=WGS84))
    return as_layer(boundaries, **columns)


def municipalities() -> GeoDataFrame:
    """Two municipalities; their line leaves 64 % of ``c00`` in the first."""
    return GeoDataFrame(
        {"name": ["Palavecino", "Araure"], "level": "municipality", "source": "demo"},
        index=pd.Index(["m1", "m2"], name="id"),
        geometry=[cell(-5, -5, 5.64, 10), cell(0.64, -5, 5, 10)],
        crs=WGS84,
    )
