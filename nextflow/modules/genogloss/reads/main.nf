process GENOGLOSS_READS {
    tag "${meta.id}"
    label 'process_medium'
    label 'process_gpu'

    conda "${moduleDir}/${task.accelerator ? 'environment.gpu.yml' : 'environment.yml'}"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(reads, stageAs: 'input/*'), path(index, stageAs: 'input/*'), path(shard)
    tuple val(meta2), path(fasta), path(fai)
    tuple val(meta3), val(model), path(model_dir)
    val format
    val options

    output:
    tuple val(meta), path("${prefix}.${format}"), emit: reads
    tuple val(meta), path("${prefix}.${format}.manifest.json"), emit: manifest
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def part = shard ? "--shard ${shard}" : ''
    // Only CRAM is kept as differences to a reference.
    def reference = fasta && "${reads}".endsWith('.cram') ? "--reference ${fasta}" : ''
    def weights = model_dir ? "--model ./${model_dir}" : model ? "--model ${model}" : ''
    def device = task.accelerator ? '--device cuda' : ''
    """
    genogloss reads \
        ${reads} \
        ${reference} \
        ${weights} \
        ${part} \
        ${device} \
        --threads ${task.cpus} \
        --output ${prefix}.${format} \
        ${options ?: ''} \
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo "" | gzip > ${prefix}.${format}
    echo '{}' > ${prefix}.${format}.manifest.json
    """
}
