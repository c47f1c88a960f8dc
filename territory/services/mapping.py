"""To see territories and findings on a map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.findings import Finding
from territory.geo.corridors import chain
from territory.geo.crs import to_degrees, to_metres
from territory.geo.repair import canonical_shape
from territory.model import WGS84, Surroundings
from territory.profiles import Profile
from territory.services.bands import public_finding, public_layer
from territory.words import say

if TYPE_CHECKING:
    from territory.maps.elements import Basemap, TerritoryMap
    from territory.maps.views import Standing

View = Literal["territories", "coverage", "corridors"]
VIEWS: tuple[View, ...] = ("territories", "coverage", "corridors")


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
        ``territories``: who is where. ``coverage``: the findings, on top of the boundaries. ``corridors``: groups
        beside the ladder with their members, and no other territories.
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
    if view == "corridors":
        shown, standing = standing_corridors(layer, profile)
        found: TerritoryMap = views.corridors(shown, surroundings, standing, **common)
        return found
    drawn: TerritoryMap = (
        views.coverage(layer, surroundings, findings, **common)
        if view == "coverage"
        else views.territories(layer, surroundings, **common)
    )
    return drawn


def standing_corridors(layer: GeoDataFrame, profile: Profile) -> tuple[GeoDataFrame, list[Standing]]:
    """Corridors and their members out of a layer, and what there is to say of each corridor.

    Parameters
    ----------
    layer
        As whoever looks sees it; rows without a line are told of and not drawn. Nothing else is read, so that
        nothing else can be told.
    profile
        Which levels stand beside the ladder.

    Returns
    -------
    tuple
        The rows to draw, in WGS 84: a corridor without a line of its own is the ground of its members; and the
        corridors by name.
    """
    beside = [level.id for level in profile.levels if level.beside_ladder]
    chosen = layer[layer["level"].isin(beside).to_numpy()].sort_values("name")
    members = {id_: _members(layer, str(id_)) for id_ in chosen.index}
    shapes = layer.geometry.copy()
    for id_, own in members.items():
        if shapes[id_].is_empty and len(own):
            shapes[id_] = canonical_shape(shapely.union_all(np.asarray(layer.geometry[own].array)))
    ids = pd.Index([*chosen.index, *(each for own in members.values() for each in own)]).unique()
    drawn = layer.set_geometry(shapes).loc[ids]
    drawn = drawn[~drawn.geometry.is_empty.to_numpy()]
    tolerance_m = profile.tolerances.sliver_m
    standing = [
        _standing(str(chosen.at[id_, "name"]), drawn, layer, members[id_], tolerance_m) for id_ in chosen.index
    ]
    return drawn, standing


def _members(layer: GeoDataFrame, group: str) -> list[str]:
    """Ids of those who say that they are in a group."""
    of = layer["parent"].map(lambda parent: isinstance(parent, str) and group in parent.split(";"))
    return [str(each) for each in layer.index[of.to_numpy(dtype=bool)] if each != group]


def _standing(
    name: str, drawn: GeoDataFrame, layer: GeoDataFrame, members: list[str], tolerance_m: float
) -> Standing:
    from territory.maps.views import Standing

    seen = [each for each in members if each in drawn.index]
    names = layer["name"]
    narrowest_m, between, ways = None, [], GeoSeries([], crs=WGS84)
    if seen:
        found = chain(to_metres(drawn.geometry[seen]), tolerance_m=tolerance_m)
        narrowest_m = None if math.isnan(found.narrowest_m) else found.narrowest_m
        rows = zip(found.breaks["left"], found.breaks["right"], found.breaks["length_m"], strict=True)
        between = [(str(names[left]), str(names[right]), float(length_m)) for left, right, length_m in rows]
        ways = to_degrees(found.breaks.geometry) if len(found.breaks) else ways
    return Standing(
        name=name,
        members=[str(names[each]) for each in members],
        drawn=len(seen),
        narrowest_m=narrowest_m,
        between=between,
        breaks=list(ways),
    )


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
