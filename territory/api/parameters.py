"""Parameters that several doors take, and what a handler depends on."""

from __future__ import annotations

import datetime
import math
from typing import Annotated

from fastapi import Depends, Query, Request
from shapely import MultiPolygon, box

from territory.api.language import language_of
from territory.api.live import Live
from territory.api.map_pages import MapPages
from territory.api.pages import Pages
from territory.services.errors import NotReady, Unusable
from territory.services.publishing import Bbox
from territory.settings import Settings


def parse_bbox(text: str) -> Bbox:
    """Read ``west,south,east,north`` in degrees.

    Raises
    ------
    Unusable
        Not four finite numbers, out of the world, or without width or height.

    Examples
    --------
    >>> parse_bbox("-69.3,10,-69.2,10.1")
    (-69.3, 10.0, -69.2, 10.1)
    """
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        raise Unusable("bbox.numbers", bbox=text[:80]) from None
    if not all(map(math.isfinite, (west, south, east, north))):
        raise Unusable("bbox.numbers", bbox=text[:80])
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise Unusable("bbox.order", bbox=text[:80])
    return west, south, east, north


def parse_place(text: str) -> tuple[float, float]:
    """Read ``longitude,latitude`` in degrees.

    Raises
    ------
    Unusable
        Not two numbers of a place on the world.
    """
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise Unusable("place.numbers", place=text[:60]) from None
    # Also what is no number at all is not within.
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise Unusable("place.numbers", place=text[:60])
    return lon, lat


def _bbox(
    bbox: Annotated[
        str | None, Query(description="west,south,east,north in degrees", examples=["-69.3,10.0,-69.2,10.1"])
    ] = None,
) -> Bbox | None:
    return None if bbox is None else parse_bbox(bbox)


def area_of(bbox: Bbox | None) -> MultiPolygon | None:
    """A box as ground, WGS 84."""
    return None if bbox is None else MultiPolygon([box(*bbox)])


def _live(request: Request) -> Live:
    live: Live | None = getattr(request.app.state, "live", None)
    if live is None:
        raise NotReady("store.unavailable")
    return live


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _maps(request: Request) -> MapPages:
    maps: MapPages | None = getattr(request.app.state, "maps", None)
    if maps is None:
        raise NotReady("store.unavailable")
    return maps


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _language(
    request: Request,
    lang: Annotated[str | None, Query(description="es or en; before Accept-Language")] = None,
) -> str:
    return language_of(request)


DateParam = Annotated[
    datetime.date | None, Query(description="as it was on that day, as far as it is published now")
]
MapsDep = Annotated[MapPages, Depends(_maps)]
PagesDep = Annotated[Pages, Depends(_pages)]
BboxParam = Annotated[Bbox | None, Depends(_bbox)]
LiveDep = Annotated[Live, Depends(_live)]
SettingsDep = Annotated[Settings, Depends(_settings)]
Language = Annotated[str, Depends(_language)]
