"""Who belongs together: communes of joined councils, municipalities and states of whole communes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from territory.demo.partition import Partition
from territory.demo.terrain import Floats, Ints

NONE = -1
URBAN_COUNCILS = (12, 42)
RURAL_COUNCILS = (6, 15)
_URBAN_MEAN, _RURAL_MEAN = 16, 9
_STANDING_ALONE = 0.05
"""Share of the would-be communes that nobody has founded yet."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who shares an arc with whom, cells outside the region included."""

    start: Ints
    cell: Ints
    arc: Ints
    starts: Ints
    ends: Ints
    """Nodes of each arc."""

    @classmethod
    def of(cls, partition: Partition) -> Neighbours:
        """Look up both sides of every arc."""
        here = np.concatenate([partition.left, partition.right])
        there = np.concatenate([partition.right, partition.left])
        arc = np.tile(np.arange(len(partition.left)), 2)
        order = np.lexsort((there, here))
        start = np.searchsorted(here[order], np.arange(len(partition.seeds) + 1))
        return cls(start, there[order], arc[order], partition.start, partition.end)

    def around(self, cell: int) -> list[int]:
        """The cells beside a cell."""
        return [int(other) for other in self.cell[self.start[cell] : self.start[cell + 1]]]

    def arcs(self, cell: int) -> dict[int, int]:
        """The arcs around a cell, by the cell on the other side."""
        span = slice(self.start[cell], self.start[cell + 1])
        return {int(other): int(arc) for other, arc in zip(self.cell[span], self.arc[span], strict=True)}

    def common(self, cell: int, other: int) -> list[int]:
        """The two cells beside both, one at each end of the arc between them."""
        arc = self.arcs(cell)[other]
        ends = {int(self.starts[arc]), int(self.ends[arc])}
        beside = self.arcs(cell)
        return [
            each
            for each, side in beside.items()
            if each != other and ends & {int(self.starts[side]), int(self.ends[side])}
        ]

    def pieces(self, cells: Iterable[int]) -> list[set[int]]:
        """The connected pieces of some cells, largest first."""
        left, found = set(cells), []
        while left:
            reached, ahead = set[int](), [min(left)]
            while ahead:
                cell = ahead.pop()
                if cell in left:
                    left.remove(cell)
                    reached.add(cell)
                    ahead.extend(self.around(cell))
            found.append(reached)
        return sorted(found, key=lambda piece: (-len(piece), min(piece)))

    def is_whole(self, cells: set[int]) -> bool:
        """Whether cells hang together and enclose nothing: one piece, no hole."""
        if not cells or len(self.pieces(cells)) > 1:
            return False
        # What is around them hangs together exactly when there is no hole: triangles close the ring.
        ring = {other for cell in cells for other in self.around(cell)} - cells
        return len(self.pieces(ring)) == 1


@dataclass(slots=True, kw_only=True)
class Groups:
    """For each cell its group, `NONE` where it has none."""

    commune: Ints
    municipality: Ints
    is_urban: NDArray[np.bool_]
    """Of communes."""
    state: Ints
    """Of municipalities."""

    def members(self, commune: int) -> set[int]:
        """The cells of a commune."""
        return {int(cell) for cell in np.flatnonzero(self.commune == commune)}


def bisect(points: Floats, parts: int) -> Ints:
    """Part points into groups of equal size, each compact, by cutting the longest way across again and again."""
    group = np.zeros(len(points), dtype=np.int64)
    ahead = [(np.arange(len(points)), parts, 0)]
    while ahead:
        own, count, first = ahead.pop()
        group[own] = first
        if count < 2 or len(own) < 2:
            continue
        centred = points[own] - points[own].mean(axis=0)
        _, vectors = np.linalg.eigh(centred.T @ centred)
        order = np.argsort(centred @ vectors[:, -1], kind="stable")
        half = count // 2
        cut = round(len(own) * half / count)
        ahead += [(own[order[:cut]], half, first), (own[order[cut:]], count - half, first + half)]
    return group


def form(
    rng: np.random.Generator, partition: Partition, cells: Ints, is_urban: NDArray[np.bool_], town: Ints
) -> Groups:
    """Form communes of joined councils, then municipalities and two states of whole communes.

    Parameters
    ----------
    cells
        Ids of the cells of councils and hamlets.
    is_urban, town
        Of each of ``cells``.
    """
    seeds = partition.seeds
    district = np.full(len(seeds), NONE)
    count = 0
    for own in (cells[is_urban & (town == each)] for each in np.unique(town[is_urban])):
        parts = max(1, len(own) // _URBAN_MEAN)
        district[own] = count + bisect(seeds[own], parts)
        count += parts
    rural = cells[~is_urban]
    district[rural] = count + bisect(seeds[rural], max(1, round(len(rural) / _RURAL_MEAN)))
    count = int(district.max()) + 1
    is_urban_district = np.zeros(count, dtype=bool)
    is_urban_district[district[cells[is_urban]]] = True
    neighbours = Neighbours.of(partition)
    _join_strays(partition, neighbours, district, is_urban_district)
    municipality_of, state = _municipalities(seeds, cells, district, count)
    commune = district.copy()
    for each in _unfit(rng, neighbours, district, is_urban_district):
        commune[district == each] = NONE
    return Groups(
        commune=commune,
        municipality=np.where(district == NONE, NONE, municipality_of[district]),
        is_urban=is_urban_district,
        state=state,
    )


def _join_strays(
    partition: Partition, neighbours: Neighbours, district: Ints, is_urban: NDArray[np.bool_]
) -> None:
    """Give cells that are cut off from their district to one beside them."""
    same = district[partition.left] == district[partition.right]
    size = len(district)
    graph = coo_array((np.ones(same.sum()), (partition.left[same], partition.right[same])), shape=(size, size))
    component = connected_components(graph, directed=False)[1]
    sizes = np.bincount(component)
    largest = np.zeros(district.max() + 1, dtype=np.int64)
    np.maximum.at(largest, district[district != NONE], sizes[component[district != NONE]])
    stray = (district != NONE) & (sizes[component] < largest[district])
    count = np.bincount(district[district != NONE], minlength=len(largest))
    for cell in np.flatnonzero(stray).tolist():
        most = URBAN_COUNCILS[1] if is_urban[district[cell]] else RURAL_COUNCILS[1]
        fits = [
            district[other]
            for other in neighbours.around(cell)
            if district[other] not in (NONE, district[cell])
            and not stray[other]
            and is_urban[district[other]] == is_urban[district[cell]]
            and count[district[other]] < most
        ]
        if fits:
            joined = min(fits, key=lambda each: (count[each], each))
            count[district[cell]] -= 1
            count[joined] += 1
            district[cell] = joined
            stray[cell] = False


def _municipalities(seeds: Floats, cells: Ints, district: Ints, count: int) -> tuple[Ints, Ints]:
    """The municipality of each district, and the state, west or east, of each municipality."""
    own = district[cells]
    size = np.maximum(np.bincount(own, minlength=count), 1)
    middle = np.stack([np.bincount(own, column, minlength=count) / size for column in seeds[cells].T], axis=1)
    # With the two states these are the 335 jurisdictions of a country with 50,000 councils.
    parts = max(min(6, count), round(len(cells) * 333 / 50_000))
    municipality = bisect(middle, parts)
    held = np.maximum(np.bincount(municipality, size, minlength=parts), 1)
    west = np.bincount(municipality, middle[:, 0] * size, minlength=parts) / held
    state = np.zeros(parts, dtype=np.int64)
    state[np.argsort(west, kind="stable")[parts // 2 :]] = 1
    return municipality, state


def _unfit(
    rng: np.random.Generator, neighbours: Neighbours, district: Ints, is_urban: NDArray[np.bool_]
) -> Iterable[int]:
    """Districts that are no commune: in pieces, with a hole, too small or large, or simply not founded yet."""
    for each, members in _members(district):
        low, high = URBAN_COUNCILS if is_urban[each] else RURAL_COUNCILS
        is_founded = rng.uniform() >= _STANDING_ALONE
        if not (is_founded and low <= len(members) <= high and neighbours.is_whole(members)):
            yield each


def _members(group: Ints) -> Iterable[tuple[int, set[int]]]:
    order = np.argsort(group, kind="stable")
    order = order[group[order] != NONE]
    names, starts = np.unique(group[order], return_index=True)
    for each, members in zip(names, np.split(order, starts[1:]), strict=True):
        yield int(each), {int(cell) for cell in members}
