"""What there is to say about a corridor before its assemblies: how long, how wide, how fragile, through what."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from scipy.sparse import coo_array
from scipy.sparse.csgraph import maximum_flow
from shapely.geometry.base import BaseGeometry

from territory.geo.corridors.ground import Ints
from territory.geo.corridors.pricing import Problem
from territory.geo.corridors.routes import Corridor, cuts
from territory.geo.corridors.shape import backbone, polygon
from territory.geo.progress import Progress, silent

# Points of the width profile on a stretch as long as the corridor has to be wide.
_SAMPLES = 4


@dataclass(frozen=True, kw_only=True)
class Proof:
    """Measures of one corridor; frames in the CRS of its ground."""

    backbone: GeoSeries
    polygon: BaseGeometry
    length_m: float
    """Of the backbone with all its branches."""
    area_m2: float
    continuity: float
    """Share of the backbone that lies within territories."""
    units: pd.DataFrame
    """By unit id: ``member`` and ``commune`` (missing for none), ``is_uncovered``, ``area_m2``, ``families``."""
    profile: GeoDataFrame
    """``branch``, ``at_m`` from its beginning, ``width_m``, and the point: along the backbone."""
    breaks: GeoDataFrame
    """``length_m`` and ``beside`` (ids of the territories that touch it): stretches outside any territory."""
    cuts: pd.DataFrame
    """``unit``, ``bypass_cost``, ``bypass``: units whose leaving parts members; see `routes.cuts`."""
    belts: pd.DataFrame
    """``start``, ``end`` (members), ``belts`` that share no unit, and how many are ``possible`` at all."""
    crossed: GeoDataFrame
    """``layer``, ``feature`` (its id there), ``area_m2``, ``share`` of the corridor, ``length_m`` (of a line: in
    it; else of the backbone in an area), ``crossings`` of the backbone, and what lies within."""
    apart: tuple[Hashable, ...]
    """Ids of members' units that the corridor does not reach, such as a commune's second piece."""

    @property
    def narrowest_m(self) -> float:
        """The least width along the backbone; not a number where there is none."""
        return float(self.profile["width_m"].min())

    @property
    def families(self) -> tuple[int, int]:
        """How many families live in the corridor, and in how many of its territories their number is unknown."""
        known = self.units.loc[~self.units["is_uncovered"], "families"]
        return int(known.sum()), int(known.isna().sum())


def proof(
    problem: Problem,
    corridor: Corridor,
    *,
    families: pd.Series | None = None,
    crossed: Mapping[str, GeoDataFrame] | None = None,
    progress: Progress = silent,
) -> Proof:
    """Draw a corridor and measure it.

    Parameters
    ----------
    problem, corridor
        What it joins, and what it takes.
    families
        Number of families by unit id, missing where unknown.
    crossed
        Layers by name, in the CRS of the ground: municipalities, parks, rivers, sources as areas, lines or points.
    progress
        Told before each measure; what it raises ends the work.
    """
    steps = 6
    progress("backbone", 0, steps)
    line = backbone(problem, corridor)
    progress("polygon", 1, steps)
    shape = polygon(problem, corridor, line)
    progress("profile", 2, steps)
    profile = width_profile(line, shape, step_m=problem.ground.width_m / _SAMPLES)
    progress("breaks", 3, steps)
    gaps = breaks(problem, line)
    progress("belts", 4, steps)
    width = belts(problem, corridor)
    progress("crossed", 5, steps)
    through = crossings(line, shape, crossed or {})
    length_m = float(line.length.sum())
    taken = np.isin(np.arange(len(problem.member)), corridor.units)
    return Proof(
        backbone=line,
        polygon=shape,
        length_m=length_m,
        area_m2=float(shape.area),
        continuity=1.0 - float(gaps["length_m"].sum()) / length_m if length_m else 1.0,
        units=_units(problem, corridor, families),
        profile=profile,
        breaks=gaps,
        cuts=cuts(problem, corridor, progress=progress),
        belts=width,
        crossed=through,
        apart=problem.ids(np.flatnonzero(~taken & (problem.member >= 0))),
    )


def width_profile(line: GeoSeries, shape: BaseGeometry, *, step_m: float) -> GeoDataFrame:
    """Twice the distance to the edge of a corridor, at points along its backbone no farther apart than a step."""
    length_m = line.length.to_numpy()
    count = np.ceil(length_m / step_m).astype(np.int64) + 1
    branch = np.repeat(np.arange(len(line)), count)
    share = np.concatenate([np.linspace(0, 1, n) for n in count] or [np.empty(0)])
    points = shapely.line_interpolate_point(np.asarray(line.array)[branch], share, normalized=True)
    width_m = np.empty(0)
    if len(points):
        tree = shapely.STRtree(_edges(shape))
        (at, _), away_m = tree.query_nearest(points, return_distance=True, all_matches=False)
        width_m = 2 * away_m[np.argsort(at)]
        shapely.prepare(shape)
        width_m[~shapely.intersects(shape, points)] = 0.0
    return GeoDataFrame(
        {"branch": branch, "at_m": share * length_m[branch], "width_m": width_m}, geometry=points, crs=line.crs
    )


def _edges(shape: BaseGeometry) -> np.ndarray:
    coords, ring = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(shape)), return_index=True)
    pairs = np.stack([coords[:-1], coords[1:]], axis=1)[ring[1:] == ring[:-1]]
    return np.asarray(shapely.linestrings(pairs))


def breaks(problem: Problem, line: GeoSeries) -> GeoDataFrame:
    """The stretches of a backbone that lie outside any territory, and the territories that touch each.

    What lies within the tolerance of a territory lies in it.
    """
    ground = problem.ground
    territories = ground.shapes[~ground.is_uncovered]
    tree = shapely.STRtree(territories)
    near = np.unique(tree.query(np.asarray(line.array), predicate="intersects")[1])
    covered = shapely.union_all(shapely.buffer(territories[near], ground.tolerance_m))
    outside = shapely.difference(shapely.union_all(np.asarray(line.array)), covered)
    stretches = shapely.get_parts(shapely.line_merge(outside))
    stretches = stretches[shapely.length(stretches) > 0]
    # A stretch begins the tolerance outside; a hand's breadth more reaches back to where it came from.
    at, beside = tree.query(stretches, predicate="dwithin", distance=1.01 * ground.tolerance_m + 0.01)
    names = ground.units.index[~ground.is_uncovered]
    return GeoDataFrame(
        {
            "length_m": shapely.length(stretches),
            "beside": [tuple(names[np.sort(beside[at == k])]) for k in range(len(stretches))],
        },
        geometry=stretches,
        crs=line.crs,
    )


def belts(problem: Problem, corridor: Corridor) -> pd.DataFrame:
    """How many ways that share no unit lead along each leg: in the corridor, and in the whole ground.

    By Menger's theorem that is also how many units have to leave before the leg is parted. A crossing from one
    member straight to the other is a way of its own.
    """
    found = []
    for start, end in corridor.legs:
        here = _disjoint_ways(problem, corridor.units, start, end)
        possible = _disjoint_ways(problem, np.arange(len(problem.member)), start, end)
        found.append((problem.members[start], problem.members[end], here, possible))
    return pd.DataFrame(found, columns=["start", "end", "belts", "possible"])


def _disjoint_ways(problem: Problem, units: Ints, start: int, end: int) -> int:
    graph, size = problem.graph, len(problem.member)
    usable = np.isfinite(graph.cost) & np.isin(np.arange(size), units)
    kept = usable[graph.ends[:, 0]] & usable[graph.ends[:, 1]] & np.isfinite(graph.edge_cost)
    # All units of either member are one place.
    place = np.arange(size)
    owns = [np.flatnonzero(problem.group == problem.terminals[member]) for member in (start, end)]
    for own in owns:
        place[own] = own[0]
    one, two = place[graph.ends[kept]].T
    # Each unit is an entrance and, ``size`` further on, an exit; from one to the other leads one way.
    tails = np.concatenate([np.arange(size), one + size, two + size])
    heads = np.concatenate([np.arange(size) + size, two, one])
    limits = coo_array((np.ones(len(tails), dtype=np.int32), (tails, heads)), shape=(2 * size, 2 * size))
    return int(maximum_flow(limits.tocsr(), int(owns[0][0]) + size, int(owns[1][0])).flow_value)


def crossings(line: GeoSeries, shape: BaseGeometry, layers: Mapping[str, GeoDataFrame]) -> GeoDataFrame:
    """What a corridor passes through, feature by feature; see `Proof.crossed`."""
    spine = shapely.union_all(np.asarray(line.array))
    found = [_crossed(name, layer.geometry, spine, shape) for name, layer in layers.items()]
    columns = ["layer", "feature", "area_m2", "share", "length_m", "crossings"]
    found = [table for table in found if len(table)]
    if not found:
        return GeoDataFrame({column: [] for column in columns}, geometry=[], crs=line.crs)
    return GeoDataFrame(pd.concat(found, ignore_index=True), crs=line.crs)


def _crossed(name: str, features: GeoSeries, spine: BaseGeometry, shape: BaseGeometry) -> GeoDataFrame:
    shapes = np.asarray(features.array)
    met = np.sort(shapely.STRtree(shapes).query(shape, predicate="intersects"))
    inside = shapely.intersection(shapes[met], shape)
    along = shapely.intersection(shapes[met], spine)
    dimension = shapely.get_dimensions(shapes[met])
    is_line = dimension == 1
    area_m2, length_m = shapely.area(inside), np.where(is_line, shapely.length(inside), shapely.length(along))
    times = np.where(is_line, shapely.get_num_geometries(along) * ~shapely.is_empty(along), 0)
    # What only touches the edge is not passed through.
    kept = np.select([dimension == 2, is_line], [area_m2 > 0, length_m > 0], True)
    table = GeoDataFrame(
        {
            "layer": name,
            "feature": features.index[met],
            "area_m2": area_m2,
            "share": area_m2 / shape.area,
            "length_m": length_m,
            "crossings": times,
        },
        geometry=inside,
        crs=features.crs,
    )
    return table[kept]


def _units(problem: Problem, corridor: Corridor, families: pd.Series | None) -> pd.DataFrame:
    ids = problem.ground.units.index[corridor.units]
    member = problem.member[corridor.units]
    known = pd.Series(np.nan, index=ids) if families is None else families.reindex(ids)
    return pd.DataFrame(
        {
            "member": np.where(member >= 0, problem.members.to_numpy()[member], None),
            "commune": problem.communes.reindex(ids),
            "is_uncovered": problem.ground.is_uncovered[corridor.units],
            "area_m2": shapely.area(problem.ground.shapes[corridor.units]),
            "families": known.astype(float),
        },
        index=ids,
    )
