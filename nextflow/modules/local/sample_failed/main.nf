// A sample that cannot be delivered, as a task that fails with the reason: Nextflow counts it, and the run's exit status says so.
process SAMPLE_FAILED {
    tag "${meta.kind}:${meta.id}"
    executor 'local'

    input:
    tuple val(meta), val(reason)

    script:
    """
    cat >&2 <<'END'
    error: ${reason}
    END
    exit 1
    """
}
