"""Where the councils of a fictitious region lie: dense in towns, wider in valleys, thousands of hectares up high.

Everything is in metres from the middle of the region, until `territory.demo.partition` brings it to degrees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MEAN_AREA_M2 = 2.2e6
_URBAN_SHARE = 0.55
_URBAN_SPACING_M = 300.0
_VALLEY_SPACING_M = 1_800.0
_MOUNTAIN_FACTOR = 2.4
"""Councils in the highest mountains are wider than those in a valley by so much."""
_GRADING = 0.5
"""Councils grow by so many metres for each metre away from a town."""
_BAYS = 0.25
"""The outline of the region strays so far from a circle."""
_LARGEST_RADIUS_M = 400_000.0
"""A larger region would leave the country, so it gets denser instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Towns:
    """Discs of dense councils."""

    centres: Floats
    radii_m: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Waves:
    """A smooth random surface, a sum of plane waves: heights, outlines, other people's drawings."""

    vectors: Floats
    phases: Floats

    @classmethod
    def of(cls, rng: np.random.Generator, *, shortest_m: float, longest_m: float, count: int = 12) -> Waves:
        """Draw waves of lengths between two bounds, in all directions."""
        length_m = np.exp(rng.uniform(np.log(shortest_m), np.log(longest_m), count))
        angle = rng.uniform(0, 2 * np.pi, count)
        vectors = 2 * np.pi / length_m * np.array([np.cos(angle), np.sin(angle)])
        return cls(vectors=vectors, phases=rng.uniform(0, 2 * np.pi, count))

    def at(self, points: Floats) -> Floats:
        """Heights between -1 and 1, most of them between -.5 and .5."""
        total = np.zeros(len(points))
        for vector, phase in zip(self.vectors.T, self.phases, strict=True):
            total += np.sin(points @ vector + phase)
        return total / len(self.phases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terrain:
    """The ground of a region of a certain size."""

    radius_m: float
    towns: Towns
    heights: Waves
    outline: Waves
    scale: float

    @classmethod
    def of(cls, rng: np.random.Generator, councils: int) -> Terrain:
        """Raise mountains, then found towns in the valleys."""
        radius_m = float(np.sqrt(councils * _MEAN_AREA_M2 / np.pi))
        heights = Waves.of(rng, shortest_m=15_000, longest_m=60_000)
        outline = Waves.of(rng, shortest_m=1.2, longest_m=6.0)
        towns = _found_towns(rng, round(councils * _URBAN_SHARE), radius_m, heights)
        return cls(
            radius_m=radius_m,
            towns=towns,
            heights=heights,
            outline=outline,
            scale=min(1.0, _LARGEST_RADIUS_M / radius_m),
        )

    def reach(self, points: Floats) -> Floats:
        """How far out a point lies: 0 in the middle, 1 on the outline of the region."""
        distance = np.hypot(*points.T)
        ray = points / np.maximum(distance, 1e-9)[:, None]
        return np.asarray(distance / (self.radius_m * (1 + np.clip(0.5 * self.outline.at(ray), -_BAYS, _BAYS))))

    def mountains(self, points: Floats) -> Floats:
        """0 in the valleys, 1 on the ridges."""
        return np.clip(0.5 + 1.2 * self.heights.at(points), 0, 1)

    def nearest_town(self, points: Floats) -> tuple[Ints, Floats]:
        """The town whose edge is nearest, and how far away the edge is; negative inside."""
        count = min(6, len(self.towns.radii_m))
        distance, town = cKDTree(self.towns.centres).query(points, k=count, workers=2)
        distance, town = distance.reshape(-1, count), town.reshape(-1, count)
        beyond = distance - self.towns.radii_m[town]
        best = beyond.argmin(axis=1)
        rows = np.arange(len(points))
        return town[rows, best], beyond[rows, best]

    def spacing_m(self, points: Floats) -> Floats:
        """How far apart councils lie around a point."""
        town, beyond_m = self.nearest_town(points)
        depth = np.clip(-beyond_m / self.towns.radii_m[town], 0, 1)
        inside = _URBAN_SPACING_M * (1.1 - 0.4 * depth)
        rural = _VALLEY_SPACING_M * (1 + _MOUNTAIN_FACTOR * self.mountains(points) ** 1.5)
        return np.minimum(inside + _GRADING * np.maximum(beyond_m, 0), rural)


def _found_towns(rng: np.random.Generator, councils: int, radius_m: float, heights: Waves) -> Towns:
    """Towns of all sizes, apart from each other, none of them on a ridge."""
    sizes = np.clip(np.exp(rng.normal(np.log(32), 0.8, councils // 15 + 8)), 14, 400)
    sizes = sizes[: max(1, int(np.searchsorted(np.cumsum(sizes), councils)))]
    sizes = np.sort(np.maximum(sizes * councils / sizes.sum(), 1))[::-1]
    radii_m = np.sqrt(sizes / np.pi) * _URBAN_SPACING_M
    centres = np.zeros((len(sizes), 2))
    for at, own_m in enumerate(radii_m):
        tried = rng.uniform(-1, 1, (40, 2)) * radius_m
        tried[0] = 0.0 if at == 0 else tried[0]
        gaps_m = np.full(len(tried), radius_m)
        if at:
            apart = np.linalg.norm(tried[:, None] - centres[None, :at], axis=2)
            gaps_m = (apart - radii_m[:at] - own_m).min(axis=1)
        is_near_edge = np.hypot(*tried.T) + own_m > 0.9 * radius_m
        score = np.minimum(gaps_m, 5 * own_m) / own_m - 4 * heights.at(tried) - 20 * is_near_edge
        centres[at] = tried[0] if at == 0 else tried[score.argmax()]
    return Towns(centres=centres, radii_m=radii_m)


def seeds(rng: np.random.Generator, terrain: Terrain, inside: int) -> tuple[Floats, NDArray[np.bool_]]:
    """Scatter one point for each council, evenly for the spacing that belongs to its place.

    Returns
    -------
    tuple
        Points, more than asked because the region ends somewhere, and which of them are of the region: exactly
        ``inside``, without a hole between them.
    """
    rim = 1 + 9_000 / terrain.radius_m
    step = max(100.0, terrain.radius_m / 400)
    farthest_m = (1 + _BAYS) * rim * terrain.radius_m
    axis = np.arange(-farthest_m, farthest_m, step)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    reach = terrain.reach(grid)
    grid, reach = grid[reach < rim], reach[reach < rim]
    density = terrain.spacing_m(grid) ** -2.0
    total = int(inside * density.sum() / density[reach < 1].sum() * 1.02) + 12
    cumulated = np.cumsum(density)

    def draw(count: int) -> Floats:
        at = np.searchsorted(cumulated, rng.uniform(0, cumulated[-1], count))
        return grid[at] + rng.uniform(-step / 2, step / 2, (count, 2))

    points = draw(total)
    for _ in range(5):
        sample = draw(16 * total)
        _, owner = cKDTree(points).query(sample, workers=2)
        count = np.bincount(owner, minlength=total)
        centre = np.stack([np.bincount(owner, column, minlength=total) for column in sample.T], axis=1)
        points = np.where(count[:, None] > 0, centre / np.maximum(count, 1)[:, None], points)
    order = np.argsort(terrain.reach(points), kind="stable")
    is_inside = np.zeros(total, dtype=bool)
    is_inside[order[:inside]] = True
    return points, is_inside
