"""Our own functions, one task at a time."""

from __future__ import annotations

import pandas as pd

from benchmarks.peers.dividing import Problem
from benchmarks.peers.task import MIN_AREA_M2, MIN_EDGE_M, SLIVER_M, Given, gap_table
from territory.geo import coverage, regions
from territory.geo import gaps as geo_gaps
from territory.geo import jurisdictions as geo_jurisdictions


def overlaps(given: Given) -> pd.DataFrame:
    """Pairs by the kernel over pairs of edges."""
    found = coverage.overlaps(given.units.geometry, min_area_m2=MIN_AREA_M2)
    return pd.DataFrame(found[["left", "right", "area_m2"]])


def neighbours(given: Given) -> pd.DataFrame:
    """Contact within the tolerance."""
    found = coverage.neighbours(given.units.geometry, tolerance_m=SLIVER_M, min_edge_m=MIN_EDGE_M)
    return found[["left", "right"]]


def gaps(given: Given) -> pd.DataFrame:
    """Wide gaps and slivers; two lines that each stray lie up to twice as far apart."""
    width_m = max(SLIVER_M, 2 * given.noise_m)
    found = geo_gaps.gaps(given.units.geometry, width_m=width_m, min_area_m2=MIN_AREA_M2)
    # What is left of hand-drawn lines is thousands of slivers on either side; the wide ones are the answer.
    wanted = found[found["is_wide"]] if given.noise_m else found
    return gap_table(wanted.geometry.to_numpy())


def jurisdictions(given: Given) -> pd.DataFrame:
    """Shares by the same kernel."""
    found = geo_jurisdictions.shares(given.units.geometry, given.jurisdictions.geometry, min_area_m2=MIN_AREA_M2)
    return found[["unit", "jurisdiction", "area_m2"]]


def divide(problem: Problem, *, tries_per_unit: int = 200) -> pd.Series:
    """One plan."""
    patchwork = regions.Patchwork.of(problem.units.geometry, problem.contacts)
    wanted = regions.Wanted(least=problem.least, most=problem.most)
    [plan] = regions.candidate_plans(patchwork, wanted, seed=1, count=1, tries_per_unit=tries_per_unit)
    return plan.of
