"""A mosaic that keeps level with the store, whoever writes to it."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from territory.model import Publication
from territory.mosaic.history import Standing, layer_of, read_day, read_surroundings
from territory.mosaic.mosaic import Mosaic
from territory.records import (
    About,
    Act,
    Boundary,
    Dispute,
    Link,
    Membership,
    Place,
    Record,
    Reference,
    ReferenceLayer,
    SharedPlace,
    Territory,
)
from territory.store.base import Reading, Store

_MANY = 1_000
"""When more territories changed than this, all are read anew."""


_SURROUNDINGS = (About, ReferenceLayer, Reference, SharedPlace, Link)
_PUBLIC = (Dispute, Place)
"""What the public may see of territories beside their lines."""
_OF_TERRITORIES: Mapping[type[Record], str] = {
    Territory: "id",
    Boundary: "id",
    Membership: "member",
    Act: "territory",
}
"""Where each kind of record says whose it is."""
_WATCHED = {**dict.fromkeys((*_SURROUNDINGS, *_PUBLIC), "id"), **_OF_TERRITORIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """The register as it stands now; the same object for as long as nothing but single territories changes."""

    mosaic: Mosaic
    standing: dict[str, Standing]
    """By id of the territory, with a line or without."""


class Following:
    """The current mosaic of a store, brought up to date whenever somebody asks.

    Parameters
    ----------
    store
        Followed by its log: one indexed read tells whether anything changed, in this process or another one.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = threading.Lock()
        self.sequence = -1
        """Log entry up to which everything is known."""
        self.public_sequence = 0
        """The last log entry that can have changed what the public sees."""
        self._day = datetime.date.min
        self._current: Current

    def current(self) -> Current:
        """The register as of the newest log entry."""
        if self.store.sequence() != self.sequence or self._day != datetime.date.today():
            with self._lock, self.store.reading() as reading:
                self._follow(reading)
        return self._current

    @contextmanager
    def still(self) -> Iterator[Current]:
        """The register held still, for whoever reads lines and what is known of them together."""
        self.current()
        with self._lock:
            yield self._current

    def _follow(self, reading: Reading) -> None:
        today = datetime.date.today()
        if reading.sequence == self.sequence and today == self._day:
            return
        changed = self._changed(reading) if today == self._day and len(self._current.mosaic) else None
        if changed is None or len(changed) > _MANY:
            self._load(reading, today)
        elif changed:
            self._replace(reading, today, changed)
        self.sequence, self._day = reading.sequence, today

    def _changed(self, reading: Reading) -> set[str] | None:
        """Ids of the territories that something was written about; none when their surroundings changed."""
        touched = reading.touched(_WATCHED, self.sequence)
        if any(touched[kind] for kind in _SURROUNDINGS):
            return None
        if any(touched[kind] for kind in _PUBLIC):
            self.public_sequence = reading.sequence
        return {each for kind in _OF_TERRITORIES for each in touched[kind]}

    def _load(self, reading: Reading, today: datetime.date) -> None:
        day = read_day(reading, today)
        self._current = Current(
            mosaic=Mosaic(layer_of(day), read_surroundings(reading, today)), standing=day.standing
        )
        self.public_sequence = reading.sequence

    def _replace(self, reading: Reading, today: datetime.date, changed: set[str]) -> None:
        day = read_day(reading, today, ids=changed)
        known, new = self._current.standing, day.standing
        if any(_public(known.get(each)) != _public(new.get(each)) for each in changed):
            self.public_sequence = reading.sequence
        attributes = {each: new[each].attributes for each in day.shapes}
        self._current.mosaic.update(day.shapes, attributes, gone=changed - set(day.shapes))
        for each in changed:
            if each in new:
                known[each] = new[each]
            else:
                known.pop(each, None)


def _public(standing: Standing | None) -> Mapping[str, Any] | None:
    """What of a territory the public may come to see."""
    if standing is None or standing.publication is Publication.PRIVATE:
        return None
    told = standing._asdict()
    # A new line, or a change that nobody outside sees, waits for an act.
    for hidden in ("revision", "version", "shown"):
        del told[hidden]
    return told
