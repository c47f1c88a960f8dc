"""To see territories and findings on a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from geopandas import GeoDataFrame

from territory.findings import Finding
from territory.model import Surroundings
from territory.profiles import Profile
from territory.services.bands import public_finding, public_layer
from territory.words import say

if TYPE_CHECKING:
    from territory.maps.elements import Basemap, TerritoryMap

View = Literal["territories", "coverage"]
VIEWS: tuple[View, ...] = ("territories", "coverage")


def draw_map(
    view: View,
    layer: GeoDataFrame,
    surroundings: Surroundings,
    findings: Sequence[Finding],
    *,
    language: str,
    profile: Profile,
    tiles_url: str | None = None,
    basemap: Basemap | None = None,
) -> TerritoryMap:
    """A folium map of a layer.

    Parameters
    ----------
    view
        ``territories``: who is where. ``coverage``: the findings, on top of the boundaries.
    layer, surroundings, findings
        What is shown; the findings only by ``coverage``.
    language
        Of tooltips and legend.
    profile
        Names of the levels.
    tiles_url
        Where boundaries come from when they are too many to be written into the page.
    basemap
        Image tiles below; none, and nothing leaves the machine.
    """
    from territory.maps import views

    common: dict[str, Any] = {
        "language": language,
        "profile": profile,
        "tiles_url": tiles_url,
        "basemap": basemap,
    }
    drawn: TerritoryMap = (
        views.coverage(layer, surroundings, findings, **common)
        if view == "coverage"
        else views.territories(layer, surroundings, **common)
    )
    return drawn


def title_of(view: View, language: str) -> str:
    """What a map is called."""
    return say(language, f"api.map.{view}")


def standalone_map(
    view: View, layer: GeoDataFrame, findings: Sequence[Finding], *, language: str, profile: Profile
) -> str:
    """A map in one HTML file that opens with no network, in public form: such files are passed on."""
    from territory.maps import page

    layer = public_layer(layer, profile)
    findings = [public_finding(finding, profile) for finding in findings]
    drawn = draw_map(view, layer, Surroundings(), findings, language=language, profile=profile)
    return page.standalone(drawn, language=language, title=title_of(view, language))
