"""Who reaches whom by road: nearest seats, places that are cut off, and where life is oriented.

All times are those on the network; the way from a place to its node is told apart, as a distance.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from territory.geo.errors import GeoError
from territory.geo.progress import Progress, silent
from territory.geo.roads import NOWHERE, Floats, Ints, Roads

# Searches that begin near each other are made on one part of the network.
_TOGETHER = 64


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
    spare_s: float = 0.0,
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
    spare_s
        How much longer it may be at any rate: five minutes rather than three cut nobody off.
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
    reason[np.isfinite(own_s) & (own_s > np.maximum(ratio * first_s, first_s + spare_s))] = CutOff.SLOW
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
    groups = _near_by(roads.nodes[begin[known]])
    for done, group in enumerate(groups):
        progress("times", done, len(groups))
        own = known[group]
        time_s[own] = _times_near(roads, begin[own], end[own], most_s)
    return pd.Series(time_s, index=pairs.index, name="travel_s")


def joined_by_road(
    roads: Roads,
    places: pd.DataFrame,
    group: pd.Series,
    *,
    most_s: float,
    nearest: int = 6,
    progress: Progress = silent,
) -> pd.DataFrame:
    """Find pairs of places that a road joins within some time, the shorter of both directions.

    In a town nearly everybody reaches everybody in ten minutes, so that not all pairs are told: of each place the
    quickest to its own group, and the quickest to each other one. What hangs together by these pairs and within
    groups is what hangs together by all.

    Parameters
    ----------
    roads
        The network.
    places
        ``node`` of each place, as `Roads.snap` gives it.
    group
        What each place hangs together with anyway, by the index of ``places``.
    most_s
        Pairs that take longer are none; a finite time.
    nearest
        How many pairs of each place to its own group are told.
    progress
        Told before each part of the network; to cancel, let it raise.

    Returns
    -------
    DataFrame
        ``left``, ``right``, index values of ``places`` in their order there, each pair once, and ``travel_s``.

    Raises
    ------
    GeoError
        The time is not finite.
    """
    if not np.isfinite(most_s):
        raise GeoError("within any time at all every pair is joined")
    known = np.flatnonzero(places["node"].to_numpy() >= 0)
    node = places["node"].to_numpy()[known]
    of = pd.factorize(group.reindex(places.index))[0][known]
    chunks = _near_by(roads.nodes[node])
    found: list[NDArray[np.float64]] = []
    for done, chunk in enumerate(chunks):
        progress("times", done, len(chunks))
        part, numbers = roads.near(roads.nodes[node[chunk]], most_s * roads.fastest_ms)
        near = np.flatnonzero(np.isin(node, numbers))
        times = _quicker(part, np.searchsorted(numbers, node[chunk]), most_s, roads.is_two_way)
        times = times[:, np.searchsorted(numbers, node[near])]
        for begin, row in zip(chunk, times, strict=True):
            ends = _told_ends(row, of[near], of[begin], own=near == begin, nearest=nearest)
            found.append(np.column_stack([np.full(len(ends), begin), near[ends], row[ends]]))
    pairs = np.concatenate([np.empty((0, 3)), *found])
    ends = np.sort(known[pairs[:, :2].astype(np.int64)], axis=1)
    table = pd.DataFrame({"left": ends[:, 0], "right": ends[:, 1], "travel_s": pairs[:, 2]})
    # Both ends may have told of the pair, and the same to the last bit or not.
    table = table.groupby(["left", "right"], as_index=False)["travel_s"].min()
    return table.assign(left=places.index[table["left"]], right=places.index[table["right"]])


def _quicker(part: Roads, sources: Ints, most_s: float, is_two_way: bool) -> Floats:
    """(s, n) times between some nodes and all of a part of the roads, the shorter of both directions."""
    graphs = [part.times] if is_two_way else [part.times, part.towards]
    return np.asarray(np.minimum.reduce([dijkstra(graph, indices=sources, limit=most_s) for graph in graphs]))


def _told_ends(time_s: Floats, group: Ints, mine: int, *, own: NDArray[np.bool_], nearest: int) -> Ints:
    """Positions of those that are quickest: some of my own group, and one of each other."""
    order = np.argsort(time_s, kind="stable")
    order = order[np.isfinite(time_s[order]) & ~own[order]]
    others = order[group[order] != mine]
    first = others[np.unique(group[others], return_index=True)[1]]
    return np.concatenate([order[group[order] == mine][:nearest], first])


def _times_near(roads: Roads, begin: Ints, end: Ints, most_s: float) -> Floats:
    """(k,) times between pairs of nodes that begin near each other, infinite where more than ``most_s``."""
    # Nobody gets farther in the time, so that a search of this part alone misses no way.
    reach_m = most_s * roads.fastest_ms if np.isfinite(most_s) else np.inf
    part, numbers = roads.near(roads.nodes[begin], reach_m)
    at = np.searchsorted(numbers, end)
    is_near = numbers[np.minimum(at, len(numbers) - 1)] == end
    sources, row = np.unique(np.searchsorted(numbers, begin), return_inverse=True)
    reached = _quicker(part, sources, most_s, roads.is_two_way)[row, np.where(is_near, at, 0)]
    return np.where(is_near, reached, np.inf)


def _near_by(points: Floats) -> list[Ints]:
    """Positions of points in groups of some that lie near each other."""
    if not len(points):
        return []
    order = np.lexsort(points.T[::-1])
    # Strips from west to east, and each from south to north.
    strips = np.array_split(order, max(1, round(np.sqrt(len(points) / _TOGETHER))))
    along = [strip[np.argsort(points[strip, 1], kind="stable")] for strip in strips]
    return [group for strip in along for group in np.array_split(strip, max(1, len(strip) // _TOGETHER))]
