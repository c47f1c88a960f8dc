"""Where a place of the drawing page's map is in the window."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.sync_api import Page


def on_screen(page: Page, place: Sequence[float]) -> tuple[float, float]:
    """Pixels of the window, as the mouse and fingers need them, of a longitude and latitude."""
    x, y = page.evaluate(
        """([lon, lat]) => {
            const half = 20037508.342789244;
            const north = Math.log(Math.tan(((90 + lat) * Math.PI) / 360)) / Math.PI;
            // The pixels are those of the last picture: of a map that moved since there may be none yet.
            drawing.map.map.renderSync();
            const [x, y] = drawing.map.map.getPixelFromCoordinate([(lon / 180) * half, north * half]);
            const box = document.getElementById("map").getBoundingClientRect();
            return [box.x + x, box.y + y];
        }""",
        list(place),
    )
    return x, y
