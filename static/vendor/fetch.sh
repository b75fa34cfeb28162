#!/usr/bin/env bash
# Fetch the front-end files that the portal ships, from the npm registry, and write their checksums.
#
#   static/vendor/fetch.sh            fetch again what is listed below (needs npm, node and network)
#   static/vendor/fetch.sh --check    only compare the files with their SHA256SUMS (needs neither)
#
# One folder per package and version: dist files, LICENSE, SHA256SUMS. To change a version, edit it here, run the
# script, delete the old folder and mend the paths in templates/. An icon is added by its name in icons.txt.
set -euo pipefail
cd "$(dirname "$0")"
BOOTSTRAP=5.3.8
HTMX=2.0.11
ICONS=1.13.2
AXE=4.14.1                      # accessibility checks of the browser tests, never served
tests=../../tests/browser/vendor

check() {
  local folder
  for folder in bootstrap-$BOOTSTRAP htmx-$HTMX bootstrap-icons-$ICONS "$tests/axe-core-$AXE"; do
    (cd "$folder" && sha256sum --quiet -c SHA256SUMS) || { echo "$folder: files differ from SHA256SUMS" >&2; exit 1; }
  done
  echo "vendored files match their checksums"
}

[ "${1:-}" = --check ] && { check; exit; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

unpack() {  # unpack NAME VERSION: the package's files stand in $scratch/NAME/package
  mkdir -p "$scratch/$1"
  (cd "$scratch/$1" && npm pack --silent "$1@$2" >/dev/null && tar -xzf ./*.tgz)
}

fresh() { rm -rf "$1" && mkdir -p "$1"; }

seal() { (cd "$1" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum > SHA256SUMS); }

# The storage with hashed names follows every sourceMappingURL and fails where the map is not shipped.
without_map() { sed -E 's@^/[/*]# sourceMappingURL=.*$@@' "$1"; }

unpack bootstrap $BOOTSTRAP
out=bootstrap-$BOOTSTRAP; fresh $out
without_map "$scratch/bootstrap/package/dist/css/bootstrap.min.css" > $out/bootstrap.min.css
without_map "$scratch/bootstrap/package/dist/js/bootstrap.bundle.min.js" > $out/bootstrap.bundle.min.js
cp "$scratch/bootstrap/package/LICENSE" $out/; seal $out

unpack htmx.org $HTMX
out=htmx-$HTMX; fresh $out
cp "$scratch/htmx.org/package/dist/htmx.min.js" "$scratch/htmx.org/package/LICENSE" $out/; seal $out

unpack bootstrap-icons $ICONS
out=bootstrap-icons-$ICONS; fresh $out
node - "$scratch/bootstrap-icons/package/icons" icons.txt > $out/icons.svg <<'NODE'
const fs = require("fs");
const [folder, list] = process.argv.slice(2);
const names = fs.readFileSync(list, "utf8").split(/\s+/).filter(Boolean).sort();
console.log('<svg xmlns="http://www.w3.org/2000/svg">');
for (const name of names) {
  const inner = fs.readFileSync(`${folder}/${name}.svg`, "utf8").replace(/\s+/g, " ").match(/<svg[^>]*>(.*)<\/svg>/)[1].trim();
  console.log(`<symbol id="${name}" viewBox="0 0 16 16">${inner}</symbol>`);
}
console.log("</svg>");
NODE
cp "$scratch/bootstrap-icons/package/LICENSE" $out/; seal $out

unpack axe-core $AXE
out=$tests/axe-core-$AXE; fresh "$out"
cp "$scratch/axe-core/package/axe.min.js" "$scratch/axe-core/package/LICENSE" "$out/"
cp "$scratch/axe-core/package/locales/zh_CN.json" "$out/"; seal "$out"
check
