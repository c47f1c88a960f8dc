"""``territory border``: what neighbours say of their line, entered where the store is."""

import json
import re

import pytest
from places import cell, layer
from registers import published
from shapely import union_all

from territory.model import Publication
from territory.profiles import load_profile
from territory.records import Boundary, Dispute, DisputeState
from territory.services.storing import open_register


@pytest.fixture
def store(tmp_path):
    """Two councils that both claim the cell between them, and one far away."""
    shapes = {
        "a": union_all([cell(0, 0), cell(1, 0)]),
        "b": union_all([cell(1, 0), cell(2, 0)]),
        "c": cell(9, 9),
    }
    councils = layer(shapes, name=["El Ají", "La Ceiba", "El Cují"], level=["council"] * 3, kind="rural")
    return published(tmp_path / "register.db", councils, publication=Publication.PRIVATE)


@pytest.fixture
def ask(run, capsys):
    """Run a command and give what it said."""

    def ask(*arguments, **options):
        run("border", *arguments, "--lang", "en", **options)
        told = capsys.readouterr()
        return told.out + told.err

    return ask


def strip_of(ask, store):
    told = json.loads(ask("show", "a", "b", "--store", store, "--format", "json"))
    [piece] = [each for each in told["pieces"] if each["kind"] == "overlap"]
    return piece


def test_a_border_tells_its_pieces_and_the_dispute(ask, store):
    told = ask("show", "b", "a", "--store", store)
    assert strip_of(ask, store)["id"] in told
    assert "Nobody asked yet" in told
    assert "Open dispute" in told


def test_a_proposal_that_is_accepted_moves_both_lines_and_ends_the_dispute(ask, store):
    piece = strip_of(ask, store)["id"]
    proposed = ask("propose", "a", "b", piece, "--way", "to_right", "--store", store)
    stretch, revision = re.match(r"(\S+) \((\d+)\)", proposed).groups()
    assert "La Ceiba" in proposed
    assert stretch in ask("show", "a", "b", "--store", store)
    ask("answer", stretch, "accept", "--revision", revision, "--store", store)

    register = open_register(str(store), load_profile())
    with register.reading() as reading:
        left, right = (reading.get(Boundary, each).shape for each in "ab")
        [dispute] = reading.find(Dispute)
    register.store.close()
    assert left.intersection(right).area == 0
    assert (left.bounds[2], right.bounds[0]) == (-69.295, -69.295)
    assert dispute.state is DisputeState.SETTLED


def test_an_objection_says_why(ask, store):
    piece = strip_of(ask, store)["id"]
    stretch = ask("propose", "b", "a", piece, "--way", "disagree", "--store", store).split()[0]
    ask("answer", stretch, "object", "--revision", "1", "--store", store, code=2)
    assert stretch in ask("answer", stretch, "object", "--revision", 1, "--reasons", "La fila", "--store", store)


def test_those_who_are_no_neighbours_have_no_line(ask, store):
    assert "no line in common" in ask("show", "a", "c", "--store", store)
    ask("show", "a", "nobody", "--store", store, code=2)
