"""What a competent analyst writes today: geopandas, straight from its user guide."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from benchmarks.peers.task import MIN_AREA_M2, MIN_EDGE_M, SLIVER_M, Given, gap_table, holes


def shared(units: GeoDataFrame) -> GeoDataFrame:
    """What pairs of councils have in common: ground, lines or points."""
    own = units[["geometry"]]
    pairs = gpd.sjoin(own, own, predicate="intersects", lsuffix="left", rsuffix="right")
    other = next(column for column in pairs.columns if column.endswith("right"))
    pairs = pairs[pairs.index < pairs[other]]
    left = pairs.geometry.reset_index(drop=True)
    right = own.geometry.loc[pairs[other]].reset_index(drop=True)
    return GeoDataFrame(
        {"left": pairs.index, "right": pairs[other].to_numpy()},
        geometry=left.intersection(right),
        crs=units.crs,
    )


def overlaps(given: Given) -> pd.DataFrame:
    """Join the layer with itself, intersect, keep by area."""
    both = shared(given.units)
    both["area_m2"] = both.area
    return pd.DataFrame(both.loc[both["area_m2"] >= MIN_AREA_M2, ["left", "right", "area_m2"]])


def neighbours(given: Given) -> pd.DataFrame:
    """Keep by the length in common."""
    both = shared(given.units)
    return pd.DataFrame(both.loc[both.length >= MIN_EDGE_M, ["left", "right"]])


def gaps(given: Given) -> pd.DataFrame:
    """Holes of the union."""
    found = holes(given.units.union_all())
    if given.noise_m:
        width_m = max(SLIVER_M, 2 * given.noise_m)
        found = np.asarray(shapely.get_parts(shapely.buffer(found, -width_m / 2)))
        found = shapely.buffer(found, width_m / 2, join_style="mitre", mitre_limit=2.0)
    return gap_table(found)


def jurisdictions(given: Given) -> pd.DataFrame:
    """Overlay of both layers."""
    units = given.units[["geometry"]].rename_axis("unit").reset_index()
    places = given.jurisdictions[["geometry"]].rename_axis("jurisdiction").reset_index()
    both = gpd.overlay(units, places, how="intersection", keep_geom_type=True)
    both["area_m2"] = both.area
    return pd.DataFrame(both.loc[both["area_m2"] >= MIN_AREA_M2, ["unit", "jurisdiction", "area_m2"]])
