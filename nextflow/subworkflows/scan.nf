// Genomes.

include { GENOGLOSS_MERGE                 } from '../modules/genogloss/merge/main'
include { GENOGLOSS_MERGE as MERGE_TRACKS } from '../modules/genogloss/merge/main'
include { GENOGLOSS_SCAN                  } from '../modules/genogloss/scan/main'
include { PLAN                            } from './plan'
include { gathered                        } from './plan'
include { whole                           } from './plan'

workflow SCAN {
    take:
    ch_rows  // [meta (id, kind), row]
    settings // parameters

    main:
    ch_shards = PLAN(ch_rows, settings).multiMap { meta, row, bed ->
        input: [meta, row.file, row.index, bed]
        model: [[id: 'model'], row.model, row.model_dir]
        options: row.options
    }
    GENOGLOSS_SCAN(ch_shards.input, ch_shards.model, settings.scan_format, settings.bigwig, ch_shards.options)
    ch_parts = GENOGLOSS_SCAN.out.table.join(GENOGLOSS_SCAN.out.manifest)
    GENOGLOSS_MERGE(gathered(ch_parts), "${settings.scan_format}.gz")
    MERGE_TRACKS(gathered(GENOGLOSS_SCAN.out.tracks.map { meta, tracks -> [meta, tracks, []] }), 'tracks')

    emit:
    results = GENOGLOSS_MERGE.out.merged.join(GENOGLOSS_MERGE.out.manifest).mix(whole(ch_parts)) // [meta (id, kind), file, manifest]
}
