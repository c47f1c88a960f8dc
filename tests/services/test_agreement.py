"""Neighbours settle the line between them piece by piece: both say yes, or nothing moves."""

import datetime
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from neighbours import PROFILE, disputes, draw, empty_store, filled, made, shape_of, the_dispute
from places import SIDE, cell, grid
from shapely import LineString, MultiPolygon, Polygon
from stores import DATABASES, at_once

from territory.geo.crs import area_m2
from territory.geo.settle import AS_DRAWN, Way
from territory.model import Publication
from territory.records import (
    Boundary,
    DisputeState,
    Method,
    Reference,
    ReferenceLayer,
    Role,
    SharedPlace,
    Stretch,
    StretchState,
    Territory,
)
from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.agreement import (
    DISAGREE,
    Kind,
    Reply,
    accepting,
    answer,
    border,
    history,
    neighbours,
    preview,
    propose,
    state_of,
    ways,
    withdraw,
)
from territory.services.disputes import follow
from territory.services.errors import Forbidden, NeedsKey, NotFound, Stale, Unusable
from territory.services.register import Done, Once, Register

__all__ = ["empty_store", "filled", "made"]

on_each_database = pytest.mark.parametrize("made", DATABASES, indirect=True)

TODAY = datetime.date.today()
DAY = datetime.timedelta(days=1)
ANA = Access("ana", Role.SPOKESPERSON, frozenset({"c00"}))
BEN = Access("ben", Role.SPOKESPERSON, frozenset({"c10"}))
HELPER = Access("eva", Role.HELPER, frozenset({"c00"}))
FAR = Access("far", Role.SPOKESPERSON, frozenset({"c90"}))
BOTH = ("c00", "c10")
EITHER = Access("all", Role.SPOKESPERSON, frozenset(BOTH))

# The west reaches into the east for a tenth of its width, along three fifths of the line between them.
OVERLAP = {"c00": cell(0, 0) | cell(1, 0.2, 0.1, 0.6), "c10": cell(1, 0)}
# It stays short of it by as much.
GAP = {"c00": cell(0, 0) - cell(0.9, 0.2, 0.1, 0.6), "c10": cell(1, 0)}
TWICE = {"c00": cell(0, 0) | cell(1, 0.1, 0.1, 0.3) | cell(1, 0.6, 0.1, 0.3), "c10": cell(1, 0)}
# From below the strip to above it, nearer to the west.
RIVER = LineString([(-69.3 + (1 + 0.03) * SIDE, 9.9 - SIDE), (-69.3 + (1 + 0.06) * SIDE, 9.9 + 2 * SIDE)])


def seen(register, who=ANA):
    return border(register, who, *BOTH)


def the_strip(register, who=ANA):
    """The only strip, or the first."""
    return next(piece for piece in seen(register, who).pieces if piece.is_strip)


def the_stretch(register, id_):
    with register.reading() as reading:
        return reading.get(Stretch, id_)


def lines(register):
    with register.reading() as reading:
        return {each: reading.get(Boundary, each) for each in BOTH}


def proposed(register, way=Way.MIDDLE, **more):
    return propose(register, ANA, *BOTH, the_strip(register).id, way=way, **more)


def edges(shape) -> set:
    found = set()
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        found |= set(pairwise(map(tuple, shapely.get_coordinates(ring).tolist())))
    return found


def edges_of(line) -> set:
    return {each for part in line.geoms for each in pairwise(map(tuple, part.coords))}


def states(register, who=ANA):
    return [(piece.kind.value, state_of(piece.stretch)) for piece in seen(register, who).pieces]


def is_one_line(register, stretch) -> bool:
    """Whether the agreed line is in both stored boundaries, bit for bit and in opposite order."""
    kept = lines(register)
    agreed = edges_of(stretch.line)
    turned = {(stop, start) for start, stop in agreed}
    return bool(agreed) and agreed <= edges(kept["c00"].shape) and turned <= edges(kept["c10"].shape)


def river(register) -> str:
    """A reference layer of one river; the id of the river."""
    with register.writing(OPERATOR, "test") as writing:
        writing.put(ReferenceLayer(id="r-rivers", kind="rivers", called="ríos", source="test"))
        writing.put(Reference(id="r-rivers.1", layer="r-rivers", called="Turbio", shape=RIVER))
        writing.put(
            Reference(id="r-rivers.2", layer="r-rivers", called="Lejano", shape=LineString([(0, 0), (1, 1)]))
        )
    return "r-rivers.1"


@on_each_database
def test_both_sides_see_the_same_border_whoever_asks_and_in_whatever_order(made):
    register = made(OVERLAP)
    told = border(register, ANA, "c00", "c10")
    assert told == border(register, BEN, "c10", "c00")
    assert [each.kind for each in told.pieces] == [Kind.MATCHED, Kind.OVERLAP, Kind.MATCHED]
    assert [each.length_m for each in told.pieces] == pytest.approx([111, 387, 111], rel=0.02)
    assert (told.left.id, told.right.id, told.dispute.state) == ("c00", "c10", DisputeState.OPEN)
    assert told.pieces[1].area_m2 == pytest.approx(told.dispute.area_m2, rel=0.01)
    assert told.pieces[1].strip.symmetric_difference(told.dispute.strip).area < 1e-12


@on_each_database
def test_an_accepted_way_moves_both_lines_to_the_very_same_one(made):
    register = made(OVERLAP, publication=Publication.EXACT)
    before = lines(register)
    offered = propose(register, ANA, *BOTH, the_strip(register).id, way=Way.MIDDLE, reasons="la cerca vieja")
    assert lines(register) == before
    assert (offered.state, offered.proposed_by, offered.reasons) == (
        StretchState.PROPOSED,
        "c00",
        "la cerca vieja",
    )
    assert offered.answer_by == TODAY + PROFILE.agreement.answer_days * DAY
    assert offered.dispute == the_dispute(register).id
    assert states(register, BEN)[1] == ("overlap", "proposed")
    agreed = answer(register, BEN, offered.id, Reply.ACCEPT, based_on=offered.revision)
    after = lines(register)
    assert {(each.revision, each.method, each.shown) for each in after.values()} == {(2, Method.SETTLED, True)}
    assert (agreed.state, agreed.left_version, agreed.right_version) == (StretchState.AGREED, 2, 2)
    assert is_one_line(register, agreed)
    assert the_dispute(register).state is DisputeState.SETTLED
    assert after["c00"].shape.intersection(after["c10"].shape).area == 0
    # What is published stays until an act says otherwise.
    with register.reading() as reading:
        assert {each.published for each in reading.find(Territory, id=list(BOTH))} == {1}
    assert [each.state for each in history(register, BEN, agreed.id)] == ["proposed", "agreed"]


@on_each_database
@pytest.mark.parametrize("shapes", [OVERLAP, GAP], ids=["overlap", "gap"])
@pytest.mark.parametrize("way", [Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE, Way.ALONG])
def test_every_way_gives_what_its_preview_said_and_ends_the_dispute(made, shapes, way):
    register = made(shapes)
    before = lines(register)
    line = (
        (RIVER if shapes is OVERLAP else shapely.transform(RIVER, lambda c: c - [0.1 * SIDE, 0]))
        if way is Way.ALONG
        else None
    )
    strip = the_strip(register)
    told = preview(register, BEN, *BOTH, strip.id, way, line)
    agreed = proposed(register, way, line=line)
    agreed = answer(register, BEN, agreed.id, Reply.ACCEPT, based_on=1)
    after = lines(register)
    assert (after["c00"].shape, after["c10"].shape) == (told.left, told.right)
    assert is_one_line(register, agreed)
    whole = [shapely.union_all([each["c00"].shape, each["c10"].shape, strip.strip]) for each in (before, after)]
    assert area_m2(whole[0]) == pytest.approx(area_m2(whole[1]), abs=5)
    assert {each.state for each in disputes(register).values()} <= {DisputeState.SETTLED}
    assert not [piece for piece in seen(register).pieces if piece.is_strip]
    assert ("matched", "agreed") in states(register)


def test_a_side_whose_line_does_not_move_keeps_its_version(filled):
    register = filled(OVERLAP)
    agreed = proposed(register, Way.TO_RIGHT)
    answer(register, BEN, agreed.id, Reply.ACCEPT, based_on=1)
    after = lines(register)
    assert after["c00"].revision == 2
    is_same = shapely.equals_identical(after["c10"].shape, shape_of(OVERLAP["c10"]))
    assert (after["c10"].revision == 1) == is_same


@on_each_database
def test_shared_ground_moves_no_line_and_is_disputed_no_longer(made):
    register = made(OVERLAP)
    strip = the_strip(register).strip
    agreed = answer(register, BEN, proposed(register, Way.SHARED).id, Reply.ACCEPT, based_on=1)
    assert agreed.state is StretchState.AGREED
    assert {each.revision for each in lines(register).values()} == {1}
    with register.reading() as reading:
        [place] = reading.find(SharedPlace)
    assert (place.territories, place.shape, place.since) == (BOTH, strip, TODAY)
    assert the_dispute(register).state is DisputeState.SHARED
    assert ("overlap", "agreed") in states(register)


@on_each_database
def test_a_strip_is_settled_along_a_river_of_a_reference_layer(made):
    register = made(OVERLAP)
    id_ = river(register)
    offers = {(each.way, each.along): each for each in ways(register, BEN, *BOTH, the_strip(register).id)}
    assert set(offers) == {(way, id_ if way is Way.ALONG else None) for way in Way if way not in AS_DRAWN}
    stretch = proposed(register, Way.ALONG, line=id_)
    assert stretch.way == f"along:{id_}"
    answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)
    assert lines(register)["c00"].shape == offers[Way.ALONG, id_].left
    assert is_one_line(register, the_stretch(register, stretch.id))


def test_a_layer_that_no_longer_counts_offers_no_river(filled):
    register = filled(OVERLAP)
    river(register)
    with register.writing(OPERATOR, "test") as writing:
        writing.put(replace(writing.get(ReferenceLayer, "r-rivers"), until=TODAY))
    offers = ways(register, ANA, *BOTH, the_strip(register).id)
    assert Way.ALONG not in {each.way for each in offers}


def test_a_long_river_gives_the_same_as_its_bend_in_the_strip(filled):
    register = filled(OVERLAP)
    far = LineString([(-69.5, 9.5), (-69.4, 9.8), *RIVER.coords, (-69.2, 10.2), (-69.1, 10.3)])
    one, other = (preview(register, ANA, *BOTH, the_strip(register).id, Way.ALONG, line) for line in (RIVER, far))
    assert (one.left, one.right) == (other.left, other.right)


@on_each_database
def test_where_both_drew_one_line_they_agree_without_a_new_version(made):
    register = made(grid(2, 1))
    [piece] = seen(register).pieces
    stretch = propose(register, ANA, *BOTH, piece.id, reasons="la quebrada")
    assert (stretch.strip, stretch.way, stretch.dispute) == (None, None, None)
    answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)
    assert {each.revision for each in lines(register).values()} == {1}
    assert states(register) == [("matched", "agreed")]
    draw(register, "c00", cell(-0.5, 0, 1.5))
    assert states(register) == [("matched", "agreed")]


@on_each_database
def test_an_agreement_stays_true_of_its_versions_and_is_told_as_moved(made):
    register = made(OVERLAP)
    agreed = answer(register, BEN, proposed(register).id, Reply.ACCEPT, based_on=1)
    draw(register, "c00", OVERLAP["c00"])
    told = seen(register)
    assert [each.id for each in told.moved] == [agreed.id]
    assert told.moved[0].state is StretchState.AGREED
    assert states(register)[1] == ("overlap", "unasked")
    again = proposed(register, Way.TO_RIGHT)
    assert again.id != agreed.id


def test_the_rest_of_a_line_is_asked_about_on_its_own(filled):
    register = filled(OVERLAP)
    answer(register, BEN, proposed(register).id, Reply.ACCEPT, based_on=1)
    assert states(register) == [("matched", "unasked"), ("matched", "agreed"), ("matched", "unasked")]
    first, second, third = seen(register).pieces
    stretch = propose(register, BEN, "c10", "c00", third.id)
    assert stretch.line.equals(third.right_line)
    assert states(register) == [("matched", "unasked"), ("matched", "agreed"), ("matched", "proposed")]
    assert [each.id for each in seen(register).pieces[:2]] == [first.id, second.id]


def test_lines_within_the_tolerance_are_agreed_as_one(filled):
    register = filled({"c00": cell(0, 0, 1.01), "c10": cell(1, 0)})
    [piece] = [each for each in seen(register).pieces if each.length_m > 100]
    stretch = propose(register, BEN, "c10", "c00", piece.id)
    answer(register, ANA, stretch.id, Reply.ACCEPT, based_on=1)
    draw(register, "c00", cell(0, 0, 1.005))
    assert [each.id for each in seen(register).moved] == [stretch.id]


@on_each_database
def test_a_gap_between_both_is_nobody_elses(made):
    third = cell(0.95, 0.2, 0.05, 0.6)
    register = made(GAP | {"c01": third})
    strip = the_strip(register)
    assert strip.kind is Kind.GAP
    assert strip.strip.intersection(shape_of(third)).area < 1e-11
    draw(register, "c01", cell(0.9, 0.2, 0.1, 0.6))
    assert not [piece for piece in seen(register).pieces if piece.is_strip]


def test_a_line_that_a_third_one_keeps_back_is_not_told_by_a_gap(filled):
    shown = filled(GAP)
    register = filled(GAP | {"c01": cell(0.95, 0.2, 0.05, 0.6)})
    draw(register, "c01", cell(0.95, 0.2, 0.05, 0.6), shown=False)
    assert the_strip(register).strip == the_strip(shown).strip


@on_each_database
def test_both_may_leave_a_strip_unsettled_and_settle_it_later(made):
    register = made(OVERLAP)
    offered = proposed(register)
    counter = answer(register, BEN, offered.id, Reply.DISAGREE, based_on=1, reasons="no por ahora")
    assert (counter.state, counter.way, counter.proposed_by) == (StretchState.PROPOSED, DISAGREE, "c10")
    assert the_dispute(register).state is DisputeState.OPEN
    with pytest.raises(Forbidden):
        answer(register, BEN, offered.id, Reply.ACCEPT, based_on=2)
    left = answer(register, ANA, offered.id, Reply.ACCEPT, based_on=2)
    assert left.state is StretchState.DISAGREED
    assert the_dispute(register).state is DisputeState.DISAGREED
    assert ("overlap", "disagreed") in states(register)
    # One gives up a part: what is left is still left unsettled.
    draw(register, "c00", cell(0, 0) | cell(1, 0.2, 0.05, 0.6))
    assert ("overlap", "disagreed") in states(register)
    again = proposed(register, Way.TO_LEFT)
    assert again.id == offered.id
    answer(register, BEN, again.id, Reply.ACCEPT, based_on=again.revision)
    assert the_dispute(register).state is DisputeState.SETTLED
    assert [each.state for each in history(register, ANA, offered.id)] == [
        "proposed",
        "proposed",
        "disagreed",
        "proposed",
        "agreed",
    ]


def test_to_disagree_with_a_proposal_to_leave_it_unsettled_is_to_accept_it(filled):
    register = filled(OVERLAP)
    stretch = proposed(register, DISAGREE)
    assert answer(register, BEN, stretch.id, Reply.DISAGREE, based_on=1).state is StretchState.DISAGREED


def test_a_dispute_over_two_strips_ends_with_the_second(filled):
    register = filled(TWICE)
    first, second = (piece for piece in seen(register).pieces if piece.is_strip)
    stretch = propose(register, ANA, *BOTH, first.id, way=Way.MIDDLE)
    answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)
    assert the_dispute(register).state is DisputeState.OPEN
    assert the_dispute(register).area_m2 == pytest.approx(second.area_m2, rel=0.01)
    [rest] = [piece for piece in seen(register).pieces if piece.is_strip]
    stretch = propose(register, BEN, "c10", "c00", rest.id, way=Way.TO_RIGHT)
    answer(register, ANA, stretch.id, Reply.ACCEPT, based_on=1)
    assert the_dispute(register).state is DisputeState.SETTLED


def test_a_dispute_is_left_unsettled_once_all_of_its_strips_are(filled):
    register = filled(TWICE)
    strips = [piece.id for piece in seen(register).pieces if piece.is_strip]
    told = []
    for each in strips:
        stretch = propose(register, ANA, *BOTH, each, way=DISAGREE)
        answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)
        told.append(the_dispute(register).state)
    assert told == [DisputeState.OPEN, DisputeState.DISAGREED]


@on_each_database
def test_a_line_that_moved_at_the_strip_is_not_settled_on_the_old_one(made):
    register = made(OVERLAP)
    stretch = proposed(register)
    draw(register, "c00", cell(0, 0) | cell(1, 0.2, 0.15, 0.6))
    before = lines(register)
    with pytest.raises(Stale) as refused:
        answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)
    assert refused.value.code == "agreement.moved"
    assert lines(register) == before
    assert the_stretch(register, stretch.id) == stretch
    assert [each.id for each in seen(register).moved] == [stretch.id]
    assert proposed(register).id != stretch.id


@on_each_database
def test_a_line_that_moved_elsewhere_is_settled_as_it_is_now(made):
    register = made(OVERLAP)
    stretch = proposed(register)
    draw(register, "c00", OVERLAP["c00"] | cell(-0.5, 0, 0.5))
    agreed = answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)
    assert (agreed.left_version, agreed.right_version) == (3, 2)
    assert is_one_line(register, agreed)
    assert lines(register)["c00"].shape.contains(shapely.Point(-69.301, 9.9025))


def test_a_hole_in_the_strip_is_a_line_that_was_not_there(filled):
    register = filled(OVERLAP)
    stretch = proposed(register)
    draw(register, "c00", OVERLAP["c00"] - cell(1.04, 0.5, 0.02, 0.02))
    assert [each.id for each in seen(register).moved] == [stretch.id]
    with pytest.raises(Stale):
        answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)


def test_a_third_ones_ground_in_a_gap_stops_its_settlement(filled):
    register = filled(GAP | {"c01": cell(0, 1)})
    stretch = proposed(register)
    draw(register, "c01", cell(0.95, 0.2, 0.05, 0.6))
    with pytest.raises(Stale):
        answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)


def test_silence_is_not_consent_and_a_late_answer_still_is_one(filled):
    register = filled(OVERLAP)
    stretch = proposed(register)
    late = overdue(register, stretch)
    assert state_of(stretch, stretch.answer_by) == "proposed"
    assert state_of(stretch, stretch.answer_by + DAY) == "unanswered"
    assert states(register)[1] == ("overlap", "unanswered")
    assert {each.revision for each in lines(register).values()} == {1}
    assert answer(register, BEN, late.id, Reply.ACCEPT, based_on=late.revision).state is StretchState.AGREED


def overdue(register, stretch):
    with register.writing(OPERATOR, "test") as writing:
        return writing.put(replace(stretch, answer_by=TODAY - DAY))


def in_state(register, state):
    """What was said of the strip so that it is in a state; its id, if anything was."""
    if state == "unasked":
        return None
    stretch = proposed(register)
    if state == "unanswered":
        overdue(register, stretch)
    elif state == "objected":
        answer(register, BEN, stretch.id, Reply.OBJECT, based_on=1, reasons="no")
    elif state == "agreed":
        answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)
    elif state == "disagreed":
        answer(register, BEN, stretch.id, Reply.DISAGREE, based_on=1)
        answer(register, ANA, stretch.id, Reply.ACCEPT, based_on=2)
    elif state == "withdrawn":
        withdraw(register, ANA, stretch.id, based_on=1)
    return stretch.id


STATES = ("unasked", "proposed", "unanswered", "objected", "agreed", "disagreed", "withdrawn")
BECOMES = {
    **{
        ("propose", state): "proposed" for state in ("unasked", "unanswered", "objected", "disagreed", "withdrawn")
    },
    **{("accept", state): "agreed" for state in ("proposed", "unanswered")},
    **{("object", state): "objected" for state in ("proposed", "unanswered")},
    **{("disagree", state): "proposed" for state in ("proposed", "unanswered")},
    **{("withdraw", state): "withdrawn" for state in ("proposed", "unanswered")},
}
ACTIONS = ("propose", "accept", "object", "disagree", "withdraw")


@pytest.mark.parametrize(
    ("action", "state"),
    [each for each in product(ACTIONS, STATES) if each[1] != "unasked" or each[0] == "propose"],
)
def test_only_the_steps_of_the_table_can_be_taken(filled, action, state):
    register = filled(OVERLAP)
    id_ = in_state(register, state)
    revision = 0 if id_ is None else the_stretch(register, id_).revision
    before, sequence = lines(register), register.store.sequence()

    def act():
        if action == "propose":
            # Where it is agreed there is no strip any longer: both have one line.
            pieces = seen(register).pieces
            [piece] = [each for each in pieces if each.is_strip] or [each for each in pieces if each.stretch]
            return propose(register, ANA, *BOTH, piece.id, way=Way.TO_LEFT if piece.is_strip else None)
        if action == "withdraw":
            return withdraw(register, EITHER, id_, based_on=revision)
        return answer(register, EITHER, id_, Reply(action), based_on=revision, reasons="porque sí")

    becomes = BECOMES.get((action, state))
    if becomes is None:
        with pytest.raises(Unusable):
            act()
        assert register.store.sequence() == sequence
        assert lines(register) == before
    else:
        assert state_of(act()) == becomes
        if becomes != "agreed":
            assert lines(register) == before


@on_each_database
def test_nothing_is_kept_when_something_fails_at_the_end(made, monkeypatch):
    register = made(OVERLAP)
    stretch = proposed(register)
    before, sequence = lines(register), register.store.sequence()

    def fails(*args, **options):
        follow(*args, **options)
        raise RuntimeError

    monkeypatch.setattr(accepting, "follow", fails)
    with pytest.raises(RuntimeError):
        answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1)
    assert register.store.sequence() == sequence
    assert lines(register) == before
    assert the_stretch(register, stretch.id) == stretch
    assert the_dispute(register).state is DisputeState.OPEN


@on_each_database
def test_of_many_answers_at_once_exactly_one_counts(made):
    register = made(OVERLAP)
    stretch = proposed(register)
    refused = []

    def reply(number):
        own = Register(register.store, PROFILE)
        said = Reply.ACCEPT if number % 2 else Reply.OBJECT
        try:
            answer(own, BEN, stretch.id, said, based_on=1, reasons="no")
        except Stale as error:
            refused.append(error.code)

    at_once(4, reply)
    assert refused == ["agreement.stale"] * 3
    kept = the_stretch(register, stretch.id)
    assert kept.revision == 2
    moved = {each.revision for each in lines(register).values()} != {1}
    assert moved == (kept.state is StretchState.AGREED)


@on_each_database
def test_a_request_that_arrives_twice_is_done_once(made):
    register = made(OVERLAP)
    piece = the_strip(register).id
    once = Once.of(ANA, "first", b"x")
    stretch = propose(register, ANA, *BOTH, piece, way=Way.MIDDLE, once=once)
    yes = Once.of(BEN, "second", b"y")
    answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1, once=yes)
    with pytest.raises(Done) as done:
        propose(register, ANA, *BOTH, piece, way=Way.MIDDLE, once=once)
    assert done.value.made == stretch.id
    with pytest.raises(Done) as done:
        answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1, once=yes)
    assert done.value.made == "2"


def test_who_may_not_cannot(filled):
    register = filled(OVERLAP | {"c90": cell(9, 0)})
    piece = the_strip(register).id
    for who, refusal in ((HELPER, Forbidden), (PUBLIC, NeedsKey), (BEN, Forbidden), (FAR, NotFound)):
        with pytest.raises(refusal):
            propose(register, who, *BOTH, piece, way=Way.MIDDLE)
    stretch = proposed(register)
    for who, refusal in ((HELPER, Forbidden), (PUBLIC, NeedsKey), (ANA, Forbidden), (FAR, NotFound)):
        with pytest.raises(refusal):
            answer(register, who, stretch.id, Reply.ACCEPT, based_on=1)
    for who, refusal in ((HELPER, Forbidden), (PUBLIC, NeedsKey), (BEN, Forbidden), (FAR, NotFound)):
        with pytest.raises(refusal):
            withdraw(register, who, stretch.id, based_on=1)
    for asks in (lambda who: seen(register, who), lambda who: history(register, who, stretch.id)):
        assert asks(HELPER)
        for who in (FAR, PUBLIC):
            with pytest.raises(NotFound):
                asks(who)
    with pytest.raises(NotFound):
        answer(register, BEN, "l-none", Reply.ACCEPT, based_on=1)


def test_a_line_kept_from_the_neighbour_has_no_border_for_it_and_nothing_is_proposed_of_it(filled):
    register = filled(OVERLAP)
    stretch = proposed(register)
    theirs = propose(register, BEN, "c10", "c00", seen(register).pieces[0].id)
    draw(register, "c00", OVERLAP["c00"], shown=False)
    assert seen(register, ANA).pieces
    for asks in (
        lambda: seen(register, BEN),
        lambda: history(register, BEN, stretch.id),
        lambda: answer(register, BEN, stretch.id, Reply.ACCEPT, based_on=1),
        lambda: propose(register, BEN, "c10", "c00", "any"),
    ):
        with pytest.raises(NotFound):
            asks()
    third = seen(register).pieces[2].id
    for asks in (
        lambda: propose(register, ANA, *BOTH, third),
        lambda: answer(register, ANA, theirs.id, Reply.ACCEPT, based_on=1),
    ):
        with pytest.raises(Unusable) as refused:
            asks()
        assert refused.value.code == "agreement.not_shown"
    assert withdraw(register, BEN, theirs.id, based_on=1).state is StretchState.WITHDRAWN


def test_what_makes_no_sense_is_refused_with_a_reason(filled):
    register = filled(OVERLAP | {"commune": cell(5, 5)}, level=["council", "council", "commune"])
    matched, strip, _ = (each.id for each in seen(register).pieces)
    beside = LineString([(-69.5, 9.9), (-69.5, 9.91)])
    everything = Access("all", Role.SPOKESPERSON, frozenset({"c00", "c10", "commune"}))

    def code(refusal, ask, *args, **options):
        with pytest.raises(refusal) as refused:
            ask(register, everything, *args, **options)
        return refused.value.code

    assert code(Unusable, border, "c00", "c00") == "agreement.same"
    assert code(Unusable, border, "c00", "commune") == "agreement.level"
    assert code(NotFound, border, "c00", "nothing") == "territory.unknown"
    assert code(Stale, propose, *BOTH, "0123") == "agreement.piece"
    assert code(Unusable, propose, *BOTH, matched, way=Way.MIDDLE) == "agreement.no_strip"
    assert code(Unusable, propose, *BOTH, strip) == "agreement.way_needed"
    assert code(Unusable, propose, *BOTH, strip, way=Way.ALONG) == "agreement.line_needed"
    assert code(NotFound, propose, *BOTH, strip, way=Way.ALONG, line="r-x.1") == "agreement.line_unknown"
    assert code(Unusable, propose, *BOTH, strip, way=Way.ALONG, line=beside) == "agreement.line_beside"
    assert code(Unusable, ways, *BOTH, matched) == "agreement.no_strip"
    stretch = proposed(register)
    assert code(Stale, answer, stretch.id, Reply.ACCEPT, based_on=7) == "agreement.stale"
    assert code(Unusable, answer, stretch.id, Reply.OBJECT, based_on=1) == "agreement.reasons_needed"
    line = propose(register, ANA, *BOTH, matched)
    assert code(Unusable, answer, line.id, Reply.DISAGREE, based_on=1) == "agreement.no_strip"
    assert code(Unusable, propose, *BOTH, strip, way=Way.MIDDLE) == "agreement.waiting"


def test_no_side_is_left_without_ground(filled):
    register = filled({"c00": cell(0, 0), "c10": cell(0.3, 0.3, 0.4, 0.4)})
    strip = the_strip(register)
    assert {each.way for each in ways(register, ANA, *BOTH, strip.id)} == {Way.TO_RIGHT, Way.SHARED}
    codes = []
    for way in (Way.TO_LEFT, Way.MIDDLE):
        with pytest.raises(Unusable) as refused:
            proposed(register, way)
        codes.append(refused.value.code)
    assert codes == ["agreement.nothing_left", "agreement.no_middle"]


def test_the_log_tells_ids_and_numbers_and_no_words(filled):
    register = filled(OVERLAP)
    stretch = proposed(register, reasons="una razón muy particular")
    answer(register, BEN, stretch.id, Reply.OBJECT, based_on=1, reasons="otra razón muy particular")
    with register.reading() as reading:
        *_, asked, answered = reading.log()
    assert (asked.action, asked.by, asked.detail["stretch"]) == ("propose_stretch", "ana", stretch.id)
    assert (answered.action, answered.by, answered.detail["revision"]) == ("object_stretch", "ben", 2)
    assert "particular" not in str((asked.detail, answered.detail))


@on_each_database
def test_neighbours_are_told_with_the_length_and_the_state_of_their_lines(made):
    register = made(grid(3, 2) | OVERLAP)
    proposed(register)
    found = {each.id: each for each in neighbours(register, ANA, "c00")}
    assert list(found) == ["c10", "c01", "c11"]
    assert found["c10"].states == {"unasked": 2, "proposed": 1}
    lengths = found["c10"].lengths_m
    assert set(lengths) == {"unasked", "proposed"}
    assert sum(lengths.values()) == pytest.approx(found["c10"].length_m)
    assert found["c10"].disputed_m2 == pytest.approx(the_dispute(register).area_m2, rel=0.01)
    assert found["c01"].length_m == pytest.approx(548, rel=0.01)
    assert (found["c11"].length_m, found["c11"].states) == (0, {})
    draw(register, "c01", cell(0, 1), shown=False)
    assert [each.id for each in neighbours(register, ANA, "c00")] == ["c10", "c11"]
    with pytest.raises(NotFound):
        neighbours(register, FAR, "c00")


@st.composite
def drawn_twice(draw):
    """Two councils whose line each drew on its own, up to 60 m apart."""
    count = draw(st.integers(4, 9))
    heights = np.linspace(0, 1, count)
    apart = st.lists(st.integers(-60, 60), min_size=count, max_size=count)
    sway = np.array(draw(apart))
    sides = [(1 + (sway + draw(apart)) / 550) for _ in range(2)]
    at = [[(-69.3 + x * SIDE, 9.9 + y * SIDE) for x, y in zip(side, heights, strict=True)] for side in sides]
    west = Polygon([(-69.3, 9.9), *at[0], (-69.3, 9.9 + SIDE)])
    east = Polygon([*at[1], (-69.3 + 2 * SIDE, 9.9 + SIDE), (-69.3 + 2 * SIDE, 9.9)])
    return {"c00": west, "c10": east}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(shapes=drawn_twice(), choose=st.data())
def test_whatever_is_accepted_leaves_one_line_and_no_dispute_there(filled, shapes, choose):
    register = filled(shapes)
    assert seen(register) == border(register, BEN, "c10", "c00")
    for _ in range(3):
        strips = [piece for piece in seen(register).pieces if piece.is_strip]
        if not strips:
            break
        piece = choose.draw(st.sampled_from(strips), label="strip")
        offers = {each.way: each for each in ways(register, ANA, *BOTH, piece.id)}
        way = choose.draw(st.sampled_from([each for each in offers if each is not Way.SHARED]), label="way")
        proposer, other = choose.draw(st.permutations([(ANA, "c00"), (BEN, "c10")]))
        before = lines(register)
        stretch = propose(register, proposer[0], proposer[1], other[1], piece.id, way=way)
        assert lines(register) == before
        refused = answer(register, other[0], stretch.id, Reply.OBJECT, based_on=1, reasons="no")
        assert lines(register) == before
        stretch = propose(register, other[0], other[1], proposer[1], piece.id, way=way)
        assert stretch.id == refused.id
        agreed = answer(register, proposer[0], stretch.id, Reply.ACCEPT, based_on=stretch.revision)
        after = lines(register)
        assert (after["c00"].shape, after["c10"].shape) == (offers[way].left, offers[way].right)
        assert is_one_line(register, agreed)
        inner = piece.strip.buffer(-2e-7)
        assert inner.intersection(after["c00"].shape).intersection(after["c10"].shape).area < 1e-16
        told = disputes(register).get(BOTH)
        if told is not None and told.state is DisputeState.OPEN:
            assert told.strip.intersection(inner).area < 1e-16
        whole = [
            shapely.union_all([each["c00"].shape, each["c10"].shape, piece.strip]) for each in (before, after)
        ]
        assert area_m2(whole[0]) == pytest.approx(area_m2(whole[1]), abs=10)
        assert isinstance(after["c00"].shape, MultiPolygon)
