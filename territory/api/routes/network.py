"""Who could exchange what with whom."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from territory.api import schemas
from territory.api.changes import answered
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.live import Live
from territory.api.parameters import Language, LiveDep
from territory.api.questions import WHERE, Question, WhereParam, Work, answer, where
from territory.services import belongings
from territory.services.access import Access, Operation, require_role
from territory.services.organizing import Asked, exchange, exchange_telling

router = APIRouter(prefix="/api", tags=["organizing"])


@router.get("/network", responses=schemas.CHANGED)
async def network(
    request: Request,
    live: LiveDep,
    access: AccessDep,
    asked: WhereParam,
    language: Language,
    by_road: Annotated[bool, Query(description="whether the time by road counts, and not the distance")] = False,
) -> Response:
    """Who could give what to whom, what nobody gives or takes, and who lies far from their commune."""
    require_role(access, Operation.GROUP)
    return await answer(request, _looking(live, access, asked, language, is_by_road=by_road))


@router.get("/products", responses=schemas.CHANGED)
def products(live: LiveDep, access: AccessDep) -> Response:
    """What is known to be exchanged, with its units: to be noted in the same words."""
    found = belongings.products(live.register, access)
    return answered([{"product": product, "unit": unit} for product, unit in found])


def _work(live: Live, access: Access, fields: Fields, language: str) -> Work:
    is_by_road = fields.truth("by_road", otherwise=False)
    return _looking(live, access, where(fields), language, is_by_road=is_by_road)


def _looking(live: Live, access: Access, asked: Asked, language: str, *, is_by_road: bool) -> Work:
    def work(progress: Any) -> dict[str, Any]:
        found = exchange.network(live.register, access, asked, is_by_road=is_by_road, progress=progress)
        return exchange_telling.told(found, language)

    return work


NETWORK = Question((*WHERE, "by_road"), _work)
