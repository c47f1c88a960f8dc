"""Who could exchange what with whom."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.keys import AccessDep
from territory.api.live import Live
from territory.api.parameters import LiveDep
from territory.api.questions import WhereParam, answer
from territory.services.access import Access, Operation, require_role
from territory.services.organizing import Asked, exchange

router = APIRouter(prefix="/api/network", tags=["organizing"])

# Of an amount, more is rounding.
_DIGITS = 6


@router.get("", responses=schemas.CHANGED)
async def network(request: Request, live: LiveDep, access: AccessDep, asked: WhereParam) -> Response:
    """Who could give what to whom, what nobody gives, and what nobody takes."""
    require_role(access, Operation.GROUP)
    return await answer(request, lambda _: _told(live, access, asked))


def _told(live: Live, access: Access, asked: Asked) -> dict[str, Any]:
    found = exchange.network(live.register, access, asked)

    def named(id_: str) -> dict[str, Any]:
        return {"id": id_, "name": found.names.get(id_, id_), "at": found.places[id_]}

    return {
        "flows": [
            {
                "product": each.product,
                "unit": each.unit,
                "amount": round(each.amount, _DIGITS),
                "distance_m": each.distance_m,
                "from": named(each.giver),
                "to": named(each.taker),
            }
            for each in found.flows
        ],
        "open": [
            {
                "side": each.side,
                "product": each.product,
                "unit": each.unit,
                "amount": round(each.amount, _DIGITS),
                "territory": named(each.territory),
            }
            for each in found.open
        ],
    }
