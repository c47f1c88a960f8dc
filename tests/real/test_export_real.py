"""Real layers go out into every form and come back with every name and every vertex."""

from __future__ import annotations

import pytest
import shapely

from territory.export import Form, write
from territory.intake import read

pytestmark = pytest.mark.real

FILES = ["ve/wof_ve_municipios.geojson", "overlap/albuquerque_neighborhood_associations.geojson"]


@pytest.fixture(scope="module", params=FILES)
def layer(request, shared_data, profile):
    return read(shared_data / request.param, profile=profile).layer


@pytest.mark.parametrize("form", Form)
def test_a_real_layer_comes_back_whole(layer, profile, form, tmp_path):
    path = tmp_path / f"territorios{form.suffix}"
    write(layer, path, form=form)
    got = read(path, profile=profile)
    columns = ["name", "level", "parent", "kind", "families"]
    assert got.layer[columns].equals(layer[columns])
    assert got.findings == []
    # A shapefile keeps the parts of a boundary in an order of its own.
    there, back = (shapely.normalize(each.geometry.array) for each in (layer, got.layer))
    assert shapely.to_wkb(back).tolist() == shapely.to_wkb(there).tolist()
    if form is not Form.ZIP:
        assert got.layer.geometry.to_wkb().tolist() == layer.geometry.to_wkb().tolist()
