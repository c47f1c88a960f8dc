"""The chain of the log: every entry carries a hash of itself, of what it wrote and of the entry before.

Who changes a row, a line of the log or their order breaks the chain from there on; only somebody who can write
the whole store anew can hide it, and not from whoever kept the newest hash (`territory backup` prints it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

START = "0" * 64
"""The hash before the first entry."""


def row_hash(kind: str, names: Sequence[str], values: Sequence[Any]) -> bytes:
    """Hash of one row: the same when it is written and when it is read, on any database.

    Parameters
    ----------
    kind
        Name of the table.
    names, values
        Its columns, and what the row has in them: text, numbers, bytes. What is missing does not count, so that a
        column which a later version adds leaves the chain of older rows whole.

    Examples
    --------
    >>> row_hash("code", ["id", "code"], ["k-1", None]) == row_hash("code", ["id"], ["k-1"])
    True
    """
    given = {name: value for name, value in zip(names, values, strict=True) if value is not None}
    return hashlib.sha256(orjson.dumps([kind, given], default=_hex, option=orjson.OPT_SORT_KEYS)).digest()


def entry_hash(before: str, *, seq: int, at: str, by: str, action: str, detail: str, rows: Iterable[bytes]) -> str:
    """Hash of a log entry.

    Parameters
    ----------
    before
        Hash of the entry before.
    seq, at, by, action, detail
        The entry as it is kept.
    rows
        Hashes of what it wrote, see `row_hash`, in any order.
    """
    digest = hashlib.sha256(orjson.dumps([before, seq, at, by, action, detail]))
    for row in sorted(rows):
        digest.update(row)
    return digest.hexdigest()


def _hex(value: Any) -> str:
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"no canonical form for {type(value).__name__}")
