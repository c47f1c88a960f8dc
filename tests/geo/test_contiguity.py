"""Whether groups hang together."""

import pandas as pd
from geopandas import GeoSeries
from shapely import box
from strategies import UTM

from territory.geo.contiguity import enclaves, pieces


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
