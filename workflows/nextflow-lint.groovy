// What `nextflow lint` checks, by the same parser and resolver (nf-lang): workflows/nextflow-lint.sh [FILE...]
//
// `nextflow lint` itself needs an nf-lang of the version of nextflow, which is not on Maven Central.

import nextflow.config.control.ConfigParser
import nextflow.script.control.ParanoidWarning
import nextflow.script.control.ScriptParser

// nf-lang 25.04.0 does not know that closures of the config see the inputs of a process; newer ones do.
def known = { file, message -> file.name.endsWith('.config') && message == '`meta` is not defined' }
def faults = [] as TreeSet
def (configs, scripts) = args.collect { new File(it).canonicalFile }.split { it.name.endsWith('.config') }
[[new ConfigParser(), configs], [new ScriptParser(), scripts]].each { parser, files ->
    files.each { parser.parse(it) }
    parser.analyze()
    parser.compiler().sources.values().each { source ->
        def file = new File(source.name)
        (source.errorCollector.errors ?: []).each { error ->
            def cause = error.hasProperty('cause') ? error.cause : null
            def message = cause?.hasProperty('originalMessage') ? cause.originalMessage : cause?.message ?: error.toString()
            if (!known(file, message)) { faults << "error: ${file}:${cause?.hasProperty('line') ? "${cause.line}:${cause.startColumn}" : '0:0'}: ${message}".toString() }
        }
        (source.errorCollector.warnings ?: []).findAll { !(it instanceof ParanoidWarning) }.each { warning ->
            faults << "warning: ${file}:${warning.context.startLine}:${warning.context.startColumn}: ${warning.message}".toString()
        }
    }
}
faults.each { println it }
println "nextflow-lint: ${configs.size() + scripts.size()} files, ${faults.size()} faults"
System.exit(faults ? 1 : args ? 0 : 2)
