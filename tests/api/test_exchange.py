"""Offers and needs over HTTP: who may note and see them, and how they are matched."""

from __future__ import annotations

import pytest
from desk import Desk, desk, square
from fastapi.testclient import TestClient

from territory.records import Role


@pytest.fixture
def served(tmp_path):
    """Four councils in a row, a key for each of three, and an organizer."""
    shapes = {f"c{column}": square(column) for column in range(4)}
    app = desk(f"{tmp_path}/exchange.db", shapes, {})
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("all", Role.ORGANIZER)
        for column in range(3):
            made.issue(f"k{column}", Role.SPOKESPERSON, territories=[f"c{column}"])
        yield made


def note(served, column, side, product, amount, unit="kg"):
    told = {"side": side, "product": product, "amount": amount, "unit": unit}
    return served.ask(f"k{column}", "POST", f"/api/territories/c{column}/exchange", json=told)


def test_needs_are_met_as_far_as_they_can_be_by_the_shortest_ways(served):
    assert note(served, 0, "offers", "Maíz ", 10).status_code == 201
    note(served, 2, "offers", "maíz", 4)
    note(served, 1, "needs", "maíz", 12)
    note(served, 1, "needs", "leche", 3, "l")
    note(served, 2, "offers", "leche", 3, "botella")
    told = served.ask("all", "GET", "/api/network").json()
    flows = {(each["from"]["id"], each["to"]["id"]): each["amount"] for each in told["flows"]}
    assert sum(flows.values()) == 12
    assert {giver for giver, _ in flows} == {"c0", "c2"}
    rest = {(each["side"], each["product"], each["unit"]): each["amount"] for each in told["open"]}
    assert rest == {("needs", "leche", "l"): 3, ("offers", "leche", "botella"): 3, ("offers", "maíz", "kg"): 2}
    assert all(each["distance_m"] > 500 for each in told["flows"])


def test_only_its_own_note_and_only_they_and_organizers_see(served):
    note(served, 0, "offers", "maíz", 10)
    path = "/api/territories/c0/exchange"
    assert len(served.ask("k0", "GET", path).json()) == 1
    assert len(served.ask("all", "GET", path).json()) == 1
    assert served.ask(None, "GET", path).status_code in (401, 404)
    assert served.ask("k2", "GET", path).status_code in (403, 404)
    told = {"side": "offers", "product": "x", "amount": 1, "unit": "kg"}
    assert served.ask("all", "POST", path, json=told).status_code == 403
    assert served.ask("k0", "GET", "/api/network").status_code == 403
    assert served.ask(None, "GET", "/api/network").status_code == 401


def test_what_no_longer_holds_is_matched_no_more(served):
    made = note(served, 0, "offers", "maíz", 10)
    note(served, 1, "needs", "maíz", 5)
    path = f"/api/territories/c0/exchange/{made.json()['id']}"
    stale = served.ask("k0", "DELETE", path, headers={"If-Match": '"v9"'})
    assert stale.status_code == 412
    assert served.ask("k1", "DELETE", path, headers={"If-Match": '"v1"'}).status_code in (403, 404)
    assert served.ask("k0", "DELETE", path, headers={"If-Match": '"v1"'}).status_code == 200
    assert served.ask("k0", "DELETE", path, headers={"If-Match": '"v1"'}).status_code == 404
    assert served.ask("all", "GET", "/api/network").json()["flows"] == []


@pytest.mark.parametrize(
    "change",
    [{"amount": 0}, {"amount": -1}, {"amount": "much"}, {"side": "gives"}, {"product": ""}, {"unit": None}],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(served, change):
    told = {"side": "offers", "product": "maíz", "amount": 1, "unit": "kg"} | change
    refused = served.ask("k0", "POST", "/api/territories/c0/exchange", json=told)
    assert refused.status_code == 422
    assert refused.json()["detail"]


def test_a_register_without_any_has_an_empty_network(served):
    assert served.ask("all", "GET", "/api/network").json() == {"flows": [], "open": []}
