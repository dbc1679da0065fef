#!/usr/bin/env bash
# Wall time of one scan as one Slurm job of one core, against two shards as a job array on two nodes:
# benches/nodes.sh FASTA REGION [PROGRAM] [RUNS]
#
# From submission to the end of the last job, the scheduler's delays included; best of RUNS (1). It uses the Slurm that
# SLURM_CONF names, or starts a private one of two virtual nodes (workflows/slurm.sh, as root): on one machine the two nodes share
# memory and cache, and need two idle cores.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
fasta=$(realpath "${1:?a FASTA file}") region=${2:?a region} program=$(realpath "${3:-$root/target/release/genogloss}") runs=${4:-1}
work=$(mktemp -d)
stop() { if [ -d "$work/slurm" ]; then "$root/workflows/slurm.sh" stop "$work/slurm"; fi; rm -rf "$work"; }
trap stop EXIT
if [ -z "${SLURM_CONF:-}" ]; then
    "$root/workflows/slurm.sh" start "$work/slurm" >"$work/start" || { cat "$work/start" >&2; exit 1; }
    # shellcheck disable=SC1091
    . "$work/start"
fi
cd "$work"

seconds() { # shards: wall seconds of all of them
    local shards=$1 i began ends=()
    rm -f end.*
    for i in $(seq "$shards"); do ends+=("end.$i"); done
    began=$(date +%s.%N)
    # One array: two submissions in a row can wait for a scheduler's next round, seconds later.
    sbatch --quiet --array "1-$shards" --exclusive --ntasks 1 --cpus-per-task 1 --mem 1500 --time 30 --output "log.$shards.%a" --wrap \
        "i=\$SLURM_ARRAY_TASK_ID; '$program' scan '$fasta' -r '$region' --threads 1 --shard \$i/$shards -o part.$shards.\$i.bed --quiet \
        && date +%s.%N > end.\$i.tmp && mv end.\$i.tmp end.\$i || echo failed > end.\$i"
    for i in "${ends[@]}"; do
        until [ -s "$i" ]; do sleep 0.1; done
        if grep -q failed "$i"; then cat "log.$shards.${i#end.}" >&2; exit 1; fi
    done
    sort -g "${ends[@]}" | tail -n 1 | awk -v began="$began" '{ printf "%.2f\n", $1 - began }'
}

one=() two=()
for _ in $(seq "$runs"); do one+=("$(seconds 1)") two+=("$(seconds 2)"); done
"$program" merge part.2.1.bed part.2.2.bed -o whole.bed --quiet
cmp part.1.1.bed whole.bed
best() { printf '%s\n' "$@" | sort -g | head -n 1; }
awk -v one="$(best "${one[@]}")" -v two="$(best "${two[@]}")" -v region="$region" 'BEGIN {
    printf "| scan of %s through sbatch | 2 shards on 2 nodes: %.1f s | 1 job on 1 node: %.1f s | %.2f x |\n", region, two, one, one / two
}'
