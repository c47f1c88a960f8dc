"""What lies around somebody who draws: exact lines to draw along, and the ground that is left free."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiLineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from territory.geo.free import NothingFree, free_ground, touches_window
from territory.model import WGS84
from territory.mosaic import Mosaic
from territory.profiles import Profile
from territory.records import Reference, ReferenceLayer
from territory.services.access import Eyes
from territory.services.errors import Unusable
from territory.services.publishing import Bbox
from territory.services.register import Register

FOLLOWED = {"rivers": "river", "roads": "road"}
"""Kinds of reference layers whose lines a boundary may follow, and what one of their lines is."""

_MOST_TERRITORIES = 400
_MOST_EDGES = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """Something with an exact line."""

    id: str
    kind: str
    """``territory``, ``river``, ``road`` or ``municipality``."""
    name: str
    shape: BaseGeometry
    """WGS 84: polygons of a territory, lines of anything else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Free:
    """Ground that nobody has."""

    shape: Polygon
    """WGS 84, on the grid."""
    is_open: bool
    """Whether it goes on beyond what was looked at."""


class FollowedLines:
    """Rivers and roads of the reference layers, read once for each set of layers.

    Parameters
    ----------
    register
        Where the layers are.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self._lock = threading.Lock()
        self._known: tuple[frozenset[str], list[Drawn], shapely.STRtree] | None = None

    def within(self, bbox: Bbox) -> Iterator[Drawn]:
        """The lines in a box, each as far as its edges reach into it."""
        with self._register.reading() as reading, self._lock:
            layers = {each.id: each.kind for each in reading.find(ReferenceLayer, kind=list(FOLLOWED))}
            layers = {id_: kind for id_, kind in layers.items() if _counts(reading.get(ReferenceLayer, id_))}
            if self._known is None or self._known[0] != frozenset(layers):
                columns = ("id", "layer", "called", "shape")
                rows = reading.rows(Reference, columns, ids=sorted(layers), by="layer") if layers else []
                lines = [
                    Drawn(id=id_, kind=FOLLOWED[layers[layer]], name=called, shape=_lines(shapely.from_wkb(shape)))
                    for id_, layer, called, shape in rows
                ]
                self._known = frozenset(layers), lines, shapely.STRtree([line.shape for line in lines])
            _, known, tree = self._known
        for at in sorted(tree.query(shapely.box(*bbox))):
            yield from _cut(known[at], bbox)


def territories_within(
    mosaic: Mosaic,
    bbox: Bbox,
    *,
    level: str,
    without: str | None = None,
    visible: Callable[[str], bool] | None = None,
) -> list[Drawn] | None:
    """Exact boundaries of a level that reach into a box; none of them when they are too many to draw along.

    Parameters
    ----------
    mosaic, visible
        Whose boundaries, and which of them whoever asks may know of, see `territory.api.live.Live.around`.
    bbox, level
        Where, and of which.
    without
        Id of the territory that is drawn anew: it is no neighbour of itself.
    """
    window = shapely.box(*bbox)
    near = mosaic.near(
        mosaic.project(window),
        level=level,
        within_m=0.0,
        of=lambda each: each != without and (visible is None or visible(each)),
    )
    if len(near) > _MOST_TERRITORIES:
        return None
    shapes = {each: mosaic.boundary(each) for each in sorted(near.index)}
    names = mosaic.names
    return [
        Drawn(id=each, kind="territory", name=names.get(each, each), shape=shape)
        for each, shape in shapes.items()
        if shape is not None and shape.intersects(window)
    ]


def as_seen(lines: Iterable[Drawn], eyes: Eyes, public: GeoDataFrame) -> Iterator[Drawn]:
    """Lines as whoever asks may see them: of a line that is not shown to them, what is public of it.

    Ground that two claim is in neither's line then: who claims it is for those two to know.

    Parameters
    ----------
    lines
        As `territories_within` finds them; rivers and the like stay as they are.
    eyes
        Of whoever asks.
    public
        The layer in public form.
    """
    for line in lines:
        if line.kind != "territory" or eyes.sees_line(line.id):
            yield line
        elif line.id in public.index and not (shape := public.geometry[line.id]).is_empty:
            yield replace(line, shape=shape)


def municipal_lines(mosaic: Mosaic, bbox: Bbox) -> Iterator[Drawn]:
    """The lines of municipalities and other jurisdictions in a box: to follow, never to obey."""
    places = mosaic.surroundings.jurisdictions
    if places is None or places.empty:
        return
    for at in sorted(places.sindex.query(shapely.box(*bbox))):
        row = places.iloc[at]
        shape = shapely.boundary(row.geometry)
        yield from _cut(Drawn(id=str(places.index[at]), kind="municipality", name=row["name"], shape=shape), bbox)


def free_at(
    mosaic: Mosaic,
    at: Point,
    bbox: Bbox,
    *,
    profile: Profile,
    level: str,
    without: str | None = None,
    visible: Callable[[str], bool] | None = None,
) -> Free:
    """The ground around a place that the neighbours leave free, as far as a box reaches.

    Parameters
    ----------
    mosaic, bbox, level, without, visible
        As for `territories_within`.
    at
        The place, WGS 84.
    profile
        Says how narrow ground is a line drawn twice.

    Raises
    ------
    Unusable
        Somebody has that place, or there are too many neighbours to look at.
    """
    around = territories_within(mosaic, bbox, level=level, without=without, visible=visible)
    if around is None:
        raise Unusable("free.many", limit=_MOST_TERRITORIES)
    # Where two claim it, both are told.
    if owners := [each.name for each in around if each.shape.intersects(at)]:
        raise Unusable("free.taken", names=owners)
    window, land = shapely.box(*np.round(bbox, 7)), mosaic.surroundings.land
    units = GeoSeries([each.shape for each in around], crs=WGS84)
    # At the edge of what is known to be land, the land's own outline is the line.
    ground = None if land is None else shapely.union_all(np.asarray(land.geometry.array))
    try:
        shape = free_ground(units, at, window, width_m=profile.tolerances.sliver_m, land=ground)
    except NothingFree:
        raise Unusable("free.none") from None
    return Free(shape=shape, is_open=touches_window(shape, window))


def _counts(layer: ReferenceLayer | None) -> bool:
    return layer is not None and layer.until is None


def _lines(shape: BaseGeometry) -> BaseGeometry:
    """Lines as they are, and areas (a wide river) by their banks."""
    return shape if shapely.get_dimensions(shape) == 1 else shapely.boundary(shape)


def _cut(line: Drawn, bbox: Bbox) -> Iterator[Drawn]:
    """The runs of whole edges of a line that reach into a box: no vertex is made where the box cuts."""
    west, south, east, north = bbox
    runs = []
    for part in shapely.get_parts(line.shape):
        coords = shapely.get_coordinates(part)
        low, high = np.minimum(coords[:-1], coords[1:]), np.maximum(coords[:-1], coords[1:])
        inside = ((low <= (east, north)) & (high >= (west, south))).all(axis=1)
        starts = np.flatnonzero(inside & ~np.r_[False, inside[:-1]])
        ends = np.flatnonzero(inside & ~np.r_[inside[1:], False]) + 2
        runs += [coords[start:end] for start, end in zip(starts, ends, strict=True)]
    if runs and sum(map(len, runs)) <= _MOST_EDGES:
        yield Drawn(id=line.id, kind=line.kind, name=line.name, shape=MultiLineString(runs))
