#!/bin/sh
# Bundle what the drawing page takes of OpenLayers (entry.js) and note its sums. Needs npm; only developers run it.
set -eu
cd "$(dirname "$0")"
version=10.11.0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && echo '{"private": true}' > package.json && npm install --silent "ol@$version" esbuild@0.28.2)
cp entry.js "$work/"
(cd "$work" && npx esbuild entry.js --bundle --minify --format=esm --target=es2020 --legal-comments=none --outfile=ol.js)
cp "$work/ol.js" ol.js
cp "$work/node_modules/ol/LICENSE.md" LICENSE
grep -v sourceMappingURL= "$work/node_modules/ol/ol.css" > ol.css
python3 - "$version" <<'PY'
import hashlib, json, pathlib, sys
here = pathlib.Path.cwd()
files = sorted(p for p in here.iterdir() if p.suffix not in (".sh", ".ts"))
manifest = here.parent / "VENDOR.json"
entries = json.loads(manifest.read_text("utf-8"))
entries["ol"] = {
    "version": sys.argv[1],
    "licence": "BSD-2-Clause",
    "licence_file": "ol/LICENSE",
    "files": {f"ol/{p.name}": hashlib.sha256(p.read_bytes()).hexdigest() for p in files},
}
manifest.write_text(json.dumps(dict(sorted(entries.items())), indent=2) + "\n", "utf-8")
PY
