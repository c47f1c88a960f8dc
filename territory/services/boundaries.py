"""To keep a boundary: drawn or told in words by those whose it is, or proposed by a helper for them to decide."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, replace

from geopandas import GeoSeries
from shapely import MultiPolygon

from territory.findings import Code, Finding, Severity
from territory.geo.crs import area_m2
from territory.model import WGS84
from territory.records import Boundary, Method, Proposal, ProposalState
from territory.services.access import Access, Operation, require
from territory.services.agreement import propose_moved
from territory.services.disputes import follow
from territory.services.drawing import Drawing, check_drawing, mended
from territory.services.errors import NotFound, Stale, Unusable
from territory.services.register import Once, Register, new_id, today
from territory.store.base import Reading, Writing

SIDES = ("north", "south", "east", "west")
"""Sides by which a line is told in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How a boundary was made."""

    method: Method = Method.DRAWN
    accuracy_m: float | None = None
    datum: str | None = None
    reasons: str | None = None
    valid_from: datetime.date | None = None
    """By default today; never in the future."""
    shown: bool = True
    """Whether the neighbours may see it."""
    takes_repair: bool = False
    """Whether to keep the repaired line where the drawn one crosses itself."""


def submit(
    register: Register,
    access: Access,
    territory: str,
    drawing: Drawing,
    making: Making,
    *,
    based_on: int,
    moves_neighbours: bool = False,
    once: Once | None = None,
) -> Boundary:
    """Keep a drawing as the new version of a boundary, faults and all; `findings` tells them.

    Parameters
    ----------
    register, access, territory
        Where, who, and whose line.
    drawing
        What was drawn; what it says of level and kind is left aside for what the register knows.
    making
        How.
    based_on
        The version that it was drawn from; 0 for the first one.
    moves_neighbours
        Whether the neighbours are asked, in the same change, to follow where the line moved.
    once
        See `Register.writing`.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Stale
        Somebody else changed the boundary meanwhile.
    Unusable
        The drawing cannot be a boundary, or only a repaired one can.
    """
    shape = _usable(register, access, Operation.DRAW, territory, drawing, making)
    with register.writing(access, "draw", once=once) as writing:
        before = writing.get(Boundary, territory)
        version = keep(writing, register, territory, shape, making, based_on=based_on)
        if before is not None and moves_neighbours:
            propose_moved(writing, register, register.eyes(access), before, version)
        writing.note(made=str(version.revision), territory=territory, version=version.revision)
    return version


def describe_line(
    register: Register, access: Access, territory: str, words: Mapping[str, str], *, based_on: int
) -> Boundary:
    """Keep a boundary told in words by its sides; a line that is there already stays.

    Raises
    ------
    NotFound, NeedsKey, Forbidden, Stale
        See `submit`.
    Unusable
        A side is none of `SIDES`.
    """
    require(register.eyes(access), Operation.DRAW, territory)
    if not words or set(words) - set(SIDES):
        raise Unusable("boundary.sides", sides=list(SIDES))
    with register.writing(access, "describe_line") as writing:
        newest = writing.get(Boundary, territory)
        _require_newest(writing, territory, newest, based_on)
        told = (
            Boundary(id=territory, shape=None, words=words, method=Method.DESCRIBED, valid_from=today())
            if newest is None
            else replace(newest, words=words, valid_from=max(newest.valid_from, today()))
        )
        writing.note(territory=territory)
        return writing.put(told)


def propose(
    register: Register,
    access: Access,
    territory: str,
    drawing: Drawing,
    making: Making,
    *,
    based_on: int,
    once: Once | None = None,
) -> Proposal:
    """Keep a helper's drawing until a spokesperson decides; it changes nothing.

    Raises
    ------
    NotFound, NeedsKey, Forbidden, Unusable
        See `submit`.
    """
    shape = _usable(register, access, Operation.PROPOSE, territory, drawing, making)
    with register.writing(access, "propose", once=once) as writing:
        proposal = writing.put(
            Proposal(
                id=new_id("p"),
                territory=territory,
                shape=shape,
                replaces=based_on,
                method=making.method,
                accuracy_m=making.accuracy_m,
                reasons=making.reasons,
                proposed_by=access.name,
            )
        )
        writing.note(made=proposal.id, territory=territory)
    return proposal


def proposals(register: Register, access: Access, territory: str) -> list[Proposal]:
    """Drawings that wait for a decision, for whoever sees the territory whole.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `submit`.
    """
    require(register.eyes(access), Operation.SEE, territory)
    with register.reading() as reading:
        return reading.find(Proposal, territory=territory, state=ProposalState.WAITING)


def decide(
    register: Register, access: Access, territory: str, proposal_id: str, *, takes: bool, based_on: int
) -> Boundary | None:
    """Take a helper's proposal as the new version, or refuse it.

    Parameters
    ----------
    register, access, territory, proposal_id
        Where, who, and what.
    takes
        Whether the drawing becomes the boundary.
    based_on
        Version of the boundary that whoever decides has seen.

    Returns
    -------
    Boundary
        The new version; none when the proposal was refused.

    Raises
    ------
    NotFound, NeedsKey, Forbidden, Stale
        See `submit`.
    """
    require(register.eyes(access), Operation.DECIDE, territory)
    with register.writing(access, "take_proposal" if takes else "refuse_proposal") as writing:
        proposal = writing.get(Proposal, proposal_id)
        if proposal is None or proposal.territory != territory or proposal.state is not ProposalState.WAITING:
            raise NotFound("proposal.unknown", id=proposal_id)
        writing.put(replace(proposal, state=ProposalState.ACCEPTED if takes else ProposalState.REFUSED))
        writing.note(territory=territory, proposal=proposal_id, proposed_by=proposal.proposed_by)
        if not takes:
            return None
        making = Making(method=proposal.method, accuracy_m=proposal.accuracy_m, reasons=proposal.reasons)
        return keep(writing, register, territory, proposal.shape, making, based_on=based_on)


def findings(register: Register, access: Access, territory: str) -> list[Finding]:
    """How a boundary fits those around it, as far as whoever asks may know of them.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `submit`.
    """
    eyes = register.eyes(access)
    current = eyes.current
    standing = require(eyes, Operation.SEE, territory)
    shape = current.mosaic.boundary(territory)
    if shape is None:
        return []
    own = Drawing(
        shape=shape,
        level=standing.level,
        kind=standing.kind,
        families=standing.families,
        replaces=territory,
    )
    return check_drawing(own, current.mosaic, profile=register.profile, visible=eyes.sees_line).findings


def keep(
    writing: Writing, register: Register, territory: str, shape: MultiPolygon, making: Making, *, based_on: int
) -> Boundary:
    """Write a version of a boundary, and the disputes that it opens or ends; every drawing ends here.

    Raises
    ------
    Stale
        Another version came after ``based_on``.
    """
    newest = writing.get(Boundary, territory)
    _require_newest(writing, territory, newest, based_on)
    version = writing.put(
        Boundary(
            id=territory,
            revision=based_on,
            shape=shape,
            words={} if newest is None else newest.words,
            method=making.method,
            accuracy_m=making.accuracy_m,
            datum=making.datum,
            reasons=making.reasons,
            valid_from=making.valid_from or today(),
            shown=making.shown,
        )
    )
    follow(writing, register, {territory: shape})
    return version


def _usable(
    register: Register, access: Access, operation: Operation, territory: str, drawing: Drawing, making: Making
) -> MultiPolygon:
    """The boundary that a drawing means, if whoever drew it may and it can be kept.

    How it fits its neighbours is not asked here: that never keeps anybody from keeping it.
    """
    require(register.eyes(access), operation, territory)
    if making.valid_from is not None and making.valid_from > today():
        raise Unusable("date.future", date=making.valid_from.isoformat())
    shape, found = mended(drawing, register.profile)
    _refuse_unusable(found, making)
    if shape is None:
        raise Unusable("boundary.unusable")
    return shape


def _refuse_unusable(findings: list[Finding], making: Making) -> None:
    for finding in findings:
        if finding.severity is Severity.ERROR:
            raise Unusable("boundary.unusable")
        if finding.code is Code.REPAIRED and finding.severity is Severity.WARNING and not making.takes_repair:
            raise Unusable("boundary.repair", changed_m2=round(float(finding.args["changed_m2"])))


def _require_newest(reading: Reading, territory: str, newest: Boundary | None, based_on: int) -> None:
    """Raise `Stale`, saying what changed, unless a change was made from the newest version."""
    version = 0 if newest is None else newest.revision
    if version == based_on or newest is None:
        if version != based_on:
            raise Stale("boundary.stale", yours=based_on, newest=0, changed_m2=0)
        return
    theirs = reading.get(Boundary, territory, based_on)
    raise Stale("boundary.stale", yours=based_on, newest=version, changed_m2=round(_difference_m2(theirs, newest)))


def _difference_m2(one: Boundary | None, other: Boundary) -> float:
    """How much ground is in one version and not in the other."""
    shapes = [each.shape for each in (one, other) if each is not None and each.shape is not None]
    if len(shapes) < 2:
        return sum(map(area_m2, shapes))
    # Symmetric differences of degrees are small or empty; measured where they lie.
    changed = GeoSeries([shapes[0].symmetric_difference(shapes[1])], crs=WGS84)
    return 0.0 if changed.is_empty.all() else area_m2(changed.iloc[0])
