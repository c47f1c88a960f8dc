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
    areas = _shared_areas(outlines, theirs, pairs, np.asarray(jurisdictions.array))
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


def _shared_areas(ours: Outlines, theirs: Outlines, pairs: np.ndarray, jurisdictions: np.ndarray) -> np.ndarray:
    """m² that the parts of each pair share.

    Most units lie far from every line between jurisdictions: where the box of one meets no such line, all of it is
    on the side of any of its points, and the long outline need not be read.
    """
    is_near = np.zeros(len(ours.boxes), dtype=bool)
    is_near[theirs.stretch_tree.query(shapely.box(*ours.boxes.T))[0]] = True
    beside = is_near[pairs[:, 0]]
    areas = np.zeros(len(pairs))
    areas[beside] = shared_areas_m2(ours, theirs, pairs[beside])
    far = np.flatnonzero(~beside)
    place = theirs.unit[pairs[far, 1]]
    corners = ours.edges[ours.first[pairs[far, 0]], :2]
    own_m2 = ours.areas_m2()[pairs[far, 0]]
    order = np.argsort(place, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(place[order])) + 1):
        if len(rows):
            ground = jurisdictions[place[rows[0]]]
            shapely.prepare(ground)
            areas[far[rows]] = np.where(shapely.contains_xy(ground, corners[rows]), own_m2[rows], 0.0)
    return areas


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
    strip = GeoSeries(in_chunks(_ground_within, unit, ground, chunk=256), crs=units.crs)
    counted = candidates[is_wide(strip, width_m=width_m)]
    return counted[counted.groupby("unit")["share"].transform("size") > 1].reset_index(drop=True)


def _ground_within(units: np.ndarray, jurisdictions: np.ndarray) -> np.ndarray:
    """What aligned shapes share, when the second are large and the first small."""
    near = [
        shapely.clip_by_rect(ground, *box)
        for ground, box in zip(jurisdictions, shapely.bounds(units) + np.array([-1, -1, 1, 1]), strict=True)
    ]
    return shared_ground(units, np.array(near, dtype=object))
