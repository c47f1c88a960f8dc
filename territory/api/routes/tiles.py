"""Vector tiles of every level."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from territory.api import schemas
from territory.api.caching import revalidated
from territory.api.parameters import DateParam, LiveDep
from territory.services.errors import NotFound

router = APIRouter(tags=["tiles"])

_MEDIA_TYPE = "application/vnd.mapbox-vector-tile"
_MAX_AGE_S = 60


@router.get("/tiles/{layer}/{z}/{x}/{y}.mvt", responses=schemas.TILE)
def tile(
    request: Request,
    live: LiveDep,
    layer: Annotated[str, Path(max_length=50)],
    z: Annotated[int, Path(ge=0, le=22)],
    x: Annotated[int, Path(ge=0)],
    y: Annotated[int, Path(ge=0)],
    date: DateParam = None,
) -> Response:
    """One tile; empty where there is nothing."""
    public = live.public(date)
    if layer not in public.layers or max(x, y) >= 2**z:
        raise NotFound("tile.unknown", layer=layer, layers=sorted(public.layers))
    return revalidated(
        request,
        public.version,
        lambda: public.tileset.tile(layer, z, x, y),
        media_type=_MEDIA_TYPE,
        max_age_s=_MAX_AGE_S,
    )
