"""Corridors between communes: what joins them, what is missing, and with whom to talk. Nothing here decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.geo import corridors
from territory.geo.corridors import Corridor, Ground, Problem, Proof, TooFine
from territory.geo.progress import Progress, silent
from territory.services.access import Access, Operation, require_role
from territory.services.errors import NotFound, Unusable
from territory.services.organizing.look import Asked, Look
from territory.services.register import Register

_MOST_MEMBERS = 60
_REACH_SHARE = 0.3
_REACH_M = 5_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorWishes:
    """What is asked of a corridor."""

    members: tuple[str, ...]
    """Communes or single councils, in order where it has one."""
    width_m: float = 200.0
    """How wide it has to be at least."""
    is_ordered: bool = False
    """Whether it joins the members one after the other."""
    is_reinforced: bool = False
    """Whether no single council may part it, where there is a way around."""
    within: float = 500.0
    """How much more than the cheapest a way through the belt of influence may cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A corridor with what there is to say about it."""

    problem: Problem
    corridor: Corridor
    proof: Proof
    envelope: pd.Series
    """What a way through each unit of the belt of influence costs more, by unit id."""
    look: Look

    @property
    def councils(self) -> tuple[str, ...]:
        """Ids of the councils on the way that belong to no member: who would have to agree."""
        units = self.proof.units
        return tuple(units.index[units["member"].isna() & ~units["is_uncovered"]])


def plan_corridor(
    register: Register, access: Access, wishes: CorridorWishes, *, progress: Progress = silent
) -> Planned:
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
        Fewer than two members or too many, a width that is too small, or one of them has no council with a line.
    """
    require_role(access, Operation.GROUP)
    members = tuple(dict.fromkeys(wishes.members))
    if not 2 <= len(members) <= _MOST_MEMBERS:
        raise Unusable("corridor.members", limit=_MOST_MEMBERS)
    progress("layout", 0, 0)
    look = Look.of(register, access, Asked())
    communes = _communes(look, members)
    units = _around(look, communes, members)
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
    problem = corridors.price(ground, members, communes.reindex(units.index))
    found = (
        corridors.axis(problem, members, progress=progress)
        if wishes.is_ordered
        else corridors.core(problem, progress=progress)
    )
    if wishes.is_reinforced:
        found = corridors.reinforced(problem, found, progress=progress)
    return Planned(
        problem=problem,
        corridor=found,
        proof=corridors.proof(
            problem,
            found,
            families=look.councils["families"].astype("Float64"),
            crossed=_crossed(look),
            progress=progress,
        ),
        envelope=corridors.envelope(problem, found, within=wishes.within),
        look=look,
    )


def _communes(look: Look, members: tuple[str, ...]) -> pd.Series:
    """The commune of each council; of several, a member before others."""
    wanted = set(members)
    communes = look.councils["groups"].map(
        lambda groups: next((each for each in groups if each in wanted), groups[0] if groups else None)
    )
    known = set(communes.dropna()) | set(look.councils.index)
    if lost := [each for each in members if each not in known]:
        if lost[0] in look.layer.index:
            raise Unusable("corridor.empty", id=lost[0])
        raise NotFound("territory.unknown", id=lost[0])
    return communes


def _around(look: Look, communes: pd.Series, members: tuple[str, ...]) -> GeoSeries:
    """Councils that a corridor between members can pass through: theirs, and those about and between them."""
    own = look.shapes[(communes.isin(members) | communes.index.isin(members)).to_numpy()]
    hull = shapely.convex_hull(shapely.multipoints(shapely.centroid(np.asarray(own.array))))
    west, south, east, north = own.total_bounds
    reach_m = max(_REACH_M, _REACH_SHARE * float(np.hypot(east - west, north - south)))
    about = look.shapes.sindex.query(shapely.buffer(hull, reach_m), predicate="intersects")
    return look.shapes.iloc[np.union1d(about, look.shapes.index.get_indexer(own.index))]


def _crossed(look: Look) -> Mapping[str, GeoDataFrame]:
    """Municipalities and parks that it could cross: information."""
    layers = {"municipality": look.municipalities, "protected": look.parks}
    return {
        name: GeoDataFrame(geometry=shapes)
        for name, shapes in layers.items()
        if shapes is not None and len(shapes)
    }
