"""spopt: max-p regions, which have a least size and no most."""

from __future__ import annotations

import libpysal
import numpy as np
import pandas as pd
from spopt.region import MaxPHeuristic

from benchmarks.peers.dividing import Problem


def divide(problem: Problem) -> pd.Series:
    """As many regions as the least size allows, alike in where they lie."""
    places = problem.units.centroid
    table = problem.units.assign(x=places.x, y=places.y, count=1).reset_index(drop=True)
    labels, used = np.full(len(table), -1), 0
    graph = problem.graph()
    for units in problem.components():
        own = graph[units][:, units]
        near = {k: own.indices[own.indptr[k] : own.indptr[k + 1]].tolist() for k in range(len(units))}
        weights = libpysal.weights.W(near, silence_warnings=True)
        np.random.seed(1)  # it draws from the global stream
        model = MaxPHeuristic(
            table.iloc[units].reset_index(drop=True), weights, ["x", "y"], "count", problem.least, top_n=2
        )
        model.solve()
        labels[units] = used + np.asarray(model.labels_)
        used = int(labels.max()) + 1
    return problem.labelled(labels)
