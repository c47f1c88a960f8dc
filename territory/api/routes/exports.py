"""Territories as files to take away: what everybody sees, or what a key sees whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from geopandas import GeoDataFrame
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from territory.api import schemas
from territory.api.caching import validated
from territory.api.changes import PRIVATE
from territory.api.keys import AccessDep
from territory.api.parameters import BboxParam, DateParam, LiveDep
from territory.export import Form
from territory.services import exporting
from territory.services.access import PUBLIC
from territory.services.errors import TooMany

router = APIRouter(tags=["exports"])

_MAX_AGE_S = 60
_MOST_WAITING = 16


@router.get("/export.{form}", response_class=Response, responses=schemas.EXPORT)
async def export(
    request: Request,
    live: LiveDep,
    access: AccessDep,
    form: Form,
    bbox: BboxParam,
    level: Annotated[str | None, Query(max_length=50, description="council, commune, corridor …")] = None,
    date: DateParam = None,
    public: Annotated[bool, Query(description="what everybody sees, also for who has a key")] = False,
) -> Response:
    """All territories that the asker sees whole, as a file; without a key, what is published."""
    is_public = public or access is PUBLIC
    name = "territorios" if is_public else "territorios-privado"
    name += f"-{date}" if date else ""
    # What a key brings must never be taken for what everybody gets.
    headers = {"Vary": "Cookie, Authorization"}
    if not is_public:
        return await _file(
            request,
            lambda: exporting.layer_for(live.register, access, level=level, bbox=bbox, day=date),
            form,
            name,
            headers | {"Cache-Control": PRIVATE},
        )
    seen = await to_thread.run_sync(live.public, date)
    kept, is_known = validated(request, seen.version, max_age_s=_MAX_AGE_S)
    if is_known:
        return Response(status_code=304, headers=headers | kept)

    def layer() -> GeoDataFrame:
        told = exporting.public_layer(seen.layer, is_fictitious=seen.is_fictitious)
        return exporting.chosen(told, live.profile, level=level, bbox=bbox)

    return await _file(request, layer, form, name, headers | kept)


class _Handed(FileResponse):
    """A file that is there for one answer, whole, and gone with it, however it ends."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        try:
            await super().__call__({**scope, "headers": headers}, receive, send)
        finally:
            # At once: whoever is cancelled waits for nothing any more.
            shutil.rmtree(Path(self.path).parent)


async def _file(
    request: Request, layer: Callable[[], GeoDataFrame], form: Form, name: str, headers: dict[str, str]
) -> Response:
    """A layer as a file, made when its turn has come: each takes the memory of all territories.

    Raises
    ------
    TooMany
        Too many others wait already.
    """
    limiter: CapacityLimiter = request.app.state.export_limiter
    if limiter.statistics().tasks_waiting >= _MOST_WAITING:
        raise TooMany("export.queue")
    path = await to_thread.run_sync(_written, layer, form, limiter=limiter)
    headers = headers | {"Accept-Ranges": "none"}
    return _Handed(path, headers=headers, media_type=form.media_type, filename=f"{name}{form.suffix}")


def _written(layer: Callable[[], GeoDataFrame], form: Form) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="territory-"))
    try:
        path = folder / f"territories{form.suffix}"
        exporting.write_layer(layer(), path, form)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return path
