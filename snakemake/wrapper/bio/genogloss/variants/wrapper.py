__author__ = "The Genogloss developers"
__copyright__ = "Copyright The Genogloss developers"
__license__ = "MIT OR Apache-2.0"

from shlex import quote

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

# Scores from a scored file of sites, or from a model.
scores = snakemake.input.get("scores", "")
if scores:
    scores = f"--scores {quote(scores)}"

model = snakemake.input.get("model") or snakemake.params.get("model", "")
if model:
    model = f"--model {quote(str(model))}"

genes = snakemake.input.get("genes", "")
if genes:
    genes = f"--genes {quote(genes)}"

# A BED file of genogloss plan, or I/N.
shard = snakemake.input.get("shard") or snakemake.params.get("shard", "")
if shard:
    shard = f"--shard {quote(str(shard))}"

vcf = snakemake.output.vcf

index = snakemake.output.get("index", "")
if index:
    if index not in (f"{vcf}.tbi", f"{vcf}.csi"):
        raise ValueError(f"the index of {vcf} must be {vcf}.tbi or {vcf}.csi")
    index = f"--index {index[-3:]}"

manifest = snakemake.output.get("manifest", "")
if manifest:
    manifest = f"--manifest {quote(manifest)}"

shell(
    "genogloss variants {snakemake.input.vcf:q} --reference {snakemake.input.fasta:q} {model} {scores} {genes} {shard}"
    " --threads {snakemake.threads} --output {vcf:q} {index} {manifest} {extra} {log}"
)
