"""What several commands take: words to choose from, options, and how help texts are named."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How findings are written."""

    TABLE = "table"
    JSON = "json"
    GEOJSON = "geojson"


class Tabled(StrEnum):
    """How what was found is written, also for a spreadsheet."""

    TABLE = "table"
    JSON = "json"
    GEOJSON = "geojson"
    GPKG = "gpkg"
    CSV = "csv"


class Telling(StrEnum):
    """How something that is no layer is told."""

    TABLE = "table"
    JSON = "json"


class Published(StrEnum):
    """What an act lets everybody see of a territory."""

    LISTED = "listed"
    GENERAL = "general"
    EXACT = "exact"


class Paper(StrEnum):
    """Sizes of paper."""

    LETTER = "letter"
    A4 = "a4"


class Role(StrEnum):
    """What a key lets its bearer do."""

    HELPER = "helper"
    SPOKESPERSON = "spokesperson"
    ORGANIZER = "organizer"
    STEWARD = "steward"


class ReferenceKind(StrEnum):
    """What a reference layer is of."""

    JURISDICTIONS = "jurisdictions"
    LAND = "land"
    RIVERS = "rivers"
    ROADS = "roads"
    PROTECTED = "protected"
    INDIGENOUS = "indigenous"
    HAZARDS = "hazards"
    POPULATION = "population"
    SEATS = "seats"


class Act(StrEnum):
    """What an assembly can decide, as far as it takes no drawing."""

    RATIFY = "ratify"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    JOIN = "join"
    LEAVE = "leave"
    DISSOLVE = "dissolve"


class Decided(StrEnum):
    """How an assembly decided."""

    ASSEMBLY = "assembly"
    REFERENDUM = "referendum"


class Way(StrEnum):
    """How contested ground could be settled."""

    TO_LEFT = "to_left"
    TO_RIGHT = "to_right"
    MIDDLE = "middle"
    ALONG = "along"
    SHARED = "shared"
    DISAGREE = "disagree"


class Reply(StrEnum):
    """What the other side says of a proposal."""

    ACCEPT = "accept"
    OBJECT = "object"
    DISAGREE = "disagree"


class View(StrEnum):
    """What a map shows."""

    TERRITORIES = "territories"
    COVERAGE = "coverage"


class Language(StrEnum):
    """The languages there are."""

    ES = "es"
    EN = "en"


File = Annotated[Path, typer.Argument(help="cli.file", exists=False)]
Store = Annotated[str, typer.Option("--store", envvar="TERRITORY_STORE", help="cli.store", metavar="URL")]
Crs = Annotated[str | None, typer.Option(help="cli.crs", metavar="EPSG:…")]
Level = Annotated[str | None, typer.Option(help="cli.level")]
Layer = Annotated[str | None, typer.Option(help="cli.layer", metavar="NAME")]
SwapAxes = Annotated[bool, typer.Option("--swap-axes", help="cli.swap_axes")]
Tolerance = Annotated[float | None, typer.Option(min=0.1, max=500, help="cli.tolerance", metavar="M")]
Profile = Annotated[str, typer.Option(envvar="TERRITORY_PROFILE", help="cli.profile")]
Output = Annotated[Path | None, typer.Option("--output", help="cli.output", metavar="FILE", dir_okay=False)]
Area = Annotated[Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="cli.gaps.area")]
Jurisdiction = Annotated[str | None, typer.Option(metavar="ID", help="cli.gaps.jurisdiction")]
Lang = Annotated[Language | None, typer.Option("--lang", envvar="TERRITORY_LANG", help="cli.lang")]


def column(what: str) -> Any:
    """The option that names a column of a file."""
    return typer.Option(f"--{what}-column", help=f"cli.column.{what}", metavar="COLUMN")


def day(what: str) -> Any:
    """An option that is a day."""
    return typer.Option(help=f"cli.{what}", formats=["%Y-%m-%d"], metavar="DATE")


def count(what: str) -> Any:
    """A number in the minutes of an act."""
    return typer.Option(help=f"cli.act.{what}", min=0, metavar="N")
