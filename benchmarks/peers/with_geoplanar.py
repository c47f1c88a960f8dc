"""geoplanar: planar enforcement of polygon layers."""

from __future__ import annotations

import geoplanar
import pandas as pd
import shapely

from benchmarks.peers.task import MIN_AREA_M2, Given, gap_table, pair_table


def overlaps(given: Given) -> pd.DataFrame:
    """Its pairs, which leave out councils drawn twice or inside another; it measures nothing, so shapely does."""
    left, right = geoplanar.overlaps(given.units)
    once = left < right
    left, right = left[once], right[once]
    shapes = given.units.geometry.to_numpy()
    area_m2 = shapely.area(shapely.intersection(shapes[left], shapes[right]))
    kept = area_m2 >= MIN_AREA_M2
    return pair_table(given.units, left[kept], right[kept], area_m2=area_m2[kept])


def gaps(given: Given) -> pd.DataFrame:
    """Its gaps."""
    return gap_table(geoplanar.gaps(given.units).to_numpy())
