"""Tables that this program wrote: read back to the letter, see `territory.exchange`."""

from __future__ import annotations

import csv
import io
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from territory.exchange import field_names, field_text, is_ours, unprotected
from territory.intake.errors import IntakeError

Cells = list[str | None]

_LONGEST_FIELD = 50_000_000
_LONGEST_HEADER = 65_536
# The comma is ours; spreadsheets write the others where a comma is a decimal one.
_DELIMITERS = (",", ";", "\t")


def our_table(text: str, name: str) -> dict[str, Cells] | None:
    """The columns of a CSV of ours, ``None`` of any other text.

    Parameters
    ----------
    text
        The whole file, line ends as they stand in it.
    name
        What its owner calls it.

    Raises
    ------
    IntakeError
        A row has more or fewer cells than there are columns.
    """
    text = text.removeprefix("\ufeff")
    delimiter = our_delimiter(text)
    if delimiter is None:
        return None
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [unprotected(cell) or "" for cell in next(reader)]
    rows = []
    try:
        for row in filter(None, reader):
            if len(row) != len(header):
                shown = " ".join(row)[:60]
                expected, found = len(header), len(row)
                raise IntakeError(
                    "table.row", name=name, line=reader.line_num, text=shown, expected=expected, found=found
                )
            rows.append(row)
    except csv.Error:
        raise IntakeError("file.damaged", name=name, kind="CSV") from None
    columns = zip(*rows, strict=True) if rows else [()] * len(header)
    return {column: list(map(unprotected, cells)) for column, cells in zip(header, columns, strict=True)}


def our_delimiter(text: str) -> str | None:
    """What stands between the cells of a CSV of ours, ``None`` for any other text."""
    text = text.removeprefix("\ufeff")
    return next((each for each in _DELIMITERS if is_ours(_header(text, each))), None)


def _header(text: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text[:_LONGEST_HEADER], newline=""), delimiter=delimiter), [])
    except csv.Error:
        return []


def completed(table: Mapping[str, Sequence[str | None]], full: Mapping[str, Cells]) -> dict[str, Cells]:
    """The table of a shapefile of ours with its names and values in full.

    Parameters
    ----------
    table
        By field, what the shapefile itself holds.
    full
        By column, what lies beside it. Rows are the same that have the same id; a value that was changed in the
        table since then, and a row or field added there, is taken from the table.

    Examples
    --------
    >>> full = {"id": ["a", "b"], "valid_from_day": ["2024", "2025"]}
    >>> completed({"id": ["b", "a", "c"], "valid_from": ["2025", "1999", None]}, full)
    {'id': ['b', 'a', 'c'], 'valid_from_day': ['2025', '1999', None]}
    """
    called = dict(zip(field_names(list(full)), full, strict=True))
    rows: defaultdict[str, deque[int]] = defaultdict(deque)
    for i, id_ in enumerate(full["id"]):
        rows[field_text(id_ or "")].append(i)
    at = [rows[id_ or ""].popleft() if rows.get(id_ or "") else None for id_ in table["id"]]
    columns = {}
    for field, cells in table.items():
        name = called.get(field, field)
        whole = full.get(name)
        columns[name] = [
            cell if whole is None or i is None or _is_other(cell, whole[i]) else whole[i]
            for cell, i in zip(cells, at, strict=True)
        ]
    return columns


def _is_other(cell: str | None, whole: str | None) -> bool:
    """Whether a field holds something else than what was written there."""
    return (cell or "") != field_text(whole or "")
