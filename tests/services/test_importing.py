"""A layer goes into the register whole or not at all, and only what differs is written."""

from __future__ import annotations

import datetime
from dataclasses import replace

import geopandas
import numpy as np
import pandas as pd
import pytest
from places import cell
from shapely import MultiPolygon, Polygon

from territory import intake
from territory.geo.repair import canonical
from territory.model import Publication
from territory.profiles import load_profile
from territory.records import Act, ActKind, Boundary, Code, Key, Membership, Method, Role, Territory
from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.errors import Forbidden, NeedsKey, Unusable
from territory.services.import_plan import Choices, Did
from territory.services.importing import import_layer
from territory.services.matching import By
from territory.services.register import Register, today
from territory.store import open_store

PROFILE = load_profile()
ACT = datetime.date(2026, 3, 1)


@pytest.fixture
def register(tmp_path):
    store = open_store(f"sqlite:///{tmp_path}/register.db", create=True)
    yield Register(store, PROFILE)
    store.close()


def councils(count=3, **columns):
    """Councils side by side, ``c1`` …, each as a row of a file."""
    return geopandas.GeoDataFrame(
        {
            "id": [f"c{i}" for i in range(1, count + 1)],
            "nombre": [f"Consejo {i}" for i in range(1, count + 1)],
            **columns,
        },
        geometry=list(canonical(geopandas.GeoSeries([cell(i, 0) for i in range(count)], crs=4326))),
        crs=4326,
    )


def with_commune(frame, **row):
    """The same with a commune K over all of them, to which they belong."""
    commune = {"id": "K", "nombre": "Ataroa", "nivel": "comuna", "geometry": frame.union_all()} | row
    frame = frame.assign(pertenece_a=commune["id"], nivel="consejo comunal")
    return pd.concat([frame, geopandas.GeoDataFrame([commune], crs=4326)], ignore_index=True)


@pytest.fixture
def take(register, tmp_path):
    """Write a frame into a file, read it and import it."""

    def take(frame, *, crs=None, access=OPERATOR, codes=None, **choices):
        path = tmp_path / "layer.gpkg"
        path.unlink(missing_ok=True)
        frame.to_file(path, engine="pyogrio")
        read = intake.read(path, profile=PROFILE, crs=crs, beside=list((codes or {}).values()))
        return import_layer(register, access, read, Choices(codes=codes or {}, **choices))

    return take


def newest(register, kind, **equals):
    with register.reading() as reading:
        return reading.find(kind, **equals)


def did(report):
    return [each.did.value for each in report.outcomes]


def why(report):
    """Codes of what was refused, by name; every sentence is read aloud."""
    refused = report.those(Did.REFUSED)
    for each in refused:
        for language in ("es", "en"):
            assert each.refused.said(language, each.name)
    return {each.name: each.refused.code.removeprefix("import.") for each in refused}


def test_everything_of_a_file_is_kept(register, take):
    frame = with_commune(councils(families=[150, 20, None], clase=["urbano", "rural", None]))
    report = take(frame)
    assert did(report) == ["new"] * 4
    assert (report.memberships, report.is_written) == (3, True)
    kept = {each.id: each for each in newest(register, Territory)}
    assert (kept["c1"].called, kept["c1"].kind, kept["c1"].families) == ("Consejo 1", "urban", 150)
    assert (kept["c3"].kind, kept["c3"].families, kept["K"].level) == (None, None, "commune")
    assert all(each.publication is Publication.PRIVATE for each in kept.values())
    lines = {each.id: each for each in newest(register, Boundary)}
    assert lines["c2"].shape.normalize().equals_exact(frame.geometry[1].normalize(), tolerance=0)
    assert (lines["c2"].method, lines["c2"].datum, lines["c2"].shown) == (Method.IMPORTED, "EPSG:4326", True)
    assert {(each.member, each.group) for each in newest(register, Membership)} == {
        (f"c{i}", "K") for i in (1, 2, 3)
    }


def test_the_same_file_again_changes_nothing_and_leaves_no_line_in_the_log(register, take):
    frame = with_commune(councils(families=[150, 20, None]))
    choices = {"publication": Publication.GENERAL, "act_date": ACT}
    take(frame, **choices)
    before = register.store.sequence()
    report = take(frame, **choices)
    assert did(report) == ["unchanged"] * 4
    assert not report.is_written
    assert register.store.sequence() == before


def test_a_line_that_begins_elsewhere_is_the_same_line(register, take):
    frame = councils(1)
    take(frame)
    ring = list(frame.geometry[0].geoms[0].exterior.coords)[:-1]
    turned = frame.set_geometry([Polygon(ring[2:] + ring[:2])], crs=4326)
    assert did(take(turned)) == ["unchanged"]


def test_another_line_becomes_a_version_and_the_ground_that_changed_is_told(register, take):
    take(councils())
    moved = councils()
    moved.loc[1, "geometry"] = cell(1, 0, 1, 1.5)
    report = take(moved)
    [changed] = report.those(Did.CHANGED)
    assert (changed.id, changed.fields, changed.by) == ("c2", ("line",), By.ID)
    area = geopandas.GeoSeries([cell(1, 1, 1, 0.5)], crs=4326).to_crs(32619).area.iloc[0]
    assert changed.changed_m2 == pytest.approx(area, rel=0.01)
    with register.reading() as reading:
        assert [each.revision for each in reading.history(Boundary, "c2")] == [1, 2]
        assert [each.revision for each in reading.history(Territory, "c2")] == [1]


def test_facts_that_the_file_does_not_say_stay(register, take):
    take(councils(families=[150, 20, 30], clase=["urbano", "rural", "mixto"]))
    bare = councils().drop(columns="nombre").assign(families=[151, None, None])
    report = take(bare)
    assert did(report) == ["changed", "unchanged", "unchanged"]
    assert report.outcomes[0].fields == ("families",)
    [kept] = newest(register, Territory, id="c1")
    assert (kept.called, kept.kind, kept.families) == ("Consejo 1", "urban", 151)


def test_one_row_that_is_refused_keeps_the_whole_file_out(register, take):
    frame = councils(3)
    frame.loc[1, "nombre"] = "x" * 201
    report = take(frame)
    assert did(report) == ["new", "refused", "new"]
    assert [each.row for each in report.those(Did.REFUSED)] == [2]
    assert not report.is_written
    assert register.store.sequence() == 0


def test_the_rest_is_taken_when_that_is_asked_for(register, take):
    frame = councils(3)
    frame.loc[1, "nombre"] = "x" * 201
    assert take(frame, skips_refused=True).is_written
    assert {each.id for each in newest(register, Territory)} == {"c1", "c3"}


def test_a_rehearsal_tells_the_same_and_writes_nothing(register, take):
    rehearsed = take(with_commune(councils()), is_rehearsal=True)
    assert not rehearsed.is_written
    assert register.store.sequence() == 0
    done = take(with_commune(councils()))
    assert (did(done), done.memberships) == (did(rehearsed), rehearsed.memberships)


def test_a_group_that_is_nowhere_is_named(take):
    report = take(councils(pertenece_a=["La Nada", None, "La Nada"]))
    assert why(report) == {"Consejo 1": "parent", "Consejo 3": "parent"}
    assert "La Nada" in report.outcomes[0].refused.said("es", "")


def test_a_group_of_the_register_is_found_by_id_code_and_name(register, take):
    commune = geopandas.GeoDataFrame(
        {"id": ["K"], "nombre": ["Ataroa"], "nivel": ["comuna"], "situr": ["C-77"]},
        geometry=[cell(0, 0, 3, 1)],
        crs=4326,
    )
    take(commune, codes={"SITUR": "situr"})
    take(councils(pertenece_a=["K", "C-77", "Ataroa"]))
    assert {each.member for each in newest(register, Membership, group="K")} == {"c1", "c2", "c3"}


def test_who_belongs_to_a_refused_group_is_refused_with_it(take):
    frame = with_commune(councils(), nombre="x" * 300)
    report = take(frame, skips_refused=True)
    assert set(why(report).values()) == {"name", "parent_refused"}
    assert not report.is_written


def test_what_is_no_group_has_no_members(take):
    assert why(take(councils(pertenece_a=["c2", None, None]))) == {"Consejo 1": "parent_level"}


def test_leaving_a_group_takes_an_act(register, take):
    take(with_commune(councils()))
    other = with_commune(councils(), id="L", nombre="Otra")
    assert set(why(take(other)).values()) == {"other_group"}
    [gone] = newest(register, Membership, member="c1")
    with register.writing(OPERATOR, "test") as writing:
        writing.put(replace(gone, until=today()))
    assert why(take(with_commune(councils()))) == {"Consejo 1": "left"}


def test_a_territory_is_found_by_its_code_when_the_file_has_other_ids(register, take):
    take(councils(situr=["001", "002", "003"]), codes={"SITUR": "situr"})
    assert {(each.territory, each.system, each.code) for each in newest(register, Code)} == {
        (f"c{i}", "SITUR", f"00{i}") for i in (1, 2, 3)
    }
    other = councils(situr=["001", "002", "003"]).assign(id=["x", "y", "z"], nombre="Con otro nombre")
    report = take(other, codes={"SITUR": "situr"})
    assert [(each.id, each.by) for each in report.outcomes] == [(f"c{i}", By.CODE) for i in (1, 2, 3)]
    # From now on the file's own ids are known as well.
    assert did(take(other)) == ["unchanged"] * 3


def test_a_territory_is_found_by_its_name_only_where_it_lies(register, take):
    take(councils())
    here = councils().drop(columns="id")
    assert [each.by for each in take(here).outcomes] == [By.NAME] * 3
    far = here.set_geometry(here.translate(1, 0))
    report = take(far)
    assert did(report) == ["new"] * 3
    assert len(newest(register, Territory)) == 6


def test_a_name_that_could_be_several_is_no_guess(register, take):
    frame = councils().assign(nombre="La Ceiba")
    frame.loc[1, "geometry"] = cell(0.5, 0)
    take(frame)
    again = councils(1).drop(columns="id").assign(nombre="La Ceiba")
    assert why(take(again)) == {"La Ceiba": "ambiguous"}


def test_two_rows_for_one_territory_are_both_refused(take):
    take(councils(1))
    twice = pd.concat([councils(1), councils(1)], ignore_index=True).drop(columns="id")
    assert [each.refused.code for each in take(twice).outcomes] == ["import.repeats"] * 2


def test_a_code_is_of_one_territory(take):
    codes = {"SITUR": "situr"}
    twice = councils(2, situr=["1", "1"])
    assert why(take(twice, codes=codes)) == {"Consejo 2": "code_repeats"}
    take(councils(2, situr=["1", "2"]), codes=codes)
    swapped = councils(2, situr=["2", "1"])
    assert set(why(take(swapped, codes=codes)).values()) == {"code_of_other"}


@pytest.mark.parametrize("strange", ["13/05;2", "..", "a\nb", "x" * 150])
def test_an_id_that_cannot_be_one_here_is_kept_as_a_code_and_known_again(register, take, strange):
    frame = with_commune(councils(1), id=strange)
    report = take(frame.assign(pertenece_a=[frame.loc[0, "pertenece_a"] if ";" not in strange else None, None]))
    commune = report.outcomes[1].id
    assert commune != strange
    assert [each.code for each in newest(register, Code, territory=commune)] == [strange]
    assert report.memberships == (";" not in strange)


def test_an_id_that_is_taken_by_something_else_is_replaced(register, take):
    with register.writing(OPERATOR, "test") as writing:
        writing.put(Key(id="c1", role=Role.STEWARD, ends=today(), secret_hash="0"))
    report = take(councils(1))
    assert report.is_written
    assert report.outcomes[0].id != "c1"


def test_publishing_enters_an_act_for_each_line_bound_to_it(register, take):
    report = take(councils(), publication=Publication.EXACT, act_date=ACT)
    assert report.acts == 3
    lines = {each.id: each for each in newest(register, Boundary)}
    for act in newest(register, Act):
        assert (act.kind, act.date, act.version) == (ActKind.PUBLISH, ACT, 1)
        assert act.subject == lines[act.territory].fingerprint
        assert act.terms == {"publication": "exact"}
        assert lines[act.territory].valid_from == ACT
    for each in newest(register, Territory):
        assert (each.publication, each.published) == (Publication.EXACT, 1)
    standing = register.current().standing["c1"]
    assert (standing.publication, standing.published) == (Publication.EXACT, 1)


def test_what_is_in_the_register_is_published_by_a_later_import(register, take):
    take(councils())
    report = take(councils(), publication=Publication.LISTED, act_date=today())
    assert did(report) == ["changed"] * 3
    assert {each.fields for each in report.outcomes} == {("publication",)}
    assert len(newest(register, Act)) == 3
    assert len(newest(register, Boundary, revision=2)) == 0


def test_an_import_that_publishes_nothing_leaves_what_is_published(register, take):
    take(councils(), publication=Publication.EXACT, act_date=ACT)
    moved = councils()
    moved.loc[0, "geometry"] = cell(0, 0, 1, 1.2)
    take(moved)
    [kept] = newest(register, Territory, id="c1")
    assert (kept.publication, kept.published) == (Publication.EXACT, 1)
    assert register.current().standing["c1"].version == 2


def test_an_earlier_act_undoes_no_withdrawal(register, take):
    take(councils(1), publication=Publication.EXACT, act_date=ACT)
    with register.writing(OPERATOR, "test") as writing:
        known = writing.get(Territory, "c1")
        writing.put(replace(known, publication=Publication.PRIVATE, published=None))
        later = ACT + datetime.timedelta(days=30)
        writing.put(Act(id="a-w", territory="c1", kind=ActKind.WITHDRAW, date=later, subject="-"))
    assert why(take(councils(1), publication=Publication.EXACT, act_date=ACT)) == {"Consejo 1": "act_later"}
    after = ACT + datetime.timedelta(days=31)
    assert take(councils(1), publication=Publication.EXACT, act_date=after).acts == 1


def test_publishing_needs_the_date_of_an_act_that_was_held(take):
    with pytest.raises(Unusable, match=r"import\.act_date"):
        take(councils(), publication=Publication.EXACT)
    with pytest.raises(Unusable, match=r"date\.future"):
        take(councils(), publication=Publication.EXACT, act_date=today() + datetime.timedelta(days=1))


def test_a_line_drawn_here_is_not_replaced_unasked(register, take):
    take(councils())
    with register.writing(OPERATOR, "test") as writing:
        line = writing.get(Boundary, "c1")
        drawn = MultiPolygon([cell(0, 0, 1, 1.1)])
        writing.put(replace(line, shape=drawn, method=Method.DRAWN, shown=False, words={"north": "El río"}))
    assert why(take(councils())) == {"Consejo 1": "drawn"}
    assert take(councils(), replaces_drawn=True).is_written
    [line] = newest(register, Boundary, id="c1")
    assert (line.revision, line.method, line.shown, line.words) == (3, Method.IMPORTED, False, {"north": "El río"})


def test_a_line_that_needs_mending_is_kept_mended_only_when_that_is_accepted(register, take):
    frame = councils(2)
    # A line that goes around some ground twice.
    turns = [(1, 0), (4, 0), (4, 3), (2, 3), (2, 1), (5, 1), (5, 2), (1, 2)]
    frame.loc[1, "geometry"] = Polygon([cell(*turn).exterior.coords[3] for turn in turns])
    assert why(take(frame)) == {"Consejo 2": "repair"}
    assert take(frame, takes_repairs=True).is_written
    assert all(each.shape.is_valid for each in newest(register, Boundary))


def test_a_line_that_can_be_no_boundary_is_refused_with_the_finding(take):
    frame = councils(2)
    frame.loc[1, "geometry"] = Polygon([(-69, 10), (-69, 10), (-69, 10), (-69, 10)])
    assert why(take(frame)) == {"Consejo 2": "geometry.invalid"}


def test_a_territory_without_a_line_is_known_and_keeps_the_line_it_gets(register, take):
    frame = councils(2)
    frame.loc[1, "geometry"] = None
    assert did(take(frame)) == ["new", "new"]
    assert {each.id for each in newest(register, Boundary)} == {"c1"}
    assert did(take(councils(2))) == ["unchanged", "changed"]
    assert did(take(frame)) == ["unchanged", "unchanged"]
    assert {each.id for each in newest(register, Boundary)} == {"c1", "c2"}
    frame.loc[0, "geometry"] = None
    assert why(
        take(frame.assign(id=["c8", "c9"], nombre=["a", "b"]), publication=Publication.LISTED, act_date=ACT)
    ) == {
        "a": "publish_line",
        "b": "publish_line",
    }


def test_a_territory_has_one_level_and_does_not_come_back_by_itself(register, take):
    take(councils(2))
    with register.writing(OPERATOR, "test") as writing:
        writing.put(replace(writing.get(Territory, "c2"), until=today()))
    frame = councils(2).assign(nivel=["comuna", "consejo comunal"])
    assert why(take(frame)) == {"Consejo 1": "level", "Consejo 2": "gone"}


def test_lines_are_hidden_from_neighbours_when_that_is_asked_for(register, take):
    take(councils(), shown=False)
    assert not any(each.shown for each in newest(register, Boundary))


def test_other_coordinates_are_told_as_the_datum(register, take):
    take(councils().to_crs(2202))
    assert {each.datum for each in newest(register, Boundary)} == {"EPSG:2202"}


def test_people_stay_out(register, take):
    take(councils(telefono_vocero="0414-1234567"))
    text = "".join(map(str, newest(register, Territory) + newest(register, Code)))
    assert "0414" not in text


def test_only_stewards_import_and_only_the_operator_publishes(take):
    with pytest.raises(NeedsKey):
        take(councils(), access=PUBLIC)
    with pytest.raises(Forbidden):
        take(councils(), access=Access("voc", Role.SPOKESPERSON))
    steward = Access("stew", Role.STEWARD)
    with pytest.raises(Forbidden):
        take(councils(), access=steward, publication=Publication.EXACT, act_date=ACT)
    assert take(councils(), access=steward).is_written


def test_somebody_who_writes_meanwhile_is_not_overwritten(register, tmp_path, monkeypatch):
    """Between reading the register and writing to it, another import of the same file comes."""
    path = tmp_path / "a.gpkg"
    councils().to_file(path)
    read = intake.read(path, profile=PROFILE)
    genuine = register.writing
    is_first = True

    def writing(*args, **options):
        nonlocal is_first
        if is_first:
            is_first = False
            import_layer(register, OPERATOR, read, Choices())
        return genuine(*args, **options)

    monkeypatch.setattr(register, "writing", writing)
    report = import_layer(register, OPERATOR, read, Choices())
    assert did(report) == ["unchanged"] * 3
    assert register.store.sequence() == 1


def test_the_log_says_how_many_and_no_name(register, take):
    take(councils())
    with register.reading() as reading:
        [entry] = list(reading.log())
    assert (entry.action, entry.detail) == ("import", {"new": 3, "changed": 0, "unchanged": 0, "refused": 0})


def test_boundaries_come_back_bit_for_bit(register, take):
    rng = np.random.default_rng(7)
    frame = councils(5)
    frame["geometry"] = [
        MultiPolygon([Polygon(np.round(np.array(cell(i, 0).exterior.coords) + rng.normal(0, 1e-4, 2), 7))])
        for i in range(5)
    ]
    take(frame)
    read = {each.id: each.shape for each in newest(register, Boundary)}
    for id_, shape in zip(frame["id"], frame.geometry, strict=True):
        assert read[id_].normalize().equals_exact(shape.normalize(), tolerance=0)
