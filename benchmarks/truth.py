"""How much of the generated truth our check finds, and how much it finds that is not there.

``python -m benchmarks.truth --size 50000 --noise 0`` reads a raw file of a region, broken boundaries included,
checks it with its surroundings and prints one JSON object per code: ``true``, ``found``, ``both``. With noise it
tells neighbours and wide gaps only: everything else about such a layer is noise.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.agreement import drawn_over
from territory.checks import check_layer
from territory.demo import Region, region
from territory.findings import Code
from territory.geo import coverage, gaps
from territory.geo.crs import to_metres
from territory.intake import read
from territory.profiles import load_profile


def of_codes(made: Region) -> Iterator[dict[str, Any]]:
    """File to findings, compared by code and territories, and for lines by level."""
    profile = load_profile()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "region.gpkg"
        made.write(path)
        intake = read(path, profile=profile)
    found = [*intake.findings, *check_layer(intake.layer, profile=profile, surroundings=made.surroundings)]
    ours = Counter((str(f.code), f.territories, f.args.get("level") or "") for f in found)
    levels = made.truth["level"].where(made.truth["level"].notna(), "")
    true = Counter(zip(made.truth["code"].astype(str), made.truth["territories"], levels, strict=True))
    for code in Code:
        yield _compared(str(code), _only(code, true), _only(code, ours))


def of_lines(made: Region, noise_m: float) -> Iterator[dict[str, Any]]:
    """Neighbours within the profile's tolerance, and gaps wider than two drawings of a line can lie apart."""
    limits = load_profile().tolerances
    metres = to_metres(made.layer.geometry[made.layer["level"] == "council"])
    found = coverage.neighbours(metres, tolerance_m=limits.sliver_m, min_edge_m=limits.min_edge_m)
    twice = drawn_over(made.truth["code"], made.truth["territories"])
    ours, true = (
        Counter(pair for pair in map(_sorted, table["left"], table["right"]) if twice.isdisjoint(pair))
        for table in (found, made.neighbours)
    )
    yield _compared("neighbours", true, ours)
    enclosed = made.truth[(made.truth["code"] == Code.GAP) & (made.truth["needs"] == "")]
    hamlets = to_metres(enclosed.geometry, metres.crs)
    for width_m in sorted({limits.sliver_m, max(limits.sliver_m, 2 * noise_m)}):
        wide = gaps.gaps(metres, width_m=width_m)
        wide = wide[wide["is_wide"]]
        gap, hamlet = hamlets.sindex.query(wide.geometry, predicate="intersects")
        yield {
            "what": f"gaps wider than {width_m:g} m",
            "true": len(hamlets),
            "found": len(wide),
            "both": len(set(hamlet)),
            "false": len(wide) - len(set(gap)),
        }


def _sorted(*pair: str) -> tuple[str, ...]:
    return tuple(sorted(pair))


def _only(code: Code, counted: Counter[Any]) -> Counter[Any]:
    return Counter({key: count for key, count in counted.items() if key[0] == code})


def _compared(what: str, true: Counter[Any], ours: Counter[Any]) -> dict[str, Any]:
    return {"what": what, "true": true.total(), "found": ours.total(), "both": (true & ours).total()}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=50_000)
    parser.add_argument("--noise", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    made = region(asked.size, seed=asked.seed, hand_drawn_m=asked.noise)
    if not asked.noise:
        for row in of_codes(made):
            print(json.dumps(row))
    for row in of_lines(made, asked.noise):
        print(json.dumps(row))


if __name__ == "__main__":
    main()
