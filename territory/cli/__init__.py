"""The command line. Commands are declared with catalogue keys for their help; `main` puts it into words."""

from __future__ import annotations

import sys

from territory.cli.language import language_of


def main(arguments: list[str] | None = None) -> None:
    """Run ``territory`` with the arguments of the process, or with others."""
    from territory.cli.commands import command, translate_help

    given = sys.argv[1:] if arguments is None else arguments
    language = language_of(given)
    if not given or {"-h", "--help"} & set(given):
        translate_help(language)
    command(language).main(given, prog_name="territory")
