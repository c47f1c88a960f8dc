"""METIS by pymetis: balanced graph partitions with few cut edges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pymetis
from scipy.sparse import csr_array

from benchmarks.peers.dividing import Problem


def divide(problem: Problem) -> pd.Series:
    """Parts of middle size that may be as much larger as the bounds allow, asked to hang together."""
    slack = int(1000 * (problem.most / problem.target - 1))
    options = pymetis.Options(ufactor=slack, contig=1, seed=1)

    def parts_of(graph: csr_array, parts: int, units: np.ndarray) -> np.ndarray:
        near = pymetis.CSRAdjacency(graph.indptr, graph.indices)
        found = pymetis.part_graph(parts, near, options=options, recursive=False)
        return np.asarray(found[1])

    return problem.by_component(parts_of)
