"""All benchmarks in one run, each a process of its own; ``python -m benchmarks.NAME`` is one of them alone.

::

    python -m benchmarks                        # all, at full size: hours
    python -m benchmarks gaps regions           # some of them
    python -m benchmarks --quick                # small, to see that they run: minutes

Peers that are not there are said to be missing. ``requirements-bench.lock`` has them all but PostGIS, which
takes part in ``coverage`` where ``TERRITORY_BENCH_PG`` names a server.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.layers import ROOT

# What each of them is told for a small size.
QUICK = {
    "coverage": "--size 300 --runs 1",
    "gaps": "--size 300 --runs 1 --noise 10",
    "regions": "--size 400 --runs 1 --towns 1",
    "corridors": "--runs 1 --trees 200,4 120,8 --councils 300",
    "access": "--nodes 400 --runs 1",
    "tiles": "--size 300 --runs 1",
    "drawing": "--size 300 --drawings 20",
    "importing": "--size 300",
    "writers": "--size 300 --writers 4 --each 4",
    "pages": "--size 300",
    "crash": "--rounds 4",
    "kills": "--rounds 4",
}


def main() -> int:
    """Command line; ends with 1 if a benchmark fails."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=f"only these: {', '.join(QUICK)}", metavar="name")
    parser.add_argument("--quick", action="store_true", help="at a small size")
    asked = parser.parse_args()
    if unknown := set(asked.names) - set(QUICK):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}")
    broken = []
    for name in asked.names or QUICK:
        print(f"== {name}", flush=True)
        given = QUICK[name].split() if asked.quick else []
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *given], cwd=ROOT).returncode:
            broken.append(name)
    if broken:
        print(f"did not end well: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
