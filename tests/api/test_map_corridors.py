"""The public map of corridors: published ones alone, with nothing that only a key brings."""

from __future__ import annotations

import base64
import datetime
import re
from dataclasses import replace

import pytest
from desk import Desk, desk, square
from fastapi.testclient import TestClient

from territory.model import Publication
from territory.records import Boundary, Membership, Role, Territory
from territory.services.access import OPERATOR


@pytest.fixture
def served(tmp_path):
    """Three communes in a published corridor, one of them private; and a private corridor."""
    shapes = {"west": square(0), "east": square(2), "far": square(6), "other": square(9), "kept-back": square(4)}
    app = desk(f"{tmp_path}/map.db", shapes, {"kept-back": Publication.PRIVATE})
    with TestClient(app) as client:
        made = Desk(client, {})
        register = client.app.state.live.register
        with register.writing(OPERATOR, "test") as writing:
            for each in shapes:
                known = writing.get(Territory, each)
                writing.put(replace(known, level="commune", called=f"Comuna {each}"))
            shown = Territory(id="axis", level="corridor", called="<b>Eje</b>", publication=Publication.LISTED)
            writing.put(replace(shown, published=1))
            words = Boundary(id="axis", shape=None, words={"north": "la fila"}, valid_from=datetime.date.today())
            writing.put(words)
            writing.put(Territory(id="secret", level="corridor", called="El Oculto"))
            members = [(each, "axis") for each in ("west", "east", "far", "kept-back")] + [("other", "secret")]
            writing.put_all(Membership(id=f"{one}-{group}", member=one, group=group) for one, group in members)
        made.issue("all", Role.ORGANIZER)
        yield made


@pytest.mark.parametrize("who", [None, "all"])
def test_published_corridors_are_told_with_members_width_and_breaks(served, who):
    answer = served.ask(who, "GET", "/map/corridors?lang=es")
    assert answer.status_code == 200
    page = answer.text
    assert "&lt;b&gt;Eje&lt;/b&gt;" in page
    assert "<b>Eje</b>" not in page
    assert "Miembros publicados: 3. Son Comuna east, Comuna far y Comuna west." in page
    assert "Corte de 1,1" in page
    assert "entre Comuna east y Comuna west" in page or "entre Comuna west y Comuna east" in page
    blocks = [base64.b64decode(each) for each in re.findall(r">([A-Za-z0-9+/=]{40,})</script>", page)]
    assert any(b"west" in block for block in blocks)
    for private in ("kept-back", "secret", "Oculto", "Comuna other"):
        assert private not in page
        assert not any(private.encode() in block for block in blocks)


def test_it_says_so_where_no_corridor_is_published(tmp_path):
    app = desk(f"{tmp_path}/none.db", {"c0": square(0)}, {})
    with TestClient(app) as client:
        page = client.get("/map/corridors?lang=es").text
        assert "Todavía no hay corredores publicados" in page
        assert client.get("/map/corridors?lang=en&embed=1&bbox=-70,9,-69,11").status_code == 200
        assert client.get("/map/rivers").status_code == 422
