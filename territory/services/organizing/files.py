"""What organizers found as a file to take away: every feature, as a layer for a map or a table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from territory.export import Form
from territory.export.features import FORMS, write_features
from territory.services.errors import Unusable


def as_file(told: Mapping[str, Any], form: Form) -> bytes:
    """What a question came to, as the bytes of a file.

    Parameters
    ----------
    told
        As the API tells it: ``features``, or ``plans`` or ``corridors`` that have some each.
    form
        One of `territory.export.features.FORMS`.

    Raises
    ------
    Unusable
        It has nothing that lies anywhere, or is not written in that form.
    """
    if form not in FORMS:
        raise Unusable("field.one_of", field="format", known=["json", *FORMS])
    features = list(_features(told))
    if form is not Form.GEOJSON:
        features = [{**each, "properties": _plain(each["properties"])} for each in features]
    with tempfile.TemporaryDirectory(prefix="territory-") as folder:
        path = Path(folder) / f"found{form.suffix}"
        write_features(features, path, form=form)
        return path.read_bytes()


def _features(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All features; those of several plans or corridors with the number of theirs."""
    if "corridors" in told:
        for number, each in enumerate(told["corridors"], start=1):
            yield from _numbered(each["shapes"]["features"], "corridor", number, variety=each["kind"])
    elif "plans" in told:
        for number, each in enumerate(told["plans"], start=1):
            yield from _numbered(each["groups"]["features"], "plan", number)
    elif "features" in told:
        yield from told["features"]
    else:
        raise Unusable("job.no_layer")


def _numbered(features: list[dict[str, Any]], name: str, number: int, **more: str) -> Iterator[dict[str, Any]]:
    for each in features:
        properties = {name: number, **more, **each["properties"]}
        yield {**each, "id": f"{number}-{each['id']}", "properties": properties}


def _plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties without what is nested: of territories, one or several, the names with their ids."""
    return {
        name: _listed([value] if isinstance(value, dict) else value) if isinstance(value, list | dict) else value
        for name, value in properties.items()
    }


def _listed(values: list[Any]) -> str:
    return "; ".join(
        f"{each['name']} ({each['id']})" if isinstance(each, dict) and {"id", "name"} <= each.keys() else str(each)
        for each in values
    )
