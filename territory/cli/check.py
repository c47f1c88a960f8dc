"""``territory check``: from a file to everything wrong with it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import orjson
import typer

from territory.cli.output import write
from territory.cli.progress import progress_bar
from territory.findings import Finding, Severity, sentence
from territory.profiles import load_profile
from territory.services import reports
from territory.services.drawing import CheckedFile
from territory.services.drawing import check_file as check
from territory.services.reference import read_surroundings
from territory.words import measure, number, say

_SHOWN = 20
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}


def check_file(
    file: Path,
    *,
    jurisdictions: Path | None,
    land: Path | None,
    crs: str | None,
    level: str | None,
    columns: Mapping[str, str],
    profile: str,
    language: str,
    form: str,
    output: Path | None,
) -> bool:
    """Check a file and write what was found; whether any of it is an error or a warning."""
    began = time.perf_counter()
    with progress_bar(language) as progress:
        rules = load_profile(profile)
        around = read_surroundings(jurisdictions=jurisdictions, land=land)
        checked = check(
            file,
            profile=rules,
            surroundings=around,
            crs=crs,
            level=level,
            columns=columns,
            progress=progress,
        )
        names = reports.names_of(checked.layer, around)
        if form == "json":
            pieces = _json(checked, time.perf_counter() - began)
        elif form == "geojson":
            pieces = reports.collection(reports.finding_features(checked.findings, names, language))
        else:
            pieces = _table(file, checked, names, language, time.perf_counter() - began)
        write(pieces, output)
    if form != "table":
        for notice in reports.notices(checked.notices, language):
            typer.echo(notice["message"], err=True)
    return any(map(reports.is_serious, checked.findings))


def _json(checked: CheckedFile, seconds: float) -> Iterator[bytes]:
    summary = {
        "territories": len(checked.layer),
        "seconds": round(seconds, 3),
        "findings": reports.counts(checked.findings),
    }
    yield orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _table(
    file: Path, checked: CheckedFile, names: Mapping[str, str], language: str, seconds: float
) -> Iterator[bytes]:
    for line in _lines(file, checked, names, language, seconds):
        yield f"{line}\n".encode()


def _lines(
    file: Path, checked: CheckedFile, names: Mapping[str, str], language: str, seconds: float
) -> Iterator[str]:
    found = reports.weightiest(checked.findings)
    yield say(
        language,
        "cli.check.summary",
        file=file.name,
        territories=len(checked.layer),
        findings=len(found),
        seconds=number(seconds, language, 1),
    )
    for notice in reports.notices(checked.notices, language):
        yield f"  {notice['message']}"
    if not found:
        return
    yield ""
    yield from _totals(found, language)
    yield ""
    for finding in found[:_SHOWN]:
        place = "" if finding.place.is_empty else f"  ({finding.place.y:.5f}, {finding.place.x:.5f})"
        yield f"{_weight(finding.severity, language)}  {sentence(finding, names, language)}{place}"
    if len(found) > _SHOWN:
        yield ""
        yield say(language, "cli.check.more", more=len(found) - _SHOWN)


def _totals(found: Iterable[Finding], language: str) -> Iterator[str]:
    severest = {str(finding.code): finding.severity for finding in reversed(list(found))}
    for code, total in reports.counts(found).items():
        count = number(total["count"], language)
        area = measure("area_m2", total["area_m2"], language) if total["area_m2"] else ""
        yield f"{_weight(severest[code], language)}  {code:<26}{count:>8}  {area:>14}".rstrip()


def _weight(severity: Severity, language: str) -> str:
    width = max(len(say(language, f"severity.{each}")) for each in Severity)
    return typer.style(f"{say(language, f'severity.{severity}'):<{width}}", fg=_COLOURS[severity])
