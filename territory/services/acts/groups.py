"""Acts about groups: to join one, to leave it, and what either would mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from territory.profiles import Profile
from territory.records import Act, ActKind, Membership, Plan, fingerprint
from territory.services.access import Access, Eyes, Operation, Sight, require
from territory.services.acts.arrangement import arrangement, held
from territory.services.acts.comparing import Report, compare
from territory.services.acts.minutes import Minutes, act_of, deciding, require_decided
from territory.services.acts.supposing import Allow, Change, Join, Leave, concerned, movers, supposed
from territory.services.errors import Unusable
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
        report = _report(register.profile, eyes, writing, [Join(members=(member,), group=group)])
        known = writing.find(Membership, member=member, group=group)
        if any(each.until is None or each.until > minutes.date for each in known):
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
        inside = {each.member: each for each in held(writing, minutes.date, group=group)}
        for member in leaving:
            if member not in inside or inside[member].until is not None:
                raise Unusable("act.no_member", member=member, group=group)
        report = _report(register.profile, eyes, writing, [Leave(members=tuple(leaving), group=group)])
        acts = [writing.put(_of_membership(ActKind.LEAVE, member, group, minutes)) for member in leaving]
        writing.put_all(replace(inside[act.territory], until=minutes.date, left_by=act.id) for act in acts)
        writing.note(made=",".join(act.id for act in acts), territories=leaving, group=group)
    return Moved(acts=tuple(acts), report=report)


def what_if(register: Register, access: Access, changes: Sequence[Change]) -> Report:
    """Tell what changes would mean for all sides, one after the other; nothing is changed.

    Parameters
    ----------
    register, access
        Where, and who asks: whoever sees a group whole, or all of those who would move, be parted or made one.
    changes
        Who would leave, join, found a group, be parted, be made one; see `supposing.supposed`.

    Returns
    -------
    Report
        Numbers count everybody; only those whom the asker may know of are named.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        There are no changes, or one of them cannot be; see `supposing.supposed`.
    """
    if not changes:
        raise Unusable("act.nobody")
    eyes = register.eyes(access)

    def allow(change: Change, made: Mapping[str, tuple[str, ...]]) -> None:
        asked = set(movers(change))
        if isinstance(change, Leave | Join):
            if change.group in made or eyes.sight(change.group) is Sight.ALL:
                return
            asked = asked or {change.group}
        for each in sorted(asked - made.keys()):
            require(eyes, Operation.SEE, each)

    with register.reading() as reading:
        return _report(register.profile, eyes, reading, changes, allow=allow)


def _of_membership(kind: ActKind, member: str, group: str, minutes: Minutes) -> Act:
    return act_of(kind, member, minutes, subject=fingerprint(None, member, group), group=group)


def _report(
    profile: Profile,
    eyes: Eyes,
    reading: Reading,
    changes: Sequence[Change],
    *,
    allow: Allow = lambda change, made: None,
) -> Report:
    """What changes would mean as things stand today."""
    mosaic = eyes.current.mosaic
    before = arrangement(reading, eyes.current, concerned(changes))
    asked = _asked_to_join(reading, eyes, changes)
    after = supposed(
        before,
        changes,
        profile=profile,
        knows=lambda each: each in asked or eyes.sight(each) is not Sight.NOTHING,
        allow=allow,
    )
    return compare(before, after, links=mosaic.surroundings.links, crs=mosaic.crs, profile=profile, eyes=eyes)


def _asked_to_join(reading: Reading, eyes: Eyes, changes: Sequence[Change]) -> set[str]:
    """Groups that those who would join know of though nobody else may: a plan shown to them names both."""
    joins = [each for each in changes if isinstance(each, Join)]
    if not joins:
        return set()
    day = today()
    plans = [each for each in reading.find(Plan, shared=True) if each.until is None or day < each.until]
    return {
        join.group
        for join in joins
        for plan in plans
        if plan.territory == join.group and plan.named.issuperset(join.members)
        if all(eyes.sight(each) is Sight.ALL for each in join.members)
    }
