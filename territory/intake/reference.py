"""Coordinate reference systems as people name them, and which one unlabelled coordinates look like."""

from __future__ import annotations

import re
import unicodedata
import warnings
from functools import lru_cache
from typing import Any

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from territory.intake.errors import IntakeError
from territory.profiles import Profile

WGS84 = CRS.from_epsg(4326)

Bounds = tuple[float, float, float, float]

# Datums that people write beside coordinates: EPSG code in degrees, then of UTM north and south by zone.
_DATUMS: dict[str, tuple[int, dict[str, dict[int, int]]]] = {
    "wgs84": (4326, {"N": {z: 32600 + z for z in range(1, 61)}, "S": {z: 32700 + z for z in range(1, 61)}}),
    "regven": (4189, {"N": {18: 2201, 19: 2202, 20: 2203}, "S": {}}),
    "canoa": (4247, {"N": {18: 24718, 19: 24719, 20: 24720}, "S": {}}),
    "sirgas": (
        4674,
        {"N": {z: 31954 + z for z in range(11, 23)}, "S": {z: 31960 + z for z in range(17, 26)}},
    ),
}

# What is proposed first for an unlabelled file of a country.
_NATIONAL = {"VE": "regven", "BR": "sirgas"}
# What old papers of a country are in; by the names of `_DATUMS`.
_OLD = {"VE": ["canoa"]}

_DATUM_WORDS = (
    ("regven", r"regven|sirgas[- ]?regven"),
    ("canoa", r"la\s*canoa|canoa|psad\s*-?(?:19)?56"),
    ("sirgas", r"sirgas"),
    ("wgs84", r"wgs\s*-?(?:19)?84"),
)

_ZONE = re.compile(r"\b(?:utm|huso|zona|zone|fuso|h|z)?\s*[:=.]?\s*(\d{1,2})\s*[- ]?([c-hj-np-x])?\b")


def parse_crs(given: str) -> CRS:
    """The CRS that a person named: a code, "19N", "REGVEN 19", "La Canoa / UTM 20N", WKT or a PROJ string.

    Raises
    ------
    IntakeError
        There is no such CRS, or it is not one for a map.

    Examples
    --------
    >>> [parse_crs(name).to_epsg() for name in ("2202", "19P", "regven 19", "la canoa utm 20N", "wgs84")]
    [2202, 32619, 2202, 24720, 4326]
    """
    text = given.strip()
    crs = _coded(text) or _named(text) or _any(text)
    if crs is None or not (crs.is_geographic or crs.is_projected):
        raise IntakeError("crs.unknown", given=given[:60])
    return crs.to_2d()


def file_crs(given: Any) -> CRS | None:
    """The CRS that a file says; ``None`` when it says none, or something that is no place on Earth."""
    if not given:
        return None
    crs = _any(given) if not isinstance(given, CRS) else given
    if crs is None or not (crs.is_geographic or crs.is_projected):
        return None
    return crs.to_2d() if len(crs.axis_info) > 2 else crs


def told_datum(text: str) -> str | None:
    """The datum that a line of text mentions."""
    plain = _plain(text)
    return next((datum for datum, pattern in _DATUM_WORDS if re.search(pattern, plain)), None)


def told_zone(text: str, *, is_bare: bool = False) -> tuple[int, str] | None:
    """The UTM zone that a line of text mentions, as number and hemisphere.

    With ``is_bare`` a number alone is a zone. The letter is that of the grid (C–M south, N–X north); a bare S
    is read as south, as most people mean it.

    Examples
    --------
    >>> told_zone("UTM huso 19 P, REGVEN"), told_zone("22S"), told_zone("zona 20")
    ((19, 'N'), (22, 'S'), (20, 'N'))
    """
    plain = _plain(text)
    for _, pattern in _DATUM_WORDS:
        plain = re.sub(pattern, " ", plain)
    plain = re.sub(r"\bepsg\b\s*:?\s*\d+", " ", plain)
    for match in _ZONE.finditer(plain):
        number, letter = int(match[1]), (match[2] or "n").upper()
        is_marked = is_bare or bool(match[2]) or not match[0].strip()[:1].isdigit()
        if 1 <= number <= 60 and is_marked:
            return number, "S" if letter < "N" or letter == "S" else "N"
    return None


def utm(zone: tuple[int, str], datum: str | None = None) -> CRS:
    """The UTM grid of a zone; WGS 84 unless a datum is named.

    Raises
    ------
    IntakeError
        The datum has no such zone.
    """
    number, hemisphere = zone
    code = _DATUMS[datum or "wgs84"][1][hemisphere].get(number)
    if code is None:
        raise IntakeError("crs.unknown", given=f"{datum} UTM {number}{hemisphere}")
    return CRS.from_epsg(code)


def degrees(datum: str | None = None) -> CRS:
    """Longitude and latitude on a datum; WGS 84 unless one is named."""
    return CRS.from_epsg(_DATUMS[datum or "wgs84"][0])


def offered(profile: Profile) -> tuple[list[str], dict[str, list[str]]]:
    """What a page offers for coordinates that do not say what they are in.

    Returns
    -------
    datums
        Words for `parse_crs`, the usual one first.
    zones
        UTM zones of the profile's country, each with the codes that `proposals` may name it by.

    Examples
    --------
    >>> from territory.profiles import load_profile
    >>> datums, zones = offered(load_profile())
    >>> datums, zones["19N"]
    (['wgs84', 'canoa'], ['EPSG:2202', 'EPSG:32619'])
    """
    national = _NATIONAL.get(profile.country, "wgs84")
    zones = {
        f"{zone}{hemisphere}": [
            f"EPSG:{grids[hemisphere][zone]}"
            for grids in (_DATUMS[national][1], _DATUMS["wgs84"][1])
            if zone in grids[hemisphere]
        ]
        for hemisphere, zone in _grids(profile)
    }
    return ["wgs84", *_OLD.get(profile.country, [])], zones


def label(crs: CRS) -> str:
    """A CRS as people know it.

    >>> label(CRS.from_epsg(2202))
    'REGVEN / UTM zone 19N (EPSG:2202)'
    """
    authority = crs.to_authority()
    return f"{crs.name} ({':'.join(authority)})" if authority else str(crs.name)


def datum(crs: CRS) -> str:
    """A CRS as records name it: by its code where it has one.

    >>> datum(CRS.from_epsg(24719))
    'EPSG:24719'
    """
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def is_wgs84(crs: CRS) -> bool:
    """Whether coordinates need no change to be WGS 84."""
    return bool(crs == WGS84 or crs.equals(WGS84, ignore_axis_order=True))


@lru_cache(maxsize=64)
def _transformer(source: str, target: str) -> Transformer:
    return Transformer.from_crs(CRS.from_wkt(source), CRS.from_wkt(target), always_xy=True)


def moved(coords: np.ndarray[Any, Any], source: CRS, target: CRS) -> np.ndarray[Any, Any]:
    """Bring (n, 2) coordinates to another CRS, east before north; what has no place there becomes infinite."""
    x, y = _transformer(source.to_wkt(), target.to_wkt()).transform(coords[:, 0], coords[:, 1])
    return np.column_stack([x, y])


def to_wgs84(coords: np.ndarray[Any, Any], crs: CRS) -> np.ndarray[Any, Any]:
    """Bring (n, 2) coordinates to WGS 84, east before north; what has no place there becomes infinite."""
    return coords if is_wgs84(crs) else moved(coords, crs, WGS84)


def proposals(bounds: Bounds, profile: Profile) -> list[str]:
    """Which reference systems would bring unlabelled coordinates into the profile's country, likeliest first.

    Parameters
    ----------
    bounds
        West, south, east, north of the coordinates as they stand.
    profile
        Whose extent is looked at.

    Returns
    -------
    list of str
        Codes as ``--crs`` takes them; empty when nothing fits.

    Examples
    --------
    >>> from territory.profiles import load_profile
    >>> proposals((450_000, 1_100_000, 480_000, 1_120_000), load_profile())[0]
    'EPSG:2202'
    """
    x, y = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    if not np.isfinite([x, y]).all():
        return []
    if max(abs(bounds[0]), abs(bounds[2])) <= 180 and max(abs(bounds[1]), abs(bounds[3])) <= 180:
        return ["EPSG:4326"]
    return [f"EPSG:{code}" for code in _candidates(profile) if fits(x, y, CRS.from_epsg(code), profile)]


def fits(x: float, y: float, crs: CRS, profile: Profile) -> bool:
    """Whether coordinates would lie in the profile's country, and where that CRS is used.

    >>> from territory.profiles import load_profile
    >>> fits(450_000, 1_110_000, CRS.from_epsg(2202), load_profile())
    True
    """
    [[lon, lat]] = to_wgs84(np.array([[x, y]]), crs)
    return is_inside(lon, lat, profile) and _is_used_at(crs, lon, lat)


def is_inside(lon: float, lat: float, profile: Profile) -> bool:
    """Whether a point lies in the profile's extent."""
    west, south, east, north = profile.extent
    return bool(west <= lon <= east and south <= lat <= north)


def _grids(profile: Profile) -> list[tuple[str, int]]:
    """Hemispheres and UTM zones of the profile's country."""
    west, south, east, north = profile.extent
    zones = range(int((west + 180) // 6) + 1, int((east + 180) // 6) + 2)
    hemispheres = [name for name, has in (("N", north > 0), ("S", south < 0)) if has]
    return [(hemisphere, zone) for hemisphere in hemispheres for zone in zones if 1 <= zone <= 60]


def _candidates(profile: Profile) -> list[int]:
    grids = _grids(profile)
    national = _DATUMS[_NATIONAL.get(profile.country, "wgs84")][1]
    own = [national[hemisphere][zone] for hemisphere, zone in grids if zone in national[hemisphere]]
    others = [_DATUMS["wgs84"][1][h][zone] for h, zone in grids if zone not in national[h]]
    return [*own, *others, 3857]


def _is_used_at(crs: CRS, lon: float, lat: float) -> bool:
    """Whether a place lies in the strip that a grid was made for, with half a degree to spare."""
    area = crs.area_of_use
    if area is None:
        return True
    return bool(area.west - 0.5 <= lon <= area.east + 0.5 and area.south - 0.5 <= lat <= area.north + 0.5)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _coded(text: str) -> CRS | None:
    match = re.fullmatch(r"(?:epsg:*\s*)?(\d{4,6})", text, re.IGNORECASE)
    return _any(f"EPSG:{match[1]}") if match else None


def _named(text: str) -> CRS | None:
    if len(text) > 60 or ":" in text:
        return None
    datum = told_datum(text)
    zone = told_zone(text, is_bare=datum is not None)
    if zone is not None:
        return utm(zone, datum)
    return degrees(datum) if datum else None


def _any(given: Any) -> CRS | None:
    try:
        with warnings.catch_warnings():
            # An old "+init=" still says which CRS is meant.
            warnings.simplefilter("ignore")
            return CRS.from_user_input(given)
    except (CRSError, ValueError, TypeError, OverflowError):
        return None
