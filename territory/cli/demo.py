"""``territory demo``: a fictitious region, in a store or in files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from territory.cli.output import write
from territory.cli.progress import progress_bar
from territory.services import reports, storing
from territory.services.errors import Unusable
from territory.words import say

if TYPE_CHECKING:
    from territory.demo import Region


def make_demo(
    councils: int, *, seed: int, store: str, file: Path | None, may_replace: bool, language: str
) -> None:
    """Make a region and keep it: in files when one is named, else in a store."""
    kept = storing.store_file(store) if file is None else file
    # Before the region is made: that takes a while.
    if kept is not None and kept.exists() and not may_replace:
        raise Unusable("store.exists", path=str(kept))
    from territory.demo import region
    from territory.profiles import load_profile

    with progress_bar(language) as progress:
        if progress:
            progress("demo", 0, 0)
        made = region(councils, seed=seed)
        if file is None:
            storing.create_demo(made, store, load_profile(), may_replace=may_replace)
        else:
            _write_files(made, file)
    typer.echo(
        say(
            language,
            "cli.demo.made",
            territories=len(made.layer),
            path=storing.told_url(store) if file is None else str(file),
        ),
        err=True,
    )


def _write_files(made: Region, file: Path) -> None:
    """The boundaries, and beside them what lies around them and every fault that was put in."""
    beside = {
        "": made.layer,
        "-jurisdictions": made.surroundings.jurisdictions,
        "-land": made.surroundings.land,
        "-truth": reports.as_layer_of_faults(made.truth),
    }
    for ending, frame in beside.items():
        if frame is not None:
            path = file.with_name(f"{file.stem}{ending}{file.suffix or '.geojson'}")
            write(reports.collection(reports.layer_features(frame)), path)
