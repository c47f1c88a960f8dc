"""What territories offer and need each month, and who could give what to whom. Nobody owes anybody anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely

from territory.geo import networks
from territory.records import Exchange, Side
from territory.services.access import Access, Operation, require, require_role
from territory.services.errors import NotFound, Stale, Unusable
from territory.services.organizing.look import Asked, Look
from territory.services.register import Once, Register, new_id, today

_NEAREST = 8
_MOST_AMOUNT = 1e9


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


def note(
    register: Register,
    access: Access,
    territory: str,
    *,
    side: Side,
    product: str,
    amount: float,
    unit: str,
    once: Once | None = None,
) -> str:
    """Note what a territory offers or needs each month; its own and organizers see it, nobody else.

    Returns
    -------
    str
        Its id.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    Unusable
        The amount is nothing, or too much to be true.
    """
    require(register.eyes(access), Operation.DESCRIBE, territory)
    if not 0 < amount <= _MOST_AMOUNT:
        raise Unusable("exchange.amount")
    made = Exchange(
        id=new_id("e"), territory=territory, side=side, product=_plain(product), amount=amount, unit=_plain(unit)
    )
    with register.writing(access, "note_exchange", once=once) as writing:
        kept = writing.put(made)
        writing.note(made=kept.id, territory=territory)
    return kept.id


def listed(register: Register, access: Access, territory: str) -> list[Exchange]:
    """What a territory offers and needs, for whoever sees it whole.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`.
    """
    require(register.eyes(access), Operation.SEE, territory)
    with register.reading() as reading:
        return reading.find(Exchange, territory=territory, until=None)


def end(register: Register, access: Access, territory: str, id_: str, *, based_on: int) -> Exchange:
    """Say that an offer or a need no longer holds.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.access.require`; or there is none of that id.
    Stale
        Somebody else changed it meanwhile.
    """
    require(register.eyes(access), Operation.DESCRIBE, territory)
    with register.writing(access, "end_exchange") as writing:
        known = writing.get(Exchange, id_)
        if known is None or known.territory != territory or known.until is not None:
            raise NotFound("exchange.unknown", id=id_[:40])
        if known.revision != based_on:
            raise Stale("record.stale", kind="exchange", id=id_, revision=based_on)
        writing.note(territory=territory, exchange=id_)
        return writing.put(replace(known, until=today()))


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


def _plain(word: str) -> str:
    """A word as it is compared: "Maíz " and "maíz" are one product."""
    return " ".join(word.lower().split())
