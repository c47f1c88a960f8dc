"""What passes from a territory that ends to those that come after it: belonging, ways, places, refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from shapely import MultiPolygon

from territory.records import Act, Consent, Date, Link, Membership, Place, Territory
from territory.services.register import new_id
from territory.store.base import Writing


def end(writing: Writing, olds: Iterable[Territory], acts: Mapping[str, Act], day: Date) -> list[Membership]:
    """End territories with their memberships, as members and as groups.

    Parameters
    ----------
    writing
        The change.
    olds
        As they are to be kept.
    acts
        By which each of them ends, by id.
    day
        First day on which they no longer stand.

    Returns
    -------
    list of Membership
        Those that ended by it, as they were.
    """
    writing.put_all(replace(each, until=day) for each in olds)
    ended = [
        each
        for side in ("member", "group")
        for each in writing.find(Membership, **{side: sorted(acts)})
        if _goes_on(each, day)
    ]
    writing.put_all(
        replace(
            each,
            until=_not_before(each.since, day),
            left_by=acts[each.member if each.member in acts else each.group].id,
        )
        for each in ended
    )
    return ended


def passed_on(ended: Iterable[Membership], acts: Mapping[str, Act], heir: str, day: Date) -> list[Membership]:
    """Memberships of what several become: in the groups of all of them, with the members of any of them."""
    held = list(ended)
    groups = Counter(each.group for each in held if each.member in acts)
    up = {each.group: each for each in held if each.member in acts and groups[each.group] == len(acts)}
    down = {each.member: each for each in held if each.group in acts}
    return [
        *(anew(each, acts[each.member], day, member=heir) for each in up.values()),
        *(anew(each, acts[each.group], day, group=heir) for each in down.values()),
    ]


def anew(
    held: Membership, act: Act, day: Date, *, member: str | None = None, group: str | None = None
) -> Membership:
    """A membership that goes on by an act, with somebody else on one side."""
    return replace(
        held,
        id=new_id("m"),
        revision=0,
        member=member or held.member,
        group=group or held.group,
        since=_not_before(held.since, day),
        joined_by=act.id,
    )


def end_links(writing: Writing, olds: Iterable[str], day: Date, heir: str | None = None) -> list[str]:
    """End declared ways to territories that end; where one comes after them all, they lead to that one.

    Returns
    -------
    list of str
        Ids of the ways that nobody can say any more where they lead.
    """
    gone = sorted(olds)
    found = {each.id: each for side in ("left", "right") for each in writing.find(Link, **{side: gone})}
    ended = [each for _, each in sorted(found.items()) if _goes_on(each, day)]
    writing.put_all(replace(each, until=_not_before(each.since, day)) for each in ended)
    if heir is None:
        return [each.id for each in ended]
    for each in ended:
        beyond = {each.left, each.right} - set(gone)
        if beyond:
            left, right = sorted((heir, *beyond))
            since = _not_before(each.since, day)
            writing.put(replace(each, id=new_id("w"), revision=0, left=left, right=right, since=since))
    return []


def pass_places(writing: Writing, olds: Iterable[str], heirs: Mapping[str, MultiPolygon], day: Date) -> None:
    """Give each place to the territory that it now lies in. Hidden: who comes after has not opted in."""
    for place in writing.find(Place, territory=sorted(olds), until=None):
        nearest = min(sorted(heirs), key=lambda each: heirs[each].distance(place.at))
        writing.put(replace(place, until=day))
        writing.put(replace(place, id=new_id("s"), revision=0, territory=nearest, visible=False))


def pass_refusals(writing: Writing, olds: Iterable[str], heirs: Iterable[str]) -> None:
    """Let what was refused to a territory hold for those after it; what was given, was given to that one only."""
    refused = {each.land: each for each in writing.find(Consent, territory=sorted(olds), given=False)}
    for heir in heirs:
        for _, each in sorted(refused.items()):
            writing.put(replace(each, id=new_id("y"), revision=0, territory=heir))


def _goes_on(dated: Membership | Link, day: Date) -> bool:
    return dated.until is None or dated.until > day


def _not_before(since: Date | None, day: Date) -> Date:
    return day if since is None else max(since, day)
