"""Whatever a record may hold comes back as it was; whatever one database could not keep, every store refuses."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import fields

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recorded import SHAPES, records
from shapely import LinearRing, MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry
from stores import DAY, boundary, council

from territory.records import (
    KINDS,
    Act,
    ActKind,
    Boundary,
    Dispute,
    Key,
    Place,
    Receipt,
    Record,
    Reference,
    ReferenceLayer,
    Role,
    Territory,
)
from territory.store.base import Unstorable

ANYWHERE = "a-territory"
# Every example puts records of new ids into the one store of its test.
MANY_IN_ONE = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
NEW_IDS = st.builds(
    lambda text: f"{text}-{uuid.uuid4()}",
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
)


def plain(record: Record) -> dict[str, object]:
    """A record's fields, geometries to the last bit."""
    values = {each.name: getattr(record, each.name) for each in fields(record)}
    return {
        name: shapely.to_wkb(value, byte_order=1) if isinstance(value, BaseGeometry) else value
        for name, value in values.items()
    }


def act(**fields: object) -> Act:
    return Act(id="x", territory=ANYWHERE, kind=ActKind.PUBLISH, date=DAY, subject="", **fields)


def put(store, *some: Record) -> None:
    with store.writing(by="k-test", action="test") as change:
        change.put_all(some)


@pytest.fixture
def store(store):
    put(store, council(ANYWHERE))
    yield store
    assert list(store.faults()) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name())
@MANY_IN_ONE
@given(data=st.data())
def test_a_record_of_any_kind_comes_back_as_it_was(store, kind, data):
    record = data.draw(records(kind, id_=NEW_IDS, refers=ANYWHERE))
    with store.writing(by="k-test", action="test") as change:
        if kind is Boundary:
            change.put(council(record.id))
        kept = change.put(record)
    assert plain(kept) == plain(record) | {"revision": 1, "seq": store.sequence()}
    with store.reading() as reading:
        for found in (
            reading.get(kind, record.id),
            reading.get(kind, record.id, 1),
            *reading.find(kind, id=record.id),
            *reading.find(kind, id=[record.id]),
            *reading.history(kind, record.id),
            *reading.written(kind, store.sequence() - 1),
        ):
            assert plain(found) == plain(kept)
            assert found.__class__ is kind
        names = [each.name for each in fields(kind)]
        [row] = reading.rows(kind, names, ids=[record.id])
        assert dict(zip(names, row, strict=True)) == plain(kept)


@MANY_IN_ONE
@given(shape=SHAPES, id_=NEW_IDS)
def test_a_geometry_of_any_type_comes_back_to_the_last_bit(store, shape, id_):
    layer = ReferenceLayer(id=f"{id_}-layer", kind="rivers", called="", source="")
    put(store, layer, Reference(id=id_, layer=layer.id, called="", shape=shape))
    with store.reading() as reading:
        found = reading.get(Reference, id_).shape
        table = reading.table(Reference, ids=[id_])
    assert shapely.to_wkb(found, byte_order=1) == shapely.to_wkb(shape, byte_order=1)
    assert table["shape"].tolist() == [shapely.to_wkb(shape, byte_order=1)]


def test_wkb_of_either_byte_order_is_kept_as_the_shape_it_is(store):
    shape = MultiPolygon([box(0, 0, 1, 1)])
    for version, order in enumerate((0, 1)):
        wkb = shapely.to_wkb(shapely.set_srid(shape, 4326), byte_order=order, include_srid=True)
        put(store, boundary(ANYWHERE, shape=wkb, revision=version))
    with store.reading() as reading:
        assert [each.shape for each in reading.history(Boundary, ANYWHERE)] == [shape, shape]


def test_a_very_long_text_comes_back(store):
    reasons = "desde La Romana hasta el cruce de Manganeso — ñ 🌽\n" * 100_000
    put(store, boundary(ANYWHERE, reasons=reasons))
    with store.reading() as reading:
        assert reading.get(Boundary, ANYWHERE).reasons == reasons


def test_a_zero_has_no_sign(store):
    put(store, boundary(ANYWHERE, accuracy_m=-0.0))
    with store.reading() as reading:
        assert str(reading.get(Boundary, ANYWHERE).accuracy_m) == "0.0"


@pytest.mark.parametrize(
    "record",
    [
        council("x", called="a\0b"),
        council("x\0y"),
        council("x", called="\ud800"),
        council("x", called=5),
        council("x", called=None),
        council("ñ" * 501),
        council("x", families=2**31),
        council("x", families="150"),
        council("x", families=150.0),
        council("x", recognition="known"),
        council("x", since=datetime.datetime(2026, 1, 1, 12, 0)),
        council("x", since="2026-01-01"),
        council("x", descends="y"),
        council("x", descends=(1,)),
        council("x", descends=("\ud800",)),
        boundary(ANYWHERE, accuracy_m=float("nan")),
        boundary(ANYWHERE, accuracy_m=float("-inf")),
        boundary(ANYWHERE, accuracy_m="5"),
        boundary(ANYWHERE, shown=None),
        boundary(ANYWHERE, shown=2),
        boundary(ANYWHERE, shape=b"no WKB"),
        boundary(ANYWHERE, shape=MultiPolygon([box(0, 0, float("inf"), 1)])),
        boundary(ANYWHERE, shape=shapely.force_3d(MultiPolygon([box(0, 0, 1, 1)]))),
        Place(id="x", territory=ANYWHERE, kind="seat", called="", at=None),
        Place(id="x", territory=ANYWHERE, kind="seat", called="", at=Point(float("nan"), 1)),
        Dispute(
            id="x", left=ANYWHERE, right=ANYWHERE, strip=LinearRing([(0, 0), (1, 0), (0, 1)]), area_m2=1.0,
            left_version=1, right_version=1, opened=DAY,
        ),
        act(terms={"share": [{"of": float("nan")}]}),
        act(terms={1: "one"}),
        act(terms={"what": object()}),
        Receipt(id="x", request="", status=200, answer={"half": "\udc00"}),
        Key(id="x", role=Role.HELPER, territories=None, ends=DAY, secret_hash=""),
    ],
    ids=lambda record: record.name(),
)  # fmt: skip
def test_what_one_database_could_not_keep_is_refused_and_nothing_written(store, record):
    with pytest.raises(Unstorable, match=f"{record.name()}\\."):
        put(store, council("beside"), record)
    with store.reading() as reading:
        assert reading.sequence == 1
        assert [each.id for each in reading.find(Territory)] == [ANYWHERE]


def test_a_refused_record_does_not_spoil_the_rest_of_the_writing(store):
    with store.writing(by="k-test", action="test") as change:
        with pytest.raises(Unstorable):
            change.put(council("x", called="a\0b"))
        change.put(council("y"))
    with store.reading() as reading:
        assert [each.id for each in reading.find(Territory)] == [ANYWHERE, "y"]


@pytest.mark.parametrize("told", [{"by": "a\0b", "action": "test"}, {"by": "k-test", "action": "\ud800"}])
def test_a_log_entry_that_one_database_could_not_keep_is_refused(store, told):
    with pytest.raises(Unstorable, match="log"), store.writing(**told) as change:
        change.put(council("x"))
    assert store.sequence() == 1


def test_a_note_that_is_no_json_is_refused(store):
    def note_nothing_known():
        with store.writing(by="k-test", action="test") as change:
            change.put(council("x"))
            change.note(share=float("nan"))

    with pytest.raises(Unstorable, match="detail"):
        note_nothing_known()
    assert store.sequence() == 1


@pytest.mark.parametrize("id_", ["a\0b", "\ud800", "ñ" * 501])
def test_what_no_store_can_hold_is_looked_for_and_not_found(store, id_):
    with store.reading() as reading:
        assert reading.get(Territory, id_) is None
        assert reading.get(Territory, ANYWHERE, 2**40) is None
        assert reading.history(Territory, id_) == []
        assert reading.find(Territory, called=id_) == []
        assert [each.id for each in reading.find(Territory, id=[id_, ANYWHERE])] == [ANYWHERE]
        assert len(reading.table(Territory, ids={id_, ANYWHERE})) == 1


def test_a_number_of_numpy_is_a_number_like_any_other(store):
    line = boundary(ANYWHERE, accuracy_m=np.float32(0.5), shown=np.True_)
    put(store, council("x", families=np.int64(150)), line)
    with store.reading() as reading:
        assert reading.get(Territory, "x").families == 150
        assert (reading.get(Boundary, ANYWHERE).accuracy_m, reading.get(Boundary, ANYWHERE).shown) == (0.5, True)
