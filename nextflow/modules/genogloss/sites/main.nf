process GENOGLOSS_SITES {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(vcfs, stageAs: 'input/?/*')

    output:
    tuple val(meta), path("${prefix}.vcf.gz"), emit: sites
    tuple val(meta), path("${prefix}.vcf.gz.{tbi,csi}"), emit: index
    tuple val(meta), path("${prefix}.failed.tsv"), emit: failed
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    // Not in a string of its own: there a name with a blank would be escaped.
    def files = vcfs instanceof List ? vcfs.join('\n') : vcfs.toString()
    """
    cat > files.txt <<'END'
    ${files.replace('\n', '\n    ')}
    END

    genogloss sites \
        --file-list files.txt \
        --failed ${prefix}.failed.tsv \
        --output ${prefix}.vcf.gz \
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    echo "" | gzip > ${prefix}.vcf.gz
    touch ${prefix}.vcf.gz.tbi
    touch ${prefix}.failed.tsv
    """
}
