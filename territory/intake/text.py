"""From bytes to text: encodings, byte order marks, and what old programs wrote."""

from __future__ import annotations

import codecs

from territory.intake.errors import Notice

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Letters of the languages spoken around here; what an encoding must yield to be the right one.
_LETTERS = frozenset("áéíóúñüÁÉÍÓÚÑÜçãõâêôàèìòùëïÇÃÕÂÊÔÀÈÌÒÙËÏ°ºª–“”’")


def decode(data: bytes) -> tuple[str, list[Notice]]:
    """Text of a file, whichever way it was written.

    Examples
    --------
    >>> decode("Simón Planas".encode("utf-16"))[0], decode("Simón".encode("cp1252"))[0]
    ('Simón Planas', 'Simón')
    """
    if encoding := utf_encoding(data):
        return data.decode(encoding, errors="replace"), []
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        guessed = best_encoding(data)
        return data.decode(guessed, errors="replace"), [
            Notice(code="encoding.guessed", args={"encoding": guessed})
        ]


def utf_encoding(data: bytes) -> str | None:
    """The encoding that a byte order mark or a pattern of zero bytes gives away."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    if len(data) >= 4 and data[0] and not data[1] and data[2] and not data[3]:
        return "utf-16-le"
    if len(data) >= 4 and not data[0] and data[1] and not data[2] and data[3]:
        return "utf-16-be"
    return None


def best_encoding(data: bytes, said: str | None = None) -> str:
    """The encoding under which bytes read most like words.

    Parameters
    ----------
    data
        Text in an unknown encoding.
    said
        What the file says of itself; it wins when nothing reads better.

    Examples
    --------
    >>> best_encoding("Simón Bolívar".encode("cp850"), "utf-8")
    'cp850'
    """
    high = bytes(b for b in data if b >= 0x80)
    if not high:
        return said or "utf-8"
    candidates = dict.fromkeys([said or "utf-8", "utf-8", "cp1252", "cp850"])
    return max(candidates, key=lambda encoding: _likeness(data if encoding == "utf-8" else high, encoding))


def _likeness(data: bytes, encoding: str) -> float:
    """Share of the non-ASCII characters that are letters of our languages."""
    try:
        high = [c for c in data.decode(encoding, errors="replace") if ord(c) >= 0x80]
    except (LookupError, ValueError):
        return -1.0
    return sum(c in _LETTERS for c in high) / len(high) if high else 0.0
