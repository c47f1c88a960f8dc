"""The drawing page on a slow phone: what its first view weighs, when it can be used, how it moves and answers.

A real server and a real Chromium at 360 × 640, slowed down four times, on a line of 400 kbit/s with 100 ms to go::

    python -m benchmarks.pages

Beside the first visit stands its floor: the same browser and line fetching as many bytes in one file, and doing
nothing with them.
"""

from __future__ import annotations

import argparse
import http.server
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import BrowserContext, Page, sync_playwright

from territory.demo import region
from territory.profiles import load_profile
from territory.services.storing import create_demo

_PHONE = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True, "locale": "es-VE"}
_KBIT_S, _AWAY_MS, _SLOWER = 400, 100, 4
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_USABLE = "() => window.drawing && document.querySelector('#map canvas') && document.querySelector('#add')"
_OFFLINE_READY = "() => navigator.serviceWorker.ready.then((worker) => worker.active.state === 'activated')"
_NEIGHBOURS = 400
_MOVES = """async ([count]) => {
    const { map } = window.drawing;
    const frames = [];
    const centre = map.view.getCenter();
    const step = map.view.getResolution() * 3;
    let last = performance.now();
    // As under a finger that drags the map.
    map.view.beginInteraction();
    for (let k = 0; k < count; k++) {
        map.view.setCenter([centre[0] + step * Math.sin(k / 10) * 10, centre[1] + step * Math.cos(k / 10) * 10]);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        frames.push(now - last);
        last = now;
    }
    map.view.endInteraction();
    return frames;
}"""
_DENSE = """async ([place, wanted]) => {
    const { map } = window.drawing;
    const count = () => map.around.exact.getFeatures().length;
    map.lookAt([place]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    let [best, at] = [0, 15];
    // Councils are shown exactly only so far out, and only where they are not too many.
    for (let zoom = 15; zoom >= 12 && best < wanted; zoom -= 0.25) {
        map.view.setZoom(zoom);
        await new Promise((resolve) => setTimeout(resolve, 700));
        if (count() > best) [best, at] = [count(), zoom];
    }
    map.view.setZoom(at);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return count();
}"""
_DRAWN = """async (count) => {
    // A council's own outline, moved a little each time: how long until the page says how it fits.
    const { desk, map } = window.drawing;
    const told = document.querySelector("#findings");
    const ring = map.around.exact.getFeatures()[0].getGeometry().clone().transform("EPSG:3857", "EPSG:4326")
        .getCoordinates().flat(1)[0].slice(0, -1);
    const times = [];
    for (let k = 0; k < count; k++) {
        const points = ring.map(([x, y]) => [x + 1e-5 * k, y]);
        const answered = new Promise((resolve) => {
            const watch = new MutationObserver(() => {
                if (told.getAttribute("aria-busy") === "true") return;
                watch.disconnect();
                resolve(performance.now());
            });
            watch.observe(told, { attributes: true, childList: true });
        });
        const began = performance.now();
        desk.to({ ...desk.now, points, closed: true });
        times.push((await answered) - began);
        await new Promise((resolve) => setTimeout(resolve, 300));
    }
    return times;
}"""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=5_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        store = Path(folder) / "territory.db"
        demo = region(asked.size)
        create_demo(demo, str(store), load_profile())
        middle = demo.layer[demo.layer["level"] == "council"].geometry.iloc[asked.size // 2].point_on_surface()
        with _served(store) as address:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
            told = _visits(browser.new_context(base_url=address, **_PHONE))
            told |= _at_work(
                browser.new_context(base_url=address, service_workers="block", **_PHONE), [middle.x, middle.y]
            )
            told["floor_s"] = _floor(browser.new_context(**_PHONE), int(told["first_view_kb"] * 1_000))
            browser.close()
    told["ratio"] = round(told["floor_s"] / told["first_visit_s"], 2)
    print(json.dumps(told) if asked.json else "\n".join(f"{key:20} {value}" for key, value in told.items()))


def _visits(context: BrowserContext) -> dict[str, Any]:
    """A first visit, a later one, and one without a connection."""
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    weighed: list[float] = []
    line.on("Network.loadingFinished", lambda event: weighed.append(event["encodedDataLength"]))
    _slow(line)
    first_s = _opened(page)
    first_kb = sum(weighed) / 1_000
    page.evaluate(_OFFLINE_READY)
    page.wait_for_timeout(15_000)
    later = [_opened(page) for _ in range(3)]
    context.set_offline(True)
    without = [_opened(page) for _ in range(3)]
    context.close()
    return {
        "first_view_kb": round(first_kb, 1),
        "first_visit_s": round(first_s, 2),
        "later_visit_s": round(median(later), 2),
        "offline_visit_s": round(median(without), 2),
    }


def _at_work(context: BrowserContext, place: list[float]) -> dict[str, Any]:
    """How a crowded map moves, and how soon a change is answered, on a phone as it is."""
    page = context.new_page()
    page.goto("/draw?lang=es")
    page.wait_for_function(_USABLE)
    neighbours = page.evaluate(_DENSE, [place, _NEIGHBOURS])
    page.wait_for_timeout(1_000)
    frames = page.evaluate(_MOVES, [180])
    checks = page.evaluate(_DRAWN, 30)
    context.close()
    return {
        "neighbours": neighbours,
        "frames_per_s": round(1_000 * len(frames) / sum(frames), 1),
        "slow_frame_ms": round(sorted(frames)[int(0.95 * len(frames))], 1),
        "check_felt_ms": round(median(checks), 1),
        "check_felt_p95_ms": round(sorted(checks)[int(0.95 * len(checks))], 1),
    }


def _floor(context: BrowserContext, weight: int) -> float:
    """Seconds to open a page that fetches one file of that weight."""
    with _one_file(weight) as address:
        page = context.new_page()
        _slow(context.new_cdp_session(page))
        began = time.perf_counter()
        page.goto(address)
        page.wait_for_function("() => document.body.dataset.done")
        took = time.perf_counter() - began
    context.close()
    return round(took, 2)


def _opened(page: Page) -> float:
    began = time.perf_counter()
    page.goto("/draw?lang=es", timeout=120_000, wait_until="commit")
    page.wait_for_function(_USABLE, timeout=120_000)
    return time.perf_counter() - began


def _slow(line: Any) -> None:
    per_s = _KBIT_S * 1_000 / 8
    conditions = {"offline": False, "latency": _AWAY_MS, "downloadThroughput": per_s, "uploadThroughput": per_s}
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", conditions)
    line.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})


@contextmanager
def _served(store: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    command = [
        sys.executable,
        "-m",
        "territory",
        "serve",
        "--store",
        str(store),
        "--port",
        address[-5:].lstrip(":"),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(600):
                try:
                    urllib.request.urlopen(f"{address}/readyz", timeout=5).read()
                    break
                except OSError:
                    time.sleep(0.1)
            # What a server lays out after its start is no visitor's wait.
            time.sleep(5)
            yield address
        finally:
            server.terminate()


@contextmanager
def _one_file(weight: int) -> Iterator[str]:
    fetches = "fetch('/file').then((answer) => answer.arrayBuffer()).then(() => (document.body.dataset.done = 1))"
    page = f"<body><script>{fetches}</script>".encode()

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = bytes(weight) if self.path == "/file" else page
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing to tell."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()


if __name__ == "__main__":
    main()
