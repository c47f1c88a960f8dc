"""Peers are only worth a ratio if they do the work: on a small layer they find what was put in."""

import json
import sys
from collections import Counter
from importlib import import_module

import pandas as pd
import pytest
import shapely
from geopandas import GeoDataFrame

from benchmarks import agreement, measure
from benchmarks.layers import Files, generate
from benchmarks.peers import task, whole
from territory.findings import Code

SIZE = 300
SHAPELY, GEOPANDAS = "with_shapely", "with_geopandas"


@pytest.fixture(scope="module", params=[0.0, 10.0], ids=["clean", "hand-drawn"])
def files(request, tmp_path_factory):
    made = Files(tmp_path_factory.mktemp("layers"), SIZE, request.param)
    generate(made)
    return made


@pytest.fixture(scope="module")
def given(files):
    return task.read(files.councils, files.jurisdictions, files.noise_m)


@pytest.fixture
def answer(files, given, tmp_path):
    def of(peer, what):
        path = tmp_path / f"{what}-{peer}.parquet"
        getattr(import_module(f"benchmarks.peers.{peer}"), what)(given).to_parquet(path)
        return path

    return of


@pytest.mark.parametrize("peer", [SHAPELY, GEOPANDAS])
@pytest.mark.parametrize("what", task.TASKS)
def test_every_task_has_the_answer_of_its_peers(answer, files, peer, what):
    if what == "neighbours" and files.noise_m:
        pytest.skip("looking for shared ground misses neighbours whose lines do not meet")
    assert agreement.tables(what, answer("with_us", what), answer(peer, what))


@pytest.mark.parametrize("peer", ["with_us", SHAPELY, GEOPANDAS, "with_libpysal", "with_gerrychain"])
def test_everybody_knows_most_neighbours(answer, files, peer):
    known = agreement.with_truth(answer(peer, "neighbours"), files.neighbours, files.truth)
    assert known["recall"] >= 0.95
    assert known["precision"] >= 0.95


def test_geoplanar_misses_what_is_drawn_twice(answer, files):
    """The reason why its overlaps differ: DE-9IM "overlaps" is not true of equal and nested polygons."""
    if files.noise_m:
        pytest.skip("drawn by hand, nothing is equal")
    ours, theirs = (pd.read_parquet(answer(peer, "overlaps")) for peer in ("with_us", "with_geoplanar"))
    truth = Counter(pd.read_parquet(files.truth)["code"])
    assert len(ours) - len(theirs) == truth[Code.DUPLICATE] + truth[Code.CONTAINS]


def test_both_whole_checks_find_as_much_as_was_put_in(files):
    found = [peer(files.councils, files.jurisdictions) for peer in whole.PEERS.values()]
    assert agreement.counts(*found, files.noise_m)
    if not files.noise_m:
        truth = pd.read_parquet(files.truth)
        enclosed = (truth["code"] == Code.GAP) & (truth["needs"] == "")
        assert found[0]["gaps"] == enclosed.sum() + (truth["code"] == Code.SLIVER_GAP).sum()


def test_another_answer_is_no_agreement(tmp_path):
    ours, theirs = tmp_path / "ours.parquet", tmp_path / "theirs.parquet"
    table = pd.DataFrame({"left": ["a", "b"], "right": ["b", "c"], "area_m2": [500.0, 900.0]})
    table.to_parquet(ours)
    for other in (table.iloc[:1], table.assign(area_m2=[500.0, 950.0]), table.assign(left=["a", "d"])):
        other.to_parquet(theirs)
        assert not agreement.tables("overlaps", ours, theirs)
    table.rename(columns={"left": "right", "right": "left"}).to_parquet(theirs)
    assert agreement.tables("overlaps", ours, theirs)


def test_counts_of_ours_add_up_what_peers_do_not_tell_apart():
    summary = {"findings": {str(code): {"count": 1} for code in Code}}
    found = agreement.counts_of_ours(summary)
    assert found == {"overlaps": 4, "wide": 3, "gaps": 2, "parted": 2, "crossings": 1}
    assert not agreement.counts(found, {**found, "gaps": 3}, 0.0)
    assert not agreement.counts({**found, "gaps": 200}, {**found, "gaps": 203}, 10.0)


def test_holes_of_a_union_are_its_gaps():
    ground = shapely.box(0, 0, 90, 90) - shapely.box(30, 30, 60, 60)
    [hole] = task.holes(ground)
    assert hole.area == 900
    assert not len(task.holes(shapely.box(0, 0, 1, 1)))


def test_a_council_in_two_communes_counts_in_the_first():
    units = GeoDataFrame({"parent": ["k1;k2", "k3", None]}, geometry=[shapely.Point(0, 0)] * 3)
    assert task.first_commune(units)["parent"].tolist()[:2] == ["k1", "k3"]


def test_a_run_is_weighed_alone():
    weight = measure.weigh([sys.executable, "-c", "x = bytearray(200_000_000); print('done')"], timeout_s=60)
    assert weight.output == "done\n"
    assert weight.peak_mb > 190


def test_a_run_that_fails_or_hangs_is_told_apart():
    with pytest.raises(measure.Failed, match="ValueError: no"):
        measure.weigh([sys.executable, "-c", "raise ValueError('no')"], timeout_s=60)
    with pytest.raises(measure.Failed, match=r"took more than 0\.2 s"):
        measure.weigh([sys.executable, "-c", "import time; time.sleep(60)"], timeout_s=0.2)


def test_a_peer_that_fails_is_not_asked_again():
    asked = Counter()

    def run(name):
        asked[name] += 1
        if name == "broken":
            raise measure.Failed("no")
        return measure.Weight(wall_s=float(asked[name]), cpu_s=0.0, peak_mb=0.0, output=json.dumps(name))

    weights, failed = measure.interleaved({"fine": lambda: run("fine"), "broken": lambda: run("broken")}, runs=3)
    assert asked == {"fine": 3, "broken": 1}
    assert failed == {"broken": "no"}
    assert measure.medians(weights["fine"]).wall_s == 2.0
