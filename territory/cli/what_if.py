"""``territory what-if``: what changes would mean for all sides, told before any assembly decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import shapely
import typer
from shapely.geometry.base import BaseGeometry

from territory.cli.drawn import read_shapes
from territory.cli.output import write
from territory.services import acts
from territory.services.access import OPERATOR
from territory.services.acts import Change, Found, Join, Leave, Merge, Report, Split, Telling
from territory.services.errors import Unusable
from territory.services.operations import using
from territory.services.reference import read_profile
from territory.words import say


def what_if(store: str, told: Sequence[str], *, profile: str, language: str, form: str) -> None:
    """Print what changes would mean, one after the other; nothing is changed."""
    changes = [_change(each) for each in told]
    with using(store, read_profile(profile)) as register:
        report = acts.what_if(register, OPERATOR, changes)
        standing = register.current().standing | report.supposed
        telling = Telling(standing=standing, profile=register.profile, language=language)
    if form == "json":
        write_json(telling.report(report))
    elif form == "geojson":
        write_json(telling.report(report)["shapes"])
    else:
        print_report(report, telling)


def _change(told: str) -> Change:
    """A change as it is typed: its kind, whom it concerns, and between them a group or a name."""
    kind, _, rest = told.strip().partition(" ")
    if kind == "split":
        territory, _, path = rest.strip().partition(" ")
        return Split(territory=territory, line=_line_of(Path(path.strip())))
    between, _, ids = rest.strip().rpartition(" ")
    members = tuple(each for each in ids.split(",") if each)
    if kind not in _CHANGES or not between or not members:
        raise Unusable("what_if.typed", told=told[:80])
    return _CHANGES[kind](members, between.strip())


def _line_of(path: Path) -> BaseGeometry:
    """All lines of a file, in WGS 84."""
    return shapely.multilinestrings(shapely.get_parts(read_shapes(path, "LineString", "MultiLineString").array))


_CHANGES: Mapping[str, Callable[[tuple[str, ...], str], Change]] = {
    "leave": lambda members, group: Leave(members=members, group=group),
    "join": lambda members, group: Join(members=members, group=group),
    "found": lambda members, name: Found(members=members, called=name),
    "merge": lambda members, name: Merge(members=members, called=name),
}


def print_report(report: Report, telling: Telling) -> None:
    """Print what changes mean, group by group and side by side."""
    for shift in report.shifts:
        typer.echo(telling.title(shift))
        for side, said in telling.sentences(shift, report).items():
            if said:
                typer.echo(f"  {say(telling.language, f'acts.side.{side}')}")
            for sentence in said:
                typer.echo(f"    {sentence}")
    for sentence in telling.around(report):
        typer.echo(sentence)


def write_json(told: dict[str, Any]) -> None:
    """Print something as JSON that people can read."""
    write([orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)], None)
