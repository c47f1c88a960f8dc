"""Times on a network of roads beside networkx, and what counts as cut off."""

from unittest.mock import patch

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point, box
from strategies import UTM

from territory.geo.access import CutOff, affinity, joined_by_road, nearest_seats, times_between
from territory.geo.errors import GeoError, NotProjected
from territory.geo.roads import NOWHERE, Roads

KMH = 36.0  # 10 m a second


def lines(*drawn, crs=UTM):
    return GeoSeries([LineString(line) for line in drawn], crs=crs)


def points(*places, names=None):
    return GeoSeries([Point(place) for place in places], index=names, crs=UTM)


@st.composite
def networks(draw):
    """Streets of a grid, some missing, some one way, some slow."""
    side = draw(st.integers(2, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    drawn = [((x, y), (x + 1, y)) for x in range(side - 1) for y in range(side)]
    drawn += [((x, y), (x, y + 1)) for x in range(side) for y in range(side - 1)]
    drawn = [[tuple(70.0 * c for c in end) for end in line] for line in drawn]
    drawn = [line if rng.uniform() < 0.5 else line[::-1] for line in drawn if rng.uniform() < 0.8] or drawn[:1]
    speeds = pd.Series(rng.choice([5.0, 20.0, 50.0], len(drawn)))
    oneway = pd.Series(rng.uniform(size=len(drawn)) < draw(st.sampled_from([0.0, 0.4])))
    return drawn, speeds, oneway, rng


def network_of(drawn, speeds, oneway):
    graph = nx.DiGraph()
    for (a, b), speed, is_oneway in zip(drawn, speeds, oneway, strict=True):
        time_s = float(np.hypot(a[0] - b[0], a[1] - b[1])) / (speed / 3.6)
        graph.add_edge(a, b, time=time_s)
        if not is_oneway:
            graph.add_edge(b, a, time=time_s)
    return graph


@given(networks(), st.integers(1, 4))
def test_the_nearest_seat_of_every_node_is_that_of_networkx(network, count):
    drawn, speeds, oneway, rng = network
    roads = Roads.of(lines(*drawn), speeds_kmh=speeds, oneway=oneway)
    graph = network_of(drawn, speeds, oneway)
    assert {tuple(node) for node in roads.nodes} == set(graph)
    assert roads.times.nnz == graph.number_of_edges()
    seats = pd.DataFrame({"node": rng.integers(0, len(roads.nodes), count)}, index=[f"s{k}" for k in range(count)])
    found = nearest_seats(roads, seats)
    to = {
        seat: nx.single_source_dijkstra_path_length(graph.reverse(), tuple(roads.nodes[node]), weight="time")
        for seat, node in seats["node"].items()
    }
    for node, (seat, time_s) in enumerate(found.itertuples(index=False)):
        times = {name: reached.get(tuple(roads.nodes[node]), np.inf) for name, reached in to.items()}
        assert time_s == pytest.approx(min(times.values()))
        if np.isfinite(time_s):
            assert times[seat] == pytest.approx(time_s)
        else:
            assert pd.isna(seat)


@given(networks(), st.integers(1, 4), st.sampled_from([1.0, 1.5, 3.0]), st.sampled_from([0.0, 10.0]))
def test_affinity_is_what_all_times_between_places_and_seats_say(network, count, ratio, spare_s):
    drawn, speeds, oneway, rng = network
    roads = Roads.of(lines(*drawn), speeds_kmh=speeds, oneway=oneway)
    graph = network_of(drawn, speeds, oneway)
    undirected = graph.to_undirected()
    seats = pd.DataFrame(
        {"node": rng.integers(-1, len(roads.nodes), count)}, index=[f"s{k}" for k in range(count)]
    )
    places = pd.DataFrame({"node": rng.integers(-1, len(roads.nodes), 8)}, index=[f"p{k}" for k in range(8)])
    own = pd.Series(rng.choice([*seats.index, None], 8), index=places.index, dtype=object)
    found = affinity(roads, places, seats, own, ratio=ratio, spare_s=spare_s)

    def time_of(place, seat):
        if place < 0 or seat < 0:
            return np.inf
        ends = tuple(roads.nodes[place]), tuple(roads.nodes[seat])
        return nx.dijkstra_path_length(graph, *ends, weight="time") if nx.has_path(graph, *ends) else np.inf

    for name, row in found.iterrows():
        place = places["node"][name]
        times = {seat: time_of(place, node) for seat, node in seats["node"].items()}
        assert row["nearest_s"] == pytest.approx(min(times.values()))
        if own[name] is None:
            assert not row["is_cut_off"]
            continue
        seat = seats["node"][own[name]]
        assert row["own_s"] == pytest.approx(times[own[name]])
        if np.isfinite(row["own_s"]):
            is_longer = row["own_s"] > ratio * row["nearest_s"] * (1 + 1e-9)
            slow = is_longer and row["own_s"] > (row["nearest_s"] + spare_s) * (1 + 1e-9)
            assert row["reason"] == (CutOff.SLOW if slow else None)
        elif min(place, seat) < 0:
            assert row["reason"] == (CutOff.OFF_ROAD if place < 0 else CutOff.SEAT_OFF_ROAD)
        else:
            joined = nx.has_path(undirected, tuple(roads.nodes[place]), tuple(roads.nodes[seat]))
            assert row["reason"] == (CutOff.NO_WAY if joined else CutOff.OTHER_NETWORK)
        assert row["is_cut_off"] == (row["reason"] is not None)


@given(networks(), st.sampled_from([20.0, 60.0, np.inf]), st.sampled_from([1, 2, 64]))
def test_times_between_places_are_the_shorter_of_both_directions(network, most_s, together):
    drawn, speeds, oneway, rng = network
    roads = Roads.of(lines(*drawn), speeds_kmh=speeds, oneway=oneway)
    graph = network_of(drawn, speeds, oneway)
    places = pd.DataFrame({"node": rng.integers(-1, len(roads.nodes), 6)})
    pairs = pd.DataFrame(rng.integers(0, 6, (7, 2)), columns=["left", "right"])
    with patch("territory.geo.access._TOGETHER", together):
        found = times_between(roads, places, pairs, most_s=most_s)
    for (left, right), time_s in zip(pairs.itertuples(index=False), found, strict=True):
        ends = places["node"][left], places["node"][right]
        expected = np.inf
        if min(ends) >= 0:
            a, b = (tuple(roads.nodes[end]) for end in ends)
            for begin, end in ((a, b), (b, a)):
                if nx.has_path(graph, begin, end):
                    expected = min(expected, nx.dijkstra_path_length(graph, begin, end, weight="time"))
        assert time_s == pytest.approx(expected if expected <= most_s else np.inf)


@given(networks(), st.sampled_from([5.0, 20.0, 60.0]), st.sampled_from([1, 3]), st.sampled_from([2, 64]))
def test_pairs_joined_by_road_hang_together_as_all_pairs_within_the_time_do(network, most_s, nearest, together):
    drawn, speeds, oneway, rng = network
    roads = Roads.of(lines(*drawn), speeds_kmh=speeds, oneway=oneway)
    names = [f"p{k}" for k in range(9)]
    places = pd.DataFrame({"node": rng.integers(-1, len(roads.nodes), 9)}, index=names)
    group = pd.Series(rng.integers(0, 4, 9), index=names)
    with patch("territory.geo.access._TOGETHER", together):
        found = joined_by_road(roads, places, group, most_s=most_s, nearest=nearest)
    left, right = np.triu_indices(9, 1)
    pairs = pd.DataFrame({"left": np.array(names)[left], "right": np.array(names)[right]})
    times = times_between(roads, places, pairs, most_s=most_s)
    in_time = pairs[np.isfinite(times)]
    every = dict(zip(in_time.itertuples(index=False, name=None), times[in_time.index], strict=True))
    told = {(row.left, row.right): row.travel_s for row in found.itertuples()}
    assert told.keys() <= every.keys()
    for pair, time_s in told.items():
        assert time_s == pytest.approx(every[pair])

    def together_by(ways):
        graph = nx.Graph()
        graph.add_nodes_from(names)
        graph.add_edges_from(ways)
        for _, members in group.groupby(group):
            nx.add_path(graph, members.index)
        return sorted(sorted(each) for each in nx.connected_components(graph))

    assert together_by(told) == together_by(every)
    quickest = {name: min((t for pair, t in every.items() if name in pair), default=None) for name in names}
    for name, time_s in quickest.items():
        if time_s is not None:
            assert min(t for pair, t in told.items() if name in pair) == pytest.approx(time_s)


def test_on_the_map_with_one_and_by_road_with_another():
    """A coast below a range: its own seat is near as the crow flies, and the road goes round."""
    coast_road = [(0, 0), (0, 10_000), (9_000, 10_000), (9_000, 0)]
    roads = Roads.of(lines(coast_road, [(0, 0), (-3_000, 0)]), speeds_kmh=KMH)
    seats = roads.snap(points((9_000, 0), (-3_000, 0), names=["own", "other"]), within_m=50)
    village = roads.snap(points((10, 5), names=["village"]), within_m=50)
    found = affinity(roads, village, seats, pd.Series({"village": "own"})).loc["village"]
    assert (found["own"], found["own_s"]) == ("own", 2_900)
    assert (found["nearest"], found["nearest_s"]) == ("other", 300)
    assert found["ratio"] == pytest.approx(2900 / 300)
    assert found["reason"] == CutOff.SLOW
    near = affinity(roads, village, seats, pd.Series({"village": "own"}), ratio=10.0)
    assert not near["is_cut_off"].any()


def test_lines_that_cross_without_a_common_vertex_are_a_bridge():
    apart = Roads.of(lines([(0, 0), (50, 0)], [(25, -25), (25, 25)]), speeds_kmh=KMH)
    assert apart.component.tolist() == [0, 1, 1, 0]
    joined = Roads.of(lines([(0, 0), (25, 0), (50, 0)], [(25, -25), (25, 0), (25, 25)]), speeds_kmh=KMH)
    assert set(joined.component) == {0}


def test_ends_drawn_side_by_side_are_joined_on_request():
    drawn = lines([(0, 0), (50, 0)], [(50.4, 0.3), (90, 0)])
    assert len(set(Roads.of(drawn, speeds_kmh=KMH).component)) == 2
    assert set(Roads.of(drawn, speeds_kmh=KMH, join_m=1.0).component) == {0}


def test_long_stretches_have_nodes_on_the_way_and_take_as_long():
    roads = Roads.of(lines([(0, 0), (1_000, 0)]), speeds_kmh=KMH, step_m=100)
    assert len(roads.nodes) == 11
    found = nearest_seats(roads, pd.DataFrame({"node": [0]}, index=["seat"]))
    assert found["time_s"].max() == pytest.approx(100)


def test_a_road_drawn_twice_is_as_quick_as_its_quicker_line():
    roads = Roads.of(lines([(0, 0), (60, 0)], [(60, 0), (0, 0)]), speeds_kmh=pd.Series([36.0, 18.0]))
    assert roads.times.toarray().tolist() == [[0.0, 6.0], [6.0, 0.0]]


def test_one_way_roads_are_gone_to_the_seat_and_not_from_it():
    drawn = lines([(0, 0), (60, 0)])
    roads = Roads.of(drawn, speeds_kmh=KMH, oneway=pd.Series([True]))
    for node, times in ((0, [0.0, np.inf]), (1, [6.0, 0.0])):
        assert nearest_seats(roads, pd.DataFrame({"node": [node]}))["time_s"].tolist() == times


def test_points_far_from_every_road_are_on_none():
    roads = Roads.of(lines([(0, 0), (60, 0)]), speeds_kmh=KMH)
    found = roads.snap(points((0, 30), (60, 31), names=["near", "far"]), within_m=30)
    assert found["node"].tolist() == [0, NOWHERE]
    assert found["away_m"].tolist() == [30, np.inf]
    ground = GeoSeries([box(50, -10, 70, 10)], crs=UTM)
    assert roads.snap(ground, within_m=30)["node"].tolist() == [1]


def test_who_is_on_a_road_can_be_asked_of_whole_grounds():
    """The middle of the large one is far from the road that runs along its edge."""
    roads = Roads.of(lines([(0, 0), (60, 0)]), speeds_kmh=KMH)
    ground = GeoSeries([box(0, -5, 900, 800), box(100, 40, 200, 90)], index=["large", "small"], crs=UTM)
    middles = ground.representative_point()
    assert (roads.snap(middles, within_m=10)["node"] == NOWHERE).all()
    found = roads.snap(middles, within_m=10, ground=ground)
    assert found["node"].tolist() == [1, NOWHERE]
    assert found["away_m"].tolist() == [0, np.inf]


@given(networks(), st.integers(0, 2**16))
def test_links_join_what_no_line_does(network, seed):
    drawn, speeds, oneway, _ = network
    rng = np.random.default_rng(seed)
    roads = Roads.of(lines(*drawn), speeds_kmh=speeds, oneway=oneway)
    where = points(*rng.uniform(-300, 600, (5, 2)))
    places = roads.snap(where, within_m=100)
    links = pd.DataFrame(rng.integers(0, 5, (3, 2)), columns=["left", "right"]).assign(time_s=[50.0, 60.0, 70.0])
    linked, on_it = roads.linked(places, where, links)
    named = on_it["node"].tolist()
    assert all(new == old for new, old in zip(named, places["node"], strict=True) if old >= 0)
    has_link = set(links["left"]) | set(links["right"])
    assert all((named[place] >= 0) == (place in has_link or places["node"][place] >= 0) for place in range(5))
    expected = {}
    known = roads.times.tocoo()
    for begin, end, time_s in zip(*known.coords, known.data, strict=True):
        expected[begin, end] = time_s
    for left, right, time_s in links.itertuples(index=False):
        for way in ((named[left], named[right]), (named[right], named[left])):
            if left != right and way[0] != way[1]:
                expected[way] = min(time_s, expected.get(way, np.inf))
    found = linked.times.tocoo()
    assert dict(zip(zip(*found.coords, strict=True), found.data, strict=True)) == expected


def test_who_is_on_no_road_is_reached_by_a_declared_link():
    roads = Roads.of(lines([(0, 0), (100, 0)]), speeds_kmh=KMH)
    where = points((0, 5), (9_000, 0), names=["port", "isle"])
    places = roads.snap(where, within_m=50)
    link = pd.DataFrame({"left": ["port"], "right": ["isle"], "time_s": [1_800.0]})
    linked, on_it = roads.linked(places, where, link)
    found = affinity(linked, on_it, on_it.loc[["port"]], pd.Series({"isle": "port", "port": "port"}))
    assert found["own_s"].tolist() == [0, 1_800]
    assert not found["is_cut_off"].any()
    for wrong in (link.assign(right="stranger"), link.assign(time_s=0.0)):
        with pytest.raises(GeoError, match="link"):
            roads.linked(places, where, wrong)


@given(networks())
def test_scraps_are_the_components_of_little_length(network):
    drawn = network[0]
    roads = Roads.of(lines(*drawn, [(5_000, 0), (5_030, 0), (5_030, 20)]), speeds_kmh=KMH)
    assert {tuple(node) for node in roads.without_scraps(60).nodes} == {
        tuple(node) for node in roads.nodes if node[0] < 5_000
    }
    assert len(roads.without_scraps(40).nodes) == len(roads.nodes)
    joined = Roads.of(lines(*drawn, [(5_000, 0), (5_001, 0)]), speeds_kmh=KMH, join_m=2)
    assert joined.without_scraps(1).nodes[:, 0].max() < 5_000, "a line that was joined to one point is a scrap too"
    none = roads.without_scraps(1e9)
    assert none.nodes.shape == (0, 2)
    assert none.times.shape == (0, 0)


def test_a_country_without_roads_cuts_off_everybody():
    roads = Roads.of(lines(), speeds_kmh=KMH)
    seats = roads.snap(points((0, 0), names=["seat"]), within_m=100)
    places = roads.snap(points((0, 0), names=["place"]), within_m=100)
    assert nearest_seats(roads, seats).empty
    found = affinity(roads, places, seats, pd.Series({"place": "seat"}))
    assert found["reason"].tolist() == [CutOff.OFF_ROAD]
    assert roads.component.tolist() == []
    pair = pd.DataFrame({"left": ["place"], "right": ["place"]})
    assert times_between(roads, places, pair, most_s=60).tolist() == [np.inf]


def test_lines_in_parts_and_of_no_length_do_no_harm():
    shapes = [MultiLineString([[(0, 0), (30, 0)], [(30, 0), (60, 0)]]), LineString([(60, 0), (60, 0)])]
    roads = Roads.of(GeoSeries(shapes, crs=UTM), speeds_kmh=KMH)
    assert len(roads.nodes) == 3
    assert set(roads.component) == {0}


def test_seats_that_are_gone_to_first_are_told_by_name_and_ties_by_order():
    roads = Roads.of(lines([(0, 0), (60, 0)]), speeds_kmh=KMH)
    found = nearest_seats(roads, pd.DataFrame({"node": [NOWHERE, 0, 0]}, index=["off", "first", "second"]))
    assert found["seat"].tolist() == ["first", "first"]
    nobody = nearest_seats(roads, pd.DataFrame({"node": [NOWHERE]}, index=["off"]))
    assert nobody["seat"].isna().all()
    assert np.isinf(nobody["time_s"]).all()


def test_work_tells_how_far_it_is_and_can_be_stopped():
    roads = Roads.of(lines([(0, 0), (60, 0)]), speeds_kmh=KMH)
    places = pd.DataFrame({"node": [0, 1]}, index=["a", "b"])
    told = []
    affinity(roads, places, places, pd.Series({"a": "a", "b": "b"}), progress=lambda *step: told.append(step))
    assert told == [("affinity", 0, 2), ("affinity", 1, 2)]

    class Cancelled(Exception):
        pass

    def stop(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        times_between(roads, places, pd.DataFrame({"left": ["a"], "right": ["b"]}), most_s=9, progress=stop)


def test_misuse_is_refused():
    drawn = lines([(0, 0), (60, 0)])
    with pytest.raises(NotProjected):
        Roads.of(lines([(0, 0), (1, 1)], crs=4326), speeds_kmh=KMH)
    for speed in (0.0, -1.0, pd.Series([np.nan])):
        with pytest.raises(GeoError, match="speed"):
            Roads.of(drawn, speeds_kmh=speed)
    roads = Roads.of(drawn, speeds_kmh=KMH)
    with pytest.raises(GeoError, match="CRS"):
        roads.snap(points((0, 0)).set_crs(32618, allow_override=True), within_m=9)
    places = pd.DataFrame({"node": [0]}, index=["a"])
    with pytest.raises(GeoError, match="ratio"):
        affinity(roads, places, places, pd.Series({"a": "a"}), ratio=0.9)
    with pytest.raises(GeoError, match="seat"):
        affinity(roads, places, places, pd.Series({"a": "stranger"}))
    with pytest.raises(GeoError, match="any time"):
        joined_by_road(roads, places, pd.Series({"a": 0}), most_s=np.inf)
    with pytest.raises(GeoError, match="pair"):
        times_between(roads, places, pd.DataFrame({"left": ["a"], "right": ["b"]}), most_s=9)
