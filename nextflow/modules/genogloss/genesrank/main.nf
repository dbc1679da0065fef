process GENOGLOSS_GENESRANK {
    tag "${meta.id}"
    label 'process_single'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(cases, stageAs: 'cases/*'), path(vcf, stageAs: 'input/*')
    tuple val(meta2), path(base)
    tuple val(meta3), path(genes), path(aliases)

    output:
    tuple val(meta), path("${prefix}.tsv"), emit: ranked
    tuple val(meta), path("${prefix}.tsv.manifest.json"), emit: manifest
    tuple val("${task.process}"), val('genogloss'), eval("genogloss --version | sed 's/^genogloss //'"), topic: versions, emit: versions_genogloss

    when:
    task.ext.when == null || task.ext.when

    script:
    def args = task.ext.args ?: ''
    prefix = task.ext.prefix ?: "${meta.id}"
    def names = vcf && aliases ? "--contig-aliases ${aliases}" : ''
    def candidates = vcf ? "--variants ${vcf} --gtf ${genes}" : ''
    """
    genogloss genes --knowledge-base ${base} rank \
        --cases ${cases} \
        ${candidates} \
        ${names} \
        --threads ${task.cpus} \
        --output ${prefix}.tsv \
        ${args}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    touch ${prefix}.tsv
    echo '{}' > ${prefix}.tsv.manifest.json
    """
}
