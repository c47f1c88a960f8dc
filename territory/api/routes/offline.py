"""What a phone needs to go on without a connection: a worker that keeps pages, and the ground around a drawing."""

from __future__ import annotations

import datetime
import re
from functools import cache
from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from shapely.geometry.base import BaseGeometry

from territory.api import schemas
from territory.api.assets import STATIC, assets_root, assets_version, loaded_by
from territory.api.changes import answered
from territory.api.keys import EyesDep
from territory.api.parameters import BboxParam, Language, LiveDep, PagesDep
from territory.maps.elements import TerritoryMap
from territory.services import around, reports
from territory.services import work_area as areas
from territory.services.errors import Unusable
from territory.services.publishing import Bbox
from territory.words import WEB

router = APIRouter(tags=["offline"])

PAGES = {"/": "home.html", "/draw": "draw.html", "/key": "key.html", "/offline": "offline.html"}
"""What opens without a connection after one visit, and the template of each."""

RENEWED = ("/", "/draw")
"""Those of them that show what is published; they are the same for everybody, whoever asks."""

_ASSET = re.compile(r"\{\{ assets \}\}([\w./-]+)")
_PART = re.compile(r'\{% (?:extends|include) "([\w.]+)" %\}')


@router.get("/sw.js", include_in_schema=False)
def service_worker(language: Language) -> Response:
    """The worker, told what to keep. Its bytes change with every version of the program, so browsers renew it."""
    kept = {
        "version": assets_version(),
        "language": language,
        "pages": list(PAGES),
        "renewed": list(RENEWED),
        "assets": [assets_root() + path for path in page_assets()],
    }
    code = f"self.kept = {orjson.dumps(kept).decode()};\n{(WEB / 'sw.js').read_text('utf-8')}"
    # No validator: browsers compare the bytes of a worker, and ask for them past every cache.
    headers = {
        "Cache-Control": "no-cache",
        # A worker lives under the policy of its own file: it fetches what is ours and does nothing else.
        "Content-Security-Policy": "default-src 'none'; connect-src 'self'",
    }
    return Response(code, headers=headers, media_type="text/javascript; charset=utf-8")


@router.get("/offline", include_in_schema=False)
def offline_page(request: Request, pages: PagesDep) -> Response:
    """What stands in for a page that is not kept while there is no connection."""
    return pages.respond(request, "offline.html")


@router.get("/api/work-area", responses=schemas.WORK_AREA)
async def work_area(
    request: Request,
    live: LiveDep,
    eyes: EyesDep,
    language: Language,
    bbox: BboxParam,
    territory: Annotated[str | None, Query(max_length=200, description="its id: around its line")] = None,
    level: Annotated[str, Query(max_length=50)] = "council",
) -> Response:
    """What it takes to draw around a territory or in a box with no connection, as far as the asker may see it.

    ``around`` is as of ``/api/around``, with the edge of the land as well. Nobody but the asker may keep it.
    """

    def answer() -> dict[str, Any]:
        mosaic, visible = live.around(eyes)
        public = live.public()
        own = None if territory is None else areas.own(live.register, eyes, public.layer, territory)
        area = areas.work_area(
            live.register,
            eyes,
            mosaic,
            live.followed,
            public.findings() or [],
            _one(bbox, areas.bounds_around(own.shape, mosaic, live.profile.agreement.reach_m) if own else None),
            level=own.level if own else level,
            asked=territory,
            visible=visible,
        )
        names = live.current().mosaic.names
        seen = around.as_seen(area.lines, eyes, public.layer)
        lines = [_feature(each.id, each.shape, kind=each.kind, name=each.name) for each in seen]
        return {
            "bounds": area.bounds,
            "made": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "territory": own and {"id": own.id, "name": own.name},
            "around": {"type": "FeatureCollection", "complete": True, "features": lines},
            "findings": [reports.record(finding, names, language) for finding in area.findings],
        }

    return answered(await to_thread.run_sync(answer, limiter=request.app.state.drawing_limiter))


def _one(asked: Bbox | None, around: Bbox | None) -> Bbox:
    """The box that was asked for, in one of the two ways in which it can be."""
    if asked is not None and around is None:
        return asked
    if around is not None and asked is None:
        return around
    raise Unusable("work_area.which")


def _feature(id_: str, shape: BaseGeometry, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "id": id_, "properties": properties, "geometry": reports.geometry(shape)}


@cache
def page_assets() -> list[str]:
    """Files that the pages of `PAGES` load, as paths below ``web/``."""
    linked = [url.removeprefix(STATIC) for _, url in (*TerritoryMap.default_js, *TerritoryMap.default_css)]
    named = [path for template in PAGES.values() for path in _named_in(template)]
    return loaded_by([*linked, *named])


def _named_in(template: str) -> list[str]:
    """Files that a template names, and the templates that it is made of."""
    text = (WEB / "pages" / template).read_text("utf-8")
    return [*_ASSET.findall(text), *(path for part in _PART.findall(text) for path in _named_in(part))]
