"""Faults put into a clean region, each in one known way and away from the others, with the truth kept.

Whatever happens to a line happens between two councils of one municipality, well inside the region; whatever
happens to a membership happens to a commune that nothing else happens to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from territory.demo.groups import NONE, RURAL_COUNCILS, URBAN_COUNCILS, Groups, Neighbours
from territory.demo.partition import Partition
from territory.demo.terrain import Floats, Ints
from territory.findings import Code

_SLIVER_M = (2.5, 4.5)
_WIDE_SHARE = 0.25
"""A wide overlap reaches so far from one seed to the other."""
_LARGEST_HAMLET_M2 = 6e6
_CORNER_DEGREES = (62, 100)
"""Sharper corners run beside each other for longer than a crossing is wide."""
_UNCLEAR_SHARES = (0.004, 0.025)
"""Shares of a commune so near to the tolerance that nobody could say whether it crosses a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A council that lies where another one is."""

    cell: int
    scale: float
    joins: bool
    """Whether it belongs to the commune of the other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One entry of the truth, in cells and groups; ids and measures come when the map is drawn."""

    code: Code
    cells: tuple[int, ...] = ()
    communes: tuple[int, ...] = ()
    copies: tuple[int, ...] = ()
    arc: int | None = None
    """The line that two cells drew differently."""
    needs: str = ""
    """What has to be given beside the layer: ``land``, ``jurisdictions``, or the raw ``file``."""
    args: dict[str, float | int] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Draft:
    """A region before it is drawn."""

    rng: np.random.Generator
    partition: Partition
    neighbours: Neighbours
    groups: Groups
    is_inside: NDArray[np.bool_]
    kind: NDArray[np.object_]
    families: Ints
    area_m2: Floats
    is_council: NDArray[np.bool_]
    copies: list[Copy] = field(default_factory=list)
    also_in: dict[int, int] = field(default_factory=dict)
    """Second commune of a council."""
    left_out: dict[int, int] = field(default_factory=dict)
    """Councils that the polygon of their commune leaves out."""
    cuts: list[tuple[int, int]] = field(default_factory=list)
    """Councils that a municipal line cuts through, and the municipality on the other side."""
    links: list[tuple[int, int]] = field(default_factory=list)
    shared_arcs: list[tuple[int, int]] = field(default_factory=list)
    """Lines drawn twice around a place that both neighbours declare shared, and who drew it anew."""
    faults: list[Fault] = field(default_factory=list)
    is_free: NDArray[np.bool_] = field(init=False)
    touched: set[int] = field(default_factory=set)
    """Communes whose members are part of a fault."""
    communes: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.is_free = self.is_inside.copy()
        self.communes = np.unique(self.groups.commune[self.groups.commune != NONE])

    def shuffled(self, items: Iterable[int]) -> Iterator[int]:
        """Things in a random order."""
        listed = items if isinstance(items, np.ndarray) else np.array(list(items), dtype=np.int64)
        return (int(item) for item in self.rng.permutation(listed))

    def site(self, *cells: int) -> bool:
        """Take a place for a fault: councils with all around them, if nothing has happened there yet."""
        ring = {other for cell in cells for other in self.neighbours.around(cell)} | set(cells)
        if not all(self.is_free[each] for each in ring) or not all(self.is_council[cell] for cell in cells):
            return False
        self.is_free[list(ring)] = False
        return True

    def can_be_site(self, *cells: int) -> bool:
        """Whether `site` would take it."""
        ring = {other for cell in cells for other in self.neighbours.around(cell)} | set(cells)
        return all(self.is_free[each] for each in ring) and all(self.is_council[cell] for cell in cells)

    def sizes(self, commune: int) -> tuple[int, int]:
        """How many councils a commune of this kind has."""
        return URBAN_COUNCILS if self.groups.is_urban[commune] else RURAL_COUNCILS

    def untouched(self) -> Iterator[int]:
        """Communes without a fault, in a random order."""
        return (each for each in self.shuffled(self.communes) if each not in self.touched)

    def may_leave(self, cell: int) -> bool:
        """Whether a council can leave its commune without harm to that."""
        commune = int(self.groups.commune[cell])
        if commune == NONE:
            return True
        members = self.groups.members(commune)
        return (
            commune not in self.touched
            and len(members) > self.sizes(commune)[0]
            and self.neighbours.is_whole(members - {cell})
        )

    def is_clear(self, cell: int, commune: int) -> bool:
        """Whether a council weighs so much in a commune that a line between them is crossed, or clearly not."""
        members = self.groups.members(commune)
        share = self.area_m2[cell] / self.area_m2[list(members)].sum()
        same = {int(self.groups.municipality[each]) for each in members} == {int(self.groups.municipality[cell])}
        return same or not _UNCLEAR_SHARES[0] < share < _UNCLEAR_SHARES[1]


def inject(draft: Draft, *, copies: int, hamlets: int, each: int) -> None:
    """Put in so many faults of each kind, fewer where there is no room."""
    _repeat(draft, hamlets, _hamlet)
    _repeat(draft, copies, _duplicate)
    _repeat(draft, copies, _contained)
    for fault in (
        _state_crossed,
        _corner_only,
        _stray,
        _linked_stray,
        _several_parents,
        _enclave,
        _outside_parent,
        _too_few_councils,
        _commune_crossed,
        _council_cut,
        _overlap,
        _sliver_overlap,
        _sliver_gap,
        _shared_place,
        _families,
    ):
        _repeat(draft, each, fault)


def _repeat(draft: Draft, times: int, fault: Callable[[Draft], bool]) -> None:
    for _ in range(times):
        if not fault(draft):
            return


def _cells(draft: Draft) -> Iterator[int]:
    return draft.shuffled(np.flatnonzero(draft.is_council & draft.is_free))


def _duplicate(draft: Draft) -> bool:
    """Someone drew a council twice; every second time a little smaller, and for nobody's commune."""
    is_exact = len(draft.copies) % 2 == 0
    for cell in _cells(draft):
        commune = int(draft.groups.commune[cell])
        has_room = commune == NONE or (
            commune not in draft.touched and len(draft.groups.members(commune)) < draft.sizes(commune)[1]
        )
        if has_room and draft.site(cell):
            if commune != NONE:
                draft.touched.add(commune)
            copy = Copy(cell=cell, scale=1.0 if is_exact else 0.975, joins=is_exact)
            draft.faults.append(Fault(code=Code.DUPLICATE, cells=(cell,), copies=(len(draft.copies),)))
            draft.copies.append(copy)
            return True
    return False


def _contained(draft: Draft) -> bool:
    """A council drawn in the middle of another one."""
    copied = {copy.cell for copy in draft.copies}
    # A small region has no free site left, but always a council for this.
    anywhere = draft.shuffled(np.flatnonzero(draft.is_council))
    for cell in chain((cell for cell in _cells(draft) if draft.site(cell)), anywhere):
        if cell not in copied:
            draft.faults.append(Fault(code=Code.CONTAINS, cells=(cell,), copies=(len(draft.copies),)))
            draft.copies.append(Copy(cell=cell, scale=0.4, joins=False))
            return True
    return False


def _hamlet(draft: Draft) -> bool:
    """A hamlet that no council covers; every fifth one at the edge of the region, where only land tells."""
    count = sum(fault.code is Code.GAP for fault in draft.faults)
    return (
        (count % 5 == 3 and _uncover(draft, at_edge=True))
        or _uncover(draft, at_edge=False)
        or _uncover(draft, at_edge=False, may_be_large=True)
    )


def _uncover(draft: Draft, *, at_edge: bool, may_be_large: bool = False) -> bool:
    for cell in _cells(draft):
        around = draft.neighbours.around(cell)
        is_hamlet = (draft.area_m2[cell] < _LARGEST_HAMLET_M2 and draft.kind[cell] == "rural") or may_be_large
        is_at_edge = not draft.is_inside[around].all()
        if not is_hamlet or is_at_edge != at_edge or not _may_be_uncovered(draft, cell):
            continue
        if not draft.is_free[[other for other in around if draft.is_inside[other]]].all():
            continue
        draft.is_free[[cell, *around]] = False
        draft.touched |= {int(draft.groups.commune[cell])} - {NONE}
        draft.groups.commune[cell] = NONE
        draft.is_council[cell] = False
        draft.faults.append(Fault(code=Code.GAP, cells=(cell,), needs="land" if at_edge else ""))
        return True
    return False


def _may_be_uncovered(draft: Draft, cell: int) -> bool:
    commune = int(draft.groups.commune[cell])
    if commune == NONE:
        return True
    members = draft.groups.members(commune) - {cell}
    return (
        commune not in draft.touched
        and len(members) >= draft.sizes(commune)[0]
        and len(draft.neighbours.pieces(members)) == 1
    )


def _crossed(draft: Draft, is_state_line: bool) -> bool:
    """A commune with councils on both sides of a line."""
    groups = draft.groups
    for commune in draft.untouched():
        members = groups.members(commune)
        homes = {int(groups.municipality[cell]) for cell in members}
        if len(homes) > 1:
            continue
        [home] = homes
        beside: dict[int, set[int]] = {}
        for cell in members:
            for other in draft.neighbours.around(cell):
                there = int(groups.municipality[other])
                if there not in (NONE, home) and draft.is_inside[other]:
                    beside.setdefault(there, set()).add(cell)
        for there, cells in sorted(beside.items()):
            crosses_state = groups.state[there] != groups.state[home]
            if crosses_state != is_state_line or not 2 <= len(cells) <= len(members) - 2:
                continue
            if not all(draft.is_free[cell] for cell in members):
                continue
            area_m2 = draft.area_m2[list(members)].sum()
            if draft.area_m2[list(cells)].sum() < _UNCLEAR_SHARES[1] * area_m2:
                continue
            groups.municipality[list(cells)] = there
            draft.touched.add(commune)
            return True
    return False


def _state_crossed(draft: Draft) -> bool:
    return _crossed(draft, is_state_line=True)


def _commune_crossed(draft: Draft) -> bool:
    return _crossed(draft, is_state_line=False)


def _council_cut(draft: Draft) -> bool:
    """A municipal line that runs through a council instead of around it."""
    groups = draft.groups
    for cell in _cells(draft):
        home, commune = groups.municipality[cell], int(groups.commune[cell])
        around = draft.neighbours.around(cell)
        others = sorted({int(groups.municipality[other]) for other in around} - {int(home), NONE})
        if len(others) != 1 or not draft.can_be_site(cell):
            continue
        if commune != NONE and commune in draft.touched:
            continue
        if commune != NONE:
            share = draft.area_m2[cell] / draft.area_m2[list(groups.members(commune))].sum()
            if share < 2.5 * _UNCLEAR_SHARES[1]:
                continue
            draft.touched.add(commune)
        draft.site(cell)
        draft.cuts.append((cell, others[0]))
        return True
    return False


def _stray_of(draft: Draft, *, is_linked: bool) -> bool:
    """A council two or three councils away joins a commune; a declared link makes it whole again."""
    groups, neighbours = draft.groups, draft.neighbours
    for commune in draft.untouched():
        members = groups.members(commune)
        if len(members) >= draft.sizes(commune)[1]:
            continue
        near = members | {other for cell in members for other in neighbours.around(cell)}
        beyond = {other for cell in near for other in neighbours.around(cell)} - near
        for cell in draft.shuffled(sorted(beyond)):
            if (
                draft.can_be_site(cell)
                and groups.commune[cell] != commune
                and draft.may_leave(cell)
                and draft.is_clear(cell, commune)
            ):
                draft.site(cell)
                draft.touched |= {commune, int(groups.commune[cell])} - {NONE}
                groups.commune[cell] = commune
                if is_linked:
                    nearest = min(
                        members,
                        key=lambda each: np.linalg.norm(draft.partition.seeds[each] - draft.partition.seeds[cell]),
                    )
                    draft.links.append((cell, nearest))
                else:
                    draft.faults.append(
                        Fault(code=Code.PIECES, cells=(cell,), args={"group": commune, "pieces": 2})
                    )
                return True
    return False


def _stray(draft: Draft) -> bool:
    return _stray_of(draft, is_linked=False)


def _linked_stray(draft: Draft) -> bool:
    return _stray_of(draft, is_linked=True)


def _corner_only(draft: Draft) -> bool:
    """A council that meets its commune in one point."""
    groups, neighbours, partition = draft.groups, draft.neighbours, draft.partition
    for commune in draft.untouched():
        members = groups.members(commune)
        if len(members) >= draft.sizes(commune)[1]:
            continue
        for q in draft.shuffled(sorted(members)):
            for p, arc in neighbours.arcs(q).items():
                if (
                    p not in members
                    and draft.can_be_site(p, q)
                    and set(neighbours.around(p)) & members == {q}
                    and _is_square(partition, neighbours, p, q)
                    and not _closes_ring(draft, p, q)
                    and draft.may_leave(p)
                    and draft.is_clear(p, commune)
                ):
                    draft.site(p, q)
                    draft.touched |= {commune, int(groups.commune[p])} - {NONE}
                    groups.commune[p] = commune
                    nodes = (partition.start[arc], partition.end[arc])
                    ends = np.isin(partition.start, nodes) | np.isin(partition.end, nodes)
                    partition.straighten(np.flatnonzero(ends))
                    partition.collapse(arc)
                    draft.faults.append(
                        Fault(code=Code.CORNER_ONLY, cells=(p,), args={"group": commune, "pieces": 2})
                    )
                    return True
    return False


def _closes_ring(draft: Draft, p: int, q: int) -> bool:
    """Whether a commune would surround one of two cells, once the cells beside them meet in the corner as well."""
    beside = [int(draft.groups.commune[each]) for each in draft.neighbours.common(p, q)]
    return len(set(beside)) == 1 and beside[0] != NONE


def _is_square(partition: Partition, neighbours: Neighbours, p: int, q: int) -> bool:
    """Whether the corner that two cells would meet in is blunt on both sides."""
    seeds = partition.seeds
    low, high = np.radians(_CORNER_DEGREES)
    for other in neighbours.common(p, q):
        to_p, to_q = seeds[p] - seeds[other], seeds[q] - seeds[other]
        angle = np.arccos(to_p @ to_q / np.linalg.norm(to_p) / np.linalg.norm(to_q))
        if not low <= angle <= high:
            return False
    return True


def _several_parents(draft: Draft) -> bool:
    """A council that two communes list, and both draw as theirs: they overlap there."""
    groups, neighbours = draft.groups, draft.neighbours
    for commune in draft.untouched():
        members = groups.members(commune)
        if len(members) >= draft.sizes(commune)[1]:
            continue
        beside = {other for cell in members for other in neighbours.around(cell)} - members
        for cell in draft.shuffled(sorted(beside)):
            own = int(groups.commune[cell])
            if (
                own not in (NONE, commune)
                and own not in draft.touched
                and draft.can_be_site(cell)
                and neighbours.is_whole(members | {cell})
                and draft.is_clear(cell, commune)
            ):
                draft.site(cell)
                draft.touched |= {own, commune}
                draft.also_in[cell] = commune
                draft.faults.append(
                    Fault(code=Code.SEVERAL_PARENTS, cells=(cell,), communes=(own, commune), args={"count": 2})
                )
                draft.faults.append(Fault(code=Code.OVERLAP, communes=(own, commune), args={"cell": cell}))
                return True
    return False


def _enclave(draft: Draft) -> bool:
    """A council that did not join the commune all around it."""
    for commune in draft.untouched():
        members = draft.groups.members(commune)
        if len(members) <= draft.sizes(commune)[0]:
            continue
        for cell in draft.shuffled(sorted(members)):
            if (
                set(draft.neighbours.around(cell)) <= members
                and len(draft.neighbours.pieces(members - {cell})) == 1
                and draft.site(cell)
            ):
                draft.touched.add(commune)
                draft.groups.commune[cell] = NONE
                draft.faults.append(Fault(code=Code.ENCLAVE, cells=(cell,), args={"group": commune}))
                return True
    return False


def _outside_parent(draft: Draft) -> bool:
    """A commune drawn without one of its councils."""
    for commune in draft.untouched():
        members = draft.groups.members(commune)
        for cell in draft.shuffled(sorted(members)):
            if draft.can_be_site(cell) and draft.neighbours.is_whole(members - {cell}):
                draft.site(cell)
                draft.touched.add(commune)
                draft.left_out[cell] = commune
                draft.faults.append(Fault(code=Code.OUTSIDE_PARENT, cells=(cell,), args={"group": commune}))
                return True
    return False


def _too_few_councils(draft: Draft) -> bool:
    """A commune that most of its councils left."""
    for commune in draft.untouched():
        members = draft.groups.members(commune)
        keep = draft.sizes(commune)[0] - 2
        if not all(draft.is_free[cell] for cell in members):
            continue
        for first in draft.shuffled(sorted(members)):
            middle = draft.partition.seeds[first]
            away = {cell: float(np.linalg.norm(draft.partition.seeds[cell] - middle)) for cell in members}
            kept = set(sorted(members, key=lambda cell, away=away: (away[cell], cell))[:keep])  # type: ignore[misc]
            if draft.neighbours.is_whole(kept):
                draft.touched.add(commune)
                draft.groups.commune[list(members - kept)] = NONE
                draft.faults.append(Fault(code=Code.COUNCILS, communes=(commune,), args={"councils": keep}))
                return True
    return False


def _line(draft: Draft) -> tuple[int, int, int] | None:
    """A line between two councils of one municipality: the arc, and who redraws it."""
    partition, home = draft.partition, draft.groups.municipality
    for cell in _cells(draft):
        for other, arc in draft.neighbours.arcs(cell).items():
            if home[other] == home[cell] and arc not in partition.collapsed and draft.site(cell, other):
                return arc, cell, other
    return None


def _redrawn(draft: Draft, code: Code, by_m: Callable[[float], float]) -> bool:
    line = _line(draft)
    if line is None:
        return False
    arc, cell, other = line
    reach_m = float(np.linalg.norm(draft.partition.seeds[cell] - draft.partition.seeds[other]))
    draft.partition.redraw(arc, cell, by_m(reach_m))
    draft.faults.append(Fault(code=code, cells=(cell, other), arc=arc))
    return True


def _overlap(draft: Draft) -> bool:
    """A council that reaches into its neighbour."""
    return _redrawn(draft, Code.OVERLAP, lambda reach_m: _WIDE_SHARE * reach_m)


def _sliver_overlap(draft: Draft) -> bool:
    """Two drawings of one line that overlap by some metres."""
    return _redrawn(draft, Code.SLIVER_OVERLAP, lambda _: draft.rng.uniform(*_SLIVER_M))


def _sliver_gap(draft: Draft) -> bool:
    """Two drawings of one line that leave some metres between them."""
    return _redrawn(draft, Code.SLIVER_GAP, lambda _: -draft.rng.uniform(*_SLIVER_M))


def _shared_place(draft: Draft) -> bool:
    """A park that two councils both draw as theirs and declare shared: no fault."""
    line = _line(draft)
    if line is None:
        return False
    arc, cell, other = line
    reach_m = float(np.linalg.norm(draft.partition.seeds[cell] - draft.partition.seeds[other]))
    draft.partition.redraw(arc, cell, _WIDE_SHARE * reach_m)
    draft.shared_arcs.append((arc, cell))
    return True


def _families(draft: Draft) -> bool:
    """A council of another size than the law has in mind."""
    for cell in _cells(draft):
        if draft.site(cell):
            low, high = {"urban": (71, 500), "rural": (12, 12), "indigenous": (6, 6)}[str(draft.kind[cell])]
            draft.families[cell] = high if draft.rng.uniform() < 0.5 else low
            args: dict[str, float | int] = {"families": int(draft.families[cell])}
            draft.faults.append(Fault(code=Code.FAMILIES, cells=(cell,), args=args))
            return True
    return False
