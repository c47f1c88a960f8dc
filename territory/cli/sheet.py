"""``territory sheet``: the printed sheet of a territory, as PDF or as one HTML file."""

from __future__ import annotations

from pathlib import Path

import typer

from territory.maps import sheet_page
from territory.services.access import OPERATOR
from territory.services.errors import NotReady, Unusable
from territory.services.operations import using
from territory.services.publishing import public_register
from territory.services.reference import read_profile
from territory.services.sheet import sheet_of
from territory.words import say


def write_sheet(
    store: str,
    territory: str,
    output: Path,
    *,
    version: int | None,
    paper: str,
    base_url: str,
    profile: str,
    language: str,
) -> None:
    """Write the sheet of a territory to a file, in the form that its ending says."""
    ending = output.suffix.lower()
    if ending not in (".pdf", ".html"):
        raise Unusable("sheet.ending", file=str(output))
    with using(store, read_profile(profile)) as register:
        found = sheet_of(
            register,
            register.eyes(OPERATOR),
            territory,
            public=lambda: public_register(register),
            base_url=base_url,
            version=version,
        )
    if ending == ".html":
        page = sheet_page.html(found, language=language, paper=paper, is_alone=True)
        output.write_text(page, "utf-8")
    else:
        try:
            output.write_bytes(sheet_page.pdf(found, language=language, paper=paper))
        except sheet_page.NoPaper as error:
            raise NotReady("sheet.no_pdf") from error
    told = say(language, "cli.sheet.written", output=str(output), name=found.called, version=str(found.version))
    typer.echo(told, err=True)
