"""What organizers ask: what is missing in an area, at once or as a job that tells how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from territory.api import schemas
from territory.api.changes import PRIVATE, answered, json_body
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.live import Live
from territory.api.parameters import BboxParam, Language, LiveDep, area_of, parse_bbox
from territory.geo.progress import Progress, silent
from territory.services import organizing
from territory.services.access import Access, Operation, require_role
from territory.services.errors import Unusable
from territory.services.jobs import Job, Jobs
from territory.services.organizing import Asked, CorridorWishes, Wishes, corridor_telling, exchange, telling

router = APIRouter(prefix="/api", tags=["organizing"])

_LOOKS_EVERY_S = 0.25

_PLANS, _SEED = 3, 1
# Of an amount, more is rounding.
_DIGITS = 6
_WHERE = ("bbox", "jurisdiction")
_WISHES = (*_WHERE, "councils", "least", "most", "crossing_weight", "plans", "seed", "locked")
_CORRIDOR = ("members", "width_m", "within", "ordered", "reinforced")

Work = Callable[[Progress], dict[str, Any]]


@router.get("/gaps", responses=schemas.CHANGED)
async def gaps(
    request: Request,
    live: LiveDep,
    access: AccessDep,
    language: Language,
    bbox: BboxParam,
    jurisdiction: Annotated[str | None, Query(max_length=200, description="id of a municipality or state")] = None,
) -> Response:
    """Who is covered by nobody in an area, why, and what would close it; the weightiest first."""
    require_role(access, Operation.GROUP)
    work = _gaps(live, access, Asked(area=area_of(bbox), jurisdiction=jurisdiction), language)
    limiter = request.app.state.heavy_limiter
    return answered(await to_thread.run_sync(work, silent, limiter=limiter))


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


@router.post("/proposals", openapi_extra=schemas.json_request(*_WISHES), responses=schemas.CHANGED)
async def propose(request: Request, live: LiveDep, access: AccessDep, language: Language) -> Response:
    """Ways to group councils without a commune, the best first; the same wishes give the same plans."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    work = _proposals(live, access, _wishes(Fields(sent, _WISHES)), language)
    return answered(await to_thread.run_sync(work, silent, limiter=request.app.state.heavy_limiter))


@router.post(
    "/proposals/measured", openapi_extra=schemas.json_request(*_WISHES, "groups"), responses=schemas.CHANGED
)
async def measure(request: Request, live: LiveDep, access: AccessDep, language: Language) -> Response:
    """Of groups that somebody made by hand, whether they hang together, and what they measure."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    fields = Fields(sent, (*_WISHES, "groups"))
    wishes, groups = _wishes(fields), fields.groups("groups")

    def told() -> dict[str, Any]:
        return telling.candidates(organizing.measured(live.register, access, wishes, groups), language)

    return answered(await to_thread.run_sync(told, limiter=request.app.state.heavy_limiter))


@router.post("/corridors", openapi_extra=schemas.json_request(*_CORRIDOR), responses=schemas.CHANGED)
async def join(request: Request, live: LiveDep, access: AccessDep) -> Response:
    """What joins communes at the least cost, what is missing, and with whom to talk."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    work = _corridor(live, access, Fields(sent, _CORRIDOR))
    return answered(await to_thread.run_sync(work, silent, limiter=request.app.state.heavy_limiter))


@router.post(
    "/jobs",
    status_code=202,
    openapi_extra=schemas.json_request("kind", *_WISHES, *_CORRIDOR),
    responses=schemas.TAKEN_ON,
)
async def start_job(request: Request, live: LiveDep, access: AccessDep, language: Language) -> Response:
    """Ask for ``gaps``, ``proposals`` or a ``corridor`` as a job: answered at once, and told how far it is."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    kind = Fields(sent).need("kind", limit=40)
    if kind == "gaps":
        work = _gaps(live, access, _asked(Fields(sent, ("kind", *_WHERE))), language)
    elif kind == "proposals":
        work = _proposals(live, access, _wishes(Fields(sent, ("kind", *_WISHES))), language)
    elif kind == "corridor":
        work = _corridor(live, access, Fields(sent, ("kind", *_CORRIDOR)))
    else:
        raise Unusable("field.one_of", field="kind", known=["gaps", "proposals", "corridor"])
    jobs: Jobs = request.app.state.jobs
    job = jobs.start(access, kind, work)
    return answered(_told(job), status=202, location=f"/api/jobs/{job.id}")


@router.get("/jobs/{job_id}", responses=schemas.CHANGED)
async def get_job(request: Request, access: AccessDep, job_id: str) -> Response:
    """How far a job is."""
    return answered(_told(_job(request, access, job_id)))


@router.get("/jobs/{job_id}/events", response_class=StreamingResponse, responses=schemas.EVENTS)
async def follow_job(request: Request, access: AccessDep, job_id: str) -> StreamingResponse:
    """The same whenever it changes, as server-sent events; ends with the job."""
    events = _events(_job(request, access, job_id))
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": PRIVATE})


@router.get("/jobs/{job_id}/result", responses=schemas.CHANGED)
async def job_result(request: Request, access: AccessDep, job_id: str) -> Response:
    """What a job found."""
    jobs: Jobs = request.app.state.jobs
    return answered(jobs.result(access, job_id))


@router.delete("/jobs/{job_id}", responses=schemas.CHANGED)
async def cancel_job(request: Request, access: AccessDep, job_id: str) -> Response:
    """Stop a job at its next step."""
    job = _job(request, access, job_id)
    job.cancel()
    return answered(_told(job))


def _asked(fields: Fields) -> Asked:
    bbox = fields.text("bbox", limit=80)
    return Asked(
        area=area_of(None if bbox is None else parse_bbox(bbox)), jurisdiction=fields.text("jurisdiction")
    )


def _wishes(fields: Fields) -> Wishes:
    weight = fields.number("crossing_weight", least=0, most=10)
    plans, seed = fields.count("plans", most=100), fields.count("seed", most=2**31)
    return Wishes(
        asked=_asked(fields),
        councils=tuple(fields.ids("councils")),
        least=fields.count("least", most=1_000),
        most=fields.count("most", most=1_000),
        crossing_weight=0.0 if weight is None else weight,
        plans=_PLANS if plans is None else plans,
        seed=_SEED if seed is None else seed,
        locked=fields.groups("locked"),
    )


def _corridor(live: Live, access: Access, fields: Fields) -> Work:
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


def _proposals(live: Live, access: Access, wishes: Wishes, language: str) -> Work:
    return lambda progress: telling.candidates(
        organizing.propose(live.register, access, wishes, progress=progress), language
    )


def _gaps(live: Live, access: Access, asked: Asked, language: str) -> Work:
    return lambda progress: telling.told(
        organizing.workbench(live.register, access, asked, progress=progress), language
    )


def _job(request: Request, access: Access, job_id: str) -> Job:
    jobs: Jobs = request.app.state.jobs
    return jobs.get(access, job_id)


def _told(job: Job) -> dict[str, Any]:
    return {"id": job.id, "kind": job.kind, "state": job.state, "step": job.step, "done": job.done, "of": job.of}


async def _events(job: Job) -> AsyncIterator[bytes]:
    said = b""
    while True:
        is_over, now = job.is_over, orjson.dumps(_told(job))
        if now != said:
            said = now
            yield b"data: " + now + b"\n\n"
        if is_over:
            return
        await asyncio.sleep(_LOOKS_EVERY_S)
