rule sites:
    """The sites of all samples, each once. A sample that cannot be read is left out, and fails with this reason."""
    input:
        files=[run.file for run in RUNS.values() if run.takes_scores],
    output:
        sites=SITES,
        status=f"{WORK}/sites.status",
        left_out=f"{WORK}/sites.left_out.tsv",
    log:
        f"{OUT}/logs/cohort/sites.log",
    benchmark:
        f"{OUT}/benchmarks/cohort/sites.tsv"
    retries: config["retries"] + 1
    conda:
        "../envs/genogloss.yaml"
    threads: 1
    resources:
        attempt=lambda wildcards, attempt: attempt,
        mem_mb=lambda wildcards, attempt: memory(None, attempt),
        runtime=lambda wildcards, attempt: minutes(None, attempt),
    params:
        program=config["program"],
        list=f"{WORK}/sites.list",
        files=[run.file for run in RUNS.values() if run.takes_scores],
        tries_file=f"{WORK}/sites.tries",
        tries=config["retries"] + 1,
        again=again_after_failure(f"{WORK}/sites.status"),
        label="cohort: sites",
    shell:
        guarded(r"""
            echo {params.again} > {params.tries_file:q}
            printf '%s\n' {params.files:q} > {params.list:q}
            guarded {params.program:q} sites --file-list {params.list:q} --failed {output.left_out:q} --output {output.sites:q}
            if [ -s "$status" ]; then : > {output.sites:q}; : > {output.left_out:q}; fi
            """)
