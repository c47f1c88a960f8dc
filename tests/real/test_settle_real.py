"""Real neighbours that claim the same ground: every overlap of Albuquerque's associations, settled every way."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries

from territory.geo.borders import stretches
from territory.geo.coverage import overlaps
from territory.geo.crs import to_degrees, to_metres
from territory.geo.repair import are_boundaries
from territory.geo.settle import NoMiddle, NothingLeft, Way, settle
from territory.intake import read
from territory.profiles import Profile

pytestmark = pytest.mark.real

ALBUQUERQUE = "overlap/albuquerque_neighborhood_associations.geojson"
SQUARE_DEGREE_M2 = 111_320.0**2


def test_every_overlap_of_neighbourhood_associations_can_be_settled(shared_data: Path, profile: Profile) -> None:
    """106 pairs share ground; with strips from the border in metres, as people are shown them."""
    boundaries = read(shared_data / ALBUQUERQUE, profile=profile).layer.geometry
    boundaries = boundaries[are_boundaries(np.asarray(boundaries.array))]
    metres = to_metres(boundaries)
    settled = 0
    for pair in overlaps(metres).itertuples():
        left, right = boundaries[pair.left], boundaries[pair.right]
        found = stretches(
            metres[pair.left], metres[pair.right], tolerance_m=profile.tolerances.sliver_m, reach_m=50
        )
        strips = to_degrees(GeoSeries(found.strip[found.kind != "matched"].tolist(), crs=metres.crs))
        for strip in strips:
            for way in (Way.TO_LEFT, Way.TO_RIGHT, Way.MIDDLE):
                try:
                    one = settle(left, right, strip, way)
                except (NothingLeft, NoMiddle):
                    continue
                settled += 1
                assert are_boundaries(np.array([one.left, one.right])).all()
                inner = shapely.make_valid(strip).buffer(-2e-7)
                rest = inner.intersection(one.left).intersection(one.right)
                assert rest.area * SQUARE_DEGREE_M2 <= 1e-6, (pair.left, pair.right, way)
                own, met = (directed(side) for side in (one.left, one.right))
                line = directed(one.divided)
                assert line <= own
                assert {(stop, start) for start, stop in line} <= met
    assert settled > 100


def directed(shape: shapely.Geometry) -> set[tuple[tuple[float, float], tuple[float, float]]]:
    """The edges of a boundary or a line, each with its direction."""
    parts = shapely.get_parts(shape)
    lines = shapely.get_rings(parts) if shape.geom_type == "MultiPolygon" else parts
    coords, line = shapely.get_coordinates(lines, return_index=True)
    points = list(map(tuple, coords.tolist()))
    return {(points[k], points[k + 1]) for k in range(len(points) - 1) if line[k] == line[k + 1]}
