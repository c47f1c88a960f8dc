"""The line between two boundaries cut into pieces, each with the newest that was said of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from geopandas import GeoSeries
from pyproj import CRS
from shapely import MultiLineString, MultiPolygon
from shapely.geometry.base import BaseGeometry

from territory.geo.borders import stretches
from territory.geo.coverage import is_wide
from territory.geo.crs import to_degrees, to_metres, working_crs
from territory.geo.settle import AS_DRAWN, Way
from territory.model import WGS84
from territory.profiles import Profile
from territory.records import Boundary, Stretch, StretchState, fingerprint

# Shapes go through the grid of 1e-7 degrees (1 cm), so that no two of them agree to less.
_SAME_M = 0.05
# Two strips that agree in this share of the ground of both are one.
_SAME_SHARE = 0.99
# A strip that a moved line opened may have grown together with one that was there before.
_MOVED_SHARE = 0.5
_METRES_PER_DEGREE = 111_320.0
_NOTHING = MultiPolygon()


class Kind(StrEnum):
    """What a piece of the line between two neighbours is."""

    MATCHED = "matched"
    """Both drew it alike."""
    OVERLAP = "overlap"
    """Ground that both claim."""
    GAP = "gap"
    """Ground between them that nobody claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A piece of the line between two neighbours."""

    kind: Kind
    length_m: float
    area_m2: float
    """Of the strip; 0 where both drew the line alike."""
    left_line: BaseGeometry
    """The left's own line, WGS 84 on the grid."""
    right_line: BaseGeometry
    strip: MultiPolygon
    """Ground between both lines, WGS 84; empty where both drew the line alike."""
    stretch: Stretch | None = None
    """The newest that was said of it; none while nobody asked."""

    @property
    def id(self) -> str:
        """Names the piece for as long as the lines and what is said of them stay as they are."""
        lines = shapely.geometrycollections([self.left_line, self.right_line])
        return fingerprint(self.strip if self.is_strip else lines, self.kind)[:16]

    @property
    def is_strip(self) -> bool:
        """Whether there is ground to settle."""
        return self.kind is not Kind.MATCHED

    @property
    def is_overlap(self) -> bool:
        """Whether both claim its ground."""
        return self.kind is Kind.OVERLAP


@dataclass(frozen=True)
class Ground:
    """Two boundaries in metres, and everybody else's around them."""

    left: Boundary
    right: Boundary
    others: list[MultiPolygon]
    profile: Profile
    crs: CRS
    """Equal-area, centred on both."""

    @classmethod
    def of(cls, left: Boundary, right: Boundary, others: list[MultiPolygon], profile: Profile) -> Ground:
        """Lay out two boundaries that have lines."""
        return cls(left, right, others, profile, working_crs(GeoSeries([left.shape, right.shape], crs=WGS84)))

    @property
    def tolerance_m(self) -> float:
        """How far apart two drawings of one line may lie."""
        return self.profile.tolerances.sliver_m

    @cached_property
    def sides(self) -> tuple[BaseGeometry, BaseGeometry]:
        """Both boundaries in metres."""
        left, right = self.metres(self.left.shape, self.right.shape)
        return left, right

    @cached_property
    def taken(self) -> BaseGeometry:
        """The ground of everybody else, in metres."""
        return shapely.union_all(self.metres(*self.others))

    def metres(self, *shapes: BaseGeometry | None) -> list[BaseGeometry]:
        """Shapes in WGS 84, in metres."""
        return list(to_metres(GeoSeries(list(shapes), crs=WGS84), self.crs).array) if shapes else []

    def degrees(self, *shapes: BaseGeometry) -> list[BaseGeometry]:
        """Shapes in metres, in WGS 84 on the grid."""
        return list(to_degrees(GeoSeries(list(shapes), crs=self.crs)).array)

    def about(self, stretch: Stretch) -> BaseGeometry:
        """Where something was said, in metres: a strip, or what lies beside a line within the tolerance."""
        if is_about_strip(stretch):
            [strip] = self.metres(stretch.strip)
            return strip
        return self.beside(*self.metres(stretch.line))

    def beside(self, line: BaseGeometry) -> BaseGeometry:
        """What lies beside a line within the tolerance, not beyond its ends; in metres."""
        return shapely.buffer(line, self.tolerance_m + _SAME_M, cap_style="flat")

    def is_unmoved(self, before: MultiPolygon, side: int, stretch: Stretch) -> bool:
        """Whether a side's line runs as in an earlier version where something was said."""
        where = self.about(stretch)
        where = shapely.buffer(where, self.tolerance_m) if is_about_strip(stretch) else where
        [earlier] = self.metres(before)
        lines = [shapely.boundary(each) for each in (earlier, self.sides[side])]
        return all(
            shapely.covers(shapely.buffer(lines[1 - k], _SAME_M), shapely.intersection(lines[k], where))
            for k in (0, 1)
        )


@dataclass(frozen=True)
class _Part:
    """A piece in metres."""

    kind: Kind
    lines: tuple[BaseGeometry, BaseGeometry]
    strip: BaseGeometry
    stretch: Stretch | None = None

    @property
    def length_m(self) -> float:
        """Mean length of the two lines, or of the one there is."""
        lengths = [each.length for each in self.lines if not each.is_empty]
        return float(np.mean(lengths)) if lengths else 0.0


def is_about_strip(stretch: Stretch) -> bool:
    """Whether something said is about ground, and not about a line: once it is settled the ground is gone."""
    is_settled = stretch.state is StretchState.AGREED and stretch.way != Way.SHARED
    return stretch.strip is not None and not is_settled


def is_as_drawn(stretch: Stretch) -> bool:
    """Whether it is asked that one side follows the line that the other drew: one question for all of that line,
    however many pieces it makes.
    """
    return stretch.way in AS_DRAWN


def pieces_between(ground: Ground, said: Iterable[Stretch]) -> list[Piece]:
    """The pieces of the line between two boundaries, in order along the left's.

    Parameters
    ----------
    ground
        Both boundaries, and who is around.
    said
        What still holds of what was said, newest first: of each piece the first that is about it counts.
    """
    parts = list(_parts(ground))
    for stretch in said:
        about = ground.about(stretch)
        if is_as_drawn(stretch) and is_about_strip(stretch):
            parts = _told_as_drawn(ground, parts, stretch, about)
        else:
            parts = [each for part in parts for each in _told(ground, part, stretch, about)]
    return [_piece(ground, part) for part in parts]


def _parts(ground: Ground) -> Iterator[_Part]:
    left, right = ground.sides
    found = stretches(left, right, tolerance_m=ground.tolerance_m, reach_m=ground.profile.agreement.gap_m)
    rows = zip(found["kind"], found["left_line"], found["right_line"], found["strip"], strict=True)
    for kind, left_line, right_line, strip in rows:
        part = _Part(Kind(kind), (left_line, right_line), strip)
        yield from _free(ground, part) if part.kind is Kind.GAP else [part]


def _free(ground: Ground, gap: _Part) -> Iterator[_Part]:
    """What of a gap is nobody else's and still lies between both sides."""
    if not ground.others or not shapely.intersects(gap.strip, ground.taken):
        yield gap
        return
    parts = shapely.get_parts(shapely.difference(gap.strip, ground.taken))
    between = [
        part
        for part in parts
        if all(shapely.dwithin(part, side, _SAME_M) for side in ground.sides)
        and is_wide(GeoSeries([part]), width_m=ground.tolerance_m)[0]
    ]
    for part in between:
        near = shapely.buffer(part, _SAME_M)
        lines = tuple(_lines(shapely.intersection(line, near)) for line in gap.lines)
        yield replace(gap, lines=lines, strip=shapely.multipolygons([part]))


def _told(ground: Ground, part: _Part, stretch: Stretch, about: BaseGeometry) -> list[_Part]:
    """A part with what was said of it, cut where that ends."""
    if part.stretch is not None or is_about_strip(stretch) != (part.kind is not Kind.MATCHED):
        return [part]
    if part.kind is Kind.MATCHED:
        return _cut(ground, part, stretch, about)
    shared_m2 = shapely.area(shapely.intersection(part.strip, about))
    whole_m2 = part.strip.area if stretch.state is StretchState.DISAGREED else max(part.strip.area, about.area)
    return [replace(part, stretch=stretch) if shared_m2 >= _SAME_SHARE * whole_m2 else part]


def _told_as_drawn(ground: Ground, parts: list[_Part], stretch: Stretch, about: BaseGeometry) -> list[_Part]:
    """The parts with what was asked of a line that moved: on its strips, or where it moved within the tolerance on
    the lines themselves.
    """

    def is_in(part: _Part) -> bool:
        shared_m2 = shapely.area(shapely.intersection(part.strip, about))
        return part.stretch is None and shared_m2 >= _MOVED_SHARE * min(part.strip.area, about.area) > 0

    if any(is_in(part) for part in parts):
        return [replace(part, stretch=stretch) if is_in(part) else part for part in parts]
    beside = shapely.buffer(about, ground.tolerance_m + _SAME_M)
    untold = [part.kind is Kind.MATCHED and part.stretch is None for part in parts]
    told = [
        each
        for part, is_untold in zip(parts, untold, strict=True)
        for each in (_cut(ground, part, stretch, beside) if is_untold else [part])
    ]
    return told if any(part.stretch is stretch for part in told) else [*told, _of_its_own(ground, stretch, about)]


def _of_its_own(ground: Ground, stretch: Stretch, about: BaseGeometry) -> _Part:
    """A part for what was asked where both sides have no more than a corner in common."""
    near = shapely.buffer(about, _SAME_M)
    left, right = (_lines(shapely.intersection(shapely.boundary(side), near)) for side in ground.sides)
    claimed_m2 = shapely.area(shapely.intersection(about, shapely.intersection(*ground.sides)))
    kind = Kind.OVERLAP if claimed_m2 > about.area / 2 else Kind.GAP
    return _Part(kind, (left, right), about, stretch)


def _cut(ground: Ground, part: _Part, stretch: Stretch, about: BaseGeometry) -> list[_Part]:
    """A matched part cut at the ends of a line that something was said of."""
    inside = [_lines(shapely.intersection(line, about)) for line in part.lines]
    if max(line.length for line in inside) < ground.tolerance_m:
        return [part]
    rest, across = (_lines(shapely.difference(line, about)) for line in part.lines)
    left = [each for each in shapely.get_parts(rest) if each.length >= ground.tolerance_m]
    if not left:
        return [replace(part, stretch=stretch)]
    told = _Part(Kind.MATCHED, (inside[0], inside[1]), _NOTHING, stretch)
    untold = [
        _Part(
            Kind.MATCHED,
            (MultiLineString([each]), _lines(shapely.intersection(across, ground.beside(each)))),
            _NOTHING,
        )
        for each in left
    ]
    return sorted([told, *untold], key=lambda each: _place(each.lines[0], part.lines[0]))


def _place(piece: BaseGeometry, line: BaseGeometry) -> tuple[int, float]:
    """Where along a line of several parts a piece of it begins."""
    middle = shapely.line_interpolate_point(shapely.get_parts(piece)[0], 0.5, normalized=True)
    parts = shapely.get_parts(line)
    at = int(shapely.distance(parts, middle).argmin())
    return at, float(shapely.line_locate_point(parts[at], middle))


def _lines(shape: BaseGeometry) -> MultiLineString:
    """The lines of a shape, those that follow each other as one, without the points where lines only touch."""
    lines = [each for each in shapely.get_parts(shape) if each.geom_type == "LineString"]
    merged = shapely.line_merge(shapely.multilinestrings(lines), directed=True)
    return MultiLineString(list(shapely.get_parts(merged)))


def _piece(ground: Ground, part: _Part) -> Piece:
    left, right, strip = ground.degrees(*part.lines, part.strip)
    return Piece(
        kind=part.kind,
        length_m=part.length_m,
        area_m2=float(part.strip.area),
        left_line=left,
        right_line=right,
        strip=as_ground(strip),
        stretch=part.stretch,
    )


def as_ground(strip: BaseGeometry) -> MultiPolygon:
    """A strip as valid polygons: rounded to the grid, its thin ends may cross themselves."""
    whole = (
        strip if shapely.is_valid(strip) else shapely.make_valid(strip, method="structure", keep_collapsed=False)
    )
    return MultiPolygon([each for each in shapely.get_parts(whole) if each.geom_type == "Polygon"])
