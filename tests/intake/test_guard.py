"""Files that are too big, and archives that are traps."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

import pytest
from written import collection, square

from territory.intake import guard

MAP = json.dumps(collection(square())).encode()


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return out.getvalue()


def test_a_file_beyond_the_limit_is_refused_by_its_size_alone(reader, tmp_path):
    path = tmp_path / "huge.geojson"
    with path.open("wb") as file:
        file.write(MAP + b" " * 100_000)
        file.truncate(1_200_000_000)  # takes no room on the disk
    error = reader.refused(reader.file, path)
    assert (error.code, error.details["size"]) == ("file.too_large", "1200 MB")


def test_a_caller_may_set_a_lower_limit(reader):
    assert reader.refused(reader.file, MAP, "a.json", max_bytes=100).code == "file.too_large"
    assert reader.refused(reader.text, MAP, max_bytes=100).code == "file.too_large"
    assert len(reader.file(MAP, "a.json", max_bytes=10_000).layer) == 1


def test_a_machine_without_room_refuses_sooner(reader, monkeypatch, tmp_path):
    path = tmp_path / "big.geojson"
    with path.open("wb") as file:
        file.write(MAP + b" " * 100_000)
        file.truncate(20_000_000)
    monkeypatch.setattr(guard, "free_memory", lambda: 100_000_000)
    assert reader.refused(reader.file, path).details["limit"] == "11 MB"


@pytest.mark.parametrize("ending", ["zip", "kmz"])
def test_a_zip_that_swells_is_refused(reader, ending):
    bomb = zipped(("a.geojson", MAP + b" " * 30_000_000))
    assert len(bomb) < 100_000
    assert reader.refused(reader.file, bomb, f"a.{ending}").code == "zip.bomb"


def test_a_zip_is_held_to_the_limit_of_the_caller_while_it_unpacks(reader):
    packed = zipped(("a.geojson", MAP + b" " * 50_000))
    assert reader.refused(reader.file, packed, "a.zip", max_bytes=20_000).code == "zip.bomb"


def test_a_zip_that_lies_about_its_size_is_refused(reader):
    packed = bytearray(zipped(("a.geojson", MAP + b" " * 50_000)))
    at = packed.rindex(b"PK\x01\x02") + 24
    packed[at : at + 4] = (100).to_bytes(4, "little")
    error = reader.refused(reader.file, bytes(packed), "a.zip", max_bytes=20_000)
    assert error.code in {"zip.bomb", "file.damaged"}


def test_a_gzip_that_swells_is_refused(reader):
    packed = gzip.compress(MAP + b" " * 3_000_000)
    assert reader.refused(reader.file, packed, "a.geojson.gz", max_bytes=1_000_000).code == "zip.bomb"


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (zipped(("a.zip", zipped(("a.geojson", MAP)))), "zip.no_map"),
        (gzip.compress(gzip.compress(MAP)), "zip.nested"),
        (zipped(("leame.txt", b"hola")), "zip.no_map"),
        (zipped(), "zip.no_map"),
        (zipped(("a.geojson", MAP), ("b.geojson", MAP)), "zip.several"),
        (zipped(("a.geojson", MAP))[:-30], "file.damaged"),
        (gzip.compress(MAP)[:-12], "file.damaged"),
        (zipped(*((f"{i}.txt", b"") for i in range(10_001)), ("a.geojson", MAP)), "zip.bomb"),
    ],
)
def test_archives_without_one_map_are_refused(reader, packed, code):
    assert reader.refused(reader.file, packed, "a.zip").code == code


def test_a_zip_cannot_write_outside(reader, tmp_path):
    packed = zipped(("../../../../tmp/territory-escaped.geojson", MAP), ("/etc/x.txt", b""))
    assert len(reader.file(packed, "a.zip").layer) == 1
    assert not (tmp_path.parent / "territory-escaped.geojson").exists()


def test_a_zip_with_a_password_is_refused(reader):
    packed = bytearray(zipped(("a.geojson", MAP)))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(magic) + offset] |= 1
    assert reader.refused(reader.file, bytes(packed), "a.zip").code == "zip.password"
