"""Numbers as coarse as the profile asks, before anybody outside sees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from territory.findings import Code, Finding
from territory.profiles import Privacy, Profile


def band(families: int | None, privacy: Privacy) -> str | None:
    """A number of families as the public sees it: in a band, and never a small one.

    Examples
    --------
    >>> privacy = Privacy(smallest_families=10, family_band=50)
    >>> band(171, privacy), band(23, privacy), band(4, privacy), band(None, privacy)
    ('150–199', '10–49', '< 10', None)
    """
    if families is None or pd.isna(families):
        return None
    if families < privacy.smallest_families:
        return f"< {privacy.smallest_families}"
    low = families // privacy.family_band * privacy.family_band
    return f"{max(low, privacy.smallest_families)}–{low + privacy.family_band - 1}"


def public_layer(layer: GeoDataFrame, profile: Profile) -> GeoDataFrame:
    """A layer with families in bands instead of numbers."""
    bands = [band(families, profile.privacy) for families in layer["families"]]
    return layer.assign(families=pd.Series(bands, index=layer.index, dtype=object))


def withheld(count: int, privacy: Privacy) -> int | str:
    """How many there are, as the public is told: a small number, and none, only as less than the smallest told.

    Examples
    --------
    >>> privacy = Privacy(smallest_families=10, family_band=50, smallest_count=3)
    >>> withheld(12, privacy), withheld(2, privacy), withheld(0, privacy)
    (12, '< 3', '< 3')
    """
    return count if count >= privacy.smallest_count else f"< {privacy.smallest_count}"


def public_finding(finding: Finding, profile: Profile) -> Finding:
    """A finding with families in bands instead of numbers."""
    if finding.code is not Code.FAMILIES or not isinstance(finding.args.get("families"), int | np.integer):
        return finding
    coarse = band(int(finding.args["families"]), profile.privacy)
    return replace(finding, args={**finding.args, "families": coarse or ""})
