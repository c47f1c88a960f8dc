"""Folium views of all territories, as pages or to embed in somebody else's."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from territory.api import schemas
from territory.api.parameters import BboxParam, DateParam, Language, LiveDep, MapsDep, PagesDep
from territory.services.mapping import View

router = APIRouter(tags=["maps"])


@router.get("/map/{view}", responses=schemas.MAP)
def show_map(
    request: Request,
    pages: PagesDep,
    maps: MapsDep,
    live: LiveDep,
    language: Language,
    view: View,
    bbox: BboxParam,
    embed: Annotated[bool, Query(description="without header and footer, for a frame")] = False,
    date: DateParam = None,
) -> Response:
    """Territories, or the findings of their coverage, on a map."""
    shown = maps.respond(view, language=language, bbox=bbox, embed=embed, day=date)
    if shown is None:
        again = f"{request.url.path}?{request.url.query}"
        return pages.respond(
            request, "computing.html", status=202, again=again, is_fictitious=live.public().is_fictitious
        )
    return shown
