"""What the benchmark of gaps counts."""

import numpy as np
from geopandas import GeoSeries
from shapely import box

from benchmarks.gaps import _compared

UTM = 32618


def test_strips_that_two_hands_widened_are_told_from_gaps_that_are_not_there():
    gaps = GeoSeries([box(0, 0, 100, 100), box(500, 0, 600, 100)], crs=UTM)
    strips = GeoSeries([box(100, 48, 300, 51), box(1000, 0, 1003, 200)], crs=UTM)
    found = np.array(
        [
            box(0, 0, 100, 50),
            box(0, 55, 100, 100),
            box(90, 40, 200, 50),  # a gap, and the strip that runs into it
            box(996, 50, 1008, 90),
            box(2000, 0, 2010, 10),
        ]
    )
    counted = _compared(found, gaps, strips)
    assert {name: counted[name] for name in ("true", "found", "both", "widened", "false")} == {
        "true": 2,
        "found": 5,
        "both": 1,
        "widened": 1,
        "false": 1,
    }


def test_nothing_found_is_nothing_false():
    gap = GeoSeries([box(0, 0, 100, 100)], crs=UTM)
    counted = _compared(np.empty(0, dtype=object), gap, gap.iloc[:0])
    assert (counted["both"], counted["widened"], counted["false"], counted["alike"]) == (0, 0, 0, 0)
