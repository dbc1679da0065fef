process GENOGLOSS_MERGE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(parts, stageAs: 'parts/*'), path(manifests, stageAs: 'parts/*')
    val format

    output:
    tuple val(meta), path("${prefix}.${format}"), emit: merged
    tuple val(meta), path("${prefix}.${format}.{tbi,csi,bai}"), emit: index, optional: true
    tuple val(meta), path("${prefix}.${format}.manifest.json"), emit: manifest, optional: true
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    genogloss merge \
        \$(ls -dv parts/*.${format}) \
        --output ${prefix}.${format} \
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    ${format == 'tracks' ? "mkdir ${prefix}.tracks && touch ${prefix}.tracks/stub.bw" : "echo '' | gzip > ${prefix}.${format} && touch ${prefix}.${format}.tbi && echo '{}' > ${prefix}.${format}.manifest.json"}
    """
}
