"""Who may do what, whole: every role, scope, level of publication and operation, against a table of its own.

The table below is written from DOMAIN.md and the decision on keys, not from the code.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from desk import Desk, desk, feature, square
from fastapi.testclient import TestClient

from territory.model import Publication
from territory.profiles import load_profile
from territory.records import Boundary, Role
from territory.services.access import OPERATOR
from territory.services.storing import open_register

LEVELS = {level.value: level for level in Publication}
SHOWN = (True, False)
FAR = 40

SEES = {Role.HELPER, Role.SPOKESPERSON, Role.ORGANIZER, Role.STEWARD}
MAY = {
    "see": SEES,
    "describe": {Role.SPOKESPERSON},
    "draw": {Role.SPOKESPERSON},
    "tell": {Role.SPOKESPERSON},
    "propose": {Role.HELPER, Role.SPOKESPERSON, Role.ORGANIZER},
    "versions": SEES,
    "findings": SEES,
    "proposals": SEES,
    "decide": {Role.SPOKESPERSON},
    "add place": {Role.SPOKESPERSON},
    "add code": {Role.SPOKESPERSON},
    "add link": {Role.SPOKESPERSON},
    "links": SEES,
    "exchange": SEES,
    "note exchange": {Role.SPOKESPERSON},
    "end exchange": {Role.SPOKESPERSON},
    "neighbours": SEES,
    "news": SEES,
    "disputes": SEES,
    "border": SEES,
    "ways": SEES,
    "preview": SEES,
    "propose a stretch": {Role.SPOKESPERSON},
    "acts": SEES,
    "what if": SEES,
    "line what if": SEES,
    "consents": SEES,
    "add consent": {Role.SPOKESPERSON},
}
ACTS = {
    "ratify": {"version": 1},
    "publish": {"version": 1, "publication": "exact"},
    "withdraw": {},
    "join": {"group": "far"},
    "leave": {"group": "far"},
    "split": {"version": 1, "line": {"type": "LineString", "coordinates": [[-69.3, 9], [-69.3, 9.1]]}},
    "merge": {"version": 1, "name": "x"},
    "dissolve": {},
}
MAY |= {f"act {kind}": {Role.SPOKESPERSON} for kind in ACTS}
OF_TWO = {"border", "ways", "preview", "propose a stretch"}
REFUSED_FOR_WHAT_IT_SAYS = {
    "proposal.unknown",
    "place.kind",
    "field.missing",
    "exchange.unknown",
    "agreement.not_shown",
    "act.no_member",
    "act.not_divided",
    "act.counts",
    "date.future",
}
SCOPES = ("own", "area", "neighbour", "elsewhere", "everywhere")
EVERYWHERE = {Role.ORGANIZER, Role.STEWARD}


def targets():
    """One territory for every level of publication, shown to its neighbours or not; each has one beside it."""
    shapes, publications = {}, {}
    for row, (level, shown) in enumerate(itertools.product(LEVELS, SHOWN)):
        name = f"{level}-{'shown' if shown else 'kept'}"
        shapes[name], publications[name] = square(0, 3 * row), LEVELS[level]
        shapes[f"beside-{name}"], publications[f"beside-{name}"] = square(1, 3 * row), Publication.PRIVATE
    shapes["far"], publications["far"] = square(FAR, 0), Publication.PRIVATE
    return shapes, publications


SHAPES, PUBLICATIONS = targets()
NAMES = [name for name in SHAPES if "beside" not in name and name != "far"]


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    path = tmp_path_factory.mktemp("matrix") / "matrix.db"
    app = desk(str(path), SHAPES, PUBLICATIONS, writes_per_minute=1_000_000)
    hide(app, [name for name in NAMES if name.endswith("kept")])
    with TestClient(app) as client:
        made = Desk(client, {})
        for role in Role:
            for name in NAMES:
                for scope in SCOPES:
                    issue(made, role, scope, name)
        yield made


def hide(app, names):
    register = open_register(app.state.settings.store, load_profile())
    with register.writing(OPERATOR, "test") as writing:
        for name in names:
            writing.put(replace(writing.get(Boundary, name), shown=False))
    register.store.close()


def key_name(role, scope, name):
    return f"{role.value[:5]}-{scope[:5]}-{NAMES.index(name)}"


def issue(made, role, scope, name):
    if scope == "everywhere":
        if role in EVERYWHERE and (key := key_name(role, scope, name)) not in made.secrets:
            made.issue(key, role)
        return
    scopes = {
        "own": {"territories": [name]},
        "area": {"area": SHAPES[name].buffer(0.001, join_style="mitre")},
        "neighbour": {"territories": [f"beside-{name}"]},
        "elsewhere": {"territories": ["far"]},
    }
    made.issue(key_name(role, scope, name), role, **scopes[scope])


def expected(role, scope, name, operation):
    """What should come of it: done, public, refused or nothing known."""
    level, shown = name.split("-")
    if operation in OF_TWO:
        return expected_of_two(role, scope, name, operation)
    covers = role is not None and (scope in ("own", "area") or (scope == "everywhere" and role in EVERYWHERE))
    if covers:
        return "done" if role in MAY[operation] else "refused"
    is_public = level != "private"
    is_near = scope == "neighbour" and role in (Role.HELPER, Role.SPOKESPERSON) and shown == "shown"
    if operation == "see":
        return "public" if is_public else "unknown"
    if operation == "line":
        return "done" if is_near else "unknown"
    if is_public or is_near:
        return "needs key" if role is None else "refused"
    return "unknown"


def expected_of_two(role, scope, name, operation):
    """The same of a line between two, asked about together with the one beside, which shows its line.

    Whoever sees one of them whole needs to see the other's line as well: only those who work for a few territories
    see what lies around them.
    """
    level, shown = name.split("-")
    if role is None:
        return "needs key" if level != "private" else "unknown"
    works_for_one = role in (Role.HELPER, Role.SPOKESPERSON)
    if scope == "elsewhere":
        return "refused" if level != "private" else "unknown"
    if scope in ("own", "area") and not works_for_one:
        return "unknown"
    if scope == "neighbour" and not (works_for_one and shown == "shown"):
        return "unknown"
    # What is proposed is proposed in the name of the first, so that whoever is for the other one may not.
    is_done = role in MAY[operation] and (scope != "neighbour" or operation != "propose a stretch")
    return "done" if is_done else "refused"


def ask(opened, who, operation, name):
    """One request for every operation; a change that is allowed is stale, so that nothing ever moves."""
    path = f"/api/territories/{name}"
    drawn, stale = feature(square(0.05, 0.05, 0.9)), {"If-Match": '"v999"'}
    requests = {
        "see": ("GET", path, {}),
        "line": ("GET", f"{path}/boundary", {}),
        "describe": ("PATCH", path, {"json": {"name": "Otro"}, "headers": stale}),
        "draw": ("PUT", f"{path}/boundary", {"json": drawn, "headers": stale}),
        "tell": ("PUT", f"{path}/words", {"json": {"north": "la quebrada"}, "headers": stale}),
        "propose": ("POST", f"{path}/proposals", {"json": drawn, "headers": stale}),
        "versions": ("GET", f"{path}/versions", {}),
        "findings": ("GET", f"{path}/findings", {}),
        "proposals": ("GET", f"{path}/proposals", {}),
        "decide": ("POST", f"{path}/proposals/p-none", {"json": {"takes": True}, "headers": stale}),
    }
    requests |= {
        # Refused for what they say, after it was asked who says it: so nothing is kept here either.
        "add place": ("POST", f"{path}/places", {"json": {"kind": "x", "name": "x", "lon": -69, "lat": 10}}),
        "add code": ("POST", f"{path}/codes", {"json": {}}),
        "add link": ("POST", f"{path}/links", {"json": {}}),
        "links": ("GET", f"{path}/links", {}),
        "exchange": ("GET", f"{path}/exchange", {}),
        "note exchange": ("POST", f"{path}/exchange", {"json": {}}),
        "end exchange": ("DELETE", f"{path}/exchange/e-none", {"headers": stale}),
        "acts": ("GET", f"{path}/acts", {}),
        "what if": what_if(kind="leave", members=[name], group=name),
        "line what if": what_if(kind="split", territory=name, line=ACTS["split"]["line"]),
        "consents": ("GET", f"{path}/consents", {}),
        "add consent": ("POST", f"{path}/consents", {"json": {"land": "x", "given": True, "date": "2999-01-01"}}),
    }
    # More came than could: whatever was decided, nothing is kept.
    meeting = {"date": "2026-01-01", "eligible": 1, "attended": 2}
    requests |= {
        f"act {kind}": ("POST", f"{path}/acts", {"json": {"kind": kind, **meeting, **said}})
        for kind, said in ACTS.items()
    }
    border = f"/api/borders/{name}/beside-{name}"
    requests |= {
        "neighbours": ("GET", f"{path}/neighbours", {}),
        "news": ("GET", f"{path}/news", {}),
        "disputes": ("GET", "/api/disputes", {"params": {"territory": name}}),
        "border": ("GET", border, {}),
        # About a piece that is there no longer.
        "ways": ("GET", f"{border}/ways", {"params": {"piece": "none"}}),
        "preview": ("POST", f"{border}/ways", {"json": {"piece": "none", "way": "middle"}}),
        "propose a stretch": ("POST", f"{border}/proposals", {"json": {"piece": "none", "from": name}}),
    }
    method, where, rest = requests[operation]
    return opened.ask(who, method, where, **rest)


def what_if(**change):
    return "POST", "/api/what-if", {"json": {"changes": [change]}}


def outcome(answer):
    """An answer in the words of the table."""
    told = answer.json()
    code = told.get("code") if isinstance(told, dict) else None
    if code in REFUSED_FOR_WHAT_IT_SAYS or answer.status_code == 412:
        return "done"
    if answer.status_code in (200, 201):
        return "done" if "private" in answer.headers["cache-control"] else "public"
    return {401: "needs key", 403: "refused", 404: "unknown"}.get(answer.status_code, answer.text)


MAY["line"] = SEES
KEYS = [None, *itertools.product(Role, SCOPES)]


@pytest.mark.parametrize("operation", sorted(MAY))
@pytest.mark.parametrize("name", NAMES)
def test_who_may_not_cannot_and_who_may_can(opened, name, operation):
    told = {}
    wanted = {}
    for key in KEYS:
        role, scope = key or (None, "")
        who = None if key is None else key_name(role, scope, name if scope != "everywhere" else NAMES[0])
        if scope == "everywhere":
            who = next((each for each in opened.secrets if each.startswith(f"{role.value[:5]}-every")), "")
        if who == "":
            continue
        told[key] = outcome(ask(opened, who, operation, name))
        wanted[key] = expected(role, scope, name, operation)
    assert told == wanted


@pytest.mark.parametrize("operation", sorted(MAY))
def test_what_one_may_not_know_of_looks_like_what_does_not_exist(opened, operation):
    for role, scope in itertools.product(Role, ("neighbour", "elsewhere")):
        who = key_name(role, scope, "private-kept")
        for key in (who, None):
            there = ask(opened, key, operation, "private-kept")
            not_there = ask(opened, key, operation, "nothing-here")
            assert there.status_code == not_there.status_code == 404
            assert there.text.replace("private-kept", "X") == not_there.text.replace("nothing-here", "X")
            assert set(there.headers) == set(not_there.headers)


NOWHERE = {"params": {"jurisdiction": "none"}}
# Each is refused for what it says, once it was asked who says it: none takes long, and nothing is kept.
OF_ORGANIZERS = {
    "gaps": ("GET", "/api/gaps", NOWHERE, "organize.jurisdiction"),
    "access": ("GET", "/api/access", NOWHERE, "organize.jurisdiction"),
    "network": ("GET", "/api/network", NOWHERE, "organize.jurisdiction"),
    "names": ("GET", "/api/names", {"params": {"q": "no such name"}}, None),
    "proposals": ("POST", "/api/proposals", {"json": {"councils": ["none"]}}, "organize.council"),
    "measured": ("POST", "/api/proposals/measured", {"json": {"councils": ["none"]}}, "organize.council"),
    "corridors": ("POST", "/api/corridors", {"json": {"members": []}}, "corridor.members"),
    "job": ("POST", "/api/jobs", {"json": {"kind": "none"}}, "field.one_of"),
    "plan": ("POST", "/api/plans", {"json": {"kind": "communes", "name": "x", "groups": {}}}, "plan.size"),
}


@pytest.mark.parametrize("operation", OF_ORGANIZERS)
def test_only_organizers_ask_what_organizers_ask_whatever_their_scope(opened, operation):
    method, where, rest, code = OF_ORGANIZERS[operation]
    told, wanted = {}, {}
    for key in KEYS:
        role, scope = key or (None, "")
        who = None if key is None else key_name(role, scope, NAMES[0])
        if who is not None and who not in opened.secrets:
            continue
        answer = opened.ask(who, method, where, **rest)
        told[key] = (answer.status_code, answer.json().get("code") if answer.status_code != 200 else None)
        refused = (401, "key.needed") if role is None else (403, "key.not_allowed")
        wanted[key] = (answer.status_code, code) if role is Role.ORGANIZER else refused
        assert answer.status_code in (200, 401, 403, 404, 422)
    assert told == wanted


@pytest.mark.parametrize("rest", ["", "/ground", "/territory"])
def test_a_plan_of_somebody_else_looks_like_none(opened, rest):
    """Kept by an organizer for everywhere, and shown to nobody."""
    organizer = key_name(Role.ORGANIZER, "everywhere", NAMES[0])
    plan = {"kind": "communes", "name": "x", "groups": {"A": [NAMES[0]]}, "settings": {}}
    made = opened.ask(organizer, "POST", "/api/plans", json=plan).json()["id"]
    method = "POST" if rest == "/territory" else "GET"
    for key in KEYS:
        who = None if key is None else key_name(*key, NAMES[0])
        if who == organizer or (who is not None and who not in opened.secrets):
            continue
        there, not_there = (
            opened.ask(who, method, f"/api/plans/{each}{rest}", headers={"If-Match": '"v1"'})
            for each in (made, "none")
        )
        assert there.status_code == not_there.status_code
        assert there.status_code in (401, 403, 404)
        assert there.text.replace(made, "X") == not_there.text.replace("none", "X")


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("role", [None, *Role])
def test_products_are_for_whoever_sees_something_whole(opened, role, scope):
    who = None if role is None else key_name(role, scope, NAMES[0])
    if who is None or who in opened.secrets:
        assert opened.ask(who, "GET", "/api/products").status_code == (401 if who is None else 200)
