"""The whole check on real layers, beside a plain geopandas oracle and beside counts taken by others.

The oracle does what an analyst does: reproject, intersect every pair, unite everything and look at the holes.
Counts were taken from vertices alone; areas are compared with long edges divided first, because those of plain
reprojection do not bend with the ground and miss up to 30 m² on a long line.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas import GeoSeries
from shapely import Polygon

from territory.checks import check_layer
from territory.findings import Code
from territory.geo.coverage import overlaps
from territory.geo.crs import to_metres, working_crs
from territory.geo.gaps import gaps
from territory.intake import read
from territory.profiles import load_profile

pytestmark = pytest.mark.real

WIDE_M = 10.0

LAYERS = {
    "municipalities": ["ve/wof_ve_municipios.geojson"],
    "los angeles": ["overlap/la-county-neighborhoods-v6.geojson"],
    "albuquerque": ["overlap/albuquerque_neighborhood_associations.geojson"],
    "ohio": ["overlap/coi_Ohio_clusters/OH_20211007_phaseC_summary/OH_20211007_phaseC_summary.shp"],
    "missouri": ["overlap/coi_Missouri_clusters/MO_20210924_phase_C_summary/MO_20210924_phase_C_summary.shp"],
    "denver": ["repair/DenverCo_precincts2020_orig/DenverCo_precincts2020_orig.shp"],
    "denver repaired": ["repair/DenverCo_precincts2020_repaired/DenverCo_precincts2020_repaired.shp"],
    "bad gap": ["repair/bad_gap_region/bad_gap_region.shp"],
    "isere": ["fr/communes-38-isere.geojson"],
    "brazil": ["br/geojs-31-mun.json", "br/geojs-35-mun.json", "br/geojs-41-mun.json"],
}

# Counted by others, in plain geopandas and a LAEA: pairs that share more than 1 m², of those wider than 10 m,
# enclosed gaps wider than 10 m; None where nobody counted.
COUNTED = {
    "municipalities": (6, 5, 3),
    "los angeles": (641, 20, 35),
    "albuquerque": (106, None, 12),
    "ohio": (64, None, None),
    "missouri": (79, None, None),
    "denver": (1, None, 9),
    "denver repaired": (0, 0, 10),
    "bad gap": (2, None, None),
    "isere": (0, 0, 0),
    "brazil": (50, None, None),
}


def boundaries(folder: Path, layer: str) -> GeoSeries:
    read_in = [read(folder / file, profile=load_profile()).layer.geometry for file in LAYERS[layer]]
    return pd.concat([part.set_axis([f"{k}-{id_}" for id_ in part.index]) for k, part in enumerate(read_in)])


def plain(units: GeoSeries) -> tuple[pd.Series, np.ndarray]:
    """Areas of pairs that share more than 1 m², and the holes of the union, by plain geopandas."""
    projected = units.to_crs(working_crs(units)).set_axis(range(len(units)))
    left, right = projected.sindex.query(projected, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    areas = projected.iloc[left].intersection(projected.iloc[right], align=False).area
    pairs = pd.Series(areas.to_numpy(), index=pd.MultiIndex.from_arrays([left, right]))
    parts = shapely.get_parts(projected.union_all())
    holes = [Polygon(ring) for part in parts for ring in part.interiors]
    return pairs[pairs > 1.0], np.array(holes, dtype=object)


def is_wide(shapes: np.ndarray) -> np.ndarray:
    return ~shapely.is_empty(shapely.buffer(shapes, -WIDE_M / 2))


@pytest.mark.parametrize("layer", LAYERS)
def test_overlaps_and_gaps_are_those_of_plain_geopandas(shared_data, layer):
    units = boundaries(shared_data, layer)
    expected_pairs, holes = plain(units)
    metres = to_metres(units)
    found = overlaps(metres)
    position = {id_: k for k, id_ in enumerate(units.index)}
    areas = {
        (position[a], position[b]): m2 for a, b, m2 in found[["left", "right", "area_m2"]].itertuples(index=False)
    }

    counted_pairs, counted_wide, counted_gaps = COUNTED[layer]
    assert len(expected_pairs) == counted_pairs

    exact_pairs, _ = plain(units.segmentize(100 / 111_320))
    for pair in set(areas) | set(exact_pairs.index):
        assert areas.get(pair, 1.0) == pytest.approx(exact_pairs.get(pair, 1.0), rel=1e-4, abs=0.05), pair
    assert abs(len(areas) - counted_pairs) <= max(1, counted_pairs // 100)
    if counted_wide is not None:
        assert is_wide(found.geometry.to_numpy()).sum() == counted_wide

    wide_holes = holes[is_wide(holes)] if len(holes) else holes
    ours = gaps(metres, width_m=WIDE_M)
    pieces = ours.geometry[ours.is_wide].to_numpy()
    if counted_gaps is not None:
        assert abs(len(wide_holes) - counted_gaps) <= 1  # one of Los Angeles is 10 m wide to the centimetre
    # Each wide hole holds a gap of ours, and each gap of ours lies in a wide hole: an opening may part one hole.
    hit = shapely.STRtree(pieces).query(wide_holes, predicate="intersects")
    assert set(hit[0]) == set(range(len(wide_holes)))
    assert set(hit[1]) == set(range(len(pieces)))


def test_a_municipality_published_twice_is_found(shared_data):
    """Atures stands twice in the source."""
    layer = read(shared_data / LAYERS["municipalities"][0], profile=load_profile()).layer
    found = check_layer(layer, profile=load_profile())
    [twice] = [finding for finding in found if finding.code == Code.DUPLICATE]
    assert set(layer.loc[list(twice.territories), "name"]) == {"Atures"}
    pairs = [f for f in found if f.code in (Code.OVERLAP, Code.DUPLICATE)]
    assert sum(finding.args["area_m2"] > 10_000 for finding in pairs) == 5


def test_associations_inside_others_are_told_apart_from_overlaps(shared_data):
    layer = read(shared_data / LAYERS["albuquerque"][0], profile=load_profile()).layer
    found = Counter(finding.code for finding in check_layer(layer, profile=load_profile()))
    assert found[Code.CONTAINS] == 58
    assert found[Code.CONTAINS] + found[Code.OVERLAP] + found[Code.SLIVER_OVERLAP] + found[Code.DUPLICATE] == 106
    shares = overlaps(to_metres(layer.geometry))
    assert (shares[["left_share", "right_share"]].max(axis=1) > 0.1).sum() == 81


@pytest.mark.parametrize(("layer", "invalid"), [("los angeles", 4), ("albuquerque", 1), ("brazil", 7)])
def test_invalid_shapes_are_repaired_with_their_difference(shared_data, layer, invalid):
    findings = [
        finding for file in LAYERS[layer] for finding in read(shared_data / file, profile=load_profile()).findings
    ]
    assert [finding.code for finding in findings] == [Code.REPAIRED] * invalid
    assert all("changed_m2" in finding.args for finding in findings)


def test_two_overlaps_of_brazil_lie_along_a_state_line(shared_data):
    units = boundaries(shared_data, "brazil")
    found = overlaps(to_metres(units))
    large = found[found.area_m2 > 10_000]
    assert len(large) == 2
    assert all(a[0] != b[0] for a, b in zip(large.left, large.right, strict=True))
