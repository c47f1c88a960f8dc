"""A server killed again and again under eight writers: what it acknowledged is there, and nothing is half there.

Every round starts a server on the same store, lets eight hands write as fast as they can (new councils, keys for
them, lines, proposals that are taken), and ends it by SIGKILL at a random moment. Then the store is read::

    python -m benchmarks.kills --rounds 200
    python -m benchmarks.kills --rounds 200 --store postgresql://…
"""

from __future__ import annotations

import argparse
import datetime
import http.client
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import uvicorn
from shapely import MultiPolygon
from shapely.geometry import mapping

# Imported before the first fork, so that a server starts in a blink.
from territory.api.app import create_app
from territory.profiles import load_profile
from territory.records import Boundary, Proposal, ProposalState, Role, Territory, fingerprint
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.errors import WrongKey
from territory.services.register import Register
from territory.services.storing import open_register
from territory.settings import Settings

WRITERS = 8
_SHORTEST_S, _LONGEST_S = 0.1, 0.8


@dataclass
class Outcome:
    """What many kills left behind."""

    rounds: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def kill_servers(store: str, rounds: int, *, seed: int = 1) -> Outcome:
    """Kill a server as often as asked, and look after each time.

    Parameters
    ----------
    store
        An empty store; left with all that was written.
    rounds
        How often.
    seed
        Of the moments.
    """
    rng = np.random.default_rng(seed)
    register = open_register(store, load_profile(), create=True)
    ends = datetime.date.today() + datetime.timedelta(days=1)
    organizer = keys.issue(register, OPERATOR, role=Role.ORGANIZER, ends=ends).whole
    steward = keys.issue(register, OPERATOR, role=Role.STEWARD, ends=ends).whole
    outcome = Outcome()
    for _ in range(rounds):
        acknowledged = _round(store, (organizer, steward), float(rng.uniform(_SHORTEST_S, _LONGEST_S)), register)
        outcome.rounds += 1
        outcome.acknowledged += len(acknowledged)
        outcome.lost += _lost(register, acknowledged)
        outcome.faults += list(register.store.faults())
    register.store.close()
    return outcome


def _round(store: str, whole: tuple[str, str], seconds: float, register: Register) -> list[dict]:
    """Start, write, kill; what was acknowledged."""
    # Connections do not survive a fork.
    register.store.close()
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port = listening.getsockname()[1]
        server = os.fork()
        if server == 0:
            _serve(store, listening)
    _wait_for(port, server)
    read, write = os.pipe()
    writers = os.fork()
    if writers == 0:
        os.close(read)
        _write(port, whole, write)
    os.close(write)
    time.sleep(seconds)
    os.kill(server, signal.SIGKILL)
    os.waitpid(server, 0)
    with os.fdopen(read) as lines:
        told = [json.loads(line) for line in lines if line.endswith("\n")]
    os.waitpid(writers, 0)
    return told


def _serve(store: str, listening: socket.socket) -> None:
    try:
        app = create_app(Settings(store=store, writes_per_minute=10_000_000))
        config = uvicorn.Config(app, log_config=None, access_log=False)
        uvicorn.Server(config).run(sockets=[listening])
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def _wait_for(port: int, server: int) -> None:
    for _ in range(3_000):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            if os.waitpid(server, os.WNOHANG)[0]:
                break
        time.sleep(0.01)
    raise RuntimeError("the server did not start")


def _write(port: int, whole: tuple[str, str], pipe: int) -> None:
    """Eight threads that write until the server is gone, and say what it acknowledged."""
    threads = [threading.Thread(target=_work, args=(port, whole, pipe, number)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os._exit(0)


def _work(port: int, whole: tuple[str, str], pipe: int, number: int) -> None:
    organizer, steward = whole
    ends = datetime.date.today().isoformat()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    rng = np.random.default_rng([number, time.time_ns()])

    def ask(key: str, method: str, path: str, body: dict, **headers: str) -> dict:
        sent = {"Authorization": f"Bearer {key}", "Content-Type": "application/json", **headers}
        connection.request(method, path, json.dumps(body), sent)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        if answer.status not in (200, 201):
            raise AssertionError(f"{answer.status} {told}")
        return told

    def acknowledge(**what: object) -> None:
        # A line shorter than a pipe's buffer is written whole, whichever thread writes.
        os.write(pipe, (json.dumps(what) + "\n").encode())

    try:
        while True:
            body = {"level": "council", "name": f"Consejo {number}"}
            made = ask(organizer, "POST", "/api/territories", body)["id"]
            acknowledge(territory=made)
            scope = {"role": "spokesperson", "ends": ends, "territories": [made]}
            speaker = ask(steward, "POST", "/api/keys", scope)["key"]
            acknowledge(territory=made, key=speaker)
            path = f"/api/territories/{made}"
            lines = [_square(rng) for _ in range(3)]
            first = {"type": "Feature", "geometry": mapping(lines[0]), "properties": {}}
            ask(speaker, "PUT", f"{path}/boundary", first, **{"If-None-Match": "*"})
            acknowledge(territory=made, version=1, line=fingerprint(lines[0]))
            _propose_and_take(ask, acknowledge, made, organizer, lines[1], speaker)
    except (OSError, http.client.HTTPException, json.JSONDecodeError):
        return


def _propose_and_take(ask, acknowledge, made, organizer, line, speaker) -> None:  # type: ignore[no-untyped-def]
    """Two records that change together: the proposal is taken and its line is the new version, or neither."""
    path = f"/api/territories/{made}/proposals"
    drawn = {"type": "Feature", "geometry": mapping(line), "properties": {}}
    proposal = ask(organizer, "POST", path, drawn, **{"If-Match": '"v1"'})["id"]
    acknowledge(territory=made, proposal=proposal, state="waiting")
    ask(speaker, "POST", f"{path}/{proposal}", {"takes": True}, **{"If-Match": '"v1"'})
    acknowledge(territory=made, proposal=proposal, state="accepted", version=2, line=fingerprint(line))


def _square(rng: np.random.Generator) -> MultiPolygon:
    # The fingerprint is of the line on the grid, in the form in which it is kept.
    west, south = (round(float(each), 3) for each in rng.uniform((-72, 4), (-62, 10)))
    size = round(float(rng.uniform(0.002, 0.01)), 4)
    west, south, east, north = west, south, round(west + size, 7), round(south + size, 7)
    ring = [(west, south), (east, south), (east, north), (west, north)]
    return MultiPolygon([(ring, [])])


def _lost(register: Register, acknowledged: list[dict]) -> list[str]:
    """What was acknowledged and is not there, or only half."""
    lost = []
    with register.reading() as reading:
        for each in acknowledged:
            territory = each["territory"]
            if reading.get(Territory, territory) is None:
                lost.append(f"territory {territory}")
            if "version" in each:
                kept = reading.get(Boundary, territory, each["version"])
                if kept is None or kept.shape is None or fingerprint(kept.shape) != each["line"]:
                    lost.append(f"version {each['version']} of {territory}")
            if "key" in each and not _opens(register, each["key"]):
                lost.append(f"key of {territory}")
            if "proposal" in each:
                proposal = reading.get(Proposal, each["proposal"])
                if proposal is None or (each["state"] == "accepted" and proposal.state != each["state"]):
                    lost.append(f"proposal {each['proposal']}")
        taken = reading.find(Proposal, state=ProposalState.ACCEPTED)
        halves = [each.territory for each in taken if reading.get(Boundary, each.territory, 2) is None]
    return lost + [f"half of {territory}" for territory in halves]


def _opens(register: Register, whole: str) -> bool:
    try:
        keys.recognise(register, whole)
    except WrongKey:
        return False
    return True


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--store", help="an empty store; by default a new file")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = kill_servers(asked.store or str(Path(folder) / "kills.db"), asked.rounds, seed=asked.seed)
    told = {
        "task": "kills",
        "rounds": outcome.rounds,
        "writers": WRITERS,
        "acknowledged": outcome.acknowledged,
        "lost": len(outcome.lost),
        "faults": len(outcome.faults),
    }
    print(json.dumps(told))
    sys.exit(bool(outcome.lost or outcome.faults))


if __name__ == "__main__":
    main()
