"""One territory becomes several, several become one, one is no more; and every day before stays as it was."""

import datetime
from dataclasses import replace

import pandas as pd
import pytest
import shapely
from neighbours import disputes, draw, empty_store, made, shape_of
from places import SIDE, cell, grid
from shapely import LineString, Point, box
from stores import DATABASES

from territory.model import Publication, Surroundings
from territory.mosaic import layer_of, read_day
from territory.records import (
    Act,
    ActKind,
    Boundary,
    Code,
    Consent,
    DisputeState,
    Link,
    Membership,
    Place,
    Recognition,
    Reference,
    ReferenceLayer,
    Role,
    Territory,
)
from territory.services.access import OPERATOR, Access
from territory.services.acts import (
    Assent,
    Minutes,
    Part,
    Split,
    acts_of,
    dissolve,
    merge,
    publish,
    split,
    what_if,
)
from territory.services.errors import Forbidden, NotFound, Stale, Unusable
from territory.services.publishing import public_register
from territory.services.register import Done, Once

__all__ = ["empty_store", "made"]

TODAY = datetime.date.today()
DAY = datetime.timedelta(days=1)
FOUNDED, DECIDED = TODAY - 100 * DAY, TODAY - 10 * DAY
MINUTES = Minutes(date=DECIDED)
# Councils c00 … c21; c10 is the middle one below. All of the lower row and c11 are in a commune, in a corridor.
SHAPES = grid(3, 2) | {"commune": cell(0, 0, 3, 1), "other": cell(0, 1, 3, 1), "corridor": cell(0, 0, 3, 2)}
LEVELS = ["council"] * 6 + ["commune"] * 2 + ["corridor"]
IN = {"c00": "commune", "c10": "commune", "c20": "commune", "c11": "other", "commune": "corridor"}
LINKS = Surroundings(links=pd.DataFrame({"left": ["c00", "c01"], "right": ["c20", "c10"], "kind": "road"}))

on_each_database = pytest.mark.parametrize("made", DATABASES, indirect=True)
on_one_database = pytest.mark.parametrize("made", DATABASES[:1], indirect=True)


@pytest.fixture
def register(made):
    register = made(SHAPES, level=LEVELS, since=FOUNDED, surroundings=LINKS)
    with register.writing(OPERATOR, "test") as writing:
        for member, group in IN.items():
            writing.put(Membership(id=f"in-{member}", member=member, group=group, since=FOUNDED))
    return register


def kept(register, kind, id_):
    with register.reading() as reading:
        return reading.get(kind, id_)


def found(register, kind, **equals):
    with register.reading() as reading:
        return reading.find(kind, **equals)


def on(register, day):
    """Names and groups of the territories of a day that have a line."""
    with register.reading() as reading:
        drawn = layer_of(read_day(reading, day))
    return dict(zip(drawn["name"], drawn["parent"], strict=True))


def halves(column=1, names=("La Ceiba", "El Cují")):
    """A council of the grid cut in the middle from south to north."""
    parts = (cell(column, 0, 0.5), cell(column + 0.5, 0, 0.5))
    return [Part(called=name, shape=shape_of(part), families=90) for name, part in zip(names, parts, strict=True)]


def cut(register, line):
    """The ground of each part, as it is told before it is decided."""
    report = what_if(register, OPERATOR, [Split(territory="c10", line=line)])
    return [each.ground for each in report.made]


def divide(register, access=OPERATOR, **rest):
    return split(register, access, "c10", 1, halves(), MINUTES, **rest)


def unite(register, *ids, access=OPERATOR, called="Las Dos", **rest):
    return merge(register, access, called, {each: Assent(version=1, minutes=MINUTES) for each in ids}, **rest)


def code_of(deed):
    with pytest.raises(Unusable) as refused:
        deed()
    return refused.value.code


@on_each_database
class TestOnEachDatabase:
    """What is written and read."""

    def test_the_map_of_the_day_before_still_shows_the_one_and_the_day_of_the_act_the_two(self, register):
        before = on(register, TODAY)
        divide(register)
        assert on(register, DECIDED - DAY) == before
        after = {name: group for name, group in before.items() if name != "c10"}
        assert on(register, DECIDED) == after | {"La Ceiba": "commune", "El Cují": "commune"}
        standing = register.current().standing
        assert sorted(row.name for row in standing.values()) == sorted(on(register, TODAY))
        assert list(register.store.faults()) == []

    def test_the_two_descend_from_the_one_which_keeps_its_codes_versions_and_acts(self, register):
        with register.writing(OPERATOR, "test") as writing:
            writing.put(Code(id="k-1", territory="c10", system="MinComunas", code="C-1"))
        succession = divide(register)
        [act] = succession.acts
        heirs = [kept(register, Territory, each) for each in succession.made]
        assert [(each.called, each.families, each.level) for each in heirs] == [
            ("La Ceiba", 90, "council"),
            ("El Cují", 90, "council"),
        ]
        assert {(each.descends, each.since, each.until, each.publication) for each in heirs} == {
            (("c10",), DECIDED, None, Publication.PRIVATE)
        }
        assert kept(register, Territory, "c10").until == DECIDED
        assert (act.kind, act.territory, act.version) == (ActKind.SPLIT, "c10", 1)
        assert act.subject == kept(register, Boundary, "c10").fingerprint
        assert act.terms["into"] == list(succession.made)
        assert [each.territory for each in found(register, Code)] == ["c10"]

    def test_their_lines_are_told_like_the_one_s_and_share_their_edge_bit_for_bit(self, register):
        east, west = cut(register, LineString([(-69.293, 9.8), (-69.291, 10.0)]))
        parts = [Part(called="Este", shape=east), Part(called="Oeste", shape=west)]
        succession = split(register, OPERATOR, "c10", 1, parts, MINUTES)
        lines = [kept(register, Boundary, each) for each in succession.made]
        assert [shapely.equals_exact(line.shape, part.shape) for line, part in zip(lines, parts, strict=True)]
        assert {(line.shown, line.valid_from) for line in lines} == {(True, DECIDED)}
        assert shapely.coverage_is_valid([line.shape for line in lines])

    def test_two_become_one_on_the_day_on_which_the_last_of_them_decided(self, register):
        before = on(register, TODAY)
        later = Minutes(date=DECIDED + 2 * DAY, in_favour=30, against=2)
        sides = {"c00": Assent(version=1, minutes=MINUTES), "c10": Assent(version=1, minutes=later)}
        succession = merge(register, OPERATOR, "Las Dos", sides)
        assert on(register, DECIDED + DAY) == before
        rest = {name: group for name, group in before.items() if name not in sides}
        assert on(register, DECIDED + 2 * DAY) == on(register, TODAY) == rest | {"Las Dos": "commune"}
        [heir] = succession.made
        assert kept(register, Boundary, heir).shape.equals(shape_of(cell(0, 0, 2, 1)))
        assert kept(register, Territory, heir).descends == ("c00", "c10")
        assert [(act.territory, act.date, act.in_favour) for act in succession.acts] == [
            ("c00", DECIDED, None),
            ("c10", DECIDED + 2 * DAY, 30),
        ]
        assert list(register.store.faults()) == []

    def test_a_dissolved_commune_is_no_more_and_its_members_are_in_none(self, register):
        before = on(register, TODAY)
        [act] = dissolve(register, OPERATOR, "commune", MINUTES).acts
        assert on(register, DECIDED - DAY) == before
        rest = {name: None if group == "commune" else group for name, group in before.items()}
        assert on(register, DECIDED) == {name: group for name, group in rest.items() if name != "commune"}
        known = kept(register, Territory, "commune")
        assert (known.until, known.recognition) == (DECIDED, Recognition.DISSOLVED)
        assert {each.left_by for each in found(register, Membership, until=DECIDED)} == {act.id}
        assert act.terms["orphans"] == 3

    def test_disputes_follow_the_ground(self, register):
        draw(register, "c00", cell(0, 0, 1.2))
        [opened] = disputes(register).values()
        made = divide(register).made
        found = disputes(register)
        assert found[("c00", "c10")].state is DisputeState.VANISHED
        [(pair, new)] = [(pair, each) for pair, each in found.items() if each.state is DisputeState.OPEN]
        assert pair == tuple(sorted(("c00", made[0])))
        assert new.strip.equals(opened.strip)

    def test_a_dispute_between_those_who_become_one_ends(self, register):
        draw(register, "c00", cell(0, 0, 1.2))
        sides = {"c00": Assent(version=2, minutes=Minutes(date=TODAY)), "c10": Assent(version=1, minutes=MINUTES)}
        [heir] = merge(register, OPERATOR, "Las Dos", sides).made
        assert {each.state for each in disputes(register).values()} == {DisputeState.VANISHED}
        assert kept(register, Boundary, heir).shape.area == pytest.approx(2 * SIDE**2)


@on_one_database
class TestWhatPassesOn:
    """Groups, ways, places and refusals."""

    def test_hidden_lines_make_hidden_lines(self, register):
        line = kept(register, Boundary, "c10")
        with register.writing(OPERATOR, "test") as writing:
            writing.put(replace(line, shown=False))
        parts = split(register, OPERATOR, "c10", 2, halves(), Minutes(date=TODAY)).made
        assert [kept(register, Boundary, each).shown for each in parts] == [False, False]
        sides = {each: Assent(version=1, minutes=Minutes(date=TODAY)) for each in (parts[0], "c00")}
        [heir] = merge(register, OPERATOR, "Las Dos", sides).made
        assert kept(register, Boundary, heir).shown is False

    def test_nothing_of_those_that_come_after_is_public_until_they_say_so(self, register):
        publish(register, OPERATOR, "c10", 1, Publication.EXACT, Minutes(date=FOUNDED))
        assert list(public_register(register).layer.index) == ["c10"]
        divide(register)
        assert list(public_register(register).layer.index) == []
        assert list(public_register(register, DECIDED - DAY).layer.index) == ["c10"]

    def test_one_belongs_to_what_both_belonged_to(self, register):
        [heir] = unite(register, "c10", "c11").made
        assert register.current().standing[heir].parent is None
        [heir] = unite(register, "c00", "c20").made
        assert register.current().standing[heir].parent == "commune"

    def test_members_of_two_communes_belong_to_the_one(self, register):
        [heir] = unite(register, "commune", "other").made
        standing = register.current().standing
        assert {each: standing[each].parent for each in ("c00", "c10", "c20", "c11")} == dict.fromkeys(
            ("c00", "c10", "c20", "c11"), heir
        )
        # Only one of the two was in the corridor.
        assert standing[heir].parent is None
        assert {act.kind for act in found(register, Act)} == {ActKind.MERGE}

    def test_ways_lead_to_the_one_and_end_with_what_became_two(self, register):
        [heir] = unite(register, "c00", "c10").made
        links = register.current().mosaic.surroundings.links
        assert sorted(map(tuple, links[["left", "right"]].apply(sorted, axis=1))) == sorted(
            [tuple(sorted((heir, "c20"))), tuple(sorted((heir, "c01")))]
        )
        [road] = found(register, Link, right="c20", until=None) or found(register, Link, left="c20", until=None)
        parts = split(register, OPERATOR, "c20", 1, halves(2), Minutes(date=TODAY))
        assert parts.acts[0].terms["links"] == [road.id]
        assert kept(register, Link, road.id).until == TODAY

    def test_a_way_between_two_ends_when_they_are_one(self, register):
        unite(register, "c00", "c20")
        links = register.current().mosaic.surroundings.links
        assert links[["left", "right"]].to_numpy().tolist() == [["c01", "c10"]]

    def test_a_place_goes_where_it_lies_and_is_hidden_again(self, register):
        at = {"west": Point(-69.2945, 9.902), "east": Point(-69.2905, 9.902), "out": Point(-69.28, 9.902)}
        with register.writing(OPERATOR, "test") as writing:
            for name, point in at.items():
                writing.put(Place(id=name, territory="c10", kind="water", called=name, at=point, visible=True))
        west, east = divide(register).made
        open_ones = found(register, Place, until=None)
        assert {each.called: each.territory for each in open_ones} == {"west": west, "east": east, "out": east}
        assert not any(each.visible for each in open_ones)
        assert {each.until for each in found(register, Place, territory="c10")} == {DECIDED}

    def test_what_was_refused_is_refused_to_the_parts_and_what_was_given_must_be_given_anew(self, register):
        with register.writing(OPERATOR, "test") as writing:
            writing.put(ReferenceLayer(id="lands", kind="indigenous", called="lands", source="test"))
            for land, given in (("north", False), ("south", True)):
                writing.put(Reference(id=land, layer="lands", called=land, shape=box(-70, 9, -69, 10)))
                writing.put(Consent(id=f"y-{land}", territory="c10", land=land, given=given, date=FOUNDED))
        west, east = divide(register).made
        after = found(register, Consent, territory=[west, east])
        assert {(each.territory, each.land, each.given) for each in after} == {
            (west, "north", False),
            (east, "north", False),
        }
        publishing = lambda: publish(register, OPERATOR, west, 1, Publication.EXACT, Minutes(date=TODAY))  # noqa: E731
        assert code_of(publishing) == "act.consent"

    def test_a_kind_and_families_are_told_where_all_of_them_tell_them(self, register):
        told = {"c00": ("urban", 180), "c10": ("urban", 20), "c20": ("rural", None)}
        for each, (kind, families) in told.items():
            known = kept(register, Territory, each)
            with register.writing(OPERATOR, "test") as writing:
                writing.put(replace(known, kind=kind, families=families))
        [two] = unite(register, "c00", "c10").made
        assert (kept(register, Territory, two).kind, kept(register, Territory, two).families) == ("urban", 200)
        [three] = unite(register, two, "c20").made
        assert (kept(register, Territory, three).kind, kept(register, Territory, three).families) == (None, None)

    @pytest.mark.parametrize(
        ("ids", "pieces"), [(("c00", "c10"), 1), (("c00", "c20"), 1), (("c00", "c11"), 2), (("c01", "c21"), 2)]
    )
    def test_it_is_told_in_how_many_pieces_the_one_lies(self, register, ids, pieces):
        """c00 and c20 are apart, with a road between them; c00 and c11 meet at a corner."""
        assert {act.terms["pieces"] for act in unite(register, *ids).acts} == {pieces}

    def test_the_acts_of_what_ended_are_still_there_for_whoever_sees_everything(self, register):
        divide(register)
        [decided] = acts_of(register, OPERATOR, "c10")
        assert (decided.act.kind, decided.is_current) == (ActKind.SPLIT, True)
        with pytest.raises(NotFound):
            acts_of(register, Access("k-1", Role.SPOKESPERSON, frozenset(["c10"])), "c10")


@on_one_database
class TestRefusals:
    """What cannot be, and leaves nothing behind."""

    @pytest.mark.parametrize(
        ("parts", "code"),
        [
            ([cell(1, 0)], "act.split_few"),
            ([], "act.split_few"),
            ([cell(1, 0, 0.5), cell(1.5, 0, 0.4)], "act.split_missing"),
            ([cell(1, 0, 0.5), cell(1.4, 0, 0.6)], "act.split_overlap"),
            ([cell(1, 0, 0.5), cell(1.5, 0, 0.6)], "act.split_beyond"),
            ([cell(1, 0, 0.5), shapely.segmentize(cell(1.5, 0, 0.5), SIDE / 3)], "act.split_edges"),
            ([cell(1, 0, 0.5), cell(1.5, 0, 0.5), shapely.Polygon()], "boundary.unusable"),
        ],
        ids=["one", "none", "missing", "overlap", "beyond", "edges", "empty"],
    )
    def test_parts_that_are_not_its_ground_are_refused(self, register, parts, code):
        before = register.store.sequence()
        told = [Part(called="x", shape=shape_of(part)) for part in parts]
        assert code_of(lambda: split(register, OPERATOR, "c10", 1, told, MINUTES)) == code
        assert register.store.sequence() == before

    def test_what_does_not_fit_is_told_with_size_and_place(self, register):
        parts = [Part(called="x", shape=shape_of(each)) for each in (cell(1, 0, 0.5), cell(1.5, 0, 0.4))]
        with pytest.raises(Unusable) as refused:
            split(register, OPERATOR, "c10", 1, parts, MINUTES)
        assert refused.value.said("es") == (
            "Queda un pedazo del territorio en ninguna parte: 3,0\xa0ha, cerca de 9.90250, -69.29025."
        )

    def test_a_line_divides_when_the_parts_are_as_many_as_the_names(self, register):
        line = LineString([(-69.2935, 9.8), (-69.2935, 10.0)])
        names = [Part(called=name) for name in ("Este", "Oeste", "Centro")]
        assert code_of(lambda: split(register, OPERATOR, "c10", 1, names, MINUTES, line=line)) == "act.split_names"
        expected = cut(register, line)
        made = split(register, OPERATOR, "c10", 1, names[:2], MINUTES, line=line).made
        assert [kept(register, Territory, each).called for each in made] == ["Este", "Oeste"]
        lines = [kept(register, Boundary, each).shape for each in made]
        assert all(map(shapely.equals_exact, lines, expected))

    def test_names_alone_divide_nothing(self, register):
        parts = [Part(called="Este"), Part(called="Oeste")]
        assert code_of(lambda: split(register, OPERATOR, "c10", 1, parts, MINUTES)) == "boundary.unusable"

    def test_an_outline_drawn_anew_within_the_tolerance_is_the_same_ground(self, register):
        parts = [Part(called="x", shape=shape_of(each)) for each in (cell(1, 0, 0.5), cell(1.5, 0, 0.505))]
        assert len(split(register, OPERATOR, "c10", 1, parts, MINUTES).made) == 2

    def test_an_old_line_is_not_divided_nor_united(self, register):
        draw(register, "c10", cell(1, 0, 0.9))
        with pytest.raises(Stale):
            divide(register)
        with pytest.raises(Stale):
            unite(register, "c10", "c00")

    def test_what_was_not_there_yet_did_not_end(self, register):
        early = Minutes(date=FOUNDED - DAY)
        for deed in (
            lambda: split(register, OPERATOR, "c10", 1, halves(), early),
            lambda: dissolve(register, OPERATOR, "c10", early),
            lambda: merge(
                register, OPERATOR, "x", {each: Assent(version=1, minutes=early) for each in ("c00", "c10")}
            ),
        ):
            assert code_of(deed) == "act.before"

    def test_only_several_of_one_level_become_one(self, register):
        assert code_of(lambda: unite(register)) == "act.merge_few"
        assert code_of(lambda: unite(register, "c00")) == "act.merge_few"
        assert code_of(lambda: unite(register, "c00", "other")) == "act.merge_level"

    def test_what_is_only_told_in_words_is_neither_divided_nor_united(self, register):
        with register.writing(OPERATOR, "test") as writing:
            writing.put(Territory(id="told", level="council", called="La Ceiba"))
            writing.put(Boundary(id="told", shape=None, words={"north": "the river"}, valid_from=FOUNDED))
        assert code_of(lambda: split(register, OPERATOR, "told", 1, halves(), MINUTES)) == "act.no_line"
        assert code_of(lambda: unite(register, "told", "c00")) == "act.no_line"
        assert dissolve(register, OPERATOR, "told", MINUTES).acts[0].version == 1

    def test_no_assembly_divides_the_members_of_a_group(self, register):
        parts = [Part(called="x", shape=shape_of(cell(column, 0, 1.5))) for column in (0, 1.5)]
        assert code_of(lambda: split(register, OPERATOR, "commune", 1, parts, MINUTES)) == "act.split_group"

    def test_each_side_must_have_decided(self, register):
        against = Minutes(date=DECIDED, in_favour=3, against=20)
        sides = {"c00": Assent(version=1, minutes=MINUTES), "c10": Assent(version=1, minutes=against)}
        assert code_of(lambda: merge(register, OPERATOR, "x", sides)) == "act.rejected"

    def test_a_key_for_one_side_does_not_unite_both(self, register):
        with pytest.raises(Forbidden):
            unite(register, "c00", "c10", access=Access("k-1", Role.SPOKESPERSON, frozenset(["c00"])))

    def test_what_ended_decides_nothing_any_more(self, register):
        divide(register)
        for deed in (
            lambda: divide(register),
            lambda: dissolve(register, OPERATOR, "c10", MINUTES),
            lambda: unite(register, "c10", "c00"),
        ):
            with pytest.raises(NotFound):
                deed()

    @pytest.mark.parametrize(
        "deed",
        [
            divide,
            lambda register, access, once: unite(register, "c00", "c10", access=access, once=once),
            lambda register, access, once: dissolve(register, access, "c10", MINUTES, once=once),
        ],
        ids=["split", "merge", "dissolve"],
    )
    def test_the_second_time_it_is_answered_though_what_it_was_about_is_gone(self, register, deed):
        access = Access("k-1", Role.SPOKESPERSON, frozenset(["c00", "c10"]))
        once = Once.of(access, "request-1", b"body")
        made = deed(register, access, once=once)
        sequence = register.store.sequence()
        with pytest.raises(Done) as done:
            deed(register, access, once=once)
        assert done.value.made.split(",") == [act.id for act in made.acts]
        assert register.store.sequence() == sequence

    @pytest.mark.parametrize("line", [[(-69.4, 9.8), (-69.4, 10)], [(-69.293, 9.8), (-69.293, 9.902)]])
    def test_a_line_that_does_not_run_through_cuts_nothing(self, register, line):
        assert code_of(lambda: cut(register, LineString(line))) == "act.not_divided"
