"""How one gets from a unit to the next: from middle to middle, through the door that their common line is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray

Shapes = NDArray[Any]


def doors(left: Shapes, right: Shapes, tolerance_m: float) -> Shapes:
    """(n,) the longest stretch of line that two units have in common; of units apart, the shortest way between.

    Parameters
    ----------
    left, right
        (n,) polygons in metres.
    tolerance_m
        How far apart two drawings of one line may lie.
    """
    reach = np.array([-1, -1, 1, 1]) * 2 * tolerance_m
    # Only what lies near the other, or the whole line of a large unit would be read for each neighbour.
    lines = [
        shapely.clip_by_rect(line, *box)
        for line, box in zip(shapely.boundary(left), shapely.bounds(right) + reach, strict=True)
    ]
    near = [
        shapely.clip_by_rect(shape, *box)
        for shape, box in zip(right, shapely.bounds(left) + 2 * reach, strict=True)
    ]
    common = shapely.intersection(lines, shapely.buffer(near, tolerance_m))
    stretches, owner = shapely.get_parts(shapely.line_merge(common), return_index=True)
    doors = np.asarray(shapely.shortest_line(left, right))
    length_m = shapely.length(stretches)
    order = np.argsort(length_m, kind="stable")
    longest = order[length_m[order] > 0]
    doors[owner[longest]] = stretches[longest]
    return doors


def ways(left: Shapes, between: Shapes, right: Shapes) -> Shapes:
    """(n,) lines from one middle to another through the middle of the door between them.

    Parameters
    ----------
    left, right
        (n,) points.
    between
        (n,) `doors`.
    """
    halfway = shapely.line_interpolate_point(between, 0.5, normalized=True)
    stops = np.column_stack([left, halfway, right])
    lines: Shapes = shapely.linestrings(shapely.get_coordinates(stops.ravel()).reshape(-1, 3, 2))
    return lines


def barred(units: GeoSeries, pairs: pd.DataFrame, barriers: GeoSeries, *, tolerance_m: float) -> pd.DataFrame:
    """Pairs of units between which a barrier lies: it meets the way from middle to middle.

    Parameters
    ----------
    units
        (n,) polygons in metres by unit id.
    pairs
        ``left`` and ``right``: units that touch.
    barriers
        Lines that are not crossed, areas that are not entered, in the same CRS.
    tolerance_m
        See `doors`.

    Returns
    -------
    DataFrame
        ``left`` and ``right`` of those pairs.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> units = GeoSeries([box(k, 0, k + 1, 1) for k in range(3)], index=list("abc"), crs="EPSG:32619")
    >>> pairs = pd.DataFrame({"left": ["a", "b"], "right": ["b", "c"]})
    >>> river = GeoSeries([LineString([(1, -1), (1, 2)])], crs=units.crs)
    >>> barred(units, pairs, river, tolerance_m=0.01).to_numpy().tolist()
    [['a', 'b']]
    """
    shapes = np.asarray(units.array)
    at = [units.index.get_indexer(pairs[side]) for side in ("left", "right")]
    middles = np.asarray(shapely.point_on_surface(shapes))
    tree = shapely.STRtree(np.asarray(barriers.array))
    near = np.zeros(len(shapes), dtype=np.bool_)
    near[tree.query(shapes, predicate="dwithin", distance=tolerance_m)[0]] = True
    some = np.flatnonzero(near[at[0]] | near[at[1]])
    left, right = (each[some] for each in at)
    lines = ways(middles[left], doors(shapes[left], shapes[right], tolerance_m), middles[right])
    met = np.unique(tree.query(lines, predicate="intersects")[0])
    return pairs[["left", "right"]].iloc[some[met]].reset_index(drop=True)
