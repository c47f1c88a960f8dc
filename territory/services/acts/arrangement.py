"""Who belongs to what, and which ground is whose: as it stands, and as changes would leave it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import pandas as pd
from shapely import MultiPolygon

from territory.mosaic import Current, Standing
from territory.records import Date, Membership
from territory.services.register import today
from territory.store.base import Reading


@dataclass(slots=True, kw_only=True)
class Arrangement:
    """Territories with their ground and their members."""

    standing: dict[str, Standing]
    """Whatever can be named."""
    shape: Callable[[str], MultiPolygon | None]
    """Lines as they are, in WGS 84."""
    members: dict[str, set[str]]
    """By group; whoever is in none of them may be in one that nothing here concerns."""
    drawn: dict[str, MultiPolygon] = field(default_factory=dict)
    """Lines of what changes would make."""
    made: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What changes would make, and of what it would be made."""
    merged: dict[str, str] = field(default_factory=dict)
    """What would be one with others, and the id of that one."""

    def copy(self) -> Arrangement:
        """The same, to be changed."""
        return Arrangement(
            standing=dict(self.standing),
            shape=self.shape,
            members={group: set(some) for group, some in self.members.items()},
            drawn=dict(self.drawn),
            made=dict(self.made),
            merged=dict(self.merged),
        )

    def line(self, territory: str) -> MultiPolygon | None:
        """Where a territory lies, in WGS 84."""
        if territory not in self.standing:
            return None
        return self.drawn.get(territory) or self.shape(territory)

    def groups_of(self, member: str, *, level: str | None = None) -> set[str]:
        """Groups that somebody is in, all or those of one level."""
        return {
            group
            for group, some in self.members.items()
            if member in some and level in (None, self.standing[group].level)
        }

    def above(self, territories: Iterable[str]) -> set[str]:
        """Groups that some belong to, and those that these belong to, up to the top."""
        found: set[str] = set()
        new = set(territories)
        while new:
            new = {group for group, some in self.members.items() if some & new} - found
            found |= new
        return found

    def ground(self, territory: str, changed: AbstractSet[str]) -> tuple[str, ...]:
        """The units that a territory is made of: its own line, or else the lines of its members.

        A group that changed is made of its members, whatever line it has: its ground changes with them.
        """
        return tuple(dict.fromkeys(self._ground(territory, changed, frozenset())))

    def _ground(self, territory: str, changed: AbstractSet[str], within: frozenset[str]) -> Iterable[str]:
        own = [territory] if self.line(territory) is not None else []
        if territory in within or (own and territory not in changed):
            return own
        beneath = within | {territory}
        members = sorted(self.members.get(territory, ()))
        return [unit for member in members for unit in self._ground(member, changed, beneath)] or own


def arrangement(reading: Reading, current: Current, territories: Iterable[str]) -> Arrangement:
    """Read how things stand today about some territories: the groups above them, and what those are made of."""
    standing = current.standing
    members: dict[str, set[str]] = {}
    new = {each for each in territories if each in standing}
    known = set(new)
    while new:
        new = {each.group for each in held(reading, today(), member=sorted(new))} & standing.keys() - known
        known |= new
    new = known
    while new:
        found: dict[str, set[str]] = defaultdict(set)
        for each in held(reading, today(), group=sorted(new)):
            if each.member in standing:
                found[each.group].add(each.member)
        members |= found
        new = {each for some in found.values() for each in some} - members.keys()
    return Arrangement(standing=dict(standing), shape=current.mosaic.boundary, members=members)


def held(reading: Reading, day: Date, **equals: str | list[str]) -> list[Membership]:
    """Memberships that hold on a day."""
    return [
        each
        for each in reading.find(Membership, **equals)
        if (each.since is None or each.since <= day) and (each.until is None or day < each.until)
    ]


def ways(links: pd.DataFrame | None, after: Arrangement) -> pd.DataFrame:
    """Declared ways, with those to what would be one with others leading to that one as well."""
    if links is None:
        return pd.DataFrame({"left": pd.Series(dtype=object), "right": pd.Series(dtype=object)})
    own = links[["left", "right"]]
    return pd.concat([own, own.replace(after.merged)], ignore_index=True) if after.merged else own
