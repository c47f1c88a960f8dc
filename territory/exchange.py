"""What `territory.export` and `territory.intake` agree on, so that a file of ours gives back all that was written.

A file is ours when it has every column of `COLUMNS` under exactly these names. Its texts are then taken as they
stand: nothing is trimmed, and no column is looked for under another name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from territory.model import LAYER_COLUMNS

COLUMNS = ("id", *LAYER_COLUMNS)
"""The columns that every file of ours has, in this order, before any other."""

GEOMETRY = "wkt"
"""The column of a CSV that holds the boundary."""

SIDECAR = ".values.csv"
"""Ending of the table that lies beside a shapefile of ours and holds every value in full."""

FIELD_BYTES = 254
"""The longest text in the table of a shapefile (dBASE)."""

_FIELD_NAME = 10

# What makes a spreadsheet take a text for a formula (OWASP, "CSV Injection"), the fullwidth forms included; and
# our own mark, so that it can be taken off again without doubt.
_RISKY = frozenset("=+-@\t\r\n＝＋－＠'")


def is_ours(names: Iterable[str]) -> bool:
    """Whether a file with these columns is one that this program writes.

    >>> is_ours(["id", "name", "level", "parent", "kind", "families", "codes"]), is_ours(["id", "nombre"])
    (True, False)
    """
    return set(COLUMNS).issubset(names)


def _needs_mark(text: str) -> bool:
    return not text or text.lstrip()[:1] in _RISKY


def protected(text: str | None) -> str:
    """A cell of a CSV that no spreadsheet runs as a formula.

    A text that begins like a formula gets an apostrophe in front, as people type it; a text that begins with an
    apostrophe gets another. An empty cell means that nothing is known, and a lone apostrophe is the empty text.

    >>> [protected(text) for text in ("=cmd()", "-1", "El Ají", "'s", "", None)]
    ["'=cmd()", "'-1", 'El Ají', "''s", "'", '']
    """
    if text is None:
        return ""
    return f"'{text}" if _needs_mark(text) else text


def unprotected(cell: str) -> str | None:
    """The text that `protected` made a cell of; other texts stay as they are.

    >>> [unprotected(cell) for cell in ("'=cmd()", "'", "", "'La Hoyada'", "El Ají")]
    ['=cmd()', '', None, "'La Hoyada'", 'El Ají']
    """
    if not cell:
        return None
    return cell[1:] if cell[0] == "'" and _needs_mark(cell[1:]) else cell


def field_names(names: Sequence[str]) -> list[str]:
    """The names that columns have in a shapefile: at most ten of ``a-z``, ``0-9`` and ``_``, each once.

    Those of `COLUMNS` are short enough and stay; of the others the first ten characters stay, and the last ones
    make place for a number where two would be equal.

    >>> field_names(["id", "valid_from", "publication", "publications", "Año"])
    ['id', 'valid_from', 'publicatio', 'publicat_2', 'ano']
    """
    taken: list[str] = []
    for name in names:
        letters = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
        whole = re.sub(r"[^a-z0-9_]", "_", letters.lower())[:_FIELD_NAME] or "_"
        field, number = whole, 1
        while field in taken:
            number += 1
            ending = f"_{number}"
            field = whole[: _FIELD_NAME - len(ending)] + ending
        taken.append(field)
    return taken


def field_text(text: str) -> str:
    """What the table of a shapefile holds of a text: `FIELD_BYTES` of UTF-8 at most, no blanks around.

    >>> len(field_text("ñ" * 200)), field_text(" El Ají ")
    (127, 'El Ají')
    """
    return text.encode("utf-8")[:FIELD_BYTES].decode("utf-8", errors="ignore").strip(" ")
