// What the user gave: parameters and the samplesheet, looked at before anything is submitted. The schemas are those that
// nf-schema reads; this needs no plugin, so it works where none can be fetched.

/** What keeps a value from being what a property of a schema asks for; null if nothing does. */
def fault(property, value) {
    def fits = [
        string: { v -> v instanceof CharSequence || v instanceof java.nio.file.Path },
        integer: { v -> v instanceof Integer || v instanceof Long },
        number: { v -> v instanceof Number },
        boolean: { v -> v instanceof Boolean },
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
    return null
}

/** Why Nextflow cannot take a file with this path; null if it can. It does not quote these characters when it links files. */
def unusable(path) {
    def found = path.toString().findAll(path.toString().contains('://') ? /[$*{}\[\]]/ : /[$*?{}\[\]]/).unique()
    return found ? "Nextflow cannot take a file with ${found.join(' ')} in its path: rename it, or give a link to it" : null
}

/** The parameters of a schema, by group. */
def groups(schema) {
    return new groovy.json.JsonSlurper().parse(file(schema, checkIfExists: true)).get('$defs').values()
}

/** The text of --help, from the schema. */
def help(schema, name) {
    def sections = groups(schema).collect { group ->
        def lines = group.properties.collect { option, property ->
            def values = property.get('enum') ? property.get('enum').join('|') : property.type == 'boolean' ? '' : property.type.toUpperCase()
            def given = property.get('default') == null ? (group.required?.contains(option) ? ' [required]' : '') : " [${property.get('default')}]"
            "  ${"--${option} ${values}".padRight(36)} ${property.description}${given}"
        }
        "${group.title}\n${lines.join('\n')}"
    }
    return "Usage: nextflow run ${name} --input samples.csv [options] -profile PROFILE\n\n${sections.join('\n\n')}\n"
}

/** Ends the run, with one line, at the first parameter that the schema does not know or that is not what it asks for. */
def checkParameters(schema, parameters) {
    def known = groups(schema).collectEntries { group -> group.properties }
    def required = groups(schema).collectMany { group -> group.required ?: [] }
    // Nextflow gives --model-dir both as model-dir and as modelDir.
    def unknown = parameters.keySet().find { name -> !known.containsKey(name) }
    if (unknown) {
        error("--${unknown} is not a parameter; --help lists them: ${known.keySet().sort().collect { name -> "--${name}" }.join(', ')}")
    }
    required.each { name ->
        if (parameters[name] == null) {
            error("--${name} is missing: ${known[name].description}")
        }
    }
    known.each { name, property ->
        def value = parameters[name]
        def wrong = value == null ? null : fault(property, value) ?: (property.exists ? unusable(value) ?: (file(value).exists() ? null : 'is not there') : null)
        if (wrong) {
            error("--${name} ${value}: ${wrong}")
        }
    }
    if (parameters.model && parameters.model_dir) {
        error("--model ${parameters.model} and --model_dir ${parameters.model_dir}: give one of them")
    }
}

/** The cells of a line, where one may be quoted as in CSV; null if a quote is not closed. */
def cells(line, separator) {
    def blank = separator == '\t' ? ' *' : '\\s*'
    def matcher = java.util.regex.Pattern.compile("\\G${blank}(?:\"((?:[^\"]|\"\")*)\"|([^\"${separator}]*?))${blank}(${separator}|\$)").matcher(line)
    def found = matcher.results().toList()
    def last = found.findIndexOf { it -> it.group(3) == '' }
    if (last < 0 || found[last].end() != line.length()) {
        return null
    }
    return found.take(last + 1).collect { it -> it.group(1) != null ? it.group(1).replace('""', '"') : it.group(2) }
}

/** What a file is, by its first bytes: FASTA, VCF, BCF, BAM, CRAM, SAM or FASTQ; null if they do not tell. */
def format(path) {
    def head = path.newInputStream().withCloseable { stream -> stream.readNBytes(65536) }
    def zipped = head.length > 2 && (head[0] & 0xff) == 0x1f && (head[1] & 0xff) == 0x8b
    def text = ''
    try {
        def bytes = zipped ? new java.util.zip.GZIPInputStream(new ByteArrayInputStream(head)).readNBytes(16) : Arrays.copyOf(head, Math.min(head.length, 16))
        text = new String(bytes, 'ISO-8859-1')
    }
    catch (IOException cut) {
        // A damaged file: the program says where.
        log.debug("${path}: ${cut.message}")
    }
    def begins = [
        ['##fileformat=VCF', 'VCF'], ['BCF', 'BCF'], ['BAM\1', 'BAM'], ['CRAM', 'CRAM'],
        ['@HD\t', 'SAM'], ['@SQ\t', 'SAM'], ['@RG\t', 'SAM'], ['@PG\t', 'SAM'], ['@CO\t', 'SAM'], ['@', 'FASTQ'], ['>', 'FASTA'], [';', 'FASTA'],
    ]
    return begins.find { begin, _name -> text.startsWith(begin) }?.get(1)
}

/** The formats that a command reads. */
def formats() {
    return [scan: ['FASTA'], variants: ['VCF', 'BCF'], reads: ['BAM', 'CRAM', 'SAM', 'FASTQ', 'FASTA']]
}

/** Indices beside a file, and what goes with a compressed genome. */
def indices(path) {
    def beside = ['fai', 'gzi', 'bai', 'crai', 'csi', 'tbi'].collect { ending -> file("${path.toUriString()}.${ending}") }
    def instead = path.name ==~ /.*\.(bam|cram)/ ? [file(path.toUriString().replaceFirst(/\.bam$/, '.bai').replaceFirst(/\.cram$/, '.crai'))] : []
    return (beside + instead).findAll { it -> it.exists() && it.name != path.name }.unique { it -> it.name.tokenize('.').last() }
}

/** A file named in a samplesheet: by its path from here, or from the samplesheet's folder. */
def named(sheet, text) {
    def here = file(text)
    def there = text.startsWith('/') || text.contains('://') ? here : sheet.parent.resolve(text)
    return !here.exists() && there.exists() ? there : here
}

/** Lines of a samplesheet that hold something, as [line number, cells by column]. */
def lines(name, columns) {
    def text = file(name, checkIfExists: true).getText('UTF-8').replaceFirst(/^\uFEFF/, '')
    def numbered = text.readLines().withIndex(1).findAll { line, _number -> line.trim() }
    if (!numbered) {
        error("${name}: it is empty; the first line must name the columns ${columns.required.join(', ')}")
    }
    def separator = numbered[0][0].contains('\t') ? '\t' : ','
    def header = cells(numbered[0][0], separator)
    if (header == null) {
        error("${name}, line ${numbered[0][1]}: a quote is not closed")
    }
    columns.required.each { column ->
        if (!header.contains(column)) {
            error("${name}, line ${numbered[0][1]}: there is no column ${column}; there are ${header.join(', ')}")
        }
    }
    def twice = header.find { column -> header.count(column) > 1 }
    if (twice) {
        error("${name}, line ${numbered[0][1]}: column ${twice} is there twice")
    }
    def other = header.findAll { column -> column && !columns.properties.containsKey(column) }
    if (other) {
        log.warn("${name}: not used: column ${other.join(', ')}")
    }
    return numbered.tail().collect { line, number ->
        def found = cells(line, separator)
        if (found == null) {
            error("${name}, line ${number}: a quote is not closed")
        }
        if (found.size() > header.size() && found.drop(header.size()).any()) {
            error("${name}, line ${number}: ${found.size()} cells, and ${header.size()} columns")
        }
        [number, header.withIndex().collectEntries { column, i -> [column, i < found.size() ? found[i] : ''] }, header]
    }
}

/**
 * The samples of a samplesheet, each a map: id, kind, file, index, fasta, fai, model, model_dir, genes, aliases, options (of its
 * command), and `fault` where the file cannot be what `kind` says. A sheet that is wrong in itself ends the run.
 */
def samples(schema, name, parameters) {
    def columns = new groovy.json.JsonSlurper().parse(file(schema, checkIfExists: true)).items
    def seen = [:]
    def sheet = file(name)
    def rows = lines(name, columns).collect { number, row, header ->
        def place = { column -> "${name}, line ${number}, column ${header.indexOf(column) + 1} (${column})" }
        columns.required.each { column ->
            if (!row[column]) {
                error("${place.call(column)}: is empty")
            }
        }
        columns.properties.each { column, property ->
            def wrong = row[column] ? fault(property, row[column]) ?: (property.exists || column == 'model' ? unusable(row[column]) : null) : null
            if (wrong) {
                error("${place.call(column)}: ${row[column]}: ${wrong}")
            }
            if (row[column] && property.exists && !named(sheet, row[column]).exists()) {
                error("${place.call(column)}: ${row[column]}: is not there")
            }
        }
        def key = "${row.kind}:${row.id}".toString()
        if (seen.containsKey(key)) {
            error("${place.call('id')}: sample ${row.id} is there twice with kind ${row.kind}: also line ${seen[key]}")
        }
        seen[key] = number
        def path = named(sheet, row.file)
        def genome = row.genome ? named(sheet, row.genome) : parameters.genome ? file(parameters.genome) : null
        if (row.kind == 'variants' && !genome) {
            error("${name}, line ${number}: sample ${row.id}: variants need a genome: --genome, or a column genome")
        }
        def model = row.model ?: parameters.model_dir ?: parameters.model ?: 'human'
        def folder = row.model ? row.model.contains('/') : parameters.model_dir != null
        if (folder && !named(sheet, model).exists()) {
            error("${place.call('model')}: ${model}: is not there")
        }
        def genes = row.genes ? named(sheet, row.genes) : parameters.genes ? file(parameters.genes) : []
        def what = format(path)
        def wrong = what && !formats()[row.kind].contains(what)
            ? "${place.call('kind')}: ${row.kind}: ${row.file} is ${what}, and ${row.kind} needs ${formats()[row.kind].join(', ')}"
            : null
        [
            id: row.id, kind: row.kind, file: path, index: indices(path), fasta: row.kind == 'scan' ? [] : genome ?: [],
            fai: row.kind == 'scan' || !genome ? [] : indices(genome), model: folder ? '' : model, model_dir: folder ? named(sheet, model) : [],
            genes: row.kind == 'variants' ? genes : [], aliases: row.kind == 'variants' && parameters.contig_aliases ? file(parameters.contig_aliases) : [],
            options: parameters["${row.kind}_options".toString()] ?: '', fault: wrong,
        ]
    }
    if (!rows) {
        error("${name}: there is no sample in it")
    }
    rows.findAll { row -> row.fault }.each { row ->
        if (!parameters.keep_going) {
            error(row.fault)
        }
        log.warn("${row.fault}; sample ${row.id} is left out")
    }
    return rows
}
