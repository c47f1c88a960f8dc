"""To take a whole layer into the register: every territory with its line, its groups and its act, or nothing."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
from geopandas import GeoDataFrame

from territory.geo.progress import Progress
from territory.intake import Intake
from territory.model import Publication, Surroundings
from territory.records import (
    ABOUT,
    About,
    Act,
    ActKind,
    Boundary,
    Membership,
    Method,
    Record,
    Territory,
)
from territory.services.access import OPERATOR, Access, Operation, require_role
from territory.services.disputes import follow
from territory.services.errors import Unusable
from territory.services.import_plan import Choices, Did, Outcome, Plan
from territory.services.matching import rows_of
from territory.services.references import of_surroundings
from territory.services.register import Register, new_id, today


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or would do."""

    outcomes: list[Outcome]
    """A row each, in the order of the file."""
    memberships: int
    acts: int
    disputes: int
    is_written: bool
    """Whether anything was."""

    def those(self, did: Did) -> list[Outcome]:
        """The rows with which one thing was done."""
        return [each for each in self.outcomes if each.did is did]

    @property
    def has_refused(self) -> bool:
        """Whether any row was."""
        return any(each.did is Did.REFUSED for each in self.outcomes)


def import_layer(
    register: Register, access: Access, read: Intake, choices: Choices, progress: Progress | None = None
) -> ImportReport:
    """Take what intake read into the register: all of it, or nothing when something is refused.

    A row is the territory with its id, else with one of its codes, else the only one of its name and level whose
    line it meets; otherwise it is a new one. A line or fact that differs becomes a new version; what the file does
    not say stays. The same file a second time changes nothing.

    Parameters
    ----------
    register, access
        Where, and who.
    read
        The file.
    choices
        What to do with it.
    progress
        Called as the work goes on.

    Raises
    ------
    NeedsKey, Forbidden
        Only stewards import layers, and only the operator enters the acts that publish them.
    Unusable
        Choices that contradict each other.
    """
    require_role(access, Operation.REFER)
    day = _day(access, choices)
    rows = list(rows_of(read, choices.codes))
    if progress:
        progress("match", 0, 0)
    with register.reading() as reading:
        plan = Plan(reading, register.profile, read, rows, choices, day)
        sequence = reading.sequence
    if choices.is_rehearsal or not plan.may_be_written:
        return _report(plan, is_written=False)
    if progress:
        progress("write", 0, 0)
    with register.writing(access, "import") as writing:
        if writing.sequence != sequence:
            # Somebody wrote meanwhile. Now nobody does.
            plan = Plan(writing, register.profile, read, rows, choices, day)
        if not plan.may_be_written:
            return _report(plan, is_written=False)
        writing.put_all(plan.records)
        found = follow(
            writing, register, {each.id: each.shape for each in plan.records if isinstance(each, Boundary)}
        )
        report = _report(plan, disputes=len(found), is_written=True)
        writing.note(**{did.value: len(report.those(did)) for did in Did})
    return report


def _report(plan: Plan, *, disputes: int = 0, is_written: bool) -> ImportReport:
    return ImportReport(
        outcomes=plan.outcomes(),
        memberships=sum(isinstance(each, Membership) for each in plan.records),
        acts=sum(isinstance(each, Act) for each in plan.records),
        disputes=disputes,
        is_written=is_written,
    )


def _day(access: Access, choices: Choices) -> datetime.date:
    """The day from which everything counts."""
    if choices.publication is not Publication.PRIVATE:
        # A steward sees to the register and decides for nobody.
        require_role(access, Operation.DECIDE)
        if choices.act_date is None:
            raise Unusable("import.act_date")
    for each in (choices.act_date, choices.since):
        if each is not None and each > today():
            raise Unusable("date.future", date=each.isoformat())
    return choices.since or choices.act_date or today()


def keep_region(
    register: Register,
    layer: GeoDataFrame,
    surroundings: Surroundings,
    *,
    publication: Publication = Publication.PRIVATE,
    shown: bool = True,
    since: datetime.date | None = None,
) -> None:
    """Fill an empty register with a layer and its surroundings.

    Parameters
    ----------
    register
        Where to keep them.
    layer
        In the form of `territory.model`; ids stay as they are.
    surroundings
        Reference layers, shared places and links.
    publication
        What everybody sees of each territory; above private, each gets an act that says so.
    shown
        Whether neighbours see each other's lines.
    since
        Day from which the boundaries count, and of the acts; by default today.
    """
    day = since or today()
    with register.writing(OPERATOR, "import") as writing:
        writing.put(About(id=ABOUT, fictitious=surroundings.is_fictitious, profile=register.profile.name))
        writing.put_all(_territories(layer, publication, shown, day))
        writing.put_all(_memberships(layer))
        writing.put_all(of_surroundings(surroundings))
        follow(writing, register, dict(zip(layer.index, layer.geometry.array, strict=True)))
        writing.note(territories=len(layer))


def _territories(
    layer: GeoDataFrame, publication: Publication, shown: bool, day: datetime.date
) -> Iterator[Record]:
    is_public = publication is not Publication.PRIVATE
    columns = zip(layer.index, layer["name"], layer["level"], layer["kind"], layer["families"], strict=True)
    for (id_, name, level, kind, families), shape in zip(columns, layer.geometry.array, strict=True):
        yield Territory(
            id=id_,
            level=level,
            called=name,
            kind=kind,
            families=None if pd.isna(families) else int(families),
            publication=publication,
            published=1 if is_public else None,
        )
        line = Boundary(id=id_, shape=shape, method=Method.IMPORTED, valid_from=day, shown=shown)
        yield line
        if is_public:
            yield Act(
                id=new_id("a"),
                territory=id_,
                kind=ActKind.PUBLISH,
                date=day,
                subject=line.fingerprint,
                version=1,
                terms={"publication": publication},
            )


def _memberships(layer: GeoDataFrame) -> Iterator[Membership]:
    """Memberships that a layer tells, in groups that are in it; their ids are in ``parent``, joined by ``;``."""
    for id_, parents in zip(layer.index, layer["parent"], strict=True):
        for group in parents.split(";") if isinstance(parents, str) else ():
            if group.strip() in layer.index:
                yield Membership(id=new_id("m"), member=id_, group=group.strip())
