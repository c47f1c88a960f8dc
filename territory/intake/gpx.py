"""GPX: a walk around a territory becomes its boundary, and what was left open is told."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from pyproj import Geod

from territory.intake.errors import Notice
from territory.intake.markup import Reader, parse
from territory.intake.reference import WGS84
from territory.intake.source import Choose, Source

_GEOD = Geod(ellps="WGS84")
_ENOUGH = 3


def read_gpx(data: bytes, choose: Choose, *, name: str) -> Source:
    """Read the walked tracks of a GPX, or its routes when there is no track.

    The segments of a track are one walk: a receiver begins a new one wherever it loses the sky.

    Parameters
    ----------
    data
        The whole file.
    choose
        Which columns are worth keeping; the only one is ``name``.
    name
        What its owner calls it.

    Raises
    ------
    IntakeError
        It is not well formed, or declares entities.
    """
    reader = _Walks()
    parse(data, reader, name=name, kind="GPX")
    walks = reader.tracks or reader.routes
    shapes = np.full(len(walks) + reader.waypoints, None, dtype=object)
    reasons = {}
    gaps: list[tuple[float, str]] = []
    for i, (called, points) in enumerate(walks):
        if not np.isfinite(points).all():
            reasons[i] = "not_a_number"
            continue
        if len(set(points)) < _ENOUGH:
            reasons[i] = "too_few_points"
            continue
        shapes[i] = shapely.Polygon(points)
        gaps.append((_distance_m(points[0], points[-1]), called or str(i + 1)))
    shapes[len(walks) :] = shapely.Point(0, 0)
    names = [called or None for called, _ in walks] + [None] * reader.waypoints
    return Source(
        shapes=shapes,
        crs=WGS84,
        columns=dict.fromkeys(choose(["name"]), names),
        reasons=reasons,
        notices=_closed(gaps),
    )


def _closed(gaps: list[tuple[float, str]]) -> list[Notice]:
    if not gaps:
        return []
    gap_m, called = max(gaps)
    if len(gaps) == 1:
        return [Notice(code="track.closed", args={"gap_m": gap_m, "track": called})]
    return [Notice(code="tracks.closed", args={"tracks": len(gaps), "gap_m": gap_m, "track": called})]


def _distance_m(start: tuple[float, float], end: tuple[float, float]) -> float:
    return float(_GEOD.inv(*start, *end)[2])


class _Walks(Reader):
    def __init__(self) -> None:
        super().__init__()
        self.tracks: list[tuple[str, list[tuple[float, float]]]] = []
        self.routes: list[tuple[str, list[tuple[float, float]]]] = []
        self.waypoints = 0
        self._points: list[tuple[float, float]] = []
        self._name = ""

    def opened(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in ("trk", "rte"):
            self._points, self._name = [], ""
        elif name in ("trkpt", "rtept"):
            self._points.append((float(attributes["lon"]), float(attributes["lat"])))
        elif name == "wpt":
            self.waypoints += 1

    def closed(self, name: str, text: str) -> None:
        if name == "name" and self.path and self.path[-1] in ("trk", "rte"):
            self._name = text.strip()
        elif name == "trk" and self._points:
            self.tracks.append((self._name, self._points))
        elif name == "rte" and self._points:
            self.routes.append((self._name, self._points))
