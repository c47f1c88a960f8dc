"""Compile every kernel now, so that nobody waits for it later: ``python -m territory.geo.compiled``.

numba keeps what it compiled beside the modules, for as long as neither they nor it change.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from geopandas import GeoSeries
from shapely import box

from territory.geo import corridors, regions
from territory.geo.coverage import contacts, overlaps
from territory.geo.gaps import gaps
from territory.geo.generalise import general, veiled
from territory.geo.lattice import Lattice, cells_beside
from territory.geo.outlines import Outlines, are_one_ring

_SIDE, _STEP_M, _TOLERANCE_M = 6, 1_000.0, 2.0
_CELL_DEG = 0.002


def prepare() -> None:
    """Ask a small layer, whose squares lie beside each other, everything that a kernel answers."""
    corners = [(_STEP_M * (at % _SIDE), _STEP_M * (at // _SIDE)) for at in range(_SIDE**2)]
    squares = [box(x, y, x + _STEP_M, y + _STEP_M) for x, y in corners]
    units = GeoSeries(squares, index=[f"u{at:02}" for at in range(len(squares))], crs="EPSG:32619")
    _coverage(units)
    _regions(units)
    _corridors(units)
    _outlines(units.to_crs("EPSG:4326"))


def _coverage(units: GeoSeries) -> None:
    moved = units.translate(1.0, 1.0).add_prefix("m")
    both = GeoSeries(pd.concat([units, moved]), crs=units.crs)
    outlines = Outlines.of(both)
    overlaps(both, outlines=outlines)
    are_one_ring(outlines, np.zeros(len(both), dtype=np.int64), 1)
    contacts(both, tolerance_m=_TOLERANCE_M, min_edge_m=20.0)
    gaps(units.drop("u07"), width_m=_TOLERANCE_M)


def _regions(units: GeoSeries) -> None:
    beside = contacts(units, tolerance_m=_TOLERANCE_M, min_edge_m=20.0)
    wanted = regions.Wanted(least=7, most=7, crossing_weight=1.0)
    places = pd.Series(["left", "right"] * (len(units) // 2), index=units.index)
    patchwork = regions.Patchwork.of(units, beside, jurisdictions=places)
    regions.candidate_plans(patchwork, wanted, seed=1, tries_per_unit=20)


def _corridors(units: GeoSeries) -> None:
    ground = corridors.Ground.of(units.drop("u07"), width_m=200.0, tolerance_m=_TOLERANCE_M)
    members = ["u00", "u05", "u30", "u35"]
    problem = corridors.price(ground, members, pd.Series(None, index=ground.units.index, dtype=object))
    found = corridors.core(problem)
    corridors.proof(problem, corridors.reinforced(problem, found))
    corridors.envelope(problem, corridors.axis(problem, members), within=500.0)


def _outlines(shapes: GeoSeries) -> None:
    lattice = Lattice(_CELL_DEG)
    general(shapes, cell_deg=_CELL_DEG)
    veiled(shapes, cells_beside(shapes.iloc[:1], lattice, reach_m=50.0), lattice)


if __name__ == "__main__":
    prepare()
