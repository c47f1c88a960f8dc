"""How the units of a layer fit: ground that two of them hold, and who is whose neighbour."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from territory.geo.outlines import Outlines, beside_lengths_m, shared_areas_m2
from territory.geo.threads import in_chunks


def overlaps(
    units: GeoSeries,
    *,
    min_area_m2: float = 1.0,
    outlines: Outlines | None = None,
    focus: Hashable | None = None,
) -> GeoDataFrame:
    """Find where two units claim the same ground.

    Identical and nested units count like any other pair: what matters is the area both hold.

    Parameters
    ----------
    units
        (n,) valid polygons indexed by unit id, projected CRS in metres.
    min_area_m2
        Smaller shared areas are digitising noise.
    outlines
        ``Outlines.of(units)``, when the caller has it already.
    focus
        A unit id: only pairs with that unit are asked about.

    Returns
    -------
    GeoDataFrame
        One row per pair, in the order of ``units``: ``left``, ``right``, ``area_m2``, ``left_share`` and
        ``right_share`` of each unit's own area, and the shared ground; CRS of ``units``.

    Raises
    ------
    NotProjected
        The CRS is geographic or missing.

    Examples
    --------
    >>> from shapely import box
    >>> units = GeoSeries([box(0, 0, 2, 2), box(1, 0, 3, 2)], ["a", "b"], crs=32618)
    >>> overlaps(units)[["left", "right", "area_m2", "left_share"]].values.tolist()
    [['a', 'b', 2.0, 0.5]]
    """
    outlines = outlines or Outlines.of(units)
    pairs = outlines.pairs()
    if focus is not None:
        asked = units.index.get_loc(focus)
        pairs = pairs[(outlines.unit[pairs] == asked).any(axis=1)]
    areas = shared_areas_m2(outlines, outlines, pairs)
    left, right, sums = _by_unit(outlines, pairs, areas[:, None])
    keep = sums[:, 0] >= min_area_m2
    left, right, area_m2 = left[keep], right[keep], sums[keep, 0]
    shapes = np.asarray(units.array)
    shared = in_chunks(shared_ground, shapes[left], shapes[right])
    own_m2 = shapely.area(shapes)
    return GeoDataFrame(
        {
            "left": units.index[left],
            "right": units.index[right],
            "area_m2": area_m2,
            "left_share": area_m2 / own_m2[left],
            "right_share": area_m2 / own_m2[right],
        },
        geometry=shared,
        crs=units.crs,
    )


def contacts(
    units: GeoSeries, *, tolerance_m: float, min_edge_m: float, outlines: Outlines | None = None
) -> pd.DataFrame:
    """Find which units touch, and how wide the crossing from one to the other is.

    Two units are *rook* neighbours when each one's line runs within ``tolerance_m`` of the other (or inside it)
    for at least ``min_edge_m`` beyond what a corner gives; they touch at a *corner* when they come as near
    without such a length. Lines drawn twice by hand need not share a single vertex.

    Parameters
    ----------
    units
        (n,) valid polygons indexed by unit id, projected CRS in metres.
    tolerance_m
        How far apart two drawings of one line may lie.
    min_edge_m
        Shortest shared edge that one can walk across.
    outlines
        ``Outlines.of(units)``, when the caller has it already.

    Returns
    -------
    DataFrame
        One row per pair in contact, in the order of ``units``: ``left``, ``right``, ``width_m`` (the smaller of
        both lengths less what the tolerance adds at its ends; 0 at a corner), ``is_rook``.

    Raises
    ------
    NotProjected
        The CRS is geographic or missing.

    Examples
    --------
    >>> from shapely import box
    >>> units = GeoSeries([box(0, 0, 50, 50), box(52, 0, 90, 50), box(-40, 50, 0, 90)], [*"abc"], crs=32618)
    >>> contacts(units, tolerance_m=5, min_edge_m=10)[["left", "right", "is_rook"]].values.tolist()
    [['a', 'b', True], ['a', 'c', False]]
    """
    outlines = outlines or Outlines.of(units)
    pairs = outlines.pairs(within_m=tolerance_m)
    beside = beside_lengths_m(outlines, outlines, pairs, tolerance_m=tolerance_m)
    left, right, sums = _by_unit(outlines, pairs, beside)
    touching = sums.min(axis=1) > 0
    width_m = sums[touching].min(axis=1) - 2 * tolerance_m
    is_rook = width_m >= min_edge_m
    return pd.DataFrame(
        {
            "left": units.index[left[touching]],
            "right": units.index[right[touching]],
            "width_m": np.where(is_rook, width_m, 0.0),
            "is_rook": is_rook,
        }
    )


def neighbours(
    units: GeoSeries, *, tolerance_m: float, min_edge_m: float, outlines: Outlines | None = None
) -> pd.DataFrame:
    """The rook neighbours among `contacts`: ``left``, ``right``, ``width_m``."""
    found = contacts(units, tolerance_m=tolerance_m, min_edge_m=min_edge_m, outlines=outlines)
    return found.loc[found.is_rook, ["left", "right", "width_m"]].reset_index(drop=True)


def is_wide(shapes: GeoSeries, *, width_m: float) -> NDArray[np.bool_]:
    """Whether a disc of the given width fits somewhere into each shape: if not, it is a sliver.

    Examples
    --------
    >>> from shapely import box
    >>> is_wide(GeoSeries([box(0, 0, 500, 9), box(0, 0, 12, 12)], crs=32618), width_m=10).tolist()
    [False, True]
    """
    polygons = np.asarray(shapes.array)
    radius_m = width_m / 2
    parts, owner = shapely.get_parts(polygons, return_index=True)
    area_m2, line_m = shapely.area(parts), shapely.length(parts)
    # No point is farther from the line than the largest disc's radius, hence area <= radius × line; and the
    # disc itself has an area. Only what lies between the two bounds needs the buffer.
    fits = area_m2 > radius_m * line_m
    unsure = np.flatnonzero(~fits & (area_m2 >= np.pi * radius_m**2))
    if len(unsure):
        fits[unsure] = ~in_chunks(lambda part: shapely.is_empty(shapely.buffer(part, -radius_m)), parts[unsure])
    result = np.zeros(len(polygons), dtype=bool)
    result[owner[fits]] = True
    return result


def strip_width_m(strip: BaseGeometry) -> float:
    """How wide a sliver is: the short side of the rectangle of its area and outline.

    Examples
    --------
    >>> from shapely import box
    >>> strip_width_m(box(0, 0, 300, 4))
    4.0
    """
    half_m = strip.length / 2
    return float(half_m - np.sqrt(max(half_m**2 - 4 * strip.area, 0.0))) / 2


def shared_ground(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The polygons, and only those, in which aligned shapes overlap."""
    shared = shapely.intersection(left, right)
    mixed = np.flatnonzero(shapely.get_type_id(shared) == 7)
    # Where outlines run together, the intersection also holds lines.
    for at in mixed:
        shared[at] = MultiPolygon([part for part in shapely.get_parts(shared[at]) if part.geom_type == "Polygon"])
    return np.asarray(shared)


def _by_unit(
    outlines: Outlines, pairs: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum what was measured of pairs of parts over pairs of units; columns are left's and right's."""
    left, right = outlines.unit[pairs[:, 0]], outlines.unit[pairs[:, 1]]
    swapped = left > right
    if values.shape[1] == 2:
        values = np.where(swapped[:, None], values[:, ::-1], values)
    left, right = np.where(swapped, right, left), np.where(swapped, left, right)
    count = int(outlines.unit.max(initial=0)) + 1
    keys, where = np.unique((left * count + right).astype(np.int64), return_inverse=True)
    sums = np.stack([np.bincount(where, column, minlength=len(keys)) for column in values.T], axis=1)
    return keys // count, keys % count, sums
