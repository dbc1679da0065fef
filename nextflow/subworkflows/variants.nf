// Variants.

include { GENOGLOSS_MERGE    } from '../modules/genogloss/merge/main'
include { GENOGLOSS_VARIANTS } from '../modules/genogloss/variants/main'
include { PLAN               } from './plan'
include { gathered           } from './plan'
include { whole              } from './plan'

workflow VARIANTS {
    take:
    ch_rows  // [meta (id, kind), row]
    settings // parameters

    main:
    ch_shards = PLAN(ch_rows, settings).multiMap { meta, row, bed ->
        input: [meta, row.file, row.index, bed]
        genome: [[id: 'genome'], row.fasta, row.fai, row.aliases]
        model: [[id: 'model'], row.model, row.model_dir]
        genes: [[id: 'genes'], row.genes]
        options: row.options
    }
    GENOGLOSS_VARIANTS(ch_shards.input, ch_shards.genome, ch_shards.model, ch_shards.genes, settings.variants_format, ch_shards.options)
    ch_parts = GENOGLOSS_VARIANTS.out.vcf.join(GENOGLOSS_VARIANTS.out.manifest)
    GENOGLOSS_MERGE(gathered(ch_parts), settings.variants_format)

    emit:
    results = GENOGLOSS_MERGE.out.merged.join(GENOGLOSS_MERGE.out.manifest).mix(whole(ch_parts)) // [meta (id, kind), file, manifest]
}
