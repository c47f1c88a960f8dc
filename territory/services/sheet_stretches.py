"""How far each stretch of a line on the printed sheet is agreed with the neighbour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from territory.geo.crs import to_metres, working_crs
from territory.geo.linderos import Walk
from territory.maps.sheet import State, Stretch
from territory.model import WGS84
from territory.profiles import Profile
from territory.records import StretchState
from territory.services.access import Eyes
from territory.services.agreement import Kind, Piece, border, state_of
from territory.services.register import Register

_STATES: dict[str, State] = {
    StretchState.AGREED: State.AGREED,
    StretchState.PROPOSED: State.PROPOSED,
    StretchState.UNANSWERED: State.PROPOSED,
    StretchState.OBJECTED: State.CONTESTED,
    StretchState.DISAGREED: State.CONTESTED,
}
"""Of what was said; where nobody said anything, two claims are a contest and one line is not."""
_WEIGHT = (State.CONTESTED, State.PROPOSED, State.AGREED, State.UNASKED, State.UNTOLD)
# Lines went to degrees of the grid and back, to about a centimetre.
_SAME_M = 0.1
# What is shorter than so many tolerances is the rounding of an end, not a stretch.
_SHORTEST = 2.0


class _Said(NamedTuple):
    """What holds beside a shape in WGS 84, with one neighbour or with anybody."""

    neighbour: str | None
    state: State
    where: BaseGeometry


def own_stretches(
    register: Register,
    eyes: Eyes,
    territory: str,
    walk: Walk,
    around: GeoDataFrame,
    *,
    is_newest: bool,
) -> list[Stretch]:
    """The runs of a walk cut by what both sides said of each piece.

    Parameters
    ----------
    register, eyes, territory
        Where, who, and whose line.
    walk
        Of it.
    around
        ``level`` of every neighbour by id: only those of one level have a border to agree on.
    is_newest
        Whether it is the line that neighbours agree on now; of an older one nothing is told.
    """
    tolerance_m = register.profile.tolerances.sliver_m
    if not is_newest:
        return list(_cut(walk, [], State.UNTOLD, tolerance_m))
    level = register.current().standing[territory].level
    said = []
    for neighbour in sorted({each for run in walk.runs for each in run.neighbours}):
        if not eyes.sees_line(neighbour):
            # Published, and kept back from its neighbours otherwise: nobody can have asked.
            lines = [run.line for run in walk.runs if neighbour in run.neighbours]
            said.append(_Said(neighbour, State.UNTOLD, shapely.union_all(lines)))
        elif around.loc[neighbour, "level"] == level:
            found = border(register, eyes.access, territory, neighbour)
            is_left = found.left.id == territory
            for piece in found.pieces:
                line = piece.left_line if is_left else piece.right_line
                said.append(_Said(neighbour, _state(piece), line))
    said.sort(key=lambda each: _WEIGHT.index(each.state))
    return list(_cut(walk, said, State.UNASKED, tolerance_m))


def public_stretches(walk: Walk, contested: GeoSeries, profile: Profile) -> list[Stretch]:
    """The runs of a walk as everybody may see them: where ground is contested, and no more."""
    said = [_Said(None, State.CONTESTED, strip) for strip in contested]
    return list(_cut(walk, said, State.UNTOLD, profile.tolerances.sliver_m))


def _state(piece: Piece) -> State:
    unsaid = State.CONTESTED if piece.kind is Kind.OVERLAP else State.UNASKED
    return _STATES.get(state_of(piece.stretch), unsaid)


def _cut(walk: Walk, said: Sequence[_Said], otherwise: State, tolerance_m: float) -> Iterator[Stretch]:
    """Cut runs by what was said, the first that was said of a place counting."""
    crs = working_crs(GeoSeries([run.line for run in walk.runs], crs=WGS84))
    places = _beside([each.where for each in said], crs)
    for k, run in enumerate(walk.runs):
        if not run.neighbours:
            yield Stretch(k, State.FREE, run.line)
            continue
        [left] = to_metres(GeoSeries([run.line], crs=WGS84), crs)
        pieces: dict[State, list[BaseGeometry]] = {}
        for each, place in zip(said, places, strict=True):
            if each.neighbour is None or each.neighbour in run.neighbours:
                pieces.setdefault(each.state, []).append(shapely.intersection(left, place))
                left = shapely.difference(left, place)
        pieces.setdefault(otherwise, []).append(left)
        yield from _rounded(k, pieces, crs, _SHORTEST * tolerance_m)


def _beside(shapes: Sequence[BaseGeometry], crs: CRS) -> list[BaseGeometry]:
    metres = np.asarray(to_metres(GeoSeries(list(shapes), crs=WGS84), crs).array)
    return list(shapely.buffer(metres, _SAME_M))


def _rounded(run: int, pieces: dict[State, list[BaseGeometry]], crs: CRS, shortest_m: float) -> Iterator[Stretch]:
    """A run's pieces by state; what is too short to be one takes the state of the longest."""
    united = {state: shapely.union_all(parts) for state, parts in pieces.items()}
    longest = max(united, key=lambda state: united[state].length)
    states: dict[State, list[BaseGeometry]] = {}
    for state, shape in united.items():
        is_short = shape.length < shortest_m
        states.setdefault(longest if is_short else state, []).append(shape)
    for state, shapes in states.items():
        line = GeoSeries([shapely.union_all(shapes)], crs=crs).to_crs(WGS84).iloc[0]
        yield Stretch(run, state, line)
