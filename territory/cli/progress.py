"""A bar for long work: on standard error, and only where somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from territory.geo.progress import Progress


@contextmanager
def progress_bar(language: str) -> Iterator[Progress | None]:
    """A function to report progress to; nothing when standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    from territory.words import catalogue

    steps = catalogue(language)["cli"]
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(steps["step.read"], total=None)

        def report(step: str, done: int, total: int) -> None:
            description = steps.get(f"step.{step}", steps["step.check"])
            bar.update(task, description=description, completed=done, total=total or None)

        yield report
