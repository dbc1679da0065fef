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

fasta = snakemake.input.get("fasta", "")
if fasta:
    fasta = f"--reference {quote(fasta)}"

shards = snakemake.params.get("shards", "")
if not shards:
    raise ValueError("params need shards=, how many")

shell(
    "genogloss plan {snakemake.input.data:q} {fasta} {model} --shards {shards} --threads {snakemake.threads}"
    " --output {snakemake.output.plan:q} {extra} {log}"
)
