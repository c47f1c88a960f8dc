"""Ten of the 42 councils of a commune leave it, on its west side, as ten of Ataroa's did."""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd
import pytest
from places import layer
from shapely import box
from stores import DATABASES, url_on

from territory.model import Surroundings
from territory.mosaic import layer_of, read_day
from territory.records import Act, ActKind, Membership, Role
from territory.services.access import OPERATOR, Access
from territory.services.acts import Found, Join, Leave, Minutes, leave, what_if
from territory.services.importing import keep_region
from territory.services.register import Register
from territory.store import open_store

COLUMNS, ROWS = 7, 6
SIDE = 0.003  # degrees, about 330 m
FOUNDED = datetime.date(2011, 6, 4)
LEFT = datetime.date(2026, 3, 15)
DAY = datetime.timedelta(days=1)

WORDS = ("La Ceiba", "El Cují", "Las Tinajas", "Cerro Gordo", "Los Cardones", "Bella Vista")
COUNCILS = {f"c{x}{y}": f"{WORDS[y]} {x + 1}" for x in range(COLUMNS) for y in range(ROWS)}
WEST = sorted([f"c0{y}" for y in range(6)] + [f"c1{y}" for y in range(2, 6)])
STAYED = sorted(set(COUNCILS) - set(WEST))


def _ataroa():
    """A commune of 42 councils in a town, in a corridor with its neighbours to the west and to the south."""
    cells = {
        each: box(*(-69.35 + x * SIDE, 10.03 + y * SIDE), *(-69.35 + (x + 1) * SIDE, 10.03 + (y + 1) * SIDE))
        for each in COUNCILS
        for x, y in [map(int, each[1:])]
    }
    west, south, east, north = -69.35, 10.03, -69.35 + COLUMNS * SIDE, 10.03 + ROWS * SIDE
    groups = {
        "ataroa": box(west, south, east, north),
        "poniente": box(west - 0.01, south + 2 * SIDE, west, north),
        "turbio": box(west, south - 0.01, east, south),
        "valle": box(west - 0.01, south - 0.01, east, north),
    }
    shapes = cells | groups
    return layer(
        shapes,
        name=[*COUNCILS.values(), "Ataroa", "Poniente", "Río Turbio", "Valle del Turbio"],
        level=["council"] * 42 + ["commune"] * 3 + ["corridor"],
        kind=["urban"] * 42 + ["urban", "rural", "rural", None],
        parent=["ataroa"] * 42 + ["valle"] * 3 + [None],
        families=[180] * 42 + [None] * 4,
    )


def _link():
    """A footbridge between two councils that stay."""
    return Surroundings(links=pd.DataFrame({"left": ["c20"], "right": ["c63"], "kind": ["bridge"]}))


@pytest.fixture(params=DATABASES)
def ataroa(request, tmp_path, profile):
    register = Register(open_store(url_on(request.param, request, Path(tmp_path)), create=True), profile)
    keep_region(register, _ataroa(), _link(), since=FOUNDED)
    yield register
    register.store.close()


@pytest.fixture
def spokesperson():
    """The key that the ten were given together."""
    return Access("k-poniente", Role.SPOKESPERSON, frozenset(WEST))


def minutes(date=LEFT):
    return Minutes(date=date, eligible=400, attended=130, in_favour=101, against=12)


def if_left(register, members, access=OPERATOR):
    return what_if(register, access, [Leave(members=tuple(members), group="ataroa")])


def members_on(register, day):
    with register.reading() as reading:
        drawn = layer_of(read_day(reading, day))
    return sorted(drawn.index[drawn["parent"] == "ataroa"])


def test_the_map_of_the_day_before_still_shows_all_42(ataroa, spokesperson):
    leave(ataroa, spokesperson, WEST, "ataroa", minutes())
    assert members_on(ataroa, LEFT - DAY) == sorted(COUNCILS)
    assert members_on(ataroa, LEFT) == STAYED
    assert members_on(ataroa, datetime.date.today()) == STAYED
    now = ataroa.current().standing
    assert sorted(each for each in COUNCILS if now[each].parent == "ataroa") == STAYED


def test_each_of_the_ten_has_an_act_of_its_own_that_its_membership_cites(ataroa, spokesperson):
    moved = leave(ataroa, spokesperson, WEST, "ataroa", minutes())
    with ataroa.reading() as reading:
        acts = {each.id: each for each in reading.find(Act, kind=ActKind.LEAVE)}
        ended = [each for each in reading.find(Membership, group="ataroa") if each.until is not None]
        [entry] = reading.log(after=1)
        assert list(ataroa.store.faults()) == []
    assert sorted(each.territory for each in moved.acts) == WEST
    assert {each.member: acts[each.left_by].territory for each in ended} == {each: each for each in WEST}
    assert {(each.until, acts[each.left_by].date, acts[each.left_by].in_favour) for each in ended} == {
        (LEFT, LEFT, 101)
    }
    assert (entry.by, entry.action) == ("k-poniente", "leave")


def test_both_sides_are_told_their_pieces_seats_and_quorum(ataroa, spokesperson):
    """By the profile: a seat for each council, 3 producers, 1 bank; half of the seats, which no law says."""
    report = leave(ataroa, spokesperson, WEST, "ataroa", minutes()).report
    shift = report.of("ataroa")
    before, after, apart = shift.before, shift.after, shift.apart

    assert (before.members.count, after.members.count, apart.members.count) == (42, 32, 10)
    assert [piece.members.count for piece in before.pieces] == [42]
    assert [piece.members.count for piece in after.pieces] == [32]
    assert [piece.members.known for piece in apart.pieces] == [tuple(WEST)]

    assert (before.quorum.seats, before.quorum.needed, before.quorum.spare) == (46, 23, 23)
    # If the seats are counted anew, and if the empty ones go on being counted: by luck, both hold.
    assert (after.quorum.seats, after.quorum.filled, after.quorum.needed) == (36, 36, 18)
    assert (after.vacant.seats, after.vacant.filled, after.vacant.needed) == (46, 36, 23)
    assert after.quorum.holds
    assert after.vacant.holds
    assert after.vacant.spare == 13
    assert report.quorum_how_sure == "open"


def test_ten_are_too_few_for_a_commune_of_their_own_by_reference(ataroa, spokesperson):
    report = if_left(ataroa, WEST, spokesperson)
    shift = report.of("ataroa")
    assert (shift.apart.reference.low, shift.apart.reference.high) == (12, 42)
    assert shift.apart.reference.how_sure == "seen"
    assert (shift.before.is_usual, shift.after.is_usual, shift.apart.is_usual) == (True, True, False)
    assert report.orphans.known == tuple(WEST)
    assert shift.cut_off.count == 0


def test_the_corridor_to_the_west_breaks(ataroa, spokesperson):
    [chain] = if_left(ataroa, WEST).chains
    assert (chain.id, chain.before, chain.after, chain.breaks) == ("valle", 1, 2, True)


def test_with_24_gone_the_empty_seats_would_have_stopped_the_parliament(ataroa):
    more = sorted(COUNCILS)[:24]
    after = if_left(ataroa, more).of("ataroa").after
    assert (after.quorum.seats, after.quorum.holds) == (22, True)
    assert (after.vacant.filled, after.vacant.needed, after.vacant.holds) == (22, 23, False)


def test_a_band_through_the_middle_cuts_off_those_beyond_unless_a_bridge_joins_them(ataroa):
    """The bridge leads from the third column to the seventh; the fourth to sixth column leave."""
    middle = [f"c{x}{y}" for x in (3, 4, 5) for y in range(ROWS)]
    shift = if_left(ataroa, middle).of("ataroa")
    assert [piece.members.count for piece in shift.after.pieces] == [24]
    west = [f"c{x}{y}" for x in (1, 2) for y in range(ROWS)]
    shift = if_left(ataroa, west).of("ataroa")
    assert [piece.members.count for piece in shift.after.pieces] == [24, 6]
    assert shift.cut_off.known == tuple(f"c0{y}" for y in range(ROWS))


def test_nothing_is_changed_by_asking_what_if(ataroa, spokesperson):
    before = ataroa.store.sequence()
    if_left(ataroa, WEST, spokesperson)
    assert ataroa.store.sequence() == before
    assert members_on(ataroa, datetime.date.today()) == sorted(COUNCILS)


def test_four_of_the_ten_join_their_neighbour_and_six_found_a_commune(ataroa):
    """The four in the second column join Poniente, the six on the edge make one of their own."""
    edge, inner = WEST[:6], WEST[6:]
    changes = [
        Leave(members=tuple(WEST), group="ataroa"),
        Join(members=tuple(inner), group="poniente"),
        Found(members=tuple(edge), called="La Orilla"),
    ]
    report = what_if(ataroa, OPERATOR, changes)
    assert [shift.group for shift in report.shifts] == ["ataroa", "poniente", "new-3"]
    shrunk, grown, new = report.shifts
    assert (shrunk.after.members.count, shrunk.apart, report.orphans.count) == (32, None, 0)
    assert (grown.before.members.count, grown.after.members.known) == (0, tuple(inner))
    assert (new.before, new.after.members.known, new.after.is_usual) == (None, tuple(edge), False)
    assert [piece.members.count for piece in new.after.pieces] == [6]
    assert (shrunk.before.families, shrunk.after.families, new.after.families) == (42 * 180, 32 * 180, 6 * 180)
    areas = [shrunk.after.area_m2, grown.after.area_m2, new.after.area_m2]
    assert sum(areas) == pytest.approx(shrunk.before.area_m2, rel=1e-9)
    assert report.supposed["new-3"].name == "La Orilla"


def test_who_leaves_and_joins_again_changes_nothing(ataroa):
    changes = [Leave(members=tuple(WEST), group="ataroa"), Join(members=tuple(WEST), group="ataroa")]
    report = what_if(ataroa, OPERATOR, changes)
    assert (report.shifts, report.chains, report.orphans.count) == ((), (), 0)
