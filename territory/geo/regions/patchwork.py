"""A layer as candidate communes see it: what each unit measures, whom it touches, where one can cross."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from territory.geo.crs import require_projected
from territory.geo.errors import GeoError
from territory.geo.regions.arrays import NOWHERE, Bools, Floats, Ints, Net

# A line that is shared to its last metre may seem to be shared a little more.
_ROUNDING = 1e-3


class NoSize(GeoError):
    """The size of every unit is a whole number from 1 on; where it is unknown, leave the unit out."""


@dataclass(frozen=True)
class Patchwork:
    """Units in the order of their ids, so that the order they were given in changes nothing."""

    ids: pd.Index
    net: Net

    @classmethod
    def of(
        cls,
        units: GeoSeries,
        contacts: pd.DataFrame,
        *,
        sizes: pd.Series | None = None,
        jurisdictions: pd.Series | None = None,
        links: pd.DataFrame | None = None,
        barred: pd.DataFrame | None = None,
    ) -> Patchwork:
        """Take the measures of a layer.

        Parameters
        ----------
        units
            (n,) valid polygons in metres, indexed by unit id, each id once and all ids of one sortable kind.
        contacts
            ``left``, ``right``, ``width_m``, ``is_rook`` as `coverage.contacts` gives them, and perhaps
            ``travel_s``, the time from one unit to the other. Pairs with strangers are left out.
        sizes
            What counts of each unit, such as its families: whole numbers from 1 on. By default each counts 1.
        jurisdictions
            Where most of each unit lies, missing where unknown.
        links
            ``left``, ``right`` and perhaps ``travel_s``: declared links, along which one can cross.
        barred
            ``left``, ``right``: pairs between which one cannot cross although they touch; stronger than a link.

        Notes
        -----
        The area and line of a region are sums over its units less what they share, so that no ground is put
        together. Ground that two units of a region hold counts twice in its area, and what lies between lines that
        are drawn apart is left out: compactness is then near that of the ground, and never more than 1.

        Raises
        ------
        NotProjected
            The CRS is geographic or missing.
        NoSize
            A size is missing, no whole number or less than 1.
        GeoError
            An id stands twice.

        Examples
        --------
        >>> from shapely import box
        >>> from territory.geo.coverage import contacts
        >>> row = GeoSeries([box(k, 0, k + 1, 1) for k in range(3)], [*"abc"], crs=32618)
        >>> touching = contacts(row, tolerance_m=0.01, min_edge_m=0.5)
        >>> Patchwork.of(row, touching).components.tolist()
        [0, 0, 0]
        >>> Patchwork.of(row, touching, barred=pd.DataFrame({"left": ["b"], "right": ["c"]})).components.tolist()
        [0, 0, 1]
        """
        require_projected(units)
        if not units.index.is_unique:
            raise GeoError("an id stands twice")
        units = units.sort_index()
        shapes = np.asarray(units.array)
        places = pd.factorize(jurisdictions.reindex(units.index))[0] if jurisdictions is not None else None
        start, other, width_m, is_way, travel_s = _contact_rows(units.index, shapes, contacts, links, barred)
        return cls(
            units.index,
            Net(
                start=start,
                other=other,
                width_m=width_m,
                is_way=is_way,
                travel_s=travel_s,
                size=_whole_sizes(units.index, sizes),
                area_m2=shapely.area(shapes),
                line_m=shapely.length(shapes),
                jurisdiction=np.full(len(units), NOWHERE) if places is None else places.astype(np.int64),
                place=shapely.get_coordinates(shapely.centroid(shapes)).reshape(-1, 2),
            ),
        )

    @cached_property
    def components(self) -> Ints:
        """(n,) which units hang together by ways: the number of each one's component, by first unit."""
        return components(self.net, np.ones(len(self.ids), dtype=bool))

    @property
    def has_travel(self) -> bool:
        """Whether the travel time of every way is known."""
        return bool(np.isfinite(self.net.travel_s[self.net.is_way]).all())

    @property
    def ways(self) -> pd.DataFrame:
        """``left`` and ``right``: each pair that one can cross between, once."""
        left = np.repeat(np.arange(len(self.ids)), np.diff(self.net.start))
        keep = self.net.is_way & (left < self.net.other)
        return pd.DataFrame({"left": self.ids[left[keep]], "right": self.ids[self.net.other[keep]]})


def components(net: Net, inside: Bools) -> Ints:
    """(n,) number of the component of each unit among those inside, by first unit; `NOWHERE` for the others."""
    left = np.repeat(np.arange(len(net.size)), np.diff(net.start))
    keep = net.is_way & inside[left] & inside[net.other]
    shape = (len(net.size), len(net.size))
    found = np.full(len(net.size), NOWHERE, dtype=np.int64)
    if inside.any():
        graph = csr_array((np.ones(keep.sum()), (left[keep], net.other[keep])), shape=shape)
        numbers = connected_components(graph, directed=False)[1][inside]
        found[inside] = pd.factorize(numbers)[0]
    return found


def only(net: Net, inside: Bools) -> Net:
    """The same units, of whom only those inside have contacts: the others are in nobody's way."""
    left = np.repeat(np.arange(len(net.size)), np.diff(net.start))
    keep = inside[left] & inside[net.other]
    return net._replace(
        start=np.r_[0, np.cumsum(np.bincount(left[keep], minlength=len(net.size)))].astype(np.int64),
        other=net.other[keep],
        width_m=net.width_m[keep],
        is_way=net.is_way[keep],
        travel_s=net.travel_s[keep],
    )


def _whole_sizes(ids: pd.Index, sizes: pd.Series | None) -> Ints:
    if sizes is None:
        return np.ones(len(ids), dtype=np.int64)
    given = pd.to_numeric(sizes.reindex(ids)).to_numpy(dtype=float, na_value=np.nan)
    if not ((given >= 1) & (given == np.floor(given))).all():
        raise NoSize("the size of every unit must be a whole number from 1 on")
    return np.asarray(given, dtype=np.int64)


def _contact_rows(
    ids: pd.Index,
    shapes: np.ndarray,
    contacts: pd.DataFrame,
    links: pd.DataFrame | None,
    barred: pd.DataFrame | None,
) -> tuple[np.ndarray, ...]:
    """Contacts both ways, by unit: start, other, width, whether one can cross, travel time."""
    touching = contacts.assign(is_way=contacts["is_rook"].astype(bool))
    declared = [] if links is None else [links[["left", "right"]].assign(width_m=0.0, is_way=True)]
    if declared and links is not None and "travel_s" in links:
        declared[0]["travel_s"] = links["travel_s"]
    table = pd.concat([touching, *declared], ignore_index=True)
    if "travel_s" not in table:
        table["travel_s"] = np.nan
    pairs = _pairs(ids, table)
    measures = table[["width_m", "is_way", "travel_s"]].assign(low=pairs[:, 0], high=pairs[:, 1])
    measures = measures[(pairs[:, 0] >= 0) & (pairs[:, 0] != pairs[:, 1])].astype({"travel_s": float})
    # A pair that touches and is linked too is one contact, as wide as it touches and as quick as either says.
    one = measures.groupby(["low", "high"], sort=True).agg({"width_m": "max", "is_way": "max", "travel_s": "min"})
    low, high = (one.index.get_level_values(level).to_numpy(dtype=np.int64) for level in ("low", "high"))
    is_way = one["is_way"].to_numpy(dtype=bool)
    if barred is not None:
        shut = _pairs(ids, barred)
        is_way = is_way & ~np.isin(low * len(ids) + high, shut[:, 0] * len(ids) + shut[:, 1])
    unit, other = np.r_[low, high], np.r_[high, low]
    order = np.lexsort((other, unit))
    start = np.r_[0, np.cumsum(np.bincount(unit, minlength=len(ids)))].astype(np.int64)
    width_m = _within_lines(low, high, one["width_m"].to_numpy(dtype=float), shapes)
    travel_s = one["travel_s"].to_numpy(dtype=float)
    both = [np.r_[each, each][order] for each in (width_m, is_way, travel_s)]
    return start, other[order], *both


def _within_lines(low: Ints, high: Ints, width_m: Floats, shapes: np.ndarray) -> Floats:
    """(k,) widths of contacts, cut back where a unit would share more line than it has.

    Around a strip thinner than the tolerance, and where units overlap, one line runs beside several others.
    Counted whole for each, it would make regions look more compact than they are, and the search looks for those.
    What lies farthest is beyond another unit, so it is cut back first; of what lies as near, the narrowest.
    """
    width_m, line_m = width_m.copy(), shapely.length(shapes)
    shared_m = np.bincount(low, width_m, len(line_m)) + np.bincount(high, width_m, len(line_m))
    full = shared_m > line_m * (1 + _ROUNDING)
    doubted = np.flatnonzero((full[low] | full[high]) & (width_m > 0))
    away_m = shapely.distance(shapes[low[doubted]], shapes[high[doubted]])
    for k in doubted[np.lexsort((width_m[doubted], -away_m))]:
        ends = [low[k], high[k]]
        too_much_m = (shared_m[ends] - line_m[ends]).max()
        if too_much_m > 0:
            cut_m = min(too_much_m, width_m[k])
            width_m[k] -= cut_m
            shared_m[ends] -= cut_m
    return width_m


def _pairs(ids: pd.Index, table: pd.DataFrame) -> Ints:
    """(k, 2) positions of pairs of ids, the lower first; both `NOWHERE` where one is a stranger."""
    left, right = (ids.get_indexer(pd.Index(table[side])).astype(np.int64) for side in ("left", "right"))
    known = (left >= 0) & (right >= 0)
    pairs = np.sort(np.column_stack([left, right]), axis=1)
    return np.where(known[:, None], pairs, NOWHERE)
