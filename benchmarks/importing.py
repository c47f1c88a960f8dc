"""A whole country into an empty register, and a server on it: 50,000 councils with their communes from one file.

The command as somebody types it, then the same file again, which must change nothing, then ``territory serve``
until ``/readyz`` answers, each a process of its own. Beside them the least that could be done with the file:
pyogrio reads it and writes it as another::

    python benchmarks/importing.py --size 50000 --format gpkg
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pyogrio

from territory.demo import region


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=("gpkg", "parquet"), default="gpkg")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file, store = Path(folder) / f"country.{asked.format}", Path(folder) / "register.db"
        made = region(asked.size, seed=asked.seed).layer.reset_index()
        if asked.format == "parquet":
            made.to_parquet(file)
        else:
            pyogrio.write_dataframe(made, file, use_arrow=True)
        peer_s = copied(file, Path(folder) / "copy.gpkg") if asked.format == "gpkg" else None
        first, first_s = imported(file, store)
        again, again_s = imported(file, store)
        ready_s = until_ready(store)
    if first["new"] != len(made) or first["refused"]:
        raise SystemExit(f"not all was imported: {first['new']} of {len(made)}")
    if again["unchanged"] != len(made) or again["written"]:
        raise SystemExit("the same file again changed something")
    row = {"task": "import", "size": asked.size, "noise": 0.0, "peer": "pyogrio read + write"}
    row |= {"ours_s": round(first_s, 2), "peer_s": peer_s and round(peer_s, 2)}
    row |= {"ratio": peer_s and round(peer_s / first_s, 3), "equal": True}
    row |= {key: first[key] for key in ("memberships", "disputes")}
    row |= {"again_s": round(again_s, 2), "ready_s": round(ready_s, 2)}
    print(json.dumps(row) if asked.json else "\n".join(f"{key:12} {value}" for key, value in row.items()))


def copied(file: Path, copy: Path) -> float:
    """Seconds that it takes only to read the file and to write it."""
    began = time.perf_counter()
    pyogrio.write_dataframe(pyogrio.read_dataframe(file, use_arrow=True), copy, use_arrow=True)
    return time.perf_counter() - began


def imported(file: Path, store: Path) -> tuple[dict[str, int], float]:
    """What an import reports, and the seconds of the whole process."""
    command = [sys.executable, "-m", "territory", "import", str(file), "--store", str(store), "--format", "json"]
    began = time.perf_counter()
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout), time.perf_counter() - began


def until_ready(store: Path) -> float:
    """Seconds from starting a server on the store until it can be asked."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "territory", "serve", "--store", str(store), "--port", str(port)]
    began = time.perf_counter()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=60).read()
                    return time.perf_counter() - began
                except OSError:
                    if server.poll() is not None:
                        raise SystemExit("the server ended") from None
                    time.sleep(0.02)
        finally:
            server.terminate()


if __name__ == "__main__":
    main()
