"""Counts of people from a raster: the cells of a GeoTIFF become points with a number each.

Where the cells lie is read from the tags that the GeoTIFF standard names (OGC 19-008r4); the cells themselves are
unpacked by Pillow. See docs/decisions/0012-population-raster.md.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from geopandas import GeoDataFrame, points_from_xy
from numpy.typing import NDArray
from PIL.TiffImagePlugin import TiffImageFile
from pyproj import CRS
from pyproj.exceptions import CRSError

from territory.intake.errors import IntakeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
# Modes of Pillow with one number a cell.
_ONE_BAND = ("L", "I", "F", "I;16", "I;16B")
_SCALE, _TIE_POINT, _MATRIX, _KEYS, _NO_DATA = 33550, 33922, 34264, 34735, 42113
_MODEL, _RASTER, _GEOGRAPHIC, _PROJECTED = 1024, 1025, 2048, 3072
_IS_GEOGRAPHIC, _IS_POINT, _OWN_SYSTEM = 2, 2, 32767

_MOST_CELLS = 400_000_000
_MOST_POINTS = 500_000
_CELL_M = 250.0
_COARSEST_M = 2_000.0
# Cells of no such side are a mistake in what the file says of itself.
_FINEST_M, _LARGEST_M = 1.0, 100_000.0
_CELLS_AT_ONCE = 2_000_000
_M_PER_DEGREE = 111_320.0
_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where the cells of a raster lie."""

    west: float
    north: float
    """Outer corner of the first cell, in the units of the CRS."""
    width: float
    height: float
    """Of one cell; the height is negative where rows go southwards, as they mostly do."""
    crs: CRS

    @property
    def cell_m(self) -> float:
        """About how long the side of a cell is."""
        side = max(abs(self.width), abs(self.height))
        return side * (_M_PER_DEGREE if self.crs.is_geographic else self.crs.axis_info[0].unit_conversion_factor)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """People by place."""

    places: GeoDataFrame
    """``value`` above 0, and points in the CRS of the raster: where the people of some cells are in the mean."""
    cell_m: float
    """About how long the side of the ground is that one point stands for."""


def is_raster(path: Path) -> bool:
    """Whether a file begins as a TIFF does."""
    with path.open("rb") as file:
        return file.read(4) in _MAGIC


def read_counts(path: Path, *, cell_m: float = _CELL_M, most: int = _MOST_POINTS) -> Counts:
    """Read how many people live where from a GeoTIFF of people per cell.

    Parameters
    ----------
    path
        One band of at most 32 bits, north up, in a system that the file names by its number. What it says is no
        data, what is no number and what is below 0 counts as nobody.
    cell_m
        Finer cells are put together to about this side.
    most
        Where there are more points, cells are put together further, up to 2 km.

    Raises
    ------
    IntakeError
        It is no such raster, is too large, or holds nobody.
    """
    try:
        # Pillow warns of what it then refuses, or reads all the same.
        with warnings.catch_warnings(action="ignore"), TiffImageFile(path) as image:
            grid, nothing = _grid(image, path.name), _no_data(image)
            found = _Blocks(max(1, int(cell_m / grid.cell_m)), grid.cell_m, most)
            for top, cells in _rows(image, found.rows):
                found.add(top, _people(cells, nothing))
    except IntakeError:
        raise
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError, struct.error) as error:
        # A file that is not there is told by whoever asked for it; Pillow has no error of its own for bad files.
        if isinstance(error, OSError) and error.filename is not None:
            raise
        raise IntakeError("raster.unreadable", name=path.name, reason=str(error)[:200]) from None
    if not len(found.people):
        raise IntakeError("raster.nobody", name=path.name)
    if len(found.people) > most:
        raise IntakeError("raster.too_large", name=path.name)
    x = grid.west + found.columns / found.people * grid.width
    y = grid.north + found.lines / found.people * grid.height
    values = {"value": found.people.round(_DIGITS)}
    return Counts(
        places=GeoDataFrame(values, geometry=points_from_xy(x, y), crs=grid.crs), cell_m=found.factor * grid.cell_m
    )


class _Blocks:
    """People by blocks of cells, put together further whenever there are too many blocks.

    Parameters
    ----------
    factor
        Cells on the side of a block.
    cell_m
        Side of a cell.
    most
        How many blocks there may be before they become coarser.
    """

    def __init__(self, factor: int, cell_m: float, most: int) -> None:
        self.factor, self._most = factor, most
        coarser = max(0, int(np.log2(max(1.0, _COARSEST_M / (factor * cell_m)))))
        self.rows = factor * 2**coarser
        """Cells on the side of the coarsest block: rows are given in multiples of it."""
        self._key: Ints = np.empty((0, 2), dtype=np.int64)
        self._sums: Floats = np.empty((0, 3))

    @property
    def people(self) -> Floats:
        """(n,) in each block that has any."""
        return self._sums[:, 0]

    @property
    def columns(self) -> Floats:
        """(n,) sum over the people of a block of where they are, in cells from the left."""
        return self._sums[:, 1]

    @property
    def lines(self) -> Floats:
        """(n,) the same from above."""
        return self._sums[:, 2]

    def add(self, top: int, people: Floats) -> None:
        """Take in some rows of cells, the first of which is the one numbered ``top``."""
        line, column = (np.arange(count) + 0.5 for count in people.shape)
        weights = (people, people * column, people * (top + line[:, None]))
        starts = [np.arange(0, count, self.factor) for count in people.shape]
        sums = np.stack([np.add.reduceat(np.add.reduceat(each, starts[0]), starts[1], axis=1) for each in weights])
        at = np.argwhere(sums[0] > 0)
        self._key = np.concatenate([self._key, at + np.array([top // self.factor, 0])])
        self._sums = np.concatenate([self._sums, sums[:, at[:, 0], at[:, 1]].T])
        while len(self._key) > self._most and self.factor < self.rows:
            self._coarsen()

    def _coarsen(self) -> None:
        self.factor *= 2
        self._key, block = np.unique(self._key // 2, axis=0, return_inverse=True)
        self._sums = np.column_stack([np.bincount(block.ravel(), each) for each in self._sums.T])


def _rows(image: TiffImageFile, multiple: int) -> Iterator[tuple[int, NDArray[Any]]]:
    """The cells from above, some rows at a time."""
    step = multiple * max(1, _CELLS_AT_ONCE // (image.width * multiple))
    for top in range(0, image.height, step):
        yield top, np.asarray(image.crop((0, top, image.width, min(top + step, image.height))))


def _people(cells: NDArray[Any], nothing: float) -> Floats:
    """The same cells with 0 wherever no number of people stands."""
    people = cells.astype(np.float64)
    people[~np.isfinite(people) | (people < 0) | (people == nothing)] = 0.0
    return people


def _no_data(image: TiffImageFile) -> float:
    """The value that means nobody counted; not a number where none does."""
    try:
        # Written as text, and compared with what 32 bits hold of it.
        value = float(str(image.tag_v2.get(_NO_DATA, "nan")).strip("\0 "))
    except ValueError:
        return float("nan")
    return float(np.float32(value)) if image.mode == "F" else value


def _grid(image: TiffImageFile, name: str) -> Grid:
    if image.mode not in _ONE_BAND:
        raise IntakeError("raster.band", name=name)
    if image.width * image.height > _MOST_CELLS:
        raise IntakeError("raster.too_large", name=name)
    tags = image.tag_v2
    keys = _geo_keys(tags.get(_KEYS, ()))
    if _MATRIX in tags:
        width, turned, _, west, turned_back, height, _, north = tags[_MATRIX][:8]
        if turned or turned_back:
            raise IntakeError("raster.turned", name=name)
    elif _SCALE in tags and _TIE_POINT in tags:
        (width, height), (column, row, _, x, y) = tags[_SCALE][:2], tags[_TIE_POINT][:5]
        height = -height
        west, north = x - column * width, y - row * height
    else:
        raise IntakeError("raster.place", name=name)
    if not (np.isfinite([west, north, width, height]).all() and width > 0 and height):
        raise IntakeError("raster.place", name=name)
    if keys.get(_RASTER) == _IS_POINT:
        # Coordinates are then of the middle of a cell.
        west, north = west - width / 2, north - height / 2
    grid = Grid(west=west, north=north, width=width, height=height, crs=_crs(keys, name))
    if not _FINEST_M <= grid.cell_m <= _LARGEST_M:
        raise IntakeError("raster.place", name=name)
    return grid


def _geo_keys(directory: Any) -> dict[int, int]:
    """The keys whose value stands in the directory itself."""
    entries = [directory[at : at + 4] for at in range(4, len(directory) - 3, 4)]
    return {int(key): int(value) for key, place, _, value in entries if place == 0}


def _crs(keys: dict[int, int], name: str) -> CRS:
    code = keys.get(_GEOGRAPHIC if keys.get(_MODEL) == _IS_GEOGRAPHIC else _PROJECTED)
    if code is None or code == _OWN_SYSTEM:
        raise IntakeError("raster.system", name=name)
    try:
        return CRS.from_epsg(code)
    except CRSError:
        raise IntakeError("raster.system", name=name) from None
