process GENOGLOSS_SCAN {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'

    conda "${moduleDir}/${task.accelerator ? 'environment.gpu.yml' : 'environment.yml'}"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(fasta, stageAs: 'input/*'), path(fai, stageAs: 'input/*'), path(shard)
    tuple val(meta2), val(model), path(model_dir)
    val format
    val bigwig
    val options

    output:
    tuple val(meta), path("${prefix}.${format}.gz"), emit: table
    tuple val(meta), path("${prefix}.${format}.gz.{tbi,csi}"), emit: index
    tuple val(meta), path("${prefix}.${format}.gz.manifest.json"), emit: manifest
    tuple val(meta), path("${prefix}.tracks"), emit: tracks, optional: true
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def part = shard ? "--shard ${shard}" : ''
    def weights = model_dir ? "--model ./${model_dir}" : model ? "--model ${model}" : ''
    def tracks = bigwig ? "--bigwig ${prefix}.tracks" : ''
    def device = task.accelerator ? '--device cuda' : ''
    """
    genogloss scan \
        ${fasta} \
        ${weights} \
        ${part} \
        ${device} \
        --threads ${task.cpus} \
        ${tracks} \
        --output ${prefix}.${format}.gz \
        ${options ?: ''} \
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo "" | gzip > ${prefix}.${format}.gz
    touch ${prefix}.${format}.gz.tbi
    echo '{}' > ${prefix}.${format}.gz.manifest.json
    ${bigwig ? "mkdir ${prefix}.tracks && touch ${prefix}.tracks/stub.bw" : ''}
    """
}
