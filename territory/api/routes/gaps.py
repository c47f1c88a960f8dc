"""Who is covered by nobody in an area, why, and what would close it."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.keys import AccessDep
from territory.api.live import Live
from territory.api.parameters import Language, LiveDep
from territory.api.questions import WhereParam, Work, answer, of_place
from territory.services import organizing
from territory.services.access import Access, Operation, require_role
from territory.services.organizing import Asked, telling

router = APIRouter(prefix="/api/gaps", tags=["organizing"])


@router.get("", responses=schemas.CHANGED)
async def gaps(
    request: Request, live: LiveDep, access: AccessDep, language: Language, asked: WhereParam
) -> Response:
    """Who is covered by nobody in an area, why, and what would close it; the weightiest first."""
    require_role(access, Operation.GROUP)
    return await answer(request, _work(live, access, asked, language))


def _work(live: Live, access: Access, asked: Asked, language: str) -> Work:
    return lambda progress: telling.told(
        organizing.workbench(live.register, access, asked, progress=progress), language
    )


GAPS = of_place(_work)
