"""Nothing that goes out without a key tells what is kept back: every public answer is searched for it."""

import datetime
import itertools
import re
from dataclasses import replace

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from desk import Desk, desk, feature
from fastapi.testclient import TestClient
from shapely import MultiPolygon, Polygon

from territory import intake
from territory.export import Form
from territory.maps.tiles import to_world
from territory.model import Publication
from territory.profiles import load_profile
from territory.records import Act, ActKind, Boundary, Role, Territory
from territory.services.access import OPERATOR

DAY = datetime.date.today().isoformat()
STEP, SIDE = 0.02, 24


def wiggly(column: int, seed: int) -> MultiPolygon:
    """A council whose corners are nowhere near anything round; neighbours share the line between them."""
    west, east = (line(column + each) for each in (0, 1))
    rng = np.random.default_rng(seed)
    along = np.linspace(west[0, 0] + 4e-3, east[0, 0] - 4e-3, SIDE - 2)
    south = np.column_stack([along, 10 + rng.uniform(-4e-4, 4e-4, SIDE - 2)])
    north = np.column_stack([along[::-1], 10.02 + rng.uniform(-4e-4, 4e-4, SIDE - 2)])
    ring = np.concatenate([west[:1], south, east, north, west[:0:-1]]).round(7)
    return MultiPolygon([Polygon(ring)])


def line(column: int) -> np.ndarray:
    rng = np.random.default_rng([7, column])
    across = -69.3 + column * STEP + rng.uniform(-2e-3, 2e-3, SIDE)
    up = np.linspace(10, 10.02, SIDE) + rng.uniform(-2e-4, 2e-4, SIDE)
    return np.column_stack([across, up])


LEVELS = {
    "privado-uno": Publication.PRIVATE,
    "general-uno": Publication.GENERAL,
    "exacto-uno": Publication.EXACT,
    "listado-uno": Publication.LISTED,
    "exacto-dos": Publication.EXACT,
    "general-dos": Publication.GENERAL,
    "privado-dos": Publication.PRIVATE,
}
SHAPES = {name: wiggly(column, column) for column, name in enumerate(LEVELS)}
SHAPES["privado-tres"] = shapely.transform(SHAPES["exacto-uno"], lambda xy: xy - 0.1012345)
KEPT_BACK = [name for name in SHAPES if not name.startswith("exacto")]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("leaks") / "leaks.db"
    levels = LEVELS | {"privado-tres": Publication.PRIVATE}
    with TestClient(desk(str(path), SHAPES, levels, page_limit=1000)) as client:
        client.app.state.live.public().findings(patience_s=300)
        yield Desk(client, {})


def paths():
    """Every address that answers without a key, of every kind."""
    pages = ["/", "/map/territories", "/map/coverage", "/draw", "/check", "/key", "/docs", "/readyz"]
    dated = [f"/map/territories?date={DAY}", f"/api/territories?limit=1000&date={DAY}"]
    lists = ["/api/territories?limit=1000", *(f"/api/territories/{name}" for name in SHAPES)]
    lists += [f"/api/territories/{name}/places" for name in SHAPES]
    return pages + dated + lists


def files():
    """Every file that everybody can take away, with the form that it is in."""
    plain = {f"/export.{form}": form for form in Form}
    asked = (f"level=council&date={DAY}", "bbox=-70,9,-68,11", "public=true")
    return plain | {f"/export.geojson?{query}": Form.GEOJSON for query in asked}


@pytest.fixture(scope="module")
def answers(opened, tmp_path_factory):
    """What everybody gets, as text."""
    told = {path: opened.client.get(path).text for path in paths()}
    for path, form in files().items():
        file = tmp_path_factory.mktemp("taken") / f"a{form.suffix}"
        file.write_bytes(opened.client.get(path).content)
        told[path] = file.read_bytes().decode("latin-1") + unpacked(file)
    return told


def unpacked(file) -> str:
    """All that a file holds, numbers written out."""
    read = intake.read(file, profile=load_profile())
    lines = read.layer.geometry.to_wkt(rounding_precision=7)
    return "".join(each.to_csv() for each in (read.told, read.beside, lines))


def corners(shape: MultiPolygon) -> set[tuple[str, str]]:
    """Longitude and latitude as they would be written."""
    return {tuple(f"{value:.7f}".rstrip("0") for value in at) for at in shapely.get_coordinates(shape)}


def digits(shape: MultiPolygon) -> set[str]:
    """Every number of its corners."""
    return set(itertools.chain.from_iterable(corners(shape)))


def numbers(text: str) -> set[str]:
    """Every number of an answer."""
    return set(re.findall(r"-?\d+\.\d+", text))


@pytest.mark.parametrize("path", ["/api/territories?limit=1000", *files()])
def test_the_search_finds_what_is_public(answers, path):
    exact = digits(SHAPES["exacto-uno"])
    found = exact & numbers(answers[path])
    assert len(found) > len(exact) / 3
    assert "Consejo listado-uno" in answers[path] or "bbox" in path


@pytest.mark.parametrize("path", files())
def test_no_file_tells_a_number_of_families_or_a_column_that_no_page_tells(answers, path):
    assert not re.search(r"\b180\b", answers[path][answers[path].rindex("name,level,parent") :])
    assert "\nid,publication,municipality,municipality_source\n" in answers[path]


@pytest.mark.parametrize("name", KEPT_BACK)
def test_no_corner_that_is_kept_back_is_in_any_answer(answers, name):
    # The exact ones beside it share no line with a private one that is public: that line is theirs to show.
    neighbours = (
        set()
        if LEVELS.get(name) is Publication.GENERAL
        else digits(SHAPES["exacto-uno"]) | digits(SHAPES["exacto-dos"])
    )
    hidden = corners(SHAPES[name])
    hidden = {corner for corner in hidden if not set(corner) & neighbours}
    assert len(hidden) > 20
    for path, text in answers.items():
        # One of the two numbers may come up by chance.
        told = numbers(text)
        assert not {corner for corner in hidden if told.issuperset(corner)}, path


@pytest.mark.parametrize("name", ["privado-uno", "privado-dos", "privado-tres"])
def test_what_is_private_is_not_even_named(answers, name):
    for path, text in answers.items():
        if name not in path:
            assert name not in text, path
    assert f"Consejo {name}" not in "".join(answers.values())


def test_what_is_listed_has_a_name_and_no_line(answers, opened):
    told = opened.client.get("/api/territories/listado-uno").json()
    assert told["properties"]["name"] == "Consejo listado-uno"
    assert told["geometry"] is None


@pytest.mark.parametrize("z", [8, 11, 13, 14, 16, 18])
def test_no_tile_of_any_zoom_shows_a_line_that_is_kept_back(opened, z):
    """What is coarse runs along the lattice in every tile where its exact line would be."""
    hidden = np.concatenate([shapely.get_coordinates(SHAPES[name]) for name in KEPT_BACK if "general" in name])
    at = to_world(hidden) * 2**z
    tiles = {tuple(each) for each in np.floor(at).astype(int)}
    seen = set()
    for x, y in sorted(tiles)[:12]:
        body = opened.client.get(f"/tiles/council/{z}/{x}/{y}.mvt").content
        for layer in mapbox_vector_tile.decode(body).values():
            for each in layer["features"]:
                seen.add(each["properties"]["id"])
                if each["properties"]["id"].startswith("general"):
                    assert are_cells(each["geometry"], z, x, y)
    assert not {each for each in seen if each.startswith(("privado", "listado"))}


def are_cells(geometry, z, x, y) -> bool:
    """Whether every edge runs along the lattice: north to south or west to east."""
    if geometry["type"] not in ("Polygon", "MultiPolygon"):
        return True
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    for ring in itertools.chain.from_iterable(parts):
        steps = np.abs(np.diff(np.asarray(ring), axis=0))
        # A tile rounds to its own grid, and from afar leaves out what nobody sees.
        if z >= 13 and (np.minimum(steps[:, 0], steps[:, 1]) > 1).any():
            return False
    return True


def test_checking_a_drawing_without_a_key_tells_nothing_of_what_is_kept_back(opened):
    for name in KEPT_BACK:
        drawn = feature(SHAPES[name])
        told = opened.client.post("/api/check", json=drawn).json()
        named = {each["id"] for found in told["findings"] for each in found["territories"]}
        assert named <= {"drawing", "exacto-uno", "exacto-dos"}
        assert name not in opened.client.post("/api/check", json=drawn).text


def test_errors_tell_no_more_than_was_asked(opened):
    for name in ("privado-uno", "nothing"):
        for path in (
            f"/api/territories/{name}",
            f"/api/territories/{name}/boundary",
            f"/api/territories/{name}/places",
        ):
            answer = opened.client.get(path)
            assert answer.status_code == 404
            assert answer.text.replace(name, "X") == opened.client.get(path.replace(name, "other")).text.replace(
                "other", "X"
            )


def test_small_counts_are_not_told(opened):
    assert not re.search(r'"territories":\s*[12]\b', opened.client.get("/readyz").text)


def test_a_private_change_leaves_every_public_answer_as_it_is(tmp_path):
    levels = LEVELS | {"privado-tres": Publication.PRIVATE}
    with TestClient(desk(str(tmp_path / "quiet.db"), SHAPES, levels)) as client:
        made = Desk(client, {})
        made.issue("ana", Role.SPOKESPERSON, territories=["privado-uno", "general-uno", "exacto-uno"])
        watched = ["/api/territories?limit=100", "/readyz", "/tiles/council/14/5037/7733.mvt"]
        before = {path: (client.get(path).content, client.get(path).headers.get("etag")) for path in watched}
        for name in ("privado-uno", "general-uno", "exacto-uno"):
            # Smaller, so that nothing new is contested: that would be the public's business.
            moved = MultiPolygon([SHAPES[name].buffer(-3e-4)])
            path = f"/api/territories/{name}/boundary"
            sent = {"json": feature(moved), "headers": {"If-Match": '"v1"'}}
            assert made.ask("ana", "PUT", path, **sent).status_code == 201
        after = {path: (client.get(path).content, client.get(path).headers.get("etag")) for path in watched}
        assert after == before


TODAY = datetime.date.today()
DAYS_AGO = 0, 5, 15, 25


def days_ago(count: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=count)


def publish(
    made: Desk, name: str, level: Publication, day: datetime.date, shape: MultiPolygon | None = None
) -> None:
    """Let an assembly publish a line, a new one if there is one."""
    with made.client.app.state.live.register.writing(OPERATOR, "test") as writing:
        line = writing.get(Boundary, name)
        if shape is not None:
            line = writing.put(replace(line, shape=shape, valid_from=day))
        writing.put(
            Act(
                id=f"a-{name}-{day}",
                territory=name,
                kind=ActKind.PUBLISH,
                date=day,
                subject=line.fingerprint,
                version=line.revision,
                terms={"publication": level},
            )
        )
        known = writing.get(Territory, name)
        writing.put(replace(known, publication=level, published=line.revision))


BESIDE = wiggly(2, 2)
"""Of one who publishes its line exactly, beside the general one."""
FIRST = wiggly(1, 1)
SECOND = shapely.transform(FIRST, lambda at: (at - (6.0123e-3, 0)).round(7))
"""Three cells away from the neighbour, whose line stays."""


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """A general one that was first published 20 days ago, and 10 days ago again with another line."""
    path = str(tmp_path_factory.mktemp("days") / "days.db")
    shapes = {"exacto": BESIDE, "general": FIRST}
    with TestClient(desk(path, shapes, {}, publication=Publication.PRIVATE, since=days_ago(30))) as client:
        made = Desk(client, {})
        publish(made, "exacto", Publication.EXACT, days_ago(30))
        publish(made, "general", Publication.GENERAL, days_ago(20))
        publish(made, "general", Publication.GENERAL, days_ago(10), shape=SECOND)
        yield made


@pytest.mark.parametrize("ago", [0, 5, 15, 25])
@pytest.mark.parametrize(
    "path", ["/api/territories", "/export.geojson", "/map/territories", "/api/territories/exacto"]
)
def test_no_day_tells_what_another_one_keeps_back(moved, ago, path):
    """Before it was published, and after it moved away, its neighbour's line would be its own of another day."""
    answer = moved.client.get(f"{path}?date={days_ago(ago)}")
    assert answer.status_code == 200
    told = numbers(answer.text)
    if not path.startswith("/map"):
        assert len({corner for corner in corners(BESIDE) if told.issuperset(corner)}) > 20
    for line in (FIRST, SECOND):
        assert not {corner for corner in corners(line) if told.issuperset(corner)}


def test_one_that_does_not_move_looks_alike_on_every_day(moved):
    dated = [f"/api/territories/exacto?date={days_ago(ago)}" for ago in DAYS_AGO]
    seen = [moved.client.get(path).json()["geometry"] for path in dated]
    assert all(each == seen[0] for each in seen)
    dated = [f"/api/territories/general?date={days_ago(ago)}" for ago in DAYS_AGO]
    there = [moved.client.get(path).status_code for path in dated]
    assert there == [200, 200, 200, 404]


def everything_around(made: Desk) -> dict[str, str]:
    """Every answer about two neighbours that does not name the moment: lists, files, maps, checks, all tiles."""
    ask = made.client.get
    told = {path: ask(path).text for path in ("/api/territories", "/export.geojson", "/api/territories/general")}
    told["errors"] = "".join(ask(f"/api/territories/{name}/boundary").text for name in ("general", "exacto"))
    for view in ("territories", "coverage"):
        page = ask(f"/map/{view}")
        assert page.status_code == 200
        # Nonces, and the names that folium invents for its elements.
        told[view] = re.sub(r"(?<=nonce=\")[\w-]+|(?<=_)[0-9a-f]{32}", "", page.text)
    for k, beside in enumerate((FIRST, BESIDE, wiggly(0, 0), FIRST.buffer(2e-3))):
        told[f"check {k}"] = made.client.post("/api/check", json=feature(beside)).text
    for z in range(15):
        corner = np.floor(to_world(np.array([FIRST.bounds[::3], BESIDE.bounds[2:0:-1]])) * 2**z).astype(int)
        (west, north), (east, south) = corner
        for x, y in itertools.product(range(west, east + 1), range(north, south + 1)):
            told[f"{z}/{x}/{y}"] = made.client.get(f"/tiles/council/{z}/{x}/{y}.mvt").content.hex()
    return told


def test_two_general_lines_that_the_lattice_does_not_tell_apart_get_the_same_answers(tmp_path):
    """Whatever is worked out from the answers is then the same for both lines: nothing finer is in them."""
    levels = {"exacto": Publication.EXACT, "general": Publication.GENERAL}
    of_general = set(map(tuple, shapely.get_coordinates(FIRST)))

    def nudged(at: np.ndarray) -> np.ndarray:
        return at + [(3e-6, -2e-6) if tuple(each) in of_general else (0, 0) for each in at]

    answers = []
    for name, change in (("one", lambda at: at), ("other", nudged)):
        shapes = {"exacto": shapely.transform(BESIDE, change), "general": shapely.transform(FIRST, change)}
        shapes = {each: shapely.transform(shape, lambda at: at.round(7)) for each, shape in shapes.items()}
        with TestClient(desk(str(tmp_path / f"{name}.db"), shapes, levels)) as client:
            client.app.state.live.public().findings(patience_s=300)
            answers.append(everything_around(Desk(client, {})))
    assert len(answers[0]) > 25
    for path, text in answers[0].items():
        assert text == answers[1][path], path


def test_a_new_line_that_flips_no_cell_is_nobodys_business(tmp_path):
    shapes = {"exacto": wiggly(5, 2), "general": FIRST}
    levels = {"exacto": Publication.EXACT, "general": Publication.GENERAL}
    with TestClient(desk(str(tmp_path / "still.db"), shapes, levels, since=days_ago(30))) as client:
        made = Desk(client, {})
        watched = ["/api/territories", "/readyz", "/export.geojson", "/api/territories/general"]
        before = [(client.get(path).content, client.get(path).headers.get("etag")) for path in watched]
        nudged = shapely.transform(FIRST, lambda at: (at + 1e-6).round(7))
        publish(made, "general", Publication.GENERAL, TODAY, shape=nudged)
        assert client.app.state.live.current().standing["general"].published == 2
        assert [(client.get(path).content, client.get(path).headers.get("etag")) for path in watched] == before


def test_a_drawing_that_replaces_what_is_kept_back_is_answered_like_one_that_replaces_nothing_known(opened):
    answers = set()
    for name in (*KEPT_BACK, "nothing"):
        sent = opened.client.post("/api/check", json=feature(SHAPES["exacto-uno"], replaces=name))
        answers.add((sent.status_code, sent.text.replace(name, "X")))
    assert len(answers) == 1
