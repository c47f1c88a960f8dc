"""File to findings with each peer's own tools: what `territory check FILE --jurisdictions FILE` does in one go.

``python -m benchmarks.peers.whole with_geopandas COUNCILS JURISDICTIONS`` prints how many of each it found:
``overlaps`` of 1 m² or more and how many of them are wide, ``gaps`` (wide pieces and slivers), ``neighbours``,
``parted`` communes, and councils that cross a municipal or a state line (``crossings``).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from benchmarks.peers import with_geopandas, with_shapely
from benchmarks.peers.task import MIN_AREA_M2, MIN_EDGE_M, SLIVER_M, Given, first_commune, holes, laea, read

MIN_SHARE = 0.01


def by_geopandas(councils: Path, jurisdictions: Path) -> dict[str, int]:
    """The analyst's notebook, cell by cell."""
    units = first_commune(gpd.read_file(councils).set_index("id"))
    places = gpd.read_file(jurisdictions).set_index("id")
    crs = laea(units)
    units, places = units.to_crs(crs), places.to_crs(crs)
    both = with_geopandas.shared(units)
    overlapping = both[both.area >= MIN_AREA_M2]
    wide = ~overlapping.buffer(-SLIVER_M / 2).is_empty
    beside = both[both.length >= MIN_EDGE_M]
    found = gpd.GeoSeries(holes(units.union_all()), crs=crs)
    cores = found[found.area >= MIN_AREA_M2].buffer(-SLIVER_M / 2)
    communes = units.dissolve("parent")
    overlay = gpd.overlay(
        units[["geometry"]].rename_axis("unit").reset_index(),
        places[["level", "geometry"]].rename_axis("place").reset_index(),
        how="intersection",
        keep_geom_type=True,
    )
    overlay["share"] = overlay.area / units.area.loc[overlay["unit"]].to_numpy()
    partly = overlay[(overlay["share"] >= MIN_SHARE) & (overlay["share"] < 1 - MIN_SHARE)]
    counted = partly[~partly.buffer(-SLIVER_M / 2).is_empty]
    return {
        "overlaps": len(overlapping),
        "wide": int(wide.sum()),
        "gaps": int(cores.is_empty.sum() + len(cores[~cores.is_empty].explode())),
        "neighbours": len(beside),
        "parted": int((communes.geometry.count_geometries() > 1).sum()),
        "crossings": int((counted.groupby(["unit", "level"]).size() > 1).sum()),
    }


def by_shapely(councils: Path, jurisdictions: Path) -> dict[str, int]:
    """Everything we know to make shapely fast, each pair looked at once."""
    given = read(councils, jurisdictions, 0.0)
    shapes = given.units.geometry.to_numpy()
    left, right = with_shapely.candidates(shapes)
    matrix = with_shapely.in_threads(shapely.relate, shapes[left], shapes[right]).astype("U9")
    letters = matrix.view("U1").reshape(-1, 9)
    on_ground, on_line = letters[:, 0] == "2", letters[:, 4] == "1"
    ground = with_shapely.in_threads(shapely.intersection, shapes[left[on_ground]], shapes[right[on_ground]])
    ground = ground[shapely.area(ground) >= MIN_AREA_M2]
    beside = on_line | on_ground
    communes = with_shapely.united(given)
    found = holes(shapely.union_all(list(communes.values())))
    found = found[shapely.area(found) >= MIN_AREA_M2]
    cores = eroded(found)
    parent = given.units["parent"].fillna("").to_numpy().astype(str)
    return {
        "overlaps": len(ground),
        "wide": int((~shapely.is_empty(eroded(ground))).sum()),
        "gaps": int(shapely.is_empty(cores).sum() + len(shapely.get_parts(cores[~shapely.is_empty(cores)]))),
        "neighbours": int(beside.sum()),
        "parted": parted(parent, left[beside], right[beside]),
        "crossings": crossings(given, with_shapely.jurisdictions(given)),
    }


def eroded(shapes: np.ndarray) -> np.ndarray:
    """Empty where a shape is a sliver."""
    return with_shapely.in_threads(lambda part: shapely.buffer(part, -SLIVER_M / 2), shapes)


def parted(parent: np.ndarray, left: np.ndarray, right: np.ndarray) -> int:
    """How many communes are in pieces."""
    same = (parent[left] == parent[right]) & (parent[left] != "")
    size = len(parent)
    graph = coo_array((np.ones(same.sum()), (left[same], right[same])), shape=(size, size))
    component = connected_components(graph, directed=False)[1]
    pieces = pd.Series(component[parent != ""]).groupby(parent[parent != ""]).nunique()
    return int((pieces > 1).sum())


def crossings(given: Given, shares: pd.DataFrame) -> int:
    """How many councils lie in several municipalities, or states."""
    unit_m2 = given.units.area.loc[shares["unit"]].to_numpy()
    share = shares["area_m2"].to_numpy() / unit_m2
    partly = shares[(share >= MIN_SHARE) & (share < 1 - MIN_SHARE)].reset_index(drop=True)
    strips = with_shapely.in_threads(
        shapely.intersection,
        given.units.geometry.loc[partly["unit"]].to_numpy(),
        given.jurisdictions.geometry.loc[partly["jurisdiction"]].to_numpy(),
    )
    counted = partly[~shapely.is_empty(eroded(strips))]
    level = given.jurisdictions["level"].loc[counted["jurisdiction"]].to_numpy()
    return int((counted.groupby([counted["unit"].to_numpy(), level]).size() > 1).sum())


PEERS: dict[str, Callable[[Path, Path], dict[str, int]]] = {
    "with_geopandas": by_geopandas,
    "with_shapely": by_shapely,
}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("councils", type=Path)
    parser.add_argument("jurisdictions", type=Path)
    asked = parser.parse_args()
    print(json.dumps(PEERS[asked.peer](asked.councils, asked.jurisdictions)))


if __name__ == "__main__":
    main()
