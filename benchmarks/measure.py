"""Run a command and weigh it: wall time, CPU time and peak memory of that process alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import median

from benchmarks.layers import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """What one run of a command cost."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    output: str


class Failed(Exception):
    """A command that did not end well; says how."""


def weigh(command: Sequence[str | Path], *, timeout_s: float) -> Weight:
    """Run a command to its end.

    Raises
    ------
    Failed
        It ended with an error, or took too long.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        began = time.perf_counter()
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=errors, cwd=ROOT)
        watch = threading.Timer(timeout_s, process.kill)
        watch.start()
        # Not process.wait(): only this one tells what the process used.
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - began
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        said, complaints = output.read(), errors.read().strip().splitlines()
    if process.returncode:
        reason = complaints[-1] if complaints else f"ended with {process.returncode}"
        raise Failed(f"took more than {timeout_s:g} s" if wall_s >= timeout_s else reason)
    return Weight(
        wall_s=wall_s, cpu_s=usage.ru_utime + usage.ru_stime, peak_mb=usage.ru_maxrss / 1024, output=said
    )


def interleaved(
    commands: Mapping[str, Callable[[], Weight]], *, runs: int
) -> tuple[dict[str, list[Weight]], dict[str, str]]:
    """Run each command in turn, ``runs`` rounds of them, so that a busy minute strikes all alike.

    Returns
    -------
    tuple
        The weights of each command, and what went wrong with those that failed, which run only once.
    """
    weights: dict[str, list[Weight]] = {name: [] for name in commands}
    failed: dict[str, str] = {}
    for _ in range(runs):
        for name, run in commands.items():
            if name in failed:
                continue
            try:
                weights[name].append(run())
            except Failed as error:
                failed[name] = str(error)
                print(f"  {name}: {error}", file=sys.stderr)
    return weights, failed


def absent(packages: Mapping[str, str]) -> dict[str, str]:
    """What went wrong with those whose package is not there; the packages by name of the peer."""
    return {name: "not installed" for name, package in packages.items() if find_spec(package) is None}


def medians(weights: Sequence[Weight]) -> Weight:
    """The median of each measure; the output of the last run."""
    return Weight(
        wall_s=median(each.wall_s for each in weights),
        cpu_s=median(each.cpu_s for each in weights),
        peak_mb=median(each.peak_mb for each in weights),
        output=weights[-1].output,
    )
