"""Findings as lines to read: totals by code, then the weightiest with their place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import typer

from territory.findings import Finding, Severity, sentence
from territory.services import reports
from territory.services.drawing import CheckedFile
from territory.words import measure, number, say

_SHOWN = 20
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}


def lines(
    file: Path,
    checked: CheckedFile,
    names: Mapping[str, str],
    language: str,
    *,
    seconds: float,
    is_coloured: bool,
) -> Iterator[str]:
    """What was found in a file, line by line."""
    weight = partial(_weight, language=language, is_coloured=is_coloured)
    found = reports.weightiest(checked.findings)
    yield say(
        language,
        "cli.check.summary",
        file=file.name,
        territories=len(checked.layer),
        findings=len(found),
        seconds=number(seconds, language, 1),
    )
    for notice in checked.notices:
        yield f"  {notice.said(language)}"
    if not found:
        return
    yield ""
    yield from _totals(found, language, weight)
    yield ""
    for finding in found[:_SHOWN]:
        place = "" if finding.place.is_empty else f"  ({finding.place.y:.5f}, {finding.place.x:.5f})"
        yield f"{weight(finding.severity)}  {sentence(finding, names, language)}{place}"
    if len(found) > _SHOWN:
        yield ""
        yield say(language, "cli.check.more", more=len(found) - _SHOWN)


def _totals(found: list[Finding], language: str, weight: Callable[[Severity], str]) -> Iterator[str]:
    severest = {str(finding.code): finding.severity for finding in reversed(found)}
    totals = reports.counts(found)
    for code in dict.fromkeys(str(finding.code) for finding in found):
        count = number(totals[code]["count"], language)
        area_m2 = totals[code]["area_m2"]
        area = measure("area_m2", area_m2, language) if area_m2 else ""
        yield f"{weight(severest[code])}  {code:<26}{count:>8}  {area:>14}".rstrip()


def _weight(severity: Severity, language: str, is_coloured: bool) -> str:
    words = {each: say(language, f"severity.{each}") for each in Severity}
    padded = words[severity].ljust(max(map(len, words.values())))
    return typer.style(padded, fg=_COLOURS[severity]) if is_coloured else padded
