"""How a network is told: everything in it a thing on the map with its numbers, those without a place too."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import shapely
from shapely import LineString

from territory.services.organizing.exchange import Flow, Network, Open
from territory.services.organizing.satellites import Satellite
from territory.services.reports import geometry
from territory.words import number, say

# Of an amount, more is rounding.
_DIGITS = 6
_MOST_DIGITS = 2


def told(network: Network, language: str) -> dict[str, Any]:
    """A network as GeoJSON.

    Returns
    -------
    dict
        ``features``, each of a ``kind``: ``flow`` (a line from who gives to who takes), ``needs`` and ``offers``
        (what nobody gives or takes, at the middle of whose it is), ``satellite`` (the way from its commune to it);
        each with a sentence, ``why``.
    """
    numbers = count(1)
    features = [
        *(_flow(network, each, f"flow-{next(numbers)}", language) for each in network.flows),
        *(_open(network, each, f"open-{next(numbers)}", language) for each in network.open),
        *(_satellite(network, each, language) for each in network.satellites),
    ]
    return {"type": "FeatureCollection", "features": features}


def amount_of(amount: float, unit: str, language: str) -> str:
    """An amount with its unit, as people write it: no zeros behind the point.

    >>> amount_of(12.0, "kg", "es"), amount_of(2.5, "l", "es")
    ('12\\xa0kg', '2,5\\xa0l')
    """
    digits = next(
        (few for few in range(_MOST_DIGITS) if round(amount, few) == round(amount, _DIGITS)), _MOST_DIGITS
    )
    return f"{number(amount, language, digits)}\xa0{unit}"


def _flow(network: Network, flow: Flow, id_: str, language: str) -> dict[str, Any]:
    giver, taker = (_named(network, each) for each in (flow.giver, flow.taker))
    line = LineString([network.places[flow.giver], network.places[flow.taker]])
    how_much = amount_of(flow.amount, flow.unit, language)
    said = {"giver": giver["name"], "taker": taker["name"], "distance_m": flow.distance_m}
    return _feature(
        id_,
        line,
        kind="flow",
        product=flow.product,
        unit=flow.unit,
        amount=round(flow.amount, _DIGITS),
        distance_m=flow.distance_m,
        travel_s=flow.travel_s,
        giver=giver,
        taker=taker,
        why=say(
            language,
            "network.flow" if flow.travel_s is None else "network.flow_by_road",
            product=flow.product,
            amount=how_much,
            travel_s=flow.travel_s,
            **said,
        ),
    )


def _open(network: Network, each: Open, id_: str, language: str) -> dict[str, Any]:
    territory = _named(network, each.territory)
    how_much = amount_of(each.amount, each.unit, language)
    why = say(language, f"network.{each.side}", product=each.product, amount=how_much, name=territory["name"])
    return _feature(
        id_,
        network.places.get(each.territory),
        kind=each.side.value,
        product=each.product,
        unit=each.unit,
        amount=round(each.amount, _DIGITS),
        territory=territory,
        why=why,
    )


def _satellite(network: Network, each: Satellite, language: str) -> dict[str, Any]:
    councils = [_named(network, one) for one in each.councils]
    return _feature(
        f"satellite-{each.id}",
        LineString(each.way),
        kind="satellite",
        commune=_named(network, each.commune),
        councils=councils,
        loose=[_named(network, one) for one in each.loose],
        distance_m=each.distance_m,
        flows=each.flows,
        least=each.least,
        could_found=each.could_found,
        why=" ".join(_of_satellite(network, each, [one["name"] for one in councils], language)),
    )


def _of_satellite(network: Network, each: Satellite, councils: list[str], language: str) -> Iterator[str]:
    commune = network.names.get(each.commune, each.commune)
    yield say(language, "network.satellite", councils=councils, commune=commune, distance_m=each.distance_m)
    yield say(
        language, "network.satellite.flows" if each.flows else "network.satellite.no_flows", count=each.flows
    )
    key = "could" if each.could_found else "could_not"
    numbers = {"councils": len(each.councils), "loose": len(each.loose), "least": each.least}
    yield say(language, f"network.satellite.{key}", **numbers)


def _named(network: Network, territory: str) -> dict[str, str]:
    return {"id": territory, "name": network.names.get(territory, territory)}


def _feature(id_: str, shape: shapely.Geometry | None, **said: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": id_,
        "properties": said,
        "geometry": None if shape is None else geometry(shape),
    }
