"""What a drawing page asks besides the check: lines to draw along, free ground, remedies; as far as one may."""

from __future__ import annotations

import datetime

import geopandas as gpd
import pytest
from desk import Desk, desk, feature, square
from fastapi.testclient import TestClient
from shapely import LineString, box
from shapely.geometry import shape

from territory.model import WGS84, Publication
from territory.records import ReferenceLayer, Role
from territory.services import references
from territory.services.access import OPERATOR

SHAPES = {"west": square(0), "east": square(2), "hidden": square(1, 1), "one": square(0, 5), "two": square(0.9, 5)}
LEVELS = {each: Publication.PRIVATE if each == "hidden" else Publication.EXACT for each in SHAPES}
BOX = "-69.305,9.995,-69.265,10.025"
NUMBERS = [float(each) for each in BOX.split(",")]


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    app = desk(str(tmp_path_factory.mktemp("drawing") / "t.db"), SHAPES, LEVELS)
    with TestClient(app) as client:
        made = Desk(client, {})
        made.issue("own", Role.SPOKESPERSON, territories=["hidden"])
        river = gpd.GeoDataFrame(
            {"name": ["Quebrada Honda"], "level": [None], "value": [None]},
            geometry=[LineString([(-69.40, 10.005), (-69.31, 10.005), (-69.27, 10.007), (-69.1, 10.007)])],
            index=["q1"],
            crs=WGS84,
        )
        layer = ReferenceLayer(id="", kind="rivers", called="Ríos", source="test", date=datetime.date(2020, 1, 1))
        references.add(client.app.state.live.register, OPERATOR, river, layer)
        yield made


def around(door: Desk, who: str | None = None, **query: str) -> dict:
    answer = door.ask(who, "GET", "/api/around", params={"bbox": BOX, **query})
    assert answer.status_code == 200, answer.text
    assert "private" in answer.headers["cache-control"]
    return answer.json()


def names(layer: dict, kind: str = "territory") -> list[str]:
    return [each["properties"]["name"] for each in layer["features"] if each["properties"]["kind"] == kind]


def test_anybody_gets_the_published_lines_exactly_and_nothing_of_the_others(door):
    layer = around(door)
    assert layer["complete"] is True
    assert names(layer) == ["Consejo east", "Consejo west"]
    [east] = [each for each in layer["features"] if each["id"] == "east"]
    assert shape(east["geometry"]).equals_exact(SHAPES["east"], tolerance=0)


def test_a_key_also_gets_the_lines_that_it_sees_and_its_own_is_no_neighbour(door):
    assert "Consejo hidden" in names(around(door, "own"))
    assert "Consejo hidden" not in names(around(door, "own", without="hidden"))


def test_ground_that_two_claim_is_nobody_s_for_those_whom_it_does_not_concern(door):
    there = "-69.31,10.04,-69.27,10.07"
    door.issue("concerned", Role.SPOKESPERSON, territories=["one"])

    def claimed(who: str | None) -> float:
        layer = around(door, who, bbox=there)
        left, right = (shape(each["geometry"]) for each in layer["features"] if each["id"] in ("one", "two"))
        return left.intersection(right).area

    assert claimed(None) == 0
    assert claimed("own") == 0
    assert claimed("concerned") == pytest.approx(0.1 * 1e-4, rel=1e-3)


def test_rivers_come_by_whole_edges_that_reach_into_the_box(door):
    layer = around(door)
    [river] = [each for each in layer["features"] if each["properties"]["kind"] == "river"]
    assert river["properties"]["name"] == "Quebrada Honda"
    assert river["geometry"]["coordinates"] == [[[-69.31, 10.005], [-69.27, 10.007], [-69.1, 10.007]]]
    far = door.ask(None, "GET", "/api/around", params={"bbox": "-69.2,9.9,-69.19,9.91"}).json()
    assert far["features"] == []


def test_a_box_is_needed(door):
    assert door.ask(None, "GET", "/api/around").status_code == 422
    assert door.ask(None, "GET", "/api/around", params={"bbox": "1,2,3"}).json()["code"] == "bbox.numbers"


def free(door: Desk, at: list[float], who: str | None = None, **said: object):
    return door.ask(who, "POST", "/api/free", json={"at": at, "bbox": NUMBERS, **said})


def test_free_ground_is_what_is_left_and_says_where_it_is_only_cut_off(door):
    answer = free(door, [-69.285, 10.005])
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["properties"] == {"is_open": True}
    ground = shape(told["geometry"])
    assert ground.area == pytest.approx(box(*NUMBERS).area - 2 * 1e-4, rel=1e-6)
    # Whoever knows of the third is left less.
    assert ground.area - shape(free(door, [-69.285, 10.005], "own").json()["geometry"]).area == pytest.approx(1e-4)


def test_taken_ground_says_whose_it_is_and_what_is_unknown_stays_so(door):
    refused = free(door, [-69.295, 10.005])
    assert (refused.status_code, refused.json()["code"]) == (422, "free.taken")
    assert "Consejo west" in refused.json()["detail"]
    assert free(door, [-69.285, 10.015]).status_code == 200
    assert free(door, [-69.285, 10.015], "own").json()["code"] == "free.taken"
    assert free(door, [-69.285, 10.015], "own", replaces="hidden").status_code == 200
    for wrong in ({"at": [1]}, {"at": "here"}, {"at": [None, 2]}, {"at": [0, 1e9]}, {"bbox": [1, 2, 3, 4, 5]}):
        body = {"at": [-69.285, 10.005], "bbox": NUMBERS, **wrong}
        assert door.ask(None, "POST", "/api/free", json=body).json()["code"] == "field.numbers"


def drawn(**said: object) -> dict:
    """A drawing that takes a fifth of the western council."""
    return feature(square(0.8, size=1.2), **said)


def overlap(door: Desk, drawing: dict, who: str | None = None) -> dict:
    found = door.ask(who, "POST", "/api/check", json=drawing).json()["findings"]
    return next(each for each in found if each["code"] == "coverage.overlap")


def test_a_remedy_shows_what_it_would_make_of_the_line(door):
    drawing = drawn()
    finding = overlap(door, drawing)
    body = {"drawing": drawing, "finding": finding["id"], "remedy": "trim"}
    answer = door.ask(None, "POST", "/api/remedies", json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["is_proposal"], told["neighbour"]) == (False, None)
    assert told["gain_m2"] == pytest.approx(-finding["args"]["area_m2"], rel=1e-3)
    after = feature(shape(told["boundary"]))
    codes = [each["code"] for each in door.ask(None, "POST", "/api/check", json=after).json()["findings"]]
    assert "coverage.overlap" not in codes


def test_a_proposal_names_the_neighbour_and_what_they_would_give(door):
    drawing = drawn()
    body = {"drawing": drawing, "finding": overlap(door, drawing)["id"], "remedy": "ask"}
    told = door.ask(None, "POST", "/api/remedies", json=body).json()
    assert told["is_proposal"] is True
    assert told["neighbour"] == {"id": "west", "name": "Consejo west"}
    assert told["neighbour_gain_m2"] < 0
    assert told["line"]["type"] == "MultiLineString"


def test_remedies_know_no_more_than_the_check_does(door):
    drawing = feature(square(1, 0.5))
    seen = overlap(door, drawing, "own")
    body = {"drawing": drawing, "finding": seen["id"], "remedy": "trim"}
    assert door.ask("own", "POST", "/api/remedies", json=body).status_code == 200
    refused = door.ask(None, "POST", "/api/remedies", json=body)
    assert (refused.status_code, refused.json()["code"]) == (412, "remedy.gone")
    for wrong, code in (({"remedy": "erase"}, "field.one_of"), ({"remedy": None}, "field.missing")):
        assert door.ask(None, "POST", "/api/remedies", json={**body, **wrong}).json()["code"] == code
    assert door.ask(None, "POST", "/api/remedies", json={**body, "drawing": 3}).status_code == 422


def test_a_line_walked_for_a_day_can_be_kept(door):
    """More bytes than other requests may have."""
    corners = [[-69.29 + k * 1e-6, 10.02 + (k % 2) * 1e-6] for k in range(9_000)]
    ring = [*corners, [-69.281, 10.03], [-69.29, 10.03], corners[0]]
    body = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    headers = {"If-Match": '"v1"', "Origin": "http://testserver"}
    answer = door.ask("own", "PUT", "/api/territories/hidden/boundary", json=body, headers=headers)
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.HELPER, ["propose", "see"]),
        (Role.SPOKESPERSON, ["agree", "decide", "describe", "draw", "propose", "see"]),
        (Role.STEWARD, ["see"]),
    ],
)
def test_a_territory_says_to_its_own_what_their_key_allows(door, role, may):
    door.issue(f"may-{role}", role, territories=[] if role is Role.STEWARD else ["hidden"])
    told = door.ask(f"may-{role}", "GET", "/api/territories/hidden").json()["properties"]
    assert told["may"] == may
    assert "may" not in door.ask(None, "GET", "/api/territories/west").json()["properties"]
