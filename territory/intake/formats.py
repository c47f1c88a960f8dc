"""What kind of file it is, told from its content; names lie."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from territory.intake.errors import IntakeError
from territory.intake.text import utf_encoding

_HEAD = 65_536


class Format(StrEnum):
    """Every kind of file that can be read."""

    JSON = "GeoJSON"
    """Also GeoJSON-seq and TopoJSON, told apart when parsed."""
    KML = "KML"
    GPX = "GPX"
    TABLE = "CSV"
    GEOPACKAGE = "GeoPackage"
    SHAPEFILE = "shapefile"
    FLATGEOBUF = "FlatGeobuf"
    PARQUET = "GeoParquet"
    ZIP = "ZIP"
    """A zipped shapefile, a KMZ, or any other of these in a ZIP."""
    GZIP = "GZIP"


IS_TEXT = frozenset({Format.JSON, Format.KML, Format.GPX, Format.TABLE})

# Files that people send by mistake, by their first bytes, with the word that the refusal uses.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"\xd0\xcf\x11\xe0", "Microsoft Office"),
    (b"AC10", "DWG"),
    (b"\0\0\0\x0eOSMHeader", "OSM PBF"),
    (b"\0\0\0\x0d\x0a\x09OSMHeader", "OSM PBF"),
)

_SHAPEFILE_PARTS = frozenset({".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx"})


def sniff(path: Path) -> Format:
    """Tell the kind of a file from its first bytes.

    Raises
    ------
    IntakeError
        It is empty, or of no kind that can be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise IntakeError("file.empty", name=path.name)
    return _binary(head) or _other(head, path) or _text(head, path)


def _binary(head: bytes) -> Format | None:
    if head.startswith(b"SQLite format 3\0"):
        return Format.GEOPACKAGE
    if head.startswith(b"fgb\x03fgb"):
        return Format.FLATGEOBUF
    if head.startswith(b"PAR1"):
        return Format.PARQUET
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return Format.ZIP
    if head.startswith(b"\x1f\x8b"):
        return Format.GZIP
    if head.startswith(b"\0\0\x27\x0a") and len(head) >= 100:
        return Format.SHAPEFILE
    return None


def _other(head: bytes, path: Path) -> Format | None:
    """Refuse what is plainly something else; one part of a shapefile stands for the whole."""
    for magic, kind in _OTHERS:
        if head.startswith(magic) or (kind == "OSM PBF" and b"OSMHeader" in head[:32]):
            raise IntakeError("format.other", name=path.name, kind=kind)
    if path.suffix.lower() in _SHAPEFILE_PARTS and utf_encoding(head) is None:
        raise IntakeError("shapefile.part", name=path.name, needed=path.with_suffix(".shp").name)
    return None


def _text(head: bytes, path: Path) -> Format:
    encoding = utf_encoding(head)
    text = head.decode(encoding or "latin-1", errors="replace").lstrip("\ufeff\x1e \t\r\n")
    if not text:
        raise IntakeError("file.empty", name=path.name)
    if encoding is None and b"\0" in head:
        raise IntakeError("format.unknown", name=path.name)
    if text[0] in "{[":
        return Format.JSON
    if text[0] == "<":
        return _markup(text, path)
    # A few control characters are an accident; many are no text at all.
    if sum(c < " " and c not in "\t\r\n\f" for c in text) > len(text) // 50:
        raise IntakeError("format.unknown", name=path.name)
    return Format.TABLE


def _markup(text: str, path: Path) -> Format:
    plain = re.sub(r"<!--.*?-->|<\?.*?\?>", "", text, flags=re.DOTALL)
    match = re.search(r"<(?!!)(?:[\w.-]+:)?([\w.-]+)", plain)
    root = match[1].lower() if match else ""
    if root in ("kml", "placemark", "document", "folder"):
        return Format.KML
    if root == "gpx":
        return Format.GPX
    if root in ("html", "head", "body") or re.match(r"\s*<!doctype\s+html", plain, re.IGNORECASE):
        raise IntakeError("format.other", name=path.name, kind="HTML")
    raise IntakeError("format.other", name=path.name, kind="XML")
