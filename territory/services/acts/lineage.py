"""Acts by which territories end: one becomes several, several become one, one is no more.

Nothing is overwritten. The old territory stands until the day of the act and is on the map of every day before,
with its versions, codes and acts. Those that come after it name it; they are private until acts of their own
publish them, and keys are issued for them anew: whose they are, no key of the old one says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from territory.geo import contiguity, splitting
from territory.geo.crs import to_metres
from territory.geo.repair import are_boundaries, canonical_shapes
from territory.model import WGS84
from territory.mosaic import Current
from territory.profiles import Profile
from territory.records import Act, ActKind, Boundary, Date, Membership, Recognition, Territory
from territory.services.access import Access
from territory.services.acts.hanging import ways_between
from territory.services.acts.inheriting import (
    anew,
    end,
    end_links,
    pass_places,
    pass_refusals,
    passed_on,
)
from territory.services.acts.minutes import Minutes, act_of, deciding, line_decided, require_decided
from territory.services.acts.supposing import along
from territory.services.disputes import follow
from territory.services.errors import NotFound, Unusable
from territory.services.register import Once, Register, new_id, today
from territory.store.base import Reading, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a territory becomes several of."""

    called: str
    families: int | None = None
    shape: Polygon | MultiPolygon | None = None
    """As drawn, in WGS 84; none where a line divides the ground."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assent:
    """What one of the territories that become one decided."""

    version: int
    """Of its boundary, as its assembly saw it."""
    minutes: Minutes


@dataclass(frozen=True, slots=True, kw_only=True)
class Succession:
    """What an act made of a territory."""

    acts: tuple[Act, ...]
    """One for each that ended. Their terms say ``into`` what; which declared ways ended with it (``links``), as
    nobody can say where they lead now; in how many ``pieces`` a united one lies; how many a group left without
    another one (``orphans``)."""
    made: tuple[str, ...]
    """Ids of those that come after, in the order in which they were told."""


def split(
    register: Register,
    access: Access,
    territory: str,
    version: int,
    parts: Sequence[Part],
    minutes: Minutes,
    *,
    line: BaseGeometry | None = None,
    once: Once | None = None,
) -> Succession:
    """Enter that an assembly decided to become several, from the day of its minutes on.

    The parts belong to the groups that the territory belonged to, and neighbours see their lines as they saw its.

    Parameters
    ----------
    register, access, territory
        Where, who enters it, and whose assembly.
    version
        Of the boundary that it divided.
    parts
        What it becomes: their lines are the same where they meet, and together they are its ground.
    minutes
        How it decided.
    line
        What divides it: the parts are named in the order in which a `groups.what_if` tells them.
    once
        See `Register.writing`.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or there is no boundary.
    Stale
        There is a newer version.
    Unusable
        The parts are not its ground, or not what can be a boundary; the line makes more or fewer of them; it is a
        group with members; it was not there yet on that day; or the minutes make no decision.
    """
    with deciding(register, access, "split", [territory], minutes, once=once) as (writing, _):
        require_decided(minutes, register.profile)
        old, before, whole = _ending(writing, territory, version, minutes.date)
        grounds = _grounds(parts, whole, line, register.profile)
        if _members(writing, [territory]):
            raise Unusable("act.split_group")
        shapes = {new_id(old.level[0]): ground for ground in grounds}
        act = writing.put(
            act_of(
                ActKind.SPLIT,
                territory,
                minutes,
                subject=before.fingerprint,
                version=version,
                into=list(shapes),
                links=end_links(writing, [territory], minutes.date),
            )
        )
        for (id_, shape), part in zip(shapes.items(), parts, strict=True):
            heir = Territory(id=id_, level=old.level, called=part.called, kind=old.kind, families=part.families)
            _begin(writing, heir, [territory], replace(before, shape=shape, words={}), minutes.date)
        for held in end(writing, [old], {territory: act}, minutes.date):
            writing.put_all(anew(held, act, minutes.date, member=each) for each in shapes)
        pass_places(writing, [territory], shapes, minutes.date)
        pass_refusals(writing, [territory], shapes)
        follow(writing, register, {territory: None, **shapes})
        writing.note(made=act.id, territory=territory, version=version, into=list(shapes))
    return Succession(acts=(act,), made=tuple(shapes))


def merge(
    register: Register,
    access: Access,
    called: str,
    sides: Mapping[str, Assent],
    *,
    once: Once | None = None,
) -> Succession:
    """Enter that assemblies decided to become one, from the day on which the last of them decided.

    The new one belongs to the groups that all of them belonged to; what belonged to any of them belongs to it.

    Parameters
    ----------
    register, access
        Where, and who enters it: a key for all sides.
    called
        What people will call it.
    sides
        What each decided, by id of the territory.
    once
        See `Register.writing`; the acts are told in one text, with commas.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or one has no boundary.
    Stale
        There is a newer version of one.
    Unusable
        Fewer than two, or of several levels; one was not there yet on that day; or the minutes make no decision.
    """
    ids = sorted(sides)
    minutes = [sides[each].minutes for each in ids]
    with deciding(register, access, "merge", ids, *minutes, once=once) as (writing, current):
        if len(ids) < 2:
            raise Unusable("act.merge_few")
        for each in minutes:
            require_decided(each, register.profile)
        day = max(each.date for each in minutes)
        ending = [_ending(writing, each, sides[each].version, day) for each in ids]
        olds, lines, shapes = zip(*ending, strict=True)
        if len({each.level for each in olds}) > 1:
            raise Unusable("act.merge_level")
        heir, shape = _united(called, olds), splitting.merge(shapes)
        terms = {"into": [heir.id], "pieces": _pieces(current, ids, register.profile)}
        acts = {
            line.id: writing.put(
                act_of(ActKind.MERGE, line.id, told, subject=line.fingerprint, version=line.revision, **terms)
            )
            for line, told in zip(lines, minutes, strict=True)
        }
        _begin(writing, heir, ids, _around(lines, shape), day)
        writing.put_all(passed_on(end(writing, olds, acts, day), acts, heir.id, day))
        end_links(writing, ids, day, heir.id)
        pass_places(writing, ids, {heir.id: shape}, day)
        pass_refusals(writing, ids, [heir.id])
        follow(writing, register, {**dict.fromkeys(ids), heir.id: shape})
        writing.note(made=",".join(act.id for act in acts.values()), territories=ids, into=heir.id)
    return Succession(acts=tuple(acts.values()), made=(heir.id,))


def dissolve(
    register: Register,
    access: Access,
    territory: str,
    minutes: Minutes,
    *,
    once: Once | None = None,
) -> Succession:
    """Enter that an assembly decided to be no more, from the day of its minutes on.

    Parameters
    ----------
    register, access, territory, minutes, once
        As for `split`.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        It was not there yet on that day, or the minutes make no decision.
    """
    with deciding(register, access, "dissolve", [territory], minutes, once=once) as (writing, current):
        require_decided(minutes, register.profile)
        old, line = _standing(writing, territory, minutes.date)
        act = writing.put(
            act_of(
                ActKind.DISSOLVE,
                territory,
                minutes,
                subject=line.fingerprint if line else "",
                version=line.revision if line else None,
                links=end_links(writing, [territory], minutes.date),
                orphans=_orphans(writing, current, old),
            )
        )
        end(writing, [replace(old, recognition=Recognition.DISSOLVED)], {territory: act}, minutes.date)
        follow(writing, register, {territory: None})
        writing.note(made=act.id, territory=territory)
    return Succession(acts=(act,), made=())


def _standing(writing: Writing, territory: str, day: Date) -> tuple[Territory, Boundary | None]:
    """A territory that stood on a day, with the line that it has now."""
    known, line = writing.get(Territory, territory), writing.get(Boundary, territory)
    if known is None:
        raise NotFound("territory.unknown", id=territory)
    begun = [each for each in (known.since, line.valid_from if line else None) if each is not None and each > day]
    if begun:
        raise Unusable("act.before", date=max(begun).isoformat())
    return known, line


def _ending(writing: Writing, territory: str, version: int, day: Date) -> tuple[Territory, Boundary, MultiPolygon]:
    """A territory of which others are made, with its line and ground as its assembly saw them."""
    line = line_decided(writing, territory, version)
    known, _ = _standing(writing, territory, day)
    if line.shape is None:
        raise Unusable("act.no_line", id=territory)
    return known, line, line.shape


def _grounds(
    parts: Sequence[Part], whole: MultiPolygon, line: BaseGeometry | None, profile: Profile
) -> list[MultiPolygon]:
    """The ground of each part: as a line makes it, or as it was drawn."""
    if len(parts) < 2:
        raise Unusable("act.split_few")
    if line is None:
        return _drawn(parts, whole, profile)
    grounds = along(line, whole)
    if len(grounds) != len(parts):
        raise Unusable("act.split_names", parts=len(grounds))
    return grounds


def _drawn(parts: Sequence[Part], whole: MultiPolygon, profile: Profile) -> list[MultiPolygon]:
    """The ground of parts that were drawn, if together they are the whole and nothing else."""
    grounds = canonical_shapes(np.array([part.shape for part in parts], dtype=object))
    if not are_boundaries(grounds).all():
        raise Unusable("boundary.unusable")
    found = splitting.misfits(list(grounds), whole, tolerance_m=profile.tolerances.sliver_m)
    for worst in found.head(1).itertuples():
        place = worst.geometry.point_on_surface()
        where = {"lat": f"{place.y:.5f}", "lon": f"{place.x:.5f}"}
        raise Unusable(f"act.split_{worst.kind}", area_m2=worst.area_m2, **where)
    if not shapely.coverage_is_valid(grounds):
        raise Unusable("act.split_edges")
    return list(grounds)


def _begin(writing: Writing, heir: Territory, olds: Sequence[str], line: Boundary, day: Date) -> None:
    """Make a territory that comes after others, with its line."""
    writing.put(replace(heir, since=day, descends=tuple(olds)))
    writing.put(replace(line, id=heir.id, revision=0, valid_from=day))


def _united(called: str, olds: Sequence[Territory]) -> Territory:
    """What several become: it is of a kind, and has so many families, only where all of them say so."""
    families = [each.families for each in olds if each.families is not None]
    kinds = {each.kind for each in olds}
    return Territory(
        id=new_id(olds[0].level[0]),
        level=olds[0].level,
        called=called,
        kind=kinds.pop() if len(kinds) == 1 else None,
        families=sum(families) if len(families) == len(olds) else None,
    )


def _around(lines: Sequence[Boundary], shape: MultiPolygon) -> Boundary:
    """The line of several: as exact as the least exact of them, and shown where all of them are."""
    accuracies = [each.accuracy_m for each in lines if each.accuracy_m is not None]
    return Boundary(
        id="",
        shape=shape,
        method=lines[0].method,
        accuracy_m=max(accuracies) if len(accuracies) == len(lines) else None,
        valid_from=lines[0].valid_from,
        shown=all(each.shown for each in lines),
    )


def _members(reading: Reading, groups: Sequence[str]) -> set[str]:
    """Members that groups have or will have."""
    held = reading.find(Membership, group=list(groups))
    return {each.member for each in held if each.until is None or each.until > today()}


def _orphans(reading: Reading, current: Current, old: Territory) -> int:
    """How many members of a group are in no other one of its level."""
    members = _members(reading, [old.id])
    elsewhere = {
        each.member
        for each in (reading.find(Membership, member=sorted(members), until=None) if members else ())
        if each.group != old.id
        and each.group in current.standing
        and current.standing[each.group].level == old.level
    }
    return len(members - elsewhere)


def _pieces(current: Current, ids: Sequence[str], profile: Profile) -> int:
    """In how many pieces the ground of several lies, ways between them counted in."""
    index = pd.Index(ids, dtype=object)
    shapes = GeoSeries([current.mosaic.boundary(each) for each in ids], index, crs=WGS84)
    crossings = ways_between(to_metres(shapes, current.mosaic.crs), current.mosaic.surroundings.links, profile)
    return int(contiguity.pieces(pd.Series("group", index=index), crossings).nunique())
