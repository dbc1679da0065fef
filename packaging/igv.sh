#!/usr/bin/env bash
# Fetches igv.js, which the pages of `genogloss report` show calls with, from npm, and packs it for the build.
#
#     packaging/igv.sh OUT.gz
#     GENOGLOSS_IGV=OUT.gz cargo build --release
#
# OUT.gz holds the licences and dist/igv.min.js. The version and its digest are those below.
set -euo pipefail

VERSION=3.8.10
# sha512 of the package, as the registry lists it.
INTEGRITY=foqT9SJHoKvVXl7euYUsOy7XMs1nTrPeJMQbGRp7qWU7a6HzF345FER/nHUTdsL5cumaoAe19gDmJYsEHO08rw==

[ $# -eq 1 ] || { echo "usage: packaging/igv.sh OUT.gz" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# npm knows the registry that this machine is to use.
command -v npm >/dev/null 2>&1 || { echo "error: npm is not installed: igv.js $VERSION cannot be fetched" >&2; exit 1; }
(cd "$folder" && npm pack --silent "igv@$VERSION" >/dev/null) \
    || { echo "error: igv.js $VERSION cannot be fetched: pages of a build without it have no view of the calls" >&2; exit 1; }

digest=$(openssl dgst -sha512 -binary "$folder/igv-$VERSION.tgz" | base64 | tr -d '\n')
[ "$digest" = "$INTEGRITY" ] || { echo "error: igv.js $VERSION is not the expected file: its sha512 is $digest" >&2; exit 1; }

tar -xzf "$folder/igv-$VERSION.tgz" -C "$folder" package/dist/igv.min.js package/LICENSE
# The first line is read by the build: the version. No name and no time, so that the file is the same each time.
{
    printf '/*! igv.js %s\n\n' "$VERSION"
    cat "$folder/package/LICENSE"
    printf '\n'
    cat "$here/igv-licenses.txt"
    printf '*/\n'
    cat "$folder/package/dist/igv.min.js"
} | gzip -9 -n >"$folder/igv.js.gz"
mv "$folder/igv.js.gz" "$1"
