"""The gap workbench: who is covered by nobody, why, and who could take them in."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
import shapely
from desk import STEP, square
from geopandas import GeoDataFrame, GeoSeries
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, box

from territory.geo.crs import area_m2
from territory.model import WGS84, Publication, Surroundings, as_layer
from territory.profiles import load_profile
from territory.records import Link, Membership, Recognition, Reference, ReferenceLayer, Role, Territory
from territory.services import keys
from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.errors import Forbidden, NeedsKey, NotFound
from territory.services.importing import keep_region
from territory.services.organizing import Asked, GapKind, workbench
from territory.services.storing import open_register

DAY = datetime.date.today()
LAST_YEAR = DAY - datetime.timedelta(days=400)
YESTERDAY = DAY - datetime.timedelta(days=1)


def land(columns: int, rows: int) -> GeoDataFrame:
    """Cells of the grid, from its origin on, as land."""
    west, south = -69.3, 10.0
    shape = box(west, south, round(west + columns * STEP, 7), round(south + rows * STEP, 7))
    return GeoDataFrame({"name": ["tierra"]}, geometry=[shape], crs=WGS84)


@pytest.fixture
def make(tmp_path):
    """Registers of rural councils on a grid; those that are named in a commune belong to it."""
    opened = []

    def made(cells, communes=None, *, ground=None, jurisdictions=None, records=(), **changes):
        register = open_register(str(tmp_path / f"{len(opened)}.db"), load_profile(), create=True)
        opened.append(register)
        shapes = {name: square(*cell) for name, cell in cells.items()}
        around = Surroundings(land=ground, jurisdictions=jurisdictions)
        if shapes:
            columns = {"families": [100] * len(shapes), "kind": ["rural"] * len(shapes)}
            layer = as_layer(GeoSeries(list(shapes.values()), list(shapes), crs=WGS84), **columns)
            keep_region(register, layer, around)
        else:
            keep_region(register, as_layer(GeoSeries([], crs=WGS84)), around)
        with register.writing(OPERATOR, "test") as writing:
            for commune, members in (communes or {}).items():
                writing.put(Territory(id=commune, level="commune", called=commune))
                for each in members:
                    writing.put(Membership(id=f"{each}-{commune}", member=each, group=commune, since=LAST_YEAR))
            for each, change in changes.items():
                writing.put(replace(writing.get(Territory, each), **change))
            writing.put_all(records)
        return register

    yield made
    for register in opened:
        register.store.close()


def found(register, access=OPERATOR, **asked):
    """Kinds of gaps with the councils of each, the weightiest first; land apart."""
    gaps = workbench(register, access, Asked(**asked)).gaps
    return [(gap.of, gap.councils) for gap in gaps if gap.councils]


def row(count, row=0, start=0):
    return {f"c{row}{column}": (column, row) for column in range(start, start + count)}


def test_councils_that_hang_together_and_are_enough_could_form_a_commune(make):
    assert found(make(row(6))) == [(GapKind.CLUSTER, tuple(sorted(row(6))))]


def test_fewer_than_a_commune_is_made_of_are_told_how_many_are_missing(make):
    [gap] = workbench(make(row(4)), OPERATOR, Asked()).gaps
    assert (gap.of, gap.needed, gap.families) == (GapKind.TOO_FEW, 2, 400)


def test_a_corner_does_not_join_and_a_declared_link_does(make):
    cells = row(3) | {"d3": (3, 1), "d4": (4, 1), "d5": (5, 1)}
    assert [of for of, _ in found(make(cells))] == [GapKind.TOO_FEW, GapKind.TOO_FEW]
    link = Link(id="way", left="c02", right="d3", kind="bridge")
    assert found(make(cells, records=[link])) == [(GapKind.CLUSTER, tuple(sorted(cells)))]


def test_a_council_beside_a_commune_is_told_of_it(make):
    [gap] = workbench(make(row(4), {"commune": ["c00", "c01", "c02"]}), OPERATOR, Asked()).gaps
    assert (gap.of, gap.councils, gap.around) == (GapKind.TOO_FEW, ("c03",), ("commune",))


def test_a_council_within_a_commune_that_it_does_not_belong_to_is_an_enclave(make):
    cells = {f"c{x}{y}": (x, y) for x in range(3) for y in range(3)}
    register = make(cells, {"commune": [each for each in cells if each != "c11"]})
    [gap] = workbench(register, OPERATOR, Asked()).gaps
    assert (gap.of, gap.councils, gap.around) == (GapKind.ENCLAVE, ("c11",), ("commune",))


def test_who_left_a_commune_is_left_over_and_the_commune_is_named(make):
    left = Membership(id="old", member="c00", group="commune", since=LAST_YEAR, until=YESTERDAY)
    register = make(row(3), {"commune": ["c01", "c02"]}, records=[left])
    [gap] = workbench(register, OPERATOR, Asked()).gaps
    assert (gap.of, gap.councils, gap.around) == (GapKind.LEFT_OVER, ("c00",), ("commune",))


def test_who_does_not_wish_to_join_is_counted_in_no_cluster_and_comes_last(make):
    told = found(make(row(7), c06={"joins": False}))
    assert told == [(GapKind.CLUSTER, tuple(sorted(row(6)))), (GapKind.UNWILLING, ("c06",))]


def test_a_commune_under_construction_is_named_with_its_councils(make):
    register = make(row(3), {"commune": list(row(3))}, commune={"recognition": Recognition.PROMOTERS})
    assert found(register) == [(GapKind.FORMING, ("c00", "c01", "c02"))]


def test_land_in_no_council_is_unknown_and_never_empty_where_nobody_counted(make):
    register = make({"a": (0, 0), "c": (2, 0)}, ground=land(3, 1))
    kinds = {gap.of: gap for gap in workbench(register, OPERATOR, Asked()).gaps}
    gap = kinds[GapKind.UNKNOWN]
    assert gap.people is None
    assert gap.around == ("a", "c")
    assert gap.area_m2 == pytest.approx(area_m2(square(1)), rel=1e-3)
    assert GapKind.EMPTY not in kinds


def counted(people):
    """A layer of people at points of the grid."""
    layer = ReferenceLayer(id="count", kind="population", called="Censo", source="INE", date=YESTERDAY)
    points = [
        Reference(
            id=f"p{at}",
            layer="count",
            called="",
            value=float(value),
            shape=Point(-69.3 + (x + 0.5) * STEP, 10 + (y + 0.5) * STEP),
        )
        for at, ((x, y), value) in enumerate(people.items())
    ]
    return [layer, *points]


def test_people_decide_whether_land_is_a_gap_and_which_comes_first(make):
    people = counted({(0, 0): 50, (1, 0): 300, (1, 1): 20, (0, 1): 0, (2, 1): 7, (2, 0): 9})
    register = make({"a": (0, 0), "f": (2, 0), "g": (2, 1)}, ground=land(3, 2), records=people)
    bench = workbench(register, OPERATOR, Asked())
    [uncovered] = [gap for gap in bench.gaps if gap.of is GapKind.NO_COUNCIL]
    assert bench.gaps[0] is uncovered
    assert uncovered.people == 320
    assert bench.coverage.people == 386
    assert bench.coverage.people_in_councils == 66
    assert bench.population == {"called": "Censo", "source": "INE", "date": YESTERDAY.isoformat()}


def test_of_several_counts_the_newest_counts_once(make):
    old = [
        ReferenceLayer(id="old", kind="population", called="Censo", source="INE", date=LAST_YEAR),
        Reference(id="o", layer="old", called="", value=1000.0, shape=Point(-69.295, 10.005)),
    ]
    register = make({"a": (0, 0)}, records=[*counted({(0, 0): 50}), *old])
    assert workbench(register, OPERATOR, Asked()).coverage.people == 50


def test_a_park_is_no_gap(make):
    park = [
        ReferenceLayer(id="parks", kind="protected", called="ABRAE", source="x"),
        Reference(id="park", layer="parks", called="Parque", shape=square(1)),
    ]
    register = make({"a": (0, 0), "c": (2, 0)}, ground=land(3, 1), records=park)
    assert GapKind.EMPTY in {gap.of for gap in workbench(register, OPERATOR, Asked()).gaps}


def test_only_what_lies_in_the_area_is_told_though_a_cluster_may_reach_out_of_it(make):
    register = make(row(6) | {"far": (9, 0)})
    told = found(register, area=MultiPolygon([square(0).geoms[0].buffer(0.001)]))
    assert told == [(GapKind.CLUSTER, tuple(sorted(row(6))))]


def test_a_jurisdiction_is_an_area_and_an_unknown_one_is_told_so(make):
    places = GeoDataFrame(
        {"name": ["Palavecino"], "level": ["municipality"], "source": ["x"]},
        index=["m1"],
        geometry=[square(0)],
        crs=WGS84,
    )
    register = make({"a": (0, 0), "far": (9, 0)}, jurisdictions=places)
    [municipality] = register.current().mosaic.surroundings.jurisdictions.index
    assert [councils for _, councils in found(register, jurisdiction=municipality)] == [("a",)]
    with pytest.raises(NotFound):
        workbench(register, OPERATOR, Asked(jurisdiction="m2"))


def key(register, role, **scope) -> Access:
    ends = DAY + datetime.timedelta(days=3)
    issued = keys.issue(register, OPERATOR, role=role, ends=ends, name=role.value, **scope)
    return keys.recognise(register, issued.whole)[0]


def test_organizers_see_what_lies_in_their_scope_and_others_nothing(make):
    register = make(row(3) | {"far": (9, 0)})
    scoped = key(register, Role.ORGANIZER, area=MultiPolygon([box(-69.31, 9.99, -69.25, 10.02)]))
    assert found(register, scoped) == [(GapKind.TOO_FEW, ("c00", "c01", "c02"))]
    with pytest.raises(NeedsKey):
        workbench(register, PUBLIC, Asked())
    with pytest.raises(Forbidden):
        workbench(register, key(register, Role.SPOKESPERSON, territories=["far"]), Asked())


def test_a_register_without_councils_has_only_land(make):
    register = make({}, ground=land(2, 2))
    bench = workbench(register, OPERATOR, Asked())
    assert [gap.of for gap in bench.gaps] == [GapKind.UNKNOWN]
    assert bench.coverage.councils_m2 == 0


def test_who_holds_only_some_councils_is_told_of_no_land(make):
    register = make({"c00": (0, 0)}, ground=land(2, 1))
    assert [gap.of for gap in workbench(register, OPERATOR, Asked()).gaps] == [GapKind.TOO_FEW, GapKind.UNKNOWN]
    one = key(register, Role.ORGANIZER, territories=["c00"])
    assert [gap.of for gap in workbench(register, one, Asked()).gaps] == [GapKind.TOO_FEW]


def test_land_on_the_edge_of_a_scope_that_a_public_line_covers_is_no_gap(make):
    register = make(row(2), ground=land(2, 1))
    edge = MultiPolygon([box(-69.301, 9.999, -69.3 + 1.2 * STEP, 10.001 + STEP)])
    scoped = key(register, Role.ORGANIZER, area=edge)
    assert [gap.councils for gap in workbench(register, scoped, Asked()).gaps] == [("c00",), ()]
    with register.writing(OPERATOR, "test") as writing:
        known = writing.get(Territory, "c01")
        writing.put(replace(known, publication=Publication.EXACT, published=1))
    assert [gap.councils for gap in workbench(register, scoped, Asked()).gaps] == [("c00",)]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cells=st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=20))
def test_what_is_covered_and_what_is_not_make_up_the_land_and_do_not_overlap(make, cells):
    register = make({f"c{x}{y}": (x, y) for x, y in cells}, ground=land(5, 5))
    bench = workbench(register, OPERATOR, Asked())
    ground = [gap for gap in bench.gaps if not gap.councils]
    total = bench.coverage.councils_m2 + sum(gap.area_m2 for gap in ground)
    assert total == pytest.approx(bench.coverage.area_m2, rel=1e-6)
    councils = shapely.union_all([square(*cell) for cell in cells])
    assert all(shapely.intersection(gap.shape, councils).area < 1e-11 for gap in ground)
    members = [each for gap in bench.gaps for each in gap.councils]
    assert sorted(members) == sorted(f"c{x}{y}" for x, y in cells)


def test_progress_is_told_and_what_it_raises_ends_the_work(make):
    steps = []
    workbench(make(row(2)), OPERATOR, Asked(), progress=lambda what, done, of: steps.append((what, done, of)))
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)

    class Stop(Exception):
        pass

    def stop(what, done, of):
        raise Stop

    with pytest.raises(Stop):
        workbench(make(row(2)), OPERATOR, Asked(), progress=stop)
