"""What is taken out of one register can be taken into another, and nobody takes out what they may not see."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
import shapely
from desk import square
from geopandas import GeoSeries

from territory import intake
from territory.export import Form
from territory.geo.repair import canonical
from territory.model import WGS84, Publication, Surroundings, as_layer
from territory.profiles import load_profile
from territory.records import Boundary, Code, Membership, Method, Role, Territory
from territory.services.access import OPERATOR, PUBLIC, Access
from territory.services.errors import Unusable
from territory.services.exporting import layer_for, whole_layer, write_layer
from territory.services.import_plan import Choices, Did
from territory.services.importing import import_layer, keep_region
from territory.services.matching import Directory
from territory.services.publishing import public_register
from territory.services.register import Register
from territory.store import open_store

PROFILE = load_profile()
FOUNDED, REDRAWN = datetime.date(2024, 4, 21), datetime.date(2025, 1, 1)
LEVELS = {
    "c-1": Publication.EXACT,
    "c-2": Publication.GENERAL,
    "c-3": Publication.LISTED,
    "c-4": Publication.PRIVATE,
    "c-5": Publication.PRIVATE,
    "K": Publication.EXACT,
}


@pytest.fixture
def opened(tmp_path):
    """Open registers in files of their own."""
    stores = []

    def opened(name):
        stores.append(open_store(f"sqlite:///{tmp_path}/{name}.db", create=True))
        return Register(stores[-1], PROFILE)

    yield opened
    for store in stores:
        store.close()


@pytest.fixture
def register(opened):
    """Five councils of a commune, one of them described only, and two of them on a corridor as well."""
    register = opened("first")
    shapes = [square(i) for i in range(4)] + [square(0, -1, 4)]
    drawn = canonical(GeoSeries(shapes, ["c-1", "c-2", "c-3", "c-4", "K"], crs=WGS84))
    layer = as_layer(
        drawn,
        name=["=El Ají", "La Ceiba", "Río 'Claro'", "El Cardón", "Ataroa"],
        level=["council"] * 4 + ["commune"],
        parent=["K"] * 4 + [None],
        kind=["urban", "rural", None, "mixed", None],
        families=[171, 23, 4, None, None],
    )
    keep_region(register, layer, Surroundings(), publication=Publication.EXACT, since=FOUNDED)
    with register.writing(OPERATOR, "test") as writing:
        writing.put(Territory(id="c-5", level="council", called="Sin línea", kind="rural", families=40))
        writing.put(Territory(id="E", level="corridor", called="Negro Miguel"))
        for member, group in (("c-5", "K"), ("c-1", "E"), ("c-4", "E")):
            writing.put(Membership(id=f"m-{member}-{group}", member=member, group=group))
        for territory, system, code in (("c-1", "SITUR", "007"), ("c-5", "SITUR", "1"), ("c-1", "otro", "=1+1")):
            writing.put(Code(id=f"k-{territory}-{system}", territory=territory, system=system, code=code))
        writing.put(Code(id="k-old", territory="c-2", system="SITUR", code="9", until=FOUNDED))
        line = writing.get(Boundary, "c-4")
        writing.put(
            replace(line, shape=square(3, size=0.5), method=Method.WALKED, valid_from=REDRAWN, shown=False)
        )
        for each, publication in LEVELS.items():
            known = writing.get(Territory, each)
            writing.put(replace(known, publication=publication))
    return register


def kept(register):
    """What a register holds of its territories that a file can give back."""
    with register.reading() as reading:
        territories = {
            each.id: (each.called, each.level, each.kind, each.families) for each in reading.find(Territory)
        }
        lines = {each.id: shapely.to_wkb(each.shape) for each in reading.find(Boundary)}
        groups = {(each.member, each.group) for each in reading.find(Membership)}
        codes = {(each.territory, each.system, each.code) for each in reading.find(Code) if each.until is None}
    return territories, lines, groups, codes


@pytest.fixture
def taken_out(register, tmp_path):
    """Export, and read the file again."""

    def taken_out(access, form=Form.GPKG, **options):
        path = tmp_path / f"out{form.suffix}"
        layer = layer_for(register, access, **options)
        write_layer(layer, path, form)
        read = intake.read(path, profile=PROFILE)
        assert len(read.told) == len(layer)
        return read

    return taken_out


@pytest.mark.parametrize("form", Form)
def test_what_the_operator_takes_out_makes_the_same_register_again(register, opened, taken_out, form):
    read = taken_out(OPERATOR, form)
    second = opened("second")
    report = import_layer(second, OPERATOR, read, Choices())
    assert {each.did for each in report.outcomes} == {Did.NEW}
    assert kept(second) == kept(register)


@pytest.mark.parametrize("form", Form)
def test_it_changes_nothing_in_the_register_that_it_comes_from(register, taken_out, form):
    before = register.store.sequence()
    report = import_layer(register, OPERATOR, taken_out(OPERATOR, form), Choices())
    assert {each.did for each in report.outcomes} == {Did.UNCHANGED}
    assert register.store.sequence() == before


def test_a_steward_takes_out_everything_and_how_each_line_was_made(register):
    layer = whole_layer(register, Access("s", Role.STEWARD))
    assert layer.index.tolist() == ["E", "K", "c-1", "c-2", "c-3", "c-4", "c-5"]
    assert layer.loc["c-1", "codes"] == {"SITUR": "007", "otro": "=1+1"}
    assert layer.loc["c-2", "codes"] is None
    assert layer.loc["c-1", "parent"] == "E;K"
    last = layer.loc["c-4", ["publication", "version", "method", "valid_from"]].tolist()
    assert last == ["private", 2, "walked", REDRAWN]
    assert layer.loc["c-5", ["version", "method", "valid_from"]].tolist() == [None, None, None]
    assert layer.geometry.isna().tolist() == [True, False, False, False, False, False, True]


def test_the_past_is_taken_out_as_it_was(register):
    layer = whole_layer(register, OPERATOR, REDRAWN - datetime.timedelta(days=1))
    assert layer.loc["c-4", ["version", "method", "valid_from"]].tolist() == [1, "imported", FOUNDED]
    assert layer.geometry["c-4"].equals(square(3))
    assert whole_layer(register, OPERATOR, FOUNDED - datetime.timedelta(days=1)).geometry.isna().all()


@pytest.mark.parametrize("role", [Role.HELPER, Role.SPOKESPERSON, Role.ORGANIZER, Role.STEWARD])
def test_a_key_takes_out_what_it_covers_and_nothing_of_its_neighbours(register, role):
    assert whole_layer(register, Access("k", role, frozenset({"c-4", "none"}))).index.tolist() == ["c-4"]
    around = Access("k", role, area=square(2.1, size=0.8))
    assert whole_layer(register, around).index.tolist() == ["c-3"]


def test_who_has_no_role_takes_out_nothing_whole(register):
    assert whole_layer(register, Access("nobody")).empty
    assert whole_layer(register, PUBLIC).empty


@pytest.mark.parametrize("form", Form)
def test_everybody_takes_out_what_is_published_and_no_more(register, taken_out, form):
    read = taken_out(PUBLIC, form)
    assert read.told.index.tolist() == ["K", "c-1", "c-2", "c-3"]
    assert read.told["parent"].tolist()[2:] == ["K", "K"]
    assert "E" not in "".join(read.told["parent"].dropna())
    assert read.undrawn.tolist() == ["c-3"]
    assert read.layer["families"].isna().all()
    assert sorted(read.beside) == ["municipality", "municipality_source", "publication"]
    shown = public_register(register).layer.geometry[read.layer.index]
    assert shapely.equals(read.layer.geometry.array, shown.array).all()


def test_a_level_and_a_place_can_be_asked_for(register, taken_out):
    assert taken_out(OPERATOR, level="commune").told.index.tolist() == ["K"]
    box = tuple(square(2.1, size=0.5).bounds)
    assert taken_out(OPERATOR, bbox=box, level="council").told.index.tolist() == ["c-3"]
    assert layer_for(register, PUBLIC, bbox=box, level="council").empty
    with pytest.raises(Unusable):
        taken_out(OPERATOR, level="galaxy")


def test_every_row_of_a_fictitious_register_says_so(opened, tmp_path):
    register = opened("demo")
    layer = as_layer(GeoSeries([square(0)], ["c"], crs=WGS84))
    keep_region(register, layer, Surroundings(is_fictitious=True), publication=Publication.EXACT)
    for access in (OPERATOR, PUBLIC):
        path = tmp_path / "demo.csv"
        write_layer(layer_for(register, access), path, Form.CSV)
        assert intake.read(path, profile=PROFILE).beside["fictitious"].tolist() == ["true"]


def test_a_code_of_a_territory_can_be_many(register, opened, taken_out):
    with register.writing(OPERATOR, "test") as writing:
        writing.put(Code(id="k-more", territory="c-1", system="SITUR", code="008"))
    read = taken_out(OPERATOR, Form.PARQUET)
    second = opened("second")
    import_layer(second, OPERATOR, read, Choices())
    with second.reading() as reading:
        assert Directory(reading).codes.keys() >= {("SITUR", "007"), ("SITUR", "008")}
