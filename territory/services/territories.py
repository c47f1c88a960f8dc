"""To make territories and say what they are, and to read everything that the register knows of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from territory.mosaic import Standing
from territory.records import Boundary, Code, Link, Membership, Place, Territory
from territory.services.access import Access, Eyes, Operation, Sight, require, require_role
from territory.services.drawing import KINDS
from territory.services.errors import NotFound, Stale, Unusable
from territory.services.register import Once, Register, new_id, today
from territory.store.base import Entry

DESCRIBED = ("called", "kind", "families", "recognition", "activity", "joins")
"""What a spokesperson can say of a territory."""

_MOST_LOG = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Everything about a territory, for whoever sees it whole."""

    territory: Territory
    standing: Standing
    boundary: Boundary | None
    codes: list[Code]
    memberships: list[Membership]
    places: list[Place]
    links: list[Link]


def create(
    register: Register,
    access: Access,
    *,
    level: str,
    called: str,
    kind: str | None = None,
    families: int | None = None,
    once: Once | None = None,
) -> str:
    """Make a territory that has no line yet; nobody but its own sees it.

    Returns
    -------
    str
        Its id.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers make territories, and the operator.
    Unusable
        No such level or kind.
    """
    require_role(access, Operation.GROUP)
    if level not in (levels := [known.id for known in register.profile.levels]):
        raise Unusable("drawing.level", level=level, levels=levels)
    _require_kind(kind)
    with register.writing(access, "create", once=once) as writing:
        made = writing.put(
            Territory(id=new_id(level[0]), level=level, called=called, kind=kind, families=families, since=today())
        )
        writing.note(made=made.id, territory=made.id, level=level)
    return made.id


def describe(
    register: Register, access: Access, territory: str, changes: Mapping[str, Any], *, based_on: int
) -> Territory:
    """Change what is said of a territory.

    Parameters
    ----------
    register, access, territory
        Where, who, and of what.
    changes
        Any of `DESCRIBED`.
    based_on
        Revision that the change was made from.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Stale
        Somebody else changed it meanwhile.
    Unusable
        No such kind.
    """
    require(register.eyes(access), Operation.DESCRIBE, territory)
    _require_kind(changes.get("kind"))
    with register.writing(access, "describe") as writing:
        known = writing.get(Territory, territory)
        if known is None:
            raise NotFound("territory.unknown", id=territory)
        if known.revision != based_on:
            raise Stale("territory.stale", yours=based_on, newest=known.revision)
        writing.note(territory=territory, fields=sorted(changes))
        return writing.put(replace(known, **dict(changes)))


def whole(register: Register, access: Access, territory: str) -> Whole:
    """Everything about a territory.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    standing = require(register.eyes(access), Operation.SEE, territory)
    with register.reading() as reading:
        known = reading.get(Territory, territory)
        if known is None:
            raise NotFound("territory.unknown", id=territory)
        return Whole(
            territory=known,
            standing=standing,
            boundary=reading.get(Boundary, territory),
            codes=reading.find(Code, territory=territory, until=None),
            memberships=[
                *reading.find(Membership, member=territory),
                *reading.find(Membership, group=territory),
            ],
            places=reading.find(Place, territory=territory, until=None),
            links=[*reading.find(Link, left=territory), *reading.find(Link, right=territory)],
        )


def versions(register: Register, access: Access, territory: str) -> list[Boundary]:
    """Every version of a boundary, oldest first.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    require(register.eyes(access), Operation.SEE, territory)
    with register.reading() as reading:
        return reading.history(Boundary, territory)


def line(register: Register, eyes: Eyes, territory: str) -> Boundary:
    """The newest version of a boundary, for whoever sees it: its own, and neighbours it is shown to.

    Raises
    ------
    NotFound
        There is no such territory or line, or none that the asker may see.
    """
    if eyes.sight(territory) not in (Sight.ALL, Sight.LINE):
        raise NotFound("territory.unknown", id=territory)
    with register.reading() as reading:
        boundary = reading.get(Boundary, territory)
    if boundary is None:
        raise NotFound("boundary.none", id=territory)
    return boundary


def history(register: Register, access: Access, *, after: int = 0) -> list[Entry]:
    """Lines of the log, for stewards.

    Raises
    ------
    NeedsKey, Forbidden
        Only stewards read it.
    """
    require_role(access, Operation.REFER)
    with register.reading() as reading:
        return list(reading.log(after=after, limit=_MOST_LOG))


def _require_kind(kind: str | None) -> None:
    if kind is not None and kind not in KINDS:
        raise Unusable("drawing.kind", kinds=list(KINDS))
