"""Whether groups of units hang together: pieces, corners that are no crossing, enclaves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def pieces(groups: pd.Series, crossings: pd.DataFrame) -> pd.Series:
    """Number the connected pieces of each group of units.

    Parameters
    ----------
    groups
        (n,) the group of each unit, indexed by unit id; units without a group are left out.
    crossings
        ``left``, ``right``: pairs of unit ids that one can cross between, such as `coverage.neighbours` and
        declared links. Pairs of different groups do not join anything.

    Returns
    -------
    Series
        The piece of each unit, counted within its group from 0, the piece with the most units first.

    Examples
    --------
    >>> groups = pd.Series("commune", index=["a", "b", "c"])
    >>> pieces(groups, pd.DataFrame({"left": ["a"], "right": ["b"]})).tolist()
    [0, 0, 1]
    """
    groups = groups.dropna()
    left, right = _positions(groups, crossings["left"]), _positions(groups, crossings["right"])
    known = (left >= 0) & (right >= 0)
    left, right = left[known], right[known]
    group = pd.factorize(groups)[0]
    inside = group[left] == group[right]
    size = len(groups)
    graph = coo_array((np.ones(inside.sum()), (left[inside], right[inside])), shape=(size, size))
    component = connected_components(graph, directed=False)[1] if size else np.empty(0, dtype=int)
    # Largest first; among equals the one whose first unit comes first.
    table = pd.DataFrame({"group": group, "component": component}).reset_index()
    sizes = table.groupby(["group", "component"])["index"].agg(["size", "min"]).reset_index()
    sizes = sizes.sort_values(["group", "size", "min"], ascending=[True, False, True])
    rank = sizes.groupby("group").cumcount().set_axis(sizes["component"])
    return pd.Series(rank.reindex(component).to_numpy(), index=groups.index, name="piece", dtype=int)


def _positions(groups: pd.Series, units: pd.Series) -> np.ndarray:
    return np.asarray(groups.index.get_indexer(pd.Index(units)))


def what_if(before: pd.DataFrame, after: pd.DataFrame, crossings: pd.DataFrame) -> pd.DataFrame:
    """Tell in how many pieces groups lie before a change of their members or of their ground, and after it.

    Parameters
    ----------
    before, after
        ``group``, ``member``, ``unit``: the units that the ground of each member of each group is made of, one row
        for each; a unit that is whole has one row and often its own id as a member. A unit may stand under
        several groups. Members without a unit are left out: nobody knows what they touch.
    crossings
        ``left``, ``right``: pairs of unit ids that one can cross between, of what lies there before and after.

    Returns
    -------
    DataFrame
        One row for each member of each group before or after, indexed by ``group`` and ``member``, sorted:
        ``before`` and ``after``, the piece of its group that it lies in, counted from 0, the piece with the most
        members first; missing where it is none.

    Examples
    --------
    >>> row = pd.DataFrame({"group": "commune", "member": list("abc"), "unit": list("abc")})
    >>> found = what_if(row, row[row["unit"] != "b"], pd.DataFrame({"left": ["a", "b"], "right": ["b", "c"]}))
    >>> found.loc["commune"].astype(object).to_dict("list")
    {'before': [0, 0, 0], 'after': [0, None, 1]}
    """
    sides = {name: _pieces_of_members(table, crossings) for name, table in (("before", before), ("after", after))}
    return pd.DataFrame(sides, dtype="Int64").sort_index()


def _pieces_of_members(ground: pd.DataFrame, crossings: pd.DataFrame) -> pd.Series:
    """The piece of each member of each group, by both."""
    ground = ground[["group", "member", "unit"]].drop_duplicates()
    node = ground.groupby(["group", "member"], sort=True).ngroup()
    ground = ground.assign(node=node)
    members = ground.drop_duplicates("node").set_index("node").sort_index()
    ways = crossings[["left", "right"]]
    for side in ("left", "right"):
        # The second time only within the group that the first one found.
        on = ["unit"] if side == "left" else ["unit", "group"]
        ways = ways.rename(columns={side: "unit"}).merge(ground[["unit", "group", "node"]], on=on)
        ways = ways.drop(columns="unit").rename(columns={"node": side})
    found = pieces(members["group"], ways)
    found.index = pd.MultiIndex.from_frame(members[["group", "member"]])
    return found


def enclaves(covers: GeoSeries, units: GeoSeries, groups: pd.Series) -> pd.DataFrame:
    """Find units that lie in a hole of a group they do not belong to.

    Parameters
    ----------
    covers
        Ground of each group, indexed by group, as `gaps.dissolve` gives it.
    units
        (n,) valid polygons in the same CRS, indexed by unit id.
    groups
        (n,) the group of each unit, missing where it has none.

    Returns
    -------
    DataFrame
        ``group`` and ``unit``, one row for each unit enclosed, sorted.
    """
    parts, owner = shapely.get_parts(np.asarray(covers.array), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    is_shell = np.r_[True, part[1:] != part[:-1]] if len(part) else np.empty(0, dtype=bool)
    holes, group = shapely.polygons(rings[~is_shell]), owner[part[~is_shell]]
    inside = shapely.point_on_surface(np.asarray(units.array))
    unit, hole = shapely.STRtree(holes).query(inside, predicate="within")
    table = pd.DataFrame({"group": covers.index[group[hole]], "unit": units.index[unit]})
    own = groups.reindex(table["unit"]).to_numpy()
    table = table.loc[table["group"].to_numpy() != own]
    return pd.DataFrame(table.sort_values(["group", "unit"], ignore_index=True))
