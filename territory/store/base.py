"""What a store promises, whatever database is below.

A store knows records and the log, no rules. Everything written in one `Store.writing` is there afterwards or
nothing of it is, under one log entry; entries have numbers without gaps, and readers ask for the newest one to
learn whether anything changed.

::

    StoreError
      ├─ StaleRecord       somebody else changed the record meanwhile
      ├─ DanglingRecord    it refers to what does not exist
      ├─ Unstorable        it holds what not every database can keep
      ├─ StoreNotEmpty     a backup cannot be brought back over what is there
      ├─ StoreBusy         another writer holds the database for too long
      ├─ StoreFull         no space is left
      ├─ StoreUnavailable  the database does not answer, or may not be written
      └─ UnreadableStore   there is a file, and it is no store or a broken one
           └─ OtherVersion a store of an older or newer program
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import pandas as pd

from territory.records import Record

R = TypeVar("R", bound=Record)


class StoreError(Exception):
    """The store could not do what was asked; nothing was written."""


class StaleRecord(StoreError):
    """Somebody else changed the record meanwhile."""

    def __init__(self, kind: str, id_: str, revision: int) -> None:
        super().__init__(f"{kind} {id_} has a revision after {revision}")
        self.kind = kind
        self.id = id_
        self.revision = revision
        """The one that the refused change was made from."""


class DanglingRecord(StoreError):
    """A record refers to one that does not exist."""


class Unstorable(StoreError):
    """A record holds what not every database can keep.

    Text has no NUL and no half of a surrogate pair; ids have 1,000 bytes at most, integers 32 bits; numbers and
    coordinates are finite, geometries have two dimensions; documents are JSON, and give tuples back as lists.
    """


class StoreNotEmpty(StoreError):
    """A backup cannot be brought back over what is there."""


class StoreBusy(StoreError):
    """Another writer holds the database for too long: ask again."""


class StoreFull(StoreError):
    """No space is left where the store is kept."""


class StoreUnavailable(StoreError):
    """The database does not answer, or may not be written."""


class UnreadableStore(StoreError):
    """There is a file, and it is no store or a broken one."""


class OtherVersion(UnreadableStore):
    """Its tables are those of an older or a newer program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log: who did what when, and the records that it wrote."""

    seq: int
    at: str
    """UTC, ISO 8601."""
    by: str
    """Short name of a key; never a person."""
    action: str
    detail: Mapping[str, Any]
    hash: str
    """Of this entry, of the records it wrote, and of the hash of the entry before."""


class Reading(Protocol):
    """The store as it was at one moment, whatever is written meanwhile."""

    @property
    def sequence(self) -> int:
        """Number of the newest log entry; 0 in an empty store."""

    def get(self, kind: type[R], id_: str, revision: int | None = None) -> R | None:
        """The newest revision of a record, or one of them; none when there is none."""

    def find(self, kind: type[R], /, **equals: Any) -> list[R]:
        """Newest revisions whose fields equal what is given, or are in it where a list is given; by id."""

    def history(self, kind: type[R], id_: str) -> list[R]:
        """Every revision of a record, oldest first."""

    def written(self, kind: type[R], after: int) -> list[R]:
        """Every revision that was written after a log entry, in order."""

    def touched(self, columns: Mapping[type[Record], str], after: int) -> dict[type[Record], set[str]]:
        """What stands in one column of each kind of record, of those that were written after a log entry."""

    def rows(
        self,
        kind: type[Record],
        columns: Sequence[str],
        *,
        ids: Collection[str] | None = None,
        by: str = "id",
        every_revision: bool = False,
    ) -> list[tuple[Any, ...]]:
        """Some columns of newest revisions, or of all, ordered by id and revision; geometries are WKB.

        Parameters
        ----------
        kind
            Of which records.
        columns
            Names of fields.
        ids, by
            Only those that have one of these in the column ``by``.
        every_revision
            Older revisions as well.
        """

    def table(
        self,
        kind: type[Record],
        *,
        ids: Collection[str] | None = None,
        by: str = "id",
        every_revision: bool = False,
        without: Collection[str] = (),
    ) -> pd.DataFrame:
        """Newest revisions, or all, as a table ordered by id; geometries are WKB. For what reads a whole store.

        Parameters
        ----------
        kind
            Of which records.
        ids, by
            Only those that have one of these in the column ``by``.
        every_revision
            Older revisions as well.
        without
            Columns to leave out.
        """

    def log(self, *, after: int = 0, limit: int | None = None) -> Iterator[Entry]:
        """Log entries in order."""


class Writing(Reading, Protocol):
    """One change to the store: all of it happens, or nothing."""

    def put(self, record: R) -> R:
        """Write a record as the revision after the one it carries.

        Returns
        -------
        Record
            As it was kept.

        Raises
        ------
        StaleRecord
            There is such a revision already, or the id is taken.
        Unstorable
            The record cannot be kept as it is. After one of these two the writing may go on without the record.
        DanglingRecord
            It refers to what does not exist, or was made from a revision that does not. Nothing of this writing
            will be kept, even if it goes on.
        """

    def put_all(self, records: Iterable[Record]) -> None:
        """Write many records at once; see `put`."""

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the log will say of this change so far."""

    def note(self, **detail: Any) -> None:
        """Add to what the log says of this change: ids and numbers, no text that somebody typed."""


class Store(Protocol):
    """Where the register is kept."""

    url: str

    def sequence(self) -> int:
        """Number of the newest log entry, by one indexed read."""

    def require_ready(self) -> None:
        """Do nothing where it can be worked on.

        Raises
        ------
        StoreUnavailable
            The database does not answer, or its file was taken away or replaced since it was opened.
        OtherVersion
            Its tables are no longer those of this program.
        StoreBusy, UnreadableStore
            It cannot be read.
        """

    def reading(self) -> AbstractContextManager[Reading]:
        """Read at one moment."""

    def writing(self, *, by: str, action: str) -> AbstractContextManager[Writing]:
        """Change something, under one log entry; left by an exception, nothing is changed.

        Raises
        ------
        StoreBusy, StoreFull, StoreUnavailable
            Nothing was written.
        """

    def faults(self) -> Iterator[str]:
        """What is broken: the chain of the log, references, the file itself; nothing in a sound store."""

    def close(self) -> None:
        """Let go of files and connections."""
