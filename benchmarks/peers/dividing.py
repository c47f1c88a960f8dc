"""How a layer is divided into regions by each peer, and by us: the same units and contacts for all.

A peer module has ``divide``, and others beside it where it knows several ways. Each takes a `Problem` and gives
the number of each unit's region, missing where it is left over. Peers that know no bounds or leave nobody over are
judged by the regions of theirs that keep to both.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components


@dataclass(frozen=True)
class Problem:
    """Councils in no commune, who touches whom, and how many make a commune."""

    units: gpd.GeoDataFrame
    contacts: pd.DataFrame
    least: int
    most: int

    @classmethod
    def read(cls, units: Path, contacts: Path, least: int, most: int) -> Problem:
        """From the files that the benchmark wrote."""
        return cls(gpd.read_parquet(units), pd.read_parquet(contacts), least, most)

    @property
    def target(self) -> float:
        """Size in the middle, for peers that aim at one."""
        return (self.least + self.most) / 2

    @cached_property
    def ways(self) -> pd.DataFrame:
        """Rook contacts by position: ``left``, ``right``, ``width_m``."""
        rook = self.contacts[self.contacts["is_rook"]]
        ends = {side: self.units.index.get_indexer(rook[side]) for side in ("left", "right")}
        return pd.DataFrame({**ends, "width_m": rook["width_m"].to_numpy()})

    def graph(self, keep: np.ndarray | None = None) -> csr_array:
        """Symmetric adjacency, of all ways or some of them."""
        ways = self.ways if keep is None else self.ways[keep]
        size = len(self.units)
        ends = np.r_[ways["left"], ways["right"]], np.r_[ways["right"], ways["left"]]
        return csr_array((np.ones(2 * len(ways), dtype=np.int64), ends), shape=(size, size))

    def components(self) -> Iterator[np.ndarray]:
        """Positions of units that hang together, of each group that is large enough for a region."""
        number = connected_components(self.graph(), directed=False)[1]
        for units in np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1]):
            if len(units) >= self.least:
                yield units

    def by_component(self, divide: Callable[[csr_array, int, np.ndarray], np.ndarray]) -> pd.Series:
        """Divide each component into as many parts of middle size as it holds.

        ``divide`` gets the component's adjacency, how many parts, and the positions of its units.
        """
        labels, used, graph = np.full(len(self.units), -1), 0, self.graph()
        for units in self.components():
            parts = max(1, round(len(units) / self.target))
            found = divide(graph[units][:, units], parts, units) if parts > 1 else np.zeros(len(units), dtype=int)
            labels[units] = used + found
            used += int(found.max()) + 1
        return self.labelled(labels)

    def labelled(self, labels: np.ndarray) -> pd.Series:
        """Numbers by unit id, negative ones missing."""
        numbers = pd.Series(labels, index=self.units.index, dtype="Int64")
        return numbers.mask(numbers < 0)

    def judge(self, labels: pd.Series) -> dict[str, float]:
        """What a division is worth, by geometry alone: how many valid regions serve, and how compact they are."""
        number = pd.factorize(labels.reindex(self.units.index))[0]
        left, right = (number[self.ways[side]] for side in ("left", "right"))
        piece = connected_components(self.graph((left == right) & (left >= 0)), directed=False)[1]
        pieces = pd.Series(piece[number >= 0]).groupby(number[number >= 0]).nunique()
        sizes = pd.Series(number[number >= 0]).value_counts()
        valid = sizes.index[sizes.between(self.least, self.most) & (pieces.reindex(sizes.index) == 1)]
        shapes = np.asarray(self.units.geometry.array)
        members = pd.Series(np.arange(len(number))).groupby(number).indices
        grounds = [shapely.union_all(shapes[members[each]]) for each in valid]
        area_m2, line_m = shapely.area(grounds), shapely.length(grounds)
        return {
            "served": int(sizes.reindex(valid).sum()),
            "regions": len(valid),
            "compactness": round(float((4 * np.pi * area_m2 / line_m**2).mean()), 4) if len(valid) else 0.0,
        }


def main() -> None:
    """Divide in this process and print the seconds it took, reading left out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", help="module, and function if not divide: with_spopt.ward")
    parser.add_argument("units", type=Path)
    parser.add_argument("contacts", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--least", type=int, required=True)
    parser.add_argument("--most", type=int, required=True)
    asked = parser.parse_args()
    module, _, way = asked.peer.partition(".")
    divide = getattr(import_module(f"benchmarks.peers.{module}"), way or "divide")
    problem = Problem.read(asked.units, asked.contacts, asked.least, asked.most)
    if asked.peer == "with_us":
        # Once, so that what is compiled or loaded late is not measured.
        divide(problem, tries_per_unit=1)
    began = time.perf_counter()
    labels = divide(problem)
    took_s = time.perf_counter() - began
    labels.rename("region").to_frame().to_parquet(asked.output)
    print(took_s)


if __name__ == "__main__":
    main()
