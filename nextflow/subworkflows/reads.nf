// Reads.

include { GENOGLOSS_MERGE } from '../modules/genogloss/merge/main'
include { GENOGLOSS_READS } from '../modules/genogloss/reads/main'
include { PLAN            } from './plan'
include { gathered        } from './plan'
include { whole           } from './plan'

workflow READS {
    take:
    ch_rows  // [meta (id, kind), row]
    settings // parameters

    main:
    ch_shards = PLAN(ch_rows, settings).multiMap { meta, row, bed ->
        input: [meta, row.file, row.index, bed]
        genome: [[id: 'genome'], row.fasta, row.fai]
        model: [[id: 'model'], row.model, row.model_dir]
        options: row.options
    }
    GENOGLOSS_READS(ch_shards.input, ch_shards.genome, ch_shards.model, settings.reads_format, ch_shards.options)
    ch_parts = GENOGLOSS_READS.out.reads.join(GENOGLOSS_READS.out.manifest)
    GENOGLOSS_MERGE(gathered(ch_parts), settings.reads_format)

    emit:
    results = GENOGLOSS_MERGE.out.merged.join(GENOGLOSS_MERGE.out.manifest).mix(whole(ch_parts)) // [meta (id, kind), file, manifest]
}
