"""What everybody may see of territories, each published as far as an act of its assembly says.

Nothing here reads a store: the public view is a function of a layer, of what is published of it and of what is
contested. Why it is drawn as it is, and what it still tells, stands in docs/decisions/0009-publication-levels.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from numpy.typing import NDArray
from shapely import MultiPolygon

from territory.geo.crs import GRID_DEG, to_metres, working_crs
from territory.geo.generalise import veiled, without
from territory.geo.jurisdictions import shares
from territory.geo.lattice import (
    Ints,
    Lattice,
    cells_around,
    cells_beside,
    cells_held,
    cells_of,
    cells_pointing,
    distinct,
    outlines_of,
    rings,
)
from territory.geo.repair import canonical, repairs
from territory.model import WGS84, Publication
from territory.profiles import Profile
from territory.services.bands import public_layer

_NO_LINE = MultiPolygon()
_NOWHERE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicView:
    """Territories as everybody may see them."""

    layer: GeoDataFrame
    """Those that are public, in the order given. The columns of a layer, but ``families`` in bands and ``parent``
    only where it is public too; ``publication``; ``municipality`` and ``municipality_source`` of those that are
    listed. Geometry: canonical; empty when listed, cells when general."""
    contested: GeoDataFrame
    """``left``, ``right`` (ids) and ground that both claim and neither has in ``layer``."""
    checked: GeoDataFrame
    """Those published exactly, in the form of a layer, contested ground included: what is found in them may be
    told. Near general ones they are as coarse as in ``layer``."""


def public_view(
    layer: GeoDataFrame,
    publication: pd.Series,
    *,
    kept_back: GeoSeries,
    strips: GeoDataFrame,
    jurisdictions: GeoDataFrame | None,
    profile: Profile,
) -> PublicView:
    """Show territories as far as they are published, so that none shows what another one keeps back.

    Parameters
    ----------
    layer
        As `territory.model` describes it: canonical, valid boundaries in WGS 84; empty where there is none yet.
    publication
        `Publication` by territory id, as of today also when the layer is of a day in the past; private by default.
    kept_back
        Further lines that nothing may show, in WGS 84: those that *general* territories published on other days.
        Without them, a neighbour whose line did not move would tell on one day what it keeps back on another.
    strips
        Contested ground: ``left`` and ``right`` (territory ids), polygons in WGS 84. A side that is not in the
        layer is private.
    jurisdictions
        As in `territory.model.Surroundings`, to name the municipality of those that are listed.
    profile
        Side of a cell, tolerance and bands.

    Raises
    ------
    ValueError
        A level of publication is unknown.
    """
    given = publication.reindex(layer.index, fill_value=Publication.PRIVATE)
    levels = pd.Series([Publication(level) for level in given], index=layer.index, dtype=object)
    is_public = (levels != Publication.PRIVATE).to_numpy(dtype=bool)
    layer, levels = layer[is_public], levels[is_public]
    has_line = ~shapely.is_empty(np.asarray(layer.geometry.array))
    is_exact, is_general, is_listed = (
        (levels == level).to_numpy(dtype=bool) & has_line
        for level in (Publication.EXACT, Publication.GENERAL, Publication.LISTED)
    )
    exact, general = layer.geometry[is_exact], layer.geometry[is_general]

    lattice = Lattice(profile.privacy.general_cell_deg)
    cells = cells_of(general, lattice)
    hidden = GeoSeries([*general.array, *kept_back.array], crs=WGS84)
    zone = _zone(hidden, exact, lattice, reach_m=profile.tolerances.sliver_m)
    own_zones = cells_around(exact, zone, lattice)
    contests = _contests(strips, exact, general, zone, lattice)

    checked = veiled(exact, own_zones, lattice)
    shown = np.full(len(layer), _NO_LINE, dtype=object)
    shown[is_exact] = np.asarray(checked.array)
    disputed = np.unique(lattice.cells(contests.zones)[0])
    shown[np.flatnonzero(is_exact)[disputed]] = np.asarray(
        veiled(
            exact.iloc[disputed],
            lattice.of_units(distinct(np.concatenate([own_zones, contests.zones])), disputed),
            lattice,
        ).array
    )
    shown[is_general] = outlines_of(cells, lattice, len(general))
    _take(shown, layer.index, contests, lattice)
    municipality, source = _municipalities(layer.geometry, is_listed, jurisdictions)
    return PublicView(
        layer=public_layer(layer, profile)
        .assign(
            parent=_only(layer["parent"], layer.index),
            publication=levels,
            municipality=municipality,
            municipality_source=source,
        )
        .set_geometry(GeoSeries(shown, index=layer.index, crs=WGS84)),
        contested=contests.told,
        checked=layer[is_exact].assign(parent=_only(layer["parent"][is_exact], exact.index)).set_geometry(checked),
    )


def _zone(hidden: GeoSeries, exact: GeoSeries, lattice: Lattice, *, reach_m: float) -> Ints:
    """Cells in which nothing is drawn exactly: it would show lines that are kept back, or point at them."""
    if not len(hidden) or not len(exact):
        return _NOWHERE
    beside = lattice.places(cells_beside(hidden, lattice, reach_m=reach_m))
    near = distinct(lattice.cells(cells_around(exact, beside, lattice))[0])
    return distinct(
        np.concatenate(
            [
                beside,
                lattice.places(rings(cells_of(hidden, lattice), lattice)),
                cells_pointing(exact.iloc[near], beside, lattice),
            ]
        )
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contests:
    """Contested ground in the form in which it is taken from its sides."""

    taken: GeoDataFrame
    """``left``, ``right`` and ground, also where one side is not drawn in public."""
    told: GeoDataFrame
    """Those of them whose two sides are drawn in public."""
    zones: Ints
    """Around coarse ground, cells of the exact territory that it is taken from, by its position."""


def _contests(
    strips: GeoDataFrame, exact: GeoSeries, general: GeoSeries, zone: Ints, lattice: Lattice
) -> _Contests:
    sides = np.column_stack([strips["left"], strips["right"]]).astype(object).reshape(-1, 2)
    is_exact = np.isin(sides, exact.index)
    is_drawn = is_exact | np.isin(sides, general.index)
    kept = is_drawn.any(axis=1)
    sides, is_exact, is_told = sides[kept], is_exact[kept], is_drawn[kept].all(axis=1)
    drawn = _mended(strips.geometry[kept])
    is_plain = is_exact.all(axis=1)

    ground = np.full(len(drawn), _NO_LINE, dtype=object)
    plain = drawn[is_plain]
    ground[is_plain] = np.asarray(veiled(plain, cells_around(plain, zone, lattice), lattice).array)
    zones = [_NOWHERE]
    # Where one side is not drawn, not even the one cell of a strip that holds no centre is told.
    for some, cells_in in ((is_told & ~is_plain, cells_of), (~is_told, cells_held)):
        cells = cells_in(drawn[some], lattice)
        ground[some] = outlines_of(cells, lattice, int(some.sum()))
        strip, row, column = lattice.cells(rings(cells, lattice))
        side = exact.index.get_indexer(np.where(is_exact[some, 0], sides[some, 0], sides[some, 1]))[strip]
        zones.append(lattice.keys(side, row, column)[side >= 0])
    taken = GeoDataFrame({"left": sides[:, 0], "right": sides[:, 1]}, geometry=ground, crs=WGS84)
    is_there = ~shapely.is_empty(ground)
    return _Contests(
        taken=taken[is_there],
        told=taken[is_there & is_told].reset_index(drop=True),
        zones=distinct(np.concatenate(zones)),
    )


def _mended(strips: GeoSeries) -> GeoSeries:
    """Strips as canonical, valid shapes: one boundary cut by another may cross itself once it is on the grid."""
    whole = canonical(strips.reset_index(drop=True))
    better = repairs(whole)
    whole[better.index] = better.geometry
    return whole


def _take(shown: NDArray[np.object_], index: pd.Index, contests: _Contests, lattice: Lattice) -> None:
    """Take contested ground from the shapes of its sides, in place."""
    side = np.concatenate([index.get_indexer(contests.taken[name]) for name in ("left", "right")])
    ground = np.tile(np.asarray(contests.taken.geometry.array), 2)[side >= 0]
    side = side[side >= 0]
    order = np.argsort(side, kind="stable")
    losing, of = np.unique(side[order], return_inverse=True)
    if len(losing):
        lost = shapely.geometrycollections(ground[order], indices=of)
        shown[losing] = without(
            shown[losing], shapely.union_all(lost[:, None], grid_size=GRID_DEG, axis=1), lattice
        )


def _only(parents: pd.Series, known: pd.Index) -> pd.Series:
    """Of the groups of each territory, those that are known."""
    public = set(known)
    given = parents.where(parents.notna(), "")
    told = [";".join(each for each in ids.split(";") if each in public) or None for ids in given]
    return pd.Series(told, index=parents.index, dtype=object)


def _municipalities(
    boundaries: GeoSeries, is_asked: NDArray[np.bool_], jurisdictions: GeoDataFrame | None
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """(n,) names of the municipalities that hold most of the boundaries asked about, and who says so."""
    name, source = (np.full(len(boundaries), None, dtype=object) for _ in range(2))
    if jurisdictions is None or not is_asked.any():
        return name, source
    places = jurisdictions[(jurisdictions["level"] == "municipality").to_numpy()]
    # Sources contradict each other; one is enough to find a place by, and it is named.
    places = places[(places["source"] == places["source"].min()).to_numpy()]
    asked = boundaries[is_asked]
    near = np.unique(places.sindex.query(np.asarray(asked.array))[1])
    places, crs = places.iloc[near], working_crs(asked)
    found = shares(to_metres(asked, crs), to_metres(places.geometry, crs))
    largest = found.sort_values("share", kind="stable").drop_duplicates("unit", keep="last")
    at = boundaries.index.get_indexer(largest["unit"])
    of = places.loc[largest["jurisdiction"]]
    name[at], source[at] = of["name"].to_numpy(dtype=object), of["source"].to_numpy(dtype=object)
    return name, source
