rule variants_shard:
    input:
        vcf=lambda wildcards: config["variants"][wildcards.sample],
        genome=config["genome"],
        genes=config["genes"] or [],
    output:
        vcf=temp(f"{OUT}/variants/shards/{{sample}}/{{scatteritem}}.vcf.gz"),
        tbi=temp(f"{OUT}/variants/shards/{{sample}}/{{scatteritem}}.vcf.gz.tbi"),
        manifest=temp(
            f"{OUT}/variants/shards/{{sample}}/{{scatteritem}}.vcf.gz.manifest.json"
        ),
    log:
        f"{OUT}/logs/variants/{{sample}}/{{scatteritem}}.log",
    benchmark:
        f"{OUT}/benchmarks/variants/{{sample}}/{{scatteritem}}.tsv"
    retries: 2
    conda:
        "../envs/genogloss.yaml"
    threads: config["threads"]
    resources:
        mem_mb=memory,
    params:
        shard=shard,
        model=config["variants_model"],
        genes=lambda wildcards, input: (
            f"--genes {quote(input.genes)}" if input.genes else ""
        ),
        extra=config["variants_options"],
        program=config["program"],
    shell:
        "{params.program} variants {input.vcf:q} --reference {input.genome:q} --model {params.model:q}"
        " {params.genes} {params.extra}"
        " --shard {params.shard} --resume --threads {threads} --output {output.vcf:q} 2> {log:q}"


rule variants:
    input:
        shards=gather.shards(
            f"{OUT}/variants/shards/{{{{sample}}}}/{{scatteritem}}.vcf.gz"
        ),
        manifests=gather.shards(
            f"{OUT}/variants/shards/{{{{sample}}}}/{{scatteritem}}.vcf.gz.manifest.json"
        ),
    output:
        vcf=f"{OUT}/variants/{{sample}}.vcf.gz",
        tbi=f"{OUT}/variants/{{sample}}.vcf.gz.tbi",
        manifest=f"{OUT}/variants/{{sample}}.vcf.gz.manifest.json",
    log:
        f"{OUT}/logs/variants/{{sample}}/merge.log",
    conda:
        "../envs/genogloss.yaml"
    params:
        program=config["program"],
    shell:
        "{params.program} merge {input.shards:q} --output {output.vcf:q} 2> {log:q}"
