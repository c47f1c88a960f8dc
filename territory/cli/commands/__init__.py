"""What can be typed. Every command imports what it needs when it runs, so that checking a file starts at once."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from territory.cli.commands import assemblies, borders, keys, layers, organizing, references, register
from territory.words import catalogue, say


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
for _commands in (layers, register, assemblies, organizing):
    app.add_typer(_commands.app)
app.add_typer(keys.key, name="key")
app.add_typer(references.reference, name="reference")
app.add_typer(borders.border, name="border")


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


def command(language: str) -> Any:
    """The whole command line in one language."""
    group: Any = get_command(app)
    group.context_settings = {"obj": language, "help_option_names": ["-h", "--help"]}
    _translate(group, language)
    return group


def _translate(command: Any, language: str) -> None:
    command.help = say(language, command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = say(language, parameter.help)
    option = command.get_help_option(typer.Context(command, help_option_names=["-h", "--help"]))
    option.help = say(language, "cli.option.help")
    for each in getattr(command, "commands", {}).values():
        _translate(each, language)


def translate_help(language: str) -> None:
    """Put the frame around help texts into a language: Typer has it as constants, in English."""
    from typer import rich_utils

    for name in ("arguments", "options", "commands"):
        setattr(rich_utils, f"{name.upper()}_PANEL_TITLE", say(language, f"cli.panel.{name}"))
    for name in ("default", "envvar", "required_long"):
        setattr(rich_utils, f"{name.upper()}_STRING", catalogue(language)["cli"][f"panel.{name}"])
