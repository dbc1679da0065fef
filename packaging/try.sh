#!/usr/bin/env bash
# Tries a release archive: unpacks it, and runs a model in the built-in engine.
#
#     packaging/try.sh ARCHIVE.tar.gz
set -euo pipefail

archive=$(realpath "$1")
slice=$(dirname "$(realpath "$0")")/../tests/data/chr20_slice.fa
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xzf "$archive" -C "$work" --strip-components 1

"$work/bin/genogloss" --version --verbose
"$work/bin/genogloss" models check human --engine rten
"$work/bin/genogloss" scan "$slice" --engine rten --quiet -o "$work/elements.bed"
[ -s "$work/elements.bed" ] || { echo "FAILED: no elements" >&2; exit 1; }
for file in share/man/man1/genogloss.1 share/bash-completion/completions/genogloss share/doc/genogloss/{README.md,CITATION.cff,LICENSE-MIT,LICENSE-APACHE,THIRDPARTY.yml}; do
    [ -s "$work/$file" ] || { echo "FAILED: $file is not in the archive" >&2; exit 1; }
done
ls "$work"/share/doc/genogloss/*.json >/dev/null || { echo "FAILED: no SBOM in the archive" >&2; exit 1; }
echo "ok: $(basename "$archive")"
