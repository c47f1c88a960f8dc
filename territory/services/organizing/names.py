"""Territories found by a part of their name, or by a place in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame, GeoSeries
from shapely import Point

from territory.geo.crs import to_metres
from territory.model import WGS84
from territory.services.access import Access, Operation, require_role
from territory.services.organizing.look import seen
from territory.services.register import Register

_MOST = 20


def find(register: Register, access: Access, text: str, levels: Collection[str] = ()) -> GeoDataFrame:
    """Territories whose name has a text in it, whatever its accents and capitals.

    Parameters
    ----------
    register, access
        Where, and who asks; only what they see whole is found.
    text
        Part of a name.
    levels
        Only those of these levels, where any are named.

    Returns
    -------
    geopandas.GeoDataFrame
        At most 20, by territory id, in metres; names that begin with the text come first, then by name.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    """
    layer = _asked(register, access, levels)
    plain = layer["name"].fillna("").map(_plain)
    found = pd.DataFrame({"at": plain.str.find(_plain(text)), "name": plain})
    found = found[found["at"] >= 0].assign(later=found["at"] > 0)
    return layer.loc[found.sort_values(["later", "name"]).index[:_MOST]]


def at(register: Register, access: Access, lon: float, lat: float, levels: Collection[str] = ()) -> GeoDataFrame:
    """Territories at a place, the smallest first; in all else as `find`.

    Parameters
    ----------
    lon, lat
        In degrees, WGS 84.
    """
    layer = _asked(register, access, levels)
    place = to_metres(GeoSeries([Point(lon, lat)], crs=WGS84), layer.crs).iloc[0]
    here = layer.iloc[layer.sindex.query(place, predicate="intersects")]
    return here.iloc[np.argsort(here.geometry.area.to_numpy())][:_MOST]


def _asked(register: Register, access: Access, levels: Collection[str]) -> GeoDataFrame:
    require_role(access, Operation.GROUP)
    layer = seen(register.eyes(access))
    return layer[layer["level"].isin(levels).to_numpy()] if levels else layer


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(each for each in letters if not unicodedata.combining(each)).casefold().strip()
