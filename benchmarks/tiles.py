"""Our vector tiles beside mapbox-vector-tile, on the same councils and the same tiles.

Both get polygons that are projected and indexed already, and cut what is left to do for one tile: find, clip,
round, encode. Figures are medians of interleaved runs::

    python -m benchmarks.tiles                    # 50,000 councils, the densest tile of some zooms
    python -m benchmarks.tiles --size 5000 --json

``equal`` says whether both tiles hold the same councils with the same areas, to 1 % of all of it.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import shapely
from shapely.geometry import shape

from benchmarks.layers import Files
from territory.maps.tiles import BUFFER, EXTENT, Tileset, to_world

ZOOMS = (10, 12, 14)


class Peer:
    """The same tiles with shapely and mapbox-vector-tile, as its README does it."""

    def __init__(self, councils: gpd.GeoDataFrame) -> None:
        self.shapes = shapely.transform(np.asarray(councils.geometry.array), to_world)
        self.properties = [
            {"id": territory, **{key: value for key, value in row.items() if value is not None}}
            for territory, row in zip(
                councils.index, councils.drop(columns="geometry").to_dict("records"), strict=True
            )
        ]
        self.tree = shapely.STRtree(self.shapes)

    def tile(self, z: int, x: int, y: int) -> bytes:
        """One tile."""
        margin = BUFFER / EXTENT
        box = np.array([x - margin, y - margin, x + 1 + margin, y + 1 + margin]) / 2**z
        hits = self.tree.query(shapely.box(*box), predicate="intersects")
        clipped = shapely.clip_by_rect(self.shapes[hits], *box)
        features = [
            {"geometry": geometry, "properties": self.properties[hit]}
            for geometry, hit in zip(clipped, hits, strict=True)
            if not geometry.is_empty
        ]
        bounds = (x / 2**z, y / 2**z, (x + 1) / 2**z, (y + 1) / 2**z)
        options = {"quantize_bounds": bounds, "extents": EXTENT, "y_coord_down": True}
        encoded: bytes = mapbox_vector_tile.encode(
            [{"name": "council", "features": features}], default_options=options
        )
        return encoded


def densest(councils: gpd.GeoDataFrame, z: int) -> tuple[int, int]:
    """The tile of a zoom that holds most councils."""
    centres = shapely.get_coordinates(shapely.centroid(np.asarray(councils.geometry.array)))
    tiles, counts = np.unique((to_world(centres) * 2**z).astype(np.int64), axis=0, return_counts=True)
    x, y = tiles[counts.argmax()].tolist()
    return x, y


def areas(tile: bytes) -> dict[str, float]:
    """Area of each council in a tile, in square units."""
    layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return {
        feature["properties"]["id"]: shapely.make_valid(shape(feature["geometry"])).area
        for feature in layers["council"]["features"]
    }


def is_equal(ours: bytes, theirs: bytes) -> bool:
    """Whether two tiles hold the same."""
    left, right = areas(ours), areas(theirs)
    apart = sum(abs(left.get(key, 0.0) - right.get(key, 0.0)) for key in left.keys() | right.keys())
    return apart <= 0.01 * sum(right.values())


def timed(call: Callable[[], bytes]) -> tuple[bytes, float]:
    """An answer and the seconds it took."""
    began = time.perf_counter()
    answer = call()
    return answer, time.perf_counter() - began


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=50_000, help="councils")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--json", action="store_true", help="one object a line")
    folder = Path(tempfile.gettempdir()) / "territory-benchmarks"
    parser.add_argument("--folder", type=Path, default=folder, help="where generated layers are kept")
    asked = parser.parse_args()

    files = Files(asked.folder, asked.size, 0.0)
    files.make()
    read = gpd.read_file(files.councils)
    councils = read.set_index(read.columns[0])
    peer = Peer(councils)
    # No cache: what is measured is the cutting.
    tileset = Tileset({"council": councils}, cache_bytes=0)
    for z in ZOOMS:
        x, y = densest(councils, z)
        ours, theirs = tileset.tile("council", z, x, y), peer.tile(z, x, y)
        seconds: dict[str, list[float]] = {"ours": [], "peer": []}
        for _ in range(asked.runs):
            seconds["ours"].append(timed(lambda at=(z, x, y): tileset.tile("council", *at))[1])
            seconds["peer"].append(timed(lambda at=(z, x, y): peer.tile(*at))[1])
        mine, other = (statistics.median(each) for each in seconds.values())
        row = {
            "task": f"tile z{z}",
            "size": asked.size,
            "noise": 0.0,
            "peer": "mapbox-vector-tile",
            "ours_s": round(mine, 5),
            "peer_s": round(other, 5),
            "ratio": round(other / mine, 1),
            "equal": is_equal(ours, theirs),
            "councils": len(areas(ours)),
            "bytes": len(ours),
        }
        print(json.dumps(row) if asked.json else "  ".join(f"{key}: {value}" for key, value in row.items()))


if __name__ == "__main__":
    main()
