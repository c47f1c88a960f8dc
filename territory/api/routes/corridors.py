"""Corridors between communes: what joins them, what is missing, and with whom to talk."""

from __future__ import annotations

import math
from typing import Any

from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.changes import json_body
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.live import Live
from territory.api.parameters import Language, LiveDep
from territory.api.questions import Question, Work, answer
from territory.geo.corridors import Prices
from territory.services import organizing
from territory.services.access import Access, Operation, require_role
from territory.services.organizing import CorridorWishes, corridor_telling
from territory.services.organizing.corridors import FAVOURED, MOST_ALTERNATIVES
from territory.services.organizing.terrain import BARRED

router = APIRouter(prefix="/api/corridors", tags=["organizing"])

_WISHES = (
    "members",
    "width_m",
    "within",
    "ordered",
    "reinforced",
    "alternatives",
    "costs",
    "families",
    "factors",
    "barriers",
)
_COSTS = ("commune", "council", "uncovered", "step")
_MOST_COST = 1_000.0
_MOST_BARRIER = 1e9


@router.post("", openapi_extra=schemas.json_request(*_WISHES), responses=schemas.CHANGED)
async def join(request: Request, live: LiveDep, access: AccessDep, language: Language) -> Response:
    """What joins communes at the least cost, what is missing, and with whom to talk."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    return await answer(request, _work(live, access, Fields(sent, _WISHES), language))


def _work(live: Live, access: Access, fields: Fields, language: str) -> Work:
    wishes = _wishes(fields)
    return lambda progress: corridor_telling.told(
        organizing.plan_corridor(live.register, access, wishes, progress=progress)
    )


def _wishes(fields: Fields) -> CorridorWishes:
    width_m = fields.number("width_m", least=1, most=100_000)
    within = fields.number("within", least=0, most=1e9)
    costs = Fields(fields.object("costs"), _COSTS)
    paid = {name: costs.number(name, least=0, most=_MOST_COST) for name in _COSTS}
    factors = Fields(fields.object("factors"), FAVOURED)
    known = {name: factors.number(name, least=0, most=_MOST_COST) for name in FAVOURED}
    return CorridorWishes(
        members=fields.names("members"),
        is_ordered=fields.truth("ordered", otherwise=False),
        is_reinforced=fields.truth("reinforced", otherwise=False),
        alternatives=fields.count("alternatives", most=MOST_ALTERNATIVES) or 0,
        prices=Prices(**_given(paid)),
        counts_families=fields.truth("families", otherwise=False),
        factors=_given(known),
        barriers=_barriers(fields.object("barriers")),
        **_given({"width_m": width_m, "within": within}),
    )


def _barriers(sent: dict[str, Any]) -> dict[str, float]:
    """What a step over each kind of barrier costs more; infinite where it is null, for nobody crosses it."""
    fields = Fields(sent, BARRED)
    costs = {name: fields.number(name, least=0, most=_MOST_BARRIER) for name in sent}
    return {name: math.inf if cost is None else cost for name, cost in costs.items()}


def _given(values: dict[str, float | None]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


CORRIDOR = Question(_WISHES, _work)
