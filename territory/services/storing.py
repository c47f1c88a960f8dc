"""Where territories are kept, and how a store comes to hold a fictitious region."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from territory.services.errors import NotFound, Unusable

if TYPE_CHECKING:
    from territory.demo import Region

DEFAULT_STORE = "territory.db"
"""Where territories are kept unless somebody says otherwise: a file in the current folder."""

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
    """
    path = store_file(store)
    if not path.is_file():
        raise NotFound("store.missing", path=str(path))
    return path


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
    if path.exists():
        if not may_replace:
            raise Unusable("store.exists", path=str(path))
        path.unlink()
    save(path, region.layer, region.surroundings)
    return path
