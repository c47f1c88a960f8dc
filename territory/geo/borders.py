"""The line between two neighbours as a thing of its own: where both drew it alike, and the strips in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from territory.geo.coverage import is_wide
from territory.geo.errors import GeoError

Floats = NDArray[np.float64]
Interval = tuple[float, float]
Chord = tuple[float, float, float, float]

# A strip may run out into a tail in which both lines are within the tolerance; one longer than so many tolerances
# is a line drawn twice, not the strip's end.
_LONGEST_TAIL = 10.0
# Near a corner both lines are within the tolerance for a while without running beside each other.
_CORNER = 2.0
# Below this, two places are one: far under a millimetre, far above what overlay computes apart.
_SAME_M = 1e-5
_GRID_M = 1e-6
# Far more than any tolerance, so that no run goes on from one ring to the next.
_APART_M = 1e6
# How closely a line is followed to see up to where the other runs beside it, as a share of the tolerance.
_STEP = 1 / 8


def stretches(left: BaseGeometry, right: BaseGeometry, *, tolerance_m: float, reach_m: float) -> GeoDataFrame:
    """Cut the border between two neighbours into stretches.

    Parameters
    ----------
    left, right
        Valid polygons or multipolygons in one projected CRS in metres.
    tolerance_m
        How far apart two drawings of one line may lie.
    reach_m
        Widest gap that still is a border: what lies farther apart is open ground.

    Returns
    -------
    GeoDataFrame
        One row per stretch, in order along the left's boundary with its ground to the left (exteriors
        counter-clockwise, holes after the exterior of their part, starting from the place farthest from the
        right's line); stretches that touch none of it come last. Empty without contact, or at corners only.

        - ``kind``: ``matched`` (one line within the tolerance), ``overlap`` (ground that both claim, wider than
          the tolerance), ``gap`` (ground that neither claims, wider than the tolerance and no wider than the
          reach);
        - ``length_m``: mean of both lines' lengths, or the one there is where one side lies inside the other;
        - ``area_m2`` of the strip, 0 if matched;
        - ``left_line``, ``right_line``: each side's piece of its line, MultiLineString, the right's with the
          right's ground to its left;
        - ``strip``: MultiPolygon, empty if matched;
        - geometry: ``left_line``. No CRS is set.

    Raises
    ------
    GeoError
        The reach is shorter than the tolerance.

    Notes
    -----
    A strip is a whole face between the two lines, with its thin ends, except where a tail within the tolerance is
    longer than 10 tolerances: there it is cut straight across. A gap ends straight across where the lines stop
    facing each other within reach, and one that is wider there than it is long is open ground. Strips shorter than
    the tolerance, and such that no disc as wide as the tolerance fits into, count as matched; matched pieces
    shorter than the tolerance go to the strip beside them. Ends are found to an eighth of the tolerance.
    Contact along less than twice the tolerance is a corner.

    Examples
    --------
    >>> from shapely import box
    >>> found = stretches(box(0, 0, 300, 900), box(300, 0, 600, 900), tolerance_m=10, reach_m=100)
    >>> found[["kind", "length_m", "area_m2"]].values.tolist()
    [['matched', 900.0, 0.0]]
    >>> found = stretches(box(0, 0, 300, 900), box(340, 0, 600, 900), tolerance_m=10, reach_m=100)
    >>> found[["kind", "length_m", "area_m2"]].values.tolist()
    [['gap', 900.0, 36000.0]]
    """
    if reach_m < tolerance_m:
        raise GeoError("a reach no shorter than the tolerance is needed")
    rows: list[_Stretch] = []
    lines: list[list[BaseGeometry]] = [[], []]
    if not left.is_empty and not right.is_empty and shapely.dwithin(left, right, reach_m):
        pair = _Pair.of(left, right, tolerance_m, reach_m)
        rows = pair.stretches()
        lines = [[pair.lines[side].between(row.runs[side]) for row in rows] for side in (0, 1)]
    return GeoDataFrame(
        {
            "kind": np.array([row.kind for row in rows], dtype=object),
            "length_m": np.array([row.length_m for row in rows], dtype=float),
            "area_m2": np.array([row.strip.area for row in rows], dtype=float),
            "left_line": GeoSeries(lines[0]),
            "right_line": GeoSeries(lines[1]),
            "strip": GeoSeries([row.strip for row in rows]),
        },
        geometry=GeoSeries(lines[0]),
    )


@dataclass(frozen=True)
class _Outline:
    """The rings of one side laid out in a row, so that any piece of its line is an interval in metres."""

    rings: NDArray[np.object_]
    starts: Floats
    """(r,) where each ring begins; between one's end and the next there is room."""
    stops: Floats

    @classmethod
    def of(cls, shape: BaseGeometry, other: BaseGeometry, step_m: float) -> _Outline:
        """Take rings with the ground to their left, each beginning at its place farthest from another line."""
        rings = shapely.get_rings(shapely.orient_polygons(shapely.get_parts(shape)))
        begun = [_begun_afar(ring, other, step_m) for ring in rings]
        lines = np.array(begun, dtype=object)
        length = shapely.length(lines)
        starts = np.r_[0.0, np.cumsum(length + _APART_M)[:-1]]
        return cls(lines, starts, starts + length)

    @property
    def ends(self) -> set[float]:
        """Where rings begin and end, which ends no stretch."""
        return {*self.starts.tolist(), *self.stops.tolist()}

    @property
    def line(self) -> BaseGeometry:
        """All rings as one shape."""
        return shapely.multilinestrings(self.rings)

    def places(self, points: NDArray[np.object_], *, within_m: float) -> Floats:
        """(n,) where on the outline points are; NaN for those farther from it than a distance."""
        places = np.full(len(points), np.nan)
        if len(points):
            tree = shapely.STRtree(self.rings)
            at, ring = tree.query_nearest(points, max_distance=within_m, all_matches=False)
            places[at] = self.starts[ring] + shapely.line_locate_point(self.rings[ring], points[at])
        return places

    def near(self, other: BaseGeometry, within_m: float) -> list[Interval]:
        """The runs of the outline that are within a distance of another line."""
        zone = shapely.buffer(other, within_m, quad_segs=16)
        shapely.prepare(zone)
        runs: list[Interval] = []
        for ring, start in zip(self.rings, self.starts, strict=False):
            inside = shapely.get_parts(shapely.intersection(ring, zone))
            inside = inside[shapely.get_dimensions(inside) == 1]
            segments = _segments(inside)
            middle = start + shapely.line_locate_point(
                ring, shapely.line_interpolate_point(segments, 0.5, normalized=True)
            )
            half = shapely.length(segments) / 2
            runs += zip(middle - half, middle + half, strict=True)
        return _united(runs)

    def between(self, runs: list[Interval]) -> BaseGeometry:
        """The pieces of line in some runs, those that meet at a ring's beginning as one."""
        pieces = []
        for start, stop in runs:
            ring = self._ring((start + stop) / 2)
            begin, end = max(start, self.starts[ring]), min(stop, self.stops[ring])
            # A run of less than rounding would be a point.
            if end - begin > _SAME_M:
                pieces.append(substring(self.rings[ring], begin - self.starts[ring], end - self.starts[ring]))
        if not pieces:
            return shapely.MultiLineString()
        ring = self._ring(runs[0][0])
        is_across = runs[0][0] - self.starts[ring] < _SAME_M and abs(self.stops[ring] - runs[-1][1]) < _SAME_M
        if len(pieces) > 1 and is_across:
            before, after = map(shapely.get_coordinates, (pieces.pop(), pieces[0]))
            pieces[0] = shapely.linestrings(np.vstack([before[:-1], after]))
        return shapely.multilinestrings(pieces)

    def _ring(self, place: float) -> int:
        return max(0, int(np.searchsorted(self.starts, place + _SAME_M)) - 1)

    def point(self, place: float) -> BaseGeometry:
        """Where a place on the outline is."""
        ring = self._ring(place)
        return shapely.line_interpolate_point(self.rings[ring], place - self.starts[ring])

    def meet(self, run: Interval, other: Interval, within_m: float) -> bool:
        """Whether two runs follow each other, perhaps across a ring's beginning."""
        first, second = sorted((run, other))
        if second[0] - first[1] <= within_m:
            return True
        ring = self._ring(first[0])
        start, stop = self.starts[ring], self.stops[ring]
        return bool(second[1] <= stop + _SAME_M and (first[0] - start) + (stop - second[1]) <= within_m)


@dataclass
class _Stretch:
    """A row to be: one stretch as runs of both outlines."""

    kind: str
    runs: tuple[list[Interval], list[Interval]]
    strip: BaseGeometry

    @property
    def length_m(self) -> float:
        """Mean length of the two lines, or of the one there is."""
        lengths = [_length(runs) for runs in self.runs if runs]
        return float(np.mean(lengths)) if lengths else 0.0


@dataclass(frozen=True)
class _Face:
    """Ground between both lines and the chords across it, held by both sides or by neither."""

    polygon: Polygon
    is_overlap: bool
    is_narrow: bool
    """Every place on its lines is within the tolerance of the other line."""
    chords: frozenset[Chord]
    runs: tuple[list[Interval], list[Interval]]
    """Edges on the left's and on the right's line only."""
    near_runs: tuple[list[Interval], list[Interval]]
    """Those of them within the tolerance of the other line."""

    @property
    def length_m(self) -> float:
        """Mean length of the two lines along it."""
        return (_length(self.runs[0]) + _length(self.runs[1])) / 2


@dataclass(frozen=True)
class _Pair:
    """Both outlines and what is near on them."""

    shapes: tuple[BaseGeometry, BaseGeometry]
    lines: tuple[_Outline, _Outline]
    tolerance_m: float
    reach_m: float

    @classmethod
    def of(cls, left: BaseGeometry, right: BaseGeometry, tolerance_m: float, reach_m: float) -> _Pair:
        outlines = (
            _Outline.of(left, shapely.boundary(right), tolerance_m),
            _Outline.of(right, shapely.boundary(left), tolerance_m),
        )
        return cls((left, right), outlines, tolerance_m, reach_m)

    def stretches(self) -> list[_Stretch]:
        """All stretches in order."""
        strips, passed = self._strips()
        taken = [_united([run for strip in strips for run in strip.runs[side]]) for side in (0, 1)]
        beside = self._beside(self.tolerance_m)
        # What a strip too small to count lies along is matched, or the line would have holes there.
        free = [_minus(_united(beside[side] + passed[side]), taken[side]) for side in (0, 1)]
        rows = self._with_short_ones_merged(strips, self._matched(free[0], free[1]))
        return sorted(rows, key=lambda row: (not row.runs[0], row.runs[0][:1], row.runs[1][:1]))

    def _beside(self, within_m: float) -> tuple[list[Interval], list[Interval]]:
        """The runs on which both lines run beside each other within a distance.

        Of what is near, only that counts which some place on the other line is nearest to: around a corner the
        lines stay near for a while as they part.
        """
        near = [self.lines[k].near(self.lines[1 - k].line, within_m) for k in (0, 1)]
        found = []
        for k in (0, 1):
            other = self.lines[1 - k].between(near[1 - k])
            dense = shapely.segmentize(other, self.tolerance_m * _STEP)
            places = self.lines[k].places(shapely.points(shapely.get_coordinates(dense)), within_m=within_m * 1.01)
            places = np.sort(places[~np.isnan(places)])
            runs = []
            for start, stop in near[k]:
                is_whole = {start, stop} <= self.lines[k].ends
                inside = places[(places >= start - _SAME_M) & (places <= stop + _SAME_M)]
                if is_whole and len(inside):
                    runs.append((start, stop))
                elif len(inside) > 1 and inside[-1] - inside[0] > _SAME_M:
                    runs.append((float(inside[0]), float(inside[-1])))
            found.append(runs)
        return found[0], found[1]

    def _strips(self) -> tuple[list[_Stretch], tuple[list[Interval], list[Interval]]]:
        """The strips between both lines, and the runs along ground too thin or too short to be one."""
        faces = self._faces()
        # Faces hang together across chords; a long tail is left out, so that nothing hangs on it.
        is_part = [not face.is_narrow or face.length_m <= _LONGEST_TAIL * self.tolerance_m for face in faces]
        by_chord: dict[tuple[bool, Chord], list[int]] = {}
        for k, face in enumerate(faces):
            for chord in face.chords:
                by_chord.setdefault((face.is_overlap, chord), []).append(k)
        pairs = [both for both in by_chord.values() if len(both) == 2 and is_part[both[0]] and is_part[both[1]]]
        first, second = np.array(pairs, dtype=int).reshape(-1, 2).T
        graph = coo_array((np.ones(len(first)), (first, second)), shape=(len(faces), len(faces)))
        group = connected_components(graph, directed=False)[1] if faces else np.empty(0, dtype=int)
        strips: list[_Stretch] = []
        passed: tuple[list[Interval], list[Interval]] = ([], [])
        for number in np.unique(group):
            members = [faces[k] for k in np.flatnonzero(group == number)]
            strip = _multi(shapely.union_all([face.polygon for face in members]))
            kind = "overlap" if members[0].is_overlap else "gap"
            stretch = _Stretch(kind, (self._along(members, 0), self._along(members, 1)), strip)
            is_strip = any(not face.is_narrow for face in members) and stretch.length_m >= self.tolerance_m
            if is_strip and is_wide(GeoSeries([strip]), width_m=self.tolerance_m)[0]:
                # Lines that part at a corner have a wedge between them, but face each other nowhere.
                if kind == "overlap" or stretch.length_m >= max(map(_chord_m, members)):
                    strips.append(stretch)
            elif all(face.runs[0] and face.runs[1] for face in members):
                for side in (0, 1):
                    passed[side].extend(stretch.runs[side])
        return strips, passed

    def _along(self, members: list[_Face], side: int) -> list[Interval]:
        """The runs of one outline that belong to a strip of some faces.

        Where a wide face lies along a line that the other side drew nearly alike, but beyond the face, that piece
        is matched; short ones are only where the lines begin to part.
        """
        runs = _united([run for face in members for run in face.runs[side]])
        near = _united([run for face in members if not face.is_narrow for run in face.near_runs[side]])
        long = [(start, stop) for start, stop in near if stop - start > _CORNER * self.tolerance_m]
        return _minus(runs, long)

    def _faces(self) -> list[_Face]:
        """The faces between both lines and the chords across, without open ground."""
        chords = self._chords()
        # A chord ends beside a slanting line by the last bits of a double; on a fine grid it ends on it.
        noded = shapely.union_all([self.lines[0].line, self.lines[1].line, *chords], grid_size=_GRID_M)
        polygons = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        inside = shapely.point_on_surface(polygons)
        by_left, by_right = (shapely.contains(_prepared(shape), inside) for shape in self.shapes)
        polygons, is_overlap = polygons[by_left == by_right], by_left[by_left == by_right]
        if not len(polygons):
            return []
        rings, ring_face = shapely.get_rings(polygons, return_index=True)
        coords, ring = shapely.get_coordinates(rings, return_index=True)
        goes_on = ring[1:] == ring[:-1]
        edges = np.column_stack([coords[:-1], coords[1:]])[goes_on]
        face = ring_face[ring[1:][goes_on]]
        middles = shapely.points((edges[:, :2] + edges[:, 2:]) / 2)
        half = np.hypot(*(edges[:, 2:] - edges[:, :2]).T) / 2
        places = [outline.places(middles, within_m=_SAME_M) for outline in self.lines]
        away = [shapely.distance(middles, _prepared(self.lines[1 - k].line)) for k in (0, 1)]
        is_on = [~np.isnan(place) for place in places]
        only = [is_on[0] & ~is_on[1], is_on[1] & ~is_on[0]]
        found = []
        for k, polygon in enumerate(polygons):
            own = face == k
            sides = [own & only[side] for side in (0, 1)]
            if not is_overlap[k] and not self._is_between(sides, away, half):
                continue
            near = [mine & (far <= self.tolerance_m + _SAME_M) for mine, far in zip(sides, away, strict=True)]
            runs, near_runs = (
                tuple(_intervals(places[side][some[side]], half[some[side]]) for side in (0, 1))
                for some in (sides, near)
            )
            chord = edges[own & ~is_on[0] & ~is_on[1]]
            is_narrow = all(bool((near[side] == sides[side]).all()) for side in (0, 1))
            found.append(
                _Face(
                    polygon=polygon,
                    is_overlap=bool(is_overlap[k]),
                    is_narrow=is_narrow and any(bool(mine.any()) for mine in sides),
                    chords=frozenset(_undirected(edge) for edge in chord.tolist()),
                    runs=(runs[0], runs[1]),
                    near_runs=(near_runs[0], near_runs[1]),
                )
            )
        return found

    def _is_between(self, sides: list[NDArray[np.bool_]], away: list[Floats], half: Floats) -> bool:
        """Whether unclaimed ground lies between a line of each side, most of it within reach of the other."""
        reached = [half[mine & (far <= self.reach_m * 1.01)].sum() for mine, far in zip(sides, away, strict=True)]
        whole = [half[mine].sum() for mine in sides]
        return all(part > some / 2 for part, some in zip(reached, whole, strict=True))

    def _chords(self) -> list[BaseGeometry]:
        """Straight lines across, where both lines come within the tolerance and where they get out of reach."""
        chords = []
        beside = self._beside(self.reach_m)
        for k in (0, 1):
            facing = self.lines[1 - k].between(beside[1 - k])
            near = self.lines[k].near(self.lines[1 - k].line, self.tolerance_m)
            for runs, target in ((beside[k], facing), (near, self.lines[1 - k].line)):
                whole = self.lines[k].ends
                ends = sorted({end for run in runs for end in run} - whole)
                if not target.is_empty:
                    chords += [shapely.shortest_line(self.lines[k].point(end), target) for end in ends]
        # Chords from either side of one place may cross, and would leave scraps between them.
        kept: list[BaseGeometry] = []
        for chord in sorted(
            chords, key=lambda chord: (chord.length, *_undirected(chord.coords[0] + chord.coords[1]))
        ):
            if chord.length > _SAME_M and not shapely.crosses(chord, kept).any():
                kept.append(chord)
        return kept

    def _matched(self, left: list[Interval], right: list[Interval]) -> list[_Stretch]:
        """Put the left's and the right's pieces of the same line together."""
        pieces = [
            np.array([self.lines[side].between([run]) for run in runs], dtype=object)
            for side, runs in enumerate((left, right))
        ]
        size = len(left) + len(right)
        tree = shapely.STRtree(pieces[1])
        first, second = tree.query(pieces[0], predicate="dwithin", distance=self.tolerance_m * 1.01)
        first, second = list(first), list(second + len(left))
        # A ring's beginning parts no stretch.
        for side, runs, skip in ((0, left, 0), (1, right, len(left))):
            for k, run in enumerate(runs):
                met = [j for j in range(k) if self.lines[side].meet(runs[j], run, _SAME_M)]
                first, second = first + [skip + k] * len(met), second + [skip + j for j in met]
        graph = coo_array((np.ones(len(first)), (first, second)), shape=(size, size))
        group = connected_components(graph, directed=False)[1] if size else np.empty(0, dtype=int)
        return [
            _Stretch(
                "matched",
                (
                    [run for k, run in enumerate(left) if group[k] == number],
                    [run for k, run in enumerate(right) if group[len(left) + k] == number],
                ),
                MultiPolygon(),
            )
            for number in np.unique(group)
        ]

    def _with_short_ones_merged(self, strips: list[_Stretch], matched: list[_Stretch]) -> list[_Stretch]:
        """Give matched pieces shorter than the tolerance to the strips beside them; leave out mere corners."""
        kept = []
        for piece in matched:
            beside = sorted((s for s in strips if self._meet(piece, s)), key=lambda s: -s.length_m)
            if piece.length_m < self.tolerance_m:
                if beside:
                    joined = [strip for strip in beside if strip.kind == beside[0].kind]
                    strips = [strip for strip in strips if not any(strip is one for one in joined)]
                    runs = [
                        _united([run for one in [piece, *joined] for run in one.runs[side]]) for side in (0, 1)
                    ]
                    together = _multi(shapely.union_all([strip.strip for strip in joined]))
                    strips.append(_Stretch(beside[0].kind, (runs[0], runs[1]), together))
            elif min(map(_length, piece.runs)) > (0.0 if beside else _CORNER * self.tolerance_m):
                kept.append(piece)
        return strips + kept

    def _meet(self, one: _Stretch, other: _Stretch) -> bool:
        return any(
            self.lines[side].meet(run, beyond, self.tolerance_m)
            for side in (0, 1)
            for run in one.runs[side]
            for beyond in other.runs[side]
        )


def _begun_afar(ring: BaseGeometry, other: BaseGeometry, step_m: float) -> BaseGeometry:
    """The ring as a line from its place farthest from another line: no stretch runs across its beginning."""
    points = shapely.points(shapely.get_coordinates(ring)[:-1])
    away = shapely.distance(points, other)
    start = int(away.argmax())
    if away[start] <= step_m:
        # All corners are near: perhaps an edge between them is not.
        dense = shapely.segmentize(ring, step_m)
        points = shapely.points(shapely.get_coordinates(dense)[:-1])
        away = shapely.distance(points, other)
        if away.max() > step_m:
            ring, start = dense, int(away.argmax())
    coords = np.roll(shapely.get_coordinates(ring)[:-1], -start, axis=0)
    return shapely.linestrings(np.vstack([coords, coords[:1]]))


def _prepared(shape: BaseGeometry) -> BaseGeometry:
    shapely.prepare(shape)
    return shape


def _segments(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    coords, line = shapely.get_coordinates(lines, return_index=True)
    pairs = np.stack([coords[:-1], coords[1:]], axis=1)[line[1:] == line[:-1]]
    return np.asarray(shapely.linestrings(pairs))


def _undirected(edge: Iterable[float]) -> Chord:
    x0, y0, x1, y1 = edge
    return (x0, y0, x1, y1) if (x0, y0) < (x1, y1) else (x1, y1, x0, y0)


def _chord_m(face: _Face) -> float:
    """Length of the longest chord of a face."""
    return max((float(np.hypot(x1 - x0, y1 - y0)) for x0, y0, x1, y1 in face.chords), default=0.0)


def _intervals(middles: Floats, halves: Floats) -> list[Interval]:
    return _united(zip((middles - halves).tolist(), (middles + halves).tolist(), strict=True))


def _united(runs: Iterable[Interval]) -> list[Interval]:
    """Intervals in order, those that meet or overlap as one."""
    found: list[Interval] = []
    for start, stop in sorted(runs):
        if found and start <= found[-1][1] + _SAME_M:
            found[-1] = (found[-1][0], max(found[-1][1], stop))
        else:
            found.append((float(start), float(stop)))
    return found


def _minus(runs: list[Interval], taken: list[Interval]) -> list[Interval]:
    """What is left of ordered intervals without others."""
    found = []
    for start, stop in runs:
        for begin, end in taken:
            if end <= start or begin >= stop:
                continue
            if begin - start > _SAME_M:
                found.append((start, begin))
            start = max(start, end)
        if stop - start > _SAME_M:
            found.append((start, stop))
    return found


def _length(runs: list[Interval]) -> float:
    return sum(stop - start for start, stop in runs)


def _multi(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"])
