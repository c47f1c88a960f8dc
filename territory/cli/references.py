"""``territory reference``: layers of what territories lie among, each with its source, date and licence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import typer

from territory.cli.output import write
from territory.records import ReferenceLayer
from territory.services import references
from territory.services.access import OPERATOR
from territory.services.operations import using
from territory.services.reference import read_layer, read_profile
from territory.services.references import told
from territory.words import say


def add(
    store: str,
    file: Path,
    layer: ReferenceLayer,
    *,
    level: str | None,
    columns: Mapping[str, str | None],
    profile: str,
    language: str,
) -> None:
    """Take a file into the register as a reference layer, and print its id."""
    read = read_layer(file, layer.kind, level=level, columns=columns)
    with using(store, read_profile(profile)) as register:
        id_ = references.add(register, OPERATOR, read.places, layer)
    typer.echo(id_)
    typer.echo(say(language, "cli.reference.added", name=layer.called, features=len(read.places)), err=True)
    if read.cell_m is not None:
        typer.echo(say(language, "cli.reference.cells", cell_m=read.cell_m), err=True)
    if read.left_out:
        typer.echo(say(language, "cli.reference.left_out", features=read.left_out), err=True)


def list_all(store: str, *, profile: str, language: str, form: str) -> None:
    """Print every reference layer that counts today."""
    with using(store, read_profile(profile)) as register:
        found = [told(each) for each in references.listed(register)]
    if form == "json":
        listed = {"references": found}
        write([orjson.dumps(listed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)], None)
        return
    for each in found:
        typer.echo(_line(each, language))
    if not found:
        typer.echo(say(language, "cli.reference.none"), err=True)


def remove(store: str, id_: str, *, profile: str, language: str) -> None:
    """End a reference layer today."""
    with using(store, read_profile(profile)) as register:
        ended = references.remove(register, OPERATOR, id_)
    typer.echo(say(language, "cli.reference.removed", name=ended.called), err=True)


def _line(layer: Mapping[str, Any], language: str) -> str:
    kind = say(language, f"cli.reference.kind.{layer['kind']}")
    more = ", ".join(str(layer[each]) for each in ("source", "date", "licence") if layer[each])
    disputed = (
        f"  ({say(language, 'cli.reference.is_disputed', what=layer['disputed'])})" if layer["disputed"] else ""
    )
    return f"{layer['id']}  {kind:<24} {layer['name']}  {more}{disputed}"
