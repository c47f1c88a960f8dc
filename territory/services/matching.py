"""Which territory of the register a row of a file is: by its id, by a code, or by its name and place."""

from __future__ import annotations

import datetime
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import orjson
import pandas as pd
import shapely
from shapely import MultiPolygon

from territory.intake import Intake
from territory.model import Publication
from territory.records import KINDS, Boundary, Code, Membership, Method, Record, Territory
from territory.services.errors import Unusable
from territory.store.base import Reading

LONGEST_NAME = 200
OF_FILE = "file"
"""System of the codes that files use as ids, where the register has an id of its own."""

_LONGEST_ID = 100
# They part ids from each other, or the parts of an address.
_NOT_IN_IDS = frozenset(";/\\")
# What turns the direction of writing, and so makes a name look like another one; and what XML cannot hold.
_NEVER = frozenset((*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF))


class By(StrEnum):
    """By what a row was recognised."""

    ID = "id"
    CODE = "code"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a file."""

    key: str
    """What the other rows of the file call it."""
    number: int
    """From 1."""
    own_id: str | None
    """The id that the file gives it, if any."""
    name: str | None
    level: str
    parents: tuple[str, ...]
    kind: str | None
    families: int | None
    codes: frozenset[tuple[str, str]]
    """System and code."""
    shape: MultiPolygon | None

    @property
    def told(self) -> str:
        """How to call it in a sentence."""
        return self.name or self.key


class Held(NamedTuple):
    """What the register holds of a territory."""

    id: str
    called: str
    level: str
    kind: str | None
    families: int | None
    publication: Publication
    published: int | None
    until: datetime.date | None


class Line(NamedTuple):
    """The newest version of a boundary in the register."""

    id: str
    revision: int
    shape: bytes | None
    method: Method
    shown: bool
    valid_from: datetime.date


class Belonging(NamedTuple):
    """A membership in the register."""

    member: str
    group: str
    until: datetime.date | None


def rows_of(read: Intake, codes: Mapping[str, str]) -> Iterator[Row]:
    """The rows of a file.

    Parameters
    ----------
    read
        The file.
    codes
        By system, the columns that hold its codes.

    Raises
    ------
    Unusable
        The column ``codes`` of a file of ours does not hold what we write there.
    """
    shapes = dict(zip(read.layer.index, read.layer.geometry.array, strict=True))
    ours = read.beside["codes"] if "codes" in read.beside else [None] * len(read.told)
    asked = [(system, read.beside[column]) for system, column in codes.items()]
    columns = ("name", "level", "parent", "kind", "families", "row")
    every = zip(read.told.index, *(read.told[name] for name in columns), ours, strict=True)
    for at, (key, name, level, parent, kind, families, number, own_codes) in enumerate(every):
        given = {(system, str(values.iat[at])) for system, values in asked if values.iat[at] is not None}
        yield Row(
            key=key,
            number=int(number),
            own_id=key if read.has_ids else None,
            # Intake calls a territory by its id where the file has no name for it.
            name=None if name == key else unicodedata.normalize("NFC", name),
            level=level,
            parents=tuple(sorted({each.strip() for each in parent.split(";")} - {""})) if parent else (),
            kind=kind,
            families=None if pd.isna(families) else int(families),
            codes=frozenset(given | set(_unpacked(own_codes, int(number)))),
            shape=shapes.get(key),
        )


def _unpacked(codes: str | None, number: int) -> Iterator[tuple[str, str]]:
    """System and code from JSON: an object with a code, or several, for each system."""
    if codes is None:
        return
    try:
        given = orjson.loads(codes)
    except orjson.JSONDecodeError:
        given = None
    if not isinstance(given, dict):
        raise Unusable("import.codes", row=str(number))
    for system, code in given.items():
        for each in code if isinstance(code, list) else [code]:
            yield system, str(each)


def is_name(text: str) -> bool:
    """Whether a text can be shown as a name: not too long, and nothing in it that cannot be seen.

    >>> is_name("El Ají"), is_name("a" * 201), is_name("a\\0b"), is_name("a\\ufffeb")
    (True, False, False, False)
    """
    if not 0 < len(text) <= LONGEST_NAME:
        return False
    # Most names are plain, and looking at each letter takes longer than all else that is done to match a row.
    return text.isprintable() or not any(
        (unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t") or ord(c) in _NEVER for c in text
    )


def is_id(text: str) -> bool:
    """Whether the id of a file can be the id of a territory.

    >>> is_id("CC-1"), is_id("2009/13"), is_id("a;b")
    (True, False, False)
    """
    return (
        len(text) <= _LONGEST_ID
        and is_name(text)
        and text == text.strip()
        and text not in (".", "..")
        and _NOT_IN_IDS.isdisjoint(text)
        and "\n" not in text
    )


class Directory:
    """Everything in the register by every name that a file can use for it.

    Parameters
    ----------
    reading
        A moment of the store.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.held = {row[0]: Held(*row) for row in reading.rows(Territory, Held._fields)}
        self.lines = {row[0]: Line(*row) for row in reading.rows(Boundary, Line._fields)}
        self.belongings: defaultdict[str, list[Belonging]] = defaultdict(list)
        for row in reading.rows(Membership, Belonging._fields):
            self.belongings[row[0]].append(Belonging(*row))
        self.codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._by_code: defaultdict[str, set[str]] = defaultdict(set)
        for territory, system, code in reading.rows(Code, ("territory", "system", "code")):
            self.codes[system, code].add(territory)
            self._by_code[code].add(territory)
        self._named: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._called: defaultdict[str, list[str]] = defaultdict(list)
        for each in self.held.values():
            self._named[each.level, each.called].append(each.id)
            self._called[each.called].append(each.id)

    def candidates(self, row: Row) -> tuple[list[str], By]:
        """The territories that a row can be, at best one, and by what they were found."""
        if row.own_id is not None:
            if row.own_id in self.held:
                return [row.own_id], By.ID
            if found := self.codes.get((OF_FILE, row.own_id)):
                return sorted(found), By.ID
        if found := {each for code in row.codes for each in self.codes.get(code, ())}:
            return sorted(found), By.CODE
        if row.name is None:
            return [], By.NAME
        return [each for each in self._named.get((row.level, row.name), ()) if self._is_there(each, row)], By.NAME

    def group(self, said: str, level: str) -> list[str]:
        """The groups that a row of some level can mean: by id, code or name."""
        if said in self.held:
            return [said]
        found = self._by_code.get(said, set()) or set(self._called.get(unicodedata.normalize("NFC", said), ()))
        return [each for each in sorted(found) if self.held[each].level != level]

    def groups_on(self, territory: str, day: datetime.date) -> set[str]:
        """The groups that a territory is in on a day."""
        held = self.belongings.get(territory, ())
        return {each.group for each in held if each.until is None or day < each.until}

    def taken(self, ids: Sequence[str]) -> set[str]:
        """Which of some ids belong to a record that is no territory."""
        kinds: Iterable[type[Record]] = (kind for kind in KINDS if kind not in (Territory, Boundary))
        return {row[0] for kind in kinds for row in self._reading.rows(kind, ("id",), ids=ids)}

    def _is_there(self, territory: str, row: Row) -> bool:
        """Whether a territory of the same name can be the same one: names repeat all over a country."""
        line = self.lines.get(territory)
        if line is None or line.shape is None or row.shape is None:
            return True
        return bool(shapely.intersects(shapely.from_wkb(line.shape), row.shape))


def same_lines(kept: Sequence[bytes | None], shapes: Sequence[Any]) -> np.ndarray[Any, Any]:
    """Which canonical boundaries are the same line, wherever it begins.

    Parameters
    ----------
    kept
        WKB of (n,) boundaries; none where there is none.
    shapes
        (n,) others.
    """
    given, before = _objects(shapes), _objects(kept)
    same = np.asarray(shapely.to_wkb(given, byte_order=1) == before, dtype=bool)
    differ = ~same & (before != None)  # noqa: E711, of each
    one, other = shapely.normalize(shapely.from_wkb(before[differ])), shapely.normalize(given[differ])
    same[differ] = shapely.equals_exact(one, other, tolerance=0)
    return same


def _objects(values: Sequence[Any]) -> np.ndarray[Any, Any]:
    held = np.empty(len(values), dtype=object)
    held[:] = values
    return held
