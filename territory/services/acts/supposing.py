"""Changes that somebody supposes, made one after the other to a copy of how things stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from territory.geo import splitting
from territory.model import Publication
from territory.mosaic import Standing
from territory.profiles import Level, Profile
from territory.services.acts.arrangement import Arrangement
from territory.services.errors import NotFound, Unusable


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """Some leave a group."""

    members: tuple[str, ...]
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Some join a group."""

    members: tuple[str, ...]
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Some make a new group of their own; they stay in those that they are in."""

    members: tuple[str, ...]
    called: str
    level: str | None = None
    """Of the group; else the rung of the ladder above theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """One becomes several along a line."""

    territory: str
    line: BaseGeometry
    """LineString or MultiLineString in WGS 84."""
    parts: tuple[str, ...] = ()
    """What they would be called, the largest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Several become one."""

    members: tuple[str, ...]
    called: str


Change = Leave | Join | Found | Split | Merge
Allow = Callable[[Change, Mapping[str, tuple[str, ...]]], None]


def movers(change: Change) -> tuple[str, ...]:
    """Ids of those who would leave, join, be parted …"""
    return (change.territory,) if isinstance(change, Split) else change.members


def concerned(changes: Sequence[Change]) -> set[str]:
    """The same of several changes, with the groups that they leave and join."""
    groups = {each.group for each in changes if isinstance(each, Leave | Join)}
    return groups.union(*(movers(each) for each in changes))


def supposed(
    before: Arrangement,
    changes: Sequence[Change],
    *,
    profile: Profile,
    knows: Callable[[str], bool],
    allow: Allow = lambda change, made: None,
) -> Arrangement:
    """How changes, one after the other, would leave an arrangement, which stays as it is.

    Parameters
    ----------
    before
        As it stands.
    changes
        In order. What the third one makes is called ``new-3``, what it parts ``new-3-1``, ``new-3-2`` …, and later
        changes can say so.
    profile
        What groups are made of.
    knows
        Whether whoever asks may know of a territory.
    allow
        Told each change before it is made, with what those before it made; raises if it is not for whoever asks.

    Raises
    ------
    NotFound
        There is no such territory, or none that they may know of.
    Unusable
        Nobody would move, or what is told cannot be: somebody leaves what they are not in, joins what they are in
        or what is not made of such, a line parts nothing …
    """
    after = before.copy()
    for number, change in enumerate(changes, start=1):
        allow(change, after.made)
        _Supposing(after, profile, knows, f"new-{number}").make(change)
    return after


@dataclass(frozen=True, slots=True)
class _Supposing:
    """One change, being made."""

    after: Arrangement
    profile: Profile
    knows: Callable[[str], bool]
    id: str

    def make(self, change: Change) -> None:
        match change:
            case Leave():
                self._leave(change)
            case Join():
                self._join(change)
            case Found():
                self._found(change)
            case Split():
                self._split(change)
            case Merge():
                self._merge(change)

    def _known(self, territory: str) -> Standing:
        if territory not in self.after.standing or not (self.knows(territory) or territory in self.after.made):
            raise NotFound("territory.unknown", id=territory)
        return self.after.standing[territory]

    def _leave(self, change: Leave) -> None:
        group, members = change.group, set(change.members)
        inside = self.after.members.get(group, set())
        # One's own group is known by the membership, though its line may be nobody's to see.
        if group not in self.after.standing or not members & inside:
            self._known(group)
        _require_some(members)
        if missing := sorted(members - inside):
            raise Unusable("act.no_member", member=missing[0], group=group)
        inside -= members

    def _join(self, change: Join) -> None:
        group = change.group
        level = self.profile.level(self._known(group).level)
        _require_some(change.members)
        self._require_fit(change.members, level, group)
        if circle := sorted(self._above(group).intersection(change.members)):
            raise Unusable("act.circle", member=circle[0], group=group)
        inside = self.after.members.setdefault(group, set())
        if twice := sorted(inside.intersection(change.members)):
            raise Unusable("act.member", member=twice[0], group=group)
        inside.update(change.members)

    def _found(self, change: Found) -> None:
        _require_some(change.members)
        level = self._level(change)
        self._require_fit(change.members, level, change.called)
        self._stand(self.id, change.called, level.id, ())
        self.after.members[self.id] = set(change.members)

    def _level(self, change: Found) -> Level:
        of = self._known(change.members[0]).level
        for level in self.profile.levels:
            if level.id == change.level or (
                change.level is None and level.members == of and not level.beside_ladder
            ):
                return level
        raise Unusable("act.level", member=change.members[0], group=change.called)

    def _require_fit(self, members: Iterable[str], level: Level, group: str) -> None:
        """Raise unless a group of this level can be made of them."""
        for each in members:
            if not level.takes(self._known(each).level):
                raise Unusable("act.level", member=each, group=group)

    def _above(self, group: str) -> set[str]:
        """A group, the groups that it is in, and so on."""
        found, waiting = {group}, [group]
        while waiting:
            each = self.after.standing.get(waiting.pop())
            parents = each.parent.split(";") if each is not None and each.parent else []
            waiting += [parent for parent in parents if parent not in found]
            found.update(parents)
        return found

    def _split(self, change: Split) -> None:
        after, old = self.after, self._known(change.territory)
        line = after.line(change.territory)
        if after.members.get(change.territory):
            raise Unusable("act.split_group")
        if line is None:
            raise NotFound("boundary.none", id=change.territory)
        grounds = along(change.line, line)
        names = change.parts or tuple(f"{old.name} {number}" for number in range(1, len(grounds) + 1))
        if len(names) != len(grounds):
            raise Unusable("act.split_names", parts=len(grounds))
        heirs = {f"{self.id}-{number}": ground for number, ground in enumerate(grounds, start=1)}
        for (id_, ground), name in zip(heirs.items(), names, strict=True):
            self._stand(id_, name, old.level, (change.territory,), kind=old.kind)
            after.drawn[id_] = ground
        for group in after.groups_of(change.territory):
            after.members[group].update(heirs)
        self._end([change.territory])

    def _merge(self, change: Merge) -> None:
        after, ids = self.after, tuple(sorted(set(change.members)))
        if len(ids) < 2:
            raise Unusable("act.merge_few")
        olds = [self._known(each) for each in ids]
        if len({each.level for each in olds}) > 1:
            raise Unusable("act.merge_level")
        families = [each.families for each in olds if each.families is not None]
        kinds = {each.kind for each in olds}
        self._stand(
            self.id,
            change.called,
            olds[0].level,
            ids,
            kind=kinds.pop() if len(kinds) == 1 else None,
            families=sum(families) if len(families) == len(olds) else None,
        )
        lines = [line for each in ids if (line := after.line(each)) is not None]
        if len(lines) == len(ids):
            after.drawn[self.id] = splitting.merge(lines)
        # As by the acts: in the groups of all of them, with the members of any of them.
        for group in set.intersection(*(after.groups_of(each) for each in ids)):
            after.members[group].add(self.id)
        if any(each in after.members for each in ids):
            after.members[self.id] = set().union(*(after.members.get(each, set()) for each in ids))
        self._end(ids)
        again = [each for each, one in after.merged.items() if one in ids]
        after.merged |= dict.fromkeys([*ids, *again], self.id)

    def _stand(self, id_: str, called: str, level: str, of: tuple[str, ...], **said: Any) -> None:
        if id_ in self.after.standing:
            raise Unusable("what_if.taken", id=id_)
        self.after.standing[id_] = Standing(
            name=called,
            level=level,
            parent=None,
            kind=said.get("kind"),
            families=said.get("families"),
            revision=0,
            version=0,
            shown=False,
            publication=Publication.PRIVATE,
            published=0,
        )
        self.after.made[id_] = of

    def _end(self, ids: Iterable[str]) -> None:
        for each in ids:
            self.after.members.pop(each, None)
            self.after.drawn.pop(each, None)
            del self.after.standing[each]
            for some in self.after.members.values():
                some.discard(each)


def along(line: BaseGeometry, whole: MultiPolygon) -> list[MultiPolygon]:
    """Ground divided along a line, the largest part first.

    Raises
    ------
    Unusable
        The line does not run through.
    """
    try:
        return splitting.split_along(whole, line)
    except splitting.NotDivided:
        raise Unusable("act.not_divided") from None


def _require_some(members: Iterable[str]) -> None:
    if not list(members):
        raise Unusable("act.nobody")
