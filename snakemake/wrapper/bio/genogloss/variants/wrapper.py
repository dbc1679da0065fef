__author__ = "The Genogloss developers"
__copyright__ = "Copyright The Genogloss developers"
__license__ = "MIT OR Apache-2.0"

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

model = snakemake.input.get("model") or snakemake.params.get("model", "")
if model:
    model = f"--model {model}"

genes = snakemake.input.get("genes", "")
if genes:
    genes = f"--genes {genes}"

# A BED file of genogloss plan, or I/N.
shard = snakemake.input.get("shard") or snakemake.params.get("shard", "")
if shard:
    shard = f"--shard {shard}"

vcf = snakemake.output.vcf
index = snakemake.output.get("index", "")
if index:
    if index not in (f"{vcf}.tbi", f"{vcf}.csi"):
        raise ValueError(f"the index of {vcf} must be {vcf}.tbi or {vcf}.csi")
    index = f"--index {index[-3:]}"

manifest = snakemake.output.get("manifest", "")
if manifest:
    manifest = f"--manifest {manifest}"

shell(
    "genogloss variants {snakemake.input.vcf} --reference {snakemake.input.fasta} {model} {genes} {shard}"
    " --threads {snakemake.threads} --output {vcf} {index} {manifest} {extra} {log}"
)
