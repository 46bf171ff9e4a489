#!/usr/bin/env bash
# Makes src/report/font/*.ttf (figures) and *.woff2 (the page, the same glyphs) from inter-ui 4.1.1 (npm): Latin, Greek, Cyrillic, punctuation, arrows and the signs of mathematics.
# Needs fonttools and brotli: pip install fonttools brotli
set -eu
out=$(cd "$(dirname "$0")/../../src/report/font" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm pack --silent inter-ui@4.1.1 >/dev/null
tar xzf inter-ui-4.1.1.tgz
for weight in Regular SemiBold; do
  fonttools ttLib.woff2 decompress -o "$weight.ttf" "package/web/Inter-$weight.woff2"
  pyftsubset "$weight.ttf" --output-file="$out/Inter-$weight.ttf" --no-hinting --name-IDs='*' \
    --layout-features=kern,mark,mkmk,ccmp,tnum \
    --unicodes="U+20-7E,U+A0-17F,U+192,U+2C6-2DD,U+300-304,U+306-308,U+30A-30C,U+370-3FF,U+400-45F,U+1E00-1EFF,U+2010-2027,U+2030-203A,U+2070-209C,U+20AC,U+2190-2195,U+21D2,U+2200-2212,U+221A,U+221E,U+2248,U+2260,U+2264,U+2265,U+25A0-25CF,U+FFFD"
  fonttools ttLib.woff2 compress -o "$out/Inter-$weight.woff2" "$out/Inter-$weight.ttf"
done
cp package/LICENSE.txt "$out/OFL.txt"
