"""What belongs to a territory beside its line: places, links, what others call it, what it offers and needs."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from dataclasses import replace

from shapely import Point

from territory.geo.crs import GRID_DEG
from territory.model import Publication
from territory.records import Code, Exchange, Link, Place, Record, Side
from territory.services.access import Access, Eyes, Operation, Sight, require, require_role
from territory.services.errors import NotFound, Stale, Unusable
from territory.services.register import Once, Register, new_id, today

PLACE_KINDS = ("seat", "water", "production", "school", "health", "assembly", "other")
"""What a place can be."""
LINK_KINDS = ("road", "bridge", "ferry", "path")
"""What can join two territories that do not touch."""

_DIGITS = round(-math.log10(GRID_DEG))


def add_place(
    register: Register,
    access: Access,
    territory: str,
    *,
    kind: str,
    called: str,
    at: Point,
    visible: bool = False,
    once: Once | None = None,
) -> str:
    """Note a place of a territory; nobody outside sees it unless its own opt in.

    Returns
    -------
    str
        Its id.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        No such kind, or a point outside the profile's country.
    """
    _require_own(register, access, territory)
    if kind not in PLACE_KINDS:
        raise Unusable("place.kind", kinds=list(PLACE_KINDS))
    west, south, east, north = register.profile.extent
    if not (west <= at.x <= east and south <= at.y <= north):
        raise Unusable("place.outside")
    on_grid = Point(round(at.x, _DIGITS), round(at.y, _DIGITS))
    place = Place(id=new_id("s"), territory=territory, kind=kind, called=called, at=on_grid, visible=visible)
    return _added(register, access, "add_place", place, territory, once)


def change_place(
    register: Register,
    access: Access,
    territory: str,
    place_id: str,
    *,
    based_on: int,
    visible: bool | None,
    ends: bool,
) -> Place:
    """Show or hide a place, or end it.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Stale
        Somebody else changed it meanwhile.
    """
    _require_own(register, access, territory)
    with register.writing(access, "change_place") as writing:
        place = writing.get(Place, place_id)
        if place is None or place.territory != territory or place.until is not None:
            raise NotFound("place.unknown", id=place_id)
        _require_newest(place, based_on)
        writing.note(territory=territory, place=place_id)
        return writing.put(
            replace(
                place,
                visible=place.visible if visible is None else visible,
                until=today() if ends else None,
            )
        )


def places(register: Register, eyes: Eyes, territory: str) -> list[Place]:
    """Places of a territory: all for its own, for others those opted in where it is published exactly.

    Raises
    ------
    NotFound
        There is no such territory, or none that whoever asks may know of.
    """
    sight = eyes.sight(territory)
    if sight is Sight.NOTHING:
        raise NotFound("territory.unknown", id=territory)
    with register.reading() as reading:
        known = reading.find(Place, territory=territory, until=None)
    if sight is Sight.ALL:
        return known
    standing = register.current().standing[territory]
    is_exact = standing.publication is Publication.EXACT and bool(standing.published)
    return [place for place in known if place.visible and is_exact]


def add_code(
    register: Register, access: Access, territory: str, *, system: str, code: str, once: Once | None = None
) -> str:
    """Note what another system calls a territory; one code for each system.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        It has a code of that system already.
    """
    _require_own(register, access, territory)
    with register.reading() as reading:
        if reading.find(Code, territory=territory, system=system, until=None):
            raise Unusable("code.taken", system=system)
    kept = Code(id=new_id("k"), territory=territory, system=system, code=code)
    return _added(register, access, "add_code", kept, territory, once)


def add_link(
    register: Register,
    access: Access,
    territory: str,
    other: str,
    *,
    kind: str,
    evidence: str | None = None,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    once: Once | None = None,
) -> str:
    """Declare a way to a territory that does not touch this one, perhaps for a time.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; the other one must be known of as well.
    Unusable
        No such kind, the same territory twice, or it ends before it begins.
    """
    eyes = _require_own(register, access, territory)
    if eyes.sight(other) is Sight.NOTHING:
        raise NotFound("territory.unknown", id=other)
    if kind not in LINK_KINDS:
        raise Unusable("link.kind", kinds=list(LINK_KINDS))
    if other == territory:
        raise Unusable("link.same")
    if since is not None and until is not None and until <= since:
        raise Unusable("link.dates")
    left, right = sorted((territory, other))
    link = Link(id=new_id("w"), left=left, right=right, kind=kind, evidence=evidence, since=since, until=until)
    return _added(register, access, "add_link", link, territory, once)


def end_link(register: Register, access: Access, territory: str, link_id: str, *, based_on: int) -> Link:
    """Say that a way is no more.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Stale
        Somebody else changed it meanwhile.
    """
    _require_own(register, access, territory)
    with register.writing(access, "end_link") as writing:
        link = writing.get(Link, link_id)
        if link is None or territory not in (link.left, link.right):
            raise NotFound("link.unknown", id=link_id)
        _require_newest(link, based_on)
        writing.note(territory=territory, link=link_id)
        return writing.put(replace(link, until=today()))


def note_exchange(
    register: Register,
    access: Access,
    territory: str,
    *,
    side: Side,
    product: str,
    amount: float,
    unit: str,
    once: Once | None = None,
) -> str:
    """Note what a territory offers or needs each month; its own and organizers see it, nobody else.

    Returns
    -------
    str
        Its id.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        The amount is nothing.
    """
    _require_own(register, access, territory)
    if amount <= 0:
        raise Unusable("exchange.amount")
    # "Maíz " and "maíz" are one product.
    product, unit = (" ".join(word.lower().split()) for word in (product, unit))
    made = Exchange(id=new_id("e"), territory=territory, side=side, product=product, amount=amount, unit=unit)
    return _added(register, access, "note_exchange", made, territory, once)


def exchange_of(register: Register, access: Access, territory: str) -> list[Exchange]:
    """What a territory offers and needs, for whoever sees it whole.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    require(register.eyes(access), Operation.SEE, territory)
    with register.reading() as reading:
        return reading.find(Exchange, territory=territory, until=None)


def products(register: Register, access: Access) -> list[tuple[str, str]]:
    """What is offered and needed, with its units: what one sees, and what so many note that it tells of nobody.

    Raises
    ------
    NeedsKey, Forbidden
        Whoever sees nothing whole needs no such list.
    """
    require_role(access, Operation.SEE)
    eyes = register.eyes(access)
    noted: dict[tuple[str, str], set[str]] = defaultdict(set)
    with register.reading() as reading:
        for product, unit, territory, until in reading.rows(Exchange, ("product", "unit", "territory", "until")):
            if until is None:
                noted[product, unit].add(territory)
    return sorted(
        each
        for each, territories in noted.items()
        if len(territories) >= register.profile.privacy.smallest_count
        or any(eyes.sight(territory) is Sight.ALL for territory in territories)
    )


def end_exchange(
    register: Register, access: Access, territory: str, exchange_id: str, *, based_on: int
) -> Exchange:
    """Say that an offer or a need no longer holds.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or there is none of that id.
    Stale
        Somebody else changed it meanwhile.
    """
    _require_own(register, access, territory)
    with register.writing(access, "end_exchange") as writing:
        known = writing.get(Exchange, exchange_id)
        if known is None or known.territory != territory or known.until is not None:
            raise NotFound("exchange.unknown", id=exchange_id)
        _require_newest(known, based_on)
        writing.note(territory=territory, exchange=exchange_id)
        return writing.put(replace(known, until=today()))


def _require_own(register: Register, access: Access, territory: str) -> Eyes:
    eyes = register.eyes(access)
    require(eyes, Operation.DESCRIBE, territory)
    return eyes


def _require_newest(record: Record, based_on: int) -> None:
    if record.revision != based_on:
        raise Stale("territory.stale", yours=based_on, newest=record.revision)


def _added(
    register: Register, access: Access, action: str, record: Record, territory: str, once: Once | None
) -> str:
    with register.writing(access, action, once=once) as writing:
        made = writing.put(record)
        writing.note(made=made.id, territory=territory)
    return made.id
