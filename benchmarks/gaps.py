"""Gaps of a layer drawn by hand beside what is left of the land, and beside a coverage that was cleaned first.

Every run is a process of its own, peers and we take turns, and figures are medians::

    python -m benchmarks.gaps                            # 50,000 councils, ±5, ±10 and ±20 m
    python -m benchmarks.gaps --size 5000 --noise 10 --runs 1 --json

All are given the councils and the land, in metres, and asked for uncovered ground wider than two drawings of one
line can lie apart. ``difference`` is the land less the union, taken apart; ``coverage_clean`` is GEOS's, told to
close what is narrower, and then the same. ``found`` counts pieces, ``both`` the true gaps that any piece meets,
``alike`` is the ground in common by the ground of either; ``emptied`` counts councils that a peer left with no
ground. Between some neighbours the truth leaves a strip of some metres, and two hands that each stray from it make
it as wide as a gap: ``widened`` counts pieces that meet such a strip and no gap, ``false`` what meets neither.
``ratio`` is the peer's time by ours.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from geopandas import GeoSeries, read_parquet

from benchmarks.bars import Row, line, verdict
from benchmarks.layers import Files
from benchmarks.measure import Failed, Weight, interleaved, medians, weigh
from benchmarks.peers.task import MIN_AREA_M2, SLIVER_M, laea
from territory.findings import Code
from territory.geo.gaps import gaps

OURS = "us"


def _us(units: GeoSeries, land: shapely.Geometry, width_m: float) -> tuple[np.ndarray, int]:
    found = gaps(units, width_m=width_m, land=land, with_slivers=False)
    return np.asarray(found.geometry.array), 0


def _difference(units: GeoSeries, land: shapely.Geometry, width_m: float) -> tuple[np.ndarray, int]:
    return _pieces(land, shapely.union_all(np.asarray(units.array))), 0


def _coverage_clean(units: GeoSeries, land: shapely.Geometry, width_m: float) -> tuple[np.ndarray, int]:
    cleaned = shapely.coverage_clean(np.asarray(units.array), gap_width=width_m)
    return _pieces(land, shapely.coverage_union_all(cleaned)), int(shapely.is_empty(cleaned).sum())


def _pieces(land: shapely.Geometry, covered: shapely.Geometry) -> np.ndarray:
    pieces = shapely.get_parts(shapely.difference(land, covered))
    return np.asarray(pieces[shapely.area(pieces) >= MIN_AREA_M2])


WAYS: dict[str, Callable[[GeoSeries, shapely.Geometry, float], tuple[np.ndarray, int]]] = {
    OURS: _us,
    "difference": _difference,
    "coverage_clean": _coverage_clean,
}


def main() -> None:
    """Command line."""
    asked = _asked()
    if asked.run:
        _run(asked.run, Files(asked.folder, asked.size, asked.noise[0], asked.seed))
        return
    for noise_m in asked.noise:
        rows = list(_rows(Files(asked.folder, asked.size, noise_m, asked.seed), asked))
        for row in rows:
            print(json.dumps(row) if asked.json else _line(row), flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000, help="councils")
    parser.add_argument("--noise", type=float, nargs="*", default=[5.0, 10.0, 20.0], help="metres")
    parser.add_argument("--runs", type=int, default=3, help="rounds; figures are medians")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run of one peer")
    parser.add_argument("--json", action="store_true", help="one object a line")
    folder = Path(tempfile.gettempdir()) / "territory-benchmarks"
    parser.add_argument("--folder", type=Path, default=folder, help="where generated layers are kept")
    parser.add_argument("--run", choices=WAYS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _rows(files: Files, asked: argparse.Namespace) -> Iterator[Row]:
    files.make()

    def run(who: str) -> Weight:
        given = ["--run", who, "--size", files.size, "--noise", files.noise_m, "--seed", files.seed]
        command = [sys.executable, "-m", "benchmarks.gaps", *map(str, given), "--folder", str(files.folder)]
        weight = weigh(command, timeout_s=asked.timeout)
        return replace(weight, wall_s=json.loads(weight.output)["seconds"])

    weights, failed = interleaved({who: partial(run, who) for who in WAYS}, runs=asked.runs)
    if OURS in failed:
        raise Failed(failed[OURS])
    ours_s = medians(weights[OURS]).wall_s
    about = {"task": "gaps", "size": files.size, "noise": files.noise_m}
    for who in WAYS:
        if who in failed:
            yield {**about, "peer": who, "failed": failed[who]}
            continue
        its = medians(weights[who])
        told = {**json.loads(its.output), "seconds": round(its.wall_s, 3), "peak_mb": round(its.peak_mb)}
        yield {**about, "peer": who, **told, "ratio": round(its.wall_s / ours_s, 2)}
    ours = json.loads(weights[OURS][-1].output)
    found = f"{ours['false']} that are not there, {ours['both']} of {ours['true']} found"
    yield verdict("gaps", found, holds=not ours["false"] and ours["both"] >= 0.99 * ours["true"])


def _run(who: str, files: Files) -> None:
    """Look for gaps in this process; print what they are worth and the seconds they took, reading left out."""
    councils = pyogrio.read_dataframe(files.councils, use_arrow=True).set_index("id")
    crs = laea(councils)
    units = councils.geometry.to_crs(crs)
    land = pyogrio.read_dataframe(files.land, use_arrow=True).to_crs(crs).union_all()
    truth = read_parquet(files.truth).to_crs(crs)
    true = truth.geometry[(truth["code"] == Code.GAP) & truth["needs"].isin(["", "land"])]
    strips = truth.geometry[truth["code"] == Code.SLIVER_GAP]
    width_m = max(SLIVER_M, 2 * files.noise_m)
    # Once on a few councils, so that what is imported or compiled late is not measured.
    few = units.head(50)
    WAYS[who](few, shapely.box(*few.total_bounds), width_m)
    began = time.perf_counter()
    found, emptied = WAYS[who](units, land, width_m)
    took_s = time.perf_counter() - began
    print(json.dumps({**_compared(found, true, strips), "emptied": emptied, "seconds": took_s}))


def _compared(found: np.ndarray, true: GeoSeries, strips: GeoSeries) -> Row:
    """What was found beside the gaps that are there, and the strips that two drawings may have widened to gaps."""
    gap, met = true.sindex.query(found, predicate="intersects")
    common, either = (
        shapely.area(shapely.union_all(pieces))
        for pieces in (
            shapely.intersection(found[gap], np.asarray(true.array)[met]),
            [*found, *true.array],
        )
    )
    others = np.delete(found, np.unique(gap))
    widened = len(np.unique(strips.sindex.query(others, predicate="intersects")[0]))
    return {
        "true": len(true),
        "found": len(found),
        "both": len(np.unique(met)),
        "widened": widened,
        "false": len(others) - widened,
        "alike": round(common / either, 4),
    }


def _line(row: Row) -> str:
    if "bar" in row:
        return line(row)
    where = f"gaps {row['size']:>7} ±{row['noise']:<4g} {row['peer']:<14}"
    if "failed" in row:
        return f"{where} {row['failed']}"
    return (
        f"{where} {row['seconds']:>8.2f} s {row['peak_mb']:>5} MB   true {row['true']:>5}  found {row['found']:>6}"
        f"  both {row['both']:>5}  widened {row['widened']:>3}  false {row['false']:>6}"
        f"  alike {row['alike']:.3f}  emptied {row['emptied']:>4}"
        f"   ratio {row['ratio']:>6.2f}"
    )


if __name__ == "__main__":
    main()
