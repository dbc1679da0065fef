process GENOGLOSS_GENESANNOTATE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(input, stageAs: 'input/*')
    tuple val(meta2), path(base)
    tuple val(meta3), path(genes), path(aliases)
    val format

    output:
    tuple val(meta), path("${prefix}.${format}"), emit: annotated
    tuple val(meta), path("${prefix}.${format}.{tbi,csi}"), emit: index, optional: true
    tuple val(meta), path("${prefix}.${format}.manifest.json"), emit: manifest
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def names = aliases ? "--contig-aliases ${aliases}" : ''
    """
    genogloss genes --knowledge-base ${base} annotate \
        ${input} \
        --genes ${genes} \
        ${names} \
        --output ${prefix}.${format} \
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo "" | gzip > ${prefix}.${format}
    touch ${prefix}.${format}.csi
    echo '{}' > ${prefix}.${format}.manifest.json
    """
}
