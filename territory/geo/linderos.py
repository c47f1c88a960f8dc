"""A boundary told by its sides: who lies beyond, along what, from which vertex to which, how far and whither.

The walk goes clockwise around every ring from its north-western vertex. The four sides of a part meet at its
vertices farthest to the north-west, north-east, south-east and south-west: of all ways to cut a ring into a
northern, an eastern, a southern and a western run, that one looks the most to the north in the north, to the east
in the east and so on, however much the line winds in between.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from pyproj import CRS, Geod, Transformer
from shapely import LineString, MultiPolygon

from territory.geo.borders import stretches
from territory.geo.crs import WGS84, require_geographic, to_metres, working_crs

Floats = NDArray[np.float64]
Neighbours = tuple[str, ...]

_GEOD = Geod(ellps="WGS84")
# Straight edges are walked from vertex to vertex; a millimetre is far less than anybody can measure.
_SAME_M = 1e-3
# Contact along less than so many tolerances is a corner, as for `territory.geo.borders`.
_CORNER = 2.0
# A line counts as followed along this share of a run, and along so many tolerances: what only crosses does not.
_FOLLOWED_SHARE = 0.3
_FOLLOWED_TOLERANCES = 3.0
_UTM_SOUTH, _UTM_NORTH = 32700, 32600


class Side(StrEnum):
    """Where a run lies as seen from the ground it bounds."""

    NORTH = "north"
    EAST = "east"
    SOUTH = "south"
    WEST = "west"
    INSIDE = "inside"
    """Around a hole."""


OUTER_SIDES = (Side.NORTH, Side.EAST, Side.SOUTH, Side.WEST)
"""In the order of the walk."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the walk: a vertex, or so far beyond it."""

    vertex: int
    beyond_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Followed:
    """A reference line that a run lies along."""

    line: int
    """Position in the lines that were given."""
    along_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of the walk with the same neighbours on one side."""

    part: int
    side: Side
    neighbours: Neighbours
    """Ids of those beyond it: none where the ground is nobody's, several where they claim the same ground."""
    start: Mark
    stop: Mark
    line: LineString
    """In the direction of the walk, WGS 84."""
    length_m: float
    """On the ellipsoid."""
    azimuth_deg: float | None
    """From its start to its stop, clockwise from north; none where it ends where it starts."""
    follows: tuple[Followed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A boundary as it is walked."""

    vertices: pd.DataFrame
    """By number from 1 on, each once: ``part``, ``ring`` (0 the exterior), ``longitude``, ``latitude``."""
    runs: tuple[Run, ...]

    @property
    def length_m(self) -> float:
        """Of all rings, on the ellipsoid."""
        return sum(run.length_m for run in self.runs)

    def of_side(self, side: Side, part: int) -> list[Run]:
        """The runs of one side of a part; a side on which the ground comes to a point has none."""
        return [run for run in self.runs if run.side is side and run.part == part]


def walk(
    boundary: MultiPolygon,
    neighbours: GeoSeries,
    *,
    tolerance_m: float,
    lines: GeoDataFrame | None = None,
) -> Walk:
    """Walk a boundary and tell who lies beyond.

    Parameters
    ----------
    boundary
        Canonical, WGS 84.
    neighbours
        (n,) canonical boundaries in WGS 84, indexed by id; those that do not touch are left out.
    tolerance_m
        How far apart two drawings of one line may lie. A run that would end so close to a vertex ends there; one
        shorter than twice this is a corner, and told with the run beside it.
    lines
        Rivers, roads, official lines in WGS 84, that a run may lie along.

    Returns
    -------
    Walk
        Parts from the largest to the smallest; of each its exterior, then its holes from the largest. Numbers go
        on from ring to ring.

    Raises
    ------
    NotGeographic
        The neighbours are not in WGS 84.

    Examples
    --------
    >>> from shapely import box
    >>> own, east = MultiPolygon([box(-69.3, 10, -69.2, 10.1)]), MultiPolygon([box(-69.2, 10, -69.1, 10.1)])
    >>> told = walk(own, GeoSeries([east], ["east"], crs=4326), tolerance_m=10)
    >>> [(run.side.value, run.neighbours, run.start.vertex, run.stop.vertex) for run in told.runs]
    [('north', (), 1, 2), ('east', ('east',), 2, 3), ('south', (), 3, 4), ('west', (), 4, 1)]
    """
    require_geographic(neighbours)
    crs = working_crs(GeoSeries([boundary], crs=WGS84))
    rings = list(_rings(boundary, crs))
    runs: list[Run] = []
    for ring, found in zip(rings, _beside(boundary, neighbours, rings, crs, tolerance_m), strict=True):
        runs += [ring.run(*piece) for piece in ring.pieces(found, tolerance_m)]
    vertices = pd.DataFrame(
        {
            "part": np.concatenate([np.full(len(ring.degrees), ring.part) for ring in rings]),
            "ring": np.concatenate([np.full(len(ring.degrees), ring.number) for ring in rings]),
            "longitude": np.concatenate([ring.degrees[:, 0] for ring in rings]),
            "latitude": np.concatenate([ring.degrees[:, 1] for ring in rings]),
        },
        index=pd.RangeIndex(1, 1 + sum(len(ring.degrees) for ring in rings), name="vertex"),
    )
    if lines is not None and len(lines):
        runs = _followed(runs, lines.geometry, crs, tolerance_m)
    return Walk(vertices=vertices, runs=tuple(runs))


def grid_coordinates(vertices: pd.DataFrame, zones: Mapping[int, int]) -> pd.DataFrame:
    """Vertices in the Universal Transverse Mercator zone that each lies in.

    Parameters
    ----------
    vertices
        As of `Walk`: ``longitude``, ``latitude`` in WGS 84.
    zones
        EPSG code of a datum's grid by zone; a zone that it has none for is told in WGS 84.

    Returns
    -------
    DataFrame
        Index of ``vertices``; ``zone``, ``crs`` (EPSG code), ``east_m``, ``north_m``.

    Examples
    --------
    >>> at = pd.DataFrame({"longitude": [-72.5, -69.0], "latitude": [10.0, 10.0]})
    >>> grid_coordinates(at, {19: 2202}).round().values.tolist()
    [[18.0, 32618.0, 774071.0, 1106451.0], [19.0, 2202.0, 500000.0, 1105412.0]]
    """
    longitude, latitude = vertices["longitude"].to_numpy(), vertices["latitude"].to_numpy()
    zone = np.clip((longitude + 180) // 6 + 1, 1, 60).astype(int)
    otherwise = np.where(latitude < 0, _UTM_SOUTH, _UTM_NORTH) + zone
    code = np.array([zones.get(int(each), int(wgs)) for each, wgs in zip(zone, otherwise, strict=True)], dtype=int)
    metres = np.empty((len(vertices), 2))
    for crs in np.unique(code):
        held = code == crs
        to_grid = Transformer.from_crs(WGS84, CRS.from_epsg(int(crs)), always_xy=True)
        metres[held] = np.column_stack(to_grid.transform(longitude[held], latitude[held]))
    return pd.DataFrame(
        {"zone": zone, "crs": code, "east_m": metres[:, 0], "north_m": metres[:, 1]}, index=vertices.index
    )


def quadrant_bearing(azimuth_deg: float) -> tuple[str, int, int, str]:
    """A bearing as surveyors say it: from north or south, degrees and minutes, to east or west.

    Examples
    --------
    >>> quadrant_bearing(134.51), quadrant_bearing(270.0)
    (('south', 45, 29, 'east'), ('north', 90, 0, 'west'))
    """
    turned = azimuth_deg % 360
    is_north = turned <= 90 or turned >= 270
    angle = min(turned, 360 - turned) if is_north else abs(turned - 180)
    degrees, minutes = divmod(round(angle * 60), 60)
    return "north" if is_north else "south", degrees, minutes, "east" if turned < 180 else "west"


@dataclass(frozen=True)
class _Ring:
    """One ring as it is walked; places on it are metres from its first vertex."""

    part: int
    number: int
    first: int
    """Number of its first vertex."""
    degrees: Floats
    """(n, 2) vertices in the order of the walk, the first one not repeated."""
    line: LineString
    """Closed, in metres, from vertex to vertex."""
    at: Floats
    """(n + 1,) where each vertex is, and the first one again."""

    def run(self, side: Side, neighbours: Neighbours, start: float, stop: float) -> Run:
        """The run between two places; one that goes over the first vertex stops beyond the ring's length."""
        closed = np.vstack([self.degrees, self.degrees, self.degrees[:1]])
        at = np.concatenate([self.at, self.at[1:] + self.at[-1]])
        between = (at > start + _SAME_M) & (at < stop - _SAME_M)
        ends = [np.array([np.interp(place, at, axis) for axis in closed.T]) for place in (start, stop)]
        walked = np.vstack([ends[0], closed[between], ends[1]])
        is_closed = abs(stop - start - self.at[-1]) < _SAME_M
        return Run(
            part=self.part,
            side=side,
            neighbours=neighbours,
            start=self._mark(start),
            stop=self._mark(stop),
            line=LineString(walked),
            length_m=float(_GEOD.line_length(*walked.T)),
            azimuth_deg=None if is_closed else float(_GEOD.inv(*walked[0], *walked[-1])[0]) % 360,
        )

    def _mark(self, place: float) -> Mark:
        place %= self.at[-1]
        vertex = int(np.searchsorted(self.at, place + _SAME_M)) - 1
        beyond_m = place - self.at[vertex]
        count = len(self.degrees)
        return Mark(self.first + vertex % count, float(beyond_m) if beyond_m > _SAME_M else 0.0)

    def pieces(
        self, beside: Mapping[str, Floats], tolerance_m: float
    ) -> list[tuple[Side, Neighbours, float, float]]:
        """Cut the ring by neighbour and by side.

        Parameters
        ----------
        beside
            (m, 2) runs of the ring that each neighbour is beside.
        tolerance_m
            See `walk`.
        """
        total = self.at[-1]
        beside = {each: self._snapped(runs, tolerance_m) for each, runs in beside.items()}
        corners = self._corners()
        cuts = np.unique(np.concatenate([[0.0, total], corners, *(runs.ravel() for runs in beside.values())]))
        cuts = cuts[np.r_[True, np.diff(cuts) > _SAME_M]]
        middles = (cuts[:-1] + cuts[1:]) / 2
        sides = self._sides(corners, middles)
        owners = [tuple(sorted(id_ for id_, runs in beside.items() if _holds(runs, middle))) for middle in middles]
        cells = list(zip(sides, owners, cuts[:-1].tolist(), cuts[1:].tolist(), strict=True))
        return _joined(cells, tolerance_m, total)

    def _snapped(self, runs: Floats, tolerance_m: float) -> Floats:
        """Runs whose ends are vertices where one is near."""
        nearest = self.at[np.abs(self.at[:, None, None] - runs).argmin(axis=0)]
        return np.where(np.abs(nearest - runs) <= tolerance_m, nearest, runs)

    def _corners(self) -> Floats:
        """(4,) where the northern, eastern, southern and western side begin; nothing for a hole."""
        if self.number:
            return np.empty(0)
        x, y = _true(self.degrees).T
        corners = [_farthest(score) for score in (y - x, x + y, x - y, -x - y)]
        # The walk begins at the first of them; the last one may be its end.
        return self.at[[*corners[:3], corners[3] if corners[3] >= corners[2] else len(self.degrees)]]

    def _sides(self, corners: Floats, middles: Floats) -> list[Side]:
        if not len(corners):
            return [Side.INSIDE] * len(middles)
        return [OUTER_SIDES[int(np.searchsorted(corners, middle)) - 1] for middle in middles]


def _rings(boundary: MultiPolygon, crs: CRS) -> Iterator[_Ring]:
    """The rings of a boundary in the order of the walk."""
    project = Transformer.from_crs(WGS84, crs, always_xy=True)
    first = 1
    for part, polygon in enumerate(sorted(boundary.geoms, key=_size)):
        for number, ring in enumerate([polygon.exterior, *sorted(polygon.interiors, key=_size)]):
            degrees = shapely.get_coordinates(ring)[:-1]
            if shapely.is_ccw(ring):
                degrees = degrees[::-1]
            x, y = _true(degrees).T
            degrees = np.roll(degrees, -_farthest(y - x), axis=0)
            metres = np.column_stack(project.transform(*np.vstack([degrees, degrees[:1]]).T))
            at = np.r_[0.0, np.cumsum(np.hypot(*np.diff(metres, axis=0).T))]
            yield _Ring(part, number, first, degrees, LineString(metres), at)
            first += len(degrees)


def _size(ring: shapely.Polygon | shapely.LinearRing) -> tuple[float, ...]:
    """Sorts the largest first; of two alike the north-western."""
    west, _, _, north = ring.bounds
    return -shapely.Polygon(ring).area if ring.geom_type == "LinearRing" else -ring.area, -north, west


def _true(degrees: Floats) -> Floats:
    """Degrees as distances with north up, whatever the projection."""
    return np.column_stack([degrees[:, 0] * np.cos(np.radians(degrees[:, 1].mean())), degrees[:, 1]])


def _farthest(score: Floats) -> int:
    """Where a score is highest; of the same score, as far as degrees of the grid tell, the first."""
    return int(np.flatnonzero(score > score.max() - 1e-9)[0])


def _holds(runs: Floats, place: float) -> bool:
    return bool(((runs[:, 0] < place) & (place < runs[:, 1])).any())


def _joined(
    cells: Sequence[tuple[Side, Neighbours, float, float]], tolerance_m: float, total: float
) -> list[tuple[Side, Neighbours, float, float]]:
    """Cells in their order, those alike as one; a short one goes to the longer one beside it on its side."""
    rows = _merged(cells)
    while True:
        short = [
            k for k, row in enumerate(rows) if row[3] - row[2] < _CORNER * tolerance_m and _beside_cell(rows, k)
        ]
        if not short:
            break
        k = min(short, key=lambda k: rows[k][3] - rows[k][2])
        taker = max(_beside_cell(rows, k), key=lambda j: rows[j][3] - rows[j][2])
        rows[k] = (rows[k][0], rows[taker][1], *rows[k][2:])
        rows = _merged(rows)
    if len(rows) > 1 and rows[0][:2] == rows[-1][:2]:
        # The walk around a hole may begin in the middle of a run.
        last = rows.pop()
        rows[0] = (*rows[0][:2], last[2], rows[0][3] + total)
        rows = [*rows[1:], rows[0]]
    return rows


def _beside_cell(rows: Sequence[tuple[Side, Neighbours, float, float]], k: int) -> list[int]:
    """The cells before and after one on the same side."""
    return [j for j in (k - 1, k + 1) if 0 <= j < len(rows) and rows[j][0] is rows[k][0]]


def _merged(
    cells: Sequence[tuple[Side, Neighbours, float, float]],
) -> list[tuple[Side, Neighbours, float, float]]:
    rows: list[tuple[Side, Neighbours, float, float]] = []
    for cell in cells:
        if rows and rows[-1][:2] == cell[:2]:
            rows[-1] = (*rows[-1][:3], cell[3])
        else:
            rows.append(cell)
    return rows


def _beside(
    boundary: MultiPolygon, neighbours: GeoSeries, rings: list[_Ring], crs: CRS, tolerance_m: float
) -> list[dict[str, Floats]]:
    """For each ring, by neighbour, (m, 2) the runs of it where both lines are one, or theirs lies inside."""
    own = to_metres(GeoSeries([boundary], crs=WGS84), crs).iloc[0]
    theirs = to_metres(neighbours, crs)
    found: list[dict[str, Floats]] = [{} for _ in rings]
    tree = shapely.STRtree([ring.line for ring in rings])
    for id_, shape in theirs.items():
        border = stretches(own, shape, tolerance_m=tolerance_m, reach_m=tolerance_m)
        coords, line = shapely.get_coordinates(
            shapely.get_parts(np.asarray(border["left_line"].array)), return_index=True
        )
        edges = np.stack([coords[:-1], coords[1:]], axis=1)[line[1:] == line[:-1]]
        if not len(edges):
            continue
        middles = shapely.points(edges.mean(axis=1))
        half = np.hypot(*(edges[:, 1] - edges[:, 0]).T) / 2
        nearest = tree.query_nearest(middles, all_matches=False)[1]
        for k in np.unique(nearest):
            held = nearest == k
            place = shapely.line_locate_point(rings[k].line, middles[held])
            found[k][str(id_)] = _runs(place - half[held], place + half[held])
    return found


def _runs(starts: Floats, stops: Floats) -> Floats:
    """Pieces that follow each other, as (m, 2) whole ones."""
    order = np.argsort(starts)
    starts, stops = starts[order], np.maximum.accumulate(stops[order])
    is_new = np.r_[True, starts[1:] > stops[:-1] + _SAME_M]
    return np.column_stack([starts[is_new], stops[np.r_[is_new[1:], True]]])


def _followed(runs: list[Run], lines: GeoSeries, crs: CRS, tolerance_m: float) -> list[Run]:
    """Runs with the lines that they lie along, the longest first."""
    walked = np.asarray(to_metres(GeoSeries([run.line for run in runs], crs=WGS84), crs).array)
    metres = np.asarray(to_metres(lines, crs).array)
    near = shapely.buffer(metres, tolerance_m)
    run_at, line_at = shapely.STRtree(near).query(walked, predicate="intersects")
    along_m = shapely.length(shapely.intersection(walked[run_at], near[line_at]))
    is_followed = (along_m >= _FOLLOWED_TOLERANCES * tolerance_m) & (
        along_m >= _FOLLOWED_SHARE * shapely.length(walked[run_at])
    )
    told = []
    for k, run in enumerate(runs):
        held = np.flatnonzero(is_followed & (run_at == k))
        held = held[np.argsort(-along_m[held], kind="stable")]
        told.append(replace(run, follows=tuple(Followed(int(line_at[j]), float(along_m[j])) for j in held)))
    return told
