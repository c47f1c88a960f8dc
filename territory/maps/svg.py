"""SVG from shapes in millimetres, with presentation attributes only, which any content policy lets through."""

from __future__ import annotations

from html import escape

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

FONT = "DejaVu Sans, Noto Sans, sans-serif"


def text(x: float, y: float, words: str, size_mm: float, **attributes: str) -> str:
    """A line of words around a point."""
    given = _attributes(
        {
            "x": mm(x),
            "y": mm(y),
            "font-size": mm(size_mm),
            "font-family": FONT,
            "text-anchor": "middle",
            **attributes,
        }
    )
    return f"<text {given}>{escape(words)}</text>"


def area(shape: BaseGeometry, **attributes: str) -> str:
    """The polygons of a shape as one path; nothing if it has none."""
    drawn = "".join(outline(part) for part in shapely.get_parts(shape) if part.geom_type == "Polygon")
    return path(drawn, **{"fill-rule": "evenodd", **attributes}) if drawn else ""


def line(shape: BaseGeometry, **attributes: str) -> str:
    """The lines of a shape as one path; nothing if it has none."""
    lines = [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
    # Dashes go on where one piece follows another.
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    drawn = "".join("M" + _steps(shapely.get_coordinates(part)) for part in merged)
    return path(drawn, fill="none", **attributes) if drawn else ""


def outline(polygon: Polygon) -> str:
    """A polygon's rings, for the ``d`` of a path."""
    return "".join(f"M{_steps(shapely.get_coordinates(ring)[:-1])}Z" for ring in shapely.get_rings(polygon))


def _steps(coords: NDArray[np.float64]) -> str:
    return "L".join(f"{mm(x)} {mm(y)}" for x, y in coords)


def path(d: str, **attributes: str) -> str:
    """A path."""
    return tag("path", d=d, **attributes)


def tag(name: str, **attributes: str) -> str:
    """An element without content."""
    return f"<{name} {_attributes(attributes)}/>"


def _attributes(attributes: dict[str, str]) -> str:
    return " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())


def mm(value: float) -> str:
    """A hundredth of a millimetre is finer than any printer."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
