#!/bin/sh
# Bundle what the drawing page takes of OpenLayers (entry.js), declare its types, and note the sums.
# Only developers run it, after changing entry.js or a version in package.json.
set -eu
cd "$(dirname "$0")"
web=../..
modules=$web/node_modules
npm ci --prefix "$web" --silent
"$modules/.bin/esbuild" entry.js --bundle --minify --format=esm --target=es2020 --legal-comments=none \
  --log-level=warning --outfile=ol.js
grep -v sourceMappingURL= "$modules/ol/ol.css" > ol.css
# Types come from the same list of names.
sed '1s#.*#/** Made by make.sh from entry.js: the types of ol.js. */#' entry.js > ol.d.ts
# The bundle holds these packages; each asks that its licence goes with it.
for package in ol pbf quickselect rbush; do
  echo "== $package =="
  echo
  cat "$modules/$package"/LICENSE*
  echo
done > LICENSE
python3 - "$modules/ol/package.json" <<'PY'
import hashlib, json, pathlib, sys
here = pathlib.Path.cwd()
manifest = here.parent / "VENDOR.json"
entries = json.loads(manifest.read_text("utf-8"))
entries["ol"] = {
    "version": json.loads(pathlib.Path(sys.argv[1]).read_text("utf-8"))["version"],
    "licence": "BSD-2-Clause AND BSD-3-Clause AND MIT AND ISC",
    "licence_file": "ol/LICENSE",
    "files": {
        f"ol/{name}": hashlib.sha256((here / name).read_bytes()).hexdigest()
        for name in ("LICENSE", "entry.js", "ol.css", "ol.js")
    },
}
manifest.write_text(json.dumps(dict(sorted(entries.items())), indent=2) + "\n", "utf-8")
PY
