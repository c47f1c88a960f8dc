"""The mosaic: everybody's current boundaries in memory, in degrees and in metres, and who is around."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from territory.geo.crs import to_metres, working_crs
from territory.geo.index import NeighbourIndex
from territory.geo.outlines import Outlines
from territory.model import Surroundings


@dataclass(frozen=True)
class Jurisdictions:
    """Municipalities and states as a check needs them: they are long and few, so they are laid out once."""

    geometry: GeoSeries
    outlines: Outlines
    names: Mapping[str, str]
    kinds: Mapping[str, tuple[str, str]]
    """Source and level by id: each source is asked on its own."""

    @classmethod
    def of(cls, places: GeoDataFrame) -> Jurisdictions:
        """Lay out a reference layer in metres."""
        kinds = zip(places["source"].astype(str), places["level"].astype(str), strict=True)
        return cls(
            places.geometry,
            Outlines.of(places.geometry),
            dict(zip(places.index, places["name"].astype(str), strict=True)),
            dict(zip(places.index, kinds, strict=True)),
        )


class Mosaic:
    """A layer with its surroundings, as everything that measures needs it.

    Parameters
    ----------
    layer
        As `territory.model` describes it: canonical boundaries in WGS 84, all valid.
    surroundings
        Reference layers in WGS 84.
    """

    def __init__(self, layer: GeoDataFrame, surroundings: Surroundings | None = None) -> None:
        self.layer = layer
        self.surroundings = surroundings or Surroundings()

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Territory and jurisdiction ids to the names people use."""
        places = self.surroundings.jurisdictions
        known = {} if places is None else dict(zip(places.index, places["name"], strict=True))
        return known | dict(zip(self.layer.index, self.layer["name"], strict=True))

    @cached_property
    def version(self) -> str:
        """Changes whenever a boundary, a name or a membership does; for caches."""
        digest = hashlib.blake2b(digest_size=8)
        for wkb in shapely.to_wkb(np.asarray(self.layer.geometry.array)):
            digest.update(wkb)
        digest.update(
            pd.util.hash_pandas_object(pd.DataFrame(self.layer.drop(columns="geometry"))).to_numpy().tobytes()
        )
        return digest.hexdigest()

    @cached_property
    def crs(self) -> CRS:
        """The working projection, in metres."""
        return working_crs(self.layer.geometry)

    @cached_property
    def metres(self) -> GeoDataFrame:
        """The layer in the working projection."""
        return self.layer.set_geometry(to_metres(self.layer.geometry, self.crs))

    @cached_property
    def ground(self) -> Surroundings:
        """The surroundings in the working projection."""
        return replace(
            self.surroundings,
            **{
                name: frame.set_geometry(to_metres(frame.geometry, self.crs))
                for name in ("jurisdictions", "land", "shared_places")
                if (frame := getattr(self.surroundings, name)) is not None
            },
        )

    @cached_property
    def jurisdictions(self) -> Jurisdictions | None:
        """Municipalities and states in the working projection."""
        places = self.ground.jurisdictions
        return None if places is None or places.empty else Jurisdictions.of(places)

    @cached_property
    def levels(self) -> Mapping[str, pd.Index]:
        """Ids of the territories of each level."""
        return {str(level): ids for level, ids in self.layer.groupby("level", sort=False).groups.items()}

    def shapes(self, ids: Sequence[str]) -> np.ndarray:
        """Boundaries in metres, in the order asked for."""
        return np.asarray(self.metres.geometry.array)[[self._rows[each] for each in ids]]

    @cached_property
    def _rows(self) -> Mapping[str, int]:
        return {each: row for row, each in enumerate(self.layer.index)}

    def around(self, shape: BaseGeometry, *, level: str, within_m: float) -> list[str]:
        """Ids of the territories of a level whose boxes come within a distance of a shape in metres."""
        if level not in self._indexes:
            ids = self.levels.get(level, pd.Index([]))
            self._indexes[level] = NeighbourIndex(self.metres.geometry.loc[ids])
        return self._indexes[level].around(shape, within=within_m)

    @cached_property
    def _indexes(self) -> dict[str, NeighbourIndex]:
        return {}

    def project(self, boundary: BaseGeometry) -> BaseGeometry:
        """One boundary in WGS 84, in metres."""
        return to_metres(GeoSeries([boundary], crs=self.layer.crs), self.crs).iloc[0]
