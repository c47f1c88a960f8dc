"""One drawing against 50,000 territories: the whole answer of ``/api/check``, measured in the server.

A real server, one request after another, times as it says them in ``Server-Timing``. Beside it, in this process,
the least that could be done: an STRtree over the same boundaries and an intersection with whoever is near::

    python benchmarks/drawing.py --size 50000 --drawings 500
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import affinity

from territory.demo import region
from territory.geo.crs import to_metres
from territory.profiles import load_profile
from territory.services.storing import create_demo


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--drawings", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    demo = region(asked.size, seed=asked.seed)
    councils = demo.layer[demo.layer["level"] == "council"]
    drawings = drawn(councils.geometry.to_numpy(), np.random.default_rng(asked.seed), asked.drawings)
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "territory.db"
        create_demo(demo, str(store), load_profile())
        ours_ms = in_server(store, drawings)
    peer_ms = by_shapely(councils, drawings)
    row = {"task": "drawing", "size": asked.size, "noise": 0.0, "peer": "STRtree + intersection"}
    for name, times in (("ours", ours_ms), ("peer", peer_ms)):
        for percent in (50, 99):
            row[f"{name}_p{percent}_ms"] = round(float(np.percentile(times, percent)), 2)
    row |= {"ours_s": row["ours_p50_ms"] / 1e3, "peer_s": row["peer_p50_ms"] / 1e3}
    row["ratio"] = round(row["peer_s"] / row["ours_s"], 3)
    print(json.dumps(row) if asked.json else "\n".join(f"{key:15} {value}" for key, value in row.items()))


def drawn(shapes: np.ndarray, rng: np.random.Generator, count: int) -> list[shapely.MultiPolygon]:
    """Councils as somebody might draw them anew: half of them a little beside their place."""
    chosen = shapes[rng.integers(0, len(shapes), count)]
    return [affinity.translate(shape, 0.0005, 0.0003) if k % 2 else shape for k, shape in enumerate(chosen)]


def in_server(store: Path, drawings: list[shapely.MultiPolygon]) -> list[float]:
    """Milliseconds that the server took for each drawing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "territory", "serve", "--store", str(store), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/readyz", server)
            for shape in drawings[:20]:  # kernels load, and indexes are built, at the first
                ask(address, shape)
            return [ask(address, shape) for shape in drawings]
        finally:
            server.terminate()


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers."""
    for _ in range(1200):
        try:
            urllib.request.urlopen(url, timeout=60).read()
        except OSError:
            if server.poll() is not None:
                raise SystemExit("the server ended") from None
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the server did not start")


def ask(address: str, shape: shapely.MultiPolygon) -> float:
    """Check one drawing; what ``Server-Timing`` says of it."""
    properties = {"level": "council", "families": 200, "kind": "urban"}
    feature = {"type": "Feature", "geometry": json.loads(shapely.to_geojson(shape)), "properties": properties}
    request = urllib.request.Request(
        f"{address}/api/check", json.dumps(feature).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        answer.read()
        [took] = re.findall(r"check;dur=([\d.]+)", answer.headers["Server-Timing"])
    return float(took)


def by_shapely(councils: GeoDataFrame, drawings: list[shapely.MultiPolygon]) -> list[float]:
    """Milliseconds for areas alone, with everything in memory and in metres."""
    units = to_metres(councils.geometry)
    shapes = units.to_numpy()
    tree = shapely.STRtree(shapes)
    metres = to_metres(GeoSeries(drawings, crs=councils.crs), units.crs).to_numpy()
    times = []
    for shape in metres:
        began = time.perf_counter()
        near = shapes[tree.query(shape)]
        shapely.area(shapely.intersection(near, shape))
        times.append(1e3 * (time.perf_counter() - began))
    return times


if __name__ == "__main__":
    main()
