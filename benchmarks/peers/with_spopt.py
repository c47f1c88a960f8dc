"""spopt: regions of spatial statistics. Max-p knows a least size; the others know how many regions, and no size.

All of them are told where the councils lie, and are asked for regions of councils that lie close to each other.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import geopandas as gpd
import libpysal
import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from spopt.region import AZP, MaxPHeuristic, Skater, WardSpatial

from benchmarks.peers.dividing import Problem

PLACE = ["x", "y"]
Solve = Callable[[gpd.GeoDataFrame, libpysal.weights.W, int], np.ndarray]


def divide(problem: Problem) -> pd.Series:
    """Max-p: as many regions as the least size allows."""

    def solve(table: gpd.GeoDataFrame, near: libpysal.weights.W, parts: int) -> np.ndarray:
        model = MaxPHeuristic(table, near, PLACE, "count", problem.least, top_n=2)
        model.solve()
        return np.asarray(model.labels_)

    return _each_component(problem, solve)


def skater(problem: Problem) -> pd.Series:
    """SKATER: a spanning tree is cut where neighbours are least alike."""

    def solve(table: gpd.GeoDataFrame, near: libpysal.weights.W, parts: int) -> np.ndarray:
        model = Skater(table, near, PLACE, n_clusters=parts, floor=problem.least)
        model.solve()
        return np.asarray(model.labels_)

    return _each_component(problem, solve)


def azp(problem: Problem) -> pd.Series:
    """AZP: a random division is improved move by move."""

    def solve(table: gpd.GeoDataFrame, near: libpysal.weights.W, parts: int) -> np.ndarray:
        model = AZP(table, near, PLACE, n_clusters=parts, random_state=1)
        model.solve()
        return np.asarray(model.labels_)

    return _each_component(problem, solve)


def ward(problem: Problem) -> pd.Series:
    """Ward: the two regions are merged that are most alike."""

    def solve(table: gpd.GeoDataFrame, near: libpysal.weights.W, parts: int) -> np.ndarray:
        model = WardSpatial(table, near, PLACE, n_clusters=parts)
        model.solve()
        return np.asarray(model.labels_)

    return _each_component(problem, solve)


def _each_component(problem: Problem, solve: Solve) -> pd.Series:
    places = problem.units.centroid
    table = problem.units.assign(x=places.x, y=places.y, count=1).reset_index(drop=True)

    def parts_of(graph: csr_array, parts: int, units: np.ndarray) -> np.ndarray:
        near = {k: graph.indices[graph.indptr[k] : graph.indptr[k + 1]].tolist() for k in range(len(units))}
        weights = libpysal.weights.W(near, silence_warnings=True)
        np.random.seed(1)  # it draws from the global stream
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own dependencies' next versions
            return solve(table.iloc[units].reset_index(drop=True), weights, parts)

    return problem.by_component(parts_of)
