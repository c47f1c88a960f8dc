"""How the fields of a record lie in a database: the column types of both databases."""

from __future__ import annotations

import datetime
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import orjson
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Boolean, Date, Double, Integer, LargeBinary, Text, func, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType


def column_type(annotation: Any) -> tuple[TypeEngine[Any], bool]:
    """The column type of a field, and whether it may be missing."""
    given = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    [plain] = [each for each in given if each is not type(None)]
    return _typed(plain), type(None) in given


def _typed(plain: Any) -> TypeEngine[Any]:
    origin = typing.get_origin(plain)
    if origin is tuple:
        return Strings()
    if origin is Mapping:
        return Document()
    if issubclass(plain, BaseGeometry):
        return shape_type()
    if issubclass(plain, StrEnum):
        return Word(plain)
    simple: dict[type, TypeEngine[Any]] = {
        str: Text(),
        bool: Boolean(),
        int: Integer(),
        float: Double(),
        datetime.date: Date(),
    }
    return simple[plain]


class _Json(TypeDecorator[Any]):
    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """As canonical JSON text: equal values are equal bytes."""
        return None if value is None else orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """What was put in."""
        return None if value is None else orjson.loads(value)


class Document(_Json):
    """A mapping, as JSON text."""

    cache_ok = True


class Strings(_Json):
    """A tuple of words, as a JSON list."""

    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...]:
        """What was put in."""
        return tuple(orjson.loads(value))


class Word(TypeDecorator[Any]):
    """A member of an enumeration, by its value."""

    impl = Text
    cache_ok = True

    def __init__(self, words: type[StrEnum] | None = None) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Its value."""
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """The member."""
        return value if value is None or self.words is None else self.words(value)


class _Wkb(TypeDecorator[Any]):
    """A geometry as WKB."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """WKB of a shape."""
        return to_wkb(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        """The shape."""
        return from_wkb(value)


class _Postgis(UserDefinedType[Any]):
    """Any geometry in WGS 84, as PostGIS keeps it, so that a GIS can open the tables; it travels as WKB."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """The type in SQL."""
        return "geometry(Geometry,4326)"

    def bind_processor(self, dialect: Dialect) -> Any:
        """From a shape."""
        return to_wkb

    def bind_expression(self, bindvalue: Any) -> ColumnElement[Any]:
        """SQL around a value that is written."""
        return func.ST_GeomFromWKB(bindvalue, 4326)

    def column_expression(self, colexpr: Any) -> ColumnElement[Any]:
        """SQL around a column that is read."""
        return func.ST_AsBinary(colexpr, "NDR")

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """To a shape."""
        return from_wkb


def shape_type() -> TypeEngine[Any]:
    """A geometry: WKB in SQLite, a PostGIS geometry in PostgreSQL."""
    return _Wkb().with_variant(_Postgis(), "postgresql")


def is_geometry(type_: TypeEngine[Any]) -> bool:
    """Whether a column of this type holds geometries."""
    return isinstance(type_, _Wkb)


def as_wkb(column: ColumnElement[Any], dialect: str) -> ColumnElement[Any]:
    """A column of geometries read as WKB, for whom a shape at a time would be too slow."""
    raw = func.ST_AsBinary(column, "NDR") if dialect == "postgresql" else column
    return type_coerce(raw, LargeBinary)


def to_wkb(shape: BaseGeometry | bytes | None) -> bytes | None:
    """WKB of a shape, the same bytes on every machine; WKB stays as it is."""
    return shape if shape is None or isinstance(shape, bytes) else shapely.to_wkb(shape, byte_order=1)


def from_wkb(wkb: bytes | memoryview | None) -> BaseGeometry | None:
    """The shape."""
    return None if wkb is None else shapely.from_wkb(bytes(wkb))
