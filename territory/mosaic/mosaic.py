"""Boundaries in memory, in degrees and in metres, and who is around."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame, GeoSeries
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from territory.geo.crs import in_metres, to_metres, working_crs
from territory.geo.index import NeighbourIndex
from territory.geo.outlines import Outlines
from territory.model import LAYER_COLUMNS, WGS84, Surroundings, as_layer


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
    """A layer with its surroundings, as everything that measures needs it. It can follow changes.

    Parameters
    ----------
    layer
        As `territory.model` describes it: canonical boundaries in WGS 84, all valid.
    surroundings
        Reference layers in WGS 84.
    like
        Another mosaic whose projection this one takes, and whose measured copies of boundaries that are the same
        objects in both.
    """

    def __init__(
        self, layer: GeoDataFrame, surroundings: Surroundings | None = None, *, like: Mosaic | None = None
    ) -> None:
        self.surroundings = surroundings or Surroundings()
        self.crs: CRS = working_crs(layer.geometry) if like is None else like.crs
        """The working projection, in metres. It stays when boundaries change."""
        self._layer: GeoDataFrame | None = layer
        self._like = like
        # Readers and whoever brings changes: an index that changes under a search breaks.
        self._lock = threading.RLock()

    @property
    def layer(self) -> GeoDataFrame:
        """All territories, in WGS 84."""
        with self._lock:
            if self._layer is None:
                tiles = self._tiles
                boundaries = GeoSeries(_objects(tiles.degrees), index=tiles.ids, crs=WGS84)
                self._layer = as_layer(boundaries, **tiles.columns)
            return self._layer

    @property
    def metres(self) -> GeoDataFrame:
        """The layer in the working projection."""
        with self._lock:
            shapes = GeoSeries(_objects(self._metres), index=self.layer.index, crs=self.crs)
            return self.layer.set_geometry(shapes)

    @cached_property
    def _tiles(self) -> _Tiles:
        """The layer taken apart, so that one boundary can change without touching the others."""
        layer = self.layer
        degrees = list(layer.geometry.array)
        return _Tiles(
            ids=list(layer.index),
            degrees=degrees,
            columns={column: list(layer[column]) for column in LAYER_COLUMNS},
        )

    @property
    def _metres(self) -> list[BaseGeometry]:
        """Boundaries in metres, row by row; measured when first asked for, as who only reads needs none."""
        tiles = self._tiles
        if tiles.metres is None:
            tiles.metres = self._measured(GeoSeries(_objects(tiles.degrees), crs=WGS84))
        return tiles.metres

    def _measured(self, boundaries: GeoSeries) -> list[BaseGeometry]:
        """Boundaries in metres; those that another mosaic has measured are not measured again."""
        if self._like is None:
            return list(to_metres(boundaries, self.crs).array)
        theirs = self._like.measured()
        known = [theirs.get(id(shape)) for shape in boundaries.array]
        new = np.array([shape is None for shape in known], dtype=bool)
        for at, shape in zip(np.flatnonzero(new), to_metres(boundaries[new], self.crs).array, strict=True):
            known[at] = shape
        return known

    def measured(self) -> dict[int, BaseGeometry]:
        """Every boundary in metres, by the identity of its object in degrees."""
        with self._lock:
            tiles = self._tiles
            return {id(shape): metres for shape, metres in zip(tiles.degrees, self._metres, strict=True)}

    def update(
        self,
        shapes: Mapping[str, BaseGeometry],
        attributes: Mapping[str, Sequence[Any]],
        *,
        gone: Iterable[str] = (),
    ) -> None:
        """Put territories into the place of those with the same id, add new ones, forget others.

        Parameters
        ----------
        shapes
            Canonical, valid boundaries in WGS 84 by id.
        attributes
            By id, in the order of `territory.model.LAYER_COLUMNS`.
        gone
            Ids, whether they are there or not.
        """
        ids = list(shapes)
        metres = in_metres(_objects(list(shapes.values())), self.crs)
        with self._lock:
            for index in self._indexes.values():
                for territory in (*gone, *ids):
                    index.delete(territory)
            for territory in gone:
                self._tiles.remove(territory)
            for territory, shape in zip(ids, metres, strict=True):
                name, level = attributes[territory][:2]
                self._tiles.place(territory, shapes[territory], shape, attributes[territory])
                self.names[territory] = name
                if level in self._indexes:
                    self._indexes[level].insert(territory, shape)
            self._layer = None
            self.__dict__.pop("levels", None)

    @cached_property
    def names(self) -> dict[str, str]:
        """Territory and jurisdiction ids to the names people use; of territories that are gone as well."""
        places = self.surroundings.jurisdictions
        known = {} if places is None else dict(zip(places.index, places["name"], strict=True))
        return known | dict(zip(self.layer.index, self.layer["name"], strict=True))

    def __contains__(self, territory: str) -> bool:
        with self._lock:
            return territory in self._tiles.row

    def __len__(self) -> int:
        return len(self._tiles.ids) if self._layer is None else len(self._layer)

    @cached_property
    def ground(self) -> Surroundings:
        """The surroundings in the working projection."""
        if self._like is not None and self._like.surroundings is self.surroundings:
            return self._like.ground
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
        if self._like is not None and self._like.surroundings is self.surroundings:
            return self._like.jurisdictions
        places = self.ground.jurisdictions
        return None if places is None or places.empty else Jurisdictions.of(places)

    @cached_property
    def levels(self) -> Mapping[str, pd.Index]:
        """Ids of the territories of each level."""
        return {str(level): ids for level, ids in self.layer.groupby("level", sort=False).groups.items()}

    def boundary(self, territory: str) -> BaseGeometry | None:
        """The boundary of a territory in WGS 84, if it has one."""
        with self._lock:
            row = self._tiles.row.get(territory)
            return None if row is None else self._tiles.degrees[row]

    def near(
        self,
        shape: BaseGeometry,
        *,
        level: str,
        within_m: float,
        of: Callable[[str], bool] | None = None,
    ) -> GeoSeries:
        """Boundaries in metres, by id, of the territories of a level whose boxes come near a shape in metres.

        Parameters
        ----------
        shape
            In the working projection.
        level
            Of the territories.
        within_m
            How near.
        of
            Leaves out territories for which it is false.
        """
        with self._lock:
            found = self.around(shape, level=level, within_m=within_m)
            ids = found if of is None else [each for each in found if of(each)]
            metres = self._metres
            shapes = [metres[self._tiles.row[each]] for each in ids]
        # An index of plain objects: for a few rows, pandas' own strings take longer than the geometry.
        return GeoSeries(_objects(shapes), index=pd.Index(ids, name="id", dtype=object), crs=self.crs)

    def around(self, shape: BaseGeometry, *, level: str, within_m: float) -> list[str]:
        """Ids of the same, sorted."""
        with self._lock:
            if level not in self._indexes:
                ids = list(self.levels.get(level, ()))
                metres = self._metres
                shapes = [metres[self._tiles.row[each]] for each in ids]
                self._indexes[level] = NeighbourIndex(GeoSeries(_objects(shapes), index=ids, crs=self.crs))
            return self._indexes[level].around(shape, within=within_m)

    @cached_property
    def _indexes(self) -> dict[str, NeighbourIndex]:
        return {}

    def project(self, boundary: BaseGeometry) -> BaseGeometry:
        """One boundary in WGS 84, in metres."""
        [projected] = in_metres(_objects([boundary]), self.crs)
        return projected


class _Tiles:
    """Rows of a mosaic that can be replaced one by one."""

    def __init__(self, ids: list[str], degrees: list[BaseGeometry], columns: dict[str, list[Any]]) -> None:
        self.ids, self.degrees, self.columns = ids, degrees, columns
        self.metres: list[BaseGeometry] | None = None
        """Of the same rows; none until somebody measures them."""
        self.row = {each: row for row, each in enumerate(ids)}

    @property
    def _lists(self) -> list[list[Any]]:
        measured = () if self.metres is None else (self.metres,)
        return [self.ids, self.degrees, *self.columns.values(), *measured]

    def place(
        self, territory: str, degrees: BaseGeometry, metres: BaseGeometry, attributes: Sequence[Any]
    ) -> None:
        lists = self._lists
        values = (territory, degrees, *attributes, metres)[: len(lists)]
        row = self.row.get(territory)
        if row is None:
            self.row[territory] = len(self.ids)
            for each, value in zip(lists, values, strict=True):
                each.append(value)
        else:
            for each, value in zip(lists, values, strict=True):
                each[row] = value

    def remove(self, territory: str) -> None:
        row = self.row.pop(territory, None)
        if row is None:
            return
        # The last one moves into the gap.
        for each in self._lists:
            last = each.pop()
            if row < len(each):
                each[row] = last
        if row < len(self.ids):
            self.row[self.ids[row]] = row


def _objects(shapes: Sequence[BaseGeometry]) -> np.ndarray:
    held = np.empty(len(shapes), dtype=object)
    held[:] = shapes
    return held
