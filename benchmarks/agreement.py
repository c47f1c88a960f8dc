"""Whether two answers are the same, as far as they can be.

Pairs and shares must be the same pairs with the same areas (to 0.1 %, or 5 m²: a straight edge in degrees bends
a little in metres, and we let it). Gaps must be as many, and as large together to 1 %. Neighbours on a clean
layer must be the same pairs; drawn by hand, 98 % of them. Pairs of less than 5 m², and on hand-drawn lines a
few in a hundred thousand at the edge of a threshold, may be on one side only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

_SAME_AREA = 1e-3
_ROUNDING_M2 = 5.0
_SAME_GROUND = 0.01
_SAME_NEIGHBOURS = 0.98
_SAME_COUNT_BY_HAND = 0.01


def counts_of_ours(summary: dict[str, Any]) -> dict[str, int]:
    """What ``territory check --format json`` found, in the terms of `benchmarks.peers.whole`."""
    found = {code: entry["count"] for code, entry in summary["findings"].items()}

    def total(*codes: str) -> int:
        return sum(found.get(code, 0) for code in codes)

    nested = ("coverage.duplicate", "coverage.contains")
    return {
        "overlaps": total("coverage.overlap", "coverage.sliver_overlap", *nested),
        "wide": total("coverage.overlap", *nested),
        "gaps": total("coverage.gap", "coverage.sliver_gap"),
        "parted": total("contiguity.pieces", "contiguity.corner_only"),
        "crossings": total("jurisdiction.crosses"),
    }


def counts(ours: dict[str, int], theirs: dict[str, int], noise_m: float) -> bool:
    """Whether two checks found as many of everything; hand-drawn, of overlaps and gaps."""
    if noise_m:
        # Contact by a tolerance and by shared vertices differ by design on such a layer: no vertex is shared.
        return all(
            abs(ours[what] - theirs[what]) <= _SAME_COUNT_BY_HAND * ours[what]
            for what in ("overlaps", "wide", "gaps")
        )
    return all(ours[what] == theirs[what] for what in ours)


def tables(task: str, ours: Path, theirs: Path, noise_m: float) -> bool:
    """Whether two tables of `benchmarks.peers.task` say the same."""
    left, right = pd.read_parquet(ours), pd.read_parquet(theirs)
    if task == "gaps":
        both = left["area_m2"].sum(), right["area_m2"].sum()
        return len(left) == len(right) and bool(np.isclose(*both, rtol=_SAME_GROUND))
    if task == "neighbours":
        a, b = _pairs(left), _pairs(right)
        return a == b if not noise_m else len(a & b) >= _SAME_NEIGHBOURS * max(len(a), len(b))
    keys = ["left", "right"] if task == "overlaps" else ["unit", "jurisdiction"]
    if task == "overlaps":
        left, right = _in_order(left), _in_order(right)
    joined = left.merge(right, on=keys, how="outer", suffixes=("_ours", "_theirs"))
    areas = joined[["area_m2_ours", "area_m2_theirs"]].fillna(0.0).to_numpy()
    return bool(np.isclose(areas[:, 0], areas[:, 1], rtol=_SAME_AREA, atol=_ROUNDING_M2).all())


def with_truth(answer: Path, true: Path) -> dict[str, float]:
    """Recall and precision of neighbours."""
    found, known = _pairs(pd.read_parquet(answer)), _pairs(pd.read_parquet(true))
    both = len(found & known)
    return {
        "recall": round(both / len(known), 4) if known else 0.0,
        "precision": round(both / len(found), 4) if found else 0.0,
    }


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    ends = np.sort(table[["left", "right"]].to_numpy().astype(str), axis=1)
    return table.assign(left=ends[:, 0], right=ends[:, 1])


def _pairs(table: pd.DataFrame) -> set[tuple[str, str]]:
    ordered = _in_order(table)
    return set(zip(ordered["left"], ordered["right"], strict=True))
