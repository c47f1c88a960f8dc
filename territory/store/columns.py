"""How the fields of a record lie in a database, and how their values travel there and back.

Between a record and a database a value is *plain*: text, a number or bytes, and the same on every database. So the
chain of the log, backups and questions need not know where a store is kept.
"""

from __future__ import annotations

import datetime
import math
import operator
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from numbers import Real
from types import NoneType
from typing import Any

import numpy as np
import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Boolean, Date, Double, Integer, LargeBinary, Text, cast, func, type_coerce
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType

Values = Sequence[Any]

LONGEST_ID = 1_000
"""Bytes of UTF-8; PostgreSQL cannot index much more."""

_MOST = 2**31
# GEOS gives a ring that is no polygon's a number of its own; in WKB it would come back as a line.
_LOOSE_RING, _LAST_TYPE = 2, 7


class IdType(Text):
    """Text that a database orders by its bytes, whatever its locale."""


class ShapeType(LargeBinary):
    """WKB in SQLite."""


class PostgisType(UserDefinedType[Any]):
    """Any geometry in WGS 84, as PostGIS keeps it, so that a GIS can open the tables."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """The type in SQL."""
        return "geometry(Geometry,4326)"


def id_type() -> TypeEngine[Any]:
    """An id, or the id of another record."""
    return IdType().with_variant(IdType(collation="C"), "postgresql")


def shape_type() -> TypeEngine[Any]:
    """A geometry: WKB in SQLite, a PostGIS geometry in PostgreSQL."""
    return ShapeType().with_variant(PostgisType(), "postgresql")


def _as_is(values: Values) -> list[Any]:
    return list(values)


def _column_as_is(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return column


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """A sort of field."""

    type: TypeEngine[Any]
    """The column's."""
    plain: TypeEngine[Any]
    """Of plain values."""
    pack: Callable[[Values], list[Any]]
    """Values of a column as plain ones; ValueError or TypeError for what not every database can keep."""
    unpack: Callable[[Values], list[Any]] = _as_is
    """And back."""
    from_postgres: Callable[[ColumnElement[Any]], ColumnElement[Any]] = _column_as_is
    """The SQL that reads a plain value."""
    to_postgres: str = "%s"
    """The SQL around a plain value that is written."""
    is_plain_in_frames: bool = True
    """Whether values stay plain in a data frame, as what they mean can be seen there as well."""

    def read(self, column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
        """A column as plain values."""
        return type_coerce(self.from_postgres(column) if dialect == "postgresql" else column, self.plain)


def sort_of(annotation: Any) -> tuple[Sort, bool]:
    """The sort of a field, and whether it may be missing."""
    given = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    [plain] = [each for each in given if each is not type(None)]
    return _sort(plain), type(None) in given


def _sort(plain: Any) -> Sort:
    origin = typing.get_origin(plain)
    if origin is tuple:
        return _STRINGS
    if origin is Mapping:
        return _DOCUMENT
    if issubclass(plain, BaseGeometry):
        return SHAPE
    if issubclass(plain, StrEnum):
        return _word(plain)
    return _SIMPLE[plain]


def _each(pack: Callable[[Any], Any]) -> Callable[[Values], list[Any]]:
    return lambda values: [None if value is None else pack(value) for value in values]


def _only(plain: type, values: Values) -> list[Any] | None:
    """The values, if all are of one type or missing: the way of most, and fast."""
    return list(values) if set(map(type, values)) <= {plain, NoneType} else None


def pack_text(values: Values) -> list[Any]:
    """Text, as both databases take it.

    Raises
    ------
    TypeError
        It is no text.
    ValueError
        It has a NUL, or half of a surrogate pair.
    """
    # An enumeration's member is text too, and stays behind here.
    packed = _only(str, values) or [None if value is None else str.__str__(value) for value in values]
    everything = "".join(filter(None, packed))
    everything.encode()
    if "\0" in everything:
        raise ValueError("text with a NUL")
    return packed


def _pack_ids(values: Values) -> list[Any]:
    packed = pack_text(values)
    # No character has more than four bytes, so that most need no closer look.
    if any(4 * len(id_) > LONGEST_ID and len(id_.encode()) > LONGEST_ID for id_ in packed if id_ is not None):
        raise ValueError(f"an id of more than {LONGEST_ID} bytes")
    return packed


def _pack_ints(values: Values) -> list[Any]:
    packed = _only(int, values) or [None if value is None else operator.index(value) for value in values]
    given = [number for number in packed if number is not None]
    if given and not -_MOST <= min(given) <= max(given) < _MOST:
        raise ValueError("an integer of more than 32 bits")
    return packed


def _pack_float(value: Any) -> float:
    if not isinstance(value, Real):
        raise TypeError("not a number")
    if not math.isfinite(value):
        raise ValueError("a number that is not finite")
    # SQLite keeps no sign of zero.
    return float(value) + 0.0


def _pack_bool(value: Any) -> int:
    if not isinstance(value, bool | np.bool_):
        raise TypeError("neither true nor false")
    return int(value)


def _pack_date(value: Any) -> str:
    if type(value) is not datetime.date:
        raise TypeError("not a plain date")
    return value.isoformat()


def _pack_strings(value: Any) -> str:
    if isinstance(value, str) or not all(isinstance(each, str) for each in value):
        raise TypeError("not a tuple of texts")
    return orjson.dumps([str(each) for each in value]).decode()


def pack_document(value: Any) -> str:
    """A mapping as canonical JSON text: equal mappings have equal texts.

    Raises
    ------
    TypeError
        JSON has no such thing.
    ValueError
        A number is not finite: JSON has none of those either, but would hide it.
    """
    if not value:
        return "{}"
    if not _is_finite(value):
        raise ValueError("a number that is not finite")
    return orjson.dumps(dict(value), option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY).decode()


def _is_finite(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(_is_finite(each) for each in value.values())
    if isinstance(value, list | tuple):
        return all(_is_finite(each) for each in value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind not in "fc" or bool(np.isfinite(value).all())
    return not isinstance(value, float | np.floating) or math.isfinite(value)


def _pack_shapes(values: Values) -> list[Any]:
    shapes = np.empty(len(values), object)
    shapes[:] = values
    is_wkb = np.fromiter((isinstance(value, bytes) for value in values), bool, len(values))
    if is_wkb.any():
        try:
            shapes[is_wkb] = shapely.from_wkb(shapes[is_wkb])
        except shapely.errors.GEOSException as error:
            raise ValueError("WKB that cannot be read") from error
    kinds = shapely.get_type_id(shapes)
    if ((kinds == _LOOSE_RING) | (kinds > _LAST_TYPE)).any():
        raise ValueError("a ring that is no polygon's, or a curve")
    if (shapely.get_coordinate_dimension(shapes) > 2).any():
        raise ValueError("a geometry with more than two dimensions")
    if not np.isfinite(shapely.get_coordinates(shapes)).all():
        raise ValueError("a coordinate that is not finite")
    return list(shapely.to_wkb(shapes, byte_order=1))


def _unpack_shapes(values: Values) -> list[Any]:
    plain = np.empty(len(values), object)
    plain[:] = values
    return list(shapely.from_wkb(plain))


def _word(words: type[StrEnum]) -> Sort:
    members = {word.value: word for word in words}
    return Sort(
        type=Text(),
        plain=Text(),
        pack=_each({word: word.value for word in words}.__getitem__),
        unpack=_each(members.__getitem__),
    )


ID = Sort(type=id_type(), plain=id_type(), pack=_pack_ids)
TEXT = Sort(type=Text(), plain=Text(), pack=pack_text)
NUMBER = Sort(type=Integer(), plain=Integer(), pack=_pack_ints)
SHAPE = Sort(
    type=shape_type(),
    plain=NullType(),
    pack=_pack_shapes,
    unpack=_unpack_shapes,
    from_postgres=lambda column: func.ST_AsBinary(column, "NDR"),
    to_postgres="ST_GeomFromWKB(%s, 4326)",
)
_STRINGS = Sort(
    type=Text(),
    plain=Text(),
    pack=_each(_pack_strings),
    unpack=_each(lambda text: tuple(orjson.loads(text))),
    is_plain_in_frames=False,
)
_DOCUMENT = Sort(
    type=Text(), plain=Text(), pack=_each(pack_document), unpack=_each(orjson.loads), is_plain_in_frames=False
)
_SIMPLE: Mapping[type, Sort] = {
    str: TEXT,
    int: NUMBER,
    float: Sort(type=Double(), plain=Double(), pack=_each(_pack_float)),
    bool: Sort(
        type=Boolean(),
        plain=Integer(),
        pack=_each(_pack_bool),
        unpack=_each(bool),
        from_postgres=lambda column: cast(column, Integer),
        to_postgres="%s::integer::boolean",
        is_plain_in_frames=False,
    ),
    datetime.date: Sort(
        type=Date(),
        plain=Text(),
        pack=_each(_pack_date),
        unpack=_each(datetime.date.fromisoformat),
        from_postgres=lambda column: func.to_char(column, "YYYY-MM-DD"),
        to_postgres="%s::date",
        is_plain_in_frames=False,
    ),
}
