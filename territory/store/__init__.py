"""Where the register is kept: one SQLite file, or a PostGIS database."""

from territory.store.base import Store
from territory.store.engine import BUSY_S, sqlite_file
from territory.store.sql import opened

__all__ = ["Store", "open_store"]


def open_store(url: str, *, create: bool = False, busy_s: float = BUSY_S) -> Store:
    """Open a store, its tables brought to the version of this program.

    Parameters
    ----------
    url
        ``sqlite:///FILE`` or ``postgresql://…``.
    create
        Whether to make it when it is not there.
    busy_s
        Seconds that a writer waits for another one before it gives up.

    Raises
    ------
    FileNotFoundError
        There is no such file, and it is not to be made.
    UnreadableStore
        The file or the database holds something else.
    StoreUnavailable
        The database does not answer.
    """
    file = sqlite_file(url)
    if file is not None and not file.is_file() and not create:
        raise FileNotFoundError(str(file))
    return opened(url, busy_s=busy_s)
