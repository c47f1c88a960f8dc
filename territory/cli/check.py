"""``territory check``: from a file to everything wrong with it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
import typer

from territory.cli import table
from territory.cli.output import write
from territory.cli.progress import progress_bar
from territory.model import Surroundings
from territory.services import reports
from territory.services.drawing import CheckedFile
from territory.services.drawing import check_file as check
from territory.services.reference import read_profile, read_surroundings


def check_file(
    file: Path,
    *,
    jurisdictions: Path | None,
    land: Path | None,
    reading: Mapping[str, Any],
    tolerance_m: float | None,
    profile: str,
    language: str,
    form: str,
    output: Path | None,
) -> bool:
    """Check a file and write what was found; whether any of it is an error or a warning."""
    began = time.perf_counter()
    with progress_bar(language) as progress:
        around = read_surroundings(jurisdictions=jurisdictions, land=land)
        rules = read_profile(profile, tolerance_m)
        checked = check(file, profile=rules, surroundings=around, progress=progress, **reading)
    seconds = time.perf_counter() - began
    if form != "table":
        # Beside the result, which a program reads.
        for notice in checked.notices:
            typer.echo(notice.said(language), err=True)
    write(_told(file, checked, around, language, form=form, seconds=seconds, to_file=output is not None), output)
    return any(map(reports.is_serious, checked.findings))


def _told(
    file: Path,
    checked: CheckedFile,
    around: Surroundings,
    language: str,
    *,
    form: str,
    seconds: float,
    to_file: bool,
) -> Iterable[bytes]:
    if form == "json":
        return [_summary(checked, seconds)]
    names = reports.names_of(checked.layer, around)
    if form == "geojson":
        return reports.collection(reports.finding_features(checked.findings, names, language))
    is_coloured = not to_file and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    lines = table.lines(file, checked, names, language, seconds=seconds, is_coloured=is_coloured)
    return (f"{line}\n".encode() for line in lines)


def _summary(checked: CheckedFile, seconds: float) -> bytes:
    summary = {
        "territories": len(checked.layer),
        "seconds": round(seconds, 3),
        "findings": reports.counts(checked.findings),
    }
    return orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
