"""``territory border``: the line between two neighbours, what they say of it, proposed and answered."""

from __future__ import annotations

from typing import Any

import orjson
import typer

from territory.cli.output import write
from territory.geo.settle import Way
from territory.services import agreement
from territory.services.access import OPERATOR
from territory.services.agreement import DISAGREE, Border, Choice, Reply, Telling
from territory.services.operations import using
from territory.services.reference import read_profile
from territory.words import say


def show(store: str, one: str, other: str, *, profile: str, language: str, form: str) -> None:
    """Print the pieces of a border, how each stands, and the dispute."""
    with using(store, read_profile(profile)) as register:
        found = agreement.border(register, OPERATOR, one, other)
        said = [*found.moved, *(each.stretch for each in found.pieces if each.stretch is not None)]
        told = _told(found, Telling(register, language, said))
    if form == "json":
        write([orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)], None)
        return
    for piece in told["pieces"]:
        stretch = piece["stretch"]
        state = say(language, "agreement.state.unasked") if stretch is None else stretch["message"]
        typer.echo(f"{piece['id']}  {piece['message']}. {state}")
        if stretch is not None:
            typer.echo(f"  {stretch['id']} ({stretch['revision']})  {stretch['offer']}")
    if told["dispute"] is not None:
        typer.echo(told["dispute"]["message"])
    if not told["pieces"]:
        typer.echo(say(language, "cli.border.none"), err=True)


def propose(
    store: str,
    from_side: str,
    to_side: str,
    piece: str,
    *,
    way: str | None,
    line: str | None,
    profile: str,
    language: str,
) -> None:
    """Enter what one side proposes to the other."""
    chosen: Choice | None = way if way is None or way == DISAGREE else Way(way)
    with using(store, read_profile(profile)) as register:
        made = agreement.propose(register, OPERATOR, from_side, to_side, piece, way=chosen, line=line)
        told = Telling(register, language, [made]).stretch(made)
    typer.echo(f"{made.id} ({made.revision})  {told['offer']}. {told['message']}")


def answer(
    store: str,
    stretch: str,
    reply: str,
    *,
    revision: int,
    reasons: str | None,
    profile: str,
    language: str,
) -> None:
    """Enter what the other side says of a proposal."""
    with using(store, read_profile(profile)) as register:
        kept = agreement.answer(register, OPERATOR, stretch, Reply(reply), based_on=revision, reasons=reasons)
        told = Telling(register, language, [kept]).stretch(kept)
    typer.echo(f"{kept.id} ({kept.revision})  {told['message']}")


def _told(found: Border, telling: Telling) -> dict[str, Any]:
    return {
        "left": {"id": found.left.id, "name": telling.name(found.left.id), "version": found.left.revision},
        "right": {"id": found.right.id, "name": telling.name(found.right.id), "version": found.right.revision},
        "pieces": [telling.piece(each) for each in found.pieces],
        "moved": [telling.stretch(each) for each in found.moved],
        "dispute": None if found.dispute is None else telling.dispute(found.dispute),
    }
