"""What everybody may see: territories, their tiles and findings, with numbers as coarse as the profile asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from territory.findings import Code, Finding
from territory.model import Surroundings
from territory.profiles import Privacy, Profile
from territory.services.errors import NotFound, Unusable

if TYPE_CHECKING:
    from territory.mosaic import Mosaic

Bbox = tuple[float, float, float, float]
"""West, south, east, north in degrees; west of east always."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the territories asked for, and where the rest begins."""

    layer: GeoDataFrame
    """In public form, see `public_layer`; ordered by id."""
    next: str | None
    """Cursor of the next page; none on the last."""


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


def public_finding(finding: Finding, profile: Profile) -> Finding:
    """A finding with families in bands instead of numbers."""
    if finding.code is not Code.FAMILIES or not isinstance(finding.args.get("families"), int | np.integer):
        return finding
    coarse = band(int(finding.args["families"]), profile.privacy)
    return replace(finding, args={**finding.args, "families": coarse or ""})


def territories(
    mosaic: Mosaic,
    *,
    profile: Profile,
    bbox: Bbox | None = None,
    level: str | None = None,
    limit: int = 100,
    cursor: str | None = None,
) -> Page:
    """Territories by place and level, a page at a time.

    Pages go by id, so that a page stays where it is when territories are added or changed meanwhile.

    Parameters
    ----------
    mosaic
        The territories there are.
    profile
        Levels that can be asked for, and how coarse public numbers are.
    bbox
        Only those whose boundary meets this box.
    level
        Only those of this level.
    limit
        Most territories of one page.
    cursor
        Id of the last territory of the page before.

    Raises
    ------
    Unusable
        The level is none of the profile's.
    """
    if level is not None and level not in (levels := [known.id for known in profile.levels]):
        raise Unusable("drawing.level", level=level, levels=levels)
    layer = mosaic.layer
    chosen = np.ones(len(layer), dtype=bool)
    if bbox is not None:
        chosen[:] = False
        chosen[layer.sindex.query(shapely.box(*bbox), predicate="intersects")] = True
    if level is not None:
        chosen &= (layer["level"] == level).to_numpy()
    if cursor is not None:
        chosen &= np.asarray(layer.index > cursor)
    ids = np.sort(layer.index[chosen].to_numpy(dtype=object))
    shown = ids[:limit]
    return Page(layer=public_layer(layer.loc[shown], profile), next=shown[-1] if len(ids) > len(shown) else None)


def territory(mosaic: Mosaic, territory_id: str, *, profile: Profile) -> GeoDataFrame:
    """One territory in public form: a layer of one row.

    Raises
    ------
    NotFound
        There is none of that id.
    """
    if territory_id not in mosaic.layer.index:
        raise NotFound("territory.unknown", id=territory_id)
    return public_layer(mosaic.layer.loc[[territory_id]], profile)


def within(layer: GeoDataFrame, bbox: Bbox | None) -> GeoDataFrame:
    """The rows of a layer whose geometry meets a box; all of them without one."""
    if bbox is None:
        return layer
    return layer.iloc[np.sort(layer.sindex.query(shapely.box(*bbox), predicate="intersects"))]


def layer_findings(mosaic: Mosaic, *, profile: Profile) -> list[Finding]:
    """Everything found in all territories together, in public form."""
    from territory.checks import check_mosaic

    found = check_mosaic(mosaic, profile=profile)
    return [public_finding(finding, profile) for finding in found]


def findings_within(findings: list[Finding], bbox: Bbox | None) -> list[Finding]:
    """The findings that meet a box; all of them without one."""
    if bbox is None or not findings:
        return findings
    box = shapely.box(*bbox)
    meets = shapely.intersects(np.array([finding.geometry for finding in findings], dtype=object), box)
    return [finding for finding, does in zip(findings, meets, strict=True) if does]


def tile_frames(public: GeoDataFrame, surroundings: Surroundings) -> dict[str, GeoDataFrame]:
    """What vector tiles are made of: one frame per level, and the municipalities and states if known."""
    frames = {str(level): part for level, part in public.groupby("level", sort=False)}
    if surroundings.jurisdictions is not None:
        frames["jurisdictions"] = surroundings.jurisdictions
    return frames
