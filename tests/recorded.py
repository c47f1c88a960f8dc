"""Records of every kind with any values that a store keeps."""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from typing import Any

import shapely
from hypothesis import strategies as st
from shapely import GeometryCollection, LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from territory.model import Publication
from territory.records import (
    ABOUT,
    About,
    Act,
    ActForm,
    ActKind,
    Boundary,
    Code,
    Consent,
    Dispute,
    DisputeState,
    Exchange,
    Key,
    Link,
    Membership,
    Method,
    Place,
    Plan,
    PlanKind,
    Proposal,
    ProposalState,
    Receipt,
    Recognition,
    Record,
    Reference,
    ReferenceLayer,
    Role,
    SharedPlace,
    Side,
    Stretch,
    StretchState,
    Territory,
)

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40)
INTS = st.integers(-(2**31), 2**31 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | INTS | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)

_PLACES = st.tuples(FLOATS, FLOATS)
_EMPTY = ("POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION")


def _several(make: type, parts: st.SearchStrategy[Any]) -> st.SearchStrategy[BaseGeometry]:
    return st.lists(parts, min_size=1, max_size=3).map(make)


_POINTS = _PLACES.map(Point)
_LINES = st.lists(_PLACES, min_size=2, max_size=5).map(LineString)
_RINGS = st.lists(_PLACES, min_size=3, max_size=5)
_POLYGONS = st.builds(Polygon, _RINGS, st.lists(_RINGS, max_size=2))
_MULTI_POLYGONS = _several(MultiPolygon, _POLYGONS) | st.just(MultiPolygon())
_SIMPLE = (
    _POINTS
    | _LINES
    | _POLYGONS
    | _several(MultiPoint, _POINTS)
    | _several(MultiLineString, _LINES)
    | _MULTI_POLYGONS
    | st.sampled_from(_EMPTY).map(lambda name: shapely.from_wkt(f"{name} EMPTY"))
)
SHAPES = _SIMPLE | _several(GeometryCollection, _SIMPLE)
"""Every type of geometry, empty ones and nested ones, with any finite coordinates."""


def records(kind: type[Record], *, id_: st.SearchStrategy[str], refers: str) -> st.SearchStrategy[Record]:
    """Records of one kind that are kept nowhere yet.

    Parameters
    ----------
    kind
        Of the records.
    id_
        Their ids.
    refers
        Id of the record that they refer to wherever they refer to one.
    """
    hints = typing.get_type_hints(kind)
    given = {
        each.name: st.just(refers) if each.metadata.get("refers") else _values(hints[each.name])
        for each in fields(kind)
        if each.name not in ("id", "revision", "seq")
    }
    return st.builds(kind, id=id_, **given)


def _values(hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, types.UnionType):
        return st.one_of(
            *(st.none() if each is types.NoneType else _values(each) for each in typing.get_args(hint))
        )
    if typing.get_origin(hint) is tuple:
        return st.lists(TEXTS, max_size=3).map(tuple)
    if typing.get_origin(hint) is Mapping:
        return st.dictionaries(TEXTS, TEXTS if typing.get_args(hint)[1] is str else JSON, max_size=3)
    if issubclass(hint, StrEnum):
        return st.sampled_from(hint)
    return _OF[hint]


_OF: Mapping[type, st.SearchStrategy[Any]] = {
    str: TEXTS,
    int: INTS,
    float: FLOATS,
    bool: st.booleans(),
    datetime.date: st.dates(),
    MultiPolygon: _MULTI_POLYGONS,
    Point: _POINTS | st.just(Point()),
    BaseGeometry: SHAPES,
}


def one_of_each() -> list[Record]:
    """A small register with a record of every kind, each field of theirs given."""
    day = datetime.date(2026, 2, 28)
    square = MultiPolygon([shapely.box(-69.3, 10.0, -69.29, 10.01)])
    strip = Polygon([(0, 0), (0.1, 0), (0, 0.2)])
    line = LineString([(0, 0), (0.1, 0.3)])
    return [
        About(id=ABOUT, fictitious=True, profile="venezuela"),
        Territory(
            id="a",
            level="council",
            called="La Ñema",
            kind="rural",
            families=150,
            recognition=Recognition.REGISTERED,
            activity="alta",
            publication=Publication.GENERAL,
            published=1,
            since=day,
            until=datetime.date(9999, 12, 31),
            joins=False,
            descends=("x", "y"),
        ),
        Territory(id="b", level="commune", called="Buría"),
        Boundary(
            id="a",
            shape=square,
            words={"north": "el río", "south": "la vía"},
            method=Method.WALKED,
            accuracy_m=2.5,
            datum="EPSG:24719",
            reasons="por la quebrada",
            valid_from=day,
            shown=True,
        ),
        Code(id="code", territory="a", system="registro", code="01-02"),
        Membership(id="in", member="a", group="b", since=day, until=day, joined_by="act", left_by="act"),
        Place(id="place", territory="a", kind="seat", called="Casa", at=Point(-69.295, 10.005), visible=True),
        Link(id="link", left="a", right="b", kind="bridge", evidence="foto", since=day, until=day),
        SharedPlace(id="shared", called="Plaza", territories=("a", "b"), shape=square, since=day, until=day),
        Act(
            id="act",
            territory="a",
            kind=ActKind.PUBLISH,
            form=ActForm.REFERENDUM,
            date=day,
            eligible=300,
            attended=100,
            in_favour=90,
            against=10,
            subject="hash",
            version=1,
            terms={"level": "general", "share": 0.1, "ids": ["a", None]},
        ),
        Stretch(
            id="stretch",
            left="a",
            right="b",
            line=line,
            strip=strip,
            way="middle",
            state=StretchState.AGREED,
            proposed_by="a",
            reasons="la cerca",
            answer_by=day,
            left_version=1,
            right_version=0,
            dispute="dispute",
        ),
        Dispute(
            id="dispute",
            left="a",
            right="b",
            strip=strip,
            area_m2=0.1 + 0.2,
            state=DisputeState.SHARED,
            left_version=1,
            right_version=0,
            opened=day,
        ),
        Consent(id="consent", territory="a", land="reference", given=True, date=day),
        Exchange(
            id="exchange", territory="a", side=Side.OFFERS, product="café", amount=0.1, unit="quintal", until=day
        ),
        Plan(
            id="plan",
            kind=PlanKind.CORRIDOR,
            called="Eje del río",
            settings={"members": ["a", "b"], "width_m": 200.0},
            groups={"core": ["a"], "cost": 0.1},
            shared=True,
            made_by="k-flor",
            until=day,
        ),
        Key(
            id="k-flor",
            role=Role.SPOKESPERSON,
            territories=("a",),
            area=square,
            ends=day,
            secret_hash="ab12",
            revoked=True,
        ),
        Proposal(
            id="proposal",
            territory="a",
            shape=square,
            replaces=1,
            method=Method.SKETCHED,
            accuracy_m=20.0,
            reasons="de memoria",
            proposed_by="k-flor",
            state=ProposalState.REFUSED,
        ),
        ReferenceLayer(
            id="layer",
            kind="protected",
            called="ABRAE",
            source="x",
            date=day,
            licence="CC0",
            disputed="todo",
            until=day,
        ),
        Reference(
            id="reference",
            layer="layer",
            called="Parque",
            level="nacional",
            value=-1.5e-300,
            shape=GeometryCollection([line, strip, Point()]),
        ),
        Receipt(id="receipt", request="hash", status=201, answer={"id": "a"}),
    ]
