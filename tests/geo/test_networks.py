"""Offers and needs at a distance, beside other ways to find the best."""

from itertools import product as every

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from territory.geo.errors import GeoError
from territory.geo.networks import arcs, flows


def table(amounts, product="maize", prefix="o"):
    index = [f"{prefix}{k}" for k in range(len(amounts))]
    return pd.DataFrame({"product": product, "amount": amounts}, index=index)


def ways_of(rows):
    return pd.DataFrame(rows, columns=["offer", "need", "cost"])


@st.composite
def markets(draw, most=5, largest=6):
    """Whole amounts and costs, some ways missing."""
    amounts = st.lists(st.integers(0, largest), min_size=1, max_size=most)
    given_, wanted = table(draw(amounts)), table(draw(amounts), prefix="n")
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    rows = [(o, n, rng.integers(0, 20)) for o, n in every(given_.index, wanted.index) if rng.uniform() < 0.8]
    return given_, wanted, ways_of(rows)


def by_networkx(offers, needs, ways):
    """(most that can be met, least cost of meeting it), by network simplex on whole numbers."""
    graph = nx.DiGraph()
    graph.add_nodes_from(["from", "to"])
    for offer, amount in offers["amount"].items():
        graph.add_edge("from", offer, capacity=int(amount), weight=0)
    for need, amount in needs["amount"].items():
        graph.add_edge(need, "to", capacity=int(amount), weight=0)
    for offer, need, cost in ways.itertuples(index=False):
        graph.add_edge(offer, need, weight=int(cost))
    met = nx.maximum_flow_value(graph, "from", "to")
    return met, nx.cost_of_flow(graph, nx.max_flow_min_cost(graph, "from", "to"))


@given(markets())
def test_as_much_is_met_as_can_be_at_the_least_cost(market):
    offers, needs, ways = market
    found = flows(offers, needs, ways)
    met, cost = by_networkx(offers, needs, ways)
    assert found.flows["amount"].sum() == pytest.approx(met, abs=1e-6)
    assert found.total_cost == pytest.approx(cost, abs=1e-5)


@settings(max_examples=40)
@given(markets(most=2, largest=2))
def test_no_whole_flows_do_better(market):
    offers, needs, ways = market
    best = (0.0, 0.0)
    for sent in every(range(3), repeat=len(ways)):
        tried = ways.assign(amount=sent)
        if (
            tried.groupby("offer")["amount"].sum()
            <= offers["amount"].reindex(tried["offer"].unique()).sort_index()
        ).all() and (
            tried.groupby("need")["amount"].sum() <= needs["amount"].reindex(tried["need"].unique()).sort_index()
        ).all():
            best = max(best, (float(sum(sent)), -float((tried["amount"] * tried["cost"]).sum())))
    found = flows(offers, needs, ways)
    assert (found.flows["amount"].sum(), -found.total_cost) == pytest.approx(best, abs=1e-5)


@given(markets(), st.sampled_from([1e-6, 1.0, 1e9]))
def test_nothing_is_made_and_nothing_is_lost(market, scale):
    offers, needs, ways = market
    offers, needs = (each.assign(amount=each["amount"] * scale) for each in (offers, needs))
    found = flows(offers, needs, ways)
    sent = found.flows.groupby("offer")["amount"].sum().add(found.unused, fill_value=0)
    met = found.flows.groupby("need")["amount"].sum().add(found.unmet, fill_value=0)
    for amounts, told in ((offers["amount"], sent), (needs["amount"], met)):
        assert told.reindex(amounts.index, fill_value=0).to_numpy() == pytest.approx(
            amounts.to_numpy(), rel=1e-6, abs=1e-7 * scale
        )
    assert (found.flows["amount"] > 0).all()
    assert set(found.flows[["offer", "need"]].itertuples(index=False, name=None)) <= set(
        ways[["offer", "need"]].itertuples(index=False, name=None)
    )


@given(markets(), st.integers(0, 9))
def test_the_order_of_ways_changes_nothing(market, seed):
    offers, needs, ways = market
    one, two = flows(offers, needs, ways), flows(offers, needs, ways.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(one.flows, two.flows)


def test_a_need_is_met_though_meeting_it_costs_a_chain_of_detours():
    """Greedy matching gives the first need the near offer and leaves the second without any."""
    ways = ways_of([("o0", "n0", 1), ("o0", "n1", 1000), ("o1", "n0", 1000)])
    found = flows(table([1, 1]), table([1, 1], prefix="n"), ways)
    assert found.flows[["offer", "need"]].values.tolist() == [["o0", "n1"], ["o1", "n0"]]
    assert found.unmet.empty


def test_products_do_not_mix():
    offers = table([5, 5], product=["maize", "milk"])
    needs = table([3, 4], product=["milk", "beans"], prefix="n")
    everybody = ways_of([(o, n, 1) for o, n in every(offers.index, needs.index)])
    found = flows(offers, needs, everybody)
    assert found.flows.values.tolist() == [["o1", "n0", 3.0, 1.0]]
    assert found.unmet.to_dict() == {"n1": 4.0}
    assert found.unused.to_dict() == {"o0": 5.0, "o1": 2.0}


def test_no_way_no_flow():
    offers, needs = table([5]), table([3], prefix="n")
    for ways in (ways_of([]), ways_of([("o0", "n0", np.inf)]), ways_of([("o0", "stranger", 1)])):
        found = flows(offers, needs, ways)
        assert found.flows.empty
        assert (found.unmet.to_dict(), found.unused.to_dict()) == ({"n0": 3.0}, {"o0": 5.0})
        assert found.total_cost == 0
    nothing = flows(offers.iloc[:0], needs.iloc[:0], ways_of([]))
    assert nothing.flows.empty
    assert nothing.unmet.empty


def test_amounts_of_nothing_stay_out():
    found = flows(table([0]), table([0], prefix="n"), ways_of([("o0", "n0", 1)]))
    assert found.flows.empty
    assert found.unmet.empty
    assert found.unused.empty


def test_of_several_ways_between_two_the_cheapest_is_taken():
    found = flows(table([1]), table([1], prefix="n"), ways_of([("o0", "n0", 7), ("o0", "n0", 3)]))
    assert found.flows["cost"].tolist() == [3.0]


@pytest.mark.parametrize("amount", [-1, None, float("inf")])
def test_amounts_are_known_and_not_negative(amount):
    with pytest.raises(GeoError, match="amounts"):
        flows(table([amount]), table([1], prefix="n"), ways_of([]))


def test_costs_are_known_and_not_negative_and_names_stand_once():
    for cost in (-1.0, np.nan):
        with pytest.raises(GeoError, match="costs"):
            flows(table([1]), table([1], prefix="n"), ways_of([("o0", "n0", cost)]))
    with pytest.raises(GeoError, match="twice"):
        flows(pd.concat([table([1]), table([1])]), table([1], prefix="n"), ways_of([]))


def placed(rng, count, prefix):
    index = [f"{prefix}{k}" for k in range(count)]
    places = rng.uniform(0, 1000, (count, 2))
    return pd.DataFrame(
        {"product": rng.choice(["maize", "milk"], count), "x": places[:, 0], "y": places[:, 1]}, index=index
    )


@given(st.integers(0, 2**16), st.integers(0, 8), st.integers(0, 8), st.integers(1, 10))
def test_arcs_lead_to_the_nearest_of_the_same_product(seed, offers_count, needs_count, nearest):
    rng = np.random.default_rng(seed)
    offers, needs = placed(rng, offers_count, "o"), placed(rng, needs_count, "n")
    apart = pd.DataFrame(
        [
            (o, n, np.hypot(offers.x[o] - needs.x[n], offers.y[o] - needs.y[n]))
            for o, n in every(offers.index, needs.index)
            if offers["product"][o] == needs["product"][n]
        ],
        columns=["offer", "need", "cost"],
    )
    for_needs = apart.groupby("need")["cost"].rank() <= nearest
    for_offers = apart.groupby("offer")["cost"].rank() <= nearest
    expected = apart[for_needs | for_offers]
    found = arcs(offers, needs, nearest=nearest)
    assert dict(zip(zip(found.offer, found.need, strict=True), found.cost, strict=True)) == pytest.approx(
        dict(zip(zip(expected.offer, expected.need, strict=True), expected.cost, strict=True))
    )


def test_to_look_at_nobody_is_refused():
    with pytest.raises(GeoError, match="one offer"):
        arcs(placed(np.random.default_rng(1), 1, "o"), placed(np.random.default_rng(1), 1, "n"), nearest=0)
