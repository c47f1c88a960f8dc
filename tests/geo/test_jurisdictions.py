"""Shares of municipalities and states."""

import pytest
from geopandas import GeoSeries
from hypothesis import given
from shapely import box
from strategies import SIDE_M, UTM, coverages

from territory.geo.jurisdictions import crossings, shares


@given(coverages())
def test_shares_in_a_partition_add_up(units):
    units = units[units.area > 1]
    halves = GeoSeries([box(0, 0, 400, SIDE_M), box(400, 0, SIDE_M, SIDE_M)], index=["west", "east"], crs=UTM)
    found = shares(units, halves, min_area_m2=0)
    assert found.groupby("unit").share.sum().to_list() == pytest.approx([1.0] * len(units))
    west = found[found.jurisdiction == "west"].area_m2.sum()
    assert west == pytest.approx(units.intersection(halves["west"]).area.sum(), abs=1e-3)


def crossed(*units):
    west, east = box(-1000, -1000, 0, 1000), box(0, -1000, 1000, 1000)
    places = GeoSeries([west, east], index=["west", "east"], crs=UTM)
    layer = GeoSeries(list(units), index=range(len(units)), crs=UTM)
    return crossings(shares(layer, places), layer, places, width_m=10, min_share=0.01)


def test_a_unit_on_both_sides_crosses():
    found = crossed(box(-64, 0, 36, 100))
    assert dict(zip(found.jurisdiction, found.share, strict=True)) == pytest.approx({"west": 0.64, "east": 0.36})


def test_a_unit_drawn_along_the_line_does_not_cross():
    assert crossed(box(-100, 0, 8, 500)).empty


def test_a_unit_outside_every_jurisdiction_has_no_share():
    assert crossed(box(5000, 0, 5100, 100)).empty


def test_sources_may_contradict_each_other():
    one, other = box(0, 0, 100, 100), box(50, 0, 200, 100)
    places = GeoSeries([one, other], index=["source a", "source b"], crs=UTM)
    found = shares(GeoSeries([box(40, 0, 80, 100)], index=["u"], crs=UTM), places)
    assert found.share.tolist() == pytest.approx([1.0, 0.75])
