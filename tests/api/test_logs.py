"""What the server writes down of its work, and that nothing of those it works for is in it."""

import io
import json
import logging
import logging.config
import re
import threading
import warnings

import pytest
from desk import ENDS, ORIGIN, Desk, desk, feature, square
from fastapi.testclient import TestClient
from shapely import MultiPolygon, box

from territory import logs
from territory.model import Publication
from territory.records import Role
from territory.store.base import StoreFull

CANARY = "hushhush"
TERRITORY = f"c-{CANARY}"
DRAWN = MultiPolygon([box(-69.2987651, 10.0012349, -69.2912343, 10.0087657)])
PLACE = [-69.2943217, 10.0054321]
ADDRESS = "203.0.113.77"
FOREIGN = {
    "x-forwarded-for": ADDRESS,
    "user-agent": CANARY,
    "referer": f"https://{CANARY}.example/",
    "x-request-id": CANARY,
}
FORMS = sorted(logs.FORMS)


@pytest.fixture(params=FORMS)
def form(request):
    return request.param


@pytest.fixture
def written(form):
    """What goes into the log while a test runs, as the process of a server would write it."""
    told = io.StringIO()
    before = logging.root.level, logging.root.handlers[:], threading.excepthook
    ours = {name: logging.getLogger(name) for name in logs.config(form)["loggers"]}
    levels = {name: logger.level for name, logger in ours.items()}
    logging.config.dictConfig(logs.config(form))
    [handler] = logging.root.handlers
    handler.setStream(told)
    yield told
    logging.captureWarnings(False)
    for name, logger in ours.items():
        logger.setLevel(levels[name])
    logging.root.level, logging.root.handlers[:], threading.excepthook = before


@pytest.fixture
def opened(tmp_path, written):
    app = desk(str(tmp_path / f"{CANARY}.db"), {TERRITORY: square(0), "b": square(1)}, {"b": Publication.PRIVATE})
    with TestClient(app, raise_server_exceptions=False, client=(ADDRESS, 4711)) as client:
        made = Desk(client, {})
        for role in Role:
            made.issue(f"{role.value}-{CANARY}", role, territories=[TERRITORY])
        yield made


def lines(written, form):
    """The lines of the log, whatever form they have, as fields."""
    if form == "json":
        return [json.loads(line) for line in written.getvalue().splitlines()]
    kept = []
    for line in written.getvalue().splitlines():
        if line.startswith(" "):
            kept[-1].setdefault("trace", []).append(line)
            continue
        at, level, event, *_ = line.split(" ")
        fields = {name: value.strip('"') for name, value in re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)', line)}
        kept.append({"at": at, "level": level, "event": event, **fields})
    return kept


def requests_of(written, form):
    return [line for line in lines(written, form) if line["event"] == "request"]


def whole_desk(opened):
    """Ask everything there is, of everybody's right and of nobody's, with something secret in every part of it."""
    client, who = opened.client, f"spokesperson-{CANARY}"
    client.post("/api/key", json={"key": opened.secrets[who]}, headers={"Origin": ORIGIN, **FOREIGN})
    client.get(f"/api/territories/{TERRITORY}?{CANARY}=1", headers=FOREIGN)
    client.delete("/api/key", headers={"Origin": ORIGIN})
    client.post("/api/key", json={"key": f"{CANARY}.{CANARY}"}, headers={"Origin": ORIGIN})
    client.cookies.clear()
    client.post("/api/check", json=feature(DRAWN, name=CANARY))
    client.post("/api/check/file", files={"file": (f"{CANARY}.geojson", CANARY.encode())})
    changed = opened.ask(
        who, "PUT", f"/api/territories/{TERRITORY}/boundary", json=feature(DRAWN), headers={"If-Match": '"v1"'}
    )
    assert changed.status_code == 201
    noted = {"kind": "seat", "name": CANARY, "lon": PLACE[0], "lat": PLACE[1]}
    assert opened.ask(who, "POST", f"/api/territories/{TERRITORY}/places", json=noted).status_code == 201
    asked = {"role": "helper", "ends": ENDS.isoformat(), "name": f"{CANARY}-new", "territories": [TERRITORY]}
    issued = opened.ask(f"steward-{CANARY}", "POST", "/api/keys", json=asked)
    opened.secrets["new"] = issued.json()["key"]
    for path, methods in client.app.openapi()["paths"].items():
        at = re.sub(r"\{[^}]+\}", TERRITORY, path)
        for method in methods:
            for whose in (None, *opened.secrets):
                opened.ask(whose, method.upper(), f"{at}?q={CANARY}", json={CANARY: CANARY}, headers=FOREIGN)
    for path in (f"/{CANARY}", f"/static/{CANARY}", f"/static/css/{CANARY}", f"/t/{opened.secrets[who]}"):
        client.get(path, headers=FOREIGN)
    client.request(CANARY.upper(), "/api/check")


def kept_back(opened):
    """Everything that must be in no log."""
    corners = {f"{value:.5f}" for ring in DRAWN.geoms[0].exterior.coords for value in ring}
    secrets = {part for whole in opened.secrets.values() for part in (whole, whole.partition(".")[2])}
    return {CANARY, "Consejo", ADDRESS, "testserver", *corners, *(f"{value:.5f}" for value in PLACE), *secrets}


def test_nothing_that_anybody_sent_or_is_called_is_in_the_log(opened, written, form):
    whole_desk(opened)
    log = written.getvalue()
    assert len(requests_of(written, form)) > 100
    for secret in kept_back(opened):
        assert secret not in log


def test_a_line_tells_the_route_the_status_the_time_the_bytes_and_the_id(opened, written, form):
    answer = opened.client.get(f"/api/territories/{TERRITORY}?lang=en")
    [line] = requests_of(written, form)
    assert list(line) == ["at", "level", "event", "method", "route", "status", "ms", "bytes", "request"]
    assert (line["method"], line["route"], str(line["status"])) == (
        "GET",
        "/api/territories/{territory_id}",
        "200",
    )
    assert float(line["ms"]) > 0
    assert int(line["bytes"]) == len(answer.content)
    assert line["request"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/static/css/site.css", "/static/css/*"),
        ("/static/css/none.css", "/static/css/*"),
        ("/nowhere", "*"),
        ("/", "/"),
    ],
)
def test_what_has_no_template_is_told_by_where_it_hangs(opened, written, form, path, route):
    opened.client.get(path)
    assert [line["route"] for line in requests_of(written, form)] == [route]


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/territories", "/nothing", "/api/territories/none", "/static/css/site.css"]
)
def test_every_answer_has_an_id_of_its_own(opened, path):
    ids = {opened.client.get(path, headers={"x-request-id": "0" * 16}).headers["x-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(re.fullmatch(r"[0-9a-f]{16}", each) for each in ids)


def broken(*_args, **_kwargs):
    try:
        raise KeyError(CANARY)
    except KeyError as error:
        raise RuntimeError(f"{CANARY} at {PLACE}") from error


def test_a_bug_is_told_by_kind_and_place_under_the_id_of_its_answer(opened, written, form, monkeypatch):
    monkeypatch.setattr("territory.services.publishing.territories", broken)
    answer = opened.client.get(f"/api/territories?bbox=-69,10,-68,11&lang=en&q={CANARY}")
    [bug] = [line for line in lines(written, form) if line["event"] == "bug"]
    assert (bug["level"], bug["error"], bug["request"]) == (
        "error",
        "RuntimeError",
        answer.headers["x-request-id"],
    )
    trace = "\n".join(bug["trace"])
    assert "KeyError" in trace
    assert re.search(r"api/test_logs\.py:\d+ broken", trace)
    assert CANARY not in written.getvalue()


def test_what_the_store_cannot_do_is_told_by_kind_and_not_by_its_words(opened, written, form, monkeypatch):
    def full(*_args, **_kwargs):
        raise StoreFull(f"no space for {CANARY}")

    monkeypatch.setattr(type(opened.client.app.state.live.register.store), "writing", full)
    noted = {"kind": "seat", "name": CANARY, "lon": PLACE[0], "lat": PLACE[1]}
    answer = opened.ask(f"spokesperson-{CANARY}", "POST", f"/api/territories/{TERRITORY}/places", json=noted)
    assert answer.status_code == 507
    [line] = [line for line in lines(written, form) if line["event"] == "store"]
    assert (line["error"], line["request"]) == ("StoreFull", answer.headers["x-request-id"])
    assert CANARY not in written.getvalue()


def test_starting_stopping_and_work_beside_the_answers_are_told(tmp_path, written, form):
    app = desk(str(tmp_path / "few.db"), {TERRITORY: square(0)}, {})
    with TestClient(app) as client:
        assert client.app.state.live.public().findings(patience_s=300) is not None
    told = lines(written, form)
    assert [line["event"] for line in told if line["event"] in ("start", "stop")] == ["start", "stop"]
    assert "findings" in [line.get("job") for line in told]


def test_what_other_packages_write_is_cut_down_to_who_wrote_it_and_where(written, form):
    logging.getLogger("pyogrio").warning("row %s of the file", CANARY)
    logging.getLogger("pyogrio").info("nothing to see")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning(CANARY, UserWarning, "somewhere.py", 7)
    told = lines(written, form)
    assert [(line["event"], line["logger"]) for line in told] == [("other", "pyogrio"), ("other", "py.warnings")]
    assert CANARY not in written.getvalue()


def test_a_thread_that_fails_is_told_by_kind_and_place(written, form):
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()
    [line] = lines(written, form)
    assert (line["event"], line["error"]) == ("thread", "RuntimeError")
    assert CANARY not in written.getvalue()


def test_a_trace_that_the_server_writes_as_text_is_cut_off(written, form):
    logging.getLogger("uvicorn.error").error("Traceback:\n  %s", CANARY)
    logging.getLogger("uvicorn.error").info("Started server process [7]")
    first, second = lines(written, form)
    assert first["message"] == "Traceback:"
    assert second["message"] == "Started server process [7]"
