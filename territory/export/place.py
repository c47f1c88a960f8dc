"""To put a file in its place at once: it is there whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path, name: str) -> Iterator[Path]:
    """A file to write beside ``path`` that takes its place when the block ends without an error.

    Parameters
    ----------
    path
        Where the file is to appear; what stood there is replaced.
    name
        What to call it until then: drivers look at the ending.

    Raises
    ------
    OSError
        The folder is not there or not to be written in, or the disk is full.
    """
    # Its own folder, on the same disk: drivers leave journals and indexes beside what they write.
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name[:50]}.") as folder:
            draft = Path(folder) / name
            yield draft
            # Otherwise a power cut may leave the new name with none of the bytes.
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            draft.replace(path)
    except OSError as error:
        # Nobody typed the name of a draft, and a full disk tells no name at all.
        error.filename = str(path)
        raise
