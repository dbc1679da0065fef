// The genes of variants: their facts in the variants themselves, and which of them fit a patient's phenotypes best.

include { GENOGLOSS_GENESANNOTATE } from '../modules/genogloss/genesannotate/main'
include { GENOGLOSS_GENESRANK     } from '../modules/genogloss/genesrank/main'

workflow GENES {
    take:
    ch_calls    // [meta, variants]
    ch_patients // [meta, phenopackets or a table of cases]: of variants with the same meta; those of others are ranked among all genes
    ch_base     // [meta, knowledge base]
    ch_genes    // [meta, places of genes, contig names or []]; a value channel

    main:
    GENOGLOSS_GENESANNOTATE(ch_calls, ch_base.first(), ch_genes, 'vcf.gz')
    ch_cases = ch_patients
        .join(GENOGLOSS_GENESANNOTATE.out.annotated, remainder: true)
        .filter { _meta, cases, _vcf -> cases }
        .map { meta, cases, vcf -> [meta, cases, vcf ?: []] }
    GENOGLOSS_GENESRANK(ch_cases, ch_base.first(), ch_genes)

    emit:
    annotated = GENOGLOSS_GENESANNOTATE.out.annotated // [meta, variants with GG_GENES]
    index     = GENOGLOSS_GENESANNOTATE.out.index     // [meta, their index]
    ranked    = GENOGLOSS_GENESRANK.out.ranked        // [meta, table of ranked genes]
}
