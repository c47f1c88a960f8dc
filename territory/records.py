"""What the register keeps: records of which nothing is ever overwritten.

A change writes a new *revision* of a record beside the old one; that both are there is what makes history
readable at any date. A revision holds the whole record, so that any of them can be understood alone.

::

    Territory ── Boundary      one revision for each version of its line
        ├─ Code                what others call it: registry numbers, earlier ids
        ├─ Membership          of a council in a commune, a commune in a corridor; dated
        ├─ Place               seat, water, production site; hidden unless opted in
        ├─ Link                declared road, bridge or ferry to another territory
        ├─ Act                 what its assembly decided, bound by hash to what it decided about
        ├─ Exchange            what it offers or needs each month
        └─ Consent             of an indigenous people or a park to lie on their land; revocable
    Stretch                    a piece of the line between two territories, and what they say of it
    Dispute                    ground that two territories claim
    SharedPlace                ground that its neighbours agreed to share
    Key                        may do something, until a day; about no person
    Proposal                   a helper's drawing, until a spokesperson decides
    ReferenceLayer, Reference  rivers, municipalities, parks …: with source, date, licence
    Plan                       what organizers thought out: communes or a corridor that could be; binds nobody
    Receipt                    what was answered to a creation, so that asking twice makes one

No record holds a person, a household, a phone or an identity number.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

import shapely
from shapely import MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from territory.model import Publication

Date = datetime.date


def _ref() -> Any:
    """A field that holds the id of another record, which must exist."""
    return field(metadata={"refers": True})


class Role(StrEnum):
    """What a key lets its bearer do."""

    HELPER = "helper"
    SPOKESPERSON = "spokesperson"
    ORGANIZER = "organizer"
    STEWARD = "steward"


class Method(StrEnum):
    """How a boundary was made."""

    DESCRIBED = "described"
    SKETCHED = "sketched"
    DRAWN = "drawn"
    WALKED = "walked"
    IMPORTED = "imported"
    SETTLED = "settled"


class Recognition(StrEnum):
    """How far the State knows of a territory; independent of its boundary and of its life."""

    NONE = "none"
    PROMOTERS = "promoters"
    FOUNDING = "founding"
    REGISTERED = "registered"
    RENEWED = "renewed"
    DISSOLVED = "dissolved"


class ActKind(StrEnum):
    """What an assembly can decide."""

    RATIFY = "ratify"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    JOIN = "join"
    LEAVE = "leave"
    SPLIT = "split"
    MERGE = "merge"
    DISSOLVE = "dissolve"


class ActForm(StrEnum):
    """How it decided."""

    ASSEMBLY = "assembly"
    REFERENDUM = "referendum"


class StretchState(StrEnum):
    """What two neighbours say of a piece of their line."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    OBJECTED = "objected"
    UNANSWERED = "unanswered"
    DISAGREED = "disagreed"
    WITHDRAWN = "withdrawn"


class DisputeState(StrEnum):
    """Where a dispute over ground stands."""

    OPEN = "open"
    SETTLED = "settled"
    SHARED = "shared"
    DISAGREED = "disagreed"
    VANISHED = "vanished"


class Side(StrEnum):
    """What a territory says of a product."""

    OFFERS = "offers"
    NEEDS = "needs"


class PlanKind(StrEnum):
    """What a plan is for."""

    COMMUNES = "communes"
    CORRIDOR = "corridor"


class ProposalState(StrEnum):
    """What became of a helper's proposal."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Record:
    """One revision of something that the register keeps."""

    id: str
    revision: int = 0
    """1 for the first one kept; 0 while it is kept nowhere. To change a record, put a copy that still carries
    the revision it was made from: if somebody else changed it meanwhile, the copy is refused."""
    seq: int = 0
    """Number of the log entry that wrote it."""

    @classmethod
    def name(cls) -> str:
        """What the kind is called in the store and the log.

        >>> SharedPlace.name(), Act.name()
        ('shared_place', 'act')
        """
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in cls.__name__).lstrip("_")

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Names of the fields that are its own: all but id, revision and seq."""
        return tuple(each.name for each in fields(cls) if each.name not in ("id", "revision", "seq"))


@dataclass(frozen=True, kw_only=True)
class Territory(Record):
    """A council, a commune, a corridor …, whatever its line."""

    level: str
    called: str
    """The name people use."""
    kind: str | None = None
    families: int | None = None
    recognition: Recognition = Recognition.NONE
    activity: str | None = None
    """Self-reported, never published on its own."""
    publication: Publication = Publication.PRIVATE
    published: int | None = None
    """Version of the boundary that the public sees; a later one waits for an act of its own."""
    since: Date | None = None
    """First day on which it is on the map; none: always."""
    until: Date | None = None
    """First day on which it no longer is: split, merged or dissolved."""
    joins: bool | None = None
    """Whether its assembly wishes to belong to a group; none: it has not said."""
    descends: tuple[str, ...] = ()
    """Ids of the territories that it was split from or merged of."""


@dataclass(frozen=True, kw_only=True)
class Boundary(Record):
    """A version of a territory's line; its id is the territory's, its revision the version."""

    shape: MultiPolygon | None
    """Canonical, see `territory.geo.repair.canonical`; none while it is only described in words."""
    words: Mapping[str, str] = field(default_factory=dict)
    """The line told by its sides: ``north``, ``south``, ``east``, ``west``."""
    method: Method = Method.DRAWN
    accuracy_m: float | None = None
    datum: str | None = None
    """What the coordinates were in before they came here, as ``EPSG:24719``."""
    reasons: str | None = None
    """Why the line runs where it does."""
    valid_from: Date
    shown: bool = False
    """Whether the neighbours may see it."""

    @property
    def fingerprint(self) -> str:
        """What an act cites: a hash of this very line."""
        told = sorted(self.words.items())
        return fingerprint(self.shape, *(f"{side}: {text}" for side, text in told))


@dataclass(frozen=True, kw_only=True)
class Code(Record):
    """What somebody else's system calls a territory."""

    territory: str = _ref()
    system: str
    code: str
    until: Date | None = None
    """First day on which it no longer holds."""


@dataclass(frozen=True, kw_only=True)
class Membership(Record):
    """A territory in a group: a council in a commune, a commune in a city or corridor, any in a network."""

    member: str = _ref()
    group: str = _ref()
    since: Date | None = None
    until: Date | None = None
    """First day on which it no longer holds."""
    joined_by: str | None = None
    """Id of the act that decided it."""
    left_by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Place(Record):
    """A seat, a water source, a production site …"""

    territory: str = _ref()
    kind: str
    called: str
    at: Point
    visible: bool = False
    """Whether the public sees it, once the territory is published exactly."""
    until: Date | None = None
    """First day on which it is no longer there."""


@dataclass(frozen=True, kw_only=True)
class Link(Record):
    """A way between territories that do not touch."""

    left: str = _ref()
    right: str = _ref()
    kind: str
    evidence: str | None = None
    since: Date | None = None
    until: Date | None = None


@dataclass(frozen=True, kw_only=True)
class SharedPlace(Record):
    """Ground that territories agreed to share: a park, a school, a road."""

    called: str
    territories: tuple[str, ...]
    shape: MultiPolygon
    since: Date | None = None
    until: Date | None = None


@dataclass(frozen=True, kw_only=True)
class Act(Record):
    """What an assembly or a referendum decided. It stays true of what it decided about."""

    territory: str = _ref()
    kind: ActKind
    form: ActForm = ActForm.ASSEMBLY
    date: Date
    eligible: int | None = None
    attended: int | None = None
    in_favour: int | None = None
    against: int | None = None
    subject: str
    """Fingerprint of the line, or of the list of members, that was decided."""
    version: int | None = None
    """Version of the boundary that it is about."""
    terms: Mapping[str, Any] = field(default_factory=dict)
    """What else it says: the publication level, the ids that join or leave."""


@dataclass(frozen=True, kw_only=True)
class Stretch(Record):
    """A piece of the line between two territories, and what each side says of it."""

    left: str = _ref()
    right: str = _ref()
    """Ids in alphabetical order: neither side comes first."""
    line: BaseGeometry
    """The line as proposed, in WGS 84 on the grid."""
    strip: BaseGeometry | None = None
    """Ground between the two lines as they were, if they differed."""
    way: str | None = None
    """How a strip would be settled, see `territory.geo.settle.Way`."""
    state: StretchState = StretchState.PROPOSED
    proposed_by: str
    """Id of the side that proposes."""
    reasons: str | None = None
    answer_by: Date
    """After this day the proposal counts as unanswered, never as accepted."""
    left_version: int
    right_version: int
    """The boundaries that it was proposed on."""
    dispute: str | None = None


@dataclass(frozen=True, kw_only=True)
class Dispute(Record):
    """Ground that two territories claim; both see the same."""

    left: str = _ref()
    right: str = _ref()
    strip: BaseGeometry
    area_m2: float
    state: DisputeState = DisputeState.OPEN
    left_version: int
    right_version: int
    opened: Date


@dataclass(frozen=True, kw_only=True)
class Consent(Record):
    """Of those whose land it is, to a territory that lies on it: separate and revocable."""

    territory: str = _ref()
    land: str = _ref()
    given: bool
    date: Date


@dataclass(frozen=True, kw_only=True)
class Exchange(Record):
    """What a territory offers others each month, or needs from them."""

    territory: str = _ref()
    side: Side
    product: str
    amount: float
    unit: str
    until: Date | None = None
    """First day on which it no longer holds."""


@dataclass(frozen=True, kw_only=True)
class Plan(Record):
    """Groups of territories that organizers thought out. It changes nothing: that takes acts of every member."""

    kind: PlanKind
    called: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What was asked: area, sizes, weights, seed; asked again, it comes out the same."""
    groups: Mapping[str, Any] = field(default_factory=dict)
    """Ids of territories by the name of each group, and what else came out."""
    shared: bool = False
    """Whether the territories in it may see it."""
    made_by: str
    until: Date | None = None
    """First day on which it is thrown away."""

    @property
    def territory(self) -> str | None:
        """Id of the territory that was made of it, for its members to join."""
        made = self.groups.get("territory")
        return None if made is None else str(made)

    @property
    def named(self) -> frozenset[str]:
        """Ids of all territories in its groups."""
        groups: Mapping[str, Any] = self.groups.get("groups", {})
        return frozenset(each for ids in groups.values() for each in ids)


@dataclass(frozen=True, kw_only=True)
class Key(Record):
    """Lets its bearer do what its role may, within its scope, until a day. Its id is its short name."""

    role: Role
    territories: tuple[str, ...] = ()
    area: MultiPolygon | None = None
    ends: Date
    secret_hash: str
    revoked: bool = False


@dataclass(frozen=True, kw_only=True)
class Proposal(Record):
    """A helper's drawing, kept until a spokesperson takes or refuses it."""

    territory: str = _ref()
    shape: MultiPolygon
    replaces: int
    """Version of the boundary that it was drawn from; 0 for a first one."""
    method: Method = Method.DRAWN
    accuracy_m: float | None = None
    reasons: str | None = None
    proposed_by: str
    state: ProposalState = ProposalState.WAITING


@dataclass(frozen=True, kw_only=True)
class ReferenceLayer(Record):
    """A layer of what territories lie among, from one source; several sources stand side by side."""

    kind: str
    """``jurisdictions``, ``land``, ``rivers``, ``roads``, ``protected``, ``indigenous``, ``hazards``,
    ``population`` or ``seats`` (of jurisdictions)."""
    called: str
    source: str
    date: Date | None = None
    licence: str | None = None
    disputed: str | None = None
    """What of it is disputed, where known."""
    until: Date | None = None
    """First day on which it no longer counts."""


@dataclass(frozen=True, kw_only=True)
class Reference(Record):
    """One feature of a reference layer."""

    layer: str = _ref()
    called: str
    level: str | None = None
    value: float | None = None
    shape: BaseGeometry


@dataclass(frozen=True, kw_only=True)
class Receipt(Record):
    """What was answered to a creation; its id is made of the key and of what its sender called the request."""

    request: str
    """Hash of what was asked: the same name for something else is refused."""
    status: int
    answer: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class About(Record):
    """The register itself; there is one."""

    fictitious: bool = False
    profile: str


KINDS: tuple[type[Record], ...] = (
    About,
    Territory,
    Boundary,
    Code,
    Membership,
    Place,
    Link,
    SharedPlace,
    Act,
    Stretch,
    Dispute,
    Consent,
    Exchange,
    Plan,
    Key,
    Proposal,
    ReferenceLayer,
    Reference,
    Receipt,
)
"""Every kind of record."""

ABOUT = "register"
"""Id of the one `About`."""


def fingerprint(shape: BaseGeometry | None, *words: str) -> str:
    """A hash of a geometry, bit for bit, and of words; the same on every machine.

    Examples
    --------
    >>> from shapely import box
    >>> fingerprint(box(0, 0, 1, 1))[:12], fingerprint(None, "c-1", "c-2")[:12]
    ('263617cf4a06', 'fd5f776e8e79')
    """
    digest = hashlib.sha256()
    if shape is not None:
        digest.update(shapely.to_wkb(shape, byte_order=1))
    for word in words:
        digest.update(b"\0" + word.encode())
    return digest.hexdigest()
