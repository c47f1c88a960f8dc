"""The printed sheet as a page, and as PDF made of that very page."""

from __future__ import annotations

import io
import re
from typing import Any

import segno
from markupsafe import Markup

from territory.maps import sheet_map
from territory.maps.page import from_template
from territory.maps.sheet import Sheet, State
from territory.maps.sheet_words import Words
from territory.words import WEB, number, say

PAPERS = ("letter", "a4")

_SIGNATURES = 8


class NoPaper(Exception):
    """What lays out text for PDF is not installed on this machine."""


def html(
    sheet: Sheet,
    *,
    language: str,
    paper: str = "letter",
    nonce: str = "",
    is_alone: bool = False,
    pdf_url: str = "",
) -> str:
    """A sheet as a page.

    Parameters
    ----------
    sheet
        What stands on it.
    language
        One of `territory.words.LANGUAGES`.
    paper
        One of `PAPERS`.
    nonce
        What a policy asks its styles to carry.
    is_alone
        With its style sheet inside, to be kept as one file; otherwise that comes from ``/static``.
    pdf_url
        Where the same is had as PDF; without, nothing is said of it.
    """
    words = Words(sheet, language)
    before, between = say(language, "sheet.page").split("#")
    return from_template(
        "sheet.html",
        language=language,
        nonce=nonce,
        paper=paper,
        pdf_url=pdf_url,
        style=Markup((WEB / "css" / "sheet.css").read_text("utf-8")) if is_alone else None,  # noqa: S704 (our own)
        margins={"foot": _css(words.foot), "before": _css(before), "between": _css(between)},
        sheet=sheet,
        words=words,
        map=Markup(sheet_map.draw(sheet, language)),  # noqa: S704 (names are escaped there)
        samples={state: Markup(sheet_map.sample(state)) for state in State},  # noqa: S704
        scale=number(sheet_map.scale_of(sheet), language),
        code=Markup(_code(sheet)),  # noqa: S704 (squares only)
        signatures=_SIGNATURES,
    )


def pdf(sheet: Sheet, *, language: str, paper: str = "letter") -> bytes:
    """A sheet as PDF; parameters as of `html`.

    Raises
    ------
    NoPaper
        Pango is not installed on this machine.
    """
    try:
        from weasyprint import HTML
    except OSError as error:
        raise NoPaper(str(error)) from error
    page = html(sheet, language=language, paper=paper, is_alone=True)
    written: bytes = HTML(string=page, url_fetcher=_fetch_nothing).write_pdf()
    return written


def _fetch_nothing(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a sheet has everything in it: {url} is not opened")


def _css(words: str) -> Markup:
    """Words as a string of a style sheet, whatever people have called their territory."""
    # The space belongs to the escape.
    escaped = re.sub(r"[^\w ]", lambda match: f"\\{ord(match[0]):x} ", words)
    return Markup(f'"{escaped}"')  # noqa: S704 (nothing is left that could end the string)


def _code(sheet: Sheet) -> str:
    """Where this version is read, and its fingerprint, as a QR code."""
    out = io.BytesIO()
    code = segno.make(f"{sheet.address}#{sheet.fingerprint}", error="m", micro=False)
    code.save(out, kind="svg", xmldecl=False, omitsize=True, border=4, svgclass="code", lineclass=None)
    return out.getvalue().decode().strip()
