"""What questions of organizers have in common: where they look, and how they are answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, NamedTuple

from anyio import to_thread
from fastapi import Depends, Query, Request, Response

from territory.api.changes import answered
from territory.api.fields import Fields
from territory.api.live import Live
from territory.api.parameters import BboxParam, area_of, parse_bbox
from territory.geo.progress import Progress, silent
from territory.services.access import Access
from territory.services.organizing import Asked

WHERE = ("bbox", "jurisdiction")

Work = Callable[[Progress], Any]


class Question(NamedTuple):
    """Something that can be asked at once or as a job."""

    fields: tuple[str, ...]
    """What may be sent with it."""
    work: Callable[[Live, Access, Fields, str], Work]
    """What answers it, by who asks, what was sent and in which language; refuses what cannot be read."""


def of_place(look: Callable[[Live, Access, Asked, str], Work]) -> Question:
    """A question that needs nothing but a place."""
    return Question(WHERE, lambda live, access, fields, language: look(live, access, where(fields), language))


def where(fields: Fields) -> Asked:
    """Where to look, as sent in a body."""
    bbox = fields.text("bbox", limit=80)
    return Asked(
        area=area_of(None if bbox is None else parse_bbox(bbox)), jurisdiction=fields.text("jurisdiction")
    )


def _where(
    bbox: BboxParam,
    jurisdiction: Annotated[str | None, Query(max_length=200, description="id of a municipality or state")] = None,
) -> Asked:
    return Asked(area=area_of(bbox), jurisdiction=jurisdiction)


WhereParam = Annotated[Asked, Depends(_where)]


async def answer(request: Request, work: Work) -> Response:
    """Do the work now, beside no more of its kind than the machine bears."""
    return answered(await to_thread.run_sync(work, silent, limiter=request.app.state.heavy_limiter))
