"""What the rules look at: a layer in metres, and what has been measured of it, each once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries

from territory.geo import contiguity, coverage, gaps
from territory.geo.outlines import Outlines, are_one_ring
from territory.model import Surroundings
from territory.mosaic import Jurisdictions
from territory.profiles import Level, Profile


class Survey:
    """A layer under check.

    Parameters
    ----------
    metres
        The layer in a projected CRS in metres.
    ground
        Its surroundings in the same CRS.
    jurisdictions
        Municipalities and states in the same CRS.
    """

    focus: str | None = None
    """Id of the one territory that is asked about, when it is not the whole layer; see `DrawingSurvey`."""

    def __init__(
        self, metres: GeoDataFrame, profile: Profile, ground: Surroundings, jurisdictions: Jurisdictions | None
    ) -> None:
        self.metres = metres
        self.profile = profile
        self.ground = ground
        self.jurisdictions = jurisdictions
        # What is measured of a level is kept by this survey alone, and goes with it.
        self.units = cache(self._units)
        self.outlines = cache(self._outlines)
        self.overlaps = cache(self._overlaps)
        self.contacts = cache(self._contacts)

    @cached_property
    def ladder(self) -> tuple[Level, ...]:
        """The levels of the ladder that the layer has, lowest first."""
        present = set(self.metres["level"])
        return tuple(level for level in self.profile.levels if level.id in present and not level.beside_ladder)

    def _units(self, level: str) -> GeoSeries:
        """Boundaries of a level, in metres."""
        return self.metres.geometry[(self.metres["level"] == level).to_numpy()]

    def _outlines(self, level: str) -> Outlines:
        return Outlines.of(self.units(level))

    def _overlaps(self, level: str) -> GeoDataFrame:
        """Pairs that share ground, less what lies in places declared shared."""
        limits = self.profile.tolerances
        found = coverage.overlaps(
            self.units(level), min_area_m2=limits.min_area_m2, outlines=self.outlines(level), focus=self.focus
        )
        if self.ground.shared_places is not None and len(found):
            found = _outside(found, self.ground.shared_places.geometry, limits.sliver_m, limits.min_area_m2)
        return found

    def asked(self, level: str) -> GeoSeries:
        """Boundaries of a level that findings are wanted of, in metres."""
        return self.units(level)

    def counted(self) -> Iterator[tuple[str, object, int]]:
        """Id, kind and number of families of the councils that gave one."""
        councils = self.metres[self.metres["level"] == self.profile.levels[0].id]
        known = councils[councils["families"].notna()]
        yield from zip(known.index, known["kind"], known["families"].astype(int), strict=True)

    def _contacts(self, level: str) -> pd.DataFrame:
        limits = self.profile.tolerances
        return coverage.contacts(
            self.units(level),
            tolerance_m=limits.sliver_m,
            min_edge_m=limits.min_edge_m,
            outlines=self.outlines(level),
        )

    @cached_property
    def memberships(self) -> pd.DataFrame:
        """``unit``, ``level`` and ``group``: one row for each membership, a unit may have several."""
        parent = self.metres["parent"].dropna().astype(str).str.split(";")
        table = pd.DataFrame({"unit": parent.index, "group": parent.to_numpy()}).explode("group")
        table["group"] = table["group"].str.strip()
        table = table[table["group"] != ""].reset_index(drop=True)
        table["level"] = self.metres["level"].reindex(table["unit"]).to_numpy()
        return table

    @cached_property
    def groups(self) -> Mapping[str, pd.DataFrame]:
        """Memberships by the level of the units, where the group is one rung up the ladder.

        Groups beside the ladder, such as corridors, may have breaks, so they are not asked to hang together.
        """
        beside = {level.id for level in self.profile.levels if level.beside_ladder}
        level_of = self.metres["level"].reindex(self.memberships["group"]).to_numpy()
        on_ladder = self.memberships[~pd.Series(level_of).isin(beside).to_numpy()]
        return {level.id: on_ladder[on_ladder["level"] == level.id] for level in self.ladder}

    def cover(self, level: str, groups: Iterable[str]) -> GeoSeries:
        """The ground that the members of some groups hold together; ``level`` is that of the members."""
        table = self.groups[level]
        table = table[table["group"].isin(list(groups))]
        return gaps.dissolve(self.units(level).loc[table["unit"]], table["group"])

    def groups_with_holes(self, level: str) -> list[str]:
        """Groups whose ground may have a hole: all but those whose members' outer edges are one simple ring."""
        table = self.groups[level]
        first = table[~table["unit"].duplicated()].set_index("unit")["group"]
        number, names = pd.factorize(first.reindex(self.units(level).index))
        # Units without a group are a group of their own here, which nobody asks about.
        number = np.where(number < 0, len(names), number).astype(np.int64)
        simple = are_one_ring(self.outlines(level), number, len(names) + 1)
        return [str(name) for name, is_simple in zip(names, simple, strict=False) if not is_simple]

    @cached_property
    def pieces(self) -> Mapping[str, pd.DataFrame]:
        """Memberships by level of the members, with ``piece``: where one cannot walk within the group."""
        return {level: self._pieces(level, corners=False) for level, table in self.groups.items() if len(table)}

    def corner_pieces(self, level: str) -> pd.DataFrame:
        """The same for one level if one could walk across corners too."""
        return self._pieces(level, corners=True)

    def _pieces(self, level: str, *, corners: bool) -> pd.DataFrame:
        table = self.groups[level].reset_index(drop=True)
        touching = self.contacts(level)
        crossings = [touching if corners else touching[touching["is_rook"]]]
        if self.ground.links is not None:
            crossings.append(self.ground.links)
        ways = pd.concat([way[["left", "right"]] for way in crossings])
        # Who is listed in several communes is told so by a rule of its own, and counts in the first here.
        first = table[~table["unit"].duplicated()]
        numbered = contiguity.pieces(first.set_index("unit")["group"], ways)
        return first.assign(piece=numbered.reindex(first["unit"]).to_numpy())


class DrawingSurvey(Survey):
    """One boundary under check among those around it: no table is made of so few.

    Parameters
    ----------
    units
        Boundaries around, of one level, in metres, and the drawn one last.
    level
        Their level.
    kind, families
        What the council says of itself.
    profile, ground, jurisdictions
        As for `Survey`.
    """

    def __init__(
        self,
        units: GeoSeries,
        level: str,
        kind: str | None,
        families: int | None,
        profile: Profile,
        ground: Surroundings,
        jurisdictions: Jurisdictions | None,
    ) -> None:
        super().__init__(units, profile, ground, jurisdictions)
        self.focus = str(units.index[-1])
        self._level, self._kind, self._families = level, kind, families

    @cached_property
    def ladder(self) -> tuple[Level, ...]:
        """The one level that the drawing is of."""
        level = self.profile.level(self._level)
        return () if level.beside_ladder else (level,)

    def _units(self, level: str) -> GeoSeries:
        return self.metres

    def asked(self, level: str) -> GeoSeries:
        """The drawing alone."""
        return self.metres.iloc[-1:]

    def counted(self) -> Iterator[tuple[str, object, int]]:
        """The drawing's own number, if it is of a council."""
        if self._families is not None and self._level == self.profile.levels[0].id and self.focus:
            yield self.focus, self._kind, self._families


def _outside(found: GeoDataFrame, places: GeoSeries, reach_m: float, min_area_m2: float) -> GeoDataFrame:
    """Cut places declared shared, with the tolerance of their line, out of the ground that pairs share."""
    # Only places that are near: a drawing is checked among all those of a country.
    near = np.unique(
        places.sindex.query(np.asarray(found.geometry.array), predicate="dwithin", distance=reach_m)[1]
    )
    if not len(near):
        return found
    shared = shapely.buffer(shapely.union_all(np.asarray(places.array)[near]), reach_m)
    shapely.prepare(shared)
    touched = shapely.intersects(shared, np.asarray(found.geometry.array))
    if not touched.any():
        return found
    found = found.copy()
    shapes = np.asarray(found.geometry.array).copy()
    shapes[touched] = shapely.difference(shapes[touched], shared)
    found = found.set_geometry(GeoSeries(shapes, index=found.index, crs=found.crs))
    found.loc[touched, "area_m2"] = shapely.area(shapes[touched])
    return found[found["area_m2"] >= min_area_m2].reset_index(drop=True)
