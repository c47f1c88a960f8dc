"""What organizers may wish of candidate communes: short trips, and no reaching across a river without a bridge."""

from __future__ import annotations

import pytest
from desk import STEP, square
from geopandas import GeoSeries
from shapely import LineString

from territory.geo.regions import Reason
from territory.model import WGS84, Surroundings, as_layer
from territory.profiles import load_profile
from territory.records import Link, Reference, ReferenceLayer
from territory.services.access import OPERATOR
from territory.services.errors import Unusable
from territory.services.importing import keep_region
from territory.services.organizing import Wishes, measured, propose
from territory.services.storing import open_register

WEST, SOUTH = -69.3, 10.0
RIVER = [
    ReferenceLayer(id="water", kind="rivers", called="Ríos", source="IGVSB"),
    Reference(
        id="turbio",
        layer="water",
        called="Turbio",
        shape=LineString([(WEST + 3 * STEP, SOUTH - STEP), (WEST + 3 * STEP, SOUTH + 2 * STEP)]),
    ),
]


@pytest.fixture
def make(tmp_path):
    """Registers of six councils in a row, with other records."""
    opened = []

    def made(*records):
        register = open_register(str(tmp_path / f"{len(opened)}.db"), load_profile(), create=True)
        opened.append(register)
        shapes = {f"c{column}": square(column) for column in range(6)}
        layer = as_layer(GeoSeries(list(shapes.values()), list(shapes), crs=WGS84), kind=["rural"] * len(shapes))
        keep_region(register, layer, Surroundings())
        with register.writing(OPERATOR, "test") as writing:
            writing.put_all(records)
        return register

    yield made
    for register in opened:
        register.store.close()


def groups(register, **wishes) -> list[list[str]]:
    best = propose(register, OPERATOR, Wishes(plans=1, **wishes)).plans[0]
    return sorted(sorted(group.councils) for group in best.groups)


def test_no_commune_reaches_across_a_river_when_nobody_wishes_it(make):
    register = make(*RIVER)
    assert groups(register, least=6, most=6) == [[f"c{column}" for column in range(6)]]
    assert groups(register, least=6, most=6, barriers=("rivers",)) == []
    assert groups(register, least=3, most=3, barriers=("rivers",)) == [["c0", "c1", "c2"], ["c3", "c4", "c5"]]


def test_a_declared_bridge_joins_both_sides(make):
    register = make(*RIVER, Link(id="bridge", left="c2", right="c3", kind="bridge"))
    assert groups(register, least=6, most=6, barriers=("rivers",)) == [[f"c{column}" for column in range(6)]]


def test_where_nobody_drew_a_river_there_is_none(make):
    assert groups(make(), least=6, most=6, barriers=("rivers", "hazards")) != []


def test_what_can_be_no_barrier_is_refused(make):
    with pytest.raises(Unusable, match=r"corridor\.kind"):
        propose(make(), OPERATOR, Wishes(barriers=("population",)))


def test_trips_are_told_when_they_count_and_are_as_long_as_they_are(make):
    register = make()
    [group] = propose(register, OPERATOR, Wishes(plans=1, least=6, most=6)).plans[0].groups
    assert group.travel_h is None
    [group] = propose(register, OPERATOR, Wishes(plans=1, least=6, most=6, travel_weight=1.0)).plans[0].groups
    # As the crow flies at 10 km/h: to the middle itself none, 1, 2 and 3 steps one way, 1 and 2 the other.
    assert group.travel_h == pytest.approx(STEP * 111_320 * 0.985 / 10_000 * 9 / 6, rel=0.02)


def test_who_is_taken_out_by_hand_is_told_so(make):
    mine = {"1": ["c0", "c1", "c2", "c3"]}
    plan = measured(make(), OPERATOR, Wishes(least=2, most=4), mine).plans[0]
    assert plan.left_over == {"c4": Reason.BY_HAND, "c5": Reason.BY_HAND}
