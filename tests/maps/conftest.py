"""A small layer with two groups and one of each kind of finding, and names that try to be markup."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import MultiPolygon, Point, Polygon, box

from territory.findings import Code, Finding, Severity
from territory.model import WGS84, Surroundings, as_layer

WEST, SOUTH, STEP = -69.3, 10.0, 0.01
HOSTILE = """<img src=x onerror="globalThis.harmed=1">'</script><script>globalThis.harmed=1</script>"""


def cell(column: float, row: float = 0, width: float = 1, height: float = 1) -> Polygon:
    """A rectangle of the grid that the territories stand on."""
    west, south = WEST + column * STEP, SOUTH + row * STEP
    return box(round(west, 7), round(south, 7), round(west + width * STEP, 7), round(south + height * STEP, 7))


@pytest.fixture(scope="session")
def layer() -> gpd.GeoDataFrame:
    """Two rows of three councils; the first row is a commune, of the second one council has a hostile name."""
    shapes = {f"c{row}{column}": cell(column, row) for row in range(2) for column in range(3)}
    shapes["k0"] = cell(0, 0, 3)
    count = len(shapes)
    return as_layer(
        gpd.GeoSeries([MultiPolygon([shape]) for shape in shapes.values()], list(shapes), crs=WGS84),
        name=["El Ají", "La Ceiba", "Río Claro", "Loma", HOSTILE, "El Cardón", "Comuna Maíz"],
        level=["council"] * (count - 1) + ["commune"],
        parent=["k0"] * 3 + [None] * (count - 3),
        kind=["rural"] * (count - 1) + [None],
        families=[171] * (count - 1) + [None],
    )


@pytest.fixture(scope="session")
def surroundings() -> Surroundings:
    jurisdictions = gpd.GeoDataFrame(
        {"name": ["Norte", "Lara"], "level": ["municipality", "state"], "source": "invented"},
        geometry=[cell(-1, 1, 6, 3), cell(-1, -1, 6, 6)],
        index=["m1", "s1"],
        crs=WGS84,
    )
    land = gpd.GeoDataFrame(geometry=[cell(-1, -1, 6, 6)], crs=WGS84)
    return Surroundings(jurisdictions=jurisdictions, land=land, is_fictitious=True)


def found(code: Code, severity: Severity, shape, ids=("c00", "c11"), **args) -> Finding:
    """A finding at a shape."""
    place = shape.representative_point() if not shape.is_empty else Point()
    return Finding(code=code, severity=severity, territories=ids, geometry=shape, place=place, args=args)


@pytest.fixture(scope="session")
def findings() -> list[Finding]:
    return [
        found(Code.OVERLAP, Severity.WARNING, cell(0.9, 0.2, 0.2, 0.4), area_m2=98_000.0),
        found(Code.OVERLAP, Severity.WARNING, cell(1.9, 0.2, 0.05, 0.1), area_m2=6_000.0),
        found(Code.SLIVER_GAP, Severity.NOTE, cell(0, 1, 1, 0.002), area_m2=2_400.0, width_m=2.0),
        found(Code.INVALID, Severity.ERROR, Polygon(), ids=("c12",)),
    ]
