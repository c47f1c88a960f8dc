"""What a reader hands over: shapes as they stand in the file, and the columns that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pyproj import CRS

from territory.intake.errors import Notice

Choose = Callable[[Sequence[str]], list[str]]
"""From the names of all columns of a file to those worth reading."""


@dataclass(slots=True, kw_only=True)
class Source:
    """The features of one file, in its own CRS and order."""

    shapes: np.ndarray[Any, Any]
    """(n,) geometries; ``None`` where there is none or it cannot be built."""
    crs: CRS | None
    """As the file says; ``None`` when it does not."""
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Only the columns that were chosen, each with n values."""
    reasons: Mapping[int, str] = field(default_factory=dict)
    """Why a shape could not be built, by its row."""
    notices: list[Notice] = field(default_factory=list)


def vocabulary(text: str) -> frozenset[str]:
    """A set of words, written as a text."""
    return frozenset(text.split())
