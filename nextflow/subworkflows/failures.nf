// Samples that were not delivered, and why: from the trace of the tasks that failed.

/** Where Nextflow writes the trace of this run: what nextflow.config says, or -with-trace. */
def traceFile() {
    return file(nextflow.Global.config.trace.file)
}

/** The tasks of the trace that failed, the last try of each, by kind and tag: variants:sample.shard_0001; groups by their name alone. */
def failedTasks(trace) {
    def lines = trace.exists() ? trace.readLines() : []
    def header = lines ? lines[0].tokenize('\t') : []
    return lines.drop(1).collect { line -> [header, line.split('\t', -1).toList()].transpose().collectEntries() }
        .findAll { task -> task.status in ['FAILED', 'ABORTED'] && task.tag }
        .collectEntries { task ->
            def kind = task.process.tokenize(':').find { name -> name in ['SCAN', 'VARIANTS', 'READS'] }
            [(kind ? "${kind.toLowerCase()}:${task.tag}" : task.tag).toString(), task]
        }
}

/** What a task that failed said last: the program's error, else its last line; where there is nothing, how it ended. */
def reason(task) {
    // What fails before the task itself, such as the links to its inputs, is in .command.log only.
    def lines = ['.command.err', '.command.log'].findResult { name ->
        def said = file("${task.workdir}/${name}")
        said.exists() ? said.readLines().findAll { line -> line.trim() } ?: null : null
    } ?: []
    def line = lines.findAll { it -> it.startsWith('error: ') }
    def ended = task.exit == '-'
        ? 'the job ended without an exit code: its scheduler killed it (memory, time), or the node was lost'
        : task.exit.isInteger() && task.exit.toInteger() >= 128 ? "killed (exit code ${task.exit}): too little memory or time" : null
    return (line ? line.last().replaceFirst('error: ', '') : ended ?: lines ? lines.last().trim() : "exit code ${task.exit}").replace('\t', ' ')
}

/** The task because of which a sample is not there: its own, that of its group, or that of its cohort. */
def culprit(row, tasks) {
    def keys = ["${row.kind}:${row.id}".toString(), row.group, row.cohort, row.cohort ? "variants:${row.cohort}".toString() : null].findAll()
    return keys.findResult { key -> tasks.findResult { name, task -> name == key || name.startsWith("${key}.shard_") ? task : null } }
}

/**
 * failed.tsv: one line for each sample that is not among `delivered` (as kind:id). `told` are the lines of groups and of cohorts,
 * whose job went on without a sample: kind:id, stage, reason, exit code, log.
 */
def failures(rows, delivered, told, outdir) {
    def lost = rows.findAll { row -> !delivered.contains("${row.kind}:${row.id}".toString()) }
    def known = told.collectEntries { key, stage, why, code, logged -> [key, [stage, why, code, logged]] }
    def tasks = [:]
    def unexplained = lost.findAll { row -> !row.fault && !known.containsKey("${row.kind}:${row.id}".toString()) }
    // Nextflow writes the trace a moment after a task has ended.
    (1..50).any { _round ->
        tasks = unexplained ? failedTasks(traceFile()) : [:]
        def complete = unexplained.every { row -> culprit(row, tasks) }
        if (!complete) {
            sleep(100)
        }
        complete
    }
    def lines = lost.collect { row ->
        def task = culprit(row, tasks)
        def because = row.fault
            ? ['samplesheet', row.fault, '', '']
            : known["${row.kind}:${row.id}".toString()]
            ?: (task ? [task.process.tokenize(':').last(), reason(task), task.exit == '-' ? '' : task.exit, "${task.workdir}/.command.log"] : ['', 'not known: see .nextflow.log', '', ''])
        ([row.id, "${row.kind}: ${because[0]}"] + because.drop(1)).join('\t')
    }
    def text = (['sample\tstage\treason\texit_code\tlog'] + lines).join('\n') + '\n'
    def table = file("${outdir}/failed.tsv")
    // A resumed run that changes nothing leaves the file alone, so that the report is not written again.
    if (!table.exists() || table.text != text) {
        table.parent.mkdirs()
        table.text = text
    }
    return table
}

/** Says how many samples failed, on standard error also with -q, where a run in which tasks failed ends without a word. */
def atEnd(outdir, failedTasks) {
    def table = file("${outdir}/failed.tsv")
    def count = failedTasks && table.exists() ? table.readLines().size() - 1 : 0
    if (count > 0) {
        System.err.println("error: ${count} ${count == 1 ? 'sample' : 'samples'} failed; the reasons are in ${outdir}/failed.tsv")
    }
}
