"""``territory key``: links that let their bearers do something, until a day."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from territory.cli.options import Lang, Profile, Role, Store, Telling, day
from territory.services.storing import DEFAULT_STORE

key = typer.Typer(help="cli.key.help", no_args_is_help=True)


@key.command("issue", help="cli.key.issue.help")
def issue_key(
    ctx: typer.Context,
    role: Annotated[Role, typer.Option(help="cli.key.role")],
    ends: Annotated[datetime.datetime, day("key.ends")],
    name: Annotated[str | None, typer.Option(help="cli.key.name")] = None,
    territory: Annotated[list[str] | None, typer.Option(help="cli.key.territory", metavar="ID")] = None,
    area: Annotated[Path | None, typer.Option(help="cli.key.area", metavar="FILE")] = None,
    base_url: Annotated[
        str, typer.Option(envvar="TERRITORY_BASE_URL", help="cli.key.base_url", metavar="URL")
    ] = "http://127.0.0.1:8000",
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Make a key."""
    from territory.cli import keys
    from territory.records import Role as Kept

    keys.issue(
        store,
        profile=profile,
        role=Kept(role.value),
        ends=ends.date(),
        name=name,
        territories=territory or [],
        area=area,
        base_url=base_url,
        language=ctx.obj,
        form=format_.value,
    )


@key.command("list", help="cli.key.list.help")
def list_keys(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Telling, typer.Option("--format", help="cli.key.format")] = Telling.TABLE,
) -> None:
    """Show all keys."""
    from territory.cli import keys

    keys.list_all(store, profile=profile, language=ctx.obj, form=format_.value)


@key.command("revoke", help="cli.key.revoke.help")
def revoke_key(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="cli.key.revoke_name")],
    store: Store = DEFAULT_STORE,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Revoke a key."""
    from territory.cli import keys

    keys.revoke(store, name, profile=profile, language=ctx.obj)
