"""Land that no council covers, and who lives there as far as anybody has counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely.geometry.base import BaseGeometry

from territory.geo.jurisdictions import shares

_POINT = 0
# People who live within such a square live together.
_TOWN_M = 2_000.0


@dataclass(frozen=True)
class People:
    """Where people were counted, as points or areas with a number each.

    Parameters
    ----------
    counted
        ``value``, and points or polygons in a projected CRS in metres. Several layers must not be mixed: the same
        people would count twice.
    """

    counted: GeoDataFrame

    @property
    def total(self) -> float:
        """Everybody."""
        return float(self.counted["value"].sum())

    def within(self, shapes: np.ndarray) -> np.ndarray:
        """(n,) how many people live in each shape: points inside it, and of areas the share that lies inside.

        A point on the line of a shape is inside; of shapes that share a line each counts it.
        """
        places = np.asarray(self.counted.geometry.array)
        values = self.counted["value"].to_numpy(dtype=float)
        shape, place = shapely.STRtree(places).query(shapes, predicate="intersects")
        weight = np.ones(len(shape))
        is_area = shapely.get_dimensions(places[place]) > _POINT
        if is_area.any():
            common = shapely.intersection(shapes[shape[is_area]], places[place[is_area]])
            weight[is_area] = shapely.area(common) / shapely.area(places[place[is_area]])
        return np.bincount(shape, weight * values[place], minlength=len(shapes))

    def knows(self, shapes: np.ndarray) -> np.ndarray:
        """(n,) whether anybody counted there: without that, nobody found is not nobody there.

        Areas say so themselves; of points, those that lie in the ground that all points span.
        """
        places = np.asarray(self.counted.geometry.array)
        if (shapely.get_dimensions(places) > _POINT).all():
            reached = shapely.STRtree(places).query(shapes, predicate="intersects")[0]
            return np.isin(np.arange(len(shapes)), reached)
        span = shapely.convex_hull(shapely.multipoints(shapely.get_coordinates(places)))
        shapely.prepare(span)
        return np.asarray(shapely.covers(span, shapely.point_on_surface(shapes)))


def busiest(people: People, shapes: GeoSeries) -> GeoSeries:
    """Where most people of each shape live close together; where nobody was counted, a point within it.

    Parameters
    ----------
    people
        Who was counted where.
    shapes
        (n,) polygons in the same CRS.

    Returns
    -------
    GeoSeries
        (n,) points by the index of ``shapes``.
    """
    counted = people.counted
    places = shapely.point_on_surface(np.asarray(counted.geometry.array))
    shape, place = shapely.STRtree(places).query(np.asarray(shapes.array), predicate="covers")
    coords, values = shapely.get_coordinates(places[place]), counted["value"].to_numpy(dtype=float)[place]
    table = pd.DataFrame({"people": values, "x": coords[:, 0] * values, "y": coords[:, 1] * values})
    towns = table.groupby([shape, *np.floor(coords / _TOWN_M).T]).sum()
    towns = towns[towns["people"] > 0].sort_values("people", ascending=False, kind="stable")
    first = towns[~towns.index.get_level_values(0).duplicated()]
    found = shapes.representative_point()
    at = first.index.get_level_values(0)
    found.iloc[at] = shapely.points(first["x"] / first["people"], first["y"] / first["people"])
    return found


def most_of(units: GeoSeries, places: GeoSeries) -> pd.Series:
    """The place in which most of each unit lies, by unit; units that lie in none are left out."""
    found = shares(units, places).sort_values(["unit", "area_m2"], ascending=[True, False])
    return found.drop_duplicates("unit").set_index("unit")["jurisdiction"]


def share_within(shapes: np.ndarray, layer: GeoSeries | None) -> np.ndarray:
    """(n,) the share of each shape that lies in any polygon of a layer; none of it where there is no layer."""
    if layer is None or layer.empty or not len(shapes):
        return np.zeros(len(shapes))
    polygons = np.asarray(layer.array)
    shape, place = shapely.STRtree(polygons).query(shapes, predicate="intersects")
    share = np.zeros(len(shapes))
    for at in np.unique(shape):
        ground: BaseGeometry = shapely.union_all(polygons[place[shape == at]])
        share[at] = shapely.area(shapely.intersection(shapes[at], ground)) / shapely.area(shapes[at])
    return share
