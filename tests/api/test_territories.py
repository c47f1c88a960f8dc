import re

import pytest
from shapely.geometry import shape

from territory.profiles import load_profile
from territory.services.storing import open_register


def ids(answer):
    return [feature["id"] for feature in answer.json()["features"]]


def test_pages_give_every_territory_once(client):
    answer, seen = client.get("/api/territories?limit=2"), []
    while True:
        seen += ids(answer)
        links = answer.json()["links"]
        if not links:
            break
        answer = client.get(links[0]["href"])
    assert seen == ["a", "b", "c", "d", "e"]


def test_an_operator_bounds_the_page(client, settings):
    assert len(ids(client.get("/api/territories?limit=1000"))) == settings.page_limit


def test_a_box_gives_what_meets_it(client):
    assert ids(client.get("/api/territories?bbox=-69.2951,10.001,-69.2849,10.002")) == ["a", "b"]
    assert ids(client.get("/api/territories?bbox=10,10,11,11")) == []


def test_a_level_gives_its_own(client):
    assert ids(client.get("/api/territories?level=commune")) == []
    assert len(ids(client.get("/api/territories?level=council"))) == 3


def test_coordinates_are_exactly_those_that_are_kept(client, store):
    register = open_register(str(store), load_profile())
    layer = register.current().mosaic.layer
    register.store.close()
    answer = client.get("/api/territories/b")
    assert shape(answer.json()["geometry"]).equals_exact(layer.geometry["b"], tolerance=0)


def test_ground_that_two_claim_is_shown_as_nobodys(client):
    left, right = (shape(client.get(f"/api/territories/{each}").json()["geometry"]) for each in "de")
    assert left.intersection(right).area == 0
    assert (left.bounds[2], right.bounds[0]) == (-69.261, -69.26)


def test_the_public_sees_bands_of_families_and_no_small_number(client):
    features = client.get("/api/territories").json()["features"]
    assert [feature["properties"]["families"] for feature in features] == ["150–199", "10–49", "< 10"]
    for territory in "abcde":
        assert not re.search(
            r"\b(171|23)\b", client.get(f"/api/territories/{territory}").text.split("geometry")[0]
        )


def test_what_the_asker_has_is_not_sent_again(client):
    first = client.get("/api/territories?limit=2")
    again = client.get("/api/territories?limit=2", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get("/api/territories?limit=1", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200


@pytest.mark.parametrize("weird", ["%00", "a%2Fb", "%F0%9F%A6%9C", "'; DROP TABLE territory"])
def test_an_id_can_be_anything_and_is_only_not_found(client, weird):
    assert client.get(f"/api/territories/{weird}").status_code == 404
