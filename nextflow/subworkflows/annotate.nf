// All samples of a samplesheet: one by one in shards, small ones in groups, and the variants of a cohort by its sites.

include { BAM_INDEX                    } from '../modules/local/bam_index/main'
include { GENOGLOSS_GROUP              } from '../modules/local/group/main'
include { GENOGLOSS_REPORT             } from '../modules/genogloss/report/main'
include { GENOGLOSS_SITES              } from '../modules/genogloss/sites/main'
include { READS                        } from './reads'
include { SAMPLE_FAILED                } from '../modules/local/sample_failed/main'
include { SAMPLE_FAILED as SAMPLE_TOLD } from '../modules/local/sample_failed/main'
include { SCAN                         } from './scan'
include { VARIANTS                     } from './variants'
include { ending                       } from './plan'
include { failures                     } from './failures'

/** What samples of one job must share. */
def shared(row) {
    return [row.kind, row.fasta, row.model, row.model_dir, row.genes, row.aliases]
}

/** Rows that may share a job, in lists of at most `size`. */
def together(rows, size) {
    return rows.groupBy { row -> shared(row) }.values().collectMany { alike -> alike.collate(size) }
}

/**
 * The rows, each with `cohort`, the sites that it is scored by, and `group`, the job that it shares: small samples, and those of a
 * cohort, whose scores are only looked up.
 */
def grouped(rows, settings) {
    def limit = settings.group_size > 1 ? new nextflow.util.MemoryUnit(settings.group_below.toString()).toBytes() : 0
    def good = rows.findAll { row -> !row.fault }
    def cohorts = together(good.findAll { row -> settings.cohort && row.kind == 'variants' }, 1000000)
        .withIndex(1)
        .collectMany { members, i -> members.collect { row -> [row, "_sites_${i}".toString()] } }
        .collectEntries()
    def groups = (together(cohorts.keySet().toList(), settings.group_size) + together(good.findAll { row -> !cohorts[row] && row.file.size() < limit }, settings.group_size))
        .withIndex(1)
        .collectMany { members, i -> members.collect { row -> [row, "${row.kind}_${i}".toString()] } }
        .collectEntries()
    return rows.collect { row -> row + [cohort: cohorts[row], group: groups[row]] }
}

/** What a group of rows becomes for its job. */
def groupInputs(rows, scores) {
    def row = rows[0]
    return [
        [id: row.group, kind: row.kind, samples: rows.collect { it -> it.id }], rows.collect { it -> it.file },
        [[id: 'genome'], row.fasta, row.fai, row.aliases], [[id: 'model'], row.model, row.model_dir], [[id: 'genes'], row.genes], [[id: 'scores'], scores],
        scores ? without(row.options, ['ref-mismatch']) : row.options, scores ? checkOptions(row.options) : '',
    ]
}

/** Options of a command without some of them, each with its value. */
def without(options, names) {
    return names.inject(options) { text, name -> text.replaceAll("(?<!\\S)--${name}(=|\\s+)\\S+", '') }.trim()
}

/**
 * Options with which the sites of a cohort are scored. A contig that the genome lacks, or many alleles of another assembly, would
 * fail all samples here: each sample is checked when it gets its scores.
 */
def siteOptions(options) {
    return "${without(options, ['missing-contigs', 'ref-mismatch', 'max-ref-mismatch'])} --missing-contigs skip --max-ref-mismatch 1".trim().toString()
}

/**
 * Options of the run that looks for a record with another REF, where one is to end the run; empty without --ref-mismatch fail. The
 * sites are scored with skip, and --scores refuses all else of a sample by itself.
 */
def checkOptions(options) {
    def strict = options =~ /(?<!\S)--ref-mismatch(=|\s+)fail/
    return strict ? options.findAll(/(?<!\S)(?:--missing-contigs|--ref-mismatch|--region|--regions-file|-r|-R)(?:=|\s+)\S+/).join(' ') : ''
}

/** The members of a cohort whose files `genogloss sites` could not read, as lines of failed.tsv: kind:id, stage, reason, exit code, log. */
def unread(members, table) {
    return table.readLines().drop(1).collect { line -> line.split('\t', -1).toList() }.collect { path, why ->
        def row = members[(path =~ /^input\/(\d+)\//)[0][1].toInteger() - 1]
        ["${row.kind}:${row.id}".toString(), 'GENOGLOSS_SITES', why.replaceAll(/input\/\d+\//, ''), '', '']
    }
}

workflow ANNOTATE {
    take:
    samples  // rows of the samplesheet
    settings // parameters

    main:
    def rows = grouped(samples, settings)
    SAMPLE_FAILED(channel.fromList(rows.findAll { row -> row.fault }.collect { row -> [[id: row.id, kind: row.kind], row.fault] }))

    ch_rows = channel.fromList(rows.findAll { row -> !row.fault && !row.group })
        .map { row -> [[id: row.id, kind: row.kind], row] }
        .branch { meta, _row ->
            scan: meta.kind == 'scan'
            variants: meta.kind == 'variants'
            reads: meta.kind == 'reads'
        }
    SCAN(ch_rows.scan, settings)

    // The sites of a cohort are scored as a sample is, and its samples get their scores from them.
    def cohorts = rows.findAll { row -> row.cohort }.groupBy { row -> row.cohort }
    GENOGLOSS_SITES(channel.fromList(cohorts.collect { id, members -> [[id: id, kind: 'variants'], members.collect { row -> row.file }] }))
    ch_sites = GENOGLOSS_SITES.out.sites.join(GENOGLOSS_SITES.out.index)
        .map { meta, sites, index -> [meta, cohorts[meta.id][0] + [id: meta.id, file: sites, index: index, options: siteOptions(cohorts[meta.id][0].options)]] }
    VARIANTS(ch_rows.variants.mix(ch_sites), settings)
    ch_scores = VARIANTS.out.results.filter { meta, _result, _manifest -> cohorts.containsKey(meta.id) }.map { meta, scores, _manifest -> [meta.id, scores] }
    READS(ch_rows.reads, settings)

    ch_groups = channel.fromList(rows.findAll { row -> row.group }.groupBy { row -> row.group }.values().collect { members -> [members[0].cohort, members] })
        .branch { cohort, _members ->
            cohort: cohort
            alone: true
        }
    // A sample that sites refused gets no scores, even if all its sites are scored for others.
    ch_unread = GENOGLOSS_SITES.out.failed.map { meta, table -> [meta.id, unread(cohorts[meta.id], table)] }
    ch_jobs = ch_groups.cohort.combine(ch_scores, by: 0).combine(ch_unread, by: 0)
        .map { cohort, members, scores, lines -> [cohort, members.findAll { row -> lines.every { line -> line[0] != "${row.kind}:${row.id}".toString() } }, scores] }
        .filter { _cohort, members, _scores -> members }
        .mix(ch_groups.alone.map { cohort, members -> [cohort, members, []] })
        .map { _cohort, members, scores -> groupInputs(members, scores) }
        .multiMap { meta, files, genome, model, genes, scores, options, check ->
            input: [meta, files]
            genome: genome
            model: model
            genes: genes
            scores: scores
            format: ending(meta.kind, settings)
            options: options
            check: check
        }
    GENOGLOSS_GROUP(ch_jobs.input, ch_jobs.genome, ch_jobs.model, ch_jobs.genes, ch_jobs.scores, ch_jobs.format, ch_jobs.options, ch_jobs.check)
    ch_grouped = GENOGLOSS_GROUP.out.results.join(GENOGLOSS_GROUP.out.manifests).flatMap { meta, results, manifests ->
        def files = [results, manifests].flatten().collectEntries { file -> [file.name, file] }
        meta.samples
            .collect { id -> [id, files["${id}.${ending(meta.kind, settings)}".toString()], files["${id}.${ending(meta.kind, settings)}.manifest.json".toString()]] }
            .findAll { _id, result, manifest -> result && manifest }
            .collect { id, result, manifest -> [[id: id, kind: meta.kind], result, manifest] }
    }
    ch_told = GENOGLOSS_GROUP.out.failed.flatMap { meta, table ->
        table.readLines().collect { line -> line.split('\t', -1).toList() }
            .collect { id, why, code, logged -> ["${meta.kind}:${id}".toString(), 'GENOGLOSS_GROUP', why, code, logged] }
    }
        .mix(ch_unread.flatMap { _cohort, lines -> lines })
    SAMPLE_TOLD(ch_told.map { key, _stage, why, _code, _log -> [[id: key.substring(key.indexOf(':') + 1), kind: key.substring(0, key.indexOf(':'))], why] })

    ch_results = SCAN.out.results.mix(VARIANTS.out.results, READS.out.results, ch_grouped)
    BAM_INDEX(ch_results.filter { _meta, result, _manifest -> result.name.endsWith('.bam') }.map { meta, result, _manifest -> [meta, result] })

    ch_failed = ch_results.map { meta, _result, _manifest -> "${meta.kind}:${meta.id}".toString() }.toList().map { delivered -> [delivered] }
        .combine(ch_told.toList().map { told -> [told] })
        .map { delivered, told -> failures(rows, delivered, told, settings.outdir) }
    ch_report = ch_results
        .toSortedList { a, b -> a[0].id <=> b[0].id ?: a[0].kind <=> b[0].kind }
        .map { all -> [all] }
        .combine(ch_failed)
        .map { all, failed -> [[id: 'report'], all.collect { run -> run[1] }, all.collect { run -> run[2] }, failed.readLines().size() > 1 ? failed : []] }
    GENOGLOSS_REPORT(ch_report)

    channel.topic('versions')
        .map { process, tool, version -> "${process.tokenize(':').last()}:\n    ${tool}: ${version}\n" }
        .unique()
        .collectFile(name: 'versions.yml', storeDir: "${settings.outdir}/pipeline_info", sort: true)
}
