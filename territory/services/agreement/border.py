"""The line between two neighbours as a thing of its own: its pieces, and what both sides say of each.

Whichever side asks gets the same answer. Lines are cut into pieces anew each time they are asked for; what was
said of a piece stands with it for as long as neither side's line moved there since.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from shapely import MultiPolygon

from territory.mosaic import Current
from territory.records import Boundary, Dispute, Stretch, StretchState
from territory.services.access import Access, Eyes, Operation, Sight, require
from territory.services.agreement.pieces import Ground, Piece, pieces_between
from territory.services.disputes import Pair, dispute_between
from territory.services.errors import NotFound, Unusable
from territory.services.register import Register, today
from territory.store.base import Reading

# What counts on lines as they were when they have moved since; what was refused is history.
_BINDING = (StretchState.PROPOSED, StretchState.AGREED)

UNASKED = "unasked"
"""The state of a piece of which nobody said anything yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """The line between two neighbours."""

    left: Boundary
    """Of the territory whose id comes first in the alphabet."""
    right: Boundary
    pieces: tuple[Piece, ...]
    """In order along the left's line, its ground to the left."""
    moved: tuple[Stretch, ...]
    """What was proposed or agreed where a line moved since, newest first. An agreement stays true of the versions
    that it names."""
    dispute: Dispute | None

    @property
    def pair(self) -> Pair:
        """Ids of both sides."""
        return self.left.id, self.right.id

    @property
    def shapes(self) -> tuple[MultiPolygon, MultiPolygon]:
        """Both boundaries, WGS 84."""
        shapes = self.left.shape, self.right.shape
        assert shapes[0] is not None
        assert shapes[1] is not None
        return shapes[0], shapes[1]

    def piece(self, id_: str) -> Piece | None:
        """The piece of an id, if there still is one."""
        return next((each for each in self.pieces if each.id == id_), None)

    def told_by(self, stretch: str) -> Piece | None:
        """The piece that something said is about."""
        return next(
            (each for each in self.pieces if each.stretch is not None and each.stretch.id == stretch), None
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Somebody around a territory, and how far both have come with their line."""

    id: str
    length_m: float
    """Of the line between both; 0 where they touch at a corner only."""
    disputed_m2: float
    states: Mapping[str, int] = field(default_factory=dict)
    """How many pieces are in each state, `UNASKED` included."""
    lengths_m: Mapping[str, float] = field(default_factory=dict)
    """How long the pieces in each state are together."""


def border(register: Register, access: Access, one: str, other: str) -> Border:
    """The line between two neighbours, for whoever sees one of them whole and the other's line.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or one of them has no line.
    Unusable
        They are of different levels, or the same territory twice.
    """
    eyes = register.eyes(access)
    pair = pair_seen(eyes, one, other)
    with register.reading() as reading:
        return read_border(reading, register, eyes.current, pair)


def neighbours(register: Register, access: Access, territory: str) -> list[Neighbour]:
    """Who is around a territory, of those whose line its own see; the longest line first.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or it has no line.
    """
    eyes = register.eyes(access)
    current = eyes.current
    standing = require(eyes, Operation.SEE, territory)
    shape = current.mosaic.boundary(territory)
    if shape is None:
        raise NotFound("boundary.none", id=territory)
    own = current.mosaic.project(shape)
    near = current.mosaic.near(
        own,
        level=standing.level,
        within_m=register.profile.agreement.gap_m,
        of=lambda each: each != territory and eyes.sees_line(each),
    )
    with register.reading() as reading:
        borders = {each: read_border(reading, register, current, in_order(territory, each)) for each in near.index}
    # Whoever comes near without a line in common is a neighbour at a corner, or none.
    touching = near.index[near.distance(own) <= register.profile.tolerances.sliver_m]
    found = [_neighbour(each, line) for each, line in borders.items() if line.pieces or each in touching]
    return sorted(found, key=lambda each: (-each.length_m, each.id))


def state_of(stretch: Stretch | None, day: datetime.date | None = None) -> str:
    """How a piece stands on a day, today by default; a proposal without an answer in time is not accepted."""
    if stretch is None:
        return UNASKED
    is_late = stretch.state is StretchState.PROPOSED and (day or today()) > stretch.answer_by
    return (StretchState.UNANSWERED if is_late else stretch.state).value


def pair_seen(eyes: Eyes, one: str, other: str) -> Pair:
    """Two neighbours of one level, for whoever sees one of them whole and the other's line; in order.

    Raises
    ------
    NotFound, NeedsKey, Forbidden, Unusable
        See `border`.
    """
    own = other if eyes.sight(other) is Sight.ALL and eyes.sight(one) is not Sight.ALL else one
    require(eyes, Operation.SEE, own)
    require_neighbour(eyes, own, one if own == other else other)
    return in_order(one, other)


def require_neighbour(eyes: Eyes, own: str, met: str) -> None:
    """Raise unless somebody who sees one territory whole sees the other one's line, and both can have a border.

    Raises
    ------
    NotFound
        There is no such neighbour, or none whose line they may see.
    Unusable
        They are of different levels, or the same territory twice.
    """
    if not eyes.sees_line(met):
        raise NotFound("territory.unknown", id=met)
    if own == met:
        raise Unusable("agreement.same")
    standing = eyes.current.standing
    if standing[own].level != standing[met].level:
        raise Unusable("agreement.level")


def read_border(reading: Reading, register: Register, current: Current, pair: Pair) -> Border:
    """The line between two neighbours, whoever asks.

    Raises
    ------
    NotFound
        One of them has no line.
    """
    left, right = (_line(reading, each) for each in pair)
    said = [each for each in _said(reading, pair) if each.state is not StretchState.WITHDRAWN]
    ground = Ground.of(left, right, list(_others(current, left, right, register)), register.profile)
    is_still = {each.id: _holds(reading, ground, each) for each in said}
    pieces = pieces_between(ground, [each for each in said if is_still[each.id]])
    dispute = dispute_between(reading, pair)
    return Border(
        left=left,
        right=right,
        pieces=tuple(pieces),
        moved=tuple(each for each in said if not is_still[each.id] and each.state in _BINDING),
        dispute=dispute,
    )


def _neighbour(id_: str, found: Border) -> Neighbour:
    told = [(state_of(each.stretch), each) for each in found.pieces]
    states = Counter(state for state, _ in told)
    return Neighbour(
        id=id_,
        length_m=sum(each.length_m for each in found.pieces),
        disputed_m2=sum(each.area_m2 for each in found.pieces if each.is_overlap),
        states=states,
        lengths_m={state: sum(each.length_m for its, each in told if its == state) for state in states},
    )


def in_order(one: str, other: str) -> Pair:
    """Two ids as a border names them: neither side comes first."""
    left, right = sorted((one, other))
    return left, right


def _line(reading: Reading, territory: str) -> Boundary:
    line = reading.get(Boundary, territory)
    if line is None or line.shape is None:
        raise NotFound("boundary.none", id=territory)
    return line


def _said(reading: Reading, pair: Pair) -> list[Stretch]:
    """What both said of their line, newest first."""
    found = reading.find(Stretch, left=pair[0], right=pair[1])
    return sorted(found, key=lambda each: (each.seq, each.id), reverse=True)


def _others(current: Current, left: Boundary, right: Boundary, register: Register) -> Iterator[MultiPolygon]:
    """The ground of everybody else of the level around a pair, as far as it is shown: it is no gap of theirs."""
    mosaic, both = current.mosaic, {left.id, right.id}
    around = mosaic.near(
        mosaic.project(left.shape),
        level=current.standing[left.id].level,
        within_m=register.profile.agreement.gap_m,
        of=lambda each: each not in both and (known := current.standing.get(each)) is not None and known.shown,
    )
    for each in around.index:
        shape = mosaic.boundary(each)
        if shape is not None:
            yield shape


def _holds(reading: Reading, ground: Ground, stretch: Stretch) -> bool:
    """Whether both lines still run as they did where something was said of them."""
    if stretch.state is StretchState.DISAGREED:
        # What both leave unsettled stays so also when one side gives up some of it.
        return True
    versions = {0: stretch.left_version, 1: stretch.right_version}
    for side, now in enumerate((ground.left, ground.right)):
        if versions[side] == now.revision:
            continue
        before = reading.get(Boundary, now.id, versions[side])
        if before is None or before.shape is None or not ground.is_unmoved(before.shape, side, stretch):
            return False
    return True
