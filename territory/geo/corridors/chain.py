"""A corridor that stands: where its members touch, how narrow that is at worst, and where it breaks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

from territory.geo.coverage import contacts
from territory.geo.crs import require_projected

# A graph of numbers cannot tell a length of nothing from no edge.
_LEAST_M = 1e-3


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Members of a corridor as they lie beside each other."""

    pieces: int
    """How many there are that hang together; 0 without members."""
    narrowest_m: float
    """The narrowest crossing from member to member of those that hold each piece together by the widest ones; no
    number where none touch."""
    breaks: GeoDataFrame
    """``left``, ``right`` (ids of members), ``length_m`` and the shortest way: the fewest and shortest that would
    join all pieces."""


def chain(members: GeoSeries, *, tolerance_m: float) -> Chain:
    """Find how members of a corridor hang together.

    Parameters
    ----------
    members
        (n,) valid polygons in metres, by id.
    tolerance_m
        How far apart two drawings of one line may lie.

    Raises
    ------
    NotProjected
        The CRS is geographic or missing.

    Examples
    --------
    >>> from shapely import box
    >>> found = chain(
    ...     GeoSeries([box(0, 0, 9, 9), box(9, 0, 18, 5), box(30, 0, 40, 9)], index=[*"abc"], crs=32618),
    ...     tolerance_m=0.1,
    ... )
    >>> found.pieces, round(found.narrowest_m), found.breaks[["left", "right", "length_m"]].values.tolist()
    (2, 5, [['b', 'c', 12.0]])
    """
    require_projected(members)
    members = members.sort_index()
    touching = contacts(members, tolerance_m=tolerance_m, min_edge_m=tolerance_m)
    touching = touching[touching["is_rook"]]
    one, two = (members.index.get_indexer(touching[side]) for side in ("left", "right"))
    size, width_m = len(members), touching["width_m"].to_numpy()
    # The tree of least sum of inverse widths is that of the widest crossings.
    widest = minimum_spanning_tree(coo_array((1 / width_m, (one, two)), shape=(size, size)).tocsr())
    pieces, piece = connected_components(widest, directed=False) if size else (0, np.empty(0, dtype=np.int64))
    return Chain(
        pieces=int(pieces),
        narrowest_m=float(1 / widest.data.max()) if widest.nnz else float("nan"),
        breaks=_breaks(members, piece),
    )


def _breaks(members: GeoSeries, piece: np.ndarray) -> GeoDataFrame:
    shapes = np.asarray(members.array)
    one, two = np.triu_indices(len(shapes), 1)
    apart = piece[one] != piece[two]
    one, two = one[apart], two[apart]
    away_m = np.maximum(shapely.distance(shapes[one], shapes[two]), _LEAST_M)
    # Of all pairs of two pieces the nearest one speaks for them.
    order = np.argsort(away_m, kind="stable")
    pairs = np.sort(np.column_stack([piece[one], piece[two]])[order], axis=1)
    _, first = np.unique(pairs, axis=0, return_index=True)
    best = order[np.sort(first)]
    count = int(piece.max(initial=-1)) + 1
    ends = np.sort(np.column_stack([piece[one[best]], piece[two[best]]]), axis=1)
    near = coo_array((away_m[best], (ends[:, 0], ends[:, 1])), shape=(max(count, 1), max(count, 1)))
    kept = minimum_spanning_tree(near.tocsr()).tocoo()
    chosen = {tuple(sorted(pair)) for pair in zip(kept.row.tolist(), kept.col.tolist(), strict=True)}
    taken = [at for at, pair in zip(best.tolist(), ends.tolist(), strict=True) if tuple(pair) in chosen]
    ways = shapely.shortest_line(shapes[one[taken]], shapes[two[taken]]) if taken else []
    return GeoDataFrame(
        {
            "left": members.index[one[taken]],
            "right": members.index[two[taken]],
            "length_m": shapely.length(ways) if taken else [],
        },
        geometry=list(ways),
        crs=members.crs,
    )
