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

table = snakemake.output.get("table", "")
bigwig = snakemake.output.get("bigwig", "")
if not (table or bigwig):
    raise ValueError("the output needs table=, bigwig=directory(...) or both")

output = ""
if table:
    endings = {".bed": "bed", ".tsv": "tsv", ".bedgraph": "bedgraph"}
    name = table.removesuffix(".gz")
    formats = [form for ending, form in endings.items() if name.endswith(ending)]
    if not formats:
        raise ValueError(f"{table}: the name must end in {', '.join(endings)} (.gz)")
    output = f"--output-type {formats[0]} --output {quote(table)}"
if bigwig:
    bigwig = f"--bigwig {quote(bigwig)}"

index = snakemake.output.get("index", "")
if index:
    if index not in (f"{table}.tbi", f"{table}.csi"):
        raise ValueError(f"the index of {table} must be {table}.tbi or {table}.csi")
    index = f"--index {index[-3:]}"

manifest = snakemake.output.get("manifest", "")
if manifest:
    manifest = f"--manifest {quote(manifest)}"

shell(
    "genogloss scan {snakemake.input.fasta:q} {model} {shard} --threads {snakemake.threads}"
    " {output} {bigwig} {index} {manifest} {extra} {log}"
)
