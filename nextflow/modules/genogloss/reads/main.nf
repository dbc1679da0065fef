process GENOGLOSS_READS {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/${task.accelerator ? 'environment.gpu.yml' : 'environment.yml'}"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(reads), path(index), path(shard)
    tuple val(meta2), path(fasta), path(fai)
    tuple val(meta3), path(model)

    output:
    tuple val(meta), path("${prefix}.{tsv.gz,bam}"), emit: reads
    tuple val(meta), path("${prefix}.*.manifest.json"), emit: manifest
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}.scored"
    def part = shard ? "--shard ${shard}" : ''
    // Only CRAM is kept as differences to a reference.
    def reference = fasta && "${reads}".endsWith('.cram') ? "--reference ${fasta}" : ''
    def weights = model ? "--model ./${model}" : ''
    def ending = args =~ /(-O|--output-type|--format)[ =]*bam/ ? 'bam' : 'tsv.gz'
    def device = task.accelerator ? '--device cuda' : ''
    """
    genogloss reads \
        ${reads} \
        ${reference} \
        ${weights} \
        ${part} \
        ${device} \
        --threads ${task.cpus} \
        --output ${prefix}.${ending} \
        ${args}
    """

    stub:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}.scored"
    def ending = args =~ /(-O|--output-type|--format)[ =]*bam/ ? 'bam' : 'tsv.gz'
    """
    echo "" | gzip > ${prefix}.${ending}
    echo '{}' > ${prefix}.${ending}.manifest.json
    """
}
