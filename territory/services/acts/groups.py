"""Acts about groups: to join one, to leave it, and what either would mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from geopandas import GeoSeries
from shapely import MultiPolygon

from territory.geo.crs import to_metres
from territory.model import WGS84
from territory.mosaic import Current
from territory.records import Act, ActKind, Date, Membership, fingerprint
from territory.services.access import Access, Eyes, Operation, Sight, require
from territory.services.acts.departure import Group, Report, compare, ground_of
from territory.services.acts.minutes import Minutes, act_of, deciding, require_decided
from territory.services.errors import NotFound, Unusable
from territory.services.register import Once, Register, new_id, today
from territory.store.base import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What joining or leaving came to."""

    acts: tuple[Act, ...]
    """One for each member."""
    report: Report
    """As things stood before, see `what_if`."""


def join(
    register: Register,
    access: Access,
    member: str,
    group: str,
    minutes: Minutes,
    *,
    once: Once | None = None,
) -> Moved:
    """Enter that an assembly decided to join a group, from the day of its minutes on.

    Parameters
    ----------
    register, access
        Where, and who enters it.
    member, group
        Whose assembly decided, and what it joins. The group is asked for nothing: no assembly decides
        for another one.
    minutes
        How it decided.
    once
        See `Register.writing`.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; the group must be one that they may know of.
    Unusable
        The group is not made of such territories, it holds the member already, or the minutes make no decision.
    """
    with deciding(register, access, "join", [member], minutes, once=once) as (writing, current):
        require_decided(minutes, register.profile)
        eyes = Eyes(access, current, register.profile)
        report = _report(register, eyes, current, writing, group, joining=[member], leaving=[])
        held = writing.find(Membership, member=member, group=group)
        if any(each.until is None or each.until > minutes.date for each in held):
            raise Unusable("act.member", member=member, group=group)
        act = writing.put(_of_membership(ActKind.JOIN, member, group, minutes))
        writing.put(Membership(id=new_id("m"), member=member, group=group, since=minutes.date, joined_by=act.id))
        writing.note(made=act.id, territory=member, group=group)
    return Moved(acts=(act,), report=report)


def leave(
    register: Register,
    access: Access,
    members: Collection[str],
    group: str,
    minutes: Minutes,
    *,
    once: Once | None = None,
) -> Moved:
    """Enter that assemblies decided to leave a group, from the day of their minutes on.

    Parameters
    ----------
    register, access
        Where, and who enters it: a key for all of those who leave.
    members
        Who leaves; each gets an act of its own.
    group
        What they leave.
    minutes
        How they decided.
    once
        See `Register.writing`; the acts are told in one text, with commas.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        One of them does not belong to the group on that day, or the minutes make no decision.
    """
    leaving = sorted(set(members))
    with deciding(register, access, "leave", leaving, minutes, once=once) as (writing, current):
        require_decided(minutes, register.profile)
        eyes = Eyes(access, current, register.profile)
        held = {each.member: each for each in _held(writing, minutes.date, group=group)}
        for member in leaving:
            if member not in held or held[member].until is not None:
                raise Unusable("act.no_member", member=member, group=group)
        report = _report(register, eyes, current, writing, group, joining=[], leaving=leaving)
        acts = [writing.put(_of_membership(ActKind.LEAVE, member, group, minutes)) for member in leaving]
        writing.put_all(replace(held[act.territory], until=minutes.date, left_by=act.id) for act in acts)
        writing.note(made=",".join(act.id for act in acts), territories=leaving, group=group)
    return Moved(acts=tuple(acts), report=report)


def what_if(
    register: Register,
    access: Access,
    group: str,
    *,
    joining: Collection[str] = (),
    leaving: Collection[str] = (),
) -> Report:
    """Tell what it would mean, for both sides, that some join a group and others leave it; nothing is changed.

    Parameters
    ----------
    register, access
        Where, and who asks: whoever sees the group whole, or all of those who would move.
    group
        As it stands now.
    joining, leaving
        Ids.

    Returns
    -------
    Report
        Numbers count everybody; only those whom the asker may know of are named.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        Nobody would move; somebody who would leave is no member; somebody who would join is one, or is nothing
        that the group is made of.
    """
    eyes = register.eyes(access)
    current = eyes.current
    moving = sorted({*joining, *leaving})
    if eyes.sight(group) is not Sight.ALL:
        for each in moving or [group]:
            require(eyes, Operation.SEE, each)
    with register.reading() as reading:
        return _report(register, eyes, current, reading, group, joining=joining, leaving=leaving)


def _of_membership(kind: ActKind, member: str, group: str, minutes: Minutes) -> Act:
    return act_of(kind, member, minutes, subject=fingerprint(None, member, group), group=group)


def _held(reading: Reading, day: Date, **equals: str | list[str]) -> list[Membership]:
    """Memberships that hold on a day."""
    return [
        each
        for each in reading.find(Membership, **equals)
        if (each.since is None or each.since <= day) and (each.until is None or day < each.until)
    ]


def _report(
    register: Register,
    eyes: Eyes,
    current: Current,
    reading: Reading,
    group: str,
    *,
    joining: Collection[str],
    leaving: Collection[str],
) -> Report:
    """What a change of members would mean as things stand today."""
    profile, standing = register.profile, current.standing
    own = standing.get(group)
    members = {each.member for each in _held(reading, today(), group=group)} & standing.keys()
    # One's own group is known by the membership, though its line may be nobody's to see.
    if own is None or (eyes.sight(group) is Sight.NOTHING and not set(leaving) & members):
        raise NotFound("territory.unknown", id=group)
    level = profile.level(own.level)
    if not {*joining, *leaving}:
        raise Unusable("act.nobody")
    for each in joining:
        if eyes.sight(each) is Sight.NOTHING:
            raise NotFound("territory.unknown", id=each)
        if standing[each].level != level.members:
            raise Unusable("act.level", member=each, group=group)
        if each in members:
            raise Unusable("act.member", member=each, group=group)
    for each in leaving:
        if each not in members:
            raise Unusable("act.no_member", member=each, group=group)
    moved = sorted({*joining, *leaving})
    chains = {
        chain: {each.member for each in _held(reading, today(), group=chain)} & standing.keys()
        for chain in sorted({each.group for each in _held(reading, today(), member=group)} & standing.keys())
    }
    others: dict[str, set[str]] = defaultdict(set)
    for held in _held(reading, today(), member=moved):
        if held.group != group and held.group in standing and standing[held.group].level == own.level:
            others[held.member].add(held.group)
    everybody = members | set(joining)
    units = _units(reading, current, everybody, {group, *(each for some in chains.values() for each in some)})
    # The group's own ground is that of its members, so that it changes with them.
    of_members = [unit for member in sorted(members) for unit in units.get(member, ())]
    units = {**units, group: of_members or units.get(group, [])}
    return compare(
        Group(
            id=group,
            level=level,
            kind=own.kind,
            members=members,
            kinds={each: standing[each].kind for each in everybody},
            others=others,
            chains=chains,
        ),
        joining=joining,
        leaving=leaving,
        ground=ground_of(units, _metres(current, units), current.mosaic.surroundings.links, profile),
        profile=profile,
        knows=lambda each: eyes.sight(each) is not Sight.NOTHING,
    )


def _units(
    reading: Reading, current: Current, members: Iterable[str], around: Iterable[str]
) -> Mapping[str, Sequence[str]]:
    """The units that territories are made of: their own line, or else the lines of their members."""
    wanted = sorted({*members, *around})
    drawn = {each for each in wanted if each in current.mosaic}
    of: dict[str, list[str]] = {each: [each] for each in drawn}
    undrawn = [each for each in wanted if each not in drawn]
    for held in _held(reading, today(), group=undrawn) if undrawn else ():
        if held.member in current.mosaic:
            of.setdefault(held.group, []).append(held.member)
    return of


def _metres(current: Current, units: Mapping[str, Sequence[str]]) -> GeoSeries:
    """The lines of all units, each once, in metres."""
    lines: dict[str, MultiPolygon] = {}
    for some in units.values():
        for unit in some:
            line = current.mosaic.boundary(unit)
            if line is not None:
                lines[unit] = line
    index = pd.Index(sorted(lines), dtype=object)
    return to_metres(GeoSeries([lines[each] for each in index], index=index, crs=WGS84), current.mosaic.crs)
