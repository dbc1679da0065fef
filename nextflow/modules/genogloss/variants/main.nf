process GENOGLOSS_VARIANTS {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/${task.accelerator ? 'environment.gpu.yml' : 'environment.yml'}"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(vcf), path(index), path(shard)
    tuple val(meta2), path(fasta), path(fai)
    tuple val(meta3), path(model)
    tuple val(meta4), path(genes)

    output:
    tuple val(meta), path("${prefix}.vcf.gz"), emit: vcf
    tuple val(meta), path("${prefix}.vcf.gz.{tbi,csi}"), emit: index
    tuple val(meta), path("${prefix}.vcf.gz.manifest.json"), emit: manifest
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}.scored"
    def annotation = genes ? "--genes ${genes}" : ''
    def part = shard ? "--shard ${shard}" : ''
    def weights = model ? "--model ./${model}" : ''
    def device = task.accelerator ? '--device cuda' : ''
    """
    genogloss variants \
        ${vcf} \
        --reference ${fasta} \
        ${weights} \
        ${annotation} \
        ${part} \
        ${device} \
        --threads ${task.cpus} \
        --output ${prefix}.vcf.gz \
        ${args}
    """

    stub:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}.scored"
    """
    echo "" | gzip > ${prefix}.vcf.gz
    touch ${prefix}.vcf.gz.tbi
    echo '{}' > ${prefix}.vcf.gz.manifest.json
    """
}
