"""Acts about lines and groups: what makes a decision, what it binds, and that it stays true of what it decided."""

import datetime
from dataclasses import replace

import pytest
from neighbours import draw, empty_store, filled
from places import cell, grid
from shapely import box

from territory.model import Publication
from territory.mosaic import read_day
from territory.profiles import load_profile
from territory.records import (
    Act,
    ActForm,
    ActKind,
    Boundary,
    Consent,
    Membership,
    Reference,
    ReferenceLayer,
    Role,
    Territory,
)
from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.acts import (
    Join,
    Leave,
    Minutes,
    Telling,
    acts_of,
    join,
    leave,
    publish,
    ratify,
    what_if,
    withdraw,
)
from territory.services.errors import Forbidden, NeedsKey, NotFound, Stale, Unusable
from territory.services.publishing import public_register
from territory.services.register import Done, Once
from territory.words import LANGUAGES, measure

__all__ = ["empty_store", "filled"]

TODAY = datetime.date.today()
DAY = datetime.timedelta(days=1)
FOUNDED = TODAY - 100 * DAY
ASSEMBLY = Minutes(date=TODAY)
LEVELS = ["council"] * 4 + ["commune"] * 2
# c00 and c10 in the west commune; nobody in the east one; c11 in no commune.
SHAPES = grid(2, 2) | {"west": cell(0, 0, 2, 1), "east": cell(0, 1, 2, 1)}


@pytest.fixture
def register(filled):
    register = filled(SHAPES, level=LEVELS, since=FOUNDED)
    with register.writing(OPERATOR, "test") as writing:
        for member in ("c00", "c10"):
            writing.put(Membership(id=f"in-{member}", member=member, group="west"))
    return register


def spokesperson(*territories):
    return Access("k-1", Role.SPOKESPERSON, frozenset(territories))


def referendum(**numbers):
    counts = {"eligible": 400, "attended": 60, "in_favour": 31, "against": 29}
    return Minutes(date=TODAY, form=ActForm.REFERENDUM, **(counts | numbers))


def kept(register, kind, id_, revision=None):
    with register.reading() as reading:
        return reading.get(kind, id_, revision)


def publication(register, territory="c00"):
    known = kept(register, Territory, territory)
    return known.publication, known.published


def groups_on(register, day, member):
    with register.reading() as reading:
        return read_day(reading, day).standing[member].parent


class TestMinutes:
    """What numbers make a decision."""

    @pytest.mark.parametrize(
        "numbers",
        [
            {"eligible": 10, "attended": 11},
            {"attended": 10, "in_favour": 11},
            {"attended": 10, "in_favour": 6, "against": 5},
            {"eligible": 3, "in_favour": 4},
            {"eligible": -1},
            {"in_favour": 5, "against": -1},
        ],
    )
    def test_numbers_that_no_meeting_can_have_are_refused(self, register, numbers):
        with pytest.raises(Unusable) as refused:
            ratify(register, OPERATOR, "c00", 1, Minutes(date=TODAY, **numbers))
        assert refused.value.code == "act.counts"

    def test_a_meeting_of_tomorrow_decided_nothing_yet(self, register):
        with pytest.raises(Unusable) as refused:
            ratify(register, OPERATOR, "c00", 1, Minutes(date=TODAY + DAY))
        assert refused.value.code == "date.future"

    def test_an_assembly_needs_no_numbers(self, register):
        act = ratify(register, OPERATOR, "c00", 1, ASSEMBLY)
        assert (act.form, act.eligible, act.in_favour) == (ActForm.ASSEMBLY, None, None)

    def test_an_assembly_that_voted_against_decided_the_contrary(self, register):
        with pytest.raises(Unusable) as refused:
            ratify(register, OPERATOR, "c00", 1, replace(ASSEMBLY, in_favour=20, against=21))
        assert refused.value.code == "act.rejected"

    def test_a_referendum_counts_from_fifteen_in_a_hundred_on_and_not_below(self, register):
        with pytest.raises(Unusable) as refused:
            ratify(register, OPERATOR, "c00", 1, referendum(attended=59, against=28))
        assert refused.value.code == "act.turnout"
        assert ratify(register, OPERATOR, "c00", 1, referendum()).attended == 60

    def test_who_says_how_many_must_vote_is_cited_with_how_sure_it_is(self, register):
        with pytest.raises(Unusable) as refused:
            ratify(register, OPERATOR, "c00", 1, referendum(attended=40, in_favour=30, against=10))
        assert refused.value.said("es") == (
            "Votó el 10\xa0% y hace falta al menos el 15\xa0%. "
            "Así lo dice: Ley Orgánica de las Comunas (leído en la ley)."
        )
        assert "Ley Orgánica de las Comunas (read in the law)" in refused.value.said("en")

    def test_as_many_against_as_in_favour_are_no_majority(self, register):
        with pytest.raises(Unusable) as refused:
            ratify(register, OPERATOR, "c00", 1, referendum(in_favour=30, against=30))
        assert refused.value.code == "act.majority"

    @pytest.mark.parametrize("missing", ["eligible", "attended", "in_favour", "against"])
    def test_a_referendum_is_told_with_all_its_numbers(self, register, missing):
        with pytest.raises(Unusable) as refused:
            ratify(register, OPERATOR, "c00", 1, referendum(**{missing: None}))
        assert refused.value.code == "act.referendum_counts"

    def test_a_refused_act_leaves_nothing_behind(self, register):
        before = register.store.sequence()
        for minutes in (Minutes(date=TODAY + DAY), referendum(attended=1), replace(ASSEMBLY, eligible=-1)):
            with pytest.raises(Unusable):
                publish(register, OPERATOR, "c00", 1, Publication.EXACT, minutes)
        assert register.store.sequence() == before


class TestWho:
    """Only keys that decide, and only within their scope."""

    @pytest.mark.parametrize("role", [Role.HELPER, Role.ORGANIZER, Role.STEWARD])
    def test_other_roles_decide_for_nobody(self, register, role):
        access = Access("k-2", role, frozenset(["c00"]) if role is Role.HELPER else frozenset())
        for deed in (
            lambda: ratify(register, access, "c00", 1, ASSEMBLY),
            lambda: publish(register, access, "c00", 1, Publication.EXACT, ASSEMBLY),
            lambda: withdraw(register, access, "c00"),
            lambda: join(register, access, "c11", "west", ASSEMBLY),
            lambda: leave(register, access, ["c00"], "west", ASSEMBLY),
        ):
            with pytest.raises(Forbidden):
                deed()

    def test_nobody_learns_by_an_act_what_exists(self, register):
        for access in (spokesperson("elsewhere"), PUBLIC):
            for territory in ("c00", "nothing"):
                with pytest.raises(NotFound) as refused:
                    ratify(register, access, territory, 1, ASSEMBLY)
                assert refused.value.code == "territory.unknown"

    def test_whoever_sees_a_published_territory_without_a_key_is_asked_for_one(self, register):
        publish(register, OPERATOR, "c00", 1, Publication.EXACT, ASSEMBLY)
        with pytest.raises(NeedsKey):
            withdraw(register, PUBLIC, "c00")

    def test_a_neighbour_cannot_decide(self, register):
        with pytest.raises(Forbidden):
            ratify(register, spokesperson("c10"), "c00", 1, ASSEMBLY)

    def test_ten_cannot_be_taken_out_with_a_key_for_nine(self, register):
        with pytest.raises(Forbidden):
            leave(register, spokesperson("c00"), ["c00", "c10"], "west", ASSEMBLY)
        assert groups_on(register, TODAY, "c00") == "west"


class TestLines:
    """To ratify, to publish, to withdraw."""

    def test_an_act_is_bound_to_exactly_the_line_that_was_seen(self, register):
        act = ratify(register, spokesperson("c00"), "c00", 1, ASSEMBLY)
        assert act.subject == kept(register, Boundary, "c00", 1).fingerprint
        draw(register, "c00", cell(0, 0, 0.9))
        assert act.subject != kept(register, Boundary, "c00").fingerprint

    def test_an_old_line_is_not_ratified_when_there_is_a_newer_one(self, register):
        draw(register, "c00", cell(0, 0, 0.9))
        with pytest.raises(Stale) as refused:
            ratify(register, OPERATOR, "c00", 1, ASSEMBLY)
        assert refused.value.details == {"yours": 1, "newest": 2}
        with pytest.raises(Stale):
            ratify(register, OPERATOR, "c00", 3, ASSEMBLY)

    def test_an_old_act_stays_true_of_the_old_line(self, register):
        publish(register, OPERATOR, "c00", 1, Publication.EXACT, ASSEMBLY)
        draw(register, "c00", cell(0, 0, 0.9))
        second = ratify(register, OPERATOR, "c00", 2, ASSEMBLY)
        first, later = acts_of(register, OPERATOR, "c00")
        assert (first.act.version, first.is_current, first.is_published) == (1, False, True)
        assert (later.act.id, later.is_current, later.is_published) == (second.id, True, False)
        # Drawn back to the letter, it is the line that was decided first.
        draw(register, "c00", cell(0, 0))
        assert [each.is_current for each in acts_of(register, OPERATOR, "c00")] == [True, False]

    def test_the_public_sees_what_an_act_published_and_no_more_until_the_next_act(self, register):
        assert list(public_register(register).layer.index) == []
        publish(register, spokesperson("c00"), "c00", 1, Publication.EXACT, ASSEMBLY)
        first = kept(register, Boundary, "c00", 1).shape
        draw(register, "c00", cell(0, 0, 0.9))
        assert publication(register) == (Publication.EXACT, 1)
        assert public_register(register).layer.geometry["c00"].equals(first)
        publish(register, spokesperson("c00"), "c00", 2, Publication.EXACT, ASSEMBLY)
        assert public_register(register).layer.geometry["c00"].area == pytest.approx(0.9 * first.area)

    def test_publishing_the_newest_line_ratifies_it(self, register):
        publish(register, OPERATOR, "c00", 1, Publication.LISTED, ASSEMBLY)
        draw(register, "c00", cell(0, 0, 0.9))
        # Ratified by the act above, the old line may be published anew.
        publish(register, OPERATOR, "c00", 1, Publication.GENERAL, ASSEMBLY)
        assert publication(register) == (Publication.GENERAL, 1)

    def test_an_old_line_that_no_act_ratified_is_not_published(self, register):
        draw(register, "c00", cell(0, 0, 0.9))
        with pytest.raises(Stale):
            publish(register, OPERATOR, "c00", 1, Publication.EXACT, ASSEMBLY)

    def test_a_line_told_in_words_can_only_be_listed(self, register):
        with register.writing(OPERATOR, "test") as writing:
            writing.put(Territory(id="told", level="council", called="La Ceiba"))
            writing.put(Boundary(id="told", shape=None, words={"north": "the river"}, valid_from=FOUNDED))
        with pytest.raises(Unusable) as refused:
            publish(register, OPERATOR, "told", 1, Publication.GENERAL, ASSEMBLY)
        assert refused.value.code == "act.publish_words"
        assert publish(register, OPERATOR, "told", 1, Publication.LISTED, ASSEMBLY).version == 1

    def test_to_hide_is_not_to_publish(self, register):
        with pytest.raises(Unusable) as refused:
            publish(register, OPERATOR, "c00", 1, Publication.PRIVATE, ASSEMBLY)
        assert refused.value.code == "act.publish_private"

    def test_withdrawing_needs_no_meeting_and_acts_at_once(self, register):
        publish(register, OPERATOR, "c00", 1, Publication.EXACT, ASSEMBLY)
        act = withdraw(register, spokesperson("c00"), "c00")
        assert publication(register) == (Publication.PRIVATE, None)
        assert list(public_register(register).layer.index) == []
        assert list(public_register(register, FOUNDED + DAY).layer.index) == []
        assert (act.kind, act.version, act.terms) == (ActKind.WITHDRAW, 1, {"has_minutes": False})

    def test_withdrawing_takes_effect_whatever_the_day_and_the_votes_of_the_meeting(self, register):
        publish(register, OPERATOR, "c00", 1, Publication.EXACT, ASSEMBLY)
        minutes = replace(referendum(attended=3, in_favour=1, against=2), date=FOUNDED)
        assert withdraw(register, OPERATOR, "c00", minutes).terms == {"has_minutes": True}
        assert publication(register) == (Publication.PRIVATE, None)

    def test_an_act_of_before_the_withdrawal_publishes_nothing(self, register):
        withdraw(register, OPERATOR, "c00", ASSEMBLY)
        with pytest.raises(Unusable) as refused:
            publish(register, OPERATOR, "c00", 1, Publication.EXACT, replace(ASSEMBLY, date=TODAY - DAY))
        assert (refused.value.code, refused.value.details) == ("act.later", {"date": TODAY.isoformat()})

    def test_what_has_no_line_yet_is_neither_ratified_nor_published(self, register):
        with register.writing(OPERATOR, "test") as writing:
            writing.put(Territory(id="new", level="council", called="La Ceiba"))
        for deed in (
            lambda: ratify(register, OPERATOR, "new", 1, ASSEMBLY),
            lambda: publish(register, OPERATOR, "new", 1, Publication.LISTED, ASSEMBLY),
        ):
            with pytest.raises(NotFound) as refused:
                deed()
            assert refused.value.code == "boundary.none"

    def test_a_consent_that_was_refused_keeps_it_from_being_published(self, register):
        with register.writing(OPERATOR, "test") as writing:
            writing.put(ReferenceLayer(id="abrae", kind="protected", called="ABRAE", source="test"))
            writing.put(Reference(id="park", layer="abrae", called="Yacambú", shape=box(-70, 9, -69, 10)))
            writing.put(Consent(id="y-1", territory="c00", land="park", given=False, date=TODAY))
        with pytest.raises(Unusable) as refused:
            publish(register, OPERATOR, "c00", 1, Publication.EXACT, ASSEMBLY)
        assert refused.value.code == "act.consent"

    def test_a_territory_s_acts_are_for_those_who_see_it_whole(self, register):
        publish(register, OPERATOR, "c00", 1, Publication.EXACT, ASSEMBLY)
        helper = Access("k-2", Role.HELPER, frozenset(["c00"]))
        assert [each.act.kind for each in acts_of(register, helper, "c00")] == [ActKind.PUBLISH]
        with pytest.raises(Forbidden):
            acts_of(register, spokesperson("c10"), "c00")
        with pytest.raises(NeedsKey):
            acts_of(register, PUBLIC, "c00")


class TestGroups:
    """To join and to leave."""

    def test_whoever_joins_belongs_from_the_day_of_the_act_on(self, register):
        day = TODAY - 10 * DAY
        moved = join(register, spokesperson("c11"), "c11", "west", replace(ASSEMBLY, date=day))
        assert [groups_on(register, each, "c11") for each in (day - DAY, day, TODAY)] == [None, "west", "west"]
        with register.reading() as reading:
            [held] = reading.find(Membership, member="c11")
        assert (held.since, held.until, held.joined_by) == (day, None, moved.acts[0].id)
        assert moved.report.of("west").after.members.count == 3

    def test_one_may_leave_come_back_and_leave_again(self, register):
        for days, deed in ((30, "leave"), (20, "join"), (10, "leave")):
            minutes = replace(ASSEMBLY, date=TODAY - days * DAY)
            if deed == "leave":
                leave(register, OPERATOR, ["c00"], "west", minutes)
            else:
                join(register, OPERATOR, "c00", "west", minutes)
        told = [groups_on(register, TODAY - days * DAY, "c00") for days in (31, 30, 21, 20, 11, 10, 0)]
        assert told == ["west", None, None, "west", "west", None, None]

    @pytest.mark.parametrize(
        ("member", "group", "code"),
        [("c00", "west", "act.member"), ("east", "west", "act.level"), ("c00", "c10", "act.level")],
    )
    def test_what_cannot_join_does_not(self, register, member, group, code):
        with pytest.raises(Unusable) as refused:
            join(register, OPERATOR, member, group, ASSEMBLY)
        assert refused.value.code == code

    def test_who_left_today_cannot_have_joined_on_a_day_while_it_still_belonged(self, register):
        leave(register, OPERATOR, ["c00"], "west", ASSEMBLY)
        with pytest.raises(Unusable) as refused:
            join(register, OPERATOR, "c00", "west", replace(ASSEMBLY, date=TODAY - DAY))
        assert refused.value.code == "act.member"

    def test_nobody_leaves_what_they_are_not_in_or_twice_or_before_they_came(self, register):
        join(register, OPERATOR, "c11", "west", replace(ASSEMBLY, date=TODAY - DAY))
        leave(register, OPERATOR, ["c00"], "west", ASSEMBLY)
        for member, day in (("c01", TODAY), ("c00", TODAY), ("c11", TODAY - 2 * DAY)):
            with pytest.raises(Unusable) as refused:
                leave(register, OPERATOR, [member], "west", replace(ASSEMBLY, date=day))
            assert refused.value.code == "act.no_member"

    def test_nobody_is_not_an_answer_to_who_leaves(self, register):
        with pytest.raises(Unusable) as refused:
            leave(register, OPERATOR, [], "west", ASSEMBLY)
        assert refused.value.code == "act.nobody"

    def test_who_belongs_to_another_commune_already_is_told_so(self, register):
        assert what_if(register, OPERATOR, [Join(members=("c00", "c11"), group="east")]).elsewhere.known == (
            "c00",
        )
        assert what_if(register, OPERATOR, [Leave(members=("c00",), group="west")]).orphans.known == ("c00",)

    def test_a_report_names_only_whom_the_asker_knows_of(self, register):
        for each in ("c00", "c10", "c11", "west"):
            line = kept(register, Boundary, each)
            with register.writing(OPERATOR, "test") as writing:
                writing.put(replace(line, shown=False))
        report = what_if(register, spokesperson("c00"), [Leave(members=("c00",), group="west")])
        west = report.of("west")
        assert not west.is_known
        assert (west.before.members.count, west.before.members.known) == (2, ("c00",))
        assert (west.after.members.count, west.after.members.known) == (1, ())
        # From what two have and what one has, the other one's number would follow.
        assert (west.before.families, west.before.area_m2, west.after.families) == (None, None, None)
        assert [len(piece.lines) for side in (west.before, west.after) for piece in side.pieces] == [1, 0]

    def test_a_group_that_one_may_not_know_of_looks_like_none(self, register):
        for each in ("c00", "c10", "c01", "west", "east"):
            line = kept(register, Boundary, each)
            with register.writing(OPERATOR, "test") as writing:
                writing.put(replace(line, shown=False))
        told = []
        for group in ("west", "nothing"):
            with pytest.raises(NotFound) as refused:
                what_if(register, spokesperson("c11"), [Join(members=("c11",), group=group)])
            told.append(refused.value.said("es").replace(group, "X"))
        assert told[0] == told[1]


class TestOnce:
    """A request that arrives twice is done once, whatever became of what it was about."""

    @pytest.mark.parametrize(
        "deed",
        [
            lambda *to, once: ratify(*to, "c00", 1, ASSEMBLY, once=once).id,
            lambda *to, once: publish(*to, "c00", 1, Publication.EXACT, ASSEMBLY, once=once).id,
            lambda *to, once: withdraw(*to, "c00", once=once).id,
            lambda *to, once: join(*to, "c11", "west", ASSEMBLY, once=once).acts[0].id,
            lambda *to, once: ",".join(
                act.id for act in leave(*to, ["c00", "c10"], "west", ASSEMBLY, once=once).acts
            ),
        ],
        ids=["ratify", "publish", "withdraw", "join", "leave"],
    )
    def test_the_second_time_it_is_answered_and_not_done(self, register, deed):
        access = spokesperson("c00", "c10", "c11")
        once = Once.of(access, "request-1", b"body")
        made = deed(register, access, once=once)
        sequence = register.store.sequence()
        with pytest.raises(Done) as done:
            deed(register, access, once=once)
        assert done.value.made == made
        assert register.store.sequence() == sequence
        with register.reading() as reading:
            assert {each.id for each in reading.find(Act)} == set(made.split(","))

    def test_the_same_name_for_something_else_is_refused(self, register):
        ratify(register, OPERATOR, "c00", 1, ASSEMBLY, once=Once.of(OPERATOR, "request-1", b"one"))
        with pytest.raises(Unusable) as refused:
            ratify(register, OPERATOR, "c10", 1, ASSEMBLY, once=Once.of(OPERATOR, "request-1", b"two"))
        assert refused.value.code == "request.reused"

    def test_the_log_tells_ids_and_numbers_and_no_text(self, register):
        publish(register, spokesperson("c00"), "c00", 1, Publication.EXACT, ASSEMBLY)
        with register.reading() as reading:
            entry = list(reading.log())[-1]
            [act] = reading.find(Act)
        assert (entry.by, entry.action) == ("k-1", "publish")
        assert entry.detail == {"made": act.id, "territory": "c00", "version": 1, "publication": "exact"}


def test_what_makes_a_referendum_count_is_said_with_who_says_so():
    profile = load_profile()
    for language in LANGUAGES:
        said = Telling(standing={}, profile=profile, language=language).referendum()
        assert measure("share", profile.referendum.turnout, language) in said
        assert profile.sources[profile.referendum.source].titled(language) in said
