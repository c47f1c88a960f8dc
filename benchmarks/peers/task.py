"""What a peer is given and what it hands back: the same for all, and for us.

A peer module has functions named after tasks. Each takes the layer in metres and gives a table:

============= =================================================================================
overlaps      ``left``, ``right``, ``area_m2``: pairs of councils that share 1 m² or more
neighbours    ``left``, ``right``: pairs of councils that one can walk between
gaps          ``area_m2``, ``x``, ``y``: enclosed ground of 1 m² or more that nobody covers
jurisdictions ``unit``, ``jurisdiction``, ``area_m2``: shares of 1 m² or more
============= =================================================================================

A peer that needs the layer in a form of its own (a database) has ``prepare``, which is not measured.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from geopandas import GeoDataFrame, GeoSeries

TASKS = ("overlaps", "neighbours", "gaps", "jurisdictions")
MIN_AREA_M2 = 1.0
MIN_EDGE_M = 10.0
SLIVER_M = 10.0


@dataclass(frozen=True, slots=True)
class Given:
    """A layer to work on, in metres."""

    units: GeoDataFrame
    """Councils by id, with the id of their commune as ``parent``."""
    jurisdictions: GeoDataFrame
    noise_m: float
    """How far hand-drawn lines lie beside the true ones."""


def laea(layer: GeoDataFrame) -> pyproj.CRS:
    """An equal-area projection centred on a layer in degrees."""
    west, south, east, north = layer.total_bounds
    lat, lon = round((south + north) / 2, 2), round((west + east) / 2, 2)
    return pyproj.CRS.from_proj4(f"+proj=laea +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m +no_defs")


def first_commune(units: GeoDataFrame) -> GeoDataFrame:
    """A council that is listed in several communes counts in the first."""
    return units.assign(parent=units["parent"].str.split(";").str[0])


def read(councils: Path, jurisdictions: Path, noise_m: float) -> Given:
    """Read both files and project them."""
    units = first_commune(pyogrio.read_dataframe(councils, use_arrow=True).set_index("id"))
    places = pyogrio.read_dataframe(jurisdictions, use_arrow=True).set_index("id")
    crs = laea(units)
    return Given(units.to_crs(crs), places.to_crs(crs), noise_m)


def pair_table(
    units: GeoDataFrame | GeoSeries, left: np.ndarray, right: np.ndarray, **columns: object
) -> pd.DataFrame:
    """A table of pairs by id from pairs by position."""
    return pd.DataFrame({"left": units.index[left], "right": units.index[right], **columns})


def gap_table(shapes: np.ndarray) -> pd.DataFrame:
    """Areas and places of gaps."""
    shapes = shapes[shapely.area(shapes) >= MIN_AREA_M2]
    places = shapely.get_coordinates(shapely.point_on_surface(shapes))
    return pd.DataFrame({"area_m2": shapely.area(shapes), "x": places[:, 0], "y": places[:, 1]})


def holes(ground: shapely.Geometry) -> np.ndarray:
    """The holes of a union as polygons."""
    parts = shapely.get_parts(ground)
    rings, part = shapely.get_rings(parts, return_index=True)
    is_hole = np.append(False, part[1:] == part[:-1])
    return np.asarray(shapely.polygons(rings[is_hole]))


def main() -> None:
    """Do one task in this process and print the seconds it took, reading and projecting left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer")
    parser.add_argument("task", choices=TASKS)
    parser.add_argument("councils", type=Path)
    parser.add_argument("jurisdictions", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--noise", type=float, default=0.0)
    asked = parser.parse_args()
    peer = import_module(f"benchmarks.peers.{asked.peer}")
    work = getattr(peer, asked.task)
    given = read(asked.councils, asked.jurisdictions, asked.noise)
    if hasattr(peer, "prepare"):
        given = peer.prepare(given)
    else:
        # Once on a few councils, so that what is imported or compiled late is not measured.
        work(Given(given.units.head(50), given.jurisdictions, given.noise_m))
    began = time.perf_counter()
    table = work(given)
    took_s = time.perf_counter() - began
    table.to_parquet(asked.output)
    print(took_s)


if __name__ == "__main__":
    main()
