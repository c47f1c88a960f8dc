"""The best we know how to write on shapely alone: index, DE-9IM, and topology only for what survives."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import shapely

from benchmarks.peers.task import MIN_AREA_M2, SLIVER_M, Given, gap_table, holes, pair_table

THREADS = 2
_CHUNK = 4_096
_SHARE_GROUND = "2********"
_SHARE_LINE = "****1****"


def candidates(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pairs whose boxes meet, each once."""
    left, right = shapely.STRtree(shapes).query(shapes)
    once = left < right
    return left[once], right[once]


def in_threads(
    work: Callable[..., np.ndarray], *arrays: np.ndarray, owner: np.ndarray | None = None
) -> np.ndarray:
    """Do work on chunks of aligned arrays in two threads: shapely lets go of the interpreter's lock.

    Two threads must not use one prepared geometry at once, so chunks end where ``owner``, which is sorted,
    changes.
    """
    cuts = np.arange(_CHUNK, len(arrays[0]), _CHUNK)
    if owner is not None:
        cuts = np.unique(np.searchsorted(owner, owner[cuts]))
        cuts = cuts[cuts > 0]
    if not len(cuts):
        return work(*arrays)
    chunks = list(zip(*(np.split(array, cuts) for array in arrays), strict=True))
    with ThreadPoolExecutor(THREADS) as pool:
        return np.concatenate(list(pool.map(lambda chunk: work(*chunk), chunks)))


def relates(shapes: np.ndarray, left: np.ndarray, right: np.ndarray, pattern: str) -> np.ndarray:
    """Which pairs relate like this; two threads without preparing are twice as fast as one with."""
    return in_threads(lambda a, b: shapely.relate_pattern(a, b, pattern), shapes[left], shapes[right])


def ground_shared(shapes: np.ndarray, left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, ...]:
    """Pairs that share ground, with the ground."""
    keep = relates(shapes, left, right, _SHARE_GROUND)
    left, right = left[keep], right[keep]
    ground = in_threads(shapely.intersection, shapes[left], shapes[right])
    kept = shapely.area(ground) >= MIN_AREA_M2
    return left[kept], right[kept], ground[kept]


def overlaps(given: Given) -> pd.DataFrame:
    """Intersect only what shares ground."""
    shapes = given.units.geometry.to_numpy()
    left, right, ground = ground_shared(shapes, *candidates(shapes))
    return pair_table(given.units, left, right, area_m2=shapely.area(ground))


def neighbours(given: Given) -> pd.DataFrame:
    """Boundaries that share a line, or ground."""
    shapes = given.units.geometry.to_numpy()
    left, right = candidates(shapes)
    keep = relates(shapes, left, right, _SHARE_LINE)
    keep |= relates(shapes, left, right, _SHARE_GROUND)
    return pair_table(given.units, left[keep], right[keep])


def united(given: Given) -> dict[str, shapely.Geometry]:
    """The ground of each commune; under no name that of councils in none."""
    parent = given.units["parent"].fillna("").to_numpy().astype(str)
    names, group = np.unique(parent, return_inverse=True)
    shapes = given.units.geometry.to_numpy()
    members = [shapes[group == at] for at in range(len(names))]
    with ThreadPoolExecutor(THREADS) as pool:
        return dict(zip(names.tolist(), pool.map(shapely.union_all, members), strict=True))


def gaps(given: Given) -> pd.DataFrame:
    """Holes of the union of the communes; on hand-drawn lines what an opening leaves of them."""
    found = holes(shapely.union_all(list(united(given).values())))
    if given.noise_m:
        found = opened(found, max(SLIVER_M, 2 * given.noise_m))
    return gap_table(found)


def opened(shapes: np.ndarray, width_m: float) -> np.ndarray:
    """What is as wide as that."""
    cores = shapely.get_parts(in_threads(lambda part: shapely.buffer(part, -width_m / 2), shapes))
    return np.asarray(shapely.buffer(cores, width_m / 2, join_style="mitre", mitre_limit=2.0))


def ground_within(small: np.ndarray, large: np.ndarray) -> np.ndarray:
    """Intersections of aligned shapes, of the large ones only what lies near the small: a third faster."""
    boxes = shapely.bounds(small) + np.array([-1, -1, 1, 1])
    near = [shapely.clip_by_rect(shape, *box) for shape, box in zip(large, boxes, strict=True)]
    return shapely.intersection(small, np.array(near, dtype=object))


def jurisdictions(given: Given) -> pd.DataFrame:
    """Most councils lie well inside one municipality; only the others are intersected."""
    shapes, places = given.units.geometry.to_numpy(), given.jurisdictions.geometry.to_numpy()
    place, unit = shapely.STRtree(shapes).query(places)
    shapely.prepare(places)
    inside = in_threads(shapely.contains_properly, places[place], shapes[unit], owner=place)
    area_m2 = np.where(inside, shapely.area(shapes[unit]), 0.0)
    rest = np.flatnonzero(~inside)
    meets = rest[in_threads(shapely.intersects, places[place[rest]], shapes[unit[rest]], owner=place[rest])]
    area_m2[meets] = shapely.area(in_threads(ground_within, shapes[unit[meets]], places[place[meets]]))
    kept = area_m2 >= MIN_AREA_M2
    return pd.DataFrame(
        {
            "unit": given.units.index[unit[kept]],
            "jurisdiction": given.jurisdictions.index[place[kept]],
            "area_m2": area_m2[kept],
        }
    )
