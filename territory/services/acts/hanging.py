"""What hangs together: in which piece of its group everybody lies, before a change and after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import pandas as pd
from geopandas import GeoSeries
from pyproj import CRS

from territory.geo import contiguity, coverage
from territory.geo.crs import to_metres
from territory.model import WGS84
from territory.profiles import Profile
from territory.services.acts.arrangement import Arrangement, ways

_APART = "\0apart\0"
"""Before the id of a group: those who leave it. No id has such letters."""
_COLUMNS = ["group", "member", "unit"]


@dataclass(frozen=True, slots=True)
class Hanging:
    """Pieces of groups and of chains."""

    within: pd.DataFrame
    """By ``group`` and ``member``, see `contiguity.what_if`."""
    along: pd.DataFrame
    """The same of chains, unit by unit of their ground."""
    areas: pd.Series
    """In m², by unit."""

    def pieces(self, when: str, group: str) -> list[list[str]]:
        """Members with a line by the piece that they lie in ``before`` or ``after``, the largest first."""
        if group not in self.within.index:
            return []
        numbered = self.within.loc[group, when].dropna()
        return [list(numbered.index[numbered == number]) for number in range(numbered.nunique())]

    def apart(self, group: str) -> list[list[str]]:
        """The same of those who leave a group."""
        return self.pieces("after", _APART + group)

    def stretches(self, chain: str) -> tuple[int, int]:
        """In how many pieces the ground of a chain lies before and after."""
        if chain not in self.along.index:
            return 0, 0
        numbered = self.along.loc[chain]
        return int(numbered["before"].nunique()), int(numbered["after"].nunique())

    def area_m2(self, units: Collection[str]) -> float:
        """Of some units; what two of them claim counts twice."""
        return float(self.areas.reindex(list(units)).sum())


def hangs(
    before: Arrangement,
    after: Arrangement,
    groups: Iterable[str],
    chains: Iterable[str],
    apart: Mapping[str, AbstractSet[str]],
    *,
    changed: AbstractSet[str],
    links: pd.DataFrame | None,
    crs: CRS,
    profile: Profile,
) -> Hanging:
    """Find what hangs together before and after.

    Parameters
    ----------
    before, after
        As it is, and as it would be.
    groups, chains
        Groups that are looked at member by member, and unit by unit of their ground.
    apart
        By group, those who leave it.
    changed
        Groups whose ground is that of their members.
    links
        Declared ways, ``left`` and ``right``.
    crs
        To measure in, in metres.
    profile
        How near is touching.
    """
    wanted = [{each: some.members.get(each, set()) for each in groups} for some in (before, after)]
    wanted[1] |= {_APART + group: set(some) for group, some in apart.items()}
    within = [_by_member(some, each, changed) for some, each in zip((before, after), wanted, strict=True)]
    along = [_by_unit(some, chains, changed) for some in (before, after)]
    units = [
        {unit for member in _members(some, each, chains) for unit in some.ground(member, changed)}
        for some, each in zip((before, after), wanted, strict=True)
    ]
    # Ground before and after a line is drawn through it lies on itself: each is measured on its own.
    if units[1] <= units[0]:
        units = units[:1]
    lines = [_lines(some, each, crs) for some, each in zip((before, after), units, strict=False)]
    declared = ways(links, after)
    crossings = pd.concat([ways_between(each, declared, profile) for each in lines], ignore_index=True)
    areas = pd.concat([each.area for each in lines])
    return Hanging(
        contiguity.what_if(within[0], within[1], crossings),
        contiguity.what_if(along[0], along[1], crossings),
        areas[~areas.index.duplicated()],
    )


def ways_between(lines: GeoSeries, links: pd.DataFrame | None, profile: Profile) -> pd.DataFrame:
    """Between what one can cross.

    Parameters
    ----------
    lines
        (n,) boundaries in metres, by id.
    links
        Declared ways, ``left`` and ``right``.
    profile
        How near is touching.

    Returns
    -------
    DataFrame
        ``left`` and ``right``.
    """
    limits = profile.tolerances
    touching = coverage.neighbours(lines, tolerance_m=limits.sliver_m, min_edge_m=limits.min_edge_m)
    found = [touching] if links is None else [touching, links]
    return pd.concat([each[["left", "right"]] for each in found], ignore_index=True)


def _members(some: Arrangement, groups: Mapping[str, AbstractSet[str]], chains: Iterable[str]) -> set[str]:
    """Everybody whose ground is looked at."""
    return set().union(*groups.values(), *(some.members.get(each, ()) for each in chains))


def _by_member(some: Arrangement, groups: Mapping[str, Iterable[str]], changed: AbstractSet[str]) -> pd.DataFrame:
    """The ground of each member. A way that is declared for a whole member begins anywhere in it."""
    rows = [
        (group, member, unit)
        for group, members in groups.items()
        for member in members
        if (units := some.ground(member, changed))
        for unit in (*units, member)
    ]
    return pd.DataFrame(rows, columns=_COLUMNS, dtype=object)


def _by_unit(some: Arrangement, chains: Iterable[str], changed: AbstractSet[str]) -> pd.DataFrame:
    """Each unit of the ground on its own. A way that is declared for a whole member begins at one of them."""
    rows = [
        row
        for chain in chains
        for member in some.members.get(chain, ())
        if (units := some.ground(member, changed))
        for row in (*((chain, unit, unit) for unit in units), (chain, units[0], member))
    ]
    return pd.DataFrame(rows, columns=_COLUMNS, dtype=object)


def _lines(some: Arrangement, units: Iterable[str], crs: CRS) -> GeoSeries:
    """Lines in metres, by id."""
    index = pd.Index(sorted(units), dtype=object)
    return to_metres(GeoSeries([some.line(each) for each in index], index=index, crs=WGS84), crs)
