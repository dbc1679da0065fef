// What the user gave: parameters and the samplesheet, looked at before anything is submitted. The schemas are those that
// nf-schema reads; this needs no plugin, so it works where none can be fetched.

/** What keeps a value from being what a property of a schema asks for; null if nothing does. */
def fault(property, value) {
    def fits = [
        string: { it instanceof CharSequence || it instanceof java.nio.file.Path },
        integer: { it instanceof Integer || it instanceof Long },
        number: { it instanceof Number },
        boolean: { it instanceof Boolean },
    ]
    def kinds = [string: 'text', integer: 'a whole number', number: 'a number', boolean: 'true or false']
    if (!fits[property.type](value)) {
        return "must be ${kinds[property.type]}"
    }
    def choices = property.get('enum')
    if (choices && !choices.contains(value)) {
        return "can be ${choices.join(', ')}"
    }
    if (property.minimum != null && value < property.minimum) {
        return "must be at least ${property.minimum}"
    }
    if (property.maximum != null && value > property.maximum) {
        return "must be at most ${property.maximum}"
    }
    if (property.pattern && !(value.toString() ==~ property.pattern)) {
        return property.errorMessage ?: "must look like ${property.pattern}"
    }
    if (property.exists && !file(value).exists()) {
        return 'is not there'
    }
    return null
}

/** Ends the run, with one line, at the first parameter that the schema does not know or that is not what it asks for. */
def checkParameters(schema, parameters) {
    def groups = new groovy.json.JsonSlurper().parse(file(schema, checkIfExists: true)).get('$defs').values()
    def known = groups.collectEntries { it.properties }
    def required = groups.collectMany { it.required ?: [] }
    // Nextflow gives --model-dir both as model-dir and as modelDir.
    def unknown = parameters.keySet().find { !known.containsKey(it) }
    if (unknown) {
        error("--${unknown} is not a parameter; there are ${known.keySet().sort().collect { "--${it}" }.join(', ')}")
    }
    required.each { name ->
        if (parameters[name] == null) {
            error("--${name} is missing: ${known[name].description}")
        }
    }
    known.each { name, property ->
        def wrong = parameters[name] == null ? null : fault(property, parameters[name])
        if (wrong) {
            error("--${name} ${parameters[name]}: ${wrong}")
        }
    }
}

/** Rows of the samplesheet as [meta, file, index]; what is wrong with one ends the run. */
def samples(schema, sheet) {
    def items = new groovy.json.JsonSlurper().parse(file(schema, checkIfExists: true)).items
    def seen = [] as Set
    def rows = file(sheet).splitCsv(header: true).withIndex(2).collect { row, line ->
        def where = "${sheet}, line ${line}"
        if (items.required.any { !row[it] }) {
            error("${where}: a row needs ${items.required.join(', ')}")
        }
        items.properties.each { column, property ->
            def wrong = fault(property, row[column])
            if (wrong) {
                error("${where}: ${column} ${row[column]}: ${wrong}")
            }
        }
        if (!seen.add(row.id)) {
            error("${where}: sample ${row.id} is there twice")
        }
        def index = ['fai', 'bai', 'crai', 'csi', 'tbi'].collect { file("${row.file}.${it}") }.find { it.exists() }
        [[id: row.id, kind: row.kind], file(row.file), index ?: []]
    }
    if (!rows) {
        error("${sheet}: there is no sample in it")
    }
    return rows
}
