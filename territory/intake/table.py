"""Tables of coordinates: CSV files, and lists that somebody pasted or typed."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median_low
from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from territory.exchange import GEOMETRY
from territory.intake.angles import Value, parse_angle, parse_number, parse_pair
from territory.intake.columns import plain
from territory.intake.errors import IntakeError, Notice
from territory.intake.ours import our_table
from territory.intake.reference import (
    WGS84,
    degrees,
    fits,
    is_inside,
    label,
    moved,
    parse_crs,
    proposals,
    told_datum,
    told_zone,
    utm,
)
from territory.intake.source import Choose, Source, vocabulary
from territory.profiles import Profile

_EAST = vocabulary("lon long lng longitud longitude x este east easting e coord_x coordenada_x x_coord este_x")
_NORTH = vocabulary("lat latitud latitude y norte north northing n coord_y coordenada_y y_coord norte_y")
_PAIR = vocabulary("coordenadas coordenada coordinates coordinate coords posicion ubicacion punto_gps")
_ZONE = vocabulary("zona huso zone fuso utm zona_utm huso_utm utm_zone")
_VERTEX = vocabulary(
    "punto puntos vertice vertices vertex point points orden order n no nro num numero estacion pto p "
    "seq secuencia item altura altitud altitude elevacion elevation z cota alt"
)
_WKT = vocabulary("wkt geometry geom geometria the_geom wkt_geom")
_GROUP = (
    "id", "poligono", "polygon", "territorio", "territory", "codigo", "cod", "code", "nombre", "name", "consejo",
    "consejo_comunal", "council", "comuna", "commune", "parcela", "lote",
)  # fmt: skip
_DELIMITERS = ("\t", ";", "|", ",")
# Only a cell that begins with a quote is quoted: seconds are written with the same mark.
_QUOTED = re.compile(r'(?:(?<=^)|(?<=[\t;|,]))\s*"(?:[^"]|"")*"')
_GRID_ZONE = re.compile(r"\s*\d{1,2}\s*[C-HJ-NP-X]\s*", re.IGNORECASE)
_LONGEST_FIELD = 50_000_000
_ENOUGH = 3
_SHOWN = 60


@dataclass(slots=True)
class _Table:
    """Cells by column, with the line of each row."""

    cells: list[list[str]]
    lines: list[int]
    header: list[str] | None
    preamble: str = ""
    names: list[str] = field(default_factory=list)
    """Names of the columns as written; numbers when there is no header."""


def read_table(text: str, choose: Choose, *, profile: Profile, crs: str | None = None, name: str) -> Source:
    """Read vertices in rows: one polygon, or one for each value of an id column.

    Longitude and latitude in either order, in decimal degrees or degrees, minutes and seconds, or east and north
    in UTM with its zone; decimal commas; with or without a header. A column of WKT is read as well.

    Parameters
    ----------
    text
        The rows.
    choose
        Which of the other columns are worth keeping.
    profile
        Where the coordinates should lie: tells their order when nothing else does.
    crs
        What the coordinates are in.
    name
        What its owner calls it.

    Raises
    ------
    IntakeError
        A line cannot be read, the order of the two coordinates or the UTM zone is not known, or there are too few.
    """
    ours = our_table(text, name)
    if ours is not None and GEOMETRY in ours:
        wkt = ours.pop(GEOMETRY)
        return with_shapes(wkt, {column: ours[column] for column in choose(list(ours))}, crs)
    table = _table(text, name)
    if (at := _column(table, _WKT)) is not None:
        return _read_wkt(table, at, choose, crs)
    group, keep = _groups(table, name)
    coords, system, notices = _coordinates(table, profile, crs, name)
    shapes, reasons, firsts = _polygons(coords, group, name)
    columns = {}
    for column in choose([table.names[i] for i in keep]):
        i = table.names.index(column)
        columns[column] = [table.cells[first][i] for first in firsts]
    return Source(shapes=shapes, crs=system, columns=columns, reasons=reasons, notices=notices)


@dataclass(frozen=True, slots=True)
class Layout:
    """How most lines of a table are written, to say what the others lack."""

    rows: list[tuple[int, list[str]]]
    """Cells of every line from the first coordinates on, with the number of the line."""
    width: int
    """Cells of a usual line."""
    columns: tuple[int, ...]
    """Where its two coordinates stand, or the one cell that holds both."""
    axes: tuple[str, str]
    """What they are, in their order: ``lon``, ``lat``, ``east``, ``north``."""
    usual: tuple[float, float]
    """Their medians."""


def layout(text: str, *, profile: Profile, crs: str | None = None, name: str) -> Layout:
    """How most lines of a table are written.

    Raises
    ------
    IntakeError
        Too few lines are written alike, or nothing tells which coordinate is which.
    """
    rows, start = _rows(text, name)
    header, _ = _header(rows, start)
    rows = rows[start:]
    width = len(header) if header else median_low(len(cells) for _, cells in rows if has_coordinates(cells))
    alike = [(i, cells) for i, cells in rows if len(cells) == width and has_coordinates(cells)]
    if not alike:
        raise IntakeError("table.few", name=name, points=0)
    names = [cell.strip() for cell in header] if header else [str(i) for i in range(width)]
    table = _Table(
        cells=[cells for _, cells in alike],
        lines=[i for i, _ in alike],
        header=[plain(each) for each in header] if header else None,
        names=names,
    )
    first, second, _, order = _pairs(table, name)
    given = parse_crs(crs) if crs else None
    is_degrees = max(np.abs(first[0]).max(), np.abs(second[0]).max()) <= 360
    if order is None:
        order = _order(first[0], second[0], is_degrees, given, profile, name)
    is_east_first = order in ("lon_lat", "east_north")
    axes = ("lon", "lat") if is_degrees else ("east", "north")
    return Layout(
        rows=rows,
        width=width,
        columns=_where(table, name),
        axes=axes if is_east_first else axes[::-1],
        usual=(float(np.median(first[0])), float(np.median(second[0]))),
    )


def _where(table: _Table, name: str) -> tuple[int, ...]:
    """The two columns of coordinates, or the one that holds pairs."""
    east_at, north_at, pair_at = (_column(table, names) for names in (_EAST, _NORTH, _PAIR))
    if east_at is not None and north_at is not None:
        return east_at, north_at
    if pair_at is not None:
        return (pair_at,)
    pair_at, columns, _ = _headless(table, name)
    return columns if pair_at is None else (pair_at,)


def _rows(text: str, name: str) -> tuple[list[tuple[int, list[str]]], int]:
    """Cells by line, whatever stands between them, and the first row that has coordinates."""
    lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip() and line.strip()[0] != "#"]
    if not lines:
        raise IntakeError("file.empty", name=name)
    delimiter = _delimiter([line for _, line in lines[:200]])
    rows = _split(lines, delimiter, name)
    start = next((i for i, (_, cells) in enumerate(rows) if has_coordinates(cells)), None)
    if start is None:
        raise IntakeError("table.no_coordinates", name=name, line=lines[0][0], text=_shown(lines[0][1]))
    return rows, start


def _table(text: str, name: str) -> _Table:
    """Rows of cells, all of one width."""
    rows, start = _rows(text, name)
    header, above = _header(rows, start)
    cells = [row for _, row in rows[start:]]
    width = len(header) if header else len(cells[0])
    for line, row in rows[start:]:
        while len(row) > width and not row[-1].strip():
            row.pop()
        if len(row) != width:
            raise IntakeError(
                "table.row", name=name, line=line, text=_shown(" ".join(row)), expected=width, found=len(row)
            )
    names = [cell.strip() for cell in header] if header else [str(i) for i in range(width)]
    return _Table(
        cells=cells,
        lines=[line for line, _ in rows[start:]],
        header=[plain(each) for each in header] if header else None,
        preamble=" ".join(" ".join(row) for _, row in rows[:above]),
        names=names,
    )


def _delimiter(lines: Sequence[str]) -> str | None:
    """What separates the cells; ``None`` for blanks, or a list that needs reading word by word."""
    for delimiter in _DELIMITERS:
        counts = [_QUOTED.sub("", line).count(delimiter) for line in lines]
        usual = max(set(counts), key=counts.count)
        if usual and counts.count(usual) >= 0.6 * len(counts):
            if delimiter == "," and not _is_comma_between(lines, usual):
                return None
            return delimiter
    return None


def _is_comma_between(lines: Sequence[str], usual: int) -> bool:
    """Whether commas stand between cells, or inside numbers as decimal commas."""
    ends = lines[-3:]
    if all(re.search(r",\s", line) for line in ends) or usual > 3:
        return True
    # "-69,3012 10,0647" has its cells between blanks.
    return not all(len(line.split()) >= 2 and re.search(r"\d,\d", line) for line in ends)


def _split(lines: list[tuple[int, str]], delimiter: str | None, name: str) -> list[tuple[int, list[str]]]:
    if delimiter is None:
        return [(i, _words(line)) for i, line in lines]
    if delimiter == "," and all(_is_comma_twice(line) for _, line in lines[-3:]):
        return [(i, [part.strip() for part in re.split(r",\s+", line.strip().rstrip(","))]) for i, line in lines]
    is_quoted = any(_QUOTED.search(line) for _, line in lines[:200])
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(
        (line for _, line in lines),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
        skipinitialspace=True,
    )
    rows = []
    try:
        for row in reader:
            at = lines[min(reader.line_num, len(lines)) - 1][0]
            rows.append((at, row))
    except csv.Error:
        raise IntakeError("file.damaged", name=name, kind="CSV") from None
    if delimiter == ",":
        return [(i, _joined_decimals(row)) for i, row in rows]
    return rows


def _is_comma_twice(line: str) -> bool:
    """Decimal commas and a comma between: ``-69,3012, 10,0647``."""
    return bool(re.fullmatch(r"\s*[^,]*\d,\d+,\s+-?\d+,\d+[^,]*,?\s*", line))


def _joined_decimals(row: list[str]) -> list[str]:
    """Decimal commas with nothing else between: ``-69,3012,10,0647`` is two numbers, not four."""
    if len(row) != 4 or not all(re.fullmatch(r"\s*-?\d+\s*", cell) for cell in row):
        return row
    is_degrees = abs(int(row[0])) <= 180 and abs(int(row[2])) <= 180
    if is_degrees and not row[1].startswith("-") and min(len(row[1].strip()), len(row[3].strip())) >= 3:
        return [f"{row[0]}.{row[1].strip()}", f"{row[2]}.{row[3].strip()}"]
    return row


def _words(line: str) -> list[str]:
    """Cells of a line without delimiters."""
    cells = line.split()
    is_number = [parse_number(cell) is not None for cell in cells]
    if sum(is_number) < 4 and is_number[-2:] == [True, True]:
        return cells
    # An angle in pieces, perhaps after a label: "P1 10°04'12" N 69°18'04" O".
    for skipped in (0, 1):
        if len(cells) > skipped and parse_pair(rest := " ".join(cells[skipped:])):
            return [*cells[:skipped], rest]
    return cells


def _shown(text: str) -> str:
    return text.strip()[:_SHOWN]


def has_coordinates(cells: Sequence[str]) -> bool:
    """Whether a line holds two coordinates, or a polygon."""
    if any(re.match(r"\s*(?:MULTI)?POLYGON\s*Z?M?\s*\(", cell, re.IGNORECASE) for cell in cells):
        return True
    if sum(parse_angle(cell) is not None for cell in cells) >= 2:
        return True
    return any(parse_pair(cell) is not None for cell in cells if len(cell) > 4)


def _header(rows: list[tuple[int, list[str]]], start: int) -> tuple[list[str] | None, int]:
    """The header above the first row of coordinates, if any, and how many rows stand above both."""
    if not start:
        return None, 0
    cells = rows[start - 1][1]
    known = _EAST | _NORTH | _PAIR | _WKT
    return (cells, start - 1) if any(plain(cell) in known for cell in cells) else (None, start)


def _column(table: _Table, names: frozenset[str]) -> int | None:
    """The first column called one of ``names``."""
    return next((i for i, called in enumerate(table.header or ()) if called in names), None)


def _groups(table: _Table, name: str) -> tuple[np.ndarray[Any, Any], list[int]]:
    """Which polygon each row belongs to, and the columns that tell of polygons rather than of vertices."""
    one = np.zeros(len(table.cells), dtype=np.intp)
    header = table.header
    if header is None:
        return _headless_group(table), []
    keep = [i for i, called in enumerate(header) if called not in _EAST | _NORTH | _PAIR | _ZONE | _VERTEX]
    for called in _GROUP:
        if called not in header or (i := header.index(called)) not in keep:
            continue
        values = [row[i].strip() for row in table.cells]
        codes = pd.factorize(np.array(values, dtype=object))[0]
        if codes.max() + 1 < len(values):
            return codes, keep
        if len(values) > 1 and not _are_labels(values):
            raise IntakeError("table.points", name=name, points=len(values), column=table.names[i])
        keep.remove(i)
    return one, keep


def _headless_group(table: _Table) -> np.ndarray[Any, Any]:
    """Without a header, a first column of repeated words is the id."""
    first = [row[0].strip() for row in table.cells]
    is_text = all(parse_angle(value) is None and parse_pair(value) is None for value in first)
    codes: np.ndarray[Any, Any] = pd.factorize(np.array(first, dtype=object))[0]
    if is_text and codes.max() + 1 < len(first) and not all(told_zone(value) for value in set(first)):
        return codes
    return np.zeros(len(first), dtype=np.intp)


def _are_labels(values: Sequence[str]) -> bool:
    """Names of vertices: 1, 2, 3 … or P1, P-2, V3 …, or single letters."""
    return all(re.fullmatch(r"[A-Za-zÁ-ú]{0,8}[-. _]?\d{1,6}|[A-Za-z]", value) for value in values)


def _coordinates(
    table: _Table, profile: Profile, crs: str | None, name: str
) -> tuple[np.ndarray[Any, Any], CRS, list[Notice]]:
    """East and north of every row, and what they are in."""
    first, second, zones, order = _pairs(table, name)
    a, b = first[0], second[0]
    given = parse_crs(crs) if crs else None
    notices: list[Notice] = []
    largest = max(np.abs(a).max(), np.abs(b).max())
    is_degrees = largest <= 360 and not (given is not None and given.is_projected)
    if order is None:
        order = _order(a, b, is_degrees, given, profile, name)
        notices.append(Notice(code=f"table.{order}"))
    east, north = (a, b) if order in ("lon_lat", "east_north") else (b, a)
    coords = np.column_stack([east, north])
    if given is not None and (is_degrees or given.is_projected):
        return coords, given, notices
    # Somebody may know the datum, and the table its zones.
    datum = told_datum(f"{crs or ''} {table.preamble} {' '.join(table.header or ())}")
    if is_degrees:
        system = degrees(datum)
        if datum:
            notices.append(Notice(code="table.crs", args={"crs": label(system)}))
        return coords, system, notices
    return *_in_zones(coords, zones, table, datum, profile, name, notices), notices


Column = tuple[np.ndarray[Any, Any], "str | None"]


def _pairs(table: _Table, name: str) -> tuple[Column, Column, list[str] | None, str | None]:
    """The two columns of numbers, the zones when they stand beside them, and the order when it is told."""
    zone_at = _column(table, _ZONE)
    zones = [row[zone_at] for row in table.cells] if zone_at is not None else None
    east_at, north_at = _column(table, _EAST), _column(table, _NORTH)
    if east_at is not None and north_at is not None:
        first, second = _numbers(table, east_at, name), _numbers(table, north_at, name)
        return first, second, zones, "lon_lat"
    pair_at = _column(table, _PAIR)
    if table.header is None:
        pair_at, columns, zones = _headless(table, name)
        if pair_at is None:
            first, second = (_numbers(table, i, name) for i in columns)
            return first, second, zones, _told_order(first[1], second[1])
    if pair_at is None:
        raise IntakeError("table.header", name=name, columns=table.names[:10])
    first, second = _split_pairs(table, pair_at, name)
    return first, second, zones, _told_order(first[1], second[1])


def _told_order(first: str | None, second: str | None) -> str | None:
    """The order that letters of the hemispheres tell."""
    if "lat" in (first, second) or "lon" in (first, second):
        return "lat_lon" if first == "lat" or second == "lon" else "lon_lat"
    return None


def _headless(table: _Table, name: str) -> tuple[int | None, tuple[int, int], list[str] | None]:
    """Which columns hold the coordinates when no header says it."""
    sample = table.cells[:50]
    width = len(sample[0])
    for i in range(width):
        if all(parse_angle(row[i]) is None and parse_pair(row[i]) is not None for row in sample):
            return i, (0, 0), None
    zone_at = next((i for i in range(width) if all(_GRID_ZONE.fullmatch(row[i]) for row in sample)), None)
    readable = [i for i in range(width) if all(parse_angle(row[i]) is not None for row in sample)]
    numeric = [i for i in readable if i != zone_at]
    if len(numeric) < 2:
        # "10 N" is no zone but a latitude.
        zone_at, numeric = None, readable
    zones = [row[zone_at] for row in table.cells] if zone_at is not None else None
    if len(numeric) > 2 and _counts_up([row[numeric[0]] for row in table.cells]):
        numeric = numeric[1:]
    if len(numeric) < 2:
        at = next((i for i, row in enumerate(table.cells) if not has_coordinates(row)), 0)
        raise IntakeError(
            "table.unreadable", name=name, line=table.lines[at], text=_shown(" ".join(table.cells[at]))
        )
    return None, (numeric[0], numeric[1]), zones


def _counts_up(values: Sequence[str]) -> bool:
    """Whether a column numbers its rows."""
    numbers = [parse_number(value) for value in values]
    if numbers[0] not in (0, 1):
        return False
    # A number may be missing where a line is.
    return all(
        b is not None and a is not None and (b == numbers[0] or (a < b <= a + _ENOUGH and b == int(b)))
        for a, b in pairwise(numbers)
    )


def _numbers(table: _Table, column: int, name: str) -> Column:
    """A column as numbers, at once where it holds nothing else."""
    cells = [row[column] for row in table.cells]
    try:
        found = np.array(cells, dtype="U").astype(float)
        if np.isfinite(found).all():
            return found, None
    except ValueError:
        pass
    values = [_value(parse_angle(cell), cell, table, i, name) for i, cell in enumerate(cells)]
    return _as_column(values, table, name)


def _split_pairs(table: _Table, column: int, name: str) -> tuple[Column, Column]:
    pairs = []
    for i, row in enumerate(table.cells):
        pair = parse_pair(row[column])
        if pair is None:
            raise IntakeError("table.unreadable", name=name, line=table.lines[i], text=_shown(row[column]))
        pairs.append(pair)
    first, second = zip(*pairs, strict=True)
    return _as_column(first, table, name), _as_column(second, table, name)


def _value(value: Value | None, cell: str, table: _Table, i: int, name: str) -> Value:
    if value is None or not np.isfinite(value.number):
        raise IntakeError("table.unreadable", name=name, line=table.lines[i], text=_shown(cell))
    return value


def _as_column(values: Sequence[Value], table: _Table, name: str) -> Column:
    axes = {value.axis for value in values} - {None}
    if len(axes) > 1:
        at = next(i for i, value in enumerate(values) if value.axis not in (None, values[0].axis))
        raise IntakeError("table.mixed", name=name, line=table.lines[at])
    return np.array([value.number for value in values]), next(iter(axes), None)


def _order(
    a: np.ndarray[Any, Any],
    b: np.ndarray[Any, Any],
    is_degrees: bool,
    given: CRS | None,
    profile: Profile,
    name: str,
) -> str:
    """Which of two unlabelled columns is which, from where the points would lie."""
    if not is_degrees:
        return _grid_order(a, b, given, profile)
    x, y = float(np.median(a)), float(np.median(b))
    if is_inside(x, y, profile) or np.abs(a).max() > 90:
        return "lon_lat"
    if is_inside(y, x, profile) or np.abs(b).max() > 90:
        return "lat_lon"
    raise IntakeError("table.order", name=name, first=f"{x:.6g}", second=f"{y:.6g}")


def _grid_order(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any], given: CRS | None, profile: Profile) -> str:
    """East before north is the custom; the other only when that alone lies in the country."""

    def is_likely(x: float, y: float) -> bool:
        return fits(x, y, given, profile) if given is not None else bool(proposals((x, y, x, y), profile))

    x, y = float(np.median(a)), float(np.median(b))
    return "north_east" if is_likely(y, x) and not is_likely(x, y) else "east_north"


def _in_zones(
    coords: np.ndarray[Any, Any],
    zones: list[str] | None,
    table: _Table,
    datum: str | None,
    profile: Profile,
    name: str,
    notices: list[Notice],
) -> tuple[np.ndarray[Any, Any], CRS]:
    """Metres in the zone that the table tells, above its rows or in each of them."""
    if zones is None:
        zone = told_zone(table.preamble + " " + " ".join(table.header or ()))
        if zone is None:
            raise _zone_needed(coords, profile, name)
        system = utm(zone, datum)
        notices.append(Notice(code="table.crs", args={"crs": label(system)}))
        return coords, system
    told = {said: told_zone(said, is_bare=True) for said in set(zones)}
    if None in told.values():
        at = next(i for i, said in enumerate(zones) if told[said] is None)
        raise IntakeError("table.unreadable", name=name, line=table.lines[at], text=_shown(zones[at]))
    systems = {said: utm(zone, datum) for said, zone in told.items() if zone is not None}
    notices += [
        Notice(code="table.crs", args={"crs": said}) for said in sorted({label(s) for s in systems.values()})
    ]
    if len(set(told.values())) == 1:
        return coords, next(iter(systems.values()))
    together = np.empty_like(coords)
    spoken = np.array(zones, dtype=object)
    for said, system in systems.items():
        together[spoken == said] = moved(coords[spoken == said], system, degrees(datum))
    return together, degrees(datum)


def _zone_needed(coords: np.ndarray[Any, Any], profile: Profile, name: str) -> IntakeError:
    low, high = coords.min(axis=0), coords.max(axis=0)
    likely = proposals((low[0], low[1], high[0], high[1]), profile)
    code = "crs.missing" if likely else "crs.missing_unlike"
    return IntakeError(code, name=name, x=f"{low[0]:.7g}", y=f"{low[1]:.7g}", crs=likely[:3])


def _polygons(
    coords: np.ndarray[Any, Any], group: np.ndarray[Any, Any], name: str
) -> tuple[np.ndarray[Any, Any], dict[int, str], np.ndarray[Any, Any]]:
    """One polygon for each group of vertices, in the order in which the groups begin, and their first rows."""
    order = np.argsort(group, kind="stable")
    coords, group = coords[order], group[order]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    sizes = np.diff(np.r_[starts, len(group)])
    shapes = np.full(len(starts), None, dtype=object)
    enough = sizes >= _ENOUGH
    if not enough.any():
        raise IntakeError("table.few", name=name, points=len(coords))
    is_used = np.repeat(enough, sizes)
    rings = shapely.linearrings(coords[is_used], indices=np.repeat(np.arange(enough.sum()), sizes[enough]))
    shapes[enough] = shapely.polygons(rings)
    return shapes, {int(i): "too_few_points" for i in np.flatnonzero(~enough)}, order[starts]


def _read_wkt(table: _Table, column: int, choose: Choose, crs: str | None) -> Source:
    """A table with whole geometries, as QGIS and PostGIS export them."""
    kept = [i for i in range(len(table.names)) if i != column]
    columns = {
        name: [row[table.names.index(name)] for row in table.cells]
        for name in choose([table.names[i] for i in kept])
    }
    return with_shapes([row[column].strip() or None for row in table.cells], columns, crs)


def with_shapes(wkt: Sequence[str | None], columns: Mapping[str, Sequence[Any]], crs: str | None) -> Source:
    """Whole geometries as well-known text, with what is said of each."""
    texts = np.array(wkt, dtype=object)
    shapes = shapely.from_wkt(texts, on_invalid="fix")
    unbuilt = np.flatnonzero(shapely.is_missing(shapes) & (texts != None))  # noqa: E711 - elementwise
    # Nothing in a table says what its WKT is in; degrees are taken as they are, metres are asked about.
    coords = shapely.get_coordinates(shapes)
    is_degrees = not len(coords) or np.nanmax(np.abs(coords)) <= 360
    return Source(
        shapes=shapes,
        crs=None if crs or not is_degrees else WGS84,
        columns=columns,
        reasons={int(i): "broken" for i in unbuilt},
    )
