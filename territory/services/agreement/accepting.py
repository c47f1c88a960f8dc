"""What follows when both sides say yes: the two boundaries, the agreement and the dispute, all in one change."""

from __future__ import annotations

from dataclasses import replace

import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from territory.geo.coverage import is_wide
from territory.geo.crs import to_metres
from territory.geo.settle import Way
from territory.model import WGS84
from territory.mosaic import Current
from territory.profiles import Profile
from territory.records import Boundary, DisputeState, Method, SharedPlace, Stretch, StretchState
from territory.services.agreement.border import Border
from territory.services.agreement.pieces import as_ground
from territory.services.agreement.settling import DISAGREE, settled, way_of
from territory.services.disputes import follow
from territory.services.register import Register, new_id, today
from territory.store.base import Writing


def accept(writing: Writing, register: Register, current: Current, found: Border, waiting: Stretch) -> Stretch:
    """Keep a proposal as agreed, with everything that follows from it: both lines, and the end of the dispute.

    Parameters
    ----------
    writing
        The change in which the other side says yes.
    register, current
        Where, and what the territories are called.
    found
        The line between both as it is now; what is proposed is still about a piece of it.
    waiting
        The proposal.

    Raises
    ------
    Unusable
        The way does not work for the strip any longer.
    """
    said = replace(waiting, left_version=found.left.revision, right_version=found.right.revision)
    if waiting.way == DISAGREE:
        kept = writing.put(replace(said, state=StretchState.DISAGREED))
        _leave_unsettled(writing, found, register.profile)
        return kept
    chosen = way_of(waiting)
    if chosen is None:
        return writing.put(replace(said, state=StretchState.AGREED))
    return _settle(writing, register, current, found, waiting, chosen[0])


def _settle(
    writing: Writing, register: Register, current: Current, found: Border, waiting: Stretch, way: Way
) -> Stretch:
    """Settle a strip the way that was proposed."""
    strip = as_ground(waiting.strip)
    result = settled(found, strip, way, waiting.line if way is Way.ALONG else None)
    if way is Way.SHARED:
        names = " – ".join(current.standing[each].name for each in found.pair)
        writing.put(SharedPlace(id=new_id("s"), called=names, territories=found.pair, shape=strip, since=today()))
    left, right = _redrawn(writing, found.left, result.left), _redrawn(writing, found.right, result.right)
    becomes = DisputeState.SHARED if way is Way.SHARED else DisputeState.SETTLED
    follow(
        writing,
        register,
        {found.left.id: result.left, found.right.id: result.right},
        settled={found.pair: becomes},
    )
    return writing.put(
        replace(
            waiting,
            state=StretchState.AGREED,
            line=result.divided,
            left_version=left.revision,
            right_version=right.revision,
        )
    )


def _redrawn(writing: Writing, before: Boundary, shape: BaseGeometry) -> Boundary:
    """The next version of a boundary; the same one where nothing of it moved, so that acts about it stay true."""
    if shapely.equals_identical(before.shape, shape):
        return before
    return writing.put(
        replace(before, shape=shape, method=Method.SETTLED, valid_from=max(before.valid_from, today()))
    )


def _leave_unsettled(writing: Writing, found: Border, profile: Profile) -> None:
    """Say so of the dispute, once both leave all of its ground unsettled."""
    dispute = found.dispute
    if dispute is None or dispute.state is not DisputeState.OPEN:
        return
    left_open = writing.find(Stretch, left=dispute.left, right=dispute.right, state=StretchState.DISAGREED)
    rest = shapely.difference(dispute.strip, shapely.union_all([each.strip for each in left_open]))
    metres = to_metres(GeoSeries([as_ground(rest)], crs=WGS84))
    if not is_wide(metres, width_m=profile.tolerances.sliver_m)[0]:
        writing.put(replace(dispute, state=DisputeState.DISAGREED))
