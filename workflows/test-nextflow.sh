# shellcheck shell=bash disable=SC2154
# Part of test.sh, which sets what is used here: the Nextflow pipeline, its modules and the examples that run in it.

if ! command -v nextflow >/dev/null && command -v java >/dev/null && command -v mvn >/dev/null; then ln -s "$here/nextflow.sh" bin/nextflow; fi
if [ -f "$engine/.ready" ]; then
    "$engine/bin/python" "$here/check-nextflow.py" >check.log 2>&1 || fail "nextflow/ does not agree with itself" check.log
    ok "Nextflow: modules' meta.yml, environments and tests; schemas of parameters"
else
    skip "Nextflow: modules' meta.yml and the schemas: Python packages could not be installed"
fi
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
