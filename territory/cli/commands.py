"""What can be typed. Every command imports what it needs when it runs, so that checking a file starts at once."""

from __future__ import annotations

from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from territory.services.storing import DEFAULT_STORE
from territory.words import catalogue, say

MAP = Path("map.html")


class Format(StrEnum):
    """How findings are written."""

    TABLE = "table"
    JSON = "json"
    GEOJSON = "geojson"


class View(StrEnum):
    """What a map shows."""

    TERRITORIES = "territories"
    COVERAGE = "coverage"


class Language(StrEnum):
    """The languages there are."""

    ES = "es"
    EN = "en"


class _Told(TyperGroup):
    """Says in a sentence why something could not be done, and ends with status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            from territory.cli.refusals import told

            sentence = told(error, ctx.obj)
            if sentence is None:
                raise
            typer.echo(sentence, err=True)
            raise typer.Exit(2) from None


app = typer.Typer(
    cls=_Told, help="cli.help", no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)

File = Annotated[Path, typer.Argument(help="cli.file", exists=False)]
Store = Annotated[str, typer.Option("--store", envvar="TERRITORY_STORE", help="cli.store", metavar="URL")]
Crs = Annotated[str | None, typer.Option(help="cli.crs", metavar="EPSG:…")]
Level = Annotated[str | None, typer.Option(help="cli.level")]
Layer = Annotated[str | None, typer.Option(help="cli.layer", metavar="NAME")]
SwapAxes = Annotated[bool, typer.Option("--swap-axes", help="cli.swap_axes")]
Tolerance = Annotated[float | None, typer.Option(min=0.1, max=500, help="cli.tolerance", metavar="M")]
Profile = Annotated[str, typer.Option(envvar="TERRITORY_PROFILE", help="cli.profile")]
Output = Annotated[Path | None, typer.Option("--output", help="cli.output", metavar="FILE", dir_okay=False)]
Lang = Annotated[Language | None, typer.Option("--lang", envvar="TERRITORY_LANG", help="cli.lang")]


def _column(what: str) -> Any:
    return typer.Option(f"--{what}-column", help=f"cli.column.{what}", metavar="COLUMN")


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"territory {version('territory')}")
        raise typer.Exit


@app.callback()
def root(
    version_: Annotated[
        bool, typer.Option("--version", help="cli.version", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Options of all commands."""


@app.command(help="cli.check.help")
def check(
    ctx: typer.Context,
    file: File,
    jurisdictions: Annotated[Path | None, typer.Option(help="cli.check.jurisdictions", metavar="FILE")] = None,
    land: Annotated[Path | None, typer.Option(help="cli.check.land", metavar="FILE")] = None,
    crs: Crs = None,
    level: Level = None,
    layer: Layer = None,
    swap_axes: SwapAxes = False,
    tolerance: Tolerance = None,
    id_: Annotated[str | None, _column("id")] = None,
    name: Annotated[str | None, _column("name")] = None,
    level_column: Annotated[str | None, _column("level")] = None,
    parent: Annotated[str | None, _column("parent")] = None,
    kind: Annotated[str | None, _column("kind")] = None,
    families: Annotated[str | None, _column("families")] = None,
    profile: Profile = "venezuela",
    lang: Lang = None,
    format_: Annotated[Format, typer.Option("--format", help="cli.check.format")] = Format.TABLE,
    output: Output = None,
    strict: Annotated[bool, typer.Option("--strict", help="cli.check.strict")] = False,
) -> None:
    """Find everything wrong with a file of boundaries."""
    from territory.cli.check import check_file

    columns = {
        "id": id_,
        "name": name,
        "level_column": level_column,
        "parent": parent,
        "kind": kind,
        "families": families,
    }
    is_serious = check_file(
        file,
        jurisdictions=jurisdictions,
        land=land,
        reading={"crs": crs, "level": level, "layer": layer, "swap_axes": swap_axes, **columns},
        tolerance_m=tolerance,
        profile=profile,
        language=ctx.obj,
        form=format_.value,
        output=output,
    )
    if strict and is_serious:
        raise typer.Exit(1)


@app.command("map", help="cli.map.help")
def map_(
    ctx: typer.Context,
    file: File,
    output: Annotated[Path, typer.Option(help="cli.map.output", metavar="FILE", dir_okay=False)] = Path(
        "map.html"
    ),
    view: Annotated[View, typer.Option(help="cli.map.view")] = View.COVERAGE,
    crs: Crs = None,
    level: Level = None,
    layer: Layer = None,
    swap_axes: SwapAxes = False,
    tolerance: Tolerance = None,
    profile: Profile = "venezuela",
    lang: Lang = None,
) -> None:
    """Write one HTML file with the map of a file."""
    from territory.cli.map import write_map

    write_map(
        file,
        output,
        view=view.value,
        reading={"crs": crs, "level": level, "layer": layer, "swap_axes": swap_axes},
        tolerance_m=tolerance,
        profile=profile,
        language=ctx.obj,
    )


@app.command(help="cli.demo.help")
def demo(
    ctx: typer.Context,
    councils: Annotated[int, typer.Option(min=20, max=1_000_000, help="cli.demo.councils")] = 600,
    seed: Annotated[int, typer.Option(min=0, help="cli.demo.seed")] = 1,
    store: Store = DEFAULT_STORE,
    file: Annotated[Path | None, typer.Option(help="cli.demo.file", metavar="FILE", dir_okay=False)] = None,
    replace: Annotated[bool, typer.Option("--replace", help="cli.demo.replace")] = False,
    lang: Lang = None,
) -> None:
    """Make a fictitious region."""
    from territory.cli.demo import make_demo

    make_demo(councils, seed=seed, store=store, file=file, may_replace=replace, language=ctx.obj)


@app.command(help="cli.serve.help")
def serve(
    ctx: typer.Context,
    store: Store = DEFAULT_STORE,
    host: Annotated[str, typer.Option(help="cli.serve.host")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="cli.serve.port")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="cli.serve.workers")] = 1,
    lang: Lang = None,
) -> None:
    """Serve maps, pages and API."""
    from territory.cli.serve import serve_store

    serve_store(store, host=host, port=port, workers=workers, language=ctx.obj, pages_language=lang and lang.value)


def command(language: str) -> Any:
    """The whole command line in one language."""
    group: Any = get_command(app)
    group.context_settings = {"obj": language, "help_option_names": ["-h", "--help"]}
    for each in (group, *group.commands.values()):
        each.help = say(language, each.help)
        for parameter in each.params:
            if getattr(parameter, "help", None):
                parameter.help = say(language, parameter.help)
        option = each.get_help_option(typer.Context(each, **group.context_settings))
        option.help = say(language, "cli.option.help")
    return group


def translate_help(language: str) -> None:
    """Put the frame around help texts into a language: Typer has it as constants, in English."""
    from typer import rich_utils

    for name in ("arguments", "options", "commands"):
        setattr(rich_utils, f"{name.upper()}_PANEL_TITLE", say(language, f"cli.panel.{name}"))
    for name in ("default", "envvar", "required_long"):
        setattr(rich_utils, f"{name.upper()}_STRING", catalogue(language)["cli"][f"panel.{name}"])
