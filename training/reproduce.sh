#!/usr/bin/env bash
# Measures every published figure again, through the program: training/reproduce.sh [DATA] [OUT.tsv]
#
# Needs the program (GENOGLOSS, default target/release/genogloss, built if it is not there) and the folder of data sets. Prints
# one line a figure: model, head, test set, sequences, figure, value, 95 % interval, best published value.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
data=$(cd "${1:-$root/../shared/data}" && pwd) || { echo "error: no folder of data sets: ${1:-../shared/data}" >&2; exit 1; }
out=${2:-/dev/null}
work=$("$here/prepare.sh" "$data" | tail -n 1)
program=${GENOGLOSS:-$root/target/release/genogloss}
[ -x "$program" ] || (cd "$root" && cargo build --release --locked)
library=("$work"/venv/lib/python3*/site-packages/onnxruntime/capi/libonnxruntime.so.*)
[ -n "${ORT_DYLIB_PATH:-}" ] || [ ! -f "${library[0]}" ] || export ORT_DYLIB_PATH="${library[0]}"
mkdir -p "$work/curves" # for operating_points.py
gue=$data/gue/GUE
benchmarks=$data/genomic_benchmarks
chr20=$data/genome/hg19_chr20.b37.fa.gz

# Published: a value for the only figure, or FIGURE=VALUE where there are several.
row() { # model, head, set, published, figure names (|), then the rest of the command
    local model=$1 head=$2 set=$3 published=$4 figures=$5
    shift 5
    local folder=$root/models/$model
    [ -d "$folder" ] || folder=$work/$model # made here, not shipped
    [ -d "$folder" ] || return 0
    "$program" evaluate "$folder" "$@" --curve "$work/curves/$model.$head.tsv" --quiet | awk -F '\t' -v m="$model" -v h="$head" -v s="$set" -v p="$published" -v f="^($figures)\$" '
        $2 == "sequences" || $2 == "bins:known" { n[$1] = $3 }
        function best(figure) { if (p !~ /^[a-z]+=/) return p; return index(p, figure "=") == 1 ? substr(p, length(figure) + 2) : "-" }
        $2 ~ f && ($1 == "all" || $1 == "unseen" || $1 == h) { printf "%s\t%s\t%s%s\t%s\t%s\t%.4f\t%.4f\t%.4f\t%s\n", m, h, s, ($1 == "unseen" ? " (unseen)" : ""), n[$1], $2, $3, $4, $5, best($2) }'
}

{
    printf 'model\thead\ttest set\tsamples\tfigure\tvalue\tlow\thigh\tbest published\n'
    for part in all:promoter:0.7092 notata:promoter_notata:0.7158 tata:promoter_tata:"0.8700 (likely leaks, see page); 0.7815"; do
        IFS=: read -r set head published <<<"$part"
        row core-promoter "$head" "GUE prom_core_$set" "$published" "mcc" "$gue/prom/prom_core_$set/test.csv.gz" --head "$head" --strand forward
    done
    for part in all:promoter:"0.9395 (all training data); 0.9101" tata:promoter_tata:"0.9218 (likely leaks, see page); 0.7943"; do
        IFS=: read -r set head published <<<"$part"
        row proximal-promoter "$head" "GUE prom_300_$set" "$published" "mcc" "$gue/prom/prom_300_$set/test.csv.gz" --head "$head" --strand forward
    done
    row promoter-nontata promoter "GenomicBenchmarks nontata_promoters" "0.966 (training overlaps, see page)" "accuracy" "$benchmarks/published/human_nontata_promoters.test.tsv.gz" --head promoter --strand forward
    row promoter-nontata promoter "GenomicBenchmarks nontata_promoters" "mcc=0.8238 (training overlaps, see page)" "mcc" "$benchmarks/published/human_nontata_promoters.test.tsv.gz" --head promoter --strand forward
    for part in 0:0.7199 1:0.7606 2:0.6652 3:0.5854 4:0.7743; do
        row tf-human "human_${part%%:*}" "GUE tf/${part%%:*}" "${part#*:}" "mcc" "$gue/tf/${part%%:*}/test.csv.gz" --head "human_${part%%:*}" --seen "$gue/tf/${part%%:*}/train.csv.gz"
    done
    for part in 0:0.6423 2:0.8750 3:0.8430 4:0.5266; do
        row tf-mouse "mouse_${part%%:*}" "GUE mouse/${part%%:*}" "${part#*:}" "mcc" "$gue/mouse/${part%%:*}/test.csv.gz" --head "mouse_${part%%:*}" --seen "$gue/mouse/${part%%:*}/train.csv.gz"
    done
    row splice-window splice "GUE splice/reconstructed" mcc=0.8935 "mcc|accuracy" "$gue/splice/reconstructed/test.csv.gz" --labels 0=acceptor,1=donor,2=neither
    row regulatory element "ensembl_regulatory (available part)" "accuracy=0.941 (whole set)" "accuracy|mcc" "$benchmarks/derived_from_coordinates/human_ensembl_regulatory.test.partial.csv.gz" --head element --labels ocr=open_chromatin
    row regulatory open_chromatin "ocr_ensembl (available part)" "accuracy=0.826 (whole set)" "accuracy|mcc" "$benchmarks/derived_from_coordinates/human_ocr_ensembl.test.partial.csv.gz" --head open_chromatin
    row regulatory enhancer_cohn "enhancers_cohn" accuracy=0.765 "accuracy|mcc" "$benchmarks/published/human_enhancers_cohn.test.tsv.gz" --head enhancer_cohn
    row regulatory enhancer_ensembl "enhancers_ensembl (available part)" "accuracy=0.894 (whole set)" "accuracy|mcc" "$benchmarks/derived_from_coordinates/human_enhancers_ensembl.test.partial.csv.gz" --head enhancer_ensembl
    row gene biotype "GENCODE, chr20:1-15 Mb" "mcc=0.4424 (own set)" "mcc|accuracy" "$work/places/gene.biotype.csv" --head biotype
    row gene direction "chr20:1-15 Mb" "1.0 (own set)" "accuracy" "$work/places/gene.direction.csv" --head direction
    row reading-frame frame "GENCODE exons, chr20:1-15 Mb" "-" "mcc|accuracy" "$work/places/frame.csv" --head frame
    splice=splice.donor_plus+splice.donor_minus
    acceptor=splice.acceptor_plus+splice.acceptor_minus
    for pool in "donor=$splice" "acceptor=$acceptor" "splice=$splice+$acceptor"; do
        row human "${pool%%=*}" "canonical sites, genes of chr20:1-15 Mb" "SpliceAI-80nt .57/.60, 400nt .90/.95" "top_k|auprc" "$work/places/test.sites.bed" -f "$chr20" -R "$work/places/test.genes.bed" --pool "$pool" --bootstrap 300
    done
    if [ -n "${OPENSPLICEAI:-}" ]; then # a folder of OpenSpliceAI's weights: the same genes, the same command
        for flank in 80 400; do
            (cd "$here" && "$work/venv/bin/python" -W ignore export_openspliceai.py --flank $flank --weights "$OPENSPLICEAI"/model_${flank}nt_rs1*.pt --out "$work/openspliceai-${flank}nt" >&2)
            row "openspliceai-${flank}nt" splice "canonical sites, genes of chr20:1-15 Mb" "-" "top_k|auprc" "$work/places/test.sites.bed" -f "$chr20" -R "$work/places/test.genes.bed" --pool "splice=$splice+$acceptor" --bootstrap 300
        done
    fi
    for head in coding.plus coding.minus promoter start.plus start.minus enhancer open_chromatin ctcf; do
        figures=auprc
        case $head in coding.* | promoter) figures="auprc|precision|recall|false_per_mb" ;; esac # the others make no calls
        grep -w "$head" "$work/places/test.elements.bed" > "$work/one.bed"
        row human "$head" "chr20:1-15 Mb" "-" "$figures" "$work/one.bed" -f "$chr20" -R "$work/places/test.region.bed" --bootstrap 100
    done
} | tee "$out"
