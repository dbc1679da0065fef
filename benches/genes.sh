#!/usr/bin/env bash
# How fast places of a genome get their genes, and a knowledge base is opened: benches/genes.sh BASE GTF [PROGRAM] [INTERVALS]
#
# Intervals of 100 bases lie evenly over the genes of the annotation. `genogloss genes annotate` runs with one thread of its own;
# beside it `bedtools intersect -wao -sorted` with the genes alone, which adds no facts, in the same minute on the same core.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
base=$(realpath "${1:?a knowledge base}") gtf=$(realpath "${2:?a GTF file}") program=$(realpath "${3:-$root/target/release/genogloss}") count=${4:-2000000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
case $gtf in *.gz) gzip -dc "$gtf" ;; *) cat "$gtf" ;; esac | awk -F '\t' '$3 == "gene" { print $1 "\t" $4 - 1 "\t" $5 }' | sort -k1,1 -k2,2n >genes.bed
awk -v count="$count" '{ contig[NR] = $1; start[NR] = $2; end[NR] = $3 } END {
    each = int(count / NR) + 1
    for (i = 1; i <= NR && n < count; i++)
        for (j = 0; j < each && n < count; j++) { at = start[i] + int((end[i] - start[i]) * j / each); print contig[i] "\t" at "\t" at + 100; n++ }
}' genes.bed | sort -k1,1 -k2,2n >places.bed
lines=$(wc -l <places.bed)
timed() { local began; began=$(date +%s.%N); taskset -c "${CORE:-0}" "$@" >out; awk -v a="$began" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }'; }
empty=$(head -n 1 places.bed >one.bed; timed "$program" genes -b "$base" annotate one.bed --genes "$gtf" --quiet)
ours=$(timed "$program" genes -b "$base" annotate places.bed --genes "$gtf" --quiet)
opened=$(timed "$program" genes -b "$base" show BRCA2)
theirs=$(timed bedtools intersect -wao -sorted -a places.bed -b genes.bed)
awk -v n="$lines" -v e="$empty" -v o="$ours" -v t="$theirs" -v s="$opened" 'BEGIN {
    printf "%d intervals\tseconds\tintervals/s\ngenes annotate\t%.2f\t%d\n  of it annotation and start\t%.2f\nbedtools intersect\t%.2f\t%d\tratio %.2f\ngenes show, from start to end\t%.2f\n", n, o, n / o, e, t, n / t, t / o, s }'
