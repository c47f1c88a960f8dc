"""What it would mean that some leave a group or join it: for those who stay, and for those who leave."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import pandas as pd
from geopandas import GeoSeries

from territory.checks.rules import reference_of
from territory.geo import contiguity, coverage
from territory.profiles import HowSure, Level, Profile, Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Some members of a group: how many, and those of them that whoever asks may know of."""

    count: int
    known: tuple[str, ...]
    """Ids, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quorum:
    """Seats of a parliament, and whether those that are filled suffice to decide."""

    seats: int
    filled: int
    needed: int
    """Least number present; no law that we know of says it, see `territory.profiles.Quorum`."""

    @property
    def holds(self) -> bool:
        """Whether all who are left together can decide."""
        return self.filled >= self.needed

    @property
    def spare(self) -> int:
        """How many may be missing; negative where it does not hold."""
        return self.filled - self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A group as it would be."""

    members: Members
    pieces: tuple[Members, ...]
    """Where one cannot go from one to the other within the group, the largest first; of those with a line."""
    undrawn: Members
    """Members without a line, of which nobody can say what they touch."""
    reference: Range | None
    """How many members are usual; a reference, never a limit. None where the profile says nothing of the level."""
    quorum: Quorum | None
    """Of its parliament, with one seat for each member; none where the level has none."""
    vacant: Quorum | None
    """The same if the seats of those who left stay empty and are counted on: the other way to read the rule."""

    @property
    def is_usual(self) -> bool | None:
        """Whether the number of members is within the reference; none without one."""
        return None if self.reference is None else self.reference.holds(self.members.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A larger group that the group is part of, such as a corridor: in how many pieces its ground lies."""

    id: str | None
    """None when whoever asks may not know of it."""
    before: int
    after: int

    @property
    def breaks(self) -> bool:
        """Whether it would have more pieces than before."""
        return self.after > self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What would change for everybody. It informs; the assembly decides."""

    group: str
    level: str
    leaving: Members
    joining: Members
    before: Side
    after: Side
    """Those who stay, with those who join."""
    apart: Side | None
    """Those who leave, if they made a group of their own; none when nobody leaves."""
    orphans: Members
    """Who leaves and is in no other group."""
    cut_off: Members
    """Who stays, and would no longer hang together with most of the others as before."""
    elsewhere: Members
    """Who joins and is in another group of this level already."""
    chains: tuple[Chain, ...]
    quorum_how_sure: HowSure


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What lies where: units of ground with a line, who holds them, and where one can cross."""

    units: Mapping[str, Sequence[str]]
    """By territory, the units that its ground is made of: itself, or its members with a line."""
    crossings: pd.DataFrame
    """``left`` and ``right``: pairs of units or territories that one can go between."""

    def with_members(self, group: str, members: Iterable[str]) -> Ground:
        """The same if a group had other members; one whose members have no line keeps its own."""
        units = [unit for member in sorted(members) for unit in self.units.get(member, ())]
        return replace(self, units={**self.units, group: units}) if units else self

    def pieces(self, members: Iterable[str]) -> list[list[str]]:
        """Members with a line by the piece that they lie in, the largest first."""
        of = {unit: member for member in members for unit in (member, *self.units.get(member, ()))}
        nodes = sorted({member for member in of.values() if self.units.get(member)})
        ways = pd.DataFrame({side: self.crossings[side].map(of) for side in ("left", "right")}).dropna()
        numbered = contiguity.pieces(pd.Series("group", index=pd.Index(nodes, dtype=object), dtype=object), ways)
        return [list(numbered.index[numbered == number]) for number in range(numbered.nunique())]

    def count_of_pieces(self, territories: Iterable[str]) -> int:
        """In how many pieces the ground of territories lies, unit by unit."""
        # A way that is declared for the whole territory begins at one of its units.
        of = {each: units[0] for each in territories if (units := self.units.get(each))}
        of |= {unit: unit for each in list(of) for unit in self.units[each]}
        nodes = sorted(set(of.values()))
        ways = pd.DataFrame({side: self.crossings[side].map(of) for side in ("left", "right")}).dropna()
        groups = pd.Series("group", index=pd.Index(nodes, dtype=object), dtype=object)
        return int(contiguity.pieces(groups, ways).nunique())


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group as it is."""

    id: str
    level: Level
    kind: str | None
    members: AbstractSet[str]
    kinds: Mapping[str, str | None]
    """Kind of each member and of whoever joins."""
    others: Mapping[str, AbstractSet[str]]
    """Other groups of each member and of whoever joins; those of the same level."""
    chains: Mapping[str, AbstractSet[str]]
    """Members, this group among them, of each larger group that it is part of."""


def compare(
    group: Group,
    *,
    joining: Collection[str],
    leaving: Collection[str],
    ground: Ground,
    profile: Profile,
    knows: Callable[[str], bool],
) -> Report:
    """Tell what it would mean that some join a group and others leave it.

    Parameters
    ----------
    group
        As it is.
    joining, leaving
        Ids; those who leave are members.
    ground
        Of everybody concerned, as it is.
    profile
        What numbers are held against.
    knows
        Whether whoever asks may know of a territory; others are counted only.
    """
    gone, new = frozenset(leaving), frozenset(joining)
    then = group.members - gone | new
    has_parliament = group.level.members == profile.levels[0].id and not group.level.beside_ladder
    seats = _seats(profile, len(group.members)) if has_parliament else None

    def seen(some: Iterable[str]) -> Members:
        ids = sorted(some)
        return Members(count=len(ids), known=tuple(each for each in ids if knows(each)))

    def side(some: AbstractSet[str], *, vacated: int | None = None) -> Side:
        kind = group.kind or _commonest(group.kinds.get(each) for each in sorted(some))
        return Side(
            members=seen(some),
            pieces=tuple(seen(piece) for piece in ground.pieces(some)),
            undrawn=seen(each for each in some if not ground.units.get(each)),
            reference=reference_of(profile.councils, kind) if has_parliament else None,
            quorum=_quorum(profile, _seats(profile, len(some)), 0) if has_parliament else None,
            vacant=None if seats is None or not vacated else _quorum(profile, seats, vacated),
        )

    shrunk = ground.with_members(group.id, then)
    hung, hang = ground.pieces(group.members), ground.pieces(then)
    cut_off = _outside_largest(hang) - _outside_largest(hung) - new
    return Report(
        group=group.id,
        level=group.level.id,
        leaving=seen(gone),
        joining=seen(new),
        before=side(group.members),
        after=side(then, vacated=len(gone)),
        apart=side(gone) if gone else None,
        orphans=seen(each for each in gone if not group.others.get(each)),
        cut_off=seen(cut_off),
        elsewhere=seen(each for each in new if group.others.get(each)),
        chains=tuple(
            Chain(
                id=chain if knows(chain) else None,
                before=ground.count_of_pieces(members),
                after=shrunk.count_of_pieces(members),
            )
            for chain, members in sorted(group.chains.items())
        ),
        quorum_how_sure=profile.quorum.how_sure,
    )


def _seats(profile: Profile, members: int) -> int:
    return members + profile.parliament.producers + profile.parliament.bank


def _quorum(profile: Profile, seats: int, vacant: int) -> Quorum:
    # 0.5 × 46 is 23, whatever the last bit of a share such as 0.6 says.
    return Quorum(seats=seats, filled=seats - vacant, needed=math.ceil(round(profile.quorum.share * seats, 9)))


def _outside_largest(pieces: list[list[str]]) -> set[str]:
    return {member for piece in pieces[1:] for member in piece}


def _commonest(kinds: Iterable[str | None]) -> str | None:
    known = [kind for kind in kinds if kind is not None]
    return max(sorted(set(known)), key=known.count) if known else None


def ground_of(
    units: Mapping[str, Sequence[str]], lines: GeoSeries, links: pd.DataFrame | None, profile: Profile
) -> Ground:
    """Measure where one can cross between units.

    Parameters
    ----------
    units
        See `Ground`.
    lines
        (n,) boundaries of all units, projected CRS in metres, indexed by id.
    links
        Declared links, ``left`` and ``right``.
    profile
        How near is touching.
    """
    limits = profile.tolerances
    touching = coverage.neighbours(lines, tolerance_m=limits.sliver_m, min_edge_m=limits.min_edge_m)
    ways = [touching] if links is None else [touching, links]
    return Ground(units=units, crossings=pd.concat([way[["left", "right"]] for way in ways], ignore_index=True))
