"""Kill writers at random moments, and see that the store keeps its promises: ``python benchmarks/crash.py``.

In every round several processes write, each change a council with its line and its membership, and tell a pipe
after every commit. All of them are killed at once (SIGKILL) at a random moment, and what is left is read: every
change that was told must be there, none may be there by half, and the chain of the log must be whole.

Prints one JSON object: ``rounds``, ``acknowledged`` changes, changes that were ``lost`` or there by ``half``, and
``faults`` of the store; all but the first two are 0 in a store that keeps its promises.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shapely import MultiPolygon, box

from territory.records import Boundary, Date, Membership, Territory
from territory.store import open_store
from territory.store.base import StoreBusy

COMMUNE = "commune"
DAY = Date(2026, 1, 1)
SHORTEST_S, LONGEST_S = 0.02, 0.6
"""How long the writers of a round live after the first of them wrote."""


@dataclass(slots=True)
class Tally:
    """What was found in all rounds."""

    rounds: int = 0
    acknowledged: int = 0
    written: int = 0
    lost: int = 0
    half: int = 0
    faults: list[str] = field(default_factory=list)


def crash(url: str, *, rounds: int, writers: int, rng: random.Random, every: int = 1) -> Tally:
    """Kill writers of a new store again and again.

    Parameters
    ----------
    url
        Where the store is made.
    rounds, writers
        How often, and how many processes each time.
    rng
        For the moments.
    every
        Look for faults after every so many rounds, and after the last: it reads the whole store.
    """
    store = open_store(url, create=True)
    with store.writing(by="k-crash", action="begin") as change:
        change.put(Territory(id=COMMUNE, level="commune", called="Comuna"))
    store.close()
    tally, told = Tally(), set[str]()
    for number in range(rounds):
        told |= _round(url, number, writers, rng.uniform(SHORTEST_S, LONGEST_S))
        tally.rounds += 1
        is_last = number == rounds - 1
        _look(url, told, tally, is_thorough=is_last or (number + 1) % every == 0)
    return tally


def _round(url: str, number: int, writers: int, seconds: float) -> set[str]:
    """Let writers live for some time; the ids that they told of."""
    reader, writer = os.pipe()
    # Forked, so that they need not import anything; this process holds no connection and no thread.
    processes = [_fork(url, f"{number}-{each}", reader, writer) for each in range(writers)]
    os.close(writer)
    try:
        told = os.read(reader, 1 << 16)
        time.sleep(seconds)
    finally:
        for process in processes:
            os.kill(process, signal.SIGKILL)
        for process in processes:
            os.waitpid(process, 0)
    while some := os.read(reader, 1 << 16):
        told += some
    os.close(reader)
    # A writer may be killed before it told the whole line.
    return {line.decode() for line in told.split(b"\n")[:-1]}


def _fork(url: str, name: str, reader: int, writer: int) -> int:
    process = os.fork()
    if process:
        return process
    try:
        os.close(reader)
        _write(url, name, writer)
    finally:
        os._exit(1)


def _write(url: str, name: str, writer: int) -> None:
    store = open_store(url)
    count = 0
    while True:
        id_ = f"{name}-{count}"
        try:
            with store.writing(by="k-crash", action="draw") as change:
                for record in _change(id_):
                    change.put(record)
        except StoreBusy:
            continue
        # Short lines go into a pipe whole or not at all, whoever else writes to it.
        os.write(writer, f"{id_}\n".encode())
        count += 1


def _change(id_: str) -> Iterator[Territory | Boundary | Membership]:
    yield Territory(id=id_, level="council", called=f"Consejo {id_}")
    yield Boundary(id=id_, shape=MultiPolygon([box(0, 0, 0.01, 0.01)]), valid_from=DAY)
    yield Membership(id=f"in-{id_}", member=id_, group=COMMUNE)


def _look(url: str, told: set[str], tally: Tally, *, is_thorough: bool) -> None:
    store = open_store(url)
    with store.reading() as reading:
        councils = {id_ for (id_,) in reading.rows(Territory, ["id"])} - {COMMUNE}
        lines = {id_ for (id_,) in reading.rows(Boundary, ["id"])}
        members = {id_ for (id_,) in reading.rows(Membership, ["member"])}
        if reading.sequence != len(councils) + 1:
            tally.faults.append(f"{reading.sequence} log entries for {len(councils)} changes")
    tally.acknowledged = len(told)
    tally.written = len(councils)
    tally.lost = len(told - (councils & lines & members))
    tally.half = len((councils | lines | members) - (councils & lines & members))
    if is_thorough:
        tally.faults += store.faults()
    store.close()


def main() -> int:
    """Run it; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--writers", type=int, default=8)
    parser.add_argument("--store", help="URL of a new store; without it a file that is removed afterwards")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", type=int, default=10, help="look for faults after every so many rounds")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = crash(
            chosen.store or f"sqlite:///{Path(folder) / 'register.db'}",
            rounds=chosen.rounds,
            writers=chosen.writers,
            rng=random.Random(chosen.seed),
            every=chosen.every,
        )
    print(
        json.dumps(
            {
                "task": "crash",
                "database": "postgis" if chosen.store and not chosen.store.startswith("sqlite") else "sqlite",
                "rounds": tally.rounds,
                "acknowledged": tally.acknowledged,
                "written": tally.written,
                "lost": tally.lost,
                "half": tally.half,
                "faults": len(tally.faults),
            }
        )
    )
    for fault in tally.faults[:10]:
        print(fault, file=sys.stderr)
    return 1 if tally.lost or tally.half or tally.faults else 0


if __name__ == "__main__":
    sys.exit(main())
