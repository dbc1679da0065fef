rule reads_shard:
    input:
        reads=lambda wildcards: config["reads"][wildcards.sample],
    output:
        tsv=temp(f"{OUT}/reads/shards/{{sample}}/{{scatteritem}}.tsv.gz"),
        manifest=temp(
            f"{OUT}/reads/shards/{{sample}}/{{scatteritem}}.tsv.gz.manifest.json"
        ),
    log:
        f"{OUT}/logs/reads/{{sample}}/{{scatteritem}}.log",
    benchmark:
        f"{OUT}/benchmarks/reads/{{sample}}/{{scatteritem}}.tsv"
    retries: 2
    conda:
        "../envs/genogloss.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory,
    params:
        shard=shard,
        model=config["reads_model"],
        program=config["program"],
        reference=lambda wildcards, input: (
            f"--reference {config['genome']}"
            if str(input.reads).endswith(".cram")
            else ""
        ),
    shell:
        "{params.program} reads {input.reads:q} {params.reference} --model {params.model:q}"
        " --shard {params.shard} --resume --threads {threads} --output {output.tsv:q} 2> {log:q}"


rule reads:
    input:
        shards=gather.shards(
            f"{OUT}/reads/shards/{{{{sample}}}}/{{scatteritem}}.tsv.gz"
        ),
        manifests=gather.shards(
            f"{OUT}/reads/shards/{{{{sample}}}}/{{scatteritem}}.tsv.gz.manifest.json"
        ),
    output:
        tsv=f"{OUT}/reads/{{sample}}.tsv.gz",
        manifest=f"{OUT}/reads/{{sample}}.tsv.gz.manifest.json",
    log:
        f"{OUT}/logs/reads/{{sample}}/merge.log",
    conda:
        "../envs/genogloss.yaml"
    params:
        program=config["program"],
    shell:
        "{params.program} merge {input.shards:q} --output {output.tsv:q} 2> {log:q}"
