"""Where a result goes: standard output, or a file that appears only when it is whole."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path


def write(pieces: Iterable[bytes], output: Path | None) -> None:
    """Write a result piece by piece, whatever its size."""
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
        return
    # Not in a temporary folder: a rename is only whole on one disk.
    partial = output.with_name(output.name + ".part")
    try:
        with partial.open("wb") as file:
            file.writelines(pieces)
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
