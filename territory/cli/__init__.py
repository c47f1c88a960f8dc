"""The command line. Commands are declared with catalogue keys for their help; `main` puts it into words."""

from __future__ import annotations

import sys

from territory.cli.language import language_of


def main(arguments: list[str] | None = None) -> None:
    """Run ``territory`` with the arguments of the process, or with others."""
    from territory.cli.commands import command

    given = sys.argv[1:] if arguments is None else arguments
    command(language_of(given)).main(given, prog_name="territory")
