checkpoint outcome:
    """Which samples failed, and why."""
    input:
        statuses=[f"{run.work}/status" for run in RUNS.values()],
    output:
        failed=f"{OUT}/failed.tsv",
        good=f"{WORK}/good.tsv",
        manifests=f"{WORK}/manifests.txt",
    log:
        f"{OUT}/logs/outcome.log",
    run:
        write_outcome(output.failed, output.good, output.manifests)


rule deliver:
    """A result under its name."""
    input:
        status=f"{WORK}/{{kind}}/{{sample}}/status",
    output:
        data=f"{OUT}/{{kind}}/{{sample}}.{{ending}}",
        index=f"{OUT}/{{kind}}/{{sample}}.{{ending}}.{INDEX}",
        manifest=f"{OUT}/{{kind}}/{{sample}}.{{ending}}.manifest.json",
    log:
        f"{OUT}/logs/{{kind}}/{{sample}}/deliver.{{ending}}.log",
    wildcard_constraints:
        ending=r"bed\.gz|vcf\.gz",
    conda:
        "../envs/genogloss.yaml"
    params:
        merged=lambda wildcards: run_of(wildcards).merged,
        index=f".{INDEX}",
    shell:
        DELIVER


use rule deliver as deliver_bcf with:
    output:
        data=f"{OUT}/{{kind}}/{{sample}}.{{ending}}",
        index=f"{OUT}/{{kind}}/{{sample}}.{{ending}}.csi",
        manifest=f"{OUT}/{{kind}}/{{sample}}.{{ending}}.manifest.json",
    wildcard_constraints:
        ending="bcf",
    conda:
        "../envs/genogloss.yaml"
    params:
        merged=lambda wildcards: run_of(wildcards).merged,
        index=".csi",


# Of a format that the program does not index.
use rule deliver as deliver_plain with:
    output:
        data=f"{OUT}/{{kind}}/{{sample}}.{{ending}}",
        manifest=f"{OUT}/{{kind}}/{{sample}}.{{ending}}.manifest.json",
    wildcard_constraints:
        ending=r"tsv\.gz|bam",
    conda:
        "../envs/genogloss.yaml"
    params:
        merged=lambda wildcards: run_of(wildcards).merged,
        index="",


rule index_bam:
    """The index of a BAM file that is sorted by position."""
    input:
        f"{OUT}/reads/{{sample}}.bam",
    output:
        f"{OUT}/reads/{{sample}}.bam.{BAM_INDEX}",
    log:
        f"{OUT}/logs/reads/{{sample}}/index.log",
    conda:
        "../envs/samtools.yaml"
    threads: 1
    resources:
        mem_mb=memory(None, 1),
        runtime=minutes(None, 1),
    params:
        kind="-c" if BAM_INDEX == "csi" else "-b",
    shell:
        "samtools index {params.kind} {input:q} {output:q} 2>{log:q}"


rule report:
    """A page about all samples."""
    input:
        # What they hold is drawn.
        outputs=delivered,
        manifests=manifests,
        list=f"{WORK}/manifests.txt",
        failed=f"{OUT}/failed.tsv",
    output:
        html=f"{OUT}/report.html",
        multiqc=f"{OUT}/report_mqc.json",
    log:
        f"{OUT}/logs/report.log",
    conda:
        "../envs/genogloss.yaml"
    params:
        program=config["program"],
    shell:
        # A command line does not hold the names of thousands of samples.
        r"""
        tr '\n' '\0' <{input.list:q} | xargs -0 -x -s 1500000 {params.program:q} report --failed {input.failed:q} \
            --output {output.html:q} --multiqc {output.multiqc:q} 2>{log:q}
        """


rule verdict:
    """The last job. It fails if a sample did: so does the workflow."""
    input:
        failed=f"{OUT}/failed.tsv",
        report=f"{OUT}/report.html",
        outputs=delivered,
    output:
        touch(f"{WORK}/complete"),
    log:
        f"{OUT}/logs/verdict.log",
    conda:
        "../envs/genogloss.yaml"
    shell:
        r"""
        failed=$(tail -n +2 {input.failed:q} | tr '\t' ' ')
        if [ -n "$failed" ]; then
            printf 'error: these samples failed (%s):\n%s\n' {input.failed:q} "$failed" | tee {log:q} >&2
            exit 1
        fi
        """
