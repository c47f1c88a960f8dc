"""The benchmarks of regions and access run, and their judge knows a good division from a bad one."""

import json
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from benchmarks.peers import with_gerrychain, with_us
from benchmarks.peers.dividing import Problem

ROOT = Path(__file__).parents[2]


@pytest.fixture
def block():
    """Six by four squares; from three to five make a region."""
    names = [f"{x}.{y}" for x in range(6) for y in range(4)]
    squares = [box(x * 100, y * 100, x * 100 + 100, y * 100 + 100) for x in range(6) for y in range(4)]
    units = gpd.GeoDataFrame(geometry=squares, index=names, crs=32619)
    pairs = [(f"{x}.{y}", f"{x + 1}.{y}") for x in range(5) for y in range(4)]
    pairs += [(f"{x}.{y}", f"{x}.{y + 1}") for x in range(6) for y in range(3)]
    touching = pd.DataFrame(pairs, columns=["left", "right"]).assign(width_m=100.0, is_rook=True)
    return Problem(units, touching, 3, 5)


def test_columns_of_four_are_judged_by_their_shape(block):
    columns = pd.Series([int(name[0]) for name in block.units.index], index=block.units.index, dtype="Int64")
    assert block.judge(columns) == {"served": 24, "regions": 6, "compactness": 0.5027}


def test_regions_in_two_pieces_or_too_large_serve_nobody(block):
    number = pd.Series(0, index=block.units.index, dtype="Int64")
    number[["0.0", "2.0", "4.0"]] = 1
    number[["0.3", "1.3", "2.3"]] = 2
    assert block.judge(number)["served"] == 3
    assert block.judge(number.where(number == 3))["served"] == 0


def test_we_and_gerrychain_serve_everybody(block):
    for peer in (with_us, with_gerrychain):
        found = block.judge(peer.divide(block))
        assert found["served"] == 24
        assert found["compactness"] > 0.5


def test_times_by_road_are_those_of_networkx():
    command = [sys.executable, "-m", "benchmarks.access", "--nodes", "400", "--runs", "1", "--json"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    row, bar = map(json.loads, run.stdout.splitlines())
    assert row["equal"] is bar["holds"] is True


def test_a_town_of_the_benchmark_is_served(tmp_path):
    command = [
        sys.executable,
        "-m",
        "benchmarks.regions",
        "--size",
        "300",
        "--runs",
        "1",
        "--towns",
        "1",
        "--json",
    ]
    command += ["--tasks", "towns", "--folder", str(tmp_path), "--peers", "with_metis"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    ours, metis, bar = map(json.loads, run.stdout.splitlines())
    assert ours["ours_left_over"] == ours["bound"] == 0
    assert ours["ours_compactness"] > 0.3
    assert bar["found"].startswith("0.0% above the bound")
    if find_spec("pymetis"):
        assert metis["peer_left_over"] == 0
    else:
        assert metis["failed"] == "not installed"


@pytest.mark.parametrize(
    ("package", "peer", "way"),
    [
        ("spopt", "with_spopt", "divide"),
        ("spopt", "with_spopt", "skater"),
        ("spopt", "with_spopt", "azp"),
        ("spopt", "with_spopt", "ward"),
        ("pymetis", "with_metis", "divide"),
        ("kahip", "with_kahip", "divide"),
    ],
)
def test_each_peer_divides_all_that_hangs_together(block, package, peer, way):
    pytest.importorskip(package)
    found = getattr(import_module(f"benchmarks.peers.{peer}"), way)(block)
    assert found.notna().all()
    assert found.nunique() > 1
