"""The register as services work on it: a store, the mosaic that follows it, and the rules of one profile."""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from territory.mosaic import Current, Following
from territory.profiles import Profile
from territory.records import Receipt
from territory.services.access import Access, Eyes
from territory.services.errors import Stale, Unusable
from territory.store.base import DanglingRecord, Reading, StaleRecord, Store, Unstorable, Writing

# No vowels, so that no word comes up; no letters that are mistaken for another on paper.
_LETTERS = "23456789bcdfghjkmnpqrstvwxz"


class Register:
    """A store with its mosaic.

    Parameters
    ----------
    store
        Where records are kept.
    profile
        What they are held against.
    """

    def __init__(self, store: Store, profile: Profile) -> None:
        self.store = store
        self.profile = profile
        self._following = Following(store)

    def current(self) -> Current:
        """Everybody's boundaries as of the newest change, whichever process made it."""
        return self._following.current()

    def eyes(self, access: Access) -> Eyes:
        """What somebody sees of it now."""
        return Eyes(access, self.current(), self.profile)

    @contextmanager
    def still(self) -> Iterator[Current]:
        """The same, held still: nothing changes under whoever reads lines and what is known of them together."""
        with self._following.still() as current:
            yield current

    @property
    def public_sequence(self) -> int:
        """The last change that the public can have seen; ask `current` first."""
        return self._following.public_sequence

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read at one moment."""
        with self.store.reading() as reading:
            yield reading

    @contextmanager
    def writing(self, access: Access, action: str, *, once: Once | None = None) -> Iterator[Writing]:
        """Change something in the name of a key, under one log entry.

        Parameters
        ----------
        access
            Who changes it.
        action
            What the log calls it.
        once
            What its sender calls the request; whoever changes something notes as ``made`` what it made.

        Raises
        ------
        Done
            The same request was answered before; nothing is changed.
        Stale
            Somebody else changed the same thing meanwhile.
        Unusable
            It refers to what does not exist, or holds what no database keeps.
        """
        try:
            with self.store.writing(by=access.name, action=action) as writing:
                if once is not None:
                    _require_new(writing, once)
                yield writing
                if once is not None:
                    answer = {"made": writing.detail.get("made")}
                    writing.put(Receipt(id=once.id, request=once.request, status=201, answer=answer))
        except StaleRecord as error:
            raise Stale("record.stale", kind=error.kind, id=error.id, revision=error.revision) from error
        except DanglingRecord:
            raise Unusable("record.dangling") from None
        except Unstorable as error:
            raise Unusable("record.unstorable", reason=str(error)) from error


@dataclass(frozen=True, slots=True)
class Once:
    """A request that may arrive several times and is done once."""

    id: str
    """Made of who asks and of what they call the request."""
    request: str
    """Hash of what is asked."""

    @classmethod
    def of(cls, access: Access, name: str, *asked: bytes) -> Once:
        """A request of somebody, by its idempotency key."""
        request = hashlib.sha256(b"\0".join(asked)).hexdigest()
        return cls("once-" + hashlib.sha256(f"{access.name}\0{name}".encode()).hexdigest()[:32], request)


class Done(Exception):
    """The same request was answered before."""

    def __init__(self, made: str) -> None:
        super().__init__(made)
        self.made = made
        """Id of what it made."""


def _require_new(reading: Reading, once: Once) -> None:
    receipt = reading.get(Receipt, once.id)
    if receipt is None:
        return
    if receipt.request != once.request:
        raise Unusable("request.reused")
    raise Done(str(receipt.answer["made"]))


def new_id(letter: str) -> str:
    """An id that tells nothing and cannot be guessed from another.

    >>> len(new_id("c")), new_id("c")[:2]
    (14, 'c-')
    """
    number, letters = secrets.randbelow(len(_LETTERS) ** 12), ""
    for _ in range(12):
        number, digit = divmod(number, len(_LETTERS))
        letters += _LETTERS[digit]
    return f"{letter}-{letters}"


def today() -> datetime.date:
    """The day on which something is decided, where nobody says another one."""
    return datetime.date.today()
