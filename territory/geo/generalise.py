"""Coarse outlines: what a lattice of the whole world can tell of a shape, and nothing finer.

The lattice is fixed, so that a coarse outline is made of answers to the same few questions (does the shape hold
the centre of this cell?) whatever the zoom, the date or the neighbour. A line that moves without flipping an
answer changes nothing, and no vertex of it is ever shown; two views of one line laid over each other tell nothing
more.
"""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoSeries
from shapely import MultiPolygon

from territory.geo.crs import GRID_DEG
from territory.geo.lattice import Ints, Lattice, cells_of, distinct, outlines_of
from territory.geo.repair import canonical

# About 1 m².
_CRUMB_DEG2 = 1e-10


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
    veils = outlines_of(lattice.of_units(zone, owners), lattice, len(owners))
    owners = owners[shapely.intersects(drawn[owners], veils)]
    if len(owners):
        drawn[owners] = _veiled(shapes.iloc[owners], lattice.of_units(zone, owners), lattice)
    return GeoSeries(drawn, index=shapes.index, crs=shapes.crs)


def _veiled(shapes: GeoSeries, zone: Ints, lattice: Lattice) -> np.ndarray:
    cells = cells_of(shapes, lattice)
    veils = outlines_of(zone, lattice, len(shapes))
    inside = outlines_of(np.intersect1d(cells, zone, assume_unique=True), lattice, len(shapes))
    outside = without(np.asarray(shapes.array), veils)
    drawn = _tidied(shapely.union(outside, inside, grid_size=GRID_DEG))
    lost = shapely.is_empty(drawn)
    drawn[lost] = outlines_of(cells, lattice, len(shapes))[lost]
    return drawn


def without(shapes: np.ndarray, ground: np.ndarray) -> np.ndarray:
    """Take ground away from shapes, row by row.

    Parameters
    ----------
    shapes, ground
        (n,) valid polygons in WGS 84 on the 1e-7° grid.

    Returns
    -------
    ndarray
        (n,) canonical MultiPolygon. Crumbs of less than about 1 m², which rounding leaves where two lines run
        together, are gone.
    """
    # With a grid size GEOS rounds while it cuts, and what comes out is valid; the points given are on the grid.
    return _tidied(shapely.difference(shapes, ground, grid_size=GRID_DEG))


def _tidied(shapes: np.ndarray) -> np.ndarray:
    """(n,) canonical MultiPolygon without crumbs; the ground alone decides the order of its rings and points."""
    whole = np.asarray(canonical(GeoSeries(shapely.normalize(shapes), crs=4326)).array)
    parts, owner = shapely.get_parts(whole, return_index=True)
    kept = shapely.area(parts) >= _CRUMB_DEG2
    result = np.full(len(whole), MultiPolygon(), dtype=object)
    if kept.any():
        shapely.multipolygons(parts[kept], indices=owner[kept], out=result)
    return result
