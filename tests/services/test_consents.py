"""Consent of those whose land it is: separate, dated, revocable, and never a matter of votes."""

import datetime

import pytest
from neighbours import empty_store, filled
from places import cell, grid

from territory.model import Publication
from territory.records import Act, ActKind, Consent, Reference, ReferenceLayer, Role, Territory
from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.acts import Minutes, consent, consents_of, publish
from territory.services.errors import Forbidden, NotFound, Unusable
from territory.services.publishing import public_register
from territory.services.register import Done, Once

__all__ = ["empty_store", "filled"]

TODAY = datetime.date.today()
DAY = datetime.timedelta(days=1)
OWN = Access("k-1", Role.SPOKESPERSON, frozenset(["c00"]))


@pytest.fixture
def register(filled):
    register = filled(grid(2, 1), since=TODAY - 10 * DAY)
    with register.writing(OPERATOR, "test") as writing:
        for kind in ("indigenous", "protected", "rivers"):
            writing.put(ReferenceLayer(id=kind, kind=kind, called=kind, source="test"))
            writing.put(Reference(id=f"{kind}.1", layer=kind, called=kind, shape=cell(0, 0)))
    return register


def say(register, *, given, days=0, land="indigenous.1", access=OWN, **rest):
    return consent(register, access, "c00", land, given=given, date=TODAY - days * DAY, **rest)


def is_public(register):
    return "c00" in public_register(register).layer.index


def test_what_was_said_of_each_land_stands_on_its_own(register):
    say(register, given=True)
    say(register, given=False, land="protected.1")
    told = [(each.land, each.given, each.date) for each in consents_of(register, OWN, "c00")]
    assert told == [("indigenous.1", True, TODAY), ("protected.1", False, TODAY)]
    assert consents_of(register, OPERATOR, "c10") == []


def test_consent_is_taken_back_and_given_again_and_all_of_it_is_remembered(register):
    made = {
        say(register, given=given, days=days).id for given, days in ((True, 5), (False, 3), (True, 3), (False, 0))
    }
    [id_] = made
    with register.reading() as reading:
        history = [(each.given, (TODAY - each.date).days) for each in reading.history(Consent, id_)]
    assert history == [(True, 5), (False, 3), (True, 3), (False, 0)]


def test_what_they_said_later_is_not_changed_by_what_they_said_before(register):
    say(register, given=False, days=1)
    with pytest.raises(Unusable) as refused:
        say(register, given=True, days=2)
    assert refused.value.code == "consent.later"
    assert [each.given for each in consents_of(register, OWN, "c00")] == [False]


def test_taking_it_back_hides_the_territory_at_once_until_it_is_given_and_published_anew(register):
    say(register, given=True, days=5)
    publish(register, OWN, "c00", 1, Publication.EXACT, Minutes(date=TODAY))
    assert is_public(register)
    say(register, given=False, days=1)
    assert not is_public(register)
    with pytest.raises(Unusable):
        publish(register, OWN, "c00", 1, Publication.LISTED, Minutes(date=TODAY))
    say(register, given=True)
    assert not is_public(register)
    publish(register, OWN, "c00", 1, Publication.EXACT, Minutes(date=TODAY))
    assert is_public(register)
    with register.reading() as reading:
        kinds = sorted(each.kind for each in reading.find(Act, territory="c00"))
    assert kinds == [ActKind.PUBLISH, ActKind.PUBLISH, ActKind.WITHDRAW]


def test_a_refusal_to_one_territory_hides_no_other(register):
    publish(register, OPERATOR, "c10", 1, Publication.EXACT, Minutes(date=TODAY))
    say(register, given=False)
    with register.reading() as reading:
        assert reading.get(Territory, "c10").publication is Publication.EXACT


@pytest.mark.parametrize("land", ["rivers.1", "nothing", "c10"])
def test_only_lands_of_peoples_and_parks_are_asked(register, land):
    with pytest.raises(NotFound) as refused:
        say(register, given=True, land=land)
    assert refused.value.code == "land.unknown"


def test_nobody_says_tomorrow_what_they_may_still_change(register):
    with pytest.raises(Unusable) as refused:
        say(register, given=True, days=-1)
    assert refused.value.code == "date.future"


def test_only_who_decides_enters_it_and_only_its_own_read_it(register):
    helper = Access("k-2", Role.HELPER, frozenset(["c00"]))
    neighbour = Access("k-3", Role.SPOKESPERSON, frozenset(["c10"]))
    for access in (helper, neighbour):
        with pytest.raises(Forbidden):
            say(register, given=True, access=access)
    say(register, given=True)
    assert len(consents_of(register, helper, "c00")) == 1
    with pytest.raises(Forbidden):
        consents_of(register, neighbour, "c00")
    with pytest.raises(NotFound):
        consents_of(register, PUBLIC, "c00")


def test_the_second_time_it_is_answered_and_not_done(register):
    once = Once.of(OWN, "request-1", b"body")
    made = say(register, given=True, once=once)
    with pytest.raises(Done) as done:
        say(register, given=True, once=once)
    assert (done.value.made, made.revision) == (made.id, 1)
