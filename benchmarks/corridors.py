"""Joining members at the least cost beside what people use today, and the whole proof of a corridor.

Every run of a peer is a process of its own, peers and we take turns, and figures are medians::

    python -m benchmarks.corridors                      # all cases
    python -m benchmarks.corridors --runs 1 --tasks tree gap --json

Tasks: ``tree`` is one tree through k of n nodes, beside networkx and rustworkx, which know no costs of nodes and
approximate (``peer_excess`` is what their tree costs more, costs counted as they are; ours is the optimum).
``milp`` is the same on small graphs beside integer programming, which has to find the same cost. ``gap`` is what
our tree without proof costs more than the optimum: median and worst of twenty graphs. ``pack`` is a corridor
through a fictitious region: ground, prices, core, proof, reinforced variant and alternatives, in seconds each;
``pack_s`` is all but the ground, which a layer has once.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import shapely

from benchmarks.bars import Row, line, verdict
from benchmarks.measure import Weight, absent, interleaved, medians, weigh

TASKS = ("tree", "milp", "gap", "pack")
TREES = ((1_000, 8), (50_000, 5), (3_000, 13))
PEERS = ("networkx", "rustworkx")
MEMBERS = 4
WIDTH_M = 300.0


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3, help="rounds; figures are medians")
    parser.add_argument("--tasks", nargs="*", choices=TASKS, default=TASKS)
    parser.add_argument("--trees", nargs="*", default=[f"{n},{k}" for n, k in TREES], help="nodes,terminals")
    parser.add_argument("--councils", type=int, default=7_500, help="of the region of the proof pack")
    parser.add_argument("--timeout", type=float, default=1_800, help="seconds for one run of one peer")
    parser.add_argument("--json", action="store_true", help="one object a line")
    asked = parser.parse_args()
    work = {"tree": trees, "milp": small, "gap": gaps, "pack": packs}
    for task in asked.tasks:
        rows = [{"task": task, **row} for row in work[task](asked)]
        for row in [*rows, *_verdicts(task, rows)]:
            print(json.dumps(row) if asked.json else _line(row), flush=True)


def _line(row: Row) -> str:
    return line(row) if "bar" in row else "  ".join(f"{name} {value}" for name, value in row.items())


def _verdicts(task: str, rows: list[Row]) -> Iterator[Row]:
    """What the bars say of the rows of a task."""
    told = [row for row in rows if "failed" not in row]
    if task == "tree":
        # A run that finds no proof ends with an error, so what is here is the optimum.
        asked = [row for row in rows if row["size"] <= 3_000 and row["terminals"] <= 13]
        slowest = max((row["ours_s"] for row in asked), default=0.0)
        is_full = any(row["size"] == 3_000 and row["terminals"] == 13 for row in asked)
        yield verdict(task, f"optimal, {slowest:g} s at most", holds=slowest < 5, is_its_size=is_full)
    elif task == "milp" and told:
        equal = [row["equal"] for row in told]
        yield verdict(task, f"the same on {sum(equal)} of {len(equal)} sets", holds=all(equal))
    elif task == "gap" and told:
        worst = max(row["worst_excess"] for row in told)
        yield verdict(task, f"{worst:.2%} at worst", holds=worst <= 0.02)
    elif task == "pack":
        for row in rows:
            is_full = row["units"] >= 10_000
            yield verdict(task, f"{row['pack_s']:g} s", holds=row["pack_s"] < 1.5, is_its_size=is_full)


def trees(asked: argparse.Namespace) -> Iterator[Row]:
    """Ours beside what people use."""
    for case in asked.trees:
        yield from _beside(PEERS, *map(int, case.split(",")), [1], asked)


def small(asked: argparse.Namespace) -> Iterator[Row]:
    """Ours beside an exact oracle."""
    yield from _beside(["milp"], 60, 5, list(range(1, 6)), asked)


def gaps(asked: argparse.Namespace) -> Iterator[Row]:
    """Ours without proof beside ours with it."""
    for size, count in ((1_000, 8), (3_000, 12)):
        yield from _beside(["near"], size, count, list(range(1, 21)), asked)


def _beside(
    peers: Sequence[str], size: int, terminals: int, seeds: list[int], asked: argparse.Namespace
) -> Iterator[Row]:
    def run(peer: str) -> Weight:
        given = [peer, str(size), str(terminals), "--seeds", *map(str, seeds)]
        weight = weigh([sys.executable, "-m", "benchmarks.peers.trees", *given], timeout_s=asked.timeout)
        return replace(weight, wall_s=json.loads(weight.output)["seconds"] / len(seeds))

    missing = absent({peer: peer for peer in PEERS})
    runs = {peer: partial(run, peer) for peer in ("us", *peers) if peer not in missing}
    weights, failed = interleaved(runs, runs=asked.runs)
    failed |= missing
    ours, cost = medians(weights["us"]), np.array(json.loads(weights["us"][-1].output)["costs"])
    for peer in peers:
        row: Row = {"size": size, "terminals": terminals, "peer": peer, "ours_s": round(ours.wall_s, 4)}
        if peer in failed:
            yield {**row, "failed": failed[peer]}
            continue
        theirs = medians(weights[peer])
        excess = np.array(json.loads(weights[peer][-1].output)["costs"]) / cost - 1
        yield {
            **row,
            "ours_peak_mb": round(ours.peak_mb),
            "peer_s": round(theirs.wall_s, 4),
            "ratio": round(theirs.wall_s / ours.wall_s, 2),
            "peer_excess": round(float(np.median(excess)), 5),
            "worst_excess": round(float(excess.max()), 5),
            "equal": bool(np.abs(excess).max() < 1e-6),
        }


def packs(asked: argparse.Namespace) -> Iterator[Row]:
    """A corridor from end to end of a region, with uncovered land around it."""
    from territory.demo import region
    from territory.geo.corridors import Ground, alternatives, core, price, proof, reinforced
    from territory.geo.crs import to_metres
    from territory.geo.gaps import cover

    layer = region(asked.councils, seed=1, faults=False).layer
    councils = layer[layer["level"] == "council"]
    units = to_metres(councils.geometry)
    communes = councils["parent"].str.split(";").str[0]
    land = shapely.convex_hull(cover(units))
    west_to_east = units.centroid.x.groupby(communes).mean().sort_values().index
    members = [west_to_east[k] for k in np.linspace(0, len(west_to_east) - 1, MEMBERS + 2).astype(int)[1:-1]]
    seconds: dict[str, list[float]] = {}

    def timed(name: str, function: Any, *given: Any, **more: Any) -> Any:
        began = time.perf_counter()
        answer = function(*given, **more)
        seconds.setdefault(name, []).append(time.perf_counter() - began)
        return answer

    for _ in range(asked.runs + 1):
        ground = timed("ground", Ground.of, units, width_m=WIDTH_M, tolerance_m=10.0, land=land)
        problem = timed("price", price, ground, members, communes)
        corridor = timed("core", core, problem)
        told = timed("proof", proof, problem, corridor, families=councils["families"])
        timed("reinforced", reinforced, problem, corridor)
        timed("alternatives", alternatives, problem, corridor)
    # The first round loads or compiles the kernels.
    took = {f"{name}_s": round(median(values[1:]), 3) for name, values in seconds.items()}
    yield {
        "units": len(ground.units),
        "uncovered": int(ground.is_uncovered.sum()),
        "taken": len(corridor.units),
        "length_km": round(told.length_m / 1000, 1),
        "cuts": len(told.cuts),
        **took,
        "pack_s": round(sum(took.values()) - took["ground_s"], 3),
    }


if __name__ == "__main__":
    main()
