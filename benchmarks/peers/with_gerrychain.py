"""gerrychain: the dual graph that districting plans are drawn on."""

from __future__ import annotations

import warnings

import pandas as pd
from gerrychain import Graph

from benchmarks.peers.task import Given


def neighbours(given: Given) -> pd.DataFrame:
    """Rook adjacency of its dual graph."""
    with warnings.catch_warnings():
        # It warns of every overlap and of islands; we know.
        warnings.simplefilter("ignore")
        graph = Graph.from_geodataframe(given.units[["geometry"]], adjacency="rook", ignore_errors=True)
    pairs = [tuple(sorted(pair)) for pair in graph.edges]
    return pd.DataFrame(pairs, columns=["left", "right"])
