"""The search for plans: divide random trees, serve who is left over, then move towards compact regions."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd

from territory.geo.errors import GeoError
from territory.geo.progress import Progress, silent
from territory.geo.regions.arrays import (
    NOWHERE,
    Bools,
    Ints,
    Net,
    Parts,
    empty_desk,
    empty_parts,
    empty_table,
)
from territory.geo.regions.moves import first_division, polish, serve
from territory.geo.regions.patchwork import Patchwork, components, only
from territory.geo.regions.plans import Plan, Wanted, difference, free_units

TREES = 3
"""Random trees tried of each component before what is left over is looked after one by one."""
REDRAWS_PER_UNIT, MANY = 25, 4_000
"""How often surroundings of units left over are drawn anew at most, as long as the bound allows fewer; from `MANY`
times on, where one pass alone is much, two for each unit."""
AROUND = 16
"""Most parts that are drawn anew at once around a unit left over; mostly far fewer."""
SLICES = 50
"""Turns in which each half of the work on a plan is told."""
SHARE_OF_FLIPS = 0.7
WARM = 0.04
"""At first a loss of score as large as this is taken with probability 1/e; in the end none is."""
SAME = 0.01
"""Plans that differ by less are one."""


def candidate_plans(
    patchwork: Patchwork,
    wanted: Wanted,
    *,
    seed: int,
    count: int = 3,
    tries_per_unit: int = 200,
    locked: pd.Series | None = None,
    progress: Progress = silent,
) -> list[Plan]:
    """Propose regions: connected, of the sizes wanted; first fewest left over, then the best mean score.

    Parameters
    ----------
    patchwork
        Units and where one can cross between them.
    wanted
        Sizes and weights.
    seed
        The same patchwork, wishes, numbers and seed give the same plans.
    count
        Plans to draw. Those that are the same but for a hundredth of the ways are drawn again, once.
    tries_per_unit
        Moves tried for each unit of each plan.
    locked
        Unit id to any label of a region: regions to keep as they are, whatever their sizes. They are numbered
        first, in order of their labels.
    progress
        Told often; to cancel, let it raise.

    Returns
    -------
    list of Plan
        Best first, none of them twice; fewer than ``count`` where there are no more. Each of them is valid but
        for what is locked. New regions are numbered by their first unit.

    Raises
    ------
    GeoError
        Travel has a weight and is not known of every way; a locked unit is unknown.

    Examples
    --------
    >>> from geopandas import GeoSeries
    >>> from shapely import box
    >>> from territory.geo.coverage import contacts
    >>> row = GeoSeries([box(k, 0, k + 1, 1) for k in range(5)], [*"abcde"], crs=32618)
    >>> patchwork = Patchwork.of(row, contacts(row, tolerance_m=0.01, min_edge_m=0.5))
    >>> [best, *_] = candidate_plans(patchwork, Wanted(least=2, most=2), seed=1)
    >>> best.left_over.reason.map(str).tolist(), best.bound, best.regions["size"].tolist()
    (['remainder'], 1, [2, 2])
    """
    if wanted.travel_weight and not patchwork.has_travel:
        raise GeoError("travel has a weight, and is not known of every way")
    kept_region, kept = _kept(patchwork, locked)
    plans: list[Plan] = []
    for attempt in range(2 * count):
        if len(plans) == count:
            break
        rng = np.random.default_rng([seed, attempt])
        tell = partial(_tell, progress, attempt, count)
        region = _draw(patchwork.net, wanted, kept_region, kept, tries_per_unit, rng, tell)
        plan = Plan(patchwork=patchwork, wanted=wanted, region=region, kept=kept)
        if all(difference(plan, other) > SAME for other in plans):
            plans.append(plan)
    return sorted(plans, key=lambda plan: (-plan.served, -plan.score))


def _tell(progress: Progress, attempt: int, count: int, turn: int) -> None:
    turns = 2 * SLICES
    # Plans drawn again come when all of the work that was announced is done.
    progress("regions", min(attempt * turns + turn, count * turns), count * turns)


def _kept(patchwork: Patchwork, locked: pd.Series | None) -> tuple[Ints, frozenset[int]]:
    """Numbers of the regions that are locked, by unit, and all of them."""
    region = np.full(len(patchwork.ids), NOWHERE, dtype=np.int64)
    if locked is None:
        return region, frozenset()
    locked = locked.dropna()
    position = patchwork.ids.get_indexer(locked.index)
    if (position < 0).any():
        raise GeoError("a locked unit is unknown")
    region[position], labels = pd.factorize(locked, sort=True)
    return region, frozenset(range(len(labels)))


def _draw(
    net: Net,
    wanted: Wanted,
    kept_region: Ints,
    kept: frozenset[int],
    tries_per_unit: int,
    rng: np.random.Generator,
    tell: Callable[[int], None],
) -> Ints:
    """Draw one plan: the number of each unit's region."""
    limits = wanted.limits
    free = free_units(net, wanted, kept_region, kept)
    component = components(net, free)
    sizes = np.bincount(component[free], net.size[free]).astype(np.int64)
    is_enough = free & (sizes[component] >= wanted.least) if len(sizes) else free
    inner = only(net, is_enough)
    parts, desk = empty_parts(inner, limits.least), empty_desk(inner)
    table = empty_table(int(np.bincount(component[is_enough]).max(initial=0)), limits.most)
    tell(0)
    for units in _groups(component, is_enough):
        first_division(inner, limits, units, len(units), parts, desk, table, TREES, rng)
    bound = wanted.left_over_at_least(sizes)
    units_in = int(is_enough.sum())
    redraws = budget = min(REDRAWS_PER_UNIT * units_in, MANY + 2 * units_in)
    while redraws > 0 and len(waiting := _waiting(inner, component, is_enough, bound, parts)):
        tell(SLICES * (budget - redraws) // budget)
        serve(inner, limits, rng.permutation(waiting)[:redraws], parts, desk, table, AROUND, rng)
        redraws -= len(waiting)
    tries = tries_per_unit * units_in // SLICES
    for turn in range(SLICES):
        tell(SLICES + turn)
        warm = WARM * (1 - (turn + 1) / SLICES) ** 2
        polish(inner, limits, tries, SHARE_OF_FLIPS, warm, parts, desk, rng)
    tell(2 * SLICES)
    region = kept_region.copy()
    served = parts.of >= 0
    region[served] = pd.factorize(parts.of[served])[0] + len(kept)
    return region


def _groups(component: Ints, inside: Bools) -> list[Ints]:
    """Positions of the units inside, by component."""
    units = np.flatnonzero(inside)
    units = units[np.argsort(component[units], kind="stable")]
    return np.split(units, np.flatnonzero(np.diff(component[units])) + 1) if len(units) else []


def _waiting(net: Net, component: Ints, inside: Bools, bound: Ints, parts: Parts) -> Ints:
    """Units left over in components of which less could be."""
    out = inside & (parts.of < 0)
    left = np.bincount(component[out], net.size[out], minlength=len(bound))
    return np.flatnonzero(out & (left > bound)[component]) if len(bound) else np.flatnonzero(out)
