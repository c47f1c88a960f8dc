"""From a planned corridor to one that stands: made a territory, and affirmed by each member by its own act.

The plan says who is meant; a dated `Membership` says who has decided. Nobody is in a corridor before its own
assembly says so, and the plan changes nothing but who is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from territory.mosaic import Standing
from territory.profiles import Profile
from territory.records import Date, Membership, Plan, PlanKind, Territory
from territory.services import reports
from territory.services.access import Access, Eyes, Operation, Sight, require_role
from territory.services.errors import Stale, Unusable
from territory.services.organizing import plans
from territory.services.organizing.nesting import members_by_group
from territory.services.register import Once, Register, new_id, today

MEMBERS, ON_THE_WAY = "members", "on_the_way"
"""Names of the groups of a plan of a corridor: who is to join, and whose ground lies between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Affirmed:
    """How one member of a planned corridor stands to it."""

    id: str
    name: str | None
    """As far as whoever asks may know of it."""
    since: Date | None
    """From when on it belongs; none: its assembly has not affirmed it yet."""
    act: str | None
    """Id of the act that says so."""
    can: bool
    """Whether such a territory can be a member; a council belongs through its commune."""
    is_planned: bool
    """Whether the plan names it; others may have joined by themselves."""


def found(register: Register, access: Access, plan_id: str, *, based_on: int, once: Once | None = None) -> str:
    """Make a planned corridor a territory that its members can join, and show them the plan.

    Parameters
    ----------
    register, access, plan_id
        Where, who, and of which plan.
    based_on
        Revision of the plan that it is made from.
    once
        See `Register.writing`.

    Returns
    -------
    str
        Id of the territory. It has no line, and nobody belongs to it yet.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    NotFound
        There is no such plan of theirs.
    Stale
        Somebody changed the plan meanwhile.
    Unusable
        It is no plan of a corridor, it was made before, or the profile knows of no groups beside the ladder.
    """
    require_role(access, Operation.GROUP)
    level = next((each.id for each in register.profile.levels if each.beside_ladder), None)
    with register.writing(access, "found_corridor", once=once) as writing:
        plan = plans.own(register, access, plan_id)
        if plan.kind is not PlanKind.CORRIDOR or level is None:
            raise Unusable("plan.no_corridor")
        if plan.territory is not None:
            raise Unusable("plan.made", id=plan.territory)
        if plan.revision != based_on:
            raise Stale("record.stale", kind="plan", id=plan_id, revision=based_on)
        made = writing.put(Territory(id=new_id(level[0]), level=level, called=plan.called, since=today()))
        writing.put(replace(plan, groups={**plan.groups, "territory": made.id}, shared=True))
        writing.note(made=made.id, territory=made.id, plan=plan.id)
    return made.id


def members(register: Register, access: Access, plan: Plan) -> list[Affirmed]:
    """Who is meant to be in a corridor and who affirmed it, in the order of the plan, others after them.

    Parameters
    ----------
    register, access
        Where, and who asks.
    plan
        One that they may see, see `plans.get`.
    """
    eyes = register.eyes(access)
    standing = eyes.current.standing
    corridor, day = plan.territory, today()
    since: dict[str, Membership] = {}
    if corridor is not None:
        with register.reading() as reading:
            for each in reading.find(Membership, group=corridor):
                if (each.since is None or each.since <= day) and (each.until is None or day < each.until):
                    since[each.member] = each
    meant = planned(plan)
    others = sorted(each for each in since if each not in meant and eyes.sight(each) is not Sight.NOTHING)
    return [
        Affirmed(
            id=each,
            name=standing[each].name if eyes.sight(each) is not Sight.NOTHING else None,
            since=since[each].since if each in since else None,
            act=since[each].joined_by if each in since else None,
            can=_can(register.profile, standing, each),
            is_planned=each in meant,
        )
        for each in (*meant, *others)
    ]


def planned(plan: Plan) -> tuple[str, ...]:
    """Ids of those whom a plan of a corridor means to join, in its order."""
    meant = _group(plan, MEMBERS)
    asked = [str(each) for each in plan.settings.get("members", ()) if isinstance(each, str)]
    order = {each: at for at, each in enumerate(asked)}
    return tuple(sorted(meant, key=lambda each: (order.get(each, len(order)), each)))


def ground(register: Register, access: Access, plan: Plan) -> dict[str, Any]:
    """The ground of a corridor as GeoJSON: of who affirmed it, of who is planned, and of who lies between.

    A territory without a line of its own is the ground of its members. Only lines that whoever asks sees are told.
    """
    eyes = register.eyes(access)
    told = members(register, access, plan)
    rows = [("affirmed" if each.act is not None else "planned", each.id, each.name) for each in told]
    standing = eyes.current.standing
    between = [each for each in _group(plan, ON_THE_WAY) if eyes.sight(each) is not Sight.NOTHING]
    rows += [("on_the_way", each, standing[each].name) for each in between]
    within = members_by_group(standing)
    features = [
        {
            "type": "Feature",
            "id": id_,
            "properties": {"kind": kind, "name": name},
            "geometry": reports.geometry(_shape(eyes, id_, within)),
        }
        for kind, id_, name in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def _group(plan: Plan, name: str) -> tuple[str, ...]:
    groups: Mapping[str, Iterable[str]] = plan.groups.get("groups", {})
    return tuple(groups.get(name, ()))


def _can(profile: Profile, standing: Mapping[str, Standing], member: str) -> bool:
    level = next((each for each in profile.levels if each.beside_ladder), None)
    return level is not None and member in standing and level.takes(standing[member].level)


def _shape(eyes: Eyes, territory: str, within: Mapping[str, Iterable[str]]) -> BaseGeometry:
    """A line, or that of everybody in a group; empty where none is seen."""
    seen, waiting, shapes = {territory}, [territory], []
    while waiting:
        each = waiting.pop()
        shape = eyes.current.mosaic.boundary(each)
        if shape is not None:
            if eyes.sees_line(each):
                shapes.append(shape)
            continue
        more = [member for member in within.get(each, ()) if member not in seen]
        seen.update(more)
        waiting += more
    return shapely.union_all(shapes)
