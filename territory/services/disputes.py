"""Ground that two territories claim: found whenever a line changes, in the same change to the store.

A pair has one dispute at most, whose revisions tell how it went. Only lines that neighbours show each other open
one: a line that is kept back leaves everything as it was, or others would learn from a dispute what it hides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from territory.geo.coverage import is_wide, overlaps, shared_ground
from territory.geo.crs import MOST_M2_PER_SQUARE_DEGREE, to_metres
from territory.model import WGS84
from territory.mosaic import Current, Mosaic
from territory.profiles import Tolerances
from territory.records import Boundary, Dispute, DisputeState, SharedPlace, Territory
from territory.services.access import Access, Operation, require
from territory.services.register import Register, new_id, today
from territory.store.base import Reading, Writing

Pair = tuple[str, str]
"""Ids in alphabetical order."""

OPEN_STATES = (DisputeState.OPEN, DisputeState.DISAGREED)
"""While a dispute is in one of these, its ground is nobody's."""

# With more changes than this, who is around is not searched one by one.
_MANY = 500
_NOTHING = MultiPolygon()


@dataclass(frozen=True, slots=True)
class _Claim:
    """The ground of one territory."""

    shape: BaseGeometry
    level: str
    version: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class _Strip:
    """Ground that a pair claims, without what is too thin to count."""

    shape: MultiPolygon
    area_m2: float


_NO_STRIP = _Strip(_NOTHING, 0.0)


def follow(
    writing: Writing,
    register: Register,
    changed: Mapping[str, BaseGeometry | None],
    *,
    settled: Mapping[Pair, DisputeState] | None = None,
) -> list[Dispute]:
    """Bring the disputes level with boundaries that changed.

    Parameters
    ----------
    writing
        The change itself; the new versions are put already.
    register
        What it changes.
    changed
        The new lines by id of the territory, in WGS 84; none where there is no line any longer.
    settled
        What becomes of a pair's dispute that is gone, where that was agreed; it vanished otherwise.

    Returns
    -------
    list of Dispute
        Those that opened, changed, or came to an end.
    """
    known = _known(writing, changed)
    # Nobody else writes while this change is made, so that the mosaic is what the store was just before it.
    claims = _claims(writing, register.current(), changed, {each for pair in known for each in pair})
    limits = register.profile.tolerances
    found = _strips(writing, claims, set(changed), limits)
    written: list[Dispute | None] = []
    for pair in sorted(known.keys() | found.keys()):
        before = known.get(pair)
        strip = _still_claimed(before, claims, changed, limits, found.get(pair, _NO_STRIP))
        if strip is None:
            continue
        becomes = (settled or {}).get(pair, DisputeState.VANISHED)
        written.append(
            _ended(before, becomes) if strip.area_m2 == 0 else _going_on(before, pair, strip, claims, limits)
        )
    changes = [each for each in written if each is not None]
    writing.put_all(changes)
    return changes


def disputes_of(register: Register, access: Access, territory: str) -> list[Dispute]:
    """The disputes of a territory with neighbours whose lines its own see, whatever became of them; by id.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    eyes = register.eyes(access)
    require(eyes, Operation.SEE, territory)
    with register.reading() as reading:
        found = [*reading.find(Dispute, left=territory), *reading.find(Dispute, right=territory)]
    seen = (each for each in found if eyes.sees_line(each.right if each.left == territory else each.left))
    return sorted(seen, key=lambda each: each.id)


def dispute_between(reading: Reading, pair: Pair) -> Dispute | None:
    """The dispute of a pair, whatever became of it."""
    found = reading.find(Dispute, left=pair[0], right=pair[1])
    return found[0] if found else None


def _claims(
    writing: Writing, current: Current, changed: Mapping[str, BaseGeometry | None], disputing: set[str]
) -> dict[str, _Claim]:
    """The changed territories, those in dispute with them and whoever may lie around, after the change."""
    drawn = {each: shape for each, shape in changed.items() if shape is not None}
    lines = writing.rows(Boundary, ("id", "revision", "shown"), ids=list(drawn)) if drawn else []
    levels = _standing(writing, list(drawn))
    own = {
        each: _Claim(drawn[each], levels[each], version, shown) for each, version, shown in lines if each in levels
    }
    around = (_around(current.mosaic, own) | disputing) - set(changed)
    known = {each: (current.standing.get(each), current.mosaic.boundary(each)) for each in around}
    return own | {
        each: _Claim(shape, standing.level, standing.version, standing.shown)
        for each, (standing, shape) in known.items()
        if standing is not None and shape is not None
    }


def _standing(writing: Writing, ids: list[str]) -> dict[str, str]:
    """Levels of the territories that still stand."""
    rows = writing.rows(Territory, ("id", "level", "until"), ids=ids) if ids else []
    return {id_: level for id_, level, until in rows if until is None or until > today()}


def _around(mosaic: Mosaic, own: Mapping[str, _Claim]) -> set[str]:
    """Ids of the territories whose boxes meet those of the changed ones, of the same levels."""
    if len(own) > _MANY:
        return {each for level in {claim.level for claim in own.values()} for each in mosaic.levels.get(level, ())}
    return {
        each
        for claim in own.values()
        if len(mosaic)
        for each in mosaic.around(mosaic.project(claim.shape), level=claim.level, within_m=0.0)
    }


def _known(writing: Writing, changed: Mapping[str, object]) -> dict[Pair, Dispute]:
    ids = list(changed)
    found = (
        chain(writing.find(Dispute, left=ids), writing.find(Dispute, right=ids))
        if len(ids) <= _MANY
        else writing.find(Dispute)
    )
    return {(each.left, each.right): each for each in found if each.left in changed or each.right in changed}


def _strips(
    writing: Writing, claims: Mapping[str, _Claim], changed: set[str], limits: Tolerances
) -> dict[Pair, _Strip]:
    """Ground claimed by pairs with a changed side, both shown and of one level."""
    pairs = [
        (left, right)
        for left, right in _meeting({each: claim for each, claim in claims.items() if claim.is_shown}, limits)
        if left in changed or right in changed
    ]
    left, right = (np.array([claims[pair[side]].shape for pair in pairs], dtype=object) for side in (0, 1))
    found = {
        pair: strip
        for pair, strip in zip(pairs, _wide(shared_ground(left, right), limits), strict=True)
        if strip.area_m2 > 0
    }
    return _outside_shared(writing, found, limits)


def _meeting(claims: Mapping[str, _Claim], limits: Tolerances) -> Iterator[Pair]:
    """Pairs of one level that may claim the same ground; the same ones in the same order for the same lines."""
    for level in sorted({claim.level for claim in claims.values()}):
        ids = sorted(each for each, claim in claims.items() if claim.level == level)
        shapes = [claims[each].shape for each in ids]
        if len(ids) <= _MANY:
            # Asked one by one what they share, a few take less time than measuring them all.
            left, right = shapely.STRtree(shapes).query(shapes)
            yield from ((ids[a], ids[b]) for a, b in zip(left, right, strict=True) if a < b)
            continue
        layer = GeoSeries(shapes, index=pd.Index(ids, dtype=object), crs=WGS84)
        found = overlaps(to_metres(layer), min_area_m2=limits.min_area_m2)
        found = found[is_wide(found.geometry, width_m=limits.sliver_m)]
        yield from zip(found["left"], found["right"], strict=True)


def _outside_shared(writing: Reading, found: Mapping[Pair, _Strip], limits: Tolerances) -> dict[Pair, _Strip]:
    """What is left of strips without the places that both sides declared shared, and the tolerance around them."""
    day = today()
    places = [
        each
        for each in (writing.find(SharedPlace) if found else ())
        if (each.since is None or each.since <= day) and (each.until is None or day < each.until)
    ]
    left = dict(found)
    if not places:
        return left
    shapes = np.array([each.shape for each in places], dtype=object)
    pairs = list(found)
    ground = np.array([found[pair].shape for pair in pairs], dtype=object)
    at, place = shapely.STRtree(shapes).query(ground, predicate="intersects")
    for k in np.unique(at):
        # A place that names nobody in particular was declared shared by all.
        valid = [
            j for j in place[at == k] if not places[j].territories or set(pairs[k]) <= set(places[j].territories)
        ]
        if valid:
            metres = to_metres(GeoSeries([shapely.union_all(shapes[valid])], crs=WGS84))
            around = metres.buffer(limits.sliver_m).to_crs(WGS84).iloc[0]
            rest = _polygons(shapely.difference(ground[k], around))
            [left[pairs[k]]] = _wide(np.array([rest], dtype=object), limits)
    return {pair: strip for pair, strip in left.items() if strip.area_m2 > 0}


def _wide(ground: np.ndarray, limits: Tolerances) -> list[_Strip]:
    """What of each ground is wide enough to count, in a form that is the same whoever is asked."""
    parts, owner = shapely.get_parts(ground, return_index=True)
    strips = [_NO_STRIP] * len(ground)
    # Most of what two lines share is a hair, and need not be measured to be seen: no disc can fit into it.
    may_be_wide = shapely.area(parts) * MOST_M2_PER_SQUARE_DEGREE >= np.pi * (limits.sliver_m / 2) ** 2
    parts, owner = parts[may_be_wide], owner[may_be_wide]
    if not len(parts):
        return strips
    metres = to_metres(GeoSeries(parts, crs=WGS84))
    area_m2 = metres.area.to_numpy()
    counts = np.flatnonzero(is_wide(metres, width_m=limits.sliver_m) & (area_m2 >= limits.min_area_m2))
    for some in np.split(counts, np.flatnonzero(np.diff(owner[counts])) + 1):
        if len(some):
            shape = shapely.normalize(shapely.multipolygons(parts[some]))
            strips[owner[some[0]]] = _Strip(shape, float(area_m2[some].sum()))
    return strips


def _still_claimed(
    before: Dispute | None,
    claims: Mapping[str, _Claim],
    changed: Mapping[str, BaseGeometry | None],
    limits: Tolerances,
    found: _Strip,
) -> _Strip | None:
    """The strip of a pair after the change; none when nothing can be said of it."""
    if before is None:
        return found
    pair = (before.left, before.right)
    if any(each in changed and changed[each] is None for each in pair) or any(each not in claims for each in pair):
        return _NO_STRIP
    if all(claims[each].is_shown for each in pair):
        return found
    # A side keeps its new line back. What the other gives up is given up all the same; nothing else is known.
    moved = [claims[each].shape for each in pair if each in changed and claims[each].is_shown]
    if not moved or before.state not in OPEN_STATES:
        return None
    [rest] = _wide(np.array([_polygons(shapely.intersection(before.strip, moved[0]))], dtype=object), limits)
    return rest if before.area_m2 - rest.area_m2 >= limits.min_area_m2 else None


def _ended(before: Dispute | None, becomes: DisputeState) -> Dispute | None:
    """A dispute whose ground is claimed by one side at most."""
    return replace(before, state=becomes) if before is not None and before.state in OPEN_STATES else None


def _going_on(
    before: Dispute | None, pair: Pair, strip: _Strip, claims: Mapping[str, _Claim], limits: Tolerances
) -> Dispute | None:
    """A dispute that opens or changes; none when nothing happened to its ground."""
    told: dict[str, Any] = {
        "strip": strip.shape,
        "area_m2": strip.area_m2,
        "left_version": claims[pair[0]].version,
        "right_version": claims[pair[1]].version,
    }
    if before is None:
        return Dispute(id=new_id("d"), left=pair[0], right=pair[1], opened=today(), **told)
    if before.state not in OPEN_STATES:
        return replace(before, state=DisputeState.OPEN, opened=today(), **told)
    if before.strip.equals_exact(strip.shape, 0):
        return None
    # What both sides leave unsettled is that ground and no more.
    more = _polygons(shapely.difference(strip.shape, before.strip))
    [grown] = _wide(np.array([more], dtype=object), limits)
    return replace(before, state=DisputeState.OPEN if grown.area_m2 else before.state, **told)


def _polygons(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
