__author__ = "The Genogloss developers"
__copyright__ = "Copyright The Genogloss developers"
__license__ = "MIT OR Apache-2.0"

from shlex import quote

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

model = snakemake.input.get("model") or snakemake.params.get("model", "")
if model:
    model = f"--model {quote(str(model))}"

# A BED file of genogloss plan, or I/N.
shard = snakemake.input.get("shard") or snakemake.params.get("shard", "")
if shard:
    shard = f"--shard {quote(str(shard))}"

# Only CRAM is kept as differences to a reference.
fasta = snakemake.input.get("fasta", "")
if fasta and str(snakemake.input.reads).endswith(".cram"):
    fasta = f"--reference {quote(fasta)}"
else:
    fasta = ""

reads = snakemake.output.reads
form = "bam" if reads.endswith(".bam") else "tsv"

manifest = snakemake.output.get("manifest", "")
if manifest:
    manifest = f"--manifest {quote(manifest)}"

shell(
    "genogloss reads {snakemake.input.reads:q} {fasta} {model} {shard} --threads {snakemake.threads}"
    " --output-type {form} --output {reads:q} {manifest} {extra} {log}"
)
