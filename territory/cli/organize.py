"""``territory gaps``: what is missing, as lines to read or as a layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import orjson
import shapely
from shapely import MultiPolygon

from territory.cli.output import write
from territory.cli.progress import progress_bar
from territory.geo.progress import silent
from territory.geo.repair import canonical_shape
from territory.model import WGS84
from territory.services.access import OPERATOR
from territory.services.errors import Unusable
from territory.services.operations import using
from territory.services.organizing import Asked, Coverage, Workbench, telling, workbench
from territory.services.reference import read_profile
from territory.words import measure, number, say

_SHOWN = 20


def gaps(
    store: str,
    *,
    area: Path | None,
    jurisdiction: str | None,
    profile: str,
    language: str,
    form: str,
    output: Path | None,
) -> None:
    """Find what is missing in an area, and write it."""
    asked = Asked(area=None if area is None else read_area(area), jurisdiction=jurisdiction)
    with using(store, read_profile(profile)) as register, progress_bar(language) as progress:
        bench = workbench(register, OPERATOR, asked, progress=progress or silent)
    if form == "table":
        write(((line + "\n").encode() for line in _lines(bench, language)), output)
        return
    told = telling.told(bench, language)
    if form == "geojson":
        told = {"type": "FeatureCollection", "features": told["features"]}
    write([orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE)], output)


def read_area(path: Path) -> MultiPolygon:
    """The ground of all polygons of a file, WGS 84.

    Raises
    ------
    Unusable
        The file cannot be read, or holds no polygons with a coordinate system.
    """
    try:
        layer = gpd.read_file(path)
    except Exception as error:
        raise Unusable("reference.unreadable", file=path.name, reason=str(error)[:200]) from None
    layer = layer[layer.geom_type.isin(["Polygon", "MultiPolygon"])]
    if layer.empty or layer.crs is None:
        raise Unusable("reference.columns", file=path.name)
    return canonical_shape(shapely.union_all(layer.to_crs(WGS84).geometry.make_valid().array))


def _lines(bench: Workbench, language: str) -> Iterator[str]:
    yield from _covered(bench.coverage, language)
    if bench.population is None:
        yield say(language, "cli.gaps.no_population")
    else:
        yield say(
            language, "cli.gaps.population", **{key: value or "—" for key, value in bench.population.items()}
        )
    yield ""
    for gap in bench.gaps[:_SHOWN]:
        place = gap.shape.point_on_surface()
        yield f"{gap.of.value}  {telling.why(gap, bench.names, language)}  ({place.y:.5f}, {place.x:.5f})"
        yield f"   → {telling.closes(gap, bench.names, language)}"
    if len(bench.gaps) > _SHOWN:
        yield say(language, "cli.gaps.more", more=len(bench.gaps) - _SHOWN)
    if not bench.gaps:
        yield say(language, "cli.gaps.none")


def _covered(coverage: Coverage, language: str) -> Iterator[str]:
    yield say(
        language,
        "cli.gaps.land",
        covered_m2=coverage.councils_m2,
        area_m2=coverage.area_m2,
        share=coverage.councils_m2 / coverage.area_m2 if coverage.area_m2 else 0.0,
    )
    yield say(language, "cli.gaps.councils", councils=coverage.councils, in_communes=coverage.in_communes)
    if coverage.people is not None and coverage.people_in_councils is not None:
        share = coverage.people_in_councils / coverage.people if coverage.people else 0.0
        yield say(
            language,
            "cli.gaps.people",
            people=number(coverage.people, language),
            covered=number(coverage.people_in_councils, language),
            part=measure("share", share, language),
        )
