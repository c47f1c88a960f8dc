"""``territory border``: the line between two neighbours."""

from __future__ import annotations

from typing import Annotated

import typer

from territory.cli.options import Lang, Profile, Reply, Store, Telling, Way
from territory.services.storing import DEFAULT_STORE

border = typer.Typer(help="cli.border.help", no_args_is_help=True)


@border.command("show", help="cli.border.show.help")
def show_border(
    ctx: typer.Context,
    one: Annotated[str, typer.Argument(metavar="ID", help="cli.border.one")],
    other: Annotated[str, typer.Argument(metavar="ID", help="cli.border.other")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Show how two neighbours stand with their line."""
    from territory.cli import agreement

    agreement.show(store, one, other, profile=profile, language=ctx.obj, form=format_.value)


@border.command("propose", help="cli.border.propose.help")
def propose_border(
    ctx: typer.Context,
    from_: Annotated[str, typer.Argument(metavar="FROM", help="cli.border.from")],
    to: Annotated[str, typer.Argument(metavar="TO", help="cli.border.to")],
    piece: Annotated[str, typer.Argument(metavar="PIECE", help="cli.border.piece")],
    way: Annotated[Way | None, typer.Option(help="cli.border.way")] = None,
    line: Annotated[str | None, typer.Option(metavar="ID", help="cli.border.line")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Enter what one side proposes."""
    from territory.cli import agreement

    chosen = None if way is None else way.value
    agreement.propose(store, from_, to, piece, way=chosen, line=line, profile=profile, language=ctx.obj)


@border.command("answer", help="cli.border.answer.help")
def answer_border(
    ctx: typer.Context,
    stretch: Annotated[str, typer.Argument(metavar="PROPOSAL", help="cli.border.stretch")],
    reply: Annotated[Reply, typer.Argument(help="cli.border.reply")],
    revision: Annotated[int, typer.Option(min=1, help="cli.border.revision")],
    reasons: Annotated[str | None, typer.Option(help="cli.border.reasons")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Enter what the other side says."""
    from territory.cli import agreement

    agreement.answer(
        store, stretch, reply.value, revision=revision, reasons=reasons, profile=profile, language=ctx.obj
    )
