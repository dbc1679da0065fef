// Rows of the samplesheet as shards.

include { GENOGLOSS_PLAN } from '../modules/genogloss/plan/main'

/** Name of the output's ending of a kind. */
def ending(kind, settings) {
    return [scan: "${settings.scan_format}.gz", variants: settings.variants_format, reads: settings.reads_format][kind].toString()
}

/** What the plan must know of the run: its format, on which options depend, and its options. */
def planOptions(row, settings) {
    def tracks = row.kind == 'scan' && settings.bigwig ? ' --bigwig planned.tracks' : ''
    return "--output planned.${ending(row.kind, settings)}${tracks} ${row.options}".trim().toString()
}

/** The largest value of a field of the shards. */
def most(planned, name) {
    return planned.collect { shard -> shard[name] ?: 0 }.max()
}

/** The shards of a plan as [meta, row, bed]: in meta how many there are, and what the longest of them needs. */
def shards(meta, row, beds, json) {
    def planned = new groovy.json.JsonSlurper().parse(json).shards
    // Coarse, so that a plan made again does not run everything again.
    def needs = [minutes: Math.ceil(most(planned, 'seconds') / 60.0).toInteger(), megabytes: Math.ceil(most(planned, 'memory_bytes') / 1e8).toInteger() * 100]
    if (planned.size() <= 1) {
        return [[meta + needs + [sample: meta.id, shards: 1], row, []]]
    }
    def all = beds instanceof List ? beds : [beds]
    return all.collect { bed -> [meta + needs + [id: "${meta.id}.${bed.baseName}", sample: meta.id, shards: all.size()], row, bed] }
}

/** [meta, part, manifest] of shards as [meta of the sample, parts, manifests]; samples that lack a shard are left out. */
def gathered(channel) {
    return channel
        .filter { meta, _part, _manifest -> meta.shards > 1 }
        .map { meta, part, manifest -> [groupKey([id: meta.sample, kind: meta.kind], meta.shards), part, manifest] }
        .groupTuple()
        .map { key, parts, manifests -> [key.target, parts, manifests.flatten()] }
}

/** [meta, part, manifest] of samples that are not in shards. */
def whole(channel) {
    return channel
        .filter { meta, _part, _manifest -> meta.shards == 1 }
        .map { meta, part, manifest -> [[id: meta.sample, kind: meta.kind], part, manifest] }
}

workflow PLAN {
    take:
    ch_rows  // [meta (id, kind), row]
    settings // parameters

    main:
    ch_inputs = ch_rows.multiMap { meta, row ->
        input: [meta, row.file, row.index]
        genome: [[id: 'genome'], row.fasta, row.fai, row.aliases]
        model: [[id: 'model'], row.model, row.model_dir]
        genes: [[id: 'genes'], row.genes]
        options: planOptions(row, settings)
    }
    GENOGLOSS_PLAN(ch_inputs.input, ch_inputs.genome, ch_inputs.model, ch_inputs.genes, settings.shards ?: 0, settings.shard_minutes * 60, ch_inputs.options)

    emit:
    shards = ch_rows
        .join(GENOGLOSS_PLAN.out.shards)
        .join(GENOGLOSS_PLAN.out.json)
        .flatMap { meta, row, beds, json -> shards(meta, row, beds, json) } // [meta (id, kind, sample, shards, minutes, megabytes), row, bed]
}
