"""The chain of the log: every entry carries a hash of itself, of what it wrote and of the entry before.

Who changes a row, a line of the log or their order breaks the chain from there on; only somebody who can write
the whole store anew can hide it, and not from whoever kept the newest hash (`territory backup` prints it).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

START = "0" * 64
"""The hash before the first entry."""

_SEPARATOR = b"\x1e"


def row_bytes(kind: str, names: Sequence[str], values: Sequence[Any]) -> bytes:
    """One row as bytes that are the same when it is written and when it is read, on any database.

    Examples
    --------
    >>> row_bytes("code", ["id", "revision"], ["k-1", 1])
    b'["code","id","k-1","revision",1]'
    """
    flat = [kind, *(each for pair in zip(names, values, strict=True) for each in pair)]
    return orjson.dumps(flat, default=_plain, option=orjson.OPT_SORT_KEYS)


def entry_hash(before: str, *, seq: int, at: str, by: str, action: str, detail: str, rows: Iterable[bytes]) -> str:
    """Hash of a log entry.

    Parameters
    ----------
    before
        Hash of the entry before.
    seq, at, by, action, detail
        The entry as it is kept.
    rows
        What it wrote, see `row_bytes`, in any order.
    """
    digest = hashlib.sha256(orjson.dumps([before, seq, at, by, action, detail]))
    for row in sorted(hashlib.sha256(row).digest() for row in rows):
        digest.update(_SEPARATOR + row)
    return digest.hexdigest()


def canonical_json(detail: Mapping[str, Any]) -> str:
    """The text of a mapping: equal mappings have equal texts."""
    return orjson.dumps(detail, option=orjson.OPT_SORT_KEYS | orjson.OPT_SERIALIZE_NUMPY).decode()


def _plain(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    raise TypeError(f"no canonical form for {type(value).__name__}")
