process GENOGLOSS_SCAN {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/${task.accelerator ? 'environment.gpu.yml' : 'environment.yml'}"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(fasta), path(fai), path(shard)
    tuple val(meta2), path(model)

    output:
    tuple val(meta), path("*.{bed,tsv,bedgraph}.gz"), emit: table
    tuple val(meta), path("*.{tbi,csi}"), emit: index
    tuple val(meta), path("*.manifest.json"), emit: manifest
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}"
    def part = shard ? "--shard ${shard}" : ''
    def weights = model ? "--model ./${model}" : ''
    def ending = args =~ /(-O|--output-type|--format)[ =]*tsv/ ? 'tsv' : args =~ /(-O|--output-type|--format)[ =]*bedgraph/ ? 'bedgraph' : 'bed'
    def device = task.accelerator ? '--device cuda' : ''
    """
    genogloss scan \
        ${fasta} \
        ${weights} \
        ${part} \
        ${device} \
        --threads ${task.cpus} \
        --output ${prefix}.${ending}.gz \
        ${args}
    """

    stub:
    def args = task.ext.args ?: ''
    def prefix = task.ext.prefix ?: "${meta.id}"
    def ending = args =~ /(-O|--output-type|--format)[ =]*tsv/ ? 'tsv' : args =~ /(-O|--output-type|--format)[ =]*bedgraph/ ? 'bedgraph' : 'bed'
    """
    echo "" | gzip > ${prefix}.${ending}.gz
    touch ${prefix}.${ending}.gz.tbi
    echo '{}' > ${prefix}.${ending}.gz.manifest.json
    """
}
