import math

import mapbox_vector_tile
import pytest


def tile_at(lon, lat, z):
    n = 2**z
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return z, int((lon + 180) / 360 * n), int(y * n)


@pytest.fixture
def url():
    return "/tiles/council/{}/{}/{}.mvt".format(*tile_at(-69.295, 10.005, 12))


def test_a_tile_holds_the_territories_that_are_there(client, url):
    answer = client.get(url)
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    decoded = mapbox_vector_tile.decode(answer.content)
    [layer] = decoded.values()
    assert {feature["properties"]["name"] for feature in layer["features"]} >= {"El Ají", "La Ceiba"}


def test_no_tile_tells_a_number_of_families(client, url):
    [layer] = mapbox_vector_tile.decode(client.get(url).content).values()
    for feature in layer["features"]:
        assert feature["properties"].get("families") not in (171, 23, 4, "171", "23", "4")


def test_a_tile_is_kept_until_the_data_change(client, url):
    first = client.get(url)
    assert "max-age" in first.headers["cache-control"]
    again = client.get(url, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_where_nothing_is_the_tile_is_empty(client):
    answer = client.get("/tiles/council/5/0/0.mvt")
    assert (answer.status_code, answer.content) == (200, b"")
