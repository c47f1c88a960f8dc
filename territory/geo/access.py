"""Who reaches whom by road: nearest seats, places that are cut off, and where life is oriented.

All times are those on the network; the way from a place to its node is told apart, as a distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from territory.geo.crs import require_projected
from territory.geo.errors import GeoError
from territory.geo.progress import Progress, silent

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NOWHERE = -1
"""Node of a point that no road comes near."""


class CutOff(StrEnum):
    """Why a place does not reach its own seat as it should."""

    OFF_ROAD = "off_road"
    """No road comes near the place."""
    SEAT_OFF_ROAD = "seat_off_road"
    OTHER_NETWORK = "other_network"
    """Both have roads, and no road joins them."""
    NO_WAY = "no_way"
    """Roads join them, and none can be gone in that direction."""
    SLOW = "slow"
    """Another seat is reached much sooner."""


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
        length_m = np.hypot(*(coords[1:] - coords[:-1])[same].T)
        # A stretch of no length takes a moment all the same: a sparse graph holds no zeros.
        time_s = np.maximum(length_m / (speed[owner] / 3.6), 1e-9)
        back = ~is_oneway[owner]
        rows, columns = np.r_[begin, end[back]], np.r_[end, begin[back]]
        table = pd.DataFrame({"row": rows, "column": columns, "time": np.r_[time_s, time_s[back]]})
        # A sparse matrix would add up what stands twice.
        quickest = table[table.row != table.column].groupby(["row", "column"], as_index=False)["time"].min()
        shape = (len(places), len(places))
        values, where = quickest["time"].to_numpy(), (quickest["row"].to_numpy(), quickest["column"].to_numpy())
        return cls(places, csr_array((values, where), shape=shape), lines.crs)

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
    def _tree(self) -> KDTree:
        return KDTree(self.nodes)

    def snap(self, points: GeoSeries, *, within_m: float) -> pd.DataFrame:
        """Lead points to the network.

        Parameters
        ----------
        points
            In the CRS of the lines; of other shapes, a point on their ground is taken.
        within_m
            Farther points are on no road.

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
            away_m, node = self._tree.query(places, distance_upper_bound=np.nextafter(within_m, np.inf))
            node = np.where(np.isfinite(away_m), node, NOWHERE)
        return pd.DataFrame({"node": node.astype(np.int64), "away_m": away_m}, index=points.index)


def nearest_seats(roads: Roads, seats: pd.DataFrame) -> pd.DataFrame:
    """For every node of a network, the seat that is reached first, and when.

    Parameters
    ----------
    roads
        The network.
    seats
        ``node`` of each seat, as `Roads.snap` gives it; those on no road are nobody's nearest.

    Returns
    -------
    DataFrame
        One row per node: ``seat``, an index value of ``seats`` or missing, and ``time_s``, infinite where no seat
        is reached. Of seats at the same node, the first.
    """
    count = len(roads.nodes)
    own = seats[seats["node"] >= 0].drop_duplicates("node")
    time_s, seat = np.full(count, np.inf), np.full(count, NOWHERE)
    if len(own):
        # One search from all seats at once.
        found = dijkstra(roads.towards, indices=own["node"].to_numpy(), min_only=True, return_predecessors=True)
        time_s, source = found[0], found[2]
        position = pd.Series(np.arange(len(own)), index=own["node"])
        reached = np.isfinite(time_s)
        seat[reached] = position.reindex(source[reached]).to_numpy()
    names = own.index.to_series().astype(object).reset_index(drop=True)
    return pd.DataFrame({"seat": names.reindex(seat).to_numpy(), "time_s": time_s})


def affinity(
    roads: Roads,
    places: pd.DataFrame,
    seats: pd.DataFrame,
    own: pd.Series,
    *,
    ratio: float = 1.5,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Tell whose seat each place is near by road, and whether it is cut off from its own.

    "On the map with one, by road with another": a place is cut off where its own seat lies on another network of
    roads, cannot be reached, or takes more than ``ratio`` times as long as another seat.

    Parameters
    ----------
    roads
        The network.
    places
        ``node`` of each place, as `Roads.snap` gives it.
    seats
        ``node`` of each seat.
    own
        The seat that each place belongs to, an index value of ``seats``; missing where it belongs to none.
    ratio
        How much longer the way to one's own seat may be; at least 1.
    progress
        Told before each seat; to cancel, let it raise.

    Returns
    -------
    DataFrame
        By the index of ``places``: ``own`` and ``own_s``, ``nearest`` and ``nearest_s``, ``ratio`` of both times
        (missing where either is unknown), ``is_cut_off`` and ``reason``, see `CutOff`, missing where it is not. A
        place that belongs to no seat is not cut off from it.

    Raises
    ------
    GeoError
        The ratio is below 1, or a place belongs to a seat that is not given.
    """
    if not ratio >= 1:
        raise GeoError("a ratio below 1 would cut off places from the seat that is nearest")
    own = own.reindex(places.index)
    position = seats.index.get_indexer(pd.Index(own))
    belongs = own.notna().to_numpy()
    if (belongs & (position < 0)).any():
        raise GeoError("a place belongs to a seat that is not given")
    node = places["node"].to_numpy()
    has_node = node >= 0
    nearest = nearest_seats(roads, seats)
    first, first_s = np.full(len(places), None, dtype=object), np.full(len(places), np.inf)
    first[has_node] = nearest["seat"].to_numpy(dtype=object)[node[has_node]]
    first_s[has_node] = nearest["time_s"].to_numpy()[node[has_node]]
    position = np.where(belongs, position, NOWHERE)
    own_s = _own_times(roads, node, seats["node"].to_numpy(), position, ratio * first_s, progress)
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.where(np.isfinite(own_s), np.where(own_s == first_s, 1.0, own_s / first_s), np.nan)
    reason = _why_cut_off(roads, node, seats["node"].to_numpy(), position, own_s)
    reason[np.isfinite(own_s) & (own_s > ratio * first_s)] = CutOff.SLOW
    return pd.DataFrame(
        {
            "own": own,
            "own_s": own_s,
            "nearest": pd.Series(first, index=places.index, dtype=object).where(lambda seat: seat.notna(), None),
            "nearest_s": first_s,
            "ratio": times,
            "is_cut_off": [each is not None for each in reason],
            # An array of its own, so that none stays none.
            "reason": pd.Series(reason, index=places.index, dtype=object),
        },
        index=places.index,
    )


def _own_times(
    roads: Roads, node: Ints, seat_node: Ints, position: Ints, likely_s: Floats, progress: Progress
) -> Floats:
    """(m,) seconds from each place to its own seat; most take no longer than is likely."""
    own_s = np.full(len(node), np.inf)
    seats = np.unique(position[(position >= 0) & (node >= 0)])
    for done, seat in enumerate(seats):
        progress("affinity", done, len(seats))
        target = seat_node[seat]
        if target < 0:
            continue
        mine = np.flatnonzero((position == seat) & (node >= 0))
        mine = mine[roads.component[node[mine]] == roads.component[target]]
        # First near by: searching the whole country for each seat is for those who are far from theirs.
        for limit in (float(likely_s[mine].max(initial=0.0)), np.inf):
            if len(mine):
                own_s[mine] = dijkstra(roads.towards, indices=int(target), limit=limit)[node[mine]]
                mine = mine[~np.isfinite(own_s[mine])]
    return own_s


def _why_cut_off(roads: Roads, node: Ints, seat_node: Ints, position: Ints, own_s: Floats) -> NDArray[np.object_]:
    """(m,) why a place does not reach its own seat at all, none where it does or has none."""
    reason = np.full(len(node), None, dtype=object)
    for place in np.flatnonzero((position >= 0) & ~np.isfinite(own_s)):
        seat = seat_node[position[place]]
        if node[place] < 0:
            reason[place] = CutOff.OFF_ROAD
        elif seat < 0:
            reason[place] = CutOff.SEAT_OFF_ROAD
        elif roads.component[node[place]] != roads.component[seat]:
            reason[place] = CutOff.OTHER_NETWORK
        else:
            reason[place] = CutOff.NO_WAY
    return reason


def times_between(
    roads: Roads, places: pd.DataFrame, pairs: pd.DataFrame, *, most_s: float, progress: Progress = silent
) -> pd.Series:
    """Time by road between pairs of places, the shorter of both directions.

    As ``travel_s`` it tells `regions` what a crossing costs, and pairs that are reached are contiguous by road.

    Parameters
    ----------
    roads
        The network.
    places
        ``node`` of each place, as `Roads.snap` gives it.
    pairs
        ``left`` and ``right``, index values of ``places``.
    most_s
        Searches end there.
    progress
        Told before each place; to cancel, let it raise.

    Returns
    -------
    Series
        ``travel_s`` by the index of ``pairs``, infinite where it is more than ``most_s`` or there is no way.
    """
    node = places["node"].to_numpy()
    ends = [places.index.get_indexer(pd.Index(pairs[side])) for side in ("left", "right")]
    if any((end < 0).any() for end in ends):
        raise GeoError("a pair names a place that is not given")
    begin, end = (node[each] for each in ends)
    time_s = np.full(len(pairs), np.inf)
    known = np.flatnonzero((begin >= 0) & (end >= 0))
    order = known[np.argsort(begin[known], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(begin[order])) + 1) if len(order) else []
    for done, own in enumerate(groups):
        progress("times", done, len(groups))
        for graph in (roads.times, roads.towards):
            reached = dijkstra(graph, indices=int(begin[own[0]]), limit=most_s)
            time_s[own] = np.minimum(time_s[own], reached[end[own]])
    return pd.Series(time_s, index=pairs.index, name="travel_s")


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
