import pytest
from geopandas import GeoSeries
from hypothesis import given
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from territory.model import WGS84, as_layer
from territory.profiles import load_profile
from territory.services import publishing
from territory.services.errors import NotFound, Unusable

PROFILE = load_profile()


@pytest.fixture(scope="module")
def layer():
    ids = [f"c-{i:02}" for i in range(20)]
    squares = [MultiPolygon([box(i, 0, i + 0.9, 1)]) for i in range(20)]
    levels = ["commune" if i % 5 == 0 else "council" for i in range(20)]
    return as_layer(GeoSeries(squares, ids, crs=WGS84).sample(frac=1, random_state=1), level=levels)


@given(limit=st.integers(1, 25))
def test_pages_of_any_size_give_every_territory_once_in_order(layer, limit):
    seen, cursor = [], None
    while True:
        page = publishing.territories(layer, profile=PROFILE, limit=limit, cursor=cursor)
        assert len(page.layer) <= limit
        seen += page.layer.index.tolist()
        cursor = page.next
        if cursor is None:
            break
    assert seen == sorted(layer.index)


@given(west=st.floats(-1, 20), width=st.floats(0.01, 5))
def test_a_box_gives_what_meets_it_and_nothing_else(layer, west, width):
    area = (west, 0.2, west + width, 0.4)
    page = publishing.territories(layer, profile=PROFILE, bbox=area, limit=100)
    expected = layer[layer.intersects(box(*area))].index
    assert page.layer.index.tolist() == sorted(expected)
    assert publishing.within(layer, area).index.tolist() == expected.tolist()


def test_a_level_and_a_box_go_together(layer):
    page = publishing.territories(layer, profile=PROFILE, bbox=(0, 0, 10.5, 1), level="commune", limit=100)
    assert set(page.layer["level"]) == {"commune"}


def test_what_does_not_exist_is_said(layer):
    with pytest.raises(NotFound):
        publishing.territory(layer, "nobody")
    with pytest.raises(Unusable):
        publishing.territories(layer, profile=PROFILE, level="planet")
