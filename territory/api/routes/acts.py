"""What assemblies decided, and what those whose land it is say to it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from territory.api import schemas
from territory.api.changes import answered, changed, json_body, made_once, once_of
from territory.api.deeds import FIELDS, Deed, date_of
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.parameters import LiveDep, SettingsDep
from territory.records import Consent
from territory.services import acts
from territory.services.errors import Unusable

router = APIRouter(prefix="/api/territories/{territory_id}", tags=["acts"])

Id = Annotated[str, Path(max_length=200)]

_CONSENT = ("land", "given", "date")


@router.get("/acts", responses=schemas.CHANGED)
def list_acts(live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """What was decided, oldest first, and whether it is about the line as it is now, for its own."""
    found = acts.acts_of(live.register, access, territory_id)
    return answered([acts.told_now(each) for each in found])


@router.post("/acts", status_code=201, openapi_extra=schemas.json_request(*FIELDS), responses=schemas.CREATED)
async def enter_act(
    request: Request, live: LiveDep, settings: SettingsDep, access: AccessDep, territory_id: Id
) -> Response:
    """Enter what an assembly decided: ``ratify``, ``publish``, ``withdraw``, ``join``, ``leave``, ``split`` …"""
    sent, body = await json_body(request)
    deed = Deed(
        register=live.register,
        access=access,
        territory=territory_id,
        sent=sent,
        max_vertices=settings.check_max_vertices,
        once=once_of(request, access, body),
    )
    made = await changed(request, made_once, lambda: ",".join(act.id for act in deed.enter()))
    return answered({"acts": [acts.told(each) for each in acts.acts_made(live.register, made)]}, status=201)


@router.get("/consents", responses=schemas.CHANGED)
def list_consents(live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """What those whose land it is said last, land by land, for its own."""
    return answered([_consent(each) for each in acts.consents_of(live.register, access, territory_id)])


@router.post(
    "/consents", status_code=201, openapi_extra=schemas.json_request(*_CONSENT), responses=schemas.CREATED
)
async def enter_consent(request: Request, live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """Enter consent given, refused or taken back; without it the territory is hidden at once."""
    sent, body = await json_body(request)
    fields, once = Fields(sent, _CONSENT), once_of(request, access, body)
    if "given" not in fields:
        raise Unusable("field.missing", field="given")

    def make() -> str:
        return acts.consent(
            live.register,
            access,
            territory_id,
            fields.need("land", limit=200),
            given=fields.truth("given", otherwise=False),
            date=date_of(fields),
            once=once,
        ).id

    return answered({"id": await changed(request, made_once, make)}, status=201)


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "id": consent.id,
        "revision": consent.revision,
        "land": consent.land,
        "given": consent.given,
        "date": consent.date,
    }
