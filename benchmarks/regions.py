"""Our candidate communes beside what divides graphs today.

Every run is a process of its own, peers and we take turns, and figures are medians::

    python -m benchmarks.regions                         # towns of 200 councils, all 50,000, the urban ones
    python -m benchmarks.regions --tasks towns --runs 1 --json

Tasks: ``towns`` are groups of 200 councils that hang together (6 to 15 make a commune), ``urban`` the councils of
towns and cities alone, which fall apart into many groups (25 to 40), ``all`` is everybody (15 to 40). Everybody is
judged by the same measure, from geometry: only regions that hang together and keep to the sizes count as served.
``bound`` is the share of councils left over at least, by arithmetic; ``ratio`` is the peer's time by ours. A peer
that is not installed is said to be missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio

from benchmarks.bars import Row, line, verdict
from benchmarks.layers import Files
from benchmarks.measure import Failed, Weight, absent, interleaved, medians, weigh
from benchmarks.peers.dividing import Problem
from benchmarks.peers.task import MIN_EDGE_M, SLIVER_M, laea

OURS = "with_us"
PEERS = {
    "with_spopt": ("spopt", "spopt MaxP"),
    "with_spopt.skater": ("spopt", "spopt SKATER"),
    "with_spopt.azp": ("spopt", "spopt AZP"),
    "with_spopt.ward": ("spopt", "spopt Ward"),
    "with_gerrychain": ("gerrychain", "gerrychain"),
    "with_metis": ("pymetis", "METIS"),
    "with_kahip": ("kahip", "KaHIP"),
}
"""The package that each peer needs, and what it is called."""
TASKS = ("towns", "urban", "all")
SIZES = {"towns": (6, 15), "urban": (25, 40), "all": (15, 40)}
TOWN = 200


@dataclass(frozen=True)
class Case:
    """A problem in files."""

    task: str
    name: str
    units: Path
    contacts: Path

    @property
    def problem(self) -> Problem:
        """What the files hold."""
        return Problem.read(self.units, self.contacts, *SIZES[self.task])


def main() -> None:
    """Command line."""
    asked = _asked()
    show = _as_json if asked.json else _as_table
    files = Files(asked.folder, asked.size, 0.0, asked.seed)
    files.make()
    for case in _cases(files, asked):
        rows = [{"task": case.task, "case": case.name, **row} for row in _rows(case, asked)]
        for row in [*rows, *_verdicts(case.task, rows)]:
            show(row)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000, help="councils")
    parser.add_argument("--towns", type=int, default=3, help="how many towns")
    parser.add_argument("--runs", type=int, default=3, help="rounds; figures are medians")
    parser.add_argument("--tasks", nargs="*", choices=TASKS, default=TASKS)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one run of one peer")
    parser.add_argument("--json", action="store_true", help="one object a line")
    folder = Path(tempfile.gettempdir()) / "territory-benchmarks"
    parser.add_argument("--folder", type=Path, default=folder, help="where generated layers are kept")
    return parser.parse_args()


def _cases(files: Files, asked: argparse.Namespace) -> Iterator[Case]:
    from territory.geo.coverage import contacts

    councils = pyogrio.read_dataframe(files.councils, use_arrow=True).set_index("id")
    councils = councils.to_crs(laea(councils))[["kind", "geometry"]]
    touching = contacts(councils.geometry, tolerance_m=SLIVER_M, min_edge_m=MIN_EDGE_M)
    everybody = Problem(councils, touching, 1, len(councils))
    chosen = {"urban": [np.flatnonzero(councils["kind"] == "urban")], "all": [np.arange(len(councils))]}
    chosen["towns"] = [_town(everybody, np.random.default_rng([asked.seed, k])) for k in range(asked.towns)]
    for task in asked.tasks:
        for number, units in enumerate(chosen[task]):
            own = councils.iloc[units]
            pairs = touching[touching["left"].isin(own.index) & touching["right"].isin(own.index)]
            name = f"{task}-{number}"
            paths = [files.own / f"regions-{name}-{what}.parquet" for what in ("units", "contacts")]
            own.to_parquet(paths[0])
            pairs.to_parquet(paths[1])
            yield Case(task, name, *paths)


def _town(everybody: Problem, rng: np.random.Generator) -> np.ndarray:
    """Councils around one of them, as many as make a town."""
    from scipy.sparse.csgraph import breadth_first_order

    while True:
        start = int(rng.integers(len(everybody.units)))
        around = breadth_first_order(everybody.graph(), start, directed=False, return_predecessors=False)
        if len(around) >= TOWN:
            return np.sort(around[:TOWN])


def _rows(case: Case, asked: argparse.Namespace) -> Iterator[Row]:
    missing = absent({peer: PEERS[peer][0] for peer in asked.peers})
    peers = [OURS, *(peer for peer in asked.peers if peer not in missing)]
    answer = {peer: case.units.with_name(f"regions-{case.name}-{peer}.parquet") for peer in peers}

    def run(peer: str) -> Weight:
        least, most = SIZES[case.task]
        given = [case.units, case.contacts, answer[peer], "--least", str(least), "--most", str(most)]
        command = [sys.executable, "-m", "benchmarks.peers.dividing", peer, *given]
        weight = weigh(command, timeout_s=asked.timeout)
        return replace(weight, wall_s=float(weight.output.split()[-1]))

    weights, failed = interleaved({peer: partial(run, peer) for peer in peers}, runs=asked.runs)
    failed |= missing
    if OURS in failed:
        raise Failed(failed[OURS])
    problem, mine = case.problem, medians(weights[OURS])
    component = pd.Series([len(units) for units in problem.components()], dtype=int)
    served_at_most = int(np.minimum(component, component // problem.least * problem.most).sum())
    size = len(problem.units)
    ours = problem.judge(pd.read_parquet(answer[OURS])["region"])
    both = {
        "size": size,
        "bound": round(1 - served_at_most / size, 5),
        "ours_s": round(mine.wall_s, 3),
        "ours_cpu_s": round(mine.cpu_s, 2),
        "ours_left_over": round(1 - ours["served"] / size, 5),
        "ours_compactness": ours["compactness"],
    }
    yield {**both, "peer": "us"}
    for peer in asked.peers:
        row = {**both, "peer": PEERS[peer][1]}
        if peer in failed:
            yield {**row, "failed": failed[peer]}
        else:
            its, found = medians(weights[peer]), problem.judge(pd.read_parquet(answer[peer])["region"])
            yield {
                **row,
                "peer_s": round(its.wall_s, 3),
                "peer_cpu_s": round(its.cpu_s, 2),
                "peer_left_over": round(1 - found["served"] / size, 5),
                "peer_compactness": found["compactness"],
                "ratio": round(its.wall_s / mine.wall_s, 2),
            }


def _verdicts(task: str, rows: list[Row]) -> Iterator[Row]:
    """What the bar says of one case."""
    ours = rows[0]
    over = ours["ours_left_over"] - ours["bound"]
    if task == "towns":
        compactness = ours["ours_compactness"]
        best = max((row["peer_compactness"] for row in rows if "peer_compactness" in row), default=0.0)
        found = (
            f"{over:.1%} above the bound, {ours['ours_s']:g} s, Polsby–Popper {compactness:.3f}, peers {best:.3f}"
        )
        yield verdict(task, found, holds=over == 0 and ours["ours_s"] < 1 and compactness >= best)
    elif task == "all":
        found = f"{over:.3%} above the bound, {ours['ours_s']:g} s (CPU {ours['ours_cpu_s']:g})"
        yield verdict(task, found, holds=over <= 0.003 and ours["ours_s"] < 60, is_its_size=ours["size"] >= 49_000)


def _as_json(row: Row) -> None:
    print(json.dumps(row), flush=True)


def _as_table(row: Row) -> None:
    if "bar" in row:
        print(line(row), flush=True)
        return
    where = f"{row['case']:<9}{row['size']:>6} {row['peer']:<12}"
    if "failed" in row:
        print(f"{where} {row['failed']}", flush=True)
        return
    who = "ours" if row["peer"] == "us" else "peer"
    ratio = f"   ratio {row['ratio']:>8.2f}" if who == "peer" else ""
    print(
        f"{where} {row[f'{who}_s']:>8.2f} s (CPU {row[f'{who}_cpu_s']:.1f})"
        f"   left over {row[f'{who}_left_over']:.3%}, at least {row['bound']:.3%}"
        f"   Polsby–Popper {row[f'{who}_compactness']:.3f}{ratio}",
        flush=True,
    )


if __name__ == "__main__":
    main()
