process GENOGLOSS_REPORT {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(outputs, stageAs: 'runs/?/*'), path(manifests, stageAs: 'runs/?/*'), path(failed)

    output:
    tuple val(meta), path("${prefix}.html"), emit: html
    tuple val(meta), path("${prefix}_mqc.json"), emit: multiqc
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def lost = failed ? "--failed ${failed}" : ''
    def runs = manifests ? '\$(ls -v runs/*/*.manifest.json)' : ''
    """
    genogloss report \
        ${runs} \
        --output ${prefix}.html \
        --multiqc ${prefix}_mqc.json \
        ${lost} \
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo '<!DOCTYPE html>' > ${prefix}.html
    echo '{}' > ${prefix}_mqc.json
    """
}
