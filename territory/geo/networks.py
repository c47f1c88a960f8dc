"""Networks at a distance: who could give what to whom, with the least way in all."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import coo_array
from scipy.spatial import KDTree

from territory.geo.errors import GeoError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Of all that is offered and needed, less than this share is rounding of the solver.
_TRACE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Flows:
    """Who gives what to whom, and what stays open."""

    flows: pd.DataFrame
    """``offer`` and ``need``: rows of the tables given, by their index; ``amount``, ``cost`` of one unit of it."""
    unmet: pd.Series
    """By need, what nobody gives; needs that are met are left out."""
    unused: pd.Series
    """By offer, what nobody takes; offers that are used up are left out."""

    @property
    def total_cost(self) -> float:
        """Amounts times ways, of all flows."""
        return float((self.flows["amount"] * self.flows["cost"]).sum())


def arcs(offers: pd.DataFrame, needs: pd.DataFrame, *, nearest: int) -> pd.DataFrame:
    """Pair offers and needs of the same product that are near each other, as the crow flies.

    Parameters
    ----------
    offers, needs
        ``product`` (with its unit of measure, where one product comes in several), ``x``, ``y`` in metres.
    nearest
        Each need is paired with so many offers next to it, and each offer with so many needs.

    Returns
    -------
    DataFrame
        ``offer`` and ``need``, index values of both tables, and ``cost``: the distance in metres. Sorted by place
        in the tables.

    Examples
    --------
    >>> offers = pd.DataFrame({"product": "maize", "x": [0.0, 90.0], "y": 0.0}, index=["low", "high"])
    >>> needs = pd.DataFrame({"product": ["maize", "milk"], "x": [100.0, 0.0], "y": 0.0}, index=["town", "farm"])
    >>> arcs(offers, needs, nearest=1).values.tolist()
    [['low', 'town', 100.0], ['high', 'town', 10.0]]
    """
    if nearest < 1:
        raise GeoError("at least one offer has to be looked at")
    found: list[Ints] = []
    for product in pd.unique(needs["product"]):
        own_offers = np.flatnonzero(offers["product"] == product)
        own_needs = np.flatnonzero(needs["product"] == product)
        if not len(own_offers):
            continue
        # Both ways: an offer that is no need's nearest would otherwise be lost.
        found.append(_nearest(needs, own_needs, offers, own_offers, nearest)[:, ::-1])
        found.append(_nearest(offers, own_offers, needs, own_needs, nearest))
    pairs = np.unique(np.concatenate(found), axis=0) if found else np.empty((0, 2), dtype=np.int64)
    apart = offers[["x", "y"]].to_numpy(float)[pairs[:, 0]] - needs[["x", "y"]].to_numpy(float)[pairs[:, 1]]
    return pd.DataFrame(
        {
            "offer": offers.index[pairs[:, 0]],
            "need": needs.index[pairs[:, 1]],
            "cost": np.hypot(apart[:, 0], apart[:, 1]),
        }
    )


def _nearest(asking: pd.DataFrame, own: Ints, asked: pd.DataFrame, others: Ints, count: int) -> Ints:
    """(k, 2) positions: who asks, and each of those next to it."""
    tree = KDTree(asked[["x", "y"]].to_numpy(float)[others])
    count = min(count, len(others))
    found = tree.query(asking[["x", "y"]].to_numpy(float)[own], k=range(1, count + 1))[1]
    return np.column_stack([np.repeat(own, count), others[found.ravel()]])


def flows(offers: pd.DataFrame, needs: pd.DataFrame, ways: pd.DataFrame) -> Flows:
    """Send offers to needs: first as much need met as can be, then at the least cost in all.

    Parameters
    ----------
    offers, needs
        ``product`` and ``amount`` (0 or more, in one unit for each product), each index value once.
    ways
        ``offer``, ``need``, ``cost``: who could give to whom, and what a unit of it costs: `arcs`, or times by
        road. Costs are 0 or more, or infinite, as where there is no road. Ways between strangers and between
        different products are left out; of several between the same two, the cheapest is taken.

    Returns
    -------
    Flows
        Where several answers cost the same, always the same one of them.

    Raises
    ------
    GeoError
        An amount or a cost is negative or missing, or an index value stands twice.

    Examples
    --------
    >>> offers = pd.DataFrame({"product": "maize", "amount": [5, 5]}, index=["low", "high"])
    >>> needs = pd.DataFrame({"product": "maize", "amount": [4, 8]}, index=["town", "port"])
    >>> ways = pd.DataFrame({"offer": ["low", "low", "high"], "need": ["town", "port", "town"], "cost": [1, 9, 2]})
    >>> found = flows(offers, needs, ways)
    >>> found.flows.values.tolist()
    [['low', 'port', 5.0, 9.0], ['high', 'town', 4.0, 2.0]]
    >>> found.unmet.to_dict(), found.unused.to_dict()
    ({'port': 3.0}, {'high': 1.0})
    """
    given, wanted = _amounts(offers), _amounts(needs)
    offer, need, cost = _ways(offers, needs, ways)
    sent = _sent(given, wanted, offer, need, cost)
    is_flow = sent > _TRACE * max(given.sum(), wanted.sum(), 1e-300)
    offer, need, cost, sent = offer[is_flow], need[is_flow], cost[is_flow], sent[is_flow]
    return Flows(
        flows=pd.DataFrame(
            {"offer": offers.index[offer], "need": needs.index[need], "amount": sent, "cost": cost}
        ),
        unmet=_rest(wanted, need, sent, needs.index, "unmet"),
        unused=_rest(given, offer, sent, offers.index, "unused"),
    )


def _amounts(table: pd.DataFrame) -> Floats:
    if not table.index.is_unique:
        raise GeoError("an index value stands twice")
    amounts = table["amount"].to_numpy(dtype=float, na_value=np.nan)
    if not (np.isfinite(amounts) & (amounts >= 0)).all():
        raise GeoError("amounts must be known, and 0 or more")
    return np.asarray(amounts)


def _ways(offers: pd.DataFrame, needs: pd.DataFrame, ways: pd.DataFrame) -> tuple[Ints, Ints, Floats]:
    """Positions of offer and need of each way that can be gone, and its cost; each pair once, in order."""
    cost = ways["cost"].to_numpy(dtype=float, na_value=np.nan)
    if np.isnan(cost).any() or (cost < 0).any():
        raise GeoError("costs must be known, and 0 or more")
    offer = np.asarray(offers.index.get_indexer(pd.Index(ways["offer"])), dtype=np.int64)
    need = np.asarray(needs.index.get_indexer(pd.Index(ways["need"])), dtype=np.int64)
    keep = (offer >= 0) & (need >= 0) & np.isfinite(cost)
    offer, need, cost = offer[keep], need[keep], cost[keep]
    is_same = offers["product"].to_numpy()[offer] == needs["product"].to_numpy()[need]
    table = pd.DataFrame({"offer": offer[is_same], "need": need[is_same], "cost": cost[is_same]})
    cheapest = table.groupby(["offer", "need"], as_index=False)["cost"].min()
    return (
        cheapest["offer"].to_numpy(dtype=np.int64),
        cheapest["need"].to_numpy(dtype=np.int64),
        cheapest["cost"].to_numpy(dtype=float),
    )


def _sent(given: Floats, wanted: Floats, offer: Ints, need: Ints, cost: Floats) -> Floats:
    """(k,) amount sent along each way: a transportation problem in which needs may stay unmet, at a price."""
    ways, offers, needs = len(cost), len(given), len(wanted)
    total = max(given.sum(), wanted.sum())
    if not ways or total == 0:
        return np.zeros(ways)
    # The solver's tolerances are absolute: scaled, they mean the same for grams and for tons.
    unit, price = total / max(offers, needs), max(cost.max(), 1e-300)
    way = np.arange(ways)
    rows = np.r_[offer, offers + need]
    sums = coo_array((np.ones(2 * ways), (rows, np.r_[way, way])), shape=(offers + needs, ways)).tocsr()
    # To meet one need more, others may have to change whom they take from, all along a chain of ways. A price for
    # what stays unmet that exceeds every such chain makes needs count first; it is the slack of the second half
    # of the rows, taken into the cost.
    unmet = min(offers, needs) + 1.0
    answer = linprog(
        cost / price - unmet,
        A_ub=sums,
        b_ub=np.r_[given, wanted] / unit,
        method="highs",
    )
    if answer.x is None:
        raise GeoError(f"no flows were found: {answer.message}")
    return np.asarray(np.maximum(answer.x, 0.0) * unit)


def _rest(amounts: Floats, at: Ints, sent: Floats, index: pd.Index, name: str) -> pd.Series:
    rest = amounts - np.bincount(at, sent, minlength=len(amounts))
    is_open = rest > _TRACE * max(amounts.sum(), 1e-300) + 1e-12 * amounts
    return pd.Series(rest[is_open], index=index[is_open], name=name)
