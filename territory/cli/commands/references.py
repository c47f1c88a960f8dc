"""``territory reference``: layers of others, beside which territories are read."""

from __future__ import annotations

import datetime
from typing import Annotated

import typer

from territory.cli.options import File, Lang, Profile, ReferenceKind, Store, Telling, column, day
from territory.services.storing import DEFAULT_STORE

reference = typer.Typer(help="cli.reference.help", no_args_is_help=True)


@reference.command("add", help="cli.reference.add.help")
def add_reference(
    ctx: typer.Context,
    file: File,
    kind: Annotated[ReferenceKind, typer.Option(help="cli.reference.kind")],
    name: Annotated[str, typer.Option(help="cli.reference.name")],
    source: Annotated[str, typer.Option(help="cli.reference.source")],
    date: Annotated[datetime.datetime | None, day("reference.date")] = None,
    licence: Annotated[str | None, typer.Option(help="cli.reference.licence")] = None,
    disputed: Annotated[str | None, typer.Option(help="cli.reference.disputed")] = None,
    level: Annotated[str | None, typer.Option(help="cli.reference.level")] = None,
    id_: Annotated[str | None, column("id")] = None,
    name_column: Annotated[str | None, column("name")] = None,
    level_column: Annotated[str | None, column("level")] = None,
    value_column: Annotated[str | None, column("value")] = None,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Add a reference layer."""
    from territory.cli import references
    from territory.records import ReferenceLayer

    references.add(
        store,
        file,
        ReferenceLayer(
            id="",
            kind=kind.value,
            called=name,
            source=source,
            date=date and date.date(),
            licence=licence,
            disputed=disputed,
        ),
        level=level,
        columns={"id": id_, "name": name_column, "level": level_column, "value": value_column},
        profile=profile,
        language=ctx.obj,
    )


@reference.command("list", help="cli.reference.list.help")
def list_references(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Show all reference layers."""
    from territory.cli import references

    references.list_all(store, profile=profile, language=ctx.obj, form=format_.value)


@reference.command("remove", help="cli.reference.remove.help")
def remove_reference(
    ctx: typer.Context,
    id_: Annotated[str, typer.Argument(metavar="ID", help="cli.reference.id")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """End a reference layer."""
    from territory.cli import references

    references.remove(store, id_, profile=profile, language=ctx.obj)
