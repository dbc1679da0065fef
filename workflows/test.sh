#!/usr/bin/env bash
# Runs the Snakemake and the Nextflow workflow on a slice of human chromosome 20, with the real engines, and compares what they write
# with one run of the program: workflows/test.sh [PROGRAM]
#
# Engines are fetched once into the user's cache folder (Python packages; Nextflow through Maven). What cannot be run here is
# said with its reason; what runs and differs is an error.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
program=$(realpath "${1:-$root/target/release/genogloss}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/genogloss
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PYTHONDONTWRITEBYTECODE=1
passed=0 skipped=0
ok() { passed=$((passed + 1)); echo "ok: $*"; }
skip() { skipped=$((skipped + 1)); echo "SKIPPED: $*"; }
content() { gzip -dc "$1"; }
same() { # what, file of the workflow, file of one run
    cmp <(content "$2") <(content "$3") || { echo "error: $1: $2 differs from one run" >&2; exit 1; }
    ok "$1"
}

# Inputs: the slice, variants and reads of it.
cd "$work"
mkdir bin && ln -s "$program" bin/genogloss && export PATH=$work/bin:$PATH
cp "$root/tests/data/chr20_slice.fa" genome.fa
awk '!/^>/ { s = s toupper($0) } END {
    c = "chr20_3140001_3240000"
    print "##fileformat=VCFv4.2\n##contig=<ID=" c ",length=" length(s) ">\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO" > "calls.vcf"
    for (at = 9001; at < length(s) - 9000; at += 1999) {
        r = substr(s, at, 1)
        print c "\t" at "\t.\t" r "\t" (r == "A" ? "G" : "A") "\t.\t.\t." > "calls.vcf"
    }
    for (at = 1; at < length(s) - 200; at += 401) {
        q = substr(s, at, 150); gsub(/./, "I", q)
        print "@r" at "\n" substr(s, at, 150) "\n+\n" q > "reads.fq"
    }
}' genome.fa
genogloss scan genome.fa -o one.bed.gz --quiet
genogloss variants calls.vcf -f genome.fa -m core-promoter -o one.vcf.gz --quiet
genogloss reads reads.fq -m core-promoter -o one.tsv.gz --quiet

# Snakemake.
engine=$cache/workflows
if [ ! -f "$engine/.ready" ] || ! cmp -s "$here/requirements.txt" "$engine/.ready"; then
    "${PYTHON:-python3}" -m venv "$engine" && "$engine/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" \
        && cp "$here/requirements.txt" "$engine/.ready" || rm -f "$engine/.ready"
fi
if [ -f "$engine/.ready" ]; then
    workflow=$root/snakemake/workflow
    "$engine/bin/snakefmt" --check "$root/snakemake" >/dev/null 2>&1 || { echo "error: snakefmt would change snakemake/" >&2; exit 1; }
    ok "snakefmt"
    mkdir -p snake/config
    ln -s ../genome.fa ../calls.vcf ../reads.fq snake/
    cat > snake/config/config.yaml <<'END'
genome: genome.fa
variants_model: core-promoter
shards: 5
threads: 1
variants: {sample: calls.vcf}
reads: {sample: reads.fq}
END
    (cd snake && "$engine/bin/snakemake" -s "$workflow/Snakefile" --lint >lint.log 2>&1) || { cat snake/lint.log >&2; exit 1; }
    ok "snakemake --lint"
    run_snakemake() { # folder of the log, further options
        (cd snake && "$engine/bin/snakemake" -s "$workflow/Snakefile" "$@" >run.log 2>&1) || { tail -n 40 snake/run.log >&2; exit 1; }
        same "Snakemake $1, scan" snake/results/scan/elements.bed.gz one.bed.gz
        same "Snakemake $1, variants" snake/results/variants/sample.vcf.gz one.vcf.gz
        same "Snakemake $1, reads" snake/results/reads/sample.tsv.gz one.tsv.gz
    }
    run_snakemake --cores 2
    (cd snake && "$engine/bin/snakemake" -s "$workflow/Snakefile" --cores 1 --dry-run 2>&1 | grep -q "Nothing to be done") \
        || { echo "error: a finished workflow would run again" >&2; exit 1; }
    ok "Snakemake: nothing is run twice"
    if [ -n "${GENOGLOSS_SLURM:-}" ]; then
        rm -rf snake/results
        run_snakemake --executor slurm --jobs 4 --default-resources slurm_partition=main runtime=5 mem_mb=500 --slurm-no-account \
            --slurm-status-command squeue --slurm-init-seconds-before-status-checks 3 --seconds-between-status-checks 2 --latency-wait 20
    else
        skip "Snakemake on Slurm: GENOGLOSS_SLURM is not set (workflows/slurm.sh starts one)"
    fi
else
    skip "Snakemake could not be installed"
fi

# Nextflow.
if command -v nextflow >/dev/null || { command -v mvn >/dev/null && command -v java >/dev/null; }; then
    mkdir next && cd next
    printf 'id,kind,file\nslice,scan,%s\nvariants,variants,%s\nreads,reads,%s\n' ../genome.fa ../calls.vcf ../reads.fq > sheet.csv
    nextflow() { "$here/nextflow.sh" -log run.log run "$root/nextflow/main.nf" -ansi-log false "$@"; }
    run_nextflow() {
        # The scan with the model by default; variants and reads with one for windows.
        nextflow --input sheet.csv --genome ../genome.fa --shards 5 -c models.config "$@" >out.log 2>&1 || { tail -n 30 out.log >&2; exit 1; }
        same "Nextflow $*, scan" results/scan/slice.bed.gz ../one.bed.gz
        same "Nextflow $*, variants" results/variants/variants.vcf.gz ../one.vcf.gz
        same "Nextflow $*, reads" results/reads/reads.tsv.gz ../one.tsv.gz
    }
    cat > models.config <<'END'
process {
    withName: 'GENOGLOSS_(VARIANTS|READS)' { ext.args = '--model core-promoter' }
}
END
    run_nextflow -profile local
    nextflow --input sheet.csv --genome ../genome.fa --shards 5 -c models.config -profile local -resume >out.log 2>&1
    grep -q "Cached process > GENOGLOSS_SCAN" out.log || { echo "error: -resume ran finished tasks again" >&2; exit 1; }
    ok "Nextflow -resume"
    nextflow --input sheet.csv --genome ../genome.fa --outdir stub -profile local -stub >out.log 2>&1 || { tail -n 30 out.log >&2; exit 1; }
    ok "Nextflow -stub"
    for bad in "x,scan,none.fa:is not there" "x,walk,../genome.fa:kind is walk"; do
        printf 'id,kind,file\n%s\n' "${bad%%:*}" > bad.csv
        if nextflow --input bad.csv >out.log 2>&1 || ! grep -q "bad.csv, line 2.*${bad#*:}" out.log; then
            echo "error: a bad samplesheet was not refused as it should be:" >&2; tail -n 5 out.log >&2; exit 1
        fi
    done
    printf 'id,kind,file\nx,scan,../genome.fa\nx,reads,../reads.fq\n' > bad.csv
    ! nextflow --input bad.csv >out.log 2>&1 && grep -q "sample x is there twice" out.log || { echo "error: a sample twice was not refused" >&2; exit 1; }
    ok "Nextflow: bad samplesheets"
    if [ -n "${GENOGLOSS_SLURM:-}" ]; then
        rm -rf results work .nextflow
        run_nextflow -profile slurm
    else
        skip "Nextflow on Slurm: GENOGLOSS_SLURM is not set (workflows/slurm.sh starts one)"
    fi
    cd ..
else
    skip "Nextflow: neither nextflow nor java and mvn are installed"
fi
echo "test-workflows: $passed passed, $skipped skipped"
