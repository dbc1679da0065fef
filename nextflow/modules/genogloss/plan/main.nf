process GENOGLOSS_PLAN {
    tag "${meta.id}"
    label 'process_medium'

    conda "${moduleDir}/environment.yml"
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/genogloss:0.1.0--0'
        : 'biocontainers/genogloss:0.1.0--0'}"

    input:
    tuple val(meta), path(input, stageAs: 'input/*'), path(index, stageAs: 'input/*')
    tuple val(meta2), path(fasta), path(fai), path(aliases)
    tuple val(meta3), val(model), path(model_dir)
    tuple val(meta4), path(genes)
    val shards
    val seconds
    val options

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
    def variants = meta.kind == 'variants' || "${input}" =~ /\.(bcf|vcf(\.b?gz)?)$/
    def reference = fasta && (variants || "${input}".endsWith('.cram')) ? "--reference ${fasta}" : ''
    def names = variants && aliases ? "--contig-aliases ${aliases}" : ''
    def weights = model_dir ? "--model ./${model_dir}" : model ? "--model ${model}" : ''
    def annotation = variants && genes ? "--genes ${genes}" : ''
    def count = shards ? "--shards ${shards}" : "--max-seconds ${seconds}"
    def run = annotation || options ? "-- ${annotation} ${options ?: ''}" : ''
    """
    genogloss plan \
        ${input} \
        ${count} \
        ${reference} \
        ${names} \
        ${weights} \
        --threads ${task.cpus} \
        --output ${prefix} \
        ${args} \
        ${run}
    """

    stub:
    prefix = task.ext.prefix ?: "${meta.id}"
    """
    mkdir ${prefix}
    touch ${prefix}/shard_0001.bed
    echo '{"shards": [{"file": "shard_0001.bed"}]}' > ${prefix}/plan.json
    """
}
