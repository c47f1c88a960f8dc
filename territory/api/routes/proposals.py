"""Ways to group councils into communes: proposed, or made by hand and measured."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.changes import json_body
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.live import Live
from territory.api.parameters import Language, LiveDep
from territory.api.questions import WHERE, Question, Work, answer, where
from territory.services import organizing
from territory.services.access import Access, Operation, require_role
from territory.services.organizing import Wishes, telling

router = APIRouter(prefix="/api/proposals", tags=["organizing"])

_PLANS, _SEED = 3, 1
_WISHES = (
    *WHERE,
    "councils",
    "least",
    "most",
    "crossing_weight",
    "travel_weight",
    "barriers",
    "road_minutes",
    "plans",
    "seed",
    "locked",
)


@router.post("", openapi_extra=schemas.json_request(*_WISHES), responses=schemas.CHANGED)
async def propose(request: Request, live: LiveDep, access: AccessDep, language: Language) -> Response:
    """Ways to group councils without a commune, the best first; the same wishes give the same plans."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    return await answer(request, _work(live, access, Fields(sent, _WISHES), language))


@router.post("/measured", openapi_extra=schemas.json_request(*_WISHES, "groups"), responses=schemas.CHANGED)
async def measure(request: Request, live: LiveDep, access: AccessDep, language: Language) -> Response:
    """Of groups that somebody made by hand, whether they hang together, and what they measure."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    fields = Fields(sent, (*_WISHES, "groups"))
    wishes, groups = _wishes(fields), fields.groups("groups")
    return await answer(
        request,
        lambda _: telling.candidates(organizing.measured(live.register, access, wishes, groups), language),
    )


def _work(live: Live, access: Access, fields: Fields, language: str) -> Work:
    wishes = _wishes(fields)
    return lambda progress: telling.candidates(
        organizing.propose(live.register, access, wishes, progress=progress), language
    )


def _wishes(fields: Fields) -> Wishes:
    weight = fields.number("crossing_weight", least=0, most=10)
    travel = fields.number("travel_weight", least=0, most=10)
    plans, seed = fields.count("plans", most=100), fields.count("seed", most=2**31)
    return Wishes(
        asked=where(fields),
        councils=tuple(fields.ids("councils")),
        least=fields.count("least", most=1_000),
        most=fields.count("most", most=1_000),
        crossing_weight=0.0 if weight is None else weight,
        travel_weight=0.0 if travel is None else travel,
        barriers=fields.names("barriers"),
        plans=_PLANS if plans is None else plans,
        seed=_SEED if seed is None else seed,
        locked=fields.groups("locked"),
        road_minutes=fields.number("road_minutes", least=1, most=60),
    )


PROPOSALS = Question(_WISHES, _work)
