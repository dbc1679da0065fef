# shellcheck shell=bash disable=SC2154
# Part of test.sh, which sets what is used here: the Snakemake workflow, its wrappers and the examples that run in it.

if [ -f "$engine/.ready" ]; then
    for name in snakemake snakefmt shfmt black; do ln -s "$engine/bin/$name" bin/; done
    workflow=$root/snakemake/workflow
    # Headers have the command.
    same_records() { # what, file of the workflow, file of one run
        cmp <(gzip -dc "$2" | grep -v '^##') <(gzip -dc "$3" | grep -v '^##') >&2 || fail "$1: $2 differs from one run"
        ok "$1"
    }
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
        if ! (cd snake && limited snakemake -s "$workflow/Snakefile" "$@" >run.log 2>&1); then
            # What the jobs themselves said.
            find snake/results/logs snake/.snakemake/slurm_logs -name '*.log' -size +0 -exec tail -n 25 {} + >>snake/run.log 2>/dev/null || true
            fail "Snakemake, $name" snake/run.log
        fi
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
        slurm_options=(--executor slurm --jobs 4 --default-resources slurm_partition=main runtime=5 mem_mb=500 --slurm-no-account
            --slurm-status-command squeue --slurm-init-seconds-before-status-checks 3 --seconds-between-status-checks 2 --latency-wait 20)
        rm -rf snake/results
        run_snakemake Slurm "${slurm_options[@]}"
        mkdir -p bad/config
        ln -s ../genome.fa ../calls.vcf bad/
        { head -n 12 calls.vcf && printf 'chr20_3140001_3240000\t35474\t.\tA\n'; } >bad/bad.vcf
        cat >bad/config/config.yaml <<'EOF'
genome: genome.fa
variants_model: core-promoter
threads: 1
max_runtime: 10
scan: {enabled: false}
variants: {good: calls.vcf, bad: bad.vcf}
EOF
        if (cd bad && limited snakemake -s "$workflow/Snakefile" "${slurm_options[@]}" >run.log 2>&1); then
            fail "Snakemake on Slurm: a bad sample does not show in the exit status" bad/run.log
        fi
        same_records "Snakemake on Slurm, one bad sample: the other" bad/results/variants/good.vcf.gz one.vcf.gz
        [ "$(tail -n +2 bad/results/failed.tsv | cut -f 1,4)" = "$(printf 'bad\t1')" ] || fail "Snakemake on Slurm: failed.tsv" bad/results/failed.tsv
        ok "Snakemake on Slurm: the bad sample is named"
    else
        skip "Snakemake on Slurm: $why"
    fi

    # One bad sample, one that is killed once, one without records: the others are delivered, the bad one is named, and the exit status
    # says so, also without --keep-going. An error of the program is not tried again, a kill is.
    mkdir -p isolation/config
    ln -s ../genome.fa ../reads.fq isolation/
    cp calls.vcf isolation/
    grep '^#' calls.vcf >isolation/none.vcf
    : >isolation/none.fq
    { head -n 12 calls.vcf && printf 'chr20_3140001_3240000\t35474\t.\tA\n'; } >isolation/bad.vcf
    cat >isolation/program <<'EOF'
#!/usr/bin/env bash
case $* in
    *killed.vcf*--shard\ 1/2*) if [ ! -f killed.once ]; then : >killed.once && kill -KILL $$; fi ;;
esac
exec genogloss "$@"
EOF
    chmod +x isolation/program
    cp calls.vcf isolation/killed.vcf
    cat >isolation/config/config.yaml <<'EOF'
genome: genome.fa
program: ./program
variants_model: core-promoter
shards: 2
threads: 1
scan: {enabled: false}
variants: {good: calls.vcf, bad: bad.vcf, none: none.vcf, killed: killed.vcf}
reads: {sample: reads.fq, none: none.fq}
EOF
    isolation() { (cd isolation && limited snakemake -s "$workflow/Snakefile" --cores 2 "$@" >run.log 2>&1); }
    if isolation; then fail "Snakemake: a bad sample does not show in the exit status" isolation/run.log; fi
    [ "$(tail -n +2 isolation/results/failed.tsv | cut -f 1,4)" = "$(printf 'bad\t1')" ] || fail "Snakemake: failed.tsv" isolation/results/failed.tsv
    grep -q 'bad.vcf' isolation/results/failed.tsv || fail "Snakemake: failed.tsv has no reason" isolation/results/failed.tsv
    grep -q 'error: these samples failed' isolation/run.log || fail "Snakemake does not name the bad sample" isolation/run.log
    [ "$(grep -c 'Trying to restart job' isolation/run.log)" = 1 ] || fail "Snakemake: the kill alone is tried again" isolation/run.log
    [ ! -e isolation/results/variants/bad.vcf.gz ] || fail "Snakemake delivers a bad sample"
    same "Snakemake, one bad sample: the others" isolation/results/variants/good.vcf.gz one.vcf.gz
    same "Snakemake, one bad sample: one that was killed" isolation/results/variants/killed.vcf.gz one.vcf.gz
    same "Snakemake, one bad sample: reads" isolation/results/reads/sample.tsv.gz one.tsv.gz
    [ "$(gzip -dc isolation/results/variants/none.vcf.gz | grep -c '^#CHROM') $(gzip -dc isolation/results/variants/none.vcf.gz | grep -vc '^#')" = "1 0" ] || fail "Snakemake: no records"
    [ "$(gzip -dc isolation/results/reads/none.tsv.gz | wc -l)" = 1 ] || fail "Snakemake: no reads"
    grep -q "bad.vcf, line 13" isolation/results/report.html || fail "Snakemake, one bad sample: the report does not name it"
    if isolation --keep-going; then fail "Snakemake --keep-going: a bad sample does not show in the exit status" isolation/run.log; fi
    if grep -q 'rule shard' isolation/run.log; then fail "Snakemake runs good samples again" isolation/run.log; fi
    cp calls.vcf isolation/bad.vcf
    isolation || fail "Snakemake: a mended sample" isolation/run.log
    same "Snakemake: a mended sample" isolation/results/variants/bad.vcf.gz one.vcf.gz
    [ "$(wc -l <isolation/results/failed.tsv)" = 1 ] || fail "Snakemake: a mended sample is still in failed.tsv"

    # A cohort: each site is scored once, and every sample gets the scores that a run of its own has.
    mkdir -p cohort/config
    ln -s ../genome.fa ../calls.vcf cohort/
    awk '/^#/ || NR % 2' calls.vcf >cohort/half.vcf
    { head -n 12 calls.vcf && printf 'chr20_3140001_3240000\t35474\t.\tA\n'; } >cohort/bad.vcf
    cat >cohort/config/config.yaml <<'EOF'
genome: genome.fa
variants_model: core-promoter
cohort: true
shards: 2
threads: 1
scan: {enabled: false}
variants: {length: length.vcf, all: calls.vcf, half: half.vcf, bad: bad.vcf, alien: alien.vcf, mixed: mixed.vcf, assembly: assembly.vcf}
EOF
    # Of other genomes: another contig, one more contig, other bases, another length.
    sed 's/chr20_3140001_3240000/chrZ/' calls.vcf >cohort/alien.vcf
    awk '/^##contig/ { print; print "##contig=<ID=chrZ,length=100000>"; next } { print } END { $1 = "chrZ"; print }' OFS='\t' calls.vcf >cohort/mixed.vcf
    awk -F '\t' '!/^#/ { for (i = 1; i <= 4; i++) { b = substr("ACGT", i, 1); if (b != $4 && b != $5) { $4 = b; break } } } { print }' OFS='\t' calls.vcf >cohort/assembly.vcf
    sed 's/length=100000/length=99000/' calls.vcf >cohort/length.vcf
    if (cd cohort && limited snakemake -s "$workflow/Snakefile" --cores 2 >run.log 2>&1); then
        fail "Snakemake, cohort: a bad sample does not show in the exit status" cohort/run.log
    fi
    [ "$(tail -n +2 cohort/results/failed.tsv | cut -f 1,4)" = "$(printf '%s\t1\n' length bad alien mixed assembly)" ] \
        || fail "Snakemake, cohort: failed.tsv" cohort/results/failed.tsv
    [ "$(find cohort/results/variants -name '*.vcf.gz' -printf '%f\n' | sort)" = "$(printf '%s.vcf.gz\n' all half)" ] || fail "Snakemake, cohort: what is delivered"
    reason() { awk -F '\t' -v name="$1" '$1 == name { print $3 }' cohort/results/failed.tsv; }
    # Each is refused with the reason of a run of its own; the length differs from that of the others.
    for name in alien mixed; do
        if (cd cohort && genogloss variants "$name.vcf" -f genome.fa -m core-promoter -o own.vcf 2>own.log); then fail "$name.vcf is not refused"; fi
        [ "error: $(reason $name)" = "$(grep '^error: ' cohort/own.log)" ] || fail "Snakemake, cohort: the reason of $name" cohort/results/failed.tsv
    done
    case $(reason assembly) in "assembly.vcf: the REF of 48 of 48 records differs from genome.fa"*) ;; *) fail "Snakemake, cohort: the reason of assembly" cohort/results/failed.tsv ;; esac
    (cd cohort && genogloss sites length.vcf calls.vcf half.vcf --failed own.tsv -o own.vcf 2>own.log)
    [ "$(reason length)" = "$(tail -n 1 cohort/own.tsv | cut -f 2)" ] || fail "Snakemake, cohort: the reason of length" cohort/results/failed.tsv
    genogloss variants cohort/half.vcf -f genome.fa -m core-promoter -o half.vcf.gz --quiet
    same_records "Snakemake, cohort: a sample" cohort/results/variants/all.vcf.gz one.vcf.gz
    same_records "Snakemake, cohort: another" cohort/results/variants/half.vcf.gz half.vcf.gz
    [ "$(grep -c 'rule shard:' cohort/run.log)" = 2 ] || fail "Snakemake, cohort: sites are scored more than once" cohort/run.log
    [ "$(gzip -dc cohort/results/cohort/sites.vcf.gz | grep -vc '^#')" = "$(cat cohort/{calls,alien,assembly}.vcf | grep -v '^#' | cut -f 1,2,4,5 | sort -u | wc -l)" ] \
        || fail "Snakemake, cohort: the number of sites"
    ok "Snakemake, cohort: each site once, the bad samples are named"
    # Where the options say that such records are kept, they are.
    kept="--max-ref-mismatch=1 --missing-contigs skip"
    if (cd cohort && limited snakemake -s "$workflow/Snakefile" --cores 2 --config outdir=kept "variants_options='$kept'" >run.log 2>&1); then
        fail "Snakemake, cohort, records are kept: a bad sample does not show in the exit status" cohort/run.log
    fi
    [ "$(tail -n +2 cohort/kept/failed.tsv | cut -f 1,4)" = "$(printf '%s\t1\n' length bad)" ] || fail "Snakemake, cohort, records are kept: failed.tsv" cohort/kept/failed.tsv
    for name in alien mixed assembly; do
        # shellcheck disable=SC2086
        genogloss variants "cohort/$name.vcf" -f genome.fa -m core-promoter $kept -o own.vcf.gz --quiet 2>own.log
        same_records "Snakemake, cohort, records are kept: $name" "cohort/kept/variants/$name.vcf.gz" own.vcf.gz
    done
    awk '/^#/ || NR != 20 { print; next } { $4 = $4 == "A" ? "C" : "A"; $5 = "G"; print }' OFS='\t' calls.vcf >cohort/differs.vcf
    if (cd cohort && limited snakemake -s "$workflow/Snakefile" --cores 2 --config outdir=first variants="{all: calls.vcf, differs: differs.vcf}" \
        "variants_options='--ref-mismatch fail'" >run.log 2>&1); then
        fail "Snakemake, cohort, the first mismatch ends a run: the bad sample does not show in the exit status" cohort/run.log
    fi
    if (cd cohort && genogloss variants differs.vcf -f genome.fa -m core-promoter --ref-mismatch fail -o own.vcf 2>own.log); then fail "differs.vcf is not refused"; fi
    [ "$(grep '^differs' cohort/first/failed.tsv | cut -f 3)" = "$(sed -n 's/^error: //p' cohort/own.log)" ] || fail "Snakemake, cohort, the first mismatch ends a run" cohort/first/failed.tsv
    same_records "Snakemake, cohort, the first mismatch ends a run: the other" cohort/first/variants/all.vcf.gz one.vcf.gz
    # If the sites of all fail, the samples are named, and nothing else.
    if (cd cohort && limited snakemake -s "$workflow/Snakefile" --cores 2 --config outdir=none "variants_options='--column nothing'" >run.log 2>&1); then
        fail "Snakemake, cohort: failed sites do not show in the exit status" cohort/run.log
    fi
    [ "$(tail -n +2 cohort/none/failed.tsv | cut -f 1)" = "$(printf '%s\n' length all half bad alien mixed assembly)" ] \
        || fail "Snakemake, cohort: failed.tsv of failed sites" cohort/none/failed.tsv
    ok "Snakemake, cohort: sites that fail"

    # Names that patterns and YAML take for something else, blanks in paths, a CRAM and its genome, CSI, no variants at all.
    mkdir -p names/config "names/with blank"
    ln -s ../calls.vcf ../reads.fq names/
    cp genome.fa "names/with blank/my genome.fa"
    cat >names/config/config.yaml <<'EOF'
genome: with blank/my genome.fa
outdir: out put
model: exact:gc
variants_model: core-promoter
shards: 2
threads: 1
index: csi
scan: {options: --window 1000}
variants: {1234: calls.vcf, 007: calls.vcf, a+b: calls.vcf, s(1): calls.vcf, a b: calls.vcf}
reads:
EOF
    (cd names && limited snakemake -s "$workflow/Snakefile" --cores 2 >run.log 2>&1) || fail "Snakemake, names" names/run.log
    for name in 1234 007 a+b 's(1)' 'a b'; do
        cmp <(gzip -dc "names/out put/variants/$name.vcf.gz" | grep -v '^##') <(gzip -dc one.vcf.gz | grep -v '^##') >&2 || fail "Snakemake, names: $name differs"
        [ -s "names/out put/variants/$name.vcf.gz.csi" ] || fail "Snakemake, names: $name has no CSI index"
    done
    [ -s "names/out put/scan/elements.bed.gz.csi" ] || fail "Snakemake, names: the scan has no CSI index"
    ok "Snakemake: names, blanks, CSI"
    printf 'variants:\n"reads": {"7": reads.cram}\noutdir: cram\n' >names/cram.yaml
    if command -v samtools >/dev/null; then
        printf '@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr20_3140001_3240000\tLN:100000\nr1\t0\tchr20_3140001_3240000\t14101\t60\t150M\t*\t0\t0\t%s\t*\n' \
            "$(tail -n +2 genome.fa | tr -d '\n' | cut -c 14101-14250)" | samtools view --no-PG -T "names/with blank/my genome.fa" -O cram -o names/reads.cram -
        rm -f "names/with blank/my genome.fa.fai"
        (cd names && limited snakemake -s "$workflow/Snakefile" --cores 2 --configfile cram.yaml --config variants={} >run.log 2>&1) || fail "Snakemake, CRAM" names/run.log
        genogloss reads names/reads.cram -f "names/with blank/my genome.fa" -m core-promoter -o cram.tsv.gz --quiet
        same "Snakemake: CRAM with its genome, variants empty" names/cram/reads/7.tsv.gz cram.tsv.gz
    else
        skip "Snakemake with CRAM: samtools is not installed"
    fi
    # A BAM file has an index if its reads are sorted by position. A program that fails without the word error has its last line as reason.
    if command -v samtools >/dev/null; then
        mkdir -p bam/config
        printf '@HD\tVN:1.6\tSO:coordinate\n@SQ\tSN:chr20_3140001_3240000\tLN:100000\n' >bam/sorted.sam
        awk 'NR % 4 == 2 { printf "r%d\t0\tchr20_3140001_3240000\t%d\t60\t%dM\t*\t0\t0\t%s\t*\n", NR, NR * 100, length($0), $0 }' reads.fq >>bam/sorted.sam
        samtools view --no-PG -b -o bam/sorted.bam bam/sorted.sam
        { printf '@HD\tVN:1.6\tSO:unsorted\n' && sed -n 2p bam/sorted.sam && grep -v '^@' bam/sorted.sam | tac; } | samtools view --no-PG -b -o bam/unsorted.bam -
        cat >bam/program <<'EOF'
#!/usr/bin/env bash
case $* in *mute.fq*) echo "there is no room" >&2 && exit 3 ;; esac
exec genogloss "$@"
EOF
        chmod +x bam/program
        ln -s ../reads.fq bam/mute.fq
        cat >bam/config/config.yaml <<'EOF'
genome: ../genome.fa
program: ./program
reads_format: bam
shards: 2
threads: 1
scan: {enabled: false}
reads: {sorted: sorted.bam, unsorted: unsorted.bam, mute: mute.fq}
EOF
        if (cd bam && limited snakemake -s "$workflow/Snakefile" --cores 2 >run.log 2>&1); then fail "Snakemake, BAM: a bad sample does not show in the exit status" bam/run.log; fi
        [ "$(tail -n +2 bam/results/failed.tsv | cut -f 1,3,4)" = "$(printf 'mute\tthere is no room\t3')" ] || fail "Snakemake, BAM: failed.tsv" bam/results/failed.tsv
        samtools index bam/sorted.bam
        region=chr20_3140001_3240000:300-500
        [ -s bam/results/reads/sorted.bam.bai ] && samtools view bam/results/reads/sorted.bam $region | cut -f 1-10 >bam/found && samtools view bam/sorted.bam $region | cut -f 1-10 >bam/expected \
            && [ -s bam/expected ] && cmp bam/found bam/expected >&2 || fail "Snakemake: the index of a sorted BAM file" bam/run.log
        [ "$(cd bam/results/reads && echo unsorted.bam*)" = "unsorted.bam unsorted.bam.manifest.json" ] || fail "Snakemake: the files of an unsorted BAM file"
        (cd bam && limited snakemake -s "$workflow/Snakefile" --cores 2 --config outdir=csi index=csi program=genogloss >run.log 2>&1) || fail "Snakemake, BAM with CSI" bam/run.log
        [ "$(cd bam/csi/reads && echo sorted.bam*)" = "sorted.bam sorted.bam.csi sorted.bam.manifest.json" ] || fail "Snakemake: the CSI index of a sorted BAM file" bam/run.log
        (cd bam && snakemake -s "$workflow/Snakefile" --cores 1 --dry-run --config outdir=csi index=csi program=genogloss >dry.log 2>&1 && grep -q "Nothing to be done" dry.log) \
            || fail "a finished workflow would index BAM again" bam/dry.log
        ok "Snakemake: the index of BAM"
    else
        skip "Snakemake with BAM: samtools is not installed"
    fi
    bad_config() { # what it says, a line of configuration
        printf 'genome: genome.fa\n%s\n' "$2" >names/bad.yaml
        if (cd names && snakemake -s "$workflow/Snakefile" --dry-run --configfile bad.yaml >bad.log 2>&1) || ! grep -qF -- "$1" names/bad.log; then
            fail "was not refused with \"$1\": $2" names/bad.log
        fi
    }
    bad_config "'a/b' does not match" 'variants: {a/b: calls.vcf}'
    bad_config "is not of type 'object'" 'variants: [calls.vcf]'
    bad_config "is not one of ['tbi', 'csi']" 'index: bai'
    ok "Snakemake: bad settings"
    printf 'max_runtime: 20\nmax_mem_mb: 700\noutdir: capped\n' >snake/capped.yaml
    (cd snake && snakemake -s "$workflow/Snakefile" --dry-run --configfile capped.yaml >capped.log 2>&1) || fail "Snakemake, limits" snake/capped.log
    if ! grep -q 'runtime=20,.*mem_mb=700,' snake/capped.log || grep -qE 'runtime=30|mem_mb=1000' snake/capped.log; then
        fail "Snakemake: time and memory are not limited" snake/capped.log
    fi
    ok "Snakemake: limits of time and memory"

    # Killed with -9 after a checkpoint, and gone on with another model, then with another input.
    mkdir -p killed/config
    cat >killed/config/config.yaml <<'EOF'
genome: genome.fa
program: ./program
model: core-promoter
shards: 2
threads: 1
EOF
    cat >killed/program <<'EOF'
#!/usr/bin/env bash
# The first scan is stopped when it has a checkpoint; then its engine is killed. The other ends well afterwards.
if [ "$1" = scan ] && ! mkdir first 2>/dev/null && [ -e engine.pid ]; then
    trap '' TERM
    while kill -0 "$(cat engine.pid)" 2>/dev/null; do sleep 0.1; done
    setsid genogloss "$@"
    touch ended.well
    exit
elif [ "$1" = scan ] && [ -e engine.pid ]; then
    genogloss "$@" --checkpoint 0 --batch-rows 4 &
    child=$!
    trap 'kill -TERM $child; kill -CONT $child' TERM
    until [ -n "$(find results/work/scan/elements/shards -name '*.genogloss-journal')" ]; do
        kill -0 $child || exit 1
        sleep 0.01
    done
    kill -STOP $child
    kill -KILL "$(cat engine.pid)"
    while kill -0 $child 2>/dev/null; do wait $child; done
    touch ended
    exit 143
fi
exec genogloss "$@"
EOF
    chmod +x killed/program
    kill_snakemake() {
        rm -rf killed/results killed/first killed/ended killed/ended.well
        head -n 300 genome.fa >killed/genome.fa
        (cd killed && exec snakemake -s "$workflow/Snakefile" --cores 2 >run.log 2>&1) &
        echo $! >killed/engine.pid
        wait $! 2>/dev/null || true
        # The program ends with its engine, and keeps what it has.
        for _ in $(seq 300); do [ -e killed/ended ] && [ -e killed/ended.well ] || sleep 0.1; done
        [ -e killed/ended ] && [ -e killed/ended.well ] || fail "the program has not ended with its engine" killed/run.log
        rm killed/engine.pid
        [ -n "$(find killed/results/work/scan -name '*.genogloss-journal')" ] || fail "the killed run has no journal" killed/run.log
        (cd killed && snakemake -s "$workflow/Snakefile" --unlock >unlock.log 2>&1) || fail "Snakemake --unlock" killed/unlock.log
    }
    go_on() { # what, options
        local what=$1
        shift
        (cd killed && limited snakemake -s "$workflow/Snakefile" --cores 2 --rerun-incomplete "$@" >run.log 2>&1) || fail "Snakemake, killed, $what" killed/run.log
        grep -rqs 'is the journal of another run: .*starting again' killed/results/logs/scan || fail "Snakemake, killed, $what: no journal was found" killed/run.log
        same "Snakemake, killed, $what" killed/results/scan/elements.bed.gz killed/one.bed.gz
    }
    kill_snakemake
    genogloss scan killed/genome.fa -m proximal-promoter -o killed/one.bed.gz --quiet
    go_on "then another model" --config model=proximal-promoter
    kill_snakemake
    printf '>more\nACGTACGTACGT\n' >>killed/genome.fa
    genogloss scan killed/genome.fa -m core-promoter -o killed/one.bed.gz --quiet
    go_on "then another input"

    # Wrappers, each by its own tests, against the program.
    black --check --quiet "$root/snakemake" || fail "black would change the wrappers"
    "$engine/bin/python" "$here/wrappers.py" wrappers >wrappers.log 2>&1 || fail "wrappers" wrappers.log
    (
        cd wrappers || exit
        genogloss scan test_genogloss_scan/genome.fa -m core-promoter --threshold 0.9 -t 2 -o scan.bed.gz --bigwig tracks --quiet
        genogloss variants test_genogloss_variants/calls.vcf -f test_genogloss_variants/genome.fa -m core-promoter -t 2 -o variants.vcf.gz --quiet
        genogloss reads test_genogloss_reads/reads.fq -m reading-frame --aggregate mean -t 2 -o reads.tsv --quiet
        genogloss reads test_genogloss_reads/reads.fq -m reading-frame -O bam -t 2 -o reads.bam --quiet
        genogloss scan test_genogloss_merge/genome.fa -m core-promoter -t 1 -o merged.bed.gz --quiet
    )
    cmp wrappers/test_genogloss_scan/scan/x.tracks/promoter.bw wrappers/tracks/promoter.bw >&2 || fail "wrapper scan: tracks differ"
    same "wrapper scan" wrappers/test_genogloss_scan/scan/x.bed.gz wrappers/scan.bed.gz
    same_records "wrapper variants" wrappers/test_genogloss_variants/variants/x.vcf.gz wrappers/variants.vcf.gz
    same_records "wrapper variants, with scores" wrappers/test_genogloss_variants_scores/scores/x.vcf.gz wrappers/variants.vcf.gz
    # Each allele once, as the files have them.
    awk '!/^#/ { n = split($5, alleles, ","); for (i = 1; i <= n; i++) print $1, $2, $4, alleles[i] }' wrappers/test_genogloss_sites/[ab].vcf \
        | sort -u >wrappers/sites.txt
    [ -s wrappers/sites.txt ] && gzip -dc wrappers/test_genogloss_sites/sites/x.vcf.gz | awk '!/^#/ { print $1, $2, $4, $5 }' | sort \
        | cmp - wrappers/sites.txt >&2 || fail "wrapper sites: the alleles differ"
    ok "wrapper sites"
    same "wrapper reads" wrappers/test_genogloss_reads/reads/x.tsv wrappers/reads.tsv
    if command -v samtools >/dev/null; then
        samtools view -o wrappers/x.sam wrappers/test_genogloss_reads/reads/x.bam && samtools view -o wrappers/reads.sam wrappers/reads.bam && [ -s wrappers/x.sam ] \
            && cmp wrappers/x.sam wrappers/reads.sam >&2 || fail "wrapper reads: BAM differs"
    else
        skip "wrapper reads, BAM: samtools is not installed"
    fi
    same "wrapper merge" wrappers/test_genogloss_merge/merge/x.bed.gz wrappers/merged.bed.gz
    [ "$(find wrappers/test_genogloss_plan/plan/x -name 'shard_*.bed' | wc -l)" = 3 ] || fail "wrapper plan"
    grep -q 'Two runs' wrappers/test_genogloss_report/report/x.html || fail "wrapper report"
    ok "wrappers plan, report"
    # Paths with blanks.
    mkdir "wrappers/with blank" && cp wrappers/test_genogloss_scan/genome.fa "wrappers/with blank/my genome.fa"
    sed -e 's|"genome.fa"|"my genome.fa"|' -e 's|"scan/|"out put/|' "$root/snakemake/wrapper/bio/genogloss/scan/test/Snakefile" >"wrappers/with blank/Snakefile"
    (cd "wrappers/with blank" && limited snakemake --cores 2 --wrapper-prefix "file://$work/wrappers/prefix/" "out put/x.bed.gz" >../run.log 2>&1) \
        || fail "wrapper scan, blanks" wrappers/run.log
    same "wrapper scan, blanks" "wrappers/with blank/out put/x.bed.gz" wrappers/scan.bed.gz
    example splice calls.vcf variants/calls.vcf.gz
    if [ -f "${GENOGLOSS_HPO:-}/genes_to_phenotype.txt" ]; then
        example genes candidates.tsv candidates.tsv
        python3 "$here/compare.py" "$here/genes/expected/ranked.tsv" examples/workflows/genes/results/ranked.tsv >compare.log 2>&1 \
            || fail "workflows/genes: the ranked genes" compare.log
        ok "example genes: the ranked genes"
    else
        skip "example genes: GENOGLOSS_HPO is not a folder with the tables of HPO (make hpo)"
    fi
else
    skip "Snakemake, its wrappers, examples splice and genes: Snakemake could not be installed"
fi
