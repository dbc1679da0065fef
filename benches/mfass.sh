#!/usr/bin/env bash
# Which variants change splicing? Scores of several models against what MFASS measured (Cheung et al. 2019), by
# `genogloss variants` and `genogloss evaluate variants`: the table of docs/guides/splicing.md.
#
#   benches/mfass.sh [SHARED]       SHARED: the folder of public data and models (default ../shared)
#
# Only variants whose sequence is held in SHARED/data/genome are scored (benches/mfass.py). SpliceAI is fetched from PyPI; OpenSpliceAI
# is made of SHARED/models/openspliceai, where that is there. By scoring them you accept the licence of SpliceAI's weights (CC BY-NC 4.0).
# Prints the table in Markdown; with WRITE=1 it also takes the place of the one in docs/guides/splicing.md.
#
# WORK (default: genogloss/mfass in the user's cache folder) keeps models, variants, scores and answers: what is there is not
# made again, and the scores of genes come from the cache. THREADS (1), GENOGLOSS (the program; target/release/genogloss), DISTANCE (50),
# MODELS ("spliceai openspliceai-10000nt openspliceai-400nt openspliceai-80nt human").
# Half an hour of one CPU the first time, a few minutes after that (`human` is always scored).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
shared=$(cd "${1:-$root/../shared}" && pwd) || { echo "error: no folder of data: ${1:-../shared}" >&2; exit 1; }
work=${WORK:-${XDG_CACHE_HOME:-$HOME/.cache}/genogloss/mfass}
program=${GENOGLOSS:-$root/target/release/genogloss}
threads=${THREADS:-1} distance=${DISTANCE:-50}
read -r -a models <<<"${MODELS:-spliceai openspliceai-10000nt openspliceai-400nt openspliceai-80nt human}"
[ -x "$program" ] || (cd "$root" && cargo build --release --locked)
mkdir -p "$work"

# SpliceAI's gene tables come with its weights.
[ -d "$work/models/spliceai" ] || "$program" models import spliceai --accept-license --models-dir "$work/models" >&2
python3 "$root/benches/mfass.py" "$shared" "$work/models/spliceai" "$work" | tee "$work/held.txt" >&2

input=$work/variants.vcf scores=()
for model in "${models[@]}"; do
    prefix=$(tr 'a-z-' 'A-Z_' <<<"$model")
    out=$work/with.$model.vcf.gz
    common=(variants "$input" -f "$work/pieces.fa" -t "$threads" --prefix "$prefix" --quiet -o "$out")
    if [ "$model" = human ]; then
        "$program" "${common[@]}" -m "${HUMAN:-human}"
        # Both strands: the model does not get the strand of the gene.
        heads=(donor_plus donor_minus acceptor_plus acceptor_minus)
        scores+=(--score "human=$(printf "+${prefix}_DELTA_splice_%s" "${heads[@]}" | cut -c 2-)")
    else
        if [ ! -d "$work/models/$model" ]; then
            [ -d "$shared/models/openspliceai" ] || { echo "$model: no weights, left out" >&2; continue; }
            "$program" models import "$model" --from "$shared/models/openspliceai" --models-dir "$work/models" >&2
        fi
        "$program" "${common[@]}" -m "$model" --models-dir "$work/models" --accept-license \
            --genes "$work/genes.txt" -D "$distance" --cache "$work/cache"
        scores+=(--score "$model=${prefix}_EFFECT_MAX")
    fi
    input=$out
done
scores+=(--score SPANR=spanr_dpsi_max)

# Which variants: all; those around which SpliceAI reads nothing that is not held; places that no model was trained on.
awk -F '\t' 'NR == 1 || $7 == 1' "$work/labels.tsv" > "$work/labels.complete.tsv"
awk -F '\t' 'NR == 1 || $8 == 1' "$work/labels.tsv" > "$work/labels.unseen.tsv"
cp "$work/labels.tsv" "$work/labels.all.tsv"
for set in all complete unseen; do
    "$program" evaluate variants "$input" --labels-from "$work/labels.$set.tsv" --label-column delta_index --positive '<=-0.5' \
        "${scores[@]}" --absolute --versus "${models[0]}" --quiet --html "$work/$set.html" -o "$work/$set.tsv"
done

# The difference of two scores is a line of its own: it becomes a column of the first score's.
rows() { # set, its figures
    awk -F '\t' -v set="$1" '
        function cell(at) { return $at == "." ? "-" : sprintf("%.3f (%.3f to %.3f)", $at, $(at + 1), $(at + 2)) }
        NR == 1 { next }
        / - / { split($1, names, " - "); less[names[1]] = cell(8); next }
        { order[++n] = $1; line[$1] = sprintf("| %s | %s | %d | %d | %s", set, $1, $2, $3, cell(8)); rest[$1] = cell(5) " | " cell(11) }
        END { for (i = 1; i <= n; i++) { name = order[i]; print line[name], "|", name in less ? less[name] : "-", "|", rest[name], "|" } }' "$2"
}
{
    echo "| variants | score | n | strong | AUPRC | AUPRC less ${models[0]}'s | AUROC | Spearman |"
    echo '|---|---|---|---|---|---|---|---|'
    for set in all complete unseen; do rows "$set" "$work/$set.tsv"; done
} | tee "$work/table.md"
if [ "${WRITE:-0}" = 1 ]; then
    python3 - "$work/table.md" "$root/docs/guides/splicing.md" <<'PY'
import re, sys
table, page = open(sys.argv[1]).read(), open(sys.argv[2]).read()
page, count = re.subn(r"(<!-- mfass -->\n).*?(<!-- end -->)", lambda m: m[1] + table + m[2], page, flags=re.S)
assert count == 1, "docs/guides/splicing.md has no place for the table"
open(sys.argv[2], "w").write(page)
PY
fi
