"""Territories found by a part of their name."""

from __future__ import annotations

import unicodedata

import pandas as pd
from geopandas import GeoDataFrame

from territory.services.access import Access, Operation, require_role
from territory.services.organizing.look import seen
from territory.services.register import Register

_MOST = 20


def find(register: Register, access: Access, text: str, level: str | None = None) -> GeoDataFrame:
    """Territories whose name has a text in it, whatever its accents and capitals.

    Parameters
    ----------
    register, access
        Where, and who asks; only what they see whole is found.
    text
        Part of a name.
    level
        Only those of this level.

    Returns
    -------
    geopandas.GeoDataFrame
        At most 20, by territory id, in metres; names that begin with the text come first, then by name.

    Raises
    ------
    NeedsKey, Forbidden
        Only organizers, and the operator.
    """
    require_role(access, Operation.GROUP)
    layer = seen(register.eyes(access))
    if level is not None:
        layer = layer[(layer["level"] == level).to_numpy()]
    plain = layer["name"].fillna("").map(_plain)
    found = pd.DataFrame({"at": plain.str.find(_plain(text)), "name": plain})
    found = found[found["at"] >= 0].assign(later=found["at"] > 0)
    return layer.loc[found.sort_values(["later", "name"]).index[:_MOST]]


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text)
    return "".join(each for each in letters if not unicodedata.combining(each)).casefold().strip()
