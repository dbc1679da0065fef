__author__ = "The Genogloss developers"
__copyright__ = "Copyright The Genogloss developers"
__license__ = "MIT OR Apache-2.0"

from shlex import quote
from tempfile import NamedTemporaryFile

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

sites = snakemake.output.sites

index = snakemake.output.get("index", "")
if index:
    if index not in (f"{sites}.tbi", f"{sites}.csi"):
        raise ValueError(f"the index of {sites} must be {sites}.tbi or {sites}.csi")
    index = f"--index {index[-3:]}"

# With a table for them, inputs that cannot be read do not end the run.
failed = snakemake.output.get("failed", "")
if failed:
    failed = f"--failed {quote(failed)}"

manifest = snakemake.output.get("manifest", "")
if manifest:
    manifest = f"--manifest {quote(manifest)}"

# There can be more files than a command line holds.
with NamedTemporaryFile("w", suffix=".txt") as files:
    files.writelines(f"{path}\n" for path in snakemake.input.vcfs)
    files.flush()
    shell(
        "genogloss sites --file-list {files.name:q} --output {sites:q} {index} {failed} {manifest} {extra} {log}"
    )
