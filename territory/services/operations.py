"""To look after a store: to work on it, copy it, bring it back, and find what is broken in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from territory.geo.repair import are_boundaries, canonical_shapes
from territory.profiles import Profile
from territory.records import ABOUT, About, Act, ActKind, Boundary, Membership, Territory, fingerprint
from territory.services.access import OPERATOR
from territory.services.errors import NotFound, NotReady, Unusable
from territory.services.register import Register
from territory.services.storing import open_register, store_errors, store_file, store_url, told_url
from territory.store import backup as copies
from territory.store import open_store
from territory.store.backup import Copied
from territory.store.base import Reading, StoreBusy, StoreFull, StoreNotEmpty, UnreadableStore
from territory.words import say

_ABOUT_A_LINE = (ActKind.RATIFY, ActKind.PUBLISH, ActKind.SPLIT, ActKind.MERGE)
"""Acts that decide about a version of a boundary, and carry its fingerprint."""


@contextmanager
def using(store: str, profile: Profile, *, create: bool = False) -> Iterator[Register]:
    """Work on a store; whatever it declines is said in our words.

    Parameters
    ----------
    store
        Its name, see `territory.services.storing.store_url`.
    profile
        Rules of the register.
    create
        Whether to make it where it is not there; a file that then stays empty does not stay.

    Raises
    ------
    NotFound, Unusable, NotReady
        See `territory.services.storing.open_register`; it is busy, or no space is left.
    """
    file = store_file(store)
    is_new = create and file is not None and not file.exists()
    with _declined(store):
        register = open_register(store, profile, create=create)
        try:
            yield register
        finally:
            is_left_empty = is_new and not register.store.sequence()
            register.store.close()
            if is_left_empty and file is not None:
                file.unlink()


@contextmanager
def _declined(store: str) -> Iterator[None]:
    try:
        with store_errors(store):
            yield
    except StoreBusy as error:
        raise NotReady("store.busy") from error
    except StoreFull as error:
        raise NotReady("store.full") from error


def begin(store: str, profile: Profile) -> None:
    """Make a register without territories, for a community that has no file to import.

    Raises
    ------
    Unusable
        There is something already.
    NotReady
        See `using`.
    """
    with using(store, profile, create=True) as register, register.writing(OPERATOR, "begin") as writing:
        if writing.sequence:
            raise Unusable("store.begun", path=told_url(store))
        writing.put(About(id=ABOUT, profile=profile.name))


def back_up(store: str, file: Path) -> Copied:
    """Copy a store into one file while it is in use, see `territory.store.backup.backup`.

    Raises
    ------
    NotFound, Unusable, NotReady
        See `using`; the file is the store itself.
    """
    with _declined(store):
        source = open_store(store_url(store))
        try:
            return copies.backup(source, file)
        except ValueError:
            raise Unusable("backup.itself", path=str(file)) from None
        finally:
            source.close()


def restore(file: Path, store: str) -> Copied:
    """Bring a backup into a store that is not there yet, or is empty, see `territory.store.backup.restore`.

    Raises
    ------
    NotFound
        There is no such backup.
    Unusable
        The backup is broken, or the store is not empty.
    NotReady
        See `using`.
    """
    if not file.is_file():
        raise NotFound("backup.missing", path=str(file))
    with _declined(store):
        try:
            return copies.restore(file, store_url(store))
        except StoreNotEmpty:
            raise Unusable("store.not_empty", path=told_url(store)) from None
        except UnreadableStore as error:
            raise Unusable("backup.broken", path=str(file), reason=str(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is broken in a store."""

    code: str
    """Its sentence is among those of the command line, under ``verify``."""
    args: Mapping[str, Any] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """What is broken, and where."""
        return say(language, f"cli.verify.{self.code}", **self.args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was looked at in a store, and what is broken."""

    sequence: int
    territories: int
    versions: int
    faults: list[Fault]


def verify(store: str) -> Verified:
    """Find what is broken in a store: its file and log, and what no service would have written.

    Raises
    ------
    NotFound, Unusable, NotReady
        See `using`.
    """
    with _declined(store):
        opened = open_store(store_url(store))
        try:
            faults = [Fault(code="store", args={"fault": each}) for each in opened.faults()]
            with opened.reading() as reading:
                territories = {row[0]: row[1] for row in reading.rows(Territory, ("id", "published"))}
                versions = _versions(reading)
                faults += _broken_lines(versions)
                faults += _broken_memberships(reading, set(territories))
                faults += _broken_acts(reading, versions)
                faults += _broken_publications(territories, versions)
                return Verified(
                    sequence=reading.sequence,
                    territories=len(territories),
                    versions=len(versions),
                    faults=faults,
                )
        finally:
            opened.close()


@dataclass(frozen=True, slots=True)
class _Version:
    shape: Any
    fingerprint: str


def _versions(reading: Reading) -> dict[tuple[str, int], _Version]:
    """Every version of every boundary, by territory and number."""
    rows = reading.rows(Boundary, ("id", "revision", "shape", "words"), every_revision=True)
    shapes = shapely.from_wkb([row[2] for row in rows])
    return {
        (id_, revision): _Version(
            shape, fingerprint(shape, *(f"{side}: {text}" for side, text in sorted(words.items())))
        )
        for (id_, revision, _, words), shape in zip(rows, shapes, strict=True)
    }


def _broken_lines(versions: Mapping[tuple[str, int], _Version]) -> Iterator[Fault]:
    """Boundaries that are not valid, or not on the grid as every boundary is kept."""
    drawn = {each: version.shape for each, version in versions.items() if version.shape is not None}
    if not drawn:
        return
    shapes = np.empty(len(drawn), dtype=object)
    shapes[:] = list(drawn.values())
    is_valid = are_boundaries(shapes)
    canonical_wkb = shapely.to_wkb(canonical_shapes(np.asarray(shapes, dtype=object)), byte_order=1)
    is_canonical = shapely.to_wkb(shapes, byte_order=1) == canonical_wkb
    for (id_, revision), valid, right in zip(drawn, is_valid, is_canonical, strict=True):
        if not (valid and right):
            code = "line_form" if valid else "line_invalid"
            yield Fault(code=code, args={"id": id_, "version": str(revision)})


def _broken_memberships(reading: Reading, territories: set[str]) -> Iterator[Fault]:
    for id_, *ends in reading.rows(Membership, ("id", "member", "group")):
        for end in ends:
            if end not in territories:
                yield Fault(code="membership", args={"id": id_, "end": end})


def _broken_acts(reading: Reading, versions: Mapping[tuple[str, int], _Version]) -> Iterator[Fault]:
    """Acts about a line that no version of the boundary is."""
    lines = defaultdict(set)
    for (id_, _), version in versions.items():
        lines[id_].add(version.fingerprint)
    for id_, territory, kind, subject in reading.rows(Act, ("id", "territory", "kind", "subject")):
        if kind in _ABOUT_A_LINE and subject not in lines[territory]:
            yield Fault(code="act", args={"id": id_, "territory": territory})


def _broken_publications(
    territories: Mapping[str, int | None], versions: Mapping[tuple[str, int], _Version]
) -> Iterator[Fault]:
    for id_, published in territories.items():
        if published is not None and (id_, published) not in versions:
            yield Fault(code="published", args={"id": id_, "version": str(published)})
