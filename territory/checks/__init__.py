"""Check a layer, or one boundary against those around it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon

from territory.checks.rules import DRAWING_RULES, LAYER_RULES, Rule, drawing_window
from territory.checks.survey import DrawingSurvey, Survey
from territory.findings import Finding
from territory.geo.crs import to_degrees
from territory.geo.progress import Progress
from territory.model import Surroundings
from territory.mosaic import Mosaic
from territory.profiles import Profile

__all__ = ["DRAWING", "check_boundary", "check_layer", "check_mosaic"]

DRAWING = "drawing"
"""Id of a boundary that is checked before it has one."""


def check_layer(
    layer: GeoDataFrame,
    *,
    profile: Profile,
    surroundings: Surroundings | None = None,
    progress: Progress | None = None,
) -> list[Finding]:
    """Find every fault of a layer.

    Parameters
    ----------
    layer
        As `territory.model` describes it: canonical, valid boundaries in WGS 84.
    profile
        Tolerances and references.
    surroundings
        Reference layers; what is not given is not checked.
    progress
        Told before each rule.

    Returns
    -------
    list
        Findings in WGS 84, in the order of the rules.
    """
    return check_mosaic(Mosaic(layer, surroundings), profile=profile, progress=progress)


def check_mosaic(mosaic: Mosaic, *, profile: Profile, progress: Progress | None = None) -> list[Finding]:
    """Find every fault of a mosaic; see `check_layer`."""
    if mosaic.layer.empty:
        return []
    survey = Survey(mosaic.metres, profile, mosaic.ground, mosaic.jurisdictions)
    found: list[Finding] = []
    for done, rule in enumerate(LAYER_RULES):
        if progress:
            progress(rule.__name__, done, len(LAYER_RULES))
        found.extend(rule(survey))
    return _in_degrees(found, survey)


def check_boundary(
    boundary: MultiPolygon,
    around: Mosaic,
    *,
    profile: Profile,
    level: str = "council",
    replaces: str | None = None,
    families: int | None = None,
    kind: str | None = None,
    visible: Callable[[str], bool] | None = None,
) -> list[Finding]:
    """Find how one boundary fits those around it.

    Parameters
    ----------
    boundary
        Canonical and valid, WGS 84.
    around
        The mosaic it would become part of.
    level
        Level of the territory; only others of that level are its neighbours.
    replaces
        Id of the territory whose boundary this would become, which is no neighbour.
    families, kind
        What the council says of itself, where it does.
    visible
        Which territories may be told of, by id; by default all of the mosaic.

    Returns
    -------
    list
        Findings in WGS 84. The boundary's own id in them is `DRAWING`, or ``replaces``.
    """
    own = replaces or DRAWING
    drawn = around.project(boundary)
    window = shapely.box(*drawing_window(drawn))
    near = around.near(
        window,
        level=level,
        within_m=profile.tolerances.sliver_m,
        of=lambda unit: unit != own and (visible is None or visible(unit)),
    )
    index = pd.Index([*near.index, own], name="id", dtype=object)
    shapes = GeoSeries(np.append(np.asarray(near.array), drawn), index=index, crs=around.crs)
    survey = DrawingSurvey(shapes, level, kind, families, profile, around.ground, around.jurisdictions)
    return _in_degrees(_run(DRAWING_RULES, survey), survey)


def _run(rules: Iterable[Rule], survey: Survey) -> list[Finding]:
    return [finding for rule in rules for finding in rule(survey)]


def _in_degrees(found: list[Finding], survey: Survey) -> list[Finding]:
    """Bring findings back to WGS 84, all at once, each with a place to point at."""
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [finding.geometry for finding in found]
    places = to_degrees(GeoSeries(shapely.point_on_surface(shapes), crs=survey.metres.crs))
    degrees = to_degrees(GeoSeries(shapes, crs=survey.metres.crs))
    return [
        replace(finding, geometry=shape, place=place)
        for finding, shape, place in zip(found, degrees, places, strict=True)
    ]
