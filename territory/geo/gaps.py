"""Ground that no unit covers, and the ground that groups of units cover together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import ArrayLike
from shapely.geometry.base import BaseGeometry

from territory.geo.coverage import is_wide
from territory.geo.crs import require_projected
from territory.geo.outlines import Outlines, lone_edges
from territory.geo.threads import in_chunks

# Units dissolved in one call; neighbours on the Hilbert curve.
_BLOCK = 256
# Share of lone edges up to which their faces are found sooner than the union, even where they cross: one unit
# in twenty drawn anew. Where units are only left out, faces are always found sooner.
_MOST_LONE = 0.15


def dissolve(units: GeoSeries, groups: ArrayLike) -> GeoSeries:
    """Unite the units of each group.

    Parameters
    ----------
    units
        (n,) valid polygons, projected CRS in metres.
    groups
        (n,) the group of each unit.

    Returns
    -------
    GeoSeries
        One polygon per group, indexed by group, sorted.
    """
    require_projected(units)
    names, group = np.unique(np.asarray(groups), return_inverse=True)
    order = np.argsort(group, kind="stable")
    members = np.split(np.asarray(units.array)[order], np.cumsum(np.bincount(group))[:-1]) if len(names) else []
    together = in_chunks(_unite, _ragged(members), chunk=8)
    return GeoSeries(together, index=names, crs=units.crs)


def cover(units: GeoSeries, *, outlines: Outlines | None = None) -> BaseGeometry:
    """All the ground that the units cover.

    Edges that two units share bound nothing; where few others are left, they are put together to faces, and the
    faces that a unit covers are the answer. Where most lines are drawn twice, the units are united instead,
    block by block along the Hilbert curve. Both give the same ground.

    Parameters
    ----------
    units
        (n,) valid polygons, projected CRS in metres.
    outlines
        ``Outlines.of(units)``, when the caller has it already.
    """
    require_projected(units)
    if len(units) <= _BLOCK:
        return _united(units)
    lone = _few_lone_edges(outlines or Outlines.of(units))
    return _united(units) if lone is None else _covered_faces(units, lone)


def _few_lone_edges(outlines: Outlines) -> np.ndarray | None:
    """The edges that two units do not share; none where they are so many that most lines are drawn twice."""
    lone = lone_edges(outlines)
    return outlines.edges[lone] if 0 < len(lone) <= _MOST_LONE * len(outlines.edges) else None


def _united(units: GeoSeries) -> BaseGeometry:
    """The union of units, block by block along the Hilbert curve."""
    if len(units) <= _BLOCK:
        return shapely.union_all(np.asarray(units.array))
    order = np.argsort(units.hilbert_distance().to_numpy(), kind="stable")
    blocks = np.empty(len(units), dtype=np.int64)
    blocks[order] = np.arange(len(units)) // _BLOCK
    return shapely.union_all(np.asarray(dissolve(units, blocks).array))


def _covered_faces(units: GeoSeries, edges: np.ndarray) -> BaseGeometry:
    """The ground of the faces between edges that some unit covers."""
    lines = shapely.union_all(_chained(edges))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    tree = shapely.STRtree(np.asarray(units.array))
    face, _ = tree.query(shapely.point_on_surface(faces), predicate="within")
    return shapely.union_all(faces[np.unique(face)])


def _chained(edges: np.ndarray) -> np.ndarray:
    """Lines of edges that follow each other: GEOS nodes a few long lines much sooner than many short ones."""
    goes_on = (edges[1:, :2] == edges[:-1, 2:]).all(axis=1)
    starts = np.flatnonzero(np.r_[True, ~goes_on])
    line = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(edges)]) + 1)
    # Each line has the start of each of its edges, and the end of the last.
    points = np.insert(
        edges[:, :2], np.r_[starts[1:], len(edges)], edges[np.r_[starts[1:], len(edges)] - 1, 2:], axis=0
    )
    return np.asarray(shapely.linestrings(points, indices=line))


def gaps(
    units: GeoSeries,
    *,
    width_m: float,
    min_area_m2: float = 1.0,
    land: BaseGeometry | None = None,
    covered: BaseGeometry | None = None,
    with_slivers: bool = True,
) -> GeoDataFrame:
    """Find the ground that no unit covers.

    Without ``land`` only gaps that units enclose exist. A *wide* gap is a piece of uncovered ground into which
    a disc of ``width_m`` fits, found by a morphological opening, so that two gaps joined by a sliver are two
    and a sliver joined to a gap is not part of it. A *sliver* is an enclosed hole without any such piece.

    Parameters
    ----------
    units
        (n,) valid polygons, projected CRS in metres.
    width_m
        What is narrower is a line drawn twice.
    min_area_m2
        Smaller holes are rounding.
    land
        Ground that should be covered; uncovered land open to its edge counts too.
    covered
        ``cover(units)``, when the caller has it already.
    with_slivers
        Whether slivers are asked for too. Where lines are drawn twice and land is given, wide gaps alone are
        found several times sooner.

    Returns
    -------
    GeoDataFrame
        One row per piece: ``area_m2``, ``is_wide``, geometry; CRS of ``units``.

    Examples
    --------
    >>> from shapely import box
    >>> ring = box(0, 0, 90, 90) - box(30, 30, 60, 60)
    >>> gaps(GeoSeries([ring], crs=32618), width_m=10).area_m2.tolist()
    [900.0]
    """
    require_projected(units)
    slivers = np.empty(0, dtype=object)
    outlines = Outlines.of(units) if covered is None else None
    if outlines and land is not None and not with_slivers and _few_lone_edges(outlines) is None:
        wide = _wide_beside(units, land, width_m)
    else:
        holes, outside = _uncovered(cover(units, outlines=outlines) if covered is None else covered, land)
        pieces = np.concatenate([holes, outside])
        has_wide = is_wide(GeoSeries(pieces), width_m=width_m)
        wide = _wide_within(pieces[has_wide], width_m)
        if with_slivers:
            slivers = _slivers(holes[~has_wide[: len(holes)]], min_area_m2)
    found = np.concatenate([wide, slivers])
    return GeoDataFrame(
        {"area_m2": shapely.area(found), "is_wide": np.arange(len(found)) < len(wide)},
        geometry=found,
        crs=units.crs,
    )


def _uncovered(covered: BaseGeometry, land: BaseGeometry | None) -> tuple[np.ndarray, np.ndarray]:
    """Holes in covered ground, and what land lies outside it."""
    holes = _holes(covered)
    if land is None:
        return holes, np.empty(0, dtype=object)
    shells = shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(covered)))
    outside = shapely.get_parts(shapely.difference(land, shapely.union_all(shells)))
    shapely.prepare(land)
    partly = np.flatnonzero(~shapely.covers(land, holes))
    holes[partly] = shapely.intersection(holes[partly], land)
    return holes[~shapely.is_empty(holes)], outside


def _wide_within(pieces: np.ndarray, width_m: float) -> np.ndarray:
    """What is left of uncovered ground where a disc fits: eroded, taken apart, grown back within the piece."""
    eroded = in_chunks(lambda piece: shapely.buffer(piece, -width_m / 2), pieces)
    cores, piece = shapely.get_parts(eroded, return_index=True)
    return _with_core(shapely.intersection(_grown_back(cores, width_m), pieces[piece]), cores)


def _wide_beside(units: GeoSeries, land: BaseGeometry, width_m: float) -> np.ndarray:
    """The same ground, from what lies farther from every unit, and from the land's edge, than half the width.

    Units so grown reach over the lines of their neighbours: where each draws its own, the union of all has few
    lines left, and only the units beside a gap are looked at as they are.
    """
    shapes = np.asarray(units.array)
    reached = _united(GeoSeries(in_chunks(lambda unit: shapely.buffer(unit, width_m / 2), shapes), crs=units.crs))
    cores = shapely.get_parts(np.concatenate(_uncovered(reached, shapely.buffer(land, -width_m / 2))))
    cores = cores[shapely.area(cores) > 0]
    grown = _grown_back(cores, width_m)
    core, unit = shapely.STRtree(shapes).query(grown, predicate="intersects")
    beside = [shapes[unit[start:end]] for start, end in pairwise(np.searchsorted(core, np.arange(len(cores) + 1)))]
    opened = shapely.difference(grown, in_chunks(_unite, _ragged(beside), chunk=64))
    shapely.prepare(land)
    partly = np.flatnonzero(~shapely.covers(land, opened))
    opened[partly] = shapely.intersection(opened[partly], land)
    return _with_core(opened, cores)


def _grown_back(cores: np.ndarray, width_m: float) -> np.ndarray:
    return np.asarray(shapely.buffer(cores, width_m / 2, join_style="mitre", mitre_limit=2.0))


def _with_core(opened: np.ndarray, cores: np.ndarray) -> np.ndarray:
    """Of each opened ground the part with its core: a corner may reach over a narrow unit to other ground."""
    parts, owner = shapely.get_parts(opened, return_index=True)
    return np.asarray(parts[shapely.covers(parts, shapely.point_on_surface(cores)[owner])])


def _slivers(holes: np.ndarray, min_area_m2: float) -> np.ndarray:
    # Where a vertex lies on a neighbour's edge, hair-thin spikes run along it; a centimetre's grid drops them.
    slivers = shapely.set_precision(holes[shapely.area(holes) >= min_area_m2], 0.01)
    return np.asarray(slivers[shapely.area(slivers) >= min_area_m2])


def _holes(covered: BaseGeometry) -> np.ndarray:
    """The holes of a union, each less the islands that lie in it."""
    parts = shapely.get_parts(covered)
    holes = shapely.polygons(shapely.get_rings(parts)[_is_hole(parts)])
    if not len(holes) or len(parts) < 2:
        return np.asarray(holes)
    inner, hole = shapely.STRtree(holes).query(shapely.point_on_surface(parts), predicate="within")
    for at in np.unique(hole):
        holes[at] = shapely.difference(holes[at], shapely.union_all(parts[inner[hole == at]]))
    return np.asarray(holes)


def has_holes(covered: BaseGeometry) -> bool:
    """Whether covered ground encloses any that is not."""
    return bool(shapely.get_num_interior_rings(shapely.get_parts(covered)).any())


def _is_hole(parts: np.ndarray) -> np.ndarray:
    """For the rings of all parts in their order: the first of each part is its shell."""
    counts = shapely.get_num_interior_rings(parts) + 1
    result = np.ones(int(counts.sum()), dtype=bool)
    result[np.cumsum(counts) - counts] = False
    return result


def _unite(groups: np.ndarray) -> np.ndarray:
    return _ragged([shapely.union_all(group) for group in groups])


def _ragged(items: list[np.ndarray] | list[BaseGeometry]) -> np.ndarray:
    """An object array of things that NumPy would take for a second dimension."""
    result = np.empty(len(items), dtype=object)
    for at, item in enumerate(items):
        result[at] = item
    return result
