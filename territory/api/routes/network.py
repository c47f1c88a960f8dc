"""Who could exchange what with whom."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

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
    request: Request, live: LiveDep, access: AccessDep, asked: WhereParam, language: Language
) -> Response:
    """Who could give what to whom, what nobody gives or takes, and who lies far from their commune."""
    require_role(access, Operation.GROUP)
    return await answer(request, _looking(live, access, asked, language))


@router.get("/products", responses=schemas.CHANGED)
def products(live: LiveDep, access: AccessDep) -> Response:
    """What is known to be exchanged, with its units: to be noted in the same words."""
    found = belongings.products(live.register, access)
    return answered([{"product": product, "unit": unit} for product, unit in found])


def _work(live: Live, access: Access, fields: Fields, language: str) -> Work:
    return _looking(live, access, where(fields), language)


def _looking(live: Live, access: Access, asked: Asked, language: str) -> Work:
    def work(progress: Any) -> dict[str, Any]:
        found = exchange.network(live.register, access, asked, progress=progress)
        return exchange_telling.told(found, language)

    return work


NETWORK = Question(WHERE, _work)
