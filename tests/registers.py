"""Stores for tests: a layer published whole, in a file of its own."""

from __future__ import annotations

import datetime
from pathlib import Path

from geopandas import GeoDataFrame

from territory.model import Publication, Surroundings
from territory.profiles import load_profile
from territory.services.importing import keep_region
from territory.services.storing import open_register

FOUNDED = datetime.date(2024, 4, 21)


def published(
    path: Path,
    layer: GeoDataFrame,
    surroundings: Surroundings | None = None,
    *,
    publication: Publication = Publication.EXACT,
) -> Path:
    """Keep a layer in a new store; everybody sees it, unless another level is asked for."""
    register = open_register(str(path), load_profile(), create=True)
    keep_region(register, layer, surroundings or Surroundings(), publication=publication, since=FOUNDED)
    register.store.close()
    return path
