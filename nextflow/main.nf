#!/usr/bin/env nextflow

// Annotates genomes, variants and reads in shards: samplesheet -> plan -> scatter -> annotate -> merge. See README.md.

include { GENOGLOSS_MERGE    } from './modules/genogloss/merge/main'
include { GENOGLOSS_PLAN     } from './modules/genogloss/plan/main'
include { GENOGLOSS_READS    } from './modules/genogloss/reads/main'
include { GENOGLOSS_SCAN     } from './modules/genogloss/scan/main'
include { GENOGLOSS_VARIANTS } from './modules/genogloss/variants/main'

KINDS = ['scan', 'variants', 'reads']

/** Rows of the samplesheet as [meta, file, index]; what is wrong with one stops the run before anything is submitted. */
def samples(sheet) {
    def rows = file(sheet, checkIfExists: true).splitCsv(header: true)
    def seen = [] as Set
    rows.withIndex(2).collect { row, line ->
        def where = "${sheet}, line ${line}"
        if (!row.id || !row.kind || !row.file) { error("${where}: a row needs id, kind and file") }
        if (!KINDS.contains(row.kind)) { error("${where}: kind is ${row.kind}, and can be ${KINDS.join(', ')}") }
        if (!seen.add(row.id)) { error("${where}: sample ${row.id} is there twice") }
        def input = file(row.file)
        if (!input.exists()) { error("${where}: ${row.file} is not there") }
        def index = ['.fai', '.bai', '.crai', '.csi', '.tbi'].collect { file("${row.file}${it}") }.find { it.exists() }
        [[id: row.id, kind: row.kind], input, index ?: []]
    }
}

workflow {
    if (!params.input) { error("--input samplesheet.csv is missing") }
    def rows = samples(params.input)
    def genome = params.genome ? file(params.genome, checkIfExists: true) : []
    def fai = params.genome && file("${params.genome}.fai").exists() ? file("${params.genome}.fai") : []
    def lacking = rows.find { meta, input, index -> meta.kind == 'variants' && !params.genome }
    if (lacking) { error("sample ${lacking[0].id}: variants need --genome") }
    def model = [[id: 'model'], params.model_dir ? file(params.model_dir, checkIfExists: true) : []]

    ch_inputs = Channel.fromList(rows)
    ch_reference = ch_inputs.map { meta, input, index -> meta.kind == 'scan' ? [meta, [], []] : [meta, genome, fai] }

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
        .branch { meta, input, index, bed ->
            scan: meta.kind == 'scan'
            variants: meta.kind == 'variants'
            reads: meta.kind == 'reads'
        }

    GENOGLOSS_SCAN(ch_shards.scan, model)
    GENOGLOSS_VARIANTS(ch_shards.variants, [[id: 'genome'], genome, fai], model)
    GENOGLOSS_READS(ch_shards.reads, [[id: 'genome'], genome, fai], model)

    ch_parts = GENOGLOSS_SCAN.out.table
        .mix(GENOGLOSS_VARIANTS.out.vcf, GENOGLOSS_READS.out.reads)
        .join(GENOGLOSS_SCAN.out.manifest.mix(GENOGLOSS_VARIANTS.out.manifest, GENOGLOSS_READS.out.manifest))
        .map { meta, part, manifest -> [groupKey([id: meta.sample, kind: meta.kind], meta.shards), part, manifest] }
        .groupTuple()
        .map { key, parts, manifests -> [key.target, parts, manifests] }

    GENOGLOSS_MERGE(ch_parts)
}
