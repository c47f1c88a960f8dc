"""Councils that are in a commune and far from it: they hang together with it by exchange, if by anything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from shapely import LineString, Point

from territory.geo import contiguity
from territory.geo.coverage import neighbours
from territory.services.organizing.kinds import fewest
from territory.services.organizing.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Satellite:
    """Councils of a commune that hang together, and not with most of its others."""

    commune: str
    councils: tuple[str, ...]
    """Ids, sorted."""
    way: tuple[Point, Point]
    """From the nearest of those others to them, as the crow flies; WGS 84."""
    distance_m: float
    """How long that is."""
    flows: int
    """How many times they could give the others of their commune something, or take it."""
    loose: tuple[str, ...]
    """Councils without a commune that hang together with them; of those, the ones without a wish against it."""
    least: int
    """Of how many councils a commune of such councils is made at least."""

    @property
    def id(self) -> str:
        """The same satellite, the same id."""
        return f"{self.commune}:{self.councils[0]}"

    @property
    def could_found(self) -> bool:
        """Whether, with the loose ones, they are enough for a commune of their own."""
        return len(self.councils) + len(self.loose) >= self.least


def satellites(look: Look, exchanged: Collection[tuple[str, str]]) -> tuple[Satellite, ...]:
    """Find the satellites of all communes that have a council in the area.

    Parameters
    ----------
    look
        Where.
    exchanged
        Who could give to whom.

    Returns
    -------
    tuple of Satellite
        The largest first. A commune that lies in three pieces has two.
    """
    inside = look.councils.loc[[each for each in look.inside.index if look.is_asked((each,))], "groups"]
    members = look.members_of(sorted(set(inside.explode().dropna())))
    if members.empty:
        return ()
    joins = look.councils["joins"].ne(False)
    loose = look.shapes[((look.councils["groups"].str.len() == 0) & joins.fillna(True)).to_numpy()]
    shapes = look.shapes.loc[members["council"].unique()]
    crossings = _crossings(look, shapes)
    table = members.rename(columns={"council": "member"}).assign(unit=members["council"])
    pieces = contiguity.what_if(table, table, crossings)["before"]
    apart = pieces[pieces > 0]
    if apart.empty:
        return ()
    beside = _beside(look, shapes.loc[sorted(set(apart.index.get_level_values("member")))], loose)
    found = [
        _satellite(look, pieces.loc[group], number, group, beside, exchanged)
        for group, number in sorted(set(zip(apart.index.get_level_values("group"), apart, strict=True)))
    ]
    return tuple(sorted(found, key=lambda each: (-len(each.councils), each.id)))


def _crossings(look: Look, shapes: GeoSeries) -> pd.DataFrame:
    limits = look.profile.tolerances
    touching = neighbours(shapes, tolerance_m=limits.sliver_m, min_edge_m=limits.min_edge_m)
    return pd.concat([touching[["left", "right"]], look.links], ignore_index=True)


def _beside(look: Look, apart: GeoSeries, loose: GeoSeries) -> pd.Series:
    """The number of the cluster that each council lies in, of those apart and the loose ones next to them."""
    near = loose.iloc[_reached(apart, loose, look.profile.tolerances.sliver_m)]
    shapes = pd.concat([apart, near])
    every = pd.Series("all", index=shapes.index)
    return contiguity.pieces(every, _crossings(look, GeoSeries(shapes, crs=apart.crs)))


def _reached(apart: GeoSeries, loose: GeoSeries, near_m: float) -> np.ndarray:
    """Positions of loose councils that come near to those apart, directly or through other loose ones."""
    reached = np.zeros(len(loose), dtype=bool)
    front = apart.geometry
    while len(front):
        found = np.unique(loose.sindex.query(front, predicate="dwithin", distance=near_m)[1])
        new = found[~reached[found]]
        reached[new] = True
        front = loose.iloc[new]
    return np.flatnonzero(reached)


def _satellite(
    look: Look,
    pieces: pd.Series,
    number: int,
    commune: str,
    beside: pd.Series,
    exchanged: Collection[tuple[str, str]],
) -> Satellite:
    own, main = (tuple(sorted(pieces.index[pieces == each])) for each in (number, 0))
    cluster = beside[beside == beside[own[0]]].index
    others = set(pieces.index) - set(own)
    ground, far = (shapely.union_all(np.asarray(look.shapes.loc[list(some)].array)) for some in (own, main))
    way = shapely.shortest_line(far, ground)
    return Satellite(
        commune=commune,
        councils=own,
        way=_ends(look, way),
        distance_m=float(shapely.length(way)),
        flows=sum(
            (giver in own and taker in others) or (giver in others and taker in own) for giver, taker in exchanged
        ),
        loose=tuple(sorted(each for each in cluster if not look.councils.at[each, "groups"])),
        least=fewest(look.councils.loc[list(own), "kind"], look.profile),
    )


def _ends(look: Look, way: LineString) -> tuple[Point, Point]:
    near, far = look.in_degrees([Point(end) for end in way.coords])
    return near, far
