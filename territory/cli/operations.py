"""``territory init``, ``backup``, ``restore`` and ``verify``: to look after a store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import typer

from territory.cli.output import write
from territory.services import operations
from territory.services.operations import Fault
from territory.services.reference import read_profile
from territory.services.storing import told_url
from territory.words import say

_SHOWN = 200


def begin(store: str, *, profile: str, language: str) -> None:
    """Make a register without territories."""
    operations.begin(store, read_profile(profile))
    typer.echo(say(language, "cli.init.done", path=told_url(store)), err=True)


def back_up(store: str, file: Path, *, language: str) -> bool:
    """Copy a store; whether it was sound."""
    copied = operations.back_up(store, file)
    said = {
        "path": str(file),
        "sequence": str(copied.sequence),
        "hash": copied.hash,
        "revisions": copied.revisions,
    }
    typer.echo(say(language, "cli.backup.done", **said), err=True)
    for each in copied.faults:
        typer.echo(Fault(code="store", args={"fault": each}).said(language), err=True)
    return not copied.faults


def bring_back(file: Path, store: str, *, language: str) -> None:
    """Bring a backup back into an empty store."""
    copied = operations.restore(file, store)
    said = {"path": told_url(store), "sequence": str(copied.sequence), "revisions": copied.revisions}
    typer.echo(say(language, "cli.restore.done", **said), err=True)


def verify(store: str, *, language: str, form: str) -> bool:
    """Tell what is broken in a store; whether nothing is."""
    found = operations.verify(store)
    if form == "json":
        summary: dict[str, Any] = {
            "sequence": found.sequence,
            "territories": found.territories,
            "versions": found.versions,
            "faults": [{"code": each.code, "message": each.said(language)} for each in found.faults],
        }
        write([orjson.dumps(summary, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)], None)
        return not found.faults
    for each in found.faults[:_SHOWN]:
        typer.echo(each.said(language))
    if len(found.faults) > _SHOWN:
        typer.echo(say(language, "cli.import.more", more=len(found.faults) - _SHOWN))
    counts = {"territories": found.territories, "versions": found.versions, "sequence": str(found.sequence)}
    end = "broken" if found.faults else "sound"
    typer.echo(say(language, f"cli.verify.{end}", path=told_url(store), faults=len(found.faults), **counts))
    return not found.faults
