"""Corridors on patchworks of territories, with and without uncovered land between them."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import assume, given, note, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box
from strategies import SIDE_M, UTM, coverages, polygons
from trees import by_brute_force

from territory.geo.corridors import (
    Barrier,
    Favour,
    Ground,
    NoSuchMember,
    Prices,
    TooFine,
    alternatives,
    axis,
    backbone,
    chain,
    core,
    cuts,
    envelope,
    price,
    proof,
    reinforced,
)
from territory.geo.corridors import ground as module
from territory.geo.corridors.shape import inner_way
from territory.geo.steiner import near_tree

LAND = box(-200, -200, SIDE_M + 200, SIDE_M + 200)
PLAIN = Prices(commune=2.0, council=2.0, step=0.0)


def patches(columns, rows, *, without=(), side_m=100):
    """A chessboard of squares, named by column and row."""
    kept = [(x, y) for x in range(columns) for y in range(rows) if f"{x}{y}" not in without]
    squares = [box(x * side_m, y * side_m, (x + 1) * side_m, (y + 1) * side_m) for x, y in kept]
    return GeoSeries(squares, index=[f"{x}{y}" for x, y in kept], crs=UTM, dtype="geometry")


def laid(units, *, width_m=50, land=None, links=None):
    return Ground.of(units, width_m=width_m, tolerance_m=1, land=land, links=links)


def asked(units, members, *, communes=None, prices=PLAIN, land=None, links=None, width_m=50, **more):
    communes = pd.Series(communes or {}, dtype=object)
    return price(laid(units, width_m=width_m, land=land, links=links), members, communes, prices=prices, **more)


def ids(problem, corridor):
    return sorted(problem.ids(corridor.units))


def joined(problem, units):
    """The corridor's own units and every crossing among them, for networkx."""
    known = nx.Graph(problem.ground.ends[np.isin(problem.ground.ends, units).all(axis=1)].tolist())
    known.add_nodes_from(units.tolist())
    return known


@st.composite
def problems(draw, *, max_cuts=6, most_members=4):
    """A cut square with a hole or two in its cover, some units in communes, some of these to be joined."""
    units = draw(coverages(max_cuts=max_cuts))
    note(units.to_wkt().to_list())
    missing = draw(st.sets(st.sampled_from(list(units.index)), max_size=2))
    kept = units.drop(list(missing))
    assume(len(kept) >= 2)
    group = st.one_of(st.none(), st.sampled_from(["k1", "k2"]))
    communes = {unit: name for unit in kept.index if (name := draw(group)) is not None}
    names = sorted({*kept.index.difference(list(communes)), *communes.values()})
    members = draw(st.lists(st.sampled_from(names), min_size=1, max_size=most_members, unique=True))
    return kept, members, communes


@settings(max_examples=40)
@given(problems())
def test_a_corridor_hangs_together_holds_its_members_and_is_wide_enough(given_):
    units, members, communes = given_
    problem = asked(units, members, communes=communes, land=LAND, width_m=60)
    corridor = core(problem)
    ground = problem.ground
    assert (ground.crossing_m >= 60).all()
    assert nx.is_connected(joined(problem, corridor.units)) or len(corridor.unreached)
    reached = set(members) - set(corridor.unreached)
    assert {problem.members[k] for k in problem.member[corridor.units] if k >= 0} >= reached
    assert corridor.is_optimal
    told = proof(problem, corridor)
    assert told.polygon.geom_type == "Polygon"
    assert shapely.union_all(told.backbone.array).difference(told.polygon.buffer(0.1)).is_empty
    # Beside the edge of the land there may be no room.
    inland = told.profile[told.profile.distance(LAND.exterior) > 30]
    assert (inland["width_m"] >= 0.99 * 60).all()
    assert len(told.backbone) or len(reached) == 1
    assert set(told.units["member"].dropna()) == reached


@settings(max_examples=40)
@given(problems(max_cuts=4))
def test_a_corridor_costs_no_more_than_any_other(given_):
    units, members, communes = given_
    problem = asked(units, members, communes=communes, prices=Prices())
    corridor = core(problem)
    graph, _ = problem.contracted
    assume(len(graph.cost) <= 13)
    own = [k for name, k in zip(problem.members, problem.terminals, strict=True) if name not in corridor.unreached]
    assert corridor.cost == pytest.approx(by_brute_force(graph, own))
    assert corridor.cost <= near_tree(graph, problem.terminals).cost + 1e-9


@settings(max_examples=25)
@given(problems(), st.randoms())
def test_the_order_of_units_and_members_does_not_matter(given_, random):
    units, members, communes = given_
    problem = asked(units, members, communes=communes, land=LAND, width_m=60)
    turned = asked(
        units.loc[random.sample(list(units.index), len(units))],
        random.sample(members, len(members)),
        communes=dict(random.sample(list(communes.items()), len(communes))),
        land=LAND,
        width_m=60,
    )
    one, two = core(problem), core(turned)
    assert ids(problem, one) == ids(turned, two)
    assert one.cost == two.cost
    assert backbone(problem, one).length.sum() == backbone(turned, two).length.sum()


def test_a_member_alone_is_its_own_corridor():
    problem = asked(patches(3, 1), ["k", "k"], communes={"00": "k", "10": "k"})
    corridor = core(problem)
    assert (ids(problem, corridor), corridor.cost, corridor.legs) == (["00", "10"], 0.0, ())
    told = proof(problem, corridor)
    assert (told.length_m, told.continuity, len(told.breaks), len(told.cuts)) == (0.0, 1.0, 0, 0)
    assert np.isnan(told.narrowest_m)
    assert told.polygon.area == pytest.approx(20_000)
    assert len(axis(problem, ["k"]).units) == 2


def test_members_without_a_way_between_them_are_told():
    problem = asked(patches(5, 1, without=["20"]), ["00", "10", "40"])
    corridor = core(problem)
    assert (corridor.unreached, ids(problem, corridor)) == (("40",), ["00", "10"])
    legs = axis(problem, ["00", "40", "10"])
    assert (legs.unreached, legs.legs) == (("40",), ((0, 1),))


def test_without_units_there_is_nobody_to_join():
    with pytest.raises(NoSuchMember, match="00"):
        asked(patches(0, 0), ["00"])
    with pytest.raises(NoSuchMember, match="nobody"):
        asked(patches(2, 1), ["00", "nobody"])
    with pytest.raises(NoSuchMember, match="10"):
        axis(asked(patches(2, 1), ["00"]), ["00", "10"])


def test_crossings_narrower_than_the_corridor_are_none():
    ways = [box(0, 0, 100, 100), box(100, 70, 200, 100), box(100, 0, 145, 60), box(200, 0, 300, 100)]
    units = GeoSeries([*ways, box(100, -100, 200, 0), box(200, -100, 300, 0), box(0, -100, 100, 0)], crs=UTM)
    units.index = ["west", "strait", "stub", "east", "south", "southeast", "southwest"]
    problem = asked(units, ["west", "east"])
    assert ids(problem, core(problem)) == ["east", "south", "southeast", "southwest", "west"]
    narrow = asked(units, ["west", "east"], width_m=20)
    assert ids(narrow, core(narrow)) == ["east", "strait", "west"]


def test_a_declared_link_joins_units_that_lie_apart_and_leaves_a_break():
    units = patches(5, 1, without=["20"])
    links = pd.DataFrame({"left": ["10", "10"], "right": ["30", "stranger"]})
    problem = asked(units, ["00", "40"], links=links)
    corridor = core(problem)
    assert ids(problem, corridor) == ["00", "10", "30", "40"]
    told = proof(problem, corridor)
    assert told.breaks["length_m"].tolist() == pytest.approx([100 - 2 * 1], abs=0.1)
    assert told.breaks["beside"].tolist() == [("10", "30")]
    assert told.continuity == pytest.approx(1 - 98 / told.length_m, abs=1e-3)
    assert told.profile["width_m"].min() == pytest.approx(50, rel=0.01)


def test_uncovered_land_is_taken_where_nothing_else_leads_and_is_a_break():
    units = patches(5, 1, without=["20"])
    problem = asked(units, ["00", "40"], land=box(0, 0, 500, 100), width_m=25)
    corridor = core(problem)
    told = proof(problem, corridor)
    assert not corridor.unreached
    assert told.units["is_uncovered"].any()
    [gap] = told.breaks.itertuples()
    assert gap.length_m >= 98
    assert gap.beside == ("10", "30")
    assert 0.5 < told.continuity < 1


@settings(max_examples=40)
@given(coverages(), st.data())
def test_hexagons_are_the_uncovered_land_and_nothing_else(units, data):
    missing = data.draw(st.sets(st.sampled_from(list(units.index)), max_size=3))
    kept = units.drop(list(missing))
    ground = laid(kept, land=LAND)
    hexagons = ground.shapes[ground.is_uncovered]
    uncovered = LAND - shapely.union_all(kept.array)
    assert shapely.area(hexagons).sum() == pytest.approx(shapely.union_all(hexagons).area)
    assert (uncovered - shapely.union_all(hexagons)).area <= 0.001 * uncovered.area + 10
    assert shapely.union_all(hexagons).difference(uncovered.buffer(0.01)).area == pytest.approx(0, abs=1e-3)
    assert (ground.crossing_m >= 50).all()


def test_too_fine_a_mesh_is_refused(monkeypatch):
    monkeypatch.setattr(module, "_MOST_HEXAGONS", 100)
    with pytest.raises(TooFine):
        laid(patches(1, 1), width_m=20, land=LAND)


def test_a_commune_is_entered_by_one_council_and_left_by_another():
    """What lies within a member costs nothing, so the way leads through it rather than beside it."""
    units = patches(6, 2)
    communes = {f"{x}0": "k" for x in range(1, 5)} | {"11": "other"}
    problem = asked(units, ["00", "50", "k"], communes=communes)
    corridor = core(problem)
    assert corridor.cost == 0
    assert ids(problem, corridor) == ["00", "10", "20", "30", "40", "50"]
    assert {frozenset(problem.members[list(leg)]) for leg in corridor.legs} == {
        frozenset({"00", "k"}),
        frozenset({"50", "k"}),
    }
    assert proof(problem, corridor).length_m == pytest.approx(500)


def test_the_second_piece_of_a_commune_is_told_to_be_apart():
    communes = {"00": "k", "10": "k", "50": "k"}
    problem = asked(patches(6, 1, without=["40"]), ["k", "30"], communes=communes)
    corridor = core(problem)
    assert ids(problem, corridor) == ["00", "10", "20", "30"]
    assert proof(problem, corridor).apart == ("50",)


def test_the_ground_of_communes_is_dearer_than_a_members_and_cheaper_than_nobodys():
    units = patches(4, 3, without=["11", "21"])
    communes = {"12": "a", "22": "a", "02": "a", "32": "a"}
    problem = asked(units, ["01", "31"], communes=communes, prices=Prices(step=0.0), land=box(0, 0, 400, 300))
    corridor = core(problem)
    assert ids(problem, corridor) == ["01", "02", "12", "22", "31", "32"]
    assert corridor.cost == pytest.approx(4 * 100)
    costs = dict(zip(problem.ground.units.index, problem.graph.cost, strict=True))
    assert (costs["01"], costs["12"], costs["10"]) == (0, 100, 200)
    assert costs["uncovered-000000"] == pytest.approx(4 * np.sqrt(problem.ground.units["uncovered-000000"].area))


def test_families_count_instead_of_area_where_they_are_given():
    sizes = pd.Series({"10": 30.0, "11": 400.0})
    problem = asked(patches(3, 2), ["00", "20"], sizes=sizes)
    costs = dict(zip(problem.ground.units.index, problem.graph.cost, strict=True))
    assert (costs["10"], costs["11"], costs["21"]) == (60, 800, 200)


def test_a_park_draws_the_corridor_and_a_road_its_steps():
    units = patches(4, 3)
    park = Favour(GeoSeries([box(0, 200, 400, 300)], crs=UTM), 0.2)
    problem = asked(units, ["01", "31"], favours=[park])
    assert ids(problem, core(problem)) == ["01", "02", "12", "22", "31", "32"]
    half = asked(units, ["01", "31"], favours=[Favour(GeoSeries([box(0, 250, 400, 300)], crs=UTM), 0.2)])
    assert half.graph.cost[units.index.get_loc("12")] == pytest.approx(200 * (1 - 0.8 / 2))
    road = Favour(GeoSeries([LineString([(50, 50), (350, 50)])], crs=UTM), 0.1)
    steps = Prices(step=1.0, council=0.5)
    led = asked(units, ["00", "31"], prices=steps, favours=[road])
    assert ids(led, core(led)) == ["00", "10", "20", "30", "31"]
    plain = asked(units, ["00", "31"], prices=steps)
    assert core(plain).cost > core(led).cost


def test_a_river_is_gone_around_or_paid_for_or_not_crossed_at_all():
    units = patches(4, 3)
    river = GeoSeries([LineString([(200, -10), (200, 210)])], crs=UTM)
    free = asked(units, ["00", "30"])
    assert ids(free, core(free)) == ["00", "10", "20", "30"]
    paid = asked(units, ["00", "30"], barriers=[Barrier(river, 300)])
    assert core(paid).cost == core(free).cost + 300
    around = asked(units, ["00", "30"], barriers=[Barrier(river, np.inf)])
    assert {"12", "22"} <= set(ids(around, core(around)))
    through = GeoSeries([LineString([(230, -10), (230, 310)])], crs=UTM)
    parted = asked(units, ["00", "30"], barriers=[Barrier(through, np.inf)])
    assert core(parted).unreached == ("30",)
    inside = asked(units, ["k"], communes=dict.fromkeys(units.index, "k"), barriers=[Barrier(river, np.inf)])
    assert len(core(inside).units) == 12


def test_the_axis_goes_in_the_order_given():
    problem = asked(patches(5, 1), ["00", "20", "40"])
    there_and_back = axis(problem, ["20", "00", "40"])
    assert [tuple(problem.members[list(leg)]) for leg in there_and_back.legs] == [("20", "00"), ("00", "40")]
    assert there_and_back.cost == core(problem).cost == 400


@settings(max_examples=25)
@given(problems(most_members=4))
def test_an_axis_never_costs_less_than_the_core(given_):
    units, members, communes = given_
    problem = asked(units, members, communes=communes, land=LAND, width_m=60)
    line = axis(problem, members)
    assume(not line.unreached and not core(problem).unreached)
    assert line.cost >= core(problem).cost - 1e-9
    assert nx.is_connected(joined(problem, line.units))


@settings(max_examples=30)
@given(problems(max_cuts=8))
def test_cut_units_are_those_whose_leaving_parts_members(given_):
    units, members, communes = given_
    problem = asked(units, members, communes=communes, land=LAND, width_m=60)
    corridor = core(problem)
    known = joined(problem, corridor.units)
    expected = []
    for unit in corridor.units:
        rest = known.subgraph(set(known) - {unit})
        held = [{problem.member[node] for node in piece} - {-1} for piece in nx.connected_components(rest)]
        if held and max(map(len, held)) < len(set().union(*held)):
            expected.append(problem.ground.units.index[unit])
    found = cuts(problem, corridor)
    assert found["unit"].tolist() == expected
    for cut in found[np.isfinite(found["bypass_cost"])].itertuples():
        way = np.union1d(corridor.units, problem.ground.units.index.get_indexer(cut.bypass))
        rest = joined(problem, way[way != problem.ground.units.index.get_loc(cut.unit)])
        held = [{problem.member[node] for node in piece} - {-1} for piece in nx.connected_components(rest)]
        assert max(map(len, held)) == len(set().union(*held))


@settings(max_examples=30)
@given(problems(max_cuts=8))
def test_a_reinforced_corridor_bears_every_departure_that_can_be_borne(given_):
    units, members, communes = given_
    problem = asked(units, members, communes=communes, land=LAND, width_m=60)
    corridor = core(problem)
    before = cuts(problem, corridor)
    stronger = reinforced(problem, corridor)
    after = cuts(problem, stronger)
    assert set(stronger.units) >= set(corridor.units)
    assert stronger.cost >= corridor.cost - 1e-9
    assert np.isinf(after["bypass_cost"]).all()
    assert set(after["unit"]) <= set(before["unit"])
    assert proof(problem, stronger).polygon.geom_type == "Polygon"


def test_the_bypass_of_a_cut_unit_is_the_cheapest_way_around_it():
    problem = asked(patches(5, 3), ["00", "40"])
    found = cuts(problem, core(problem)).set_index("unit")
    assert found.index.tolist() == ["10", "20", "30"]
    assert found["bypass_cost"].tolist() == [600, 600, 600]
    assert found.loc["20", "bypass"] == ("11", "21", "31")
    stronger = reinforced(problem, core(problem))
    assert len(cuts(problem, stronger)) == 0
    assert stronger.cost == 600 + 1000  # one ear around all three, over the heads of both ends
    nowhere = asked(patches(5, 1), ["00", "40"])
    assert np.isinf(cuts(nowhere, core(nowhere))["bypass_cost"]).all()
    assert len(cuts(nowhere, reinforced(nowhere, core(nowhere)))) == 3


def test_three_members_whose_hub_leaves_are_joined_again_at_the_least_cost():
    units = patches(5, 4)
    problem = asked(units, ["00", "40", "22"])
    [hub] = [cut for cut in cuts(problem, core(problem)).itertuples() if cut.unit == "20"]
    assert np.isfinite(hub.bypass_cost)
    assert len(cuts(problem, reinforced(problem, core(problem)))) == 0


@settings(max_examples=25)
@given(problems(max_cuts=8))
def test_belts_are_as_many_as_networkx_finds(given_):
    units, members, communes = given_
    problem = asked(units, members, communes=communes)
    corridor = core(problem)
    told = proof(problem, corridor).belts
    name = {}
    for unit, group in enumerate(problem.group):
        name[unit] = f"m{group}" if group in problem.terminals else unit
    for start, end, here, possible in told.itertuples(index=False):
        pair = [f"m{problem.terminals[problem.members.get_loc(k)]}" for k in (start, end)]
        for taken, count in ((corridor.units, here), (np.arange(len(problem.member)), possible)):
            known, straight = nx.DiGraph(), 0
            known.add_nodes_from(pair)
            for one, two in problem.ground.ends[np.isin(problem.ground.ends, taken).all(axis=1)].tolist():
                a, b = (name[k] if name[k] in pair else k for k in (one, two))
                straight += {a, b} == set(pair)
                if a != b and {a, b} != set(pair):
                    known.add_edges_from([(a, b), (b, a)])
            assert count == straight + nx.node_connectivity(known, *pair)
        assert 1 <= here <= possible


def test_the_envelope_holds_every_cheapest_way_and_what_costs_little_more():
    problem = asked(patches(5, 3), ["01", "41"])
    corridor = core(problem)
    assert sorted(envelope(problem, corridor, within=0).index) == ["01", "11", "21", "31", "41"]
    # To a neighbour of an end and back.
    beside = set(envelope(problem, corridor, within=200).index) - set(problem.ids(corridor.units))
    assert beside == {"00", "02", "40", "42"}
    wide = envelope(problem, corridor, within=400)
    assert len(wide) == 15
    assert wide["22"] == 400


def test_alternatives_lead_elsewhere_and_cost_what_they_cost():
    problem = asked(patches(5, 3), ["01", "41"])
    first = core(problem)
    found = alternatives(problem, first, count=2)
    assert [other.cost for other in found] == [1000, 1000]
    taken = [set(ids(problem, other)) for other in (first, *found)]
    assert len(set(map(frozenset, taken))) == 3
    assert alternatives(asked(patches(5, 1), ["00", "40"]), core(asked(patches(5, 1), ["00", "40"]))) == []


@settings(max_examples=40)
@given(problems(), st.booleans())
def test_alternatives_hang_together_join_the_same_members_and_differ(given_, is_ordered):
    units, members, communes = given_
    problem = asked(units, members, communes=communes, land=LAND, width_m=60)
    order = members if is_ordered else None
    first = axis(problem, members) if is_ordered else core(problem)
    found = alternatives(problem, first, order=order, count=3)
    optimum = core(problem).cost
    for other in found:
        assert other.unreached == first.unreached
        assert nx.is_connected(joined(problem, other.units)) or len(other.unreached)
        held = {problem.members[k] for k in problem.member[other.units] if k >= 0}
        assert held >= set(members) - set(other.unreached)
        assert other.cost >= optimum - 1e-6 or len(other.unreached)
        assert not other.is_optimal
        assert len(other.legs) == len(first.legs)
    taken = [frozenset(ids(problem, other)) for other in (first, *found)]
    assert len(set(taken)) == len(taken)


def test_an_alternative_to_an_axis_keeps_its_order():
    problem = asked(patches(5, 3), ["01", "21", "41"])
    order = ["21", "01", "41"]
    [other] = alternatives(problem, axis(problem, order), order=order, count=1)
    told = [(problem.members[start], problem.members[end]) for start, end in other.legs]
    assert told == [("21", "01"), ("01", "41")]
    with pytest.raises(NoSuchMember):
        alternatives(problem, core(problem), order=["nobody"])


def test_a_member_that_is_one_in_pieces_is_joined_by_any_of_them():
    units = patches(7, 1, without=("20", "40"))
    communes = {"00": "corridor", "10": "corridor", "30": "corridor", "50": "east", "60": "east"}
    links = pd.DataFrame({"left": ["30"], "right": ["50"]})
    apart = asked(units, ["corridor", "east"], communes=communes, links=links)
    assert core(apart).unreached
    problem = asked(units, ["corridor", "east"], communes=communes, links=links, whole=["corridor"])
    corridor = core(problem)
    assert not corridor.unreached
    assert ids(problem, corridor) == ["00", "10", "30", "50", "60"]
    assert proof(problem, corridor).apart == ()
    assert set(cuts(problem, corridor)["unit"]) == {"30", "50"}


def test_what_a_corridor_crosses_is_measured_layer_by_layer():
    problem = asked(patches(4, 1), ["00", "30"])
    layers = {
        "municipality": GeoDataFrame(
            geometry=[box(0, 0, 250, 100), box(250, 0, 400, 100)], index=["a", "b"], crs=UTM
        ),
        "river": GeoDataFrame(geometry=[LineString([(120, -50), (120, 150)])], index=["r"], crs=UTM),
        "source": GeoDataFrame(geometry=[Point(10, 10), Point(10, 400)], index=["in", "out"], crs=UTM),
        "park": GeoDataFrame(geometry=[box(400, 0, 500, 100)], index=["beside"], crs=UTM),
        "nothing": GeoDataFrame(geometry=[], crs=UTM),
    }
    told = proof(problem, core(problem), crossed=layers, families=pd.Series({"00": 120, "10": 80}))
    found = told.crossed.set_index(["layer", "feature"])
    assert found.index.tolist() == [("municipality", "a"), ("municipality", "b"), ("river", "r"), ("source", "in")]
    assert found["share"].tolist() == pytest.approx([0.625, 0.375, 0, 0])
    assert found["crossings"].tolist() == [0, 0, 1, 0]
    assert found.loc[("municipality", "a"), "length_m"] == pytest.approx(200)
    assert found.loc[("river", "r"), "length_m"] == pytest.approx(100)
    assert told.families == (200, 2)
    assert told.narrowest_m == pytest.approx(100)
    assert told.area_m2 == pytest.approx(40_000)


def test_a_proof_tells_how_far_it_is_and_can_be_cancelled():
    class Cancelled(Exception):
        pass

    told = []

    def progress(what, done, of):
        told.append(what)
        if what == "breaks":
            raise Cancelled

    problem = asked(patches(4, 1), ["00", "30"])
    with pytest.raises(Cancelled):
        proof(problem, core(problem), progress=progress)
    assert told == ["backbone", "polygon", "profile", "breaks"]


@settings(max_examples=60)
@given(polygons(), st.integers(0, 2**16))
def test_a_way_inside_a_polygon_stays_there(shape, seed):
    rng = np.random.default_rng(seed)
    border = shape.boundary
    start, end = (border.interpolate(share, normalized=True) for share in rng.uniform(size=2))
    way = inner_way(shape, start, end)
    assert way.coords[0] == start.coords[0]
    assert way.coords[-1] == end.coords[0]
    assert shape.buffer(0.02).covers(way)


@settings(max_examples=40)
@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 3))))
def test_a_chain_has_a_break_less_than_pieces_and_they_join_them_all(cells):
    members = patches(6, 4).loc[sorted(f"{x}{y}" for x, y in cells)]
    found = chain(members, tolerance_m=1)
    pieces = nx.grid_2d_graph(6, 4).subgraph(cells)
    assert found.pieces == nx.number_connected_components(pieces)
    assert len(found.breaks) == max(found.pieces - 1, 0)
    assert np.isnan(found.narrowest_m) == (pieces.number_of_edges() == 0)
    if pieces.number_of_edges():
        assert found.narrowest_m == pytest.approx(100, abs=3)
    joined_by_breaks = nx.Graph([(f"{x}{y}", f"{v}{w}") for (x, y), (v, w) in pieces.edges])
    joined_by_breaks.add_nodes_from(members.index)
    joined_by_breaks.add_edges_from(zip(found.breaks["left"], found.breaks["right"], strict=True))
    assert not cells or nx.is_connected(joined_by_breaks)
    apart = nx.Graph()
    apart.add_weighted_edges_from(
        (one, two, members[one].distance(members[two]))
        for one in members.index
        for two in members.index
        if one < two
    )
    # No way to join the pieces is shorter: what touches by an edge costs nothing, as in a tree over all.
    shortest = nx.minimum_spanning_tree(apart).size(weight="weight") if len(members) > 1 else 0
    assert found.breaks["length_m"].sum() == pytest.approx(shortest)


def test_members_that_meet_at_a_corner_only_are_apart():
    found = chain(patches(2, 2, without=("01", "10")), tolerance_m=1)
    assert (found.pieces, found.breaks["length_m"].tolist()) == (2, [0.0])
