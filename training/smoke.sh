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
lm="$work/lm"
mkdir "$lm"
printf '%s\n' "symbol=RPL21P34, gene description=" "ATGGCTGAAGCCTAA, protein sequence=" > "$lm/prompts.txt"
"$python" -W ignore genomicllm/tokenizer.py --data "$data" --genome none --out "$lm/tokenizer.json" --prompts 500 --smoke
"$python" -W ignore genomicllm/train.py --data "$data" --genome none --tokenizer "$lm/tokenizer.json" --work "$lm" --threads 1 --smoke
"$python" -W ignore genomicllm/export.py --checkpoint "$lm/last.pt" --tokenizer "$lm/tokenizer.json" --prompts "$lm/prompts.txt" \
    --about genomicllm/about.yaml --out "$work/models/genomicllm" 2> /dev/null
"$program" models check "$work/models/genomicllm"
"$program" ask "symbol=RPL21P34, gene description =" -m "$work/models/genomicllm" --quiet
echo "smoke: done"
