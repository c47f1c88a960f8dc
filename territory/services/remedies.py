"""What can be done about a finding of a drawing, worked out whole before anybody takes it.

Some ways change one's own line at once; the others need the neighbour's yes, and only say what would become of
both lines. Ground changes hands as a whole strip with the neighbour's own vertices, see `territory.geo.settle`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shapely import MultiLineString, MultiPolygon

from territory.findings import Code, Finding
from territory.geo.crs import area_m2
from territory.geo.errors import GeoError
from territory.geo.free import filled, union_on_grid
from territory.geo.repair import canonical_shape
from territory.geo.settle import Way, settle
from territory.mosaic import Mosaic
from territory.profiles import Profile
from territory.services.drawing import CheckedDrawing, Drawing, check_drawing
from territory.services.errors import Stale, Unusable


class Remedy(StrEnum):
    """A way out of a finding."""

    REPAIR = "repair"
    """Take the mended line."""
    SNAP = "snap"
    """Lay my line on the neighbour's, where both meant the same one."""
    TRIM = "trim"
    """Take the strip off mine."""
    FILL = "fill"
    """Take the ground that nobody has."""
    ASK = "ask"
    """Ask the neighbour for the strip that both claim."""
    GIVE = "give"
    """Offer the neighbour the ground between both."""
    MIDDLE = "middle"
    """Propose the line half-way."""
    SHARED = "shared"
    """Propose that the strip is both's, as a park or a road is."""


OFFERED: Mapping[Code, tuple[Remedy, ...]] = {
    Code.REPAIRED: (Remedy.REPAIR,),
    Code.OVERLAP: (Remedy.TRIM, Remedy.ASK, Remedy.MIDDLE, Remedy.SHARED),
    Code.CONTAINS: (Remedy.TRIM, Remedy.ASK, Remedy.SHARED),
    Code.SLIVER_OVERLAP: (Remedy.SNAP,),
    Code.GAP: (Remedy.FILL, Remedy.GIVE, Remedy.MIDDLE),
    Code.SLIVER_GAP: (Remedy.SNAP,),
}
"""What can be done about each finding; about any other there is nothing to do on the map."""

PROPOSED = frozenset({Remedy.ASK, Remedy.GIVE, Remedy.MIDDLE, Remedy.SHARED})
"""Nothing moves before the neighbour says yes."""

_GAPS = (Code.GAP, Code.SLIVER_GAP)
# The drawing is the left side. What takes ground from it or gives it some goes by what the finding is.
_WAYS: Mapping[Remedy, Way] = {
    Remedy.TRIM: Way.TO_RIGHT,
    Remedy.FILL: Way.TO_LEFT,
    Remedy.ASK: Way.TO_LEFT,
    Remedy.GIVE: Way.TO_RIGHT,
    Remedy.MIDDLE: Way.MIDDLE,
    Remedy.SHARED: Way.SHARED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a remedy would make of a drawing, and of the neighbour's line where it is about both."""

    remedy: Remedy
    boundary: MultiPolygon
    """The drawing's boundary after it; of what is proposed, once the neighbour agrees."""
    gain_m2: float
    """What the drawing gains; negative for a loss."""
    neighbour: str | None = None
    """Id of the neighbour who would have to agree."""
    neighbour_gain_m2: float = 0.0
    line: MultiLineString | None = None
    """The line that both would have in common."""


def apply(
    drawing: Drawing,
    mosaic: Mosaic,
    finding_id: str,
    remedy: Remedy,
    *,
    profile: Profile,
    visible: Callable[[str], bool] | None = None,
) -> Outcome:
    """Work out what a remedy does; nothing is kept.

    Parameters
    ----------
    drawing, mosaic, profile, visible
        As for `territory.services.drawing.check_drawing`.
    finding_id
        Of one of the findings of that check.
    remedy
        One of those `OFFERED` for its code.

    Raises
    ------
    Stale
        The check does not find it any longer.
    Unusable
        The drawing cannot be checked, or the remedy is none for it.
    """
    checked = check_drawing(drawing, mosaic, profile=profile, visible=visible)
    finding = next((each for each in checked.findings if each.id == finding_id), None)
    if finding is None:
        raise Stale("remedy.gone")
    if remedy not in OFFERED.get(finding.code, ()):
        raise Unusable("remedy.none")
    if remedy is Remedy.REPAIR:
        drawn = canonical_shape(drawing.shape)
        before = mosaic.project(drawn).area
        return Outcome(remedy=remedy, boundary=checked.boundary, gain_m2=checked.area_m2 - before)
    own = drawing.replaces
    named = {each: mosaic.boundary(each) for each in finding.territories if each != own}
    # The drawing itself is named too, and is in no mosaic.
    others = {each: shape for each, shape in named.items() if shape is not None}
    try:
        return _outcome(checked, finding, others, remedy)
    except GeoError:
        raise Unusable("remedy.impossible") from None


def _outcome(
    checked: CheckedDrawing, finding: Finding, others: Mapping[str, MultiPolygon], remedy: Remedy
) -> Outcome:
    own, strip, is_gap = checked.boundary, finding.geometry, finding.code in _GAPS
    if remedy in PROPOSED:
        if len(others) != 1:  # ground among three is not for two of them alone to share out
            raise Unusable("remedy.several")
        [(neighbour, theirs)] = others.items()
        settled = settle(own, theirs, strip, _WAYS[remedy])
        return Outcome(
            remedy=remedy,
            boundary=settled.left,
            gain_m2=settled.left_gain_m2,
            neighbour=neighbour,
            neighbour_gain_m2=settled.right_gain_m2,
            line=settled.divided,
        )
    if not others:  # a hole of one's own
        mended = filled(own, strip)
        return Outcome(remedy=remedy, boundary=mended, gain_m2=area_m2(mended) - area_m2(own))
    way = _WAYS.get(remedy, Way.TO_LEFT if is_gap else Way.TO_RIGHT)
    settled = settle(own, union_on_grid(others.values()), strip, way)
    return Outcome(remedy=remedy, boundary=settled.left, gain_m2=settled.left_gain_m2, line=settled.divided)
