"""To see territories and findings on a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from geopandas import GeoDataFrame

from territory.findings import Finding
from territory.model import Surroundings
from territory.words import say

if TYPE_CHECKING:
    import folium

View = Literal["territories", "coverage"]
VIEWS: tuple[View, ...] = ("territories", "coverage")


def draw_map(
    view: View,
    layer: GeoDataFrame,
    surroundings: Surroundings,
    findings: list[Finding],
    *,
    language: str,
    tiles_url: str | None = None,
) -> folium.Map:
    """A folium map of a layer.

    Parameters
    ----------
    view
        ``territories``: who is where. ``coverage``: the findings, on top of the boundaries.
    layer, surroundings, findings
        What is shown; the findings only by ``coverage``.
    language
        Of tooltips and legend.
    tiles_url
        Where boundaries come from when they are too many to be written into the page.
    """
    from territory.maps import views

    if view == "coverage":
        return views.coverage(layer, surroundings, findings, language=language, tiles_url=tiles_url)
    return views.territories(layer, surroundings, language=language, tiles_url=tiles_url)


def title_of(view: View, language: str) -> str:
    """What a map is called."""
    return say(language, f"api.map.{view}")


def standalone_map(view: View, layer: GeoDataFrame, findings: list[Finding], *, language: str) -> str:
    """A map in one HTML file that opens with no network."""
    from territory.maps import page

    drawn = draw_map(view, layer, Surroundings(), findings, language=language)
    return page.standalone(drawn, language=language, title=title_of(view, language))
