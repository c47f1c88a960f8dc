"""``territory act`` and ``acts``: decisions entered where the store is, told in plain words."""

import datetime
import json

import pytest

from territory.model import Publication
from territory.profiles import load_profile
from territory.records import Territory
from territory.services.storing import open_register

TODAY = datetime.date.today().isoformat()


@pytest.fixture
def store(row_in_a_commune):
    """Councils to decide for."""
    return row_in_a_commune


def kept(store, territory):
    register = open_register(str(store), load_profile())
    with register.reading() as reading:
        known, parent = reading.get(Territory, territory), register.current().standing[territory].parent
    register.store.close()
    return known, parent


def test_publishing_and_withdrawing_are_told_in_a_line_each(run, store, capsys):
    run("act", "publish", "c00", "--version", 1, "--as", "general", "--date", TODAY, "--store", store)
    assert capsys.readouterr().out.strip().endswith(f": El Ají publica su línea ({TODAY}).")
    assert kept(store, "c00")[0].publication is Publication.GENERAL
    run("act", "withdraw", "c00", "--store", store)
    assert "deja de publicarse" in capsys.readouterr().out
    assert kept(store, "c00")[0].publication is Publication.PRIVATE


def test_who_leaves_is_told_with_what_it_means_for_both_sides(run, store, capsys):
    run("act", "leave", "c00", "c10", "--group", "comuna", "--date", TODAY, "--store", store)
    told = capsys.readouterr().out
    assert told.count("sale de Río Turbio") == 2
    assert "  Hoy\n    Miembros: 3.\n" in told
    assert "  Después\n    Miembros: 1.\n" in told
    assert "  Los que salen, si formaran un grupo propio\n    Miembros: 2.\n" in told
    assert "Salen y no están en otro grupo: 2 (El Ají y La Ceiba)." in told
    assert [kept(store, each)[1] for each in ("c00", "c10", "c20")] == [None, None, "comuna"]


def test_a_council_joins_and_its_acts_are_listed(run, store, capsys):
    run("act", "ratify", "c30", "--version", 1, "--date", "2025-05-01", "--attended", 40, "--store", store)
    run("act", "join", "c30", "--group", "comuna", "--date", TODAY, "--store", store)
    capsys.readouterr()
    run("acts", "c30", "--store", store)
    assert capsys.readouterr().out.splitlines() == [
        "2025-05-01  ratifica su línea, versión 1, es la línea de hoy",
        f"{TODAY}  entra en Río Turbio",
    ]
    run("acts", "c30", "--store", store, "--format", "json")
    ratified, joined = json.loads(capsys.readouterr().out)["acts"]
    assert (ratified["attended"], ratified["is_current"], ratified["is_published"]) == (40, True, False)
    assert (joined["terms"], joined["is_current"]) == ({"group": "comuna"}, None)


def test_the_acts_of_one_that_is_no_more_can_still_be_read(run, store, capsys):
    run("act", "dissolve", "comuna", "--date", TODAY, "--store", store)
    capsys.readouterr()
    run("acts", "comuna", "--store", store, "--lang", "en")
    assert capsys.readouterr().out == f"{TODAY}  is no more, version 1, is the line of today\n"


def test_a_territory_without_acts_says_so(run, store, capsys):
    run("acts", "c00", "--store", store)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "Todavía no hay actas.\n")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["ratify", "c00", "--date", TODAY], "--version"),
        (["ratify", "c00", "--version", 1], "--date"),
        (["publish", "c00", "--version", 1, "--date", TODAY], "--as"),
        (["join", "c30", "--date", TODAY], "--group"),
        (["withdraw", "c00", "--attended", 3], "--date"),
        (["ratify", "c00", "c10", "--version", 1, "--date", TODAY], "un solo territorio"),
        (["ratify", "c00", "--version", 2, "--date", TODAY], "versión 1"),
        (["ratify", "nadie", "--version", 1, "--date", TODAY], "nadie"),
        (["ratify", "c00", "--version", 1, "--date", "2999-01-01"], "2999"),
        (["leave", "c30", "--group", "comuna", "--date", TODAY], "no es parte"),
    ],
)
def test_what_makes_no_act_is_said(run, store, capsys, typed, said):
    run("act", *typed, "--store", store, code=2)
    assert said in capsys.readouterr().err


def test_a_referendum_that_too_few_voted_in_is_refused_with_its_source(run, store, capsys):
    numbers = ["--eligible", 100, "--attended", 10, "--in-favour", 9, "--against", 1]
    how = ["--date", TODAY, "--form", "referendum", *numbers]
    run("act", "ratify", "c00", "--version", 1, *how, "--store", store, code=2)
    assert "Ley Orgánica de las Comunas (leído en la ley)" in capsys.readouterr().err
