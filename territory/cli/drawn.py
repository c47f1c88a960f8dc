"""What somebody drew, read from a file of their own."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
from geopandas import GeoSeries

from territory.model import WGS84
from territory.services.errors import Unusable


def read_shapes(path: Path, *kinds: str) -> GeoSeries:
    """The shapes of some kinds in a file, in WGS 84.

    Raises
    ------
    Unusable
        The file cannot be read, or holds no such shapes with a coordinate system.
    """
    try:
        layer = gpd.read_file(path)
    except Exception as error:
        raise Unusable("reference.unreadable", file=path.name, reason=str(error)[:200]) from None
    shapes = layer.geometry[layer.geom_type.isin(kinds)]
    if shapes.empty or shapes.crs is None:
        raise Unusable("reference.columns", file=path.name)
    return shapes.to_crs(WGS84)
