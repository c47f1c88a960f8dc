"""Every sentence that intake can say exists, and none is there in vain."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import territory.intake
from territory.words import LANGUAGES, catalogue

SOURCES = "\n".join(path.read_text("utf-8") for path in Path(territory.intake.__file__).parent.glob("*.py"))
WRITTEN = set(re.findall(r'"([a-z]+\.[a-z_0-9]+)"', SOURCES))
COMPOSED = {"crs.missing_unlike", "crs.contradicted_unlike"} | {
    f"table.{order}" for order in ("lon_lat", "lat_lon", "east_north", "north_east")
}
COMPOSED |= {f"line.{fault}" for fault in ("no_east", "no_north", "no_lat", "no_lon", "too_much", "sixty")}
COMPOSED |= {"line.no_coordinate", "line.more"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_the_sentences_of_the_code(language):
    said = set(catalogue(language)["intake"])
    assert said - COMPOSED <= WRITTEN
    called = set(re.findall(r'(?:IntakeError\(\s*|code=|_crs_needed\()"([a-z]+\.[a-z_]+)"', SOURCES))
    # Of these every line has a sentence of its own.
    assert called - {"table.lines"} <= said
