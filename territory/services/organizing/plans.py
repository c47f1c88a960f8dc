"""Plans that organizers keep, and show to the councils in them. A plan changes nothing: that takes acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from territory.records import Plan, PlanKind
from territory.services.access import Access, Eyes, Operation, Sight, require_role
from territory.services.errors import NotFound, Stale, Unusable
from territory.services.register import Once, Register, new_id, today

_MOST_COUNCILS = 5_000


def save(
    register: Register,
    access: Access,
    *,
    kind: PlanKind,
    called: str,
    settings: Mapping[str, Any],
    groups: Mapping[str, Iterable[str]],
    shared: bool = False,
    once: Once | None = None,
) -> Plan:
    """Keep a plan.

    Parameters
    ----------
    register, access
        Where, and who.
    kind, called, settings
        What it is for, how it is called, and what was asked to come to it.
    groups
        Ids of territories by the name of each group.
    shared
        Whether the territories in it may see it.
    once
        See `Register.writing`.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    Unusable
        It names a territory that whoever asks does not see whole, or too many.
    """
    require_role(access, Operation.GROUP)
    members = {name: sorted(set(ids)) for name, ids in groups.items()}
    named = {each for ids in members.values() for each in ids}
    if not 0 < len(named) <= _MOST_COUNCILS:
        raise Unusable("plan.size", limit=_MOST_COUNCILS)
    eyes = register.eyes(access)
    if unseen := sorted(each for each in named if eyes.sight(each) is not Sight.ALL):
        raise Unusable("organize.council", id=unseen[0])
    made = Plan(
        id=new_id("l"),
        kind=kind,
        called=called,
        settings=settings,
        groups={"groups": members},
        shared=shared,
        made_by=access.name,
    )
    with register.writing(access, "save_plan", once=once) as writing:
        kept = writing.put(made)
        writing.note(made=kept.id, plan=kept.id, kind=kind.value)
    return kept


def listed(register: Register, access: Access) -> list[Plan]:
    """Plans that somebody made, and those shown to a territory of theirs; the newest first."""
    eyes, day = register.eyes(access), today()
    with register.reading() as reading:
        found = reading.find(Plan)
    seen = [each for each in found if (each.until is None or day < each.until) and _is_seen(eyes, each)]
    return sorted(seen, key=lambda each: -each.seq)


def get(register: Register, access: Access, id_: str) -> Plan:
    """A plan, for whoever made it or is shown it.

    Raises
    ------
    NotFound
        There is none, or none that they may see.
    """
    with register.reading() as reading:
        plan = reading.get(Plan, id_)
    day = today()
    if plan is None or (plan.until is not None and plan.until <= day) or not _is_seen(register.eyes(access), plan):
        raise NotFound("plan.unknown", id=id_[:40])
    return plan


def own(register: Register, access: Access, id_: str) -> Plan:
    """A plan, for whoever made it.

    Raises
    ------
    NotFound
        There is none of theirs.
    """
    plan = get(register, access, id_)
    if plan.made_by != access.name and not access.is_operator:
        raise NotFound("plan.unknown", id=id_[:40])
    return plan


def change(
    register: Register,
    access: Access,
    id_: str,
    *,
    based_on: int,
    shared: bool | None = None,
    thrown_away: bool = False,
) -> Plan:
    """Show a plan to the territories in it, or no longer; or throw it away.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    NotFound
        There is none of theirs.
    Stale
        Somebody else changed it meanwhile.
    """
    require_role(access, Operation.GROUP)
    plan = own(register, access, id_)
    if plan.revision != based_on:
        raise Stale("record.stale", kind="plan", id=id_, revision=based_on)
    with register.writing(access, "change_plan") as writing:
        writing.note(plan=id_)
        return writing.put(
            replace(
                plan,
                shared=plan.shared if shared is None else shared,
                until=today() if thrown_away else None,
            )
        )


def _is_seen(eyes: Eyes, plan: Plan) -> bool:
    if eyes.access.is_operator or plan.made_by == eyes.access.name:
        return True
    return plan.shared and any(eyes.sight(each) is Sight.ALL for each in plan.named)
