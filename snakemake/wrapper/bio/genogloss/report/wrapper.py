__author__ = "The Genogloss developers"
__copyright__ = "Copyright The Genogloss developers"
__license__ = "MIT OR Apache-2.0"

from shlex import quote

from snakemake.shell import shell

extra = snakemake.params.get("extra", "")
log = snakemake.log_fmt_shell(stdout=True, stderr=True)

multiqc = snakemake.output.get("multiqc", "")
if multiqc:
    multiqc = f"--multiqc {quote(multiqc)}"

# Samples that failed, which the page names.
failed = snakemake.input.get("failed", "")
if failed:
    failed = f"--failed {quote(failed)}"

title = snakemake.params.get("title", "")
if title:
    title = f"--title {quote(title)}"

shell(
    "genogloss report {snakemake.input.runs:q} --output {snakemake.output.html:q} {multiqc} {failed} {title} {extra} {log}"
)
