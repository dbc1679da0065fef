from shlex import quote


def wanted():
    """The final files that the configuration asks for."""
    files = [f"{OUT}/scan/elements.bed.gz"] if SCAN else []
    files += [f"{OUT}/variants/{sample}.vcf.gz" for sample in config["variants"]]
    files += [f"{OUT}/reads/{sample}.tsv.gz" for sample in config["reads"]]
    return files


def shard(wildcards):
    """3-of-16 as the program takes it."""
    return wildcards.scatteritem.replace("-of-", "/")


def memory(wildcards, attempt):
    """Megabytes; more after a job that was killed for its memory."""
    return config["mem_mb"] * attempt
