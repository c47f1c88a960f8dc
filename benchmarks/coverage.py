"""Our check of a whole layer beside what people use today.

Every run is a process of its own, peers and we take turns, and figures are medians::

    python -m benchmarks.coverage                        # 50,000 councils, clean and drawn by hand (±10 m)
    python -m benchmarks.coverage --size 5000 --runs 1 --tasks whole overlaps --json

Tasks: ``whole`` is file to findings, whole-process wall time of ``territory check`` beside the same work with
geopandas and with shapely at its best. ``overlaps``, ``neighbours``, ``gaps`` and ``jurisdictions`` are one
function each on a layer in memory. ``truth`` compares what we find with what the generator put in.

``ratio`` is the peer's time by ours; ``equal`` says whether both found the same (see `benchmarks.agreement`).
With ``TERRITORY_BENCH_PG`` set to a connection string, PostGIS takes part.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks import agreement
from benchmarks.bars import Row, line, verdict
from benchmarks.layers import Files
from benchmarks.measure import Failed, Weight, absent, interleaved, medians, weigh

OURS = "with_us"
PEERS = {
    "overlaps": ("with_geopandas", "with_shapely", "with_geoplanar", "with_postgis"),
    "neighbours": ("with_geopandas", "with_shapely", "with_libpysal", "with_gerrychain", "with_postgis"),
    "gaps": ("with_geopandas", "with_shapely", "with_geoplanar", "with_postgis"),
    "jurisdictions": ("with_geopandas", "with_shapely", "with_postgis"),
}
WHOLE_PEERS = ("with_geopandas", "with_shapely")
TASKS = ("whole", *PEERS, "truth")
NEEDS = {"with_geoplanar": "geoplanar", "with_libpysal": "libpysal", "with_gerrychain": "gerrychain"}
SERVER = "TERRITORY_BENCH_PG"
CALLED = {"with_shapely": "shapely-best", "with_postgis": "PostGIS"}


def main() -> None:
    """Command line."""
    asked = _asked()
    show = _as_json if asked.json else _as_table
    for noise_m in asked.noise:
        files = Files(asked.folder, asked.size, noise_m, asked.seed, asked.format)
        if set(asked.tasks) - {"truth"}:
            files.make()
        for task in asked.tasks:
            about = {"task": task, "size": files.size, "noise": noise_m}
            rows = [{**about, **row} for row in _rows(task, files, asked)]
            for row in [*rows, *_verdicts(task, files, rows)]:
                show(row)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000, help="councils")
    parser.add_argument("--runs", type=int, default=3, help="rounds; figures are medians")
    parser.add_argument("--noise", type=float, nargs="*", default=[0.0, 10.0], help="metres; 0 is the clean layer")
    parser.add_argument("--tasks", nargs="*", choices=TASKS, default=TASKS)
    parser.add_argument("--peers", nargs="*", help="only these, for example with_shapely")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", default="gpkg", help="of the files: gpkg, geojson, fgb")
    parser.add_argument("--timeout", type=float, default=1_800, help="seconds for one run of one peer")
    parser.add_argument("--json", action="store_true", help="one object a line")
    folder = Path(tempfile.gettempdir()) / "territory-benchmarks"
    parser.add_argument("--folder", type=Path, default=folder, help="where generated layers are kept")
    return parser.parse_args()


def _rows(task: str, files: Files, asked: argparse.Namespace) -> Iterator[Row]:
    if task == "truth":
        yield from _truth(files, asked.timeout)
    elif task == "whole":
        yield from _whole(files, asked)
    else:
        yield from _one_task(task, files, asked)


def _wanted(peers: tuple[str, ...], asked: argparse.Namespace) -> list[str]:
    return [peer for peer in peers if asked.peers is None or peer in asked.peers]


def _missing(peers: list[str]) -> dict[str, str]:
    """Why some of the peers cannot take part."""
    missing = absent({peer: NEEDS[peer] for peer in peers if peer in NEEDS})
    if "with_postgis" in peers and SERVER not in os.environ:
        missing["with_postgis"] = f"{SERVER} names no server"
    return missing


def _whole(files: Files, asked: argparse.Namespace) -> Iterator[Row]:
    """File to findings, each a whole process."""
    check = [sys.executable, "-c", "from territory.cli import main; main()", "check", files.councils]
    ours = [*check, "--jurisdictions", files.jurisdictions, "--format", "json"]
    commands: dict[str, Callable[[], Weight]] = {OURS: partial(weigh, ours, timeout_s=asked.timeout)}
    for peer in _wanted(WHOLE_PEERS, asked):
        command = [sys.executable, "-m", "benchmarks.peers.whole", peer, files.councils, files.jurisdictions]
        commands[peer] = partial(weigh, command, timeout_s=asked.timeout)
    # Compiled once per machine, as an installation is.
    commands[OURS]()
    weights, failed = interleaved(commands, runs=asked.runs)
    mine = medians(weights[OURS])
    ours_found = agreement.counts_of_ours(json.loads(mine.output))
    for peer in list(commands)[1:]:
        row = _row(peer, mine, weights[peer], failed)
        if peer in failed:
            yield {**row, "equal": False}
            continue
        found = json.loads(weights[peer][-1].output)
        is_equal = agreement.counts(ours_found, found, files.noise_m)
        yield {**row, "equal": is_equal, "ours_found": ours_found, "peer_found": found}


def _one_task(task: str, files: Files, asked: argparse.Namespace) -> Iterator[Row]:
    """One function on a layer in memory; the time is what the process measured of itself."""
    peers = _wanted(PEERS[task], asked)
    missing = _missing(peers)
    answer = {peer: files.own / f"{task}-{peer}.parquet" for peer in (OURS, *peers)}

    def run(peer: str) -> Weight:
        given = [files.councils, files.jurisdictions, answer[peer], "--noise", str(files.noise_m)]
        weight = weigh(
            [sys.executable, "-m", "benchmarks.peers.task", peer, task, *given], timeout_s=asked.timeout
        )
        return replace(weight, wall_s=float(weight.output.split()[-1]))

    runs = {peer: partial(run, peer) for peer in answer if peer not in missing}
    weights, failed = interleaved(runs, runs=asked.runs)
    failed |= missing
    mine = medians(weights[OURS])
    for peer in peers:
        is_equal = peer not in failed and agreement.tables(task, answer[OURS], answer[peer])
        row = {**_row(peer, mine, weights.get(peer, []), failed), "equal": is_equal}
        if task == "neighbours":
            row |= _known("ours", answer[OURS], files)
            if peer not in failed:
                row |= _known("peer", answer[peer], files)
        yield row


def _known(whose: str, answer: Path, files: Files) -> Row:
    """Recall and precision of neighbours against the truth."""
    compared = agreement.with_truth(answer, files.neighbours, files.truth)
    return {f"{whose}_{measure}": value for measure, value in compared.items()}


def _row(peer: str, mine: Weight, weights: list[Weight], failed: dict[str, str]) -> Row:
    """What was measured of one peer and of us."""
    row: Row = {
        "peer": CALLED.get(peer, peer.removeprefix("with_")),
        "ours_s": round(mine.wall_s, 3),
        "ours_cpu_s": round(mine.cpu_s, 2),
        "ours_peak_mb": round(mine.peak_mb),
        "peer_s": None,
        "ratio": None,
    }
    if peer in failed:
        return {**row, "failed": failed[peer]}
    its = medians(weights)
    return {
        **row,
        "peer_s": round(its.wall_s, 3),
        "peer_cpu_s": round(its.cpu_s, 2),
        "peer_peak_mb": round(its.peak_mb),
        "ratio": round(its.wall_s / mine.wall_s, 2),
    }


def _truth(files: Files, timeout_s: float) -> Iterator[Row]:
    """Recall and precision of each code, of neighbours and of gaps."""
    given = ["--size", str(files.size), "--noise", str(files.noise_m), "--seed", str(files.seed)]
    try:
        told = weigh([sys.executable, "-m", "benchmarks.truth", *given], timeout_s=timeout_s).output
    except Failed as error:
        yield {"peer": "truth", "failed": str(error)}
        return
    for entry in told.splitlines():
        row = json.loads(entry)
        yield {
            "peer": "truth",
            **row,
            "recall": round(row["both"] / row["true"], 4) if row["true"] else None,
            "precision": round(1 - row.get("false", row["found"] - row["both"]) / row["found"], 4)
            if row["found"]
            else None,
        }


def _verdicts(task: str, files: Files, rows: list[Row]) -> Iterator[Row]:
    """What the bars say of the rows of one task."""
    told = [row for row in rows if "failed" not in row]
    best = [row["ratio"] for row in told if row["peer"] == CALLED["with_shapely"]]
    if task == "whole" and not files.noise_m and best:
        yield verdict(task, f"{best[0]:g} times", holds=best[0] >= 5, is_its_size=files.size >= 50_000)
    elif task == "overlaps" and files.noise_m and best:
        yield verdict(task, f"{best[0]:g} times", holds=best[0] >= 20, is_its_size=files.size >= 50_000)
    elif task == "neighbours" and files.noise_m == 10 and told:
        recall, precision = told[0]["ours_recall"], told[0]["ours_precision"]
        yield verdict(task, f"recall {recall}, precision {precision}", holds=min(recall, precision) >= 0.98)


def _as_json(row: Row) -> None:
    print(json.dumps(row), flush=True)


def _as_table(row: Row) -> None:
    if "bar" in row:
        print(line(row), flush=True)
        return
    where = f"{row['task']:<14}{row['size']:>7} ±{row['noise']:<4g}"
    if row.get("failed"):
        print(f"{where} {row['peer']:<14} {row['failed']}", flush=True)
    elif row["task"] == "truth":
        shown = {key: "–" if row[key] is None else f"{row[key]:.4f}" for key in ("recall", "precision")}
        print(
            f"{where} {row['what']:<26} true {row['true']:>7}  found {row['found']:>7}"
            f"  recall {shown['recall']}  precision {shown['precision']}",
            flush=True,
        )
    else:
        known = f"  recall {row['ours_recall']} / {row['peer_recall']}" if "peer_recall" in row else ""
        print(
            f"{where} {row['peer']:<14} ours {row['ours_s']:>8.2f} s {row['ours_peak_mb']:>5} MB"
            f"   peer {row['peer_s']:>8.2f} s {row['peer_peak_mb']:>5} MB   ratio {row['ratio']:>7.2f}"
            f"   {'equal' if row['equal'] else 'differs'}{known}",
            flush=True,
        )


if __name__ == "__main__":
    main()
