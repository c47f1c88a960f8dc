"""What a map says and holds, before any browser draws it."""

from __future__ import annotations

import base64
import json
import re

import folium
import geopandas as gpd
import mapbox_vector_tile
import numpy as np
import pytest
from shapely import MultiPolygon, box

from territory.findings import Code, Severity
from territory.maps import views
from territory.maps.elements import Basemap
from territory.model import WGS84, Surroundings, as_layer
from territory.words import LANGUAGES, say

NOWHERE = Surroundings()


def elements(drawn, function: str) -> list:
    """The elements of a map that call one function of the browser code."""
    return [child for child in drawn._children.values() if getattr(child, "function", None) == function]


def block(drawn, function: str, name: str) -> str:
    """What an element has put into the page for that function."""
    [element] = elements(drawn, function)
    return element.blocks[element.options[name]]


def drawn_shapes(element) -> dict:
    """The shapes that an element has put into the page."""
    return shapes_of(element.blocks[element.options["data"]])


def shapes_of(content: str) -> dict:
    [layer] = mapbox_vector_tile.decode(base64.b64decode(content)).values()
    return {feature["properties"]["id"]: feature for feature in layer["features"]}


def many(count: int) -> gpd.GeoDataFrame:
    """A grid of councils in communes of a hundred."""
    side = int(np.ceil(np.sqrt(count)))
    at = [(-69 + 0.01 * (i % side), 10 + 0.01 * (i // side)) for i in range(count)]
    squares = [MultiPolygon([box(x, y, round(x + 0.01, 7), round(y + 0.01, 7))]) for x, y in at]
    communes = [MultiPolygon([box(-69, 10 + k, -68, 11 + k)]) for k in range(count // 100 + 1)]
    return as_layer(
        gpd.GeoSeries(
            [*squares, *communes],
            [*(f"c{i}" for i in range(count)), *(f"k{k}" for k in range(len(communes)))],
            crs=WGS84,
        ),
        level=["council"] * count + ["commune"] * len(communes),
        parent=[f"k{i // 100}" for i in range(count)] + [None] * len(communes),
    )


def test_a_view_is_a_folium_map(layer, surroundings):
    assert isinstance(views.territories(layer, surroundings, language="es"), folium.Map)


def test_only_leaflet_and_our_own_files_are_loaded(layer, surroundings):
    drawn = views.territories(layer, surroundings, language="es")
    assert [name for name, _ in drawn.default_js] == ["leaflet"]
    assert all(url.startswith("/static/") for _, url in [*drawn.default_js, *drawn.default_css])
    assert folium.Map.default_js is not drawn.default_js


def test_every_territory_is_in_the_page_with_its_group(layer, surroundings):
    drawn = views.territories(layer, surroundings, language="es")
    councils, communes = map(drawn_shapes, elements(drawn, "addTerritories"))
    held = councils | communes
    assert set(held) == set(layer.index)
    assert held["c00"]["properties"]["parent"] == "k0"
    assert "parent" not in held["c10"]["properties"]


def test_families_are_only_shown_in_bands(layer, surroundings):
    def said(shown) -> set:
        drawn = views.territories(shown, surroundings, language="es")
        councils, _ = elements(drawn, "addTerritories")
        return {feature["properties"].get("families") for feature in drawn_shapes(councils).values()}

    assert said(layer) == {None}
    assert said(layer.assign(families="150–199")) == {"150–199"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_panel_counts_levels_and_findings(layer, surroundings, findings, language):
    territories = views.territories(layer, surroundings, language=language).panel
    assert [(toggle.value, toggle.count) for toggle in territories.toggles] == [("council", 6), ("commune", 1)]
    coverage = views.coverage(layer, surroundings, findings, language=language).panel
    assert [(toggle.value, toggle.count) for toggle in coverage.toggles] == [
        (Code.INVALID, 1),
        (Code.OVERLAP, 2),
        (Code.SLIVER_GAP, 1),
    ]
    for severity in Severity:
        assert (
            say(language, f"map.count.{severity}.{'many' if severity == 'warning' else 'one'}") in coverage.summary
        )


def test_every_finding_is_listed_with_its_sentence_and_place(layer, surroundings, findings):
    drawn = views.coverage(layer, surroundings, findings, language="es")
    told = json.loads(block(drawn, "addFindings", "list"))
    assert [one["severity"] for one in told] == ["error", "warning", "warning", "note"]
    assert told[1]["sentence"] == f"El Ají y {layer.loc['c11', 'name']} se superponen en 9,8\u00a0ha."
    west, south, east, north = told[1]["box"]
    lon, lat = told[1]["place"]
    assert west < lon < east
    assert south < lat < north
    assert (told[0]["box"], told[0]["place"]) == (None, None)
    # The unreadable one has no shape; the others are drawn under their number in the list.
    assert set(shapes_of(block(drawn, "addFindings", "data"))) == {"1", "2", "3"}


def test_too_many_findings_are_all_counted_and_the_weightiest_drawn(layer, surroundings, findings, monkeypatch):
    monkeypatch.setattr(views, "FINDINGS_DRAWN", 2)
    drawn = views.coverage(layer, surroundings, findings, language="es")
    assert sum(toggle.count for toggle in drawn.panel.toggles) == 4
    told = json.loads(block(drawn, "addFindings", "list"))
    assert [one["code"] for one in told] == [Code.INVALID, Code.OVERLAP]
    assert say("es", "map.most", shown=2, total=4) in drawn.panel.notices


def test_some_findings_of_each_code_are_drawn_whatever_they_weigh(findings):
    overlap, _, gap, _ = findings
    chosen = views.weightiest([*[overlap] * 500, gap], 100)
    assert len(chosen) == 100
    assert gap in chosen


def test_a_clean_map_says_so(layer, surroundings):
    panel = views.coverage(layer, surroundings, [], language="es").panel
    assert panel.summary == say("es", "map.clean")
    assert not panel.toggles


def test_a_layer_without_territories_is_a_map_all_the_same(layer, surroundings):
    for known in (surroundings, NOWHERE):
        drawn = views.territories(layer.iloc[:0], known, language="es")
        assert drawn.panel.summary == say("es", "map.empty")
        assert views.coverage(layer.iloc[:0], known, [], language="es").panel.summary == say("es", "map.empty")


def test_many_boundaries_come_from_tiles_and_their_groups_stand_in_from_afar():
    drawn = views.territories(many(2_500), NOWHERE, language="es", tiles_url="/tiles/{layer}/{z}/{x}/{y}.mvt")
    councils, communes = (element.options for element in elements(drawn, "addTerritories"))
    assert councils["data"] is communes["data"] is None
    assert councils["level"]["minZoom"] == 11
    assert communes["level"]["filledUntil"] == 10
    # Names of groups only: those of all councils would be larger than their tiles.
    assert {place["called"] for place in json.loads(block(drawn, "connectPanel", "list"))} == {"comuna"}


def test_many_boundaries_without_a_server_are_simplified_and_the_map_says_so():
    layer = many(2_500)
    drawn = views.territories(layer, NOWHERE, language="es")
    assert say("es", "map.simplified", width_m=5.0) in drawn.panel.notices
    councils, _ = elements(drawn, "addTerritories")
    assert len(drawn_shapes(councils)) == 2_500
    assert not views.territories(layer.iloc[:100], NOWHERE, language="es").panel.notices


def test_a_single_level_is_shown_at_every_zoom():
    layer = many(2_500)
    drawn = views.territories(layer[layer["level"] == "council"], NOWHERE, language="es", tiles_url="/t/{z}")
    [councils] = elements(drawn, "addTerritories")
    assert councils.options["level"]["minZoom"] == 1


def test_a_basemap_is_used_only_when_an_operator_names_one(layer, surroundings):
    def functions(basemap: Basemap | None) -> list[str]:
        drawn = views.territories(layer, surroundings, language="es", basemap=basemap)
        return [child.function for child in drawn._children.values() if hasattr(child, "function")]

    assert "addBasemap" not in functions(None)
    assert "addBasemap" in functions(Basemap(url="https://tiles.invalid/{z}/{x}/{y}.png"))


def test_a_hostile_name_stays_inside_its_block(layer, surroundings):
    drawn = views.territories(layer, surroundings, language="es")
    assert "<" not in block(drawn, "connectPanel", "list")


def test_who_says_where_the_lines_of_municipalities_are_is_named(layer, surroundings):
    assert any(
        "invented" in line for line in views.territories(layer, surroundings, language="es").panel.fine_print
    )


def test_levels_a_profile_does_not_know_are_drawn_under_their_id(layer):
    drawn = views.territories(layer.assign(level="barrio"), NOWHERE, language="es")
    assert [toggle.label for toggle in drawn.panel.toggles] == ["barrio"]


def test_every_word_of_the_map_is_in_both_languages():
    for language in LANGUAGES:
        words = views._words(language)
        assert all(words.values())
        assert set(re.findall(r"\{\w+\}", words["listed"])) == {"{shown}", "{total}"}
