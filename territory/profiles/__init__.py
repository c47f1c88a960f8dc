"""Rule profiles: the numbers and names that a law or an assembly can change, dated and sourced."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat

_HERE = Path(__file__).parent

HowSure = Literal["law", "seen", "open"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Level(_Entry):
    """A rung of the ladder, or a group beside it."""

    id: str
    name: Mapping[str, str]
    plural: Mapping[str, str]
    members: str | None = None
    """The level it is made of."""
    beside_ladder: bool = False

    def takes(self, level: str) -> bool:
        """Whether such a group is made of territories of a level; beside the ladder also of groups like itself."""
        return level == self.members or (self.beside_ladder and level == self.id)


class Source(_Entry):
    """Where a figure was read."""

    title: str | Mapping[str, str]
    date: datetime.date | None = None
    how_sure: HowSure

    def titled(self, language: str) -> str:
        """The title as written in a language; the title of a law is never translated."""
        return self.title if isinstance(self.title, str) else self.title[language]


class Range(_Entry):
    """A reference range, with the instrument that states it and how sure that is."""

    low: int
    high: int | None = None
    source: str
    article: str | None = None
    how_sure: HowSure

    def holds(self, count: int) -> bool:
        """Whether a count lies inside."""
        return self.low <= count and (self.high is None or count <= self.high)


class Tolerances(_Entry):
    """Widths, areas and shares below which a difference is noise."""

    sliver_m: float
    min_area_m2: float
    min_edge_m: float
    repair_m2: float
    duplicate_share: float
    contains_share: float
    jurisdiction_share: float


class Quorum(_Entry):
    """Share of the seats that a commune parliament needs to decide."""

    share: float
    how_sure: HowSure


class Parliament(_Entry):
    """Seats of a commune parliament beside one for each council."""

    producers: int
    bank: int
    source: str
    article: str | None = None
    how_sure: HowSure


class Referendum(_Entry):
    """Share of those eligible who must vote for a referendum to count; then a majority decides."""

    turnout: float
    source: str
    article: str | None = None
    how_sure: HowSure


class Agreement(_Entry):
    """How neighbours come to agree on their line."""

    answer_days: int
    reach_m: float
    gap_m: float
    """The widest gap that two neighbours may settle between them."""
    how_sure: HowSure


class Roads(_Entry):
    """How fast people get on, and when a way is too long."""

    speeds_kmh: Mapping[str, NonNegativeFloat]
    """By class of road, as maps call it; 0 where nobody can pass."""
    other_kmh: PositiveFloat
    """On roads of other classes, and of none."""
    link_kmh: PositiveFloat
    """Along a declared link, as the crow flies."""
    reach_m: float
    """Who has no road this near has none."""
    join_m: float
    """Ends of lines as near as this meet."""
    scrap_m: float
    """Less road than this in all, joined to nothing, is a line that its drawer forgot to join."""
    slower: Annotated[float, Field(ge=1)]
    """Whose own seat takes this many times as long as another one is cut off from it …"""
    spare_minutes: NonNegativeFloat
    """… where it takes so many minutes more as well."""
    how_sure: HowSure


class Survey(_Entry):
    """How coordinates are told on paper."""

    datum: str
    utm: Mapping[int, int]
    """EPSG code of the datum's grid by zone."""
    how_sure: HowSure


class Privacy(_Entry):
    """How coarse a public number must be."""

    smallest_families: int
    family_band: int
    smallest_count: int = 3
    """Fewer than this are not counted in public."""
    general_cell_deg: float = 0.002
    """Side of the cells that a general outline is drawn in."""


class Profile(_Entry):
    """What one country's law and practice say, at one date."""

    name: str
    title: Mapping[str, str]
    date: datetime.date
    country: str
    extent: tuple[float, float, float, float]
    """West, south, east, north in degrees: where a boundary of this country can lie."""
    sources: Mapping[str, Source]
    levels: tuple[Level, ...]
    families: Mapping[str, Range]
    """By kind of council: ``urban``, ``rural``, ``indigenous``."""
    councils: Mapping[str, Range]
    """By kind of commune."""
    tolerances: Tolerances
    quorum: Quorum
    parliament: Parliament
    referendum: Referendum
    agreement: Agreement
    roads: Roads
    survey: Survey
    privacy: Privacy

    def with_tolerance(self, tolerance_m: float) -> Profile:
        """The same profile for lines drawn more or less exactly: what is narrower is one line drawn twice."""
        return self.model_copy(update={"tolerances": self.tolerances.model_copy(update={"sliver_m": tolerance_m})})

    def level(self, level_id: str) -> Level:
        """The level of that id.

        Raises
        ------
        KeyError
            The profile has no such level.
        """
        for level in self.levels:
            if level.id == level_id:
                return level
        raise KeyError(level_id)


@cache
def load_profile(name: str = "venezuela") -> Profile:
    """Read a profile by its name, or from a path to a ``.toml`` file.

    Raises
    ------
    FileNotFoundError
        There is no such profile.
    """
    path = Path(name) if name.endswith(".toml") else _HERE / f"{name}.toml"
    return Profile.model_validate(tomllib.loads(path.read_text("utf-8")))
