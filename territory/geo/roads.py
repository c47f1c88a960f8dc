"""A network of roads: lines joined where they meet, with the time from one node to the next."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from territory.geo.crs import require_projected
from territory.geo.errors import GeoError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOWHERE = -1
"""Node of a point that no road comes near."""


@dataclass(frozen=True)
class Roads:
    """A network of lines: nodes where lines end or meet, and the time from one to the next."""

    nodes: Floats
    """(n, 2) in metres."""
    times: csr_array
    """(n, n) seconds from row to column, of each stretch between neighbouring nodes."""
    crs: object

    @classmethod
    def of(
        cls,
        lines: GeoSeries,
        *,
        speeds_kmh: pd.Series | float,
        oneway: pd.Series | None = None,
        join_m: float = 0.0,
        step_m: float = 100.0,
    ) -> Roads:
        """Make a network of lines; they are connected where they share a vertex, not where they merely cross.

        A bridge shares no vertex with the road below, which is how road data tells them apart.

        Parameters
        ----------
        lines
            LineStrings or MultiLineStrings in metres.
        speeds_kmh
            Of each line, by its index, or of all; more than 0.
        oneway
            Lines that can be gone in their own direction only; by default none.
        join_m
            Vertices so near each other are one, which mends lines drawn by hand.
        step_m
            Longer stretches are divided, so that points on the way have a node near by.

        Raises
        ------
        NotProjected
            The CRS is geographic or missing.
        GeoError
            A speed is missing or not above 0.

        Examples
        --------
        >>> from shapely import LineString
        >>> road, lane = LineString([(0, 0), (90, 0), (180, 0)]), LineString([(90, 0), (90, 50)])
        >>> roads = Roads.of(GeoSeries([road, lane], crs=32618), speeds_kmh=36.0)
        >>> roads.nodes.tolist()
        [[0.0, 0.0], [90.0, 0.0], [90.0, 50.0], [180.0, 0.0]]
        """
        require_projected(lines)
        speed = _speeds(lines, speeds_kmh)
        is_oneway = np.zeros(len(lines), bool)
        if oneway is not None:
            is_oneway = oneway.reindex(lines.index).fillna(False).to_numpy(dtype=bool)
        parts, line = shapely.get_parts(np.asarray(lines.array), return_index=True)
        is_long = shapely.length(parts) > 0  # GEOS cannot divide a line that is a point
        parts, line = shapely.segmentize(parts[is_long], step_m), line[is_long]
        coords, part = shapely.get_coordinates(parts, return_index=True)
        places, node = _merged(coords, join_m)
        same = part[1:] == part[:-1]
        begin, end, owner = node[:-1][same], node[1:][same], line[part[:-1][same]]
        # From node to node, not from vertex to vertex: what is joined has moved.
        length_m = np.hypot(*(places[begin] - places[end]).T)
        # A stretch of no length takes a moment all the same: a sparse graph holds no zeros.
        time_s = np.maximum(length_m / (speed[owner] / 3.6), 1e-9)
        back = ~is_oneway[owner]
        rows, columns = np.r_[begin, end[back]], np.r_[end, begin[back]]
        return cls(places, _network(rows, columns, np.r_[time_s, time_s[back]], len(places)), lines.crs)

    @cached_property
    def component(self) -> Ints:
        """(n,) which nodes roads join, whichever way: the number of each one's component, the largest first."""
        if not len(self.nodes):
            return np.empty(0, dtype=np.int64)
        found = connected_components(self.times, directed=False)[1]
        rank = np.empty(found.max() + 1, dtype=np.int64)
        rank[np.argsort(-np.bincount(found), kind="stable")] = np.arange(len(rank))
        return np.asarray(rank[found])

    @cached_property
    def towards(self) -> csr_array:
        """The same times from column to row: a search from seats goes against the traffic, people go to them."""
        return self.times.T.tocsr()

    @cached_property
    def is_two_way(self) -> bool:
        """Whether every stretch takes as long in both directions: one search then tells both."""
        return bool((self.times != self.towards).nnz == 0)

    @cached_property
    def fastest_ms(self) -> float:
        """The highest speed on any stretch, in metres a second, as the crow flies from node to node."""
        stretches = self.times.tocoo()
        begin, end = stretches.coords
        if not len(begin):
            return 0.0
        return float((np.hypot(*(self.nodes[begin] - self.nodes[end]).T) / stretches.data).max())

    @cached_property
    def _tree(self) -> KDTree:
        return KDTree(self.nodes)

    def without_scraps(self, least_m: float) -> Roads:
        """The same network without components whose stretches are shorter than ``least_m`` in all.

        A driveway that its drawer did not join to the road it leads to is no place from where nothing is reached.
        """
        stretches = self.times.tocoo()
        begin, end = stretches.coords
        length_m = np.hypot(*(self.nodes[begin] - self.nodes[end]).T)
        # Most stretches stand there once for each direction, and one is enough for a component to count.
        in_all = np.bincount(self.component[begin], length_m, minlength=self.component.max(initial=0) + 1) / 2
        return self._only(np.flatnonzero(in_all[self.component] >= least_m))

    def linked(self, places: pd.DataFrame, points: GeoSeries, links: pd.DataFrame) -> tuple[Roads, pd.DataFrame]:
        """Add ways between places that lines do not show: a ferry, a footbridge.

        Parameters
        ----------
        places
            ``node`` and ``away_m`` of each place, as `snap` gives them.
        points
            Where they are, by the same index; who is on no road and has a link gets a node there.
        links
            ``left`` and ``right``, index values of ``places``, and ``time_s``, the same both ways.

        Returns
        -------
        Roads, DataFrame
            The network with the links, and the places on it.

        Raises
        ------
        GeoError
            A link names a place that is not given, or takes no time.
        """
        ends = np.array([places.index.get_indexer(pd.Index(links[side])) for side in ("left", "right")])
        time_s = links["time_s"].to_numpy(dtype=float)
        if (ends < 0).any() or not (time_s > 0).all():
            raise GeoError("a link joins two places that are given, and takes some time")
        node = places["node"].to_numpy(dtype=np.int64, copy=True)
        lost = np.unique(ends[node[ends] < 0])
        node[lost] = len(self.nodes) + np.arange(len(lost))
        nodes = np.concatenate(
            [self.nodes, shapely.get_coordinates(np.asarray(points.array)[lost]).reshape(-1, 2)]
        )
        known = self.times.tocoo()
        left, right = node[ends]
        rows, columns = np.r_[known.coords[0], left, right], np.r_[known.coords[1], right, left]
        times = _network(rows, columns, np.r_[known.data, time_s, time_s], len(nodes))
        away_m = places["away_m"].to_numpy(dtype=float, copy=True)
        away_m[lost] = 0.0
        return Roads(nodes, times, self.crs), places.assign(node=node, away_m=away_m)

    def near(self, points: Floats, within_m: float) -> tuple[Roads, Ints]:
        """The part of the network that lies within a distance of (k, 2) points, and its nodes' numbers here."""
        low, high = points.min(axis=0) - within_m, points.max(axis=0) + within_m
        own = np.flatnonzero(((self.nodes >= low) & (self.nodes <= high)).all(axis=1))
        return self._only(own), own

    def _only(self, own: Ints) -> Roads:
        return Roads(self.nodes[own], self.times[own][:, own], self.crs)

    def snap(self, points: GeoSeries, *, within_m: float, ground: GeoSeries | None = None) -> pd.DataFrame:
        """Lead points to the network.

        Parameters
        ----------
        points
            In the CRS of the lines; of other shapes, a point on their ground is taken.
        within_m
            Farther points are on no road.
        ground
            What each point stands for, by the same index; the distance is then that from its edge.

        Returns
        -------
        DataFrame
            By the index of ``points``: ``node``, `NOWHERE` where there is none, and ``away_m``, infinite there.
        """
        if points.crs != self.crs:
            raise GeoError("points and roads must have one CRS")
        places = shapely.get_coordinates(shapely.point_on_surface(np.asarray(points.array)))
        away_m, node = np.full(len(points), np.inf), np.full(len(points), NOWHERE)
        if len(self.nodes) and len(points):
            away_m, node = self._tree.query(places)
            if ground is not None:
                shapes = np.asarray(ground.reindex(points.index).array)
                away_m = shapely.distance(shapely.points(self.nodes[node]), shapes)
            away_m = np.where(away_m <= within_m, away_m, np.inf)
            node = np.where(np.isfinite(away_m), node, NOWHERE)
        return pd.DataFrame({"node": node.astype(np.int64), "away_m": away_m}, index=points.index)


def _network(rows: Ints, columns: Ints, time_s: Floats, count: int) -> csr_array:
    """(count, count) the quickest time from each node to each other one beside it."""
    table = pd.DataFrame({"row": rows, "column": columns, "time": time_s})
    # A sparse matrix would add up what stands twice.
    quickest = table[table.row != table.column].groupby(["row", "column"], as_index=False)["time"].min()
    where = quickest["row"].to_numpy(), quickest["column"].to_numpy()
    return csr_array((quickest["time"].to_numpy(), where), shape=(count, count))


def _speeds(lines: GeoSeries, speeds_kmh: pd.Series | float) -> Floats:
    given = speeds_kmh.reindex(lines.index) if isinstance(speeds_kmh, pd.Series) else [speeds_kmh] * len(lines)
    speed = np.asarray(given, dtype=float)
    if not (speed > 0).all():
        raise GeoError("the speed on every line must be known and above 0")
    return speed


def _merged(coords: Floats, join_m: float) -> tuple[Floats, Ints]:
    """Places of the nodes, and the node of each vertex."""
    # As complex numbers, which sort much faster than rows and in the same order.
    whole, node = np.unique(np.ascontiguousarray(coords).view(np.complex128).ravel(), return_inverse=True)
    places = np.column_stack([whole.real, whole.imag])
    if join_m > 0 and len(places):
        pairs = KDTree(places).query_pairs(join_m, output_type="ndarray")
        shape = (len(places), len(places))
        graph = csr_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=shape)
        group = connected_components(graph, directed=False)[1]
        _, first = np.unique(group, return_index=True)
        places, node = places[first], group[node]
    return places, node.astype(np.int64)
