"""The same region drawn by hand: every council for itself, so that no two of them share a point."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.demo.drawing import Shapes, to_degrees, to_metres
from territory.demo.terrain import Floats, Ints
from territory.model import WGS84

_STEADY = 0.8
"""Share of the noise that is the hand; the rest is points left out."""
_SHORTEST_WAVE_M = 260.0
_LONGEST_WAVE_M = 900.0


def redrawn(rng: np.random.Generator, layer: GeoDataFrame, noise_m: float) -> GeoDataFrame:
    """Draw every council anew.

    A hand goes astray smoothly, by up to ``noise_m``; some points are left out where the line hardly bends, and
    new ones set in between. Communes and corridors are the ground that their members hold.

    Parameters
    ----------
    layer
        A layer of the demo.
    noise_m
        No point lies farther from the common line.
    """
    is_council = (layer["level"] == "council").to_numpy()
    shapes = np.asarray(layer.geometry.array).copy()
    shapes[is_council] = _by_hand(rng, shapes[is_council], noise_m)
    at = {unit: row for row, unit in enumerate(layer.index)}
    for level in ("commune", "corridor"):
        members: dict[str, list[int]] = {}
        for unit, parents in layer["parent"].dropna().items():
            for parent in str(parents).split(";"):
                members.setdefault(parent, []).append(at[unit])
        for unit in layer.index[layer["level"] == level]:
            united = shapely.union_all(shapes[members[unit]])
            shapes[at[unit]] = shapely.multipolygons(
                [part for part in shapely.get_parts(united) if part.geom_type == "Polygon"]
            )
    return layer.set_geometry(GeoSeries(shapes, index=layer.index, crs=WGS84))


def _by_hand(rng: np.random.Generator, shapes: Shapes, noise_m: float) -> Shapes:
    """Boundaries of single rings, drawn anew until all of them are valid."""
    rings = shapely.get_exterior_ring(shapely.get_parts(shapes))
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    metres = to_metres(coords)
    result = shapes.copy()
    left = np.arange(len(shapes))
    # A steadier hand for those whose line crosses itself.
    while len(left) and noise_m > 0.1:
        chosen = np.isin(ring, left)
        lines, owner = _astray(rng, metres[chosen], ring[chosen], noise_m)
        degrees = to_degrees(lines)
        ids, own = np.unique(owner, return_inverse=True)
        drawn = shapely.polygons(shapely.linearrings(degrees, indices=own))
        result[ids] = shapely.multipolygons(drawn, indices=np.arange(len(drawn)))
        left = ids[~shapely.is_valid(drawn)]
        noise_m /= 2
    return result


def _astray(rng: np.random.Generator, points: Floats, ring: Ints, noise_m: float) -> tuple[Floats, Ints]:
    """Closed rings, moved smoothly along their length, with some points left out and others put in."""
    last = np.append(ring[1:] != ring[:-1], True)
    points, ring = points[~last], ring[~last]
    following = _following(ring)
    step_m = np.linalg.norm(points[following] - points, axis=1)
    ids, number = np.unique(ring, return_inverse=True)
    total_m = np.bincount(number, step_m).astype(np.float64)
    begin = np.searchsorted(number, np.arange(len(ids)))
    run_m = np.cumsum(step_m) - step_m
    run_m -= run_m[begin][number]
    preceding = np.empty(len(ring), dtype=np.int64)
    preceding[following] = np.arange(len(ring))
    bend_m = _beside(points, points[preceding], points[following])
    is_even = (np.arange(len(ring)) - begin[number]) % 2 == 1
    is_kept = ~(is_even & (bend_m < (1 - _STEADY) * noise_m) & (rng.uniform(size=len(ring)) < 0.5))
    is_new = is_kept & is_kept[following] & (rng.uniform(size=len(ring)) < 0.3)
    part = rng.uniform(0.3, 0.7, len(ring))
    between = points + part[:, None] * (points[following] - points)
    at = np.concatenate([np.flatnonzero(is_kept), np.flatnonzero(is_new)])
    where = np.concatenate([points[is_kept], between[is_new]])
    along_m = np.concatenate([run_m[is_kept], (run_m + part * step_m)[is_new]])
    order = np.lexsort((along_m, number[at]))
    at, where, along_m = at[order], where[order], along_m[order]
    own = number[at]
    shift = _noise(rng, along_m, own, total_m) * _STEADY * noise_m
    return where + shift, ids[own]


def _noise(rng: np.random.Generator, along_m: Floats, ring: Ints, total_m: Floats) -> Floats:
    """A vector for each point, at most 1 long, that changes smoothly along its ring and comes back to itself."""

    def wave(shortest_m: float, longest_m: float) -> Floats:
        length_m = np.exp(rng.uniform(np.log(shortest_m), np.log(longest_m), len(total_m)))
        turns = np.maximum(1, np.round(total_m / length_m))
        phase = rng.uniform(0, 2 * np.pi, len(total_m))
        return np.asarray(2 * np.pi * turns[ring] * along_m / total_m[ring] + phase[ring])

    size = np.sin(wave(_SHORTEST_WAVE_M, _LONGEST_WAVE_M) + 2 * np.sin(wave(_SHORTEST_WAVE_M, _LONGEST_WAVE_M)))
    direction = 2 * np.pi * along_m / total_m[ring] + 2.5 * np.sin(wave(2 * _SHORTEST_WAVE_M, 2 * _LONGEST_WAVE_M))
    return np.asarray(size[:, None] * np.column_stack([np.cos(direction), np.sin(direction)]))


def _following(ring: Ints) -> Ints:
    """The next point of the same ring, around to its first."""
    at = np.arange(len(ring)) + 1
    ends = np.append(ring[1:] != ring[:-1], True)
    begins = np.flatnonzero(np.append(True, ring[1:] != ring[:-1]))
    at[ends] = begins
    return at


def _beside(points: Floats, before: Floats, after: Floats) -> Floats:
    """How far points lie beside the line from the point before to the point after."""
    run, own = after - before, points - before
    across = np.abs(run[:, 0] * own[:, 1] - run[:, 1] * own[:, 0])
    return np.asarray(across / np.maximum(np.linalg.norm(run, axis=1), 1e-9))
