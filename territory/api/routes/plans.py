"""Plans that organizers keep, and show to the councils in them."""

from __future__ import annotations

from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.changes import answered, based_on, changed, json_body, made_once, once_of
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.parameters import LiveDep
from territory.records import Plan, PlanKind
from territory.services.errors import Unusable
from territory.services.organizing import affirming, plans
from territory.services.organizing.affirming import Affirmed

router = APIRouter(prefix="/api/plans", tags=["organizing"])

_MADE = ("kind", "name", "settings", "groups", "shared")
_LONGEST_NAME = 200


@router.get("", responses=schemas.CHANGED)
def list_plans(live: LiveDep, access: AccessDep) -> Response:
    """Plans of whoever asks, and those shown to a territory of theirs; the newest first."""
    return answered([_told(each, whole=False) for each in plans.listed(live.register, access)])


@router.get("/{plan_id}", responses=schemas.CHANGED)
def get_plan(live: LiveDep, access: AccessDep, plan_id: str) -> Response:
    """One plan, whole; of a corridor, also who affirmed it."""
    plan = plans.get(live.register, access, plan_id)
    told = _told(plan, whole=True)
    if plan.kind is PlanKind.CORRIDOR:
        told["members"] = [_affirmed(each) for each in affirming.members(live.register, access, plan)]
    return answered(told, version=plan.revision)


@router.get("/{plan_id}/ground", responses=schemas.CHANGED)
async def plan_ground(live: LiveDep, access: AccessDep, plan_id: str) -> Response:
    """Of a corridor, as GeoJSON: the ground of who affirmed it, of who is planned, and of who lies between."""

    def ground() -> dict[str, Any]:
        return affirming.ground(live.register, access, plans.get(live.register, access, plan_id))

    return answered(await to_thread.run_sync(ground))


@router.post("/{plan_id}/territory", status_code=201, responses=schemas.CREATED)
async def found_corridor(request: Request, live: LiveDep, access: AccessDep, plan_id: str) -> Response:
    """Make a planned corridor a territory that its members can join, each by an act of its own."""
    version, once = based_on(request), once_of(request, access, await request.body())
    made = await changed(
        request,
        made_once,
        lambda: affirming.found(live.register, access, plan_id, based_on=version, once=once),
    )
    return answered({"id": made}, status=201, location=f"/api/territories/{made}")


@router.post("", status_code=201, openapi_extra=schemas.json_request(*_MADE), responses=schemas.CREATED)
async def save_plan(request: Request, live: LiveDep, access: AccessDep) -> Response:
    """Keep a plan."""
    sent, body = await json_body(request)
    fields, once = Fields(sent, _MADE), once_of(request, access, body)
    settings = sent.get("settings", {})
    if not isinstance(settings, dict):
        raise Unusable("request.object")
    kind, name = fields.one_of("kind", PlanKind), fields.need("name", limit=_LONGEST_NAME)
    groups, shared = fields.groups("groups"), fields.truth("shared", otherwise=False)

    def keep() -> str:
        return plans.save(
            live.register,
            access,
            kind=kind or PlanKind.COMMUNES,
            called=name,
            settings=settings,
            groups=groups,
            shared=shared,
            once=once,
        ).id

    made = await changed(request, made_once, keep)
    return answered({"id": made}, status=201, version=1, location=f"/api/plans/{made}")


@router.patch("/{plan_id}", openapi_extra=schemas.json_request("shared"), responses=schemas.CHANGED)
async def share_plan(request: Request, live: LiveDep, access: AccessDep, plan_id: str) -> Response:
    """Show a plan to the territories in it, or no longer."""
    sent, _ = await json_body(request)
    shared, version = Fields(sent, ("shared",)).truth("shared", otherwise=False), based_on(request)
    kept = await changed(
        request, lambda: plans.change(live.register, access, plan_id, based_on=version, shared=shared)
    )
    return answered(_told(kept, whole=False), version=kept.revision)


@router.delete("/{plan_id}", responses=schemas.CHANGED)
async def throw_away(request: Request, live: LiveDep, access: AccessDep, plan_id: str) -> Response:
    """Throw a plan away; the register remembers that there was one."""
    version = based_on(request)
    await changed(
        request, lambda: plans.change(live.register, access, plan_id, based_on=version, thrown_away=True)
    )
    return Response(status_code=204)


def _told(plan: Plan, *, whole: bool) -> dict[str, Any]:
    groups = plan.groups.get("groups", {})
    told = {
        "id": plan.id,
        "kind": plan.kind,
        "name": plan.called,
        "shared": plan.shared,
        "made_by": plan.made_by,
        "revision": plan.revision,
        "groups": groups if whole else len(groups),
        "territory": plan.territory,
    }
    return told | ({"settings": dict(plan.settings)} if whole else {})


def _affirmed(member: Affirmed) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "affirmed": member.act is not None,
        "since": member.since,
        "act": member.act,
        "can": member.can,
        "planned": member.is_planned,
    }
