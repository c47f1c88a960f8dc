"""To cut one boundary into several along a line, and to put several together, on the vertices of the grid.

Both work on the whole numbers of the 1e-7 degree grid. The outline and the cutting line are noded there at once by
snap rounding, and parts are put together from the faces in between: whatever two parts share, they share bit for
bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from territory.geo.coverage import is_wide, shared_ground
from territory.geo.crs import WGS84, to_metres, working_crs
from territory.geo.errors import GeoError
from territory.geo.repair import canonical_shapes

Floats = NDArray[np.float64]

_CELLS_PER_DEGREE = 1e7
_CELLS_PER_METRE = _CELLS_PER_DEGREE / 111_320.0
# Less ground than this cannot be a part of a boundary, see `repair.are_boundaries`.
_CRUMB_M2 = 1.0
# Rounding to the grid moves a line by less; see `misfits`.
_ROUNDING_M = 0.05
# A scrap left by drawing an outline anew runs along the old one on one of its two sides.
_ALONG = 0.25


class NotDivided(GeoError):
    """A cutting line runs through the ground from edge to edge."""


def split_along(shape: MultiPolygon, line: BaseGeometry, *, reach_m: float = 10.0) -> list[MultiPolygon]:
    """Cut ground along a line.

    Parameters
    ----------
    shape
        A canonical valid boundary in WGS 84.
    line
        LineString or MultiLineString in WGS 84. Where it runs outside the ground it does nothing.
    reach_m
        An end that stops short of the outline by no more than this is led to it: people draw up to the line that
        they see.

    Returns
    -------
    list of MultiPolygon
        Canonical and valid, the largest first. The edges that two parts share have the same vertices, bit for bit.
        Where the line meets the outline, and where it passes within a cell (1.1 cm) of a vertex, an edge moves by
        less than a cell; all other vertices and edges of the outline stay as they are, so that the areas of the
        parts add up to that of the shape but for that. Crumbs under 1 m² go to the part that they share most of
        their line with; ground that the line does not touch stays with the part nearest to it.

    Raises
    ------
    NotDivided
        The line leaves the ground in one.

    Examples
    --------
    >>> from shapely import box
    >>> parts = split_along(MultiPolygon([box(0, 0, 0.003, 0.001)]), LineString([(0.001, -1), (0.001, 1)]))
    >>> [part.bounds for part in parts]
    [(0.001, 0.0, 0.003, 0.001), (0.0, 0.0, 0.001, 0.001)]
    """
    ground = _to_cells(shape)
    outline = shapely.boundary(ground)
    cuts = [_reaching(cut, ground, outline, reach_m) for cut in shapely.get_parts(_to_cells(line))]
    noded = shapely.union_all([outline, *cuts], grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapely.prepare(ground)
    faces = faces[shapely.contains(ground, shapely.point_on_surface(faces))]
    parts = _gathered(faces, _metres_per_cell(ground))
    if len(parts) < 2:
        raise NotDivided("a line is needed that runs through the ground from edge to edge")
    return _from_cells(sorted(parts, key=lambda part: (-part.area, *part.bounds)))


def merge(shapes: Sequence[MultiPolygon]) -> MultiPolygon:
    """Put ground together.

    Parameters
    ----------
    shapes
        Canonical valid boundaries in WGS 84.

    Returns
    -------
    MultiPolygon
        Canonical and valid: what any of them covers. Lines that two of them share bit for bit disappear, and
        nothing else moves but where two lines cross, by less than a cell of the grid. A gap between lines that do
        not match stays a gap.

    Examples
    --------
    >>> from shapely import box
    >>> west, east = MultiPolygon([box(0, 0, 1, 1)]), MultiPolygon([box(1, 0, 2, 1)])
    >>> merge([west, east]).area
    2.0
    """
    [together] = _from_cells([shapely.union_all([_to_cells(shape) for shape in shapes], grid_size=1.0)])
    return together


def misfits(parts: Sequence[MultiPolygon], whole: MultiPolygon, *, tolerance_m: float) -> GeoDataFrame:
    """Find where parts, together, are not the ground that they are said to be parts of.

    Parameters
    ----------
    parts
        Canonical valid boundaries in WGS 84.
    whole
        The same, of what was divided.
    tolerance_m
        What is narrower does not count where it lies along the whole's outline, which may have been drawn anew.
        Between the parts nothing counts as noise but rounding.

    Returns
    -------
    GeoDataFrame
        One row for each piece of ground, the largest first: ``kind`` (``overlap`` of two parts, ``missing`` from
        all of them, ``beyond`` the whole), ``area_m2``, geometry in WGS 84.

    Examples
    --------
    >>> from shapely import box
    >>> whole = MultiPolygon([box(0, 0, 0.003, 0.001)])
    >>> half = [MultiPolygon([box(0, 0, 0.0015, 0.001)]), MultiPolygon([box(0.0015, 0, 0.002, 0.001)])]
    >>> misfits(half, whole, tolerance_m=10).kind.tolist()
    ['missing']
    """
    together = shapely.union_all(np.array(parts, dtype=object))
    found = {
        "overlap": [shared_ground(np.array([one]), np.array([other]))[0] for one, other in combinations(parts, 2)],
        "missing": [shapely.difference(whole, together)],
        "beyond": [shapely.difference(together, whole)],
    }
    ground, owner = shapely.get_parts([each for some in found.values() for each in some], return_index=True)
    kinds = np.array([kind for kind, some in found.items() for _ in some], dtype=object)[owner]
    is_polygon = shapely.get_type_id(ground) == 3
    kinds, ground = kinds[is_polygon], ground[is_polygon]
    metres = to_metres(GeoSeries(ground, crs=WGS84), working_crs(GeoSeries([whole], crs=WGS84)))
    outline = shapely.buffer(shapely.boundary(whole), 1 / _CELLS_PER_DEGREE)
    beside = shapely.length(shapely.intersection(shapely.boundary(ground), outline))
    is_along = (kinds != "overlap") & (beside > _ALONG * shapely.length(ground))
    counts = np.where(is_along, is_wide(metres, width_m=tolerance_m), is_wide(metres, width_m=_ROUNDING_M))
    pieces = GeoDataFrame({"kind": kinds, "area_m2": metres.area.to_numpy()}, geometry=ground, crs=WGS84)[counts]
    return pieces.sort_values("area_m2", ascending=False, kind="stable").reset_index(drop=True)


def _to_cells(shape: BaseGeometry) -> BaseGeometry:
    """A shape in whole cells of the grid, without height."""
    return shapely.transform(shapely.force_2d(shape), lambda coords: np.rint(coords * _CELLS_PER_DEGREE))


def _from_cells(shapes: Sequence[BaseGeometry]) -> list[MultiPolygon]:
    """Shapes in cells as canonical boundaries in degrees."""
    # Quotients: only these are the doubles nearest to seven decimals.
    degrees = [shapely.transform(shape, lambda cells: np.rint(cells) / _CELLS_PER_DEGREE) for shape in shapes]
    return list(canonical_shapes(np.asarray(degrees, dtype=object)))


def _metres_per_cell(ground: BaseGeometry) -> Floats:
    """(2,) size of a cell here, east and north: enough to tell a crumb."""
    south, north = ground.bounds[1], ground.bounds[3]
    shrink = np.cos(np.radians((south + north) / 2 / _CELLS_PER_DEGREE))
    return np.array([shrink, 1.0]) / _CELLS_PER_METRE


def _reaching(cut: LineString, ground: BaseGeometry, outline: BaseGeometry, reach_m: float) -> LineString:
    """A cutting line whose ends inside the ground are led to the outline, where it is near."""
    coords = shapely.get_coordinates(cut)
    if cut.is_closed:
        return cut
    before, after = (
        _way_out(shapely.Point(end), ground, outline, reach_m * _CELLS_PER_METRE)
        for end in (coords[0], coords[-1])
    )
    return LineString(np.concatenate([before, coords, after]))


def _way_out(end: BaseGeometry, ground: BaseGeometry, outline: BaseGeometry, reach: float) -> Floats:
    """(0 or 1, 2) the cell of the outline that is nearest to an end, unless it is far or outside."""
    nearest = np.rint(shapely.get_coordinates(shapely.shortest_line(end, outline))[1:])
    is_needed = 0 < shapely.distance(end, outline) <= reach and shapely.intersects(ground, end)
    return nearest if is_needed else np.empty((0, 2))


def _lie_at_cut(faces: NDArray[np.object_]) -> NDArray[np.bool_]:
    """(n,) whether each face borders on another one: inside the ground, nothing but the cut parts two of them."""
    lines = shapely.boundary(faces)
    one, other = shapely.STRtree(faces).query(faces, predicate="intersects")
    borders = (one != other) & (shapely.length(shapely.intersection(lines[one], lines[other])) > 0)
    return np.isin(np.arange(len(faces)), one[borders])


def _gathered(faces: NDArray[np.object_], metres_per_cell: Floats) -> list[BaseGeometry]:
    """Parts made of faces: each that lies at the cut on its own, with what must not stand alone."""
    is_part = _lie_at_cut(faces) & (shapely.area(faces) * metres_per_cell.prod() >= _CRUMB_M2)
    parts = [[face] for face in faces[is_part]]
    if not parts:
        return []
    for face in faces[~is_part]:
        shared = shapely.length(shapely.intersection(shapely.boundary(faces[is_part]), shapely.boundary(face)))
        away = shapely.distance(faces[is_part], face)
        parts[int(np.lexsort((away, -shared))[0])].append(face)
    return [Polygon(some[0]) if len(some) == 1 else shapely.union_all(some, grid_size=1.0) for some in parts]
