#!/usr/bin/env bash
# Does the training pipeline run from data to a checked model folder? One epoch on a few sequences, about a minute.
#
#   training/smoke.sh PYTHON DATA GENOGLOSS      PYTHON: one with training/requirements.txt installed
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
python=$1 data=$2 program=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$here"
for family in promoter-core tf; do
    "$python" -W ignore train_windows.py "$family" --data "$data" --work "$work" --threads 1 --smoke
    "$python" -W ignore export_windows.py "$family" --data "$data" --work "$work" --out "$work/models"
done
for model in core-promoter tf-human tf-mouse; do
    "$program" models check "$work/models/$model"
done
"$program" evaluate "$work/models/tf-human" "$data/gue/GUE/tf/3/dev.csv.gz" --head human_3 --bootstrap 20 --quiet
echo "smoke: done"
