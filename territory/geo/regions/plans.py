"""Plans: which units could form communes together, who is left over and why, and moving one by hand."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import pandas as pd

from territory.geo.contiguity import pieces
from territory.geo.errors import GeoError
from territory.geo.regions.arrays import (
    NOWHERE,
    Bools,
    Floats,
    Ints,
    Limits,
    Net,
    compactness,
    crossings,
    empty_desk,
    travel_h,
)
from territory.geo.regions.patchwork import Patchwork, components


class Reason(StrEnum):
    """Why a unit is in no region."""

    ISOLATED = "isolated"
    """One cannot cross from it to any other."""
    TOO_FEW = "too_few"
    """All that it hangs together with are fewer than a region needs."""
    HEMMED_IN = "hemmed_in"
    """Regions that are kept, and units too large, leave too few around it."""
    TOO_LARGE = "too_large"
    """Alone it is more than a region may be."""
    REMAINDER = "remainder"
    """So many are left over of those it hangs together with, however they are divided."""
    NO_FIT = "no_fit"
    """No division that was tried has room for it; another seed or other sizes may."""
    BY_HAND = "by_hand"
    """Somebody took it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of regions."""

    least: int
    most: int
    """Least and most size of a region: units, or what the sizes of the `Patchwork` count."""
    crossing_weight: float = 0.0
    """What a municipal line that a region crosses costs, beside compactness from 0 to 1."""
    travel_weight: float = 0.0
    """What an hour of travel from the middle of a region to its units costs, on average."""

    def __post_init__(self) -> None:
        if not 1 <= self.least <= self.most:
            raise GeoError("a region needs a least size from 1 on, and a most that is not below it")

    @property
    def limits(self) -> Limits:
        """What the kernels read."""
        return Limits(int(self.least), int(self.most), float(self.crossing_weight), float(self.travel_weight))

    def left_over_at_least(self, size: Ints) -> Ints:
        """How much of groups of so many is left over, however each is divided: m − min(m, ⌊m / least⌋ · most).

        Examples
        --------
        >>> Wanted(least=6, most=8).left_over_at_least(np.array([5, 9, 16])).tolist()
        [5, 1, 0]
        """
        return size - np.minimum(size, size // self.least * self.most)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Regions of a patchwork. `of` is all there is to keep; everything else is measured from it."""

    patchwork: Patchwork
    wanted: Wanted
    region: Ints
    """(n,) number of the region of each unit, `NOWHERE` where it is left over."""
    kept: frozenset[int] = field(default_factory=frozenset)
    """Regions that were given, and are not to be changed."""
    by_hand: frozenset[Hashable] = field(default_factory=frozenset)
    """Units that were taken out by hand."""

    @property
    def of(self) -> pd.Series:
        """The number of each unit's region by unit id, missing where it is left over."""
        numbers = pd.Series(self.region, index=self.patchwork.ids, name="region", dtype="Int64")
        return numbers.mask(numbers < 0)

    @cached_property
    def regions(self) -> pd.DataFrame:
        """One row per region, by its number.

        ``units``, ``size``, ``area_m2``, ``line_m``, ``compactness`` (Polsby–Popper), ``crossings`` of municipal
        lines, ``travel_h`` on average from its middle (missing where travel is unknown), ``pieces``,
        ``is_connected``, ``is_within`` the sizes wanted, ``is_kept``.
        """
        net, inside = self.patchwork.net, self.region >= 0
        numbers, where = np.unique(self.region[inside], return_inverse=True)

        def total(values: Ints | Floats) -> np.ndarray:
            return np.bincount(where, values[inside], minlength=len(numbers))

        line_m = total(net.line_m - self._shared_m)
        area_m2, size = total(net.area_m2), total(net.size).astype(np.int64)
        ordered = np.flatnonzero(inside)[np.argsort(where, kind="stable")]
        members = np.split(ordered, np.cumsum(np.bincount(where, minlength=len(numbers)))[:-1])[: len(numbers)]
        desk, has_travel = empty_desk(net), self.patchwork.has_travel
        travel = [travel_h(net, each, 0, len(each), desk) if has_travel else np.nan for each in members]
        count = (
            pieces(self.of, self.patchwork.ways).groupby(self.region[inside]).max().to_numpy(dtype=np.int64) + 1
        )
        return pd.DataFrame(
            {
                "units": np.bincount(where, minlength=len(numbers)),
                "size": size,
                "area_m2": area_m2,
                "line_m": line_m,
                "compactness": [compactness(area, line) for area, line in zip(area_m2, line_m, strict=True)],
                "crossings": [crossings(net, each, 0, len(each)) for each in members],
                "travel_h": np.array(travel, dtype=float),
                "pieces": count,
                "is_connected": count == 1,
                "is_within": (size >= self.wanted.least) & (size <= self.wanted.most),
                "is_kept": np.isin(numbers, list(self.kept)),
            },
            index=pd.Index(numbers, name="region", dtype=np.int64),
        )

    @property
    def _shared_m(self) -> Floats:
        """Line of each unit that it shares with others of its region."""
        net = self.patchwork.net
        left = np.repeat(np.arange(len(net.size)), np.diff(net.start))
        same = (self.region[left] == self.region[net.other]) & (self.region[left] >= 0)
        return np.bincount(left[same], net.width_m[same], minlength=len(net.size)).astype(np.float64)

    @property
    def is_valid(self) -> bool:
        """Whether every region hangs together and has a size that is wanted."""
        return bool((self.regions.is_connected & self.regions.is_within).all())

    @property
    def served(self) -> int:
        """Size of all that is in a region."""
        return int(self.patchwork.net.size[self.region >= 0].sum())

    @property
    def score(self) -> float:
        """Mean of what regions are worth: compactness less the weighed crossings and travel; 0 without any."""
        table, wanted = self.regions, self.wanted
        worth = table.compactness - wanted.crossing_weight * table.crossings
        if wanted.travel_weight:
            worth = worth - wanted.travel_weight * table.travel_h
        return float(worth.mean()) if len(table) else 0.0

    @cached_property
    def _component(self) -> Ints:
        """Component of each unit among those that could be in a new region."""
        net = self.patchwork.net
        return components(net, free_units(net, self.wanted, self.region, self.kept))

    @cached_property
    def components(self) -> pd.DataFrame:
        """One row per group of units that hang together outside the regions kept, those too large left out.

        ``units``, ``size``, ``left_over`` by this plan, ``bound``: how much is left over at least.
        """
        net, component = self.patchwork.net, self._component
        inside, out = component >= 0, self.region < 0
        count = int(component.max(initial=NOWHERE)) + 1
        size = np.bincount(component[inside], net.size[inside], minlength=count).astype(np.int64)
        left = np.bincount(component[inside & out], net.size[inside & out], minlength=count).astype(np.int64)
        bound = self.wanted.left_over_at_least(size)
        units = np.bincount(component[inside], minlength=count)
        return pd.DataFrame({"units": units, "size": size, "left_over": left, "bound": bound})

    @property
    def bound(self) -> int:
        """How much is left over at least, by any plan that keeps the same regions: those too large included."""
        net = self.patchwork.net
        too_large = int(net.size[(net.size > self.wanted.most) & ~np.isin(self.region, list(self.kept))].sum())
        return int(self.components.bound.sum()) + too_large

    @cached_property
    def left_over(self) -> pd.DataFrame:
        """One row per unit in no region, by its id: ``size`` and ``reason``, see `Reason`."""
        net, ids = self.patchwork.net, self.patchwork.ids
        out = np.flatnonzero(self.region < 0)
        return pd.DataFrame(
            {"size": net.size[out], "reason": [self._reason(int(unit)) for unit in out]}, index=ids[out]
        ).astype({"reason": object})

    def _reason(self, unit: int) -> Reason:
        net, wanted = self.patchwork.net, self.wanted
        if self.patchwork.ids[unit] in self.by_hand:
            return Reason.BY_HAND
        if net.size[unit] > wanted.most:
            return Reason.TOO_LARGE
        own = self.components.iloc[self._component[unit]]
        if own["size"] < wanted.least:
            if not net.is_way[net.start[unit] : net.start[unit + 1]].any():
                return Reason.ISOLATED
            whole = self.patchwork.components == self.patchwork.components[unit]
            return Reason.HEMMED_IN if net.size[whole].sum() >= wanted.least else Reason.TOO_FEW
        return Reason.REMAINDER if own["left_over"] <= own["bound"] else Reason.NO_FIT


def free_units(net: Net, wanted: Wanted, region: Ints, kept: frozenset[int]) -> Bools:
    """(n,) whether each unit may be put into a new region."""
    return ~np.isin(region, list(kept)) & (net.size <= wanted.most)


def moved(plan: Plan, unit: Hashable, to: int | None) -> Plan:
    """Move one unit by hand, whatever that does to the plan: its tables tell.

    Parameters
    ----------
    plan
        As it is; it is not changed.
    unit
        Id of the unit.
    to
        Number of a region, or one more than the highest for a new one; None takes the unit out.

    Returns
    -------
    Plan
        With the same numbers; a region that nobody is left in is gone from its tables.

    Raises
    ------
    GeoError
        There is no such unit or no such region, or the region is kept.

    Examples
    --------
    >>> from geopandas import GeoSeries
    >>> from shapely import box
    >>> from territory.geo.coverage import contacts
    >>> row = GeoSeries([box(k, 0, k + 1, 1) for k in range(4)], [*"abcd"], crs=32618)
    >>> patchwork = Patchwork.of(row, contacts(row, tolerance_m=0.01, min_edge_m=0.5))
    >>> plan = Plan(patchwork=patchwork, wanted=Wanted(least=2, most=3), region=np.array([0, 0, 1, 1]))
    >>> moved(plan, "b", 1).regions[["size", "is_connected", "is_within"]].values.tolist()
    [[1, True, False], [3, True, True]]
    """
    position = plan.patchwork.ids.get_indexer(pd.Index([unit]))[0]
    if position < 0:
        raise GeoError("there is no such unit")
    if to is not None and not 0 <= to <= plan.region.max(initial=NOWHERE) + 1:
        raise GeoError("there is no such region")
    if to in plan.kept or plan.region[position] in plan.kept:
        raise GeoError("the region is kept")
    region = plan.region.copy()
    region[position] = NOWHERE if to is None else to
    by_hand = plan.by_hand - {unit} if to is not None else plan.by_hand | {unit}
    return replace(plan, region=region, by_hand=by_hand)


def difference(one: Plan, other: Plan) -> float:
    """Share of the ways between units whose ends are in one region by one of two plans only, from 0 to 1."""
    net = one.patchwork.net
    left = np.repeat(np.arange(len(net.size)), np.diff(net.start))[net.is_way]
    right = net.other[net.is_way]
    joined = [(p.region[left] == p.region[right]) & (p.region[left] >= 0) for p in (one, other)]
    return float((joined[0] != joined[1]).mean()) if len(left) else 0.0
