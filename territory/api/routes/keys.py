"""Keys: to enter with one, to leave, and for stewards to issue and revoke them."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response

from territory.api import schemas
from territory.api.changes import answered, changed, json_body, made_once, once_of
from territory.api.drawings import read_area
from territory.api.fields import Fields
from territory.api.keys import COOKIE, AccessDep, Gate, require_same_origin
from territory.api.parameters import LiveDep, SettingsDep
from territory.records import Key, Role
from territory.services import keys
from territory.services.access import PUBLIC, Operation, require_role
from territory.services.errors import NeedsKey, Unusable
from territory.services.register import today

router = APIRouter(tags=["keys"])

Name = Annotated[str, Path(max_length=60)]


@router.post("/api/key", openapi_extra=schemas.json_request("key"), responses=schemas.CHANGED)
async def enter(request: Request, live: LiveDep, settings: SettingsDep) -> Response:
    """Exchange a key for a cookie that scripts cannot read."""
    require_same_origin(request)
    sent, _ = await json_body(request)
    whole = Fields(sent, ["key"]).need("key", limit=100)
    gate: Gate = request.app.state.gate
    _, key = await to_thread.run_sync(gate.recognise, request, live.register, whole)
    answer = answered(told(key))
    days = (key.ends - today()).days + 1
    answer.set_cookie(
        COOKIE,
        whole.strip(),
        max_age=days * 86_400,
        httponly=True,
        samesite="lax",
        secure=settings.secure_cookies or request.url.scheme == "https",
    )
    return answer


@router.get("/api/key", responses=schemas.CHANGED)
def who_am_i(request: Request, access: AccessDep) -> Response:
    """What one's own key allows."""
    key: Key | None = request.state.key
    if access is PUBLIC or key is None:
        raise NeedsKey("key.needed")
    return answered(told(key))


@router.delete("/api/key", responses=schemas.CHANGED)
def leave(request: Request) -> Response:
    """Forget the key on this phone."""
    require_same_origin(request)
    answer = Response(status_code=204, headers={"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'})
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
    return answer


@router.get("/api/keys", responses=schemas.CHANGED)
def list_keys(live: LiveDep, access: AccessDep) -> Response:
    """All keys, without their secrets."""
    return answered([told(key) for key in keys.listed(live.register, access)])


@router.post(
    "/api/keys",
    status_code=201,
    openapi_extra=schemas.json_request("role", "ends", "name", "territories", "area"),
    responses=schemas.CREATED,
)
async def issue_key(request: Request, live: LiveDep, access: AccessDep) -> Response:
    """Make a key. Its secret is in this one answer and nowhere else."""
    # Before anything is read: whoever may not, learns nothing about what would be right.
    require_role(access, Operation.KEYS)
    sent, body = await json_body(request)
    fields = Fields(sent, ("role", "ends", "name", "territories", "area"))
    role, ends = fields.one_of("role", Role), fields.date("ends")
    if role is None or ends is None:
        raise Unusable("field.missing", field="role" if role is None else "ends")
    area = None if sent.get("area") is None else read_area(sent["area"])
    once = once_of(request, access, body)
    made: list[keys.Issued] = []

    def make() -> str:
        issued = keys.issue(
            live.register,
            access,
            role=role,
            ends=ends,
            name=fields.text("name", limit=40),
            territories=fields.ids("territories"),
            area=area,
            once=once,
        )
        made.append(issued)
        return issued.key.id

    name = await changed(request, made_once, make)
    if made:
        return answered({**told(made[0].key), "key": made[0].whole}, status=201, location=f"/api/keys/{name}")
    # The secret was in the first answer, which may have been lost; a second one would be a second door.
    raise Unusable("key.issued_before", name=name)


@router.delete("/api/keys/{name}", responses=schemas.CHANGED)
def revoke_key(live: LiveDep, access: AccessDep, name: Name) -> Response:
    """End a key at once."""
    return answered(told(keys.revoke(live.register, access, name)))


def told(key: Key) -> dict[str, Any]:
    """A key as it is shown: never its secret, nor the hash of it."""
    return {
        "name": key.id,
        "role": key.role,
        "territories": list(key.territories),
        "has_area": key.area is not None,
        "ends": key.ends.isoformat(),
        "revoked": key.revoked,
        "valid": not key.revoked and datetime.date.today() <= key.ends,
    }
