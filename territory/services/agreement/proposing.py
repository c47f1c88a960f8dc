"""To propose what becomes of a piece of line, and to answer: both sides say yes, or nothing moves.

::

    action    from                                                    to
    propose   nothing said, objected, unanswered, disagreed           proposed
    accept    proposed, unanswered                                    agreed; disagreed, where that was proposed
    object    proposed, unanswered                                    objected
    disagree  proposed, unanswered                                    proposed: that both leave it unsettled
    withdraw  proposed, unanswered                                    withdrawn

Silence is never consent: after its last day a proposal is unanswered, and either side may propose anew; a late
answer still is one.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import Any

from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from territory.geo.settle import Way
from territory.mosaic import Current
from territory.profiles import Profile
from territory.records import Stretch, StretchState
from territory.services.access import Access, Eyes, Operation, require, require_role
from territory.services.agreement.accepting import accept
from territory.services.agreement.border import (
    Border,
    in_order,
    pair_seen,
    read_border,
    require_neighbour,
    state_of,
)
from territory.services.agreement.pieces import Piece
from territory.services.agreement.settling import DISAGREE, Choice, cut_along, piece_of, settled
from territory.services.errors import NotFound, Refusal, Stale, Unusable
from territory.services.register import Once, Register, new_id, today
from territory.store.base import Reading, Writing

_NO_LINE = MultiLineString()


class Reply(StrEnum):
    """What the other side says of a proposal."""

    ACCEPT = "accept"
    OBJECT = "object"
    DISAGREE = "disagree"
    """Propose that both leave it unsettled; or accept that, where it was proposed."""


def propose(
    register: Register,
    access: Access,
    from_side: str,
    to_side: str,
    piece: str,
    *,
    way: Choice | None = None,
    line: BaseGeometry | str | None = None,
    reasons: str | None = None,
    once: Once | None = None,
) -> Stretch:
    """Propose to a neighbour what becomes of a piece of the line between both; nothing moves.

    Parameters
    ----------
    register, access
        Where, and who.
    from_side, to_side
        Who proposes, and to whom.
    piece
        Its id, as `territory.services.agreement.border` tells it.
    way
        How a strip is settled, or `DISAGREE`; none where both drew the line alike: "this is our line".
    line
        For `Way.ALONG`: lines in WGS 84, or the id of a reference.
    reasons
        In the words of those who propose.
    once
        See `Register.writing`.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or the neighbour's line is not seen.
    Stale
        There is no such piece any longer.
    Unusable
        It waits for an answer or is agreed, the way does not work for it, or one side keeps its line back.
    """
    with _agreeing(register, access, "propose_stretch", once) as (writing, eyes):
        require(eyes, Operation.AGREE, from_side)
        require_neighbour(eyes, from_side, to_side)
        found = read_border(writing, register, eyes.current, in_order(from_side, to_side))
        _require_shown(found)
        about = piece_of(found, piece)
        proposed = _new_or_reopened(found, about, from_side)
        kept = writing.put(
            replace(
                proposed,
                **_choice(writing, found, about, from_side, way, line),
                **asked_of(found, from_side, register.profile),
                reasons=reasons,
            )
        )
        writing.note(made=kept.id, **ids_of(kept))
    return kept


def answer(
    register: Register,
    access: Access,
    stretch: str,
    reply: Reply,
    *,
    based_on: int,
    reasons: str | None = None,
    once: Once | None = None,
) -> Stretch:
    """Answer a proposal in the name of the side that it was made to.

    To accept a way to settle a strip writes both boundaries, the agreement and the end of the dispute at once.

    Parameters
    ----------
    register, access
        Where, and who.
    stretch
        Id of the proposal.
    reply
        What they say.
    based_on
        Revision of the proposal that they saw.
    reasons
        In their words; whoever objects says why.
    once
        See `Register.writing`; it makes the revision.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        There is no such proposal, or they may not see it, or not answer it.
    Stale
        The proposal changed meanwhile, or a line did at that place.
    Unusable
        It waits for no answer, no reasons are given, or one side keeps its line back.
    """
    with _agreeing(register, access, f"{reply}_stretch", once) as (writing, eyes):
        waiting = _seen(writing, eyes, stretch)
        side = waiting.right if waiting.proposed_by == waiting.left else waiting.left
        require(eyes, Operation.AGREE, side)
        _require_waiting(waiting, based_on)
        kept = _replied(writing, register, eyes.current, waiting, side, reply, reasons)
        writing.note(made=str(kept.revision), **ids_of(kept))
    return kept


def withdraw(register: Register, access: Access, stretch: str, *, based_on: int) -> Stretch:
    """Take back a proposal that waits for an answer, in the name of the side that made it.

    Raises
    ------
    NotFound, NeedsKey, Forbidden, Stale, Unusable
        See `answer`.
    """
    with _agreeing(register, access, "withdraw_stretch", None) as (writing, eyes):
        # Its own proposal can be taken back also when the other side no longer shows its line.
        waiting = writing.get(Stretch, stretch)
        if waiting is None or not eyes.sees_line(waiting.proposed_by):
            raise NotFound("agreement.unknown", id=stretch)
        require(eyes, Operation.AGREE, waiting.proposed_by)
        _require_waiting(waiting, based_on)
        kept = writing.put(replace(waiting, state=StretchState.WITHDRAWN))
        writing.note(**ids_of(kept))
    return kept


def history(register: Register, access: Access, stretch: str) -> list[Stretch]:
    """Everything that was said of a piece of line, oldest first, for whoever sees the border.

    Raises
    ------
    NotFound
        There is none of that id, or none that they may see.
    """
    eyes = register.eyes(access)
    with register.reading() as reading:
        _seen(reading, eyes, stretch)
        return reading.history(Stretch, stretch)


@contextmanager
def _agreeing(
    register: Register, access: Access, action: str, once: Once | None
) -> Iterator[tuple[Writing, Eyes]]:
    """Change what is said of a line; how things stand is asked inside, where nobody else changes them."""
    require_role(access, Operation.AGREE)
    with register.writing(access, action, once=once) as writing:
        yield writing, register.eyes(access)


def _replied(
    writing: Writing,
    register: Register,
    current: Current,
    waiting: Stretch,
    side: str,
    reply: Reply,
    reasons: str | None,
) -> Stretch:
    """The proposal after what the other side said of it."""
    if reply is Reply.OBJECT:
        if reasons is None:
            raise Unusable("agreement.reasons_needed")
        return writing.put(replace(waiting, state=StretchState.OBJECTED, reasons=reasons))
    found = read_border(writing, register, current, in_order(waiting.left, waiting.right))
    _require_shown(found)
    about = found.told_by(waiting.id)
    if about is None:
        raise Stale("agreement.moved")
    if reply is Reply.ACCEPT or waiting.way == DISAGREE:
        return accept(writing, register, current, found, waiting)
    counter = _choice(writing, found, about, side, DISAGREE, None) | asked_of(found, side, register.profile)
    return writing.put(replace(waiting, **counter, reasons=reasons))


def _seen(reading: Reading, eyes: Eyes, id_: str) -> Stretch:
    """What is said of a line, for whoever may see that line; nobody else learns whether it exists."""
    stretch = reading.get(Stretch, id_)
    if stretch is None:
        raise NotFound("agreement.unknown", id=id_)
    try:
        pair_seen(eyes, stretch.left, stretch.right)
    except Refusal:
        raise NotFound("agreement.unknown", id=id_) from None
    return stretch


def _new_or_reopened(found: Border, about: Piece, from_side: str) -> Stretch:
    """What a proposal is written over: the newest that was said of the piece, or a new one."""
    before = about.stretch
    if before is None:
        return Stretch(
            id=new_id("l"),
            left=found.left.id,
            right=found.right.id,
            line=_NO_LINE,
            proposed_by=from_side,
            answer_by=today(),
            left_version=found.left.revision,
            right_version=found.right.revision,
        )
    if state_of(before) == StretchState.PROPOSED:
        raise Unusable("agreement.waiting", date=before.answer_by.isoformat())
    if before.state is StretchState.AGREED:
        raise Unusable("agreement.agreed")
    return before


def _choice(
    reading: Reading,
    found: Border,
    about: Piece,
    side: str,
    way: Choice | None,
    line: BaseGeometry | str | None,
) -> dict[str, Any]:
    """What is proposed of a piece, once it is sure that it works."""
    if not about.is_strip:
        if way is not None:
            raise Unusable("agreement.no_strip")
        own = about.left_line if side == found.left.id else about.right_line
        return {"line": own, "strip": None, "way": None, "dispute": None}
    is_disputed = found.dispute is not None and about.is_overlap
    told = {
        "strip": about.strip,
        "way": way,
        "dispute": found.dispute.id if found.dispute and is_disputed else None,
    }
    if way is None:
        raise Unusable("agreement.way_needed")
    if not isinstance(way, Way):
        return {**told, "line": _NO_LINE}
    cut = cut_along(reading, about.strip, line) if way is Way.ALONG else None
    result = settled(found, about.strip, way, cut)
    named = f"{way}:{line}" if isinstance(line, str) and way is Way.ALONG else str(way)
    return {**told, "line": result.divided if cut is None else cut, "way": named}


def asked_of(found: Border, side: str, profile: Profile) -> dict[str, Any]:
    """What every proposal says beside its subject."""
    return {
        "state": StretchState.PROPOSED,
        "proposed_by": side,
        "answer_by": today() + datetime.timedelta(days=profile.agreement.answer_days),
        "left_version": found.left.revision,
        "right_version": found.right.revision,
    }


def _require_waiting(stretch: Stretch, based_on: int) -> None:
    if stretch.revision != based_on:
        raise Stale("agreement.stale", yours=based_on, newest=stretch.revision)
    if stretch.state is not StretchState.PROPOSED:
        raise Unusable("agreement.answered")


def _require_shown(found: Border) -> None:
    """Raise unless both show their line: what is proposed of a line tells where it runs."""
    for line in (found.left, found.right):
        if not line.shown:
            raise Unusable("agreement.not_shown", id=line.id)


def ids_of(stretch: Stretch) -> dict[str, Any]:
    """What the log says of a proposal."""
    return {"stretch": stretch.id, "left": stretch.left, "right": stretch.right, "revision": stretch.revision}
