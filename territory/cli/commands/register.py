"""The register as a whole: begun, filled, written out, copied and looked over."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from territory.cli.options import (
    Crs,
    File,
    Lang,
    Layer,
    Level,
    Output,
    Profile,
    Published,
    Store,
    SwapAxes,
    Telling,
    column,
    day,
)
from territory.services.storing import DEFAULT_STORE

app = typer.Typer()


@app.command(help="cli.init.help")
def init(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Begin an empty register."""
    from territory.cli.operations import begin

    begin(store, profile=profile, language=ctx.obj)


@app.command("import", help="cli.import.help")
def import_(
    ctx: typer.Context,
    file: File,
    store: Store = DEFAULT_STORE,
    crs: Crs = None,
    level: Level = None,
    layer: Layer = None,
    swap_axes: SwapAxes = False,
    id_: Annotated[str | None, column("id")] = None,
    name: Annotated[str | None, column("name")] = None,
    level_column: Annotated[str | None, column("level")] = None,
    parent: Annotated[str | None, column("parent")] = None,
    kind: Annotated[str | None, column("kind")] = None,
    families: Annotated[str | None, column("families")] = None,
    code: Annotated[list[str] | None, typer.Option(help="cli.import.code", metavar="SYSTEM=COLUMN")] = None,
    publish: Annotated[Published | None, typer.Option(help="cli.import.publish")] = None,
    act_date: Annotated[datetime.datetime | None, day("import.act_date")] = None,
    since: Annotated[datetime.datetime | None, day("import.since")] = None,
    shown: Annotated[bool | None, typer.Option("--shown/--hidden", help="cli.import.shown")] = None,
    take_repairs: Annotated[bool, typer.Option("--take-repairs", help="cli.import.take_repairs")] = False,
    replace_drawn: Annotated[bool, typer.Option("--replace-drawn", help="cli.import.replace_drawn")] = False,
    skip_refused: Annotated[bool, typer.Option("--skip-refused", help="cli.import.skip_refused")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.import.dry_run")] = False,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.import.format")] = Telling.TABLE,
    output: Output = None,
) -> None:
    """Take a file into the register."""
    from territory.cli.importing import columns_of_codes, import_file
    from territory.model import Publication
    from territory.services.import_plan import Choices

    columns = {
        "id": id_,
        "name": name,
        "level_column": level_column,
        "parent": parent,
        "kind": kind,
        "families": families,
    }
    choices = Choices(
        codes=columns_of_codes(code or []),
        publication=Publication.PRIVATE if publish is None else Publication(publish.value),
        act_date=act_date and act_date.date(),
        since=since and since.date(),
        shown=shown,
        takes_repairs=take_repairs,
        replaces_drawn=replace_drawn,
        skips_refused=skip_refused,
        is_rehearsal=dry_run,
    )
    is_done = import_file(
        file,
        store=store,
        profile=profile,
        reading={"crs": crs, "level": level, "layer": layer, "swap_axes": swap_axes, **columns},
        choices=choices,
        language=ctx.obj,
        form=format_.value,
        output=output,
    )
    if not is_done:
        raise typer.Exit(1)


@app.command(help="cli.export.help")
def export(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="cli.export.file", dir_okay=False)],
    store: Store = DEFAULT_STORE,
    level: Annotated[str | None, typer.Option(help="cli.export.level")] = None,
    date: Annotated[datetime.datetime | None, day("export.date")] = None,
    public: Annotated[bool, typer.Option("--public", help="cli.export.only_public")] = False,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Write the register into a file."""
    from territory.cli.export import export_file

    export_file(
        file,
        store=store,
        profile=profile,
        level=level,
        day=date and date.date(),
        is_public=public,
        language=ctx.obj,
    )


@app.command(help="cli.backup.help")
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="cli.backup.file", dir_okay=False)],
    store: Store = DEFAULT_STORE,
    lang: Lang = None,
) -> None:
    """Copy a store while it is in use."""
    from territory.cli.operations import back_up

    if not back_up(store, file, language=ctx.obj):
        raise typer.Exit(1)


@app.command(help="cli.restore.help")
def restore(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(help="cli.restore.file")],
    store: Store = DEFAULT_STORE,
    lang: Lang = None,
) -> None:
    """Bring a backup back."""
    from territory.cli.operations import bring_back

    bring_back(file, store, language=ctx.obj)


@app.command(help="cli.verify.help")
def verify(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.verify.format")] = Telling.TABLE,
) -> None:
    """Find what is broken in a store."""
    from territory.cli.operations import verify as find

    if not find(store, language=ctx.obj, form=format_.value):
        raise typer.Exit(1)
