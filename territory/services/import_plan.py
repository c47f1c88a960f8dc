"""What an import would do to the register: an outcome for each row of a file, and the records to write."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from geopandas import GeoSeries

from territory.findings import Code as FindingCode
from territory.findings import Finding, Severity, sentence
from territory.geo.crs import to_metres
from territory.intake import Intake
from territory.model import WGS84, Publication
from territory.profiles import Profile
from territory.records import (
    ABOUT,
    About,
    Act,
    ActKind,
    Boundary,
    Code,
    Membership,
    Method,
    Record,
    Territory,
)
from territory.services.matching import (
    LONGEST_NAME,
    OF_FILE,
    By,
    Directory,
    Line,
    Row,
    is_id,
    is_name,
    same_lines,
)
from territory.services.register import new_id, today
from territory.store.base import Reading
from territory.words import say

Date = datetime.date

_BY_HAND = frozenset({Method.DRAWN, Method.WALKED, Method.SETTLED, Method.SKETCHED})
"""How lines are made that a file does not replace unasked: somebody drew them here."""


class Did(StrEnum):
    """What an import does with a row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """How a layer is taken into the register."""

    codes: Mapping[str, str] = field(default_factory=dict)
    """By system, the column with its codes."""
    publication: Publication = Publication.PRIVATE
    """What everybody is to see of each territory; above private, an act of ``act_date`` decided it."""
    act_date: datetime.date | None = None
    since: datetime.date | None = None
    """Day from which lines and memberships count; by default that of the act, or today."""
    shown: bool | None = None
    """Whether neighbours see the lines; by default those that are new, and others as before."""
    takes_repairs: bool = False
    """Whether to keep repaired lines where the file's cross themselves."""
    replaces_drawn: bool = False
    """Whether to replace lines that were drawn here."""
    skips_refused: bool = False
    """Whether to take the rest when something is refused."""
    is_rehearsal: bool = False
    """Whether to tell what would happen and write nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Why a row is not taken."""

    code: str
    """Of a finding, or of a sentence among the errors."""
    args: Mapping[str, Any] = field(default_factory=dict)
    finding: Finding | None = None

    def said(self, language: str, name: str) -> str:
        """The sentence; a finding calls its territory by a name."""
        if self.finding is not None:
            return sentence(self.finding, dict.fromkeys(self.finding.territories, name), language)
        return say(language, f"errors.{self.code}", **self.args)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import does with a row of a file."""

    row: int
    id: str | None
    """Of the territory in the register; none for a row that is refused before it has one."""
    name: str
    did: Did
    by: By | None = None
    """By what a territory of the register was recognised."""
    fields: tuple[str, ...] = ()
    """What of it changed: ``line``, ``name``, ``kind``, ``families``, ``groups``, ``codes``, ``publication``."""
    changed_m2: float = 0.0
    """Ground that is in one line and not in the other."""
    refused: Refused | None = None


class Plan:
    """What an import would do.

    Parameters
    ----------
    reading
        The register as it is.
    profile
        Its rules.
    read, rows
        The file.
    choices
        What to do with it.
    day
        From which lines and memberships count.
    """

    def __init__(
        self, reading: Reading, profile: Profile, read: Intake, rows: list[Row], choices: Choices, day: Date
    ) -> None:
        self._reading, self._profile, self._read = reading, profile, read
        self._rows, self._choices, self._day = rows, choices, day
        self._directory = Directory(reading)
        self._refused = dict(self._unreadable())
        self._target: dict[str, str] = {}
        """By key of the row, the id of the territory that it is."""
        self._by: dict[str, By] = {}
        """By key of the row, by what it was found in the register."""
        self._groups: dict[str, list[str]] = {}
        """By key of the row, the ids of the groups that it says it is in."""
        self._new_groups: dict[str, list[str]] = {}
        """Those of them that are new, by their keys."""
        self._redrawn: set[str] = set()
        """Keys of rows with another line than the register, or a first one."""
        self._ladder = {level.id for level in profile.levels if not level.beside_ladder}
        self._match()
        self._name_new()
        self._levels = {each.id: each.level for each in self._directory.held.values()}
        """Levels of what is in the register or will be."""
        self._levels |= {self._target[row.key]: row.level for row in rows if row.key not in self._by}
        self._compare_lines()
        self._find_groups()
        self._refuse_conflicts()
        self._refuse_orphans()
        self._fields: dict[str, list[str]] = {}
        self._changed_m2: dict[str, float] = {}
        self.records: list[Record] = list(self._compose())
        """What to write; nothing where nothing differs."""
        if self.records and reading.get(About, ABOUT) is None:
            self.records.append(About(id=ABOUT, profile=profile.name))

    @property
    def may_be_written(self) -> bool:
        """Whether there is something to write, and nothing is refused or the rest is to be taken anyway."""
        return bool(self.records) and (self._choices.skips_refused or not self._refused)

    def outcomes(self) -> list[Outcome]:
        """What is done with each row, in the order of the file."""
        return [self._outcome(row) for row in self._rows]

    def _outcome(self, row: Row) -> Outcome:
        refused, by = self._refused.get(row.key), self._by.get(row.key)
        fields = tuple(self._fields.get(row.key, ()))
        if refused is not None:
            did = Did.REFUSED
        elif by is None:
            did = Did.NEW
        else:
            did = Did.CHANGED if fields else Did.UNCHANGED
        return Outcome(
            row=row.number,
            id=None if refused is not None and by is None else self._target[row.key],
            name=row.told,
            did=did,
            by=by,
            fields=fields if did is Did.CHANGED else (),
            changed_m2=self._changed_m2.get(row.key, 0.0),
            refused=refused,
        )

    @property
    def _taken(self) -> Iterator[Row]:
        """The rows that are not refused so far."""
        return (row for row in self._rows if row.key not in self._refused)

    def _refuse(self, row: Row, code: str, /, **args: Any) -> None:
        self._refused.setdefault(row.key, Refused(code=f"import.{code}", args=args))

    def _unreadable(self) -> Iterator[tuple[str, Refused]]:
        """Rows with a line that can be no boundary, or only a repaired one."""
        undrawn = set(self._read.undrawn)
        for finding in self._read.findings:
            [key] = finding.territories
            if finding.severity is Severity.ERROR and key not in undrawn:
                yield key, Refused(code=str(finding.code), finding=finding)
            is_mended = finding.code is FindingCode.REPAIRED and finding.severity is Severity.WARNING
            if is_mended and not self._choices.takes_repairs:
                yield key, Refused(code="import.repair", args={"changed_m2": float(finding.args["changed_m2"])})

    def _match(self) -> None:
        """Find the territory of each row."""
        first: dict[str, Row] = {}
        coded: dict[tuple[str, str], Row] = {}
        for row in self._rows:
            if row.name is not None and not is_name(row.name):
                self._refuse(row, "name", limit=LONGEST_NAME)
            for system, code in sorted(row.codes):
                other = coded.setdefault((system, code), row)
                if other is not row:
                    self._refuse(row, "code_repeats", row=str(other.number), system=system, code=code)
            found, by = self._directory.candidates(row)
            if len(found) > 1:
                self._refuse(row, "ambiguous", ids=found)
            if len(found) == 1:
                self._target[row.key], self._by[row.key] = found[0], by
                other = first.setdefault(found[0], row)
                if other is not row:
                    self._refuse(row, "repeats", row=str(other.number))
                    self._refuse(other, "repeats", row=str(row.number))

    def _name_new(self) -> None:
        """Give each new territory an id: that of the file where it can be one here."""
        new = [row for row in self._rows if row.key not in self._target]
        own = [row.own_id for row in new if row.own_id is not None and is_id(row.own_id)]
        usable = set(own) - (self._directory.taken(own) if own else set())
        for row in new:
            self._target[row.key] = row.own_id if row.own_id in usable else new_id(row.level[0])

    def _compare_lines(self) -> None:
        """Find the rows whose line is not that of the register."""
        rows = [row for row in self._taken if row.shape is not None]
        lines = [self._directory.lines.get(self._target[row.key]) for row in rows]
        kept = [None if line is None else line.shape for line in lines]
        same = same_lines(kept, [row.shape for row in rows])
        self._redrawn = {row.key for row, is_same in zip(rows, same, strict=True) if not is_same}

    def _find_groups(self) -> None:
        """Find the groups of each row, in the file and in the register."""
        levels = {row.key: row.level for row in self._rows}
        groups = {level.id for level in self._profile.levels if level.members}
        for row in self._rows:
            self._groups[row.key], self._new_groups[row.key] = [], []
            for said in row.parents:
                # Where keys are made up, a group was told by its name, which intake turned into a key.
                if said in levels and (self._read.has_ids or levels[said] in groups):
                    found = [self._target[said]]
                    if said not in self._by:
                        self._new_groups[row.key].append(said)
                else:
                    found = self._directory.group(said, row.level)
                level = self._levels[found[0]] if found else ""
                if not found:
                    self._refuse(row, "parent", parent=said)
                elif len(found) > 1:
                    self._refuse(row, "parent_many", parent=said, ids=found)
                elif level not in groups or level == row.level:
                    self._refuse(row, "parent_level", parent=said)
                else:
                    self._groups[row.key].append(found[0])

    def _refuse_conflicts(self) -> None:
        """Refuse what contradicts the register in a way that no file can decide."""
        later = self._later_acts()
        is_published = self._choices.publication is not Publication.PRIVATE
        for row in self._taken:
            target = self._target[row.key]
            line = self._directory.lines.get(target)
            if is_published and row.shape is None and (line is None or line.shape is None):
                self._refuse(row, "publish_line")
            if row.key not in self._by:
                continue
            held = self._directory.held[target]
            if held.level != row.level:
                self._refuse(row, "level", known=held.level, level=row.level)
            if held.until is not None and held.until <= today():
                self._refuse(row, "gone", date=held.until.isoformat())
            if row.key in self._redrawn and line is not None and line.method in _BY_HAND:
                self._refuse_redrawing(row, line)
            for system, code in sorted(row.codes):
                if others := self._directory.codes.get((system, code), set()) - {target}:
                    self._refuse(row, "code_of_other", system=system, code=code, ids=sorted(others))
            if target in later:
                self._refuse(row, "act_later", date=later[target].isoformat())
            self._refuse_departures(row, target)

    def _refuse_redrawing(self, row: Row, line: Line) -> None:
        if not self._choices.replaces_drawn:
            self._refuse(row, "drawn", version=str(line.revision))

    def _refuse_departures(self, row: Row, target: str) -> None:
        """Refuse memberships that only an act of the assembly changes."""
        held, groups = self._directory.held, set(self._groups[row.key])
        rungs = {self._levels[group] for group in groups} & self._ladder
        now = self._directory.groups_on(target, today())
        for group in sorted(now - groups):
            if held[group].level in rungs:
                self._refuse(row, "other_group", group=held[group].called)
        for each in self._directory.belongings.get(target, ()):
            if each.group in groups - now and each.until is not None:
                self._refuse(row, "left", group=held[each.group].called, date=each.until.isoformat())

    def _later_acts(self) -> Mapping[str, Date]:
        """Territories about whose publication something was decided after the act that the import enters."""
        cited = self._choices.act_date
        if cited is None:
            return {}
        return {
            territory: date
            for territory, kind, date in self._reading.rows(Act, ("territory", "kind", "date"))
            if (kind is ActKind.PUBLISH and date > cited) or (kind is ActKind.WITHDRAW and date >= cited)
        }

    def _refuse_orphans(self) -> None:
        """Refuse what belongs to a new group that is refused, and what belongs to that, and so on."""
        named = {row.key: row.told for row in self._rows}
        lost: list[tuple[Row, str]] | None = None
        while lost is None or lost:
            lost = [
                (row, group)
                for row in self._taken
                for group in self._new_groups[row.key]
                if group in self._refused
            ]
            for row, group in lost:
                self._refuse(row, "parent_refused", parent=named[group])

    def _compose(self) -> Iterator[Record]:
        """Every record that the rows make."""
        rows = list(self._taken)
        matched = [row for row in rows if row.key in self._by]
        published = self._choices.publication is not Publication.PRIVATE
        facts = self._newest(Territory, [self._target[row.key] for row in matched if self._tells_more(row)])
        lines = self._newest(
            Boundary, [self._target[row.key] for row in matched if published or row.key in self._redrawn]
        )
        self._measure([row for row in matched if row.key in self._redrawn])
        for row in rows:
            self._fields[row.key] = []
            target = self._target[row.key]
            line = lines.get(target)
            if row.key in self._redrawn:
                line = self._redraw(row, line)
                yield line
                self._fields[row.key].append("line")
            yield from self._facts(row, facts.get(target), line)
            yield from self._codes(row)
            yield from self._memberships(row)

    def _tells_more(self, row: Row) -> bool:
        """Whether a row says something else of a territory than the register, or of its publication."""
        held = self._directory.held[self._target[row.key]]
        return self._choices.publication is not Publication.PRIVATE or bool(_differing(row, held))

    def _newest(self, kind: Any, ids: list[str]) -> dict[str, Any]:
        return {each.id: each for each in self._reading.find(kind, id=ids)} if ids else {}

    def _measure(self, rows: list[Row]) -> None:
        """How much ground is in one line and not in the other."""
        kept = {row.key: self._directory.lines.get(self._target[row.key]) for row in rows}
        rows = [row for row in rows if (line := kept[row.key]) is not None and line.shape is not None]
        if not rows:
            return
        before = shapely.from_wkb([kept[row.key].shape for row in rows])  # type: ignore[union-attr]
        after = np.array([row.shape for row in rows], dtype=object)
        differ = shapely.symmetric_difference(before, after)
        areas = to_metres(GeoSeries(differ, crs=WGS84)).area
        self._changed_m2 = dict(zip((row.key for row in rows), map(float, areas), strict=True))

    def _redraw(self, row: Row, line: Boundary | None) -> Boundary:
        """The version of a boundary that the file's line becomes."""
        shown = self._choices.shown
        return Boundary(
            id=self._target[row.key],
            revision=0 if line is None else line.revision,
            shape=row.shape,
            words={} if line is None else line.words,
            method=Method.IMPORTED,
            datum=self._read.datum,
            # What was on the map on an earlier day stays as it was.
            valid_from=self._day if line is None else max(self._day, line.valid_from),
            shown=shown if shown is not None else line is None or line.shown,
        )

    def _facts(self, row: Row, known: Territory | None, line: Boundary | None) -> Iterator[Record]:
        """A territory as the file tells it, and the act that publishes it."""
        target, is_new = self._target[row.key], row.key not in self._by
        if is_new:
            told = Territory(
                id=target,
                level=row.level,
                called=row.told,
                kind=row.kind,
                families=row.families,
                since=self._day,
            )
        elif known is None:
            return
        else:
            changes = _differing(row, known)
            self._fields[row.key] += ["name" if each == "called" else each for each in changes]
            told = replace(known, **changes)
        version = 0 if line is None else line.revision + (row.key in self._redrawn)
        level, date = self._choices.publication, self._choices.act_date
        if line is not None and date is not None and (told.publication, told.published) != (level, version):
            self._fields[row.key].append("publication")
            told = replace(told, publication=level, published=version)
            yield Act(
                id=new_id("a"),
                territory=target,
                kind=ActKind.PUBLISH,
                date=date,
                subject=line.fingerprint,
                version=version,
                terms={"publication": level.value},
            )
        if told != known:
            yield told

    def _codes(self, row: Row) -> Iterator[Record]:
        target = self._target[row.key]
        codes = set(row.codes)
        if row.own_id is not None and row.own_id != target:
            codes.add((OF_FILE, row.own_id))
        new = sorted(code for code in codes if target not in self._directory.codes.get(code, ()))
        if new:
            self._fields[row.key].append("codes")
        for system, code in new:
            yield Code(id=new_id("k"), territory=target, system=system, code=code)

    def _memberships(self, row: Row) -> Iterator[Record]:
        target = self._target[row.key]
        new = sorted(set(self._groups[row.key]) - self._directory.groups_on(target, today()))
        if new:
            self._fields[row.key].append("groups")
        for group in new:
            yield Membership(id=new_id("m"), member=target, group=group, since=self._day)


def _differing(row: Row, known: Any) -> dict[str, Any]:
    """What a row says of a territory that is not what is known; what it does not say is no difference."""
    said = {"called": row.name, "kind": row.kind, "families": row.families}
    return {name: value for name, value in said.items() if value is not None and value != getattr(known, name)}
