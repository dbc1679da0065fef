process GENOGLOSS_MERGE {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(parts, stageAs: 'parts/*'), path(manifests, stageAs: 'parts/*')

    output:
    tuple val(meta), path("${prefix}.${ending}"), emit: merged
    tuple val(meta), path("${prefix}.${ending}.{tbi,csi}"), emit: index, optional: true
    tuple val(meta), path("${prefix}.${ending}.manifest.json"), emit: manifest
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def first = (parts instanceof List ? parts[0] : parts).name
    ending = ['vcf.gz', 'bed.gz', 'tsv.gz', 'bedgraph.gz', 'bam'].find { e -> first.endsWith(e) }
    """
    genogloss merge \
        \$(ls -v parts/*.${ending}) \
        --output ${prefix}.${ending} \
        ${args}
    """

    stub:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def first = (parts instanceof List ? parts[0] : parts).name
    ending = ['vcf.gz', 'bed.gz', 'tsv.gz', 'bedgraph.gz', 'bam'].find { e -> first.endsWith(e) }
    """
    echo "" | gzip > ${prefix}.${ending}
    touch ${prefix}.${ending}.tbi
    echo '{}' > ${prefix}.${ending}.manifest.json
    """
}
