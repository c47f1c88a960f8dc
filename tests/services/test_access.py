"""Who reaches whom by road: seats, who is cut off, and on the map with one, by road with another."""

from __future__ import annotations

import datetime
from unittest.mock import patch

import numpy as np
import orjson
import pytest
from desk import STEP, square
from geopandas import GeoDataFrame, GeoSeries
from shapely import LineString, MultiPolygon, Point, box

from territory.geo.access import CutOff
from territory.geo.roads import Roads
from territory.model import WGS84, Surroundings, as_layer
from territory.profiles import load_profile
from territory.records import Link, Membership, Place, Reference, ReferenceLayer, Role, Territory
from territory.services import references
from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.errors import Forbidden, NeedsKey, NotFound, Unusable
from territory.services.importing import keep_region
from territory.services.organizing import Asked, Wishes, measured, propose, telling, workbench
from territory.services.organizing.access import Reach, reached
from territory.services.organizing.access_telling import said, told
from territory.services.storing import open_register
from territory.words import LANGUAGES

DAY = datetime.date.today()
LAST_YEAR = DAY - datetime.timedelta(days=400)
WEST, SOUTH = -69.3, 10.0


def at(column: float, row: float = 0.5) -> tuple[float, float]:
    """A place on the grid of councils."""
    return round(WEST + column * STEP, 7), round(SOUTH + row * STEP, 7)


def road(*places, kind="residential", speed=None, name="1", layer="roads"):
    shape = LineString([at(*place) for place in places])
    return Reference(id=f"{layer}.{name}", layer=layer, called="", level=kind, value=speed, shape=shape)


def roads(*drawn, id_="roads", until=None):
    layer = ReferenceLayer(id=id_, kind="roads", called="Vías", source="OSM", date=LAST_YEAR, until=until)
    return [layer, *drawn]


def seat(territory, *place, visible=False):
    point = Point(at(*place))
    return Place(
        id=f"seat-{territory}", territory=territory, kind="seat", called="Sede", at=point, visible=visible
    )


def places_of(kind, *points, people=None):
    layer = ReferenceLayer(id=kind, kind=kind, called=kind, source="INE", date=LAST_YEAR)
    values = people or [None] * len(points)
    return [
        layer,
        *(
            Reference(id=f"{kind}.{k}", layer=kind, called="", value=value, shape=Point(at(*point)))
            for k, (point, value) in enumerate(zip(points, values, strict=True))
        ),
    ]


def municipalities(**boxes):
    shapes = [MultiPolygon([box(*at(*low), *at(*high))]) for low, high in boxes.values()]
    told = {"name": [name.title() for name in boxes], "level": "municipality", "source": "INE"}
    return GeoDataFrame(told, geometry=shapes, index=list(boxes), crs=WGS84)


# On this small grid everything is a few minutes away.
NEAR = load_profile().model_copy(update={"roads": load_profile().roads.model_copy(update={"spare_minutes": 0.0})})


@pytest.fixture
def make(tmp_path):
    """Registers of councils on a grid of about a kilometre, in communes or not, with whatever else there is."""
    opened = []

    def made(cells, communes=None, *records, jurisdictions=None, ground=None, profile=NEAR):
        register = open_register(str(tmp_path / f"{len(opened)}.db"), profile, create=True)
        opened.append(register)
        shapes = [square(*cell) for cell in cells.values()]
        layer = as_layer(GeoSeries(shapes, list(cells), crs=WGS84), kind=["rural"] * len(cells))
        keep_region(register, layer, Surroundings(jurisdictions=jurisdictions, land=ground))
        with register.writing(OPERATOR, "test") as writing:
            for commune, members in (communes or {}).items():
                writing.put(Territory(id=commune, level="commune", called=commune.title()))
                for each in members:
                    writing.put(Membership(id=f"{each}-{commune}", member=each, group=commune, since=LAST_YEAR))
            writing.put_all(records)
        return register

    yield made
    for register in opened:
        register.store.close()


def by_council(register, access=OPERATOR, **asked):
    return {each.council: each for each in reached(register, access, Asked(**asked)).councils}


LINE = {"a": (0, 0), "b": (1, 0), "c": (2, 0), "d": (3, 0)}
STREET = road((0.5,), (1.5,), (2.5,), (3.5,))
METRES_A_CELL = 1_096  # of a hundredth of a degree of longitude at 10° N


def test_the_nearest_seat_is_told_with_the_time_that_the_road_takes(make):
    register = make(
        LINE, {"one": ["a", "b"], "two": ["c", "d"]}, *roads(STREET), seat("one", 0.5), seat("two", 3.5)
    )
    found = by_council(register)
    assert {each: (of.seat, of.own) for each, of in found.items()} == {
        "a": ("one", "one"),
        "b": ("one", "one"),
        "c": ("two", "two"),
        "d": ("two", "two"),
    }
    assert found["b"].seat_s == pytest.approx(METRES_A_CELL / (25 / 3.6), rel=1e-2)
    assert found["a"].seat_s == pytest.approx(0, abs=1)
    assert all(of.cut_off is None for of in found.values())


def test_a_road_takes_its_own_speed_else_that_of_its_class_else_any(make):
    def seconds(**told):
        street = road((0.5,), (1.5,), **told)
        register = make({"a": (0, 0), "b": (1, 0)}, {"one": ["a", "b"]}, *roads(street), seat("one", 0.5))
        return by_council(register)["b"].seat_s

    metres = 3.6 * METRES_A_CELL
    assert seconds(speed=90.0) == pytest.approx(metres / 90, rel=1e-2)
    assert seconds(kind="track") == pytest.approx(metres / 12, rel=1e-2)
    assert seconds(kind="malecón") == pytest.approx(metres / 20, rel=1e-2)
    assert seconds(kind=None) == pytest.approx(metres / 20, rel=1e-2)
    assert seconds(kind="proposed", speed=90.0) is None


def test_who_no_road_leads_to_their_seat_from_is_cut_off_and_says_why(make):
    cells = LINE | {"far": (0, 4), "off": (9, 9)}
    own = road((0.2, 4.2), (0.9, 4.9), (0.1, 4.9), (0.9, 4.1), name="2")
    register = make(cells, {"one": [*cells]}, *roads(STREET, own), seat("one", 0.5))
    found = by_council(register)
    assert (found["far"].cut_off, found["far"].seat, found["far"].own) == (CutOff.OTHER_NETWORK, None, "one")
    assert found["off"].cut_off is CutOff.OFF_ROAD
    assert found["d"].cut_off is None
    off_road = make(LINE, {"one": [*LINE]}, *roads(STREET), seat("one", 90, 90))
    assert {of.own for of in by_council(off_road).values()} == {None}, (
        "a seat out of reach is not one to be judged by"
    )
    by_the_way = make(LINE, {"one": [*LINE]}, *roads(STREET), seat("one", 1.5, 4.5))
    assert {of.cut_off for of in by_council(by_the_way).values()} == {CutOff.SEAT_OFF_ROAD}


def test_who_takes_much_longer_to_their_own_seat_than_to_another_is_cut_off(make):
    communes = {"one": ["a", "b", "c"], "two": ["d"]}
    register = make(LINE, communes, *roads(STREET), seat("one", 0.5), seat("two", 3.5))
    found = by_council(register)["c"]
    assert (found.seat, found.own, found.cut_off) == ("two", "one", CutOff.SLOW)
    assert found.own_s == pytest.approx(2 * found.seat_s, rel=1e-2)


def test_a_few_minutes_more_cut_nobody_off(make):
    communes, seats = {"one": ["a", "b", "c"], "two": ["d"]}, [seat("one", 0.5), seat("two", 3.5)]
    assert by_council(make(LINE, communes, *roads(STREET), *seats, profile=load_profile()))["c"].cut_off is None
    on_foot = road((0.5,), (3.5,), kind="path")
    register = make(LINE, communes, *roads(on_foot), *seats, profile=load_profile())
    assert by_council(register)["c"].cut_off is CutOff.SLOW


def test_a_line_that_was_forgotten_to_be_joined_cuts_nobody_off(make):
    scrap = road((1.45, 0.55), (1.5, 0.6), name="2")
    register = make(LINE, {"one": [*LINE]}, *roads(STREET, scrap), seat("one", 0.5))
    assert {of.cut_off for of in by_council(register).values()} == {None}


def test_a_declared_link_leads_where_no_road_does(make):
    cells = LINE | {"isle": (8, 0)}
    ferry = Link(id="l", left="d", right="isle", kind="ferry")
    alone = make(cells, {"one": [*cells]}, *roads(STREET), seat("one", 0.5))
    assert by_council(alone)["isle"].cut_off is CutOff.OFF_ROAD
    joined = make(cells, {"one": [*cells]}, *roads(STREET), seat("one", 0.5), ferry)
    found = by_council(joined)["isle"]
    assert found.cut_off is None
    assert found.own_s == pytest.approx(METRES_A_CELL * (3 / (25 / 3.6) + 5 / (10 / 3.6)), rel=2e-2)


def test_where_nobody_told_of_a_seat_it_is_taken_among_the_councils_and_said_so(make):
    register = make(LINE, {"one": ["a", "b", "c"]}, *roads(STREET))
    found = reached(register, OPERATOR, Asked())
    assert not found.seats["one"].is_told
    assert found.seats["one"].at.distance(Point(at(1.5))) < 1e-6
    told = reached(make(LINE, {"one": ["a"]}, *roads(STREET), seat("one", 2.5)), OPERATOR, Asked())
    assert told.seats["one"].is_told
    assert told.names["one"] == "One"


def test_a_commune_of_which_no_council_is_known_has_a_seat_all_the_same(make):
    register = make(LINE, {"one": ["a"], "new": []}, *roads(STREET), seat("one", 0.5), seat("new", 3.5))
    assert by_council(register)["d"].seat == "new"


def test_a_council_leaves_from_its_own_seat(make):
    register = make(LINE, {"one": ["b"]}, *roads(STREET), seat("one", 1.5), seat("a", 0.9))
    found = by_council(register)["a"]
    assert (found.at.x, found.at.y) == at(0.9)
    assert found.seat_s < 0.7 * METRES_A_CELL / (25 / 3.6)


# A coast below a range: one municipality on both sides of a bay, whose own road goes round through the other one.
COAST = municipalities(coast=((0, 0), (4, 1)), valley=((0, 1), (4, 3)))
ROUND = road((0.5, 0.5), (0.5, 1.5), (3.5, 1.5), (3.5, 0.5))


def test_on_the_map_with_one_and_by_road_with_another(make):
    register = make(
        {"a": (0, 0), "d": (3, 0)},
        {},
        *roads(ROUND),
        *places_of("seats", (3.5, 0.5), (1.0, 1.5)),
        jurisdictions=COAST,
    )
    found = by_council(register)
    told = reached(register, OPERATOR, Asked())
    called = {name: id_ for id_, name in told.names.items()}
    assert (found["a"].lies_in, found["a"].with_) == (called["Coast"], called["Valley"])
    assert found["a"].leans
    assert found["a"].lies_in_s == pytest.approx(METRES_A_CELL * 5 / (25 / 3.6), rel=2e-2)
    assert found["a"].with_s < found["a"].lies_in_s / 3
    assert (found["d"].with_, found["d"].leans, found["d"].differs) == (called["Coast"], False, False)
    assert told.seats[called["Valley"]].is_told


def test_a_municipality_without_a_told_seat_is_where_most_of_its_people_live(make):
    people = places_of("population", (3.5, 0.5), (0.4, 0.5), (0.6, 1.5), people=[900.0, 80.0, 500.0])
    register = make({"a": (0, 0), "d": (3, 0)}, {}, *roads(ROUND), *people, jurisdictions=COAST)
    found = reached(register, OPERATOR, Asked())
    [coast] = [id_ for id_, name in found.names.items() if name == "Coast"]
    assert found.seats[coast].at.distance(Point(at(3.5))) < 1e-6
    assert not found.seats[coast].is_told
    assert {each.council: each.leans for each in found.councils} == {"a": True, "d": False}
    nobody = reached(make({"a": (0, 0)}, {}, *roads(ROUND), jurisdictions=COAST), OPERATOR, Asked())
    [middle] = [each.at for id_, each in nobody.seats.items() if nobody.names[id_] == "Coast"]
    assert middle.within(COAST.geometry["coast"])


def test_only_an_area_is_told_of_and_seats_beside_it_count(make):
    register = make(
        LINE, {"one": ["a", "b"], "two": ["c", "d"]}, *roads(STREET), seat("one", 0.5), seat("two", 2.5)
    )
    area = MultiPolygon([box(*at(1.1, 0.1), *at(1.9, 0.9))])
    found = by_council(register, area=area)
    assert list(found) == ["b"]
    assert found["b"].seat in ("one", "two")
    assert reached(register, OPERATOR, Asked(area=MultiPolygon([box(-60, 5, -59.9, 5.1)]))).councils == ()


def test_the_network_is_made_once_for_the_same_place_and_anew_for_another_layer(make):
    register = make(LINE, {"one": ["a"]}, *roads(STREET), seat("one", 0.5))
    with patch.object(Roads, "of", wraps=Roads.of) as made:
        first = by_council(register)
        area = MultiPolygon([box(*at(0.1, 0.1), *at(2.9, 0.9))])
        by_council(register, area=area)
        assert by_council(register) == first
        assert made.call_count == 1
        quick = roads(road((0.5,), (3.5,), speed=90.0, layer="new"), id_="new")
        with register.writing(OPERATOR, "test") as writing:
            writing.put_all(quick)
        assert by_council(register)["b"].seat_s < first["b"].seat_s
        assert made.call_count == 2
    references.remove(register, OPERATOR, "new")
    assert by_council(register) == first


def test_roads_far_away_are_not_read_into_the_network(make):
    far = road((200, 200), (201, 200), name="2")
    register = make(LINE, {"one": ["a"]}, *roads(STREET, far), seat("one", 0.5))
    with patch.object(Roads, "of", wraps=Roads.of) as made:
        by_council(register)
    assert len(made.call_args.args[0]) == 1


def test_without_a_layer_of_roads_it_is_said_that_there_is_none(make):
    for register in (make(LINE), make(LINE, {}, *roads(STREET, until=DAY))):
        with pytest.raises(Unusable) as refused:
            reached(register, OPERATOR, Asked())
        assert refused.value.code == "access.no_roads"


def test_only_organizers_are_told_and_of_what_they_hold(make):
    register = make(LINE, {"one": ["a"]}, *roads(STREET), seat("one", 0.5), seat("b", 1.2))
    with pytest.raises(NeedsKey):
        reached(register, PUBLIC, Asked())
    with pytest.raises(Forbidden):
        reached(register, Access("sp", Role.SPOKESPERSON, frozenset({"a"})), Asked())
    with pytest.raises(NotFound):
        reached(register, OPERATOR, Asked(jurisdiction="none"))
    own = Access("or", Role.ORGANIZER, frozenset({"c"}))
    assert list(by_council(register, own)) == ["c"]
    # The seat of a commune that it does not see whole stays hidden, as does that its council told of.
    assert by_council(register, own)["c"].seat is None


@pytest.mark.parametrize("seed", range(3))
def test_every_council_is_told_of_once_and_no_time_is_below_that_of_the_nearest(make, seed):
    rng = np.random.default_rng(seed)
    cells = {f"c{x}{y}": (x, y) for x in range(5) for y in range(4)}
    drawn = [
        road((x + 0.5, y + 0.5), (x + 0.5 + dx, y + 0.5 + dy), name=f"{x}{y}{dx}")
        for x in range(5)
        for y in range(4)
        for dx, dy in ((1, 0), (0, 1))
        if rng.uniform() < 0.7
    ]
    groups = {name: [] for name in ("one", "two", "three")}
    for each in cells:
        groups[rng.choice(list(groups))].append(each)
    found = by_council(make(cells, groups, *roads(*drawn)))
    assert set(found) == set(cells)
    for of in found.values():
        assert of.own is not None
        if of.own_s is not None:
            assert of.own_s >= of.seat_s - 1e-9
            assert (of.cut_off is CutOff.SLOW) == (of.own_s > 1.5 * of.seat_s)
        else:
            assert of.cut_off is not None


def test_access_is_told_in_sentences_and_as_points_with_the_seats_beside_them(make):
    communes = {"one": ["a", "b", "c"], "two": ["d"]}
    register = make(LINE, communes, *roads(STREET), seat("one", 0.5), seat("two", 3.5))
    answer = orjson.loads(orjson.dumps(told(reached(register, OPERATOR, Asked()), "es")))
    assert answer["counts"] == {"councils": 4, "unreached": 0, "cut_off": 1, "leaning": 0}
    assert answer["roads"] == [{"called": "Vías", "source": "OSM", "date": LAST_YEAR.isoformat()}]
    assert [each["id"] for each in answer["seats"]["features"]] == ["one", "two"]
    slow = answer["features"][2]
    assert slow["geometry"]["type"] == "Point"
    assert slow["properties"]["reason"] == "slow"
    assert slow["properties"]["seat"] == {"id": "two", "name": "Two"}
    assert slow["properties"]["why"] == (
        "De c se tarda 5\xa0min por carretera a la sede de su comuna, One; a la de Two, 3\xa0min."
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", CutOff)
def test_every_reason_has_its_sentence(language, reason):
    reach = Reach(
        council="c",
        at=Point(at(0.5)),
        seat=None,
        seat_s=None,
        own="one",
        own_s=None,
        cut_off=reason,
        lies_in="coast",
        lies_in_s=None,
        with_="valley",
        with_s=1_800.0,
        leans=True,
    )
    sentences = said(
        reach, {"c": "La Ceiba", "one": "El Maizal", "coast": "La Guaira", "valley": "Caracas"}, language
    )
    for name in ("La Ceiba", "El Maizal", "La Guaira", "Caracas", "30\xa0min"):
        assert name in sentences
    assert "{" not in sentences


def gaps_of(register):
    return orjson.loads(orjson.dumps(telling.told(workbench(register, OPERATOR, Asked()), "es")))


def test_councils_that_are_cut_off_stand_among_the_gaps_as_isolated_ones(make):
    cells = LINE | {"far": (0, 4), "off": (9, 9)}
    register = make(cells, {"one": [*cells]}, *roads(STREET), seat("one", 0.5))
    answer = gaps_of(register)
    [cut] = [each["properties"] for each in answer["features"]]
    assert (cut["kind"], cut["because"], cut["called"]) == ("C", "cut_off", "Cortado de su comuna por carretera")
    assert [each["id"] for each in cut["councils"]] == ["far", "off"]
    assert cut["around"] == [{"id": "one", "name": "One"}]
    assert "No hay carretera cerca de far y off" in cut["why"]
    assert "enlace" in cut["closes"]
    assert answer["counts"]["C"] == 1
    assert [each["source"] for each in answer["roads"]] == ["OSM"]


def test_councils_that_are_by_road_with_another_municipality_are_told_together_and_last(make):
    cells = {"a": (0, 0), "b": (0.9, 0), "d": (3, 0)}
    drawn = [*roads(ROUND, road((0.5, 0.5), (1.2, 0.5), name="2")), *places_of("seats", (3.5, 0.5), (1.0, 1.5))]
    answer = gaps_of(make(cells, {}, *drawn, jurisdictions=COAST))
    last = answer["features"][-1]["properties"]
    assert (last["because"], [each["id"] for each in last["councils"]]) == ("leans", ["a", "b"])
    assert last["why"].startswith("En el mapa en Coast, por carretera con Valley: a y b.")
    assert "No cambia ningún límite" in last["closes"]
    assert len({each["id"] for each in answer["features"]}) == len(answer["features"])


def test_what_is_missing_is_told_with_the_seat_that_is_nearest_by_road(make):
    ground = GeoDataFrame({"name": ["t"]}, geometry=[box(*at(0, 0), *at(4, 1))], crs=WGS84)
    cells = {each: LINE[each] for each in "abc"}
    register = make(cells, {"one": ["a", "b"]}, *roads(STREET), seat("one", 0.5), ground=ground)
    answer = gaps_of(register)
    told = {each["properties"]["kind"]: each["properties"] for each in answer["features"]}
    assert told["C"]["by_road"]["seat"] == {"id": "one", "name": "One"}
    assert told["C"]["by_road"]["seat_s"] == pytest.approx(2 * METRES_A_CELL / (25 / 3.6), rel=1e-2)
    assert told["?"]["by_road"]["seat_s"] == pytest.approx(3 * METRES_A_CELL / (25 / 3.6), rel=1e-2)
    assert "a la de" not in told["C"]["why"]
    without = gaps_of(make(cells, {"one": ["a", "b"]}, ground=ground))
    assert without["roads"] == []
    assert {each["properties"]["by_road"] for each in without["features"]} == {None}


def plans(register, **wishes):
    found = propose(register, OPERATOR, Wishes(plans=1, **wishes))
    return [sorted(group.councils) for group in found.plans[0].groups], sorted(found.plans[0].left_over)


APART = {f"c{k}": (k, 0) for k in range(3)} | {f"d{k}": (k + 6, 0) for k in range(3)}
HIGHWAY = road(*((k + 0.5,) for k in range(9)), speed=60.0)


def test_councils_that_a_road_joins_in_time_count_as_neighbours_when_asked(make):
    register = make(APART, {}, *roads(HIGHWAY))
    assert plans(register) == ([], sorted(APART))
    minutes = 4 * METRES_A_CELL / 1_000  # from c2 to d0 at 60 km/h
    assert plans(register, road_minutes=minutes - 0.2) == ([], sorted(APART))
    assert plans(register, road_minutes=minutes + 0.2) == ([sorted(APART)], [])
    by_hand = measured(register, OPERATOR, Wishes(road_minutes=minutes + 0.2), {"1": list(APART)})
    assert by_hand.plans[0].groups[0].is_connected
    assert not measured(register, OPERATOR, Wishes(), {"1": list(APART)}).plans[0].groups[0].is_connected


def test_a_declared_link_counts_on_the_way_between_neighbours_by_road(make):
    """The road ends at the water; with the ferry it goes on."""
    shores = [*roads(road((0.5,), (3.5,)), road((5.5,), (8.5,), name="2"))]
    cells = APART | {"west": (3, 0), "east": (5, 0)}
    assert plans(make(cells, {}, *shores), road_minutes=30)[0] == []
    ferry = Link(id="l", left="west", right="east", kind="ferry")
    assert plans(make(cells, {}, *shores, ferry), road_minutes=30)[0] == [sorted(cells)]


def test_neighbours_by_road_need_roads_and_a_time_that_makes_sense(make):
    for minutes, drawn, code in ((10, [], "access.no_roads"), (0, roads(HIGHWAY), "organize.road_minutes")):
        with pytest.raises(Unusable) as refused:
            plans(make(APART, {}, *drawn), road_minutes=minutes)
        assert refused.value.code == code
