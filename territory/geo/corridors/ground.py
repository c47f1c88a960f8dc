"""The ground that a corridor can take: territories, the uncovered land between them, and where one can cross."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from territory.geo.coverage import contacts
from territory.geo.crossing import doors
from territory.geo.crs import require_projected
from territory.geo.errors import GeoError
from territory.geo.gaps import dissolve, gaps
from territory.geo.jurisdictions import ground_within
from territory.geo.progress import Progress, silent
from territory.geo.threads import in_chunks

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]

# Two hexagons side by side share an edge of the width wanted, and a little more for rounding.
_SPARE = 1.01
_MOST_HEXAGONS = 500_000
# Hexagons on a side of a block of them.
_BLOCK = 8


class TooFine(GeoError):
    """The width wanted is so small that the uncovered land falls into more hexagons than can be searched."""


@dataclass(frozen=True)
class Ground:
    """Units by position, territories in the order of their ids before hexagons, and the crossings between them."""

    units: GeoSeries
    """(n,) polygons in metres by unit id."""
    is_uncovered: Bools
    """(n,) whether a unit is a hexagon of land that no territory covers."""
    ends: Ints
    """(m, 2) units between which one can cross in the width wanted."""
    crossing_m: Floats
    """(m,) width of each crossing; infinite for declared links."""
    width_m: float
    """How wide a corridor has to be."""
    tolerance_m: float
    """How far apart two drawings of one line may lie."""
    land: BaseGeometry | None

    @classmethod
    def of(
        cls,
        units: GeoSeries,
        *,
        width_m: float,
        tolerance_m: float,
        land: BaseGeometry | None = None,
        links: pd.DataFrame | None = None,
        progress: Progress = silent,
    ) -> Ground:
        """Cut the uncovered land into hexagons and find all crossings.

        Parameters
        ----------
        units
            (n,) valid polygons in metres, indexed by unit id, each id once and all ids strings.
        width_m
            Narrower crossings are none; the hexagons have edges of that length.
        tolerance_m
            How far apart two drawings of one line may lie; narrower gaps are lines drawn twice.
        land
            Ground on which a corridor may lie. Without it, only gaps that territories enclose can be taken.
        links
            ``left``, ``right``: declared links, which join units wherever they lie. Strangers are left out.

        Raises
        ------
        NotProjected
            The CRS is geographic or missing.
        TooFine
            There would be more than half a million hexagons.

        Examples
        --------
        >>> from shapely import box
        >>> units = GeoSeries([box(0, 0, 99, 99), box(300, 0, 399, 99)], index=["a", "b"], crs=32618)
        >>> ground = Ground.of(units, width_m=50, tolerance_m=1, land=box(0, 0, 399, 99))
        >>> ground.is_uncovered.tolist()[:3], round(shapely.union_all(ground.shapes).area) == 399 * 99
        ([False, False, True], True)
        """
        require_projected(units)
        units = units.sort_index()
        progress("uncovered", 0, 2)
        free = _hexagons(units, width_m=width_m, tolerance_m=tolerance_m, land=land)
        free.index = pd.Index([f"uncovered-{k:06}" for k in range(len(free))], dtype=object)
        together = GeoSeries(pd.concat([units, free]), crs=units.crs) if len(free) else units
        progress("crossings", 1, 2)
        found = contacts(together, tolerance_m=tolerance_m, min_edge_m=width_m)
        found = found.loc[found["is_rook"], ["left", "right", "width_m"]]
        if links is not None:
            declared = links.loc[links["left"].isin(units.index) & links["right"].isin(units.index)]
            found = pd.concat([declared[["left", "right"]].assign(width_m=np.inf), found])
        ends = np.column_stack([together.index.get_indexer(found[side]) for side in ("left", "right")])
        ends, first = np.unique(np.sort(ends, axis=1), axis=0, return_index=True)
        return cls(
            units=together,
            is_uncovered=np.arange(len(together)) >= len(units),
            ends=ends.astype(np.int64),
            crossing_m=found["width_m"].to_numpy(dtype=np.float64)[first],
            width_m=width_m,
            tolerance_m=tolerance_m,
            land=land,
        )

    @cached_property
    def shapes(self) -> Shapes:
        """(n,) the polygons, bare."""
        return np.asarray(self.units.array)

    @cached_property
    def middles(self) -> Shapes:
        """(n,) a point within each unit."""
        return np.asarray(shapely.point_on_surface(self.shapes))

    def doors(self, edges: Ints) -> Shapes:
        """The longest stretch of common line of some crossings; of links between units apart, the way between."""
        left, right = self.shapes[self.ends[edges, 0]], self.shapes[self.ends[edges, 1]]
        return in_chunks(lambda one, two: doors(one, two, self.tolerance_m), left, right, chunk=256)


def _hexagons(units: GeoSeries, *, width_m: float, tolerance_m: float, land: BaseGeometry | None) -> GeoSeries:
    """Uncovered land in hexagons; what a border leaves of one that is less than half goes to that beside it."""
    found = gaps(units, width_m=max(tolerance_m, 1e-3), land=land, with_slivers=False)
    pieces = np.asarray(found.geometry.array)
    if not len(pieces):
        return GeoSeries([], crs=units.crs)
    side_m = width_m * _SPARE
    hexagons = _grid(pieces, side_m)
    shapely.prepare(pieces)
    at, piece = shapely.STRtree(pieces).query(hexagons, predicate="intersects")
    hexagons, ground = hexagons[at], pieces[piece]
    cut = np.flatnonzero(~shapely.covers(ground, hexagons))
    if len(cut):
        hexagons[cut] = in_chunks(ground_within, hexagons[cut], ground[cut], chunk=256)
    parts = shapely.get_parts(hexagons)
    parts = GeoSeries(parts[shapely.area(parts) >= 1.0], crs=units.crs)
    # Half of a hexagon of that side.
    return _rounded_up(parts, least_m2=0.75 * np.sqrt(3) * side_m**2, tolerance_m=tolerance_m)


def _rounded_up(parts: GeoSeries, *, least_m2: float, tolerance_m: float) -> GeoSeries:
    """Unite each part that is too small with the large one to which it has the widest crossing."""
    is_small = parts.area.to_numpy() < least_m2
    beside = contacts(parts, tolerance_m=0.01 * tolerance_m, min_edge_m=0.1 * tolerance_m)
    beside = beside[beside["is_rook"]].sort_values("width_m", kind="stable")
    one, two = beside["left"].to_numpy(), beside["right"].to_numpy()
    host = np.arange(len(parts))
    for small, large in ((one, two), (two, one)):
        fits = is_small[small] & ~is_small[large]
        host[small[fits]] = large[fits]
    return GeoSeries(dissolve(parts, host).array, crs=parts.crs)


def _grid(pieces: Shapes, side_m: float) -> Shapes:
    """Hexagons on and beside some ground, as corners of one lattice, so that neighbours share them exactly."""
    step = np.array([side_m / 2, side_m * np.sqrt(3) / 2])
    if shapely.area(pieces).sum() > _MOST_HEXAGONS * 6 * np.prod(step):
        raise TooFine(f"a width of {side_m / _SPARE:g} m is too small for so much uncovered land")
    # Blocks of hexagons first: most of a large frame may be covered.
    block = np.array([3, 2]) * step * _BLOCK
    bounds = shapely.total_bounds(pieces).reshape(2, 2) / block
    # Hexagons reach over the edge of the block that they are counted in.
    low, high = np.floor(bounds[0]).astype(np.int64) - 1, np.ceil(bounds[1]).astype(np.int64) + 1
    blocks = np.stack(np.meshgrid(*(np.arange(*ends) for ends in zip(low, high, strict=True))), -1).reshape(-1, 2)
    boxes = shapely.box(*(blocks * block - 2 * side_m).T, *((blocks + 1) * block + 2 * side_m).T)
    blocks = blocks[np.unique(shapely.STRtree(pieces).query(boxes, predicate="intersects")[0])]
    inside = np.stack(np.meshgrid(np.arange(_BLOCK), np.arange(_BLOCK)), -1).reshape(-1, 2)
    column, row = (blocks[:, None, :] * _BLOCK + inside).reshape(-1, 2).T
    centre = np.stack([3 * column, 2 * row + column % 2], axis=-1)[:, None, :]
    corners = np.array([[2, 0], [1, 1], [-1, 1], [-2, 0], [-1, -1], [1, -1]])
    return np.asarray(shapely.polygons((centre + corners) * step))
