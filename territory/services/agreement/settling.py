"""Ways to settle the ground between two neighbours, each shown whole before anybody proposes or accepts it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import shapely
from geopandas import GeoSeries
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry

from territory.geo import settle as geo
from territory.geo.crs import GRID_DEG, to_grid
from territory.geo.errors import GeoError
from territory.geo.settle import Settlement, Way
from territory.model import WGS84
from territory.records import Reference, ReferenceLayer, Stretch
from territory.services.access import Access
from territory.services.agreement.border import Border, border
from territory.services.agreement.pieces import Piece, as_ground, is_as_drawn
from territory.services.errors import NotFound, Refusal, Stale, Unusable
from territory.services.register import Register
from territory.store.base import Reading

DISAGREE: Literal["disagree"] = "disagree"
"""To leave a strip unsettled, both knowing: no way to settle it, but proposed and accepted like one."""
Choice = Way | Literal["disagree"]
"""What can be proposed of a strip."""
LINES = ("rivers", "roads")
"""Kinds of reference layers whose lines a strip can be settled along."""

# How far around a strip the line that settles it is kept, in cells of the grid: as far as settling looks at it.
_AROUND_CELLS = 100
_REFUSED = {
    geo.NothingLeft: "agreement.nothing_left",
    geo.NoMiddle: "agreement.no_middle",
    geo.LineDoesNotCross: "agreement.line_beside",
}


def ways(register: Register, access: Access, one: str, other: str, piece: str) -> list[Settlement]:
    """All the ways to settle a strip that work for it, rivers and roads of the reference layers included.

    Parameters
    ----------
    register, access, one, other
        Where, who, and between whom.
    piece
        Id of the strip, as `territory.services.agreement.border` tells it.

    Raises
    ------
    NotFound, NeedsKey, Forbidden
        See `territory.services.agreement.border`.
    Stale
        There is no such piece any longer.
    Unusable
        Both drew the line alike there: nothing is to be settled.
    """
    found = border(register, access, one, other)
    strip = strip_of(found, piece).strip
    with register.reading() as reading:
        lines = _lines_across(reading, strip)
    return geo.ways(*found.shapes, strip, lines=lines)


def preview(
    register: Register,
    access: Access,
    one: str,
    other: str,
    piece: str,
    way: Way,
    line: BaseGeometry | str | None = None,
) -> Settlement:
    """What one way to settle a strip would make of both boundaries.

    Parameters
    ----------
    register, access, one, other, piece
        As for `ways`.
    way
        Which one.
    line
        For `Way.ALONG`: lines in WGS 84, or the id of a reference.

    Raises
    ------
    NotFound, NeedsKey, Forbidden, Stale
        See `ways`.
    Unusable
        The way does not work for this strip.
    """
    found = border(register, access, one, other)
    strip = _settled_ground(found, piece, way)
    with register.reading() as reading:
        cut = cut_along(reading, strip, line) if way is Way.ALONG else None
    return replace(settled(found, strip, way, cut), along=line if isinstance(line, str) else None)


def line_names(register: Register, references: Iterable[str | None]) -> dict[str, str]:
    """What rivers and roads are called, by id of the reference; only those that have a name."""
    with register.reading() as reading:
        known = (reading.get(Reference, each) for each in set(references) if each is not None)
        return {each.id: each.called for each in known if each is not None and each.called}


def piece_of(found: Border, id_: str) -> Piece:
    """A piece of a border by its id.

    Raises
    ------
    Stale
        There is none of that id any longer.
    """
    piece = found.piece(id_)
    if piece is None:
        raise Stale("agreement.piece")
    return piece


def strip_of(found: Border, id_: str) -> Piece:
    """A piece of a border with ground to settle, by its id.

    Raises
    ------
    Stale, Unusable
        See `ways`.
    """
    piece = piece_of(found, id_)
    if not piece.is_strip:
        raise Unusable("agreement.no_strip")
    return piece


def _settled_ground(found: Border, id_: str, way: Way) -> BaseGeometry:
    """The ground of a piece, or all that one side was asked to follow the other's line in."""
    asked = piece_of(found, id_).stretch
    if asked is not None and asked.way == way and is_as_drawn(asked) and asked.strip is not None:
        return as_ground(asked.strip)
    return strip_of(found, id_).strip


def settled(found: Border, strip: BaseGeometry, way: Way, line: BaseGeometry | None) -> Settlement:
    """What a way makes of both boundaries.

    Raises
    ------
    Unusable
        It does not work for this strip.
    """
    try:
        return geo.settle(*found.shapes, strip, way, line=line)
    except GeoError as error:
        raise _refusal(error) from error


def cut_along(reading: Reading, strip: BaseGeometry, line: BaseGeometry | str | None) -> MultiLineString:
    """The edges near a strip of a line, or of the lines of a reference, on the grid: what settling along it uses.

    Raises
    ------
    NotFound
        There is no such reference.
    Unusable
        No line is given, or none comes near the strip.
    """
    if line is None:
        raise Unusable("agreement.line_needed")
    if isinstance(line, str):
        reference = reading.get(Reference, line)
        if reference is None:
            raise NotFound("agreement.line_unknown", id=line)
        line = reference.shape
    [on_grid] = to_grid(GeoSeries([shapely.force_2d(line)], crs=WGS84)).array
    near = _edges_near(on_grid, strip)
    if near.is_empty:
        raise Unusable("agreement.line_beside")
    return near


def way_of(stretch: Stretch) -> tuple[Way, str | None] | None:
    """How a stretch would be settled, and along which reference; none where nothing is settled.

    The reference stands after a colon, because a stretch has one field for both.
    """
    if stretch.way in (None, DISAGREE):
        return None
    way, _, reference = str(stretch.way).partition(":")
    return Way(way), reference or None


def _edges_near(line: BaseGeometry, strip: BaseGeometry) -> MultiLineString:
    """The edges of lines that come near a strip, whole: cut off at it, they would no longer be on the grid."""
    lines = [each for each in shapely.get_parts(line) if each.geom_type in ("LineString", "LinearRing")]
    coords, owner = shapely.get_coordinates(lines, return_index=True)
    if len(coords) < 2:
        return MultiLineString()
    starts, stops = coords[:-1], coords[1:]
    moves = (owner[1:] == owner[:-1]) & (starts != stops).any(axis=1)
    edges = shapely.linestrings(list(zip(starts[moves], stops[moves], strict=True)))
    near = edges[shapely.dwithin(edges, strip, _AROUND_CELLS * GRID_DEG)]
    return MultiLineString(list(shapely.get_parts(shapely.line_merge(shapely.multilinestrings(near)))))


def _lines_across(reading: Reading, strip: BaseGeometry) -> GeoSeries:
    """The rivers and roads that meet a strip, by id of the reference."""
    layers = [each.id for each in reading.find(ReferenceLayer, kind=list(LINES), until=None)]
    rows = reading.rows(Reference, ("id", "shape"), ids=layers, by="layer") if layers else []
    shapes = shapely.from_wkb([shape for _, shape in rows])
    met = shapely.intersects(shapes, strip)
    # Their length decides how long settling along them takes; what is far from the strip decides nothing.
    near = {
        id_: _edges_near(shape, strip) for (id_, _), shape, is_met in zip(rows, shapes, met, strict=True) if is_met
    }
    return GeoSeries(list(near.values()), index=list(near), crs=WGS84)


def _refusal(error: GeoError) -> Refusal:
    code = next((code for kind, code in _REFUSED.items() if isinstance(error, kind)), None)
    return Stale("agreement.moved") if code is None else Unusable(code)
