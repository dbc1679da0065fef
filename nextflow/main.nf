#!/usr/bin/env nextflow

// Annotates genomes, variants and reads in shards: samplesheet -> plan -> scatter -> annotate -> merge -> report. See README.md.

include { GENOGLOSS_MERGE as MERGE_READS    } from './modules/genogloss/merge/main'
include { GENOGLOSS_MERGE as MERGE_SCAN     } from './modules/genogloss/merge/main'
include { GENOGLOSS_MERGE as MERGE_VARIANTS } from './modules/genogloss/merge/main'
include { GENOGLOSS_PLAN                    } from './modules/genogloss/plan/main'
include { GENOGLOSS_READS                   } from './modules/genogloss/reads/main'
include { GENOGLOSS_REPORT                  } from './modules/genogloss/report/main'
include { GENOGLOSS_SCAN                    } from './modules/genogloss/scan/main'
include { GENOGLOSS_VARIANTS                } from './modules/genogloss/variants/main'
include { checkParameters                   } from './input'
include { samples                           } from './input'

workflow {
    checkParameters("${projectDir}/nextflow_schema.json", params)
    def rows = samples("${projectDir}/assets/schema_input.json", params.input)
    def genome = params.genome ? file(params.genome) : []
    def fai = params.genome && file("${params.genome}.fai").exists() ? file("${params.genome}.fai") : []
    def lacking = rows.find { meta, _input, _index -> meta.kind == 'variants' && !params.genome }
    if (lacking) {
        error("sample ${lacking[0].id}: variants need --genome")
    }
    def genes = [[id: 'genes'], params.genes ? file(params.genes) : []]
    def model = [[id: 'model'], params.model_dir ? file(params.model_dir) : []]

    ch_inputs = channel.fromList(rows)
    ch_reference = ch_inputs.map { meta, _input, _index -> meta.kind == 'scan' ? [meta, [], []] : [meta, genome, fai] }

    GENOGLOSS_PLAN(ch_inputs, ch_reference, model, params.shards)

    // One item a shard; the sample's id stays in meta.sample, how many there are in meta.shards.
    ch_shards = ch_inputs
        .join(GENOGLOSS_PLAN.out.shards)
        .flatMap { meta, input, index, beds ->
            def all = beds instanceof List ? beds : [beds]
            all.collect { bed ->
                [[id: "${meta.id}.${bed.baseName}", sample: meta.id, kind: meta.kind, shards: all.size()], input, index, bed]
            }
        }
        .branch { meta, _input, _index, _bed ->
            scan: meta.kind == 'scan'
            variants: meta.kind == 'variants'
            reads: meta.kind == 'reads'
        }

    GENOGLOSS_SCAN(ch_shards.scan, model)
    GENOGLOSS_VARIANTS(ch_shards.variants, [[id: 'genome'], genome, fai], model, genes)
    GENOGLOSS_READS(ch_shards.reads, [[id: 'genome'], genome, fai], model)

    ch_manifests = GENOGLOSS_SCAN.out.manifest.mix(GENOGLOSS_VARIANTS.out.manifest, GENOGLOSS_READS.out.manifest)
    ch_parts = GENOGLOSS_SCAN.out.table
        .mix(GENOGLOSS_VARIANTS.out.vcf, GENOGLOSS_READS.out.reads)
        .join(ch_manifests)
        .map { meta, part, manifest -> [groupKey([id: meta.sample, kind: meta.kind], meta.shards), part, manifest] }
        .groupTuple()
        .map { key, parts, manifests -> [key.target, parts, manifests] }
        .branch { meta, _parts, _manifests ->
            scan: meta.kind == 'scan'
            variants: meta.kind == 'variants'
            reads: meta.kind == 'reads'
        }

    MERGE_SCAN(ch_parts.scan)
    MERGE_VARIANTS(ch_parts.variants)
    MERGE_READS(ch_parts.reads)

    ch_runs = MERGE_SCAN.out.merged
        .mix(MERGE_VARIANTS.out.merged, MERGE_READS.out.merged)
        .join(MERGE_SCAN.out.manifest.mix(MERGE_VARIANTS.out.manifest, MERGE_READS.out.manifest))
        .toSortedList { a, b -> a[0].id <=> b[0].id }
        .map { runs -> [[id: 'report'], runs.collect { run -> run[1] }, runs.collect { run -> run[2] }] }
    GENOGLOSS_REPORT(ch_runs)

    channel.topic('versions')
        .map { process, tool, version -> "${process.tokenize(':').last()}:\n    ${tool}: ${version}\n" }
        .unique()
        .collectFile(name: 'versions.yml', storeDir: "${params.outdir}/pipeline_info", sort: true)
}
