"""Places of a territory, ways to others, what other systems call it, and what it offers and needs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from shapely import Point

from territory.api import schemas
from territory.api.changes import answered, based_on, changed, json_body, made_once, once_of
from territory.api.fields import Fields
from territory.api.keys import AccessDep, EyesDep
from territory.api.parameters import LiveDep
from territory.records import Exchange, Link, Place, Side
from territory.services import belongings, territories
from territory.services.access import Operation, require
from territory.services.errors import Unusable

router = APIRouter(prefix="/api/territories/{territory_id}", tags=["territories"])

Id = Annotated[str, Path(max_length=200)]

_PLACE = ("kind", "name", "lon", "lat", "visible")
_LINK = ("to", "kind", "evidence", "since", "until")
_EXCHANGE = ("side", "product", "amount", "unit")
_MOST = 1e9


@router.get("/places", responses=schemas.CHANGED)
def list_places(live: LiveDep, eyes: EyesDep, territory_id: Id) -> Response:
    """Places that whoever asks may see."""
    return answered([_place(each) for each in belongings.places(live.register, eyes, territory_id)])


@router.post("/places", status_code=201, openapi_extra=schemas.json_request(*_PLACE), responses=schemas.CREATED)
async def add_place(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id
) -> Response:
    """Note a place; hidden unless ``visible``."""
    require(eyes, Operation.DESCRIBE, territory_id)
    sent, body = await json_body(request)
    fields, once = Fields(sent, _PLACE), once_of(request, access, body)
    lon, lat = fields.number("lon", least=-180, most=180), fields.number("lat", least=-90, most=90)
    if lon is None or lat is None:
        raise Unusable("field.missing", field="lon" if lon is None else "lat")

    def make() -> str:
        return belongings.add_place(
            live.register,
            access,
            territory_id,
            kind=fields.need("kind", limit=40),
            called=fields.need("name", limit=200),
            at=Point(lon, lat),
            visible=fields.truth("visible", otherwise=False),
            once=once,
        )

    return answered({"id": await changed(request, made_once, make)}, status=201, version=1)


@router.patch(
    "/places/{place_id}", openapi_extra=schemas.json_request("visible", "ends"), responses=schemas.CHANGED
)
async def change_place(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id, place_id: Id
) -> Response:
    """Show or hide a place, or end it."""
    require(eyes, Operation.DESCRIBE, territory_id)
    sent, _ = await json_body(request)
    fields, version = Fields(sent, ("visible", "ends")), based_on(request)
    visible = fields.truth("visible", otherwise=False) if "visible" in fields else None
    ends = fields.truth("ends", otherwise=False)
    kept = await changed(
        request,
        lambda: belongings.change_place(
            live.register, access, territory_id, place_id, based_on=version, visible=visible, ends=ends
        ),
    )
    return answered(_place(kept), version=kept.revision)


@router.post(
    "/codes", status_code=201, openapi_extra=schemas.json_request("system", "code"), responses=schemas.CREATED
)
async def add_code(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id
) -> Response:
    """Note what another system calls the territory."""
    require(eyes, Operation.DESCRIBE, territory_id)
    sent, body = await json_body(request)
    fields, once = Fields(sent, ("system", "code")), once_of(request, access, body)

    def make() -> str:
        system, code = fields.need("system", limit=60), fields.need("code", limit=100)
        return belongings.add_code(live.register, access, territory_id, system=system, code=code, once=once)

    return answered({"id": await changed(request, made_once, make)}, status=201, version=1)


@router.get("/links", responses=schemas.CHANGED)
def list_links(live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """Declared ways to others, for its own."""
    return answered([_link(each) for each in territories.whole(live.register, access, territory_id).links])


@router.post("/links", status_code=201, openapi_extra=schemas.json_request(*_LINK), responses=schemas.CREATED)
async def add_link(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id
) -> Response:
    """Declare a way to a territory that does not touch this one."""
    require(eyes, Operation.DESCRIBE, territory_id)
    sent, body = await json_body(request)
    fields, once = Fields(sent, _LINK), once_of(request, access, body)

    def make() -> str:
        return belongings.add_link(
            live.register,
            access,
            territory_id,
            fields.need("to", limit=200),
            kind=fields.need("kind", limit=40),
            evidence=fields.text("evidence"),
            since=fields.date("since"),
            until=fields.date("until"),
            once=once,
        )

    return answered({"id": await changed(request, made_once, make)}, status=201, version=1)


@router.delete("/links/{link_id}", responses=schemas.CHANGED)
def end_link(request: Request, live: LiveDep, access: AccessDep, territory_id: Id, link_id: Id) -> Response:
    """Say that a way is no more; it stays in the history."""
    ended = belongings.end_link(live.register, access, territory_id, link_id, based_on=based_on(request))
    return answered(_link(ended), version=ended.revision)


@router.get("/exchange", responses=schemas.CHANGED)
def list_exchange(live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """What a territory offers and needs each month, for its own and for organizers."""
    return answered([_exchange(each) for each in belongings.exchange_of(live.register, access, territory_id)])


@router.post(
    "/exchange", status_code=201, openapi_extra=schemas.json_request(*_EXCHANGE), responses=schemas.CREATED
)
async def note_exchange(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id
) -> Response:
    """Note an offer or a need."""
    require(eyes, Operation.DESCRIBE, territory_id)
    sent, body = await json_body(request)
    fields, once = Fields(sent, _EXCHANGE), once_of(request, access, body)
    side, amount = fields.one_of("side", Side), fields.number("amount", least=0, most=_MOST)
    if side is None or amount is None:
        raise Unusable("field.missing", field="side" if side is None else "amount")

    def make() -> str:
        return belongings.note_exchange(
            live.register,
            access,
            territory_id,
            side=side,
            product=fields.need("product", limit=80),
            amount=amount,
            unit=fields.need("unit", limit=40),
            once=once,
        )

    return answered({"id": await changed(request, made_once, make)}, status=201, version=1)


@router.delete("/exchange/{exchange_id}", responses=schemas.CHANGED)
def end_exchange(
    request: Request, live: LiveDep, access: AccessDep, territory_id: Id, exchange_id: Id
) -> Response:
    """Say that an offer or a need no longer holds; it stays in the history."""
    ended = belongings.end_exchange(live.register, access, territory_id, exchange_id, based_on=based_on(request))
    return answered(_exchange(ended), version=ended.revision)


def _place(place: Place) -> dict[str, Any]:
    return {
        "id": place.id,
        "revision": place.revision,
        "kind": place.kind,
        "name": place.called,
        "visible": place.visible,
        "at": [place.at.x, place.at.y],
    }


def _link(link: Link) -> dict[str, Any]:
    return {
        "id": link.id,
        "revision": link.revision,
        "left": link.left,
        "right": link.right,
        "kind": link.kind,
        "evidence": link.evidence,
        "since": link.since,
        "until": link.until,
    }


def _exchange(each: Exchange) -> dict[str, Any]:
    return {
        "id": each.id,
        "side": each.side,
        "product": each.product,
        "amount": each.amount,
        "unit": each.unit,
        "revision": each.revision,
    }
