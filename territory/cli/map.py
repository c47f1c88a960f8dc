"""``territory map``: one HTML file that opens with no network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from territory.cli.progress import progress_bar
from territory.services import mapping
from territory.services.drawing import check_file
from territory.services.reference import read_profile
from territory.words import say


def write_map(
    file: Path,
    output: Path,
    *,
    view: mapping.View,
    reading: Mapping[str, Any],
    tolerance_m: float | None,
    profile: str,
    language: str,
) -> None:
    """Check a file and write it with its findings as a map."""
    with progress_bar(language) as progress:
        rules = read_profile(profile, tolerance_m)
        checked = check_file(file, profile=rules, progress=progress, **reading)
        if progress:
            progress("map", 0, 0)
        html = mapping.standalone_map(view, checked.layer, checked.findings, language=language, profile=rules)
        output.write_text(html, "utf-8")
    said = say(
        language,
        "cli.map.written",
        output=str(output),
        territories=len(checked.layer),
        findings=len(checked.findings),
    )
    typer.echo(said, err=True)
