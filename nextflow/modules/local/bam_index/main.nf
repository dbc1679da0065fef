// The index of a BAM file, if it is sorted by position: reads come out in the order in which they went in.
process BAM_INDEX {
    tag "${meta.id}"
    label 'process_single'

    conda 'bioconda::samtools=1.21'
    container "${workflow.containerEngine in ['singularity', 'apptainer'] && !task.ext.singularity_pull_docker_container
        ? 'https://depot.galaxyproject.org/singularity/samtools:1.21--h50ea8bc_0'
        : 'biocontainers/samtools:1.21--h50ea8bc_0'}"

    input:
    tuple val(meta), path(bam)

    output:
    tuple val(meta), path("*.{bai,csi}"), emit: index, optional: true

    script:
    """
    if samtools view -H ${bam} | grep -q '^@HD.*SO:coordinate'; then
        samtools index ${bam} || samtools index -c ${bam}
    fi
    """

    stub:
    """
    touch ${bam}.bai
    """
}
