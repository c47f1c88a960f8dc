"""What each unit and each step of a corridor costs."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from territory.geo.corridors.ground import Bools, Floats, Ground, Ints, Shapes
from territory.geo.crossing import ways
from territory.geo.errors import GeoError
from territory.geo.jurisdictions import shares
from territory.geo.steiner import Graph


class NoSuchMember(GeoError):
    """A member is neither a group of units nor a unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a metre of a unit costs, by whose ground it is, and a metre of the way from unit to unit.

    A unit is as many metres as the square root of its area, or what the caller counts instead, as families.
    """

    member: float = 0.0
    commune: float = 1.0
    """Of a council of another commune, whose own assembly can decide as one."""
    council: float = 2.0
    """Of a council in no commune."""
    uncovered: float = 4.0
    """Of land where there is no council yet."""
    step: float = 0.05


@dataclass(frozen=True)
class Favour:
    """Ground or lines that make a corridor cheaper (a factor below 1) or dearer."""

    shapes: GeoSeries
    """Areas count by the share of each unit that lies in them; lines for the steps that they lead across."""
    factor: float


@dataclass(frozen=True)
class Barrier:
    """Lines or areas that no step crosses for nothing."""

    shapes: GeoSeries
    cost: float
    """Of each step that meets any of them; infinite where nobody can cross. A bridge is a declared link."""


@dataclass(frozen=True)
class Problem:
    """Ground with prices, and the members that a corridor has to join."""

    ground: Ground
    graph: Graph
    """Costs of the units and crossings of ``ground``, by their positions there."""
    members: pd.Index
    member: Ints
    """(n,) position in ``members`` of the member that each unit belongs to; −1 for none."""
    communes: pd.Series
    """(n,) the commune of each unit by unit id, missing for none."""

    @cached_property
    def group(self) -> Ints:
        """(n,) number of what each unit is taken with: the piece of its member that it belongs to, or itself."""
        ends = self.graph.ends[self.is_inside]
        return Graph(np.zeros(len(self.member)), ends, np.zeros(len(ends))).components

    @cached_property
    def is_inside(self) -> Bools:
        """(m,) whether a crossing leads from a member's unit to another of the same member."""
        one, two = self.member[self.graph.ends].T
        return np.asarray((one == two) & (one >= 0))

    @cached_property
    def contracted(self) -> tuple[Graph, Ints]:
        """The graph of groups, and the positions of its edges in ``graph``."""
        return self.graph.contracted(self.group)

    @cached_property
    def terminals(self) -> Ints:
        """(k,) the group that stands for each member: its piece with the most ground."""
        ground_m2 = np.bincount(self.group, shapely.area(self.ground.shapes))
        best = np.empty(len(self.members), dtype=np.int64)
        for k in range(len(self.members)):
            own = np.unique(self.group[self.member == k])
            best[k] = own[np.argmax(ground_m2[own])]
        return best

    def ids(self, positions: Ints) -> tuple[Hashable, ...]:
        """The ids of some units."""
        return tuple(self.ground.units.index[positions])


def price(
    ground: Ground,
    members: Sequence[Hashable],
    communes: pd.Series,
    *,
    prices: Prices | None = None,
    sizes: pd.Series | None = None,
    favours: Iterable[Favour] = (),
    barriers: Iterable[Barrier] = (),
    whole: Collection[Hashable] = (),
) -> Problem:
    """Say what a corridor between members would cost, unit by unit and step by step.

    Parameters
    ----------
    ground
        Units and crossings.
    members
        Communes of ``communes``, or single units; one named twice counts once, and the order says nothing here.
    communes
        The commune of each unit by unit id, missing where it has none.
    sizes
        What counts of each territory instead of the square root of its area; missing where that is to count.
    favours, barriers
        What draws a corridor and what it avoids, in the CRS of ``ground``.
    whole
        Members that are one although their ground lies in pieces, as corridors with breaks are: what joins one of
        their pieces joins all.

    Raises
    ------
    NoSuchMember
        Says which.
    """
    prices = prices or Prices()
    names = pd.Index(pd.unique(pd.Series(list(members), dtype=object)))
    names = names.sort_values()
    own = communes.reindex(ground.units.index)
    member = np.asarray(names.get_indexer(own.to_numpy(dtype=object)), dtype=np.int64)
    alone = ground.units.index.get_indexer(names)
    member[alone[alone >= 0]] = np.flatnonzero(alone >= 0)
    if len(lost := names[~np.isin(np.arange(len(names)), member)]):
        raise NoSuchMember(f"neither a group of units nor a unit: {', '.join(map(str, lost))}")
    ground = _made_whole(ground, member, np.flatnonzero(names.isin(list(whole))))
    size = np.sqrt(shapely.area(ground.shapes))
    if sizes is not None:
        counted = sizes.reindex(ground.units.index).to_numpy(dtype=np.float64)
        size = np.where(np.isnan(counted), size, counted)
    rate = np.select(
        [member >= 0, ground.is_uncovered, own.notna().to_numpy()],
        [prices.member, prices.uncovered, prices.commune],
        prices.council,
    )
    node, edge = rate * size, prices.step * _steps_m(ground)
    for favour in favours:
        _favour(ground, favour, node, edge)
    for barrier in barriers:
        _bar(ground, barrier, edge)
    # Within a member one goes freely: it is one community of communities.
    one, two = member[ground.ends].T
    edge[(one == two) & (one >= 0)] = 0.0
    return Problem(ground, Graph(node, ground.ends, edge), names, member, own)


def _made_whole(ground: Ground, member: Ints, whole: Ints) -> Ground:
    """The ground with a crossing from each piece of some members to each of their other pieces."""
    one, two = member[ground.ends].T
    is_inside = (one == two) & (one >= 0)
    ends = ground.ends[is_inside]
    piece = Graph(np.zeros(len(member)), ends, np.zeros(len(ends))).components
    added = []
    for each in whole:
        own = np.flatnonzero(member == each)
        # Two units speak for a piece: when one of them is thought away, the other still holds it.
        speakers = pd.Series(own).groupby(piece[own]).head(2).to_numpy()
        left, right = np.triu_indices(len(speakers), 1)
        is_across = piece[speakers[left]] != piece[speakers[right]]
        added.append(np.column_stack([speakers[left], speakers[right]])[is_across])
    if not sum(map(len, added)):
        return ground
    new = np.concatenate(added).astype(np.int64)
    return replace(
        ground,
        ends=np.concatenate([ground.ends, new]),
        crossing_m=np.concatenate([ground.crossing_m, np.full(len(new), np.inf)]),
    )


def _steps_m(ground: Ground) -> Floats:
    one, two = ground.middles[ground.ends].T
    return np.asarray(shapely.distance(one, two), dtype=np.float64)


def _favour(ground: Ground, favour: Favour, node: Floats, edge: Floats) -> None:
    """Multiply, in place, costs of units by the share that lies in areas, and of steps that lines lead across."""
    shapes = favour.shapes.explode(ignore_index=True)
    is_area = shapely.get_dimensions(np.asarray(shapes.array)) == 2
    if is_area.any():
        areas = GeoSeries([shapely.union_all(np.asarray(shapes[is_area].array))], crs=ground.units.crs)
        found = shares(ground.units, areas)
        at = ground.units.index.get_indexer(found["unit"])
        node[at] *= 1 + found["share"].to_numpy().clip(0, 1) * (favour.factor - 1)
    if not is_area.all():
        lines = np.asarray(shapes[~is_area].array)
        near = _pairs_near(ground, lines, both=True)
        tree = shapely.STRtree(lines)
        crossed = tree.query(ground.doors(near), predicate="dwithin", distance=ground.tolerance_m)[0]
        edge[near[np.unique(crossed)]] *= favour.factor


def _bar(ground: Ground, barrier: Barrier, edge: Floats) -> None:
    """Add, in place, the cost of a barrier to every step that meets it on its way from middle to middle."""
    shapes = np.asarray(barrier.shapes.array)
    near = _pairs_near(ground, shapes, both=False)
    if not len(near):
        return
    left, right = (ground.middles[ground.ends[near, side]] for side in (0, 1))
    lines = ways(left, ground.doors(near), right)
    met = np.unique(shapely.STRtree(shapes).query(lines, predicate="intersects")[0])
    edge[near[met]] += barrier.cost


def _pairs_near(ground: Ground, shapes: Shapes, *, both: bool) -> Ints:
    """Crossings of which one unit, or both, lie near some shapes."""
    near = np.zeros(len(ground.shapes), dtype=np.bool_)
    # A way from middle to middle may leave both units, but not far.
    near[shapely.STRtree(shapes).query(ground.shapes, predicate="dwithin", distance=ground.width_m)[0]] = True
    beside = near[ground.ends]
    return np.flatnonzero(beside.all(axis=1) if both else beside.any(axis=1))
