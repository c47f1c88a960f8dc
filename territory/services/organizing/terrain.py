"""What lies around and under a corridor: parks, indigenous lands, ground in danger, rivers, roads and water."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyproj import CRS

from territory.geo.crs import to_metres
from territory.model import WGS84
from territory.records import Place, Reference, ReferenceLayer
from territory.services.register import Register, today

TOLD = ("protected", "indigenous", "hazards", "rivers")
"""Kinds of reference layers of which it is always told what lies in a corridor."""
BARRED = ("hazards", "protected", "rivers", "roads")
"""Kinds of reference layers that can be a barrier."""

_WATER = "water"


def features(register: Register, kinds: Collection[str], bounds: np.ndarray, crs: CRS) -> dict[str, GeoDataFrame]:
    """Features of reference layers that count today, as far as they come into a box.

    Parameters
    ----------
    register
        Where they are.
    kinds
        See `territory.records.ReferenceLayer`; several sources of one kind stand side by side.
    bounds, crs
        (4,) west, south, east, north in metres, of a projected CRS.

    Returns
    -------
    dict of GeoDataFrame
        By kind, those alone that have any: ``called`` and ``source`` by id of the feature, in that CRS.
    """
    day = today()
    with register.reading() as reading:
        layers = reading.find(ReferenceLayer, kind=sorted(kinds)) if kinds else []
        of = {each.id: each for each in layers if each.until is None or day < each.until}
        columns = ("id", "layer", "called", "shape")
        rows = reading.rows(Reference, columns, ids=sorted(of), by="layer") if of else ()
        read = [(of[layer].kind, of[layer].source, id_, called, wkb) for id_, layer, called, wkb in rows]
    if not read:
        return {}
    of_kind, source, ids, called, wkb = map(list, zip(*read, strict=True))
    shapes = to_metres(GeoSeries.from_wkb(wkb, index=ids, crs=WGS84), crs)
    told = {"kind": of_kind, "called": called, "source": source}
    frame = GeoDataFrame(told, geometry=shapes.make_valid(), index=shapes.index)
    near = np.sort(frame.sindex.query(shapely.box(*bounds), predicate="intersects"))
    return {str(kind): some.drop(columns="kind") for kind, some in frame.iloc[near].groupby("kind", sort=True)}


def water(register: Register, councils: Collection[str], crs: CRS) -> GeoDataFrame:
    """Water sources that some councils told of: ``called``, by id of the place, in a projected CRS."""
    with register.reading() as reading:
        found = reading.find(Place, kind=_WATER, territory=sorted(councils), until=None)
    at = to_metres(GeoSeries([each.at for each in found], [each.id for each in found], crs=WGS84), crs)
    return GeoDataFrame({"called": [each.called for each in found]}, geometry=at, index=at.index)
