"""Who could give what to whom, of what territories offer and need each month. Nobody owes anybody anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from shapely import Point

from territory.geo import networks
from territory.geo.access import times_between
from territory.geo.progress import Progress, silent
from territory.records import Exchange, Side
from territory.services.access import Access, Operation, Sight, require_role
from territory.services.errors import Unusable
from territory.services.organizing.look import Asked, Look
from territory.services.organizing.roads import network as road_network
from territory.services.organizing.satellites import Satellite, satellites
from territory.services.register import Register

_NEAREST = 8
_NEAREST_BY_ROAD = 24
"""More than as the crow flies: who is near by road is among those, and not always one of the first."""
_LONGEST_S = 24 * 3_600.0

Ways = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]
"""Which offers could reach which needs, and what a unit costs: tables as `networks.arcs` takes and gives them."""

as_the_crow_flies: Ways = partial(networks.arcs, nearest=_NEAREST)
"""The nearest ones; what counts is the distance in metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """What one territory could give another each month."""

    product: str
    unit: str
    giver: str
    taker: str
    amount: float
    distance_m: float
    """As the crow flies, from middle to middle."""
    travel_s: float | None
    """By road, where that is what counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """What nobody gives, or nobody takes."""

    side: Side
    territory: str
    product: str
    unit: str
    amount: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How offers could meet needs: as much need as can be, then the least cost in all."""

    flows: tuple[Flow, ...]
    """The largest of each product first."""
    open: tuple[Open, ...]
    satellites: tuple[Satellite, ...]
    """Councils that are in a commune and do not hang together with it."""
    places: Mapping[str, Point]
    """A point within each territory that gives or takes and has a line, WGS 84."""
    names: Mapping[str, str]


def network(
    register: Register,
    access: Access,
    asked: Asked,
    *,
    is_by_road: bool = False,
    progress: Progress = silent,
) -> Network:
    """Match offers and needs of the territories that whoever asks sees whole.

    Parameters
    ----------
    register, access
        Where, and who asks.
    asked
        Where to look: what lies there is matched. Where everything is asked for, what territories without a line
        offer and need is told as well; it stays open, as nobody can say how far they are.
    is_by_road
        Whether the time by road counts, and who is on no road can exchange nothing; else the distance.
    progress
        Told how far it is; what it raises ends the work.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    NotFound
        There is no such jurisdiction.
    Unusable
        Roads are asked for, and no layer tells of any.
    """
    require_role(access, Operation.GROUP)
    progress("layout", 0, 0)
    look = Look.of(register, access, asked)
    ways = by_road(look, progress) if is_by_road else as_the_crow_flies
    held = _held(register, access, look, asked)
    progress("exchange", 0, len(held))
    at = _middles(look, [each.territory for each in held.values()])
    table = _table(held, at)
    has_place = table["x"].notna().to_numpy()
    offers, needs = (table[(table["side"] == side).to_numpy()] for side in (Side.OFFERS, Side.NEEDS))
    near = [each[has_place[table.index.get_indexer(each.index)]] for each in (offers, needs)]
    found = networks.flows(offers, needs, ways(near[0], near[1]))
    flows = _flows(held, found.flows, at, is_by_road=is_by_road)
    progress("satellites", 0, 0)
    return Network(
        flows=flows,
        open=_open(held, [*found.unmet.items(), *found.unused.items()]),
        satellites=satellites(look, [(each.giver, each.taker) for each in flows]),
        places=dict(zip(at.index, look.in_degrees(list(at.array)), strict=True)),
        names={id_: standing.name for id_, standing in register.current().standing.items()},
    )


def by_road(look: Look, progress: Progress = silent) -> Ways:
    """What counts is the time by road, the shorter of both directions.

    Raises
    ------
    Unusable
        No layer tells of roads.
    """
    roads = road_network(look)
    if roads is None:
        raise Unusable("access.no_roads")

    def ways(offers: pd.DataFrame, needs: pd.DataFrame) -> pd.DataFrame:
        pairs = networks.arcs(offers, needs, nearest=_NEAREST_BY_ROAD)
        involved = look.layer.geometry[sorted({*offers["territory"], *needs["territory"]})]
        places = roads.snap(involved, within_m=look.profile.roads.reach_m, ground=involved)
        ends = pd.DataFrame(
            {
                "left": offers["territory"].reindex(pairs["offer"]).to_numpy(),
                "right": needs["territory"].reindex(pairs["need"]).to_numpy(),
            }
        )
        time_s = times_between(roads, places, ends, most_s=_LONGEST_S, progress=progress)
        return pairs.assign(cost=time_s.to_numpy())

    return ways


def _held(register: Register, access: Access, look: Look, asked: Asked) -> dict[str, Exchange]:
    """What is offered and needed where one looks, by id."""
    eyes = register.eyes(access)
    is_everywhere = asked.area is None and asked.jurisdiction is None

    def counts(territory: str) -> bool:
        if territory in look.layer.index:
            return look.is_asked((territory,)) or (
                territory not in look.shapes.index and _lies_in(look, territory)
            )
        return is_everywhere and eyes.sight(territory) is Sight.ALL

    with register.reading() as reading:
        return {each.id: each for each in reading.find(Exchange, until=None) if counts(each.territory)}


def _lies_in(look: Look, territory: str) -> bool:
    """Whether the middle of what is no council lies where one looks."""
    middle = shapely.point_on_surface(look.layer.geometry[territory])
    return look.ground is None or bool(shapely.covers(look.ground, middle))


def _middles(look: Look, territories: list[str]) -> GeoSeries:
    """A point in each territory that has a line, in metres, by id."""
    drawn = look.layer.geometry[look.layer.index.isin(territories)]
    return GeoSeries(shapely.point_on_surface(np.asarray(drawn.array)), index=drawn.index, crs=drawn.crs)


def _table(held: Mapping[str, Exchange], at: GeoSeries) -> pd.DataFrame:
    """What networks are made of; one product in two units is two products."""
    places = at.reindex([each.territory for each in held.values()])
    return pd.DataFrame(
        {
            "territory": pd.Series([each.territory for each in held.values()], index=list(held), dtype=object),
            "side": [each.side for each in held.values()],
            "product": [f"{each.product}\0{each.unit}" for each in held.values()],
            "amount": [each.amount for each in held.values()],
            "x": places.x.to_numpy(),
            "y": places.y.to_numpy(),
        },
        index=pd.Index(list(held), dtype=object),
    )


def _flows(
    held: Mapping[str, Exchange], table: pd.DataFrame, at: GeoSeries, *, is_by_road: bool
) -> tuple[Flow, ...]:
    flows = [
        Flow(
            product=held[offer].product,
            unit=held[offer].unit,
            giver=held[offer].territory,
            taker=held[need].territory,
            amount=float(amount),
            distance_m=float(at[held[offer].territory].distance(at[held[need].territory])),
            travel_s=float(cost) if is_by_road else None,
        )
        for offer, need, amount, cost in table[["offer", "need", "amount", "cost"]].itertuples(index=False)
    ]
    return tuple(sorted(flows, key=lambda each: (each.product, each.unit, -each.amount, each.giver, each.taker)))


def _open(held: Mapping[str, Exchange], rest: list[tuple[str, float]]) -> tuple[Open, ...]:
    found = [
        Open(
            side=held[id_].side,
            territory=held[id_].territory,
            product=held[id_].product,
            unit=held[id_].unit,
            amount=float(amount),
        )
        for id_, amount in rest
    ]
    return tuple(sorted(found, key=lambda each: (each.side, each.product, -each.amount, each.territory)))
