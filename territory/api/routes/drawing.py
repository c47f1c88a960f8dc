"""What a drawing page asks besides the check: lines to draw along, ground left free, and what a remedy would do.

Anyone may ask and nothing is stored; whoever shows a key also gets the lines that it sees.
"""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from shapely import Point

from territory.api import drawings, schemas
from territory.api.changes import PRIVATE, json_body
from territory.api.fields import Fields
from territory.api.keys import EyesDep
from territory.api.parameters import LiveDep, SettingsDep, parse_bbox
from territory.services import around, drawing, remedies, reports
from territory.services.around import Drawn
from territory.services.errors import Unusable
from territory.services.remedies import Remedy

router = APIRouter(tags=["drawing"])


@router.get("/api/around", responses=schemas.AROUND)
def lines_around(
    live: LiveDep,
    eyes: EyesDep,
    bbox: Annotated[str, Query(description="west,south,east,north in degrees")],
    level: Annotated[str, Query(max_length=50)] = "council",
    without: Annotated[str | None, Query(max_length=200, description="the territory that is drawn anew")] = None,
) -> Response:
    """Exact lines in a box, to draw along: neighbours, rivers, roads, municipal lines.

    ``complete`` is false, and no neighbour is told, where there are too many.
    """
    box = parse_bbox(bbox)
    mosaic, visible = live.around(eyes)
    units = around.territories_within(mosaic, box, level=level, without=without, visible=visible)
    seen = around.as_seen(units or [], eyes, live.public().layer)
    others = [*live.followed.within(box), *around.municipal_lines(mosaic, box)]
    body = reports.collection((_told(each) for each in [*seen, *others]), complete=units is not None)
    # It depends on the key, and tiles that anybody may cache are elsewhere.
    headers = {"Cache-Control": PRIVATE, "Vary": "Cookie, Authorization"}
    return Response(b"".join(body), headers=headers, media_type="application/geo+json")


@router.post(
    "/api/free", openapi_extra=schemas.json_request("at", "bbox", "level", "replaces"), responses=schemas.ANSWERED
)
async def free_ground(request: Request, live: LiveDep, eyes: EyesDep) -> Response:
    """The ground around a place that the neighbours leave free, as far as a box reaches."""
    sent, _ = await json_body(request)
    fields = Fields(sent, ("at", "bbox", "level", "replaces"))
    lon, lat = fields.numbers("at", 2)
    box = parse_bbox(",".join(map(str, fields.numbers("bbox", 4))))

    def answer() -> bytes:
        mosaic, visible = live.around(eyes)
        free = around.free_at(
            mosaic,
            Point(lon, lat),
            box,
            profile=live.profile,
            level=fields.text("level", limit=50) or "council",
            without=fields.text("replaces", limit=200),
            visible=visible,
        )
        properties = {"is_open": free.is_open}
        told = {"type": "Feature", "properties": properties, "geometry": reports.geometry(free.shape)}
        return orjson.dumps(told)

    return _private(await to_thread.run_sync(answer, limiter=request.app.state.drawing_limiter))


@router.post(
    "/api/remedies",
    openapi_extra=schemas.json_request("drawing", "finding", "remedy"),
    responses=schemas.ANSWERED,
)
async def work_out(request: Request, live: LiveDep, settings: SettingsDep, eyes: EyesDep) -> Response:
    """What a remedy would make of a drawing, and of a neighbour's line where it takes their yes."""
    sent, _ = await json_body(request)
    fields = Fields(sent, ("drawing", "finding", "remedy"))
    remedy = fields.one_of("remedy", Remedy)
    if remedy is None:
        raise Unusable("field.missing", field="remedy")
    wanted, body = fields.need("finding", limit=1000), orjson.dumps(sent.get("drawing"))

    def answer() -> bytes:
        drawn, _ = drawings.read_drawing(body, profile=live.profile, max_vertices=settings.check_max_vertices)
        mosaic, visible = live.around(eyes)
        drawing.require_known(drawn, visible)
        outcome = remedies.apply(drawn, mosaic, wanted, remedy, profile=live.profile, visible=visible)
        return orjson.dumps(
            {
                "remedy": outcome.remedy,
                "is_proposal": outcome.remedy in remedies.PROPOSED,
                "boundary": reports.geometry(outcome.boundary),
                "gain_m2": outcome.gain_m2,
                "neighbour": _neighbour(outcome.neighbour, mosaic.names),
                "neighbour_gain_m2": outcome.neighbour_gain_m2,
                "line": None if outcome.line is None else reports.geometry(outcome.line),
            }
        )

    return _private(await to_thread.run_sync(answer, limiter=request.app.state.drawing_limiter))


def _told(line: Drawn) -> bytes:
    properties = {"kind": line.kind, "name": line.name}
    shape = reports.geometry(line.shape)
    return orjson.dumps({"type": "Feature", "id": line.id, "properties": properties, "geometry": shape})


def _neighbour(territory: str | None, names: Any) -> dict[str, str] | None:
    return None if territory is None else {"id": territory, "name": names.get(territory, territory)}


def _private(body: bytes) -> Response:
    return Response(body, media_type="application/json", headers={"Cache-Control": PRIVATE})
