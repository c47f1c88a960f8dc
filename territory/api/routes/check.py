"""To check a drawing or a file. Anyone may; nothing is stored."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response
from starlette.datastructures import FormData, UploadFile

from territory.api import drawings, schemas
from territory.api.keys import EyesDep
from territory.api.parameters import Language, LiveDep, SettingsDep
from territory.services import drawing, reports
from territory.services.errors import Malformed, TooMany, Unusable, WrongMedia
from territory.words import say

router = APIRouter(tags=["check"])

JSON_TYPES = ("application/json", "application/geo+json")
_SAFE_ENDING = re.compile(r"(\.[A-Za-z0-9]{1,12}){1,2}$")


@router.post("/api/check", openapi_extra=schemas.DRAWING_BODY, responses=schemas.CHECKED_DRAWING)
async def check_drawing(
    request: Request, live: LiveDep, settings: SettingsDep, eyes: EyesDep, language: Language
) -> Response:
    """Check one drawing, a GeoJSON Feature or geometry, against the territories that the asker may know of."""
    _require_media(request, JSON_TYPES)
    body = await request.body()

    def answer() -> bytes:
        drawn, notices = drawings.read_drawing(
            body, profile=live.profile, max_vertices=settings.check_max_vertices
        )
        mosaic, visible = live.around(eyes)
        drawing.require_known(drawn, visible)
        checked = drawing.check_drawing(drawn, mosaic, profile=live.profile, visible=visible)
        names = drawing.names_around(mosaic, say(language, "api.drawing.name"))
        return orjson.dumps(
            {
                "boundary": reports.geometry(checked.boundary),
                "area_m2": checked.area_m2,
                "perimeter_m": checked.perimeter_m,
                "findings": [reports.record(finding, names, language) for finding in checked.findings],
                "notices": [{"code": code, "message": say(language, f"api.{code}")} for code in notices],
            },
            option=orjson.OPT_SERIALIZE_NUMPY,
        )

    # Off the event loop, so that a tangle of 20,000 vertices does not keep everybody else waiting.
    return _json(await to_thread.run_sync(answer, limiter=request.app.state.drawing_limiter))


@router.post("/api/check/file", openapi_extra=schemas.FILE_BODY, responses=schemas.CHECKED_FILE)
async def check_file(request: Request, live: LiveDep, settings: SettingsDep, language: Language) -> Response:
    """Check an uploaded file of boundaries, in any format that the command line reads."""
    around = drawing.beneath(live.public().mosaic.surroundings)
    async with uploaded(request) as (path, said):

        def answer() -> bytes:
            checked = drawing.check_file(
                path,
                profile=live.profile,
                surroundings=around,
                crs=said.get("crs"),
                level=said.get("level"),
            )
            names = reports.names_of(checked.layer, around)
            return orjson.dumps(
                {
                    "layer": orjson.Fragment(b"".join(reports.collection(reports.layer_features(checked.layer)))),
                    "findings": [reports.record(finding, names, language) for finding in checked.findings],
                    "notices": reports.notices(checked.notices, language),
                    "datum": checked.datum,
                    "counts": reports.counts(checked.findings),
                },
                option=orjson.OPT_SERIALIZE_NUMPY,
            )

        return _json(await run_heavy(request, answer))


async def run_heavy(request: Request, work: Any) -> Any:
    """Run long work in a thread, a few at a time.

    Raises
    ------
    TooMany
        Too many others wait already.
    """
    limiter: CapacityLimiter = request.app.state.heavy_limiter
    if limiter.statistics().tasks_waiting >= request.app.state.settings.uploads_waiting:
        raise TooMany("upload.queue")
    return await to_thread.run_sync(work, limiter=limiter)


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[tuple[Path, dict[str, str]]]:
    """The uploaded file on disk, as long as it is worked on, and the other fields of the form."""
    _require_media(request, ("multipart/form-data",))
    if "boundary=" not in request.headers["content-type"]:
        raise Malformed("upload.form")
    async with request.form(max_files=1, max_fields=10, max_part_size=1_000) as form:
        file = _file_of(form)
        with tempfile.TemporaryDirectory(prefix="territory-") as folder:
            # Only the ending of the sender's file name is used: it may hold anything.
            ending = _SAFE_ENDING.search(file.filename or "")
            path = Path(folder) / f"upload{ending[0].lower() if ending else ''}"
            await to_thread.run_sync(_copy, file.file, path)
            said = {key: value for key, value in form.items() if isinstance(value, str) and value}
            yield path, said


def _file_of(form: FormData) -> UploadFile:
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise Unusable("upload.missing")
    if not file.size:
        raise Unusable("upload.empty")
    return file


def _copy(source: BinaryIO, target: Path) -> None:
    with target.open("wb") as kept:
        shutil.copyfileobj(source, kept, 1 << 20)


def _require_media(request: Request, accepted: tuple[str, ...]) -> None:
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in accepted:
        raise WrongMedia("request.media", sent=sent or "—", accepted=list(accepted))


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})
