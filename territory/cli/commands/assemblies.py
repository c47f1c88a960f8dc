"""What assemblies sign and decide, and what that would mean."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from territory.cli.options import Act, Decided, Format, Lang, Paper, Profile, Published, Store, Telling, count, day
from territory.services.storing import DEFAULT_STORE

app = typer.Typer()


@app.command(help="cli.sheet.help")
def sheet(
    ctx: typer.Context,
    territory: Annotated[str, typer.Argument(help="cli.sheet.territory", metavar="ID")],
    output: Annotated[Path, typer.Option(help="cli.sheet.output", metavar="FILE", dir_okay=False)] = Path(
        "sheet.pdf"
    ),
    version_: Annotated[int | None, typer.Option("--version", min=1, help="cli.sheet.version")] = None,
    paper: Annotated[Paper, typer.Option(help="cli.sheet.paper")] = Paper.LETTER,
    base_url: Annotated[
        str, typer.Option(envvar="TERRITORY_BASE_URL", help="cli.sheet.base_url", metavar="URL")
    ] = "http://127.0.0.1:8000",
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Write the printed sheet of a territory."""
    from territory.cli.sheet import write_sheet

    write_sheet(
        store,
        territory,
        output,
        version=version_,
        paper=paper.value,
        base_url=base_url,
        profile=profile,
        language=ctx.obj,
    )


@app.command("act", help="cli.act.help")
def enter_act(
    ctx: typer.Context,
    kind: Annotated[Act, typer.Argument(help="cli.act.kind")],
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="cli.act.ids")],
    date: Annotated[datetime.datetime | None, day("act.date")] = None,
    version_: Annotated[int | None, typer.Option("--version", min=1, help="cli.act.version")] = None,
    publication: Annotated[Published | None, typer.Option("--as", help="cli.act.as")] = None,
    group: Annotated[str | None, typer.Option(metavar="ID", help="cli.act.group")] = None,
    form: Annotated[Decided, typer.Option(help="cli.act.form")] = Decided.ASSEMBLY,
    eligible: Annotated[int | None, count("eligible")] = None,
    attended: Annotated[int | None, count("attended")] = None,
    in_favour: Annotated[int | None, count("in_favour")] = None,
    against: Annotated[int | None, count("against")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Enter what an assembly decided."""
    from territory.cli import acts
    from territory.model import Publication
    from territory.records import ActForm, ActKind

    numbers = {"eligible": eligible, "attended": attended, "in_favour": in_favour, "against": against}
    typed = acts.Typed(
        kind=ActKind(kind.value),
        ids=ids,
        minutes=acts.minutes_of(date and date.date(), ActForm(form.value), **numbers),
        version=version_,
        publication=None if publication is None else Publication(publication.value),
        group=group,
    )
    acts.enter(store, typed, profile=profile, language=ctx.obj)


@app.command("acts", help="cli.acts.help")
def list_acts(
    ctx: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="cli.acts.id")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Show what was decided about a territory."""
    from territory.cli import acts

    acts.list_all(store, id_, profile=profile, language=ctx.obj, form=format_.value)


@app.command("what-if", help="cli.what_if.help")
def what_if(
    ctx: typer.Context,
    changes: Annotated[list[str], typer.Argument(metavar="CHANGE...", help="cli.what_if.changes")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Format, typer.Option("--format", help="cli.key.format")] = Format.TABLE,
) -> None:
    """Tell what changes would mean."""
    from territory.cli import what_if

    what_if.what_if(store, changes, profile=profile, language=ctx.obj, form=format_.value)
