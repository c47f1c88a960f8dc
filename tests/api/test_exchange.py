"""Offers and needs over HTTP: who may note and see them, and how they are matched."""

from __future__ import annotations

from dataclasses import replace

import pytest
from desk import STEP, Desk, desk, square
from fastapi.testclient import TestClient
from shapely import LineString

from territory.records import Boundary, Exchange, Membership, Reference, ReferenceLayer, Role, Side, Territory
from territory.services.access import OPERATOR


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


def told(served, **where):
    """Features of the network by their kind."""
    answer = served.ask("all", "GET", "/api/network", params={"lang": "es", **where})
    found = {"flow": [], "needs": [], "offers": [], "satellite": []}
    for each in answer.json()["features"]:
        found[each["properties"]["kind"]].append(each)
    return found


def test_needs_are_met_as_far_as_they_can_be_by_the_shortest_ways(served):
    assert note(served, 0, "offers", "Maíz ", 10).status_code == 201
    note(served, 2, "offers", "maíz", 4)
    note(served, 1, "needs", "maíz", 12)
    note(served, 1, "needs", "leche", 3, "l")
    note(served, 2, "offers", "leche", 3, "botella")
    found = told(served)
    flows = {
        (each["properties"]["giver"]["id"], each["properties"]["taker"]["id"]): each["properties"]["amount"]
        for each in found["flow"]
    }
    assert sum(flows.values()) == 12
    assert {giver for giver, _ in flows} == {"c0", "c2"}
    rest = {
        (each["properties"]["kind"], each["properties"]["product"], each["properties"]["unit"]): each[
            "properties"
        ]["amount"]
        for each in (*found["needs"], *found["offers"])
    }
    assert rest == {("needs", "leche", "l"): 3, ("offers", "leche", "botella"): 3, ("offers", "maíz", "kg"): 2}
    assert all(each["properties"]["distance_m"] > 500 for each in found["flow"])
    first = found["flow"][0]
    amount = first["properties"]["amount"]
    assert first["properties"]["why"].startswith(f"maíz: {amount:.0f}\xa0kg al mes de c")
    assert first["properties"]["why"].endswith(" a c1, a 1,1\xa0km.")
    giver, taker = first["geometry"]["coordinates"]
    assert (giver[0] < taker[0]) == (first["properties"]["giver"]["id"] == "c0")
    assert "leche" in found["needs"][0]["properties"]["why"]


def test_the_same_comes_of_a_job(served):
    note(served, 0, "offers", "maíz", 10)
    note(served, 1, "needs", "maíz", 10)
    begun = served.ask("all", "POST", "/api/jobs?lang=es", json={"kind": "network"})
    place = begun.headers["location"]
    served.ask("all", "GET", f"{place}/events")
    assert (
        served.ask("all", "GET", f"{place}/result").json()
        == served.ask("all", "GET", "/api/network?lang=es").json()
    )


def test_what_lies_elsewhere_is_not_matched_and_what_has_no_line_stays_open(served):
    live = served.client.app.state.live
    with live.register.writing(OPERATOR, "test") as writing:
        writing.put(Territory(id="undrawn", level="council", called="Sin línea"))
        writing.put(Exchange(id="e-u", territory="undrawn", side=Side.NEEDS, product="maíz", amount=3, unit="kg"))
    note(served, 0, "offers", "maíz", 10)
    note(served, 2, "needs", "maíz", 4)
    [open_] = told(served)["needs"]
    assert (open_["properties"]["territory"]["name"], open_["geometry"]) == ("Sin línea", None)
    found = told(served, bbox="-69.3,10,-69.291,10.01")
    assert (found["flow"], found["needs"], [each["properties"]["amount"] for each in found["offers"]]) == (
        [],
        [],
        [10],
    )


def test_what_a_commune_offers_counts_where_it_lies(served):
    live = served.client.app.state.live
    with live.register.writing(OPERATOR, "test") as writing:
        known, line = writing.get(Territory, "c3"), writing.get(Boundary, "c3")
        writing.put(replace(known, id="comuna", revision=0, level="commune", called="El Maizal"))
        writing.put(replace(line, id="comuna", revision=0))
        writing.put(Exchange(id="e-c", territory="comuna", side=Side.OFFERS, product="maíz", amount=3, unit="kg"))
    note(served, 2, "needs", "maíz", 3)
    [flow] = told(served)["flow"]
    assert flow["properties"]["giver"] == {"id": "comuna", "name": "El Maizal"}


def test_by_road_who_is_on_none_gives_nothing_and_the_time_is_told(tmp_path):
    """The nearer of two lies on no road; a road leads to the farther one."""
    shapes = {"town": square(1), "hill": square(1, 3), "farm": square(6)}
    with TestClient(desk(f"{tmp_path}/roads.db", shapes, {})) as client:
        served = Desk(client, {})
        served.issue("all", Role.ORGANIZER)
        with client.app.state.live.register.writing(OPERATOR, "test") as writing:
            for territory, side in (("town", Side.NEEDS), ("hill", Side.OFFERS), ("farm", Side.OFFERS)):
                writing.put(
                    Exchange(
                        id=f"e-{territory}", territory=territory, side=side, product="maíz", amount=3, unit="kg"
                    )
                )
        assert [each["properties"]["giver"]["id"] for each in told(served)["flow"]] == ["hill"]
        refused = served.ask("all", "GET", "/api/network?by_road=true")
        assert (refused.status_code, refused.json()["code"]) == (422, "access.no_roads")
        with client.app.state.live.register.writing(OPERATOR, "test") as writing:
            writing.put(ReferenceLayer(id="r", kind="roads", called="Vías", source="test"))
            shape = LineString([(-69.3 + column * STEP, 10 + STEP / 2) for column in (1.5, 4, 6.5)])
            writing.put(Reference(id="r.1", layer="r", called="", level="primary", shape=shape))
        [flow] = told(served, by_road="true")["flow"]
        assert flow["properties"]["giver"]["id"] == "farm"
        assert 180 < flow["properties"]["travel_s"] < 600
        assert "por carretera (5,5\xa0km en línea recta)" in flow["properties"]["why"]
        begun = served.ask("all", "POST", "/api/jobs", json={"kind": "network", "by_road": "yes"})
        assert begun.status_code == 422


def test_products_are_told_in_the_words_of_those_one_sees_or_of_many(served):
    for column, product in ((0, "Maíz"), (0, "miel"), (1, "maíz"), (2, "maíz")):
        note(served, column, "offers", product, 1)
    words = lambda who: [each["product"] for each in served.ask(who, "GET", "/api/products").json()]  # noqa: E731
    assert words("all") == ["maíz", "miel"]
    assert words("k0") == ["maíz", "miel"]
    # Three note maize, so that it tells of none of them; honey tells of one.
    assert words("k1") == ["maíz"]
    assert served.ask(None, "GET", "/api/products").status_code == 401


def test_councils_that_lie_apart_from_their_commune_are_told_with_what_joins_them(tmp_path):
    """Two of the west make a commune with two of the east; beside these lies a loose one."""
    shapes = {f"c{column}": square(column) for column in (0, 1, 10, 11, 12)}
    with TestClient(desk(f"{tmp_path}/satellites.db", shapes, {})) as client:
        with client.app.state.live.register.writing(OPERATOR, "test") as writing:
            writing.put(Territory(id="comuna", level="commune", called="El Maizal", kind="rural"))
            for each in ("c0", "c1", "c10", "c11"):
                writing.put(Membership(id=f"in-{each}", member=each, group="comuna"))
            writing.put(Exchange(id="e-0", territory="c0", side=Side.OFFERS, product="maíz", amount=3, unit="kg"))
            writing.put(Exchange(id="e-1", territory="c10", side=Side.NEEDS, product="maíz", amount=3, unit="kg"))
        served = Desk(client, {})
        served.issue("all", Role.ORGANIZER)
        [satellite] = told(served)["satellite"]
        said = satellite["properties"]
        assert [each["id"] for each in said["councils"]] == ["c10", "c11"]
        assert [each["id"] for each in said["loose"]] == ["c12"]
        assert (said["flows"], said["could_found"]) == (1, said["least"] <= 3)
        assert said["distance_m"] == pytest.approx(8 * 1096, rel=0.01)
        assert satellite["geometry"]["coordinates"][0][0] < satellite["geometry"]["coordinates"][1][0]
        assert "El Maizal" in said["why"]
        assert told(served, bbox="-69.18,10,-69.17,10.01")["satellite"] == []


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
    assert told(served)["flow"] == []


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
    assert served.ask("all", "GET", "/api/network").json()["features"] == []
