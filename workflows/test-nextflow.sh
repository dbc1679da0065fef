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
    cat > sheet.csv <<'EOF'
id,kind,file,model
slice,scan,../genome.fa,
slice,variants,../calls.vcf,core-promoter
slice,reads,../reads.fq,core-promoter
EOF
    pipeline() { limited nextflow -log run.log run "$root/nextflow/main.nf" -ansi-log false -c site.config "$@" >out.log 2>&1; }
    all=(--input sheet.csv --genome ../genome.fa --shards 5)
    # What this machine has, as a site would say it.
    cat > site.config <<'EOF'
process.resourceLimits = [cpus: 1, memory: 2.GB, time: 30.m]
executor {
    pollInterval      = '1 sec'
    queueStatInterval = '5 sec'
}
EOF
    run_nextflow() { # profile, options
        local name=$1
        shift
        pipeline "${all[@]}" -profile "$name" "$@" || fail "Nextflow -profile $name" out.log
        same "Nextflow, $name: scan" results/scan/slice.bed.gz ../one.bed.gz
        same "Nextflow, $name: variants" results/variants/slice.vcf.gz ../one.vcf.gz
        same "Nextflow, $name: reads" results/reads/slice.tsv.gz ../one.tsv.gz
        page "Nextflow, $name: report" results/report.html results/report_mqc.json
        [ "$(wc -l <results/failed.tsv)" = 1 ] || fail "Nextflow, $name: failed.tsv" results/failed.tsv
    }
    run_nextflow local
    grep -q "genogloss: $(genogloss --version | cut -d ' ' -f 2)" results/pipeline_info/versions.yml || fail "Nextflow: versions.yml"
    pipeline "${all[@]}" -profile local -resume || fail "Nextflow -resume" out.log
    grep -q "Cached process > .*GENOGLOSS_SCAN" out.log || fail "-resume ran finished tasks again" out.log
    if grep -q "Submitted process" out.log; then fail "-resume ran something again" out.log; fi
    ok "Nextflow -resume"
    printf 'id,kind,file\nvariants,variants,%s\n' ../calls.vcf >genes.csv
    pipeline --input genes.csv --genome ../genome.fa --genes ../slice_genes.gtf --model_dir ../splice --variants_options=--mask --shards 2 --outdir by_gene -profile local \
        || fail "Nextflow, genes" out.log
    same "Nextflow, genes" by_gene/variants/variants.vcf.gz ../genes.vcf.gz

    # A user's ext.args takes nothing away: the model stays the pipeline's, and the plan sees the options of the run.
    printf "process { withName: 'GENOGLOSS_VARIANTS' { ext.args = '--prefix MYLAB' } }\n" >args.config
    printf 'id\tkind\tfile\ns\tscan\t../genome.fa\n"s"\t"variants"\t"../calls.vcf"\n\n' >sheet.tsv
    pipeline --input sheet.tsv --genome ../genome.fa --model core-promoter --scan_options='--threshold 0.9' --shards 2 --outdir args -profile local -c args.config \
        || fail "Nextflow, ext.args" out.log
    genogloss variants ../calls.vcf -f ../genome.fa -m core-promoter --prefix MYLAB -o mylab.vcf.gz --quiet
    genogloss scan ../genome.fa -m core-promoter --threshold 0.9 -o threshold.bed.gz --quiet
    same "Nextflow: ext.args leaves the model alone" args/variants/s.vcf.gz mylab.vcf.gz
    same "Nextflow: the plan sees the options of the scan" args/scan/s.bed.gz threshold.bed.gz

    # An option that is given twice is refused by the program, the default model too. Where the program says no error, the reason is the
    # last line of the log. A run that delivers nothing says so, with -q too, and has a report.
    for i in 1 2 3 4 5 6 7 8 9; do cat ../reads.fq; done >reads9.fq
    printf '%s\n' id,kind,file scan,scan,../genome.fa group,variants,../calls.vcf words,reads,../reads.fq module,reads,reads9.fq >nothing.csv
    cat > twice.config <<'EOF'
process {
    withName: 'GENOGLOSS_SCAN' { ext.args = '--model core-promoter --threshold 0.9' }
    withName: 'GENOGLOSS_GROUP' { ext.args = { meta.kind == 'reads' ? '--help >help.txt; echo "last words" >&2; false' : '-m core-promoter' } }
    withName: '.*:READS:PLAN:GENOGLOSS_PLAN' { beforeScript = 'echo "there is no such module" >&2; exit 3' }
}
EOF
    if limited nextflow -log run.log -q run "$root/nextflow/main.nf" -ansi-log false -c site.config -c twice.config --input nothing.csv --genome ../genome.fa \
        --group_size 2 --group_below 50.KB --shards 2 --outdir nothing -profile local >out.log 2>quiet.log; then
        fail "Nextflow: the run ended well although nothing was delivered" quiet.log
    fi
    for row in "scan	scan: GENOGLOSS_SCAN	the argument '--model <MODEL>' cannot be used multiple times	2" \
        "group	variants: GENOGLOSS_GROUP	the argument '--model <MODEL>' cannot be used multiple times	2" \
        "words	reads: GENOGLOSS_GROUP	last words	1" "module	reads: GENOGLOSS_PLAN	there is no such module	3"; do
        grep -qF -- "$row" nothing/failed.tsv || fail "Nextflow: failed.tsv lacks $row" nothing/failed.tsv
    done
    [ "$(grep -c . out.log)" = 0 ] && grep -qx "error: 4 samples failed; the reasons are in nothing/failed.tsv" quiet.log || fail "Nextflow: the end of a run that failed" quiet.log
    for sample in scan group words module; do grep -q ">$sample<" nothing/report.html || fail "Nextflow: the report of nothing lacks $sample" nothing/failed.tsv; done
    ok "Nextflow: an option given twice is refused; reasons, report and last line of a run that delivers nothing"

    # The plan knows the format of the run, and so the options that a format has.
    pipeline "${all[@]}" --scan_format bedgraph --bigwig true --scan_options='--column promoter' --variants_options='--index csi' --reads_format bam --reads_options='--tag-prefix Y' \
        --outdir of_format -profile local || fail "Nextflow, options of formats" out.log
    genogloss scan ../genome.fa --column promoter -o promoter.bedgraph.gz --bigwig promoter.tracks --quiet
    genogloss reads ../reads.fq -m core-promoter --tag-prefix Y -o tagged.bam --quiet
    same "Nextflow: bedGraph of one score" of_format/scan/slice.bedgraph.gz promoter.bedgraph.gz
    same "Nextflow: the index of variants" of_format/variants/slice.vcf.gz ../one.vcf.gz
    cmp <(gzip -dc of_format/reads/slice.bam) <(gzip -dc tagged.bam) >&2 || fail "Nextflow: prefix of tags differs from one run"
    [ "$(cd of_format/scan/slice.tracks && echo *)" = "$(cd promoter.tracks && echo *)" ] || fail "Nextflow: bigWig of one score" out.log
    for track in promoter.tracks/*.bw; do cmp "$track" "of_format/scan/slice.tracks/${track##*/}" >&2 || fail "Nextflow: bigWig of one score differs"; done
    ok "Nextflow: options of formats"

    # Formats; a BAM file of sorted reads has its index.
    awk 'BEGIN { OFS = "\t"; print "@HD", "VN:1.6", "SO:coordinate"; print "@SQ", "SN:chr1", "LN:1000" }
        NR % 4 == 2 { print "r" ++n, 0, "chr1", n, 60, length($1) "M", "*", 0, 0, $1, "*" }' ../reads.fq >sorted.sam
    (cat sheet.csv && echo sorted,reads,sorted.sam) >formats.csv
    pipeline "${all[@]}" --input formats.csv --model core-promoter --scan_format tsv --bigwig --variants_format bcf --reads_format bam --outdir formats -profile local || fail "Nextflow, formats" out.log
    genogloss scan ../genome.fa -m core-promoter -o one.tsv.gz --bigwig one.tracks --quiet
    genogloss variants ../calls.vcf -f ../genome.fa -m core-promoter -o one.bcf --quiet
    genogloss reads ../reads.fq -m core-promoter -o one.bam --quiet
    same "Nextflow: scan as TSV" formats/scan/slice.tsv.gz one.tsv.gz
    for track in one.tracks/*.bw; do cmp "$track" "formats/scan/slice.tracks/${track##*/}" >&2 || fail "Nextflow: bigWig differs"; done
    ok "Nextflow: scan as bigWig"
    for pair in variants/slice.bcf:one.bcf reads/slice.bam:one.bam; do
        cmp <(gzip -dc "formats/${pair%:*}") <(gzip -dc "${pair#*:}") >&2 || fail "Nextflow: ${pair%:*} differs from one run"
    done
    ok "Nextflow: BCF and BAM"
    if command -v samtools >/dev/null; then
        [ "$(samtools idxstats formats/reads/sorted.bam | cut -f 3 | head -n 1)" = 60 ] && [ -s formats/reads/sorted.bam.bai ] || fail "Nextflow: index of BAM"
        ok "Nextflow: index of BAM"
    fi

    # Samples that fail: the others are delivered, the table names the failed, and the exit status says so. A sample may have two
    # kinds; files without records are not failures.
    gzip -c </dev/null >nothing.fq.gz
    head -n 12 ../calls.vcf | grep '^#' >zero.vcf
    head -c "$(($(wc -c <../one.vcf.gz) / 2))" ../one.vcf.gz >cut.vcf.gz
    cat > bad.csv <<'EOF'
"id", "kind", "file", "model", "note"
"good", "variants", "../calls.vcf", "core-promoter", "says ""yes"", twice"
good,reads,../reads.fq,core-promoter
wrongkind,variants,../genome.fa,core-promoter
cut,variants,cut.vcf.gz,core-promoter
zero,variants,zero.vcf,core-promoter
nothing,reads,nothing.fq.gz,core-promoter
otherformat,scan,../genome.fa,core-promoter

EOF
    printf "process { withName: 'GENOGLOSS_SCAN' { ext.args = '--format=tsv' } }\n" >format.config
    if pipeline --input bad.csv --genome ../genome.fa --shards 2 --outdir bad -profile local -c format.config; then fail "Nextflow: the run ended well although samples failed" out.log; fi
    [ "$(tail -n +2 bad/failed.tsv | cut -f 1 | sort | tr '\n' ' ')" = "cut otherformat wrongkind " ] || fail "Nextflow: failed.tsv" bad/failed.tsv
    grep -q "^wrongkind	variants: samplesheet	bad.csv, line 4, column 2 (kind): variants: ../genome.fa is FASTA, and variants needs VCF, BCF" bad/failed.tsv || fail "Nextflow: failed.tsv" bad/failed.tsv
    grep -q "^cut	variants: GENOGLOSS_PLAN	.*cut.vcf.gz.*	1	/" bad/failed.tsv || fail "Nextflow: failed.tsv" bad/failed.tsv
    [ -f "$(grep '^cut	' bad/failed.tsv | cut -f 5)" ] || fail "Nextflow: failed.tsv names no log" bad/failed.tsv
    grep -q "^otherformat	scan: GENOGLOSS_SCAN	.*	2	/" bad/failed.tsv || fail "Nextflow: failed.tsv" bad/failed.tsv
    same "Nextflow: a good sample beside bad ones" bad/variants/good.vcf.gz ../one.vcf.gz
    same "Nextflow: another kind of the same sample" bad/reads/good.tsv.gz ../one.tsv.gz
    [ -s bad/variants/zero.vcf.gz ] && [ -s bad/reads/nothing.tsv.gz ] \
        && [ "$(gzip -dc bad/variants/zero.vcf.gz | grep -vc '^#')$(gzip -dc bad/reads/nothing.tsv.gz | tail -n +2 | wc -l)" = 00 ] || fail "Nextflow: empty samples"
    [ ! -e bad/scan ] || fail "Nextflow: TSV was delivered as BED"
    grep -q wrongkind bad/report.html || fail "Nextflow: the report does not name a failed sample" out.log
    ok "Nextflow: bad samples are named, good and empty ones delivered"
    # Small samples in one job.
    sed 's/, "note"//; s/, "says.*//; /otherformat/d' bad.csv >group.csv
    if pipeline --input group.csv --genome ../genome.fa --group_size 3 --outdir group -profile local; then fail "Nextflow: the run ended well although samples of a group failed" out.log; fi
    [ "$(tail -n +2 group/failed.tsv | cut -f 1 | sort | tr '\n' ' ')" = "cut wrongkind " ] || fail "Nextflow, groups: failed.tsv" group/failed.tsv
    [ "$(cut -f 4 group/pipeline_info/trace.tsv | grep -c '^variants_\|^reads_')" = 2 ] || fail "Nextflow, groups: not two jobs" group/pipeline_info/trace.tsv
    same "Nextflow, groups: variants" group/variants/good.vcf.gz ../one.vcf.gz
    same "Nextflow, groups: reads" group/reads/good.tsv.gz ../one.tsv.gz

    # A cohort: each site is scored once.
    python3 "$here/cohort.py" make cohort ../genome.fa --samples 10 --sites 200 --pool 500 >cohort.log
    if pipeline --input cohort/samples.csv --genome ../genome.fa --model core-promoter --cohort --group_size 4 --shards 2 --outdir once -profile local; then
        fail "Nextflow: the run ended well although samples of a cohort failed" out.log
    fi
    python3 "$here/cohort.py" check cohort once >cohort.log 2>&1 || fail "Nextflow: a cohort" cohort.log
    genogloss variants cohort/s0003.vcf.gz -f ../genome.fa -m core-promoter -o s0003.vcf.gz --quiet
    cmp <(gzip -dc once/variants/s0003.vcf.gz | grep -v '^##') <(gzip -dc s0003.vcf.gz | grep -v '^##') >&2 || fail "Nextflow, a cohort: a sample differs from one run"
    grep -q bad_cut once/report.html || fail "Nextflow, a cohort: the report does not name a failed sample" out.log
    ok "Nextflow, a cohort: $(tail -n 1 cohort.log)"
    # Each sample of a cohort is judged by itself: one with REF of another assembly, with another contig, with another length of the
    # contig, although all its sites are those of others.
    gzip -dc cohort/s0003.vcf.gz >healthy.vcf
    awk 'BEGIN { FS = OFS = "\t" } !/^#/ { $4 = $4 == "A" ? "C" : "A"; $5 = "T" } 1' healthy.vcf >assembly.vcf
    sed 's/^##contig=<ID=[^,]*/##contig=<ID=chrZ/; s/^[^#\t][^\t]*/chrZ/' healthy.vcf >contig.vcf
    sed 's/^\(##contig=.*length=\)[0-9]*/\1999999/' healthy.vcf >length.vcf
    printf '%s\n' id,kind,file healthy,variants,healthy.vcf length,variants,length.vcf assembly,variants,assembly.vcf contig,variants,contig.vcf \
        other,variants,cohort/s0004.vcf.gz >aliens.csv
    like_one() { # what, folder, sample, file, options: the records are those of one run
        genogloss variants "$4" -f ../genome.fa -m core-promoter -o alone.vcf.gz --quiet "${@:5}"
        cmp <(gzip -dc "$2/variants/$3.vcf.gz" | grep -v '^##') <(gzip -dc alone.vcf.gz | grep -v '^##') >&2 || fail "$1: $3 differs from one run" out.log
    }
    if pipeline --input aliens.csv --genome ../genome.fa --model core-promoter --cohort --group_size 2 --shards 2 --outdir aliens -profile local; then
        fail "Nextflow: the run ended well although samples of a cohort are of other genomes" out.log
    fi
    like_one "Nextflow, a cohort with other genomes" aliens healthy healthy.vcf
    like_one "Nextflow, a cohort with other genomes" aliens other cohort/s0004.vcf.gz
    grep -q "^assembly	variants: GENOGLOSS_GROUP	.*the REF of [0-9]* of [0-9]* records differs" aliens/failed.tsv || fail "Nextflow, a cohort: another assembly" aliens/failed.tsv
    grep -q "^length	variants: GENOGLOSS_SITES	length.vcf: contig .* has 999,999 bases in its header" aliens/failed.tsv || fail "Nextflow, a cohort: another length" aliens/failed.tsv
    if grep -q "^healthy	\|^other	" aliens/failed.tsv; then fail "Nextflow, a cohort: a healthy sample is named" aliens/failed.tsv; fi
    why=$({ genogloss variants contig.vcf -f ../genome.fa -m core-promoter -o alone.vcf.gz --quiet 2>&1 || true; } | sed -n 's/^error: [^:]*: \(.*\) is in .*: /\1 is in genome.fa: /p')
    grep "^contig	variants: GENOGLOSS_GROUP	" aliens/failed.tsv | grep -qF "${why:-no reason}" || fail "Nextflow, a cohort: another contig: not '$why'" aliens/failed.tsv
    for sample in assembly length contig; do [ ! -e "aliens/variants/$sample.vcf.gz" ] || fail "Nextflow, a cohort: $sample was delivered"; done
    ok "Nextflow, a cohort: samples of other genomes fail alone"
    grep -v '^length,' aliens.csv >wide.csv
    pipeline --input wide.csv --genome ../genome.fa --model core-promoter --cohort --group_size 2 --outdir wide -profile local \
        --variants_options='--missing-contigs skip --max-ref-mismatch=1' || fail "Nextflow, a cohort: options for other genomes" out.log
    for sample in healthy assembly contig; do
        like_one "Nextflow, a cohort: options for other genomes" wide $sample $sample.vcf --missing-contigs skip --max-ref-mismatch 1
    done
    if pipeline --input wide.csv --genome ../genome.fa --model core-promoter --cohort --group_size 4 --outdir strict -profile local \
        --variants_options='--ref-mismatch fail --missing-contigs skip'; then fail "Nextflow, a cohort: --ref-mismatch fail" out.log; fi
    like_one "Nextflow, a cohort: --ref-mismatch fail" strict contig contig.vcf --missing-contigs skip
    like_one "Nextflow, a cohort: --ref-mismatch fail" strict healthy healthy.vcf --ref-mismatch fail
    [ "$(cut -f 1 strict/failed.tsv | tr '\n' ' ')" = "sample assembly " ] && grep -q "assembly.vcf, record 1: REF is" strict/failed.tsv \
        || fail "Nextflow, a cohort: --ref-mismatch fail" strict/failed.tsv
    ok "Nextflow, a cohort: options for other genomes"

    # The strict parser of 25.04 cannot run it (it includes a workflow that has includes of its own only once): nextflow-lint.sh checks the
    # syntax.
    limited nextflow -log run.log run "$root/nextflow/main.nf" -ansi-log false -c site.config -profile test,local --outdir stub -stub >out.log 2>&1 \
        || fail "Nextflow -profile test -stub" out.log
    [ -s stub/scan/slice.bed.gz ] || fail "Nextflow -stub wrote nothing" out.log
    ok "Nextflow -profile test -stub"
    "$here/nextflow-lint.sh" >lint.log 2>&1 || fail "nextflow lint" lint.log
    ok "Nextflow: $(tail -n 1 lint.log)"
    refused() { # what it says, options
        local says=$1
        shift
        if pipeline "$@" || ! grep -qF -- "$says" out.log; then fail "was not refused with \"$says\": $*" out.log; fi
    }
    sheet() { printf 'id,kind,file\n' >sheet1.csv && printf '%s\n' "$@" >>sheet1.csv; }
    sheet x,scan,none.fa && refused "sheet1.csv, line 2, column 3 (file): none.fa: is not there" --input sheet1.csv
    sheet x,walk,../genome.fa && refused "sheet1.csv, line 2, column 2 (kind): walk: can be scan, variants, reads" --input sheet1.csv
    sheet x,scan,../genome.fa x,scan,../reads.fq && refused "sheet1.csv, line 3, column 1 (id): sample x is there twice with kind scan: also line 2" --input sheet1.csv
    sheet x,variants,../calls.vcf && refused "sheet1.csv, line 2: sample x: variants need a genome: --genome, or a column genome" --input sheet1.csv
    sheet x,variants,../genome.fa && refused "sheet1.csv, line 2, column 2 (kind): variants: ../genome.fa is FASTA" --input sheet1.csv --genome ../genome.fa --keep_going false
    # Characters that the engine does not quote.
    for name in 'a$b.fa' 'a*b.fa' 'a?b.fa' 'a[b].fa' 'a{b}.fa'; do
        cp ../genome.fa "$name"
        sheet "x,scan,$name" && refused "sheet1.csv, line 2, column 3 (file): $name: Nextflow cannot take a file with" --input sheet1.csv
    done
    printf 'id,kind,file,genome\nx,variants,../calls.vcf,a$b.fa\n' >sheet1.csv
    refused "sheet1.csv, line 2, column 4 (genome): a\$b.fa: Nextflow cannot take a file with \$ in its path" --input sheet1.csv
    refused "--genome a*b.fa: Nextflow cannot take a file with * in its path" --input sheet.csv --genome 'a*b.fa'
    sheet _sites_1,variants,../calls.vcf && refused "line 2, column 1 (id): _sites_1: can have letters, digits, dots, hyphens and underscores, must begin with a letter or a digit" --input sheet1.csv
    sheet 'x,"scan,../genome.fa' && refused "sheet1.csv, line 2: a quote is not closed" --input sheet1.csv
    ok "Nextflow: bad samplesheets"
    refused "--input is missing: Samplesheet"
    refused "--shards four: must be a whole number" --input sheet.csv --shards four
    refused "--shard is not a parameter; --help lists them" --input sheet.csv --shard 3
    refused "--model human and --model_dir ../splice: give one of them" --input sheet.csv --model human --model_dir ../splice
    pipeline --help && grep -q -- "--variants_format vcf.gz|bcf .*\[vcf.gz\]" out.log || fail "Nextflow --help" out.log
    ok "Nextflow: bad parameters, --help"
    if ! command -v nvidia-smi >/dev/null; then
        sheet x,scan,../genome.fa
        if pipeline --input sheet1.csv --shards 1 --model core-promoter -profile local,gpu --outdir gpu || ! grep -qE "(cuda|CUDA|ONNX Runtime was not found)" gpu/failed.tsv; then
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
    if [ -f "${GENOGLOSS_HPO:-}/genes_to_phenotype.txt" ]; then
        mkdir -p examples/workflows/genes.nextflow && cp "$here"/genes/{main.nf,nextflow.config,calls.vcf,genes.gtf,patient.json} examples/workflows/genes.nextflow/
        (cd examples/workflows/genes.nextflow && limited nextflow run main.nf --hpo_tables "$GENOGLOSS_HPO" -ansi-log false >out.log 2>&1) \
            || fail "workflows/genes in Nextflow" examples/workflows/genes.nextflow/out.log
        python3 "$here/compare.py" "$here/genes/expected/ranked.tsv" examples/workflows/genes.nextflow/results/ranked.tsv >compare.log 2>&1 \
            || fail "workflows/genes in Nextflow: the ranked genes" compare.log
        [ "$(gzip -dc examples/workflows/genes.nextflow/results/annotated.vcf.gz | grep -c GG_GENES=)" = "$(gzip -dc examples/workflows/genes.nextflow/results/annotated.vcf.gz | grep -v '^#' | grep -c 'GG_DELTA.*GG_GENES=')" ] \
            || fail "workflows/genes in Nextflow: the annotated variants" examples/workflows/genes.nextflow/out.log
        ok "example genes in Nextflow"
    else
        skip "example genes in Nextflow: GENOGLOSS_HPO is not a folder with the tables of HPO (make hpo)"
    fi
    if [ -n "$slurm" ]; then
        cd next
        rm -rf results work .nextflow
        # The first try of a job is killed for its memory, which leaves no exit code; the second gets more.
        cat > kill.config <<'EOF'
executor.exitReadTimeout = '20 sec'
process {
    withName: 'GENOGLOSS_SCAN' {
        memory = { task.attempt == 1 && task.index == 1 ? 40.MB : 1.GB }
        // Slurm looks once a second: the shell itself holds more than that, for as long as it takes.
        beforeScript = { task.attempt == 1 && task.index == 1 ? 'held=$(head -c 100000000 /dev/zero | tr "\\0" x); sleep 30; unset held' : '' }
    }
}
EOF
        run_nextflow slurm -c kill.config
        awk -F '\t' '$3 ~ /GENOGLOSS_SCAN$/ && $5 == "FAILED" && $6 == "-"' results/pipeline_info/trace.tsv | grep -q . || fail "Nextflow on Slurm: nothing was killed" results/pipeline_info/trace.tsv
        ok "Nextflow on Slurm: a job that was killed for its memory is tried again"
        cd ..
    else
        skip "Nextflow on Slurm: $why"
    fi
else
    skip "Nextflow, its modules, examples regulatory, reads and genes: neither nextflow nor java 17 and mvn are installed, or Maven Central cannot be reached"
fi
