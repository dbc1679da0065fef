# The entries of genogloss in test_wrappers.py of snakemake-wrappers; `run` is a fixture there, and in workflows/wrappers.py here.


def test_genogloss_scan(run):
    run("bio/genogloss/scan", ["snakemake", "scan/x.bed.gz"])


def test_genogloss_variants(run):
    run("bio/genogloss/variants", ["snakemake", "variants/x.vcf.gz"])


def test_genogloss_variants_scores(run):
    run("bio/genogloss/variants", ["snakemake", "scores/x.vcf.gz"])


def test_genogloss_reads(run):
    run("bio/genogloss/reads", ["snakemake", "reads/x.tsv", "reads/x.bam"])


def test_genogloss_plan(run):
    run("bio/genogloss/plan", ["snakemake", "plan/x"])


def test_genogloss_merge(run):
    run("bio/genogloss/merge", ["snakemake", "merge/x.bed.gz"])


def test_genogloss_report(run):
    run("bio/genogloss/report", ["snakemake", "report/x.html"])


def test_genogloss_sites(run):
    run("bio/genogloss/sites", ["snakemake", "sites/x.vcf.gz"])
