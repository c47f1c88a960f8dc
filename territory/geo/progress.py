"""How long work tells how far it is, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told what is being done, how many steps of it are done and how many there are; 0 of 0 where nobody knows.

It is called between steps. What it raises ends the work and reaches the caller: that is how to cancel.
"""


def silent(what: str, done: int, of: int) -> None:
    """Nobody listens."""
