"""What changes of groups and of lines would mean, before any assembly decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request, Response

from territory.api import schemas
from territory.api.changes import answered, json_body
from territory.api.drawings import read_line
from territory.api.fields import Fields
from territory.api.keys import AccessDep
from territory.api.parameters import Language, LiveDep, SettingsDep
from territory.services import acts
from territory.services.acts import Change, Found, Join, Leave, Merge, Split, Telling
from territory.services.errors import Unusable

router = APIRouter(prefix="/api/what-if", tags=["acts"])

_MOST = 50
_MOST_PARTS = 20


@router.post("", openapi_extra=schemas.json_request("changes"), responses=schemas.CHANGED)
async def what_if(
    request: Request, live: LiveDep, settings: SettingsDep, access: AccessDep, language: Language
) -> Response:
    """What changes would mean for all sides, made one after the other. Nothing changes.

    Each has a ``kind``: ``leave`` and ``join`` (``members``, ``group``), ``found`` (``members``, ``name``, perhaps
    ``level``), ``split`` (``territory``, ``line``, perhaps the names of its ``parts``), ``merge`` (``members``,
    ``name``). What the third one makes is called ``new-3``, its parts ``new-3-1``, ``new-3-2`` …: later ones can
    say so.
    """
    sent, _ = await json_body(request)
    told = Fields(sent, ("changes",)).objects("changes", most=_MOST)
    changes = [_change(each, max_vertices=settings.check_max_vertices) for each in told]
    report = await to_thread.run_sync(
        acts.what_if, live.register, access, changes, limiter=request.app.state.heavy_limiter
    )
    standing = live.current().standing | report.supposed
    return answered(Telling(standing=standing, profile=live.profile, language=language).report(report))


def _change(sent: Mapping[str, Any], *, max_vertices: int) -> Change:
    kind = Fields(sent).need("kind", limit=40)
    if kind not in _READ:
        raise Unusable("field.one_of", field="kind", known=sorted(_READ))
    known, read = _READ[kind]
    return read(Fields(sent, ("kind", *known)), sent, max_vertices)


def _leave(fields: Fields, _: Mapping[str, Any], __: int) -> Change:
    return Leave(members=fields.names("members"), group=fields.need("group", limit=200))


def _join(fields: Fields, _: Mapping[str, Any], __: int) -> Change:
    return Join(members=fields.names("members"), group=fields.need("group", limit=200))


def _found(fields: Fields, _: Mapping[str, Any], __: int) -> Change:
    level = fields.text("level", limit=40)
    return Found(members=fields.names("members"), called=fields.need("name", limit=200), level=level)


def _split(fields: Fields, sent: Mapping[str, Any], max_vertices: int) -> Change:
    territory = fields.need("territory", limit=200)
    line = read_line(sent.get("line"), max_vertices=max_vertices)
    return Split(territory=territory, line=line, parts=fields.names("parts", most=_MOST_PARTS))


def _merge(fields: Fields, _: Mapping[str, Any], __: int) -> Change:
    return Merge(members=fields.names("members"), called=fields.need("name", limit=200))


_READ: Mapping[str, tuple[tuple[str, ...], Callable[[Fields, Mapping[str, Any], int], Change]]] = {
    "leave": (("members", "group"), _leave),
    "join": (("members", "group"), _join),
    "found": (("members", "name", "level"), _found),
    "split": (("territory", "line", "parts"), _split),
    "merge": (("members", "name"), _merge),
}
