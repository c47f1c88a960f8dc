#!/usr/bin/env python3
"""Fetch the browser code that we ship but did not write, and note what it is.

A developer runs this when a version changes: ``python web/vendor/make.py``. It needs npm; nobody else does. What
it writes is committed: the files as published, their licences, and ``VENDOR.json`` with a SHA-256 of each, which
a test compares. Entries of packages that are bundled by another script stay as they are.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MANIFEST = HERE / "VENDOR.json"

# Package and version; licence; what is taken from it, and the name it gets under its own folder.
PACKAGES = {
    "leaflet": (
        "1.9.4",
        "BSD-2-Clause",
        {
            "LICENSE": "LICENSE",
            "dist/leaflet.js": "leaflet.js",
            "dist/leaflet.css": "leaflet.css",
            "dist/images/layers.png": "images/layers.png",
            "dist/images/layers-2x.png": "images/layers-2x.png",
            "dist/images/marker-icon.png": "images/marker-icon.png",
            "dist/images/marker-icon-2x.png": "images/marker-icon-2x.png",
            "dist/images/marker-shadow.png": "images/marker-shadow.png",
        },
    ),
    "pbf": ("4.0.2", "BSD-3-Clause", {"LICENSE": "LICENSE", "index.js": "pbf.js"}),
}


def record(package: str, version: str, licence: str, files: list[Path]) -> dict[str, Any]:
    """An entry of the manifest."""
    return {
        "version": version,
        "licence": licence,
        "licence_file": f"{package}/LICENSE",
        "files": {
            str(path.relative_to(HERE)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(files)
        },
    }


def fetch(package: str, version: str, wanted: dict[str, str]) -> list[Path]:
    """Take the wanted files out of a published package."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", f"{package}@{version}"], cwd=folder, check=True)  # noqa: S603, S607
        [archive] = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            kept = []
            for source, name in wanted.items():
                member = packed.extractfile(f"package/{source}")
                if member is None:
                    raise FileNotFoundError(f"{package} {version} has no {source}")
                target = HERE / package / name
                target.parent.mkdir(parents=True, exist_ok=True)
                # A source map is not shipped, and a browser's tools would ask for it.
                lines = member.read().split(b"\n")
                target.write_bytes(b"\n".join(line for line in lines if b"sourceMappingURL=" not in line))
                kept.append(target)
            return kept


def main() -> None:
    """Write every package and the manifest."""
    manifest = json.loads(MANIFEST.read_text("utf-8")) if MANIFEST.exists() else {}
    for package, (version, licence, wanted) in PACKAGES.items():
        manifest[package] = record(package, version, licence, fetch(package, version, wanted))
    MANIFEST.write_text(json.dumps(dict(sorted(manifest.items())), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
