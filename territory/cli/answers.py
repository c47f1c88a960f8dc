"""What organizers' questions came to, written in the form that was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from territory.cli.output import write
from territory.export import Form
from territory.services.organizing.files import as_file


def write_answer(told: dict[str, Any], lines: Iterable[str], *, form: str, output: Path | None) -> None:
    """Write an answer to standard output or into a file.

    Parameters
    ----------
    told
        As the API tells it.
    lines
        The same to be read.
    form
        ``table`` for the lines, ``json`` for all of it, or a form of `as_file`.
    output
        A file; none for standard output.
    """
    if form == "table":
        write(((line + "\n").encode() for line in lines), output)
    elif form == "json":
        write([orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)], output)
    else:
        write([as_file(told, Form(form))], output)
