"""CSV (RFC 4180), for spreadsheets: a row for each territory, its boundary as WKT in the last column."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import shapely

from territory.exchange import GEOMETRY, protected
from territory.export.sheet import Sheet


def write_table(sheet: Sheet, path: Path, *, has_lines: bool = True) -> None:
    """Write a CSV in UTF-8 with the mark by which spreadsheets know it.

    Texts that a spreadsheet would run as a formula are protected, see `territory.exchange.protected`; numbers are
    written bare.

    Parameters
    ----------
    sheet
        What to write.
    path
        Where.
    has_lines
        Whether the boundaries are written too.
    """
    names = list(sheet.columns)
    columns: list[Sequence[str | None]] = [_column(sheet, name) for name in names]
    header = [protected(name) for name in names]
    if has_lines:
        header.append(GEOMETRY)
        columns.append(shapely.to_wkt(sheet.shapes, rounding_precision=7, trim=True))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))


def _column(sheet: Sheet, name: str) -> list[str | None]:
    texts = sheet.texts(name)
    return list(map(protected, texts)) if sheet.kind(name) is str else texts
