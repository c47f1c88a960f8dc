"""Long work: asked for, followed, stopped, and its result fetched."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request, Response
from starlette.responses import StreamingResponse

from territory.api import schemas
from territory.api.changes import PRIVATE, answered, json_body
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.parameters import Language, LiveDep
from territory.api.questions import Question
from territory.api.routes.access import ACCESS
from territory.api.routes.corridors import CORRIDOR
from territory.api.routes.gaps import GAPS
from territory.api.routes.network import NETWORK
from territory.api.routes.proposals import PROPOSALS
from territory.export import Form
from territory.services.access import Operation, require_role
from territory.services.errors import Unusable
from territory.services.jobs import Jobs, Told
from territory.services.organizing import files

router = APIRouter(prefix="/api/jobs", tags=["organizing"])

_KINDS: dict[str, Question] = {
    "gaps": GAPS,
    "access": ACCESS,
    "proposals": PROPOSALS,
    "corridor": CORRIDOR,
    "network": NETWORK,
}
_ALL_FIELDS = tuple(dict.fromkeys(name for each in _KINDS.values() for name in each.fields))
_LOOKS_EVERY_S = 0.25

Id = Annotated[str, Path(max_length=200)]


@router.post(
    "", status_code=202, openapi_extra=schemas.json_request("kind", *_ALL_FIELDS), responses=schemas.TAKEN_ON
)
async def start_job(request: Request, live: LiveDep, access: AccessDep, language: Language) -> Response:
    """Ask as a job what else is asked at once: answered at once, and told how far it is."""
    require_role(access, Operation.GROUP)
    sent, _ = await json_body(request)
    kind = Fields(sent).need("kind", limit=40)
    if kind not in _KINDS:
        raise Unusable("field.one_of", field="kind", known=sorted(_KINDS))
    question = _KINDS[kind]
    work = question.work(live, access, Fields(sent, ("kind", *question.fields)), language)
    job = _jobs(request).start(access, kind, work)
    return answered(_told(job), status=202, location=f"/api/jobs/{job.id}")


@router.get("/{job_id}", responses=schemas.CHANGED)
def get_job(request: Request, access: AccessDep, job_id: Id) -> Response:
    """How far a job is."""
    return answered(_told(_jobs(request).get(access, job_id)))


@router.get("/{job_id}/events", response_class=StreamingResponse, responses=schemas.EVENTS)
def follow_job(request: Request, access: AccessDep, job_id: Id) -> StreamingResponse:
    """The same whenever it changes, as server-sent events; ends with the job."""
    jobs = _jobs(request)
    jobs.get(access, job_id)
    events = _events(lambda: jobs.get(access, job_id))
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": PRIVATE})


@router.get("/{job_id}/result", responses=schemas.RESULT)
async def job_result(
    request: Request,
    access: AccessDep,
    job_id: Id,
    form: Annotated[str, Query(alias="format", max_length=20, description="json, geojson, gpkg or csv")] = "json",
) -> Response:
    """What a job found: all of it, or what of it lies anywhere as a file."""
    jobs = _jobs(request)
    found = await to_thread.run_sync(jobs.result, access, job_id)
    if form == "json":
        return answered(found)
    wanted = Fields({"format": form}).one_of("format", Form) or Form.GEOJSON
    content = await to_thread.run_sync(files.as_file, found, wanted, limiter=request.app.state.heavy_limiter)
    name = f"{jobs.get(access, job_id).kind}{wanted.suffix}"
    headers = {"Cache-Control": PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, headers=headers, media_type=wanted.media_type)


@router.delete("/{job_id}", responses=schemas.CHANGED)
def cancel_job(request: Request, access: AccessDep, job_id: Id) -> Response:
    """Stop a job at its next step."""
    return answered(_told(_jobs(request).cancel(access, job_id)))


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def _told(job: Told) -> dict[str, Any]:
    return {"id": job.id, "kind": job.kind, "state": job.state, "step": job.step, "done": job.done, "of": job.of}


async def _events(now: Callable[[], Told]) -> AsyncIterator[bytes]:
    said = b""
    while True:
        told = now()
        line = orjson.dumps(_told(told))
        if line != said:
            said = line
            yield b"data: " + line + b"\n\n"
        if told.is_over:
            return
        await asyncio.sleep(_LOOKS_EVERY_S)
