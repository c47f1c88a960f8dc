"""The line that a corridor follows, and the ground that it is."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from territory.geo.corridors.ground import Ints, Shapes
from territory.geo.corridors.pricing import Problem
from territory.geo.corridors.routes import Corridor
from territory.geo.coverage import shared_ground
from territory.geo.paths import reach
from territory.geo.steiner import Graph

# Arcs of a quarter circle: the ends of a stroke are that round.
_ROUND = 16


def backbone(problem: Problem, corridor: Corridor) -> GeoSeries:
    """The line through the middles of the crossings, within the ground of what it passes.

    Where a member or a unit is entered and left, it goes from door to door; where more ways meet, or one ends, to
    a point within.

    Returns
    -------
    GeoSeries
        Lines between ends and branchings; none where only one member is joined.
    """
    ground = problem.ground
    doors = ground.doors(corridor.crossings)
    middles = shapely.line_interpolate_point(doors, 0.5, normalized=True)
    ways: list[BaseGeometry] = []
    stops: dict[int, list[Point]] = defaultdict(list)
    for edge, middle in zip(corridor.crossings, middles, strict=True):
        for end in ground.ends[edge]:
            stop = middle
            if ground.shapes[end].distance(middle) > 2 * ground.tolerance_m:
                # A declared link: its middle lies on neither ground, and the way there is a break.
                stop = shapely.shortest_line(ground.shapes[end], middle).interpolate(0)
                ways.append(LineString([stop, middle]))
            stops[int(problem.group[end])].append(stop)
    pieces = _pieces(problem, corridor, set(stops))
    for group, through in stops.items():
        shape = pieces[group]
        if len(through) == 2:
            ways.append(inner_way(shape, *through))
        else:
            middle = shapely.point_on_surface(shape)
            ways += [inner_way(shape, stop, middle) for stop in through]
    ways = [way for way in ways if way.length > 0]
    lines = shapely.line_merge(shapely.union_all(ways)) if ways else shapely.MultiLineString()
    return GeoSeries(shapely.get_parts(lines), crs=ground.units.crs)


def polygon(problem: Problem, corridor: Corridor, line: GeoSeries) -> BaseGeometry:
    """The units taken together with the backbone, as wide as wanted, clipped to the land."""
    ground = problem.ground
    stroke = shapely.buffer(np.asarray(line.array), ground.width_m / 2, quad_segs=_ROUND)
    if ground.land is not None:
        stroke = shared_ground(stroke, np.full(len(stroke), ground.land, dtype=object))
    return shapely.union_all(np.concatenate([ground.shapes[corridor.units], stroke]))


def inner_way(shape: BaseGeometry, start: Point, end: Point) -> LineString:
    """A short way between two points on or in a polygon that does not leave it, straight where that is possible.

    Between parts that do not hang together it is straight, and leaves the polygon.

    Examples
    --------
    >>> from shapely import box
    >>> corner = box(0, 0, 30, 30) - box(10, 10, 30, 30)
    >>> way = inner_way(corner, Point(30, 5), Point(5, 30))
    >>> len(way.coords) > 2, shapely.buffer(corner, 0.02).covers(way)
    (True, True)
    """
    straight = LineString([start, end])
    shapely.prepare(shape)
    # Points on the line of a polygon lie beside it by rounding.
    near = shapely.buffer(shape, 0.01)
    shapely.prepare(near)
    if near.covers(straight):
        return straight
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(shape))
    stops = _triangle_path(triangles, start, end)
    return straight if stops is None else _tightened(near, [start, *stops, end])


def _triangle_path(triangles: Shapes, start: Point, end: Point) -> list[Point] | None:
    """The middles of the sides that a short way through triangles crosses."""
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)
    sides = np.sort(_named(corners)[:, [[0, 1], [1, 2], [2, 0]]], axis=-1).reshape(-1, 2)
    order = np.lexsort(sides.T)
    same = np.flatnonzero((sides[order][1:] == sides[order][:-1]).all(axis=1))
    one, two = order[same], order[same + 1]
    ends = np.column_stack([one // 3, two // 3]).astype(np.int64)
    turn = np.array([1, 2, 0])
    middles = (corners[one // 3, one % 3] + corners[one // 3, turn[one % 3]]) / 2
    centres = corners[:, :3].mean(axis=1)
    length = np.linalg.norm(centres[ends[:, 0]] - middles, axis=1) + np.linalg.norm(
        centres[ends[:, 1]] - middles, axis=1
    )
    graph = Graph(np.zeros(len(triangles)), ends, length)
    first, last = (int(np.argmin(shapely.distance(triangles, point))) for point in (start, end))
    far = np.full(len(triangles), np.inf)
    far[last] = 0.0
    goal = np.arange(len(triangles)) == first
    at, via = reach(graph.arcs, graph.cost, far, goal, np.inf)
    if at < 0:
        return None
    stops = []
    while (side := via[at]) >= 0:
        stops.append(Point(middles[side]))
        at = ends[side].sum() - at
    return stops


def _named(corners: np.ndarray) -> Ints:
    """(n, 3) a number for each place, the same wherever triangles share a corner."""
    _, name = np.unique(corners[:, :3].reshape(-1, 2), axis=0, return_inverse=True)
    return np.asarray(name.reshape(-1, 3), dtype=np.int64)


def _tightened(shape: BaseGeometry, stops: list[Point]) -> LineString:
    """The way through stops without those that it can pass by inside a prepared polygon."""
    kept, at = [stops[0]], 0
    while at < len(stops) - 1:
        ahead = shapely.linestrings([[(stops[at].x, stops[at].y), (s.x, s.y)] for s in stops[at + 1 :]])
        at += 1 + int(np.flatnonzero(np.r_[True, shapely.covers(shape, ahead)[1:]])[-1])
        kept.append(stops[at])
    return LineString(kept)


def _pieces(problem: Problem, corridor: Corridor, groups: set[int]) -> dict[int, BaseGeometry]:
    """The ground of some groups: what their units hold together."""
    members: dict[int, list[int]] = defaultdict(list)
    for unit in corridor.units.tolist():
        members[int(problem.group[unit])].append(unit)
    shapes = problem.ground.shapes
    return {
        group: shapes[own[0]] if len(own) == 1 else _united(shapes[own], problem.ground.tolerance_m)
        for group, own in members.items()
        if group in groups
    }


def _united(shapes: Shapes, tolerance_m: float) -> BaseGeometry:
    """Units that touch within a tolerance as one ground without the cracks between them."""
    closed = shapely.buffer(shapely.union_all(shapely.buffer(shapes, tolerance_m / 2)), -tolerance_m / 2)
    return shapely.union_all([closed, *shapes])
