"""Text that somebody typed or pasted: bare well-known text, and lists of which every bad line is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from territory.intake.angles import Value, parse_angle, parse_pair
from territory.intake.errors import IntakeError
from territory.intake.ours import our_delimiter
from territory.intake.reference import parse_crs
from territory.intake.source import Choose, Source
from territory.intake.table import Layout, has_coordinates, layout, read_table, with_shapes
from territory.profiles import Profile
from territory.words import say

_WELL_KNOWN = re.compile(
    r"^\s*(?:SRID\s*=\s*(?P<srid>\d{4,6})\s*;)?\s*(?P<wkt>(?:(?:MULTI)?(?:POLYGON|LINESTRING|POINT)"
    r"|GEOMETRYCOLLECTION)\s*(?:ZM?|M)?\s*(?:\(|EMPTY).*?)(?=\n\s*(?:SRID|MULTI|POLY|LINE|POINT|GEOM)|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
# "10.07,-69.3 10.08,-69.3 …" on one line, as KML writes its places.
_RUN = re.compile(r"\s*(?:[-+]?\d+\.\d+,[-+]?\d+\.\d+\s+){2,}[-+]?\d+\.\d+,[-+]?\d+\.\d+\s*")
_BRACKETED = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*[,;]?\s*")
# "Punto A: 10.07, -69.3"; what names an axis stays, for it tells the order.
_LABEL = re.compile(r"\s*(?:punto|point|v[ée]rtice|vertex|esquina|corner)\s+\w{1,6}\s*[:.)-]\s*", re.IGNORECASE)

_BY_LINE = ("table.row", "table.unreadable", "table.no_coordinates")
_MOST_TOLD = 6
_SHOWN = 60
# Farther from the usual value than this share of it, a number is another thing.
_UNLIKE = 0.5


class BadLines(IntakeError):
    """Lines of a list that cannot be read, each with what is wrong with it."""

    def __init__(self, faults: list[dict[str, Any]]) -> None:
        super().__init__(
            "table.lines",
            line=faults[0]["line"],
            faults=faults[:_MOST_TOLD],
            more=max(0, len(faults) - _MOST_TOLD),
        )

    def said(self, language: str) -> str:
        """A sentence for each line, on lines of their own."""
        told = [say(language, f"intake.line.{fault['fault']}", **fault) for fault in self.details["faults"]]
        if more := self.details["more"]:
            told.append(say(language, "intake.line.more", count=more))
        return "\n".join(told)


def read_pasted(text: str, choose: Choose, *, profile: Profile, crs: str | None = None, name: str) -> Source:
    """Read well-known text, or vertices in rows as `read_table` does.

    Parameters
    ----------
    text, choose, profile, crs, name
        As for `read_table`.

    Raises
    ------
    BadLines
        Lines cannot be read, while others can.
    IntakeError
        See `read_table`.
    """
    if our_delimiter(text) is not None:
        # Written by this program and read back to the letter: a list in one of its cells is nobody's list.
        return read_table(text, choose, profile=profile, crs=crs, name=name)
    source = _well_known(text, crs, name)
    if source is not None:
        return source
    rows = _rows(text)
    try:
        return read_table(rows, choose, profile=profile, crs=crs, name=name)
    except IntakeError as error:
        if error.code not in _BY_LINE:
            raise
        try:
            made = layout(rows, profile=profile, crs=crs, name=name)
        except IntakeError:
            raise error from None
        found = list(_faults(made))
        # Where hardly anything can be read it is no list, and no line of it is to blame.
        if not found or len(found) > len(made.rows) / 2:
            raise
        raise BadLines(found) from error


def _well_known(text: str, crs: str | None, name: str) -> Source | None:
    """Geometries that stand alone, with or without the number of their reference system before them."""
    found = list(_WELL_KNOWN.finditer(text))
    if not found or text[: found[0].start()].strip():
        return None
    source = with_shapes([each["wkt"].strip() for each in found], {}, crs)
    if source.reasons:
        at = text.count("\n", 0, found[min(source.reasons)].start("wkt")) + 1
        raise IntakeError("wkt.broken", name=name, line=at)
    codes = {each["srid"] for each in found} - {None}
    if len(codes) > 1:
        raise IntakeError("crs.several", name=name)
    if codes and crs is None:
        source.crs = parse_crs(codes.pop())
    return source


def _rows(text: str) -> str:
    """One vertex a line, without brackets and words around it; several lines keep their numbers."""
    # Not "splitlines": a cell in quotes may hold what Python takes for the end of a line.
    lines = text.split("\n")
    if len(text.splitlines()) == 1 and _RUN.fullmatch(text):
        return "\n".join(text.split())
    if all(_BRACKETED.fullmatch(line) for line in lines if line.strip()):
        lines = [_BRACKETED.sub(r"\1", line) for line in lines]
    return "\n".join(_LABEL.sub("", line, count=1) for line in lines)


def _faults(made: Layout) -> Iterator[dict[str, Any]]:
    """What is wrong with every line that is not as the others are."""
    for line, cells in made.rows:
        fault, told = _wrong(cells, made)
        if fault is not None:
            yield {"line": line, "fault": fault, "text": " ".join(" ".join(told).split())[:_SHOWN]}


def _wrong(cells: list[str], made: Layout) -> tuple[str | None, list[str]]:
    """What is wrong with a line, if anything, and the cells that show it."""
    if len(cells) == made.width:
        bad = [i for i, column in enumerate(made.columns) if not _is_read(cells[column], made)]
        if not bad:
            return None, cells
        shown = [cells[made.columns[i]] for i in bad]
        if len(made.columns) == 2 and len(bad) == 1 and not shown[0].strip():
            return f"no_{made.axes[bad[0]]}", cells
        return "sixty" if _reaches_sixty(" ".join(shown)) else "no_coordinate", shown
    if len(cells) > made.width and has_coordinates(cells):
        return ("too_much" if any(cell.strip() for cell in cells[made.width :]) else None), cells
    # An angle may be written with blanks, so the line is looked at in one piece as well.
    found = [value for piece in (" ".join(cells), *cells) if (value := parse_angle(piece))]
    lacking = _lacking(found, made)
    return lacking or ("sixty" if _reaches_sixty(" ".join(cells)) else "no_coordinate"), cells


def _is_read(cell: str, made: Layout) -> bool:
    return (parse_pair(cell) if len(made.columns) == 1 else parse_angle(cell)) is not None


def _lacking(found: list[Value], made: Layout) -> str | None:
    """Which of the two coordinates is missing, told by the letter or the size of the one that is there."""
    for value in found:
        if value.axis in made.axes:
            return f"no_{made.axes[1 - made.axes.index(value.axis)]}"
    unlike = [
        (abs(value.number - usual) / max(abs(usual), 1.0), axis)
        for value in found
        for axis, usual in enumerate(made.usual)
    ]
    if not unlike or min(unlike)[0] > _UNLIKE:
        return None
    return f"no_{made.axes[1 - min(unlike)[1]]}"


def _reaches_sixty(text: str) -> bool:
    """Whether minutes or seconds are sixty or more."""
    return any(float(each.replace(",", ".")) >= 60 for each in re.findall(r"(\d+(?:[.,]\d+)?)\s*['′’\"″”]", text))
