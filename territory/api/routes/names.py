"""Territories by a part of their name or by a place, for whoever organizes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from geopandas import GeoSeries

from territory.api import schemas
from territory.api.changes import answered
from territory.api.keys import AccessDep
from territory.api.parameters import LiveDep, parse_place
from territory.geo.crs import to_degrees
from territory.services.errors import Unusable
from territory.services.organizing import names

router = APIRouter(prefix="/api/names", tags=["organizing"])

_DIGITS = 6
_ANY: list[str] = []


@router.get("", responses=schemas.CHANGED)
def find(
    live: LiveDep,
    access: AccessDep,
    q: Annotated[str | None, Query(min_length=1, max_length=100, description="part of a name")] = None,
    at: Annotated[str | None, Query(max_length=60, description="longitude,latitude of a place in it")] = None,
    level: Annotated[list[str], Query(max_length=10, description="council, commune, corridor …")] = _ANY,
) -> Response:
    """Territories by a part of their name, those that begin with it first; or by a place, the smallest first."""
    if q is not None:
        return answered(_told(names.find(live.register, access, q, level)))
    if at is None:
        raise Unusable("field.missing", field="q")
    return answered(_told(names.at(live.register, access, *parse_place(at), level)))


def _told(found: Any) -> list[dict[str, Any]]:
    inside = to_degrees(GeoSeries(found.geometry.representative_point(), crs=found.crs))
    return [
        {"id": id_, "name": name, "level": level, "at": [round(at.x, _DIGITS), round(at.y, _DIGITS)]}
        for id_, name, level, at in zip(found.index, found["name"], found["level"], inside, strict=True)
    ]
