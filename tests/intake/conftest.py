"""Files and texts as people write them, read through the public functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import pytest
from shapely import MultiPolygon
from written import square

from territory.intake import Intake, IntakeError, read, read_shapes
from territory.profiles import Profile
from territory.words import LANGUAGES


@pytest.fixture
def councils() -> geopandas.GeoDataFrame:
    """Three councils side by side, with what a census sheet would say of them."""
    return geopandas.GeoDataFrame(
        {
            "codigo": ["CC-1", "CC-2", "CC-3"],
            "nombre": ["El Maizal", "Simón Planas", "La Piedad Ñ"],
            "comuna": ["C-1", "C-1", "C-2"],
            "familias": [120, 85, 300],
            "ced_vocero": ["1", "2", "3"],
        },
        geometry=[MultiPolygon([square(i)]) for i in range(3)],
        crs=4326,
    )


class Reader:
    """Reads through the public functions, and reads every sentence aloud in both languages."""

    def __init__(self, profile: Profile, folder: Path) -> None:
        self.profile, self.folder = profile, folder

    def file(self, content: str | bytes | Path, name: str = "map", **options: Any) -> Intake:
        path = content if isinstance(content, Path) else self.folder / name
        if not isinstance(content, Path):
            path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return self._spoken(read(path, profile=self.profile, **options))

    def json(self, said: Any, **options: Any) -> Intake:
        return self.text(json.dumps(said), **options)

    def text(self, text: str | bytes, **options: Any) -> Intake:
        return self._spoken(read_shapes(text, profile=self.profile, **options))

    def refused(self, reading: Callable[..., Intake], *args: Any, **options: Any) -> IntakeError:
        with pytest.raises(IntakeError) as caught:
            reading(*args, **options)
        for language in LANGUAGES:
            assert caught.value.said(language)
        return caught.value

    def _spoken(self, intake: Intake) -> Intake:
        for notice in intake.notices:
            for language in LANGUAGES:
                assert notice.said(language)
        assert intake.layer.geometry.is_valid.all()
        assert intake.layer.crs == "EPSG:4326"
        return intake


@pytest.fixture
def reader(profile: Profile, tmp_path: Path) -> Reader:
    return Reader(profile, tmp_path)
