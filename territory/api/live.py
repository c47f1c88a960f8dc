"""What one server process holds: the mosaic of the store, with all that is computed from it once."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future
from functools import cached_property

from geopandas import GeoDataFrame

from territory.findings import Finding
from territory.maps.tiles import Tileset
from territory.mosaic import Mosaic
from territory.profiles import Profile
from territory.services import drawing, publishing, storing

# Longer than a small store takes, shorter than somebody waits before a blank page.
PATIENCE_S = 2.0


class Live:
    """A mosaic, its tiles and its findings, all of one version of the data."""

    def __init__(self, mosaic: Mosaic, profile: Profile) -> None:
        self.mosaic = mosaic
        self.profile = profile
        self.version: str = mosaic.version
        self._findings: Future[list[Finding]] | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, store: str, profile: Profile) -> Live:
        """Load a store."""
        live = cls(storing.open_store(store), profile)
        live._warm()
        return live

    def _warm(self) -> None:
        """Lay out now what the first drawing would have to wait for."""
        for level in self.mosaic.levels:
            first = self.mosaic.layer.geometry[self.mosaic.levels[level][0]]
            drawing.check_drawing(drawing.Drawing(shape=first, level=level), self.mosaic, profile=self.profile)

    @cached_property
    def layer(self) -> GeoDataFrame:
        """The territories in public form."""
        return publishing.public_layer(self.mosaic.layer, self.profile)

    @property
    def is_fictitious(self) -> bool:
        """Whether pages must say that none of it exists."""
        return self.mosaic.surroundings.is_fictitious

    @property
    def bounds(self) -> list[float]:
        """West, south, east, north of all territories; of the profile's country while there are none."""
        layer = self.mosaic.layer
        return [float(each) for each in (self.profile.extent if layer.empty else layer.total_bounds)]

    @cached_property
    def layers(self) -> frozenset[str]:
        """Names of the tile layers."""
        return frozenset(self._frames)

    @cached_property
    def _frames(self) -> Mapping[str, GeoDataFrame]:
        return publishing.tile_frames(self.layer, self.mosaic.surroundings)

    @cached_property
    def tileset(self) -> Tileset:
        """Vector tiles of every level and of the municipalities."""
        return Tileset(self._frames)

    def findings(self, patience_s: float = PATIENCE_S) -> list[Finding] | None:
        """All findings of the layer in public form; none while they are being computed."""
        with self._lock:
            if self._findings is None:
                self._findings = Future()
                threading.Thread(target=self._check, args=(self._findings,), daemon=True).start()
        try:
            return self._findings.result(timeout=patience_s)
        except TimeoutError:
            return None

    def _check(self, answer: Future[list[Finding]]) -> None:
        try:
            answer.set_result(publishing.layer_findings(self.mosaic, profile=self.profile))
        except Exception as error:
            answer.set_exception(error)
