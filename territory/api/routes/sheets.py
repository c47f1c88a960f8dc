"""The printed sheet of a territory: a page to read and print, or PDF."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from territory.api import schemas
from territory.api.keys import EyesDep
from territory.api.pages import new_nonce, page
from territory.api.parameters import Language, LiveDep
from territory.api.routes.check import run_heavy
from territory.maps import sheet_page
from territory.maps.sheet import Sheet
from territory.services.errors import NotReady
from territory.services.sheet import sheet_of

router = APIRouter(tags=["territories"])

# What is public stays so until an act; a cache asks whether it does. What a key shows is kept by nobody.
_CACHING = {True: "no-cache", False: "private, no-store"}

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"description": "The sheet", "content": {"text/html": {}, "application/pdf": {}}},
    **schemas.problems(401, 403, 404, 422, 429, 503),
}


@router.get("/t/{territory_id}/sheet", responses=_ANSWERS, response_class=Response)
async def sheet(
    request: Request,
    live: LiveDep,
    eyes: EyesDep,
    language: Language,
    territory_id: Annotated[str, Path(max_length=200)],
    version: Annotated[int | None, Query(ge=1, le=2**31 - 1, description="by default the newest")] = None,
    format_: Annotated[Literal["html", "pdf"], Query(alias="format")] = "html",
    paper: Literal["letter", "a4"] = "letter",
) -> Response:
    """The sheet of a boundary, to print and sign: to its own as it is, to everybody as far as it is published."""
    nonce = new_nonce()

    def made() -> tuple[Sheet, bytes]:
        found = sheet_of(
            live.register,
            eyes,
            territory_id,
            public=lambda: live.public().view,
            base_url=str(request.base_url),
            version=version,
        )
        if format_ == "pdf":
            return found, _pdf(found, language, paper)
        asked = urlencode({"version": found.version, "format": "pdf", "paper": paper, "lang": language})
        html = sheet_page.html(found, language=language, paper=paper, nonce=nonce, pdf_url=f"?{asked}")
        return found, html.encode()

    found, body = await run_heavy(request, made)
    if format_ == "pdf":
        # Only what is safe in a header on every machine.
        name = re.sub(r"[^A-Za-z0-9_-]", "_", f"{territory_id}-v{found.version}")
        response = Response(body, media_type="application/pdf")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
        response.headers["Content-Language"] = language
    else:
        response = page(body.decode(), nonce=nonce, language=language)
    response.headers["Cache-Control"] = _CACHING[found.is_public]
    response.headers["Vary"] = "Accept-Language, Cookie, Authorization"
    return response


def _pdf(found: Sheet, language: str, paper: str) -> bytes:
    try:
        return sheet_page.pdf(found, language=language, paper=paper)
    except sheet_page.NoPaper as error:
        raise NotReady("sheet.no_pdf") from error
