"""Territories: what everybody sees of them, and what their own see and change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from territory.api import schemas
from territory.api.caching import revalidated
from territory.api.changes import answered, based_on, changed, json_body, made_once, once_of
from territory.api.drawings import drawing_of
from territory.api.fields import Fields
from territory.api.keys import AccessDep, EyesDep
from territory.api.parameters import BboxParam, DateParam, Language, LiveDep, SettingsDep
from territory.records import Boundary, Method, Proposal, Recognition
from territory.services import agreement, boundaries, publishing, reports, territories
from territory.services.access import OF_THE_REGISTER, Access, Operation, Sight, require, require_role
from territory.services.agreement import Telling
from territory.services.boundaries import Making

router = APIRouter(prefix="/api/territories", tags=["territories"])

_MEDIA_TYPE = "application/geo+json"
_MAKING = ("method", "accuracy_m", "datum", "reasons", "valid_from", "shown", "takes_repair")
_DESCRIBED = ("name", "kind", "families", "recognition", "activity", "joins")

Id = Annotated[str, Path(max_length=200)]


@router.get("", responses=schemas.TERRITORIES)
def list_territories(
    request: Request,
    live: LiveDep,
    settings: SettingsDep,
    bbox: BboxParam,
    level: Annotated[str | None, Query(max_length=50, description="council, commune, corridor …")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000_000)] = 100,
    cursor: Annotated[
        str | None, Query(max_length=200, description="id of the last territory of the page before")
    ] = None,
    date: DateParam = None,
) -> Response:
    """A page of published territories as a FeatureCollection, ordered by id."""
    public = live.public(date)

    def answer() -> bytes:
        page = publishing.territories(
            public.layer,
            profile=live.profile,
            bbox=bbox,
            level=level,
            limit=min(limit, settings.page_limit),
            cursor=cursor,
        )
        links = []
        if page.next is not None:
            query = {**request.query_params, "cursor": page.next}
            links = [{"rel": "next", "href": f"{request.url.path}?{urlencode(query)}", "type": _MEDIA_TYPE}]
        return b"".join(
            reports.collection(reports.layer_features(page.layer), numberReturned=len(page.layer), links=links)
        )

    return revalidated(request, public.version, answer, media_type=_MEDIA_TYPE)


@router.post(
    "",
    status_code=201,
    openapi_extra=schemas.json_request("level", "name", "kind", "families"),
    responses=schemas.CREATED,
)
async def create_territory(request: Request, live: LiveDep, access: AccessDep) -> Response:
    """Make a territory that has no line yet."""
    require_role(access, Operation.GROUP)
    sent, body = await json_body(request)
    fields = Fields(sent, ("level", "name", "kind", "families"))

    def make() -> str:
        return territories.create(
            live.register,
            access,
            level=fields.need("level", limit=50),
            called=fields.need("name", limit=200),
            kind=fields.text("kind", limit=50),
            families=fields.count("families", most=1_000_000),
            once=once_of(request, access, body),
        )

    made = await changed(request, made_once, make)
    return answered({"id": made}, status=201, version=1, location=f"/api/territories/{made}")


@router.get("/{territory_id}", responses=schemas.TERRITORY)
def one_territory(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id, date: DateParam = None
) -> Response:
    """One territory as a Feature: as the public sees it, or whole for its own."""
    if date is None and eyes.sight(territory_id) is Sight.ALL:
        whole = territories.whole(live.register, access, territory_id)
        return answered(_whole(whole, access), version=whole.territory.revision)
    public = live.public(date)
    layer = publishing.territory(public.layer, territory_id)
    return revalidated(
        request, public.version, lambda: next(reports.layer_features(layer)), media_type=_MEDIA_TYPE
    )


@router.patch(
    "/{territory_id}",
    openapi_extra=schemas.json_request(*_DESCRIBED),
    responses=schemas.CHANGED,
)
async def describe_territory(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id
) -> Response:
    """Change what is said of a territory."""
    require(eyes, Operation.DESCRIBE, territory_id)
    sent, _ = await json_body(request)
    fields = Fields(sent, _DESCRIBED)
    read: dict[str, Callable[[], object]] = {
        "name": lambda: fields.need("name", limit=200),
        "kind": lambda: fields.text("kind", limit=50),
        "families": lambda: fields.count("families", most=1_000_000),
        "recognition": lambda: fields.one_of("recognition", Recognition) or Recognition.NONE,
        "activity": lambda: fields.text("activity", limit=500),
        "joins": lambda: None if sent["joins"] is None else fields.truth("joins", otherwise=True),
    }
    changes = {("called" if name == "name" else name): read[name]() for name in read if name in fields}
    version = based_on(request)
    kept = await changed(
        request, lambda: territories.describe(live.register, access, territory_id, changes, based_on=version)
    )
    return answered({"id": kept.id, "revision": kept.revision}, version=kept.revision)


@router.get("/{territory_id}/boundary", responses=schemas.TERRITORY)
def get_boundary(live: LiveDep, eyes: EyesDep, territory_id: Id) -> Response:
    """The newest line, for its own and for the neighbours it is shown to."""
    boundary = territories.line(live.register, eyes, territory_id)
    is_own = eyes.sight(territory_id) is Sight.ALL
    return answered(_version(boundary) if is_own else _line(boundary), version=boundary.revision)


@router.put("/{territory_id}/boundary", openapi_extra=schemas.DRAWING_BODY, responses=schemas.CHANGED)
async def put_boundary(
    request: Request,
    live: LiveDep,
    settings: SettingsDep,
    access: AccessDep,
    eyes: EyesDep,
    language: Language,
    territory_id: Id,
) -> Response:
    """Keep a drawing as the new version of a boundary; its findings are asked for on their own.

    With ``moves_neighbours`` they are asked in the same change to move their line to where this one moved;
    ``asked`` tells whom there was anything to ask of.
    """
    require(eyes, Operation.DRAW, territory_id)
    sent, body = await json_body(request)
    before, once = based_on(request), once_of(request, access, body)

    def keep() -> str:
        drawn = drawing_of(sent, profile=live.profile, max_vertices=settings.check_max_vertices)
        fields = _properties(sent, *_MAKING, "moves_neighbours")
        version = boundaries.submit(
            live.register,
            access,
            territory_id,
            drawn,
            _making(fields),
            based_on=before,
            moves_neighbours=fields.truth("moves_neighbours", otherwise=False),
            once=once,
        )
        return str(version.revision)

    version = int(await changed(request, made_once, keep))
    asked = agreement.asked_with(live.register, access, territory_id, version)
    teller = Telling(live.register, language, asked)
    told = [
        {"id": each.id, "neighbour": other, "name": teller.name(other)}
        for each in asked
        for other in (each.right if each.left == territory_id else each.left,)
    ]
    return answered({"version": version, "asked": told}, status=201, version=version)


@router.put(
    "/{territory_id}/words", openapi_extra=schemas.json_request(*boundaries.SIDES), responses=schemas.CHANGED
)
async def put_words(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id
) -> Response:
    """Keep a boundary told in words by its sides, as a version; a line that is there already stays."""
    require(eyes, Operation.DRAW, territory_id)
    sent, _ = await json_body(request)
    fields, version = Fields(sent, boundaries.SIDES), based_on(request)
    words = {side: fields.need(side) for side in boundaries.SIDES if side in fields}
    kept = await changed(
        request, lambda: boundaries.describe_line(live.register, access, territory_id, words, based_on=version)
    )
    return answered({"version": kept.revision}, version=kept.revision)


@router.get("/{territory_id}/versions", responses=schemas.CHANGED)
def list_versions(live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """Every version of the line, for its own."""
    return answered([_version(each) for each in territories.versions(live.register, access, territory_id)])


@router.get("/{territory_id}/findings", responses=schemas.CHANGED)
def list_findings(
    live: LiveDep, access: AccessDep, eyes: EyesDep, language: Language, territory_id: Id
) -> Response:
    """How the line fits those around it, as far as its own may know."""
    found = boundaries.findings(live.register, access, territory_id)
    names = live.current().mosaic.names
    return answered([reports.record(finding, names, language) for finding in found])


@router.get("/{territory_id}/proposals", responses=schemas.CHANGED)
def list_proposals(live: LiveDep, access: AccessDep, territory_id: Id) -> Response:
    """Drawings of helpers that wait for a decision."""
    return answered([_proposal(each) for each in boundaries.proposals(live.register, access, territory_id)])


@router.post(
    "/{territory_id}/proposals", status_code=201, openapi_extra=schemas.DRAWING_BODY, responses=schemas.CREATED
)
async def propose(
    request: Request, live: LiveDep, settings: SettingsDep, access: AccessDep, eyes: EyesDep, territory_id: Id
) -> Response:
    """Keep a drawing until a spokesperson decides."""
    require(eyes, Operation.PROPOSE, territory_id)
    sent, body = await json_body(request)
    version, once = based_on(request), once_of(request, access, body)

    def make() -> str:
        shape = drawing_of(sent, profile=live.profile, max_vertices=settings.check_max_vertices)
        return boundaries.propose(
            live.register,
            access,
            territory_id,
            shape,
            _making(_properties(sent, *_MAKING)),
            based_on=version,
            once=once,
        ).id

    made = await changed(request, made_once, make)
    return answered({"id": made}, status=201)


@router.post(
    "/{territory_id}/proposals/{proposal_id}",
    openapi_extra=schemas.json_request("takes"),
    responses=schemas.CHANGED,
)
async def decide(
    request: Request, live: LiveDep, access: AccessDep, eyes: EyesDep, territory_id: Id, proposal_id: Id
) -> Response:
    """Take a proposal as the new version of the line, or refuse it."""
    require(eyes, Operation.DECIDE, territory_id)
    sent, _ = await json_body(request)
    takes, version = Fields(sent, ["takes"]).truth("takes", otherwise=False), based_on(request)
    kept = await changed(
        request,
        lambda: boundaries.decide(live.register, access, territory_id, proposal_id, takes=takes, based_on=version),
    )
    return answered({"version": kept.revision if kept else None}, version=kept.revision if kept else None)


def _properties(sent: dict[str, Any], *known: str) -> Fields:
    """What is said of a drawing."""
    properties = sent.get("properties")
    return Fields(properties if isinstance(properties, dict) else {}, known)


def _making(fields: Fields) -> Making:
    return Making(
        method=fields.one_of("method", Method) or Method.DRAWN,
        accuracy_m=fields.number("accuracy_m", least=0, most=10_000),
        datum=fields.text("datum", limit=60),
        reasons=fields.text("reasons"),
        valid_from=fields.date("valid_from"),
        shown=fields.truth("shown", otherwise=True),
        takes_repair=fields.truth("takes_repair", otherwise=False),
    )


def _line(boundary: Boundary) -> dict[str, Any]:
    """A neighbour's line: what it takes to draw beside it, and no more."""
    shape = None if boundary.shape is None else reports.geometry(boundary.shape)
    return {"type": "Feature", "id": boundary.id, "properties": {"version": boundary.revision}, "geometry": shape}


def _version(boundary: Boundary) -> dict[str, Any]:
    told = _line(boundary)
    told["properties"] |= {
        "method": boundary.method,
        "accuracy_m": boundary.accuracy_m,
        "datum": boundary.datum,
        "reasons": boundary.reasons,
        "words": dict(boundary.words),
        "valid_from": boundary.valid_from,
        "shown": boundary.shown,
        "fingerprint": boundary.fingerprint,
    }
    return told


def _proposal(proposal: Proposal) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": proposal.id,
        "properties": {
            "territory": proposal.territory,
            "replaces": proposal.replaces,
            "method": proposal.method,
            "accuracy_m": proposal.accuracy_m,
            "reasons": proposal.reasons,
            "proposed_by": proposal.proposed_by,
        },
        "geometry": reports.geometry(proposal.shape),
    }


def _whole(whole: territories.Whole, access: Access) -> dict[str, Any]:
    known, standing = whole.territory, whole.standing
    shape = whole.boundary.shape if whole.boundary else None
    return {
        "type": "Feature",
        "id": known.id,
        "properties": {
            "name": known.called,
            "level": known.level,
            "kind": known.kind,
            "families": known.families,
            "recognition": known.recognition,
            "activity": known.activity,
            "joins": known.joins,
            "publication": known.publication,
            "published": known.published,
            "version": standing.version,
            "shown": standing.shown,
            "may": sorted(each for each in Operation if each not in OF_THE_REGISTER and access.may(each)),
            "since": known.since,
            "until": known.until,
            "descends": known.descends,
            "codes": {code.system: code.code for code in whole.codes},
            "memberships": [
                {"member": each.member, "group": each.group, "since": each.since, "until": each.until}
                for each in whole.memberships
            ],
            "places": [
                {
                    "id": each.id,
                    "kind": each.kind,
                    "name": each.called,
                    "visible": each.visible,
                    "at": [each.at.x, each.at.y],
                }
                for each in whole.places
            ],
            "links": [
                {
                    "left": each.left,
                    "right": each.right,
                    "kind": each.kind,
                    "evidence": each.evidence,
                    "until": each.until,
                }
                for each in whole.links
            ],
        },
        "geometry": None if shape is None else reports.geometry(shape),
    }
