"""Our own files for browsers: under a name made of their content, so that a browser never has to ask again.

A page names its files as ``/static/VERSION/…``. Modules name each other by relative paths and so stay within one
version: a page that was kept, or that came in the moment of an update, never mixes old files with new ones.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from territory.words import WEB

STATIC = "/static/"
FOLDERS = ("vendor", "map", "draw", "organize", "key", "offline", "css", "i18n")

_YEAR_S = 31_536_000
_COMMENT = re.compile(r"/\*.*?\*/|^\s*//.*?$", re.DOTALL | re.MULTILINE)
_LOADED = {
    # Also what is loaded when it is first used, which comments, where types are named, do not.
    ".js": re.compile(r'\b(?:from|import)\s*\(?\s*"(\.[^"]+)"'),
    ".css": re.compile(r"\burl\(([\w./-]+)\)"),
}


@cache
def assets_version() -> str:
    """A name for exactly the files that are there when the process starts."""
    digest = hashlib.blake2b(digest_size=8)
    for folder in FOLDERS:
        for path in sorted((WEB / folder).rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(WEB).as_posix()}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def assets_root() -> str:
    """What the address of every file of a page begins with."""
    return f"{STATIC}{assets_version()}/"


def mount(app: Starlette) -> None:
    """Serve the files under their version, for ever, and without it, to be asked for every time."""
    for folder in FOLDERS:
        for root, keeping in ((assets_root(), f"public, max-age={_YEAR_S}, immutable"), (STATIC, "no-cache")):
            app.mount(root + folder, _Files(keeping, directory=WEB / folder, check_dir=False))


def loaded_by(entries: Iterable[str]) -> list[str]:
    """Everything that some files make a browser load, themselves included.

    Parameters
    ----------
    entries
        Paths below ``web/``.

    Returns
    -------
    list of str
        Such paths, sorted; files that do not exist are left out, as a browser would get none.

    Examples
    --------
    >>> loaded_by(["map/mvt.js"])
    ['map/mvt.js', 'vendor/pbf/pbf.js']
    """
    found: set[str] = set()
    waiting = list(entries)
    while waiting:
        path = waiting.pop()
        file = WEB / path
        if path in found or not file.is_file():
            continue
        found.add(path)
        if (names := _LOADED.get(file.suffix)) is not None:
            folder = posixpath.dirname(path)
            loaded = names.findall(_COMMENT.sub("", file.read_text("utf-8")))
            waiting += [posixpath.normpath(posixpath.join(folder, name)) for name in loaded]
    return sorted(found)


class _Files(StaticFiles):
    """One folder, and for how long a browser may keep what is in it."""

    def __init__(self, keeping: str, **rest: Any) -> None:
        super().__init__(**rest)
        self._keeping = keeping

    def file_response(self, full_path, stat_result, scope: Scope, status_code: int = 200) -> Response:  # type: ignore[no-untyped-def]
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = self._keeping
        return response
