"""What stands on the printed sheet of a territory, as data: a service gathers it, a map and a page show it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from geopandas import GeoDataFrame, GeoSeries
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

from territory.findings import Finding
from territory.geo.linderos import Walk
from territory.profiles import Profile


class State(StrEnum):
    """How far a stretch of the line is agreed with the neighbour."""

    AGREED = "agreed"
    PROPOSED = "proposed"
    CONTESTED = "contested"
    UNASKED = "unasked"
    FREE = "free"
    """Nobody is known beyond it."""
    UNTOLD = "untold"
    """Neighbours are there, and what they agreed is nobody else's business."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a run on which one state holds."""

    run: int
    """Position in the walk."""
    state: State
    line: BaseGeometry
    """WGS 84."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """How much of the ground lies in a municipality or state, as one source has it."""

    name: str
    level: str
    source: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A version of a boundary, and what is known of it, on the day it is printed."""

    called: str
    level: str
    version: int
    newest: int
    """Version of the newest line that whoever asks may know of."""
    fingerprint: str
    address: str
    """Where this very version is read."""
    drawn: datetime.date | None
    printed: datetime.date
    families: int | str | None
    """As counted for its own, in a band for everybody else."""
    boundary: MultiPolygon
    area_m2: float
    walk: Walk
    stretches: Sequence[Stretch]
    """All runs in the order of the walk, cut where the state changes."""
    words: Mapping[str, str]
    """The line as its own tell it: ``north``, ``south``, ``east``, ``west``."""
    around: GeoDataFrame
    """``name``, ``level`` and boundary by id of those who lie near enough to be drawn; WGS 84."""
    contested: GeoSeries
    """Ground that another one claims as well; WGS 84."""
    lines: GeoDataFrame
    """``kind``, ``name`` and geometry of what the line can follow; WGS 84. Positions are those of the walk."""
    shares: Sequence[Share]
    findings: Sequence[Finding]
    names: Mapping[str, str]
    """Of everything that findings are about, by id."""
    profile: Profile
    is_public: bool
    """Holds nothing but what everybody may see."""
    is_fictitious: bool
