"""Nothing that one key may see is given to another, nor to nobody, by a cache in between."""

import itertools

import pytest
from desk import Desk, desk, feature, square
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from territory.api.keys import _eyes
from territory.model import Publication
from territory.records import Role

LEVELS = {"own": Publication.PRIVATE, "public": Publication.EXACT, "coarse": Publication.GENERAL}


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    shapes = {name: square(2 * k) for k, name in enumerate(LEVELS)}
    with TestClient(desk(str(tmp_path_factory.mktemp("caches") / "caches.db"), shapes, LEVELS)) as client:
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["own"])
        yield made


def asks_who(route: APIRoute) -> bool:
    """Whether an answer depends on the key."""
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        if dependant.call is _eyes:
            return True
        waiting += dependant.dependencies
    return False


def routes(app):
    """Every route of the app whose answer depends on the key, with parameters that mean something."""
    known = {"territory_id": "own", "form": "geojson", "one": "own", "other": "public"}
    included = [each.original_router.routes for each in app.routes if hasattr(each, "original_router")]
    for route in itertools.chain.from_iterable(included):
        if isinstance(route, APIRoute) and asks_who(route):
            names = {name: known.get(name, "nothing") for name in route.param_convertors}
            for method in route.methods:
                yield method, route.path_format.format(**names)


@pytest.mark.parametrize("who", [None, "ana"])
def test_every_answer_that_depends_on_the_key_says_so(opened, who):
    asked = list(routes(opened.client.app))
    assert len(asked) > 15
    for method, path in asked:
        answer = opened.ask(who, method, path)
        assert "Cookie, Authorization" in answer.headers["vary"], (method, path)
        if who is None:
            continue
        assert answer.headers["cache-control"] in ("private, no-store", "no-cache"), (method, path)


def test_what_only_its_own_see_is_kept_by_no_cache(opened):
    for path in ("/api/territories/own", "/api/territories/own/boundary", "/api/territories/own/versions"):
        answer = opened.ask("ana", "GET", path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "private, no-store", path
    checked = opened.ask("ana", "POST", "/api/check", json=feature(square(0)))
    assert checked.headers["cache-control"] == "private, no-store"


def test_a_wrong_key_is_no_answer_for_those_without(opened):
    answer = opened.client.get("/api/territories/public", headers={"Authorization": "Bearer wrong.key"})
    assert answer.status_code == 401
    assert "Authorization" in answer.headers["vary"]


def test_what_everybody_sees_may_be_kept_and_does_not_vary_with_the_key(opened):
    for path in ("/api/territories", "/tiles/council/10/315/483.mvt"):
        with_key, without = opened.ask("ana", "GET", path), opened.ask(None, "GET", path)
        assert "cookie" not in without.headers.get("vary", "").lower()
        assert with_key.headers["etag"] == without.headers["etag"]
        assert with_key.content == without.content


def test_a_validator_of_the_public_answer_brings_no_private_one(opened):
    public = opened.ask(None, "GET", "/api/territories/coarse")
    made = opened.issue("berta", Role.SPOKESPERSON, territories=["coarse"])
    assert made
    own = opened.ask("berta", "GET", "/api/territories/coarse", headers={"If-None-Match": public.headers["etag"]})
    assert own.status_code == 200
    assert own.headers["etag"] != public.headers["etag"]
    assert own.json()["geometry"] != public.json()["geometry"]
