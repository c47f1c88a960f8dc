"""Candidate communes: how councils without one could be grouped. A plan binds nobody: that takes their acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from shapely.geometry.base import BaseGeometry

from territory.geo import crossing, regions
from territory.geo.coverage import contacts
from territory.geo.progress import Progress, silent
from territory.geo.regions import Patchwork, Reason, Wanted
from territory.services.access import Access, Operation, require_role
from territory.services.errors import Unusable
from territory.services.organizing import terrain
from territory.services.organizing.access import OnRoads
from territory.services.organizing.ground import most_of
from territory.services.organizing.kinds import fewest, most
from territory.services.organizing.look import Asked, Look
from territory.services.register import Register

_NO_CONTACTS = pd.DataFrame({"left": [], "right": [], "width_m": [], "is_rook": []})
_MOST_PLANS = 5
_MOST_MINUTES = 60
# By road between neighbours; whoever needs longer goes as the crow flies, as who has no road.
_MOST_TRAVEL_S = 7_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is asked of candidate communes."""

    asked: Asked = field(default_factory=Asked)
    councils: tuple[str, ...] = ()
    """Only these, of those that nobody has; none: all in the area."""
    least: int | None = None
    most: int | None = None
    """Councils of a commune; by default what the profile says of such councils."""
    crossing_weight: float = 0.0
    """What it costs to cross a municipal line, beside compactness from 0 to 1."""
    travel_weight: float = 0.0
    """What an hour from the middle of a commune to its councils costs, on average, beside the same."""
    barriers: tuple[str, ...] = ()
    """Kinds of reference layers, see `terrain.BARRED`, that no commune reaches across but by a declared link."""
    plans: int = 3
    seed: int = 1
    locked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Communes that are settled already, by any name, with their councils."""
    road_minutes: float | None = None
    """Councils that do not touch count as neighbours too where a road joins them in so many minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A candidate commune."""

    number: int
    councils: tuple[str, ...]
    shape: BaseGeometry
    """WGS 84."""
    area_m2: float
    families: int | None
    compactness: float
    """Polsby–Popper."""
    travel_h: float | None
    """From its middle to its councils, on average; none where nobody asked for it."""
    crossings: int
    """Municipal lines that it crosses: information."""
    is_connected: bool
    is_within: bool
    """Whether it has as many councils as wanted."""
    is_locked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to group councils."""

    groups: tuple[Group, ...]
    left_over: Mapping[str, Reason]
    """Why each council that is in no group is in none."""
    bound: int
    """How many are left over at least, however they are grouped."""
    is_valid: bool
    compactness: float
    """Mean of the groups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Several ways, the best first: fewest left over, then the most compact."""

    plans: tuple[Candidate, ...]
    councils: int
    """How many there are to be grouped."""
    least: int
    most: int
    seed: int
    names: Mapping[str, str]


def propose(register: Register, access: Access, wishes: Wishes, *, progress: Progress = silent) -> Candidates:
    """Group councils that belong to no commune, and do not say that they wish to belong to none.

    Parameters
    ----------
    register, access
        Where, and who asks.
    wishes
        What is asked. The same wishes give the same plans, for as long as the register stays as it is.
    progress
        Told how far it is; what it raises ends the work.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    NotFound
        There is no such jurisdiction.
    Unusable
        The sizes, the minutes or the number of plans make no sense; there are no such councils to be grouped; or
        roads are to count, and no layer tells of any.
    """
    require_role(access, Operation.GROUP)
    if not 1 <= wishes.plans <= _MOST_PLANS:
        raise Unusable("organize.plans", limit=_MOST_PLANS)
    progress("layout", 0, 0)
    desk = _Desk.of(register, access, wishes, progress)
    locked = pd.Series(
        {council: name for name, members in wishes.locked.items() for council in members}, dtype=object
    )
    plans = regions.candidate_plans(
        desk.patchwork,
        desk.wanted,
        seed=wishes.seed,
        count=wishes.plans,
        locked=locked if len(locked) else None,
        progress=progress,
    )
    return _told(desk, plans, wishes.seed)


def measured(
    register: Register, access: Access, wishes: Wishes, groups: Mapping[str, Sequence[str]]
) -> Candidates:
    """Tell of groups that somebody made by hand whether they hang together and what they measure.

    Parameters
    ----------
    register, access, wishes
        As for `propose`.
    groups
        Ids of councils by any name.

    Raises
    ------
    NeedsKey, Forbidden, NotFound, Unusable
        See `propose`; or a council stands in two groups.
    """
    require_role(access, Operation.GROUP)
    desk = _Desk.of(register, access, wishes)
    of = {council: number for number, name in enumerate(sorted(groups)) for council in groups[name]}
    if len(of) != sum(map(len, groups.values())):
        raise Unusable("organize.twice")
    if unknown := sorted(of.keys() - set(desk.patchwork.ids)):
        raise Unusable("organize.council", id=unknown[0])
    region = np.array([of.get(each, -1) for each in desk.patchwork.ids], dtype=np.int64)
    plan = regions.Plan(patchwork=desk.patchwork, wanted=desk.wanted, region=region)
    # Nobody tried to find room for them: they are where somebody put them.
    reasons = plan.left_over["reason"]
    out = frozenset(reasons.index[reasons == Reason.NO_FIT])
    return _told(desk, [replace(plan, by_hand=out)], wishes.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What plans are made on."""

    look: Look
    units: GeoSeries
    patchwork: Patchwork
    wanted: Wanted

    @classmethod
    def of(cls, register: Register, access: Access, wishes: Wishes, progress: Progress = silent) -> _Desk:
        look = Look.of(register, access, wishes.asked)
        units = look.shapes.loc[_free(look, wishes)]
        kinds = look.councils.loc[units.index, "kind"]
        least = fewest(kinds, look.profile) if wishes.least is None else wishes.least
        largest = max(least, most(kinds, look.profile)) if wishes.most is None else wishes.most
        if not 1 <= least <= largest:
            raise Unusable("organize.sizes")
        jurisdictions = _jurisdictions(look, units)
        touching = _contacts(look, units)
        barred = _barred(look, units, touching, wishes.barriers)
        links = look.links
        counts_roads = wishes.travel_weight > 0 or wishes.road_minutes is not None
        on_roads = OnRoads.of(look, access) if counts_roads else None
        if wishes.road_minutes is not None:
            near = Patchwork.of(units, touching, links=links, barred=barred)
            links = pd.concat([links, _joined(near, on_roads, wishes.road_minutes, progress)])
        if wishes.travel_weight:
            touching, links = (_with_travel(look, on_roads, units, pairs, progress) for pairs in (touching, links))
        patchwork = Patchwork.of(units, touching, jurisdictions=jurisdictions, links=links, barred=barred)
        return cls(
            look=look,
            units=units,
            patchwork=patchwork,
            wanted=Wanted(
                least=least,
                most=largest,
                crossing_weight=wishes.crossing_weight,
                travel_weight=wishes.travel_weight,
            ),
        )


def _free(look: Look, wishes: Wishes) -> list[str]:
    """Councils to be grouped: those without a commune, of those asked for, who do not wish otherwise."""
    councils = look.councils
    is_free = (councils["groups"].str.len() == 0) & ~councils["joins"].eq(False)
    free = [each for each in councils.index[is_free] if look.is_asked((each,))]
    if wishes.councils:
        if unknown := sorted(set(wishes.councils) - set(councils.index[is_free])):
            raise Unusable("organize.council", id=unknown[0])
        free = sorted(set(wishes.councils))
    if not free:
        raise Unusable("organize.nobody")
    return free


def _contacts(look: Look, units: GeoSeries) -> pd.DataFrame:
    if len(units) < 2:
        return _NO_CONTACTS
    limits = look.profile.tolerances
    return contacts(units, tolerance_m=limits.sliver_m, min_edge_m=limits.min_edge_m)


def _barred(look: Look, units: GeoSeries, touching: pd.DataFrame, barriers: tuple[str, ...]) -> pd.DataFrame:
    """Pairs of councils that a barrier parts, but for those who declared a link: that is the bridge."""
    if not set(barriers) <= set(terrain.BARRED):
        raise Unusable("corridor.kind", known=list(terrain.BARRED))
    layers = terrain.features(look.register, barriers, units.total_bounds, look.layer.crs)
    if not layers or touching.empty:
        return touching[["left", "right"]].iloc[:0]
    shapes = GeoSeries(pd.concat([each.geometry for each in layers.values()]), crs=units.crs)
    found = crossing.barred(units, touching, shapes, tolerance_m=look.profile.tolerances.sliver_m)
    linked = set(map(frozenset, look.links[["left", "right"]].to_numpy().tolist()))
    return found[[frozenset(pair) not in linked for pair in found.to_numpy().tolist()]]


def _with_travel(
    look: Look, on_roads: OnRoads | None, units: GeoSeries, pairs: pd.DataFrame, progress: Progress
) -> pd.DataFrame:
    """Pairs with ``travel_s``: by road where there is one, else as the crow flies at the speed of a footpath."""
    middles = units.representative_point()
    known = pairs[pairs["left"].isin(units.index) & pairs["right"].isin(units.index)].reset_index(drop=True)
    ends = [middles.loc[known[side]].reset_index(drop=True) for side in ("left", "right")]
    straight_s = ends[0].distance(ends[1]) / (look.profile.roads.link_kmh / 3.6)
    if on_roads is None or known.empty:
        return known.assign(travel_s=straight_s)
    by_road_s = on_roads.times(known, most_s=_MOST_TRAVEL_S, progress=progress)
    return known.assign(travel_s=by_road_s.where(np.isfinite(by_road_s), straight_s))


def _joined(patchwork: Patchwork, on_roads: OnRoads | None, minutes: float, progress: Progress) -> pd.DataFrame:
    """Pairs of councils that a road joins in some minutes; of who hangs together anyway only some."""
    if not 0 < minutes <= _MOST_MINUTES:
        raise Unusable("organize.road_minutes", limit=_MOST_MINUTES)
    if on_roads is None:
        raise Unusable("access.no_roads")
    together = pd.Series(patchwork.components, index=patchwork.ids)
    return on_roads.joined(together, most_s=60 * minutes, progress=progress)


def _jurisdictions(look: Look, units: GeoSeries) -> pd.Series | None:
    """The municipality in which most of each council lies, by the first source that has any."""
    places = look.municipalities
    return None if places is None or places.empty else most_of(units, places)


def _told(desk: _Desk, plans: Sequence[regions.Plan], seed: int) -> Candidates:
    return Candidates(
        plans=tuple(_candidate(desk, plan) for plan in plans),
        councils=len(desk.units),
        least=desk.wanted.least,
        most=desk.wanted.most,
        seed=seed,
        names=desk.look.names,
    )


def _candidate(desk: _Desk, plan: regions.Plan) -> Candidate:
    of = plan.of.dropna()
    members = {int(number): tuple(some.index) for number, some in of.groupby(of)}
    shapes = desk.look.in_degrees(
        [
            shapely.union_all(np.asarray(desk.units.loc[list(members[number])].array))
            for number in plan.regions.index
        ]
    )
    groups = tuple(
        _group(desk, number, members[number], row, shape)
        for (number, row), shape in zip(plan.regions.iterrows(), shapes, strict=True)
    )
    return Candidate(
        groups=groups,
        left_over={str(council): Reason(reason) for council, reason in plan.left_over["reason"].items()},
        bound=plan.bound,
        is_valid=plan.is_valid,
        compactness=float(plan.regions["compactness"].mean()) if len(groups) else 0.0,
    )


def _group(desk: _Desk, number: int, members: tuple[str, ...], row: pd.Series, shape: BaseGeometry) -> Group:
    families = desk.look.councils.loc[list(members), "families"]
    return Group(
        number=number,
        councils=members,
        shape=shape,
        area_m2=float(row["area_m2"]),
        families=None if families.isna().any() else int(families.sum()),
        compactness=float(row["compactness"]),
        travel_h=float(row["travel_h"]) if desk.wanted.travel_weight else None,
        crossings=int(row["crossings"]),
        is_connected=bool(row["is_connected"]),
        is_within=bool(row["is_within"]),
        is_locked=bool(row["is_kept"]),
    )
