"""Rivers: ways along the lines between councils, from the mountains out of the region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from geopandas import GeoDataFrame
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from territory.demo.drawing import to_degrees
from territory.demo.partition import Partition
from territory.demo.terrain import Ints, Terrain
from territory.model import WGS84

if TYPE_CHECKING:
    from territory.demo.faults import Draft

_ALONG_MUNICIPALITIES = 0.35
_COUNCILS_PER_RIVER = 2_500


def find_rivers(rng: np.random.Generator, draft: Draft, terrain: Terrain) -> Ints:
    """Arcs that rivers run along: downhill, and rather between municipalities than through one."""
    partition = draft.partition
    arcs = np.flatnonzero(draft.is_inside[partition.left] & draft.is_inside[partition.right])
    start, end = partition.start[arcs], partition.end[arcs]
    home = draft.groups.municipality
    cost = np.linalg.norm(partition.nodes[start] - partition.nodes[end], axis=1)
    cost *= 0.3 + terrain.mountains((partition.nodes[start] + partition.nodes[end]) / 2)
    cost *= np.where(home[partition.left[arcs]] != home[partition.right[arcs]], _ALONG_MUNICIPALITIES, 1.0)
    size = len(partition.nodes)
    ways = csr_array((np.r_[cost, cost], (np.r_[start, end], np.r_[end, start])), shape=(size, size))
    border = draft.is_inside[partition.left] != draft.is_inside[partition.right]
    mouths = np.intersect1d(np.r_[start, end], np.r_[partition.start[border], partition.end[border]])
    arc_between = dict(
        zip(
            zip(np.r_[start, end].tolist(), np.r_[end, start].tolist(), strict=True),
            np.r_[arcs, arcs].tolist(),
            strict=True,
        )
    )
    found: set[int] = set()
    for _ in range(2 + int(draft.is_inside.sum()) // _COUNCILS_PER_RIVER):
        source = int(rng.choice(mouths))
        opposite = mouths[(partition.nodes[mouths] @ partition.nodes[source]).argmin()]
        _, before = dijkstra(ways, indices=source, return_predecessors=True)
        node = int(opposite)
        while before[node] >= 0:
            found.add(arc_between[node, int(before[node])])
            node = int(before[node])
    return np.array(sorted(found), dtype=np.int64)


def rivers_along(partition: Partition, arcs: Ints, scale: float) -> GeoDataFrame:
    """The lines of arcs in degrees, joined where one follows the other."""
    table, _ = partition.table()
    first = len(partition.nodes) + partition.offset
    lines = [
        shapely.linestrings(
            to_degrees(
                scale * table[[partition.start[arc], *range(first[arc], first[arc + 1]), partition.end[arc]]]
            )
        )
        for arc in arcs
    ]
    merged = shapely.get_parts(shapely.line_merge(shapely.MultiLineString(lines)))
    return GeoDataFrame(geometry=list(merged), crs=WGS84)
