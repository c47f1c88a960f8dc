"""TopoJSON: arcs shared by neighbours, put together into GeoJSON geometries."""

from __future__ import annotations

from typing import Any

import numpy as np

from territory.intake.errors import IntakeError

_DEPTH = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
_MAX_DEPTH = 100

Position = list[float]


def features(topology: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """All objects of a topology as GeoJSON features.

    Parameters
    ----------
    topology
        A parsed TopoJSON.
    name
        What its owner calls it.

    Raises
    ------
    IntakeError
        Its arcs cannot be put together.

    References
    ----------
    .. [1] Bostock and Metcalf, The TopoJSON Format Specification 1.0.

    Examples
    --------
    >>> square = {"type": "Topology", "arcs": [[[0, 0], [1, 0], [0, 1], [-1, 0], [0, -1]]],
    ...           "transform": {"scale": [0.5, 0.5], "translate": [10, 20]},
    ...           "objects": {"a": {"type": "Polygon", "arcs": [[0]]}}}
    >>> features(square, "a.json")[0]["geometry"]["coordinates"]
    [[[10.0, 20.0], [10.5, 20.0], [10.5, 20.5], [10.0, 20.5], [10.0, 20.0]]]
    """
    try:
        transform = topology.get("transform")
        arcs = [_arc(arc, transform) for arc in topology["arcs"]]
        found: list[dict[str, Any]] = []
        for each in topology["objects"].values():
            _collect(each, arcs, transform, found)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError):
        raise IntakeError("file.damaged", name=name, kind="TopoJSON") from None
    return found


def _arc(arc: list[list[float]], transform: Any) -> list[Position]:
    coords = np.array([position[:2] for position in arc], dtype=float).reshape(-1, 2)
    return _placed(np.cumsum(coords, axis=0) if transform else coords, transform)


def _placed(coords: np.ndarray[Any, Any], transform: Any) -> list[Position]:
    if transform:
        coords = coords * np.array(transform["scale"], float) + np.array(transform["translate"], float)
    return coords.tolist()  # type: ignore[no-any-return]


def _collect(
    each: Any, arcs: list[list[Position]], transform: Any, found: list[dict[str, Any]], depth: int = 0
) -> None:
    if each["type"] == "GeometryCollection" and depth < _MAX_DEPTH:
        for inner in each["geometries"]:
            _collect(inner, arcs, transform, found, depth + 1)
        return
    found.append(
        {
            "type": "Feature",
            "id": each.get("id"),
            "properties": each.get("properties"),
            "geometry": _geometry(each, arcs, transform),
        }
    )


def _geometry(each: Any, arcs: list[list[Position]], transform: Any) -> dict[str, Any] | None:
    kind = each["type"]
    if kind is None:
        return None
    if kind in _DEPTH:
        return {"type": kind, "coordinates": _lines(each["arcs"], arcs, _DEPTH[kind])}
    points = np.array(each["coordinates"], dtype=float)
    placed = _placed(points.reshape(-1, points.shape[-1])[:, :2], transform)
    return {"type": kind, "coordinates": placed[0] if kind == "Point" else placed}


def _lines(indices: Any, arcs: list[list[Position]], depth: int) -> Any:
    if depth:
        return [_lines(inner, arcs, depth - 1) for inner in indices]
    line: list[Position] = []
    for index in indices:
        # ~i is arc i walked backwards; an arc starts where the one before it ended.
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        line += arc[1:] if line else arc
    return line
