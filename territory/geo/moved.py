"""What a side that moves its line asks of each neighbour: that theirs moves there too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely import LineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from territory.geo.crs import GRID_DEG

# Overlay computes crossings off the grid; within so much two places are one, as in `territory.geo.settle`.
_NEAR_DEG = 3 * GRID_DEG
# Lines that share less than this share a corner.
_SHORT_DEG = 4 * _NEAR_DEG
# About a tenth of a square metre: what rounding leaves over.
_CRUMB_DEG2 = 1e-11


def moved_strips(region: BaseGeometry, after: MultiPolygon, others: GeoSeries) -> dict[str, MultiPolygon]:
    """Part the ground that a moved line passed over among those who would have to follow it.

    Parameters
    ----------
    region
        Ground that the line passed over: what is in one of its versions and not in the other. WGS 84.
    after
        The side that moved, as it is now; canonical.
    others
        (n,) boundaries of everybody around by id, as they are now; canonical.

    Returns
    -------
    dict of MultiPolygon
        Strips by id of the neighbour, only of those with any: what both now claim there, whole also where they did
        before, so that no island is left behind; and what neither claims any more along that neighbour's line.
        Left ground that lies along several is cut from the corner where they meet to the nearest new corner, so
        that the line between those two goes on to it.

    Examples
    --------
    >>> mine, theirs = shapely.box(0, 0, 0.01, 0.01), shapely.box(0.01, 0, 0.02, 0.01)
    >>> moved = MultiPolygon([shapely.box(0, 0, 0.012, 0.01)])
    >>> strips = moved_strips(moved - mine, moved, GeoSeries([MultiPolygon([theirs])], ["east"]))
    >>> {each: strip.bounds for each, strip in strips.items()}
    {'east': (0.01, 0.0, 0.012, 0.01)}
    """
    found: dict[str, list[Polygon]] = {}
    for id_, other in others.items():
        claimed = _parts(shapely.intersection(after, other))
        found[str(id_)] = [
            part for part in claimed if shapely.area(shapely.intersection(part, region)) > _CRUMB_DEG2
        ]
    left = shapely.difference(region, shapely.union_all([after, *others]))
    for part in _parts(left):
        for id_, piece in _shared_out(part, others):
            found[id_].append(piece)
    return {id_: MultiPolygon(pieces) for id_, pieces in found.items() if pieces}


def _shared_out(part: Polygon, others: GeoSeries) -> Iterator[tuple[str, Polygon]]:
    """Pieces of ground that was left, each with the neighbour that it lies along."""
    along = {str(id_): _line_along(part, other) for id_, other in others.items()}
    along = {id_: line for id_, line in along.items() if line.length > _SHORT_DEG}
    if not along:
        return
    cuts = [cut for pair in combinations(along.values(), 2) if (cut := _cut(part, *pair, along.values()))]
    for piece in _pieces(part, cuts):
        lengths = {id_: _line_along(piece, others[id_]).length for id_ in along}
        yield max(lengths, key=lambda id_: lengths[id_]), piece


def _line_along(part: Polygon, other: BaseGeometry) -> BaseGeometry:
    """Where the outline of some ground runs along a neighbour."""
    return shapely.intersection(part.boundary, shapely.buffer(other, _NEAR_DEG))


def _pieces(part: Polygon, cuts: list[LineString]) -> list[Polygon]:
    """Some ground along cuts through it."""
    if not cuts:
        return [part]
    faces = _parts(shapely.polygonize([shapely.node(shapely.union_all([part.boundary, *cuts]))]))
    return [face for face in faces if shapely.contains(part, shapely.point_on_surface(face))]


def _cut(
    part: Polygon, one: BaseGeometry, other: BaseGeometry, lines: Iterable[BaseGeometry]
) -> LineString | None:
    """From where two neighbours meet at some ground to its nearest corner on no neighbour's line."""
    meeting = shapely.intersection(shapely.buffer(one, _NEAR_DEG), shapely.buffer(other, _NEAR_DEG))
    if meeting.is_empty:
        return None
    corners = shapely.points(shapely.get_coordinates(part.exterior)[:-1])
    begin = corners[shapely.distance(corners, shapely.centroid(meeting)).argmin()]
    taken = shapely.buffer(shapely.union_all(list(lines)), _NEAR_DEG)
    new = corners[~shapely.intersects(taken, corners)]
    if not len(new):
        return None
    return _within(part, begin, new[shapely.distance(new, begin).argmin()])


def _within(part: Polygon, begin: Point, end: Point) -> LineString | None:
    line = LineString([begin, end])
    return line if shapely.covers(shapely.buffer(part, _NEAR_DEG), line) else None


def _parts(shape: BaseGeometry) -> list[Polygon]:
    """Polygons of a shape that are more than rounding."""
    parts = np.atleast_1d(shapely.get_parts(shapely.get_parts(shape)))
    return [part for part in parts if part.geom_type == "Polygon" and part.area > _CRUMB_DEG2]
