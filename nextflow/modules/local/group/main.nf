// Small samples of one kind, genome and model in one job. A sample that fails is named in failed.tsv, and the others go on; a kill
// (an exit code from 128) ends the job, so that all of it is tried again.
process GENOGLOSS_GROUP {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'

    conda "${moduleDir}/../../genogloss/variants/${task.accelerator ? 'environment.gpu.yml' : 'environment.yml'}"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(inputs, stageAs: 'input/?/*')
    tuple val(meta2), path(fasta), path(fai), path(aliases)
    tuple val(meta3), val(model), path(model_dir)
    tuple val(meta4), path(genes)
    tuple val(meta5), path(scores)
    val format
    val options
    val check

    output:
    tuple val(meta), path("${meta.kind}/*.${format}"), emit: results, optional: true
    tuple val(meta), path("${meta.kind}/*.${format}.manifest.json"), emit: manifests, optional: true
    tuple val(meta), path("${meta.kind}/*.{tbi,csi,bai}"), emit: indices, optional: true
    tuple val(meta), path("failed.tsv"), emit: failed, optional: true
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    script:
    def args = task.ext.args ?: ''
    def reference = fasta && (meta.kind == 'variants' || "${inputs}".contains('.cram')) ? "--reference ${fasta}" : ''
    def names = aliases ? "--contig-aliases ${aliases}" : ''
    def annotation = genes && !scores ? "--genes ${genes}" : ''
    def weights = scores ? "--scores ${scores}" : model_dir ? "--model ./${model_dir}" : model ? "--model ${model}" : ''
    def device = task.accelerator && !scores ? '--device cuda' : ''
    // A record that is to end the run, --scores takes as scored with a reason: a run without a network looks for it first.
    def checked = check ? "genogloss variants \"\$2\" ${reference} ${names} --model exact:gc ${check} --threads ${task.cpus} --quiet > /dev/null && " : ''
    def files = inputs instanceof List ? inputs : [inputs]
    def calls = files.withIndex().collect { input, i -> "one ${meta.samples[i]} ${input}" }.join('\n')
    """
    mkdir ${meta.kind} log
    one() {
        code=0
        { ${checked}genogloss ${meta.kind} "\$2" ${reference} ${names} ${weights} ${annotation} ${device} --threads ${task.cpus} \\
            --output "${meta.kind}/\$1.${format}" ${options ?: ''} ${args}; } 2> "log/\$1.log" || code=\$?
        cat "log/\$1.log" >&2
        [ "\$code" -lt 128 ] || exit "\$code"
        [ "\$code" != 0 ] || return 0
        why=\$(sed -n 's/^error: //p' "log/\$1.log" | tail -n 1 | tr '\\t' ' ')
        [ -n "\$why" ] || why=\$(grep '[^[:space:]]' "log/\$1.log" | tail -n 1 | tr '\\t' ' ')
        printf '%s\\t%s\\t%s\\t%s\\n' "\$1" "\${why:-exit code \$code}" "\$code" "\$PWD/log/\$1.log" >> failed.tsv
    }
    ${calls.replace('\n', '\n    ')}
    """

    stub:
    """
    mkdir ${meta.kind}
    for sample in ${meta.samples.join(' ')}; do
        echo "" | gzip > ${meta.kind}/\$sample.${format}
        echo '{}' > ${meta.kind}/\$sample.${format}.manifest.json
    done
    """
}
