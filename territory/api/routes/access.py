"""Who reaches whom by road: nearest seats, who is cut off, and with whom life is by road."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.keys import AccessDep
from territory.api.live import Live
from territory.api.parameters import Language, LiveDep
from territory.api.questions import WhereParam, Work, answer, of_place
from territory.services import organizing
from territory.services.access import Access, Operation, require_role
from territory.services.organizing import Asked, access_telling

router = APIRouter(prefix="/api/access", tags=["organizing"])


@router.get("", responses=schemas.CHANGED)
async def access_by_road(
    request: Request, live: LiveDep, access: AccessDep, language: Language, asked: WhereParam
) -> Response:
    """Of each council the seat that is reached first by road, and whether it is cut off from its own."""
    require_role(access, Operation.GROUP)
    return await answer(request, _work(live, access, asked, language))


def _work(live: Live, access: Access, asked: Asked, language: str) -> Work:
    return lambda progress: access_telling.told(
        organizing.reached(live.register, access, asked, progress=progress), language
    )


ACCESS = of_place(_work)
