#!/usr/bin/env nextflow

// From variants and a patient's phenotypes to a ranked list, as the Snakefile beside it: effects on splicing, the genes they lie in, what is
// known of these, and how well each fits the patient. Needs the tables of the Human Phenotype Ontology: --hpo_tables FOLDER.

include { GENES                } from '../../nextflow/subworkflows/genes'
include { GENOGLOSS_GENESBUILD } from '../../nextflow/modules/genogloss/genesbuild/main'
include { GENOGLOSS_VARIANTS   } from '../../nextflow/modules/genogloss/variants/main'

def given(name) {
    return file(name, checkIfExists: true)
}

workflow {
    if (!params.hpo_tables) {
        error("--hpo_tables is missing: a folder with hp.obo, genes_to_phenotype.txt and phenotype.hpoa")
    }
    def tables = ['hp.obo', 'genes_to_phenotype.txt', 'phenotype.hpoa'].collect { name -> given("${params.hpo_tables}/${name}") }
    def patient = [id: 'patient']

    GENOGLOSS_GENESBUILD(channel.of([[id: 'genes'], [given(params.hgnc)] + tables]))
    GENOGLOSS_VARIANTS(
        channel.of([patient, given(params.calls), [], []]),
        channel.value([[id: 'genome'], given(params.genome), [], []]),
        channel.value([[id: 'model'], params.model, []]),
        channel.value([[id: 'genes'], []]),
        'vcf.gz',
        '',
    )
    GENES(
        GENOGLOSS_VARIANTS.out.vcf,
        channel.of([patient, given(params.patient)]),
        GENOGLOSS_GENESBUILD.out.base,
        channel.value([[id: 'genes'], given(params.annotation), []]),
    )
}
