"""A fictitious region: its layer, what lies around it, and the truth about its faults."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from territory.demo.drawing import draw
from territory.demo.faults import Draft, inject
from territory.demo.files import write
from territory.demo.groups import Neighbours, form
from territory.demo.hands import redrawn
from territory.demo.partition import Partition, polygons
from territory.demo.rivers import find_rivers, rivers_along
from territory.demo.telling import Telling
from territory.demo.terrain import Floats, Ints, Terrain, seeds
from territory.model import Surroundings

_FAULTS_PER_COUNCIL = 1 / 300
_INDIGENOUS_SHARE = 0.03
_FEWEST_URBAN = 12
_FAMILIES = {"urban": (150, 400), "rural": (20, 300), "indigenous": (10, 120)}
_POINTS = {"urban": 8, "rural": 11, "river": 20}
_AMPLITUDE = {"urban": 0.05, "rural": 0.2, "river": 0.3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region that does not exist, with the truth about it.

    Nothing in it may be shown without saying that it is fictitious: `Surroundings.is_fictitious` is set.
    """

    layer: GeoDataFrame
    """Councils, communes and a corridor, as `territory.model` describes a layer."""
    surroundings: Surroundings
    truth: GeoDataFrame
    """One row per fault: ``code``, ``territories`` (sorted ids), ``needs`` (what has to be given to find it:
    nothing, ``land``, ``jurisdictions`` or the raw ``file``), ``area_m2`` and ``tolerance_m2`` where the ground
    has a size, ``group``, ``level``, ``count`` where they mean something, and the ground as geometry."""
    neighbours: pd.DataFrame
    """Councils that share a line: ``left``, ``right``, ``length_m``. A council drawn just inside another one has
    none here, though its line runs beside the same neighbours."""
    rivers: GeoDataFrame
    """Lines that boundaries follow."""

    def write(self, path: str | Path) -> None:
        """Write the councils to a file as a community might send it; see `territory.demo.files`."""
        write(self, Path(path))


def region(councils: int = 600, *, seed: int = 1, hand_drawn_m: float = 0.0, faults: bool = True) -> Region:
    """Make a fictitious region around 10.0° N, 69.2° W: towns, valleys, mountains, rivers, two states.

    The same arguments give the same region. Its councils are a coverage on the 1e-7° grid, apart from the faults.

    Parameters
    ----------
    councils
        How many, 20 at least. The region grows with them.
    seed
        Another number, another region.
    hand_drawn_m
        Every council draws its boundary by itself, up to so many metres beside the common line, so that no two
        share a point.
    faults
        Whether faults of every code are put in.

    Raises
    ------
    ValueError
        Fewer than 20 councils.
    """
    if councils < 20:
        raise ValueError(f"a region has at least 20 councils, got {councils}")
    ground, marks, lines, hands = np.random.default_rng(seed).spawn(4)
    each = max(1, round(councils * _FAULTS_PER_COUNCIL)) if faults else 0
    hamlets = min(2 * each, councils // 40) if faults else 0
    draft, terrain = _draft(ground, councils - 2 * each + hamlets)
    river_arcs = _shape_lines(lines, draft, terrain)
    draft.area_m2 = _flat_areas(draft)
    if faults:
        draft.rng = marks
        inject(draft, copies=each, hamlets=hamlets, each=each)
    drawn = draw(draft.partition, draft.is_inside, terrain.scale)
    told = Telling(draft, drawn, lines)
    result = Region(
        layer=told.layer,
        surroundings=told.surroundings(),
        truth=told.truth(),
        neighbours=told.neighbours(),
        rivers=rivers_along(draft.partition, river_arcs, terrain.scale),
    )
    if hand_drawn_m:
        return replace(result, layer=redrawn(hands, result.layer, hand_drawn_m))
    return result


def _draft(rng: np.random.Generator, cells: int) -> tuple[Draft, Terrain]:
    """Ground, cells and who belongs together, without a fault."""
    terrain = Terrain.of(rng, cells)
    points, is_inside = seeds(rng, terrain, cells)
    partition = Partition.of(rng, points)
    neighbours = Neighbours.of(partition)
    town, beyond_m = terrain.nearest_town(points)
    is_urban = is_inside & (beyond_m < 0.15 * terrain.towns.radii_m[town])
    is_urban &= np.bincount(town[is_urban], minlength=len(terrain.towns.radii_m))[town] >= _FEWEST_URBAN
    inside = np.flatnonzero(is_inside)
    groups = form(rng, partition, inside, is_urban[inside], town[inside])
    kind = np.where(is_urban, "urban", "rural").astype(object)
    rural = inside[~is_urban[inside]]
    peak = rural[terrain.mountains(points[rural]).argmax()]
    far = np.linalg.norm(points[rural] - points[peak], axis=1)
    kind[rural[np.argsort(far, kind="stable")[: round(_INDIGENOUS_SHARE * len(inside))]]] = "indigenous"
    low, high = np.array([_FAMILIES[each] for each in kind]).T
    draft = Draft(
        rng=rng,
        partition=partition,
        neighbours=neighbours,
        groups=groups,
        is_inside=is_inside,
        kind=kind,
        families=rng.integers(low, high, endpoint=True),
        area_m2=np.zeros(len(points)),
        is_council=is_inside.copy(),
    )
    return draft, terrain


def _shape_lines(rng: np.random.Generator, draft: Draft, terrain: Terrain) -> Ints:
    """Let rivers find their way along the lines, and give every line its shape; the arcs of the rivers."""
    partition = draft.partition
    river = find_rivers(rng, draft, terrain)
    is_urban = (draft.kind[partition.left] == "urban") & (draft.kind[partition.right] == "urban")
    points = np.where(is_urban, _POINTS["urban"], _POINTS["rural"])
    amplitude = np.where(is_urban, _AMPLITUDE["urban"], _AMPLITUDE["rural"])
    points[river], amplitude[river] = _POINTS["river"], _AMPLITUDE["river"]
    partition.wiggle(rng, points + rng.integers(-2, 3, len(points)), amplitude)
    return river


def _flat_areas(draft: Draft) -> Floats:
    table, _ = draft.partition.table()
    ids, shapes = polygons(table, *draft.partition.rings(draft.is_inside))
    areas = np.zeros(len(draft.partition.seeds))
    areas[ids] = shapely.area(shapes)
    return areas
