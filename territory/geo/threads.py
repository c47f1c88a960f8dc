"""Run array functions that hold no lock (GEOS, compiled kernels) on all cores, chunk by chunk."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

WORKERS = os.cpu_count() or 1


def in_chunks(function: Callable[..., Any], *arrays: np.ndarray, chunk: int = 2048) -> np.ndarray:
    """Apply a vectorised function to aligned arrays, in order.

    Parameters
    ----------
    function
        Takes slices of ``arrays``, returns one row for each of theirs.
    arrays
        (n, …) each.
    chunk
        Rows a call; fewer rows than this run right here.
    """
    size = len(arrays[0])
    if size <= chunk:
        return np.asarray(function(*arrays))
    starts = range(0, size, chunk)
    with ThreadPoolExecutor(WORKERS) as pool:
        return np.concatenate(list(pool.map(lambda at: function(*(a[at : at + chunk] for a in arrays)), starts)))
