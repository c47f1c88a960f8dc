"""What the platform is about: a layer of territories and what lies around them.

A *layer* is a GeoDataFrame in one known form, so that every part can rely on it:

========== ======================================================================
index      territory id, ``str``, unique, named ``id``
name       what people call it, ``str``
level      a level of the profile: ``council``, ``commune``, ``corridor`` …
parent     id of the territory it belongs to, or ``None``
kind       ``urban``, ``rural``, ``indigenous``, ``mixed`` or ``None``
families   families as counted by the council, ``Int64``, missing when unknown
geometry   canonical boundary: WGS 84, MultiPolygon, on the 1e-7° grid
========== ======================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd
from geopandas import GeoDataFrame, GeoSeries

from territory.geo import crs

WGS84 = crs.WGS84
"""The object itself, not its name: a few shapes are made faster than a name is looked up."""

LAYER_COLUMNS = ("name", "level", "parent", "kind", "families")


def as_layer(boundaries: GeoSeries, **columns: Any) -> GeoDataFrame:
    """Put canonical boundaries and their attributes into the form of a layer.

    Parameters
    ----------
    boundaries
        (n,) canonical boundaries in WGS 84, indexed by territory id.
    columns
        Any of `LAYER_COLUMNS`, aligned to ``boundaries``; a missing ``name`` is the id, a missing
        ``level`` is ``council``, anything else missing is unknown.

    Raises
    ------
    ValueError
        Ids repeat, or a column is not one of a layer's.

    Examples
    --------
    >>> from shapely import MultiPolygon, box
    >>> layer = as_layer(GeoSeries([MultiPolygon([box(0, 0, 1, 1)])], ["a"], crs=WGS84))
    >>> layer.loc["a", ["name", "level"]].tolist()
    ['a', 'council']
    """
    if unknown := set(columns) - set(LAYER_COLUMNS):
        raise ValueError(f"a layer has no column {', '.join(sorted(unknown))}")
    index = pd.Index(boundaries.index.astype(str), name="id")
    if not index.is_unique:
        raise ValueError(f"ids repeat: {index[index.duplicated()][0]}")
    frame = pd.DataFrame(
        {column: columns.get(column, [None] * len(index)) for column in LAYER_COLUMNS},
        index=index,
        dtype=object,
    )
    frame["name"] = frame["name"].where(frame["name"].notna(), index.to_series()).astype(str)
    frame["level"] = frame["level"].fillna("council").astype(str)
    frame["families"] = pd.to_numeric(frame["families"]).astype("Int64")
    return GeoDataFrame(frame, geometry=GeoSeries(boundaries.array, index=index, crs=WGS84))


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What lies around and under the territories without being one: reference layers.

    Each frame is in WGS 84; ``None`` means not known, which is never "nothing there".
    """

    jurisdictions: GeoDataFrame | None = None
    """Index id; ``name``, ``level`` (``municipality``, ``state``, ``parish``), ``source``, polygons."""
    land: GeoDataFrame | None = None
    """Polygons that territories are expected to cover; without it only enclosed gaps exist."""
    shared_places: GeoDataFrame | None = None
    """Index id; ``name``; polygons declared shared by their neighbours: no finding inside."""
    links: pd.DataFrame | None = None
    """``left``, ``right`` (territory ids), ``kind`` (road, bridge, ferry): declared links."""
    is_fictitious: bool = False
    """The territories are invented, and every page and file made of them must say so."""


class Publication(StrEnum):
    """How much of a territory the public sees; private until an act of its assembly says otherwise."""

    PRIVATE = "private"
    LISTED = "listed"
    """Name and municipality, no line."""
    GENERAL = "general"
    """A coarse outline."""
    EXACT = "exact"
