"""Where territories are kept, and how a store comes to hold a fictitious region."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from territory.model import Publication
from territory.services.errors import NotFound, NotReady, Unusable

if TYPE_CHECKING:
    from territory.demo import Region
    from territory.profiles import Profile
    from territory.services.register import Register

DEFAULT_STORE = "territory.db"
"""Where territories are kept unless somebody says otherwise: a file in the current folder."""

_FOUNDED = datetime.date(2024, 4, 21)
"""When the assemblies of the fictitious region published their lines."""

_FILE_SCHEME = "sqlite:///"
_SERVER_SCHEMES = ("postgresql", "postgresql+psycopg", "postgres")


def store_url(store: str) -> str:
    """The URL of a store that is named by its file, or by a URL already.

    Raises
    ------
    Unusable
        Some other kind of store.

    Examples
    --------
    >>> store_url("valle.db"), store_url("postgresql://localhost/valle")
    ('sqlite:///valle.db', 'postgresql://localhost/valle')
    """
    if "://" not in store:
        return f"{_FILE_SCHEME}{store}"
    if not store.startswith(_FILE_SCHEME) and store.partition("://")[0] not in _SERVER_SCHEMES:
        raise Unusable("store.scheme", scheme=store.partition("://")[0])
    return store


def store_file(store: str) -> Path | None:
    """The file of an embedded store; none for a server.

    Examples
    --------
    >>> store_file("sqlite:///valle.db").name, store_file("valle.db").name
    ('valle.db', 'valle.db')
    """
    url = store_url(store)
    return Path(url.removeprefix(_FILE_SCHEME)) if url.startswith(_FILE_SCHEME) else None


def told_url(store: str) -> str:
    """A store as it may be shown and logged: without a password.

    >>> told_url("postgresql://ana:hushhush@db/valle")
    'postgresql://db/valle'
    """
    scheme, _, rest = store.rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if scheme else rest


@contextmanager
def store_errors(store: str) -> Iterator[None]:
    """Say in our words why a store cannot be opened or used."""
    from territory.store import base

    path = told_url(store)
    try:
        yield
    except FileNotFoundError:
        raise NotFound("store.missing", path=path) from None
    except base.UnreadableStore as error:
        raise Unusable("store.unreadable", path=path) from error
    except base.StoreUnavailable as error:
        raise NotReady("store.away", path=path) from error
    except ModuleNotFoundError as error:
        if error.name != "psycopg":
            raise
        raise Unusable("store.driver", path=path) from None


def open_register(store: str, profile: Profile, *, create: bool = False) -> Register:
    """Open a store by its name.

    Raises
    ------
    NotFound
        There is none.
    Unusable
        The file is no store, or a broken one.
    NotReady
        The database does not answer.
    """
    from territory.services.register import Register
    from territory.store import open_store

    with store_errors(store):
        return Register(open_store(store_url(store), create=create), profile)


def require_store(store: str) -> None:
    """Say now what `open_register` would say.

    Raises
    ------
    NotFound, Unusable, NotReady
        See `open_register`.
    """
    from territory.store import open_store

    with store_errors(store):
        open_store(store_url(store)).close()


def create_demo(region: Region, store: str, profile: Profile, *, may_replace: bool = False) -> None:
    """Keep a fictitious region in a store of its own, published whole.

    Parameters
    ----------
    region
        What to keep.
    store
        Where.
    profile
        Rules of the register.
    may_replace
        Whether a store that is there may be lost.

    Raises
    ------
    Unusable
        There is a store already.
    """
    from territory.services.importing import keep_region

    path = store_file(store)
    if path is not None and path.exists():
        if not may_replace:
            raise Unusable("store.exists", path=str(path))
        for each in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            each.unlink(missing_ok=True)
    register = open_register(store, profile, create=True)
    try:
        if register.store.sequence():
            raise Unusable("store.exists", path=told_url(store))
        keep_region(register, region.layer, region.surroundings, publication=Publication.EXACT, since=_FOUNDED)
    finally:
        register.store.close()
