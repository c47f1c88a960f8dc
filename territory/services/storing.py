"""Where territories are kept, and how a store comes to hold a fictitious region."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from territory.services.errors import NotFound, Unusable

if TYPE_CHECKING:
    from territory.demo import Region
    from territory.mosaic import Mosaic

DEFAULT_STORE = "territory.db"
"""Where territories are kept unless somebody says otherwise: a file in the current folder."""

_SIGNATURE = b"SQLite format 3\0"
_FILE_SCHEME = "sqlite:///"


def store_file(store: str) -> Path:
    """The file of an embedded store, named by its path or as ``sqlite:///PATH``.

    Raises
    ------
    Unusable
        Some other kind of store.

    Examples
    --------
    >>> store_file("sqlite:///valle.db").name, store_file("valle.db").name
    ('valle.db', 'valle.db')
    """
    if store.startswith(_FILE_SCHEME):
        return Path(store.removeprefix(_FILE_SCHEME))
    if "://" in store:
        raise Unusable("store.scheme", scheme=store.partition("://")[0])
    return Path(store)


def require_store(store: str) -> Path:
    """The file of a store that exists.

    Raises
    ------
    NotFound
        There is none.
    Unusable
        The file is no store.
    """
    path = store_file(store)
    if not path.is_file():
        raise NotFound("store.missing", path=str(path))
    with path.open("rb") as file:
        if file.read(len(_SIGNATURE)) != _SIGNATURE:
            raise Unusable("store.unreadable", path=str(path))
    return path


def open_store(store: str) -> Mosaic:
    """The mosaic of a store.

    Raises
    ------
    NotFound
        There is none.
    Unusable
        The file is no store, or a broken one.
    """
    from territory.mosaic import Mosaic
    from territory.store import UnreadableStore, load

    path = require_store(store)
    try:
        return Mosaic(*load(path))
    except UnreadableStore:
        raise Unusable("store.unreadable", path=str(path)) from None


def create_demo(region: Region, store: str, *, may_replace: bool = False) -> Path:
    """Keep a fictitious region in a store of its own.

    Parameters
    ----------
    region
        What to keep.
    store
        Where.
    may_replace
        Whether a store that is there may be lost.

    Raises
    ------
    Unusable
        There is a store already.
    """
    from territory.store import save

    path = store_file(store)
    if path.exists() and not may_replace:
        raise Unusable("store.exists", path=str(path))
    save(path, region.layer, region.surroundings)
    return path
