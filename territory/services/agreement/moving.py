"""To move a line together with the neighbours': whoever redraws theirs asks them to follow, all in one change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from territory.geo.moved import moved_strips
from territory.geo.settle import Way
from territory.model import WGS84
from territory.records import Boundary, Stretch, StretchState
from territory.services.access import Access, Eyes, Operation, require
from territory.services.agreement.border import Border, in_order, read_border
from territory.services.agreement.pieces import as_ground, is_as_drawn
from territory.services.agreement.proposing import asked_of, ids_of
from territory.services.agreement.settling import settled
from territory.services.errors import Stale, Unusable
from territory.services.register import Register, new_id
from territory.store.base import Writing


def propose_moved(
    writing: Writing, register: Register, eyes: Eyes, before: Boundary, after: Boundary
) -> list[Stretch]:
    """Ask the neighbours to move their line to where a side moved its own; theirs stays until they say yes.

    Parameters
    ----------
    writing
        The change that keeps the new line, which is put already.
    register, eyes
        Where, and who.
    before, after
        The side's line in its last version and in the new one.

    Returns
    -------
    list of Stretch
        At most one for each neighbour along whose line it moved, of those who show theirs. What they were asked
        before, and no longer fits this line, is replaced.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    require(eyes, Operation.AGREE, after.id)
    if before.shape is None or after.shape is None or not after.shown:
        return []
    others = _around(register, eyes, before, after)
    made: list[Stretch] = []
    for other in sorted(others):
        found = read_border(writing, register, eyes.current, in_order(after.id, other))
        made += _asked(writing, register, found, before, after, others)
    return made


def asked_with(register: Register, access: Access, territory: str, version: int) -> list[Stretch]:
    """What a side asked of its neighbours when it kept a version of its line, as far as it waits for an answer.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    require(register.eyes(access), Operation.SEE, territory)
    with register.reading() as reading:
        as_left = reading.find(Stretch, left=territory, state=StretchState.PROPOSED, left_version=version)
        as_right = reading.find(Stretch, right=territory, state=StretchState.PROPOSED, right_version=version)
    found = [each for each in (*as_left, *as_right) if each.proposed_by == territory and is_as_drawn(each)]
    return sorted(found, key=lambda each: each.id)


def _asked(
    writing: Writing,
    register: Register,
    found: Border,
    before: Boundary,
    after: Boundary,
    others: Mapping[str, BaseGeometry],
) -> Iterator[Stretch]:
    """What is asked of the other side of a border, if anything."""
    is_left = found.left.id == after.id
    other = found.right if is_left else found.left
    # The neighbour did not follow yet: what they were asked of an earlier version is asked of this one.
    earlier = [each for each in found.moved if _waits(each, after.id)]
    strip = _strip(other, before, after, earlier, others)
    way = Way.AS_LEFT if is_left else Way.AS_RIGHT
    line = None if strip is None else _line_of(found, strip, way)
    for each in earlier[0 if line is None else 1 :]:
        writing.put(replace(each, state=StretchState.WITHDRAWN))
    if line is None:
        return
    told = {
        "line": line,
        "strip": strip,
        "way": str(way),
        "dispute": found.dispute.id if found.dispute else None,
        "reasons": None,
        **asked_of(found, after.id, register.profile),
    }
    kept = writing.put(
        replace(earlier[0], **told)
        if earlier
        else Stretch(id=new_id("l"), left=found.left.id, right=found.right.id, **told)
    )
    writing.note(**ids_of(kept))
    yield kept


def _waits(said: Stretch, side: str) -> bool:
    return said.state is StretchState.PROPOSED and said.proposed_by == side and is_as_drawn(said)


def _strip(
    other: Boundary,
    before: Boundary,
    after: Boundary,
    earlier: list[Stretch],
    others: Mapping[str, BaseGeometry],
) -> BaseGeometry | None:
    """The ground that the other side would give or take to follow the line, on the grid."""
    region = shapely.union_all(
        [shapely.symmetric_difference(before.shape, after.shape), *(each.strip for each in earlier)]
    )
    strip = moved_strips(region, after.shape, GeoSeries(dict(others), crs=WGS84)).get(other.id)
    return None if strip is None else as_ground(strip)


def _around(register: Register, eyes: Eyes, before: Boundary, after: Boundary) -> dict[str, BaseGeometry]:
    """Lines of everybody of the level around both versions who shows theirs: what they hold is nobody else's."""
    mosaic, standing = eyes.current.mosaic, eyes.current.standing
    near = mosaic.near(
        mosaic.project(shapely.union_all([before.shape, after.shape])),
        level=standing[after.id].level,
        within_m=register.profile.tolerances.sliver_m,
        of=lambda each: each != after.id and eyes.sees_line(each) and standing[each].shown,
    )
    lines = {each: mosaic.boundary(each) for each in near.index}
    return {each: line for each, line in lines.items() if line is not None}


def _line_of(found: Border, strip: BaseGeometry, way: Way) -> BaseGeometry | None:
    """The line that both would have there; none where nothing is left to follow."""
    try:
        return settled(found, strip, way, None).divided
    except (Stale, Unusable):
        return None
