"""How neighbours agree on the line between them: its pieces, ways to settle them, proposals and answers."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from shapely.geometry.base import BaseGeometry

from territory.api import schemas
from territory.api.caching import validated
from territory.api.changes import PRIVATE, answered, based_on, changed, json_body, made_once, once_of
from territory.api.drawings import read_line
from territory.api.fields import Fields
from territory.api.keys import AccessDep, EyesDep
from territory.api.parameters import Language, LiveDep, SettingsDep
from territory.geo.crs import area_m2
from territory.geo.settle import Way
from territory.services import agreement
from territory.services.agreement import DISAGREE, Choice, Reply, Telling
from territory.services.disputes import disputes_of
from territory.services.errors import Unusable

router = APIRouter(prefix="/api", tags=["agreement"])

Id = Annotated[str, Path(max_length=200)]
PieceParam = Annotated[str, Query(max_length=40, description="id of a piece of the border")]

_WAY = ("piece", "way", "line")
_PROPOSAL = ("from", *_WAY, "reasons")
_ANSWER = ("answer", "reasons")
_KNOWN: dict[int | str, dict[str, Any]] = {304: {"description": "The asker has it"}}


@router.get("/territories/{territory_id}/neighbours", responses=schemas.CHANGED)
def list_neighbours(live: LiveDep, access: AccessDep, language: Language, territory_id: Id) -> Response:
    """Who is around a territory, with the length of the line between both and how its pieces stand."""
    found = agreement.neighbours(live.register, access, territory_id)
    teller = Telling(live.register, language)
    return answered(
        [
            {
                "id": each.id,
                "name": teller.name(each.id),
                "length_m": each.length_m,
                "disputed_m2": each.disputed_m2,
                "states": dict(each.states),
                "lengths_m": dict(each.lengths_m),
            }
            for each in found
        ]
    )


@router.get("/territories/{territory_id}/news", responses=schemas.CHANGED | _KNOWN)
def tell_news(request: Request, live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """What changes around a territory by what its neighbours do; 304 to whoever has it: pages ask often."""
    version, found = agreement.news(live.register, access, territory_id)
    told = orjson.dumps({"version": version, "neighbours": [asdict(each) for each in found]})
    headers, is_known = validated(request, hashlib.sha256(told).hexdigest())
    headers["Cache-Control"] = PRIVATE
    if is_known:
        return Response(status_code=304, headers=headers)
    return Response(told, headers=headers, media_type="application/json")


@router.get("/borders/{one}/{other}", responses=schemas.CHANGED)
def one_border(live: LiveDep, access: AccessDep, language: Language, one: Id, other: Id) -> Response:
    """The line between two neighbours: both read the same, but for whose side is ``yours``."""
    found = agreement.border(live.register, access, one, other)
    said = [*found.moved, *(each.stretch for each in found.pieces if each.stretch is not None)]
    teller, current = Telling(live.register, language, said), live.current()
    sides = {
        side: {
            "id": line.id,
            "name": teller.name(line.id),
            "version": line.revision,
            "shown": line.shown,
            "area_m2": area_m2(line.shape),
            "yours": access.covers(line.id, current),
        }
        for side, line in (("left", found.left), ("right", found.right))
    }
    return answered(
        {
            **sides,
            "pieces": [teller.piece(each) for each in found.pieces],
            "moved": [teller.stretch(each) for each in found.moved],
            "dispute": None if found.dispute is None else teller.dispute(found.dispute),
        }
    )


@router.get("/borders/{one}/{other}/ways", responses=schemas.CHANGED)
def list_ways(
    live: LiveDep, access: AccessDep, language: Language, one: Id, other: Id, piece: PieceParam
) -> Response:
    """All the ways to settle a strip that work for it, each with both boundaries as it would make them."""
    found = agreement.ways(live.register, access, one, other, piece)
    teller = Telling(live.register, language, found)
    pair = sorted((one, other))
    return answered([teller.settlement(each, pair) for each in found])


@router.post("/borders/{one}/{other}/ways", openapi_extra=schemas.json_request(*_WAY), responses=schemas.CHANGED)
async def preview_way(
    request: Request,
    live: LiveDep,
    settings: SettingsDep,
    access: AccessDep,
    eyes: EyesDep,
    language: Language,
    one: Id,
    other: Id,
) -> Response:
    """What one way to settle a strip would make of both boundaries; it changes nothing."""
    agreement.pair_seen(eyes, one, other)
    sent, _ = await json_body(request)
    fields = Fields(sent, _WAY)
    piece, way = fields.need("piece", limit=40), fields.one_of("way", Way)
    if way is None:
        raise Unusable("field.missing", field="way")
    line = _line(sent, settings.check_max_vertices)
    told = await to_thread.run_sync(lambda: agreement.preview(live.register, access, one, other, piece, way, line))
    return answered(Telling(live.register, language, [told]).settlement(told, sorted((one, other))))


@router.post(
    "/borders/{one}/{other}/proposals",
    status_code=201,
    openapi_extra=schemas.json_request(*_PROPOSAL),
    responses=schemas.CREATED,
)
async def propose(
    request: Request, live: LiveDep, settings: SettingsDep, access: AccessDep, eyes: EyesDep, one: Id, other: Id
) -> Response:
    """Propose to the other side what becomes of a piece of the line; nothing moves before it says yes."""
    agreement.pair_seen(eyes, one, other)
    sent, body = await json_body(request)
    fields, once = Fields(sent, _PROPOSAL), once_of(request, access, body)

    def make() -> str:
        side = fields.need("from", limit=200)
        if side not in (one, other):
            raise Unusable("field.one_of", field="from", known=sorted((one, other)))
        return agreement.propose(
            live.register,
            access,
            side,
            other if side == one else one,
            fields.need("piece", limit=40),
            way=_choice(fields),
            line=_line(sent, settings.check_max_vertices),
            reasons=fields.text("reasons"),
            once=once,
        ).id

    made = await changed(request, made_once, make)
    return answered({"id": made}, status=201, location=f"/api/stretches/{made}")


@router.get("/stretches/{stretch_id}", responses=schemas.CHANGED)
def one_stretch(live: LiveDep, access: AccessDep, language: Language, stretch_id: Id) -> Response:
    """Everything that both sides said of a piece of line, oldest first."""
    said = agreement.history(live.register, access, stretch_id)
    teller = Telling(live.register, language, said)
    return answered([teller.stretch(each) for each in said], version=said[-1].revision)


@router.post(
    "/stretches/{stretch_id}/answer", openapi_extra=schemas.json_request(*_ANSWER), responses=schemas.CHANGED
)
async def answer(request: Request, live: LiveDep, access: AccessDep, stretch_id: Id) -> Response:
    """Accept a proposal, object to it, or propose that both leave it unsettled."""
    sent, body = await json_body(request)
    fields, once = Fields(sent, _ANSWER), once_of(request, access, body)
    version = based_on(request)

    def make() -> str:
        reply = fields.one_of("answer", Reply)
        if reply is None:
            raise Unusable("field.missing", field="answer")
        reasons = fields.text("reasons")
        kept = agreement.answer(
            live.register, access, stretch_id, reply, based_on=version, reasons=reasons, once=once
        )
        return str(kept.revision)

    revision = int(await changed(request, made_once, make))
    return answered({"id": stretch_id, "revision": revision}, version=revision)


@router.delete("/stretches/{stretch_id}", responses=schemas.CHANGED)
async def withdraw(request: Request, live: LiveDep, access: AccessDep, stretch_id: Id) -> Response:
    """Take back a proposal that waits for an answer; it stays in the history."""
    version = based_on(request)
    kept = await changed(request, lambda: agreement.withdraw(live.register, access, stretch_id, based_on=version))
    return answered({"id": kept.id, "revision": kept.revision}, version=kept.revision)


@router.get("/disputes", responses=schemas.CHANGED)
def list_disputes(
    live: LiveDep,
    access: AccessDep,
    language: Language,
    territory: Annotated[str, Query(max_length=200, description="id of a territory of one's own")],
) -> Response:
    """The disputes of a territory, whatever became of them, with the ground that they are about."""
    found = disputes_of(live.register, access, territory)
    teller = Telling(live.register, language)
    return answered([teller.dispute(each) for each in found])


def _choice(fields: Fields) -> Choice | None:
    way = fields.text("way", limit=20)
    return DISAGREE if way == DISAGREE else fields.one_of("way", Way)


def _line(sent: Mapping[str, Any], max_vertices: int) -> BaseGeometry | str | None:
    """The id of a reference, or a line as GeoJSON."""
    line = sent.get("line")
    if line is None:
        return None
    return (
        Fields(sent).need("line", limit=200)
        if isinstance(line, str)
        else read_line(line, max_vertices=max_vertices)
    )
