"""What changes would mean: for every group that they concern, as it is and as it would be."""

from __future__ import annotations

import math
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import pandas as pd
from pyproj import CRS
from shapely import MultiPolygon

from territory.checks.rules import reference_of
from territory.geo import splitting
from territory.geo.crs import area_m2
from territory.mosaic import Standing
from territory.profiles import HowSure, Profile, Range
from territory.services.access import Eyes, Sight
from territory.services.acts.arrangement import Arrangement
from territory.services.acts.hanging import Hanging, hangs


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Some members of a group: how many, and those of them that whoever asks may know of."""

    count: int
    known: tuple[str, ...]
    """Ids, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Members of a group between which one can go within it."""

    members: Members
    lines: tuple[MultiPolygon, ...]
    """Of the ground that whoever asks sees, in WGS 84."""

    @property
    def ground(self) -> MultiPolygon | None:
        """The same as one."""
        return splitting.merge(self.lines) if self.lines else None


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
    """A group as it is, or as it would be."""

    members: Members
    pieces: tuple[Piece, ...]
    """Those with a line, the largest first."""
    undrawn: Members
    """Members without a line, of which nobody can say what they touch."""
    reference: Range | None
    """How many members are usual; a reference, never a limit. None where the profile says nothing of the level."""
    quorum: Quorum | None
    """Of its parliament, with one seat for each member; none where the level has none."""
    vacant: Quorum | None
    """The same if the seats of those who left stay empty and are counted on: the other way to read the rule."""
    families: int | None
    """Of the members that told a number; none where whoever asks does not see all members whole."""
    untold: int
    """How many members told no number of families."""
    area_m2: float | None
    """Of all pieces; none where whoever asks does not see all members whole."""

    @property
    def is_usual(self) -> bool | None:
        """Whether the number of members is within the reference; none without one."""
        return None if self.reference is None else self.reference.holds(self.members.count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A larger group that a group is part of, such as a corridor: in how many pieces its ground lies."""

    id: str | None
    """None when whoever asks may not know of it."""
    before: int
    after: int

    @property
    def breaks(self) -> bool:
        """Whether it would have more pieces than before."""
        return self.after > self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A group that changes."""

    group: str
    is_known: bool
    """Whether whoever asks may know of it, not only that there is one."""
    level: str
    before: Side | None
    """None of a group that is not there yet."""
    after: Side | None
    """None of a group that would be no more."""
    leaving: Members
    joining: Members
    apart: Side | None
    """Those who leave and join no other group, if they made one of their own; none where there are none."""
    cut_off: Members
    """Who stays, and would no longer hang together with most of the others as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A territory that would come after others."""

    id: str
    of: tuple[str, ...]
    ground: MultiPolygon
    """In WGS 84."""
    reference: Range | None
    """How many families are usual; none where the profile says nothing of the level."""

    @property
    def area_m2(self) -> float:
        """Of its ground."""
        return area_m2(self.ground)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What would change for everybody. It informs; the assembly decides."""

    shifts: tuple[Shift, ...]
    """Every group whose members change, those that there are first."""
    orphans: Members
    """Who was in a group and would be in none of its level."""
    left_out: tuple[Piece, ...]
    """Each of them that whoever asks may know of."""
    elsewhere: Members
    """Who joins a group and is in another one of its level."""
    chains: tuple[Chain, ...]
    made: tuple[Made, ...]
    ended: tuple[str, ...]
    """What would be no more, as others come after it."""
    supposed: dict[str, Standing]
    """All that changes would make, groups among it."""
    quorum_how_sure: HowSure

    def of(self, group: str) -> Shift:
        """What changes for one group.

        Raises
        ------
        KeyError
            Nothing.
        """
        for shift in self.shifts:
            if shift.group == group:
                return shift
        raise KeyError(group)


def compare(
    before: Arrangement, after: Arrangement, *, links: pd.DataFrame | None, crs: CRS, profile: Profile, eyes: Eyes
) -> Report:
    """Tell what it would mean that one arrangement became another.

    Parameters
    ----------
    before, after
        As it is, and as it would be.
    links
        Declared ways, ``left`` and ``right``.
    crs
        To measure in, in metres.
    profile
        What numbers are held against.
    eyes
        Who asks: numbers count everybody, only those whom they may know of are named, and only ground that they
        see is shown.
    """
    groups = _changing(before, after)
    changed = groups | before.above(groups) | after.above(groups)
    stay = changed & before.standing.keys() & after.standing.keys()
    beside = {level.id for level in profile.levels if level.beside_ladder}
    # A chain is a chain by its ground: of what changes its own members, those that are more than their ground.
    chains = sorted(each for each in stay if each not in groups or after.standing[each].level in beside)
    apart = {each: _apart(before, after, groups, each) for each in groups}
    hanging = hangs(before, after, groups, chains, apart, changed=changed, links=links, crs=crs, profile=profile)
    seen = _Seen(eyes, frozenset(after.made))
    sides = _Sides(before, after, hanging, changed, profile, seen)
    orphans = seen.members(_orphans(before, after, groups))
    return Report(
        shifts=tuple(
            sides.shift(each, apart[each]) for each in sorted(groups, key=lambda g: (g in after.made, g))
        ),
        orphans=orphans,
        left_out=tuple(sides.piece([each], after) for each in orphans.known),
        elsewhere=seen.members(_elsewhere(before, after, groups)),
        chains=tuple(
            Chain(id=each if seen.knows(each) else None, before=pieces_before, after=pieces_after)
            for each in chains
            for pieces_before, pieces_after in [hanging.stretches(each)]
        ),
        made=tuple(
            Made(id=each, of=of, ground=ground, reference=_families(profile, after, each))
            for each, of in after.made.items()
            if of and each in after.standing and (ground := after.line(each)) is not None
        ),
        ended=tuple(sorted(before.standing.keys() - after.standing.keys())),
        supposed={each: after.standing[each] for each in after.made if each in after.standing},
        quorum_how_sure=profile.quorum.how_sure,
    )


def _changing(before: Arrangement, after: Arrangement) -> set[str]:
    """Groups whose members change, and groups that come or go."""
    return {
        each
        for each in before.members.keys() | after.members.keys()
        if before.members.get(each, set()) != after.members.get(each, set())
        or (each in before.standing) != (each in after.standing)
    }


def _level(before: Arrangement, after: Arrangement, group: str) -> str:
    return (after.standing.get(group) or before.standing[group]).level


def _joining(before: Arrangement, after: Arrangement, group: str) -> set[str]:
    return after.members.get(group, set()) - before.members.get(group, set())


def _leaving(before: Arrangement, after: Arrangement, group: str) -> set[str]:
    return before.members.get(group, set()) - after.members.get(group, set())


def _apart(before: Arrangement, after: Arrangement, groups: Iterable[str], group: str) -> set[str]:
    """Who leaves a group and joins none of its level."""
    level = _level(before, after, group)
    others = [_joining(before, after, each) for each in groups if _level(before, after, each) == level]
    return (_leaving(before, after, group) & after.standing.keys()).difference(*others)


def _orphans(before: Arrangement, after: Arrangement, groups: Iterable[str]) -> set[str]:
    """Who was in a group, or comes after one that was, and would be in none of its level."""
    return {
        heir
        for group in groups
        for member in _leaving(before, after, group)
        for heir in _heirs(after, member)
        if not after.groups_of(heir, level=_level(before, after, group))
    }


def _elsewhere(before: Arrangement, after: Arrangement, groups: Iterable[str]) -> set[str]:
    """Who joins a group and is in another one of its level; not those that come after members."""
    return {
        member
        for group in groups
        for member in _joining(before, after, group)
        if member not in after.made and after.groups_of(member, level=_level(before, after, group)) - {group}
    }


def _heirs(after: Arrangement, territory: str) -> list[str]:
    if territory in after.standing:
        return [territory]
    return [heir for each, of in after.made.items() if territory in of for heir in _heirs(after, each)]


def _families(profile: Profile, after: Arrangement, territory: str) -> Range | None:
    known = after.standing[territory]
    return reference_of(profile.families, known.kind) if known.level == profile.levels[0].id else None


@dataclass(frozen=True, slots=True)
class _Seen:
    """What whoever asks knows of and sees. What they suppose, they know."""

    eyes: Eyes
    made: frozenset[str]

    def knows(self, territory: str) -> bool:
        return territory in self.made or self.eyes.sight(territory) is not Sight.NOTHING

    def sees(self, territory: str) -> bool:
        return territory in self.made or self.eyes.sight(territory) is Sight.ALL

    def sees_line(self, territory: str) -> bool:
        return territory in self.made or self.eyes.sees_line(territory)

    def members(self, some: Iterable[str]) -> Members:
        ids = sorted(some)
        return Members(count=len(ids), known=tuple(each for each in ids if self.knows(each)))


@dataclass(frozen=True, slots=True)
class _Sides:
    """Groups as they are and as they would be."""

    before: Arrangement
    after: Arrangement
    hanging: Hanging
    changed: AbstractSet[str]
    profile: Profile
    seen: _Seen

    def shift(self, group: str, apart: AbstractSet[str]) -> Shift:
        before, after = self.before, self.after
        was, would_be = (some.members.get(group, set()) for some in (before, after))
        # Whoever is no more vacates no seat: those that come after it sit there.
        vacated = len(_leaving(before, after, group) & after.standing.keys())
        hung, hang = self.hanging.pieces("before", group), self.hanging.pieces("after", group)
        cut_off = _outside_largest(hang) - _outside_largest(hung) - (would_be - was)
        is_new, is_over = group not in before.standing, group not in after.standing
        of = before if is_over else after
        return Shift(
            group=group,
            is_known=self.seen.knows(group),
            level=of.standing[group].level,
            before=None if is_new else self._side(before, group, was, hung),
            after=None
            if is_over
            else self._side(after, group, would_be, hang, vacated=vacated, seats_of=len(was)),
            leaving=self.seen.members(was - would_be),
            joining=self.seen.members(would_be - was),
            apart=self._side(after, group, apart, self.hanging.apart(group), of=of) if apart else None,
            cut_off=self.seen.members(set() if is_new or is_over else cut_off),
        )

    def piece(self, members: list[str], some: Arrangement) -> Piece:
        """Some members with the lines of their ground."""
        units = [unit for each in members for unit in some.ground(each, self.changed)]
        lines = [some.line(unit) for unit in units if self.seen.sees_line(unit)]
        return Piece(members=self.seen.members(members), lines=tuple(each for each in lines if each is not None))

    def _side(
        self,
        some: Arrangement,
        group: str,
        members: AbstractSet[str],
        pieces: list[list[str]],
        *,
        vacated: int = 0,
        seats_of: int = 0,
        of: Arrangement | None = None,
    ) -> Side:
        profile, seen = self.profile, self.seen
        standing = (of or some).standing[group]
        level = profile.level(standing.level)
        has_parliament = level.members == profile.levels[0].id and not level.beside_ladder
        kind = standing.kind or _commonest(some.standing[each].kind for each in sorted(members))
        families = [told for each in members if (told := some.standing[each].families) is not None]
        sees_all = all(seen.sees(each) for each in members)
        units = {each: some.ground(each, self.changed) for each in members}
        return Side(
            members=seen.members(members),
            pieces=tuple(self.piece(each, some) for each in pieces),
            undrawn=seen.members(each for each in members if not units[each]),
            reference=reference_of(profile.councils, kind) if has_parliament else None,
            quorum=_quorum(profile, len(members), 0) if has_parliament else None,
            vacant=_quorum(profile, seats_of, vacated) if has_parliament and vacated else None,
            families=sum(families) if sees_all else None,
            untold=len(members) - len(families),
            area_m2=self.hanging.area_m2({unit for some in units.values() for unit in some}) if sees_all else None,
        )


def _quorum(profile: Profile, members: int, vacant: int) -> Quorum:
    seats = members + profile.parliament.producers + profile.parliament.bank
    # 0.5 × 46 is 23, whatever the last bit of a share such as 0.6 says.
    return Quorum(seats=seats, filled=seats - vacant, needed=math.ceil(round(profile.quorum.share * seats, 9)))


def _outside_largest(pieces: list[list[str]]) -> set[str]:
    return {member for piece in pieces[1:] for member in piece}


def _commonest(kinds: Iterable[str | None]) -> str | None:
    known = [kind for kind in kinds if kind is not None]
    return max(sorted(set(known)), key=known.count) if known else None
