version 1.1

## Scores variants in parallel parts: plan, one task a shard, merge. The content of the output is that of one run.
##
## The tasks are also for other workflows: import "genogloss.wdl" as genogloss, then call genogloss.scan.

workflow score_variants {
    meta {
        description: "Divides calls into shards of equal cost, scores each with a DNA model, and merges them"
    }
    parameter_meta {
        calls: "VCF or BCF"
        calls_index: ".tbi or .csi of calls: each shard then reads only its part"
        reference: "Reference genome, FASTA"
        reference_index: ".fai of the reference"
        model: "A model's name (genogloss models list)"
        genes: "Genes, for splice models"
        shards: "Number of parts"
        threads: "Threads of each part"
        args: "More options of genogloss variants"
        container: "Image with genogloss"
    }
    input {
        File calls
        File? calls_index
        File reference
        File? reference_index
        String model = "human"
        File? genes
        Int shards = 4
        Int threads = 2
        String args = ""
        String output_name = "scored.vcf.gz"
        String container = "quay.io/biocontainers/genogloss:0.1.0--0"
    }

    call plan {
        input: input_file = calls, input_index = calls_index, reference, reference_index, model, shards, container
    }
    scatter (shard in plan.parts) {
        call variants {
            input:
                calls, calls_index, reference, reference_index, model, genes, shard, threads, args, container,
                output_name = basename(shard, ".bed") + ".vcf.gz"
        }
    }
    call merge {
        input: parts = variants.scored, manifests = variants.manifest, output_name, container
    }

    output {
        File scored = merge.merged
        File? scored_index = merge.index
        File manifest = merge.manifest
    }
}

task plan {
    meta {
        description: "genogloss plan: shards of equal cost"
    }
    input {
        File input_file
        File? input_index
        File? reference
        File? reference_index
        String model = "human"
        Int shards
        String container = "quay.io/biocontainers/genogloss:0.1.0--0"
    }

    command <<<
        set -euo pipefail
        # An engine may put each file into a folder of its own: the index belongs beside its file.
        mkdir in
        ln -s '~{input_file}' ~{if defined(input_index) then "'~{input_index}'" else ""} in/
        ~{if defined(reference) then "ln -s '~{reference}' in/" else ""}
        ~{if defined(reference_index) then "ln -s '~{reference_index}' in/" else ""}
        genogloss plan 'in/~{basename(input_file)}' \
            ~{if defined(reference) then "--reference 'in/~{basename(select_first([reference]))}'" else ""} \
            --model '~{model}' --shards ~{shards} --no-sample --output plan
    >>>

    output {
        Array[File] parts = glob("plan/shard_*.bed")
        File json = "plan/plan.json"
    }

    runtime {
        container: container
        cpu: 1
        memory: "2 GB"
        disks: "local-disk ~{ceil(size(input_file, 'GB') + size(reference, 'GB')) + 20} HDD"
        maxRetries: 1
    }
}

task variants {
    meta {
        description: "genogloss variants: scores of the reference and alternate alleles in INFO"
    }
    input {
        File calls
        File? calls_index
        File reference
        File? reference_index
        String model = "human"
        File? genes
        File? shard
        Int threads = 2
        String args = ""
        String output_name = "scored.vcf.gz"
        String container = "quay.io/biocontainers/genogloss:0.1.0--0"
    }

    command <<<
        set -euo pipefail
        mkdir in
        ln -s '~{calls}' '~{reference}' in/
        ~{if defined(calls_index) then "ln -s '~{calls_index}' in/" else ""}
        ~{if defined(reference_index) then "ln -s '~{reference_index}' in/" else ""}
        genogloss variants 'in/~{basename(calls)}' --reference 'in/~{basename(reference)}' --model '~{model}' \
            ~{if defined(genes) then "--genes '~{genes}'" else ""} \
            ~{if defined(shard) then "--shard '~{shard}'" else ""} \
            --threads ~{threads} --output '~{output_name}' ~{args}
    >>>

    output {
        File scored = output_name
        File manifest = output_name + ".manifest.json"
        File? index = output_name + ".tbi"
    }

    runtime {
        container: container
        cpu: threads
        memory: "2 GB"
        disks: "local-disk ~{ceil(size(calls, 'GB') * 3 + size(reference, 'GB')) + 20} HDD"
        maxRetries: 1
    }
}

task scan {
    meta {
        description: "genogloss scan: scores of windows along a genome"
    }
    input {
        File genome
        File? genome_index
        String model = "human"
        File? regions
        File? shard
        Int threads = 2
        String args = ""
        String output_name = "elements.bed.gz"
        String container = "quay.io/biocontainers/genogloss:0.1.0--0"
    }

    command <<<
        set -euo pipefail
        mkdir in
        ln -s '~{genome}' in/
        ~{if defined(genome_index) then "ln -s '~{genome_index}' in/" else ""}
        genogloss scan 'in/~{basename(genome)}' --model '~{model}' \
            ~{if defined(regions) then "--regions-file '~{regions}'" else ""} \
            ~{if defined(shard) then "--shard '~{shard}'" else ""} \
            --threads ~{threads} --output '~{output_name}' ~{args}
    >>>

    output {
        File elements = output_name
        File manifest = output_name + ".manifest.json"
        File? index = output_name + ".tbi"
    }

    runtime {
        container: container
        cpu: threads
        memory: "2 GB"
        disks: "local-disk ~{ceil(size(genome, 'GB') * 2) + 20} HDD"
        maxRetries: 1
    }
}

task reads {
    meta {
        description: "genogloss reads: scores of reads"
    }
    input {
        File input_reads
        File? input_reads_index
        File? reference
        File? reference_index
        String model = "human"
        File? shard
        Int threads = 2
        String args = ""
        String output_name = "reads.tsv.gz"
        String container = "quay.io/biocontainers/genogloss:0.1.0--0"
    }

    command <<<
        set -euo pipefail
        mkdir in
        ln -s '~{input_reads}' in/
        ~{if defined(input_reads_index) then "ln -s '~{input_reads_index}' in/" else ""}
        ~{if defined(reference) then "ln -s '~{reference}' in/" else ""}
        ~{if defined(reference_index) then "ln -s '~{reference_index}' in/" else ""}
        genogloss reads 'in/~{basename(input_reads)}' --model '~{model}' \
            ~{if defined(reference) then "--reference 'in/~{basename(select_first([reference]))}'" else ""} \
            ~{if defined(shard) then "--shard '~{shard}'" else ""} \
            --threads ~{threads} --output '~{output_name}' ~{args}
    >>>

    output {
        File scored = output_name
        File manifest = output_name + ".manifest.json"
    }

    runtime {
        container: container
        cpu: threads
        memory: "2 GB"
        disks: "local-disk ~{ceil(size(input_reads, 'GB') * 3 + size(reference, 'GB')) + 20} HDD"
        maxRetries: 1
    }
}

task merge {
    meta {
        description: "genogloss merge: the shards of a run, in order"
    }
    input {
        Array[File] parts
        Array[File] manifests
        String output_name
        String container = "quay.io/biocontainers/genogloss:0.1.0--0"
    }

    command <<<
        set -euo pipefail
        mkdir parts
        while read -r file; do ln -s "$file" parts/; done < '~{write_lines(flatten([parts, manifests]))}'
        # By number, and without the manifests.
        find parts -mindepth 1 ! -name '*.manifest.json' | sort -V | xargs -d '\n' genogloss merge --output '~{output_name}'
    >>>

    output {
        File merged = output_name
        File manifest = output_name + ".manifest.json"
        File? index = output_name + ".tbi"
    }

    runtime {
        container: container
        cpu: 1
        memory: "1 GB"
        disks: "local-disk ~{ceil(size(parts, 'GB') * 3) + 20} HDD"
        maxRetries: 1
    }
}
