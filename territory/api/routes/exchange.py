"""What territories offer and need each month, and who could give what to whom."""

from __future__ import annotations

from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response

from territory.api import schemas
from territory.api.changes import answered, based_on, changed, json_body, made_once, once_of
from territory.api.fields import Fields
from territory.api.keys import AccessDep, EyesDep
from territory.api.parameters import BboxParam, LiveDep, area_of
from territory.records import Exchange, Side
from territory.services.access import Operation, require, require_role
from territory.services.errors import Unusable
from territory.services.organizing import Asked, exchange

router = APIRouter(prefix="/api", tags=["organizing"])

Id = Annotated[str, Path(max_length=200)]

_NOTED = ("side", "product", "amount", "unit")
_MOST = 1e9
# More of a sum is rounding.
_DIGITS = 6


@router.get("/territories/{territory_id}/exchange", responses=schemas.CHANGED)
def list_exchange(live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """What a territory offers and needs each month, for its own and for organizers."""
    return answered([_told(each) for each in exchange.listed(live.register, access, territory_id)])


@router.post(
    "/territories/{territory_id}/exchange",
    status_code=201,
    openapi_extra=schemas.json_request(*_NOTED),
    responses=schemas.CREATED,
)
async def note_exchange(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id
) -> Response:
    """Note an offer or a need."""
    require(eyes, Operation.DESCRIBE, territory_id)
    sent, body = await json_body(request)
    fields, once = Fields(sent, _NOTED), once_of(request, access, body)
    side, amount = fields.one_of("side", Side), fields.number("amount", least=0, most=_MOST)
    if side is None or amount is None:
        raise Unusable("field.missing", field="side" if side is None else "amount")
    product, unit = fields.need("product", limit=80), fields.need("unit", limit=40)

    def make() -> str:
        return exchange.note(
            live.register,
            access,
            territory_id,
            side=side,
            product=product,
            amount=amount,
            unit=unit,
            once=once,
        )

    return answered({"id": await changed(request, made_once, make)}, status=201, version=1)


@router.delete("/territories/{territory_id}/exchange/{exchange_id}", responses=schemas.CHANGED)
async def end_exchange(
    request: Request, live: LiveDep, access: AccessDep, territory_id: Id, exchange_id: Id
) -> Response:
    """Say that an offer or a need no longer holds."""
    version = based_on(request)
    await changed(
        request, lambda: exchange.end(live.register, access, territory_id, exchange_id, based_on=version)
    )
    return Response(status_code=204)


@router.get("/network", responses=schemas.CHANGED)
async def network(
    request: Request,
    live: LiveDep,
    access: AccessDep,
    bbox: BboxParam,
    jurisdiction: Annotated[str | None, Query(max_length=200, description="id of a municipality or state")] = None,
) -> Response:
    """Who could give what to whom, what nobody gives, and what nobody takes."""
    require_role(access, Operation.GROUP)
    asked = Asked(area=area_of(bbox), jurisdiction=jurisdiction)
    found = await to_thread.run_sync(
        lambda: exchange.network(live.register, access, asked), limiter=request.app.state.heavy_limiter
    )

    def named(id_: str) -> dict[str, Any]:
        return {"id": id_, "name": found.names.get(id_, id_), "at": found.places[id_]}

    return answered(
        {
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
    )


def _told(each: Exchange) -> dict[str, Any]:
    return {
        "id": each.id,
        "side": each.side,
        "product": each.product,
        "amount": each.amount,
        "unit": each.unit,
        "revision": each.revision,
    }
