"""A small store served in this process: five councils in a row, one of them out of line."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest
from fastapi.testclient import TestClient
from registers import published
from shapely import MultiPolygon, box

from territory.api.app import create_app
from territory.model import WGS84, Surroundings, as_layer
from territory.settings import Settings

STEP = 0.01
WEST, SOUTH = -69.3, 10.0


def square(column: float, row: float = 0.0, size: float = 1.0) -> MultiPolygon:
    """A square of the grid that the councils stand on."""
    west, south = round(WEST + column * STEP, 7), round(SOUTH + row * STEP, 7)
    return MultiPolygon([box(west, south, round(west + size * STEP, 7), round(south + size * STEP, 7))])


@pytest.fixture(scope="session")
def store(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("store") / "small.db"
    # The last one claims a tenth of its neighbour.
    columns = [0, 1, 2, 3, 3.9]
    boundaries = gpd.GeoSeries([square(column) for column in columns], list("abcde"), crs=WGS84)
    layer = as_layer(
        boundaries,
        name=["El Ají", "La Ceiba", "Río Claro", "<b>Loma</b>", "El Cardón"],
        families=[171, 23, 4, None, 90],
        kind=["urban", "rural", "indigenous", None, "urban"],
    )
    states = gpd.GeoDataFrame(
        {"name": ["Lara", "Portuguesa"], "level": "state", "source": "test"},
        geometry=[square(-5, -5, 7.5), square(2.5, -5, 7.5)],
        index=["s-1", "s-2"],
        crs=WGS84,
    )
    published(path, layer, Surroundings(jurisdictions=states))
    return path


@pytest.fixture(scope="session")
def settings(store) -> Settings:
    return Settings(
        store=str(store),
        check_max_vertices=2_000,
        check_max_bytes=300_000,
        upload_max_bytes=500_000,
        page_limit=3,
    )


@pytest.fixture(scope="session")
def client(settings):
    app = create_app(settings)
    with TestClient(app) as client:
        # On a busy machine the first check may take longer than a page waits; how it waits has a test of its own.
        assert app.state.live.public().findings(patience_s=300) is not None
        yield client
