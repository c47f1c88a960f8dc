"""For whoever watches the server."""

from __future__ import annotations

from fastapi import APIRouter

from territory.api import schemas
from territory.api.parameters import LiveDep
from territory.services.bands import withheld

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz", responses=schemas.problems(503))
def readyz(live: LiveDep) -> dict[str, str | int]:
    """The territories are loaded, and their store answers and is of this program's version."""
    live.register.store.require_ready()
    public = live.public()
    return {
        "status": "ok",
        "territories": withheld(len(public.layer), live.profile.privacy),
        "version": public.version,
    }
