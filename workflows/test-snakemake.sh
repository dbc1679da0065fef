# shellcheck shell=bash disable=SC2154
# Part of test.sh, which sets what is used here: the Snakemake workflow, its wrappers and the examples that run in it.

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
else
    skip "Snakemake, its wrappers, examples splice and genes: Snakemake could not be installed"
fi
