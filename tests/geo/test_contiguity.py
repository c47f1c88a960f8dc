"""Whether groups hang together."""

import networkx as nx
import pandas as pd
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import box
from strategies import UTM

from territory.geo.contiguity import enclaves, pieces, what_if

UNITS = "abcdefgh"
GROUND = st.lists(
    st.tuples(st.sampled_from("KL"), st.sampled_from("mnop"), st.sampled_from(UNITS)), max_size=20, unique=True
)
WAYS = st.lists(st.tuples(st.sampled_from(UNITS), st.sampled_from(UNITS)), max_size=12)


def ways(*pairs):
    return pd.DataFrame([tuple(pair) for pair in pairs], columns=["left", "right"])


def test_units_in_a_chain_are_one_piece():
    groups = pd.Series("k", index=list("abcd"))
    assert pieces(groups, ways("ab", "cb", "cd")).tolist() == [0, 0, 0, 0]


def test_the_piece_with_the_most_units_comes_first():
    groups = pd.Series("k", index=list("abcde"))
    assert pieces(groups, ways("cd", "de")).tolist() == [1, 2, 0, 0, 0]


def test_a_way_through_another_group_joins_nothing():
    groups = pd.Series({"a": "k", "b": "other", "c": "k"})
    assert pieces(groups, ways("ab", "bc")).tolist() == [0, 0, 1]


def test_units_without_a_group_and_strangers_are_left_out():
    groups = pd.Series({"a": "k", "b": None})
    assert pieces(groups, ways("ab", "az")).to_dict() == {"a": 0}
    assert pieces(groups.iloc[:0], ways()).empty


def test_a_unit_in_the_hole_of_a_group_is_an_enclave():
    ring, inside, outside = box(0, 0, 30, 30) - box(10, 10, 20, 20), box(12, 12, 18, 18), box(40, 0, 50, 9)
    units = GeoSeries([ring, inside, outside], index=["ring", "inside", "outside"], crs=UTM)
    groups = pd.Series({"ring": "k", "inside": None, "outside": "k"})
    covers = GeoSeries([ring.union(outside)], index=["k"], crs=UTM)
    assert enclaves(covers, units, groups).values.tolist() == [["k", "inside"]]
    own = pd.Series("k", index=units.index)
    assert enclaves(covers, units, own).empty


def ground(rows):
    return pd.DataFrame(rows, columns=["group", "member", "unit"], dtype=object)


@given(GROUND, WAYS)
def test_what_if_of_nothing_changes_nothing(rows, pairs):
    found = what_if(ground(rows), ground(rows), ways(*pairs))
    assert found["before"].equals(found["after"].rename("before"))
    assert found["before"].notna().all()


@given(GROUND, GROUND, WAYS)
def test_each_side_is_told_as_if_there_were_no_other(before, after, pairs):
    found = what_if(ground(before), ground(after), ways(*pairs))
    for name, rows in (("before", before), ("after", after)):
        alone = what_if(ground(rows), ground(rows), ways(*pairs))["before"]
        assert found[name].dropna().to_dict() == alone.to_dict()
    assert set(found.index) == {(group, member) for group, member, _ in (*before, *after)}


@given(GROUND, WAYS)
def test_pieces_are_those_of_a_graph_whose_members_hang_together_by_themselves(rows, pairs):
    found = what_if(ground(rows), ground(rows), ways(*pairs))["before"]
    for group in {group for group, _, _ in rows}:
        graph = nx.Graph()
        for each, member, unit in rows:
            if each == group:
                graph.add_edge(("member", member), ("unit", member, unit))
        holders = [(member, unit) for each, member, unit in rows if each == group]
        for left, right in pairs:
            graph.add_edges_from(
                (("unit", one, left), ("unit", other, right))
                for one, unit in holders
                if unit == left
                for other, beyond in holders
                if beyond == right
            )
        expected = {frozenset(n[1] for n in part) for part in nx.connected_components(graph)}
        numbered = found.loc[group]
        told = [frozenset(numbered.index[numbered == number]) for number in range(numbered.nunique())]
        assert set(told) == expected
        assert [len(each) for each in told] == sorted((len(each) for each in told), reverse=True)


@given(GROUND, WAYS, st.randoms(use_true_random=False))
def test_the_order_of_rows_says_nothing(rows, pairs, random):
    mixed, turned = list(rows), [pair[::-1] for pair in pairs]
    random.shuffle(mixed)
    random.shuffle(turned)
    straight = what_if(ground(rows), ground(rows), ways(*pairs))
    pd.testing.assert_frame_equal(what_if(ground(mixed), ground(mixed), ways(*turned)), straight)


def test_a_member_that_leaves_parts_those_between_whom_it_lay():
    row = ground([("k", each, each) for each in "abc"])
    found = what_if(row, row[row["member"] != "b"], ways("ab", "bc")).loc["k"]
    assert found["before"].tolist() == [0, 0, 0]
    assert found["after"].dropna().to_dict() == {"a": 0, "c": 1}
