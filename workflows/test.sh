#!/usr/bin/env bash
# Runs the Snakemake and the Nextflow workflow, their modules and wrappers, and the four examples of this folder with the real engines,
# on this machine and on Slurm, and compares what they write with one run of the program: workflows/test.sh [PROGRAM]
#
# Engines are fetched once into the user's cache folder (Python packages; Nextflow through Maven). Slurm is the one SLURM_CONF names, or
# a private one (slurm.sh; root). What cannot be run here is said with its reason; what runs and differs is an error.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
program=$(realpath "${1:-$root/target/release/genogloss}")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/genogloss
work=$(mktemp -d)
stop() {
    if [ -d "$work/slurm" ]; then "$here/slurm.sh" stop "$work/slurm"; fi
    rm -rf "$work"
}
trap stop EXIT
export PYTHONDONTWRITEBYTECODE=1
passed=0 skipped=0
ok() { passed=$((passed + 1)); echo "ok: $* (${SECONDS} s)"; }
skip() { skipped=$((skipped + 1)); echo "SKIPPED: $*"; }
fail() { # what, log
    echo "error: $1" >&2
    if [ -n "${2:-}" ]; then tail -n 40 "$2" >&2; fi
    exit 1
}
content() { case $1 in *.gz) gzip -dc "$1" ;; *) cat "$1" ;; esac; }
same() { # what, file of the workflow, file of one run
    cmp <(content "$2") <(content "$3") >&2 || fail "$1: $2 differs from one run"
    ok "$1"
}
# The page has three runs, what the scan and the variants hold, and the shards of each; the table has the runs.
page() { # what, page, table
    [ "$(grep -o '<section id="run' "$2" | wc -l) $(grep -o 'Along the contigs' "$2" | wc -l) $(grep -o '<h2>Shards' "$2" | wc -l)" = "3 2 3" ] \
        || fail "$1: the report lacks something"
    python3 -c 'import json, sys; assert len(json.load(open(sys.argv[1]))["data"]) == 3' "$3" || fail "$1: $3"
    ok "$1"
}
# No run here takes longer than a minute or two; one that waits for ever is an error.
limited() { timeout --kill-after 30 600 "$@"; }

# Inputs: the slice, variants and reads of it.
cd "$work"
mkdir bin && ln -s "$program" bin/genogloss && export PATH=$work/bin:$PATH
cp "$root/tests/data/chr20_slice.fa" genome.fa
cp "$here/splice/calls.vcf" "$here/reads/reads.fq" .
genogloss scan genome.fa -o one.bed.gz --quiet
genogloss variants calls.vcf -f genome.fa -m core-promoter -o one.vcf.gz --quiet
genogloss reads reads.fq -m core-promoter -o one.tsv.gz --quiet
# By gene, with a small model.
cp -r "$root/tests/models/splice" "$root/tests/data/slice_genes.gtf" .
genogloss variants calls.vcf -f genome.fa -m ./splice --genes slice_genes.gtf --mask -o genes.vcf.gz --quiet

# Slurm.
slurm=
if [ -n "${SLURM_CONF:-}" ]; then
    slurm=yes
elif [ "$(id -u)" != 0 ]; then
    why="a private one needs root"
elif ! command -v sbatch slurmctld slurmd munged >/dev/null 2>&1 && ! [ -x /usr/sbin/slurmctld ]; then
    why="it is not installed (Debian: slurmctld slurmd slurm-client munge slurm-wlm-basic-plugins)"
elif "$here/slurm.sh" start "$work/slurm" >slurm.env 2>slurm.log; then
    # shellcheck disable=SC1091
    . ./slurm.env
    slurm=yes
else
    why="a private one did not start: $(tail -n 1 slurm.log)"
fi

example() { # folder, engine: the commands of its page, then the comparison
    mkdir -p examples/workflows
    ln -sfn "$root/nextflow" examples/nextflow && ln -sfn "$root/snakemake" examples/snakemake && ln -sfn "$root/tests" examples/tests
    cp -r "$here/$1" examples/workflows/
    (cd "examples/workflows/$1" && awk '/^```sh$/ { on = 1; next } /^```$/ { on = 0 } on' README.md >commands.sh \
        && limited bash -euo pipefail commands.sh >out.log 2>&1) || fail "the commands of workflows/$1/README.md" "examples/workflows/$1/out.log"
    python3 "$here/compare.py" "examples/workflows/$1/expected/$2" "examples/workflows/$1/results/$3" >compare.log 2>&1 || fail "workflows/$1" compare.log
    # What the page shows after the commands is what they print.
    awk '/^```$/ { after = 1 } after && /^    / { $1 = $1; print }' "examples/workflows/$1/README.md" >page.log
    awk '{ $1 = $1; print }' "examples/workflows/$1/out.log" >printed.log
    if [ ! -s page.log ] || grep -vxFf printed.log page.log >unprinted.log; then
        fail "workflows/$1/README.md shows what its commands do not print" unprinted.log
    fi
    ok "example $1"
}

# Snakemake.
engine=$cache/workflows
if [ ! -f "$engine/.ready" ] || ! cmp -s "$here/requirements.txt" "$engine/.ready"; then
    if "${PYTHON:-python3}" -m venv "$engine" && "$engine/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"; then
        cp "$here/requirements.txt" "$engine/.ready"
    else
        rm -f "$engine/.ready"
    fi
fi
if [ -f "$engine/.ready" ]; then
    for name in snakemake snakefmt; do ln -s "$engine/bin/$name" bin/; done
    workflow=$root/snakemake/workflow
    snakefmt --check "$root/snakemake" >fmt.log 2>&1 || fail "snakefmt would change snakemake/" fmt.log
    ok "snakefmt"
    mkdir -p snake/config
    ln -s ../genome.fa ../calls.vcf ../reads.fq snake/
    cat > snake/config/config.yaml <<'EOF'
genome: genome.fa
variants_model: core-promoter
shards: 5
threads: 1
variants: {sample: calls.vcf}
reads: {sample: reads.fq}
EOF
    (cd snake && snakemake -s "$workflow/Snakefile" --lint >lint.log 2>&1) || fail "snakemake --lint" snake/lint.log
    ok "snakemake --lint"
    run_snakemake() { # its name, options
        local name=$1
        shift
        (cd snake && limited snakemake -s "$workflow/Snakefile" "$@" >run.log 2>&1) || fail "Snakemake, $name" snake/run.log
        same "Snakemake, $name: scan" snake/results/scan/elements.bed.gz one.bed.gz
        same "Snakemake, $name: variants" snake/results/variants/sample.vcf.gz one.vcf.gz
        same "Snakemake, $name: reads" snake/results/reads/sample.tsv.gz one.tsv.gz
        page "Snakemake, $name: report" snake/results/report.html snake/results/report_mqc.json
    }
    run_snakemake "this machine" --cores 2
    (cd snake && snakemake -s "$workflow/Snakefile" --cores 1 --dry-run >dry.log 2>&1 && grep -q "Nothing to be done" dry.log) \
        || fail "a finished workflow would run again" snake/dry.log
    ok "Snakemake: nothing is run twice"
    cat > snake/genes.yaml <<'EOF'
variants_model: ../splice
variants_options: --mask
genes: ../slice_genes.gtf
outdir: by_gene
shards: 2
EOF
    (cd snake && limited snakemake -s "$workflow/Snakefile" --configfile genes.yaml --cores 2 by_gene/variants/sample.vcf.gz >genes.log 2>&1) \
        || fail "Snakemake, genes" snake/genes.log
    same "Snakemake, genes" snake/by_gene/variants/sample.vcf.gz genes.vcf.gz
    if [ -n "$slurm" ]; then
        rm -rf snake/results
        run_snakemake Slurm --executor slurm --jobs 4 --default-resources slurm_partition=main runtime=5 mem_mb=500 --slurm-no-account \
            --slurm-status-command squeue --slurm-init-seconds-before-status-checks 3 --seconds-between-status-checks 2 --latency-wait 20
    else
        skip "Snakemake on Slurm: $why"
    fi

    # Wrappers, each by its own test, against the program.
    mkdir -p wrappers/prefix wrappers/direct && ln -s "$root/snakemake/wrapper" wrappers/prefix/master
    ln -s ../genome.fa ../calls.vcf ../reads.fq wrappers/
    genogloss scan genome.fa -t 1 -o wrappers/direct/scan.bed.gz --bigwig wrappers/direct/tracks --quiet
    genogloss variants calls.vcf -f genome.fa -t 1 -o wrappers/direct/variants.vcf.gz --quiet
    genogloss reads reads.fq -m reading-frame --aggregate mean -t 1 -o wrappers/direct/reads.tsv --quiet
    genogloss reads reads.fq -m reading-frame -O bam -t 1 -o wrappers/direct/reads.bam --quiet
    genogloss plan genome.fa --shards 3 --no-sample -o wrappers/direct/plan --quiet >/dev/null
    wrapper() { # its name, targets
        local name=$1
        shift
        (cd wrappers && limited snakemake -s "$root/snakemake/wrapper/bio/genogloss/$name/test/Snakefile" --cores 2 \
            --wrapper-prefix "file://$work/wrappers/prefix/" "$@" >run.log 2>&1) || fail "wrapper $name" wrappers/run.log
    }
    wrapper scan scan/x.bed.gz
    cmp wrappers/scan/x.tracks/promoter.bw wrappers/direct/tracks/promoter.bw >&2 || fail "wrapper scan: tracks differ"
    same "wrapper scan" wrappers/scan/x.bed.gz wrappers/direct/scan.bed.gz
    wrapper variants variants/x.vcf.gz
    same "wrapper variants" wrappers/variants/x.vcf.gz wrappers/direct/variants.vcf.gz
    wrapper reads reads/x.tsv reads/x.bam
    cmp <(gzip -dc wrappers/reads/x.bam) <(gzip -dc wrappers/direct/reads.bam) >&2 || fail "wrapper reads: BAM differs"
    same "wrapper reads" wrappers/reads/x.tsv wrappers/direct/reads.tsv
    wrapper plan plan/x
    diff -r --exclude .snakemake_timestamp wrappers/plan/x wrappers/direct/plan >&2 || fail "wrapper plan differs"
    ok "wrapper plan"
    wrapper merge merge/x.bed.gz
    same "wrapper merge" wrappers/merge/x.bed.gz wrappers/direct/scan.bed.gz
    example splice calls.vcf variants/calls.vcf.gz
    if [ -f "${GENOGLOSS_HPO:-}/genes_to_phenotype.txt" ]; then
        example genes candidates.tsv candidates.tsv
    else
        skip "example genes: GENOGLOSS_HPO is not a folder with the tables of HPO (make hpo)"
    fi

    "$engine/bin/python" "$here/check-nextflow.py" >check.log 2>&1 || fail "nextflow/ does not agree with itself" check.log
    ok "Nextflow: modules' meta.yml, environments and tests; schemas of parameters"
else
    skip "Snakemake, its wrappers, example splice and the schemas: Snakemake could not be installed"
fi

# Nextflow.
if ! command -v nextflow >/dev/null && command -v java >/dev/null && command -v mvn >/dev/null; then ln -s "$here/nextflow.sh" bin/nextflow; fi
if command -v nextflow >/dev/null && nextflow -version >version.log 2>&1; then
    mkdir next && cd next
    printf 'id,kind,file\nslice,scan,%s\nvariants,variants,%s\nreads,reads,%s\n' ../genome.fa ../calls.vcf ../reads.fq > sheet.csv
    pipeline() { limited nextflow -log run.log run "$root/nextflow/main.nf" -ansi-log false "$@" >out.log 2>&1; }
    all=(--input sheet.csv --genome ../genome.fa --shards 5 -c models.config)
    # The scan with the model by default; variants and reads with one for windows. What this machine has, as a site would say it.
    cat > models.config <<'EOF'
process {
    withName: 'GENOGLOSS_(VARIANTS|READS)' {
        ext.args = '--model core-promoter'
    }
    resourceLimits = [cpus: 1, memory: 2.GB, time: 30.m]
}
executor {
    pollInterval      = '1 sec'
    queueStatInterval = '5 sec'
}
EOF
    run_nextflow() {
        pipeline "${all[@]}" -profile "$1" || fail "Nextflow -profile $1" out.log
        same "Nextflow, $1: scan" results/scan/slice.bed.gz ../one.bed.gz
        same "Nextflow, $1: variants" results/variants/variants.vcf.gz ../one.vcf.gz
        same "Nextflow, $1: reads" results/reads/reads.tsv.gz ../one.tsv.gz
        page "Nextflow, $1: report" results/report.html results/report_mqc.json
    }
    run_nextflow local
    grep -q "genogloss: $(genogloss --version | cut -d ' ' -f 2)" results/pipeline_info/versions.yml || fail "Nextflow: versions.yml"
    pipeline "${all[@]}" -profile local -resume || fail "Nextflow -resume" out.log
    grep -q "Cached process > GENOGLOSS_SCAN" out.log || fail "-resume ran finished tasks again" out.log
    ok "Nextflow -resume"
    printf 'id,kind,file\nvariants,variants,%s\n' ../calls.vcf >genes.csv
    printf "process { withName: 'GENOGLOSS_VARIANTS' { ext.args = '--mask' } }\n" >genes.config
    pipeline --input genes.csv --genome ../genome.fa --genes ../slice_genes.gtf --model_dir ../splice --shards 2 --outdir by_gene -c genes.config -profile local \
        || fail "Nextflow, genes" out.log
    same "Nextflow, genes" by_gene/variants/variants.vcf.gz ../genes.vcf.gz
    # 25.04's strict parser looks for the profile in every file given with -c.
    NXF_SYNTAX_PARSER=v2 pipeline --input sheet.csv --genome ../genome.fa --outdir stub -profile local -stub || fail "Nextflow -stub, strict syntax" out.log
    [ -s stub/scan/slice.bed.gz ] || fail "Nextflow -stub wrote nothing" out.log
    ok "Nextflow -stub, strict syntax"
    refused() { # what it says, options
        local says=$1
        shift
        if pipeline "$@" || ! grep -qxF -- "$says" out.log; then fail "was not refused with \"$says\": $*" out.log; fi
    }
    sheet() { printf 'id,kind,file\n' >bad.csv && printf '%s\n' "$@" >>bad.csv; }
    sheet x,scan,none.fa && refused "bad.csv, line 2: file none.fa: is not there" --input bad.csv
    sheet x,walk,../genome.fa && refused "bad.csv, line 2: kind walk: can be scan, variants, reads" --input bad.csv
    sheet x,scan,../genome.fa x,reads,../reads.fq && refused "bad.csv, line 3: sample x is there twice" --input bad.csv
    sheet x,variants,../calls.vcf && refused "sample x: variants need --genome" --input bad.csv
    ok "Nextflow: bad samplesheets"
    refused "--input is missing: Samplesheet (CSV) with the columns id, kind and file"
    refused "--shards four: must be a whole number" --input sheet.csv --shards four
    refused "--shard is not a parameter; there are --genes, --genome, --input, --model, --model_dir, --outdir, --shards" --input sheet.csv --shard 3
    ok "Nextflow: bad parameters"
    if ! command -v nvidia-smi >/dev/null; then
        sheet x,scan,../genome.fa
        if pipeline --input bad.csv --shards 1 -profile local,gpu -c models.config || ! grep -qE "^ *error: .*(cuda|ONNX Runtime was not found)" out.log; then
            fail "-profile gpu without a GPU did not fail" out.log
        fi
        ok "Nextflow: a GPU that is not there is an error"
    fi
    cd ..
    "$here/nf-test.sh" >nf-test.log 2>&1 || fail "nf-test files of the modules" nf-test.log
    grep SKIPPED nf-test.log || true
    ok "nf-test files of the modules: $(tail -n 1 nf-test.log)"
    example regulatory chr20_slice.bed scan/chr20_slice.bed.gz
    example reads reads.tsv reads/reads.tsv.gz
    if [ -n "$slurm" ]; then
        cd next
        rm -rf results work .nextflow
        run_nextflow slurm
        cd ..
    else
        skip "Nextflow on Slurm: $why"
    fi
else
    skip "Nextflow, its modules, examples regulatory and reads: neither nextflow nor java 17 and mvn are installed, or Maven Central cannot be reached"
fi
echo "test-workflows: $passed passed, $skipped skipped, ${SECONDS} s"
