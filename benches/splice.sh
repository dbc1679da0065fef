#!/usr/bin/env bash
# SpliceAI 1.3.1 and genogloss side by side: scores, CPU seconds (user + system, start-up included), memory.
#
#   benches/splice.sh GENOME.fa TABLE.txt VARIANTS.vcf[.gz] [MODEL]
#
# GENOME.fa with a .fai; TABLE.txt is SpliceAI's gene table (annotations/grch37.txt of its wheel); MODEL is the folder that
# `genogloss models import spliceai --accept-license` makes (default: spliceai). Two sets are cut out of the variants: 100
# scattered ones (every nth that lies in a gene), and 100 neighbours in the gene that has most of them to the base.
# Needs bcftools and Python 3.9 to 3.11; the real spliceai is installed from PyPI into the cache folder.
# GENOGLOSS names the program (default: genogloss), SPLICEAI another spliceai, DISTANCE the distance (50), COUNT the number,
# ENGINE one or more engines, in one word list (auto).
set -euo pipefail
[ $# -ge 3 ] || { sed -n '2,13p' "$0" | cut -c3-; exit 2; }
genome=$1 table=$2 variants=$3 model=${4:-spliceai}
program=${GENOGLOSS:-genogloss} distance=${DISTANCE:-50} count=${COUNT:-100} engines=${ENGINE:-auto}
spliceai=${SPLICEAI:-}
if [ -z "$spliceai" ]; then
    home=${XDG_CACHE_HOME:-$HOME/.cache}/genogloss/spliceai-1.3.1
    spliceai=$home/bin/spliceai
    if [ ! -x "$spliceai" ]; then
        "${PYTHON:-python3}" -m venv "$home"
        "$home/bin/pip" install -q 'tensorflow-cpu==2.15.1' 'numpy<2' 'setuptools<80' pysam pyfaidx pandas
        "$home/bin/pip" install -q --no-deps spliceai==1.3.1
    fi
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Sites of one or two plain alleles, where SpliceAI and we have something to say.
bcftools view -H "$variants" | awk -F'\t' '$4 ~ /^[ACGT]+$/ && $5 ~ /^[ACGT]+$/ && (length($4) == 1 || length($5) == 1)' > "$work/sites"
python3 - "$work" "$table" "$genome" "$count" <<'PY'
import bisect, sys
work, table, genome, count = sys.argv[1:4] + [int(sys.argv[4])]
lengths = {name: int(length) for name, length, *_ in (line.split("\t") for line in open(genome + ".fai"))}
genes = [line.split("\t") for line in open(table) if not line.startswith("#")]
genes = [(g[0], g[1], int(g[3]) + 1, int(g[4])) for g in genes]
sites = [line.split("\t") for line in open(f"{work}/sites")]
sites = [s for s in sites if s[0] in lengths and 11000 < int(s[1]) < lengths[s[0]] - 11000]
def inside(s):
    return [g for g in genes if g[1] == s[0] and g[2] <= int(s[1]) <= g[3]]
held = [s for s in sites if inside(s)]
step = max(1, len(held) // count)
best, most = None, 0
for g in genes:
    own = [s for s in held if s[0] == g[1] and g[2] <= int(s[1]) <= g[3]]
    length = g[3] - g[2] + 1
    # At least one variant a kilobase, over the whole gene.
    if len(own) >= count and length >= 20000 and len(own) / length > most:
        best, most = own, len(own) / length
def write(name, chosen):
    with open(f"{work}/{name}.vcf", "w") as out:
        print("##fileformat=VCFv4.2", file=out)
        for contig, length in lengths.items():
            print(f"##contig=<ID={contig},length={length}>", file=out)
        print("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO", file=out)
        for s in sorted(chosen, key=lambda s: (list(lengths).index(s[0]), int(s[1]))):
            print(*s[:5], ".", ".", ".", sep="\t", file=out)
    pairs = sum(len(inside(s)) for s in chosen)
    span = int(chosen[-1][1]) - int(chosen[0][1]) + 1
    print(f"{name}: {len(chosen)} variants, {pairs} with their genes, over {span:,} bases")
write("scattered", held[::step][:count])
if best:
    step = max(1, len(best) // count)
    write("dense", best[::step][:count])
PY
printf '%-10s %-10s %8s %10s %8s\n' set program CPU-s wall-s MB
for set in scattered dense; do
    [ -f "$work/$set.vcf" ] || continue
    for who in spliceai $engines; do
        case $who in
            spliceai) command=("$spliceai" -I "$work/$set.vcf" -O "$work/$set.$who.vcf" -R "$genome" -A "$table" -D "$distance") ;;
            *) command=("$program" variants "$work/$set.vcf" -f "$genome" --genes "$table" -m "$model" --accept-license -D "$distance" --fields spliceai -t 1 --engine "$who" -o "$work/$set.$who.vcf") ;;
        esac
        TF_CPP_MIN_LOG_LEVEL=3 /usr/bin/time -f '%U %S %e %M' -o "$work/time" "${command[@]}" > "$work/log" 2>&1 || { tail -3 "$work/log"; exit 1; }
        read -r user system wall memory < <(tail -1 "$work/time")
        awk -v set="$set" -v who="$who" -v u="$user" -v s="$system" -v w="$wall" -v m="$memory" \
            'BEGIN { printf "%-10s %-10s %8.1f %10.1f %8.0f\n", set, who, u + s, w, m / 1024 }'
        echo "$user $system $memory" > "$work/$set.$who.time"
    done
    fields() { grep -v '^#' "$1" | awk -F'\t' '{ n = split($8, f, ";"); x = "."; for (i = 1; i <= n; i++) if (f[i] ~ /^SpliceAI=/) x = f[i]; print $1, $2, $4, $5, x }'; }
    for who in $engines; do
        paste "$work/$set.spliceai.time" "$work/$set.$who.time" | awk -v set="$set" -v who="$who" \
            '{ printf "%-10s %-10s CPU seconds 1/%.1f, memory 1/%.1f\n", set, who, ($1 + $2) / ($4 + $5), $3 / $6 }'
        paste -d'\n' <(fields "$work/$set.spliceai.vcf") <(fields "$work/$set.$who.vcf") | awk -v set="$set" -v who="$who" \
            'NR % 2 { a = $0; next } { n++; same += (a == $0); if (a != $0) print "  differs: " a " | " $0 } END { printf "%-10s %-10s %d of %d records have the same field\n", set, who, same, n }'
    done
done
