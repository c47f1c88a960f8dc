"""Before a file is opened in earnest: is it too big, does it swell when unpacked, what is inside."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from territory.exchange import SIDECAR
from territory.intake.errors import IntakeError
from territory.intake.formats import IS_TEXT, Format

MAX_BYTES = 1_000_000_000
"""A file larger than this is refused, whatever the machine."""
MAX_TEXT_BYTES = 400_000_000
"""The same for formats written as text, which take ten times their size while they are read."""

_MAX_MEMBERS = 10_000
# Coordinates written as text pack to a tenth; a thousandth is a trap.
_MAX_RATIO = 200
_SMALL = 10_000_000
_CHUNK = 1 << 20

# What reading takes at its peak, in bytes of memory per byte of file; measured on 50,000 boundaries.
_MEMORY_PER_BYTE = {"text": 9, "binary": 6}

_PREFERRED = (".shp", ".gpkg", ".kml", ".geojson", ".json", ".topojson", ".fgb", ".parquet", ".gpx", ".csv")
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", SIDECAR)
_CLUTTER = ("__MACOSX", ".DS_Store")


def require_size(path: Path, kind: Format, max_bytes: int | None) -> None:
    """Refuse a file that would not fit.

    Parameters
    ----------
    path
        The file.
    kind
        What it is; text takes more memory than its size.
    max_bytes
        The caller's own limit.

    Raises
    ------
    IntakeError
        It is larger than the limit, or than what this machine has room for.
    """
    size = path.stat().st_size
    limit = min(MAX_TEXT_BYTES if kind in IS_TEXT else MAX_BYTES, max_bytes or MAX_BYTES)
    factor = _MEMORY_PER_BYTE["text" if kind in IS_TEXT else "binary"]
    if kind not in (Format.ZIP, Format.GZIP):
        limit = min(limit, max(_SMALL, free_memory() // factor))
    if size > limit:
        raise IntakeError("file.too_large", name=path.name, size=megabytes(size), limit=megabytes(limit))


def require_values(data: bytes, max_bytes: int | None, name: str) -> None:
    """Refuse JSON that is small on disk and would be huge in memory, from the count of its brackets and commas.

    Raises
    ------
    IntakeError
        Too many values.
    """
    values = data.count(b",") + data.count(b"[") + data.count(b"{")
    limit = (max_bytes or MAX_TEXT_BYTES) // 4
    if values > limit:
        raise IntakeError("file.too_many", name=name, coordinates=values // 3, limit=limit // 3)


def megabytes(size: int) -> str:
    """A size for a sentence.

    >>> megabytes(1_234_567_890), megabytes(360_000)
    ('1235 MB', '0.4 MB')
    """
    return f"{size / 1e6:.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.1f} MB"


def free_memory() -> int:
    """Bytes that can still be used on this machine; plenty where it does not say."""
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 8_000_000_000


def unzip(path: Path, into: Path, max_bytes: int | None) -> Path:
    """Unpack the one map of a ZIP, counting bytes as they come: what a ZIP says of itself may be false.

    Returns
    -------
    Path
        The file to read, inside ``into``.

    Raises
    ------
    IntakeError
        Damaged, protected by a password, swelling beyond the limit, without a map, or with several.
    """
    limit = max_bytes or MAX_BYTES
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and _is_wanted(m.filename)]
            if len(archive.infolist()) > _MAX_MEMBERS:
                raise IntakeError("zip.bomb", name=path.name)
            chosen = _chosen(members, path)
            _require_sane(chosen, path, limit)
            left = limit
            for i, member in enumerate(chosen):
                target = into / _target(member.filename, i)
                with archive.open(member) as packed:
                    left -= _copy(packed, target, left, path)
            return into / _target(chosen[0].filename, 0)
    except RuntimeError:
        raise IntakeError("zip.password", name=path.name) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError):
        raise IntakeError("file.damaged", name=path.name, kind="ZIP") from None


def gunzip(path: Path, into: Path, max_bytes: int | None) -> Path:
    """Unpack a GZIP, counting bytes as they come.

    Raises
    ------
    IntakeError
        Damaged, or swelling beyond the limit.
    """
    target = into / (path.stem or "file")
    try:
        with gzip.open(path) as packed:
            _copy(packed, target, max_bytes or MAX_BYTES, path)
    except (zlib.error, EOFError, OSError):
        raise IntakeError("file.damaged", name=path.name, kind="GZIP") from None
    return target


def _is_wanted(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and not any(part in _CLUTTER or part.startswith("._") for part in parts)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _chosen(members: list[zipfile.ZipInfo], path: Path) -> list[zipfile.ZipInfo]:
    """The map of an archive with all its parts, the file to open first."""
    for suffix in _PREFERRED:
        maps = [m for m in members if _suffix(m.filename) == suffix]
        # The main document of a KMZ is the first KML in it; the others are linked from there.
        if suffix == ".kml":
            maps = sorted(maps, key=lambda m: PurePosixPath(m.filename).name.lower() != "doc.kml")[:1]
        if len(maps) > 1:
            raise IntakeError("zip.several", name=path.name, maps=[m.filename for m in maps[:5]])
        if maps and suffix == ".shp":
            stem = maps[0].filename[:-4].lower()
            return maps + [m for m in members if m is not maps[0] and m.filename.lower() in _parts_of(stem)]
        if maps:
            return maps
    raise IntakeError("zip.no_map", name=path.name)


def _parts_of(stem: str) -> set[str]:
    return {stem + suffix for suffix in _SHAPEFILE_PARTS}


def _require_sane(members: list[zipfile.ZipInfo], path: Path, limit: int) -> None:
    size = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members) or 1
    if size > limit or (size > _SMALL and size / packed > _MAX_RATIO):
        raise IntakeError("zip.bomb", name=path.name)


def _target(name: str, i: int) -> str:
    """A name of our own, whatever path the archive gives; the parts of a shapefile share a stem."""
    part = next((part for part in _SHAPEFILE_PARTS if name.lower().endswith(part)), None)
    return f"map-{i}{_suffix(name)}" if part is None else f"map{part}"


def _copy(packed, target: Path, limit: int, path: Path) -> int:  # type: ignore[no-untyped-def]
    written = 0
    with target.open("wb") as out:
        while chunk := packed.read(_CHUNK):
            written += len(chunk)
            if written > limit:
                raise IntakeError("zip.bomb", name=path.name)
            out.write(chunk)
    return written


def linked(path: Path, into: Path, suffix: str) -> Path:
    """The same file under a plain name with the suffix that its driver expects."""
    target = into / f"map{suffix}"
    try:
        target.symlink_to(path.resolve())
    except OSError:
        shutil.copyfile(path, target)
    return target
