"""Territories by a part of their name, for whoever organizes."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from geopandas import GeoSeries

from territory.api import schemas
from territory.api.changes import answered
from territory.api.keys import AccessDep
from territory.api.parameters import LiveDep
from territory.geo.crs import to_degrees
from territory.services.organizing import names

router = APIRouter(prefix="/api/names", tags=["organizing"])

_DIGITS = 6


@router.get("", responses=schemas.CHANGED)
def find(
    live: LiveDep,
    access: AccessDep,
    q: Annotated[str, Query(min_length=1, max_length=100, description="part of a name")],
    level: Annotated[str | None, Query(max_length=50, description="council, commune, corridor …")] = None,
) -> Response:
    """Territories whose name has a text in it, with a point inside; those that begin with it first."""
    return answered(_told(names.find(live.register, access, q, level)))


def _told(found: Any) -> list[dict[str, Any]]:
    inside = to_degrees(GeoSeries(found.geometry.representative_point(), crs=found.crs))
    return [
        {"id": id_, "name": name, "level": level, "at": [round(at.x, _DIGITS), round(at.y, _DIGITS)]}
        for id_, name, level, at in zip(found.index, found["name"], found["level"], inside, strict=True)
    ]
