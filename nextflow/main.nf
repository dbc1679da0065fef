#!/usr/bin/env nextflow

// Annotates genomes, variants and reads: samplesheet -> plan -> shards -> merge -> report. See README.md.

include { ANNOTATE        } from './subworkflows/annotate'
include { atEnd           } from './subworkflows/failures'
include { checkParameters } from './subworkflows/input'
include { help            } from './subworkflows/input'
include { samples         } from './subworkflows/input'

workflow {
    def schema = "${projectDir}/nextflow_schema.json"
    if (params.help) {
        println(help(schema, "${projectDir}/main.nf"))
    }
    else {
        checkParameters(schema, params)
        def outdir = params.outdir
        def run = workflow
        workflow.onComplete {
            atEnd(outdir, run.stats.ignoredCount)
        }
        ANNOTATE(samples("${projectDir}/assets/schema_input.json", params.input, params), params)
    }
}
