"""Folium views of all territories, as pages or to embed in somebody else's."""

from __future__ import annotations

import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from territory.api import schemas
from territory.api.pages import new_nonce, page
from territory.api.parameters import BboxParam, Language, LiveDep, PagesDep, SettingsDep
from territory.services.mapping import View

router = APIRouter(tags=["maps"])


@router.get("/map/{view}", responses=schemas.MAP)
def show_map(
    request: Request,
    pages: PagesDep,
    live: LiveDep,
    settings: SettingsDep,
    language: Language,
    view: View,
    bbox: BboxParam,
    embed: Annotated[bool, Query(description="without header and footer, for a frame")] = False,
    date: Annotated[datetime.date | None, Query(description="reserved: history comes with the register")] = None,
) -> Response:
    """Territories, or the findings of their coverage, on a map."""
    html = live.map_page(view, language, bbox, embed, settings.inline_boundaries)
    if html is None:
        return pages.respond(
            request, "computing.html", status=202, again=f"{request.url.path}?{request.url.query}"
        )
    nonce = new_nonce()
    return page(html.replace(live.nonce_mark, nonce), nonce=nonce, language=language, embed=embed)
