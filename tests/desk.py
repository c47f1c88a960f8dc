"""A small register with keys, for tests of who may do what over HTTP."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace

from fastapi.testclient import TestClient
from geopandas import GeoSeries
from shapely import MultiPolygon, box

from territory.api.app import create_app
from territory.model import WGS84, Publication, Surroundings, as_layer
from territory.profiles import load_profile
from territory.records import Boundary, Role, Territory
from territory.services import keys
from territory.services.access import OPERATOR
from territory.services.importing import keep_region
from territory.services.storing import open_register
from territory.settings import Settings

STEP = 0.01
ENDS = datetime.date.today() + datetime.timedelta(days=30)
ORIGIN = "http://testserver"


def square(column: float, row: float = 0.0, size: float = 1.0) -> MultiPolygon:
    """A council of a grid whose cells are about a kilometre wide."""
    west, south = round(-69.3 + column * STEP, 7), round(10 + row * STEP, 7)
    return MultiPolygon([box(west, south, round(west + size * STEP, 7), round(south + size * STEP, 7))])


def feature(shape: MultiPolygon, **properties: object) -> dict:
    """A drawing as the API takes it."""
    return {"type": "Feature", "geometry": shape.__geo_interface__, "properties": properties}


@dataclass
class Desk:
    """A served register, and keys to it."""

    client: TestClient
    secrets: dict[str, str]

    def ask(self, who: str | None, method: str, path: str, **rest: object):
        """Ask with a key, or without."""
        headers = dict(rest.pop("headers", {}))
        if who is not None:
            headers["Authorization"] = f"Bearer {self.secrets[who]}"
        return self.client.request(method, path, headers=headers, **rest)

    def issue(self, name: str, role: Role, **scope: object) -> str:
        """Hand out a key."""
        register = self.client.app.state.live.register
        issued = keys.issue(register, OPERATOR, role=role, ends=ENDS, name=name, **scope)
        self.secrets[name] = issued.whole
        return issued.whole


def desk(
    store: str,
    shapes: dict[str, MultiPolygon],
    publications: dict[str, Publication],
    *,
    publication: Publication = Publication.EXACT,
    since: datetime.date | None = None,
    **settings: object,
):
    """A register of some councils, each published at a level of its own."""
    register = open_register(store, load_profile(), create=True)
    layer = as_layer(GeoSeries(list(shapes.values()), list(shapes), crs=WGS84), families=[180] * len(shapes))
    keep_region(register, layer, Surroundings(), publication=publication, since=since)
    with register.writing(OPERATOR, "test") as writing:
        for each, publication in publications.items():
            known = writing.get(Territory, each)
            writing.put(replace(known, publication=publication, called=f"Consejo {each}"))
    register.store.close()
    return create_app(Settings(store=store, **settings))


def newest(client: TestClient, territory: str) -> Boundary | None:
    """The newest version that is kept."""
    with client.app.state.live.register.reading() as reading:
        return reading.get(Boundary, territory)
