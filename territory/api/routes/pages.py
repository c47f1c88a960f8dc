"""Pages: the public map, its folium views, the drawing page, and a page to check a file."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from territory.api.errors import explained
from territory.api.headers import told_bytes
from territory.api.keys import COOKIE
from territory.api.language import language_of
from territory.api.live import Live
from territory.api.pages import Pages
from territory.api.parameters import Language, LiveDep, MapsDep, PagesDep
from territory.api.routes.check import run_heavy, uploaded
from territory.intake import IntakeError, reference
from territory.services import drawing, references, reports
from territory.services.acts import Telling
from territory.services.errors import Refusal
from territory.words import catalogue, say

router = APIRouter(include_in_schema=False)

# A page that lists more than this helps nobody on a phone; the file with all of them does.
_FINDINGS_SHOWN = 200
_DOWNLOAD_BYTES = 2_000_000
# Of organizers, in the order in which they are offered; each has its templates in `web/pages/organize/`.
_QUESTIONS = ("missing", "access", "corridors", "whatif", "network")


@router.get("/", response_model=None)
def home(maps: MapsDep, language: Language) -> Response | None:
    """The public map."""
    return maps.respond("territories", language=language, template="home.html")


@router.get("/draw")
def draw(request: Request, pages: PagesDep, live: LiveDep) -> Response:
    """Where a boundary is drawn and checked."""
    language = language_of(request)
    public = live.public()
    words = catalogue(language)
    parts = ("offline", "ways")
    sentences = {"sentences": words["draw"], **{each: words[each] for each in parts}}
    start = {"bounds": public.bounds, "language": language, **sentences}
    datums, zones = reference.offered(live.profile)
    return pages.respond(
        request,
        "draw.html",
        start=start,
        datums=datums,
        zones=zones,
        is_fictitious=public.is_fictitious,
    )


@router.get("/draw/parts/{part}")
def part_of_drawing(
    request: Request, pages: PagesDep, live: LiveDep, part: Literal["neighbours", "act"]
) -> Response:
    """A part of the drawing page that most people never open, and its sentences, for whoever does."""
    language = language_of(request)
    rule = Telling(standing={}, profile=live.profile, language=language).referendum()
    return pages.respond(request, f"_{part}.html", words=catalogue(language)[part], referendum=rule)


@router.get("/organize")
def organize(request: Request, pages: PagesDep, live: LiveDep) -> Response:
    """Where organizers see what is missing; what it shows, only a key brings."""
    has_key = COOKIE in request.cookies
    language = language_of(request)
    public = live.public()
    return pages.respond(
        request,
        "organize.html",
        start={
            "bounds": public.bounds,
            "language": language,
            "sentences": catalogue(language)["organize"],
            "has_key": has_key,
            "groups": [level.id for level in live.profile.levels if level.members],
        },
        has_key=has_key,
        questions=_QUESTIONS,
        jurisdictions=references.jurisdictions_by_level(public.mosaic.surroundings),
        is_fictitious=public.is_fictitious,
    )


@router.get("/key")
def key(request: Request, pages: PagesDep) -> Response:
    """Where a key from a link is exchanged for a cookie, and given back."""
    language = language_of(request)
    sentences = {**catalogue(language)["offline"], **catalogue(language)["key"]}
    # Whoever has no key need not be told by the server that they have none.
    start = {"language": language, "sentences": sentences, "has_key": COOKIE in request.cookies}
    return pages.respond(request, "key.html", start=start)


@router.get("/check")
def check_form(request: Request, pages: PagesDep) -> Response:
    """A form to upload a file."""
    return _check_page(request, pages)


@router.post("/check")
async def check_upload(request: Request, pages: PagesDep, live: LiveDep, language: Language) -> Response:
    """The findings of an uploaded file, or the form again with what was wrong with it."""
    try:
        async with uploaded(request) as (path, said):
            outcome = await run_heavy(request, lambda: _outcome(live, path, said, language))
    except (Refusal, IntakeError) as error:
        status, sentence = explained(error, language)
        return _check_page(request, pages, status=status, refused=sentence)
    return _check_page(request, pages, outcome=outcome)


def _check_page(
    request: Request,
    pages: Pages,
    *,
    status: int = 200,
    outcome: dict[str, Any] | None = None,
    refused: str | None = None,
) -> Response:
    limit = told_bytes(request.app.state.settings.upload_max_bytes)
    return pages.respond(request, "check.html", status=status, outcome=outcome, refused=refused, limit=limit)


def _outcome(live: Live, path: Path, said: dict[str, str], language: str) -> dict[str, Any]:
    around = drawing.beneath(live.public().mosaic.surroundings)
    checked = drawing.check_file(path, profile=live.profile, surroundings=around, crs=said.get("crs"))
    names = reports.names_of(checked.layer, around)
    found = reports.weightiest(checked.findings)
    whole = b"".join(reports.collection(reports.finding_features(found, names, language)))
    return {
        "territories": len(checked.layer),
        "total": len(found),
        "severities": reports.severities(found),
        "findings": [reports.record(finding, names, language) for finding in found[:_FINDINGS_SHOWN]],
        "notices": reports.notices(checked.notices, language),
        "name": say(language, "api.check.download_name"),
        "download": base64.b64encode(whole).decode() if len(whole) <= _DOWNLOAD_BYTES else None,
    }
