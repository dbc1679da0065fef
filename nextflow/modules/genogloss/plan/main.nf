process GENOGLOSS_PLAN {
    tag "${meta.id}"
    label 'process_low'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(input), path(index)
    tuple val(meta2), path(fasta), path(fai)
    tuple val(meta3), path(model)
    val shards

    output:
    tuple val(meta), path("${prefix}/shard_*.bed"), emit: shards
    tuple val(meta), path("${prefix}/plan.json"), emit: json
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    // Variants lie on a reference, and CRAM is kept as differences to one.
    def reference = fasta && "${input}" =~ /\.(cram|bcf|vcf(\.b?gz)?)$/ ? "--reference ${fasta}" : ''
    def weights = model ? "--model ./${model}" : ''
    """
    genogloss plan \
        ${input} \
        --shards ${shards} \
        ${reference} \
        ${weights} \
        --output ${prefix} \
        ${args}
    """

    stub:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    mkdir ${prefix}
    touch ${prefix}/shard_0001.bed
    echo '{}' > ${prefix}/plan.json
    """
}
