"""Small maps near Barquisimeto for the tests of intake, and what was said of them."""

from __future__ import annotations

from typing import Any

from shapely import Polygon

from territory.intake import Intake

LON, LAT, SIDE = -69.3, 10.0, 0.01


def square(column: int = 0, row: int = 0) -> Polygon:
    """About a square kilometre, counter-clockwise from the south-west corner."""
    x, y = round(LON + column * SIDE, 7), round(LAT + row * SIDE, 7)
    x1, y1 = round(x + SIDE, 7), round(y + SIDE, 7)
    return Polygon([(x, y), (x1, y), (x1, y1), (x, y1)])


def collection(*geometries: Any, **members: Any) -> dict[str, Any]:
    """A FeatureCollection of shapely shapes or plain GeoJSON geometries, numbered by `id`."""
    features = [
        {
            "type": "Feature",
            "properties": {"id": f"c{i}"},
            "geometry": g.__geo_interface__ if hasattr(g, "__geo_interface__") else g,
        }
        for i, g in enumerate(geometries, 1)
    ]
    return {"type": "FeatureCollection", "features": features, **members}


def codes(intake: Intake) -> list[str]:
    """Codes of the notices, in order."""
    return [notice.code for notice in intake.notices]


def reasons(intake: Intake) -> dict[str, str]:
    """Why each boundary was repaired or lost, by territory."""
    return {finding.territories[0]: str(finding.args.get("reason", "")) for finding in intake.findings}
