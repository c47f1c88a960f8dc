"""Corridors between communes: what joins them, what is missing, and with whom to talk. Nothing here decides."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.geo import corridors
from territory.geo.corridors import (
    Barrier,
    Corridor,
    Favour,
    Ground,
    NoSuchMember,
    Prices,
    Problem,
    Proof,
    TooFine,
)
from territory.geo.progress import Progress, silent
from territory.mosaic import Standing
from territory.services.access import Access, Operation, require_role
from territory.services.errors import NotFound, Unusable
from territory.services.organizing import terrain
from territory.services.organizing.look import Asked, Look
from territory.services.organizing.nesting import beneath, members_by_group
from territory.services.register import Register

FAVOURED = ("hazards", "indigenous", "protected", "roads")
"""Kinds of reference layers that can make ground or steps cheaper or dearer."""
MOST_ALTERNATIVES = 3

_MOST_MEMBERS = 60
_REACH_SHARE = 0.3
_REACH_M = 5_000.0


class Variety(StrEnum):
    """What a corridor is among those that join the same members."""

    CORE = "core"
    """The cheapest."""
    AXIS = "axis"
    """The cheapest way from each member to the next."""
    REINFORCED = "reinforced"
    """The first one with ways around whoever could part it."""
    ALTERNATIVE = "alternative"
    """Leads elsewhere, and costs more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorWishes:
    """What is asked of a corridor."""

    members: tuple[str, ...]
    """Communes, single councils or corridors, in order where it has one."""
    width_m: float = 200.0
    """How wide it has to be at least."""
    is_ordered: bool = False
    """Whether it joins the members one after the other."""
    is_reinforced: bool = False
    """Whether to tell as well what it takes that no single council may part it."""
    alternatives: int = 0
    """How many corridors that lead elsewhere to tell as well, at most."""
    within: float = 500.0
    """How much more than the cheapest a way through the belt of influence may cost."""
    prices: Prices = field(default_factory=Prices)
    counts_families: bool = False
    """Whether what counts of a council is its families, not the square root of its area."""
    factors: Mapping[str, float] = field(default_factory=dict)
    """By kind, see `FAVOURED`: what ground in such areas, or steps along such lines, cost times as much."""
    barriers: Mapping[str, float] = field(default_factory=dict)
    """By kind, see `terrain.BARRED`: what a step over such lines or into such areas costs more, or infinite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One of the corridors between some members, with what there is to say about it."""

    variety: Variety
    corridor: Corridor
    proof: Proof
    envelope: pd.Series
    """What a way through each unit of the belt of influence costs more, by unit id."""
    water: GeoDataFrame
    """Water sources inside: ``called``, by id of the place."""

    @property
    def councils(self) -> tuple[str, ...]:
        """Ids of the councils on the way that belong to no member: who would have to agree."""
        units = self.proof.units
        return tuple(units.index[units["member"].isna() & ~units["is_uncovered"]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Corridors:
    """The corridors that were asked for."""

    wishes: CorridorWishes
    problem: Problem
    planned: tuple[Planned, ...]
    """The cheapest first, then the reinforced one, then alternatives."""
    look: Look
    names: Mapping[str, str]
    """Of territories, and of what lies around them."""
    sources: Mapping[str, str]
    """Who says so, by id of a municipality, park …"""


def plan_corridor(
    register: Register, access: Access, wishes: CorridorWishes, *, progress: Progress = silent
) -> Corridors:
    """Join communes at the least cost.

    Parameters
    ----------
    register, access
        Where, and who asks; only councils that they see whole are taken.
    wishes
        What is asked.
    progress
        Told how far it is; what it raises ends the work.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    NotFound
        A member is none that they see.
    Unusable
        Fewer than two members or too many, a width that is too small, a kind of layer that says nothing here, or
        a member has no council with a line.
    """
    require_role(access, Operation.GROUP)
    members = tuple(dict.fromkeys(wishes.members))
    if not 2 <= len(members) <= _MOST_MEMBERS:
        raise Unusable("corridor.members", limit=_MOST_MEMBERS)
    for chosen, known in ((wishes.factors, FAVOURED), (wishes.barriers, terrain.BARRED)):
        if not set(chosen) <= set(known):
            raise Unusable("corridor.kind", known=list(known))
    progress("layout", 0, 0)
    look = Look.of(register, access, Asked())
    standing = register.current().standing
    owners = _owners(look, standing, members)
    units = _around(look, owners, members)
    kinds = {*terrain.TOLD, *wishes.factors, *wishes.barriers}
    layers = terrain.features(register, kinds, units.total_bounds, look.layer.crs)
    problem = _priced(look, standing, wishes, members, owners.reindex(units.index), units, layers, progress)
    crossed = {kind: layers[kind] for kind in terrain.TOLD if kind in layers}
    if look.municipalities is not None and len(look.municipalities):
        crossed["municipality"] = GeoDataFrame(geometry=look.municipalities)
    planned = []
    for variety, found in _found(problem, wishes, members, progress):
        proof = corridors.proof(
            problem,
            found,
            families=look.councils["families"].astype("Float64"),
            crossed=crossed,
            progress=progress,
        )
        planned.append(
            Planned(
                variety=variety,
                corridor=found,
                proof=proof,
                envelope=corridors.envelope(problem, found, within=wishes.within),
                water=terrain.water(register, look.councils.index.intersection(proof.units.index), units.crs),
            )
        )
    return Corridors(
        wishes=wishes,
        problem=problem,
        planned=tuple(planned),
        look=look,
        names=_names(register, look, layers, members),
        sources=_sources(register, layers),
    )


def _found(
    problem: Problem, wishes: CorridorWishes, members: tuple[str, ...], progress: Progress
) -> list[tuple[Variety, Corridor]]:
    """The corridors that were asked for, the cheapest first."""
    order = members if wishes.is_ordered else None
    if order is None:
        first = Variety.CORE, corridors.core(problem, progress=progress)
    else:
        first = Variety.AXIS, corridors.axis(problem, order, progress=progress)
    found = [first]
    if wishes.is_reinforced:
        found.append((Variety.REINFORCED, corridors.reinforced(problem, first[1], progress=progress)))
    if wishes.alternatives:
        others = corridors.alternatives(
            problem, first[1], order=order, count=min(wishes.alternatives, MOST_ALTERNATIVES), progress=progress
        )
        found += [(Variety.ALTERNATIVE, each) for each in sorted(others, key=lambda other: other.cost)]
    return found


def _priced(
    look: Look,
    standing: Mapping[str, Standing],
    wishes: CorridorWishes,
    members: tuple[str, ...],
    owners: pd.Series,
    units: GeoSeries,
    layers: Mapping[str, GeoDataFrame],
    progress: Progress,
) -> Problem:
    """The ground between members with its prices."""
    land = look.ground
    if land is not None:
        land = shapely.intersection(land, shapely.box(*units.total_bounds))
    try:
        ground = Ground.of(
            units,
            width_m=wishes.width_m,
            tolerance_m=look.profile.tolerances.sliver_m,
            land=land,
            links=look.links,
            progress=progress,
        )
    except TooFine:
        raise Unusable("corridor.width") from None
    beside = {level.id for level in look.profile.levels if level.beside_ladder}
    sizes = look.councils["families"].astype("Float64") if wishes.counts_families else None
    try:
        return corridors.price(
            ground,
            members,
            owners,
            prices=wishes.prices,
            sizes=sizes,
            favours=[Favour(layers[kind].geometry, by) for kind, by in wishes.factors.items() if kind in layers],
            barriers=[
                Barrier(layers[kind].geometry, by) for kind, by in wishes.barriers.items() if kind in layers
            ],
            # A group beside the ladder, as a corridor, is one though there may be breaks in it.
            whole=[each for each in members if each in standing and standing[each].level in beside],
        )
    except NoSuchMember:
        # All its councils belong to a member before it as well.
        held = set(owners.dropna()) | set(units.index)
        raise Unusable("corridor.empty", id=next(each for each in members if each not in held)) from None


def _owners(look: Look, standing: Mapping[str, Standing], members: tuple[str, ...]) -> pd.Series:
    """Whose ground each council is: the member that it is in, however many groups lie between, or its commune.

    A council that is a member itself stands for itself alone.
    """
    within = members_by_group(standing)
    own: dict[str, str] = {}
    for member in members:
        if member not in standing:
            raise NotFound("territory.unknown", id=member)
        held = beneath(member, within)
        councils = [each for each in held if each in look.councils.index]
        if not councils and member not in look.councils.index:
            # Who sees nothing of a member is not told whether there is one.
            raise _none_of(look, member)
        for each in councils:
            own.setdefault(each, member)
    communes = look.councils["groups"].map(lambda groups: groups[0] if groups else None)
    return pd.Series(
        [own.get(each, commune) for each, commune in communes.items()], index=communes.index, dtype=object
    )


def _none_of(look: Look, member: str) -> NotFound | Unusable:
    if member in look.layer.index:
        return Unusable("corridor.empty", id=member)
    return NotFound("territory.unknown", id=member)


def _around(look: Look, owners: pd.Series, members: tuple[str, ...]) -> GeoSeries:
    """Councils that a corridor between members can pass through: theirs, and those about and between them."""
    own = look.shapes[(owners.isin(members) | owners.index.isin(members)).to_numpy()]
    hull = shapely.convex_hull(shapely.multipoints(shapely.centroid(np.asarray(own.array))))
    west, south, east, north = own.total_bounds
    reach_m = max(_REACH_M, _REACH_SHARE * math.hypot(east - west, north - south))
    about = look.shapes.sindex.query(shapely.buffer(hull, reach_m), predicate="intersects")
    return look.shapes.iloc[np.union1d(about, look.shapes.index.get_indexer(own.index))]


def _names(
    register: Register, look: Look, layers: Mapping[str, GeoDataFrame], members: tuple[str, ...]
) -> dict[str, str]:
    current = register.current()
    places = current.mosaic.ground.jurisdictions
    names = {} if places is None else {str(id_): str(name) for id_, name in places["name"].items()}
    for frame in layers.values():
        names |= {str(id_): str(name) for id_, name in frame["called"].items()}
    # Groups need no line to have a name.
    return names | dict(look.names) | {each: current.standing[each].name for each in members}


def _sources(register: Register, layers: Mapping[str, GeoDataFrame]) -> dict[str, str]:
    places = register.current().mosaic.ground.jurisdictions
    sources = {} if places is None else {str(id_): str(source) for id_, source in places["source"].items()}
    for frame in layers.values():
        sources |= {str(id_): str(source) for id_, source in frame["source"].items()}
    return sources
