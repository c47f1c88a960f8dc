"""What a check may say of a map: a fault with its place and its measures, never an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import pandas as pd
from geopandas import GeoDataFrame
from shapely import Point
from shapely.geometry.base import BaseGeometry

from territory.words import say


class Severity(StrEnum):
    """How much a finding weighs; there are only three."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Code(StrEnum):
    """Every finding there is; each has its sentence in ``web/i18n`` and its page in ``docs/findings.md``."""

    INVALID = "geometry.invalid"
    REPAIRED = "geometry.repaired"
    OUTSIDE = "geometry.outside"
    OVERLAP = "coverage.overlap"
    SLIVER_OVERLAP = "coverage.sliver_overlap"
    DUPLICATE = "coverage.duplicate"
    CONTAINS = "coverage.contains"
    GAP = "coverage.gap"
    SLIVER_GAP = "coverage.sliver_gap"
    PIECES = "contiguity.pieces"
    CORNER_ONLY = "contiguity.corner_only"
    ENCLAVE = "contiguity.enclave"
    FAMILIES = "reference.families"
    COUNCILS = "reference.councils"
    CROSSES = "jurisdiction.crosses"
    OUTSIDE_PARENT = "membership.outside"
    SEVERAL_PARENTS = "membership.several"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A fault in someone's map: to show, store, translate and dismiss."""

    code: Code
    severity: Severity
    territories: tuple[str, ...]
    """Ids, sorted; where the order means something (who contains whom) an argument says it."""
    geometry: BaseGeometry
    """Where to zoom, WGS 84; empty when there is nothing to draw."""
    place: Point
    """A point inside `geometry`, WGS 84; empty when there is none."""
    args: Mapping[str, float | int | str] = field(default_factory=dict)
    """Measures with the unit in the name (``area_m2``, ``width_m``, ``share``) and words."""

    @property
    def id(self) -> str:
        """Same fault, same id: once dismissed, it stays dismissed."""
        at = "" if self.place.is_empty else f"{self.place.x:.4f},{self.place.y:.4f}"
        return ":".join((self.code, *self.territories, at))


def sentence(finding: Finding, names: Mapping[str, str], language: str) -> str:
    """Say a finding in plain words.

    Parameters
    ----------
    finding
        What was found.
    names
        Territory id to the name people use; an id without one is said as it is.
    language
        One of `territory.words.LANGUAGES`.
    """
    called = [names.get(territory, territory) for territory in finding.territories]
    return say(language, f"findings.{finding.code}", territories=called, **_worded(finding.args, names, language))


def _worded(args: Mapping[str, float | int | str], names: Mapping[str, str], language: str) -> dict[str, object]:
    """Arguments as a sentence needs them: ids by their names, and of words in two languages the right ones."""
    own = f"_{language}"
    words = {key.removesuffix(own): value for key, value in args.items()}
    return {key: names.get(value, value) if isinstance(value, str) else value for key, value in words.items()}


def findings_frame(findings: Sequence[Finding], names: Mapping[str, str], language: str) -> GeoDataFrame:
    """Findings as a table that can be saved, counted and shown with ``.explore()``.

    Returns
    -------
    GeoDataFrame
        WGS 84, one row per finding, indexed by its id: ``code``, ``severity``, ``territories`` (ids joined by
        a comma), ``message``, one column for each measure that any of them has, geometry.
    """
    table = pd.DataFrame([dict(finding.args) for finding in findings])
    table.insert(0, "code", [str(finding.code) for finding in findings])
    table.insert(1, "severity", [str(finding.severity) for finding in findings])
    table.insert(2, "territories", [",".join(finding.territories) for finding in findings])
    table.insert(3, "message", [sentence(finding, names, language) for finding in findings])
    table.index = pd.Index([finding.id for finding in findings], name="id", dtype=object)
    return GeoDataFrame(table, geometry=[finding.geometry for finding in findings], crs="EPSG:4326")
