"""Pairs of units that touch and that a river, a motorway or a cliff parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from territory.geo.crs import require_projected


def barred(
    units: GeoSeries, contacts: pd.DataFrame, barriers: GeoSeries, *, tolerance_m: float, share: float = 0.5
) -> pd.DataFrame:
    """Find neighbours whose common line runs along a barrier.

    A barrier inside a unit parts nobody: the unit is one community. Where it only crosses a common line, one can
    walk beside it.

    Parameters
    ----------
    units
        (n,) valid polygons in metres, indexed by unit id.
    contacts
        ``left``, ``right``, ``is_rook`` as `coverage.contacts` gives them.
    barriers
        Lines or areas in the CRS of ``units``. A bridge is a gap in a line, or a declared link that the caller
        takes out of the answer.
    tolerance_m
        How far apart two drawings of one line may lie.
    share
        Part of the common line that has to run along barriers.

    Returns
    -------
    DataFrame
        ``left`` and ``right``: the rows of ``contacts`` that are parted.

    Raises
    ------
    NotProjected
        The CRS is geographic or missing.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> from territory.geo.coverage import contacts
    >>> row = GeoSeries([box(100 * k, 0, 100 * k + 100, 100) for k in range(3)], [*"abc"], crs=32618)
    >>> river = GeoSeries([LineString([(101, -50), (101, 150)])], crs=32618)
    >>> touching = contacts(row, tolerance_m=2, min_edge_m=10)
    >>> barred(row, touching, river, tolerance_m=2).values.tolist()
    [['a', 'b']]
    """
    require_projected(units)
    pairs = contacts.loc[contacts["is_rook"].astype(bool), ["left", "right"]]
    zone = shapely.buffer(np.asarray(barriers.array), tolerance_m)
    tree = shapely.STRtree(zone)
    near = np.unique(tree.query(np.asarray(units.array), predicate="intersects")[0])
    pairs = pairs[pairs["left"].isin(units.index[near]) & pairs["right"].isin(units.index[near])]
    left, right = (np.asarray(units.reindex(pairs[side]).array) for side in ("left", "right"))
    common = shapely.intersection(shapely.boundary(left), shapely.buffer(right, tolerance_m))
    pair, barrier = tree.query(common, predicate="intersects")
    along_m = np.zeros(len(pairs))
    for at in np.unique(pair):
        along_m[at] = shapely.intersection(common[at], shapely.union_all(zone[barrier[pair == at]])).length
    length_m = shapely.length(common)
    return pairs[(length_m > 0) & (along_m >= share * length_m)].reset_index(drop=True)
