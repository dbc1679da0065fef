__author__ = "The Genogloss developers"
__copyright__ = "Copyright The Genogloss developers"
__license__ = "MIT OR Apache-2.0"

from shlex import quote

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

merged = snakemake.output.merged

index = snakemake.output.get("index", "")
if index:
    if index not in (f"{merged}.tbi", f"{merged}.csi"):
        raise ValueError(f"the index of {merged} must be {merged}.tbi or {merged}.csi")
    index = f"--index {index[-3:]}"

manifest = snakemake.output.get("manifest", "")
if manifest:
    manifest = f"--manifest {quote(manifest)}"

shell(
    "genogloss merge {snakemake.input.parts:q} --output {merged:q} {index} {manifest} {extra} {log}"
)
