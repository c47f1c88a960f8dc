"""How much of each unit lies in each municipality or state. Crossing a line is information, never a fault."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from territory.geo.coverage import is_wide, shared_ground
from territory.geo.outlines import Outlines, shared_areas_m2
from territory.geo.threads import in_chunks


def shares(
    units: GeoSeries,
    jurisdictions: GeoSeries,
    *,
    outlines: Outlines | None = None,
    theirs: Outlines | None = None,
    min_area_m2: float = 1.0,
) -> pd.DataFrame:
    """Measure the share of each unit in each jurisdiction.

    Parameters
    ----------
    units
        (n,) valid polygons indexed by unit id, projected CRS in metres.
    jurisdictions
        (m,) valid polygons in the same CRS, indexed by id. They may contradict each other.
    outlines, theirs
        ``Outlines.of(units)`` and ``Outlines.of(jurisdictions)``, when the caller has them already.
    min_area_m2
        Smaller areas are rounding.

    Returns
    -------
    DataFrame
        ``unit``, ``jurisdiction``, ``area_m2``, ``share`` of the unit, in the order of both layers.
    """
    outlines = outlines or Outlines.of(units)
    theirs = theirs or Outlines.of(jurisdictions)
    pairs = outlines.pairs_with(theirs)
    areas = shared_areas_m2(outlines, theirs, pairs)
    count = len(jurisdictions)
    keys, where = np.unique(outlines.unit[pairs[:, 0]] * count + theirs.unit[pairs[:, 1]], return_inverse=True)
    area_m2 = np.bincount(where, areas, minlength=len(keys))
    kept = area_m2 >= min_area_m2
    unit, place, area_m2 = keys[kept] // count, keys[kept] % count, area_m2[kept]
    return pd.DataFrame(
        {
            "unit": units.index[unit],
            "jurisdiction": jurisdictions.index[place],
            "area_m2": area_m2,
            "share": area_m2 / shapely.area(np.asarray(units.array))[unit],
        }
    )


def crossings(
    found: pd.DataFrame, units: GeoSeries, jurisdictions: GeoSeries, *, width_m: float, min_share: float
) -> pd.DataFrame:
    """Keep the shares of units that really lie in more than one jurisdiction.

    A unit drawn along a line lies a little on both sides of it; such a strip is narrower than ``width_m``, or
    less than ``min_share``, and does not count.

    Parameters
    ----------
    found
        What `shares` returned for these units and jurisdictions.

    Returns
    -------
    DataFrame
        The rows of ``found`` of units with at least two shares that count, those only.
    """
    candidates = found[((found["share"] >= min_share) & (found["share"] < 1 - min_share)).to_numpy()]
    if candidates.empty:
        return candidates
    candidates = candidates[candidates.groupby("unit")["share"].transform("size") > 1]
    unit = np.asarray(units.loc[candidates["unit"]].array)
    ground = np.asarray(jurisdictions.loc[candidates["jurisdiction"]].array)
    strip = GeoSeries(in_chunks(ground_within, unit, ground, chunk=256), crs=units.crs)
    counted = candidates[is_wide(strip, width_m=width_m)]
    return counted[counted.groupby("unit")["share"].transform("size") > 1].reset_index(drop=True)


def ground_within(units: np.ndarray, jurisdictions: np.ndarray) -> np.ndarray:
    """What aligned shapes share, when the second are large and the first small."""
    near = [
        shapely.clip_by_rect(ground, *box)
        for ground, box in zip(jurisdictions, shapely.bounds(units) + np.array([-1, -1, 1, 1]), strict=True)
    ]
    return shared_ground(units, np.array(near, dtype=object))
