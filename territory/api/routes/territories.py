"""Territories as exact GeoJSON, by place and level."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from territory.api import schemas
from territory.api.caching import revalidated
from territory.api.parameters import BboxParam, LiveDep, SettingsDep
from territory.services import publishing, reports

router = APIRouter(prefix="/api/territories", tags=["territories"])

_MEDIA_TYPE = "application/geo+json"


@router.get("", responses=schemas.TERRITORIES)
def list_territories(
    request: Request,
    live: LiveDep,
    settings: SettingsDep,
    bbox: BboxParam,
    level: Annotated[str | None, Query(max_length=50, description="council, commune, corridor …")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000_000)] = 100,
    cursor: Annotated[
        str | None, Query(max_length=200, description="id of the last territory of the page before")
    ] = None,
) -> Response:
    """A page of territories as a FeatureCollection, ordered by id."""

    def answer() -> bytes:
        page = publishing.territories(
            live.mosaic,
            profile=live.profile,
            bbox=bbox,
            level=level,
            limit=min(limit, settings.page_limit),
            cursor=cursor,
        )
        links = []
        if page.next is not None:
            query = {**request.query_params, "cursor": page.next}
            links = [{"rel": "next", "href": f"{request.url.path}?{urlencode(query)}", "type": _MEDIA_TYPE}]
        return b"".join(
            reports.collection(reports.layer_features(page.layer), numberReturned=len(page.layer), links=links)
        )

    return revalidated(request, live.version, answer, media_type=_MEDIA_TYPE)


@router.get("/{territory_id}", responses=schemas.TERRITORY)
def one_territory(request: Request, live: LiveDep, territory_id: Annotated[str, Path(max_length=200)]) -> Response:
    """One territory as a Feature."""
    layer = publishing.territory(live.mosaic, territory_id, profile=live.profile)
    return revalidated(request, live.version, lambda: next(reports.layer_features(layer)), media_type=_MEDIA_TYPE)
