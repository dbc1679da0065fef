rule plan:
    """What a run costs. If it cannot be planned the plan is empty: the run is made in one piece, and says itself what is wrong."""
    input:
        files=lambda wildcards: run_of(wildcards).inputs,
        before=lambda wildcards: (
            [f"{WORK}/sites.status"] if wildcards.kind == "cohort" else []
        ),
    output:
        plan=f"{WORK}/{{kind}}/{{sample}}/plan.json",
        status=f"{WORK}/{{kind}}/{{sample}}/plan.status",
    log:
        f"{OUT}/logs/{{kind}}/{{sample}}/plan.log",
    retries: config["retries"] + 1
    conda:
        "../envs/genogloss.yaml"
    threads: config["threads"]
    resources:
        attempt=lambda wildcards, attempt: attempt,
        mem_mb=lambda wildcards, attempt: memory(None, attempt),
        runtime=lambda wildcards, attempt: minutes(None, attempt),
    params:
        command=plan_command,
        options=plan_options,
        folder=lambda wildcards: f"{run_of(wildcards).work}/plan",
        tries=config["retries"] + 1,
        label=lambda wildcards: f"{wildcards.kind}: plan",
    shell:
        guarded(r"""
            cat {input.before:q} /dev/null > "$status"
            rm -rf {params.folder:q}
            if [ ! -s "$status" ]; then
                guarded {params.command} --threads "$threads" --output {params.folder:q} {params.options} > /dev/null
            fi
            if [ -s "$status" ]; then echo '{{}}' > {output.plan:q}; else mv {params.folder:q}/plan.json {output.plan:q}; fi
            rm -rf {params.folder:q}
            """)


checkpoint plans:
    """The number of shards of each run."""
    input:
        plans=[f"{run.work}/plan.json" for run in RUNS.values() if run.is_planned],
    output:
        tsv=f"{WORK}/plans.tsv",
    log:
        f"{OUT}/logs/plans.log",
    run:
        write_plans(output.tsv)
