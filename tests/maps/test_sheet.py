"""The printed sheet: drawn to scale, told in words, and whole on paper."""

from __future__ import annotations

import builtins
import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import shapely
from geopandas import GeoSeries
from neighbours import shape_of
from paper import Printed, flat
from places import cell, layer
from printing import BASE, HOSTILE, TWELVE, agree, in_two_states, sheet, twelve
from pyproj import CRS
from registers import published
from shapely import LineString, MultiPolygon, Polygon

from territory.demo import region
from territory.maps import sheet_map, sheet_page
from territory.maps.sheet import State
from territory.maps.sheet_words import Words
from territory.model import WGS84
from territory.profiles import load_profile
from territory.records import Boundary
from territory.services.access import OPERATOR
from territory.services.agreement import Reply
from territory.services.storing import open_register
from territory.words import LANGUAGES

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    """Of the twelve: the north is agreed, proposed and objected to; nobody asked the others."""
    opened = open_register(str(twelve(tmp_path_factory.mktemp("twelve"))), load_profile())
    agree(opened, "own", "north0", Reply.ACCEPT)
    agree(opened, "own", "north1", None)
    agree(opened, "own", "north2", Reply.OBJECT)
    yield opened
    opened.store.close()


@pytest.fixture(scope="module")
def own(register):
    return sheet(register, "own")


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The sheet of a commune in two states."""
    made = region(600)
    file = published(tmp_path_factory.mktemp("demo") / "demo.db", made.layer, made.surroundings)
    opened = open_register(str(file), load_profile())
    found = sheet(opened, in_two_states(made))
    opened.store.close()
    return found


@pytest.fixture(scope="module")
def printed(own):
    return Printed.of(sheet_page.pdf(own, language="es"))


def test_every_neighbour_is_told_on_its_side_in_the_order_of_the_walk(own):
    [(_, sides)] = Words(own, "es").parts
    for (title, runs), expected in zip(sides, ("north", "east", "south", "west"), strict=True):
        names = [own.around.loc[each, "name"] for each in TWELVE if each.startswith(expected)]
        assert title == {"north": "Norte", "east": "Este", "south": "Sur", "west": "Oeste"}[expected]
        assert [name in told for name, (told, _) in zip(names, runs, strict=True)] == [True] * 3


def walked_in_steps(found, *, step_m=1.0, tolerance_m=10.0) -> Counter:
    """Metres of line beside each neighbour: at every step, who is nearest, in another projection."""
    grid = CRS.from_epsg(32619)
    around = found.around.geometry.to_crs(grid)
    tree, metres = shapely.STRtree(around.array), Counter()
    own = GeoSeries([found.boundary], crs=WGS84).to_crs(grid).iloc[0]
    for ring in shapely.get_rings(own.geoms):
        places = shapely.line_interpolate_point(ring, np.arange(step_m / 2, ring.length, step_m))
        at, nearest = tree.query_nearest(places, max_distance=tolerance_m, all_matches=False)
        metres.update({around.index[k]: n * step_m for k, n in Counter(nearest).items()})
        metres[""] += (len(places) - len(at)) * step_m
    return +metres


@pytest.mark.parametrize("of", ["twelve", "two states"])
def test_the_sides_are_those_of_a_walk_in_steps(own, demo, of):
    """The council with twelve neighbours, and the commune of the demo that lies most evenly in two states."""
    found = own if of == "twelve" else demo
    told = Counter()
    for run in found.walk.runs:
        told["".join(run.neighbours)] += run.length_m
    expected = walked_in_steps(found)
    assert told.keys() == expected.keys()
    # Each end of a run may lie a few tolerances off, where neighbours' lines part slowly.
    assert dict(told) == pytest.approx(dict(expected), rel=0.005, abs=40)
    assert len(told) >= (12 if of == "twelve" else 5)


def test_a_run_is_one_sentence_with_neighbour_line_vertices_length_and_bearing(own):
    [(_, sides)] = Words(own, "es").parts
    told = sides[0][1][0][0]
    expected = (
        "Con Consejo Comunal North0, por el curso de quebrada La Ruezga, "
        "del vértice 1 al 1 más 548 m, 548 m, rumbo N 90° 00′ E."
    )
    assert flat(told) == expected
    assert "Con Consejo Comunal East0, del vértice 2 al 2 más 553 m" in flat(sides[1][1][0][0])


def test_how_far_each_stretch_is_agreed_is_told(own):
    [(_, sides)] = Words(own, "es").parts
    assert [state for _, state in sides[0][1]] == ["acordado con el vecino", "propuesto al vecino", "en disputa"]
    assert {state for _, runs in sides[1:] for _, state in runs} == {"sin preguntar al vecino"}
    told = {state: float(length.split()[0].replace(".", "")) for state, _, length in Words(own, "es").states}
    assert told == pytest.approx(
        {State.AGREED: 548, State.PROPOSED: 548, State.CONTESTED: 548, State.UNASKED: 4966}, abs=3
    )


def test_stretches_are_the_whole_line(own):
    for k, run in enumerate(own.walk.runs):
        pieces = [each.line for each in own.stretches if each.run == k]
        assert sum(piece.length for piece in pieces) == pytest.approx(run.line.length, rel=1e-6)
        assert shapely.hausdorff_distance(shapely.union_all(pieces), run.line) < 1e-6


def test_an_older_line_tells_nothing_of_what_neighbours_say_now(tmp_path):
    opened = open_register(str(twelve(tmp_path)), load_profile())
    with opened.writing(OPERATOR, "test") as writing:
        known = writing.get(Boundary, "own")
        writing.put(replace(known, shape=shape_of(cell(0, 0, 3, 2.5))))
    older, newest = sheet(opened, "own", version=1), sheet(opened, "own")
    opened.store.close()
    assert (older.version, older.newest, newest.version) == (1, 2, 2)
    assert {each.state for each in older.stretches} == {State.UNTOLD}
    assert {each.state for each in newest.stretches} == {State.UNASKED, State.FREE}
    assert older.fingerprint != newest.fingerprint


def test_ground_that_another_one_claims_is_contested(tmp_path):
    shapes = {"a": cell(0, 0), "b": cell(0.8, 0)}
    opened = open_register(str(published(tmp_path / "two.db", layer(shapes))), load_profile())
    found = sheet(opened, "a")
    opened.store.close()
    [strip] = found.contested
    assert strip.symmetric_difference(cell(0.8, 0, 0.2)).area < 1e-10
    contested = shapely.union_all([each.line for each in found.stretches if each.state is State.CONTESTED])
    eastern = LineString([(-69.295, 9.9), (-69.295, 9.905)])
    assert shapely.hausdorff_distance(contested, eastern) < 1e-5
    assert "en disputa" in sheet_page.html(found, language="es", is_alone=True)


def test_the_map_is_true_to_scale(own):
    drawn = ElementTree.fromstring(sheet_map.draw(own, "es"))
    width_mm, height_mm = (float(drawn.get(side).removesuffix("mm")) for side in ("width", "height"))
    assert [float(each) for each in drawn.get("viewBox").split()] == [0, 0, width_mm, height_mm]
    outline = next(each.get("d") for each in drawn.iter(f"{SVG}path") if each.get("fill") == "#fbf3df")
    x = [float(each) for each in re.findall(r"[ML]([\d.]+) ", outline)]
    ground_m = 3 * 548.355
    assert (max(x) - min(x)) * sheet_map.scale_of(own) / 1000 == pytest.approx(ground_m, rel=0.003)
    assert height_mm < 160


def test_states_are_drawn_apart_without_colour():
    strokes = [tuple(sorted(stroke.items())) for stroke in sheet_map.STROKES.values()]
    assert set(sheet_map.STROKES) == set(State)
    assert len(set(strokes)) == len(strokes)
    assert not any("stroke" in stroke for stroke in sheet_map.STROKES.values())


def test_where_runs_begin_at_a_vertex_its_number_is_on_the_map(own):
    drawn = ElementTree.fromstring(sheet_map.draw(own, "es"))
    words = {each.text for each in drawn.iter(f"{SVG}text")}
    assert {"1", "2", "3", "4"} <= words
    assert any("E" in word and word[0].isdigit() for word in words)


def test_words_on_the_map_do_not_lie_on_each_other(own):
    drawn = ElementTree.fromstring(sheet_map.draw(own, "es"))
    rows = [
        (float(each.get("x")), float(each.get("y")), len(each.text) * float(each.get("font-size")) * 0.6)
        for each in drawn.iter(f"{SVG}text")
        if each.get("transform") is None
    ]
    for k, (x, y, width) in enumerate(rows):
        for other_x, other_y, other_width in rows[k + 1 :]:
            assert abs(x - other_x) >= (width + other_width) / 2 - 0.5 or abs(y - other_y) >= 1.9


def test_names_are_only_words_wherever_they_stand(own):
    page = sheet_page.html(own, language="es", is_alone=True)
    assert "<script" not in page
    assert page.count("</style>") == 2
    assert "Loma &lt;b&gt;" in page
    renamed = replace(own, called=HOSTILE)
    page = sheet_page.html(renamed, language="es", is_alone=True)
    assert "<script" not in page
    assert page.count("</style>") == 2
    text = Printed.of(sheet_page.pdf(renamed, language="es")).text
    assert text.count('Loma <b>"Alta"</b> \\ } </style><script>x=1</script> & Ñandú\'s') >= 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("paper", sheet_page.PAPERS)
def test_what_the_page_says_the_paper_says_and_nothing_is_cut(own, language, paper):
    printed = Printed.of(sheet_page.pdf(own, language=language, paper=paper))
    width, height = {"letter": (612, 792), "a4": (595.28, 841.89)}[paper]
    assert printed.sizes == [pytest.approx((width, height), abs=0.5)] * len(printed.sizes)
    assert printed.cut(margin_mm=6) == []
    words = Words(own, language)
    sentences = [told for _, sides in words.parts for _, runs in sides for told, _ in runs]
    facts = [told for _, told in words.facts]
    for told in (*sentences, *facts, words.profile, words.datum):
        assert flat(told) in printed.text
    assert own.fingerprint in re.sub(r"\s", "", printed.text)


def test_every_page_says_whose_it_is_its_number_and_that_it_registers_nothing(own, printed):
    count = len(printed.texts)
    for number, text in enumerate(printed.texts, start=1):
        assert (
            f"La Ceiba Grande · versión 1 · huella {own.fingerprint[:12]} · No es un documento de registro"
            in flat(text)
        )
        assert f"Página {number} de {count}" in flat(text)


def test_the_code_on_paper_leads_to_this_version_and_holds_its_fingerprint(own, printed):
    assert printed.code == f"{BASE}/t/own/sheet?version=1#{own.fingerprint}"


def test_no_field_of_the_minutes_is_filled_in(printed):
    act = printed.text.split("Acta de la asamblea")[1]
    for field in ("Fecha y hora", "Asistentes", "Votos a favor", "Votos en contra", "Abstenciones"):
        assert field in act
    between = act.split("Fecha y hora")[1].split("La asamblea aprueba")[0]
    assert not re.search(r"\d", between)


def test_every_vertex_is_in_the_table_with_its_place(own, printed):
    rows = [row for rows in Words(own, "es").rows for row in rows]
    assert [row[0] for row in rows] == [str(number) for number in own.walk.vertices.index]
    for number, _, east, north in rows:
        assert f"{number} {east} {north}" in printed.text


def test_vertices_of_two_zones_say_in_which_they_lie(tmp_path):
    across = shapely.box(-72.01, 10.0, -71.99, 10.02)
    opened = open_register(str(published(tmp_path / "zones.db", layer({"own": across}))), load_profile())
    found = sheet(opened, "own")
    opened.store.close()
    words = Words(found, "es")
    assert words.has_zones
    assert "huso 18 (EPSG:2201) y SIRGAS-REGVEN, UTM huso 19 (EPSG:2202)" in words.datum
    text = Printed.of(sheet_page.pdf(found, language="es")).text
    assert flat(words.datum) in text
    assert "Huso" in text


def test_parts_and_holes_have_titles_of_their_own(tmp_path):
    outer = Polygon(cell(0, 0, 4, 4).exterior, [cell(1, 1, 2, 2).exterior])
    shapes = {"own": MultiPolygon([outer, cell(6, 0)]), "enclave": cell(1, 1, 2, 2)}
    opened = open_register(str(published(tmp_path / "parts.db", layer(shapes))), load_profile())
    found = sheet(opened, "own")
    opened.store.close()
    text = Printed.of(sheet_page.pdf(found, language="es")).text
    assert "Parte 1 de 2" in text
    assert "Por dentro, alrededor de un hueco" in text
    assert "Con enclave (consejo comunal), todo alrededor desde el vértice 5" in text


def test_where_pango_is_missing_only_pdf_is(own, monkeypatch):
    imported = builtins.__import__

    def without(name, *rest):
        if name == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return imported(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(sheet_page.NoPaper):
        sheet_page.pdf(own, language="es")
    assert "La Ceiba Grande" in sheet_page.html(own, language="es")


def test_nothing_is_fetched_whatever_stands_in_a_page():
    with pytest.raises(ValueError, match="not opened"):
        sheet_page._fetch_nothing("file:///etc/passwd")
