"""The organizers' page by road: who reaches which seat, who is cut off, and neighbours by road in a plan."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from playwright.sync_api import Page, expect
from registers import published
from servers import serving
from shapely import LineString

from territory.demo import region
from territory.geo.coverage import neighbours
from territory.geo.crs import to_metres
from territory.profiles import load_profile
from territory.records import Place, Reference, ReferenceLayer, Role
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.storing import open_register

pytestmark = pytest.mark.browser

OFF = 4
"""So many councils of a commune have no road, and those about them perhaps none either."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with a road from the middle of each council to those of its neighbours, but for a few."""
    demo = region(200)
    layer = demo.layer.copy()
    parent = layer.loc[layer["level"] == "council", "parent"].dropna().str.split(";").str[0]
    first, second = parent.value_counts().index[:2]
    # The councils of one commune have none yet: they could form one.
    layer.loc[parent.index[parent == second], "parent"] = None
    councils = layer[layer["level"] == "council"]
    path = published(tmp_path_factory.mktemp("roads") / "territory.db", layer, demo.surroundings)
    off = list(parent.index[parent == first][:OFF])
    middles = councils.geometry.representative_point()
    metres = to_metres(councils.geometry)
    touching = neighbours(metres, tolerance_m=10, min_edge_m=10)
    # So far from all that a road of a neighbour is none of theirs.
    wide = shapely.buffer(shapely.union_all(np.asarray(metres.loc[off].array)), 700)
    near = set(metres.index[metres.intersects(wide)])
    joined = [pair for pair in zip(touching["left"], touching["right"], strict=True) if near.isdisjoint(pair)]
    register = open_register(str(path), load_profile())
    with register.writing(OPERATOR, "test") as writing:
        writing.put(ReferenceLayer(id="r", kind="roads", called="Vías de ejemplo", source="Vecinos"))
        for k, (left, right) in enumerate(joined):
            line = LineString([middles[left], middles[right]])
            writing.put(Reference(id=f"r.{k}", layer="r", called="", level="residential", shape=line))
        at = middles[parent.index[parent == first][-1]]
        writing.put(Place(id="seat", territory=first, kind="seat", called="Sede", at=at))
    register.store.close()
    return path


@pytest.fixture(scope="module")
def server(store: Path) -> Iterator[str]:
    with serving(store) as address:
        yield address


@pytest.fixture(scope="module")
def key(store: Path) -> str:
    register = open_register(str(store), load_profile())
    ends = datetime.date.today() + datetime.timedelta(days=30)
    issued = keys.issue(register, OPERATOR, role=Role.ORGANIZER, ends=ends)
    register.store.close()
    return issued.whole


@pytest.fixture
def organizing(page: Page, key: str) -> Page:
    page.goto(f"/key?lang=es#{key}")
    expect(page.get_by_role("heading", name="Organizadora u organizador")).to_be_visible()
    page.goto("/organize?lang=es")
    return page


def test_who_is_cut_off_comes_first_with_a_mark_and_lines_on_the_map(organizing: Page, accessible):
    page = organizing
    page.get_by_role("link", name="Caminos").click()
    accessible()
    page.get_by_role("button", name="Medir por carretera").click()
    expect(page.locator("#reached")).to_be_visible(timeout=60_000)
    accessible()
    assert page.locator("#cut_off-list > li").count() >= OFF
    expect(page.locator("#cut_off-list > li").first).to_contain_text("carretera")
    expect(page.locator("#reach-counts")).to_contain_text("Cortados de su comuna")
    expect(page.locator("#reach-roads")).to_contain_text("Vías de ejemplo")
    drawn = page.evaluate(
        """() => Object.fromEntries(["ways", "seats", "councils"].map(
            (name) => [name, window.organizing.access[name].source.getFeatures().length]))"""
    )
    assert drawn["councils"] == page.evaluate("() => window.organizing.access.found.features.length")
    assert drawn["seats"] >= 2
    assert drawn["ways"] > drawn["councils"] / 2
    page.get_by_text("Los demás, los más lejanos primero").click()
    show = page.locator("#rest-list button").first
    show.click()
    expect(show).to_have_attribute("aria-pressed", "true")
    with page.expect_download() as download:
        page.get_by_role("button", name="Descargar").last.click()
    told = json.loads(download.value.path().read_text("utf-8"))
    assert len(told["features"]) == drawn["councils"]


def test_touching_a_council_on_the_map_chooses_it_in_the_list(organizing: Page):
    page = organizing
    page.get_by_role("link", name="Caminos").click()
    page.get_by_role("button", name="Medir por carretera").click()
    expect(page.locator("#reached")).to_be_visible(timeout=60_000)
    last = page.evaluate(
        """() => {
            const { access } = window.organizing;
            const feature = access.councils.source.getFeatures().find((each) => each.get("kind") === "cut_off");
            access.tapped([0, 0], () => feature);
            return feature.getId();
        }"""
    )
    expect(page.locator(f'#cut_off-list > li[data-id="{last}"]')).to_have_class("chosen")


def test_gaps_tell_of_roads_and_a_plan_counts_neighbours_by_road(organizing: Page, accessible):
    page = organizing
    page.get_by_role("button", name="Buscar lo que falta").click()
    expect(page.locator("#found")).to_be_visible(timeout=60_000)
    cut_off = page.locator("#gaps > li", has_text="Cortado de su comuna por carretera")
    expect(cut_off.first).to_contain_text("carretera")
    boxes = page.get_by_role("checkbox", name="Cortado de su comuna por carretera")
    boxes.uncheck()
    expect(cut_off).to_have_count(0)
    page.get_by_role("button", name="Preparar un plan").first.click()
    expect(page.locator("#plans")).to_be_visible(timeout=60_000)
    minutes = page.get_by_label("Contar como vecinos los que están a menos de estos minutos")
    minutes.fill("10")
    with page.expect_request(lambda sent: sent.method == "POST" and "/api/jobs" in sent.url) as request:
        page.get_by_role("button", name="Proponer de nuevo").click()
    assert json.loads(request.value.post_data)["road_minutes"] == 10
    expect(page.locator("#working")).to_be_hidden(timeout=60_000)
    assert page.locator("#groups > li").count() > 0
    accessible()
