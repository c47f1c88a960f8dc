"""How findings are told: a summary, a list for a page, a GeoJSON layer. Written in pieces, whatever the number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import orjson
import pandas as pd
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from territory.findings import Finding, Severity, sentence
from territory.model import WGS84, Surroundings
from territory.mosaic import Mosaic
from territory.words import LANGUAGES

if TYPE_CHECKING:
    from territory.intake import Notice

_BATCH = 5_000
_WEIGHT = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}


def names_of(layer: GeoDataFrame, surroundings: Surroundings) -> dict[str, str]:
    """What people call the territories of a layer and the jurisdictions around them, by id."""
    return dict(Mosaic(layer, surroundings).names)


def counts(findings: Iterable[Finding]) -> dict[str, dict[str, float]]:
    """How many of each code, and on how much ground.

    Examples
    --------
    >>> counts([])
    {}
    """
    found: dict[str, dict[str, float]] = {}
    for finding in findings:
        entry = found.setdefault(str(finding.code), {"count": 0, "area_m2": 0.0})
        entry["count"] += 1
        entry["area_m2"] += float(finding.args.get("area_m2", 0.0))
    return dict(sorted(found.items()))


def weightiest(findings: Iterable[Finding]) -> list[Finding]:
    """Errors before warnings before notes, and the larger ground first."""
    return sorted(
        findings, key=lambda finding: (_WEIGHT[finding.severity], -float(finding.args.get("area_m2", 0.0)))
    )


def severities(findings: Iterable[Finding]) -> dict[Severity, int]:
    """How many errors, warnings and notes, in that order."""
    found = Counter(finding.severity for finding in findings)
    return {severity: found[severity] for severity in Severity}


def is_serious(finding: Finding) -> bool:
    """Whether somebody has to act: an error or a warning."""
    return finding.severity is not Severity.NOTE


def record(finding: Finding, names: Mapping[str, str], language: str) -> dict[str, Any]:
    """A finding as the API tells it; to be written by orjson."""
    return {
        "id": finding.id,
        "code": finding.code,
        "severity": finding.severity,
        "territories": [{"id": each, "name": names.get(each, each)} for each in finding.territories],
        "message": sentence(finding, names, language),
        "args": dict(finding.args),
        "geometry": geometry(finding.geometry),
        "place": None if finding.place.is_empty else [finding.place.x, finding.place.y],
    }


def geometry(shape: BaseGeometry) -> orjson.Fragment | None:
    """GeoJSON of a shape with the coordinates it has; nothing for an empty one."""
    return None if shape.is_empty else orjson.Fragment(shapely.to_geojson(shape))


def notices(said: Iterable[Notice], language: str) -> list[dict[str, Any]]:
    """What intake has to say about a whole file, in words."""
    return [{"code": f"intake.{notice.code}", "message": notice.said(language)} for notice in said]


def finding_features(findings: Sequence[Finding], names: Mapping[str, str], language: str) -> Iterator[bytes]:
    """One GeoJSON feature per finding.

    The properties are ``code``, ``severity``, ``territories``, the measures of the finding with their unit in
    the name, and ``message``.
    """
    for start in range(0, len(findings), _BATCH):
        batch = findings[start : start + _BATCH]
        properties = [
            {
                "code": finding.code,
                "severity": finding.severity,
                "territories": finding.territories,
                **_in_language(finding.args, language),
                "message": sentence(finding, names, language),
            }
            for finding in batch
        ]
        shapes = np.array([finding.geometry for finding in batch], dtype=object)
        yield from _features([finding.id for finding in batch], shapes, properties)


def layer_features(layer: GeoDataFrame) -> Iterator[bytes]:
    """One GeoJSON feature per territory, with its coordinates as they are kept: 7 decimals."""
    columns = [column for column in layer.columns if column != layer.geometry.name]
    for start in range(0, len(layer), _BATCH):
        part = layer.iloc[start : start + _BATCH]
        table = part[columns].astype(object).where(part[columns].notna(), None)
        yield from _features(part.index, np.asarray(part.geometry.array), table.to_dict("records"))


def collection(features: Iterable[bytes], **members: Any) -> Iterator[bytes]:
    """A FeatureCollection in pieces, to write one after the other; other members come first.

    Examples
    --------
    >>> b"".join(collection([b"1", b"2"], numberReturned=2))
    b'{"type":"FeatureCollection","numberReturned":2,"features":[\\n1,\\n2\\n]}\\n'
    """
    head = orjson.dumps({"type": "FeatureCollection", **members})
    yield head[:-1] + b',"features":[\n'
    separator = b""
    for feature in features:
        yield separator + feature
        separator = b",\n"
    yield b"\n]}\n"


def as_layer_of_faults(truth: pd.DataFrame) -> GeoDataFrame:
    """The faults that a fictitious region was given, in a form that can be written as GeoJSON."""
    told = truth.assign(
        territories=[",".join(each) for each in truth["territories"]], code=truth["code"].astype(str)
    )
    return GeoDataFrame(told, geometry="geometry", crs=WGS84)


def _in_language(args: Mapping[str, Any], language: str) -> dict[str, Any]:
    """Measures as they are; of words that come in every language only the right one."""
    return {own: value for key, value in args.items() if (own := _own_key(key, language))}


@cache
def _own_key(key: str, language: str) -> str:
    others = tuple(f"_{other}" for other in LANGUAGES if other != language)
    return "" if key.endswith(others) else key.removesuffix(f"_{language}")


def _features(ids: Iterable[str], shapes: np.ndarray, properties: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    told = shapely.to_geojson(shapes)
    told[shapely.is_empty(shapes) | shapely.is_missing(shapes)] = "null"
    for id_, shape, each in zip(ids, told, properties, strict=True):
        feature = {"type": "Feature", "id": id_, "properties": each, "geometry": orjson.Fragment(shape)}
        yield orjson.dumps(feature, option=orjson.OPT_SERIALIZE_NUMPY)
