"""``territory key``: to issue, list and revoke keys on the machine where the store is."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import shapely
import typer
from shapely import MultiPolygon

from territory import intake
from territory.cli.output import write
from territory.geo.repair import canonical_shape
from territory.profiles import Profile
from territory.records import Key, Role
from territory.services import keys
from territory.services.access import OPERATOR, is_valid
from territory.services.operations import using
from territory.services.reference import read_profile
from territory.services.register import today
from territory.words import say


def issue(
    store: str,
    *,
    profile: str,
    role: Role,
    ends: datetime.date,
    name: str | None,
    territories: Sequence[str],
    area: Path | None,
    base_url: str,
    language: str,
    form: str,
) -> None:
    """Make a key and print its link, the only time that it can be."""
    rules = read_profile(profile)
    ground = None if area is None else _ground(area, rules)
    with using(store, rules) as register:
        issued = keys.issue(
            register, OPERATOR, role=role, ends=ends, name=name, territories=territories, area=ground
        )
    link = f"{base_url.rstrip('/')}/key#{issued.whole}"
    if form == "json":
        _write({**_told(issued.key), "link": link, "key": issued.whole})
        return
    typer.echo(link)
    typer.echo(say(language, "cli.key.issued", name=issued.key.id, ends=ends.isoformat()), err=True)


def list_all(store: str, *, profile: str, language: str, form: str) -> None:
    """Print every key, also those that ended or were revoked; never a secret."""
    with using(store, read_profile(profile)) as register:
        found = keys.listed(register, OPERATOR)
    if form == "json":
        _write({"keys": [_told(each) for each in found]})
        return
    for each in found:
        state = say(language, f"cli.key.{_state(each)}", ends=each.ends.isoformat())
        scope = ", ".join(each.territories) or say(
            language, f"cli.key.{'area_scope' if each.area else 'everywhere'}"
        )
        typer.echo(f"{each.id:<24} {say(language, f'cli.key.role.{each.role.value}'):<14} {state}  {scope}")
    if not found:
        typer.echo(say(language, "cli.key.none"), err=True)


def revoke(store: str, name: str, *, profile: str, language: str) -> None:
    """End a key at once."""
    with using(store, read_profile(profile)) as register:
        keys.revoke(register, OPERATOR, name)
    typer.echo(say(language, "cli.key.revoked_now", name=name), err=True)


def _ground(file: Path, rules: Profile) -> MultiPolygon:
    """The area of all polygons of a file."""
    layer = intake.read(file, profile=rules).layer
    whole: MultiPolygon = canonical_shape(shapely.union_all(layer.geometry.array))
    return whole


def _told(key: Key) -> dict[str, Any]:
    return {
        "name": key.id,
        "role": key.role.value,
        "ends": key.ends.isoformat(),
        "state": _state(key),
        "territories": list(key.territories),
        "area": None if key.area is None else orjson.Fragment(shapely.to_geojson(key.area)),
    }


def _state(key: Key) -> str:
    if key.revoked:
        return "revoked"
    return "valid" if is_valid(key, today()) else "ended"


def _write(told: dict[str, Any]) -> None:
    write([orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)], None)
