"""Whether two answers are the same, as far as they can be.

Pairs and shares must be the same pairs with the same areas (to 0.1 %, or 5 m²: a straight edge in degrees bends
a little in metres, and we let it); pairs of less than 5 m² may be on one side only. Gaps must be as many, and as
large together to 1 %. Of neighbours 98 % must be the same pairs: a sliver parts two councils for whoever looks
for shared vertices, and does not for us. For the same reason the number of parted communes is told, not compared.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

_SAME_AREA = 1e-3
_ROUNDING_M2 = 5.0
_SAME_GROUND = 0.01
_SAME_NEIGHBOURS = 0.98
_SAME_COUNT_BY_HAND = 0.01
_COMPARED = ("overlaps", "wide", "gaps", "crossings")


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
    """Whether two checks found as many of everything; hand-drawn, to 1 %: there all is near some threshold."""
    allowed = _SAME_COUNT_BY_HAND if noise_m else 0.0
    return all(abs(ours[what] - theirs[what]) <= allowed * ours[what] for what in _COMPARED)


def tables(task: str, ours: Path, theirs: Path) -> bool:
    """Whether two tables of `benchmarks.peers.task` say the same."""
    left, right = pd.read_parquet(ours), pd.read_parquet(theirs)
    if task == "gaps":
        both = left["area_m2"].sum(), right["area_m2"].sum()
        return len(left) == len(right) and bool(np.isclose(*both, rtol=_SAME_GROUND))
    if task == "neighbours":
        a, b = _pairs(left), _pairs(right)
        return len(a & b) >= _SAME_NEIGHBOURS * max(len(a), len(b))
    keys = ["left", "right"] if task == "overlaps" else ["unit", "jurisdiction"]
    if task == "overlaps":
        left, right = _in_order(left), _in_order(right)
    joined = left.merge(right, on=keys, how="outer", suffixes=("_ours", "_theirs"))
    areas = joined[["area_m2_ours", "area_m2_theirs"]].fillna(0.0).to_numpy()
    return bool(np.isclose(areas[:, 0], areas[:, 1], rtol=_SAME_AREA, atol=_ROUNDING_M2).all())


def with_truth(answer: Path, neighbours: Path, truth: Path) -> dict[str, float]:
    """Recall and precision of neighbours, those of councils drawn one over the other left out.

    Whether a second drawing just inside the first has the neighbours of the first is open to reading.
    """
    faults = pd.read_parquet(truth)
    twice = drawn_over(faults["code"], faults["territories"])
    found, known = (
        {pair for pair in _pairs(pd.read_parquet(path)) if twice.isdisjoint(pair)} for path in (answer, neighbours)
    )
    both = len(found & known)
    return {
        "recall": round(both / len(known), 4) if known else 0.0,
        "precision": round(both / len(found), 4) if found else 0.0,
    }


def drawn_over(codes: Iterable[str], territories: Iterable[Iterable[str]]) -> set[str]:
    """Ids of councils that lie in the place of another one, and of those others."""
    nested = ("coverage.duplicate", "coverage.contains")
    return {each for code, ids in zip(codes, territories, strict=True) if code in nested for each in ids}


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    ends = np.sort(table[["left", "right"]].to_numpy().astype(str), axis=1)
    return table.assign(left=ends[:, 0], right=ends[:, 1])


def _pairs(table: pd.DataFrame) -> set[tuple[str, str]]:
    ordered = _in_order(table)
    return set(zip(ordered["left"], ordered["right"], strict=True))
