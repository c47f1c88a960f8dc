"""Numbers and angles as people write them: decimal commas, degrees, minutes and seconds, N S E W and O."""

from __future__ import annotations

import re
from typing import NamedTuple


class Value(NamedTuple):
    """One coordinate."""

    number: float
    """Decimal degrees, or metres."""
    axis: str | None
    """``lon`` or ``lat`` when a letter says it."""


_NUMBER = r"\d+(?:[.,]\d+)*|[.,]\d+"
_DEGREE = r"[°º˚⁰*]|\bdeg\b|d"
_MINUTE = r"['′’‘´`]|m(?:in)?\b"
_SECOND = r"\"|″|”|“|''|′′|’’|´´|``|s(?:eg|ec)?\b"
_LETTER = r"[NSEWO]"

_ANGLE = re.compile(
    rf"""\s*(?P<before>{_LETTER})?\s*[:.]?\s*(?P<sign>[-+])?\s*
    (?P<d>{_NUMBER})\s*
    (?:(?:{_DEGREE}|:|(?<=\d)\s)\s*(?:(?P<m>{_NUMBER})\s*
      (?:(?:{_MINUTE}|:|(?<=\d)\s)\s*(?:(?P<s>{_NUMBER})\s*(?:{_SECOND})?)?)?)?)?
    \s*(?P<after>{_LETTER})?\s*""",
    re.VERBOSE | re.IGNORECASE,
)

# Letters of the hemispheres: O is oeste, E is este and east.
_AXIS = {"N": ("lat", 1), "S": ("lat", -1), "E": ("lon", 1), "W": ("lon", -1), "O": ("lon", -1)}
_NAMED = re.compile(
    r"\b(?:(?:lat|lon|long|latitud|longitud|latitude|longitude|norte|este|north|east|x|y)\s*[:=.])", re.IGNORECASE
)
_WORDS = (
    (r"\bnorte\b|\bnorth\b", "N"),
    (r"\bsur\b|\bsouth\b", "S"),
    (r"\boeste\b|\bwest\b", "W"),
    (r"\beste\b|\beast\b", "E"),
)
_MINUSES = str.maketrans({"−": "-", "–": "-", "—": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})


def parse_number(text: str) -> float | None:
    """A number with a decimal point or comma, with or without marks between thousands.

    Examples
    --------
    >>> [parse_number(t) for t in ("-69,3012", "1.112.233,45", "1,112,233.45", "450123", "10.5.", "x")]
    [-69.3012, 1112233.45, 1112233.45, 450123.0, None, None]
    """
    text = text.translate(_MINUSES).strip()
    if not re.fullmatch(r"[-+]?\s*(?:\d[\d.,' ]*|[.,]\d+)(?:[eE][-+]?\d{1,2})?", text) or text[-1] in ".,' ":
        return None
    text = re.sub(r"(?<=\d)[' ](?=\d{3}(?!\d))", "", text).replace("+", "").replace("- ", "-")
    point, comma = text.rfind("."), text.rfind(",")
    if point >= 0 and comma >= 0:
        thousands, decimal = (",", ".") if point > comma else (".", ",")
        text = text.replace(thousands, "").replace(decimal, ".")
    elif text.count(",") > 1 or text.count(".") > 1:
        mark = "," if comma >= 0 else "."
        if not re.fullmatch(rf"-?\d{{1,3}}(?:\{mark}\d{{3}})+", text):
            return None
        text = text.replace(mark, "")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def parse_angle(text: str) -> Value | None:
    """One coordinate: decimal degrees, degrees with minutes and seconds, or metres.

    Returns
    -------
    Value or None
        ``None`` when the text is no coordinate, or its minutes or seconds reach 60.

    Examples
    --------
    >>> parse_angle("10°30'36\\" N"), parse_angle("69 18,5 O").axis, parse_angle("-69,25").number
    (Value(number=10.51, axis='lat'), 'lon', -69.25)
    >>> parse_angle("10°61'00\\"") is None
    True
    """
    number = parse_number(text)
    if number is not None:
        return Value(number, None)
    plain = text.translate(_MINUSES)
    plain = _NAMED.sub(" ", plain)
    for words, letter in _WORDS:
        plain = re.sub(words, letter, plain, flags=re.IGNORECASE)
    match = _ANGLE.fullmatch(plain)
    return _value(match) if match else None


def _value(match: re.Match[str]) -> Value | None:
    if match["before"] and match["after"]:
        return None
    letter = (match["before"] or match["after"] or "").upper()
    axis, sign = _AXIS.get(letter, (None, 1))
    parts = [parse_number(match[part]) if match[part] else 0.0 for part in "dms"]
    if None in parts:
        return None
    d, m, s = (float(part or 0) for part in parts)
    if m >= 60 or s >= 60 or (match["m"] and d != int(d)) or (match["s"] and m != int(m)):
        return None
    if match["sign"] == "-":
        # "-69° W" says west twice and means it once.
        sign = -1
    return Value(sign * (d + m / 60 + s / 3600), axis)


def parse_pair(text: str) -> tuple[Value, Value] | None:
    """Two coordinates written in one piece, such as ``10°4'12"N 69°18'4"W``.

    Examples
    --------
    >>> [round(value.number, 4) for value in parse_pair("N 10 04 12,5 W 69 18 04")]
    [10.0701, -69.3011]
    >>> parse_pair("10°4' 69°18'")[1].number
    69.3
    >>> parse_pair("El Maizal") is None
    True
    """
    plain = _NAMED.sub(" ", text.translate(_MINUSES)).strip().strip("()[]")
    for words, letter in _WORDS:
        plain = re.sub(words, letter, plain, flags=re.IGNORECASE)
    for at in _cuts(plain):
        first, second = parse_angle(plain[:at].strip(" ,;/")), parse_angle(plain[at:].strip(" ,;/"))
        if first and second:
            return first, second
    return None


def _cuts(text: str) -> list[int]:
    """Where a pair may fall apart, likeliest first."""
    cuts = [m.start() for m in re.finditer(r"[;/]|,(?=\s)", text)]
    letters = [m.start() for m in re.finditer(r"(?<![A-Za-z])[NSEWO](?![A-Za-z])", text, re.IGNORECASE)]
    if len(letters) == 2:
        is_before = not any(c.isdigit() for c in text[: letters[0]])
        cuts.append(letters[1] if is_before else letters[0] + 1)
    degrees = [m.start() for m in re.finditer(r"[-+]?\s*\d+(?:[.,]\d+)?\s*[°º˚⁰*]", text)]
    cuts += degrees[1:2]
    numbers = [m.start() for m in re.finditer(r"(?<![\d.,])[-+]?\d+(?:[.,]\d+)?", text)]
    # Three numbers each, or two each: degrees, minutes and perhaps seconds, with nothing between but spaces.
    if len(numbers) in (2, 4, 6):
        cuts.append(numbers[len(numbers) // 2])
    return cuts
