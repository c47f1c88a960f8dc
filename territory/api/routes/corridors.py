"""Corridors between communes: what joins them, what is missing, and with whom to talk."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.changes import json_body
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.live import Live
from territory.api.parameters import Language, LiveDep
from territory.api.questions import Question, Work, answer
from territory.services import organizing
from territory.services.access import Access, Operation, require_role
from territory.services.organizing import CorridorWishes, corridor_telling

router = APIRouter(prefix="/api/corridors", tags=["organizing"])

_WISHES = ("members", "width_m", "within", "ordered", "reinforced")


@router.post("", openapi_extra=schemas.json_request(*_WISHES), responses=schemas.CHANGED)
async def join(request: Request, live: LiveDep, access: AccessDep, language: Language) -> Response:
    """What joins communes at the least cost, what is missing, and with whom to talk."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    return await answer(request, _work(live, access, Fields(sent, _WISHES), language))


def _work(live: Live, access: Access, fields: Fields, language: str) -> Work:
    width_m = fields.number("width_m", least=1, most=100_000)
    within = fields.number("within", least=0, most=1e9)
    given = {"width_m": width_m, "within": within}
    wishes = CorridorWishes(
        members=fields.names("members"),
        is_ordered=fields.truth("ordered", otherwise=False),
        is_reinforced=fields.truth("reinforced", otherwise=False),
        **{name: value for name, value in given.items() if value is not None},
    )
    return lambda progress: corridor_telling.told(
        organizing.plan_corridor(live.register, access, wishes, progress=progress)
    )


CORRIDOR = Question(_WISHES, _work)
