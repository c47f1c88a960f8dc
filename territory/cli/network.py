"""``territory network``: who could give what to whom, as lines to read, as a layer or as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from territory.cli.answers import write_answer
from territory.cli.progress import progress_bar
from territory.geo.progress import silent
from territory.services.access import OPERATOR
from territory.services.operations import using
from territory.services.organizing import Asked, exchange, exchange_telling
from territory.services.reference import read_profile
from territory.words import say

_KINDS = ("flow", "needs", "offers", "satellite")


def network(
    store: str,
    where: Asked,
    *,
    is_by_road: bool,
    profile: str,
    language: str,
    form: str,
    output: Path | None,
) -> None:
    """Match what is offered and needed in an area, and write it."""
    with using(store, read_profile(profile)) as register, progress_bar(language) as progress:
        found = exchange.network(register, OPERATOR, where, is_by_road=is_by_road, progress=progress or silent)
    told = exchange_telling.told(found, language)
    write_answer(told, _lines(told, language), form=form, output=output)


def _lines(told: dict[str, Any], language: str) -> Iterator[str]:
    by_kind = {kind: [each for each in told["features"] if each["properties"]["kind"] == kind] for kind in _KINDS}
    for kind, features in by_kind.items():
        if features:
            yield say(language, f"cli.network.{kind}", count=len(features))
        for each in features:
            yield f"  {each['properties']['why']}"
    if not told["features"]:
        yield say(language, "cli.network.none")
