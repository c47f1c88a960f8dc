"""Corridors over a register: who is joined, what ground costs, and what is told of it."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace

import pytest
from desk import square
from geopandas import GeoDataFrame, GeoSeries
from shapely import LineString, MultiPolygon, box

from territory.geo.corridors import Prices
from territory.model import WGS84, Surroundings, as_layer
from territory.profiles import load_profile
from territory.records import Membership, Place, Reference, ReferenceLayer, Role, Territory
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.errors import Forbidden, NotFound, Unusable
from territory.services.importing import keep_region
from territory.services.organizing import CorridorWishes, corridor_telling, plan_corridor
from territory.services.organizing.corridors import Variety
from territory.services.storing import open_register

ENDS = datetime.date.today() + datetime.timedelta(days=3)


def rows(columns, lines):
    return {f"c{x}{y}": square(x, y) for x in range(columns) for y in range(lines)}


@pytest.fixture
def make(tmp_path):
    """Registers of councils on a grid, in groups that may be in groups themselves."""
    opened = []

    def made(shapes, groups=None, records=(), *, levels=None, land=None, municipalities=None):
        register = open_register(str(tmp_path / f"{len(opened)}.db"), load_profile(), create=True)
        opened.append(register)
        layer = as_layer(GeoSeries(list(shapes.values()), list(shapes), crs=WGS84), families=[100] * len(shapes))
        keep_region(register, layer, Surroundings(land=land, jurisdictions=municipalities))
        with register.writing(OPERATOR, "test") as writing:
            for group in groups or {}:
                level = (levels or {}).get(group, "commune")
                writing.put(Territory(id=group, level=level, called=f"El {group}"))
            for group, members in (groups or {}).items():
                writing.put_all(Membership(id=f"{each}-{group}", member=each, group=group) for each in members)
            writing.put_all(records)
        return register

    yield made
    for register in opened:
        register.store.close()


def layer_of(kind, shapes):
    about = ReferenceLayer(id=kind, kind=kind, called=kind, source="ABC 2026")
    return [about, *(Reference(id=name, layer=kind, called=f"El {name}", shape=s) for name, s in shapes.items())]


def told(register, *members, access=OPERATOR, **wishes):
    wishes.setdefault("width_m", 100)
    return corridor_telling.told(plan_corridor(register, access, CorridorWishes(members=members, **wishes)))


def on_the_way(register, *members, **wishes):
    return [each["id"] for each in told(register, *members, **wishes)["corridors"][0]["talk_to"]]


ENDS_OF_ROW = {"west": ["c01"], "east": ["c41"]}


def test_the_cheapest_the_reinforced_one_and_others_are_told_side_by_side(make):
    register = make(rows(5, 3), ENDS_OF_ROW)
    found = told(register, "west", "east", is_reinforced=True, alternatives=2)["corridors"]
    assert [each["kind"] for each in found] == [
        Variety.CORE,
        Variety.REINFORCED,
        Variety.ALTERNATIVE,
        Variety.ALTERNATIVE,
    ]
    least, strong, *others = found
    assert least["times_least"] == 1
    assert strong["times_least"] > 1
    assert {each["council"]["id"] for each in least["cuts"]} >= {"c11", "c21", "c31"}
    assert not {each["council"]["id"] for each in strong["cuts"]} & {"c11", "c21", "c31"}
    [belt] = strong["belts"]
    assert belt["belts"] == 2
    ways = [frozenset(each["id"] for each in one["talk_to"]) for one in found]
    assert len(set(ways)) == len(ways)
    assert all(other["times_least"] > 1 for other in others)
    bypass = least["cuts"][0]
    assert bypass["bypass_cost"] > 0
    assert bypass["bypass"]


def test_a_corridor_is_a_member_of_another_one_also_where_it_has_breaks(make):
    shapes = {name: shape for name, shape in rows(9, 1).items() if name not in ("c20", "c60")}
    groups = {"west": ["c00", "c10"], "middle": ["c30"], "east": ["c70"], "axis": ["west", "middle"]}
    register = make(shapes, groups, levels={"axis": "corridor"})
    assert told(register, "axis", "east")["corridors"][0]["unreached"]
    shapes |= {"c60": square(6)}
    register = make(shapes, groups, levels={"axis": "corridor"})
    answer = told(register, "axis", "east")
    assert answer["members"] == [{"id": "axis", "name": "El axis"}, {"id": "east", "name": "El east"}]
    [found] = answer["corridors"]
    assert found["unreached"] == found["apart"] == []
    assert [each["id"] for each in found["talk_to"]] == ["c40", "c50", "c60"]


def test_groups_that_hold_each_other_come_to_an_end(make):
    groups = {"one": ["c00", "two"], "two": ["c10", "one"]}
    register = make(rows(4, 1), groups, levels={"one": "corridor", "two": "corridor"})
    assert on_the_way(register, "one", "c30") == ["c20"]


def test_of_two_members_that_hold_the_same_the_second_is_told_to_be_empty(make):
    register = make(rows(3, 1), {"one": ["c00"], "two": ["c00"]})
    with pytest.raises(Unusable) as refused:
        told(register, "one", "two")
    assert (refused.value.code, refused.value.details) == ("corridor.empty", {"id": "two"})


def test_what_ground_costs_decides_where_it_leads(make):
    register = make(rows(5, 3), ENDS_OF_ROW | {"other": ["c10", "c20", "c30"]})
    assert on_the_way(register, "west", "east") == ["c11", "c21", "c31"]
    dear = Prices(commune=0.1, council=10.0, uncovered=10.0)
    assert "c20" in on_the_way(register, "west", "east", prices=dear)
    few = replace(dear, commune=2.0, council=2.0)
    counted = told(register, "west", "east", prices=few, counts_families=True)["corridors"][0]
    # Three councils of a hundred families each, and the steps.
    assert counted["cost"] == pytest.approx(600, rel=0.5)


def test_parks_draw_it_and_rivers_bar_it(make):
    park = {"parque": MultiPolygon([box(-69.29, 10.02, -69.26, 10.03)])}
    river = {"rio": LineString([(-69.275, 9.99), (-69.275, 10.019)])}
    register = make(rows(5, 3), ENDS_OF_ROW, [*layer_of("protected", park), *layer_of("rivers", river)])
    assert on_the_way(register, "west", "east") == ["c11", "c21", "c31"]
    drawn = told(register, "west", "east", factors={"protected": 0.01})["corridors"][0]
    assert {each["id"] for each in drawn["talk_to"]} >= {"c12", "c22", "c32"}
    [crossed] = [each for each in drawn["crossed"] if each["layer"] == "protected"]
    assert (crossed["name"], crossed["source"]) == ("El parque", "ABC 2026")
    assert crossed["area_m2"] > 0
    barred = told(register, "west", "east", barriers={"rivers": math.inf})["corridors"][0]
    assert {each["id"] for each in barred["talk_to"]} >= {"c12", "c22", "c32"}
    assert not [each for each in barred["crossed"] if each["crossings"]]
    with pytest.raises(Unusable):
        told(register, "west", "east", factors={"population": 2.0})


def test_a_river_that_is_crossed_is_told_with_how_often(make):
    river = {"rio": LineString([(-69.275, 9.99), (-69.275, 10.04)])}
    register = make(rows(5, 3), ENDS_OF_ROW, layer_of("rivers", river))
    [crossed] = told(register, "west", "east")["corridors"][0]["crossed"]
    assert (crossed["layer"], crossed["crossings"]) == ("rivers", 1)


def test_water_inside_is_told_to_whoever_organizes(make):
    spring = Place(id="p1", territory="c21", kind="water", called="La Toma", at=square(2, 1).centroid)
    school = replace(spring, id="p2", kind="school", called="La escuela")
    register = make(rows(5, 3), ENDS_OF_ROW, [spring, school])
    found = told(register, "west", "east")["corridors"][0]
    assert found["water"] == [{"id": "p1", "name": "La Toma"}]
    assert "water-p1" in {each["id"] for each in found["shapes"]["features"]}


def test_municipalities_are_named_with_their_source(make):
    places = GeoDataFrame(
        {"name": ["Palavecino"], "level": ["municipality"], "source": ["INE"]},
        geometry=[box(-69.4, 9.9, -69.0, 10.1)],
        index=["m1"],
        crs=WGS84,
    )
    register = make(rows(5, 1), {"west": ["c00"], "east": ["c40"]}, municipalities=places)
    [crossed] = told(register, "west", "east")["corridors"][0]["crossed"]
    assert (crossed["name"], crossed["source"]) == ("Palavecino", "INE")
    assert crossed["share"] == pytest.approx(1)


def test_a_break_is_told_with_who_lies_beside_it_and_hexagons_are_nobody(make):
    shapes = {name: shape for name, shape in rows(5, 1).items() if name != "c20"}
    land = GeoDataFrame({"name": ["t"]}, geometry=[box(-69.3, 10.0, -69.25, 10.01)], crs=WGS84)
    register = make(shapes, {"west": ["c00"], "east": ["c40"]}, land=land)
    found = told(register, "west", "east")["corridors"][0]
    [gap] = found["breaks"]
    assert [each["id"] for each in gap["beside"]] == ["c10", "c30"]
    assert gap["length_m"] == pytest.approx(1095, rel=0.05)
    assert all(each["council"]["id"].startswith("c") for each in found["cuts"])
    kinds = [each["properties"]["kind"] for each in found["shapes"]["features"]]
    assert kinds.count("break") == 1
    assert kinds.count("talk_to") == 2
    ids = [each["id"] for each in found["shapes"]["features"]]
    assert len(set(ids)) == len(ids)


def test_the_width_profile_is_thinned_to_the_narrowest_places(make):
    register = make(rows(40, 1), {"west": ["c00"], "east": ["c390"]})
    found = told(register, "west", "east", width_m=20)["corridors"][0]
    assert 50 < len(found["profile"]) <= 210
    assert min(each["width_m"] for each in found["profile"]) == pytest.approx(found["narrowest_m"])


def key(register, role, **scope):
    issued = keys.issue(register, OPERATOR, role=role, ends=ENDS, name=role.value, **scope)
    return keys.recognise(register, issued.whole)[0]


def test_a_key_plans_with_what_it_holds_and_cannot_tell_what_else_there_is(make):
    register = make(rows(5, 1) | {"far": square(20)}, {"west": ["c00"], "east": ["c40"], "hidden": ["far"]})
    scoped = key(register, Role.ORGANIZER, area=MultiPolygon([box(-69.31, 9.99, -69.24, 10.02)]))
    assert [each["id"] for each in told(register, "west", "east", access=scoped)["corridors"][0]["talk_to"]]
    refusals = []
    for other in ("hidden", "far", "nobody"):
        with pytest.raises(NotFound) as refused:
            told(register, "west", other, access=scoped)
        refusals.append((refused.value.code, set(refused.value.details)))
    assert len(set(map(str, refusals))) == 1
    with pytest.raises(Forbidden):
        told(register, "west", "east", access=key(register, Role.SPOKESPERSON, territories=["c00"]))
