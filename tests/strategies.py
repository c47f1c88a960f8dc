"""Maps that are valid by construction, to be broken in one known way."""

from __future__ import annotations

import numpy as np
import shapely
from geopandas import GeoSeries
from hypothesis import strategies as st
from shapely import LineString, affinity, box

from territory.geo.repair import canonical

UTM = "EPSG:32619"
SIDE_M = 1000.0


@st.composite
def coverages(draw: st.DrawFn, *, max_cuts: int = 5) -> GeoSeries:
    """A square of one kilometre cut by random straight lines: units that fit edge to edge.

    Faces are put together from one set of noded lines, so that shared edges have the same points.
    """
    cuts = draw(st.integers(1, max_cuts))
    lines = [shapely.boundary(box(0, 0, SIDE_M, SIDE_M))]
    for _ in range(cuts):
        from_m, to_m = draw(st.integers(0, 1000)), draw(st.integers(0, 1000))
        ends = [(from_m, -1), (to_m, SIDE_M + 1)] if draw(st.booleans()) else [(-1, from_m), (SIDE_M + 1, to_m)]
        lines.append(LineString(ends))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))
    return GeoSeries(faces, index=[f"u{k:02}" for k in range(len(faces))], crs=UTM)


@st.composite
def polygons(draw: st.DrawFn, *, max_holes: int = 1) -> shapely.Polygon:
    """A star-shaped polygon of any size from a courtyard to a valley, perhaps with a hole."""
    corners = draw(st.integers(3, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners) + np.linspace(0, 0.1, corners))
    radius = rng.uniform(50, 500, corners)
    centre = rng.uniform(-600, 600, 2)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None] + centre
    shape = shapely.make_valid(shapely.Polygon(ring), method="structure", keep_collapsed=False)
    shape = max(shapely.get_parts(shape), key=shapely.area, default=box(0, 0, 10, 10))
    if draw(st.integers(0, max_holes)):
        hole = shapely.buffer(shapely.point_on_surface(shape), 10)
        shape = max(shapely.get_parts(shapely.difference(shape, hole)), key=shapely.area)
    return shape


def moved_apart(units: GeoSeries, seed: int, *, by_m: float, share: float = 1.0) -> GeoSeries:
    """Move each unit, or a share of them, on its own: no vertex is shared any more."""
    rng = np.random.default_rng(seed)
    steps = rng.uniform(-by_m, by_m, (len(units), 2)) * (rng.uniform(size=len(units)) < share)[:, None]
    moved = [affinity.translate(unit, *step) for unit, step in zip(units, steps, strict=True)]
    return GeoSeries(moved, index=units.index, crs=units.crs)


def in_degrees(units: GeoSeries) -> GeoSeries:
    """Units laid down in a valley at 10° N, canonical, in WGS 84."""
    return canonical(GeoSeries(units.translate(500_000, 1_100_000).array, units.index, crs=UTM).to_crs(4326))
