"""KaHIP: balanced graph partitions with few cut edges."""

from __future__ import annotations

import kahip
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from benchmarks.peers.dividing import Problem

ECO = 1
"""Its middle way between quick and thorough."""


def divide(problem: Problem) -> pd.Series:
    """Parts of middle size that may be as much larger as the bounds allow."""
    imbalance = problem.most / problem.target - 1

    def parts_of(graph: csr_array, parts: int, units: np.ndarray) -> np.ndarray:
        ones, weights = [1] * len(units), [1] * graph.nnz
        rows, others = graph.indptr.tolist(), graph.indices.tolist()
        found = kahip.kaffpa(ones, rows, weights, others, parts, imbalance, True, 1, ECO)
        return np.asarray(found[1])

    return problem.by_component(parts_of)
