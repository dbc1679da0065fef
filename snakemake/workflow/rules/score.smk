rule shard:
    """A part of a run."""
    input:
        files=lambda wildcards: run_of(wildcards).inputs,
        before=lambda wildcards: (
            [f"{WORK}/sites.status"] if wildcards.kind == "cohort" else []
        ),
    output:
        data=temp(f"{WORK}/{{kind}}/{{sample}}/shards/{{part}}-of-{{parts}}.{{ending}}"),
        manifest=temp(
            f"{WORK}/{{kind}}/{{sample}}/shards/{{part}}-of-{{parts}}.{{ending}}.manifest.json"
        ),
        status=temp(
            f"{WORK}/{{kind}}/{{sample}}/shards/{{part}}-of-{{parts}}.{{ending}}.status"
        ),
    log:
        f"{OUT}/logs/{{kind}}/{{sample}}/{{part}}-of-{{parts}}.{{ending}}.log",
    benchmark:
        f"{OUT}/benchmarks/{{kind}}/{{sample}}/{{part}}-of-{{parts}}.{{ending}}.tsv"
    retries: config["retries"] + 1
    conda:
        "../envs/genogloss.yaml"
    threads: config["threads"]
    resources:
        attempt=lambda wildcards, attempt: attempt,
        mem_mb=lambda wildcards, attempt: memory(run_of(wildcards), attempt),
        runtime=lambda wildcards, attempt: minutes(
            run_of(wildcards), attempt, int(wildcards.parts)
        ),
    params:
        command=shard_command,
        tries=config["retries"] + 1,
        label=lambda wildcards: f"{wildcards.kind}: shard {wildcards.part} of {wildcards.parts}",
    shell:
        guarded(r"""
            cat {input.before:q} /dev/null > "$status"
            if [ ! -s "$status" ]; then guarded {params.command}; fi
            if [ -s "$status" ]; then : > {output.data:q}; : > {output.manifest:q}; fi
            """)


rule sample:
    """A run. One that fails leaves its reason in its status, and no result."""
    input:
        files=sample_files,
        shards=shard_files(""),
        manifests=shard_files(".manifest.json"),
        statuses=shard_files(".status"),
        before=lambda wildcards: run_of(wildcards).statuses,
        left_out=lambda wildcards: (
            [f"{WORK}/sites.left_out.tsv"] if run_of(wildcards).takes_scores else []
        ),
    output:
        status=f"{WORK}/{{kind}}/{{sample}}/status",
    log:
        f"{OUT}/logs/{{kind}}/{{sample}}/sample.log",
    benchmark:
        f"{OUT}/benchmarks/{{kind}}/{{sample}}/sample.tsv"
    retries: config["retries"] + 1
    conda:
        "../envs/genogloss.yaml"
    threads: lambda wildcards: config["threads"] if in_one_piece(wildcards) else 1
    resources:
        attempt=lambda wildcards, attempt: attempt,
        mem_mb=lambda wildcards, attempt: memory(
            run_of(wildcards) if in_one_piece(wildcards) else None, attempt
        ),
        runtime=lambda wildcards, attempt: minutes(
            run_of(wildcards) if in_one_piece(wildcards) else None, attempt
        ),
    params:
        command=sample_command,
        judgement=lambda wildcards: run_of(wildcards).judgement,
        refused=lambda wildcards: "|".join(run_of(wildcards).refused),
        file=lambda wildcards: run_of(wildcards).file,
        sites_log=f"{OUT}/logs/cohort/sites.log",
        merged=lambda wildcards: run_of(wildcards).merged,
        folder=lambda wildcards: run_of(wildcards).work,
        tries=config["retries"] + 1,
        again=again,
        label=lambda wildcards: f"{wildcards.kind}: {'run' if in_one_piece(wildcards) else 'merge'}",
    shell:
        guarded(r"""
            echo {params.again} > {params.folder:q}/tries
            cat {input.before:q} {input.statuses:q} /dev/null | head -n 1 > "$status"
            if [ ! -s "$status" ]; then
                why=$(cat {input.left_out:q} /dev/null | FILE={params.file:q} awk -F '\t' '$1 == ENVIRON["FILE"] {{ print $2; exit }}')
                if [ -n "$why" ]; then label="cohort: sites" log={params.sites_log:q}; failed "$why" 1; fi
            fi
            if [ ! -s "$status" ]; then guarded {params.command}; fi
            refused={params.refused:q}
            if [ -n "$refused" ] && [ ! -s "$status" ] && grep -qE "\"($refused)\": [1-9]" {params.merged:q}.manifest.json; then
                guarded {params.judgement} >/dev/null
            fi
            if [ -s "$status" ]; then rm -f {params.folder:q}/merged.*; else rm -rf {params.folder:q}/shards; fi
            """)
