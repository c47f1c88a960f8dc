"""Ways to settle a contested strip: to one side, along the middle, along a river, or shared.

Everything is done on the whole numbers of the 1e-7 degree grid. Lines near the strip are noded by snap rounding,
and ground changes hands as whole faces between noded edges, so that both boundaries keep the very same vertices.
Adding a face to a territory adds its edges to the territory's, where an edge and its reverse cancel; nothing
else is touched.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from shapely import MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from territory.geo.coverage import strip_width_m
from territory.geo.crs import WGS84, to_metres, working_crs
from territory.geo.errors import GeoError

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Edge = tuple[int, int, int, int]

_CELLS_PER_DEGREE = 1e7
_METRES_PER_CELL = 111_320.0 / _CELLS_PER_DEGREE

# A strip measured in metres and brought back lies within a cell of the lines it was cut from; three are safe.
_NEAR_CELLS = 3.0
# Where lines cross at a small angle, a cell aside is many cells along: the strip of an older version may end that
# far from where its lines cross now. A metre of it is looked at.
_ALONG_CELLS = 100.0
# Contested ground in a strip that may be missing between noded edges.
_MISSING_SHARE = 0.01
# Smaller parts that a cut leaves over cannot stand in a boundary, see `repair.are_boundaries`.
_CRUMB_M2 = 1.0
# How much of each side's line a river may leave on the wrong side and still run from end to end.
_STRAY_SHARE = 0.25
# A middle line strays at most this share of the strip's width from the exact one.
_MIDDLE_SHARE = 0.25


class OffGrid(GeoError):
    """Boundaries to settle must be canonical, with every vertex on the 1e-7 degree grid."""


class NothingContested(GeoError):
    """A strip must hold ground that both boundaries claim, or that neither does."""


class NothingLeft(GeoError):
    """A way must leave each side some ground."""


class NoMiddle(GeoError):
    """A middle line needs a strip that lies between a line of each side."""


class LineDoesNotCross(GeoError):
    """A strip is settled along a line that runs through it from end to end, between both sides."""


class Way(StrEnum):
    """How a contested strip can be settled."""

    TO_LEFT = "to_left"
    TO_RIGHT = "to_right"
    MIDDLE = "middle"
    ALONG = "along"
    """Along a given river or road."""
    SHARED = "shared"
    """No line moves; the strip is declared a shared place."""
    AS_LEFT = "as_left"
    """The line runs as the left drew it: what both claim goes to the left, what neither does to the right."""
    AS_RIGHT = "as_right"


AS_DRAWN = (Way.AS_LEFT, Way.AS_RIGHT)
"""Ways in which one side follows the line that the other drew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one way to settle a strip would make of both boundaries."""

    way: Way
    left: MultiPolygon
    """Canonical and valid, WGS 84."""
    right: MultiPolygon
    left_gain_m2: float
    """Change of the area, negative for a loss."""
    right_gain_m2: float
    left_pieces: int
    """Parts that do not hang together by an edge."""
    right_pieces: int
    divided: MultiLineString
    """The line that both have in common after it, as it runs counter-clockwise around the left; WGS 84."""
    along: Hashable = None
    """Which of several lines it follows."""


def settle(
    left: MultiPolygon,
    right: MultiPolygon,
    strip: BaseGeometry,
    way: Way,
    *,
    line: BaseGeometry | None = None,
    tolerance_m: float = 5.0,
) -> Settlement:
    """Settle the ground that two boundaries contest in a strip, one way.

    Parameters
    ----------
    left, right
        Canonical valid boundaries in WGS 84.
    strip
        Polygons in WGS 84, such as `borders.stretches` finds. Of what lies in it, the ground that both claim and
        the ground that neither does change hands. Where its outline follows a boundary it need not do so exactly:
        3 cells of the grid (3 cm) are forgiven.
    way
        ``TO_LEFT`` and ``TO_RIGHT`` give all of the contested ground to one side; ``AS_LEFT`` and ``AS_RIGHT``
        leave one side's line where it is, and move the other's there.
    line
        The river or road for ``ALONG``: lines in WGS 84.
    tolerance_m
        How far a middle line may stray from the exact one, to have few corners; never more than a quarter of
        the strip's width.

    Returns
    -------
    Settlement
        In the strip both boundaries have the same vertices, in opposite order, and do not overlap. A vertex put
        on an edge at the strip's end moves the edge by less than a cell (1.1 cm); all other vertices and edges
        stay as they are. A crumb under 1 m² that a way would cut off goes with the strip.

    Raises
    ------
    OffGrid
        A boundary has vertices off the grid.
    NothingContested
        No ground in the strip is claimed by both, or by neither.
    NothingLeft
        One side would lose all its ground.
    NoMiddle
        The strip does not lie between a line of each side, as when one territory is inside the other.
    LineDoesNotCross
        The line is missing, or does not divide the strip from end to end.

    Examples
    --------
    >>> west = MultiPolygon([shapely.box(0, 0, 0.0006, 0.001)])
    >>> east = MultiPolygon([shapely.box(0.0004, 0, 0.001, 0.001)])
    >>> settle(west, east, west & east, Way.MIDDLE).divided.wkt
    'MULTILINESTRING ((0.0005 0, 0.0005 0.001))'
    """
    if way is Way.SHARED:
        return _shared(left, right)
    return _Ground.of(left, right, strip).settled(way, line=line, tolerance_m=tolerance_m)


def ways(
    left: MultiPolygon,
    right: MultiPolygon,
    strip: BaseGeometry,
    *,
    lines: GeoSeries | None = None,
    tolerance_m: float = 5.0,
) -> list[Settlement]:
    """All the ways to settle a strip that work for it, see `settle`.

    Parameters
    ----------
    left, right, strip, tolerance_m
        As for `settle`.
    lines
        Rivers and roads in WGS 84; each one that runs through the strip from end to end is a way of its own,
        named by its label in `Settlement.along`.

    Raises
    ------
    OffGrid
        A boundary has vertices off the grid.
    NothingContested
        No ground in the strip is claimed by both, or by neither.
    """
    ground = _Ground.of(left, right, strip)
    asked: list[tuple[Way, Hashable, BaseGeometry | None]] = [
        (way, None, None) for way in (Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE)
    ]
    if lines is not None:
        reached = lines[lines.intersects(strip).to_numpy()]
        asked += [(Way.ALONG, label, line) for label, line in reached.items()]
    found = []
    for way, label, line in asked:
        try:
            found.append(ground.settled(way, line=line, along=label, tolerance_m=tolerance_m))
        except (NothingLeft, NoMiddle, LineDoesNotCross):
            continue
    return [*found, _shared(left, right)]


def _shared(left: MultiPolygon, right: MultiPolygon) -> Settlement:
    return Settlement(
        way=Way.SHARED,
        left=left,
        right=right,
        left_gain_m2=0.0,
        right_gain_m2=0.0,
        left_pieces=len(left.geoms),
        right_pieces=len(right.geoms),
        divided=MultiLineString(),
    )


@dataclass(frozen=True)
class _Face:
    """Contested ground between noded edges, and how much of each side's line goes around it."""

    polygon: Polygon
    """In cells of the grid, exterior counter-clockwise."""
    edges: list[Edge]
    """With the face to the left of each."""
    is_overlap: bool
    left_m: float
    right_m: float

    def nearer(self) -> Way | None:
        """Whose it becomes by the line it lies along: what both claim goes to the side whose line is far."""
        if self.left_m == self.right_m:
            return None
        return Way.TO_LEFT if (self.right_m > self.left_m) == self.is_overlap else Way.TO_RIGHT


@dataclass(frozen=True)
class _Cut:
    """The lines near the strip after noding."""

    left: set[Edge]
    """All edges of the left boundary, its ground to the left of each."""
    right: set[Edge]
    faces: list[_Face]


@dataclass(frozen=True)
class _Ground:
    """Two boundaries and the strip between them, in cells of the grid."""

    left: MultiPolygon
    """In degrees, as given."""
    right: MultiPolygon
    left_edges: Ints
    """(n, 4) edges of the left boundary."""
    right_edges: Ints
    strip: BaseGeometry
    """In cells, not rounded."""
    ends: Ints
    """(k, 4) edges of the strip's outline that follow neither boundary."""
    along_cells: float
    """How far from the strip its lines may cross and still be noded, at small angles."""

    @classmethod
    def of(cls, left: MultiPolygon, right: MultiPolygon, strip: BaseGeometry) -> _Ground:
        """Take the edges of both boundaries, and of the strip those that cut it off."""
        strip = shapely.transform(strip, lambda coords: coords * _CELLS_PER_DEGREE)
        left_edges, right_edges = _edges(left), _edges(right)
        ends = _ends(strip, left_edges, right_edges)
        ground = cls(left, right, left_edges, right_edges, strip, ends, _NEAR_CELLS)
        if ground._misses_some():
            ground = replace(ground, along_cells=_ALONG_CELLS)
        if not ground.uncut.faces:
            raise NothingContested("a strip that both boundaries claim, or neither does, is needed")
        return ground

    def _misses_some(self) -> bool:
        """Whether lines that end or cross beside the strip leave ground in it without a face."""
        left, right = (
            shapely.transform(side, lambda c: c * _CELLS_PER_DEGREE) for side in (self.left, self.right)
        )
        one = shapely.intersection(self.strip, left)
        both_area = shapely.area(shapely.intersection(one, right))
        either_area = shapely.area(one) + shapely.area(shapely.intersection(self.strip, right)) - both_area
        contested = both_area + shapely.area(self.strip) - either_area
        found = sum(face.polygon.area for face in self.uncut.faces)
        return bool(found < (1 - _MISSING_SHARE) * contested)

    @cached_property
    def uncut(self) -> _Cut:
        """The contested ground as it is."""
        return self.cut(np.empty((0, 4), dtype=np.int64))

    @cached_property
    def metres_per_cell(self) -> Floats:
        """(2,) size of a cell here, east and north: enough to compare lengths within a strip."""
        south, north = self.strip.bounds[1], self.strip.bounds[3]
        shrink = np.cos(np.radians((south + north) / 2 / _CELLS_PER_DEGREE))
        return np.array([_METRES_PER_CELL * shrink, _METRES_PER_CELL])

    def cut(self, lines: Ints) -> _Cut:
        """Node both boundaries near the strip with (k, 4) edges of cutting lines, and find the contested faces."""
        near = [_is_near(edges, self.strip) for edges in (self.left_edges, self.right_edges)]
        whole = [self.left_edges, self.right_edges]
        groups = [edges[is_near] for edges, is_near in zip(whole, near, strict=True)] + [self.ends, lines]
        hot = _hot_pixels(groups, self.strip, self.along_cells)
        noded = [
            _split(edges, hot, np.unique(own[:, :2], axis=0)) for edges, own in zip(groups, whole, strict=False)
        ]
        noded += [_split(edges, hot) for edges in groups[2:]]
        sides = [_chain(edges) for edges in noded[:2]]
        faces = self._contested(sides[0], sides[1], np.concatenate(noded))
        for side, edges, is_near in zip(sides, whole, near, strict=True):
            _add(side, _tuples(edges[~is_near]))
        return _Cut(sides[0], sides[1], faces)

    def _contested(self, left: set[Edge], right: set[Edge], noded: Ints) -> list[_Face]:
        """The faces between noded edges that lie in the strip and are held by both sides, or by neither."""
        found = []
        for polygon in _faces(noded):
            if shapely.area(shapely.intersection(polygon, self.strip)) <= polygon.area / 2:
                continue
            edges = _directed(polygon)
            by_left = _is_held(polygon, edges, left, self.left)
            if by_left == _is_held(polygon, edges, right, self.right):
                lengths = [_length_m(_on(edges, side), self.metres_per_cell) for side in (left, right)]
                found.append(_Face(polygon, edges, by_left, *lengths))
        return found

    def settled(
        self, way: Way, *, line: BaseGeometry | None = None, along: Hashable = None, tolerance_m: float
    ) -> Settlement:
        """One way to settle the strip, see `settle`."""
        cut, owners = self._shares(way, line, tolerance_m)
        for face, owner in zip(cut.faces, owners, strict=True):
            if not face.is_overlap:
                _add(cut.left if owner is Way.TO_LEFT else cut.right, face.edges)
            else:
                _add(cut.right if owner is Way.TO_LEFT else cut.left, map(_reverse, face.edges))
        left, right = self._boundaries(cut)
        divided = {edge for face in cut.faces for edge in face.edges}
        divided |= {_reverse(edge) for edge in divided}
        kept, met = _chain(_edges(left)), _chain(_edges(right))
        divided = {edge for edge in divided if edge in kept and _reverse(edge) in met}
        crs = working_crs(GeoSeries([self.left, self.right], crs=WGS84))
        area = to_metres(GeoSeries([self.left, self.right, left, right], crs=WGS84), crs).area.to_numpy()
        return Settlement(
            way=way,
            left=left,
            right=right,
            left_gain_m2=float(area[2] - area[0]),
            right_gain_m2=float(area[3] - area[1]),
            left_pieces=len(left.geoms),
            right_pieces=len(right.geoms),
            divided=_joined(divided),
            along=along,
        )

    def _shares(self, way: Way, line: BaseGeometry | None, tolerance_m: float) -> tuple[_Cut, list[Way]]:
        """The contested faces as a way cuts them, and who gets each."""
        if way in (Way.TO_LEFT, Way.TO_RIGHT):
            cut = self.uncut
            # The edges of a cut change as faces are given away; the one that is kept must not.
            return _Cut(set(cut.left), set(cut.right), cut.faces), [way] * len(cut.faces)
        if way in AS_DRAWN:
            cut = self.uncut
            taken, given = (Way.TO_LEFT, Way.TO_RIGHT) if way is Way.AS_LEFT else (Way.TO_RIGHT, Way.TO_LEFT)
            owners = [taken if face.is_overlap else given for face in cut.faces]
            return _Cut(set(cut.left), set(cut.right), cut.faces), owners
        if way is Way.MIDDLE:
            cut = self.cut(self._middle(tolerance_m))
            return cut, [self._owner(face) for face in cut.faces]
        if line is None:
            raise LineDoesNotCross("a line to settle along is needed, got none")
        cut = self.cut(self._followed(line))
        owners = [self._owner(face) for face in cut.faces]
        self._require_crossing(cut, owners)
        return cut, owners

    def _owner(self, face: _Face) -> Way:
        """Who gets a face: by the line along it, or for one amid the strip by the line that is nearer."""
        if (owner := face.nearer()) is not None:
            return owner
        middle = shapely.point_on_surface(face.polygon)
        lines = [_segments(edges) for edges in (self.left_edges, self.right_edges)]
        to_left, to_right = (shapely.distance(middle, some).min() for some in lines)
        return Way.TO_LEFT if (to_right < to_left) == face.is_overlap else Way.TO_RIGHT

    def _followed(self, line: BaseGeometry) -> Ints:
        """The edges of a river near the strip, on the grid."""
        parts = shapely.get_parts(shapely.force_2d(line))
        coords, part = shapely.get_coordinates(parts, return_index=True)
        cells = _to_cells(coords)
        edges = np.column_stack([cells[:-1], cells[1:]])[part[1:] == part[:-1]]
        edges = edges[(edges[:, :2] != edges[:, 2:]).any(axis=1)]
        return np.asarray(edges[_is_near(edges, self.strip)])

    def _require_crossing(self, cut: _Cut, owners: list[Way]) -> None:
        """Raise unless next to all of each side's line is on the side where the river leaves it."""
        stray_m, whole_m = np.zeros(2), np.zeros(2)
        for face, owner in zip(cut.faces, owners, strict=True):
            lengths = np.array([face.left_m, face.right_m])
            whole_m += lengths
            strays = 0 if (owner is Way.TO_LEFT) == face.is_overlap else 1
            stray_m[strays] += lengths[strays]
        if len(set(owners)) < 2 or (stray_m > _STRAY_SHARE * whole_m).any() or not (whole_m > 0).all():
            raise LineDoesNotCross(
                "a line is needed that runs through the strip from end to end, with the line of one side to its "
                "left and of the other to its right"
            )

    def _middle(self, tolerance_m: float) -> Ints:
        """The edges of the middle line of each contested face, on the grid."""
        lines: list[Ints] = []
        for face in self.uncut.faces:
            coords = _middle_lines(face, self.uncut, self.metres_per_cell, tolerance_m)
            # A sliver of a few cells may have no middle; it goes to one side whole.
            if not coords and face.polygon.area * self.metres_per_cell.prod() >= _CRUMB_M2:
                raise NoMiddle("a strip with a line of each side along it is needed")
            for line in coords:
                cells = np.rint(line).astype(np.int64)
                cells = cells[np.r_[True, (cells[1:] != cells[:-1]).any(axis=1)]]
                lines.append(np.column_stack([cells[:-1], cells[1:]]))
        return np.concatenate([np.empty((0, 4), dtype=np.int64), *lines])

    def _boundaries(self, cut: _Cut) -> tuple[MultiPolygon, MultiPolygon]:
        """Put both sides' edges together; crumbs that broke off at the strip go with it."""
        touched = {edge for face in cut.faces for edge in face.edges}
        touched |= {_reverse(edge) for edge in touched}
        for own, other in ((cut.left, cut.right), (cut.right, cut.left)):
            for polygon in _faces(_array(own)):
                edges = _directed(polygon)
                is_crumb = polygon.area * self.metres_per_cell.prod() < _CRUMB_M2 and edges[0] in own
                if is_crumb and not touched.isdisjoint(edges):
                    _add(own, map(_reverse, edges))
                    if not any(edge in other for edge in edges):
                        _add(other, edges)
        left, right = _boundary(cut.left, self.left_edges), _boundary(cut.right, self.right_edges)
        if left.is_empty or right.is_empty:
            raise NothingLeft("a way that leaves each side some ground is needed")
        return left, right


def _to_cells(coords: Floats) -> Ints:
    return np.rint(coords * _CELLS_PER_DEGREE).astype(np.int64)


def _edges(shape: MultiPolygon) -> Ints:
    """(n, 4) edges of a canonical boundary in cells, its ground to the left of each."""
    rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(shape)))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    cells = _to_cells(coords)
    # The grid's numbers are quotients, not products: only these are the doubles nearest to seven decimals.
    if (cells / _CELLS_PER_DEGREE != coords).any():
        raise OffGrid("boundaries on the 1e-7 degree grid are needed, see `repair.canonical`")
    return np.asarray(np.column_stack([cells[:-1], cells[1:]])[ring[1:] == ring[:-1]])


def _segments(edges: Ints) -> NDArray[np.object_]:
    return np.asarray(shapely.linestrings(edges.reshape(-1, 2, 2).astype(float)))


def _tuples(edges: Ints) -> list[Edge]:
    return list(map(tuple, edges.tolist()))


def _array(edges: Iterable[Edge]) -> Ints:
    return np.array(sorted(edges), dtype=np.int64).reshape(-1, 4)


def _is_near(edges: Ints, strip: BaseGeometry) -> NDArray[np.bool_]:
    if not len(edges):
        return np.zeros(0, dtype=bool)
    shapely.prepare(strip)
    return np.asarray(shapely.dwithin(_segments(edges), strip, _ALONG_CELLS))


def _ends(strip: BaseGeometry, left: Ints, right: Ints) -> Ints:
    """The edges of a strip's outline that follow neither boundary, tied to the boundaries where they meet them."""
    rings = shapely.get_rings(shapely.get_parts(strip))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    starts, stops = (part[ring[1:] == ring[:-1]] for part in (coords[:-1], coords[1:]))
    follows = np.zeros(len(starts), dtype=bool)
    near = [edges[_is_near(edges, strip)] for edges in (left, right)]
    for edges in near:
        outline = shapely.multilinestrings(_segments(edges))
        shapely.prepare(outline)
        points = (shapely.points(at) for at in (starts, (starts + stops) / 2, stops))
        follows |= np.all([shapely.dwithin(point, outline, _NEAR_CELLS) for point in points], axis=0)
    loose = np.stack([starts, stops], axis=1)[~follows]
    tied = np.array([_tied(point, np.concatenate(near)) for point in loose.reshape(-1, 2)], dtype=np.int64)
    cells = tied.reshape(-1, 4)
    return np.asarray(cells[(cells[:, :2] != cells[:, 2:]).any(axis=1)])


def _tied(point: Floats, edges: Ints) -> Ints:
    """The vertex, else the place on an edge, that is meant by a point near it; on the grid."""
    if len(edges):
        away = np.hypot(*(edges[:, :2] - point).T)
        if away.min() <= _NEAR_CELLS:
            return np.asarray(edges[away.argmin(), :2])
        segments = _segments(edges)
        place = shapely.Point(point)
        distance = shapely.distance(segments, place)
        if distance.min() <= _NEAR_CELLS:
            edge = segments[distance.argmin()]
            point = shapely.get_coordinates(shapely.line_interpolate_point(edge, edge.project(place)))[0]
    return np.rint(point).astype(np.int64)


def _hot_pixels(groups: list[Ints], strip: BaseGeometry, along_cells: float) -> Ints:
    """(h, 2) cells at the strip that every line through them must have as a vertex: vertices and crossings."""
    edges = np.concatenate(groups)
    crossings, reach = _crossings(edges)
    vertices = np.concatenate([edges[:, :2], edges[:, 2:]])
    cells = np.concatenate([vertices, crossings])
    reach = np.concatenate([np.full(len(vertices), _NEAR_CELLS), np.minimum(reach, along_cells)])
    shapely.prepare(strip)
    is_near = shapely.dwithin(shapely.points(cells.astype(float)), strip, reach)
    return np.asarray(np.unique(cells[is_near], axis=0))


def _crossings(edges: Ints) -> tuple[Ints, Floats]:
    """Cells in which two edges cross amid both, and how far along either they move when one moves aside."""
    segments = _segments(edges)
    first, second = shapely.STRtree(segments).query(segments)
    first, second = first[first < second], second[first < second]
    a, b, c, d = edges[first, :2], edges[first, 2:], edges[second, :2], edges[second, 2:]
    from_c, from_d = _cross(b - a, c - a), _cross(b - a, d - a)
    from_a, from_b = _cross(d - c, a - c), _cross(d - c, b - c)
    is_proper = (np.sign(from_c) * np.sign(from_d) < 0) & (np.sign(from_a) * np.sign(from_b) < 0)
    share = from_a[is_proper] / (from_a[is_proper] - from_b[is_proper])
    along, across = (b - a)[is_proper], (d - c)[is_proper]
    cells = np.rint(a[is_proper] + share[:, None] * along).astype(np.int64)
    sine = np.abs(_cross(along, across)) / (np.hypot(*along.T) * np.hypot(*across.T))
    return cells, _NEAR_CELLS / sine


def _cross(a: Ints, b: Ints) -> Ints:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _split(edges: Ints, hot: Ints, own: Ints | None = None) -> Ints:
    """Lead edges through the hot pixels they pass: (m, 4) in order.

    An edge that bends at a hot pixel is led through the cells of ``own`` vertices that it passes too, so that it
    cannot bend across one of them.
    """
    edge, at = _passed(edges, hot)
    points = hot[at]
    if own is not None and len(edge):
        bent = np.unique(edge)
        further, at = _passed(edges[bent], own)
        edge, points = np.append(edge, bent[further]), np.concatenate([points, own[at]])
    count = np.arange(len(edges))
    along = ((points - edges[edge, :2]) * (edges[edge, 2:] - edges[edge, :2])).sum(axis=1)
    whole = ((edges[:, 2:] - edges[:, :2]) ** 2).sum(axis=1)
    owner = np.concatenate([count, edge, count])
    place = np.concatenate([np.full(len(edges), -1), along, whole + 1])
    points = np.concatenate([edges[:, :2], points, edges[:, 2:]])
    order = np.lexsort((points[:, 1], points[:, 0], place, owner))
    owner, points = owner[order], points[order]
    pairs = np.column_stack([points[:-1], points[1:]])
    moves = (owner[1:] == owner[:-1]) & (pairs[:, :2] != pairs[:, 2:]).any(axis=1)
    return np.asarray(pairs[moves])


def _passed(edges: Ints, cells: Ints) -> tuple[Ints, Ints]:
    """Pairs of an edge and a cell that it passes through; a cell has its south and west side only.

    References
    ----------
    .. [1] Hobby, Practical segment intersection with finite precision output, Comput. Geom. 13 (1999) 199-214.
    """
    if not len(edges) or not len(cells):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    tree = shapely.STRtree(shapely.points(cells.astype(float)))
    edge, cell = tree.query(_segments(edges), predicate="dwithin", distance=0.75)
    # Twice as large, so that the sides of a cell are at whole numbers.
    a, b = 2 * (edges[edge, :2] - cells[cell]), 2 * (edges[edge, 2:] - cells[cell])
    is_boxed = ((np.minimum(a, b) < 1) & (np.maximum(a, b) >= -1)).all(axis=1)
    corners = [np.broadcast_to(np.array(corner), a.shape) for corner in ((-1, -1), (-1, 1), (1, -1), (1, 1))]
    side = np.stack([np.sign(_cross(b - a, corner - a)) for corner in corners])
    is_upright = (a == b).any(axis=1)
    goes_through = is_upright | (side.min(axis=0) < 0) & (side.max(axis=0) > 0) | (side[0] == 0)
    keep = is_boxed & goes_through
    return edge[keep], cell[keep]


def _reverse(edge: Edge) -> Edge:
    return (*edge[2:], *edge[:2])


def _add(chain: set[Edge], edges: Iterable[Edge]) -> None:
    """Add edges to those around some ground; an edge and its reverse cancel."""
    for edge in edges:
        if (back := _reverse(edge)) in chain:
            chain.remove(back)
        else:
            chain.add(edge)


def _chain(edges: Ints) -> set[Edge]:
    chain: set[Edge] = set()
    _add(chain, _tuples(edges))
    return chain


def _faces(edges: Ints) -> list[Polygon]:
    """The faces between noded edges, exteriors counter-clockwise; the ground outside is none."""
    if not len(edges):
        return []
    ordered = np.where(_is_turned(edges)[:, None], edges[:, [2, 3, 0, 1]], edges)
    faces = shapely.get_parts(shapely.polygonize(_segments(np.unique(ordered, axis=0))))
    return list(shapely.orient_polygons(faces))


def _is_turned(edges: Ints) -> NDArray[np.bool_]:
    west = edges[:, 0] > edges[:, 2]
    return np.asarray(west | (edges[:, 0] == edges[:, 2]) & (edges[:, 1] > edges[:, 3]))


def _directed(polygon: Polygon) -> list[Edge]:
    """The edges of a face, which lies to the left of each."""
    coords, ring = shapely.get_coordinates(shapely.get_rings(polygon), return_index=True)
    cells = np.rint(coords).astype(np.int64)
    return _tuples(np.column_stack([cells[:-1], cells[1:]])[ring[1:] == ring[:-1]])


def _is_held(polygon: Polygon, edges: list[Edge], side: set[Edge], boundary: MultiPolygon) -> bool:
    """Whether a face is ground of a side: its edges tell, or where none is the side's, any point of it."""
    if any(edge in side for edge in edges):
        return True
    if any(_reverse(edge) in side for edge in edges):
        return False
    inside = shapely.get_coordinates(shapely.point_on_surface(polygon))[0] / _CELLS_PER_DEGREE
    return bool(shapely.contains_xy(boundary, *inside))


def _on(edges: list[Edge], side: set[Edge]) -> list[Edge]:
    return [edge for edge in edges if edge in side or _reverse(edge) in side]


def _length_m(edges: list[Edge], metres_per_cell: Floats) -> float:
    if not edges:
        return 0.0
    cells = np.array(edges)
    return float(np.hypot(*((cells[:, 2:] - cells[:, :2]) * metres_per_cell).T).sum())


def _boundary(chain: set[Edge], before: Ints) -> MultiPolygon:
    """The canonical boundary that edges go around; rings and parts begin where they did before."""
    rank = {vertex: place for place, vertex in reversed(list(enumerate(map(tuple, before[:, :2].tolist()))))}
    last = len(rank) + len(before)
    parts = []
    for face in _faces(_array(chain)):
        if _directed(face)[0] not in chain:
            continue
        rings = []
        for ring in shapely.get_rings(face):
            cells = np.rint(shapely.get_coordinates(ring)[:-1]).astype(np.int64)
            ranks = [rank.get((x, y), last) for x, y in cells.tolist()]
            start = min(range(len(cells)), key=lambda k: (ranks[k], *cells[k].tolist()))
            rings.append((ranks[start], np.roll(cells, -start, axis=0) / _CELLS_PER_DEGREE))
        holes = sorted(rings[1:], key=lambda ring: (ring[0], *ring[1][0]))
        parts.append((rings[0][0], Polygon(rings[0][1], [ring for _, ring in holes])))
    parts.sort(key=lambda part: (part[0], *part[1].exterior.coords[0]))
    return shapely.orient_polygons(MultiPolygon([polygon for _, polygon in parts]))


def _joined(edges: set[Edge]) -> MultiLineString:
    """Edges that follow each other as lines in degrees."""
    if not edges:
        return MultiLineString()
    merged = shapely.line_merge(shapely.multilinestrings(_segments(_array(edges))), directed=True)
    lines = shapely.get_parts(shapely.transform(merged, lambda cells: cells / _CELLS_PER_DEGREE))
    return MultiLineString(list(lines))


def _middle_lines(face: _Face, cut: _Cut, metres_per_cell: Floats, tolerance_m: float) -> list[Floats]:
    """The lines midway between the sides' lines around a face, in cells, as few corners as the tolerance allows.

    The face is cut into triangles between closely set points of its outline. A triangle with points of both sides'
    lines is crossed by the middle line, from the middle of one of its edges between them to the other's (the
    chordal axis): it cannot leave the face, however thin, and ends exactly where the sides' lines cross.

    References
    ----------
    .. [1] Prasad, Morphological analysis of shapes, CNLS Newsletter 139, Los Alamos (1997).
    """
    width_m = strip_width_m(shapely.transform(face.polygon, lambda cells: cells * metres_per_cell))
    outline, side = _sounded(face, cut, metres_per_cell, width_m)
    if not {-1, 1} <= set(side.values()):
        return []
    triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(outline))
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
    sides = np.array([[side[x, y] for x, y in triangle] for triangle in corners.tolist()])
    segments = _zero_lines(corners, sides)
    if not len(segments):
        return []
    chains = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(list(segments))))
    room = shapely.buffer(outline, 1e-3)
    shapely.prepare(room)
    simple = [_simplified(chain, room, min(tolerance_m, _MIDDLE_SHARE * width_m)) for chain in chains]
    return [shapely.get_coordinates(line) / metres_per_cell for line in simple]


def _sounded(
    face: _Face, cut: _Cut, metres_per_cell: Floats, width_m: float
) -> tuple[Polygon, dict[tuple[float, float], int]]:
    """A face in metres with points set closely on its outline, and whose line each is on.

    Sides are 1 for the left's line, -1 for the right's, and 0 where both cross. Points on an end that neither
    drew belong to the nearer side.
    """
    step_m = max(width_m / 3, face.polygon.length * float(metres_per_cell.mean()) / 400)
    side: dict[tuple[float, float], int] = {}
    rings = []
    at = 0
    for ring in shapely.get_rings(face.polygon):
        size = shapely.get_num_points(ring) - 1
        edges = face.edges[at : at + size]
        at += size
        drawn = np.array([_drawn_by(edge, cut) for edge in edges])
        corners = np.array(edges, dtype=float)[:, :2] * metres_per_cell
        points, labels = [], []
        corner_sides = _corner_sides(drawn, corners)
        for k, corner in enumerate(corners):
            onward = corners[(k + 1) % size] - corner
            # An edge between two crossings needs a point of its own to say whose it is.
            pieces = max(2, int(np.ceil(np.hypot(*onward) / step_m))) if drawn[k] else 1
            points.append(corner + np.arange(pieces)[:, None] / pieces * onward)
            labels += [int(corner_sides[k])] + [int(drawn[k])] * (pieces - 1)
        dense = np.concatenate(points)
        side |= zip(map(tuple, dense.tolist()), labels, strict=True)
        rings.append(dense)
    return Polygon(rings[0], rings[1:]), side


def _drawn_by(edge: Edge, cut: _Cut) -> int:
    """1 for an edge of the left's line, -1 of the right's, 0 of neither or both."""
    on_left, on_right = (edge in side or _reverse(edge) in side for side in (cut.left, cut.right))
    return int(on_left) - int(on_right)


def _corner_sides(drawn: Ints, corners: Floats) -> Ints:
    """(n,) side of the corner before each edge of a ring."""
    before = np.roll(drawn, 1)
    result = np.where(drawn == before, drawn, drawn + before)
    open_ends = np.flatnonzero((drawn == 0) & (before == 0))
    known = np.flatnonzero(drawn != 0)
    if len(open_ends) and len(known):
        length = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
        place = np.r_[0.0, np.cumsum(length)]
        for k in open_ends:
            back = (place[k] - place[known + 1]) % place[-1]
            ahead = (place[known] - place[k]) % place[-1]
            result[k] = drawn[known[back.argmin()]] if back.min() <= ahead.min() else drawn[known[ahead.argmin()]]
    return np.asarray(result)


def _zero_lines(corners: Floats, sides: Ints) -> Floats:
    """(m, 2, 2) where the sides, spread evenly over (n, 3, 2) triangles, are 0: midway from one to the other."""
    found = []
    chords: dict[tuple[tuple[float, float], ...], int] = {}
    for points, side in zip(corners, sides, strict=True):
        ends = [points[k] for k in range(3) if side[k] == 0]
        ends += [(points[k] + points[k - 1]) / 2 for k in range(3) if side[k] * side[k - 1] < 0]
        if (side == 0).sum() == 2:
            # Two crossings: the line runs straight between them if there are different sides beyond.
            chord = tuple(sorted(map(tuple, points[side == 0].tolist())))
            if chords.setdefault(chord, side.sum()) * side.sum() < 0:
                found.append(np.array(chord))
        elif len(ends) == 2:
            found.append(np.array(ends))
    return np.array(found).reshape(-1, 2, 2)


def _simplified(line: BaseGeometry, room: BaseGeometry, tolerance_m: float) -> BaseGeometry:
    """A line with few corners that stays in its room."""
    while tolerance_m > 0.01:
        simple = shapely.simplify(line, tolerance_m)
        if room.covers(simple):
            return simple
        tolerance_m /= 2
    return line
