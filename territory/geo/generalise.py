"""Coarse outlines: what a lattice of the whole world can tell of a shape, and nothing finer.

The lattice is fixed, so that a coarse outline is made of answers to the same few questions (does the shape hold
the centre of this cell?) whatever the zoom, the date or the neighbour. A line that moves without flipping an
answer changes nothing, and no vertex of it is ever shown; two views of one line laid over each other tell nothing
more.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely import MultiPolygon

from territory.geo.crs import GRID_DEG
from territory.geo.lattice import Ints, Lattice, cells_beside, cells_of, distinct, outlines_of
from territory.geo.repair import canonical_shapes
from territory.geo.threads import in_chunks

# About 1 m².
_CRUMB_DEG2 = 1e-10
# Cutting one shape takes longer than handing it to another thread.
_CUT_AT_ONCE = 256


def general(shapes: GeoSeries, *, cell_deg: float) -> GeoSeries:
    """Draw shapes as coarse as a lattice: each becomes the union of the cells whose centre it holds.

    A shape that holds no centre becomes the one cell that its point on surface lies in. Shapes that do not overlap
    hold no centre in common, so their outlines do not overlap either, unless one of them is so small.

    Parameters
    ----------
    shapes
        (n,) valid polygons in WGS 84.
    cell_deg
        Side of a cell in degrees, a multiple of the 1e-7° grid.

    Returns
    -------
    GeoSeries
        (n,) canonical MultiPolygon on the index of ``shapes``; empty where a shape is.

    Raises
    ------
    NotGeographic
        ``shapes`` are not in WGS 84.

    Examples
    --------
    >>> from shapely import box
    >>> shape = GeoSeries([box(0.0004, 0.0004, 0.0026, 0.0013)], crs=4326)
    >>> general(shape, cell_deg=0.001).to_wkt().tolist()
    ['MULTIPOLYGON (((0 0, 0.003 0, 0.003 0.001, 0 0.001, 0 0)))']
    """
    lattice = Lattice(cell_deg)
    return GeoSeries(
        outlines_of(cells_of(shapes, lattice), lattice, len(shapes)), index=shapes.index, crs=shapes.crs
    )


def veiled(shapes: GeoSeries, zone: Ints, lattice: Lattice) -> GeoSeries:
    """Draw shapes exactly outside a zone and in their general form inside.

    Parameters
    ----------
    shapes
        (n,) canonical, valid boundaries in WGS 84.
    zone
        Cells for each shape, whose position is the unit; those that the shape does not meet do not matter.
    lattice
        Of the zone and of the general form.

    Returns
    -------
    GeoSeries
        (n,) canonical MultiPolygon on the index of ``shapes``; the same object where a shape does not meet its
        zone. A shape of which nothing would be left is drawn in its general form.
    """
    drawn = np.asarray(shapes.array).copy()
    owners = distinct(lattice.cells(zone)[0])
    # A cell that the line does not pass lies inside or outside, whole: there, exact and general form agree.
    passed = cells_beside(shapes.iloc[owners], lattice, reach_m=0)
    zone = np.intersect1d(lattice.of_units(zone, owners), passed, assume_unique=True)
    met = distinct(lattice.cells(zone)[0])
    if len(met):
        owners, zone = owners[met], lattice.of_units(zone, met)
        veils = outlines_of(zone, lattice, len(met))
        cells = cells_of(shapes.iloc[owners], lattice)
        inside = outlines_of(np.intersect1d(cells, zone, assume_unique=True), lattice, len(met))
        drawn[owners] = in_chunks(partial(_veiled, lattice), drawn[owners], veils, inside, chunk=_CUT_AT_ONCE)
        lost = np.flatnonzero(shapely.is_empty(drawn[owners]))
        drawn[owners[lost]] = outlines_of(lattice.of_units(cells, lost), lattice, len(lost))
    return GeoSeries(drawn, index=shapes.index, crs=shapes.crs)


def _veiled(lattice: Lattice, shapes: np.ndarray, veils: np.ndarray, inside: np.ndarray) -> np.ndarray:
    outside = shapely.difference(shapes, veils, grid_size=GRID_DEG)
    return _tidied(shapely.union(outside, inside, grid_size=GRID_DEG), lattice)


def without(shapes: np.ndarray, ground: np.ndarray, lattice: Lattice) -> np.ndarray:
    """Take ground away from shapes, row by row.

    Parameters
    ----------
    shapes, ground
        (n,) valid polygons in WGS 84 on the 1e-7° grid.
    lattice
        Whose cells they may be made of.

    Returns
    -------
    ndarray
        (n,) canonical MultiPolygon. Crumbs of less than about 1 m², which rounding leaves where two lines run
        together, are gone.
    """
    # With a grid size GEOS rounds while it cuts, and what comes out is valid; the points given are on the grid.
    return _tidied(shapely.difference(shapes, ground, grid_size=GRID_DEG), lattice)


def _tidied(shapes: np.ndarray, lattice: Lattice) -> np.ndarray:
    """(n,) canonical MultiPolygon without crumbs, written in the one way that its ground and its corners decide.

    Cutting leaves points where cells met that are one piece now: they would tell which cells were cut.
    """
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kept = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) >= _CRUMB_DEG2)
    lines, part = shapely.get_rings(parts[kept], return_index=True)
    polygons = shapely.polygons(_without_points_on_sides(lines, lattice), indices=part)
    result = np.full(len(shapes), MultiPolygon(), dtype=object)
    shapely.multipolygons(polygons, indices=owner[kept], out=result)
    return canonical_shapes(shapely.normalize(result))


def _without_points_on_sides(lines: np.ndarray, lattice: Lattice) -> np.ndarray:
    """Rings less the points between two others on the same side of a row or column of cells."""
    coords, ring = shapely.get_coordinates(lines, return_index=True)
    opens = ring[1:] == ring[:-1]
    coords, ring = coords[:-1][opens], ring[:-1][opens]
    first = np.searchsorted(ring, np.arange(len(lines) + 1))
    before, after = np.arange(len(ring)) - 1, np.arange(len(ring)) + 1
    before[first[:-1]], after[first[1:] - 1] = first[1:] - 1, first[:-1]
    steps, side = np.rint(coords / GRID_DEG).astype(np.int64), round(lattice.cell_deg / GRID_DEG)
    on_side = (steps % side == 0) & (steps[before] == steps) & (steps[after] == steps)
    corners = ~on_side.any(axis=1)
    return np.asarray(shapely.linearrings(coords[corners], indices=ring[corners]))
