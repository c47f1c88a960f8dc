"""libpysal: contiguity as spatial statistics know it; fuzzy where lines are drawn by hand."""

from __future__ import annotations

import pandas as pd
from libpysal.graph import Graph

from benchmarks.peers.task import SLIVER_M, Given


def neighbours(given: Given) -> pd.DataFrame:
    """Rook contiguity by shared vertices; with noise, boundaries buffered by the tolerance that meet."""
    units = given.units.geometry
    if given.noise_m:
        graph = Graph.build_fuzzy_contiguity(units, buffer=SLIVER_M)
    else:
        graph = Graph.build_contiguity(units, rook=True)
    pairs = graph.adjacency.reset_index()
    pairs = pairs[(pairs["weight"] > 0) & (pairs["focal"] < pairs["neighbor"])]
    return pairs.rename(columns={"focal": "left", "neighbor": "right"})[["left", "right"]].reset_index(drop=True)
