import json
import re

import pytest
import shapely


@pytest.fixture
def file(tmp_path):
    features = [
        {
            "type": "Feature",
            "properties": {"id": name, "name": f"Consejo {name}"},
            "geometry": json.loads(shapely.to_geojson(shapely.box(-69.2 + east, 10.0, -69.19 + east, 10.01))),
        }
        for east, name in ((0.0, "uno"), (0.008, "dos"))
    ]
    path = tmp_path / "linderos.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize("view", ["territories", "coverage"])
def test_a_map_is_one_file_that_asks_for_nothing(run, file, tmp_path, view):
    output = tmp_path / "mapa.html"
    run("map", file, "--output", output, "--view", view, "--lang", "en")
    html = output.read_text("utf-8")
    assert '<html lang="en"' in html
    assert "Consejo uno" in html
    asked = re.findall(r'<(?:script|link|img)\b[^>]*(?:src|href)="([^"]*)"', html)
    assert [url for url in asked if not url.startswith(("data:", "#"))] == []


def test_a_file_that_cannot_be_read_makes_no_map(run, tmp_path, capsys):
    broken = tmp_path / "x.geojson"
    broken.write_text("{")
    run("map", broken, "--output", tmp_path / "mapa.html", code=2)
    assert not (tmp_path / "mapa.html").exists()
    assert capsys.readouterr().err.strip()


def test_a_map_that_is_passed_on_tells_families_in_bands(run, file, tmp_path):
    told = json.loads(file.read_text())
    told["features"][0]["properties"] |= {"familias": 1713, "tipo": "urbano"}
    file.write_text(json.dumps(told))
    output = tmp_path / "mapa.html"
    run("map", file, "--output", output)
    html = output.read_text("utf-8")
    assert "1.713" not in html
    assert "1700–1749" in html
