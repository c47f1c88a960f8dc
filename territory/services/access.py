"""Who may do what: roles, their operations, and where they hold. One place; everything else asks here.

A key sees what lies in its scope, and of its neighbours the lines that they show, near by. Whoever may not see a
territory gets the same answer as if it did not exist.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely import MultiPolygon

from territory.geo.crs import to_metres
from territory.model import WGS84, Publication
from territory.mosaic import Current, Standing
from territory.profiles import Profile
from territory.records import Key, Role
from territory.services.errors import Forbidden, NeedsKey, NotFound


class Operation(StrEnum):
    """What can be done with a territory, or with the register."""

    SEE = "see"
    """See it as it is, not only as the public does; its versions and its history."""
    PROPOSE = "propose"
    DRAW = "draw"
    DESCRIBE = "describe"
    """Name, families, words of the line, places, codes, links."""
    AGREE = "agree"
    """Propose and answer stretches, settle disputes."""
    DECIDE = "decide"
    """Enter acts, take or refuse proposals, give consent."""
    GROUP = "group"
    """Make communes, corridors and other groups, and new councils."""
    REFER = "refer"
    """Import layers and reference layers, export everything, read the log."""
    KEYS = "keys"


MAY: Mapping[Role, frozenset[Operation]] = {
    Role.HELPER: frozenset({Operation.SEE, Operation.PROPOSE}),
    Role.SPOKESPERSON: frozenset(
        {
            Operation.SEE,
            Operation.PROPOSE,
            Operation.DRAW,
            Operation.DESCRIBE,
            Operation.AGREE,
            Operation.DECIDE,
        }
    ),
    Role.ORGANIZER: frozenset({Operation.SEE, Operation.PROPOSE, Operation.GROUP}),
    Role.STEWARD: frozenset({Operation.SEE, Operation.REFER, Operation.KEYS}),
}
"""What each role may do, within its scope. A steward sees to the register and decides for nobody."""

OF_THE_REGISTER = frozenset({Operation.REFER, Operation.KEYS, Operation.GROUP})
"""Operations that are not about one territory that exists."""


class Sight(StrEnum):
    """How much of a territory somebody sees."""

    NOTHING = "nothing"
    PUBLIC = "public"
    """What the act that published it allows."""
    LINE = "line"
    """Its current line, because its neighbours may see it."""
    ALL = "all"


@dataclass(frozen=True)
class Access:
    """Somebody who asks: the bearer of a key, the operator of the machine, or anybody."""

    name: str
    """What the log calls them; never a person."""
    role: Role | None = None
    territories: frozenset[str] = frozenset()
    area: MultiPolygon | None = None
    is_operator: bool = False
    """Works on the machine itself, where nothing could keep anything from them."""

    @property
    def is_everywhere(self) -> bool:
        """Whether no scope narrows it."""
        return self.is_operator or (self.role is not None and not self.territories and self.area is None)

    @cached_property
    def _prepared(self) -> MultiPolygon | None:
        if self.area is not None:
            shapely.prepare(self.area)
        return self.area

    def covers(self, territory: str, current: Current) -> bool:
        """Whether a territory lies in the scope: it is named there, or its middle lies in the area."""
        if self.is_everywhere or territory in self.territories:
            return True
        if self._prepared is None:
            return False
        shape = current.mosaic.boundary(territory)
        return shape is not None and self._prepared.contains(shape.point_on_surface())

    def may(self, operation: Operation) -> bool:
        """Whether the role allows an operation anywhere."""
        return self.is_operator or (self.role is not None and operation in MAY[self.role])


PUBLIC = Access("public")
"""Anybody, without a key."""
OPERATOR = Access("operator", is_operator=True)
"""Whoever works the command line on the machine where the store is."""


class Eyes:
    """What somebody sees of the register as it stands now.

    Parameters
    ----------
    access
        Who looks.
    current
        At what.
    profile
        How far around its own territories a key sees lines that neighbours show.
    """

    def __init__(self, access: Access, current: Current, profile: Profile) -> None:
        self.access = access
        self.current = current
        """At what they look."""
        self._reach_m = profile.agreement.reach_m

    def sight(self, territory: str) -> Sight:
        """How much is seen of a territory; nothing also of one that does not exist."""
        standing = self.current.standing.get(territory)
        if standing is None:
            return Sight.NOTHING
        if self.access.may(Operation.SEE) and self.access.covers(territory, self.current):
            return Sight.ALL
        if standing.shown and self._is_near(territory):
            return Sight.LINE
        return Sight.NOTHING if standing.publication is Publication.PRIVATE else Sight.PUBLIC

    def sees_line(self, territory: str) -> bool:
        """Whether the current line of a territory is seen, as it is."""
        return self.sight(territory) in (Sight.ALL, Sight.LINE)

    def sees_line_or(self, public: Callable[[str], bool]) -> Callable[[str], bool]:
        """A test for lines that are seen, or that are public anyway."""
        if self.access.is_everywhere and self.access.may(Operation.SEE):
            return lambda territory: True
        return lambda territory: public(territory) or self.sees_line(territory)

    def _is_near(self, territory: str) -> bool:
        """Whether a territory lies about those of the scope, for whom its line is a neighbour's."""
        if self._own is None or self.access.role not in (Role.HELPER, Role.SPOKESPERSON):
            return False
        shape = self.current.mosaic.boundary(territory)
        return shape is not None and bool(shapely.intersects(self._own, shape))

    @cached_property
    def _own(self) -> MultiPolygon | None:
        """The ground of the scope and what lies around it, in WGS 84."""
        shapes = [self.current.mosaic.boundary(each) for each in sorted(self.access.territories)]
        ground = [each for each in shapes if each is not None]
        if self.access.area is not None:
            ground.append(self.access.area)
        if not ground:
            return None
        # A degree of longitude is never longer than one of latitude: the reach errs to the wide side by little.
        metres = to_metres(GeoSeries(ground, crs=WGS84), self.current.mosaic.crs)
        around = shapely.union_all(shapely.buffer(np.asarray(metres.array), self._reach_m, quad_segs=4))
        seen = GeoSeries([around], crs=self.current.mosaic.crs).to_crs(WGS84).iloc[0]
        shapely.prepare(seen)
        return seen


def require(eyes: Eyes, operation: Operation, territory: str) -> Standing:
    """Let somebody do something with a territory, or say why not.

    Returns
    -------
    Standing
        Of the territory.

    Raises
    ------
    NotFound
        There is no such territory, or none that they may know of.
    NeedsKey
        They see it, and came without a key.
    Forbidden
        They see it, and their key does not allow this.
    """
    access = eyes.access
    sight = eyes.sight(territory)
    if sight is Sight.NOTHING:
        raise NotFound("territory.unknown", id=territory)
    if not (access.may(operation) and access.covers(territory, eyes.current)):
        raise _refusal(access, operation)
    return eyes.current.standing[territory]


def require_role(access: Access, operation: Operation) -> None:
    """Let somebody do something with the register as a whole, or say why not.

    Raises
    ------
    NeedsKey, Forbidden
        See `require`.
    """
    if not access.may(operation):
        raise _refusal(access, operation)


def _refusal(access: Access, operation: Operation) -> Forbidden | NeedsKey:
    return NeedsKey("key.needed") if access is PUBLIC else Forbidden("key.not_allowed", operation=operation.value)


def access_of(key: Key) -> Access:
    """What a key lets its bearer do."""
    return Access(key.id, key.role, frozenset(key.territories), key.area)


def is_valid(key: Key, day: datetime.date) -> bool:
    """Whether a key may be used on a day: its end date is the last one."""
    return not key.revoked and day <= key.ends


def new_secret() -> str:
    """128 bits that nobody can guess, in letters that survive being read aloud.

    >>> len(new_secret())
    26
    """
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(26))


def hash_of(secret: str) -> str:
    """What is kept of a secret. It has 128 random bits, so that nothing slower is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, key: Key) -> bool:
    """Whether a secret is that of a key, in the same time whatever differs."""
    return hmac.compare_digest(hash_of(secret), key.secret_hash)


def covers_all(access: Access, territories: Iterable[str], current: Current) -> bool:
    """Whether every one of some territories lies in the scope."""
    return all(access.covers(each, current) for each in territories)
