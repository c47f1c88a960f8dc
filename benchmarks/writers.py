"""Writers at once: 20 spokespersons keep new versions of their councils among 50,000, and nobody waits long.

A real server and a real store; every writer sends its next drawing as soon as the last one is answered, which is
as hard as it gets. Beside it, the least that could be done: the same number of records appended to an SQLite file
of the same kind by one loop, each in a transaction that reaches the disk::

    python -m benchmarks.writers --size 50000 --writers 20 --each 20
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import json
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import shapely

from territory.demo import region
from territory.profiles import load_profile
from territory.records import Boundary, Role
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import create_demo, open_register

_LAYS_OUT_S = 6.0
"""A server that just started still lays out in the background what first checks need; that is no writer's wait."""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--writers", type=int, default=20)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", type=Path, help="use this store, and change it, instead of making one")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = asked.store or Path(folder) / "writers.db"
        if asked.store is None:
            create_demo(region(asked.size, seed=asked.seed), str(store), load_profile())
        writers = _writers(str(store), asked.writers)
        took_ms, failed = _measured(str(store), writers, asked.each)
        least_ms = _least(Path(folder), len(took_ms))
    told = {
        "task": "writers",
        "size": asked.size,
        "writers": asked.writers,
        "writes": len(took_ms),
        "errors": failed,
        "p50_ms": round(float(np.percentile(took_ms, 50)), 1),
        "p99_ms": round(float(np.percentile(took_ms, 99)), 1),
        "peer": "sqlite-loop",
        "peer_ms": round(least_ms, 2),
        "ratio": round(least_ms / float(np.percentile(took_ms, 50)), 4),
    }
    print(json.dumps(told) if asked.json else "\n".join(f"{key}: {value}" for key, value in told.items()))


def _writers(store: str, count: int) -> list[tuple[str, Boundary]]:
    """Keys, each for a council of its own, far from the others, and the council's line."""
    register = open_register(store, load_profile())
    councils = [each for each, row in sorted(register.current().standing.items()) if row.level == "council"]
    chosen = councils[:: max(1, len(councils) // count)][:count]
    ends = datetime.date.today() + datetime.timedelta(days=1)
    made = []
    for council in chosen:
        issued = keys.issue(register, OPERATOR, role=Role.SPOKESPERSON, ends=ends, territories=[council])
        with register.reading() as reading:
            boundary = reading.get(Boundary, council)
        assert boundary is not None
        made.append((issued.whole, boundary))
    register.store.close()
    return made


def _measured(store: str, writers: list[tuple[str, Boundary]], each: int) -> tuple[list[float], int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "territory", "serve", "--store", store, "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            time.sleep(_LAYS_OUT_S)
            took: list[float] = []
            failed: list[int] = []
            together = threading.Barrier(len(writers))
            threads = [
                threading.Thread(target=_write, args=(port, whole, boundary, each, together, took, failed))
                for whole, boundary in writers
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            server.terminate()
    return took, len(failed)


def _write(port, whole, boundary, each, together, took, failed) -> None:  # type: ignore[no-untyped-def]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    version, coords = boundary.revision, shapely.get_coordinates(boundary.shape)
    rng = np.random.default_rng(version)
    # The first answer lays out what later ones use.
    for turn in range(each + 1):
        moved = shapely.set_coordinates(
            shapely.from_wkb(shapely.to_wkb(boundary.shape)), coords + 1e-7 * rng.integers(-3, 4, size=(1, 2))
        )
        body = json.dumps({"type": "Feature", "geometry": shapely.geometry.mapping(moved), "properties": {}})
        headers = {
            "Authorization": f"Bearer {whole}",
            "Content-Type": "application/json",
            "If-Match": f'"v{version}"',
        }
        if turn == 1:
            together.wait()
        began = time.perf_counter()
        connection.request("PUT", f"/api/territories/{boundary.id}/boundary", body, headers)
        answer = connection.getresponse()
        told = answer.read()
        if turn:
            took.append(1000 * (time.perf_counter() - began))
        if answer.status == 201:
            version = json.loads(told)["version"]
        else:
            failed.append(answer.status)
            print(told[:300], file=sys.stderr)


def _wait_for(port: int) -> None:
    for _ in range(1200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def _least(folder: Path, writes: int) -> float:
    """Milliseconds of one append to a file of its own."""
    kept = sqlite3.connect(folder / "least.db", isolation_level=None)
    kept.execute("PRAGMA journal_mode = WAL")
    kept.execute("PRAGMA synchronous = FULL")
    kept.execute("CREATE TABLE line (shape BLOB)")
    began = time.perf_counter()
    for _ in range(writes):
        kept.execute("BEGIN IMMEDIATE")
        kept.execute("INSERT INTO line VALUES (?)", (b"0" * 1_500,))
        kept.execute("COMMIT")
    kept.close()
    return 1000 * (time.perf_counter() - began) / writes


if __name__ == "__main__":
    main()
