rule scan_shard:
    input:
        genome=config["genome"],
    output:
        bed=temp(f"{OUT}/scan/shards/{{scatteritem}}.bed.gz"),
        tbi=temp(f"{OUT}/scan/shards/{{scatteritem}}.bed.gz.tbi"),
        manifest=temp(f"{OUT}/scan/shards/{{scatteritem}}.bed.gz.manifest.json"),
    log:
        f"{OUT}/logs/scan/{{scatteritem}}.log",
    benchmark:
        f"{OUT}/benchmarks/scan/{{scatteritem}}.tsv"
    retries: 2
    conda:
        "../envs/genogloss.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory,
    params:
        shard=shard,
        model=config["model"],
        extra=config["scan"]["options"],
        program=config["program"],
    shell:
        "{params.program} scan {input.genome:q} --model {params.model:q} --shard {params.shard} --resume"
        " --threads {threads} {params.extra} --output {output.bed:q} 2> {log:q}"


rule scan:
    input:
        shards=gather.shards(f"{OUT}/scan/shards/{{scatteritem}}.bed.gz"),
        manifests=gather.shards(
            f"{OUT}/scan/shards/{{scatteritem}}.bed.gz.manifest.json"
        ),
    output:
        bed=f"{OUT}/scan/elements.bed.gz",
        tbi=f"{OUT}/scan/elements.bed.gz.tbi",
        manifest=f"{OUT}/scan/elements.bed.gz.manifest.json",
    log:
        f"{OUT}/logs/scan/merge.log",
    conda:
        "../envs/genogloss.yaml"
    params:
        program=config["program"],
    shell:
        "{params.program} merge {input.shards:q} --output {output.bed:q} 2> {log:q}"
