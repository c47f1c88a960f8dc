"""Registers of a few councils beside each other, on every database, for tests of what neighbours settle."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from geopandas import GeoSeries
from places import layer
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry
from stores import url_on

from territory.geo.repair import canonical
from territory.model import WGS84, Surroundings
from territory.profiles import load_profile
from territory.records import Boundary, Dispute
from territory.services.access import OPERATOR
from territory.services.boundaries import Making, keep
from territory.services.importing import keep_region
from territory.services.register import Register
from territory.store import open_store

PROFILE = load_profile()
Make = Callable[..., Register]


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory) -> Path:
    """A store that nobody writes to: to copy it is faster than to make its tables again."""
    file = tmp_path_factory.mktemp("empty") / "register.db"
    open_store(f"sqlite:///{file}", create=True).close()
    return file


@pytest.fixture
def filled(empty_store, tmp_path_factory) -> Iterator[Make]:
    """Makes registers in files, as many as a property needs."""
    opened = []

    def make(shapes: Mapping[str, BaseGeometry], **options: object) -> Register:
        file = tmp_path_factory.mktemp("filled") / "register.db"
        shutil.copyfile(empty_store, file)
        opened.append(open_store(f"sqlite:///{file}"))
        return _filled(Register(opened[-1], PROFILE), shapes, **options)

    yield make
    for each in opened:
        each.close()


@pytest.fixture
def made(request, empty_store, tmp_path) -> Iterator[Make]:
    """Makes the one register of a test, on the database that the test is parametrized with."""
    opened = []

    def make(shapes: Mapping[str, BaseGeometry], **options: object) -> Register:
        url = url_on(request.param, request, tmp_path)
        if request.param == "sqlite":
            shutil.copyfile(empty_store, tmp_path / "register.db")
        opened.append(open_store(url, create=True))
        return _filled(Register(opened[-1], PROFILE), shapes, **options)

    yield make
    for each in opened:
        each.close()


def _filled(
    register: Register,
    shapes: Mapping[str, BaseGeometry],
    *,
    level: object = "council",
    surroundings: Surroundings | None = None,
    **options: object,
) -> Register:
    keep_region(register, layer(dict(shapes), level=level), surroundings or Surroundings(), **options)
    return register


def shape_of(polygon: BaseGeometry) -> MultiPolygon:
    """A boundary as it is kept."""
    return canonical(GeoSeries([polygon], crs=WGS84)).iloc[0]


def draw(register: Register, territory: str, polygon: BaseGeometry, *, shown: bool = True) -> None:
    """Keep a new line, whoever draws it."""
    with register.writing(OPERATOR, "test") as writing:
        before = writing.get(Boundary, territory)
        based_on = 0 if before is None else before.revision
        keep(writing, register, territory, shape_of(polygon), Making(shown=shown), based_on=based_on)


def disputes(register: Register) -> dict[tuple[str, str], Dispute]:
    """The disputes there are, by pair."""
    with register.reading() as reading:
        return {(each.left, each.right): each for each in reading.find(Dispute)}


def the_dispute(register: Register) -> Dispute:
    """The only one."""
    [found] = disputes(register).values()
    return found
