"""Nearest seats by road beside networkx: the same grid of streets, the same seats, the same times.

Every run is a process of its own, peers and we take turns, and figures are medians::

    python -m benchmarks.access                          # 90,000 and 1,000,000 nodes
    python -m benchmarks.access --nodes 10000 --runs 1 --json

``ours_s`` and ``peer_s`` are the search alone, on a network that stands; ``ratio`` is the peer's time by ours and
``equal`` says whether all times are the same. ``build_s`` is what our network takes from lines in metres.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from benchmarks.bars import Row, line, verdict
from benchmarks.measure import Weight, absent, interleaved, medians, weigh

STREET_M = 80.0
SEATS_PER_NODE = 1 / 2_000
OURS = "us"
PEERS = ("networkx",)


def main() -> None:
    """Command line."""
    asked = _asked()
    if asked.run:
        _run(asked.run, asked.nodes[0], asked.seed, asked.output)
        return
    for nodes in asked.nodes:
        rows = _rows(nodes, asked)
        compared = [row for row in rows if "equal" in row]
        found = ", ".join(f"as {row['peer']}, {row['ratio']:g} × as fast" for row in compared if row["equal"])
        if compared:
            rows.append(verdict("access", found or "others", holds=all(row["equal"] for row in compared)))
        for row in rows:
            print(json.dumps(row) if asked.json else _line(row), flush=True)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, nargs="*", default=[90_000, 1_000_000])
    parser.add_argument("--runs", type=int, default=3, help="rounds; figures are medians")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=900, help="seconds for one run of one peer")
    parser.add_argument("--json", action="store_true", help="one object a line")
    parser.add_argument("--run", choices=(OURS, *PEERS), help=argparse.SUPPRESS)
    parser.add_argument("--output", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _rows(nodes: int, asked: argparse.Namespace) -> list[Row]:
    missing = absent({peer: peer for peer in PEERS})
    peers = [peer for peer in PEERS if peer not in missing]
    with tempfile.TemporaryDirectory() as folder:
        answer = {peer: Path(folder) / f"{peer}.npy" for peer in (OURS, *peers)}

        def run(peer: str) -> Weight:
            given = ["--run", peer, "--nodes", str(nodes), "--seed", str(asked.seed), "--output", answer[peer]]
            weight = weigh([sys.executable, "-m", "benchmarks.access", *given], timeout_s=asked.timeout)
            return replace(weight, wall_s=json.loads(weight.output)["search_s"])

        weights, failed = interleaved({peer: partial(run, peer) for peer in answer}, runs=asked.runs)
        failed |= missing
        mine = medians(weights[OURS])
        told = json.loads(mine.output)
        rows = []
        for peer in PEERS:
            row = {"task": "access", "size": told["nodes"], "peer": peer, "ours_s": round(mine.wall_s, 3)}
            row |= {"build_s": round(told["build_s"], 2), "ours_peak_mb": round(mine.peak_mb)}
            if peer in failed:
                rows.append({**row, "failed": failed[peer]})
                continue
            its = medians(weights[peer])
            equal = np.allclose(np.load(answer[OURS]), np.load(answer[peer]), rtol=1e-9)
            measured = {"peer_s": round(its.wall_s, 3), "peer_peak_mb": round(its.peak_mb)}
            rows.append({**row, **measured, "ratio": round(its.wall_s / mine.wall_s, 2), "equal": bool(equal)})
        return rows


def _streets(nodes: int, rng: np.random.Generator) -> tuple[GeoSeries, pd.Series, pd.Series]:
    """Streets of a town with corners that are no right angles; some are missing, slow or one way."""
    side = math.isqrt(nodes)
    x, y = np.meshgrid(np.arange(side), np.arange(side))
    corners = np.stack([x, y], axis=-1).reshape(-1, 2) * STREET_M + rng.uniform(-20, 20, (side * side, 2))
    number = np.arange(side * side).reshape(side, side)
    begin = np.r_[number[:, :-1].ravel(), number[:-1].ravel()]
    end = np.r_[number[:, 1:].ravel(), number[1:].ravel()]
    keep = rng.uniform(size=len(begin)) < 0.9
    begin, end = begin[keep], end[keep]
    lines = GeoSeries(shapely.linestrings(np.stack([corners[begin], corners[end]], axis=1)), crs="EPSG:32619")
    return (
        lines,
        pd.Series(rng.choice([15.0, 30.0, 50.0], len(lines))),
        pd.Series(rng.uniform(size=len(lines)) < 0.1),
    )


def _run(who: str, count: int, seed: int, output: Path) -> None:
    """Find the nearest seat of each node in this process and print the seconds that took."""
    from territory.geo.access import nearest_seats
    from territory.geo.roads import Roads

    rng = np.random.default_rng(seed)
    lines, speeds, oneway = _streets(count, rng)
    began = time.perf_counter()
    roads = Roads.of(lines, speeds_kmh=speeds, oneway=oneway, step_m=10 * STREET_M)
    build_s = time.perf_counter() - began
    nodes = len(roads.nodes)
    seats = pd.DataFrame({"node": rng.choice(nodes, max(1, int(nodes * SEATS_PER_NODE)), replace=False)})
    if who == OURS:
        began = time.perf_counter()
        times = nearest_seats(roads, seats)["time_s"].to_numpy()
    else:
        import networkx

        graph = networkx.DiGraph()
        graph.add_nodes_from(range(nodes))
        arcs = roads.times.tocoo()
        ends = (arcs.coords[1].tolist(), arcs.coords[0].tolist())
        graph.add_weighted_edges_from(zip(*ends, arcs.data.tolist(), strict=True))
        began = time.perf_counter()
        reached = networkx.multi_source_dijkstra_path_length(graph, set(seats["node"].tolist()))
        times = np.full(nodes, np.inf)
        times[list(reached)] = list(reached.values())
    search_s = time.perf_counter() - began
    np.save(output, times)
    print(json.dumps({"nodes": nodes, "build_s": build_s, "search_s": search_s}))


def _line(row: Row) -> str:
    if "bar" in row:
        return line(row)
    ours = f"ours {row['ours_s']:>7.3f} s {row['ours_peak_mb']:>5} MB (network {row['build_s']:.2f} s)"
    if "failed" in row:
        return f"access {row['size']:>9} {row['peer']:<10} {ours}   {row['failed']}"
    peer = f"peer {row['peer_s']:>7.3f} s {row['peer_peak_mb']:>5} MB   ratio {row['ratio']:>6.2f}"
    return f"access {row['size']:>9} {row['peer']:<10} {ours}   {peer}   {'equal' if row['equal'] else 'differs'}"


if __name__ == "__main__":
    main()
