"""``territory export``: from the register into a file."""

from __future__ import annotations

import datetime
from pathlib import Path

import typer

from territory.export import form_of
from territory.services.access import OPERATOR, PUBLIC
from territory.services.exporting import layer_for, write_layer
from territory.services.operations import using
from territory.services.reference import read_profile
from territory.words import say


def export_file(
    file: Path,
    *,
    store: str,
    profile: str,
    level: str | None,
    day: datetime.date | None,
    is_public: bool,
    language: str,
) -> None:
    """Write what a store holds, or only what everybody sees, and tell how many territories it is."""
    # Before a store is opened for a file that nobody can write.
    form = form_of(file)
    with using(store, read_profile(profile)) as register:
        layer = layer_for(register, PUBLIC if is_public else OPERATOR, level=level, day=day)
    write_layer(layer, file, form)
    said = "public" if is_public else "whole"
    typer.echo(say(language, f"cli.export.{said}", path=str(file), territories=len(layer)), err=True)
