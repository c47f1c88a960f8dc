"""The application: what answers where. Importing this opens nothing."""

from __future__ import annotations

import gc
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from anyio import CapacityLimiter, to_thread
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from territory import logs
from territory.api import assets, errors
from territory.api.headers import BodyLimit, Envelope
from territory.api.keys import Gate
from territory.api.live import Live
from territory.api.map_pages import MapPages
from territory.api.pages import Pages
from territory.api.routes import (
    access,
    acts,
    agreement,
    belongings,
    check,
    corridors,
    docs,
    drawing,
    exports,
    gaps,
    health,
    jobs,
    keys,
    maps,
    names,
    network,
    offline,
    pages,
    plans,
    proposals,
    references,
    sheets,
    territories,
    tiles,
    what_if,
)
from territory.profiles import load_profile
from territory.services.jobs import Jobs, Shelf
from territory.services.storing import open_register
from territory.settings import Settings

# What a form adds around its file.
_FORM_BYTES = 20_000
_SWITCH_S = 0.001
_log = logging.getLogger("territory.server")


def create_app(settings: Settings | None = None) -> FastAPI:
    """An application that serves one store.

    Parameters
    ----------
    settings
        By default those of the environment.
    """
    settings = settings or Settings()
    app = FastAPI(
        title="territory",
        version=version("territory"),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.pages = Pages(settings)
    app.state.gate = Gate(writes_per_minute=settings.writes_per_minute)
    errors.install(app)
    served = (
        check,
        drawing,
        territories,
        acts,
        what_if,
        agreement,
        belongings,
        names,
        gaps,
        access,
        proposals,
        plans,
        corridors,
        network,
        jobs,
        references,
        keys,
        sheets,
        tiles,
        exports,
        maps,
        offline,
        pages,
        docs,
        health,
    )
    for routes in served:
        app.include_router(routes.router)
    assets.mount(app)
    drawn, upload = settings.check_max_bytes, settings.upload_max_bytes + _FORM_BYTES
    limits = {"/api/check/file": upload, "/check": upload, "/api/check": drawn}
    limits |= {"/api/remedies": drawn + _FORM_BYTES, "*/boundary": drawn, "*/proposals": drawn, "*/acts": drawn}
    # The last one added is the first to see a request.
    app.add_middleware(BodyLimit, limits=limits)
    app.add_middleware(GZipMiddleware, minimum_size=1_000, compresslevel=5)
    app.add_middleware(Envelope, bug=errors.bug)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    began = time.perf_counter()
    processors = os.cpu_count() or 1
    # One thread runs at a time, whatever many there are: more of them only wait for it, and in no order.
    to_thread.current_default_thread_limiter().total_tokens = 2 * processors
    app.state.drawing_limiter = CapacityLimiter(2 * processors)
    # Who comes in and who changes the store take turns, in the order in which they came: two threads that both ask
    # the store a few dozen questions take nearly twice as long together as one after the other.
    app.state.turns = CapacityLimiter(1)
    app.state.heavy_limiter = CapacityLimiter(max(1, processors // 2))
    app.state.export_limiter = CapacityLimiter(1)
    # The loop hands requests over in less than a millisecond; it should not wait five for each that is at work.
    sys.setswitchinterval(_SWITCH_S)
    # What is loaded stays: the collector need not walk over 50,000 boundaries, now or while somebody waits.
    gc.disable()
    try:
        profile = load_profile(settings.profile)
        register = await to_thread.run_sync(open_register, settings.store, profile)
        app.state.live = await to_thread.run_sync(Live, register)
        gc.freeze()
    except Exception as error:
        logs.note(_log, "start", error=error)
        raise
    finally:
        gc.enable()
    app.state.jobs = Jobs(None if settings.jobs is None else Shelf(settings.jobs))
    app.state.maps = MapPages(app.state.live, settings)
    logs.note(_log, "start", version=app.version, ms=logs.elapsed_ms(began))
    yield
    gc.unfreeze()
    await to_thread.run_sync(app.state.jobs.close)
    await to_thread.run_sync(app.state.live.close)
    logs.note(_log, "stop")
