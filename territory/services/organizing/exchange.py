"""Who could give what to whom, of what territories offer and need each month. Nobody owes anybody anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from territory.geo import networks
from territory.records import Exchange, Side
from territory.services.access import Access, Operation, require_role
from territory.services.organizing.look import Asked, Look
from territory.services.register import Register

_NEAREST = 8


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
    """How offers could meet needs: as much need as can be, then the shortest ways in all."""

    flows: tuple[Flow, ...]
    open: tuple[Open, ...]
    places: Mapping[str, tuple[float, float]]
    """Longitude and latitude of a point within each territory that gives or takes."""
    names: Mapping[str, str]


def network(register: Register, access: Access, asked: Asked) -> Network:
    """Match offers and needs of the councils that whoever asks sees whole.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    NotFound
        There is no such jurisdiction.
    """
    require_role(access, Operation.GROUP)
    look = Look.of(register, access, asked)
    with register.reading() as reading:
        held = reading.find(Exchange, until=None)
    own = [each for each in held if each.territory in look.shapes.index and look.is_asked((each.territory,))]
    table = _table(look, own)
    offers, needs = (table[(table["side"] == side).to_numpy()] for side in (Side.OFFERS, Side.NEEDS))
    found = networks.flows(offers, needs, networks.arcs(offers, needs, nearest=_NEAREST))
    known = {each.id: each for each in own}
    open_ = [*_open(known, found.unmet), *_open(known, found.unused)]
    involved = sorted({each.territory for each in own})
    middles = look.in_degrees(shapely.point_on_surface(np.asarray(look.shapes.loc[involved].array)))
    return Network(
        flows=tuple(
            Flow(
                product=known[row.offer].product,
                unit=known[row.offer].unit,
                giver=known[row.offer].territory,
                taker=known[row.need].territory,
                amount=float(row.amount),
                distance_m=float(row.cost),
            )
            for row in found.flows.itertuples(index=False)
        ),
        open=tuple(sorted(open_, key=lambda each: (each.side, each.product, -each.amount, each.territory))),
        places={each: (float(at.x), float(at.y)) for each, at in zip(involved, middles, strict=True)},
        names=look.names,
    )


def _table(look: Look, held: list[Exchange]) -> pd.DataFrame:
    """What networks are made of; one product in two units is two products."""
    shapes = np.asarray(look.shapes.loc[[each.territory for each in held]].array)
    x, y = shapely.get_coordinates(shapely.point_on_surface(shapes)).reshape(-1, 2).T
    return pd.DataFrame(
        {
            "side": [each.side for each in held],
            "product": [f"{each.product}\0{each.unit}" for each in held],
            "amount": [each.amount for each in held],
            "x": x,
            "y": y,
        },
        index=pd.Index([each.id for each in held], dtype=object),
    )


def _open(known: Mapping[str, Exchange], rest: pd.Series) -> list[Open]:
    return [
        Open(
            side=known[str(id_)].side,
            territory=known[str(id_)].territory,
            product=known[str(id_)].product,
            unit=known[str(id_)].unit,
            amount=float(amount),
        )
        for id_, amount in rest.items()
    ]
