"""A layer as rows of plain values: what every writer starts from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pyarrow
import shapely
from geopandas import GeoDataFrame

from territory.exchange import COLUMNS, GEOMETRY
from territory.export.errors import ExportError
from territory.model import LAYER_COLUMNS, WGS84

Cell = str | int | float | list[Any] | dict[str, Any] | None

_SHAPES = "geometry"
# Names that a format gives to columns of its own.
_RESERVED = frozenset({*COLUMNS, GEOMETRY, _SHAPES, "geom", "fid"})
# What neither XML 1.0 nor a database can hold; the register takes none of them either.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Beyond, readers that know only floating point would change the number.
_LARGEST_INTEGER = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Columns of equal length, and a shape for each row."""

    columns: Mapping[str, list[Cell]]
    """`territory.exchange.COLUMNS`, then the others; a column is all integers, all numbers, or texts and what is
    nested. ``None`` where nothing is known."""
    shapes: np.ndarray[Any, Any]
    """(n,) MultiPolygon in WGS 84, ``None`` where there is no line."""

    def __len__(self) -> int:
        return len(self.shapes)

    def kind(self, name: str) -> type[str] | type[int] | type[float]:
        """What a column holds; one without any value holds text, but ``families``."""
        found = {type(cell) for cell in self.columns[name] if cell is not None}
        if name == "families" and not found:
            return int
        return int if found == {int} else float if found == {float} else str

    def flat(self, name: str) -> list[str | int | float | None]:
        """A column with what is nested as JSON."""
        return [
            orjson.dumps(cell).decode() if isinstance(cell, dict | list) else cell for cell in self.columns[name]
        ]

    def texts(self, name: str) -> list[str | None]:
        """A column as texts; whole numbers without a fraction."""
        return [cell if cell is None else _said(cell) for cell in self.flat(name)]

    def table(self, names: Sequence[str], geometry: str) -> pyarrow.Table:
        """As Arrow, the shapes as WKB.

        Parameters
        ----------
        names
            What to call the columns, in their order.
        geometry
            What to call the shapes.
        """
        types = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64()}
        arrays = [pyarrow.array(self.flat(name), types[self.kind(name)]) for name in self.columns]
        wkb = pyarrow.array(shapely.to_wkb(self.shapes, flavor="iso", byte_order=1), pyarrow.binary())
        return pyarrow.table([*arrays, wkb], names=[*names, geometry])


def sheet_of(layer: GeoDataFrame, extra: Sequence[str]) -> Sheet:
    """Take a layer apart.

    Parameters
    ----------
    layer
        In the form of `territory.model`.
    extra
        Which other columns to take.

    Raises
    ------
    ValueError
        It is no layer, ids repeat, or a column is not there or has a name that formats need for themselves or
        cannot tell from another.
    ExportError
        A text holds what no file can.
    """
    _require_layer(layer, extra)
    columns: dict[str, list[Cell]] = {"id": [str(id_) for id_ in layer.index]}
    for name in (*LAYER_COLUMNS, *extra):
        columns[name] = cells_of(layer[name])
    for name, cells in columns.items():
        _require_writable(name, cells, columns["id"])
    shapes = np.asarray(layer.geometry.array).copy()
    shapes[shapely.is_empty(shapes)] = None
    return Sheet(columns=columns, shapes=shapes)


def _require_layer(layer: GeoDataFrame, extra: Sequence[str]) -> None:
    if layer.crs != WGS84:
        raise ValueError("a layer is in WGS 84")
    if missing := [name for name in (*LAYER_COLUMNS, *extra) if name not in layer]:
        raise ValueError(f"the layer has no column {', '.join(missing)}")
    if not layer.index.is_unique:
        raise ValueError("ids repeat")
    # SQLite and dBASE do not tell capitals from small letters.
    known = set(_RESERVED)
    for name in extra:
        if not name or name.lower() in known:
            raise ValueError(f"a file can have no other column called {name!r}")
        known.add(name.lower())


def cells_of(column: pd.Series) -> list[Cell]:
    """A column as plain values: all integers, all numbers, or texts and what is nested."""
    cells = [_cell(value) for value in column]
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {int} and all(abs(cell) <= _LARGEST_INTEGER for cell in cells if isinstance(cell, int)):
        return cells
    if kinds <= {int, float} and kinds != {int}:
        return [float(cell) if isinstance(cell, int) else cell for cell in cells]
    return [_said(cell) if isinstance(cell, int | float) else cell for cell in cells]


def _cell(value: Any) -> Cell:
    """A value as text, number, or what JSON can nest."""
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    if value is None or pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else str(value)
    return str(value)


def _said(cell: str | float) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _require_writable(name: str, cells: Sequence[Cell], ids: Sequence[Cell]) -> None:
    for id_, cell in zip(ids, cells, strict=True):
        # JSON writes what is nested with escapes of its own.
        if isinstance(cell, str) and _UNWRITABLE.search(cell):
            shown = _UNWRITABLE.sub("\ufffd", str(id_))
            raise ExportError("text.control", column=name, territory=shown)
